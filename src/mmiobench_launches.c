// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "compare/compare.h"
#include "compare/self_check.h"
#include "mmiobench_launches.h"
#include "mmiobench_outputs.h"
#include "report/report.h"
#include "run/child.h"
#include "run/launch.h"

/* All launches of a command. Results and names are of those that are complete, which are the first n. */
struct launches {
	const struct bench_options *o;
	const struct request *request; /* of o */
	const char *stem;
	struct result results[LAUNCH_MOST];
	char *names[LAUNCH_MOST]; /* owned */
	size_t n;
	int status;              /* the worst so far */
};

/* The exit status that counts of two: a tool's own error, then a failed test, then a wrong use. */
static int worse(int a, int b)
{
	static const int order[] = { EXIT_INTERNAL, EXIT_TEST_FAILED, EXIT_USAGE, EXIT_NOTHING };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_DONE;
}

/* Of more launches than there are now. */
static void warn_older(const struct launches *l)
{
	char name[PATH_MAX];

	if (!launch_name(name, sizeof(name), l->stem, l->request->launches + 1) && !access(name, F_OK))
		log_warn("%s is there from before: remove it, or what names these results by a pattern "
			 "takes it in", name);
}

/* All names, before the first launch: the last one's disk may not be the first one's. */
static int check_outputs(const struct launches *l)
{
	static struct outputs out;
	int ret = 0;

	for (unsigned int i = 1; i <= l->request->launches && !ret; i++)
		ret = outputs_make(&out, l->o, l->stem, i);
	return ret;
}

#define WORDS 4

/* What this launch must be told that the command line does not say. Returns how many words. */
static size_t make_words(char *list[WORDS], const struct launches *l, unsigned int index)
{
	static char words[WORDS][PATH_MAX + 16];
	size_t n = 0;

	for (size_t i = 0; i < WORDS; i++)
		list[i] = words[i];
	snprintf(words[n++], sizeof(*words), "--launch=%u", index);
	snprintf(words[n++], sizeof(*words), "--launches=%u", l->request->launches);
	if (!l->o->text.seed)
		snprintf(words[n++], sizeof(*words), "--seed=0x%" PRIx64, l->request->seed);
	if (!l->o->json)
		snprintf(words[n++], sizeof(*words), "--json=%s", l->stem);
	return n;
}

/* The status that the launch ended with; one that was killed has none of its own. */
static int status_of(int wstatus, unsigned int index)
{
	if (WIFEXITED(wstatus))
		return WEXITSTATUS(wstatus);
	log_error("launch %u was ended by signal %d (%s): see whether its window was put back",
		  index, WTERMSIG(wstatus), strsignal(WTERMSIG(wstatus)));
	return EXIT_INTERNAL;
}

/* Whether what is at path now was put there since: outputs are renamed into their place. */
static bool is_new(const char *path, const struct stat *before)
{
	struct stat now;

	return !stat(path, &now) &&
	       (now.st_ino != before->st_ino || now.st_dev != before->st_dev ||
		now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != before->st_mtim.tv_nsec);
}

/* Reads what the launch left. 0, -errno after logging: it is not complete. */
static int take_result(struct launches *l, const char *name)
{
	int ret = result_read(&l->results[l->n], name);

	if (ret)
		return ret;
	l->names[l->n] = strdup(name);
	if (!l->names[l->n++]) {
		result_free(&l->results[--l->n]);
		return -ENOMEM;
	}
	return 0;
}

/* Of a launch that is over. True when the next one may follow. */
static bool take_launch(struct launches *l, unsigned int index, const char *name, bool written,
			int wstatus)
{
	int status;

	/* it may have written all that it measured before the signal reached it */
	if (child_signals_pending()) {
		if (written)
			take_result(l, name);
		return false;
	}
	status = status_of(wstatus, index);
	l->status = worse(l->status, status);
	if (status != EXIT_DONE && status != EXIT_TEST_FAILED)
		return false;
	if (take_result(l, name)) {
		l->status = worse(l->status, EXIT_USAGE);
		return false;
	}
	/* what is lost now would be found, and put back, as the next one's window */
	return l->results[l->n - 1].window != WINDOW_LOST &&
	       !l->results[l->n - 1].disturbance.power_lost;
}

/* True when the next one may follow. */
static bool run_one(struct launches *l, unsigned int index)
{
	char *words[WORDS];
	const struct launch_command command = { l->o->argv, words, make_words(words, l, index) };
	struct stat before = { 0 };
	char name[PATH_MAX];
	int wstatus, ret = launch_name(name, sizeof(name), l->stem, index);

	if (!ret) {
		if (stat(name, &before))
			before = (struct stat){ 0 };
		ret = launch_run(&command, &wstatus);
	}
	if (!ret)
		return take_launch(l, index, name, is_new(name, &before), wstatus);
	l->status = worse(l->status, EXIT_INTERNAL);
	return false;
}

static void log_kept(const struct launches *l, bool signalled)
{
	log_error("%s: %zu of %u launches are complete%s%s%s%s", signalled ? "ended by a signal" :
		  "the other launches are not started", l->n, l->request->launches,
		  l->n ? " and kept: " : "", l->n ? l->names[0] : "", l->n > 1 ? " to " : "",
		  l->n > 1 ? l->names[l->n - 1] : "");
}

static void launches_free(struct launches *l)
{
	for (size_t i = 0; i < l->n; i++) {
		result_free(&l->results[i]);
		free(l->names[i]);
	}
	free(l);
}

/* Into every launch's result: whichever is compared later knows it. */
static int write_self_check(struct launches *l, const struct self_check *s)
{
	int ret = 0;

	for (size_t i = 0; i < l->n && !ret; i++) {
		struct verdict verdict;

		l->results[i].self_check = *s;
		judge_run(&verdict, &l->results[i], NULL);
		ret = result_write(&l->results[i], &verdict, l->names[i]);
	}
	return ret;
}

static void self_check(struct launches *l)
{
	const struct compare_side side = { l->results, l->n };
	struct self_check s;
	char why[256] = "out of memory";
	size_t bad = 0;

	if (l->n < l->request->launches) {
		log_error("no self-check: %zu of %u launches are complete", l->n, l->request->launches);
		return;
	}
	if (compare_check_side(&side, &bad, why, sizeof(why))) {
		log_error("no self-check: %s and %s cannot be compared: %s", l->names[0],
			  l->names[bad], why);
		l->status = worse(l->status, EXIT_INTERNAL);
		return;
	}
	if (self_check_make(&s, &side)) {
		log_error("no self-check: out of memory");
		l->status = worse(l->status, EXIT_INTERNAL);
		return;
	}
	self_check_text(stdout, &s);
	if (write_self_check(l, &s))
		l->status = worse(l->status, EXIT_USAGE);
}

static void launches_report(struct launches *l)
{
	const struct compare_side side = { l->results, l->n };

	if (launches_text(stdout, &side, (const char *const *)l->names, l->request->launches)) {
		log_error("out of memory");
		l->status = EXIT_INTERNAL;
	}
	if (l->o->self_check)
		self_check(l);
}

/* A launch that gets the same addresses each time has less of what launches differ by. */
static void warn_layout(void)
{
	int now = personality(0xffffffff);

	if (now >= 0 && now & ADDR_NO_RANDOMIZE)
		log_warn("address-space layouts are not random here (setarch -R?): these launches "
			 "differ less than others would");
}

int launches_run(const struct bench_options *o, const char *stem)
{
	struct launches *l = calloc(1, sizeof(*l));
	unsigned int index = 1;
	int status;

	if (!l) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	l->o = o;
	l->request = &o->request;
	l->stem = stem;
	if (check_outputs(l)) {
		launches_free(l);
		return EXIT_USAGE;
	}
	warn_layout();
	warn_older(l);
	child_signals_block();
	while (index <= o->request.launches && run_one(l, index))
		index++;
	if (index <= o->request.launches)
		log_kept(l, child_signals_pending());
	child_signals_unblock(); /* a signal that came meanwhile ends us here */
	if (l->n)
		launches_report(l);
	status = l->status;
	launches_free(l);
	return status;
}
