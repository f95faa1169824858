// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/watch.c witness/trace_line.c witness/smaps.c witness/witness.c witness/seen.c
/* A recorded watch: a trace_pipe of any bytes, threads and mappings of any processes. */
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "report/json_file.h"
#include "report/report.h"
#include "witness/watch.h"
#include "fuzz.h"

static const struct bar bars[] = {
	{ .index = 0, .kind = BAR_MEMORY, .phys_bytes = 0x10000000, .size_bytes = 1 << 20 },
	{ .index = 2, .kind = BAR_MEMORY, .phys_bytes = 0x8000000000, .size_bytes = 16 << 20,
	  .prefetchable = true, .is_64bit = true },
};
static const struct witness_prot prots[] = {
	{ "KVM_PGTABLE_PROT_X", 1 }, { "KVM_PGTABLE_PROT_W", 2 }, { "KVM_PGTABLE_PROT_R", 4 },
	{ "KVM_PGTABLE_PROT_DEVICE", 8 }, { "KVM_PGTABLE_PROT_NORMAL_NC", 16 },
};

static void start(struct witness *w)
{
	*w = (struct witness){ .arch = "aarch64", .started = "2026-01-01T00:00:00Z",
			       .device.bdf = "0000:01:00.0", .device.numa_node = -1 };
	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		w->device.bars[bars[i].index] = bars[i];
	memcpy(w->prots, prots, sizeof(prots));
	w->n_prots = sizeof(prots) / sizeof(prots[0]);
}

/* What a watch may end with is what a reader accepts. */
static void check_again(const struct witness *w)
{
	json_t *root = json_witness(w);
	char *text = json_dumps(root, JSON_REAL_PRECISION(17));
	struct witness again;
	const char *page;
	size_t n;

	fuzz_require(text, "it cannot be written");
	fuzz_require(!witness_read(&again, fuzz_file(text, strlen(text))), "%s", fuzz_error());
	fuzz_require(again.n_ranges == w->n_ranges && again.n_vmms == w->n_vmms, "%s", text);
	free(text);
	json_decref(root);
	witness_free(&again);
	witness_text(fuzz_out(), w, NULL);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
}

static uint64_t count_of(const struct witness *w, unsigned int pid)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->n_ranges; i++)
		n += w->ranges[i].pid == pid ? w->ranges[i].count : 0;
	return n;
}

/* One VMM alone: all of its mappings, and nobody else's. */
static void check_pid(const struct witness *all, unsigned int pid)
{
	const struct watch_ask ask = { .timeout_s = 1, .pid = pid };
	char status[32];
	struct witness w;

	start(&w);
	snprintf(status, sizeof(status), "proc/%u/x", pid);
	if (!fuzz_tree_put(status, "", 0))
		return; /* something is where its directory would be */
	fuzz_require(!watch_run(&w, &ask), "%s", fuzz_error());
	fuzz_require(w.n_vmms == 1 && w.vmms[0].pid == pid, "%zu VMMs", w.n_vmms);
	for (size_t i = 0; i < w.n_ranges; i++)
		fuzz_require(w.ranges[i].pid == pid, "%u", w.ranges[i].pid);
	fuzz_require(count_of(&w, pid) == count_of(all, pid), "%u: %zu ranges of %zu", pid, w.n_ranges,
		     all->n_ranges);
	check_again(&w);
	witness_free(&w);
}

FUZZ_TARGET(watch)
{
	const struct watch_ask any = { .timeout_s = 1 };
	struct witness w;

	fuzz_begin();
	fuzz_tree(data, size);
	if (!fuzz_tree_put("sys/kernel/tracing/trace", "", 0))
		return 0; /* it must be mounted */
	start(&w);
	if (watch_run(&w, &any)) {
		fuzz_require(fuzz_error()[0], "refused without a word");
	} else {
		check_again(&w);
		for (size_t i = 0; i < w.n_vmms && i < 3; i++)
			check_pid(&w, w.vmms[i].pid);
	}
	witness_free(&w);
	return 0;
}
