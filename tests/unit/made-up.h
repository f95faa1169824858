/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_MADE_UP_H
#define TESTS_UNIT_MADE_UP_H

#include "arch/info.h"

/*
 * A third architecture, made up: what arch.h wants of a NAME.S and cpu.c, in place of this machine's, and a
 * struct arch_info. Nothing else in the tree knows it. A program with it links with
 * -Wl,--wrap=arch_info_of.
 */
extern const struct arch_info made_up;

#endif
