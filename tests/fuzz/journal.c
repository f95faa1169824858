// SPDX-License-Identifier: GPL-2.0-or-later
// covers: run/journal.c
/*
 * A crash journal, and what it says in a result. Checksums are for torn records, not for malice:
 * each line's is made right before it is read, unless the input begins with '!'. With '*' it is there
 * so often that it is more than is kept.
 */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "record/result_file.h"
#include "verdict/judge.h"
#include "record/json_file.h"
#include "run/journal.h"
#include "fuzz.h"

#define JOURNAL	     "journal"
#define SETTLED_MOST 4
#define REPEATED_MOST 200 /* by a process: one takes as long as a hundred others */
#define BOOT	     "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c"

/* The guest of tests/data, without figures. */
static void guest(struct result *r)
{
	*r = (struct result){
		.version = "0",
		.arch = "aarch64",
		.started = "2026-01-01T00:00:00Z",
		.device = { .bdf = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1110 },
		.bar = { .index = 2, .kind = BAR_MEMORY, .size_bytes = 16 << 20 },
		.profile = "quick",
		.rounds_planned = 1,
		.batches = 1,
		.clock_hz = 1e9,
		.clock_resolution_ticks = 1,
		.asks = { "Device-nGnRE", "Normal-NC", "Normal-WB", "Device-nGnRnE" },
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

/* Of more than a few lines it would take too long. */
static bool is_repeated(const uint8_t *data, size_t size)
{
	return size && size < 1024 && data[0] == '*';
}

static void put_checks(const uint8_t *data, size_t size)
{
	size_t often = is_repeated(data, size) ? RESULT_JOURNAL_MAX + 2 : 1, n;
	char *all = fuzz_text(data + (often > 1), size - (often > 1)), *rest = all, *line;
	FILE *out = fuzz_out();
	const char *text;

	while ((line = strsep(&rest, "\n")))
		put_line(out, line);
	free(all);
	if (often > 1) { /* a line, as a rule */
		text = fuzz_out_close(&n);
		all = fuzz_text((const uint8_t *)text, n);
		out = fuzz_out();
		while (often--)
			fwrite(all, 1, n, out);
		free(all);
	}
	text = fuzz_out_close(&n);
	fuzz_require(fuzz_tree_put(JOURNAL, text, n), "no journal");
}

/* Its name, where it can be written to, until the next one. */
static const char *put_journal(const uint8_t *data, size_t size)
{
	static char path[PATH_MAX];

	fuzz_tree(NULL, 0);
	if (size && data[0] == '!')
		fuzz_require(fuzz_tree_put(JOURNAL, data + 1, size - 1), "no journal");
	else
		put_checks(data, size);
	snprintf(path, sizeof(path), "%s", fuzz_tree_path(JOURNAL));
	return path;
}

static size_t journal_bytes(const char *path, char **bytes)
{
	FILE *f = fopen(path, "re");
	size_t n;

	fuzz_require(f && !fseek(f, 0, SEEK_END), "no journal");
	n = (size_t)ftell(f);
	*bytes = malloc(n + 1);
	rewind(f);
	fuzz_require(*bytes && fread(*bytes, 1, n, f) == n, "no journal");
	(*bytes)[n] = 0;
	fclose(f);
	return n;
}

/* With another year in the last record, which is the one that was noted, that is not trusted. */
static void check_changed(const char *path, size_t ignored)
{
	char *bytes, *year, *last = NULL;
	size_t n = journal_bytes(path, &bytes), more;
	struct result r;

	for (size_t i = 0; i + 10 < n; i++)
		if (!memcmp(bytes + i, "\"time\":\"20", 10))
			last = bytes + i;
	fuzz_require(last, "no time");
	year = last + 9;
	*year ^= 1;
	fuzz_require(fuzz_tree_put(JOURNAL, bytes, n), "no journal");
	guest(&r);
	fuzz_require(!journal_read(&r, path, &more) && more == ignored + 1, "%zu after %zu", more,
		     ignored);
	result_free(&r);
	*year ^= 1;
	fuzz_require(fuzz_tree_put(JOURNAL, bytes, n), "no journal");
	free(bytes);
}

/* Whatever lies in a journal, what is noted behind it is found again: open, then as it ended. */
static void check_noted(const char *path)
{
	struct journal_attempt a;
	struct result before, after;
	const struct journal_record *last;
	size_t ignored, torn;

	guest(&before);
	guest(&after);
	fuzz_require(!journal_before(&a, path, &before, PROBE_ALIGNMENT, MAP_WC), "%s", fuzz_error());
	fuzz_require(!journal_read(&before, path, &ignored) && before.n_journal, "it is not there");
	last = &before.journal[before.n_journal - 1];
	fuzz_require(!strcmp(last->attempt, a.id) && last->outcome.is == OUTCOME_NONE && last->this_boot &&
		     last->probe.is == PROBE_ALIGNMENT && last->mapping.is == MAP_WC &&
		     !strcmp(last->boot_id, BOOT), "'%s' '%s'", last->attempt, probe_outcome_text(&last->outcome));
	check_changed(path, ignored);
	fuzz_require(!journal_after(&a, &(struct word){ .is = OUTCOME_WORKS }), "%s", fuzz_error());
	fuzz_require(!journal_read(&after, path, &torn) && torn == ignored &&
		     after.n_journal == before.n_journal, "%zu, %zu", torn, ignored);
	last = &after.journal[after.n_journal - 1];
	fuzz_require(!strcmp(last->attempt, a.id) && last->outcome.is == OUTCOME_WORKS, "'%s'",
		     probe_outcome_text(&last->outcome));
	result_free(&before);
	result_free(&after);
}

static size_t count_open(const struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_journal; i++)
		n += r->journal[i].this_boot && r->journal[i].outcome.is == OUTCOME_NONE;
	return n;
}

/* What nobody saw end in this boot is settled, and stays so. */
static void check_settled(struct result *r, const char *path, size_t ignored)
{
	struct result again;
	size_t n = r->n_journal, after;

	if (count_open(r) > SETTLED_MOST)
		return; /* each is written to the disk */
	journal_settle(r, path);
	fuzz_require(!count_open(r) && r->n_journal == n, "%zu open, %s", count_open(r), fuzz_error());
	guest(&again);
	fuzz_require(!journal_read(&again, path, &after) && !count_open(&again) && after == ignored,
		     "%zu open, %zu ignored", count_open(&again), after);
	result_free(&again);
}

/* An attempt that nobody ends is open, and settled by the next run. */
static void check_own_settled(const char *path)
{
	struct journal_attempt a;
	struct result r;
	size_t ignored;

	guest(&r);
	fuzz_require(!journal_before(&a, path, &r, PROBE_DC_ZVA, MAP_WC), "%s", fuzz_error());
	fuzz_require(!journal_read(&r, path, &ignored) && count_open(&r), "it is not open");
	check_settled(&r, path, ignored);
	result_free(&r);
}

/* What is taken from a journal goes into results, that mmiocompare must be able to read. */
static void check_result(const struct result *r)
{
	struct verdict v;
	struct result again;
	json_t *root;

	judge_run(&v, r, NULL);
	root = result_json(r, &v);
	fuzz_require(!result_from_json(&again, root, "result"), "%s", fuzz_error());
	fuzz_require(again.n_journal == r->n_journal, "%zu of %zu records", again.n_journal,
		     r->n_journal);
	json_decref(root);
	result_free(&again);
}

FUZZ_TARGET(journal)
{
	static unsigned int repeated;
	struct result r, beside;
	size_t ignored, ignored_beside, own, most;
	const char *path;
	int ret;

	if (is_repeated(data, size) && ++repeated > REPEATED_MOST)
		return 0;
	path = put_journal(data, size);
	fuzz_begin();
	guest(&r);
	guest(&beside);
	fuzz_require(!journal_read(&r, path, &ignored), "%s", fuzz_error());
	most = (size + 1) * (is_repeated(data, size) ? RESULT_JOURNAL_MAX + 2 : 1);
	fuzz_require(r.n_journal <= RESULT_JOURNAL_MAX && r.n_journal + ignored <= most,
		     "%zu records, %zu ignored", r.n_journal, ignored);
	for (size_t i = 0; i < r.n_journal; i++)
		fuzz_require(r.journal[i].this_boot == (!r.journal[i].boot_id[0] ||
							!strcmp(r.journal[i].boot_id, BOOT)),
			     "of boot '%s'", r.journal[i].boot_id);
	if (is_repeated(data, size)) {
		result_free(&r);
		result_free(&beside);
		return 0;
	}
	check_result(&r);
	/* the same again says nothing new; beside another result it says the same; what has no attempt,
	   but other lines, may be no journal at all */
	own = r.n_journal;
	ret = journal_read_beside(&r, path, &ignored_beside);
	fuzz_require((ret == (int)own || (ret == -EINVAL && !own && ignored && fuzz_error()[0])) &&
		     r.n_journal == own && ignored_beside == ignored, "%d, %zu, %s", ret, own, fuzz_error());
	fuzz_require(journal_read_beside(&beside, path, &ignored_beside) == ret && beside.n_journal <= own,
		     "%d of %zu", ret, own);
	check_settled(&r, path, ignored);
	check_noted(path);
	check_own_settled(path);
	result_free(&r);
	result_free(&beside);
	return 0;
}
