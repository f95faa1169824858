/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * What was made when memory had run out may lack a part, and look whole: a library that builds a
 * document piece by piece drops a piece. So it is remembered, for the rest of the program, and
 * nothing is written as complete after it: report/output.h and base/stdout.h look.
 */
void memory_note_out(void);
bool memory_is_out(void);

/* malloc() that notes it. */
void *memory_alloc(size_t n);

/*
 * open_memstream() that does not forget what did not fit. *text and *n are set when it is closed,
 * which is done with memory_close(): 0, or -ENOMEM after noting it; *text is to be freed either way.
 */
FILE *memory_open(char **text, size_t *n);
int memory_close(FILE *stream);

#endif
