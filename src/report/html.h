/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdio.h>
#include "judge/compare.h"

/*
 * A report for a browser: one file that loads nothing and tells the verdict first. It holds the raw
 * results, so that whoever has the report has the data.
 */

/* A picture that goes into the page. What its SVG may hold is a list, see html_svg.h. */
struct html_picture {
	const char *name;        /* for links: letters, digits, '-' */
	const char *title;
	const char *svg;
	const char *caption;     /* how to read it; "" */
};

struct html_pictures {
	const struct html_picture *v;
	size_t n;
	const char *why_none;    /* told where n is 0 */
};

/* 0, -ENOMEM; errors of the stream are the caller's to find. */
int html_result(FILE *out, const struct result *r, const struct verdict *v,
		const struct html_pictures *pictures);
int html_comparison(FILE *out, const struct comparison *c, const struct html_pictures *pictures);

#endif
