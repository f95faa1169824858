/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_VIRT_H
#define ENV_VIRT_H

#include "env/env.h"

/*
 * Is this a guest, of which hypervisor, on an emulated CPU? Pure: from facts alone. Sets virt, and
 * emulated with its reason when a fact shows it (never clears it).
 */
void virt_conclude(struct env *env);

#endif
