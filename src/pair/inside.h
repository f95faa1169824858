/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_INSIDE_H
#define PAIR_INSIDE_H

#include <stdbool.h>

/* Whether this process is the first one of a guest that mmiopair made. */
bool inside_guest(void);

/*
 * Runs mmiobench as the initramfs says and sends what it wrote through the console (serial.h). Does not come
 * back: the host ends the VM.
 */
_Noreturn void inside_run(void);

#endif
