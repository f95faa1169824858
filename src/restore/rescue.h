/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESTORE_RESCUE_H
#define RESTORE_RESCUE_H

#include <limits.h>
#include "restore/power.h"
#include "restore/window.h"

/*
 * What a run has yet to put back, in a file that outlives SIGKILL: /run/mmiobench/BDF, which a boot
 * empties, as it does the device, in a directory that nobody but root may write to. While the file is
 * there, whatever the run changes can be put back as found, by another process (recover.c). Of this machine
 * and this program only: no byte order, no versions. Not promised: what somebody else changed since.
 *
 * While its run, or a child of it, lives, the file is locked (flock): pci_lock() is another lock in another
 * network namespace, where /sys is mounted anew, and of a device that was found anew.
 */
#define RESCUE_DIRECTORY "/run/mmiobench"
#define RESCUE_FRESH     ".new" /* behind its name before it is whole */
#define RESCUE_MAGIC     "mmiobench rescue 2"
#define RESCUE_WINDOWS   2

struct rescue_header {
	char magic[32];
	char boot_id[40];
	char bdf[20];
	char started[32];        /* when the run began, for whoever finds the file */
	uint16_t vendor, device;
	uint32_t bar;
	uint64_t bar_phys, bar_bytes;
	struct pci_power power;  /* as found; changed: it is to be put back. Its dev means nothing here */
	struct {
		uint64_t offset_bytes, length_bytes;
	} parts[RESCUE_WINDOWS];
	uint16_t subsystem_vendor, subsystem_device; /* 0: not known, as in device.h */
	uint32_t has_serial;
	uint64_t serial;
	uint64_t check;          /* of the header with 0 here, and the words */
};

/* The file, as it is read or to be written: the header, then the words of those windows that have some. */
struct rescue {
	struct rescue_header header;
	struct window windows[RESCUE_WINDOWS];
	char path[PATH_MAX];
	int lock;                /* of the file; -1: none, or not locked by us */
};

/* With nothing to put back, and no file yet. 0, -errno after logging. */
int rescue_begin(struct rescue *r, const struct pci_device *dev, const struct bar *bar,
		 const char *started);

/*
 * The file is then r, before any of it is changed: a file of this run is replaced, one of another run is
 * -EEXIST. 0, or -errno after logging: then the older one is as it was, and nothing may be changed.
 */
int rescue_keep(struct rescue *r);

/*
 * The windows are back, and have no words: the file is the power's state alone, or none is left. Only of this
 * run: where the function was removed and found again, another run may be at work on it. 0, or -errno after
 * logging that the file says more than there is to put back.
 */
int rescue_settle(struct rescue *r);

/* Of the function's file. 0, -errno after logging. */
int rescue_path(char buf[PATH_MAX], const char *bdf);

/* Of the file at path before it is whole. */
#define RESCUE_FRESH_MAX (PATH_MAX + 8)
void rescue_fresh_path(char buf[RESCUE_FRESH_MAX], const char *path);

/*
 * What lies there is stored to devices: nobody else may have put it there. 0; -EPERM after logging;
 * -ENOENT, -ENOTDIR: there is none; other -errno.
 */
int rescue_check_directory(void);

/* The same, once it is there: it is made where there is none. */
int rescue_make_directory(void);

/* Whether r is of this boot: 1, 0, -errno after logging. */
int rescue_this_boot(const struct rescue_header *h);

/* "983040 bytes at 0x0 of BAR 2, 8 bytes at 0xf8000 of BAR 2, its power state" */
#define RESCUE_DESCRIPTION 160
const char *rescue_describe(char *buf, size_t n, const struct rescue_header *h);

/* The file, which need not be there. 0, or -errno after logging. */
int rescue_remove(const struct rescue *r);

/* As rescue_keep, of a file that was read, too. Logs only what is wrong with the directory. */
int rescue_write(struct rescue *r);

/*
 * Reads the file at path. dev: what it may be of, so that one that says more does not get the memory; NULL: it
 * is not there. 0, and the caller frees; -ENOENT: there is none; -EBUSY: it cannot be locked, which was asked
 * for; other -errno: no file of ours. Logs nothing.
 */
int rescue_read(struct rescue *r, const char *path, const struct pci_device *dev, bool lock);
void rescue_free(struct rescue *r); /* and unlocks */

void rescue_unlock(struct rescue *r);

#endif
