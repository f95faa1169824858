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
	  "type does it show?",
	  NULL, true, EXP_QUICK, exp_probe_expand, exp_loop_visit },
	{ "bw", "how many bytes per second can be stored and loaded, by size, width and barrier?",
	  NULL, true, EXP_QUICK, exp_bw_expand, exp_loop_visit },
	{ "combine", "which store sequence combines, how reliably, and how many lines can be open?",
	  NULL, true, EXP_QUICK, exp_combine_expand, exp_loop_visit },
	{ "lat", "how long is a read's round trip, how many reads overlap, and what does a store cost "
	  "with each barrier?", NULL, true, EXP_QUICK, exp_lat_expand, exp_loop_visit },
	{ "doorbell", "what does it cost to write a descriptor and ring the doorbell?",
	  "consent to store, and a window of 128 KiB", true, EXP_DEFAULT, exp_doorbell_expand, exp_loop_visit },
	{ "early-ack", "is the early write acknowledgement, lost or kept, visible?",
	  "a BAR, consent to store, and a dsb, which x86 has none of", true, EXP_DEFAULT,
	  exp_early_ack_expand, exp_loop_visit },
	{ "order", "which reorderings do two CPUs see, and which barrier is the cheapest that data "
	  "and flag need?", "consent to store", true, EXP_DEFAULT, exp_order_expand, exp_order_visit },
	{ "integrity", "does what was stored arrive, where it was stored, and only there?", "consent to store", true,
	  EXP_DEFAULT, exp_integrity_expand, exp_integrity_visit },
	{ "scale", "how much more do several CPUs store and load, near the device and far, on one "
	  "line and on their own?", NULL, true, EXP_DEFAULT, exp_scale_expand, exp_scale_visit },
	{ "exclusive", "do exclusive accesses work, which may take the machine down?",
	  "a BAR, consent to store, and exclusive accesses, which are Arm's", true,
	  EXP_PROFILES, exp_exclusive_expand, NULL },
	{ 0 },
};

const char *const exp_load_barriers[2] = { "dmb-oshld", "lfence" };

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

/* "store8", "store8~reverse", "store8+dsb-st@64", "store8+dsb-st@each", "store8+dsb-st+bell4@64" */
static void cell_name_access(char *buf, size_t n, const struct loop *loop, const char *pattern)
{
	bool barrier = strcmp(loop->barrier->name, "none"), bell = loop->doorbell_bytes;
	char size[24], bells[16] = "";
	const char *at = format_size(size, sizeof(size), loop->interval_bytes);

	if (loop->interval_bytes == loop->kernel->width_bytes && !bell)
		at = "each";
	else if (!loop->interval_bytes)
		at = "end";
	if (bell)
		snprintf(bells, sizeof(bells), "+bell%u", loop->doorbell_bytes);
	snprintf(buf, n, "%s%s%s%s%s%s%s%s", loop->kernel->name, *pattern ? "~" : "", pattern,
		 barrier ? "+" : "", barrier ? loop->barrier->name : "", bells,
		 barrier || bell ? "@" : "", barrier || bell ? at : "");
}

static void cell_make_id(struct cell *c, const char *access)
{
	char region[24], shift[16] = "";
	const char *close = "";

	if (c->stores && strcmp(c->unit, "events"))
		close = c->flushed ? "/flushed" : "/posted";
	if (c->shift_bytes)
		snprintf(shift, sizeof(shift), "+%u", c->shift_bytes);
	snprintf(c->id, sizeof(c->id), "%s/%s/%s/%s%s%s", c->experiment->name,
		 map_way(c->type)->name, access, format_size(region, sizeof(region), c->region_bytes),
		 shift, close);
}

bool limits_want_kernel(const struct exp_limits *limits, const char *name)
{
	return !limits->kernels || list_has(limits->kernels, name);
}

bool limits_want_barrier(const struct exp_limits *limits, const char *name)
{
	return !limits->barriers || list_has(limits->barriers, name);
}

static int cell_append(struct cell_list *out, const struct cell *cell)
{
	struct cell *v = realloc(out->v, (out->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	out->v = v;
	v[out->n++] = *cell;
	return 0;
}

/* Bytes that the loop touches from its base on; 0: all of the region. */
static uint64_t stays_bytes(const struct loop *loop)
{
	return loop->pattern->stays_bytes == UINT32_MAX ? loop->kernel->width_bytes :
							  loop->pattern->stays_bytes;
}

static bool fits(const struct cell_want *want, const struct loop *loop,
		 const struct exp_limits *limits)
{
	uint64_t region = want->region_bytes, stays = stays_bytes(loop);
	unsigned int parts = want->threads ? want->threads : 1;

	/* a shifted region must end inside, and its map stays whole lines */
	if (region + (want->shift_bytes ? 64 : 0) > limits->region_bytes)
		return false;
	return stays ? region >= stays : region % ((uint64_t)parts * loop->block_bytes) == 0;
}

int cell_add(struct cell_list *out, const struct experiment *e, const struct exp_limits *limits,
	     const struct cell_want *want)
{
	char span[24], access[80];
	struct loop_key key = { .kernel = want->kernel,
				.barrier = want->barrier,
				.pattern = want->pattern,
				.interval_bytes = want->interval_bytes,
				.doorbell_bytes = want->doorbell_bytes };
	const struct loop *loop;
	struct cell cell;

	if (!want->pattern && want->region_bytes < SPAN_BELOW_BYTES)
		snprintf(span, sizeof(span), "span%u", (unsigned int)want->region_bytes);
	else
		snprintf(span, sizeof(span), "seq");
	if (!want->pattern)
		key.pattern = span;
	loop = arch_find_loop(&key);
	if (!loop || !fits(want, loop, limits) ||
	    !limits_want_kernel(limits, want->kernel) || !limits_want_barrier(limits, want->barrier))
		return 0;
	cell = (struct cell){ .experiment = e,
			      .type = want->type,
			      .kernel = loop->kernel,
			      .loop = loop,
			      .shape = "",
			      .place = want->place ? want->place : "",
			      .barrier = loop->barrier,
			      .threads = want->threads ? want->threads : 1,
			      .region_bytes = want->region_bytes,
			      .shift_bytes = want->shift_bytes,
			      .stores = loop->kernel->direction == KERNEL_STORE,
			      .flushed = want->flushed,
			      .unit = want->unit,
			      .unit_bytes = want->unit_bytes ? want->unit_bytes :
							       loop->kernel->width_bytes };
	if ((cell.stores || loop->doorbell_bytes) && !limits->may_store)
		return 0;
	if (loop->doorbell_bytes && !limits->has_doorbell)
		return 0;
	cell.lap_bytes = arch_lap_bytes(loop, cell.region_bytes) *
			 (loop->pattern->stays_bytes ? cell.threads : 1);
	*(cell.stores ? &cell.least_stores : &cell.least_loads) =
		(EXP_LEAST_BATCHES + 2) * cell.lap_bytes / loop->kernel->width_bytes;
	cell_name_access(access, sizeof(access), loop, want->pattern ? want->pattern : "");
	if (*cell.place)
		snprintf(access + strlen(access), sizeof(access) - strlen(access), ":x%u:%s",
			 cell.threads, cell.place);
	cell_make_id(&cell, access);
	return cell_append(out, &cell);
}

int cell_add_counted(struct cell_list *out, const struct cell *cell, const char *access)
{
	struct cell c = *cell;

	c.unit = "events";
	c.unit_bytes = c.kernel->width_bytes;
	c.lap_bytes = c.region_bytes;
	cell_make_id(&c, access);
	return cell_append(out, &c);
}

void cell_list_free(struct cell_list *list)
{
	free(list->v);
	*list = (struct cell_list){ 0 };
}
