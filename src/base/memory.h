/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A library that builds a document piece by piece drops a piece when memory runs out, and the document looks
 * whole. So the program remembers that memory ran out, and writes nothing as complete after it:
 * record/output.h and cli/program.h look.
 */
void memory_note_out(void);
bool memory_is_out(void);

/* malloc() that notes when it fails. */
void *memory_alloc(size_t n);

/* Processes that the kernel ended for want of memory since boot (Linux 4.13); -1: not known. */
long long memory_oom_kills(void);

/* first, and the words of argv with blanks between them; NULL after noting it. The caller frees. */
char *memory_join(const char *first, char **argv);

#endif
