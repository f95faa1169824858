// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/parse.h"
#include "mmioplot_html.h"
#include "plot/draw.h"
#include "report/html.h"
#include "report/output.h"

struct report {
	const struct picture_judged *j;
	struct html_pictures pictures;
};

static int put_report(FILE *out, const void *what)
{
	const struct report *r = what;
	const struct picture_input *in = &r->j->in;

	if (in->n_sides > 1)
		return html_comparison(out, in->comparison, &r->pictures);
	return html_result(out, &in->sides[0].runs[0], in->verdicts[0], &r->pictures);
}

/* As many as can be drawn; the first failure is returned. */
static int draw_all(struct html_picture *v, size_t *n, const struct pictures *pictures)
{
	int ret = 0;

	for (size_t i = 0; i < pictures->n && ret != -ENOENT; i++) {
		const struct picture *p = &pictures->v[i];
		char *svg;
		int failed = plot_svg(p, &svg);

		if (failed)
			ret = ret ? ret : failed;
		else
			/* its title is in the picture */
			v[(*n)++] = (struct html_picture){ p->kind->name, p->kind->question, svg, "" };
	}
	return ret;
}

static const char *why_none(const struct pictures *pictures, int drawn)
{
	if (!pictures->n)
		return "the results have no figures for any.";
	return drawn == -ENOENT ? "where this report was made gnuplot is not installed (Debian package "
				  "gnuplot-nox)." :
				  "gnuplot failed, and mmioplot said why when it made this report.";
}

/* An older report may have the pictures that this one lacks. */
static int check_older(const char *path, size_t drawn, size_t wanted, int ret)
{
	struct stat st;

	if (drawn == wanted || !strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode) ||
	    !st.st_size)
		return 0;
	log_error("%s is not replaced by a report without %zu of %zu picture%s: %s, or name another file "
		  "with --html", path, wanted - drawn, wanted, plural(wanted),
		  ret == -ENOENT ? "install gnuplot-nox" : "mend what gnuplot failed at");
	return -EEXIST;
}

int plot_html(const char *path, const struct picture_judged *j, const struct pictures *pictures)
{
	struct html_picture *v = calloc(pictures->n + 1, sizeof(*v));
	struct report report = { .j = j, .pictures.v = v };
	int drawn, ret;

	if (!v) {
		log_error("out of memory");
		return -ENOMEM;
	}
	drawn = draw_all(v, &report.pictures.n, pictures);
	report.pictures.why_none = why_none(pictures, drawn);
	ret = check_older(path, report.pictures.n, pictures->n, drawn);
	if (!ret)
		ret = output_write(path, "--html FILE", put_report, &report);
	if (!ret && strcmp(path, "-"))
		log_note("%s: the report%s", path,
			 pictures->n && !report.pictures.n ? ", without pictures" : "");
	for (size_t i = 0; i < report.pictures.n; i++)
		free((char *)(uintptr_t)v[i].svg);
	free(v);
	return ret ? ret : drawn == -ENOENT ? 0 : drawn;
}
