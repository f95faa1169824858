// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "report/csv.h"
#include "report/format.h"

static void field_put(struct csv *w, const char *s)
{
	fputs(w->begun ? "," : "", w->out);
	w->begun = true;
	if (!strpbrk(s, ",\"\n\r ")) {
		fputs(s, w->out);
		return;
	}
	fputc('"', w->out);
	for (; *s; s++)
		fprintf(w->out, *s == '"' ? "\"\"" : "%c", *s);
	fputc('"', w->out);
}

void csv_text(struct csv *w, const char *name, const char *value)
{
	char safe[600] = "'";

	/* a spreadsheet takes what begins so for a formula, whoever wrote it */
	format_clean(safe + 1, sizeof(safe) - 1, value);
	field_put(w, w->head ? name : strchr("=+-@", value[0]) && value[0] ? safe : safe + 1);
}

/* Not known: an empty field. */
void csv_number(struct csv *w, const char *name, bool known, double value)
{
	char number[40] = "";

	if (known)
		format_number(number, sizeof(number), value);
	field_put(w, w->head ? name : number);
}

void csv_count(struct csv *w, const char *name, bool known, uint64_t value)
{
	char number[24] = "";

	if (known)
		snprintf(number, sizeof(number), "%" PRIu64, value);
	field_put(w, w->head ? name : number);
}

void csv_bool(struct csv *w, const char *name, bool value)
{
	field_put(w, w->head ? name : value ? "true" : "false");
}

void csv_end(struct csv *w)
{
	fputc('\n', w->out);
	w->begun = false;
}

/* What is done in a cell. */
