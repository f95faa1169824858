// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/privilege.h"
#include "base/xalloc.h"
#include "cli/program.h"
#include "verdict/host_guest.h"
#include "mmiocompare_options.h"
#include "record/output.h"
#include "report/report.h"
#include "run/journal.h"

/* The journal that outlived the guest may know more than the guest read of it. */
static int read_journal(const struct compare_options *o)
{
	size_t ignored;
	int ret, known = 0;

	if (access(o->journal, R_OK)) {
		log_error("cannot read the crash journal %s: %s", o->journal, strerror(errno));
		return -errno;
	}
	for (size_t i = 0; i < o->sides.v[1].n; i++) {
		ret = journal_read_beside(&o->sides.v[1].results[i], o->journal, &ignored);
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

static const char *known(const char *value)
{
	return value[0] ? value : "not known";
}

/* Each change that makes other figures, with both values and the way past it. */
static int check_environment(const struct compare_options *o, const struct compare_side *sides)
{
	struct environment_changes changes;

	environment_compare(&changes, &sides[0], &sides[1], o->ask.ignored);
	if (!changes.n_refused)
		return 0;
	log_error("%s and %s are of two environments, in which other figures come of the same "
		  "hardware, facts that differ: %zu", o->sides.v[0].names[0], o->sides.v[1].names[0],
		  changes.n_refused);
	for (size_t i = 0; i < changes.n; i++) {
		const struct environment_change *v = &changes.v[i];
		const char *fact = environment_facts[v->fact].name;

		if (v->refused)
			log_error("%s differs: \"%s\" before, \"%s\" after: make them alike, or "
				  "--ignore %s", fact, known(v->before), known(v->after), fact);
	}
	return -EINVAL;
}

/* A gate would look at figures that are no pair. */
static int check_gate(const struct compare_options *o, const struct result *host, const struct result *guest)
{
	char why[256];

	if (host_guest_same_profile(host, guest) ||
	    !(o->ask.fail_on_regression || o->ask.fail_on_inconclusive))
		return 0;
	snprintf(why, sizeof(why), "the profile differs: %s in the first, %s in the second, so no figure is "
		 "judged: leave out --fail-on, and the memory type is, or measure both with one profile "
		 "(--quick, --full, or neither)", host->profile, guest->profile);
	return sides_refuse(&o->sides, why);
}

/* Every run with its side's first, the first ones with each other, and none is on both. */
static int check_runs(const struct compare_options *o, const struct compare_side *sides)
{
	bool before_after = compare_is_before_after(sides, o->ask.ignored);

	if (sides_check_each(&o->sides) || (before_after && check_environment(o, sides)) ||
	    sides_check_pair(&o->sides, before_after ? compare_check_cells : compare_check))
		return -EINVAL;
	return check_gate(o, &sides[0].runs[0], &sides[1].runs[0]);
}

static int compare(struct compare_options *o)
{
	const struct compare_side sides[2] = { sides_runs(&o->sides, 0), sides_runs(&o->sides, 1) };
	bool to_stdout = (o->json && !strcmp(o->json, "-")) || format_outputs_on_stdout(&o->formats);
	struct witness witness = { 0 };
	struct comparison c;
	struct told told;
	int status;

	if (check_runs(o, sides) || (o->journal && read_journal(o)) ||
	    (o->witness && witness_read(&witness, o->witness)))
		return EXIT_USAGE;
	o->ask.witness = o->witness ? &witness : NULL;
	if (compare_make(&c, &sides[0], &sides[1], &o->ask))
		xalloc_die();
	status = compare_status(&c);
	told = told_comparison(&c);
	if (o->json && compare_write(&c, o->json))
		status = EXIT_USAGE;
	if (format_outputs_write(&o->formats, &told))
		status = EXIT_USAGE;
	if (!to_stdout)
		compare_text(stdout, &c);
	if (o->explain && !to_stdout)
		explain_text(stdout, &c.verdict, c.guest);
	compare_free(&c);
	witness_free(&witness);
	return status;
}

static int combine_records(const struct compare_options *o, const struct witness *host,
			   const struct witness *guest)
{
	struct witnessed w;
	char why[320];
	int status;

	if (witnessed_check(host, guest, why, sizeof(why)))
		return sides_refuse(&o->sides, why), EXIT_USAGE;
	if (witnessed_make(&w, host, guest, o->ask.require_preserved))
		xalloc_die();
	status = witnessed_status(&w);
	if (!o->json || strcmp(o->json, "-"))
		witnessed_text(stdout, &w);
	if (o->json && witnessed_write(&w, o->json))
		status = EXIT_USAGE;
	witnessed_free(&w);
	return status;
}

/* These are no results: sides_read() has not read them. */
static int combine(struct compare_options *o)
{
	struct witness host = { 0 }, guest = { 0 };
	int status = EXIT_USAGE;

	if (!witness_read(&host, o->sides.v[0].names[0]) && !witness_read(&guest, o->sides.v[1].names[0]))
		status = combine_records(o, &host, &guest);
	witness_free(&host);
	witness_free(&guest);
	return status;
}

static int convert(struct compare_options *o)
{
	const struct result *r = &o->sides.v[0].results[0];
	struct verdict verdict;
	struct told told;

	judge_run(&verdict, r, NULL);
	told = told_run(r, &verdict);
	if (o->explain && !format_outputs_on_stdout(&o->formats))
		explain_text(stdout, &verdict, r);
	return format_outputs_write(&o->formats, &told) ? EXIT_USAGE : 0;
}

/* An older survey may lie among the results, but none of them is replaced by one. */
static int check_survey_output(const struct compare_options *o, const struct survey_files *files)
{
	for (size_t i = 0; o->json && i < files->n; i++) {
		if (files->records[i].state == SURVEY_OTHER ||
		    !output_is_same(o->json, files->records[i].path))
			continue;
		log_error("--json %s would replace a file that is read: name another file", o->json);
		return -EINVAL;
	}
	return 0;
}

/* Its files are read one at a time, not beforehand. */
static int survey(struct compare_options *o)
{
	bool to_stdout = o->json && !strcmp(o->json, "-");
	struct survey_files files;
	struct survey s;
	char why[160];
	int status;

	if (survey_read(&files, o->sides.v[0].names[0]))
		return EXIT_USAGE;
	if (check_survey_output(o, &files)) {
		survey_files_free(&files);
		return EXIT_USAGE;
	}
	survey_make(&s, files.records, files.n, o->ask.min_effect);
	status = survey_status(&s, &o->ask, why, sizeof(why));
	if (!to_stdout)
		survey_text(stdout, &s, &o->ask);
	if (o->json && survey_write(&s, &o->ask, o->json))
		status = EXIT_USAGE;
	survey_free(&s);
	survey_files_free(&files);
	return status;
}

static int (*const modes[])(struct compare_options *o) = {
	[MODE_COMPARE] = compare,
	[MODE_CONVERT] = convert,
	[MODE_WITNESSED] = combine,
	[MODE_SURVEY] = survey,
};

int main(int argc, char **argv)
{
	struct compare_options o = { .ask.min_effect = COMPARE_MIN_EFFECT };
	int status = EXIT_USAGE;

	begin_program("mmiocompare", EXIT_USAGE);
	if (privilege_keep(PRIVILEGE_FILES))
		return EXIT_USAGE;
	compare_options_parse(&o, argc, argv);
	if (o.mode == MODE_SURVEY || o.mode == MODE_WITNESSED || !sides_read(&o.sides))
		status = modes[o.mode](&o);
	sides_free(&o.sides);
	return stdout_finish() ? EXIT_USAGE : status;
}
