// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drivers taken and put back on a tree of plain files. path_write is the kernel here: it binds and unbinds as
 * drivers/base/bus.c does, and can end the run at any store.
 */
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/path.h"
#include "fake-tree.h"
#include "pair/binding.h"

#define DEVICES "/sys/bus/pci/devices/"
#define DISK	"0000:01:00.0"
#define PLAIN	"0000:01:00.1"
#define PARKED	"0000:01:00.2"
#define PORT	"0000:00:01.0"
#define VF	"0000:01:10.0"
#define KEPT	"/run/mmiobench/pair-" DISK
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* Shared with the children that make the stores. */
static struct {
	unsigned int stores, kill_at;
	bool kill_after;         /* the store is made */
	pid_t victim;
	char refuse[64];         /* a write to what ends so is refused, */
	char hang[64];           /* or never ends */
} *kernel;

static struct pci_device devices[] = {
	{ .bdf = PORT, .vendor = 0x8086, .device = 1, .bridge = true, .bridge_header = true, .driver = "pcieport" },
	{ .bdf = DISK, .bus = 1, .vendor = 0x1b36, .device = 0x10, .driver = "nvme" },
	{ .bdf = PLAIN, .bus = 1, .func = 1, .vendor = 0x1b36, .device = 0x11 },
	{ .bdf = PARKED, .bus = 1, .func = 2, .vendor = 0x1b36, .device = 0x12, .driver = "vfio-pci" },
};
static const struct pci_list list = { devices, ARRAY_SIZE(devices) };
static struct group group;
static struct bindings b;

static bool ends_with(const char *s, const char *end)
{
	return *end && strlen(s) >= strlen(end) && !strcmp(s + strlen(s) - strlen(end), end);
}

static void file_set(const char *path, const char *text)
{
	char real[PATH_MAX];
	FILE *f = path_make(real, sizeof(real), "%s", path) ? NULL : fopen(real, "w");

	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

static void driver_link(const char *bdf, const char *driver)
{
	char real[PATH_MAX], target[PATH_MAX];

	path_make(real, sizeof(real), DEVICES "%s/driver", bdf);
	unlink(real);
	path_make(target, sizeof(target), "/sys/bus/pci/drivers/%s", driver);
	if (*driver && symlink(target, real))
		abort();
}

static void bus_master_off(const char *bdf)
{
	uint8_t config[256];
	char real[PATH_MAX];
	FILE *f;

	path_make(real, sizeof(real), DEVICES "%s/config", bdf);
	f = fopen(real, "r+");
	if (!f || fread(config, 1, sizeof(config), f) != sizeof(config))
		abort();
	config[4] &= (uint8_t)~4;
	rewind(f);
	fwrite(config, 1, sizeof(config), f);
	fclose(f);
}

static void vfio_takes(const char *bdf, bool takes)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "%s/power/control", bdf);
	file_set(path, takes ? "auto\n" : "on\n");
	if (takes)
		bus_master_off(bdf);
}

static int unbind_store(const char *path, const char *bdf)
{
	char driver[64];

	if (path_link_name(driver, sizeof(driver), DEVICES "%s/driver", bdf) || !strstr(path, bdf))
		return -ENODEV;
	driver_link(bdf, "");
	if (!strcmp(driver, "vfio-pci"))
		vfio_takes(bdf, false);
	return 0;
}

static int bind_store(const char *path, const char *bdf)
{
	char override[64], driver[64], now[64];

	if (sscanf(path, "/sys/bus/pci/drivers/%63[^/]", driver) != 1)
		return -ENOENT;
	path_read(override, sizeof(override), DEVICES "%s/driver_override", bdf);
	if (*override && strcmp(override, "(null)") && strcmp(override, driver))
		return -ENODEV;
	if (!path_link_name(now, sizeof(now), DEVICES "%s/driver", bdf))
		return -EBUSY;
	driver_link(bdf, driver);
	if (!strcmp(driver, "vfio-pci"))
		vfio_takes(bdf, true);
	return 0;
}

static void put_function(const char *bdf, unsigned int device, const char *driver, const char *override,
			 const char *control, const char *delay);

static void numvfs_store(const char *text)
{
	if (!strcmp(text, "1") && !path_exists(DEVICES DISK "/virtfn0")) {
		tree_link(DEVICES DISK "/virtfn0", "../" VF);
		put_function(VF, 0x13, "", "(null)", "on", NULL);
		tree_link(DEVICES VF "/physfn", "../" DISK);
		tree_link(DEVICES VF "/iommu_group", "../../../../kernel/iommu_groups/9");
		tree_put("/sys/kernel/iommu_groups/9/devices/" VF, "");
	}
	if (!strcmp(text, "0")) {
		char from[PATH_MAX], to[PATH_MAX];

		path_make(from, sizeof(from), DEVICES VF);
		path_make(to, sizeof(to), "/gone-%d", getpid());
		rename(from, to);
		path_make(from, sizeof(from), DEVICES DISK "/virtfn0");
		unlink(from);
	}
}

static int make_store(const char *text, const char *path)
{
	char copy[80];

	if (ends_with(path, "/driver/unbind"))
		return unbind_store(path, text);
	if (ends_with(path, "/bind"))
		return bind_store(path, text);
	if (ends_with(path, "/sriov_numvfs"))
		numvfs_store(text);
	snprintf(copy, sizeof(copy), "%s\n", *text == '\n' ? "(null)" : text);
	file_set(path, copy);
	return 0;
}

int __wrap_path_write(const char *text, const char *fmt, ...);
int __wrap_path_write(const char *text, const char *fmt, ...)
{
	const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	bool now = ++kernel->stores == kernel->kill_at;
	char path[PATH_MAX];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (ends_with(path, kernel->hang))
		pause();
	if (ends_with(path, kernel->refuse))
		return -EIO;
	if (now && !kernel->kill_after) {
		kill(kernel->victim, SIGKILL);
		nanosleep(&moment, NULL); /* the store is made when the run is dead */
	}
	ret = make_store(text, path);
	if (now && kernel->kill_after)
		kill(kernel->victim, SIGKILL);
	return ret;
}

static void put_function(const char *bdf, unsigned int device, const char *driver, const char *override,
			 const char *control, const char *delay)
{
	const struct {
		const char *name, *text;
	} files[] = { { "driver_override", override }, { "power/control", control },
		      { "power/autosuspend_delay_ms", delay } };
	uint8_t config[256] = { 0x36, 0x1b, (uint8_t)device, 0, 6 };
	char path[PATH_MAX], text[80];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), DEVICES "%s/%s", bdf, files[i].name);
		snprintf(text, sizeof(text), "%s\n", files[i].text ? files[i].text : "");
		if (files[i].text)
			tree_put(path, text);
	}
	snprintf(path, sizeof(path), DEVICES "%s/vendor", bdf);
	tree_put(path, "0x1b36\n");
	snprintf(path, sizeof(path), DEVICES "%s/device", bdf);
	snprintf(text, sizeof(text), "0x%04x\n", device);
	tree_put(path, text);
	snprintf(path, sizeof(path), DEVICES "%s/config", bdf);
	tree_put_bytes(path, config, sizeof(config));
	driver_link(bdf, driver);
}

static int begin(void **state)
{
	static const char *const drivers[] = { "nvme", "vfio-pci", "pcieport" };
	char path[PATH_MAX];

	(void)state;
	tree_begin();
	kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	tree_put(BOOT_ID, "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	tree_put("/dev/vfio/vfio", "");
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/bind", drivers[i]);
		tree_put(path, "");
	}
	put_function(PORT, 1, "pcieport", "(null)", "on", NULL);
	tree_put(DEVICES PORT "/class", "0x060400\n");
	put_function(DISK, 0x10, "nvme", "(null)", "auto", "100");
	put_function(PLAIN, 0x11, "", "keepme", "auto", NULL);
	put_function(PARKED, 0x12, "vfio-pci", "vfio-pci", "auto", NULL);
	tree_put(DEVICES DISK "/sriov_totalvfs", "4\n");
	tree_put(DEVICES DISK "/sriov_numvfs", "0\n");
	tree_put(DEVICES DISK "/sriov_drivers_autoprobe", "1\n");
	for (size_t i = 0; i < list.n; i++) {
		snprintf(path, sizeof(path), DEVICES "%s/iommu_group", list.v[i].bdf);
		tree_link(path, "../../../../kernel/iommu_groups/7");
		snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/7/devices/%s", list.v[i].bdf);
		tree_link(path, "x");
	}
	assert_int_equal(group_read(&group, &list, DISK), 0);
	assert_int_equal(bindings_begin(&b, DISK), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (b.lock >= 0)
		close(b.lock);
	munmap(kernel, sizeof(*kernel));
	tree_end();
	return 0;
}

/* All that is to be as before, as text. */
static const char *machine(void)
{
	static char text[2][1024];
	static int turn;
	char *all = text[turn++ % 2];
	size_t used = 0;

	for (size_t i = 0; i < list.n; i++) {
		static const char *const files[] = { "driver_override", "power/control", "power/autosuspend_delay_ms",
						     "sriov_numvfs", "sriov_drivers_autoprobe" };
		char driver[64] = "-", now[64];
		uint8_t config[6];

		path_link_name(driver, sizeof(driver), DEVICES "%s/driver", list.v[i].bdf);
		path_read_bytes(config, sizeof(config), DEVICES "%s/config", list.v[i].bdf);
		used += (size_t)sprintf(all + used, "%s %s %u", list.v[i].bdf, driver,
					list.v[i].driver[0] ? 0u : config[4]);
		for (size_t f = 0; f < ARRAY_SIZE(files); f++)
			if (path_read(now, sizeof(now), DEVICES "%s/%s", list.v[i].bdf, files[f]) >= 0)
				used += (size_t)sprintf(all + used, " %s", now);
		used += (size_t)sprintf(all + used, "\n");
	}
	return all;
}

static void assert_driver(const char *bdf, const char *expected)
{
	char driver[64] = "";

	path_link_name(driver, sizeof(driver), DEVICES "%s/driver", bdf);
	assert_string_equal(driver, expected);
}

/* A run, from what was found to what is put back. 0: all went well. */
static int run(void)
{
	int ret = bindings_read(&b, &group);

	if (!ret)
		ret = bindings_keep(&b);
	for (int launch = 0; launch < 2 && !ret; launch++) {
		ret = bindings_release(&b);
		if (!ret)
			ret = bindings_to_vfio(&b);
	}
	return ret ? ret : bindings_put_back(&b);
}

static int run_vf(void)
{
	static struct pci_device made = { .bdf = VF, .vendor = 0x1b36, .device = 0x13, .virtual_function = true };
	static const struct pci_list one = { &made, 1 };
	static struct group own;
	char bdf[20];
	int ret = vf_read(&b.vf, DISK);

	if (!ret)
		ret = bindings_keep(&b);
	if (!ret)
		ret = vf_make(&b.vf, bdf);
	if (!ret && strcmp(bdf, VF))
		ret = -ENODEV;
	if (!ret)
		ret = group_read(&own, &one, bdf);
	if (!ret)
		ret = bindings_read(&b, &own);
	if (!ret)
		ret = bindings_keep(&b);
	if (!ret)
		ret = bindings_release(&b);
	if (!ret)
		ret = bindings_to_vfio(&b);
	return ret ? ret : bindings_put_back(&b);
}

static void test_read(void **state)
{
	(void)state;
	assert_int_equal(bindings_read(&b, &group), 0);
	assert_int_equal(b.n, 3);
	assert_string_equal(b.v[0].bdf, DISK);
	assert_string_equal(b.v[0].driver, "nvme");
	assert_string_equal(b.v[0].override, "");
	assert_string_equal(b.v[0].power_control, "auto");
	assert_string_equal(b.v[0].autosuspend_delay_ms, "100");
	assert_false(b.v[0].has_command);
	assert_string_equal(b.v[1].override, "keepme");
	assert_true(b.v[1].has_command);
	assert_int_equal(b.v[1].command, 6);
	assert_string_equal(b.v[2].driver, "vfio-pci");
}

static void test_nothing_before_it_is_kept(void **state)
{
	(void)state;
	assert_int_equal(bindings_read(&b, &group), 0);
	assert_int_equal(bindings_release(&b), -EPERM);
	assert_int_equal(bindings_to_vfio(&b), -EPERM);
	assert_int_equal(bindings_put_back(&b), 0);
	assert_int_equal(kernel->stores, 0);
}

static void test_run(void **state)
{
	char before[1024];

	(void)state;
	strcpy(before, machine());
	assert_int_equal(bindings_read(&b, &group), 0);
	assert_int_equal(bindings_keep(&b), 0);
	assert_true(path_exists(KEPT));
	assert_int_equal(bindings_release(&b), 0);
	assert_driver(DISK, "");
	assert_driver(PARKED, "");
	assert_driver(PORT, "pcieport");
	assert_int_equal(bindings_to_vfio(&b), 0);
	assert_driver(DISK, "vfio-pci");
	assert_driver(PLAIN, "vfio-pci");
	assert_driver(PARKED, "vfio-pci");
	assert_int_equal(bindings_release(&b), 0);
	assert_driver(PLAIN, "");
	assert_int_equal(bindings_put_back(&b), 0);
	assert_string_equal(machine(), before);
	assert_false(path_exists(KEPT));
	assert_string_equal(tree_log(), "");
}

static void test_vf(void **state)
{
	char before[1024];

	(void)state;
	strcpy(before, machine());
	assert_int_equal(run_vf(), 0);
	assert_string_equal(machine(), before);
	assert_driver(DISK, "nvme");
	assert_false(path_exists(DEVICES VF));
	assert_false(path_exists(KEPT));
	assert_string_equal(tree_log(), "");
}

static void test_vf_refused(void **state)
{
	(void)state;
	tree_put(DEVICES DISK "/sriov_numvfs", "2\n");
	assert_int_equal(vf_read(&b.vf, DISK), -EBUSY);
	assert_non_null(strstr(tree_log(), "has virtual functions already"));
	assert_int_equal(vf_read(&b.vf, PLAIN), -EBUSY);
	assert_non_null(strstr(tree_log(), "cannot make virtual functions"));
	assert_int_equal(kernel->stores, 0);
}

/* Nothing is left in a window here. */
static int when_free(const char *bdf, void *arg)
{
	(void)bdf;
	(void)arg;
	return 0;
}

static size_t recover(int expected)
{
	const struct pci_select all = { 0 };
	size_t done = 99;

	FILE *own = stdout;
	int ret;

	stdout = fopen("/dev/null", "w"); /* its lines are of no interest here */
	ret = bindings_recover(false, &all, when_free, NULL, &done);
	fclose(stdout);
	stdout = own;
	assert_int_equal(ret, expected);
	return done;
}

/* Ends the run at its nth store, before it or behind it; false: it has ended before. */
static bool run_killed(int (*one_run)(void), unsigned int n, bool after)
{
	pid_t pid;
	int status;

	kernel->stores = 0;
	kernel->kill_at = n;
	kernel->kill_after = after;
	pid = fork();
	if (!pid) {
		kernel->victim = getpid();
		b.pid = getpid();
		_exit(one_run() != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	kernel->kill_at = 0;
	if (!WIFSIGNALED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status);
}

static void kill_everywhere(int (*one_run)(void))
{
	unsigned int n = 0;
	char before[1024];
	bool killed = true;

	strcpy(before, machine());
	while (killed) {
		n++;
		/* a store that outlives the run, too, though not each */
		for (int after = n % 4 == 1 ? 0 : 1; after < 2 && killed; after++) {
			killed = run_killed(one_run, n, after);
			if (!killed)
				break;
			/* a second run does not begin on that */
			assert_int_equal(bindings_read(&b, &group), 0);
			assert_int_equal(bindings_keep(&b), -EEXIST);
			assert_true(bindings_are_left(DISK));
			assert_int_equal(recover(0), 1);
			assert_string_equal(machine(), before);
			assert_false(path_exists(KEPT));
			assert_int_equal(recover(0), 0);
			tree_log();
		}
	}
	assert_true(n > 5);
}

static void test_killed_anywhere(void **state)
{
	(void)state;
	kill_everywhere(run);
}

static void test_killed_anywhere_vf(void **state)
{
	(void)state;
	kill_everywhere(run_vf);
}

/* The recovery itself is ended at each store, and the next one finds it. */
static int recover_run(void)
{
	const struct pci_select all = { 0 };
	size_t done;

	stdout = fopen("/dev/null", "w");
	return bindings_recover(false, &all, when_free, NULL, &done);
}

static void test_recovery_killed(void **state)
{
	char before[1024];
	int left;

	(void)state;
	strcpy(before, machine());
	for (unsigned int n = 1; n < 20; n++) {
		assert_true(run_killed(run, 9, true)); /* all of it is at vfio-pci */
		if (!run_killed(recover_run, n, n % 2))
			break;
		left = path_exists(KEPT) ? 1 : 0;
		assert_int_equal(recover(0), left);
		assert_string_equal(machine(), before);
		tree_log();
	}
	assert_string_equal(machine(), before);
}

static void begin_taken(void)
{
	assert_int_equal(bindings_read(&b, &group), 0);
	assert_int_equal(bindings_keep(&b), 0);
	assert_int_equal(bindings_release(&b), 0);
	assert_int_equal(bindings_to_vfio(&b), 0);
}

static void test_driver_refuses(void **state)
{
	char before[1024];

	(void)state;
	strcpy(before, machine());
	begin_taken();
	strcpy(kernel->refuse, "drivers/nvme/bind");
	assert_int_equal(bindings_put_back(&b), -EIO);
	assert_non_null(strstr(tree_log(), "driver nvme does not take it"));
	assert_true(path_exists(KEPT));
	assert_driver(PARKED, "vfio-pci"); /* the others are back */
	kernel->refuse[0] = 0;
	close(b.lock);
	b.lock = -1;
	assert_int_equal(recover(0), 1);
	assert_string_equal(machine(), before);
}

static void test_unbind_hangs(void **state)
{
	(void)state;
	strcpy(kernel->hang, DISK "/driver/unbind");
	b.patience_s = 1;
	assert_int_equal(bindings_read(&b, &group), 0);
	assert_int_equal(bindings_keep(&b), 0);
	assert_int_equal(bindings_release(&b), -ETIMEDOUT);
	assert_non_null(strstr(tree_log(), "hangs in the kernel"));
	b.patience_s = 60; /* what does not hang may take its time */
	/* the driver is bound still, and the override is put back */
	assert_int_equal(bindings_put_back(&b), 0);
	assert_driver(DISK, "nvme");
	assert_false(path_exists(KEPT));
}

static void test_gone(void **state)
{
	char from[PATH_MAX], to[PATH_MAX];

	(void)state;
	begin_taken();
	path_make(from, sizeof(from), DEVICES DISK);
	path_make(to, sizeof(to), "/gone");
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(bindings_put_back(&b), 0);
	assert_non_null(strstr(tree_log(), DISK " is not there any more"));
	assert_driver(PLAIN, "");
	assert_false(path_exists(KEPT));
	assert_int_equal(rename(to, from), 0);
}

static void test_taken_meanwhile(void **state)
{
	(void)state;
	begin_taken();
	driver_link(PLAIN, "pcieport");
	tree_put(DEVICES PLAIN "/driver_override", "pcieport\n");
	assert_int_equal(bindings_put_back(&b), 0);
	assert_non_null(strstr(tree_log(), "driver pcieport has taken it meanwhile"));
	assert_driver(PLAIN, "pcieport");
	assert_driver(DISK, "nvme");
}

static void test_vm_has_it(void **state)
{
	char text[64];

	(void)state;
	begin_taken();
	tree_link("/proc/187/fd/12", "/dev/vfio/7");
	tree_put("/proc/187/comm", "qemu-system-aar\n");
	assert_int_equal(bindings_put_back(&b), -EBUSY);
	assert_non_null(strstr(tree_log(), "qemu-system-aar[187] has /dev/vfio/7 open: end that first"));
	assert_driver(DISK, "vfio-pci");
	assert_int_equal(path_read(text, sizeof(text), DEVICES DISK "/driver_override"), 8);
	assert_string_equal(text, "vfio-pci"); /* nothing was begun */
	tree_remove("/proc/187/fd/12");
	assert_int_equal(bindings_put_back(&b), 0);
	assert_driver(DISK, "nvme");
}

/* Killed before anything was changed, and the disk is in use since. */
static void test_recovery_leaves_bound(void **state)
{
	(void)state;
	assert_true(run_killed(run, 1, true)); /* the disk's override is all that is changed */
	kernel->stores = 0;
	assert_int_equal(recover(0), 1);
	assert_int_equal(kernel->stores, 1);
	assert_driver(DISK, "nvme");
}

static void test_pending_group(void **state)
{
	static struct group pending;

	(void)state;
	pending = (struct group){ .number = -1, .is_pending = true, .n = 1, .v = { { .dev = &devices[2] } } };
	for (int with_driver = 1; with_driver >= 0; with_driver--) {
		driver_link(DISK, with_driver ? "nvme" : "");
		assert_int_equal(bindings_read(&b, &pending), 0);
		assert_int_equal(bindings_keep(&b), 0);
		assert_int_equal(bindings_to_vfio(&b), with_driver ? -EBUSY : 0);
		assert_true(!strstr(tree_log(), DISK " is in the IOMMU group of " PLAIN) == !with_driver);
		assert_int_equal(bindings_put_back(&b), 0);
		assert_driver(PLAIN, "");
	}
}

static void test_modprobe(void **state)
{
	char script[PATH_MAX], log[PATH_MAX], text[PATH_MAX + 128], program[PATH_MAX + 2];

	(void)state;
	path_make(script, sizeof(script), "/modprobe");
	path_make(log, sizeof(log), "/modprobe.log");
	snprintf(text, sizeof(text), "#!/bin/sh\necho \"$@\" >%s\n", log);
	tree_put("/modprobe", text);
	chmod(script, 0700);
	snprintf(program, sizeof(program), "%s\n", script);
	tree_put("/proc/sys/kernel/modprobe", program);
	tree_remove("/dev/vfio/vfio");
	begin_taken();
	assert_true(path_read(text, sizeof(text), "/modprobe.log") > 0);
	assert_string_equal(text, "-q -a -- vfio-pci vfio_iommu_type1");
	bindings_put_back(&b);
}

static void test_two_runs(void **state)
{
	struct bindings *other = calloc(1, sizeof(*other));

	(void)state;
	begin_taken();
	/* another function of the same group */
	assert_int_equal(bindings_begin(other, PLAIN), 0);
	assert_int_equal(bindings_read(other, &group), 0);
	assert_int_equal(bindings_keep(other), -EBUSY);
	assert_non_null(strstr(tree_log(), "another mmiopair"));
	assert_false(bindings_are_left(DISK));
	assert_int_equal(recover(0), 0);
	assert_non_null(strstr(tree_log(), "left to it"));
	assert_driver(DISK, "vfio-pci");
	close(b.lock);
	b.lock = -1;
	assert_int_equal(bindings_keep(other), -EEXIST);
	assert_non_null(strstr(tree_log(), "mmiopair --recover -s " DISK));
	assert_int_equal(recover(0), 1);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, begin, end),
		cmocka_unit_test_setup_teardown(test_nothing_before_it_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(test_run, begin, end),
		cmocka_unit_test_setup_teardown(test_vf, begin, end),
		cmocka_unit_test_setup_teardown(test_vf_refused, begin, end),
		cmocka_unit_test_setup_teardown(test_driver_refuses, begin, end),
		cmocka_unit_test_setup_teardown(test_unbind_hangs, begin, end),
		cmocka_unit_test_setup_teardown(test_gone, begin, end),
		cmocka_unit_test_setup_teardown(test_taken_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(test_vm_has_it, begin, end),
		cmocka_unit_test_setup_teardown(test_recovery_leaves_bound, begin, end),
		cmocka_unit_test_setup_teardown(test_pending_group, begin, end),
		cmocka_unit_test_setup_teardown(test_modprobe, begin, end),
		cmocka_unit_test_setup_teardown(test_two_runs, begin, end),
		cmocka_unit_test_setup_teardown(test_killed_anywhere, begin, end),
		cmocka_unit_test_setup_teardown(test_killed_anywhere_vf, begin, end),
		cmocka_unit_test_setup_teardown(test_recovery_killed, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
