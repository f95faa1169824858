// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/fact.h"

static void fact_free(struct fact *f)
{
	free(f->name);
	free(f->value);
	free(f->source);
}

int fact_add(struct facts *f, const char *name, const char *source, const char *fmt, ...)
{
	struct fact new = { strdup(name), NULL, strdup(source) };
	struct fact *v = realloc(f->v, (f->n + 1) * sizeof(*v));
	va_list ap;

	if (v)
		f->v = v;
	va_start(ap, fmt);
	if (vasprintf(&new.value, fmt, ap) < 0)
		new.value = NULL;
	va_end(ap);
	if (!v || !new.name || !new.value || !new.source) {
		fact_free(&new);
		return -ENOMEM;
	}
	f->v[f->n++] = new;
	return 0;
}

const char *fact_get(const struct facts *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->v[i].name, name))
			return f->v[i].value;
	return NULL;
}

const char *fact_or(const struct facts *f, const char *name, const char *other)
{
	const char *value = fact_get(f, name);

	return value ? value : other;
}

void facts_free(struct facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		fact_free(&f->v[i]);
	free(f->v);
	*f = (struct facts){ 0 };
}
