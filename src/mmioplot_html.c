// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "mmioplot_html.h"
#include "plot/draw.h"
#include "record/output.h"
#include "report/html/html.h"

struct report {
	const struct picture_judged *j;
	struct html_pictures pictures;
};

static int put_report(FILE *out, const void *what)
{
	const struct report *r = what;
	const struct picture_input *in = &r->j->in;
	const struct told told = in->comparison ? told_comparison(in->comparison) :
						  told_run(&in->sides[0].runs[0], in->verdicts[0]);

	return html_report(out, &told, &r->pictures);
}

/* What a picture says, for who cannot see it. */
static char *words_of(const struct picture *p)
{
	char words[sizeof(p->title) + sizeof(p->about) + 32];

	snprintf(words, sizeof(words), "%s%s%s. %s %s %s", p->emulated || p->untimed ? "EMULATED: " : "",
		 p->replayed ? "REPLAYED: " : "", p->title, p->about[0], p->about[1], p->about[2]);
	return xstrdup(words);
}

/* As many as can be drawn; the first failure is returned. */
static int draw_all(struct html_pictures *out, const struct plot_options *o,
		    const struct pictures *pictures)
{
	const struct script_canvas canvas = { .target = SCRIPT_SVG, .width = SCRIPT_WIDTH };
	int ret = 0;

	for (size_t i = 0; i < pictures->n && ret != -ENOENT; i++) {
		const struct picture *p = &pictures->v[i];
		struct html_picture *to = &out->v[out->n];
		int failed = plot_draw(p, &canvas, o->script, &to->svg, &to->n);

		if (failed) {
			ret = ret ? ret : failed;
			continue;
		}
		to->name = p->kind->name;
		to->title = p->kind->question;
		to->words = words_of(p);
		out->n++;
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

int plot_html(const struct plot_options *o, const struct picture_judged *j,
	      const struct pictures *pictures)
{
	struct report report = { .j = j };
	struct html_pictures *all = &report.pictures;
	const char *path = o->html;
	int drawn, ret;

	all->v = xcalloc(pictures->n, sizeof(*all->v));
	drawn = draw_all(all, o, pictures);
	all->why_none = why_none(pictures, drawn);
	ret = check_older(path, all->n, pictures->n, drawn);
	if (!ret)
		ret = output_write(path, "--html FILE", put_report, &report);
	if (!ret && strcmp(path, "-"))
		log_note("%s: the report%s", path, pictures->n && !all->n ? ", without pictures" : "");
	for (size_t i = 0; i < all->n; i++) {
		free(all->v[i].svg);
		free(all->v[i].words);
	}
	free(all->v);
	return ret ? ret : drawn == -ENOENT ? 0 : drawn;
}
