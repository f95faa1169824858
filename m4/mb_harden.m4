# SPDX-License-Identifier: GPL-2.0-or-later
# MB_HARDEN: flags against what a bug could be used for, as far as compiler and linker have them.
# They come before the user's, who has the last word: what a distribution sets stays as it is.
# Sets MB_HARDEN_CFLAGS, MB_HARDEN_CPPFLAGS and MB_HARDEN_LDFLAGS.

# _MB_TRY_FLAG(FLAG, VARIABLE): appends FLAG where it compiles and links without a warning.
AC_DEFUN([_MB_TRY_FLAG], [
	AC_MSG_CHECKING([for $1])
	mb_save_CFLAGS=$CFLAGS
	CFLAGS="$MB_HARDEN_CFLAGS $1 $CFLAGS -Werror"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()],
		[$2="$$2 $1"
		AC_MSG_RESULT([yes])],
		[AC_MSG_RESULT([no])])
	CFLAGS=$mb_save_CFLAGS
])

# _FORTIFY_SOURCE needs an optimising compiler, hides from the sanitizers what they look for, and is
# left alone where it is set already. Level 3 needs both a new compiler and a new C library.
AC_DEFUN([_MB_TRY_FORTIFY], [
	AC_MSG_CHECKING([for _FORTIFY_SOURCE])
	mb_fortify=no
	AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
		#if !defined __OPTIMIZE__ || defined _FORTIFY_SOURCE || defined __SANITIZE_ADDRESS__
		#error not wanted
		#endif
		int unused;]])], [mb_fortify=wanted])
	AS_CASE([$CFLAGS], [*-fsanitize*], [mb_fortify=no])
	mb_save_CFLAGS=$CFLAGS
	mb_save_CPPFLAGS=$CPPFLAGS
	for mb_level in 3 2; do
		AS_IF([test $mb_fortify = wanted], [
			CFLAGS="$mb_save_CFLAGS -Werror"
			CPPFLAGS="$mb_save_CPPFLAGS -D_FORTIFY_SOURCE=$mb_level"
			AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]])], [mb_fortify=$mb_level])])
	done
	CFLAGS=$mb_save_CFLAGS
	CPPFLAGS=$mb_save_CPPFLAGS
	AS_CASE([$mb_fortify], [no|wanted], [mb_fortify=no],
		[MB_HARDEN_CPPFLAGS="-D_FORTIFY_SOURCE=$mb_fortify"])
	AC_MSG_RESULT([$mb_fortify])
])

AC_DEFUN([MB_HARDEN], [
	MB_HARDEN_CFLAGS=
	MB_HARDEN_CPPFLAGS=
	MB_HARDEN_LDFLAGS=
	_MB_TRY_FLAG([-fstack-protector-strong], [MB_HARDEN_CFLAGS])
	_MB_TRY_FLAG([-fstack-clash-protection], [MB_HARDEN_CFLAGS])
	# landing pads for indirect jumps, which are at the start of a function: x86, then aarch64
	_MB_TRY_FLAG([-fcf-protection], [MB_HARDEN_CFLAGS])
	_MB_TRY_FLAG([-mbranch-protection=standard], [MB_HARDEN_CFLAGS])
	AS_CASE([" $CFLAGS $LDFLAGS "], [*" -static "*], [],
		[_MB_TRY_FLAG([-fPIE -pie], [mb_pie])
		AS_IF([test -n "$mb_pie"],
			[MB_HARDEN_CFLAGS="$MB_HARDEN_CFLAGS -fPIE"
			MB_HARDEN_LDFLAGS="$MB_HARDEN_LDFLAGS -pie"])])
	_MB_TRY_FLAG([-Wl,-z,relro,-z,now], [MB_HARDEN_LDFLAGS])
	_MB_TRY_FLAG([-Wl,-z,noexecstack], [MB_HARDEN_LDFLAGS])
	_MB_TRY_FORTIFY
])
