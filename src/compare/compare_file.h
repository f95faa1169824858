/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_COMPARE_FILE_H
#define COMPARE_COMPARE_FILE_H

#include "compare/compare.h"
#include "compare/survey.h"

/* Comparisons and surveys as JSON; see record/json_file.h of files. */

#define COMPARE_SCHEMA "mmiobench-compare/1"
#define SURVEY_SCHEMA  "mmiobench-survey/1"

int compare_write(const struct comparison *c, const char *path);
int survey_write(const struct survey *s, const struct compare_ask *ask, const char *path);

#endif
