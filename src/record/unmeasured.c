// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include "base/memory.h"
#include "record/unmeasured.h"

/* Behind a figure: "86", "0x1f8", "1.5". */
static const char *skip_figure(const char *s)
{
	if (s[0] == '0' && s[1] == 'x')
		s += 2;
	while (isxdigit((unsigned char)*s) || (*s == '.' && isdigit((unsigned char)s[1])))
		s++;
	return s;
}

static bool is_same_reason(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a = skip_figure(a);
			b = skip_figure(b);
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *a == *b;
}

static int by_status_and_number(const void *a, const void *b)
{
	const struct unmeasured *x = a, *y = b;

	if (x->status != y->status)
		return x->status < y->status ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->first < y->first ? -1 : 1; /* in the plan's order */
}

int unmeasured_list(struct unmeasured **v, size_t *n, const struct result *r)
{
	*n = 0;
	*v = memory_alloc((r->n_cells + 1) * sizeof(**v));
	if (!*v)
		return -ENOMEM;
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		size_t k = 0;

		if (c->status < CELL_SKIPPED)
			continue;
		while (k < *n && ((*v)[k].status != c->status || !is_same_reason((*v)[k].first->why, c->why)))
			k++;
		if (k == *n)
			(*v)[(*n)++] = (struct unmeasured){ c->status, c, 0 };
		(*v)[k].n++;
	}
	qsort(*v, *n, sizeof(**v), by_status_and_number);
	return 0;
}
