// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/memory.h"
#include "plot/draw.h"
#include "plot/gnuplot.h"

static int make_script(const struct picture *p, const struct script_canvas *canvas, char **script,
		       size_t *n)
{
	FILE *f = memory_open(script, n);

	if (!f)
		goto no_memory;
	script_write(f, p, canvas);
	if (!memory_close(f))
		return 0;
	free(*script);
no_memory:
	log_error("out of memory");
	return -ENOMEM;
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

int plot_draw(const struct picture *p, const struct script_canvas *canvas, char **out, size_t *n)
{
	char *script, *drawn, *clean;
	size_t script_n;
	int ret = make_script(p, canvas, &script, &script_n);

	if (ret)
		return ret;
	ret = gnuplot_run(script, script_n, &drawn, n);
	free(script);
	if (ret)
		return ret;
	*out = drawn;
	if (canvas->target == SCRIPT_TERMINAL)
		trim_page(drawn, n);
	if (canvas->target != SCRIPT_SVG)
		return 0;
	ret = svg_clean(drawn, p, &clean);
	free(drawn);
	if (ret)
		return ret;
	*out = clean;
	*n = strlen(clean);
	return 0;
}

int plot_svg(const struct picture *p, char **svg)
{
	const struct script_canvas canvas = { .target = SCRIPT_SVG, .width = SCRIPT_WIDTH };
	size_t n;

	return plot_draw(p, &canvas, svg, &n);
}
