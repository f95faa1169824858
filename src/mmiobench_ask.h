/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_ASK_H
#define MMIOBENCH_ASK_H

#include "mmiobench_options.h"
#include "run/session.h"

/* From what the command line said, as text, to what a session is asked. */

uint64_t page_bytes(void); /* of this kernel */

/* All but device, BAR and window; *bar is --bar, -1 without. 0, -EINVAL, -ENOMEM after logging. */
int ask_values(const struct options *o, struct session_ask *ask, int *bar);

/* The window, in whole pages of a BAR of so many bytes. 0, -EINVAL after logging. */
int ask_window(const struct options *o, uint64_t bar_bytes, struct session_ask *ask);

/* That the window is in none of the pages with MSI-X vectors. 0, -EINVAL after logging what else to ask. */
int ask_window_clear(const struct bar *bar, const struct session_ask *ask);

#endif
