// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "judge/baseline.h"
#include "report/baseline.h"
#include "report/output.h"
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

static void compare_two(struct baseline_differences *d, const struct result *then,
			const struct result *now, uint64_t ignored)
{
	const struct compare_side a = { then, 1 }, b = { now, 1 };

	baseline_compare(d, &a, &b, ignored);
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
CHANGE(kvm, set_fact(r, "kvm_device", "yes"))
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
	enum baseline_rule rule;
	void (*change)(struct result *r);
	const char *then, *now;
} rows[] = {
	{ "arch", BASELINE_KEY, change_arch, "aarch64", "x86_64" },
	{ "machine", BASELINE_KEY, change_machine, "Example Rack", "Example Blade" },
	{ "cpu", BASELINE_KEY, change_cpu, "Big Core", "Small Core" },
	{ "role", BASELINE_KEY, change_role, "guest", "bare metal" },
	{ "device", BASELINE_KEY, change_device, "1af4:1110", "1af4:1111" },
	{ "bar", BASELINE_KEY, change_bar, "2", "4" },
	{ "kvm_device", BASELINE_REFUSED, change_kvm, "no", "yes" },
	{ "emulated", BASELINE_REFUSED, change_emulated, "no", "yes" },
	{ "replayed", BASELINE_REFUSED, change_replayed, "no", "yes" },
	{ "page_size", BASELINE_REFUSED, change_page_size, "4096", "65536" },
	{ "governor", BASELINE_REFUSED, change_governor, "performance", "powersave" },
	{ "boost", BASELINE_REFUSED, change_boost, "on", "off" },
	{ "subsystem", BASELINE_REFUSED, change_subsystem, "0000:0000", "0000:0007" },
	{ "class", BASELINE_REFUSED, change_class, "050000", "020000" },
	{ "revision", BASELINE_REFUSED, change_revision, "00", "02" },
	{ "bar_size", BASELINE_REFUSED, change_bar_size, "16777216", "33554432" },
	{ "numa_node", BASELINE_REFUSED, change_node, "0", "1" },
	{ "link_speed", BASELINE_REFUSED, change_speed, "16.0 GT/s PCIe", "8.0 GT/s PCIe" },
	{ "link_width", BASELINE_REFUSED, change_width, "16", "8" },
	{ "window", BASELINE_REFUSED, change_offset, "1048576 bytes at 0x0",
	  "1048576 bytes at 0x1000" },
	{ "stores", BASELINE_REFUSED, change_stores, "yes", "no" },
	{ "profile", BASELINE_REFUSED, change_profile, "quick", "full" },
	{ "kernel_release", BASELINE_SHOWN, change_kernel, "6.1.0-50-arm64", "6.12" },
	{ "kernel_version", BASELINE_SHOWN, change_build, "#1", "#2" },
	{ "cmdline", BASELINE_SHOWN, change_cmdline, "quiet", "loud" },
	{ "hypervisor", BASELINE_SHOWN, change_hypervisor, "kvm", "xen" },
	{ "version", BASELINE_SHOWN, change_version, "0.1.0", "0.2.0" },
	{ "bdf", BASELINE_SHOWN, change_bdf, "0000:00:03.0", "0000:41:00.0" },
	{ "serial_number", BASELINE_SHOWN, change_serial, "0xfedcba9876543210", "0x5" },
	{ "driver", BASELINE_SHOWN, change_driver, "pci-stub", "" },
	{ "cpus_online", BASELINE_SHOWN, change_online, "0-7", "0-3" },
	{ "pinned_cpu", BASELINE_SHOWN, change_pinned, "1", "5" },
};

static void assert_row(int i, const struct baseline_differences *d, bool ignored)
{
	assert_int_equal(1, d->n);
	assert_int_equal(i, d->v[0].fact);
	assert_string_equal(rows[i].then, d->v[0].then);
	assert_string_equal(rows[i].now, d->v[0].now);
	assert_int_equal(rows[i].rule != BASELINE_SHOWN && !ignored, d->v[0].refused);
	assert_int_equal(rows[i].rule != BASELINE_SHOWN && ignored, d->v[0].ignored);
	assert_int_equal(d->v[0].refused, d->n_refused);
}

static void test_table(void **state)
{
	struct baseline_differences d;
	struct result then, now;

	(void)state;
	assert_int_equal(BASELINE_FACTS, sizeof(rows) / sizeof(rows[0]));
	for (int i = 0; i < BASELINE_FACTS; i++) {
		assert_string_equal(rows[i].name, baseline_facts[i].name);
		assert_int_equal(rows[i].rule, baseline_facts[i].rule);
		assert_int_equal(i < BASELINE_KEYS, rows[i].rule == BASELINE_KEY);
		assert_int_equal(i, baseline_find_fact(rows[i].name));
		make_run(&then);
		make_run(&now);
		compare_two(&d, &then, &now, 0);
		assert_int_equal(0, d.n);
		rows[i].change(&now);
		compare_two(&d, &then, &now, 0);
		assert_row(i, &d, false);
		compare_two(&d, &then, &now, ~BASELINE_FACT(i));
		assert_row(i, &d, false);
		compare_two(&d, &then, &now, BASELINE_FACT(i));
		assert_row(i, &d, true);
		result_free(&then);
		result_free(&now);
	}
}

static void test_names_of_facts(void **state)
{
	char names[512];

	(void)state;
	baseline_fact_names(names, sizeof(names));
	assert_true(strlen(names) < sizeof(names) - 1);
	for (int i = 0; i < BASELINE_FACTS; i++)
		assert_int_equal(rows[i].rule != BASELINE_SHOWN,
				 strstr(names, rows[i].name) != NULL);
	assert_int_equal(-1, baseline_find_fact("kernel"));
	assert_int_equal(-1, baseline_find_fact(""));
}

/* All at once, in the table's order. */
static void test_all(void **state)
{
	struct baseline_differences d;
	struct result then, now;

	(void)state;
	make_run(&then);
	make_run(&now);
	for (int i = 0; i < BASELINE_FACTS; i++)
		rows[i].change(&now);
	compare_two(&d, &then, &now, BASELINE_FACT(3));
	assert_int_equal(BASELINE_FACTS, d.n);
	assert_int_equal(21, d.n_refused);
	for (int i = 0; i < BASELINE_FACTS; i++)
		assert_int_equal(i, d.v[i].fact);
	assert_true(d.v[3].ignored && !d.v[3].refused);
	result_free(&then);
	result_free(&now);
}

/* What one side does not know may be the same: shown. But who knows not what it is, is not it. */
static void test_unknown(void **state)
{
	struct baseline_differences d;
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
	assert_string_equal("", d.v[0].now);
	compare_two(&d, &now, &then, 0);
	assert_int_equal(3, d.n);
	assert_int_equal(0, d.n_refused);
	set_fact(&now, "cpu_model", "");
	compare_two(&d, &then, &now, 0);
	assert_int_equal(1, d.n_refused);
	assert_int_equal(baseline_find_fact("cpu"), d.v[0].fact);
	result_free(&then);
	result_free(&now);
}

/* Intel's driver speaks of no_turbo. */
static void test_boost(void **state)
{
	char value[BASELINE_VALUE];
	struct result r;
	int boost = baseline_find_fact("boost");

	(void)state;
	fixture_result(&r);
	baseline_value(value, boost, &r);
	assert_string_equal("", value);
	set_fact(&r, "no_turbo", "0");
	baseline_value(value, boost, &r);
	assert_string_equal("on", value);
	set_fact(&r, "no_turbo", "1");
	baseline_value(value, boost, &r);
	assert_string_equal("off", value);
	result_free(&r);
}

/* Each of the new runs is looked at; one that is refused is told rather than one that is not. */
static void test_several_runs(void **state)
{
	const char *governors[] = { "performance", "", "powersave", "ondemand" };
	struct baseline_differences d;
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
	baseline_compare(&d, &then, &now, 0);
	assert_int_equal(1, d.n);
	assert_int_equal(0, d.n_refused);
	now.n_runs = 4;
	baseline_compare(&d, &then, &now, 0);
	assert_int_equal(1, d.n);
	assert_int_equal(1, d.n_refused);
	assert_string_equal("powersave", d.v[0].now);
	baseline_compare(&d, &then, &now, BASELINE_FACT(baseline_find_fact("governor")));
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
	struct baseline_differences d;
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
	assert_int_equal(BASELINE_VALUE - 1, strlen(d.v[0].then));
	assert_string_equal("aaa...", d.v[0].then + BASELINE_VALUE - 7);
	set_fact(&now, "cmdline", "\033[1m");
	compare_two(&d, &then, &now, 0);
	assert_string_equal("?[1m", d.v[0].now);
	result_free(&then);
	result_free(&now);
}

static void test_names(void **state)
{
	static const char *const good[] = { "a", "0", "main", "6.12", "v1.0-rc1_x", "A..b" };
	static const char *const bad[] = { "",	  ".",	 "..",	"../a", "a/b", "/a",  ".a", "-a",
					   "_a",  "a b", "a\n", "a\\b", "a:b", "a*", "\xc3\xbc",
					   "a\xff", "a\033" };
	char name[BASELINE_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(baseline_name_fits(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(baseline_name_fits(bad[i]));
	memset(name, 'a', sizeof(name));
	name[BASELINE_NAME_MAX + 1] = '\0';
	assert_false(baseline_name_fits(name));
	name[BASELINE_NAME_MAX] = '\0';
	assert_true(baseline_name_fits(name));
}

static void assert_plain(const char *dir)
{
	assert_true(strlen(dir) < BASELINE_DIR_MAX);
	assert_int_equal(strlen(dir), strspn(dir, "abcdefghijklmnopqrstuvwxyz0123456789-"));
	assert_true(dir[0] && dir[strlen(dir) - 1] != '-');
}

/* Whatever a machine calls itself is a directory's name, and no two machines share one. */
static void test_directories(void **state)
{
	static const char *const products[] = { "Rack",	 "rack", "Rack ", "../../etc", "", "..", "/",
						"\xc3\xbc\xff" };
	char dirs[8][BASELINE_DIR_MAX], other[BASELINE_DIR_MAX], text[1000];
	struct result r;

	(void)state;
	for (int i = 0; i < 8; i++) {
		make_run(&r);
		set_fact(&r, "dmi_product_name", products[i]);
		baseline_machine_dir(dirs[i], &r);
		assert_plain(dirs[i]);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(dirs[k], dirs[i]);
		result_free(&r);
	}
	assert_memory_equal("aarch64-example-rack-big-core-guest-", dirs[0], 36);
	make_run(&r);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	set_fact(&r, "dmi_product_name", text);
	baseline_machine_dir(dirs[0], &r);
	assert_plain(dirs[0]);
	set_fact(&r, "cpu_model", "other");
	baseline_machine_dir(other, &r);
	assert_string_not_equal(dirs[0], other);
	baseline_device_dir(other, &r);
	assert_string_equal("1af4-1110-bar2", other);
	r.is_ram = true;
	baseline_device_dir(other, &r);
	assert_string_equal("ram", other);
	result_free(&r);
}

static void test_check_run(void **state)
{
	char why[256];

	(void)state;
	for (int s = 0; s < CELL_STATUSES; s++) {
		bool good = s == CELL_MEASURED || s == CELL_SKIPPED || s == CELL_COARSE;
		struct result r;

		make_run(&r);
		fixture_cell(&r, "bw/wc/load8/4K", 1e9)->status = (enum cell_status)s;
		assert_int_equal(good ? 0 : -EINVAL, baseline_check_run(&r, why, sizeof(why)));
		if (!good)
			assert_non_null(strstr(why, "bw/wc/load8/4K is \""));
		/* alone it must have been measured */
		r.cells[0].status = CELL_SKIPPED;
		assert_int_equal(s == CELL_MEASURED ? 0 : -EINVAL,
				 baseline_check_run(&r, why, sizeof(why)));
		result_free(&r);
	}
}

static void test_wrong_run(void **state)
{
	struct cell_record *c;
	struct result r;
	char why[256];

	(void)state;
	make_run(&r);
	c = fixture_counts(&r, "integrity/wc/store8/4K", 1000, 1, "lost");
	assert_int_equal(-EINVAL, baseline_check_run(&r, why, sizeof(why)));
	assert_non_null(strstr(why, "1 of its cells saw what must not be"));
	c->rounds[0].events = 0;
	assert_int_equal(0, cell_summarize(c, r.clock_hz));
	assert_int_equal(0, baseline_check_run(&r, why, sizeof(why)));
	result_free(&r);
}

static bool refers(const struct compare_side *a, const struct compare_side *b,
		   const struct compare_ask *ask)
{
	struct comparison c;
	bool found = false;

	assert_int_equal(0, compare_make_sides(&c, a, b, ask));
	for (unsigned int i = 0; i < c.verdict.n_evidence; i++)
		found |= !strcmp("host reference", c.verdict.evidence[i].line) &&
			 c.verdict.evidence[i].strength != STRENGTH_NONE;
	compare_free(&c);
	return found;
}

/* A baseline is no reference: today's verdict is the same whatever it showed. */
static void test_no_reference(void **state)
{
	const struct compare_ask alone = { .min_effect = 0.05 };
	struct baseline b = { .name = "main", .saved = "2026-01-02T03:04:05Z" };
	struct compare_ask against = { .min_effect = 0.05, .baseline = &b };
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
	assert_false(refers(&sides[0], &sides[1], &against));
	/* what the host's profile alone measured is not missing here */
	change_profile(&then);
	assert_false(refers(&sides[0], &sides[1], &alone));
	result_free(&then);
	result_free(&now);
}

/* Saved, found and read again; another machine's is not found. */
static void test_life(void **state)
{
	struct compare_side runs;
	struct baseline_head head;
	struct result r[2], *read;
	char dir[300], err[4096];
	char *saved, *found;
	size_t n;

	(void)state;
	make_run(&r[0]);
	make_run(&r[1]);
	strcpy(r[1].started, "2026-01-02T03:05:05Z");
	runs = (struct compare_side){ r, 2 };
	fixture_path(dir, sizeof(dir), "baselines");
	assert_int_equal(0, baseline_save(&saved, dir, "main", &runs, false));
	assert_int_equal(0, baseline_find(&found, dir, "main", &r[0], 0));
	assert_string_equal(saved, found);
	assert_int_equal(0, baseline_read(&head, &read, &n, found));
	assert_int_equal(2, n);
	assert_int_equal(2, head.runs);
	assert_string_equal("Big Core", head.keys[2]);
	assert_string_equal(r[1].started, read[1].started);
	for (size_t i = 0; i < n; i++)
		result_free(&read[i]);
	free(read);
	free(found);
	fixture_stderr_begin();
	change_cpu(&r[1]);
	assert_true(baseline_save(&found, dir, "main", &runs, false) == -EEXIST);
	assert_true(baseline_find(&found, dir, "main", &r[1], 0) == -ENOENT);
	fixture_stderr_end(err, sizeof(err));
	assert_non_null(strstr(err, "--ignore cpu"));
	assert_int_equal(0, baseline_find(&found, dir, "main", &r[1], BASELINE_FACT(2)));
	assert_string_equal(saved, found);
	unlink(saved);
	free(saved);
	free(found);
	result_free(&r[0]);
	result_free(&r[1]);
}

/* Ctrl-C in the middle of it. */
static int put_interrupted(FILE *out, const void *what)
{
	(void)what;
	raise(SIGTERM);
	return fputs("all of it\n", out) < 0 ? -EIO : 0;
}

/* The names in dir, but for the file that is asked for. */
static unsigned int others_in(const char *path, const char *name)
{
	DIR *dir = opendir(path);
	const struct dirent *e;
	unsigned int n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, name);
	closedir(dir);
	return n;
}

static void test_interrupted(void **state)
{
	char path[] = "/tmp/mmiobench-test-XXXXXX", file[64];
	int dir, wstatus;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(dir >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGTERM, SIG_DFL);
		output_write_at(dir, "b.jsonl", true, put_interrupted, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_true(WIFSIGNALED(wstatus));
	assert_int_equal(WTERMSIG(wstatus), SIGTERM);
	assert_int_equal(others_in(path, "b.jsonl"), 0);
	snprintf(file, sizeof(file), "%s/b.jsonl", path);
	assert_int_equal(unlink(file), 0);
	close(dir);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),	     cmocka_unit_test(test_names_of_facts),
		cmocka_unit_test(test_all),	     cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_boost),	     cmocka_unit_test(test_several_runs),
		cmocka_unit_test(test_long_values),  cmocka_unit_test(test_names),
		cmocka_unit_test(test_directories),  cmocka_unit_test(test_check_run),
		cmocka_unit_test(test_wrong_run),    cmocka_unit_test(test_no_reference),
		cmocka_unit_test(test_life),	     cmocka_unit_test(test_interrupted),
	};

	fixture_rounds = 7;
	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
