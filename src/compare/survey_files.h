/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_SURVEY_FILES_H
#define COMPARE_SURVEY_FILES_H

#include "compare/survey.h"

/* A directory of results, read one at a time. */
struct survey_files {
	struct survey_record *records; /* owned, and their paths: one a file, in order */
	size_t n;
	size_t bytes;            /* mapped */
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

#endif
