/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_READER_H
#define REPORT_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "env/env.h"
#include "pci/device.h"

/*
 * Reads JSON that may hold anything, and stops at the first thing that does not fit: after a
 * failure nothing more is read, so that only the first is told, with where it is.
 */
struct reader {
	const char *path;
	const char *schema;      /* of the files that are read here */
	const char *program;     /* that writes them */
	char where[96];
	int ret;                 /* -EINVAL after logging, -ENOMEM */
};

/* Where in the file the next keys are, for messages. */
void reader_at(struct reader *rd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void reader_fail(struct reader *rd, const char *key, const char *what);

/* NULL, 0 or nothing after a failure. JSON_TRUE stands for both booleans. */
const json_t *reader_get(struct reader *rd, const json_t *o, const char *key, json_type type);
void reader_text(struct reader *rd, const json_t *o, const char *key, char *buf, size_t n);
json_int_t reader_int(struct reader *rd, const json_t *o, const char *key, json_int_t min,
		      json_int_t max);
uint64_t reader_u64(struct reader *rd, const json_t *o, const char *key, json_int_t max);
uint64_t reader_hex(struct reader *rd, const json_t *o, const char *key);
bool reader_bool(struct reader *rd, const json_t *o, const char *key);

/* Zero to 10^15. null, where allowed, gives 0: not measured. */
double reader_real(struct reader *rd, const json_t *o, const char *key, bool null_allowed);
const json_t *reader_list(struct reader *rd, const json_t *o, const char *key, size_t max,
			  size_t *n);

/* One of the words name_of(0) .. name_of(last), as its number. */
int reader_word(struct reader *rd, const json_t *o, const char *key, int last,
		const char *(*name_of)(int value));

/* How every file begins: its schema, which must be the reader's, who wrote it and when. */
void reader_start(struct reader *rd, const json_t *root, char version[32], char arch[16],
		  char started[32], char **command);

/* The fields "environment" and "device" of root; a BAR's own object. */
void reader_environment(struct reader *rd, const json_t *root, struct env *env);
void reader_device(struct reader *rd, const json_t *root, struct pci_device *d);
void reader_bar(struct reader *rd, const json_t *o, struct bar *b);

#endif
