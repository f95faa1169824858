/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_CHILD_H
#define RUN_CHILD_H

#include "record/result.h"

/*
 * A piece of work in a process of its own, pinned to a CPU, so that whatever it does to a device
 * or to itself, the parent lives on, knows, and restores.
 */

/* Written by the child, read by the parent; lies in shared memory, before the payload. */
struct child_shared {
	bool finished;          /* fn returned or faulted in a watched mapping */
	int ret;                /* what fn returned, -EFAULT after a fault */
	struct fault fault;
	char why[128];          /* fn may say why it failed */
	unsigned int cpu_begin, cpu_end, preempted;
	_Alignas(64) unsigned char payload[];
};

struct child_work {
	/* Runs in the child, inside the guard: it survives faults of accesses to its mappings. */
	int (*fn)(struct child_shared *shared, void *arg);
	void *arg;
	unsigned int cpu;
	unsigned int timeout_ms;
};

/* Zeroed shared memory with that much payload, prefaulted; NULL after logging. */
struct child_shared *child_shared_new(size_t payload_bytes);
void child_shared_free(struct child_shared *shared, size_t payload_bytes);

/*
 * The signals that end a run early: blocked between start and end, so that nothing is left
 * undone; child_run notices them.
 */
void child_signals_block(void);
/* Restores the mask; a signal that came meanwhile then does what it does, but for SIGPIPE. */
void child_signals_unblock(void);
/* One that came, or 0; it stays pending. */
int child_signals_pending(void);
/* Forgets those that came: what they asked for is done. */
void child_signals_take(void);
/* Waits for the end of a child, and not longer than a moment. */
void child_signals_pause(void);

/*
 * Forks, runs, waits. Returns how it ended and says why in why (CELL_MEASURED: fn returned 0).
 * -EINTR when a signal asked the run to end: the child is gone by then. Other -errno: no child
 * could be made.
 */
int child_run(const struct child_work *work, struct child_shared *shared, enum cell_status *status,
	      char *why, size_t why_size);

#endif
