// SPDX-License-Identifier: GPL-2.0-or-later
// covers: report/html_svg.c plot/svg.c
/* A picture that goes into a page: whatever is let through draws, and is let through again. */
#include "config.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "plot/draw.h"
#include "report/html_svg.h"
#include "fuzz.h"

static const char *const harmless[] = {
	"svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
	"polygon", "text", "tspan", "use", "pattern", "clipPath", "linearGradient", "stop", "filter",
	"feFlood", "feComposite", NULL
};

static bool is_harmless(const char *name, size_t n)
{
	for (const char *const *h = harmless; *h; h++)
		if (strlen(*h) == n && !strncmp(*h, name, n))
			return true;
	return false;
}

/*
 * A tag as a browser's tokenizer would take it. Behind it; NULL: it may do more than draw. styles:
 * as gnuplot writes them, in quotes of either sort.
 */
static const char *tag(const char *p, bool styles)
{
	size_t n;

	p += *p == '/';
	n = strcspn(p, " \t\n\r\f/>");
	if (!is_harmless(p, n))
		return NULL;
	for (p += n; *p != '>';) {
		const char *name = p, *value;
		size_t name_n;

		if (isspace((unsigned char)*p) || *p == '/') {
			p++;
			continue;
		}
		name_n = strcspn(p, "=> \t\n\r\f");
		p += name_n;
		if (*p != '=' || (name_n > 2 && !strncasecmp(name, "on", 2)) ||
		    (!styles && name_n == 5 && !strncasecmp(name, "style", 5)) ||
		    (p[1] != '"' && (!styles || p[1] != '\'')))
			return NULL;
		value = p + 2;
		n = strcspn(value, p[1] == '"' ? "\"" : "'");
		if (!value[n])
			return NULL;
		/* a reference leads to the picture's own parts */
		if (*value != '#' && ((name_n == 4 && !strncasecmp(name, "href", 4)) ||
				      (name_n == 10 && !strncasecmp(name, "xlink:href", 10))))
			return NULL;
		/* of a namespace nothing is fetched */
		for (size_t i = 0; i + 4 < n && strncmp(name, "xmlns", 5); i++)
			if (!strncasecmp(value + i, "url(", 4) && value[i + 4] != '#')
				return NULL;
		p = value + n + 1;
	}
	return p + 1;
}

static void check_svg(const char *svg, size_t n, bool styles)
{
	fuzz_require(!memchr(svg, 0, n), "a NUL");
	for (size_t i = 0; i < n; i++)
		fuzz_require((unsigned char)svg[i] >= ' ' || isspace((unsigned char)svg[i]), "%s", svg);
	for (const char *p = svg; (p = strchr(p, '<')); p = tag(p + 1, styles))
		fuzz_require(tag(p + 1, styles), "%s in %s", p, svg);
}

static void check_page(const char *s)
{
	char why[160], *first;
	const char *text;
	size_t n, n2;

	if (html_svg(fuzz_out(), s, "a-", why, sizeof(why))) {
		text = fuzz_out_close(&n);
		fuzz_require(!n && why[0], "%zu bytes of what is refused", n);
		return;
	}
	text = fuzz_out_close(&n);
	check_svg(text, n, false);
	first = fuzz_text((const uint8_t *)text, n);
	fuzz_require(!html_svg(fuzz_out(), first, "", why, sizeof(why)) || strstr(why, "link"), "%s: %s",
		     why, first);
	text = fuzz_out_close(&n2);
	fuzz_require(!n2 || !strcmp(first, text), "'%s' is not '%s'", first, text);
	free(first);
}

static void check_gnuplot(const char *s)
{
	static struct picture p = { .title = "A title", .about = { "about" } };
	char *out;

	p.kind = &picture_kinds[0];
	if (svg_clean(s, &p, &out))
		return;
	check_svg(out, strlen(out), true);
	free(out);
}

FUZZ_TARGET(svg)
{
	char *s = fuzz_text(data, size);

	fuzz_begin();
	check_page(s);
	check_gnuplot(s);
	free(s);
	return 0;
}
