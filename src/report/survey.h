/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_SURVEY_H
#define REPORT_SURVEY_H

#include <stdio.h>
#include "judge/survey.h"

/* A directory of results, read one at a time. */
struct survey_files {
	char **paths;            /* owned, each too; in order */
	int *errs;               /* owned; not 0: it is a directory that cannot be looked into */
	size_t skip;             /* of a path: what all have in common */
	size_t n;
	struct survey_record *records; /* owned: one a name; of results, set */
	size_t records_bytes;    /* mapped */
};

#define SURVEY_FILES_MAX 1000000u

/*
 * Every *.json below dir but hidden ones; symbolic links to directories are not followed, and one to
 * nothing is a file that cannot be read. Read by a process a CPU, so that a file that costs its
 * reader the life is one broken record: memory is that of a file a CPU and a record a file.
 * Directories that cannot be looked into have records, too; copies are marked. 0; -errno after
 * logging: dir cannot be read, no file, too many.
 */
int survey_read(struct survey_files *files, const char *dir);
void survey_files_free(struct survey_files *files);

/* A file's name below the directory. */
const char *survey_file_name(const struct survey_files *files, size_t i);

void survey_text(FILE *out, const struct survey *s, const struct survey_files *files,
		 const struct compare_ask *ask);
int survey_write(const struct survey *s, const struct survey_files *files,
		 const struct compare_ask *ask, const char *path);

#endif
