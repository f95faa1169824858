/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_GUEST_H
#define PAIR_GUEST_H

#include <stdbool.h>
#include <sys/types.h>
#include "pair/vmm.h"

/* A disposable VM, from its VMM's start until all that it has to say has come. */

enum guest_end {
	GUEST_DONE,        /* mmiobench ran to its end in it, and all came over */
	GUEST_DIED,        /* KVM ran it no further: the access cannot be made there */
	GUEST_PANICKED,    /* its kernel did */
	GUEST_VMM_ENDED,   /* the VMM ended by itself */
	GUEST_NO_BOOT,     /* nothing of ours came in its time */
	GUEST_HUNG,        /* it came up, but no result did */
	GUEST_GARBLED,     /* what came was damaged, each time */
	GUEST_FAILED,      /* it says itself why mmiobench did not run, or wrote nothing */
	GUEST_NOT_STARTED, /* for want of something here */
	GUEST_INTERRUPTED, /* by a signal for us */
};

struct guest_ask {
	const struct vmm *vmm;
	char *const *command;    /* of vmm_command() */
	const char *log;         /* file: what the VMM and the guest's kernel say; bounded */
	const char *json, *page; /* files: the result, and what mmiobench printed */
	const char *journal;     /* file: lines of a crash journal are added to it; NULL: none come */
	double boot_s, run_s;    /* bounds: until it is up, and from then on */
	/* called when it is over, while the VM is still there; NULL: nobody looks */
	void (*look)(void *arg, pid_t vmm);
	void *arg;
};

struct guest_outcome {
	enum guest_end end;
	int status;              /* of mmiobench; only GUEST_DONE */
	char kernel[80];         /* its release; "": it did not come up */
	char why[320];           /* "" for GUEST_DONE */
	double boot_s, all_s;    /* what it took */
};

/* The VM is gone afterwards, whatever happened. */
void guest_run(const struct guest_ask *ask, struct guest_outcome *outcome);

#endif
