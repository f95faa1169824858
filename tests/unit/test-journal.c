// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/hash.h"
#include "run/journal.h"
#include "fixture.h"

#define OTHER_BOOT "aca2f632-b8d1-45aa-9b58-d9d27c027229"

static void set_boot(struct result *r, const char *id)
{
	facts_free(&r->env.facts);
	assert_int_equal(0, fact_add(&r->env.facts, "boot_id", "/proc", "%s", id));
	assert_int_equal(0, fact_add(&r->env.facts, "kernel_release", "uname(2)", "6.1.0"));
}

static const char *journal_path(const char *name)
{
	static char path[512];

	return fixture_path(path, sizeof(path), name);
}

static int after(const struct journal_attempt *a, const char *outcome)
{
	struct word word;

	word_set(&word, &words_probe_outcome, outcome);
	return journal_after(a, &word);
}

/* One attempt on the BAR of a result that is otherwise the fixture's. */
static void attempt(const char *path, const char *boot, const char *outcome,
		    void (*change)(struct result *r))
{
	struct journal_attempt a;
	struct result r;

	fixture_result(&r);
	set_boot(&r, boot);
	if (change)
		change(&r);
	assert_int_equal(0, journal_before(&a, path, &r, PROBE_ALIGNMENT, MAP_WC));
	if (outcome)
		assert_int_equal(0, after(&a, outcome));
	result_free(&r);
}

/* What a run of this boot finds in the journal. */
static size_t read_back(struct result *r, const char *path)
{
	size_t ignored = 4711;

	fixture_result(r);
	assert_int_equal(0, journal_read(r, path, &ignored));
	return ignored;
}

static void assert_outcomes(const char *path, size_t ignored, size_t n, const char *const *outcomes)
{
	struct result r;

	assert_int_equal(ignored, read_back(&r, path));
	assert_int_equal(n, r.n_journal);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(outcomes[i], probe_outcome_text(&r.journal[i].outcome));
	result_free(&r);
}

static void test_none(void **state)
{
	(void)state;
	assert_outcomes(journal_path("none"), 0, 0, NULL);
	assert_outcomes(journal_path("no/such/place"), 0, 0, NULL);
	fixture_write(journal_path("empty"), "", 0);
	assert_outcomes(journal_path("empty"), 0, 0, NULL);
	fixture_write(journal_path("empty"), "\n\n\n", 3);
	assert_outcomes(journal_path("empty"), 0, 0, NULL);
}

static void test_before_after(void **state)
{
	const char *path = journal_path("pair");
	struct result r;
	struct stat st;

	(void)state;
	attempt(path, OTHER_BOOT, "works", NULL);
	assert_int_equal(0, read_back(&r, path));
	assert_int_equal(1, r.n_journal);
	assert_string_equal("works", probe_outcome_text(&r.journal[0].outcome));
	assert_int_equal(PROBE_ALIGNMENT, r.journal[0].probe.is);
	assert_int_equal(MAP_WC, r.journal[0].mapping.is);
	assert_string_equal(OTHER_BOOT, r.journal[0].boot_id);
	assert_string_equal("6.1.0", r.journal[0].kernel);
	assert_int_equal(20, strlen(r.journal[0].time));
	assert_false(r.journal[0].this_boot);
	result_free(&r);
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0600, st.st_mode & 0777);
}

static void test_dangling_and_latest(void **state)
{
	static const char *const outcomes[] = { "", "works", "SIGBUS/BUS_ADRALN", "" };
	const char *path = journal_path("dangling");
	struct result r;

	(void)state;
	attempt(path, OTHER_BOOT, NULL, NULL);
	attempt(path, OTHER_BOOT, "works", NULL);
	attempt(path, OTHER_BOOT, "SIGBUS/BUS_ADRALN", NULL);
	attempt(path, FIXTURE_BOOT, NULL, NULL);
	assert_outcomes(path, 0, 4, outcomes); /* oldest first: the last one decides */
	read_back(&r, path);
	assert_false(r.journal[0].this_boot);
	assert_false(r.journal[2].this_boot);
	assert_true(r.journal[3].this_boot);
	result_free(&r);
}

/* A boot that is not known is not another one: that would prove that the VM died. */
static void test_unknown_boot(void **state)
{
	const char *path = journal_path("unknown-boot");
	struct result r;
	size_t ignored;

	(void)state;
	attempt(path, OTHER_BOOT, NULL, NULL);
	fixture_result(&r);
	facts_free(&r.env.facts);
	assert_int_equal(0, journal_read(&r, path, &ignored));
	assert_true(r.journal[0].this_boot);
	journal_settle(&r, path); /* nor is it said that this boot survived it */
	assert_string_equal("", probe_outcome_text(&r.journal[0].outcome));
	result_free(&r);

	attempt(path, "", NULL, NULL);
	read_back(&r, path);
	assert_false(r.journal[0].this_boot);
	assert_true(r.journal[1].this_boot);
	result_free(&r);
}

/* Two attempts at once: an end belongs to its own beginning. */
static void test_interleaved(void **state)
{
	static const char *const outcomes[] = { "works", "timeout" };
	const char *path = journal_path("interleaved");
	struct journal_attempt a, b;
	struct result r;

	(void)state;
	fixture_result(&r);
	assert_int_equal(0, journal_before(&a, path, &r, PROBE_ALIGNMENT, MAP_WC));
	assert_int_equal(0, journal_before(&b, path, &r, PROBE_ALIGNMENT, MAP_WC));
	assert_string_not_equal(a.id, b.id);
	assert_int_equal(0, after(&b, "timeout"));
	assert_int_equal(0, after(&a, "works"));
	assert_outcomes(path, 0, 2, outcomes);
	result_free(&r);
}

static void change_ids(struct result *r)
{
	r->device.device++;
}

static void change_bdf(struct result *r)
{
	strcpy(r->device.bdf, "0000:00:04.0");
}

static void change_bar(struct result *r)
{
	r->bar.index = 0;
}

static void change_size(struct result *r)
{
	r->bar.size_bytes *= 2;
}

static void test_other_devices(void **state)
{
	static const char *const outcomes[] = { "works" };
	const char *path = journal_path("others");

	(void)state;
	attempt(path, OTHER_BOOT, NULL, change_ids);
	attempt(path, OTHER_BOOT, NULL, change_bdf);
	attempt(path, OTHER_BOOT, NULL, change_bar);
	attempt(path, OTHER_BOOT, NULL, change_size);
	assert_outcomes(path, 0, 0, NULL);
	attempt(path, OTHER_BOOT, "works", NULL);
	assert_outcomes(path, 0, 1, outcomes);
}

/* The one record that an attempt appended, without its line ends. */
static char *one_record(const char *name, const char *outcome)
{
	const char *path = journal_path(name);
	char *text, *end, *record;
	size_t n;

	unlink(path);
	attempt(path, OTHER_BOOT, outcome, NULL);
	text = fixture_read(path, &n);
	assert_int_equal('\n', text[0]);
	assert_int_equal('\n', text[n - 1]);
	end = strchr(text + 1, '\n');
	*end = 0;
	record = strdup(text + 1);
	assert_non_null(record);
	free(text);
	return record;
}

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "ae");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(0, fclose(f));
}

/* Wherever a crash cut the last line, it is ignored, and what comes after it is read. */
static void test_torn(void **state)
{
	static const char *const outcomes[] = { "works", "works" };
	char *record = one_record("torn-source", NULL), path[512];
	size_t len = strlen(record);

	(void)state;
	fixture_path(path, sizeof(path), "torn");
	for (size_t cut = 1; cut < len; cut += 3) {
		char *torn = strndup(record, cut);

		assert_non_null(torn);
		unlink(path);
		attempt(path, OTHER_BOOT, "works", NULL);
		append(path, torn);
		assert_outcomes(path, 1, 1, outcomes);
		attempt(path, OTHER_BOOT, "works", NULL);
		assert_outcomes(path, 1, 2, outcomes);
		free(torn);
	}
	free(record);
}

static void test_garbage(void **state)
{
	static const char *const lines[] = {
		"garbage", "{}", "[]", "null", "42", "\"mmiobench-journal/1\"", "{\"schema\": 1}",
		"{\"schema\": \"mmiobench-journal/1\"}",
		"{\"schema\": \"mmiobench-journal/1\", \"check\": 5}",
		"{\"schema\": \"mmiobench-journal/1\", \"check\": \"0000000000000000\"}",
		"{\"schema\": \"mmiobench-journal/1\", \"check\": \"\\u0000\"}",
		"\033[31m\377\376", "{\"a\":{\"a\":{\"a\":[[[[[",
	};
	static const char *const outcomes[] = { "works" };
	char path[512], nul[] = "\nabc\0def\n";
	char *deep = malloc(100001);
	size_t n = sizeof(lines) / sizeof(lines[0]);

	(void)state;
	fixture_path(path, sizeof(path), "garbage");
	fixture_write(path, nul, sizeof(nul) - 1);
	for (size_t i = 0; i < n; i++) {
		append(path, lines[i]);
		append(path, "\n");
	}
	assert_non_null(deep);
	memset(deep, '[', 100000);
	deep[100000] = 0;
	append(path, deep);
	free(deep);
	attempt(path, OTHER_BOOT, "works", NULL);
	assert_outcomes(path, n + 2, 1, outcomes);
}

/* Any changed byte of a record makes it untrusted: none is believed with other words. */
static void test_changed(void **state)
{
	char *record = one_record("changed-source", NULL), path[512];
	size_t len = strlen(record);

	(void)state;
	fixture_path(path, sizeof(path), "changed");
	for (size_t i = 0; i < len; i++) {
		struct result r;

		record[i] ^= 1;
		fixture_write(path, record, len);
		assert_int_equal(1, read_back(&r, path));
		assert_int_equal(0, r.n_journal);
		result_free(&r);
		record[i] ^= 1;
	}
	fixture_write(path, record, len);
	assert_outcomes(path, 0, 1, (const char *const[]){ "" });
	free(record);
}

/* The record with another text and a checksum that is right for it. */
static char *with_text(const char *record, const char *key, const char *value)
{
	json_t *o = json_loads(record, 0, NULL);
	char check[20], *text;

	assert_non_null(o);
	json_object_set_new(o, key, json_string(value));
	json_object_del(o, "check");
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	assert_non_null(text);
	snprintf(check, sizeof(check), "%016" PRIx64, hash_string(HASH_START, text));
	free(text);
	json_object_set_new(o, "check", json_string(check));
	text = json_dumps(o, JSON_COMPACT);
	assert_non_null(text);
	json_decref(o);
	return text;
}

/* A later format is not ours to understand, however sound its checksum. */
static void test_foreign_schema(void **state)
{
	char *record = one_record("foreign-source", NULL), *ours, *foreign, path[512];

	(void)state;
	fixture_path(path, sizeof(path), "foreign");
	ours = with_text(record, "schema", JOURNAL_SCHEMA);
	fixture_write(path, ours, strlen(ours));
	assert_outcomes(path, 0, 1, (const char *const[]){ "" });
	foreign = with_text(record, "schema", "mmiobench-journal/2");
	fixture_write(path, foreign, strlen(foreign));
	assert_outcomes(path, 1, 0, NULL);
	free(foreign);
	free(ours);
	free(record);
}

/* What we never write, terminals and readers of results would get: it is not ours. */
static void test_foreign_text(void **state)
{
	static const char *const texts[][2] = {
		{ "kernel", "6.1\033[31m" }, { "time", "2026\n" }, { "boot_id", "\xc2\x9b" },
		{ "mapping", "wc\x7f" }, { "probe", "a name that is too long for a probe" },
		{ "outcome", "works" },
	};
	char *record = one_record("foreign-text-source", NULL), *foreign, path[512];

	(void)state;
	fixture_path(path, sizeof(path), "foreign-text");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		foreign = with_text(record, texts[i][0], texts[i][1]);
		fixture_write(path, foreign, strlen(foreign));
		assert_outcomes(path, 1, 0, NULL);
		free(foreign);
	}
	free(record);
}

/* An end without a beginning says nothing. */
static void test_lone_after(void **state)
{
	char path[512], *text, *second;
	size_t n;

	(void)state;
	fixture_path(path, sizeof(path), "lone");
	attempt(path, OTHER_BOOT, "works", NULL);
	text = fixture_read(path, &n);
	second = strstr(text, "\n\n");
	assert_non_null(second);
	fixture_write(path, second, strlen(second));
	assert_outcomes(path, 0, 0, NULL);
	free(text);
}

/* A disk that is full in mid-record: the attempt is not made, and what is there is no death. */
static void test_no_room(void **state)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	const char *path = journal_path("no-room");
	struct journal_attempt a;
	struct result r, found;
	struct rlimit limit;
	struct stat st;
	char said[1024];

	(void)state;
	attempt(path, OTHER_BOOT, "works", NULL);
	assert_int_equal(0, stat(path, &st));
	limit = (struct rlimit){ (rlim_t)st.st_size + 150, RLIM_INFINITY };
	fixture_result(&r);
	signal(SIGXFSZ, SIG_IGN);
	fixture_stderr_begin();
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
	assert_true(journal_before(&a, path, &r, PROBE_ALIGNMENT, MAP_WC) < 0);
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &none));
	fixture_stderr_end(said, sizeof(said));
	assert_non_null(strstr(said, "cannot write the crash journal"));
	signal(SIGXFSZ, SIG_DFL);
	result_free(&r);
	assert_int_equal(1, read_back(&found, path));
	assert_int_equal(1, found.n_journal);
	assert_string_equal("works", probe_outcome_text(&found.journal[0].outcome));
	result_free(&found);
}

/* A result takes the newest: what a reader of results refuses is never written. */
static void test_many(void **state)
{
	char path[512], *one, *all;
	struct result r;
	size_t n, copies = RESULT_JOURNAL_MAX + 5;

	(void)state;
	one = one_record("many-source", NULL);
	n = strlen(one) + 1;
	all = malloc(copies * n + 1);
	assert_non_null(all);
	for (size_t i = 0; i < copies; i++)
		snprintf(all + i * n, n + 1, "%s\n", one);
	fixture_write(fixture_path(path, sizeof(path), "many"), all, copies * n);
	attempt(path, OTHER_BOOT, "works", NULL);
	assert_int_equal(0, read_back(&r, path));
	assert_int_equal(RESULT_JOURNAL_MAX, r.n_journal);
	assert_string_equal("", probe_outcome_text(&r.journal[0].outcome));
	assert_string_equal("works", probe_outcome_text(&r.journal[RESULT_JOURNAL_MAX - 1].outcome));
	result_free(&r);
	free(all);
	free(one);
}

static void assert_refused(const char *path, const char *word)
{
	struct journal_attempt a;
	struct result r;
	char text[1024];

	fixture_result(&r);
	fixture_stderr_begin();
	assert_true(journal_before(&a, path, &r, PROBE_ALIGNMENT, MAP_WC) < 0);
	/* a warning may precede: what lies in memory dies with the VM */
	assert_in_range(fixture_stderr_end(text, sizeof(text)), 1, 2);
	assert_non_null(strstr(text, word));
	assert_non_null(strstr(text, "--journal"));
	result_free(&r);
}

/* Root may write anywhere, so the places are such that nobody can. */
/* A run that was killed between its two records did not kill the machine: the next one says so. */
static void test_survived(void **state)
{
	char path[512];
	struct result r;

	(void)state;
	fixture_path(path, sizeof(path), "survived");
	attempt(path, FIXTURE_BOOT, NULL, NULL);
	attempt(path, OTHER_BOOT, NULL, NULL);
	assert_int_equal(0, read_back(&r, path));
	assert_int_equal(2, r.n_journal);
	journal_settle(&r, path);
	assert_string_equal("survived", probe_outcome_text(&r.journal[0].outcome));
	assert_string_equal("", probe_outcome_text(&r.journal[1].outcome));
	result_free(&r);
	assert_int_equal(0, read_back(&r, path));
	assert_string_equal("survived", probe_outcome_text(&r.journal[0].outcome));
	assert_string_equal("", probe_outcome_text(&r.journal[1].outcome));
	result_free(&r);
}

static void test_unwritable(void **state)
{
	char path[512], *deep = malloc(9000);

	(void)state;
	fixture_write(journal_path("plain-file"), "", 0);
	assert_refused(fixture_path(path, sizeof(path), "plain-file/journal"), "Not a directory");
	assert_refused(fixture_path(path, sizeof(path), "no/such/dir/journal"), "No such file");
	assert_int_equal(0, mkdir(fixture_path(path, sizeof(path), "directory"), 0700));
	assert_refused(path, "Is a directory");
	if (!access("/dev/full", W_OK))
		assert_refused("/dev/full", "");
	assert_non_null(deep);
	memset(deep, 'x', 8999);
	deep[0] = '/';
	deep[8999] = 0;
	assert_refused(deep, "too long");
	free(deep);
}

static void test_unreadable(void **state)
{
	char path[512], text[1024];
	struct result r;
	size_t ignored;

	(void)state;
	assert_int_equal(0, mkdir(fixture_path(path, sizeof(path), "unreadable"), 0700));
	fixture_result(&r);
	fixture_stderr_begin();
	assert_int_equal(-EISDIR, journal_read(&r, path, &ignored));
	assert_int_equal(1, fixture_stderr_end(text, sizeof(text)));
	assert_non_null(strstr(text, path));
	result_free(&r);
}

/* The directory is made, and only for its owner. */
static void test_makes_directory(void **state)
{
	char path[512];
	struct stat st;

	(void)state;
	attempt(fixture_path(path, sizeof(path), "new/journal"), OTHER_BOOT, "works", NULL);
	assert_outcomes(path, 0, 1, (const char *const[]){ "works" });
	assert_int_equal(0, stat(fixture_path(path, sizeof(path), "new"), &st));
	assert_int_equal(0700, st.st_mode & 0777);
	assert_int_equal(0, stat(fixture_path(path, sizeof(path), "new/journal"), &st));
	assert_int_equal(0600, st.st_mode & 0777);
}

static void assert_not_appended(const char *path, int error)
{
	struct journal_attempt a;
	struct result r;
	char text[1024];

	fixture_result(&r);
	set_boot(&r, OTHER_BOOT);
	fixture_stderr_begin();
	assert_int_equal(error, journal_before(&a, path, &r, PROBE_ALIGNMENT, MAP_WC));
	fixture_stderr_end(text, sizeof(text));
	assert_non_null(strstr(text, path));
	result_free(&r);
}

/* What another user can have put into a directory that all may write to, and a link anywhere. */
static void test_planted(void **state)
{
	char directory[512], victim[512], path[512];
	struct stat st;
	FILE *f;

	(void)state;
	fixture_path(victim, sizeof(victim), "victim");
	f = fopen(victim, "w");
	assert_non_null(f);
	assert_int_equal(0, fclose(f));
	fixture_path(directory, sizeof(directory), "shared");
	assert_int_equal(0, mkdir(directory, 0700));
	fixture_path(path, sizeof(path), "shared/journal");
	assert_int_equal(0, symlink(victim, path));
	assert_not_appended(path, -ELOOP);
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, chmod(directory, 01777));
	assert_int_equal(0, link(victim, path));
	assert_not_appended(path, -EPERM);
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, stat(victim, &st));
	assert_int_equal(0, st.st_size);
	attempt(path, OTHER_BOOT, "works", NULL);
	if (!geteuid()) { /* only root can give it to somebody else */
		assert_int_equal(0, chown(path, 65534, 65534));
		assert_not_appended(path, -EPERM);
	}
	assert_int_equal(0, unlink(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_boot), cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_none),	      cmocka_unit_test(test_before_after),
		cmocka_unit_test(test_interleaved),   cmocka_unit_test(test_dangling_and_latest),
		cmocka_unit_test(test_other_devices), cmocka_unit_test(test_torn),
		cmocka_unit_test(test_garbage),	      cmocka_unit_test(test_changed),
		cmocka_unit_test(test_lone_after),    cmocka_unit_test(test_foreign_schema), cmocka_unit_test(test_foreign_text),
		cmocka_unit_test(test_many),	      cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_survived),
		cmocka_unit_test(test_unreadable),    cmocka_unit_test(test_makes_directory),
		cmocka_unit_test(test_planted),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
