/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_RESCUE_FILE_H
#define RUN_RESCUE_FILE_H

#include "pci/power.h"
#include "run/window.h"

/*
 * The rescue file itself: /run/mmiobench/BDF, in a directory that nobody but root may write to. Of
 * this machine and this program only: no byte order, no versions.
 *
 * While its run, or a child of it, lives, the file is locked (flock): pci_lock() is another lock in another
 * network namespace, where /sys is mounted anew, and of a device that was found anew. A descriptor that
 * is -1 locks nothing.
 */

#define RESCUE_DIRECTORY "/run/mmiobench"
#define RESCUE_WINDOWS	 2

struct rescue_header {
	char magic[32];
	char boot_id[40];
	char bdf[20];
	char started[32];
	uint16_t vendor, device;
	uint32_t bar;
	uint64_t bar_phys, bar_bytes;
	struct pci_power power;  /* its dev means nothing here */
	struct {
		uint64_t offset_bytes, length_bytes;
	} parts[RESCUE_WINDOWS];
	uint16_t subsystem_vendor, subsystem_device; /* 0: not known, as in device.h */
	uint32_t has_serial;
	uint64_t serial;
	uint64_t check;          /* of the header with 0 here, and the words */
};

struct rescue_file {
	struct rescue_header header; /* the windows' words follow it */
	uint32_t *words;             /* owned */
};

#define RESCUE_FRESH ".new"

/* suffix: "", or RESCUE_FRESH, its name before it is whole. 0, -errno after logging. */
int rescue_file_path(char *buf, size_t n, const char *bdf, const char *suffix);

/*
 * What lies there is stored to devices: nobody else may have put it there. 0; -EPERM after logging;
 * -ENOENT, -ENOTDIR: there is none; other -errno.
 */
int rescue_file_check_directory(void);

/* All but the windows and the check. 0, or -errno after logging. */
int rescue_file_begin(struct rescue_header *h, const struct pci_device *dev, const struct bar *bar);

/*
 * The file is then this header and these windows; those without words are left out. 0, -errno: then
 * the older one is as it was. *lock: of the older one, whose place it takes, then of this one; -1: none
 * may be there, or -EEXIST. Logs only what is wrong with the directory.
 */
int rescue_file_write(struct rescue_header *h, const struct window *windows, size_t n, int *lock);

void rescue_file_unlock(int *lock);

/*
 * dev: what a file may be of, so that one that says more does not get the memory; NULL: it is not
 * there. lock: NULL, or to lock it; left alone on errors. 0, and words are the caller's to free;
 * -ENOENT: there is none; -EBUSY: it cannot be locked; other -errno: no file of ours. Logs nothing.
 */
int rescue_file_read(struct rescue_file *f, const char *path, const struct pci_device *dev, int *lock);

/* Of -EBUSY, though pci_lock() is ours. */
void rescue_file_log_busy(const char *bdf);

/* What is wrong with a file that rescue_file_read does not take, from its -errno. */
const char *rescue_file_wrong(int err);

/* One that is not there is no error. 0, or -errno after logging. */
int rescue_file_remove(const char *path);

/* Whether it is of this boot: 1, 0, -errno after logging. */
int rescue_file_this_boot(const struct rescue_header *h);

uint64_t rescue_file_words_bytes(const struct rescue_header *h);

/* "983040 bytes at 0x0 of BAR 2, 8 bytes at 0xf8000 of BAR 2, its power state" */
#define RESCUE_DESCRIPTION 160
const char *rescue_file_describe(char *buf, size_t n, const struct rescue_header *h);

#endif
