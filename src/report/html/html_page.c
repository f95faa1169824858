// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/xalloc.h"
#include "report/html/html_assets.h"
#include "report/html/html_page.h"
#include "report/html/html_write.h"

/* What may be wider than a screen, with words that are seen where it is. */
#define SCROLL                                                                                     \
	"<p class=\"hint\">Wider than the screen: scroll it sideways &rarr;</p>\n"                  \
	"<div class=\"scroll\">"

/*
 * The policy lets run what is named by its hash and nothing else, and load nothing from anywhere:
 * text that slipped through the escaping could not run.
 */
void html_begin(FILE *out, const char *title)
{
	html_put(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		 "script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
		 html_script_hash, html_style_hash);
	html_put(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		 "<meta name=\"referrer\" content=\"no-referrer\">\n"
		 "<meta name=\"generator\" content=\"mmiobench " PACKAGE_VERSION "\">\n"
		 "<title>%s</title>\n", title);
	fprintf(out, "<style>%s</style>\n</head>\n<body>\n", html_style);
}

void html_end(FILE *out)
{
	fputs("<footer>Made by mmioplot " PACKAGE_VERSION " of mmiobench. This file is all there is: "
	      "it loads nothing.</footer>\n", out);
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", html_script);
}

void html_section(FILE *out, const char *id, const char *title)
{
	html_put(out, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
}

void html_section_end(FILE *out)
{
	fputs("</section>\n", out);
}

void html_fold(FILE *out, bool open, const char *what, size_t n)
{
	fputs(open ? "<details open>" : "<details>", out);
	html_put(out, "<summary>%s", what);
	if (n)
		html_put(out, " <span class=\"soft\">(%zu)</span>", n);
	fputs("</summary>\n", out);
}

void html_fold_end(FILE *out)
{
	fputs("</details>\n", out);
}

void html_line(FILE *out, const char *label, const char *words)
{
	html_put(out, "<dt>%s</dt><dd>%s</dd>\n", label, words);
}

void html_table(FILE *out, const char *caption, const struct html_column *columns)
{
	fputs("<div class=\"table\">", out);
	if (*caption)
		html_put(out, "<p class=\"caption\">%s</p>", caption);
	fputs(SCROLL "<table class=\"sortable\"><thead><tr>", out);
	for (; columns->title; columns++)
		html_put(out, columns->is_number ? "<th scope=\"col\" class=\"number\">%s</th>" :
						   "<th scope=\"col\">%s</th>", columns->title);
	fputs("</tr></thead>\n<tbody>\n", out);
}

void html_table_end(FILE *out)
{
	fputs("</tbody></table></div></div>\n", out);
}

void html_figure(FILE *out, double value, const char *fmt, ...)
{
	char sort[32], shown[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(shown, sizeof(shown), fmt, ap);
	va_end(ap);
	snprintf(sort, sizeof(sort), "%.6g", value);
	html_put(out, "<td class=\"number\" data-v=\"%s\">%s</td>", sort, shown);
}

void html_lines(FILE *out, void (*print)(FILE *out, const void *what), const void *what)
{
	struct xtext text;
	FILE *lines = xtext_open(&text);
	char *start, *end;

	print(lines, what);
	fclose(lines);
	if (text.n) {
		start = text.v + strspn(text.v, "\n");
		end = strchr(start, '\n');
		if (end)
			*end = '\0';
		html_fold(out, false, start, 0);
		fputs(SCROLL "<pre>", out);
		html_put_lines(out, end ? end + 1 : "");
		fputs("</pre></div>\n", out);
		html_fold_end(out);
	}
	free(text.v);
}

/* RFC 4648. */
static void put_base64(FILE *out, const char *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)bytes;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned int v = (unsigned int)p[i] << 16 | (left > 1 ? p[i + 1] << 8 : 0) |
				 (left > 2 ? p[i + 2] : 0);

		fputc(digits[v >> 18], out);
		fputc(digits[v >> 12 & 63], out);
		fputc(left > 1 ? digits[v >> 6 & 63] : '=', out);
		fputc(left > 2 ? digits[v & 63] : '=', out);
	}
}

static void put_picture(FILE *out, const struct html_picture *p)
{
	html_put(out, "<figure id=\"picture-%s\"><figcaption><strong>%s</strong></figcaption>\n" SCROLL
		 "<img alt=\"%s\" src=\"data:image/svg+xml;base64,", p->name, p->title, p->words);
	put_base64(out, p->svg, p->n);
	fputs("\"></div></figure>\n", out);
}

void html_pictures(FILE *out, const struct html_pictures *pictures)
{
	html_section(out, "pictures", "Pictures");
	if (!pictures->n)
		html_put(out, "<p class=\"soft\">There are none: %s</p>\n", pictures->why_none);
	for (size_t i = 0; i < pictures->n; i++)
		put_picture(out, &pictures->v[i]);
	html_section_end(out);
}

int html_raw(FILE *out, const char *id, const char *file, const char *what, json_t *root)
{
	int ret;

	html_put(out, "<p><button class=\"get\" type=\"button\" hidden data-raw=\"%s\" data-file=\"%s\">"
		 "Download %s</button> %s</p>\n<script type=\"application/json\" id=\"%s\">\n", id, file,
		 file, what, id);
	ret = html_put_json(out, root);
	fputs("\n</script>\n", out);
	return ret;
}
