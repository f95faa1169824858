// SPDX-License-Identifier: GPL-2.0-or-later
// covers: run/journal.c
/*
 * A crash journal, and what it says in a result. Checksums are for torn records, not for malice:
 * each line's is made right before it is read, unless the input begins with '!'.
 */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "report/json_file.h"
#include "run/journal.h"
#include "fuzz.h"

#define BOOT "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c"

/* The guest of tests/data, without figures. */
static void guest(struct result *r)
{
	*r = (struct result){
		.arch = "aarch64",
		.started = "2026-01-01T00:00:00Z",
		.device = { .bdf = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1110 },
		.bar = { .index = 2, .kind = BAR_MEMORY, .size_bytes = 16 << 20 },
		.profile = "quick",
		.clock_hz = 1e9,
	};
	fuzz_require(!fact_add(&r->env.facts, "boot_id", "test", BOOT), "out of memory");
}

static void put_line(FILE *out, const char *line)
{
	json_t *record = json_loads(line, 0, NULL);
	char *text, check[20];

	json_object_del(record, "check");
	text = json_is_object(record) ? json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (text) {
		snprintf(check, sizeof(check), "%016" PRIx64, hash_string(HASH_START, text));
		json_object_set_new(record, "check", json_string(check));
		free(text);
		text = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
	}
	fprintf(out, "%s\n", text ? text : line);
	free(text);
	json_decref(record);
}

static const char *put_checks(const uint8_t *data, size_t size)
{
	char *all = fuzz_text(data, size), *rest = all, *line;
	const char *text;
	FILE *out = fuzz_out();
	size_t n;

	while ((line = strsep(&rest, "\n")))
		put_line(out, line);
	free(all);
	text = fuzz_out_close(&n);
	return fuzz_file(text, n);
}

/* What is taken from a journal goes into results, that mmiocompare must be able to read. */
static void check_result(const struct result *r)
{
	struct verdict v;
	struct result again;
	json_t *root;

	judge_run(&v, r, NULL);
	root = json_result(r, &v);
	fuzz_require(!result_from_json(&again, root, "result"), "%s", fuzz_error());
	fuzz_require(again.n_journal == r->n_journal, "%zu of %zu records", again.n_journal,
		     r->n_journal);
	json_decref(root);
	result_free(&again);
}

FUZZ_TARGET(journal)
{
	bool as_it_is = size && data[0] == '!';
	const char *path = as_it_is ? fuzz_file(data + 1, size - 1) : put_checks(data, size);
	struct result r, beside;
	size_t ignored, ignored_beside, own;
	int ret;

	fuzz_begin();
	guest(&r);
	guest(&beside);
	fuzz_require(!journal_read(&r, path, &ignored), "%s", fuzz_error());
	fuzz_require(r.n_journal <= RESULT_JOURNAL_MAX && r.n_journal + ignored <= size + 1,
		     "%zu records, %zu ignored", r.n_journal, ignored);
	check_result(&r);
	/* the same again says nothing new; beside another result it says the same */
	own = r.n_journal;
	ret = journal_read_beside(&r, path, &ignored_beside);
	fuzz_require(ret == (int)own && r.n_journal == own && ignored_beside == ignored,
		     "%d, %zu, %s", ret, own, fuzz_error());
	ret = journal_read_beside(&beside, path, &ignored_beside);
	fuzz_require(ret == (int)own && beside.n_journal <= own, "%d of %zu", ret, own);
	result_free(&r);
	result_free(&beside);
	return 0;
}
