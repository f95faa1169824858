// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/array.h"
#include "exp/exp.h"
#include "exp/probe.h"
#include "stat/summary.h"

#define SINGLES    33
#define WORDS_SEEN 16

#define LINE_BYTES   64u
#define WORD_BYTES   8u
#define REGION_BYTES 4096u
#define LONG_BYTES   65536u

static void expand_loads(const struct expansion *x)
{
	/* eight loads of one line, one load of a line, and eight of eight lines */
	static const struct {
		const char *pattern;
		unsigned int loads;
	} sets[] = { { "seq", 8 }, { "stride64", 1 }, { "stride64", 8 } };
	struct cell_want want = { .kernel = "load8",
				  .barrier = exp_barrier(FOR_DEPENDENCE),
				  .interval_bytes = WORD_BYTES,
				  .region_bytes = LINE_BYTES,
				  .unit = UNIT_NS };

	cell_add(x, want);
	want.region_bytes = REGION_BYTES;
	want.barrier = exp_barrier(FOR_WAITING_FOR_LOADS);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		want.pattern = sets[i].pattern;
		want.interval_bytes = sets[i].loads * WORD_BYTES;
		cell_add(x, want);
	}
}

/* Sequences that may gather: the best of several counts, as cores combine some and not others. */
static void expand_sequences(const struct expansion *x)
{
	struct cell_want want = { .barrier = "none", .region_bytes = REGION_BYTES, .unit = UNIT_RATE };

	for (const struct kernel *k = arch_kernels; k->name; k++) {
		want.kernel = k->name;
		if (k->direction == KERNEL_STORE && k->width_bytes >= WORD_BYTES &&
		    strcmp(k->name, "store8_c"))
			cell_add(x, want);
	}
	/* long enough to be compared with the link, once it has arrived */
	want.kernel = "store8";
	want.region_bytes = LONG_BYTES;
	want.flushed = true;
	cell_add(x, want);
}

static void expand_words(const struct expansion *x)
{
	struct cell_want want = { .kernel = "store8",
				  .barrier = "none",
				  .region_bytes = REGION_BYTES,
				  .unit = UNIT_NS };

	/* one word over and over against as many words of different lines */
	want.pattern = "one";
	cell_add(x, want);
	want.pattern = "stride64";
	cell_add(x, want);
	/* what was just stored */
	want.pattern = NULL;
	want.region_bytes = LINE_BYTES;
	want.barrier = exp_barrier(FOR_LOADING_BACK);
	want.interval_bytes = WORD_BYTES;
	cell_add(x, want);
}

/* What verdict/timing_evidence.c compares; single accesses and crash probes come beside. */
static void expand(const struct expansion *x)
{
	expand_loads(x);
	expand_sequences(x);
	expand_words(x);
}

const struct experiment exp_probe = {
	.id = EXP_PROBE,
	.question = "is the mapping direct or trapped, does it answer, does it read back, and which memory "
		    "type does it show?",
	.from = EXP_QUICK,
	.expand = expand,
	.visit = exp_loop_visit,
};

const struct experiment exp_exclusive = {
	.id = EXP_EXCLUSIVE,
	.question = "do exclusive accesses work, which may take the machine down?",
	.needs = "a BAR, consent to store, and exclusive accesses, which are Arm's",
	.from = EXP_PROFILES,
	.crash_probe = PROBE_EXCLUSIVE,
};

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

int probe_crash(const struct mapping *m, const struct crash_probe *crash_probe)
{
	return crash_probe->access(m->addr);
}
