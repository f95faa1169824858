// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "report/baseline.h"
#include "report/text.h"

#define LABEL       11 /* as wide as the other pages' labels */
#define NAME        4
#define FILES_MOST  100 /* so many are a page */
#define BROKEN_MOST 10

enum { ARCH, MACHINE, CPU, ROLE, DEVICE, BAR }; /* the keys, as in baseline_facts[] */

static const char *known(const char *value)
{
	return value[0] ? value : "?";
}

static void print_place(FILE *out, const struct baseline_head *h)
{
	char line[5 * BASELINE_VALUE];

	snprintf(line, sizeof(line), "%s, %s, %s, %s", known(h->keys[MACHINE]), known(h->keys[CPU]),
		 h->keys[ARCH], h->keys[ROLE]);
	fputc('\n', out);
	text_wrapped(out, "machine", LABEL, line);
	snprintf(line, sizeof(line), "%s%s%s", h->keys[DEVICE], h->keys[BAR][0] ? " BAR " : "",
		 h->keys[BAR]);
	text_wrapped(out, "device", LABEL, line);
}

static bool same_place(const struct baseline_head *a, const struct baseline_head *b)
{
	for (int i = 0; i < BASELINE_KEYS; i++)
		if (strcmp(a->keys[i], b->keys[i]))
			return false;
	return true;
}

static void print_file(FILE *out, const struct baseline_file *file)
{
	const struct baseline_head *h = &file->head;
	char line[BASELINE_VALUE + 256], label[BASELINE_NAME_MAX + 8];

	snprintf(label, sizeof(label), "  %-*s ", LABEL - 3, file->name);
	snprintf(line, sizeof(line), "saved at %s, %u run%s, verdict %s, Linux %s, run at %s%s",
		 h->saved, h->runs, h->runs == 1 ? "" : "s", h->verdict, known(h->kernel),
		 h->started, h->emulated ? ", EMULATED" : "");
	text_wrapped(out, label, LABEL + NAME, line);
}

static void print_broken(FILE *out, const struct baseline_list *list)
{
	char line[64];
	size_t n = 0;

	for (size_t i = 0; i < list->n && list->n_broken; i++) {
		if (!list->v[i].why[0])
			continue;
		if (n++ < BROKEN_MOST)
			text_wrapped(out, n == 1 ? "unreadable" : "", LABEL, list->v[i].why);
	}
	if (n > BROKEN_MOST) {
		snprintf(line, sizeof(line), "and %zu more: see --json FILE", n - BROKEN_MOST);
		text_wrapped(out, "", LABEL, line);
	}
}

void baseline_list_text(FILE *out, const struct baseline_list *list, const char *directory)
{
	const struct baseline_file *last = NULL;
	size_t n = 0, readable = list->n - list->n_broken;
	char line[512];

	snprintf(line, sizeof(line), "%zu baseline%s in %s", readable, readable == 1 ? "" : "s",
		 directory);
	text_style_begin(out, TEXT_HEAD);
	text_wrapped(out, "mmiocompare:", 13, line);
	text_style_end(out);
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].why[0] || n++ >= FILES_MOST)
			continue;
		if (!last || !same_place(&last->head, &list->v[i].head))
			print_place(out, &list->v[i].head);
		last = &list->v[i];
		print_file(out, last);
	}
	if (n > FILES_MOST) {
		snprintf(line, sizeof(line), "and %zu more: see --json FILE", n - FILES_MOST);
		text_wrapped(out, "", LABEL, line);
	}
	print_broken(out, list);
}
