/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include <stdarg.h>
#include <stdio.h>

/*
 * printf() of markup, for formats in which text must not become markup. Markup is a literal of ours;
 * every %s is text of somebody, and put() writes it so that it stays text. Only %s, %d, %u, %zu and %%.
 */
void escape_print(FILE *out, void (*put)(FILE *out, const char *text), const char *markup,
		  va_list ap) __attribute__((format(printf, 3, 0)));

#endif
