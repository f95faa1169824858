// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <cmocka.h>
#include "base/path.h"
#include "fake-tree.h"
#include "witness/prot.h"
#include "witness/smaps.h"
#include "witness/trace_line.h"
#include "witness/tracefs.h"

#define PROBE ": map_1: (kvm_pgtable_stage2_map+0x0/0x140)"
#define HEAD "           ld.so-204     [001] d..1.    12.184293" PROBE
#define ARGS " ipa=0x8000000000 size=0x200000 pa=0x8000001000 prot=0x16"
#define CONTEXT(comm, pid, rest) comm "-" pid " " rest PROBE ARGS
#define MEMORY(i, phys, size)                                                                      \
	{ .index = i, .kind = BAR_MEMORY, .phys_bytes = phys, .size_bytes = size }
#define T    "/sys/kernel/tracing"

/* As the kernels of the lab print them, and names that threads may give themselves. */
static void test_events(void **state)
{
	static const struct {
		const char *line;
		const char *comm;
		unsigned int pid;
		double time_s;
	} rows[] = {
		{ HEAD ARGS, "ld.so", 204, 12.184293 },
		{ CONTEXT("           ld.so", "143    ", "[001] dN..    34.276276"),
		  "ld.so", 143, 34.276276 },
		{ CONTEXT("       CPU 0/KVM", "1234567", "[127] d....  1234567.000001"),
		  "CPU 0/KVM", 1234567, 1234567.000001 },
		{ CONTEXT("           <...>", "7      ", "[000]     1.500000"),
		  "<...>", 7, 1.5 },
		{ CONTEXT(" a-1 [0] 1.0: x:", "42     ", "[002] d..1.     2.000000"),
		  "a-1 [0] 1.0: x:", 42, 2 },
		{ CONTEXT("  ) ipa=0x1 pa=0", "42     ", "[002] d..1.     2.000000"),
		  ") ipa=0x1 pa=0", 42, 2 },
		{ CONTEXT("            \001\033[m", "8      ", "[002] d..1.     2.000000"),
		  "??[m", 8, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct witness_event e = { 0 };
		uint64_t lost;

		assert_int_equal(TRACE_LINE_EVENT, trace_line_parse(rows[i].line, &e, &lost));
		assert_string_equal(rows[i].comm, e.comm);
		assert_int_equal(rows[i].pid, e.pid);
		assert_true(e.time_s > rows[i].time_s - 1e-9 && e.time_s < rows[i].time_s + 1e-9);
		assert_int_equal(0x8000000000, e.ipa);
		assert_int_equal(0x200000, e.size_bytes);
		assert_int_equal(0x8000001000, e.pa);
		assert_int_equal(0x16, e.prot);
	}
}

static void test_lost_and_other(void **state)
{
	static const struct {
		const char *line;
		enum trace_line kind;
		uint64_t lost;
	} rows[] = {
		{ "CPU:1 [LOST 12 EVENTS]", TRACE_LINE_LOST, 12 },
		{ "CPU:127 [LOST EVENTS]", TRACE_LINE_LOST, 1 },
		{ "CPU:1 [LOST 12 EVENTS", TRACE_LINE_OTHER, 0 },
		{ "CPU:1 [LOST -1 EVENTS]", TRACE_LINE_OTHER, 0 },
		{ "CPU:1 [LOST 99999999999999999999 EVENTS]", TRACE_LINE_OTHER, 0 },
		{ "CPU: [LOST EVENTS]", TRACE_LINE_OTHER, 0 },
		{ "CPU:1 [LOST 0 EVENTS]", TRACE_LINE_OTHER, 0 },
		{ CONTEXT("          <idle>", "0      ", "[001] dN..    34.276276"),
		  TRACE_LINE_OTHER, 0 },
		{ "", TRACE_LINE_OTHER, 0 },
		{ "           ld.so-", TRACE_LINE_OTHER, 0 },
		{ "                ", TRACE_LINE_OTHER, 0 },
		{ HEAD, TRACE_LINE_OTHER, 0 },
		{ HEAD " ipa=0x1 size=0x1 pa=0x1", TRACE_LINE_OTHER, 0 },
		{ HEAD ARGS " more=1", TRACE_LINE_OTHER, 0 },
		{ HEAD " ipa=0x8000000000 size=(fault) pa=0x1000 prot=0x16", TRACE_LINE_OTHER, 0 },
		{ HEAD " ipa=0x1ffffffffffffffff size=0x1 pa=0x1 prot=0x1", TRACE_LINE_OTHER, 0 },
		{ HEAD " size=0x1 ipa=0x1 pa=0x1 prot=0x1", TRACE_LINE_OTHER, 0 },
		{ CONTEXT("           ld.so", "x", "[1] 1.000000"), TRACE_LINE_OTHER, 0 },
		{ CONTEXT("           ld.so", "1", "[1] .... 1000000"), TRACE_LINE_OTHER, 0 },
		{ CONTEXT("           ld.so", "1", "1] .... 1.000000"), TRACE_LINE_OTHER, 0 },
		{ CONTEXT("ld.so", "1", "[1] .... 1.000000"), TRACE_LINE_OTHER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct witness_event e;
		uint64_t lost = 0;

		if (trace_line_parse(rows[i].line, &e, &lost) != rows[i].kind ||
		    lost != rows[i].lost)
			fail_msg("%s", rows[i].line);
	}
}

static void check_prots(const struct btf *btf, uint64_t high)
{
	struct witness w = { 0 };
	char why[96];

	assert_int_equal(0, prot_from_btf(&w, btf));
	assert_int_equal(3, w.n_prots);
	assert_string_equal("KVM_PGTABLE_PROT_DEVICE", w.prots[0].name);
	assert_int_equal(8, w.prots[0].value);
	assert_string_equal("KVM_PGTABLE_PROT_NORMAL_NC", w.prots[1].name);
	assert_int_equal(0x80000000, w.prots[1].value); /* not sign-extended */
	assert_int_equal(high, w.prots[2].value);
	assert_true(witness_prots_usable(&w, why, sizeof(why)));
	assert_int_equal(WITNESS_NORMAL_NC, witness_prot_type(&w, 0x80000000));
}

/* BTF before and since enums of 64 bits have a kind of their own. */
static void test_btf(void **state)
{
	struct btf *btf = btf__new_empty();
	struct witness w = { 0 };

	(void)state;
	assert_non_null(btf);
	assert_int_equal(-ENOENT, prot_from_btf(&w, btf));
	assert_true(btf__add_int(btf, "kvm_pgtable_prot", 4, 0) > 0); /* no enum */
	assert_int_equal(-ENOENT, prot_from_btf(&w, btf));
	assert_true(btf__add_enum(btf, "kvm_pgtable_prot", 8) > 0);
	assert_int_equal(0, btf__add_enum_value(btf, "KVM_PGTABLE_PROT_DEVICE", 8));
	assert_int_equal(0, btf__add_enum_value(btf, "KVM_PGTABLE_PROT_NORMAL_NC", 0x80000000));
	assert_int_equal(0, btf__add_enum_value(btf, "KVM_PGTABLE_PROT_SW0", 0));
	check_prots(btf, 0);
	btf__free(btf);

	btf = btf__new_empty();
	assert_true(btf__add_enum64(btf, "kvm_pgtable_prot", 8, false) > 0);
	assert_int_equal(0, btf__add_enum64_value(btf, "KVM_PGTABLE_PROT_DEVICE", 8));
	assert_int_equal(0, btf__add_enum64_value(btf, "KVM_PGTABLE_PROT_NORMAL_NC", 0x80000000));
	assert_int_equal(0, btf__add_enum64_value(btf, "KVM_PGTABLE_PROT_SW0", 1ull << 55));
	check_prots(btf, 1ull << 55);
	btf__free(btf);
}

static void test_btf_files(void **state)
{
	struct btf *btf = btf__new_empty();
	struct witness w = { 0 };
	const void *raw;
	__u32 n;

	(void)state;
	assert_int_equal(-ENOENT, prot_load(&w));
	assert_non_null(strstr(tree_log(), "CONFIG_DEBUG_INFO_BTF"));
	tree_put("/sys/kernel/btf/vmlinux", "no BTF at all");
	assert_true(prot_load(&w) < 0);
	assert_non_null(strstr(tree_log(), "BTF"));
	assert_true(btf__add_enum(btf, "kvm_pgtable_prot", 8) > 0);
	assert_int_equal(0, btf__add_enum_value(btf, "KVM_PGTABLE_PROT_W", 2));
	raw = btf__raw_data(btf, &n);
	tree_put_bytes("/sys/kernel/btf/vmlinux", raw, n);
	assert_int_equal(-EPROTO, prot_load(&w));
	assert_non_null(strstr(tree_log(), "no bit KVM_PGTABLE_PROT_DEVICE"));
	tree_put_bytes("/sys/kernel/btf/vmlinux", raw, n / 2);
	assert_true(prot_load(&w) < 0);
	assert_non_null(strstr(tree_log(), "cannot read"));
	btf__free(btf);
}

#define VFIO(from, offset) from " rw-s " offset " 00:0d 1034      anon_inode:[vfio-device]\n"
#define FLAGS_61  "VmFlags: rd wr sh mr mw me ms pf io dc de dd hg \n"
#define FLAGS_612 "VmFlags: rd wr sh mr mw me ms pf io dc de dd ?" "? hg \n"
#define OTHER "ffff00000000-ffff00001000 r--p 8000000000 00:0d 12 /lib/x\nSize:  4 kB\n" FLAGS_612

static void test_smaps(void **state)
{
	static const struct bar bars[PCI_BARS] = {
		[0] = { .kind = BAR_MEMORY, .phys_bytes = 0x10003000, .size_bytes = 256 },
		[2] = MEMORY(2, 0x8000000000, 16 << 20),
	};
	static const struct {
		const char *lines[8];
		enum witness_flag bar0, bar2;
	} rows[] = {
		{ { NULL }, WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_NO_MAPPING },
		{ { OTHER }, WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_NO_MAPPING },
		/* 6.1: offsets are physical addresses, and no flag */
		{ { VFIO("ffff61000000-ffff62000000", "8000000000"), "Size:  16384 kB\n", FLAGS_61,
		    VFIO("ffff86748000-ffff86749000", "10003000"), FLAGS_61, OTHER },
		  WITNESS_FLAG_CLEAR, WITNESS_FLAG_CLEAR },
		/* 6.12: the BAR's index in bits 40 and up */
		{ { OTHER, VFIO("ffff61000000-ffff62000000", "20000000000"), FLAGS_612, OTHER },
		  WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_SET },
		/* the second half of the BAR; beyond it; a region that is no BAR; another name */
		{ { VFIO("ffff61000000-ffff61800000", "20000800000"), FLAGS_612 },
		  WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_SET },
		{ { VFIO("ffff61000000-ffff61800000", "20001000000"), FLAGS_612,
		    VFIO("ffff61000000-ffff61800000", "70000000000"), FLAGS_612 },
		  WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_NO_MAPPING },
		{ { "ffff61000000-ffff61800000 rw-s 20000000000 00:06 8 /dev/vfio/devices/vfio0\n",
		    FLAGS_61 }, WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_CLEAR },
		/* two devices */
		{ { VFIO("1000-2000", "20000000000"), FLAGS_612, VFIO("3000-4000", "20000000000"),
		    FLAGS_61, VFIO("5000-6000", "20000000000"), FLAGS_612 },
		  WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_MIXED },
		/* cut off, or without flags */
		{ { VFIO("1000-2000", "20000000000") }, WITNESS_FLAG_NO_MAPPING,
		  WITNESS_FLAG_NOT_KNOWN },
		{ { VFIO("1000-2000", "20000000000"), OTHER }, WITNESS_FLAG_NO_MAPPING,
		  WITNESS_FLAG_NOT_KNOWN },
		{ { "1000-2000 rw-s 2", "\xff\n", "1000-2000", "VmFlags:\n", "-\n" },
		  WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_NO_MAPPING },
		{ { VFIO("1000-2000", "20000000000"), "VmFlags: rd ?" "?x x?" "? dd\n" },
		  WITNESS_FLAG_NO_MAPPING, WITNESS_FLAG_CLEAR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char copy[1024];
		struct smaps_scan scan;
		enum witness_flag flags[PCI_BARS];
		size_t used = 0;

		/* as one file, taken apart again */
		copy[0] = 0;
		for (int k = 0; k < 8 && rows[i].lines[k]; k++)
			used += (size_t)snprintf(copy + used, sizeof(copy) - used, "%s",
						 rows[i].lines[k]);
		tree_put("/proc/812/smaps", copy);
		assert_int_equal(0, smaps_read(flags, bars, 812));
		smaps_begin(&scan, bars);
		smaps_end(&scan);
		assert_int_equal(WITNESS_FLAG_NO_MAPPING, scan.flags[2]);
		if (flags[0] != rows[i].bar0 || flags[2] != rows[i].bar2)
			fail_msg("row %zu: %s, %s", i, witness_flag_name(flags[0]),
				 witness_flag_name(flags[2]));
	}
}

static void test_smaps_gone(void **state)
{
	static const struct bar bars[PCI_BARS] = { [2] = MEMORY(2, 0x8000000000, 4096) };
	enum witness_flag flags[PCI_BARS];

	(void)state;
	assert_int_equal(-ENOENT, smaps_read(flags, bars, 813));
	assert_int_equal(WITNESS_FLAG_NOT_KNOWN, flags[2]);
}

static void test_filter(void **state)
{
	struct pci_device d = { .bdf = "0000:00:03.0" };
	char text[1024];

	(void)state;
	assert_int_equal(-ENODEV, tracefs_filter(text, sizeof(text), &d));
	d.bars[2] = (struct bar)MEMORY(2, 0x8040001000, 4096);
	assert_int_equal(0, tracefs_filter(text, sizeof(text), &d));
	/* from a GiB's start: a block that begins before the BAR may reach into it */
	assert_string_equal("(pa >= 0x8040000000 && pa < 0x8040002000)", text);
	for (unsigned int i = 0; i < PCI_BARS; i++)
		d.bars[i] = (struct bar)MEMORY(i, UINT64_MAX - 8191, 4096);
	assert_int_equal(0, tracefs_filter(text, sizeof(text), &d));
	assert_int_equal(-ENOSPC, tracefs_filter(text, 300, &d));
}

/* A tracefs of plain files: no event ever comes, but what is there is swept. */
static void make_tracefs(void)
{
	tree_put(T "/trace", "");
	tree_put(T "/kprobe_events", "");
	tree_put(T "/instances/x", "");
	tree_remove(T "/instances/x");
}

static char *events_file(void)
{
	static char text[512];

	memset(text, 0, sizeof(text));
	path_read(text, sizeof(text), T "/kprobe_events");
	return text;
}

static void make_directory(const char *path)
{
	char file[256];

	snprintf(file, sizeof(file), "%s/x", path);
	tree_put(file, "");
	tree_remove(file);
}

/* What a killed one left goes; what lives, and what is not ours, stays. */
static void test_sweep(void **state)
{
	char path[PATH_MAX];
	int fd;

	(void)state;
	make_tracefs();
	make_directory(T "/instances/mmiowitness-801");
	make_directory(T "/instances/mmiowitness-802_2");
	make_directory(T "/instances/mmiowitness-803");
	make_directory(T "/instances/mmiowitness-x");
	make_directory(T "/instances/mmiowitness-");
	make_directory(T "/instances/other-801");
	assert_int_equal(0, path_make(path, sizeof(path), T "/instances/mmiowitness-803"));
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB));
	assert_int_equal(2, tracefs_sweep(T));
	assert_non_null(strstr(tree_log(), "removed what 2 mmiowitness"));
	assert_false(path_exists(T "/instances/mmiowitness-801"));
	assert_false(path_exists(T "/instances/mmiowitness-802_2"));
	assert_true(path_exists(T "/instances/mmiowitness-803"));
	assert_true(path_exists(T "/instances/mmiowitness-x"));
	assert_true(path_exists(T "/instances/mmiowitness-"));
	assert_true(path_exists(T "/instances/other-801"));
	assert_int_equal(0, tracefs_sweep(T));
	close(fd);
	tree_put(T "/kprobe_events", "");
	assert_int_equal(1, tracefs_sweep(T));
	assert_string_equal("-:mmiowitness/map_803", events_file());
}

/* An event without its instance: a plain file stays as it is written, so only the last shows. */
static void test_sweep_event(void **state)
{
	(void)state;
	make_tracefs();
	tree_put(T "/kprobe_events",
		 "p:kprobes/p_801 x\np:mmiowitness/map_ x\np:mmiowitness/map_8;1 x\n");
	assert_int_equal(0, tracefs_sweep(T));
	tree_put(T "/kprobe_events", "p:mmiowitness/map_804 kvm_pgtable_stage2_map ipa=%x1:x64\n");
	assert_int_equal(1, tracefs_sweep(T));
	assert_int_equal(0, strncmp(events_file(), "-:mmiowitness/map_804", 21));
}

/* Somebody is being started and does not get on. */
static void test_sweep_waits(void **state)
{
	char path[PATH_MAX];
	int fd;

	(void)state;
	make_tracefs();
	assert_int_equal(0, path_make(path, sizeof(path), T "/instances"));
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB));
	assert_int_equal(-EWOULDBLOCK, tracefs_sweep(T));
	assert_non_null(strstr(tree_log(), "another mmiowitness"));
	close(fd);
}

/* In a plain directory an instance has no files: setting it up fails, and nothing is left. */
static void test_open_fails(void **state)
{
	struct pci_device d = { .bdf = "0000:00:03.0" };
	struct tracefs t = { .pipe_fd = 77 };
	char path[64];

	(void)state;
	assert_int_equal(-ENOENT, tracefs_open(&t, &d));
	assert_non_null(strstr(tree_log(), "mount -t tracefs"));
	make_tracefs();
	assert_true(tracefs_open(&t, &d) < 0);
	assert_int_equal(77, t.pipe_fd);
	assert_non_null(strstr(tree_log(), "cannot be set up"));
	snprintf(path, sizeof(path), T "/instances/mmiowitness-%d", (int)getpid());
	assert_false(path_exists("%s", path));
}

static int setup(void **state)
{
	(void)state;
	tree_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_lost_and_other),
		cmocka_unit_test(test_btf),
		TREE_TEST(test_btf_files),
		TREE_TEST(test_smaps),
		TREE_TEST(test_smaps_gone),
		cmocka_unit_test(test_filter),
		TREE_TEST(test_sweep),
		TREE_TEST(test_sweep_event),
		TREE_TEST(test_sweep_waits),
		TREE_TEST(test_open_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
