// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "plot/draw.h"
#include "plot/gnuplot.h"

struct work {
	const struct picture *p;
	const struct script_canvas *canvas;
	const char *script;
};

static void write_script(FILE *out, const void *what)
{
	const struct work *w = what;
	/* gnuplot would run "< command" or "| command" */
	const char *here = w->script && w->script[0] != '/' ? "./" : "";

	script_data(out, w->p, w->canvas);
	fputs(script_text("page.gp"), out);
	if (!w->script) {
		fputs(script_text(w->p->kind->script), out);
		return;
	}
	/* by name: what gnuplot says of it has its name and line */
	fputs("load ", out);
	script_quote(out, here);
	fputs(" . ", out);
	script_quote(out, w->script);
	fputc('\n', out);
}

/* gnuplot begins a terminal's page with a form feed, and fills its lines with blanks. */
static void trim_page(char *page, size_t *n)
{
	char *to = page;

	for (char *line = page; *line;) {
		size_t len = strcspn(line, "\n"), keep = len;
		bool more = line[len];

		while (keep && strchr(" \f", line[keep - 1]))
			keep--;
		while (keep && *line == '\f') {
			line++;
			keep--;
			len--;
		}
		memmove(to, line, keep);
		to += keep;
		if (more)
			*to++ = '\n';
		line += len + more;
	}
	*to = 0;
	*n = (size_t)(to - page);
}

/* gnuplot leaves ">" as it is, which XML takes for an end behind "]]". */
static void mend_svg(char *svg)
{
	for (char *p = svg; (p = strstr(p, "]]>"));)
		p[2] = '?';
}

int plot_draw(const struct picture *p, const struct script_canvas *canvas, const char *script,
	      char **out, size_t *n)
{
	const struct work w = { p, canvas, script };
	int ret = gnuplot_run(write_script, &w, out, n);

	if (!ret && canvas->target == SCRIPT_TERMINAL)
		trim_page(*out, n);
	else if (!ret && canvas->target == SCRIPT_SVG)
		mend_svg(*out);
	return ret;
}
