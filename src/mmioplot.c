// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/begin.h"
#include "base/log.h"
#include "base/privilege.h"
#include "base/stdout.h"
#include "mmioplot_html.h"
#include "mmioplot_options.h"
#include "plot/draw.h"
#include "report/output.h"
#include "report/report.h"
#include "report/survey.h"

struct work {
	struct plot_options *o;
	struct witness witness;
	struct picture_judged judged;
	struct survey_files files; /* of a directory */
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
	int ret = plot_data_head(out);

	for (size_t i = 0; i < all->n && !ret; i++)
		ret = plot_data(out, &all->v[i]);
	return ret;
}

static int refuse(const char *first, const char *second, const char *why)
{
	log_error("%s and %s cannot stand in one picture: %s", first, second, why);
	return -EINVAL;
}

static int check_sides(const struct plot_options *o, const struct compare_side *sides)
{
	char why[256] = "out of memory";
	size_t bad = 0, h, g;

	for (size_t i = 0; i < o->n_sides; i++)
		if (compare_check_side(&sides[i], &bad, why, sizeof(why)))
			return refuse(o->sides[i].names[0], o->sides[i].names[bad], why);
	if (o->n_sides > 1 && compare_check(&sides[0].runs[0], &sides[1].runs[0], why, sizeof(why)))
		return refuse(o->sides[0].names[0], o->sides[1].names[0], why);
	if (o->n_sides > 1 && compare_check_distinct(&sides[0], &sides[1], &h, &g, why, sizeof(why)))
		return refuse(o->sides[0].names[h], o->sides[1].names[g], why);
	return 0;
}

static int make(struct work *w)
{
	const struct plot_options *o = w->o;
	struct compare_side sides[2] = { { o->sides[0].results, o->sides[0].n },
					 { o->sides[1].results, o->sides[1].n } };
	struct compare_ask ask = o->ask;

	if (check_sides(o, sides) || (o->witness && witness_read(&w->witness, o->witness)))
		return -EINVAL;
	ask.witness = o->witness ? &w->witness : NULL;
	if (picture_judge(&w->judged, sides, o->n_sides, &ask) ||
	    pictures_make(&w->pictures, &w->judged.in, o->plots)) {
		log_error("out of memory");
		return -ENOMEM;
	}
	return 0;
}

/* An output must not replace what it is made from. */
static int check_replaces(const struct work *w, const char *option, const char *path)
{
	const struct plot_options *o = w->o;
	bool same = o->witness && output_is_same(path, o->witness);

	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0; i < o->sides[side].n; i++)
			same |= output_is_same(path, o->sides[side].names[i]);
	for (size_t i = 0; i < w->files.n; i++)
		same |= output_is_same(path, w->files.paths[i]);
	if (!same)
		return 0;
	log_error("%s %s would replace a file that is read: name another file", option, path);
	return -EINVAL;
}

/* Nor another output, by whatever name. */
static int check_apart(const char *option, const char *path, const char *other)
{
	if (!other || !strcmp(other, "-") || !output_is_same(path, other))
		return 0;
	log_error("%s %s is taken by another output: name another file", option, path);
	return -EINVAL;
}

static int check_html(const struct work *w)
{
	const char *html = w->o->html;

	if (!html || !strcmp(html, "-"))
		return 0;
	if (check_replaces(w, "--html", html) || check_apart("--html", html, w->o->data))
		return -EINVAL;
	return output_writable(html, "--html FILE");
}

static int check_data(const struct work *w)
{
	const char *data = w->o->data;

	if (!data || !strcmp(data, "-"))
		return 0;
	return check_replaces(w, "--data", data) ? -EINVAL : output_writable(data, "--data FILE");
}

static int make_directory(struct work *w)
{
	struct picture_input in = { .n_sides = 0 };
	int ret = survey_read(&w->files, w->o->sides[0].names[0]);

	if (!ret)
		ret = check_data(w);
	if (ret)
		return -EINVAL;
	in.records = w->files.records;
	in.n_records = w->files.n;
	if (pictures_make(&w->pictures, &in, w->o->plots)) {
		log_error("out of memory");
		return -ENOMEM;
	}
	return 0;
}

/* A picture that was named and that the results have no figures for is missed. */
static void warn_missing(const struct work *w)
{
	char *list = w->o->plots ? strdup(w->o->plots) : NULL, *save = NULL;

	for (char *name = list ? strtok_r(list, ",", &save) : NULL; name;
	     name = strtok_r(NULL, ",", &save)) {
		bool found = false;

		for (size_t i = 0; i < w->pictures.n; i++)
			found |= !strcmp(w->pictures.v[i].kind->name, name);
		if (!found)
			log_warn(
				"no figures for %s: measure with a longer profile, or with --tests",
				name);
	}
	free(list);
}

static int path_of(char *buf, size_t n, const struct plot_options *o, const struct picture *p)
{
	size_t len = strlen(o->output);
	int used = o->output_is_dir
			   ? snprintf(buf, n, "%s%s%s.%s", o->output,
				      len && o->output[len - 1] == '/' ? "" : "/", p->kind->name,
				      o->canvas.target == SCRIPT_PNG ? "png" : "svg")
			   : snprintf(buf, n, "%s", o->output);

	if (used >= 0 && (size_t)used < n)
		return 0;
	log_error("--output %s is too long a name", o->output);
	return -ENAMETOOLONG;
}

static int check_files(const struct work *w)
{
	const struct plot_options *o = w->o;
	char path[PATH_MAX];
	int ret = 0;

	if (!o->output)
		return 0;
	if (!o->output_is_dir && w->pictures.n > 1) {
		log_error("--output %s can hold one picture, and there are %zu: name one with "
			  "--plots, or "
			  "a directory",
			  o->output, w->pictures.n);
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
			ret = check_replaces(w, "--output", path);
		if (!ret)
			ret = check_apart("--output", path, w->o->data);
		if (!ret)
			ret = check_apart("--output", path, w->o->html);
		if (!ret)
			ret = output_writable(path, "--output PATH");
	}
	return ret;
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
		ret = plot_draw(p, &canvas, &drawn, &bytes.n);
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
		ret = plot_html(w->o->html, &w->judged, &w->pictures);
	if (!w->o->output && !w->o->terminal)
		return ret;
	for (size_t i = 0; i < w->pictures.n && !ret; i++)
		ret = draw_one(w->o, &w->pictures.v[i], i + 1 == w->pictures.n);
	return ret;
}

static int run(struct work *w)
{
	int ret = w->o->n_sides ? check_data(w) : 0;

	if (!ret)
		ret = check_html(w);
	for (size_t side = 0; side < w->o->n_sides && !ret; side++)
		ret = files_read(&w->o->sides[side]);
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
	return check_files(w) || draw(w) ? EXIT_USAGE : 0;
}

static void work_free(struct work *w)
{
	pictures_free(&w->pictures);
	picture_judged_free(&w->judged);
	witness_free(&w->witness);
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
	plot_options_free(&o);
	return stdout_finish() ? EXIT_USAGE : status;
}
