// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "mmiocompare_baseline.h"
#include "report/baseline.h"
#include "report/output.h"

static const char *known(const char *value)
{
	return value[0] ? value : "not known";
}

/* Each fact with both values and the way past it. 0, EXIT_USAGE. */
static int refuse_differences(const struct baseline *b, const char *path)
{
	const struct baseline_differences *d = &b->differences;

	if (!d->n_refused)
		return 0;
	log_error("the baseline %s (%s) was made in another environment, in which other figures "
		  "come of the same hardware, facts that differ: %zu", b->name, path, d->n_refused);
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].refused)
			log_error("%s differs: \"%s\" in the baseline, \"%s\" now: make them "
				  "alike, save a new baseline, or --ignore %s",
				  baseline_facts[d->v[i].fact].name, known(d->v[i].then),
				  known(d->v[i].now), baseline_facts[d->v[i].fact].name);
	return EXIT_USAGE;
}

/* An output must not replace the baseline; which one it is was not known before. */
static int check_outputs(const struct options *o, const char *path)
{
	bool same = o->json && output_is_same(o->json, path);

	for (size_t i = 0; i < o->formats.n; i++)
		same |= output_is_same(o->formats.v[i].path, path);
	if (same)
		log_error("an output would replace the baseline %s: name another file", path);
	return same ? EXIT_USAGE : 0;
}

/* So that messages can name its runs. */
static int name_runs(struct against *a, struct files *f)
{
	f->names = calloc(f->n, sizeof(*f->names));
	a->labels = calloc(f->n, sizeof(*a->labels));
	for (size_t i = 0; f->names && a->labels && i < f->n; i++) {
		if (asprintf(&a->labels[i], "%s, result %zu", a->path, i + 1) < 0)
			a->labels[i] = NULL;
		f->names[i] = a->labels[i] ? a->labels[i] : a->path;
	}
	if (f->names && a->labels)
		return 0;
	log_error("out of memory");
	return EXIT_INTERNAL;
}

static int status_of(int ret)
{
	return !ret ? 0 : ret == -ENOMEM ? EXIT_INTERNAL : EXIT_USAGE;
}

static int read_baseline(struct against *a, struct files *f)
{
	struct baseline_head head;
	int ret = baseline_read(&head, &f->results, &f->n, a->path);

	if (ret)
		return status_of(ret);
	memcpy(a->baseline.saved, head.saved, sizeof(a->baseline.saved));
	return name_runs(a, f);
}

int against_begin(struct against *a, struct options *o)
{
	struct files *f = &o->sides[0];
	const struct files *now = &o->sides[1];
	struct compare_side sides[2];
	int status;

	*a = (struct against){ 0 };
	snprintf(a->baseline.name, sizeof(a->baseline.name), "%s", o->against);
	status = status_of(baseline_find(&a->path, o->baseline, o->against, &now->results[0],
					 o->ignored));
	if (!status)
		status = check_outputs(o, a->path);
	if (!status)
		status = read_baseline(a, f);
	if (status)
		return status;
	sides[0] = (struct compare_side){ f->results, f->n };
	sides[1] = (struct compare_side){ now->results, now->n };
	baseline_compare(&a->baseline.differences, &sides[0], &sides[1], o->ignored);
	o->ask.baseline = &a->baseline;
	return refuse_differences(&a->baseline, a->path);
}

void against_end(struct against *a, const struct options *o)
{
	for (size_t i = 0; a->labels && i < o->sides[0].n; i++)
		free(a->labels[i]);
	free(a->labels);
	free(a->path);
}

/* Launches of one machine, device and environment, against each of which something can pass. */
static int check_kept(const struct files *f)
{
	const struct compare_side all = { f->results, f->n };
	char why[256] = "out of memory";
	size_t first = 0, bad = 0;

	for (size_t i = 0; i < f->n; i++)
		if (baseline_check_run(&f->results[i], why, sizeof(why))) {
			log_error("%s makes no baseline, nothing held against it could pass: %s",
				  f->names[i], why);
			return EXIT_USAGE;
		}
	if (compare_check_side(&all, &bad, why, sizeof(why)) ||
	    baseline_check_types(&all, &first, &bad, why, sizeof(why))) {
		log_error("%s and %s make no baseline together: %s", f->names[first],
			  f->names[bad], why);
		return EXIT_USAGE;
	}
	return 0;
}

int baseline_keep(const struct options *o, const struct files *f, bool told)
{
	const struct compare_side runs = { f->results, f->n };
	int status = check_kept(f);
	char *path;

	if (!status)
		status = status_of(baseline_save(&path, o->baseline, o->save, &runs, o->replace));
	if (status)
		return status;
	if (told)
		printf("saved %s: %zu result%s in %s\n", o->save, f->n, f->n == 1 ? "" : "s", path);
	else
		log_note("saved as baseline %s: %s", o->save, path);
	free(path);
	return 0;
}

int baseline_show(struct options *o)
{
	struct baseline_list list;
	int status = status_of(baseline_list_read(&list, o->baseline));

	if (status)
		return status;
	if (!o->json || strcmp(o->json, "-"))
		baseline_list_text(stdout, &list, o->baseline);
	if ((o->json && baseline_list_write(&list, o->json)) || list.n_broken)
		status = EXIT_USAGE;
	baseline_list_free(&list);
	return status;
}
