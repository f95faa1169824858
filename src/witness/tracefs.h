/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_TRACEFS_H
#define WITNESS_TRACEFS_H

#include <stdbool.h>
#include <stdint.h>
#include "pci/device.h"

/*
 * A kprobe event on kvm_pgtable_stage2_map in a trace instance of our own, filtered to the BARs of
 * a device. Nothing of anybody else's tracing is changed, and nothing is left behind: what a killed
 * mmiowitness left, the next one removes. A living one is told from a dead one by an flock of its
 * instance's directory, which the kernel drops however it ends, in whatever container it was.
 */
#define TRACEFS_SYMBOL "kvm_pgtable_stage2_map"

struct tracefs {
	const char *root;        /* "/sys/kernel/tracing" */
	char id[32];             /* "801": of the instance mmiowitness-801, the event map_801 */
	int lock_fd;             /* of the instance's directory */
	int pipe_fd;             /* trace_pipe, does not block */
};

/* Where tracefs is mounted, below the sysroot; NULL: nowhere. */
const char *tracefs_find(void);

/*
 * Removes what dead ones left, then sets the probe; events come from pipe_fd. The caller has
 * blocked the signals that would end it. 0; -errno after logging, then nothing is left;
 * -EOPNOTSUPP: this machine takes no such probe.
 */
int tracefs_open(struct tracefs *t, const struct pci_device *dev);

/* No event after this; those before can still be read. */
void tracefs_stop(const struct tracefs *t);

/* How often the probe was hit, by mappings of anything, and how often it missed one. */
bool tracefs_hits(const struct tracefs *t, uint64_t *hits, uint64_t *missed);

/* Removes event and instance. 0, or -errno after logging what is left and how to remove it. */
int tracefs_close(struct tracefs *t);

/* Removes what dead ones left; how many, or -errno after logging. Called by tracefs_open. */
int tracefs_sweep(const char *root);

/* The event filter for the device's BARs: "(pa >= 0x.. && pa < 0x..) || ..". -ENOSPC, -ENODEV. */
int tracefs_filter(char *buf, size_t n, const struct pci_device *dev);

#endif
