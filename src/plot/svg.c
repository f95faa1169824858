// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/memory.h"
#include "plot/draw.h"

/*
 * gnuplot's SVG made fit to stand in a page among others: only elements that draw, no reference to
 * anything elsewhere, ids of its own. What is not known is refused, not repaired.
 */

static const char *const elements[] = {
	"svg",	   "g",		  "defs",  "rect", "circle", "path",	"use",
	"polygon", "polyline",	  "line",  "text", "tspan",  "pattern", "filter",
	"feFlood", "feComposite", "title", "desc", NULL,
};

struct clean {
	FILE *out;
	const struct picture *p;
	int depth;
	bool titled;
};

static bool is_element(const char *name, size_t n)
{
	for (const char *const *e = elements; *e; e++)
		if (strlen(*e) == n && !strncmp(*e, name, n))
			return true;
	return false;
}

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		default:
			fputc(*text < ' ' || *text > '~' ? '?' : *text, out);
		}
}

/* For who hears a picture. */
static void put_title(const struct clean *c)
{
	fputs("<title>", c->out);
	put_escaped(c->out, c->p->title);
	fputs("</title>\n<desc>", c->out);
	put_escaped(c->out, c->p->kind->question);
	for (size_t i = 0; i < 3; i++) {
		fputs(c->p->about[i][0] ? "; " : "", c->out);
		put_escaped(c->out, c->p->about[i]);
	}
	fputs(c->p->emulated ? "; emulated CPU: times say nothing about hardware</desc>\n"
			     : "</desc>\n",
	      c->out);
}

/* The tag's end, quotes minded; NULL: it has none. */
static const char *tag_end(const char *p)
{
	char quote = 0;

	for (; *p; p++)
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '>')
			return p;
	return NULL;
}

/* A value with every "#name" made one of this picture; false: it leads elsewhere. */
static bool put_value(const struct clean *c, const char *name, size_t name_n, const char *v,
		      size_t n)
{
	bool href = name_n >= 4 && !strncasecmp(name + name_n - 4, "href", 4);
	bool id = name_n == 2 && !strncmp(name, "id", 2);
	const char *prefix = c->p->kind->name;

	if (href && *v != '#')
		return false;
	if (id)
		fprintf(c->out, "%s-", prefix);
	for (size_t i = 0; i < n; i++) {
		/* in capitals, too, it would be one */
		if (n - i >= 4 && !strncasecmp(v + i, "url(", 4) && v[i + 4] != '#')
			return false;
		fputc(v[i], c->out);
		if (v[i] == '#' && (href || (i >= 4 && !strncasecmp(v + i - 4, "url(", 4))))
			fprintf(c->out, "%s-", prefix);
	}
	return true;
}

/* gnuplot's "name:Bold" is no font of SVG: how long that is at the end of a font-family's value. */
static size_t bold_length(const char *name, size_t name_n, const char *v, size_t n)
{
	static const char family[] = "font-family", bold[] = ":Bold";
	size_t m = strlen(bold);

	return name_n == strlen(family) && !strncmp(name, family, name_n) && n > m &&
	       !strncmp(v + n - m, bold, m) ? m : 0;
}

static size_t name_length(const char *p)
{
	return strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-");
}

/* From behind the element's name to its end. */
static bool put_attributes(const struct clean *c, const char *p, const char *end)
{
	while (p < end) {
		size_t blank = strspn(p, " \t\n"), n, value_n, bold;
		const char *name = p + blank, *value, *behind;
		char quote;

		if (name >= end)
			break;
		if (*name == '/') {
			p = name + 1;
			continue;
		}
		n = name_length(name);
		value = name + n;
		value += strspn(value, " \t\n");
		if (*value != '=' || !n || (n > 2 && !strncasecmp(name, "on", 2)))
			return false;
		value++;
		value += strspn(value, " \t\n");
		quote = *value++;
		if (quote != '"' && quote != '\'')
			return false;
		behind = value < end ? memchr(value, quote, (size_t)(end - value)) : NULL;
		if (!behind)
			return false;
		value_n = (size_t)(behind - value);
		fprintf(c->out, " %.*s=%c", (int)n, name, quote);
		bold = bold_length(name, n, value, value_n);
		if (!put_value(c, name, n, value, value_n - bold))
			return false;
		fputc(quote, c->out);
		if (bold)
			fprintf(c->out, " font-weight=%cbold%c", quote, quote);
		p = behind + 1;
	}
	return true;
}

/* Titles are ours alone: skipped up to their end. NULL: not known. */
static const char *skip_title(const char *p, const char *name, size_t n)
{
	char end[16];

	snprintf(end, sizeof(end), "</%.*s>", (int)n, name);
	p = strstr(p, end);
	return p ? p + strlen(end) : NULL;
}

/* p: at '<'. Returns what follows the tag; NULL: not known. */
static const char *put_tag(struct clean *c, const char *p)
{
	bool closing = p[1] == '/';
	const char *name = p + 1 + closing, *end = tag_end(p);
	size_t n = strcspn(name, " \t\n/>");

	if (!end || !is_element(name, n))
		return NULL;
	if (!closing && n >= 4 && (!strncmp(name, "title", n) || !strncmp(name, "desc", n)))
		return skip_title(end, name, n);
	fprintf(c->out, "<%s%.*s", closing ? "/" : "", (int)n, name);
	if (!closing && !put_attributes(c, name + n, end))
		return NULL;
	if (!strncmp(name, "svg", n) && !closing)
		fputs(" role=\"img\"", c->out);
	fputs(end[-1] == '/' ? "/>" : ">", c->out);
	c->depth += closing ? -1 : end[-1] != '/';
	if (!c->titled) {
		fputc('\n', c->out);
		put_title(c);
	}
	c->titled = true;
	return end + 1;
}

/* XML knows no others below a blank, and a terminal too many. */
static bool has_controls(const char *p)
{
	for (; *p; p++)
		if (((unsigned char)*p < ' ' && !isspace((unsigned char)*p)) || *p == 0x7f)
			return true;
	return false;
}

static const char *put_all(struct clean *c, const char *svg)
{
	const char *p = has_controls(svg) ? NULL : strstr(svg, "<svg");

	while (p && (c->depth || !c->titled)) {
		size_t n = strcspn(p, "<");

		/* gnuplot leaves it, and "]]>" is no text of XML */
		for (; n; n--, p++)
			fputs(*p == '>' ? "&gt;" : (char[]){ *p, 0 }, c->out);
		p = *p ? put_tag(c, p) : NULL;
	}
	return p;
}

int svg_clean(const char *svg, const struct picture *p, char **out)
{
	struct clean c = { .p = p };
	const char *end;
	size_t n;

	c.out = memory_open(out, &n);
	if (!c.out) {
		log_error("out of memory");
		return -ENOMEM;
	}
	end = put_all(&c, svg);
	fputc('\n', c.out);
	if (memory_close(c.out)) {
		free(*out);
		log_error("out of memory");
		return -ENOMEM;
	}
	if (end)
		return 0;
	free(*out);
	log_error("gnuplot's SVG holds what no picture of ours does: use --format png, and report "
		  "it");
	return -EINVAL;
}
