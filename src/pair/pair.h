/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_PAIR_H
#define PAIR_PAIR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include "exp/request.h"
#include "pair/binding.h"
#include "pair/initramfs.h"
#include "pair/vmm.h"
#include "pci/list.h"
#include "record/result.h"

/*
 * The whole job on a KVM host: the BAR is measured here, then in disposable VMs that get the device, in turn; the
 * host's page tables are read while a VM has it; both sides are compared. The suite's own programs do each part.
 */

#define PAIR_LAUNCHES_MOST 20u

struct pair_request {
	const char *slot;        /* -s, or -d's match: "0000:01:00.0" */
	unsigned int bar;
	enum exp_profile profile;
	unsigned int launches;   /* a side */
	uint64_t seed;           /* of the order */
	const char *dir;         /* results; it is there, and empty */
	bool emulated;           /* the CPU of this machine is an emulator's */
	const struct vmm *vmm;
	char vmm_program[PATH_MAX];
	const char *vmm_args, *vmm_device;
	const char *kernel;
	char *const *modules;    /* NULL at the end, or NULL */
	char *const *compare;    /* words for mmiocompare: --format, ...; NULL at the end, or NULL */
};

/* The VMM makes the device itself: this machine's own stays as it is while VMs run. */
bool pair_device_is_emulated(const struct pair_request *r);

enum pair_side { PAIR_HOST, PAIR_PROBE, PAIR_GUEST };

struct pair_step {
	enum pair_side side;
	unsigned int launch;     /* from 1; of a probe 0 */
};

/* Each side's launches, and the probe. */
#define PAIR_STEPS_MOST (2 * PAIR_LAUNCHES_MOST + 1)

/*
 * The order: the host's first launch, which says what is stored to, the probe, whose death the guests that follow
 * can read of, and then the others, in pairs whose order the seed says. probe: whether one is made. Returns n.
 */
size_t pair_order(struct pair_step steps[PAIR_STEPS_MOST], unsigned int launches, uint64_t seed, bool probe);

struct pair_run {
	const struct pair_request *request;
	bool probe;              /* the access that proves the type may be made */
	struct own_files own;
	char mmiobench[PATH_MAX]; /* the ELF file that guests get */
	struct bindings *bindings; /* NULL: an emulated device's */
	struct result host;      /* the first of the host's, once it is there */
	bool witnessed;
	double begin_s;
	double spent_s[3];       /* on steps of each side, for the time left */
	unsigned int done[3], planned[3];
};

/* How many seconds it is expected to take, and those that it takes at most. */
double pair_estimate_s(const struct pair_request *r, bool probe);
double pair_most_s(const struct pair_request *r, bool probe);

/*
 * All measuring. What is changed of drivers is in p->bindings, and put back by the caller, whatever comes of it.
 * 0, or -errno after logging; -EINTR: a signal came.
 */
int pair_measure(struct pair_run *p);

/* Bounds, in seconds: until a VM is up, and of what is measured in a launch. */
double pair_boot_most_s(const struct pair_request *r);
double pair_launch_most_s(const struct pair_request *r);

/* The page, by mmiocompare, whose exit status it returns; a report beside it. -errno after logging. */
int pair_compare(struct pair_run *p);

/* A path in the results' directory. */
const char *pair_path(char buf[PATH_MAX], const struct pair_run *p, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line of progress on stderr, with the time since the beginning. */
void pair_say(const struct pair_run *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Each kind of step: 0, or -errno after logging. */
int pair_host(struct pair_run *p, unsigned int launch);
int pair_guest(struct pair_run *p, unsigned int launch); /* 0: the probe */

/* The name of another program of the suite: beside this one, as it was called. */
const char *pair_program(char buf[PATH_MAX], const char *name);

#endif
