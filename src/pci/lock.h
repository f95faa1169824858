/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_LOCK_H
#define PCI_LOCK_H

#include "pci/device.h"

/*
 * One mmiobench at a time on a function: another's traffic would be measured, and each would save
 * and put back what the other had written. An flock of the function's sysfs "config" file, so that
 * the kernel drops it however we end. Held as long as any process has the descriptor, which forked
 * children inherit. Not promised: against other programs, and in another network namespace, whose /sys has
 * other inodes (kernfs_test_super()): there the rescue file's lock holds (restore/rescue.h), for those
 * that share /run.
 *
 * The descriptor; -EBUSY or another -errno after logging.
 */
int pci_lock(const struct pci_device *dev);

/* fd < 0: nothing. */
void pci_unlock(int fd);

#endif
