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
#include "restore/rescue.h"
#include "restore/restore.h"

#define BDF	  "0000:00:03.0"
#define DIR	  "/sys/bus/pci/devices/" BDF "/"
#define FILE_NAME RESCUE_DIRECTORY "/" BDF
#define BOOT_ID	  "/proc/sys/kernel/random/boot_id"
#define BAR_BYTES 8192u
#define WORDS	  1024u
#define FOUND	  0x11223344u
#define STORED	  0xcafecafeu

static struct pci_device device;
static struct rescue rescue;
static uint32_t words[WORDS];

/* libc's, but that "auto" cannot be put back, as of a function that is gone. */
static bool auto_fails;

ssize_t write(int fd, const void *buf, size_t n)
{
	errno = EIO;
	if (auto_fails && n == 4 && !memcmp(buf, "auto", 4))
		return -1;
	return syscall(SYS_write, fd, buf, n);
}

/* The window's, of a device that has changed a word before it was read again. */
static bool changes_itself;
int __real_window_restore(struct window *w, size_t *differing);
int __wrap_window_restore(struct window *w, size_t *differing);

int __wrap_window_restore(struct window *w, size_t *differing)
{
	int ret = __real_window_restore(w, differing);

	*differing += changes_itself;
	return ret;
}

/* Every word of the BAR is that. */
static void bar_put(uint32_t word)
{
	uint32_t bar[BAR_BYTES / 4];

	for (size_t i = 0; i < BAR_BYTES / 4; i++)
		bar[i] = word;
	tree_put_bytes(DIR "resource0", bar, sizeof(bar));
}

static uint32_t bar_get(size_t index)
{
	uint32_t bar[BAR_BYTES / 4];

	tree_get(DIR "resource0", bar, sizeof(bar));
	return bar[index];
}

static void control_get(char *control)
{
	memset(control, 0, 3);
	tree_get(DIR "power/control", control, 2);
}

static bool is_there(const char *path)
{
	return path_exists("%s", path);
}

static void begin_run(void)
{
	rescue_begin(&rescue, &device, &device.bars[0], "2026-01-01T00:00:00Z");
	for (size_t i = 0; i < WORDS; i++)
		words[i] = FOUND;
	rescue.windows[0] = (struct window){ .range = { &device, &device.bars[0], 0, 4 * WORDS, true },
					     .words = words, .n = WORDS };
}

static int begin(void **state)
{
	static const uint8_t config[256] = { 0xf4, 0x1a, 0x10, 0x11, 2, 0 };

	(void)state;
	tree_begin();
	auto_fails = false;
	changes_itself = false;
	device = (struct pci_device){ .bdf = BDF, .dev = 3, .vendor = 0x1af4, .device = 0x1110,
				      .has_serial = true, .serial = 0x1122334455667788 };
	device.bars[0] = (struct bar){ .kind = BAR_MEMORY, .phys_bytes = 0x80000000,
				       .size_bytes = BAR_BYTES, .prefetchable = true,
				       .has_file = true };
	tree_put(BOOT_ID, "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	tree_put_bytes(DIR "config", config, sizeof(config));
	tree_put(DIR "enable", "0");
	tree_put(DIR "power/control", "on  "); /* as long as "auto": a plain file keeps its end */
	begin_run();
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

/* A run has stored to the window, and was killed. */
static void kill_run(void)
{
	assert_int_equal(rescue_keep(&rescue), 0);
	bar_put(STORED);
	rescue_unlock(&rescue);
}

static int recover(size_t *n)
{
	const struct pci_list list = { &device, 1 };
	const struct pci_select all = { 0 };
	struct restore_done done;
	int ret = restore_recover(&list, &all, false, &done);

	assert_int_equal(done.n_differing, done.n && changes_itself);
	*n = done.n;
	return ret;
}

static void test_recover(void **state)
{
	size_t n;

	(void)state;
	kill_run();
	assert_int_equal(restore_check(&device), -EBUSY);
	assert_non_null(strstr(tree_log(), "--recover"));
	assert_int_equal(bar_get(0), STORED);
	assert_int_equal(recover(&n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(bar_get(0), FOUND);
	assert_int_equal(bar_get(WORDS - 1), FOUND);
	assert_int_equal(bar_get(WORDS), STORED); /* not saved, so not stored to */
	assert_false(is_there(FILE_NAME));
	assert_int_equal(restore_check(&device), 0);
	assert_int_equal(recover(&n), 0);
	assert_int_equal(n, 0);
}

/* The window is back, the power state is not: the next --recover is about that alone. */
static void test_window_is_put_back_once(void **state)
{
	char control[3];
	size_t n;

	(void)state;
	rescue.header.power = (struct pci_power){ .runtime_pm = "auto", .changed = true };
	kill_run();
	auto_fails = true;
	assert_int_equal(recover(&n), -EIO);
	assert_int_equal(n, 0);
	assert_int_equal(bar_get(0), FOUND);
	assert_true(is_there(FILE_NAME));
	bar_put(STORED + 1); /* somebody else's */
	auto_fails = false;
	assert_int_equal(recover(&n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(bar_get(0), STORED + 1);
	control_get(control);
	assert_string_equal(control, "au");
	assert_non_null(strstr(tree_log(), "could not be written back"));
}

static void assert_refused(int ret, const char *said)
{
	size_t n;

	assert_int_equal(recover(&n), ret);
	assert_int_equal(n, 0);
	assert_non_null(strstr(tree_log(), said));
	assert_int_equal(bar_get(0), STORED);
	assert_true(is_there(FILE_NAME));
}

/* Of the same model, at the same address, by the same boot. */
static void test_another_in_its_place(void **state)
{
	size_t n;

	(void)state;
	device.subsystem_vendor = 0x1af4;
	device.subsystem_device = 0x1100;
	begin_run();
	kill_run();
	device.serial++;
	assert_refused(-ENODEV, "of another device");
	device.serial--;
	device.subsystem_device++;
	assert_refused(-ENODEV, "of another device");
	device.subsystem_vendor = device.subsystem_device = 0; /* not known */
	device.has_serial = false;
	assert_int_equal(recover(&n), 0);
	assert_int_equal(bar_get(0), FOUND);
}

/* One that came after the list was made. */
static void test_driver_came(void **state)
{
	(void)state;
	kill_run();
	tree_link(DIR "driver", "../../drivers/vfio-pci");
	assert_refused(-EBUSY, "a driver has taken it");
}

/* "No such file" is no sign that the run has ended by itself. */
static void test_bar_cannot_be_mapped(void **state)
{
	size_t n;

	(void)state;
	kill_run();
	tree_remove(DIR "resource0");
	assert_int_equal(recover(&n), -ENOENT);
	assert_int_equal(n, 0);
	assert_true(is_there(FILE_NAME));
	assert_non_null(strstr(tree_log(), "could NOT be put back"));
}

/* Registers: it is done, once, and told to whoever goes on only where all is well. */
static void test_not_as_it_was(void **state)
{
	size_t n;

	(void)state;
	kill_run();
	changes_itself = true;
	assert_int_equal(recover(&n), 0);
	assert_int_equal(n, 1);
	assert_false(is_there(FILE_NAME));
	assert_non_null(strstr(tree_log(), "1 words of the window did not keep the value"));
}

/* The function was removed and found again under a run, and the next run is at work on it. */
static void test_settle_is_of_this_run(void **state)
{
	struct rescue before = rescue;

	(void)state;
	assert_int_equal(rescue_keep(&rescue), 0);
	assert_int_equal(rescue_settle(&before), 0);
	assert_true(is_there(FILE_NAME));
	assert_int_equal(rescue_settle(&rescue), 0);
	assert_false(is_there(FILE_NAME));
}

static void test_check_tidies_up(void **state)
{
	(void)state;
	kill_run();
	tree_put(FILE_NAME ".new", "not whole yet");
	tree_put(BOOT_ID, "00000000-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	assert_int_equal(restore_check(&device), 0);
	assert_false(is_there(FILE_NAME ".new"));
	assert_false(is_there(FILE_NAME));
}

/* Behind a masked /proc: it is not taken for another boot, whose file would go. */
static void test_boot_is_not_known(void **state)
{
	size_t n;

	(void)state;
	kill_run();
	tree_remove(BOOT_ID);
	assert_int_equal(restore_check(&device), -ENOENT);
	assert_non_null(strstr(tree_log(), "which boot a rescue file is of is not known"));
	assert_refused(-ENOENT, "is not known");
	/* nor one that was written there: /run is of this boot */
	tree_remove(FILE_NAME);
	assert_int_equal(rescue_keep(&rescue), 0);
	tree_put(BOOT_ID, "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	assert_int_equal(restore_check(&device), -EBUSY);
	assert_non_null(strstr(tree_log(), "another mmiobench works on"));
	rescue_unlock(&rescue);
	assert_int_equal(restore_check(&device), -EBUSY);
	assert_non_null(strstr(tree_log(), "--recover"));
	assert_int_equal(recover(&n), 0);
	assert_int_equal(bar_get(0), FOUND);
}

/*
 * With a /sys of their own, as in two network namespaces, both have pci_lock(): neither stores over the
 * other, and what a run is at work on is not "left behind".
 */
static void test_alive(void **state)
{
	struct rescue other = rescue;
	size_t n;

	(void)state;
	assert_int_equal(rescue_keep(&rescue), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(restore_check(&device), -EBUSY);
		assert_int_equal(recover(&n), -EBUSY);
		assert_int_equal(n, 0);
		assert_null(strstr(tree_log(), "--recover"));
		/* both have begun before either kept anything */
		assert_int_equal(rescue_keep(&other), -EEXIST);
		assert_true(is_there(FILE_NAME));
		assert_false(is_there(FILE_NAME ".new"));
		/* the next one of the run itself takes its place, and is as locked */
		assert_int_equal(rescue_keep(&rescue), 0);
	}
	assert_int_equal(rescue_settle(&rescue), 0);
	assert_int_equal(restore_check(&device), 0);
	assert_int_equal(rescue_keep(&other), 0);
	assert_int_equal(rescue_settle(&other), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_recover),
		TEST(test_window_is_put_back_once),
		TEST(test_another_in_its_place),
		TEST(test_driver_came),
		TEST(test_bar_cannot_be_mapped),
		TEST(test_not_as_it_was),
		TEST(test_settle_is_of_this_run),
		TEST(test_check_tidies_up), TEST(test_alive),
		TEST(test_boot_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
