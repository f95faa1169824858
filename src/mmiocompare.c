// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/begin.h"
#include "base/log.h"
#include "base/privilege.h"
#include "base/stdout.h"
#include "judge/relation.h"
#include "mmiocompare_baseline.h"
#include "mmiocompare_options.h"
#include "report/output.h"
#include "report/report.h"
#include "report/survey.h"
#include "run/journal.h"

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

static int refuse(const char *first, const char *second, const char *why)
{
	log_error("%s and %s cannot be compared: %s", first, second, why);
	return -EINVAL;
}

/* What a baseline may differ in was looked at already, fact by fact. */
static int check_pair(const struct options *o, const struct result *host,
		      const struct result *guest, char *why, size_t n)
{
	return o->ask.baseline ? compare_check_cells(host, guest, why, n) :
				 compare_check(host, guest, why, n);
}

/* A gate would look at figures that are no pair. */
static int check_gate(const struct options *o, const struct result *host, const struct result *guest,
		      char *why, size_t n)
{
	if (o->ask.baseline || relation_same_profile(host, guest) ||
	    !(o->ask.fail_on_regression || o->ask.fail_on_inconclusive))
		return 0;
	snprintf(why, n, "the profile differs: %s in the first, %s in the second, so no figure is judged: "
		 "leave out --fail-on, and the memory type is, or measure both with one profile "
		 "(--quick, --full, or neither)", host->profile, guest->profile);
	return -EINVAL;
}

/* Every run with its side's first, the first ones with each other, and none is on both. */
static int check_runs(const struct options *o, const struct compare_side *sides)
{
	char why[256] = "out of memory";
	size_t bad = 0, h, g;

	for (unsigned int i = 0; i < 2; i++)
		if (compare_check_side(&sides[i], &bad, why, sizeof(why)))
			return refuse(o->sides[i].names[0], o->sides[i].names[bad], why);
	if (check_pair(o, &sides[0].runs[0], &sides[1].runs[0], why, sizeof(why)) ||
	    check_gate(o, &sides[0].runs[0], &sides[1].runs[0], why, sizeof(why)))
		return refuse(o->sides[0].names[0], o->sides[1].names[0], why);
	if (compare_check_distinct(&sides[0], &sides[1], &h, &g, why, sizeof(why)))
		return refuse(o->sides[0].names[h], o->sides[1].names[g], why);
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

static int against(struct options *o)
{
	struct against a;
	int status = against_begin(&a, o);

	if (!status)
		status = compare(o);
	if (o->save && !status)
		status = baseline_keep(o, &o->sides[1], false);
	else if (o->save)
		log_warn("not saved as baseline %s: the exit status is %d, not 0", o->save, status);
	against_end(&a, o);
	return status;
}

static int save(struct options *o)
{
	return baseline_keep(o, &o->sides[0], true);
}

static int convert(struct options *o)
{
	const struct result *r = &o->sides[0].results[0];
	struct verdict verdict;

	judge_run(&verdict, r, NULL);
	if (o->explain && !format_outputs_on_stdout(&o->formats))
		explain_text(stdout, &verdict, r);
	return format_outputs_result(&o->formats, r, &verdict) ? EXIT_USAGE : 0;
}

/* An older survey may lie among the results, but none of them is replaced by one. */
static int check_survey_output(const struct options *o, const struct survey_files *files)
{
	for (size_t i = 0; o->json && i < files->n; i++) {
		if (files->records[i].state == SURVEY_OTHER ||
		    !output_is_same(o->json, files->paths[i]))
			continue;
		log_error("--json %s would replace a file that is read: name another file", o->json);
		return -EINVAL;
	}
	return 0;
}

/* Its files are read one at a time, not beforehand. */
static int survey(struct options *o)
{
	bool to_stdout = o->json && !strcmp(o->json, "-");
	struct survey_files files;
	struct survey s;
	char why[160];
	int status;

	if (survey_read(&files, o->sides[0].names[0]))
		return EXIT_USAGE;
	if (check_survey_output(o, &files)) {
		survey_files_free(&files);
		return EXIT_USAGE;
	}
	if (survey_make(&s, files.records, files.n, o->ask.min_effect)) {
		log_error("out of memory");
		survey_files_free(&files);
		return EXIT_INTERNAL;
	}
	status = survey_status(&s, &o->ask, why, sizeof(why));
	if (!to_stdout)
		survey_text(stdout, &s, &files, &o->ask);
	if (o->json && survey_write(&s, &files, &o->ask, o->json))
		status = EXIT_USAGE;
	survey_free(&s);
	survey_files_free(&files);
	return status;
}

static int (*const modes[])(struct options *o) = {
	[MODE_COMPARE] = compare,
	[MODE_CONVERT] = convert,
	[MODE_AGAINST] = against,
	[MODE_SAVE] = save,
	[MODE_BASELINES] = baseline_show,
	[MODE_SURVEY] = survey,
};

int main(int argc, char **argv)
{
	struct options o = { .ask.min_effect = COMPARE_MIN_EFFECT };
	int status = EXIT_USAGE;

	begin_program("mmiocompare", EXIT_USAGE);
	if (privilege_keep(PRIVILEGE_FILES))
		return EXIT_USAGE;
	options_parse(&o, argc, argv);
	if (o.mode == MODE_SURVEY || (!files_read(&o.sides[0]) && !files_read(&o.sides[1])))
		status = modes[o.mode](&o);
	options_free(&o);
	return stdout_finish() ? EXIT_USAGE : status;
}
