// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "pair/cpio.h"

/* The format's own: of what a file is. */
#define CPIO_DIRECTORY 0040000u
#define CPIO_REGULAR   0100000u

static void pad(FILE *out, size_t n)
{
	for (; n % 4; n++)
		putc(0, out);
}

static void header(FILE *out, const char *name, unsigned int mode, size_t bytes)
{
	static unsigned int inode; /* the kernel takes equal ones of files with several links for one */
	size_t n = strlen(name) + 1;

	fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", ++inode, mode, 0u, 0u, 1u, 0u,
		bytes, 0u, 0u, 0u, 0u, n, 0u);
	fwrite(name, 1, n, out);
	pad(out, 110 + n);
}

int cpio_directory(FILE *out, const char *name)
{
	header(out, name, CPIO_DIRECTORY | 0755, 0);
	return 0;
}

int cpio_bytes(FILE *out, const char *name, unsigned int mode, const void *bytes, size_t n)
{
	if (n > INT_MAX)
		return -EFBIG;
	header(out, name, CPIO_REGULAR | mode, n);
	fwrite(bytes, 1, n, out);
	pad(out, n);
	return 0;
}

int cpio_file(FILE *out, const char *name, unsigned int mode, const char *path)
{
	FILE *in = fopen(path, "re");
	struct stat st;
	char bytes[65536];
	size_t n, all = 0;
	int ret = 0;

	if (!in)
		return -errno;
	if (fstat(fileno(in), &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size > INT_MAX)
		ret = S_ISREG(st.st_mode) ? -EFBIG : -EINVAL;
	if (!ret)
		header(out, name, CPIO_REGULAR | mode, (size_t)st.st_size);
	while (!ret && (n = fread(bytes, 1, sizeof(bytes), in)) > 0) {
		all += n;
		fwrite(bytes, 1, n, out);
	}
	/* it says how many bytes come before they do */
	if (!ret && (ferror(in) || all != (size_t)st.st_size))
		ret = -EIO;
	fclose(in);
	if (!ret)
		pad(out, all);
	return ret;
}

int cpio_end(FILE *out)
{
	header(out, "TRAILER!!!", 0, 0);
	return 0;
}
