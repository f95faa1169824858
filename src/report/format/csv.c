// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "report/format/csv.h"
#include "report/format/format.h"

/* gnuplot takes quotes for its own, and knows none that are doubled. */
static void field_put_tab(struct csv *w, const char *s)
{
	fputs(w->begun ? "\t" : "", w->out);
	w->begun = true;
	for (; *s; s++)
		fputc(*s == '"' ? '\'' : *s, w->out);
}

static void field_put(struct csv *w, const char *s)
{
	if (w->gnuplot) {
		field_put_tab(w, s);
		return;
	}
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
	bool formula = value[0] && strchr("=+-@", value[0]) && !w->gnuplot;

	/* a spreadsheet takes what begins so for a formula, whoever wrote it */
	format_clean(safe + 1, sizeof(safe) - 1, value);
	field_put(w, w->head ? name : formula ? safe : safe + 1);
}

/* Not known: an empty field. */
void csv_number(struct csv *w, const char *name, bool known, double value)
{
	char number[40] = "";

	if (w->gnuplot)
		snprintf(number, sizeof(number), "NaN");
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
	field_put(w, w->head ? name : w->gnuplot ? (value ? "1" : "0") : value ? "true" : "false");
}

void csv_fields(struct csv *w, const struct record_table *t, const void *rec)
{
	for (const struct field *f = t->fields; f->name; f++) {
		const void *p = (const char *)rec + f->offset;

		if (f->type == FIELD_INT)
			csv_count(w, f->name, true, (uint64_t)field_int(f, p));
		else if (f->type == FIELD_BOOL)
			csv_bool(w, f->name, *(const bool *)p);
		else if (f->type == FIELD_WORD || f->type == FIELD_OPEN)
			csv_text(w, f->name, field_word(f, p));
		else
			csv_text(w, f->name, p);
	}
}

void csv_end(struct csv *w)
{
	fputc('\n', w->out);
	w->begun = false;
}
