// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "exp/exp.h"
#include "exp/probe.h"
#include "stat/summary.h"

#define SINGLES    33
#define WORDS_SEEN 16

/* The probe is not measured in cells; the runner knows it by name. */
int exp_probe_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out)
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

void probe_alignment(const struct mapping *m)
{
	(void)arch_load64_unaligned(m->addr + 1);
}
