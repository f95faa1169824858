/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_BASELINE_H
#define REPORT_BASELINE_H

#include <jansson.h>
#include <stdio.h>
#include "judge/baseline.h"

/*
 * Baselines on disk: DIRECTORY/MACHINE/DEVICE/NAME.jsonl, a line that says what it is, then a line
 * for each result, as mmiobench writes it. One file, so that it is there as a whole or not at all,
 * and can be moved, copied and committed. What its results say counts, the first line is for
 * finding them.
 */
#define BASELINE_SCHEMA    "mmiobench-baseline/1"
#define BASELINE_FILES_MAX 10000u

/* What the first line says; "" where nothing is known. */
struct baseline_head {
	char saved[32];          /* ISO 8601, UTC */
	unsigned int runs;
	char keys[BASELINE_KEYS][BASELINE_VALUE]; /* the facts that are */
	char started[32];        /* of the first run */
	char kernel[BASELINE_VALUE];
	char verdict[16];
	bool emulated;
};

/* One file. */
struct baseline_file {
	char *path;              /* owned */
	char name[BASELINE_NAME_MAX + 1];
	struct baseline_head head; /* only where why is "" */
	char why[224];           /* it cannot be read */
};

/* All files of a directory, in order of their paths. */
struct baseline_list {
	struct baseline_file *v; /* owned */
	size_t n, n_broken;
};

/* Reads first lines only. 0, -errno after logging: a part of it cannot be looked into. */
int baseline_list_read(struct baseline_list *list, const char *directory);
void baseline_list_free(struct baseline_list *list);

void baseline_list_text(FILE *out, const struct baseline_list *list, const char *directory);
int baseline_list_write(const struct baseline_list *list, const char *path);

/*
 * Finds the baseline of that name for the machine and device that like is of; with keys among the
 * ignored facts the only one that has the other keys. *path: the caller frees. 0; -errno after
 * logging, where there is none with what there is instead.
 */
int baseline_find(char **path, const char *directory, const char *name, const struct result *like,
		  uint64_t ignored);

/* All of a file; *runs and the results are the caller's to free. 0, -errno after logging. */
int baseline_read(struct baseline_head *head, struct result **runs, size_t *n_runs,
		  const char *path);

/*
 * Keeps runs, which fit each other, under that name; directories that are missing are made, links
 * in the directory not followed. *path: where, the caller frees. 0; -errno after logging: then what
 * was there is there. Only where a directory cannot be fsynced the new one may be there all the
 * same.
 */
int baseline_save(char **path, const char *directory, const char *name,
		  const struct compare_side *runs, bool replace);

/* Fresh, of a comparison with one; NULL: out of memory. */
json_t *baseline_json(const struct baseline *b);

#endif
