// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/xalloc.h"
#include "cli/options.h"
#include "cli/sides.h"
#include "record/output.h"
#include "report/report.h"

static void files_add(struct files *f, const char *name)
{
	f->names = xrealloc(f->names, f->n + 1, sizeof(*f->names));
	f->names[f->n++] = name;
	if (f->n > COMPARE_RUNS_MAX)
		usage_error("more than %u results on a side: name fewer", COMPARE_RUNS_MAX);
}

void sides_add(struct sides *s, const char *name)
{
	files_add(&s->v[s->separated], name);
}

void sides_parse(struct sides *s, const struct argp *argp, int argc, char **argv, void *input)
{
	struct files *first = &s->v[0], *second = &s->v[1];
	int at = 1;

	while (at < argc && strcmp(argv[at], "--"))
		at++;
	options_parse(argp, at, argv, input);
	if (at < argc) {
		for (int i = at + 1; i < argc; i++)
			if (!strcmp(argv[i], "--"))
				usage_error("one -- parts the two sides: HOST.json... -- GUEST.json...");
		s->separated = true;
		argv[at] = argv[0];
		options_parse(argp, argc - at, argv + at, input);
		if (!first->n || !second->n)
			usage_error("a side without results: %s HOST.json... -- GUEST.json...",
				    program_invocation_short_name);
	} else if (first->n == 2) {
		files_add(second, first->names[--first->n]);
	}
	s->directory = !s->separated && first->n == 1 && !second->n && name_is_directory(first->names[0]);
	s->n = second->n ? 2 : first->n ? 1 : 0;
}

int sides_read(struct sides *s)
{
	int ret = 0;

	for (struct files *f = s->v; f < s->v + s->n; f++) {
		f->results = xcalloc(f->n, sizeof(*f->results));
		for (size_t i = 0; i < f->n && !ret; i++)
			ret = result_read(&f->results[i], f->names[i]);
	}
	return ret;
}

void sides_free(struct sides *s)
{
	for (struct files *f = s->v; f < s->v + 2; f++) {
		for (size_t i = 0; f->results && i < f->n; i++)
			result_free(&f->results[i]);
		free(f->results);
		free(f->names);
	}
}

struct compare_side sides_runs(const struct sides *s, unsigned int side)
{
	return (struct compare_side){ s->v[side].results, s->v[side].n };
}

static int refuse(const char *first, const char *second, const char *why)
{
	log_error("%s and %s cannot be compared: %s", first, second, why);
	return -EINVAL;
}

int sides_refuse(const struct sides *s, const char *why)
{
	return refuse(s->v[0].names[0], s->v[1].names[0], why);
}

int sides_check_each(const struct sides *s)
{
	char why[256] = "out of memory";
	size_t bad = 0;

	for (unsigned int i = 0; i < s->n; i++) {
		const struct compare_side side = sides_runs(s, i);

		if (compare_check_side(&side, &bad, why, sizeof(why)))
			return refuse(s->v[i].names[0], s->v[i].names[bad], why);
	}
	return 0;
}

int sides_check_pair(const struct sides *s, int (*check)(const struct result *, const struct result *,
							 char *why, size_t n))
{
	const struct compare_side first = sides_runs(s, 0), second = sides_runs(s, 1);
	char why[256] = "out of memory";
	size_t h, g;

	if (s->n < 2)
		return 0;
	if (check(&first.runs[0], &second.runs[0], why, sizeof(why)))
		return sides_refuse(s, why);
	if (compare_check_distinct(&first, &second, &h, &g, why, sizeof(why)))
		return refuse(s->v[0].names[h], s->v[1].names[g], why);
	return 0;
}

bool path_is(const char *path, const char *other)
{
	return other && output_is_same(path, other);
}

bool sides_have(const struct sides *s, const char *path)
{
	for (const struct files *f = s->v; f < s->v + 2; f++)
		for (size_t i = 0; i < f->n; i++)
			if (output_is_same(path, f->names[i]))
				return true;
	return false;
}

bool name_is_directory(const char *name)
{
	struct stat st;

	return !stat(name, &st) && S_ISDIR(st.st_mode);
}

bool name_is_witness(const char *name)
{
	char start[512] = "";
	struct stat st;
	FILE *f = stat(name, &st) || !S_ISREG(st.st_mode) ? NULL : fopen(name, "re");

	if (!f)
		return false;
	start[fread(start, 1, sizeof(start) - 1, f)] = '\0';
	fclose(f);
	return strstr(start, "\"mmiobench-witness/");
}
