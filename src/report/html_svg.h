/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_HTML_SVG_H
#define REPORT_HTML_SVG_H

#include <stddef.h>
#include <stdio.h>

/*
 * Puts an SVG into a page. It is read and written again: only elements and attributes of a list,
 * which draw and do nothing else; links only to the picture's own parts; every id with prefix before
 * it, so that several pictures may be in one page. An SVG with anything else is left out as a whole:
 * nothing is written, and why says what it was. 0, -EINVAL, -ENOMEM.
 */
int html_svg(FILE *out, const char *svg, const char *prefix, char *why, size_t n);

#endif
