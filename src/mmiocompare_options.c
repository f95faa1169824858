// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/version.h"
#include "judge/baseline.h"
#include "mmiocompare_options.h"
#include "report/output.h"
#include "report/report.h"

enum option_key {
	KEY_JSON = 0x100, KEY_MIN_EFFECT, KEY_FAIL_ON, KEY_REQUIRE, KEY_WITNESS, KEY_JOURNAL, KEY_EXPLAIN,
	KEY_FORMAT, KEY_BASELINE, KEY_SAVE, KEY_AGAINST, KEY_REPLACE, KEY_IGNORE, KEY_END,
};

static const struct argp_option argp_options[] = {
	{ "against", KEY_AGAINST, "NAME", 0, "Hold the results against that baseline of their machine "
	  "and device; with --save they are kept if the exit status is 0", 0 },
	{ "baseline", KEY_BASELINE, "DIR", 0, "Where baselines are kept; alone: list them", 0 },
	{ "explain", KEY_EXPLAIN, NULL, 0, "Tell how the verdict was reached, step by step; also of one "
	  "result alone", 0 },
	{ "fail-on", KEY_FAIL_ON, "WHAT", 0, "regression: exit with 1 if a gating cell is slower, "
	  "or a cell was measured on one side only; inconclusive: and with 3 if a gating cell cannot "
	  "be told", 0 },
	{ "format", KEY_FORMAT, "NAME[=FILE]", 0, "Also in another format; without FILE to stdout, "
	  "instead of the page; repeatable:", 0 },
	{ "json", KEY_JSON, "FILE", 0, "Write the comparison; - is stdout, then nothing else is "
	  "written there", 0 },
	{ "ignore", KEY_IGNORE, "FACT", 0, "Take a baseline though this differs; repeatable:", 0 },
	{ "journal", KEY_JOURNAL, "FILE", 0, "Read the guest's crash journal, which may tell of a probe "
	  "that its VM died of", 0 },
	{ "min-effect", KEY_MIN_EFFECT, "N%", 0, "Smallest difference that matters (5%)", 0 },
	{ "replace", KEY_REPLACE, NULL, 0, "Let --save replace the baseline that has the name", 0 },
	{ "require", KEY_REQUIRE, "WHAT", 0, "preserved: exit with 1, not 3, if nothing shows it",
	  0 },
	{ "save", KEY_SAVE, "NAME", 0, "Keep the results as a baseline of their machine and device",
	  0 },
	{ "witness", KEY_WITNESS, "FILE", 0, "Hold the guest's verdict against what mmiowitness saw on the "
	  "host", 0 },
	{ 0 },
};

/* What a command line has asked for, as bits: 1 << (key - KEY_JSON). */
#define ASKED(key) (1u << ((key) - KEY_JSON))

struct parse {
	struct options *o;
	unsigned int side;       /* that files belong to */
	unsigned int asked;
};

#define BASELINES                                                                                  \
	(ASKED(KEY_BASELINE) | ASKED(KEY_SAVE) | ASKED(KEY_AGAINST) | ASKED(KEY_REPLACE) |         \
	 ASKED(KEY_IGNORE))

/* What each mode has a use for. */
static const unsigned int mode_options[] = {
	[MODE_COMPARE] = ~BASELINES,
	[MODE_AGAINST] = ~ASKED(KEY_WITNESS),
	[MODE_SAVE] = ASKED(KEY_BASELINE) | ASKED(KEY_SAVE) | ASKED(KEY_REPLACE),
	[MODE_BASELINES] = ASKED(KEY_BASELINE) | ASKED(KEY_JSON),
	[MODE_CONVERT] = ASKED(KEY_FORMAT) | ASKED(KEY_EXPLAIN),
	[MODE_SURVEY] = ASKED(KEY_JSON) | ASKED(KEY_FAIL_ON) | ASKED(KEY_REQUIRE) | ASKED(KEY_MIN_EFFECT),
};

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

static const char *checked_name(const char *option, const char *name)
{
	char clean[BASELINE_NAME_MAX + 8];

	if (baseline_name_fits(name))
		return name;
	snprintf(clean, sizeof(clean), "%s", name);
	log_error("%s \"%s\" is no name: " BASELINE_NAME_RULE, option, text_clean(clean));
	exit(EXIT_USAGE);
}

static void add_ignored(struct options *o, const char *name)
{
	char names[512], clean[64];
	int fact = baseline_find_fact(name);

	if (fact >= 0 && baseline_facts[fact].rule != BASELINE_SHOWN) {
		o->ignored |= BASELINE_FACT(fact);
		return;
	}
	snprintf(clean, sizeof(clean), "%s", name);
	log_error("--ignore \"%s\" is no fact that a baseline is refused for: choose from %s",
		  text_clean(clean), baseline_fact_names(names, sizeof(names)));
	exit(EXIT_USAGE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	struct options *o = p->o;

	if (key >= KEY_JSON && key < KEY_END)
		p->asked |= ASKED(key);
	switch (key) {
	case KEY_FORMAT:
		if (format_outputs_add(&o->formats, arg))
			exit(EXIT_USAGE);
		return 0;
	case KEY_JSON:
		o->json = arg;
		return 0;
	case KEY_BASELINE:
		o->baseline = arg;
		return 0;
	case KEY_SAVE:
		o->save = checked_name("--save", arg);
		return 0;
	case KEY_AGAINST:
		o->against = checked_name("--against", arg);
		return 0;
	case KEY_REPLACE:
		o->replace = true;
		return 0;
	case KEY_IGNORE:
		add_ignored(o, arg);
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
		files_add(&o->sides[p->side], arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The tables of formats and facts are not written down twice. */
static char *help_filter(int key, const char *text, void *input)
{
	char names[1024], *help;

	(void)input;
	if (key == KEY_FORMAT)
		format_help(names, sizeof(names));
	else if (key == KEY_IGNORE)
		baseline_fact_names(names, sizeof(names));
	else
		return (char *)(uintptr_t)text;
	return asprintf(&help, "%s %s", text, names) < 0 ? (char *)(uintptr_t)text : help;
}

static const struct argp argp = {
	argp_options, parse_option, "HOST.json GUEST.json\nHOST.json... -- GUEST.json...\n"
	"--format NAME[=FILE] RESULT.json\nDIRECTORY\n--baseline DIR --save NAME RESULT.json...\n"
	"--baseline DIR --against NAME RESULT.json...\n--baseline DIR",
	"Holds a guest's result of mmiobench against the host's for the same BAR: did the "
	"hypervisor preserve Normal-NC, and what does the guest cost? With several results a side, "
	"of as many launches, what differs from launch to launch does not pass for a difference. "
	"One result with --format is converted, and nothing compared. Baselines are results that "
	"are kept under a name, for each machine and device, to hold later ones against.\v"
	"Exit status: 0 preserved, 1 not preserved, a measurement failed or is missing on one "
	"side, or what --fail-on says, 2 usage or unreadable input, 3 inconclusive. With --fail-on "
	"and no hypervisor to judge (a machine against itself) only the figures count. "
	"Of one result only, of --save and of a list: 0 written, 2 not.",
	NULL, help_filter, NULL,
};

/* The results are of one side; with a baseline the second. */
static enum compare_mode choose_baseline_mode(struct options *o)
{
	if (o->against) {
		o->sides[1] = o->sides[0];
		o->sides[0] = (struct files){ 0 };
		return MODE_AGAINST;
	}
	return o->save || o->sides[0].n ? MODE_SAVE : MODE_BASELINES;
}

/* By what was named; two files are a side each. */
static enum compare_mode choose_mode(struct options *o, unsigned int asked)
{
	struct files *first = &o->sides[0];

	if (asked & BASELINES)
		return choose_baseline_mode(o);
	if (!o->separated && first->n == 1) {
		if (name_is_directory(first->names[0]))
			return MODE_SURVEY;
		if (asked & (ASKED(KEY_FORMAT) | ASKED(KEY_EXPLAIN)))
			return MODE_CONVERT;
	}
	if (!o->separated && first->n == 2)
		files_add(&o->sides[1], first->names[--first->n]);
	return MODE_COMPARE;
}

/* What an option is good for: some have a meaning with two sides only. */
static void check_fits(const struct options *o, unsigned int asked)
{
	static const char *const reasons[] = {
		[MODE_COMPARE] = "two sides are compared",
		[MODE_CONVERT] = "one result is nothing to compare",
		[MODE_AGAINST] = "a baseline is of no host that was watched",
		[MODE_SAVE] = "a baseline is saved, nothing compared",
		[MODE_BASELINES] = "baselines are listed",
		[MODE_SURVEY] = "a directory of results is looked through",
	};

	for (size_t i = 0; argp_options[i].name; i++) {
		int key = argp_options[i].key;

		if (!(asked & ASKED(key)) || mode_options[o->mode] & ASKED(key))
			continue;
		log_error("%s: leave out --%s, or name the host's results and the guest's",
			  reasons[o->mode], argp_options[i].name);
		exit(EXIT_USAGE);
	}
}

static void check_baseline_results(const struct options *o)
{
	if (!o->sides[o->mode == MODE_AGAINST].n)
		log_error("name the results that --save is to keep or --against to compare: "
			  "mmiocompare --baseline DIR --against NAME RESULT.json...");
	else if (!o->save && !o->against)
		log_error("name what to do with these results: --save NAME or --against NAME");
	else
		return;
	exit(EXIT_USAGE);
}

/* What belongs together; the directory itself is looked at when it is used. */
static void check_baseline(const struct options *o, unsigned int asked)
{
	if (!(asked & BASELINES))
		return;
	if (!o->baseline)
		log_error("--save, --against, --replace and --ignore need --baseline DIR, where "
			  "baselines are kept");
	else if (o->separated)
		log_error("with --baseline there is one side of results: leave out --");
	else if (o->save && o->journal)
		log_error("--journal adds to the results what they did not see, and --save keeps "
			  "them as they are: leave out one");
	else if (o->against && o->save && !o->replace && !strcmp(o->against, o->save))
		log_error("--save %s would replace what the results are held against: another "
			  "name, or --replace", o->save);
	else if (o->replace && !o->save)
		log_error("--replace says that --save may replace a baseline: name one with "
			  "--save");
	else if (o->ignored && !o->against)
		log_error("--ignore is for comparing: name a baseline with --against");
	else if (!*o->baseline || (!access(o->baseline, F_OK) && !name_is_directory(o->baseline)))
		log_error("--baseline %s is no directory: name one, or one that --save can make",
			  o->baseline);
	else
		return;
	exit(EXIT_USAGE);
}

static void check_sides(const struct options *o)
{
	for (unsigned int side = 0; side < 2 && o->mode != MODE_SURVEY; side++)
		for (size_t i = 0; i < o->sides[side].n; i++) {
			if (!name_is_directory(o->sides[side].names[i]))
				continue;
			log_error("%s is a directory, which is looked through alone: name only it, or "
				  "only results", o->sides[side].names[i]);
			exit(EXIT_USAGE);
		}
	if (o->mode == MODE_AGAINST || o->mode == MODE_SAVE)
		check_baseline_results(o);
	if (o->mode != MODE_COMPARE || (o->sides[0].n && o->sides[1].n))
		return;
	for (size_t i = 0; i < o->sides[0].n && !o->separated; i++)
		if (access(o->sides[0].names[i], F_OK)) {
			log_error("cannot read %s: %s", o->sides[0].names[i], strerror(errno));
			exit(EXIT_USAGE);
		}
	if (o->separated)
		log_error("a side without results: mmiocompare HOST.json... -- GUEST.json...");
	else
		log_error("name the host's result and the guest's: mmiocompare HOST.json "
			  "GUEST.json, or HOST.json... -- GUEST.json..., or a directory of results");
	exit(EXIT_USAGE);
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

static void check_outputs(const struct options *o)
{
	int ret = o->json ? check_replaces(o, "--json", o->json) : 0;

	for (size_t i = 0; i < o->formats.n && !ret; i++)
		ret = check_replaces(o, "--format", o->formats.v[i].path);
	if (!ret && o->json)
		ret = result_writable(o->json);
	if (ret || format_outputs_check(&o->formats, o->json,
					o->mode == MODE_COMPARE || o->mode == MODE_AGAINST))
		exit(EXIT_USAGE);
}

void options_parse(struct options *o, int argc, char **argv)
{
	struct parse p = { .o = o };

	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = version_text("mmiocompare");
	o->separated = sides_parse(&argp, argc, argv, &p, &p.side);
	check_baseline(o, p.asked);
	o->mode = choose_mode(o, p.asked);
	check_fits(o, p.asked);
	check_sides(o);
	check_outputs(o);
}

void options_free(struct options *o)
{
	files_free(&o->sides[0]);
	files_free(&o->sides[1]);
}

