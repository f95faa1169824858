/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_VF_H
#define PAIR_VF_H

#include <stdbool.h>
#include <stddef.h>

/* One virtual function of SR-IOV for the time of a run, while its physical function keeps its driver. */
struct vf_state {
	char pf[20];             /* ""; none is made */
	unsigned int numvfs;     /* as found: 0, or none would be made */
	int autoprobe;           /* sriov_drivers_autoprobe as found; -1: this kernel has none */
};

/* False: why says what is in the way, with the function's address. */
bool vf_may_be_made(const char *pf, char *why, size_t n);

/* As found, before any change. 0, or -errno after logging. */
int vf_read(struct vf_state *vf, const char *pf);

/*
 * Makes it, without a driver; bdf (20 bytes): its address. Only once what was found is on disk (bindings_keep).
 * 0, or -errno after logging; vf_remove puts back in either case.
 */
int vf_make(const struct vf_state *vf, char *bdf);

/* Puts back what differs from what was found. The VF must be nobody's. 0, or -errno after logging. */
int vf_remove(const struct vf_state *vf);

#endif
