// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "report/html_svg.h"

#define DEPTH_MOST 32

static const char *const elements[] = {
	"svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
	"polygon", "text", "tspan", "use", "pattern", "clipPath", "linearGradient", "stop", "filter",
	"feFlood", "feComposite", NULL
};

/* Their content is HTML to a browser: only text may be in them. */
static const char *const text_only[] = { "title", "desc", NULL };

static const char *const attributes[] = {
	"clip-path", "clip-rule", "color", "cx", "cy", "d", "dominant-baseline", "dx", "dy",
	"fill", "fill-opacity", "fill-rule", "filter", "filterUnits", "flood-color", "flood-opacity",
	"font-family", "font-size", "font-style", "font-weight", "gradientUnits", "height", "href",
	"id", "in", "in2", "offset", "opacity", "operator", "patternTransform", "patternUnits",
	"points", "preserveAspectRatio", "r", "result", "role", "rx", "ry", "shape-rendering", "stop-color",
	"stop-opacity", "stroke", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
	"stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "transform", "viewBox",
	"visibility", "width", "x", "x1", "x2", "xlink:href", "xml:space", "xmlns", "xmlns:xlink", "y",
	"y1", "y2", NULL
};

struct svg {
	const char *p;           /* what is still to be read */
	FILE *out;
	const char *prefix;
	char open[DEPTH_MOST][24];
	unsigned int depth;
	bool seen;               /* an svg element */
	char *why;
	size_t n;
	int ret;
};

static bool refuse(struct svg *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(struct svg *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!s->ret)
		vsnprintf(s->why, s->n, fmt, ap);
	va_end(ap);
	s->ret = -EINVAL;
	return false;
}

static bool is_in(const char *const *list, const char *word)
{
	while (*list && strcmp(*list, word))
		list++;
	return *list;
}

static void skip_blanks(struct svg *s)
{
	while (isspace((unsigned char)*s->p))
		s->p++;
}

static bool read_name(struct svg *s, char name[24])
{
	size_t n = strspn(s->p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-");

	if (!n || n >= 24)
		return refuse(s, "a name of %zu letters", n);
	snprintf(name, 24, "%.*s", (int)n, s->p);
	s->p += n;
	return true;
}

/* The five of XML; others, numbers among them, could be any character. */
static size_t entity_length(const char *p)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (!strncmp(p, entities[i], strlen(entities[i])))
			return strlen(entities[i]);
	return 0;
}

/* Controls, and those of UTF-8 that turn text around: U+202A to U+202E, U+2066 to U+2069. */
static size_t control_length(const unsigned char *p)
{
	if ((*p < ' ' && !isspace(*p)) || *p == 0x7f)
		return 1;
	if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return 2;
	if (*p != 0xe2)
		return 0;
	if ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
	    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9))
		return 3;
	return 0;
}

/* n bytes of text or of an attribute's value. */
static bool put_text(struct svg *s, const char *text, size_t n)
{
	for (const char *p = text; p < text + n; p++) {
		size_t entity = *p == '&' ? entity_length(p) : 0;
		size_t control = control_length((const unsigned char *)p);

		if (*p == '<' || (*p == '&' && !entity))
			return refuse(s, "a stray %c", *p);
		if (control)
			fputc('?', s->out);
		else if (*p == '"')
			fputs("&quot;", s->out);
		else
			fwrite(p, 1, entity ? entity : 1, s->out);
		p += control ? control - 1 : entity ? entity - 1 : 0;
	}
	return true;
}

static bool is_id(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && !strchr("_-.", p[i]))
			return false;
	return n > 0 && n < 64;
}

/* #id, or url(#id), of this picture. */
static bool put_link(struct svg *s, const char *before, const char *id, size_t n,
		     const char *behind)
{
	if (!is_id(id, n))
		return refuse(s, "a link to something else");
	fprintf(s->out, "%s%s%.*s%s", before, s->prefix, (int)n, id, behind);
	return true;
}

static bool put_value(struct svg *s, const char *name, const char *value, size_t n)
{
	bool is_href = !strcmp(name, "href") || !strcmp(name, "xlink:href");

	if (!strcmp(name, "id"))
		return put_link(s, "", value, n, "");
	if (is_href)
		return *value == '#' ? put_link(s, "#", value + 1, n - 1, "") :
				       refuse(s, "a link to something else");
	if (n > 6 && !strncmp(value, "url(#", 5) && value[n - 1] == ')')
		return put_link(s, "url(#", value + 5, n - 6, ")");
	if (memchr(value, '\\', n) || memchr(value, ':', n))
		return !strncmp(name, "xmlns", 5) ? put_text(s, value, n) :
						    refuse(s, "%s with a link", name);
	for (size_t i = 0; i + 3 < n; i++)
		if (!strncasecmp(value + i, "url(", 4))
			return refuse(s, "%s with a link", name);
	return put_text(s, value, n);
}

static bool put_attribute(struct svg *s, const char *name, const char *value, size_t n)
{
	if (!strcmp(name, "class")) /* the page's style has classes of its own */
		return true;
	if (!is_in(attributes, name))
		return refuse(s, "an attribute %s", name);
	fprintf(s->out, " %s=\"", name);
	if (!put_value(s, name, value, n))
		return false;
	fputc('"', s->out);
	return true;
}

/* "fill:red;stroke:none" as attributes: the page's policy forbids style of others. */
static bool put_style(struct svg *s, const char *value, size_t n)
{
	const char *end = value + n;

	while (value < end) {
		size_t length = strcspn(value, ";"), colon;
		char name[24];

		if (length > (size_t)(end - value))
			length = (size_t)(end - value);
		while (length && isspace((unsigned char)*value)) {
			value++;
			length--;
		}
		colon = strcspn(value, ":");
		if (length) {
			if (colon >= length || colon >= sizeof(name))
				return refuse(s, "a style that is none");
			snprintf(name, sizeof(name), "%.*s", (int)colon, value);
			if (!strcmp(name, "id") || strstr(name, "href") ||
			    !put_attribute(s, name, value + colon + 1, length - colon - 1))
				return refuse(s, "a style %s", name);
		}
		value += length;
		value += value < end;
	}
	return true;
}

/* Up to the tag's end; *empty: it has no content. */
static bool read_attributes(struct svg *s, bool *empty)
{
	*empty = false;
	for (;;) {
		const char *value;
		char name[24], quote;
		size_t n;

		skip_blanks(s);
		*empty = *s->p == '/';
		s->p += *empty;
		if (*s->p == '>') {
			s->p++;
			return true;
		}
		if (*empty || !read_name(s, name))
			return refuse(s, "a tag that does not end");
		skip_blanks(s);
		if (*s->p++ != '=')
			return refuse(s, "%s without a value", name);
		skip_blanks(s);
		quote = *s->p;
		if (quote != '"' && quote != '\'')
			return refuse(s, "%s without quotes", name);
		value = s->p + 1;
		n = strcspn(value, quote == '"' ? "\"" : "'");
		if (!value[n])
			return refuse(s, "%s without an end", name);
		s->p = value + n + 1;
		if (!strcmp(name, "style") ? !put_style(s, value, n) :
					     !put_attribute(s, name, value, n))
			return false;
	}
}

static bool read_open(struct svg *s)
{
	char name[24];
	bool empty;

	if (!read_name(s, name))
		return false;
	if (!is_in(elements, name))
		return refuse(s, "an element %s", name);
	if (s->depth && is_in(text_only, s->open[s->depth - 1]))
		return refuse(s, "%s in a %s", name, s->open[s->depth - 1]);
	if (!s->depth && (s->seen || strcmp(name, "svg")))
		return refuse(s, "%s beside the picture", name);
	if (s->depth == DEPTH_MOST)
		return refuse(s, "more than %d elements in each other", DEPTH_MOST);
	s->seen = true;
	fprintf(s->out, "<%s", name);
	if (!read_attributes(s, &empty))
		return false;
	fputs(empty ? "/>" : ">", s->out);
	if (!empty)
		snprintf(s->open[s->depth++], sizeof(s->open[0]), "%s", name);
	return true;
}

static bool read_close(struct svg *s)
{
	char name[24];

	if (!read_name(s, name))
		return false;
	skip_blanks(s);
	if (*s->p++ != '>' || !s->depth || strcmp(s->open[s->depth - 1], name))
		return refuse(s, "an end of %s that does not belong", name);
	s->depth--;
	fprintf(s->out, "</%s>", name);
	return true;
}

/* A comment, <?xml ...?> or <!DOCTYPE ...>: nothing that is drawn. */
static bool skip_to(struct svg *s, const char *end)
{
	const char *p = strstr(s->p, end);

	if (!p)
		return refuse(s, "no %s", end);
	s->p = p + strlen(end);
	return true;
}

static bool read_markup(struct svg *s)
{
	if (!strncmp(s->p, "!--", 3))
		return skip_to(s, "-->");
	if (*s->p == '?' && !s->seen)
		return skip_to(s, "?>");
	if (!strncmp(s->p, "!DOCTYPE", 8) && !s->seen)
		return skip_to(s, ">");
	if (*s->p == '/') {
		s->p++;
		return read_close(s);
	}
	return read_open(s);
}

static bool read_content(struct svg *s)
{
	size_t n = strcspn(s->p, "<");
	const char *text = s->p;

	s->p += n;
	if (s->depth)
		return put_text(s, text, n);
	if (strspn(text, " \t\r\n") < n)
		return refuse(s, "text beside the picture");
	return true;
}

static int read_svg(struct svg *s)
{
	while (*s->p && read_content(s)) {
		if (!*s->p)
			break;
		s->p++;
		if (!read_markup(s))
			break;
	}
	if (!s->ret && (s->depth || !s->seen))
		refuse(s, "no whole picture");
	return s->ret;
}

int html_svg(FILE *out, const char *svg, const char *prefix, char *why, size_t n)
{
	struct svg s = { .p = svg, .prefix = prefix, .why = why, .n = n };
	char *text = NULL;
	size_t length = 0;
	int ret;

	why[0] = '\0';
	s.out = memory_open(&text, &length);
	if (!s.out)
		return -ENOMEM;
	ret = read_svg(&s);
	if (memory_close(s.out))
		ret = -ENOMEM;
	if (!ret)
		fwrite(text, 1, length, out);
	free(text);
	return ret;
}
