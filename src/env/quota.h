/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_QUOTA_H
#define ENV_QUOTA_H

#include "env/env.h"

/*
 * The fact cpu_quota, "0.50 CPUs' time", where a cgroup of this process or one above it limits the time
 * that it may run (cpu.max, or cpu.cfs_quota_us of version 1): the smallest. Without a limit, or
 * where it cannot be read, there is no such fact. 0 or -ENOMEM.
 */
int quota_collect(struct env *env);

#endif
