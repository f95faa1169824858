// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "compare/compare.h"
#include "compare/environment.h"
#include "fixture.h"

#define CELL "bw/wc/store8/4K/posted"

static void set_fact(struct result *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->env.facts.n; i++) {
		struct fact *f = &r->env.facts.v[i];

		if (strcmp(f->name, name))
			continue;
		free(f->value);
		f->value = strdup(value);
		assert_non_null(f->value);
		return;
	}
	assert_int_equal(0, fact_add(&r->env.facts, name, "by hand", "%s", value));
}

/* Everything that the table looks at is known. */
static void make_run(struct result *r)
{
	static const char *const facts[][2] = {
		{ "dmi_sys_vendor", "Example" }, { "dmi_product_name", "Rack" },
		{ "cpu_model", "Big Core" },	 { "kvm_device", "no" },
		{ "page_size", "4096" },	 { "governor", "performance" },
		{ "boost", "1" },		 { "kernel_version", "#1" },
		{ "cmdline", "quiet" },		 { "cpus_online", "0-7" },
	};

	fixture_result(r);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		set_fact(r, facts[i][0], facts[i][1]);
	r->device.numa_node = 0;
	strcpy(r->device.driver, "pci-stub");
	fixture_cell(r, CELL, 1e9);
}

static void compare_two(struct environment_changes *d, const struct result *then,
			const struct result *now, uint64_t ignored)
{
	const struct compare_side a = { then, 1 }, b = { now, 1 };

	environment_compare(d, &a, &b, ignored);
}

#define CHANGE(what, how)                                                                          \
	static void change_##what(struct result *r)                                                \
	{                                                                                          \
		how;                                                                               \
	}

CHANGE(arch, strcpy(r->arch, "x86_64"))
CHANGE(machine, set_fact(r, "dmi_product_name", "Blade"))
CHANGE(cpu, set_fact(r, "cpu_model", "Small Core"))
CHANGE(role, r->env.virt.guest = ENV_BARE_METAL)
CHANGE(device, r->device.device = 0x1111)
CHANGE(bar, r->bar.index = 4)
CHANGE(emulated, r->env.emulated = true)
CHANGE(replayed, r->replayed = true)
CHANGE(page_size, set_fact(r, "page_size", "65536"))
CHANGE(governor, set_fact(r, "governor", "powersave"))
CHANGE(boost, set_fact(r, "boost", "0"))
CHANGE(subsystem, r->device.subsystem_device = 7)
CHANGE(class, r->device.class_code = 0x0200)
CHANGE(revision, r->device.revision = 2)
CHANGE(bar_size, r->bar.size_bytes *= 2)
CHANGE(node, r->device.numa_node = 1)
CHANGE(speed, strcpy(r->device.link.speed, "8.0 GT/s PCIe"))
CHANGE(width, r->device.link.width = 8)
CHANGE(offset, r->offset_bytes = 4096)
CHANGE(stores, r->may_store = false)
CHANGE(profile, strcpy(r->profile, "full"))
CHANGE(kernel, set_fact(r, "kernel_release", "6.12"))
CHANGE(build, set_fact(r, "kernel_version", "#2"))
CHANGE(cmdline, set_fact(r, "cmdline", "loud"))
CHANGE(hypervisor, strcpy(r->env.virt.hypervisor, "xen"))
CHANGE(version, strcpy(r->version, "0.2.0"))
CHANGE(bdf, strcpy(r->device.bdf, "0000:41:00.0"))
CHANGE(serial, r->device.serial = 5)
CHANGE(driver, r->device.driver[0] = '\0')
CHANGE(online, set_fact(r, "cpus_online", "0-3"))
CHANGE(pinned, r->cpu = 5)

/* The whole table, in its order: each fact is noticed, alone, and has this rule. */
static const struct {
	const char *name;
	enum environment_rule rule;
	void (*change)(struct result *r);
	const char *before, *after;
} rows[] = {
	{ "arch", ENVIRONMENT_KEY, change_arch, "aarch64", "x86_64" },
	{ "machine", ENVIRONMENT_KEY, change_machine, "Example Rack", "Example Blade" },
	{ "cpu", ENVIRONMENT_KEY, change_cpu, "Big Core", "Small Core" },
	{ "role", ENVIRONMENT_KEY, change_role, "guest", "bare metal" },
	{ "device", ENVIRONMENT_KEY, change_device, "1af4:1110", "1af4:1111" },
	{ "bar", ENVIRONMENT_KEY, change_bar, "2", "4" },
	{ "emulated", ENVIRONMENT_REFUSED, change_emulated, "no", "yes" },
	{ "replayed", ENVIRONMENT_REFUSED, change_replayed, "no", "yes" },
	{ "page_size", ENVIRONMENT_REFUSED, change_page_size, "4096", "65536" },
	{ "governor", ENVIRONMENT_REFUSED, change_governor, "performance", "powersave" },
	{ "boost", ENVIRONMENT_REFUSED, change_boost, "on", "off" },
	{ "subsystem", ENVIRONMENT_REFUSED, change_subsystem, "0000:0000", "0000:0007" },
	{ "class", ENVIRONMENT_REFUSED, change_class, "050000", "020000" },
	{ "revision", ENVIRONMENT_REFUSED, change_revision, "00", "02" },
	{ "bar_size", ENVIRONMENT_REFUSED, change_bar_size, "16777216", "33554432" },
	{ "numa_node", ENVIRONMENT_REFUSED, change_node, "0", "1" },
	{ "link_speed", ENVIRONMENT_REFUSED, change_speed, "16.0 GT/s PCIe", "8.0 GT/s PCIe" },
	{ "link_width", ENVIRONMENT_REFUSED, change_width, "16", "8" },
	{ "window", ENVIRONMENT_REFUSED, change_offset, "1048576 bytes at 0x0",
	  "1048576 bytes at 0x1000" },
	{ "stores", ENVIRONMENT_REFUSED, change_stores, "yes", "no" },
	{ "profile", ENVIRONMENT_SHOWN, change_profile, "quick", "full" },
	{ "kernel_release", ENVIRONMENT_SHOWN, change_kernel, "6.1.0-50-arm64", "6.12" },
	{ "kernel_version", ENVIRONMENT_SHOWN, change_build, "#1", "#2" },
	{ "cmdline", ENVIRONMENT_SHOWN, change_cmdline, "quiet", "loud" },
	{ "hypervisor", ENVIRONMENT_SHOWN, change_hypervisor, "kvm", "xen" },
	{ "version", ENVIRONMENT_SHOWN, change_version, "0.1.0", "0.2.0" },
	{ "bdf", ENVIRONMENT_SHOWN, change_bdf, "0000:00:03.0", "0000:41:00.0" },
	{ "serial_number", ENVIRONMENT_SHOWN, change_serial, "0xfedcba9876543210", "0x5" },
	{ "driver", ENVIRONMENT_SHOWN, change_driver, "pci-stub", "" },
	{ "cpus_online", ENVIRONMENT_SHOWN, change_online, "0-7", "0-3" },
	{ "pinned_cpu", ENVIRONMENT_SHOWN, change_pinned, "1", "5" },
};

static void assert_row(int i, const struct environment_changes *d, bool ignored)
{
	assert_int_equal(1, d->n);
	assert_int_equal(i, d->v[0].fact);
	assert_string_equal(rows[i].before, d->v[0].before);
	assert_string_equal(rows[i].after, d->v[0].after);
	assert_int_equal(rows[i].rule != ENVIRONMENT_SHOWN && !ignored, d->v[0].refused);
	assert_int_equal(rows[i].rule != ENVIRONMENT_SHOWN && ignored, d->v[0].ignored);
	assert_int_equal(d->v[0].refused, d->n_refused);
}

static void test_table(void **state)
{
	struct environment_changes d;
	struct result then, now;

	(void)state;
	assert_int_equal(ENVIRONMENT_FACTS, sizeof(rows) / sizeof(rows[0]));
	for (int i = 0; i < ENVIRONMENT_FACTS; i++) {
		assert_string_equal(rows[i].name, environment_facts[i].name);
		assert_int_equal(rows[i].rule, environment_facts[i].rule);
		assert_int_equal(i, environment_find_fact(rows[i].name));
		make_run(&then);
		make_run(&now);
		compare_two(&d, &then, &now, 0);
		assert_int_equal(0, d.n);
		assert_true(environment_same_machine(&then, &now));
		rows[i].change(&now);
		assert_int_equal(rows[i].rule != ENVIRONMENT_KEY, environment_same_machine(&then, &now));
		compare_two(&d, &then, &now, 0);
		assert_row(i, &d, false);
		compare_two(&d, &then, &now, ~ENVIRONMENT_FACT(i));
		assert_row(i, &d, false);
		compare_two(&d, &then, &now, ENVIRONMENT_FACT(i));
		assert_row(i, &d, true);
		result_free(&then);
		result_free(&now);
	}
}

static void test_names_of_facts(void **state)
{
	char names[512];

	(void)state;
	environment_fact_names(names, sizeof(names));
	assert_true(strlen(names) < sizeof(names) - 1);
	for (int i = 0; i < ENVIRONMENT_FACTS; i++)
		assert_int_equal(rows[i].rule != ENVIRONMENT_SHOWN,
				 strstr(names, rows[i].name) != NULL);
	assert_int_equal(-1, environment_find_fact("kernel"));
	assert_int_equal(-1, environment_find_fact(""));
}

/* All at once, in the table's order. */
static void test_all(void **state)
{
	struct environment_changes d;
	struct result then, now;
	unsigned int n_refused = 0;

	(void)state;
	make_run(&then);
	make_run(&now);
	for (int i = 0; i < ENVIRONMENT_FACTS; i++) {
		rows[i].change(&now);
		n_refused += i != 3 && rows[i].rule != ENVIRONMENT_SHOWN;
	}
	compare_two(&d, &then, &now, ENVIRONMENT_FACT(3));
	assert_int_equal(ENVIRONMENT_FACTS, d.n);
	assert_int_equal(n_refused, d.n_refused);
	for (int i = 0; i < ENVIRONMENT_FACTS; i++)
		assert_int_equal(i, d.v[i].fact);
	assert_true(d.v[3].ignored && !d.v[3].refused);
	result_free(&then);
	result_free(&now);
}

/* What one side does not know may be the same: shown. But who knows not what it is, is not it. */
static void test_unknown(void **state)
{
	struct environment_changes d;
	struct result then, now;

	(void)state;
	make_run(&then);
	make_run(&now);
	set_fact(&now, "governor", "");
	now.device.link.width = 0;
	now.device.numa_node = -1;
	compare_two(&d, &then, &now, 0);
	assert_int_equal(3, d.n);
	assert_int_equal(0, d.n_refused);
	assert_string_equal("", d.v[0].after);
	compare_two(&d, &now, &then, 0);
	assert_int_equal(3, d.n);
	assert_int_equal(0, d.n_refused);
	set_fact(&now, "cpu_model", "");
	compare_two(&d, &then, &now, 0);
	assert_int_equal(1, d.n_refused);
	assert_int_equal(environment_find_fact("cpu"), d.v[0].fact);
	result_free(&then);
	result_free(&now);
}

/* Intel's driver speaks of no_turbo. */
static void test_boost(void **state)
{
	char value[ENVIRONMENT_VALUE];
	struct result r;
	int boost = environment_find_fact("boost");

	(void)state;
	fixture_result(&r);
	environment_value(value, boost, &r);
	assert_string_equal("", value);
	set_fact(&r, "no_turbo", "0");
	environment_value(value, boost, &r);
	assert_string_equal("on", value);
	set_fact(&r, "no_turbo", "1");
	environment_value(value, boost, &r);
	assert_string_equal("off", value);
	result_free(&r);
}

/* Each of the new runs is looked at; one that is refused is told rather than one that is not. */
static void test_several_runs(void **state)
{
	const char *governors[] = { "performance", "", "powersave", "ondemand" };
	struct environment_changes d;
	struct compare_side then, now;
	struct result a, b[4];

	(void)state;
	make_run(&a);
	for (int i = 0; i < 4; i++) {
		make_run(&b[i]);
		set_fact(&b[i], "governor", governors[i]);
	}
	then = (struct compare_side){ &a, 1 };
	now = (struct compare_side){ b, 2 };
	environment_compare(&d, &then, &now, 0);
	assert_int_equal(1, d.n);
	assert_int_equal(0, d.n_refused);
	now.n_runs = 4;
	environment_compare(&d, &then, &now, 0);
	assert_int_equal(1, d.n);
	assert_int_equal(1, d.n_refused);
	assert_string_equal("powersave", d.v[0].after);
	environment_compare(&d, &then, &now, ENVIRONMENT_FACT(environment_find_fact("governor")));
	assert_int_equal(1, d.n);
	assert_int_equal(0, d.n_refused);
	assert_true(d.v[0].ignored);
	result_free(&a);
	for (int i = 0; i < 4; i++)
		result_free(&b[i]);
}

/* Values that begin alike are still different, and what is shown fits a page. */
static void test_long_values(void **state)
{
	struct environment_changes d;
	struct result then, now;
	char line[2000];

	(void)state;
	make_run(&then);
	make_run(&now);
	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	set_fact(&then, "cmdline", line);
	line[sizeof(line) - 2] = '\033';
	set_fact(&now, "cmdline", line);
	compare_two(&d, &then, &now, 0);
	assert_int_equal(1, d.n);
	assert_int_equal(ENVIRONMENT_VALUE - 1, strlen(d.v[0].before));
	assert_string_equal("aaa...", d.v[0].before + ENVIRONMENT_VALUE - 7);
	set_fact(&now, "cmdline", "\033[1m");
	compare_two(&d, &then, &now, 0);
	assert_string_equal("?[1m", d.v[0].after);
	result_free(&then);
	result_free(&now);
}

static bool refers(const struct compare_side *a, const struct compare_side *b,
		   const struct compare_ask *ask)
{
	struct comparison c;
	bool found = false;

	assert_int_equal(0, compare_make(&c, a, b, ask));
	for (unsigned int i = 0; i < c.verdict.n_evidence; i++)
		found |= !strcmp("host reference", c.verdict.evidence[i].line) &&
			 c.verdict.evidence[i].strength != STRENGTH_NONE;
	compare_free(&c);
	return found;
}

/* An earlier run is no reference: the verdict is the same whatever it showed. */
static void test_no_reference(void **state)
{
	const struct compare_ask alone = { .min_effect = 0.05 };
	const struct compare_ask ignoring = {
		.min_effect = 0.05, .ignored = ENVIRONMENT_FACT(environment_find_fact("role")),
	};
	struct compare_side sides[2];
	struct result then, now;

	(void)state;
	make_run(&then);
	make_run(&now);
	/* there one sign that is missing is enough */
	change_arch(&then);
	change_arch(&now);
	fixture_cell(&then, "bw/plain/store8/4K/posted", 1e7);
	fixture_cell(&now, "bw/plain/store8/4K/posted", 1e9);
	sides[0] = (struct compare_side){ &then, 1 };
	sides[1] = (struct compare_side){ &now, 1 };
	/* a guest's run is no reference either: there was a hypervisor below it, too */
	assert_false(refers(&sides[0], &sides[1], &alone));
	change_role(&then);
	assert_true(refers(&sides[0], &sides[1], &alone));
	assert_false(refers(&sides[0], &sides[1], &ignoring));
	/* what the host's profile alone measured is not missing here */
	change_profile(&then);
	assert_false(refers(&sides[0], &sides[1], &alone));
	result_free(&then);
	result_free(&now);
}

/* What a machine is to others; of what is not known nothing is before and after. */
static void test_roles(void **state)
{
	static const struct {
		enum env_guest guest;
		const char *kvm, *smccc;
		const char *role;
		bool same;
	} cases[] = {
		{ ENV_GUEST_UNKNOWN, "no", "", "", false },
		{ ENV_BARE_METAL, "no", "", "bare metal", true },
		{ ENV_BARE_METAL, "yes", "", "bare metal", true },
		{ ENV_GUEST, "no", "", "guest", true },
		{ ENV_GUEST, "", "", "guest", true },
		{ ENV_GUEST, "yes", "", "guest with /dev/kvm", true },
		{ ENV_GUEST, "yes", "1.0", "emulated machine with /dev/kvm", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char role[ENVIRONMENT_VALUE];
		struct result a, b;

		make_run(&a);
		make_run(&b);
		set_fact(&a, "kvm_device", cases[i].kvm);
		set_fact(&b, "kvm_device", cases[i].kvm);
		a.env.virt.guest = b.env.virt.guest = cases[i].guest;
		a.env.emulated = b.env.emulated = *cases[i].smccc;
		set_fact(&a, "smccc_version", cases[i].smccc);
		set_fact(&b, "smccc_version", cases[i].smccc);
		environment_value(role, environment_find_fact("role"), &a);
		assert_string_equal(cases[i].role, role);
		assert_int_equal(cases[i].same, environment_same_machine(&a, &b));
		result_free(&a);
		result_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),	     cmocka_unit_test(test_names_of_facts),
		cmocka_unit_test(test_all),	     cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_boost),	     cmocka_unit_test(test_several_runs),
		cmocka_unit_test(test_long_values),  cmocka_unit_test(test_no_reference),
		cmocka_unit_test(test_roles),
	};

	fixture_rounds = 7;
	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
