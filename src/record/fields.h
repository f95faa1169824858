/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include "record/field.h"

/* The tables of records, and what they share. */

#define PATTERN_TIME   "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
#define PATTERN_BDF    "^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]$"
#define PATTERN_ONE    "^[a-z0-9-]+$" /* a barrier's name */
#define PATTERN_NAME   "^[a-z0-9-]*$" /* or none */
#define PATTERN_CELL                                                                               \
	"^[a-z0-9-]+/[a-z0-9-]+/[A-Za-z0-9_+]+(~[a-z]+[0-9]*)?"                                    \
	"((\\+[a-z0-9-]+)+@(each|end|[0-9]+[KMGT]?))?(:[a-z0-9-]+)*/[0-9]+[KMGT]?(\\+[0-9]+)?"     \
	"(/(posted|flushed))?$"

/* How a file of ours begins: who wrote it, of a struct with version, arch, command. */
#define TOOL_FIELDS(tag)                                                                           \
	{ TEXT("version", tag, version, .least = 1), TEXT("arch", tag, arch, .words = &words_arch),  \
	  { 0 } }

extern const struct words words_arch, words_confidence, words_machine; /* machine_fields.c */
extern const struct words words_direction, words_profile, words_status, words_unit,
	words_window; /* result_fields.c */

extern const struct record_table env_table, device_table, bar_table; /* machine_fields.c */
extern const struct record_table cell_table, result_table, spec_table;	  /* result_fields.c */
extern const struct record_table self_check_table;

extern const struct record_table witness_table;			/* of witness/ */
extern const struct words words_memory_type, words_range_state, words_through, words_who;
extern const struct record_table comparison_table, survey_table, witnessed_table; /* of compare/ */
extern const struct words words_outcome;			/* of verdict/ */

/* In the file of a result, though it follows from it: see result_json. Of verdict/. */
extern const struct record_table verdict_table;

#endif
