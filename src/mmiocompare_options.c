// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli/options.h"
#include "compare/environment.h"
#include "mmiocompare_options.h"
#include "record/output.h"
#include "record/json_file.h"
#include "report/report.h"

enum option_key {
	KEY_JSON = 0x100, KEY_MIN_EFFECT, KEY_FAIL_ON, KEY_REQUIRE, KEY_WITNESS, KEY_JOURNAL, KEY_EXPLAIN,
	KEY_FORMAT, KEY_IGNORE, KEY_END,
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
	{ "ignore", KEY_IGNORE, "FACT", 0, "Compare earlier with later results though this differs; "
	  "repeatable:", 0 },
	{ "journal", KEY_JOURNAL, "FILE", 0, "Read the guest's crash journal, which may tell of a probe "
	  "that its VM died of", 0 },
	{ "min-effect", KEY_MIN_EFFECT, "N%", 0, "Smallest difference that matters (5%)", 0 },
	{ "require", KEY_REQUIRE, "WHAT", 0, "preserved: exit with 1, not 3, if nothing shows it",
	  0 },
	{ "witness", KEY_WITNESS, "FILE", 0, "Compare the guest's verdict with the page tables that mmiowitness "
	  "read on the host", 0 },
	{ 0 },
};

#define ASKED(key) OPTION_BIT(key, KEY_JSON)

struct parse {
	struct compare_options *o;
	uint64_t asked;          /* options, as bits */
};

/* What each mode has a use for. */
static const uint64_t mode_options[] = {
	[MODE_COMPARE] = ~0ull,
	[MODE_CONVERT] = ASKED(KEY_FORMAT) | ASKED(KEY_EXPLAIN),
	[MODE_WITNESSED] = ASKED(KEY_JSON) | ASKED(KEY_REQUIRE),
	[MODE_SURVEY] = ASKED(KEY_JSON) | ASKED(KEY_FAIL_ON) | ASKED(KEY_REQUIRE) | ASKED(KEY_MIN_EFFECT),
};

static void set_fail_on(struct compare_options *o, const char *what)
{
	o->ask.fail_on_inconclusive = !strcmp(what, "inconclusive");
	o->ask.fail_on_regression = o->ask.fail_on_inconclusive || !strcmp(what, "regression");
	if (!o->ask.fail_on_regression)
		usage_error("--fail-on %s is nothing to fail on: choose regression or inconclusive", what);
}

static void set_require(struct compare_options *o, const char *what)
{
	o->ask.require_preserved = !strcmp(what, "preserved");
	if (!o->ask.require_preserved)
		usage_error("--require %s: only preserved can be required", what);
}

static void add_ignored(struct compare_options *o, const char *name)
{
	char names[512];
	int fact = environment_find_fact(name);

	if (fact >= 0 && environment_facts[fact].rule != ENVIRONMENT_SHOWN) {
		o->ask.ignored |= ENVIRONMENT_FACT(fact);
		return;
	}
	usage_error("--ignore \"%.63s\" is no fact that a comparison is refused for: choose from %s", name,
		    environment_fact_names(names, sizeof(names)));
}

static const struct option_place places[] = {
	OPTION_TEXT(KEY_JSON, compare_options, json),
	OPTION_TEXT(KEY_JOURNAL, compare_options, journal),
	OPTION_FLAG(KEY_EXPLAIN, compare_options, explain),
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	struct compare_options *o = p->o;

	if (key >= KEY_JSON && key < KEY_END)
		p->asked |= ASKED(key);
	if (option_keep(o, places, key, arg))
		return 0;
	switch (key) {
	case KEY_FORMAT:
		if (format_outputs_add(&o->formats, arg))
			exit(EXIT_USAGE);
		return 0;
	case KEY_IGNORE:
		add_ignored(o, arg);
		return 0;
	case KEY_WITNESS:
		if (o->witness)
			usage_error("--witness %s and %s: one witness is heard, name that of the outermost host",
				    o->witness, arg);
		o->witness = arg;
		return 0;
	case KEY_FAIL_ON:
		set_fail_on(o, arg);
		return 0;
	case KEY_REQUIRE:
		set_require(o, arg);
		return 0;
	case KEY_MIN_EFFECT:
		o->ask.min_effect = option_min_effect(arg);
		return 0;
	case ARGP_KEY_ARG:
		sides_add(&o->sides, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *help_filter(int key, const char *text, void *input)
{
	static const struct option_names rows[] = {
		{ KEY_FORMAT, format_help }, { KEY_IGNORE, environment_fact_names }, { 0 },
	};

	(void)input;
	return option_help(rows, key, text);
}

static const struct argp argp = {
	argp_options, parse_option, "HOST.json GUEST.json\nHOST.json... -- GUEST.json...\n"
	"OLD.json... -- NEW.json...\nHOST-WITNESS.json GUEST-WITNESS.json\n--format NAME[=FILE] RESULT.json\nDIRECTORY",
	"Compares a guest's result of mmiobench with the host's for the same BAR: did the "
	"hypervisor preserve Normal-NC, and what does the guest cost? With several results a side, "
	"of as many launches, what differs from launch to launch does not pass for a difference. "
	"Of one machine and device, earlier results are compared with later ones. "
	"Two records of mmiowitness, a host's and its guest's, tell the same without any measurement. "
	"One result with --format is converted, and nothing compared.\v"
	"Exit status: 0 preserved, 1 not preserved, a measurement failed or is missing on one "
	"side, or what --fail-on says, 2 usage or unreadable input, 3 inconclusive. With --fail-on "
	"and no hypervisor to judge (a machine against itself) only the figures count. "
	"Of one result only: 0 written, 2 not.",
	NULL, help_filter, NULL,
};

/* By what was named. */
static enum compare_mode choose_mode(const struct sides *s, uint64_t asked)
{
	if (s->directory)
		return MODE_SURVEY;
	if (s->n == 2 && s->v[0].n == 1 && s->v[1].n == 1 && name_is_witness(s->v[0].names[0]) &&
	    name_is_witness(s->v[1].names[0]))
		return MODE_WITNESSED;
	return s->n == 1 && s->v[0].n == 1 && asked & (ASKED(KEY_FORMAT) | ASKED(KEY_EXPLAIN)) ?
	       MODE_CONVERT : MODE_COMPARE;
}

/* Some options have a meaning with two sides only. */
static void check_fits(const struct compare_options *o, uint64_t asked)
{
	static const char *const reasons[] = {
		[MODE_COMPARE] = "two sides are compared",
		[MODE_CONVERT] = "one result is nothing to compare",
		[MODE_WITNESSED] = "two records of mmiowitness are combined",
		[MODE_SURVEY] = "a directory of results is looked through",
	};

	const struct argp_option *a = option_beyond(argp_options, KEY_JSON, asked, mode_options[o->mode]);

	if (a)
		usage_error("%s: leave out --%s, or name the host's results and the guest's",
			    reasons[o->mode], a->name);
}

/* A witness is no result: beside one it is an option. */
static void check_witnesses(const struct compare_options *o)
{
	for (unsigned int side = 0; side < 2; side++)
		for (size_t i = 0; i < o->sides.v[side].n; i++)
			if (name_is_witness(o->sides.v[side].names[i]))
				usage_error("%s is mmiowitness's and no result: beside results name it with "
					    "--witness, or name two such records, the host's and the guest's",
					    o->sides.v[side].names[i]);
}

static void check_sides(const struct compare_options *o)
{
	const struct files *first = &o->sides.v[0];

	for (unsigned int side = 0; side < 2 && o->mode != MODE_SURVEY; side++)
		for (size_t i = 0; i < o->sides.v[side].n; i++)
			if (name_is_directory(o->sides.v[side].names[i]))
				usage_error("%s is a directory, which is looked through alone: name only it, "
					    "or only results", o->sides.v[side].names[i]);
	if (o->mode == MODE_COMPARE && o->sides.n == 2)
		check_witnesses(o);
	if (o->mode != MODE_COMPARE || o->sides.n == 2)
		return;
	for (size_t i = 0; i < first->n; i++)
		if (access(first->names[i], F_OK))
			usage_error("cannot read %s: %s", first->names[i], strerror(errno));
	usage_error("name the host's result and the guest's: mmiocompare HOST.json "
		    "GUEST.json, or HOST.json... -- GUEST.json..., or a directory of results");
}

/* An output must not replace what it is made from. */
static void check_replaces(const struct compare_options *o, const char *option, const char *path)
{
	if (strcmp(path, "-") && (path_is(path, o->witness) || path_is(path, o->journal) ||
				  sides_have(&o->sides, path)))
		usage_error("%s %s would replace a file that is read: name another file", option, path);
}

static void check_outputs(const struct compare_options *o)
{
	if (o->json)
		check_replaces(o, "--json", o->json);
	for (size_t i = 0; i < o->formats.n; i++)
		check_replaces(o, "--format", o->formats.v[i].path);
	if ((o->json && json_file_writable(o->json)) ||
	    format_outputs_check(&o->formats, o->json))
		exit(EXIT_USAGE);
}

void compare_options_parse(struct compare_options *o, int argc, char **argv)
{
	struct parse p = { .o = o };

	sides_parse(&o->sides, &argp, argc, argv, &p);
	o->mode = choose_mode(&o->sides, p.asked);
	check_fits(o, p.asked);
	check_sides(o);
	check_outputs(o);
}
