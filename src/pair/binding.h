/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_BINDING_H
#define PAIR_BINDING_H

#include <limits.h>
#include "pair/group.h"
#include "pair/vf.h"
#include "pci/select.h"

/*
 * What a run changes of drivers, and puts back. Before the first change, all of it as found is in a file that
 * outlives SIGKILL: /run/mmiobench/pair-BDF, beside mmiobench's own (restore/rescue.h), and as safe. Each step can be
 * made again: what is as it was found already is left alone. Not promised: what somebody else changed since, and what
 * a driver forgets when it lets go of its device (an interface's addresses, an array's member).
 *
 * The file is locked (flock) while the run lives, or a child of it that a driver keeps in the kernel; a program that
 * either starts does not have the lock.
 */
struct binding {
	char bdf[20];
	uint16_t vendor, device;
	char driver[64];         /* "": none was bound */
	char override[64];       /* driver_override; "": none */
	bool has_command;        /* only of a function without a driver: a driver sets its own */
	uint16_t command;
	char power_control[16];  /* "auto", "on"; "": not known */
	char autosuspend_delay_ms[16]; /* "": it has none */
	bool is_taken;           /* to be put back */
};

struct bindings {
	char bdf[20];            /* the function that the run is about, with --vf the physical one */
	char boot_id[40];        /* ""; not known */
	char started[32];
	int pid;                 /* of the run */
	struct binding v[GROUP_MAX]; /* in the order found, which is that of rebinding */
	size_t n;
	bool group_is_pending;   /* who else is in it was not known */
	struct vf_state vf;
	char path[PATH_MAX];
	int lock;                /* of the file; -1: there is none, and nothing may be changed */
	double patience_s;       /* for each store that a driver may keep */
};

/* Nothing is known yet. 0, or -errno after logging. */
int bindings_begin(struct bindings *b, const char *bdf);

/* All members but bridges, before any change. 0, or -errno after logging. */
int bindings_read(struct bindings *b, const struct group *g);

/*
 * The file is then b, which is to be put back from now on; made again it replaces the run's own. 0; -EBUSY: another
 * run works on one of its functions; -EEXIST: one has left something behind; other -errno. All after logging, and
 * then nothing may be changed.
 */
int bindings_keep(struct bindings *b);

/* No driver at any function, and none comes. 0, or -errno after logging. */
int bindings_release(struct bindings *b);

/*
 * All functions to vfio-pci, which is loaded. 0; -EBUSY: their group, which was pending, has another with a driver;
 * other -errno. All after logging.
 */
int bindings_to_vfio(struct bindings *b);

/*
 * Takes from VFIO what it did not have when it was found. What has its own driver by now, or somebody else's, keeps
 * it: that may be in use. 0, or -errno after logging. bindings_put_back does it, too.
 */
int bindings_let_go(struct bindings *b);

/*
 * As found, in that order; all of it, even where a part fails. 0: the file is gone. -errno after logging what could
 * not be put back: that is left in the file. Where nothing was kept there is nothing to do.
 */
int bindings_put_back(struct bindings *b);

/*
 * Puts back what runs on selected functions have left behind that live no more, with a line on stdout for each;
 * dry_run: only the line. when_free is called for each function that has no driver, before its own comes back;
 * where that does not return 0 the rest is left for another attempt. done: how many. 0, or -errno after logging.
 */
typedef int bindings_free(const char *bdf, void *arg);
int bindings_recover(bool dry_run, const struct pci_select *select, bindings_free *when_free, void *arg, size_t *done);

/* Whether a run that lives no more has left something behind for the function. Logs nothing. */
bool bindings_are_left(const char *bdf);

/* "driver nvme of 0000:01:00.0, no driver of 0000:01:00.1, SR-IOV of 0000:02:00.0" */
#define BINDINGS_DESCRIPTION 512
const char *bindings_describe(char *buf, size_t n, const struct bindings *b);

/* Parts of the file's side (binding_file.c) that binding.c needs. */

/* Writes b as it is, and locks it. 0 or -errno; logs nothing. */
int binding_file_write(struct bindings *b);

/* Removes the file and the lock. 0, or -errno after logging. */
int binding_file_remove(struct bindings *b);

/*
 * Reads path. 0; -ENOENT: none; -EBADMSG: none of ours, or not whole; other -errno. Not locked; logs nothing.
 */
int binding_file_read(struct bindings *b, const char *path);

#endif
