/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_CPIO_H
#define PAIR_CPIO_H

#include <stdio.h>

/*
 * An initramfs as the kernel takes it: cpio, "newc" (Documentation/driver-api/early-userspace/buffer-format.rst
 * in the kernel's sources); archives behind one another are one. A library for that would bring more into
 * the guest than all that runs there. Each returns 0 or -errno; errors of the stream itself are left to
 * its owner's fclose().
 */
int cpio_directory(FILE *out, const char *name); /* without a '/' in front; its parents come before it */
int cpio_bytes(FILE *out, const char *name, unsigned int mode, const void *bytes, size_t n);
int cpio_file(FILE *out, const char *name, unsigned int mode, const char *path);
int cpio_end(FILE *out);

#endif
