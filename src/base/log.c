// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"

static bool progress_shown;
static const char *progress_prefix = "";
static bool muted;
static char *kept;
static size_t kept_n;

void log_mute(bool mute)
{
	muted = mute;
}

void log_keep(char *buf, size_t n)
{
	kept = buf;
	kept_n = n;
	if (buf)
		buf[0] = 0;
}

/* Width of a terminal that can overwrite a line; 0: none. A line that wraps cannot be overwritten. */
static unsigned int progress_columns(void)
{
	const char *term = getenv("TERM");
	struct winsize size;

	if (!isatty(STDERR_FILENO) || !term || !strcmp(term, "dumb"))
		return 0;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20)
		return 79;
	return size.ws_col - 1u;
}

static void progress_clear(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

/* A line that is too long loses its middle, mostly a name: the cause and the remedy stand at its end. */
static void log_format(char *line, size_t n, const char *fmt, va_list ap)
{
	static const char gap[] = " ... ";
	const size_t part = (n - sizeof(gap)) / 2;
	char *all = NULL;
	va_list again;
	int used;

	va_copy(again, ap);
	used = vsnprintf(line, n, fmt, ap);
	if (used < 0)
		line[0] = 0;
	if (used >= 0 && (size_t)used >= n && vasprintf(&all, fmt, again) >= 0) {
		memcpy(line + part, gap, sizeof(gap) - 1);
		memcpy(line + part + sizeof(gap) - 1, all + used - part, part + 1);
		free(all);
	}
	va_end(again);
}

/* Messages quote files and devices: no escape sequence, no second line, nothing turned around. */
void log_message(const char *level, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	if (muted)
		return;
	va_start(ap, fmt);
	log_format(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_printable(line);
	if (kept) {
		if (!kept[0] && !*level) /* an error */
			snprintf(kept, kept_n, "%s", line);
		return;
	}
	progress_clear();
	fprintf(stderr, "%s: %s%s\n", program_invocation_short_name, level, line);
}

void log_progress(const char *fmt, ...)
{
	unsigned int columns = progress_columns();
	char line[512];
	va_list ap;
	int used;

	if (!columns)
		return;
	progress_clear();
	if (!*fmt)
		return;
	va_start(ap, fmt);
	used = snprintf(line, sizeof(line), "%s", progress_prefix);
	if (used >= 0 && (size_t)used < sizeof(line))
		vsnprintf(line + used, sizeof(line) - (size_t)used, fmt, ap);
	va_end(ap);
	if (columns < sizeof(line))
		line[columns] = 0;
	fputs(text_printable(line), stderr);
	fflush(stderr);
	progress_shown = true;
}

void log_progress_prefix(const char *prefix)
{
	progress_prefix = prefix;
}
