// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/parse.h"
#include "report/formats.h"
#include "report/output.h"
#include "report/report.h"
#include "run/journal.h"

#define EXIT_USAGE    2
#define EXIT_INTERNAL 99

struct files {
	const char **names;      /* points into argv; owned */
	size_t n;
	struct result *results;  /* owned */
};

struct options {
	struct files sides[2];   /* before and behind "--" */
	unsigned int side;       /* that is being parsed */
	bool separated;
	bool single;             /* one result to convert, nothing to compare */
	bool asked;              /* for what only a comparison can give */
	const char *json, *witness, *journal;
	bool explain;
	struct format_outputs formats;
	struct compare_ask ask;
};

enum option_key {
	KEY_JSON = 0x100, KEY_MIN_EFFECT, KEY_FAIL_ON, KEY_REQUIRE, KEY_WITNESS, KEY_JOURNAL, KEY_EXPLAIN,
	KEY_FORMAT, KEY_END,
};

static const struct argp_option argp_options[] = {
	{ "explain", KEY_EXPLAIN, NULL, 0, "Tell how the verdict was reached, step by step; also of one "
	  "result alone", 0 },
	{ "fail-on", KEY_FAIL_ON, "WHAT", 0, "regression: exit with 1 if a gating cell is slower, "
	  "or a cell was measured on one side only; inconclusive: and with 3 if a gating cell cannot "
	  "be told", 0 },
	{ "format", KEY_FORMAT, "NAME[=FILE]", 0, "Also in another format; without FILE to stdout, "
	  "instead of the page; repeatable:", 0 },
	{ "json", KEY_JSON, "FILE", 0, "Write the comparison; - is stdout, then nothing else is "
	  "written there", 0 },
	{ "journal", KEY_JOURNAL, "FILE", 0, "Read the guest's crash journal, which may tell of a probe "
	  "that its VM died of", 0 },
	{ "min-effect", KEY_MIN_EFFECT, "N%", 0, "Smallest difference that matters (5%)", 0 },
	{ "require", KEY_REQUIRE, "WHAT", 0, "preserved: exit with 1, not 3, if nothing shows it",
	  0 },
	{ "witness", KEY_WITNESS, "FILE", 0, "Hold the guest's verdict against what mmiowitness saw on the "
	  "host", 0 },
	{ 0 },
};

static void add_file(struct options *o, const char *name)
{
	struct files *f = &o->sides[o->side];
	const char **names = realloc(f->names, (f->n + 1) * sizeof(*names));

	if (!names) {
		log_error("out of memory");
		exit(EXIT_INTERNAL);
	}
	f->names = names;
	names[f->n++] = name;
	if (f->n > COMPARE_RUNS_MAX) {
		log_error("more than %u results on a side: name fewer", COMPARE_RUNS_MAX);
		exit(EXIT_USAGE);
	}
}

static void set_fail_on(struct options *o, const char *what)
{
	o->ask.fail_on_inconclusive = !strcmp(what, "inconclusive");
	o->ask.fail_on_regression = o->ask.fail_on_inconclusive || !strcmp(what, "regression");
	if (o->ask.fail_on_regression)
		return;
	log_error("--fail-on %s is nothing to fail on: choose regression or inconclusive", what);
	exit(EXIT_USAGE);
}

static void set_require(struct options *o, const char *what)
{
	o->ask.require_preserved = !strcmp(what, "preserved");
	if (o->ask.require_preserved)
		return;
	log_error("--require %s: only preserved can be required", what);
	exit(EXIT_USAGE);
}

static void set_min_effect(struct options *o, const char *text)
{
	if (!parse_percent(text, &o->ask.min_effect) && o->ask.min_effect <= 1)
		return;
	log_error("--min-effect %s is no share: 0%% to 100%%, such as 5%% or 0.5%%", text);
	exit(EXIT_USAGE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	o->asked |= key >= KEY_JSON && key < KEY_END && key != KEY_FORMAT &&
		    key != KEY_EXPLAIN;
	switch (key) {
	case KEY_FORMAT:
		if (format_outputs_add(&o->formats, arg))
			exit(EXIT_USAGE);
		return 0;
	case KEY_JSON:
		o->json = arg;
		return 0;
	case KEY_WITNESS:
		o->witness = arg;
		return 0;
	case KEY_JOURNAL:
		o->journal = arg;
		return 0;
	case KEY_EXPLAIN:
		o->explain = true;
		return 0;
	case KEY_FAIL_ON:
		set_fail_on(o, arg);
		return 0;
	case KEY_REQUIRE:
		set_require(o, arg);
		return 0;
	case KEY_MIN_EFFECT:
		set_min_effect(o, arg);
		return 0;
	case ARGP_KEY_ARG:
		add_file(o, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The table of formats is not written down twice. */
static char *help_filter(int key, const char *text, void *input)
{
	char names[1024], *help;

	(void)input;
	if (key != KEY_FORMAT ||
	    asprintf(&help, "%s %s", text, format_help(names, sizeof(names))) < 0)
		return (char *)(uintptr_t)text;
	return help;
}

static const struct argp argp = {
	argp_options, parse_option, "HOST.json GUEST.json\nHOST.json... -- GUEST.json...\n"
	"--format NAME[=FILE] RESULT.json",
	"Holds a guest's result of mmiobench against the host's for the same BAR: did the "
	"hypervisor preserve Normal-NC, and what does the guest cost? With several results a side, "
	"of as many launches, what differs from launch to launch does not pass for a difference. "
	"One result with --format is converted, and nothing compared.\v"
	"Exit status: 0 preserved, 1 not preserved, a measurement failed or is missing on one "
	"side, or what --fail-on says, 2 usage or unreadable input, 3 inconclusive. With --fail-on "
	"and no hypervisor to judge (a machine against itself) only the figures count. "
	"Of one result only: 0 written, 2 not.",
	NULL, help_filter, NULL,
};

/*
 * getopt takes "--" for the end of options and moves words around it: so each side is parsed for
 * itself, and options may stand on either.
 */
static void parse_command(struct options *o, int argc, char **argv)
{
	int at = 1;

	while (at < argc && strcmp(argv[at], "--"))
		at++;
	o->separated = at < argc;
	argp_parse(&argp, at, argv, 0, NULL, o);
	if (!o->separated)
		return;
	for (int i = at + 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		log_error("one -- parts the two sides: HOST.json... -- GUEST.json...");
		exit(EXIT_USAGE);
	}
	o->side = 1;
	argv[at] = argv[0];
	argp_parse(&argp, argc - at, argv + at, 0, NULL, o);
}

/* Two files are a side each. */
static int check_files(struct options *o)
{
	if (!o->separated && o->sides[0].n == 2) {
		o->side = 1;
		add_file(o, o->sides[0].names[1]);
		o->sides[0].n = 1;
	}
	if (o->sides[0].n && o->sides[1].n)
		return 0;
	o->single = !o->separated && o->sides[0].n == 1 && (o->formats.n || o->explain);
	if (o->single && !o->asked)
		return 0;
	if (o->single) {
		log_error("one result is nothing to compare: leave out all but --format and --explain, "
			  "or name the guest's as well");
		return -EINVAL;
	}
	if (o->separated)
		log_error("a side without results: mmiocompare HOST.json... -- GUEST.json...");
	else
		log_error("name the host's result and the guest's: mmiocompare HOST.json "
			  "GUEST.json, or HOST.json... -- GUEST.json...");
	return -EINVAL;
}

/* An output must not replace what it is made from. */
static int check_replaces(const struct options *o, const char *option, const char *path)
{
	bool same;

	if (!strcmp(path, "-"))
		return 0;
	same = (o->witness && output_is_same(path, o->witness)) ||
	       (o->journal && output_is_same(path, o->journal));
	for (unsigned int side = 0; side < 2; side++)
		for (size_t i = 0; i < o->sides[side].n; i++)
			same |= output_is_same(path, o->sides[side].names[i]);
	if (!same)
		return 0;
	log_error("%s %s would replace a file that is read: name another file", option, path);
	return -EINVAL;
}

static int check_outputs(const struct options *o)
{
	int ret = o->json ? check_replaces(o, "--json", o->json) : 0;

	for (size_t i = 0; i < o->formats.n && !ret; i++)
		ret = check_replaces(o, "--format", o->formats.v[i].path);
	if (!ret && o->json)
		ret = result_writable(o->json);
	return ret ? ret : format_outputs_check(&o->formats, o->json, !o->single);
}

static int read_files(struct files *f)
{
	int ret = 0;

	f->results = calloc(f->n, sizeof(*f->results));
	if (!f->results) {
		log_error("out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < f->n && !ret; i++)
		ret = result_read(&f->results[i], f->names[i]);
	return ret;
}

/* The journal that outlived the guest may know more than the guest read of it. */
static int read_journal(const struct options *o)
{
	size_t ignored;
	int ret, known = 0;

	if (access(o->journal, R_OK)) {
		log_error("cannot read the crash journal %s: %s", o->journal, strerror(errno));
		return -errno;
	}
	for (size_t i = 0; i < o->sides[1].n; i++) {
		ret = journal_read_beside(&o->sides[1].results[i], o->journal, &ignored);
		if (ret < 0)
			return ret;
		known += ret;
		if (ignored && !i)
			log_warn("%zu lines of the crash journal %s are torn or not mmiobench's: "
				 "ignored", ignored, o->journal);
	}
	if (!known)
		log_warn("the crash journal %s has nothing about the guest's BAR", o->journal);
	return 0;
}

static void free_files(struct files *f)
{
	for (size_t i = 0; f->results && i < f->n; i++)
		result_free(&f->results[i]);
	free(f->results);
	free(f->names);
}

static int refuse(const char *first, const char *second, const char *why)
{
	log_error("%s and %s cannot be compared: %s", first, second, why);
	return -EINVAL;
}

/* Every run with its side's first, and the first ones with each other. */
static int check_runs(const struct options *o, const struct compare_side *sides)
{
	char why[256] = "out of memory";
	size_t bad = 0;

	for (unsigned int i = 0; i < 2; i++)
		if (compare_check_side(&sides[i], &bad, why, sizeof(why)))
			return refuse(o->sides[i].names[0], o->sides[i].names[bad], why);
	if (compare_check(&sides[0].runs[0], &sides[1].runs[0], why, sizeof(why)))
		return refuse(o->sides[0].names[0], o->sides[1].names[0], why);
	return 0;
}

static int compare(struct options *o)
{
	const struct compare_side sides[2] = { { o->sides[0].results, o->sides[0].n },
					       { o->sides[1].results, o->sides[1].n } };
	struct witness witness = { 0 };
	struct comparison c;
	int status;

	if (check_runs(o, sides) || (o->journal && read_journal(o)) ||
	    (o->witness && witness_read(&witness, o->witness)))
		return EXIT_USAGE;
	o->ask.witness = o->witness ? &witness : NULL;
	if (compare_make_sides(&c, &sides[0], &sides[1], &o->ask)) {
		log_error("out of memory");
		witness_free(&witness);
		return EXIT_INTERNAL;
	}
	status = compare_status(&c);
	if (o->json && compare_write(&c, o->json))
		status = EXIT_USAGE;
	if (format_outputs_comparison(&o->formats, &c))
		status = EXIT_USAGE;
	if ((!o->json || strcmp(o->json, "-")) && !format_outputs_on_stdout(&o->formats))
		compare_text(stdout, &c);
	if (o->explain && (!o->json || strcmp(o->json, "-")) &&
	    !format_outputs_on_stdout(&o->formats))
		explain_text(stdout, &c.verdict, c.guest);
	compare_free(&c);
	witness_free(&witness);
	return status;
}

static int convert(const struct options *o)
{
	const struct result *r = &o->sides[0].results[0];
	struct verdict verdict;

	judge_run(&verdict, r, NULL);
	if (o->explain && !format_outputs_on_stdout(&o->formats))
		explain_text(stdout, &verdict, r);
	return format_outputs_result(&o->formats, r, &verdict) ? EXIT_USAGE : 0;
}

int main(int argc, char **argv)
{
	struct options o = { .ask.min_effect = COMPARE_MIN_EFFECT };
	int status = EXIT_USAGE;

	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = "mmiocompare " PACKAGE_VERSION;
	parse_command(&o, argc, argv);
	if (!check_files(&o) && !check_outputs(&o) && !read_files(&o.sides[0]) &&
	    (o.single || !read_files(&o.sides[1])))
		status = o.single ? convert(&o) : compare(&o);
	free_files(&o.sides[0]);
	free_files(&o.sides[1]);
	if (fflush(stdout) || ferror(stdout)) {
		log_error("cannot write to stdout: the page is not complete");
		status = EXIT_USAGE;
	}
	return status;
}
