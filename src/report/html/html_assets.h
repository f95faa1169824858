/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_HTML_HTML_ASSETS_H
#define REPORT_HTML_HTML_ASSETS_H

/* html/report.css and report.js, made by html/embed.awk, and their SHA-256 as a policy names it. */
extern const char html_style[], html_style_hash[];
extern const char html_script[], html_script_hash[];

#endif
