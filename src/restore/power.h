/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESTORE_POWER_H
#define RESTORE_POWER_H

#include "pci/device.h"

/*
 * A BAR answers only in D0 and with memory decode on; mmap checks neither. What was found is kept
 * and put back. A virtual function's decode is its physical function's, by the specification; where it has
 * one all the same, as QEMU's, that is turned on.
 */
struct pci_power {
	const struct pci_device *dev;
	uint16_t command;        /* COMMAND register as found */
	uint16_t pmcsr;          /* as found; only when pm_offset > 0 */
	unsigned int pm_offset;  /* of the power management capability's PMCSR; 0: none */
	bool enabled;            /* we wrote 1 to sysfs "enable" */
	char runtime_pm[16];     /* power/control as found; "" when untouched */
	bool changed;            /* something is to be put back */
};

/*
 * Makes dev answer: D0, memory decode. Uses sysfs "enable" (a driver bound: leaves everything to
 * the driver and only checks). 0 or -errno after logging; then what had been changed is put back, and
 * power->changed says that some of it could not be. dev must outlive power.
 * Before each change note gets what is to be put back afterwards, that change with it; what it
 * returns, when not 0, is returned, and the change is not made. NULL: nobody is told.
 */
int pci_power_on(struct pci_power *power, const struct pci_device *dev,
		 int (*note)(const struct pci_power *found, void *arg), void *arg);

/*
 * Puts COMMAND, power state and runtime power management back as found; nothing if power_on changed
 * nothing. All of it is left as it is, with a warning and 0, where a driver has bound since: it is
 * the driver's; and the power state where somebody has put the function to sleep since. 0, or -errno
 * after logging what could not be put back: that is left in power, for another attempt.
 */
int pci_power_restore(struct pci_power *power);

#endif
