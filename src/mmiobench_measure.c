// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/memory.h"
#include "env/collect.h"
#include "verdict/violations.h"
#include "mmiobench_measure.h"
#include "mmiobench_outputs.h"
#include "report/report.h"
#include "report/text/text.h"
#include "run/child.h"
#include "run/session.h"

/* What was written before the run came to its end. */
struct saved {
	const char *path;
	bool is_there;
};

/* What is no file takes one result: a pipe's reader has gone after the first. */
static int checkpoint(const struct result *result, void *arg)
{
	struct saved *saved = arg;
	struct verdict verdict;
	struct stat st;
	int ret;

	if (!strcmp(saved->path, "-") || (!stat(saved->path, &st) && !S_ISREG(st.st_mode)))
		return 0;
	judge_run(&verdict, result, NULL);
	ret = result_write(result, &verdict, saved->path);
	saved->is_there = !ret;
	return ret;
}

/*
 * 1: a correctness test failed, or what was stored did not stay, or was not put back; 2: nothing at
 * all could be measured.
 */
static int measured_status(const struct result *result, const struct verdict *verdict)
{
	size_t run = 0, measured = 0;

	for (size_t i = 0; i < result->n_cells; i++) {
		run += result->cells[i].status > CELL_SKIPPED;
		measured += result->cells[i].has_summary ||
			    (cell_counts(&result->cells[i]) && result->cells[i].tries);
	}
	if (count_failed(result, verdict) || result_is_left(result))
		return EXIT_TEST_FAILED;
	return run && !measured ? EXIT_USAGE : EXIT_DONE;
}

/* Of several launches only the last one's page is shown. */
static bool wants_page(const struct bench_options *o, const struct outputs *out)
{
	return strcmp(out->json, "-") && !format_outputs_on_stdout(&out->formats) &&
	       o->request.launch == o->request.launches;
}

static int report(const struct bench_options *o, const struct result *result, const struct outputs *out)
{
	struct verdict verdict;
	struct told told;
	int ret, others;

	judge_run(&verdict, result, NULL);
	told = told_run(result, &verdict);
	ret = result_write(result, &verdict, out->json);
	others = format_outputs_write(&out->formats, &told);
	if (wants_page(o, out))
		result_text(stdout, result, &verdict, ret ? NULL : out->json);
	if (wants_page(o, out) && o->explain)
		explain_text(stdout, &verdict, result);
	return ret || others ? EXIT_USAGE : measured_status(result, &verdict);
}

static void warn_quota(const struct env *env)
{
	const char *quota = fact_get(&env->facts, "cpu_quota"), *source = "";

	for (size_t i = 0; quota && i < env->facts.n; i++)
		if (!strcmp(env->facts.v[i].name, "cpu_quota"))
			source = env->facts.v[i].source;
	if (quota)
		log_warn("a cgroup gives this process %s (%s): when that is used up the kernel stops it "
			 "in mid-measurement: run it where there is no such limit", quota, source);
}

static void log_interrupted(const struct result *result, const struct saved *saved)
{
	const char *window = result->window == WINDOW_RESTORED ? ", the window was put back" : "";

	if (saved->is_there)
		log_error("ended by a signal: what was measured is in %s%s", saved->path, window);
	else
		log_error("ended by a signal: no result%s", window);
}

/* What remains when the run is over; a signal that came meanwhile ends us here. 0, -errno. */
static int end_run(int ret, const struct result *result, struct saved *saved)
{
	if (!ret && child_signals_pending()) {
		checkpoint(result, saved);
		ret = -EINTR;
	}
	if (ret == -ENOMEM)
		log_error("out of memory");
	if (ret == -EINTR)
		log_interrupted(result, saved);
	child_signals_unblock();
	return ret;
}

static int status_of(int err, const struct result *result)
{
	if (result_is_left(result))
		return EXIT_TEST_FAILED;
	return err == -ENOMEM || err == -EINTR ? EXIT_INTERNAL : EXIT_USAGE;
}

int measure_run(const struct bench_options *o, struct plan *plan)
{
	static struct outputs out;
	struct result result = { .replayed = o->sysroot != NULL };
	struct saved saved = { .path = out.json };
	const struct checkpoint keep = { checkpoint, &saved };
	const unsigned int launches = o->request.launches, launch = launches > 1 ? o->request.launch : 0;
	char stem[PATH_MAX];
	static char which[40];
	int ret;

	if (launch)
		snprintf(which, sizeof(which), "launch %u of %u, ", launch, launches);
	log_progress_prefix(which);
	snprintf(result.version, sizeof(result.version), "%s", PACKAGE_VERSION);
	outputs_now(result.started, sizeof(result.started));
	outputs_stem(stem, sizeof(stem), o, plan->target, result.started);
	if (outputs_make(&out, o, stem, launch))
		return EXIT_USAGE;
	result.command = memory_join(o->environment ? o->environment : "", o->argv);
	ret = env_collect(&result.env, o->emulated ? "--emulated or MMIOBENCH_EMULATED" : NULL);
	if (!ret)
		warn_quota(&result.env);
	if (!ret)
		ret = session_run(&result, plan, &keep);
	ret = end_run(ret, &result, &saved);
	ret = ret ? status_of(ret, &result) : report(o, &result, &out);
	result_free(&result);
	return ret;
}
