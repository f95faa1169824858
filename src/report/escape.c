// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/escape.h"

void escape_print(FILE *out, void (*put)(FILE *out, const char *text), const char *markup, va_list ap)
{
	for (const char *p = markup; *p; p++) {
		if (*p != '%') {
			fputc(*p, out);
			continue;
		}
		switch (*++p) {
		case 's':
			put(out, va_arg(ap, const char *));
			break;
		case 'd':
			fprintf(out, "%d", va_arg(ap, int));
			break;
		case 'u':
			fprintf(out, "%u", va_arg(ap, unsigned int));
			break;
		case 'z':
			fprintf(out, "%zu", va_arg(ap, size_t));
			p++;
			break;
		default:
			fputc('%', out);
		}
	}
}
