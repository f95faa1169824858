/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What was made when memory had run out may lack a part, and look whole: a library that builds a
 * document piece by piece drops a piece. So it is remembered, for the rest of the program, and
 * nothing is written as complete after it: report/output.h and base/stdout.h look.
 */
void memory_note_out(void);
bool memory_is_out(void);

/* malloc() that notes it. */
void *memory_alloc(size_t n);

#endif
