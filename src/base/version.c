// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <features.h>
#include <stdio.h>
#include "base/version.h"
#include "revision.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef __GLIBC__
#define LIBC "glibc " TEXT(__GLIBC__) "." TEXT(__GLIBC_MINOR__)
#define TEXT(x)   TEXT_OF(x)
#define TEXT_OF(x) #x
#else
#define LIBC "a C library that is not glibc"
#endif

const char *version_text(const char *program)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		 "%s %s\n"
		 "revision      %s\n"
		 "architecture  %s\n"
		 "compiler      %s\n"
		 "built with    %s, %s\n"
		 "licence       GPL-2.0-or-later",
		 program, PACKAGE_VERSION, MB_REVISION, MB_ARCH, COMPILER, LIBC, MB_LIBRARIES);
	return text;
}
