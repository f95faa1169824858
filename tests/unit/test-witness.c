// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "report/report.h"
#include "fixture.h"

#define BAR0 0x10003000ull
#define BAR2 0x8000000000ull
#define K    1024ull
#define M    (1024 * K)

#define BAR(i, of, phys, size)                                                                     \
	{ .index = i, .kind = BAR_##of, .phys_bytes = phys, .size_bytes = size }

#define X      1
#define RW     6
#define DEVICE 8
#define NC     16

static void add_prot(struct witness *w, const char *name, uint64_t value)
{
	struct witness_prot *p = &w->prots[w->n_prots++];

	snprintf(p->name, sizeof(p->name), "KVM_PGTABLE_PROT_%s", name);
	p->value = value;
}

/* Linux 6.12's bits; BAR 0 of 256 bytes, BAR 2 of 16 MiB, BAR 4 of I/O. */
static void make(struct witness *w)
{
	*w = (struct witness){ .version = "0.1.0", .arch = "aarch64", .duration_s = 12.5,
			       .started = "2026-01-02T03:04:05Z", .has_hits = true, .hits = 44 };
	w->command = strdup("mmiowitness -s 3.0");
	assert_non_null(w->command);
	assert_int_equal(0, fact_add(&w->env.facts, "kernel_release", "uname(2)", "6.12.1"));
	w->device = (struct pci_device){ .bdf = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1110,
					 .vendor_name = "Red Hat, Inc.", .numa_node = -1 };
	w->device.bars[0] = (struct bar)BAR(0, MEMORY, BAR0, 256);
	w->device.bars[2] = (struct bar)BAR(2, MEMORY, BAR2, 16 * M);
	w->device.bars[4] = (struct bar)BAR(4, IO, 0x1000, 32);
	add_prot(w, "X", X);
	add_prot(w, "W", 2);
	add_prot(w, "R", 4);
	add_prot(w, "DEVICE", DEVICE);
	add_prot(w, "NORMAL_NC", NC);
	add_prot(w, "SW0", 1ull << 55);
}

static int add(struct witness *w, double time_s, uint64_t pa, uint64_t size, uint64_t prot,
	       unsigned int pid)
{
	struct witness_event e = { .ipa = pa, .pa = pa, .size_bytes = size, .prot = prot,
				   .time_s = time_s, .pid = pid, .comm = "vmm" };

	return witness_add(w, &e);
}

static struct witness_seen seen_of(const struct witness *w, unsigned int bar)
{
	struct witness_seen s;

	assert_int_equal(0, witness_bar_seen(&s, w, bar));
	return s;
}

/* The bits of each kernel, as its BTF has them. */
static void test_prot_types(void **state)
{
	static const struct {
		const char *names[8];
		uint64_t values[8];
		uint64_t prot;
		enum witness_type type;
	} rows[] = {
		/* 5.10, 6.1: nothing but Device and memory; 5.10's BTF has lost the high bits */
		{ { "X", "W", "R", "DEVICE", "SW0" }, { 1, 2, 4, 8, 0 }, 0xe, WITNESS_DEVICE },
		{ { "X", "W", "R", "DEVICE" }, { 1, 2, 4, 8 }, 0x7, WITNESS_NORMAL_WB },
		{ { "X", "W", "R", "DEVICE" }, { 1, 2, 4, 8 }, 0x16, WITNESS_UNKNOWN },
		/* 6.12 */
		{ { "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 4, 8, 16 }, 0x16,
		  WITNESS_NORMAL_NC },
		{ { "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 4, 8, 16 }, 0xe,
		  WITNESS_DEVICE },
		/* both at once is refused by KVM; a bit that has no name may be anything */
		{ { "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 4, 8, 16 }, 0x1e,
		  WITNESS_UNKNOWN },
		{ { "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 4, 8, 16 }, 0x26,
		  WITNESS_UNKNOWN },
		{ { "W", "R", "DEVICE", "NORMAL_NC", "TAGGED" }, { 2, 4, 8, 16, 32 }, 0x26,
		  WITNESS_UNKNOWN },
		/* 7.3: execute is two bits, and everything moved */
		{ { "PX", "UX", "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 3, 4, 8, 16, 32 },
		  0x2c, WITNESS_NORMAL_NC },
		{ { "PX", "UX", "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 3, 4, 8, 16, 32 },
		  0x1c, WITNESS_DEVICE },
		{ { "PX", "UX", "X", "W", "R", "DEVICE", "NORMAL_NC" }, { 1, 2, 3, 4, 8, 16, 32 },
		  0xf, WITNESS_NORMAL_WB },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct witness w = { 0 };
		char why[96];

		for (int k = 0; k < 8 && rows[i].names[k]; k++)
			add_prot(&w, rows[i].names[k], rows[i].values[k]);
		assert_true(witness_prots_usable(&w, why, sizeof(why)));
		assert_int_equal(rows[i].type, witness_prot_type(&w, rows[i].prot));
	}
}

static void test_prots_unusable(void **state)
{
	static const struct {
		const char *names[4];
		uint64_t values[4];
		const char *why;
	} rows[] = {
		{ { NULL }, { 0 }, "no bit" },
		{ { "W", "R", "NORMAL_NC" }, { 2, 4, 16 }, "no bit" },
		{ { "W", "R", "DEVICE" }, { 2, 4, 0 }, "no bit" }, /* cut off by 32-bit BTF */
		{ { "W", "R", "DEVICE" }, { 2, 4, 24 }, "no bit" },
		{ { "W", "R", "DEVICE" }, { 2, 4, 4 }, "overlap" },
		{ { "W", "DEVICE", "NORMAL_NC" }, { 2, 8, 8 }, "overlap" },
		{ { "W", "DEVICE", "NORMAL_NC" }, { 2, 8, 48 }, "overlap" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct witness w = { 0 };
		char why[96] = "";

		for (int k = 0; k < 4 && rows[i].names[k]; k++)
			add_prot(&w, rows[i].names[k], rows[i].values[k]);
		assert_false(witness_prots_usable(&w, why, sizeof(why)));
		assert_non_null(strstr(why, rows[i].why));
	}
}

static void test_nothing(void **state)
{
	struct witness w;
	struct witness_seen s;

	(void)state;
	make(&w);
	/* before, behind, of no size, beyond all addresses, of the I/O BAR */
	assert_int_equal(0, add(&w, 1, BAR2 - 4 * K, 4 * K, RW, 1));
	assert_int_equal(0, add(&w, 1, BAR2 + 16 * M, 2 * M, RW, 1));
	assert_int_equal(0, add(&w, 1, BAR2, 0, RW, 1));
	assert_int_equal(0, add(&w, 1, BAR2, UINT64_MAX, RW, 1));
	assert_int_equal(0, add(&w, 1, 0x1000, 4 * K, RW, 1));
	assert_int_equal(0, w.n_ranges);
	s = seen_of(&w, 2);
	assert_int_equal(WITNESS_UNKNOWN, s.type);
	assert_int_equal(0, s.bytes + s.count + s.n_vmms);
	witness_free(&w);
}

/* Pages in any order become one range; what is mapped again is counted, its bytes are not. */
static void test_pages_merge(void **state)
{
	static const unsigned int order[] = { 7, 0, 3, 4, 1, 6, 2, 5 };
	struct witness w;
	struct witness_seen s;

	(void)state;
	make(&w);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(1, add(&w, i + 1, BAR2 + order[i] * 4 * K, 4 * K, RW | NC, 9));
	assert_int_equal(1, w.n_ranges);
	assert_int_equal(8, w.ranges[0].count);
	assert_int_equal(0, w.ranges[0].again);
	assert_int_equal(0, w.ranges[0].offset_bytes);
	assert_int_equal(32 * K, w.ranges[0].size_bytes);
	assert_true(w.ranges[0].first_s == 1 && w.ranges[0].last_s == 8);
	assert_int_equal(1, add(&w, 20, BAR2 + 16 * K, 4 * K, RW | NC, 9));
	assert_int_equal(1, add(&w, 21, BAR2 + 8 * M, 2 * M, RW | NC, 9));
	assert_int_equal(2, w.n_ranges);
	s = seen_of(&w, 2);
	assert_int_equal(WITNESS_NORMAL_NC, s.type);
	assert_false(s.mixed || w.changes[2].seen);
	assert_int_equal(2 * M + 32 * K, s.bytes);
	assert_int_equal(10, s.count);
	assert_int_equal(1, s.again);
	assert_int_equal(1, s.n_vmms);
	assert_int_equal(9, s.pid);
	assert_string_equal("vmm", s.comm);
	witness_free(&w);
}

/* A block may be larger than a BAR, and hold several: each gets what is its own. */
static void test_blocks(void **state)
{
	struct witness w;
	struct witness_event e = { .ipa = 0x40000000, .pa = BAR2 - 1024 * M, .size_bytes = 4096 * M,
				   .prot = RW | DEVICE, .pid = 5 };

	(void)state;
	make(&w);
	w.device.bars[1] = (struct bar)BAR(1, MEMORY, BAR2 + 32 * M, 64 * K);
	assert_int_equal(2, witness_add(&w, &e));
	assert_int_equal(2, w.n_ranges);
	assert_int_equal(1, w.ranges[0].bar);
	assert_int_equal(0x40000000 + 1056 * M, w.ranges[0].ipa);
	assert_int_equal(0, w.ranges[1].offset_bytes);
	assert_int_equal(16 * M, w.ranges[1].size_bytes);
	assert_int_equal(0x40000000 + 1024 * M, w.ranges[1].ipa);
	assert_int_equal(16 * M, seen_of(&w, 2).bytes);
	/* a page around a BAR smaller than a page; one that begins before the BAR */
	assert_int_equal(1, add(&w, 1, BAR0, 4 * K, RW | DEVICE, 5));
	assert_int_equal(256, seen_of(&w, 0).bytes);
	e.ipa += 1040 * M - 4 * K;
	e.pa += 1040 * M - 4 * K;
	e.size_bytes = 64 * K;
	assert_int_equal(1, witness_add(&w, &e));
	assert_int_equal(1, seen_of(&w, 2).again);
	/* elsewhere in the guest: the same bytes, but another range */
	e.ipa += 64 * K;
	assert_int_equal(1, witness_add(&w, &e));
	assert_int_equal(4, w.n_ranges);
	assert_int_equal(16 * M, seen_of(&w, 2).bytes);
	assert_int_equal(1, seen_of(&w, 2).again);
	witness_free(&w);
}

static void test_types_mix(void **state)
{
	struct witness w;
	struct witness_seen s;

	(void)state;
	make(&w);
	add(&w, 1, BAR2, 2 * M, RW | DEVICE, 7);
	add(&w, 2, BAR2 + 4 * M, 2 * M, RW | NC, 7);
	s = seen_of(&w, 2);
	assert_true(s.mixed);
	assert_int_equal(WITNESS_UNKNOWN, s.type);
	assert_false(w.changes[2].seen); /* different places */
	/* the same type with other permissions is no other type */
	add(&w, 3, BAR2, 4 * K, 4 | DEVICE, 7);
	assert_false(w.changes[2].seen);
	add(&w, 4, BAR2 + 5 * M, 4 * K, RW | DEVICE, 7);
	assert_true(w.changes[2].seen && w.changes[2].time_s == 4);
	add(&w, 5, BAR2, 4 * K, RW | NC, 8);
	assert_true(w.changes[2].time_s == 4);
	s = seen_of(&w, 2);
	assert_int_equal(4 * M, s.bytes);
	assert_int_equal(5, s.count);
	assert_int_equal(2, s.n_vmms);
	assert_false(seen_of(&w, 0).mixed);
	witness_free(&w);
}

/* The second VM of the same device has another type: the places are the same. */
static void test_second_vm(void **state)
{
	struct witness w;

	(void)state;
	make(&w);
	add(&w, 1, BAR2, 2 * M, RW | DEVICE, 7);
	add(&w, 9, BAR2 + 1 * M, 4 * K, RW | NC, 8);
	assert_true(w.changes[2].seen && w.changes[2].time_s == 9);
	assert_int_equal(2, seen_of(&w, 2).n_vmms);
	witness_free(&w);
}

/* More places than are kept: the type stays known, and what is not placed is said. */
static void test_too_many_places(void **state)
{
	struct witness w;
	struct witness_seen s;

	(void)state;
	make(&w);
	w.device.bars[2].size_bytes = 1ull << 40;
	for (uint64_t i = 0; i < WITNESS_RANGES_MAX + 10; i++)
		assert_int_equal(1, add(&w, 1, BAR2 + 8 * K * i, 4 * K, RW | DEVICE, 7));
	assert_int_equal(WITNESS_RANGES_MAX, w.n_ranges);
	assert_int_equal(10, w.unplaced);
	s = seen_of(&w, 2);
	assert_int_equal(WITNESS_DEVICE, s.type);
	assert_int_equal(WITNESS_RANGES_MAX + 10, s.count);
	assert_int_equal(WITNESS_RANGES_MAX * 4 * K, s.bytes);
	/* another type still shows */
	assert_int_equal(1, add(&w, 2, BAR2, 4 * K, RW | NC, 7));
	assert_true(seen_of(&w, 2).mixed && w.changes[2].seen);
	assert_int_equal(0, w.lost);
	witness_free(&w);
}

static void test_vmms(void **state)
{
	struct witness w;

	(void)state;
	make(&w);
	witness_vmm(&w, 7, "a")->flags[2] = WITNESS_FLAG_SET;
	assert_ptr_equal(witness_vmm(&w, 7, "b"), &w.vmms[0]);
	assert_string_equal("a", w.vmms[0].comm);
	for (unsigned int i = 1; i < WITNESS_VMMS_MAX; i++)
		assert_non_null(witness_vmm(&w, 100 + i, "c"));
	assert_null(witness_vmm(&w, 9999, "d"));
	assert_non_null(witness_vmm(&w, 101, "c"));
	witness_free(&w);
}

/* Everything a witness can hold. */
static void make_full(struct witness *w)
{
	make(w);
	w->pid = 7;
	w->end = WITNESS_END_VMM;
	w->lost = 3;
	w->unplaced = 2;
	w->replayed = w->env.emulated = true;
	strcpy(w->env.emulated_why, "MMIOBENCH_EMULATED");
	add(w, 0.125, BAR2, 2 * M, RW | DEVICE, 7);
	add(w, 0.25, BAR2, 2 * M, RW | DEVICE, 7);
	add(w, 1.0 / 3, BAR2 + 8 * M, 64 * K, 1ull << 63, 7);
	add(w, 2, BAR0, 4 * K, RW | DEVICE, 7);
	add(w, 5.5, BAR2 + 1 * M, 4 * K, RW | NC, 8);
	for (int f = 0; f < WITNESS_FLAGS; f++)
		witness_vmm(w, 7 + (unsigned int)f, "qemu-system-aar")->flags[2] =
			(enum witness_flag)f;
}

static void make_unseen(struct witness *w)
{
	make(w);
	facts_free(&w->env.facts);
	w->has_hits = false;
}

static void page_of(const struct witness *w, char **text)
{
	size_t n;
	FILE *f = open_memstream(text, &n);

	assert_non_null(f);
	witness_text(f, w, NULL);
	assert_int_equal(0, fclose(f));
}

/* Read back, a witness gives the same page and the same file. */
static void test_round_trip(void **state)
{
	static void (*const makers[])(struct witness *) = { make_full, make_unseen, make };

	(void)state;
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		char a[512], b[512], *first, *second, *page1, *page2;
		struct witness w, back = { 0 };
		size_t n, n2;

		makers[i](&w);
		fixture_path(a, sizeof(a), "a.json");
		fixture_path(b, sizeof(b), "b.json");
		assert_int_equal(0, witness_write(&w, a));
		assert_int_equal(0, witness_read(&back, a));
		assert_int_equal(0, witness_write(&back, b));
		first = fixture_read(a, &n);
		second = fixture_read(b, &n2);
		assert_string_equal(first, second);
		page_of(&w, &page1);
		page_of(&back, &page2);
		assert_string_equal(page1, page2);
		free(first);
		free(second);
		free(page1);
		free(page2);
		witness_free(&w);
		witness_free(&back);
	}
}

/* Each is one change to a good file that must not be believed, and what the message names. */
static const struct {
	const char *path;        /* keys and indices, separated by blanks */
	const char *value;       /* JSON; NULL: removed */
	const char *says;
} damages[] = {
	{ "schema", "\"mmiobench-witness/2\"", "schema" },
	{ "schema", "\"mmiobench-result/1\"", "schema" },
	{ "tool", NULL, "tool" },
	{ "started", "\"a\\u001b[31m\"", "control" },
	{ "duration_s", "-1", "duration_s" },
	{ "environment", "[]", "environment" },
	{ "device", "null", "device" },
	{ "device bdf", "\"0000:00:03.0 and more than fits\"", "too long" },
	{ "pid", "0", "pid" },
	{ "pid", "4294967296", "pid" },
	{ "end", "\"never\"", "end" },
	{ "prots", "[]", "KVM_PGTABLE_PROT_DEVICE" },
	{ "prots 3 value", "\"0x0\"", "KVM_PGTABLE_PROT_DEVICE" },
	{ "prots 4 value", "\"0x8\"", "overlap" },
	{ "prots 3 value", "8", "wrong type" },
	{ "prots 3 name", "\"x\\n\"", "control" },
	{ "hits", "-1", "hits" },
	{ "lost", "1.5", "lost" },
	{ "bars", "[]", "bar" },
	{ "bars 0 index", "2", "no BAR" },
	{ "bars 0 index", "6", "out of range" },
	{ "bars 0 phys", "\"0x0\"", "no BAR" },
	{ "bars 1 phys", "\"0xfffffffffffff000\"", "no BAR" },
	{ "bars 1 size_bytes", "4096", "not in the BAR" },
	{ "bars 0 seen", NULL, "seen" },
	{ "bars 0 seen changed_s", "1.5", "there is one" },
	{ "bars 1 seen changed_s", "\"soon\"", "changed_s" },
	{ "mappings 0 bar", "4", "not one of bars" },
	{ "mappings 0 bar", "-1", "out of range" },
	{ "mappings 1 offset_bytes", "16777216", "not in the BAR" },
	{ "mappings 1 size_bytes", "9223372036854775807", "not in the BAR" },
	{ "mappings 1 size_bytes", "0", "not in the BAR" },
	{ "mappings 1 prot", "\"0x16\"", "does not fit prot" },
	{ "mappings 1 type", "\"Normal-NC\"", "does not fit prot" },
	{ "mappings 1 type", "\"Device-GRE\"", "type" },
	{ "mappings 1 last_s", "0", "last_s" },
	{ "mappings 1 count", "0", "count" },
	{ "mappings 1 again", "2", "again" },
	{ "mappings 1 pid", "9", "order" },
	{ "mappings 1 comm", "\"a\\tb\"", "control" },
	{ "mappings 1 comm", "\"sixteen letters.\"", "too long" },
	{ "mappings 0", "7", "missing" },
	{ "mappings", "{}", "mappings" },
	{ "vmms 0 pid", "0", "pid" },
	{ "vmms 0 allow_any_uncached 0 bar", "4", "not one of bars" },
	{ "vmms 0 allow_any_uncached 1 flag", "\"??\"", "flag" },
	{ "vmms 0 allow_any_uncached", "null", "allow_any_uncached" },
};

/* Sets or removes what the path leads to. */
static void damage(json_t *at, const char *path, const char *value)
{
	char copy[96], *save = NULL, *key, *next;
	json_t *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	key = strtok_r(copy, " ", &save);
	while ((next = strtok_r(NULL, " ", &save))) {
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) :
					 json_object_get(at, key);
		assert_non_null(at);
		key = next;
	}
	if (json_is_array(at))
		assert_int_equal(0, json_array_set_new(at, (size_t)atoi(key), new));
	else if (new)
		assert_int_equal(0, json_object_set_new(at, key, new));
	else
		assert_int_equal(0, json_object_del(at, key));
}

static void test_damaged(void **state)
{
	char good[512], bad[512], log[1024];
	struct witness w, back;

	(void)state;
	make_full(&w);
	fixture_path(good, sizeof(good), "good.json");
	fixture_path(bad, sizeof(bad), "bad.json");
	assert_int_equal(0, witness_write(&w, good));
	witness_free(&w);
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		json_t *root = json_load_file(good, 0, NULL);
		unsigned int lines;
		int ret;

		assert_non_null(root);
		damage(root, damages[i].path, damages[i].value);
		assert_int_equal(0, json_dump_file(root, bad, 0));
		json_decref(root);
		memset(&back, 0x5a, sizeof(back));
		fixture_stderr_begin();
		ret = witness_read(&back, bad);
		lines = fixture_stderr_end(log, sizeof(log));
		if (ret != -EINVAL || lines != 1 || !strstr(log, damages[i].says))
			fail_msg("%s := %s gives %d, %s", damages[i].path,
				 damages[i].value ? damages[i].value : "(removed)", ret, log);
		assert_int_equal(0x5a, ((unsigned char *)&back)[0]); /* set only on success */
	}
}

static bool page_has(const struct witness *w, const char *text)
{
	char *page, *flat;
	bool found;

	page_of(w, &page);
	/* lines are broken where they are too long */
	for (const char *p = page, *end; (end = strchr(p, '\n')); p = end + 1)
		assert_true(end - p <= 100);
	flat = page;
	for (char *p = page; *p; p++)
		if ((*p != ' ' && *p != '\n') || (flat > page && flat[-1] != ' '))
			*flat++ = *p == '\n' ? ' ' : *p;
	*flat = 0;
	found = strstr(page, text);
	if (!found)
		print_error("%s\n", page);
	free(page);
	return found;
}

static void test_pages(void **state)
{
	struct witness w;

	(void)state;
	make(&w);
	assert_true(page_has(&w, "BAR 2 no mapping was seen (16 MiB)"));
	assert_true(page_has(&w, "BAR 0 no mapping was seen (256 bytes)"));
	assert_true(page_has(&w, "setpci -s BDF COMMAND=0:2"));
	assert_true(page_has(&w, "KVM mapped 44 times in all"));
	add(&w, 1, BAR2, 2 * M, RW | NC, 123);
	assert_true(page_has(&w, "BAR 2 Normal-NC at stage 2 (2 MiB of 16 MiB seen, 1 mapping by "
				 "vmm[123])"));
	assert_true(page_has(&w, "the guest decides"));
	add(&w, 2, BAR2, 2 * M, RW | NC, 123);
	assert_true(page_has(&w, "1 of them mapped again"));
	assert_true(page_has(&w, "2 mappings by vmm[123]"));
	add(&w, 3, BAR2, 2 * M, RW | DEVICE, 124);
	assert_true(page_has(&w, "BAR 2 SEVERAL TYPES at stage 2 (2 MiB of 16 MiB seen, 3 mappings "
				 "by 2 VMMs)"));
	assert_true(page_has(&w, "another type than before, first after 3.000 s"));
	witness_free(&w);

	make(&w);
	add(&w, 1, BAR2, 16 * M, RW | DEVICE, 123);
	witness_vmm(&w, 123, "vmm")->flags[2] = WITNESS_FLAG_CLEAR;
	w.lost = 2;
	assert_true(page_has(&w, "BAR 2 Device at stage 2 (16 MiB of 16 MiB seen"));
	assert_true(page_has(&w, "stops the VM"));
	assert_true(page_has(&w, "only where the VMM maps the BAR through vfio-pci"));
	assert_true(page_has(&w, "VMM vmm[123], BAR 2: its vfio mapping has no flag"));
	assert_true(page_has(&w, "2 events were lost"));
	w.n_prots = 4; /* DEVICE is the last: as Linux 6.1 */
	assert_true(page_has(&w, "Bring the host to Linux 6.9 or newer"));
	witness_free(&w);
	make_full(&w);
	assert_true(page_has(&w, "REPLAYED"));
	assert_true(page_has(&w, "EMULATED"));
	assert_true(page_has(&w, "at least"));
	witness_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prot_types),
		cmocka_unit_test(test_prots_unusable),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_pages_merge),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_types_mix),
		cmocka_unit_test(test_second_vm),
		cmocka_unit_test(test_too_many_places),
		cmocka_unit_test(test_vmms),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
