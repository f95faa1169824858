/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_HTML_HTML_WRITE_H
#define REPORT_HTML_HTML_WRITE_H

#include <jansson.h>
#include <stdio.h>

/*
 * The one place where text becomes HTML. Markup is a literal of ours, all that is put into it is
 * text of somebody: it cannot become markup, neither between tags nor in a quoted attribute.
 */

/*
 * printf() of markup, see report/escape.h. A %s is made printable ASCII, '?' for each other character,
 * escaped, and cut behind HTML_TEXT_MOST bytes, with a note of how long it is.
 */
#define HTML_TEXT_MOST 2000u
void html_put(FILE *out, const char *markup, ...) __attribute__((format(printf, 2, 3)));

/* A text of several lines that is ours, however long: the same without the cut. */
void html_put_lines(FILE *out, const char *text);

/*
 * JSON for a script block of type application/json, on one line: valid JSON, and nothing in it can
 * end the block. Releases root. 0; -ENOMEM where root is NULL.
 */
int html_put_json(FILE *out, json_t *root);

#endif
