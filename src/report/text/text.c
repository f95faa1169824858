// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/parse.h"
#include "base/text.h"
#include "report/text/text.h"
#include "verdict/wording.h"

static bool coloured(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") && isatty(fileno(out));
}

unsigned int text_columns(FILE *out)
{
	const char *said = getenv("COLUMNS");
	unsigned int n = TEXT_COLUMNS;
	struct winsize size;

	if (!isatty(fileno(out)))
		return TEXT_COLUMNS;
	if ((!said || parse_uint(said, UINT16_MAX, &n) || !n) && !ioctl(fileno(out), TIOCGWINSZ, &size) &&
	    size.ws_col)
		n = size.ws_col;
	return n < TEXT_COLUMNS_LEAST ? TEXT_COLUMNS_LEAST : n > TEXT_COLUMNS ? TEXT_COLUMNS : n;
}

void text_style_begin(FILE *out, enum text_style style)
{
	static const char *const codes[] = {
		[TEXT_PLAIN] = "", [TEXT_GOOD] = "\033[1;32m", [TEXT_BAD] = "\033[1;31m",
		[TEXT_UNSURE] = "\033[1;33m", [TEXT_HEAD] = "\033[1m",
	};

	if (coloured(out))
		fputs(codes[style], out);
}

void text_style_end(FILE *out)
{
	if (coloured(out))
		fputs("\033[0m", out);
}

void text_wrapped(FILE *out, const char *label, int indent, const char *words)
{
	char safe[4096];
	const char *p = safe;
	int column = fprintf(out, "%-*s", indent, label), width = (int)text_columns(out);
	bool first = true;

	snprintf(safe, sizeof(safe), "%s", words);
	text_clean(safe);
	while (*p) {
		int n = (int)strcspn(p, " ");

		if (!first && column + 1 + n > width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", n, p);
		first = false;
		p += n;
		while (*p == ' ')
			p++;
	}
	fputc('\n', out);
}

static void print_formatted(FILE *out, const char *label, int indent, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));

static void print_formatted(FILE *out, const char *label, int indent, const char *fmt, va_list ap)
{
	char line[4096];

	vsnprintf(line, sizeof(line), fmt, ap);
	text_wrapped(out, label, indent, line);
}

void text_say(FILE *out, const char *label, int indent, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_formatted(out, label, indent, fmt, ap);
	va_end(ap);
}

void text_line(FILE *out, const char *label, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_formatted(out, label, TEXT_LABEL, fmt, ap);
	va_end(ap);
}

void text_styled(FILE *out, enum text_style style, const char *label, const char *fmt, ...)
{
	va_list ap;

	text_style_begin(out, style);
	va_start(ap, fmt);
	print_formatted(out, label, TEXT_LABEL, fmt, ap);
	va_end(ap);
	text_style_end(out);
}

void text_head(FILE *out, const char *fmt, ...)
{
	va_list ap;

	text_style_begin(out, TEXT_HEAD);
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fputc('\n', out);
	text_style_end(out);
}

void text_marks(FILE *out, const struct marks *m, enum mark_kind first, enum mark_kind last)
{
	bool noted = false;

	for (size_t i = 0; i < m->n; i++) {
		enum mark_kind kind = m->v[i].kind;

		if (kind < first || kind > last)
			continue;
		text_styled(out, kind == MARK_REPLAYED ? TEXT_PLAIN :
			    mark_is_bad(kind)	       ? TEXT_BAD :
							 TEXT_UNSURE,
			    kind == MARK_NOTE && noted ? "" : mark_word(kind), "%s", m->v[i].text);
		noted |= kind == MARK_NOTE;
	}
}

enum text_style text_outcome_style(enum verdict_outcome o)
{
	static const enum text_style styles[] = { [TONE_GOOD] = TEXT_GOOD, [TONE_BAD] = TEXT_BAD,
						  [TONE_UNSURE] = TEXT_UNSURE };

	return styles[outcome_tone(o)];
}

void text_machine(FILE *out, const struct env *env)
{
	text_line(out, "machine", "%s (%s: %s)", env_guest_name(env->virt.guest),
		  confidence_name(env->virt.confidence), env->virt.why);
}

void text_device(FILE *out, const struct pci_device *d)
{
	text_line(out, "device", "%s [%04x:%04x] %s %s", d->bdf, d->vendor, d->device, d->vendor_name,
		  d->device_name);
}

const char *text_role(const struct result *r)
{
	static const char *const roles[] = {
		[ENV_GUEST_UNKNOWN] = "VM or bare metal: not known",
		[ENV_BARE_METAL] = "bare metal",
		[ENV_GUEST] = "in a VM",
	};

	return roles[r->env.virt.guest];
}

const char *text_size(char *buf, size_t n, uint64_t bytes)
{
	char size[24];
	size_t len;

	format_size(size, sizeof(size), bytes);
	len = strspn(size, "0123456789");
	if (size[len])
		snprintf(buf, n, "%.*s %ciB", (int)len, size, size[len]);
	else
		snprintf(buf, n, "%s bytes", size);
	return buf;
}
