/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/*
 * What --version prints of a program: its version, the revision of the source, architecture,
 * compiler, and the libraries it was built with. The same source built by the same compiler says the
 * same: no time, no host, no path. The text is static; "mmiobench 0.1.0" is its first line.
 */
const char *version_text(const char *program);

#endif
