/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_IN_USE_H
#define PAIR_IN_USE_H

#include "pci/device.h"

/*
 * What a function is in use for, from what sysfs and procfs say of it, of the devices below it (disks,
 * interfaces, displays) and of the processes that have one of these open. Changes nothing.
 *
 * Not promised: what somebody uses only now and then, as an interface that is down; processes, where who asks
 * is not root, or of another pid namespace.
 */

/* text: "network interface eth0 is up", "/dev/nvme0n1p2 is mounted on /home"; false: nothing was found. */
bool in_use(const struct pci_device *dev, char *text, size_t n);

/* Only processes, ours not counted: "qemu[187] has /dev/vfio/12 open". A function that is not there has none. */
bool in_use_by_process(const char *bdf, char *text, size_t n);

#endif
