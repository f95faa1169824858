/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_HTML_HTML_H
#define REPORT_HTML_HTML_H

#include <stdio.h>
#include "report/format/format.h"

/*
 * A report for a browser: one file that loads nothing and tells the verdict first. It holds the raw
 * results, so that whoever has the report has the data.
 */

/* A picture that goes into the page, as an image: a browser runs and loads nothing of it. */
struct html_picture {
	const char *name;        /* for links: letters, digits, '-' */
	const char *title;
	char *words;             /* for who cannot see it */
	char *svg;
	size_t n;
};

struct html_pictures {
	struct html_picture *v;
	size_t n;
	const char *why_none;    /* told where n is 0 */
};

/* 0, -ENOMEM; errors of the stream are the caller's to find. */
int html_report(FILE *out, const struct told *t, const struct html_pictures *pictures);

#endif
