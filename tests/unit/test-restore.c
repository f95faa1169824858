// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/path.h"
#include "fake-tree.h"
#include "pci/lock.h"
#include "restore/restore.h"

#define BDF	  "0000:00:03.0"
#define DIR	  "/sys/bus/pci/devices/" BDF "/"
#define FILE_NAME RESCUE_DIRECTORY "/" BDF
#define BAR_BYTES 8192u
#define FOUND	  0x11223344u
#define STORED	  0xcafecafeu

static struct pci_device device;
static struct result result;
static struct restore restore;
static int lock;
static unsigned int runs;

/* libc's, but that "auto" cannot be put back. */
static bool auto_fails;

ssize_t write(int fd, const void *buf, size_t n)
{
	errno = EIO;
	if (auto_fails && n == 4 && !memcmp(buf, "auto", 4))
		return -1;
	return syscall(SYS_write, fd, buf, n);
}

static void bar_put(uint32_t word, size_t bytes)
{
	uint32_t bar[BAR_BYTES / 4];

	for (size_t i = 0; i < BAR_BYTES / 4; i++)
		bar[i] = word;
	tree_put_bytes(DIR "resource0", bar, bytes);
}

static uint32_t bar_get(size_t index)
{
	uint32_t bar[BAR_BYTES / 4];

	tree_get(DIR "resource0", bar, sizeof(bar));
	return bar[index];
}

static void config_put(uint16_t command)
{
	uint8_t config[256] = { 0xf4, 0x1a, 0x10, 0x11, (uint8_t)command };

	tree_put_bytes(DIR "config", config, sizeof(config));
}

static int begin(void **state)
{
	(void)state;
	tree_begin();
	auto_fails = false;
	runs = 0;
	device = (struct pci_device){ .bdf = BDF, .dev = 3, .vendor = 0x1af4, .device = 0x1110 };
	device.bars[0] = (struct bar){ .kind = BAR_MEMORY, .phys_bytes = 0x80000000,
				       .size_bytes = BAR_BYTES, .prefetchable = true,
				       .has_file = true };
	result = (struct result){ .started = "2026-01-01T00:00:00Z", .window = WINDOW_UNTOUCHED };
	restore = (struct restore){ .result = &result };
	tree_put("/proc/sys/kernel/random/boot_id", "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	config_put(2);
	tree_put(DIR "enable", "0");
	tree_put(DIR "power/control", "auto");
	bar_put(FOUND, BAR_BYTES);
	lock = pci_lock(&device);
	assert_true(lock >= 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	pci_unlock(lock);
	tree_end();
	return 0;
}

static void power_on(void)
{
	assert_int_equal(restore_begin(&restore, &device, &device.bars[0], lock), 0);
}

/* Its first 4 KiB are stored to. */
static int around(int (*phase)(void *arg))
{
	const struct map_range ranges[RESTORE_WINDOWS] = {
		{ &device, &device.bars[0], 0, 4096, true },
	};

	return restore_around(&restore, ranges, phase, NULL);
}

static int recover(size_t *n)
{
	const struct pci_list list = { &device, 1 };
	const struct pci_select all = { 0 };
	struct restore_done done;
	int ret;

	/* the run has ended */
	pci_unlock(lock);
	lock = -1;
	rescue_free(&restore.rescue);
	ret = restore_recover(&list, &all, false, &done);
	*n = done.n;
	return ret;
}

static bool is_kept(void)
{
	return path_exists("%s", FILE_NAME);
}

static int phase_store(void *arg)
{
	(void)arg;
	runs++;
	assert_true(is_kept());
	bar_put(STORED, BAR_BYTES);
	return 0;
}

/* All of the BAR faults. */
static int phase_lose(void *arg)
{
	phase_store(arg);
	tree_remove(DIR "resource0");
	bar_put(0, 0);
	return -EIO;
}

static int phase_sleep(void *arg)
{
	phase_store(arg);
	config_put(0);
	return 0;
}

static int phase_taken(void *arg)
{
	phase_store(arg);
	tree_link(DIR "driver", "../../drivers/vfio-pci");
	return 0;
}

static void assert_auto(void)
{
	char control[5] = "";

	tree_get(DIR "power/control", control, 4);
	assert_string_equal(control, "auto");
}

static void test_all_is_back(void **state)
{
	(void)state;
	power_on();
	assert_int_equal(around(phase_store), 0);
	assert_int_equal(bar_get(0), FOUND);
	assert_int_equal(bar_get(1024), STORED); /* not in the range */
	assert_true(is_kept());	/* the power's state */
	restore_end(&restore);
	assert_false(is_kept());
	assert_auto();
	assert_int_equal(result.window, WINDOW_RESTORED);
	assert_false(result_is_left(&result));
	assert_string_equal(tree_log(), "");
}

/*
 * A window that could not be put back, and a device that answers again: another phase would save what
 * the first one has stored, over what was found.
 */
static void test_lost_is_not_overwritten(void **state)
{
	size_t n;

	(void)state;
	power_on();
	assert_int_equal(around(phase_lose), -EIO);
	assert_int_equal(result.window, WINDOW_LOST);
	bar_put(STORED, BAR_BYTES);
	assert_int_equal(around(phase_store), 0);
	assert_int_equal(runs, 1);
	restore_end(&restore);
	assert_true(is_kept());
	assert_non_null(strstr(tree_log(), "--recover"));
	assert_int_equal(recover(&n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(bar_get(0), FOUND);
	assert_auto();
}

/* Decode is turned on for the window, and off again. */
static void test_asleep_is_woken_for_it(void **state)
{
	uint8_t config[6];

	(void)state;
	power_on();
	assert_int_equal(around(phase_sleep), 0);
	assert_int_equal(bar_get(0), FOUND);
	assert_int_equal(result.window, WINDOW_RESTORED);
	assert_non_null(strstr(result.disturbance.why, "decode"));
	restore_end(&restore);
	assert_false(is_kept());
	tree_get(DIR "config", config, sizeof(config));
	assert_int_equal(config[4], 0); /* as somebody wants it */
	assert_auto();
	assert_non_null(strstr(tree_log(), "turned off"));
}

/* A driver's: nothing is stored, and what was found stays for --recover. */
static void test_taken_is_left(void **state)
{
	(void)state;
	power_on();
	assert_int_equal(around(phase_taken), 0);
	assert_int_equal(bar_get(0), STORED);
	assert_int_equal(result.window, WINDOW_LOST);
	restore_end(&restore);
	assert_true(is_kept());
	assert_non_null(strstr(tree_log(), "could NOT be put back"));
}

/* Nothing but the power state is left, and it is known. */
static void test_power_is_left(void **state)
{
	size_t n;

	(void)state;
	power_on();
	assert_int_equal(around(phase_store), 0);
	auto_fails = true;
	restore_end(&restore);
	assert_true(result_is_left(&result));
	assert_true(is_kept());
	bar_put(STORED, BAR_BYTES); /* somebody else's, since */
	tree_put(DIR "power/control", "on"); /* a plain file keeps the end of "auto" */
	auto_fails = false;
	assert_int_equal(recover(&n), 0);
	assert_int_equal(n, 1);
	assert_auto();
	assert_int_equal(bar_get(0), STORED);
	assert_non_null(strstr(tree_log(), "could not be written back"));
}

/* It could not be turned on, nor what was changed for it be put back. */
static void test_power_on_leaves_something(void **state)
{
	(void)state;
	config_put(0);
	tree_remove(DIR "enable");
	auto_fails = true;
	assert_int_equal(restore_begin(&restore, &device, &device.bars[0], lock), -ENOENT);
	restore_end(&restore);
	assert_true(result_is_left(&result));
	assert_true(is_kept());
	assert_non_null(strstr(tree_log(), "could not be written back"));
}

static void test_leave_window(void **state)
{
	(void)state;
	restore.leave_window = true;
	power_on();
	assert_int_equal(around(phase_store), 0);
	assert_int_equal(bar_get(0), STORED);
	assert_int_equal(result.window, WINDOW_LEFT);
	restore_end(&restore);
	assert_false(is_kept());
	assert_false(result_is_left(&result));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_is_back),
		TEST(test_lost_is_not_overwritten),
		TEST(test_asleep_is_woken_for_it),
		TEST(test_taken_is_left),
		TEST(test_power_is_left),
		TEST(test_power_on_leaves_something),
		TEST(test_leave_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
