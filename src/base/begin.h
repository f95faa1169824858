/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_BEGIN_H
#define BASE_BEGIN_H

/*
 * The first thing that a program does, so that whatever starts it cannot make it go wrong quietly:
 * - a standard stream that is closed is taken by what cannot be read or written, or the next file
 *   that is opened, a BAR's, would be stdout;
 * - a limit of file sizes (RLIMIT_FSIZE) is an error of write(), not the end of us;
 * - out of memory inside jansson is noted (base/memory.h), inside GSL an error, not abort();
 * - executed by a loader that was named, or by way of /proc, it would be called by that (proc(5),
 *   comm) by whoever asks who works on a device;
 * - what is printed by libraries that exit themselves is looked after: base/stdout.h, whose status
 *   this is.
 */
void begin_program(const char *name, int status);

#endif
