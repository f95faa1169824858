# SPDX-License-Identifier: GPL-2.0-or-later
# MB_REQUIRE_PKG(VARIABLE, MODULES, DEBIAN-PACKAGE)
# Stops with the name of the Debian package to install where pkg-config does not find MODULES.
AC_DEFUN([MB_REQUIRE_PKG], [
	PKG_CHECK_MODULES([$1], [$2], [],
		[AC_MSG_ERROR([$2 is missing: install the Debian package $3, or set $1[]_CFLAGS and $1[]_LIBS])])
])
