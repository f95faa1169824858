/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_JOURNAL_H
#define RUN_JOURNAL_H

#include "record/result.h"

/*
 * The crash journal: one JSON object a line, each with a checksum. A probe that can kill the VM is
 * preceded by a record on disk; if nothing follows it, the machine did not survive the attempt.
 * Records that are torn or not ours are never trusted. A terminal can be written to, and holds nothing: a VM's
 * serial line, which somebody outside reads.
 */

#define JOURNAL_SCHEMA  "mmiobench-journal/1"
#define JOURNAL_DEFAULT "/var/lib/mmiobench/journal"

struct journal_attempt {
	const char *path;
	const struct result *result; /* device, BAR, boot id, kernel */
	struct word probe, mapping; /* enum probe, enum map_type */
	char id[64];
};

/*
 * Appends "about to try", and fsyncs file and directory, which are made if missing. 0, or -errno
 * after logging: then the attempt must not be made.
 */
int journal_before(struct journal_attempt *a, const char *path, const struct result *result,
		   enum probe probe, enum map_type mapping);

/* Appends how the attempt ended. 0, or -errno after logging. */
int journal_after(const struct journal_attempt *a, const struct word *outcome);

/*
 * Closes the result's open records of this boot: whoever made those attempts ended before saying
 * how, but the machine lives. Only while nobody else can be making one (pci_lock).
 */
void journal_settle(struct result *result, const char *path);

/*
 * Adds to the result what the journal knows of its BAR (same ids, address, BAR and size), oldest
 * first, the newest RESULT_JOURNAL_MAX; *ignored counts lines that cannot be trusted. No file:
 * nothing. 0, or -errno after logging.
 */
int journal_read(struct result *result, const char *path, size_t *ignored);

/*
 * The same for a result of another machine, from the journal that its VM left: what the result does
 * not have itself is marked as beside it. A file that lacks an attempt which the result has is some
 * other VM's: -EXDEV after logging; one in which no line even begins as ours do is no journal:
 * -EINVAL after logging. Else how many attempts the file knows of the BAR.
 */
int journal_read_beside(struct result *result, const char *path, size_t *ignored);

#endif
