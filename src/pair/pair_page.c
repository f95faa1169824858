// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "pair/pair.h"
#include "pair/program.h"

#define WORDS_MOST (2 * PAIR_LAUNCHES_MOST + 64)
#define PLOT_MOST_S 300.0

/* A command line that is put together; its words are freed with it. */
struct command {
	char *v[WORDS_MOST];
	size_t n;
	bool lacks_memory;
};

static void add(struct command *w, const char *word)
{
	if (w->n == WORDS_MOST - 1 || !(w->v[w->n] = strdup(word)))
		w->lacks_memory = true;
	else
		w->v[++w->n] = NULL;
}

static void command_free(struct command *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
}

static void add_results(struct command *w, const struct pair_run *p)
{
	char path[PATH_MAX];

	for (unsigned int i = 1; i <= p->request->launches; i++)
		add(w, pair_path(path, p, "host-%u.json", i));
	add(w, "--");
	for (unsigned int i = 1; i <= p->request->launches; i++)
		add(w, pair_path(path, p, "guest-%u.json", i));
}

static void add_option(struct command *w, const char *option, const char *path)
{
	char word[PATH_MAX + 32];

	snprintf(word, sizeof(word), "%s=%s", option, path);
	add(w, word);
}

/* Where gnuplot or mmioplot is missing the page is all there is. */
static int plot(struct pair_run *p)
{
	struct command w = { .n = 0 };
	char path[PATH_MAX], output[PATH_MAX];
	const struct program program = { w.v, pair_path(output, p, "mmioplot.log"), PLOT_MOST_S };
	int ret = -ENOMEM;

	add(&w, pair_program(path, "mmioplot"));
	add_option(&w, "--html", pair_path(path, p, "report.html"));
	if (p->witnessed)
		add_option(&w, "--witness", pair_path(path, p, "witness.json"));
	add_results(&w, p);
	if (!w.lacks_memory)
		ret = program_run(&program);
	command_free(&w);
	if (ret && ret != -EINTR)
		pair_say(p, "no report.html: mmioplot is not there, or see %s", output);
	return ret;
}

int pair_compare(struct pair_run *p)
{
	struct command w = { .n = 0 };
	char path[PATH_MAX];
	const struct program program = { w.v, NULL, 0 };
	int ret = -ENOMEM;

	plot(p);
	add(&w, pair_program(path, "mmiocompare"));
	add_option(&w, "--json", pair_path(path, p, "compare.json"));
	add_option(&w, "--format=markdown", pair_path(path, p, "report.md"));
	if (p->witnessed)
		add_option(&w, "--witness", pair_path(path, p, "witness.json"));
	for (char *const *word = p->request->compare; word && *word; word++)
		add(&w, *word);
	add_results(&w, p);
	if (!w.lacks_memory)
		ret = program_run(&program);
	command_free(&w);
	return ret;
}
