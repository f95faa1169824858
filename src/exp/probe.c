// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "exp/exp.h"
#include "exp/probe.h"
#include "stat/summary.h"

#define SINGLES    33
#define WORDS_SEEN 16

#define LINE_BYTES   64u
#define WORD_BYTES   8u
#define REGION_BYTES 4096u
#define LONG_BYTES   65536u

static int expand_loads(const struct experiment *e, const struct exp_limits *l,
			struct cell_list *out, struct cell_want want)
{
	/* eight loads of one line, one load of a line, and eight of eight lines */
	static const struct {
		const char *pattern;
		unsigned int loads;
	} sets[] = { { "seq", 8 }, { "stride64", 1 }, { "stride64", 8 } };
	int ret;

	want.kernel = "load8";
	want.unit = "ns";
	want.barrier = "dep";
	want.interval_bytes = WORD_BYTES;
	want.region_bytes = LINE_BYTES;
	ret = cell_add(out, e, l, &want);
	want.region_bytes = REGION_BYTES;
	for (size_t i = 0; i < 6 && !ret; i++) {
		want.barrier = exp_load_barriers[i / 3];
		want.pattern = sets[i % 3].pattern;
		want.interval_bytes = sets[i % 3].loads * WORD_BYTES;
		ret = cell_add(out, e, l, &want);
	}
	return ret;
}

/* Sequences that may gather: the best of several counts, as cores combine some and not others. */
static int expand_sequences(const struct experiment *e, const struct exp_limits *l,
			    struct cell_list *out, struct cell_want want)
{
	int ret = 0;

	want.barrier = "none";
	want.region_bytes = REGION_BYTES;
	for (const struct kernel *k = arch_kernels; k->name && !ret; k++) {
		if (k->direction != KERNEL_STORE || k->width_bytes < WORD_BYTES ||
		    !strcmp(k->name, "store8_c"))
			continue;
		want.kernel = k->name;
		ret = cell_add(out, e, l, &want);
	}
	/* long enough to be held against the link, once it has arrived */
	want.kernel = "store8";
	want.region_bytes = LONG_BYTES;
	want.flushed = true;
	return ret ? ret : cell_add(out, e, l, &want);
}

static int expand_stores(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out, struct cell_want want)
{
	int ret = expand_sequences(e, l, out, want);

	/* one word over and over against as many words of different lines */
	want.kernel = "store8";
	want.barrier = "none";
	want.unit = "ns";
	want.region_bytes = REGION_BYTES;
	want.pattern = "one";
	if (!ret)
		ret = cell_add(out, e, l, &want);
	want.pattern = "stride64";
	if (!ret)
		ret = cell_add(out, e, l, &want);
	/* what was just stored */
	want.pattern = NULL;
	want.region_bytes = LINE_BYTES;
	want.barrier = "load-back";
	want.interval_bytes = WORD_BYTES;
	return ret ? ret : cell_add(out, e, l, &want);
}

/* What judge/signs.c holds against each other; single accesses and risky ones come beside. */
int exp_probe_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++) {
		struct cell_want want = { .type = l->types[i], .unit = "B/s" };

		ret = expand_loads(e, l, out, want);
		if (!ret)
			ret = expand_stores(e, l, out, want);
	}
	return ret;
}

/* Only by name, and only probed: run/probes.c */
int exp_exclusive_expand(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out)
{
	(void)e;
	(void)l;
	(void)out;
	return 0;
}

static double single_ns(double ticks, const struct arch_clock *clock)
{
	double net = ticks - (double)clock->overhead_ticks;

	/* below what the clock can tell, say so much */
	if (net < (double)clock->resolution_ticks)
		net = (double)clock->resolution_ticks;
	return net * 1e9 / clock->hz;
}

static double time_loads(const struct mapping *m, const struct arch_clock *clock)
{
	double ticks[SINGLES];

	for (int i = 0; i < SINGLES; i++) {
		uint64_t t0;

		arch_read_flush(m->addr);
		t0 = arch_clock_start();
		arch_read_flush(m->addr);
		ticks[i] = (double)(arch_clock_end() - t0);
	}
	return single_ns(summary_median(ticks, SINGLES), clock);
}

static double time_stores(const struct mapping *m, uint32_t value, const struct arch_clock *clock)
{
	double ticks[SINGLES];

	for (int i = 0; i < SINGLES; i++) {
		uint64_t t0;

		/* the queue is empty: a posted store only has to issue, a trapped one costs an exit */
		arch_read_flush(m->addr);
		t0 = arch_clock_start();
		arch_store32(m->addr, value);
		ticks[i] = (double)(arch_clock_end() - t0);
	}
	return single_ns(summary_median(ticks, SINGLES), clock);
}

static bool reads_back(struct probe_access *p, const struct mapping *m, uint32_t value)
{
	arch_store32(m->addr, value);
	arch_read_flush(m->addr);
	p->wrote = value;
	p->read = arch_load32(m->addr);
	return p->read == value;
}

void probe_access(struct probe_access *p, const struct mapping *m, bool may_store,
		  const struct arch_clock *clock)
{
	uint64_t step = m->length_bytes / WORDS_SEEN & ~3ull;
	uint32_t saved = arch_load32(m->addr);

	*p = (struct probe_access){ .all_ones = true };
	for (int i = 0; i < WORDS_SEEN; i++)
		if (arch_load32(m->addr + i * step) != UINT32_MAX)
			p->all_ones = false;
	p->load_ns = time_loads(m, clock);
	if (!may_store)
		return;
	p->stored = true;
	p->store_ns = time_stores(m, saved, clock);
	/* a bus that floats, or a register with fixed bits, cannot follow both */
	p->reads_back = reads_back(p, m, 0x5aa50ff0) && reads_back(p, m, 0xa55af00f);
	arch_store32(m->addr, saved);
	arch_read_flush(m->addr);
}

const char *probe_risky(const struct mapping *m, const struct risky *risky)
{
	return risky->access(m->addr);
}
