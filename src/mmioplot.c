// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/privilege.h"
#include "base/text.h"
#include "cli/program.h"
#include "mmioplot_html.h"
#include "mmioplot_options.h"
#include "plot/data.h"
#include "plot/draw.h"
#include "record/output.h"
#include "report/report.h"

struct work {
	struct plot_options *o;
	struct witness witness;
	struct picture_judged judged;
	struct survey_files files; /* of a directory */
	struct survey survey;
	struct pictures pictures;
};

struct bytes {
	const char *v;
	size_t n;
};

static int put_bytes(FILE *out, const void *what)
{
	const struct bytes *b = what;

	return fwrite(b->v, 1, b->n, out) == b->n ? 0 : -EIO;
}

static int put_data(FILE *out, const void *what)
{
	const struct pictures *all = what;

	data_csv_head(out);
	for (size_t i = 0; i < all->n; i++)
		data_csv(out, &all->v[i]);
	return ferror(out) ? -EIO : 0;
}

static int make(struct work *w)
{
	const struct plot_options *o = w->o;
	const struct compare_side sides[2] = { sides_runs(&o->sides, 0), sides_runs(&o->sides, 1) };
	struct compare_ask ask = o->ask;

	if (sides_check_each(&o->sides) || sides_check_pair(&o->sides, compare_check) ||
	    (o->witness && witness_read(&w->witness, o->witness)))
		return -EINVAL;
	ask.witness = o->witness ? &w->witness : NULL;
	picture_judge(&w->judged, sides, o->n_sides, &ask);
	pictures_make(&w->pictures, &w->judged.in, o->plots);
	return 0;
}

static int make_directory(struct work *w)
{
	const struct picture_input in = { .survey = &w->survey };

	if (survey_read(&w->files, w->o->sides.v[0].names[0]))
		return -EINVAL;
	survey_make(&w->survey, w->files.records, w->files.n, w->o->ask.min_effect);
	pictures_make(&w->pictures, &in, w->o->plots);
	return 0;
}

/* A picture that was named and that the results have no figures for is missed. */
static void warn_missing(const struct work *w)
{
	for (const struct picture_kind *k = picture_kinds; k->name; k++) {
		bool found = !w->o->plots || !list_has(w->o->plots, k->name);

		for (size_t i = 0; i < w->pictures.n; i++)
			found |= w->pictures.v[i].kind == k;
		if (!found)
			log_warn("no figures for %s: measure with a longer profile, or with --tests",
				 k->name);
	}
}

/* An output must not replace what it is made from. */
static bool is_input(const struct work *w, const char *path)
{
	const struct plot_options *o = w->o;
	bool same = path_is(path, o->witness) || path_is(path, o->script) || sides_have(&o->sides, path);

	for (size_t i = 0; i < w->files.n; i++)
		same |= output_is_same(path, w->files.records[i].path);
	return same;
}

/* Of outputs, the first so many are taken. */
static int check_output(const struct work *w, const char *option, const char *value,
			const char *path, size_t n_taken)
{
	const char *taken[] = { w->o->data, w->o->html };
	char how[24];

	if (!path || !strcmp(path, "-"))
		return 0;
	if (is_input(w, path)) {
		log_error("%s %s would replace a file that is read: name another file", option, path);
		return -EINVAL;
	}
	for (size_t i = 0; i < n_taken; i++)
		if (taken[i] && strcmp(taken[i], "-") && output_is_same(path, taken[i])) {
			log_error("%s %s is taken by another output: name another file", option, path);
			return -EINVAL;
		}
	snprintf(how, sizeof(how), "%s %s", option, value);
	return output_writable(path, how);
}

static int path_of(char *buf, size_t n, const struct plot_options *o, const struct picture *p)
{
	size_t len = strlen(o->output);
	int used = snprintf(buf, n, "%s", o->output);

	if (o->output_is_dir)
		used = snprintf(buf, n, "%s%s%s.%s", o->output, o->output[len - 1] == '/' ? "" : "/",
				p->kind->name, o->canvas.target == SCRIPT_PNG ? "png" : "svg");
	if (used >= 0 && (size_t)used < n)
		return 0;
	log_error("--output %s is too long a name", o->output);
	return -ENAMETOOLONG;
}

static int check_pictures(const struct work *w)
{
	const struct plot_options *o = w->o;
	char path[PATH_MAX];
	int ret = 0;

	if (!o->output)
		return 0;
	if (!o->output_is_dir && w->pictures.n > 1) {
		log_error("--output %s can hold one picture, and there are %zu: name one with --plots, or "
			  "a directory", o->output, w->pictures.n);
		return -EINVAL;
	}
	if (o->output_is_dir && mkdir(o->output, 0777) && errno != EEXIST) {
		log_error("cannot make the directory %s: %s: choose another place with --output",
			  o->output, strerror(errno));
		return -errno;
	}
	for (size_t i = 0; i < w->pictures.n && !ret; i++) {
		ret = path_of(path, sizeof(path), o, &w->pictures.v[i]);
		if (!ret)
			ret = check_output(w, "--output", "PATH", path, 2);
	}
	return ret;
}

static int check_outputs(const struct work *w)
{
	int ret = check_output(w, "--data", "FILE", w->o->data, 0);

	if (!ret)
		ret = check_output(w, "--html", "FILE", w->o->html, 1);
	return ret ? ret : check_pictures(w);
}

static int draw_one(const struct plot_options *o, const struct picture *p, bool last)
{
	struct script_canvas canvas = o->canvas;
	char path[PATH_MAX] = "-";
	struct bytes bytes;
	char *drawn;
	int ret = o->terminal ? 0 : path_of(path, sizeof(path), o, p);

	/* one below the other: what is the same of all of them once */
	canvas.brief = o->terminal && !last;
	if (!ret)
		ret = plot_draw(p, &canvas, o->script, &drawn, &bytes.n);
	if (ret)
		return ret;
	bytes.v = drawn;
	ret = output_write(path, "--output PATH", put_bytes, &bytes);
	free(drawn);
	if (!ret && !o->terminal)
		log_note("%s: %s", path, p->kind->question);
	return ret;
}

static int draw(const struct work *w)
{
	int ret = 0;

	if (w->o->data)
		ret = output_write(w->o->data, "--data FILE", put_data, &w->pictures);
	if (!ret && w->o->html)
		ret = plot_html(w->o, &w->judged, &w->pictures);
	if (!w->o->output && !w->o->terminal)
		return ret;
	for (size_t i = 0; i < w->pictures.n && !ret; i++)
		ret = draw_one(w->o, &w->pictures.v[i], i + 1 == w->pictures.n);
	return ret;
}

static int run(struct work *w)
{
	int ret = 0;

	if (w->o->n_sides)
		ret = sides_read(&w->o->sides);
	if (!ret)
		ret = w->o->n_sides ? make(w) : make_directory(w);
	if (ret)
		return ret == -ENOMEM ? EXIT_INTERNAL : EXIT_USAGE;
	if (!w->pictures.n && !w->o->html) {
		log_error("the results have no figures for %s: nothing is drawn",
			  w->o->plots ? w->o->plots : "any picture");
		return EXIT_NOTHING;
	}
	warn_missing(w);
	return check_outputs(w) || draw(w) ? EXIT_USAGE : 0;
}

static void work_free(struct work *w)
{
	pictures_free(&w->pictures);
	picture_judged_free(&w->judged);
	witness_free(&w->witness);
	survey_free(&w->survey);
	survey_files_free(&w->files);
}

int main(int argc, char **argv)
{
	struct plot_options o = { .ask.min_effect = COMPARE_MIN_EFFECT };
	struct work w = { .o = &o };
	int status;

	begin_program("mmioplot", EXIT_USAGE);
	if (privilege_keep(PRIVILEGE_FILES))
		return EXIT_USAGE;
	plot_options_parse(&o, argc, argv);
	status = run(&w);
	work_free(&w);
	sides_free(&o.sides);
	return stdout_finish() ? EXIT_USAGE : status;
}
