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
#include "witness/ranges.h"
#include "fixture.h"

#define BAR0 0x10003000ull
#define BAR2 0x8000000000ull
#define K    1024ull
#define M    (1024 * K)

#define BAR(i, of, phys, size)                                                                     \
	{ .index = i, .kind = BAR_##of, .phys_bytes = phys, .size_bytes = size }

/* A function with BAR 0 of 256 bytes, BAR 2 of 16 MiB, BAR 4 of I/O; and one that nobody has mapped. */
static void make(struct witness *w)
{
	*w = (struct witness){ .version = "0.1.0", .arch = "aarch64", .duration_s = 0.125,
			       .started = "2026-01-02T03:04:05Z" };
	w->command = strdup("mmiowitness");
	w->functions = calloc(2, sizeof(*w->functions));
	w->vms = calloc(8, sizeof(*w->vms));
	assert_true(w->command && w->functions && w->vms);
	assert_int_equal(0, fact_add(&w->env.facts, "kernel_release", "uname(2)", "6.12.1"));
	w->env.virt.guest = ENV_BARE_METAL;
	w->n_functions = 2;
	w->functions[0] = (struct pci_device){ .bdf = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1110,
					       .device_name = "ivshmem", .numa_node = -1, .driver = "vfio-pci" };
	w->functions[0].bars[0] = (struct bar)BAR(0, MEMORY, BAR0, 256);
	w->functions[0].bars[2] = (struct bar)BAR(2, MEMORY, BAR2, 16 * M);
	w->functions[0].bars[2].prefetchable = true;
	w->functions[0].bars[4] = (struct bar)BAR(4, IO, 0x1000, 32);
	w->functions[1] = (struct pci_device){ .bdf = "0000:00:04.0", .numa_node = -1 };
}

static void add_vm(struct witness *w, unsigned int pid, unsigned int nested, enum witness_tables tables)
{
	w->vms[w->n_vms++] = (struct witness_vm){ .pid = pid, .comm = "qemu", .nested = nested, .tables = tables,
						  .fwb = WITNESS_FWB_NO };
}

/* Of BAR 2, whose guest has it where the host has. */
static struct witness_range range(enum witness_who who, unsigned int pid, uint64_t offset, uint64_t size,
				  enum memory_type type)
{
	struct witness_range r = {
		.who = who, .pid = pid, .bar = 2, .offset_bytes = offset, .size_bytes = size,
		.address = BAR2 + offset, .phys = BAR2 + offset, .type = type,
	};

	snprintf(r.comm, sizeof(r.comm), "%s", who == WITNESS_DRIVER ? "" : who == WITNESS_VM ? "qemu" : "app");
	if (who == WITNESS_VM) {
		r.through = WITNESS_THROUGH_KVM;
		r.leaf_least_bytes = r.leaf_most_bytes = size < 2 * M ? 4 * K : 2 * M;
	}
	return r;
}

static void add(struct witness *w, struct witness_range r)
{
	assert_int_equal(0, witness_add(w, &r));
}

/* Entry by entry, as a walk finds them. */
static void test_join(void **state)
{
	struct witness w;
	struct witness_range r;

	(void)state;
	make(&w);
	for (uint64_t i = 0; i < 512; i++)
		add(&w, range(WITNESS_VM, 7, i * 4 * K, 4 * K, MEMORY_NORMAL_NC));
	add(&w, range(WITNESS_VM, 7, 2 * M, 2 * M, MEMORY_NORMAL_NC));
	assert_int_equal(1, w.n_ranges);
	assert_int_equal(4 * M, w.ranges[0].size_bytes);
	assert_int_equal(4 * K, w.ranges[0].leaf_least_bytes);
	assert_int_equal(2 * M, w.ranges[0].leaf_most_bytes);
	/* another type, another state, a hole, another physical place, another VM, another file */
	add(&w, range(WITNESS_VM, 7, 4 * M, 4 * K, MEMORY_DEVICE_NGNRE));
	r = range(WITNESS_VM, 7, 4 * M + 4 * K, 4 * K, MEMORY_DEVICE_NGNRE);
	r.state = WITNESS_UNTOUCHED;
	add(&w, r);
	r.offset_bytes += 8 * K;
	r.address += 8 * K;
	add(&w, r);
	r = range(WITNESS_VM, 8, 4 * M, 4 * K, MEMORY_DEVICE_NGNRE);
	add(&w, r);
	r.address += 4 * K;
	r.offset_bytes += 4 * K;
	add(&w, r);
	r.phys += 4 * K;
	r.address += 4 * K;
	r.offset_bytes += 4 * K;
	strcpy(r.path, "x");
	add(&w, r);
	assert_int_equal(7, w.n_ranges);
	witness_free(&w);
}

static void test_order(void **state)
{
	static const struct { enum witness_who who; unsigned int pid; uint64_t offset; } rows[] = {
		{ WITNESS_DRIVER, 0, 0 }, { WITNESS_PROCESS, 9, 4 * K }, { WITNESS_VM, 9, 8 * M },
		{ WITNESS_PROCESS, 7, 0 }, { WITNESS_VM, 7, 4 * M }, { WITNESS_PROCESS, 9, 0 },
	};
	struct witness w;

	(void)state;
	make(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add(&w, range(rows[i].who, rows[i].pid, rows[i].offset, 4 * K, MEMORY_NORMAL_NC));
	witness_sort(&w);
	assert_int_equal(7, w.ranges[0].pid);
	assert_int_equal(WITNESS_VM, w.ranges[1].who);
	assert_int_equal(7, w.ranges[2].pid);
	assert_int_equal(0, w.ranges[3].offset_bytes);
	assert_int_equal(WITNESS_DRIVER, w.ranges[5].who);
	for (size_t i = 1; i < w.n_ranges; i++)
		assert_true(witness_compare(&w.ranges[i - 1], &w.ranges[i]) < 0);
	witness_free(&w);
}

static void test_too_many(void **state)
{
	struct witness w;

	(void)state;
	make(&w);
	w.functions[0].bars[2].size_bytes = 1ull << 40;
	for (uint64_t i = 0; i < WITNESS_RANGES_MAX + 10; i++)
		add(&w, range(WITNESS_VM, 7, 8 * K * i, 4 * K, MEMORY_NORMAL_NC));
	assert_int_equal(WITNESS_RANGES_MAX, w.n_ranges);
	assert_int_equal(10, w.left_out);
	for (int i = 0; i < 2 * WITNESS_LACKS_MAX; i++)
		witness_lack(&w, WITNESS_VM, "for cause %d", i);
	assert_int_equal(WITNESS_LACKS_MAX, w.n_lacks);
	assert_string_equal("for cause 7", w.lacks[7].why);
	witness_free(&w);
}

static void test_vms(void **state)
{
	struct witness w;

	(void)state;
	make(&w);
	assert_null(witness_find_vm(&w, 7, 0));
	add_vm(&w, 7, 0, WITNESS_TABLES_READ);
	add_vm(&w, 7, 2, WITNESS_TABLES_EMPTY);
	assert_ptr_equal(&w.vms[0], witness_find_vm(&w, 7, 0));
	assert_ptr_equal(&w.vms[1], witness_find_vm(&w, 7, 2));
	assert_null(witness_find_vm(&w, 7, 1));
	witness_free(&w);
}

/* Each name is one, and known. */
static void test_names(void **state)
{
	(void)state;
	assert_string_equal("trapped", witness_state_name(WITNESS_TRAPPED));
	assert_string_equal("unreadable", witness_state_name(WITNESS_UNREADABLE));
	assert_string_equal("driver", witness_who_name(WITNESS_DRIVER));
	assert_string_equal("broken", witness_tables_name(WITNESS_TABLES_BROKEN));
	assert_string_equal("yes", witness_fwb_name(WITNESS_FWB_YES));
	assert_string_equal("set", witness_flag_name(WITNESS_FLAG_SET));
	for (int i = 0; i < WITNESS_THROUGHS; i++)
		assert_non_null(witness_through_name((enum witness_through)i));
}

/* Everything a witness can hold. */
static void make_full(struct witness *w)
{
	struct witness_range r;

	make(w);
	w->pid = 7;
	w->left_out = 3;
	w->env.emulated = true;
	w->env.virt.guest = ENV_GUEST;
	strcpy(w->env.emulated_why, "MMIOBENCH_EMULATED");
	add_vm(w, 7, 0, WITNESS_TABLES_READ);
	for (int t = WITNESS_TABLES_READ; t <= WITNESS_TABLES_BROKEN; t++)
		add_vm(w, 8, (unsigned int)t, (enum witness_tables)t);
	r = range(WITNESS_VM, 7, 0, 4 * K, MEMORY_NORMAL_WB);
	r.function = -1;
	r.bar = 0;
	r.forced = true;
	add(w, r);
	add(w, range(WITNESS_VM, 7, 0, 2 * M, MEMORY_NORMAL_NC));
	for (int s = WITNESS_UNTOUCHED; s < WITNESS_STATES; s++) {
		r = range(WITNESS_VM, 7, (uint64_t)s * 4 * M, 64 * K, MEMORY_NORMAL_NC);
		r.state = (enum witness_state)s;
		r.leaf_least_bytes = r.leaf_most_bytes = 0;
		r.any_uncached = WITNESS_FLAG_SET;
		add(w, r);
	}
	for (int t = 0; t < WITNESS_THROUGHS; t++) {
		r = range(WITNESS_PROCESS, 100 + (unsigned int)t, 0, 16 * M,
			  (enum memory_type)(t * (MEMORY_TYPES - 1) / WITNESS_THROUGHS));
		r.through = (enum witness_through)t;
		add(w, r);
	}
	add(w, range(WITNESS_DRIVER, 0, 0, 16 * K, MEMORY_DEVICE_NGNRE));
	witness_sort(w);
	witness_lack(w, WITNESS_DRIVER, "the kernel has no symbol swapper_pg_dir");
}

static void make_empty(struct witness *w)
{
	make(w);
	facts_free(&w->env.facts);
	w->n_functions = 0;
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
	static void (*const makers[])(struct witness *) = { make_full, make_empty, make };

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
	{ "schema", "\"mmiobench-witness/3\"", "schema" },
	{ "schema", "\"mmiobench-witness/1\"", "run today's on the host" },
	{ "schema", "\"mmiobench-result/1\"", "schema" },
	{ "tool", NULL, "tool" },
	{ "started", "\"a\\u001b[31m\"", "control" },
	{ "duration_s", "-1", "duration_s" },
	{ "environment", "[]", "environment" },
	{ "pid", "0", "pid" },
	{ "pid", "4294967296", "pid" },
	{ "functions", "{}", "functions" },
	{ "functions 0 bdf", "\"0000:00:03.0 and more than fits\"", "too long" },
	{ "functions 0 bars", "null", "bars" },
	{ "functions 0 bars 0 index", "2", "no BAR" },
	{ "functions 0 bars 0 index", "6", "out of range" },
	{ "functions 0 bars 0 phys", "\"0x0\"", "no BAR" },
	{ "functions 0 bars 1 phys", "\"0xfffffffffffff000\"", "no BAR" },
	{ "functions 0 bars 1 size_bytes", "4096", "not in the BAR" },
	{ "vms 0 pid", "0", "pid" },
	{ "vms 0 tables", "\"lost\"", "tables" },
	{ "vms 0 fwb", "true", "fwb" },
	{ "lacks 0 why", "\"\"", "why: empty" },
	{ "lacks 0 what", "\"nobody\"", "what" },
	{ "left_out", "-1", "left_out" },
	{ "mappings", "{}", "mappings" },
	{ "mappings 1", "7", "mappings[1]: of the wrong type" },
	{ "mappings 0 offset_bytes", "4096", "and no VM's" },
	{ "mappings 0 who", "\"process\"", "and no VM's" },
	{ "mappings 0 address", "\"0xfffffffffffff001\"", "beyond all addresses" },
	{ "mappings 0 leaf_least_bytes", "8192", "leaf_most_bytes" },
	{ "mappings 1 leaf_least_bytes", "null", "leaf_most_bytes" },
	{ "mappings 1 function", "2", "not one of functions" },
	{ "mappings 1 function", "-2", "out of range" },
	{ "mappings 1 function", "null", "wrong type" },
	{ "mappings 1 function", "1", "not one of its function's" },
	{ "mappings 1 bar", "4", "not one of its function's" },
	{ "mappings 1 bar", "-1", "out of range" },
	{ "mappings 1 offset_bytes", "16777216", "not in the BAR" },
	{ "mappings 1 size_bytes", "9223372036854775807", "not in the BAR" },
	{ "mappings 1 size_bytes", "0", "size_bytes: out of range" },
	{ "mappings 1 type", "\"Device\"", "type" },
	{ "mappings 1 state", "\"touched\"", "state" },
	{ "mappings 1 state", "\"untouched\"", "leaf_most_bytes" },
	{ "mappings 1 pid", "null", "pid" },
	{ "mappings 1 pid", "9", "order" },
	{ "mappings 1 comm", "\"a\\tb\"", "control" },
	{ "mappings 1 comm", "\"sixteen letters.\"", "too long" },
	{ "mappings 1 any_uncached", "\"??\"", "any_uncached" },
	{ "mappings 1 through", "\"a hole\"", "through" },
	{ "mappings 1 forced", "0", "forced" },
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
	struct witness_range r;

	(void)state;
	make(&w);
	assert_true(page_has(&w, "nothing nobody has a BAR mapped of 2 functions"));
	assert_true(page_has(&w, "no VM runs here"));
	add_vm(&w, 7, 0, WITNESS_TABLES_READ);
	add_vm(&w, 9, 0, WITNESS_TABLES_READ);
	add(&w, range(WITNESS_VM, 7, 0, 16 * M, MEMORY_NORMAL_NC));
	assert_true(page_has(&w, "0000:00:03.0 ivshmem [1af4:1110] BAR 2, 16 MiB prefetchable (driver vfio-pci) "
			     "Normal-NC at stage 2 for qemu[7]: all 16 MiB, at 0x8000000000, as 2 MiB blocks: a guest's "
			     "write combining is preserved"));
	assert_true(page_has(&w, "nobody has a BAR mapped of 1 function: 0000:00:04.0"));
	assert_true(page_has(&w, "1 has none of this: qemu"));
	assert_true(page_has(&w, "mmiocompare HOST-WITNESS.json GUEST-WITNESS.json"));
	/* its VMM's own mapping is no use of it, a process's and a driver's are */
	r = range(WITNESS_PROCESS, 7, 0, 16 * M, MEMORY_DEVICE_NGNRNE);
	r.through = WITNESS_THROUGH_VFIO;
	r.any_uncached = WITNESS_FLAG_SET;
	strcpy(r.comm, "qemu");
	add(&w, r);
	strcpy(r.comm, "app");
	r.pid = 90;
	add(&w, r);
	r.pid = 91;
	r.type = MEMORY_DEVICE_NGNRE;
	r.through = WITNESS_THROUGH_RESOURCE;
	add(&w, r);
	r.pid = 92;
	r.type = MEMORY_NORMAL_NC;
	r.through = WITNESS_THROUGH_RESOURCE_WC;
	r.size_bytes = 4 * K;
	add(&w, r);
	r = range(WITNESS_DRIVER, 0, 0, 16 * K, MEMORY_DEVICE_NGNRE);
	strcpy(r.path, "pci_iomap");
	add(&w, r);
	witness_sort(&w);
	assert_true(page_has(&w, "qemu[7]'s own mapping, as VMM: Device-nGnRnE through vfio, VM_ALLOW_ANY_UNCACHED set"));
	assert_true(page_has(&w, "app[90] asks for Device-nGnRnE through vfio (all 16 MiB): vfio gives no write combining"));
	assert_true(page_has(&w, "app[91] asks for Device-nGnRE through resource2 (all 16 MiB): no write combining, "
			     "which resource2_wc has"));
	assert_true(page_has(&w, "app[92] asks for Normal-NC through resource2_wc (4 KiB of 16 MiB): write combining"));
	assert_true(page_has(&w, "vfio-pci driver: pci_iomap, Device-nGnRE, 16 KiB"));
	witness_free(&w);

	/* what is not there yet */
	make(&w);
	add_vm(&w, 7, 0, WITNESS_TABLES_READ);
	add(&w, range(WITNESS_VM, 7, 0, 64 * K, MEMORY_DEVICE_NGNRE));
	r = range(WITNESS_VM, 7, 64 * K, 16 * M - 64 * K, MEMORY_DEVICE_NGNRE);
	r.state = WITNESS_UNTOUCHED;
	add(&w, r);
	assert_true(page_has(&w, "Device-nGnRE at stage 2 for qemu[7]: 64 KiB of 16 MiB, at 0x8000000000, as 4 KiB "
			     "pages: no write combining, whatever the guest asks for"));
	assert_true(page_has(&w, "16320 KiB of 16 MiB for qemu[7], from 0x8000010000 on: not touched yet: will be "
			     "Device-nGnRE"));
	assert_true(page_has(&w, "only where the VMM maps the BAR through vfio-pci"));
	facts_free(&w.env.facts);
	assert_int_equal(0, fact_add(&w.env.facts, "kernel_release", "uname(2)", "6.1.0-50-arm64"));
	assert_true(page_has(&w, "Bring the host to Linux 6.9 or newer"));
	witness_free(&w);

	/* protected KVM */
	make(&w);
	facts_free(&w.env.facts);
	assert_int_equal(0, fact_add(&w.env.facts, "kernel_release", "uname(2)", "7.3.4"));
	assert_int_equal(0, fact_add(&w.env.facts, "cmdline", "/proc/cmdline", "ro kvm-arm.mode=protected"));
	/* its VM has died of it, and vfio still has the device */
	assert_true(page_has(&w, "no VM runs here"));
	assert_true(page_has(&w, "refuses device pages"));
	add_vm(&w, 7, 0, WITNESS_TABLES_PROTECTED);
	assert_true(page_has(&w, "NOT SEEN qemu[7]: its tables are the hypervisor's own"));
	assert_true(page_has(&w, "at the first access to the BAR with \"error: kvm run failed Invalid argument\""));
	w.n_vms = 0;
	w.functions[0].driver[0] = 0;
	assert_false(page_has(&w, "refuses device pages"));
	witness_free(&w);

	make_full(&w);
	assert_true(page_has(&w, "EMULATED"));
	assert_true(page_has(&w, "IN A VM"));
	assert_true(page_has(&w, "asked for by guest address Normal-WB (forced) at stage 2"));
	assert_true(page_has(&w, "TRAPPED for qemu[7]"));
	assert_true(page_has(&w, "could not be read, or changed all the time"));
	assert_true(page_has(&w, "NOT SEEN drivers: the kernel has no symbol"));
	assert_true(page_has(&w, "LEFT OUT 3 more mappings"));
	witness_free(&w);

	/* more users than a page has room for, and more kinds of one */
	make(&w);
	for (unsigned int i = 0; i < 30; i++)
		add(&w, range(WITNESS_PROCESS, 100 + i, 0, 4 * K, MEMORY_DEVICE_NGNRE));
	for (unsigned int i = 0; i < 20; i++) {
		r = range(WITNESS_DRIVER, 0, i * 4 * K, 4 * K, MEMORY_DEVICE_NGNRE);
		snprintf(r.path, sizeof(r.path), "caller%u", i);
		add(&w, r);
	}
	assert_true(page_has(&w, "and 7 more: --json"));
	witness_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),	   cmocka_unit_test(test_order),
		cmocka_unit_test(test_too_many),   cmocka_unit_test(test_vms),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
