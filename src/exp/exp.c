// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "exp/exp.h"

/* Loops below this stay in a span of the region's size; from it on they walk in blocks. */
#define SPAN_BELOW_BYTES 1024

const struct experiment experiments[] = {
	{ "probe",
	  "is the mapping direct or trapped, does it answer, does it read back, and which memory "
	  "type does an unaligned access show?",
	  false, exp_probe_expand },
	{ "bw", "how many bytes per second can be stored and loaded, by size and barrier?", true,
	  exp_bw_expand },
	{ "lat", "how long is a read's round trip, and what does a store cost with each barrier?",
	  true, exp_lat_expand },
	{ 0 },
};

const struct experiment *experiment_find(const char *name)
{
	for (const struct experiment *e = experiments; e->name; e++)
		if (!strcmp(e->name, name))
			return e;
	return NULL;
}

const char *experiment_names(char *buf, size_t n)
{
	size_t used = 0;

	buf[0] = 0;
	for (const struct experiment *e = experiments; e->name && used < n; e++)
		used += (size_t)snprintf(buf + used, n - used, "%s%s", used ? ", " : "", e->name);
	return buf;
}

/* "store8", "store8+dsb-st@64", "store8+dsb-st@each" */
static void cell_name_access(char *buf, size_t n, const struct loop *loop)
{
	char size[24];
	const char *at = format_size(size, sizeof(size), loop->interval_bytes);

	if (!strcmp(loop->barrier->name, "none")) {
		snprintf(buf, n, "%s", loop->kernel->name);
		return;
	}
	if (loop->interval_bytes == loop->kernel->width_bytes)
		at = "each";
	else if (!loop->interval_bytes)
		at = "end";
	snprintf(buf, n, "%s+%s@%s", loop->kernel->name, loop->barrier->name, at);
}

static void cell_make_id(struct cell *c)
{
	char access[64], region[24];
	const char *close = "";

	cell_name_access(access, sizeof(access), c->loop);
	if (c->loop->kernel->direction == KERNEL_STORE)
		close = c->flushed ? "/flushed" : "/posted";
	snprintf(c->id, sizeof(c->id), "%s/%s/%s/%s%s", c->experiment->name,
		 map_way(c->type)->name, access, format_size(region, sizeof(region), c->region_bytes),
		 close);
}

int cell_add(struct cell_list *out, const struct experiment *e, const struct exp_limits *limits,
	     const struct cell_want *want)
{
	uint32_t span = want->region_bytes < SPAN_BELOW_BYTES ? (uint32_t)want->region_bytes : 0;
	const struct loop *loop =
		arch_find_loop(want->kernel, want->barrier, want->interval_bytes, span);
	struct cell *v;

	if (!loop || want->region_bytes > limits->region_bytes ||
	    (!span && want->region_bytes % loop->block_bytes))
		return 0;
	if (loop->kernel->direction == KERNEL_STORE && !limits->may_store)
		return 0;
	v = realloc(out->v, (out->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	out->v = v;
	v[out->n] = (struct cell){ .experiment = e,
				   .type = want->type,
				   .loop = loop,
				   .region_bytes = want->region_bytes,
				   .flushed = want->flushed,
				   .unit = want->unit };
	cell_make_id(&v[out->n++]);
	return 0;
}

void cell_list_free(struct cell_list *list)
{
	free(list->v);
	*list = (struct cell_list){ 0 };
}
