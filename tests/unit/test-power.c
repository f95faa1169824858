// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "fake-tree.h"
#include "pci/lock.h"
#include "restore/power.h"

#define DIR     "/sys/bus/pci/devices/0000:01:00.0/"
#define COMMAND 0x04
#define CAP_MSI 0x40
#define CAP_PM  0x50
#define PMCSR   (CAP_PM + 4)

#define NO_SOFT_RESET 0x0008
#define PME_STATUS    0x8000

static struct pci_device device = { .bdf = "0000:01:00.0", .vendor = 0x1af4 };

/*
 * libc's, but for what a plain file cannot do: refuse "0" as sysfs "enable" does once a driver is
 * bound, fail to put "auto" back, and take "1" as a kernel does that wakes the function first and
 * then cannot enable it.
 */
static bool disable_is_busy, auto_fails;
static void (*enable_fails)(void);

static bool is_text(const void *buf, size_t n, const char *text)
{
	return n == strlen(text) && !memcmp(buf, text, n);
}

ssize_t write(int fd, const void *buf, size_t n)
{
	void (*wake)(void) = enable_fails;

	errno = EBUSY;
	if (disable_is_busy && is_text(buf, n, "0"))
		return -1;
	errno = EIO;
	if (auto_fails && is_text(buf, n, "auto"))
		return -1;
	if (enable_fails && is_text(buf, n, "1")) {
		enable_fails = NULL;
		wake();
		errno = EINVAL;
		return -1;
	}
	return syscall(SYS_write, fd, buf, n);
}

static unsigned int word(unsigned int at)
{
	uint8_t c[256];

	tree_get(DIR "config", c, sizeof(c));
	return c[at] | (unsigned int)c[at + 1] << 8;
}

/* A function with MSI before power management; plain files, so that "enable" does nothing. */
static void function_put(unsigned int command, unsigned int pmcsr)
{
	uint8_t c[256] = { 0xf4, 0x1a, 0x10, 0x11 };

	c[COMMAND] = (uint8_t)command;
	c[COMMAND + 1] = (uint8_t)(command >> 8);
	c[6] = 0x10;
	c[7] = 0xf9; /* STATUS bits that a write of ones would clear */
	c[0x34] = CAP_MSI;
	c[CAP_MSI] = 0x05;
	c[CAP_MSI + 1] = CAP_PM;
	c[CAP_PM] = 0x01;
	c[PMCSR] = (uint8_t)pmcsr;
	c[PMCSR + 1] = (uint8_t)(pmcsr >> 8);
	tree_put_bytes(DIR "config", c, sizeof(c));
	tree_put(DIR "enable", "0");
	tree_put(DIR "power/control", "on");
}

static void word_put(unsigned int at, unsigned int value)
{
	uint8_t c[256];

	tree_get(DIR "config", c, sizeof(c));
	c[at] = (uint8_t)value;
	c[at + 1] = (uint8_t)(value >> 8);
	tree_put_bytes(DIR "config", c, sizeof(c));
}

static char file_start(const char *path)
{
	char c;

	tree_get(path, &c, 1);
	return c;
}

static int begin(void **state)
{
	(void)state;
	tree_begin();
	device.driver[0] = 0;
	device.virtual_function = false;
	disable_is_busy = auto_fails = false;
	enable_fails = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

static void test_awake_is_left_alone(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0406, 0);
	tree_put(DIR "enable", "7");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	assert_false(p.changed);
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(word(COMMAND), 0x0406);
	assert_int_equal(file_start(DIR "enable"), '7');
	assert_string_equal(tree_log(), "");
}

/* Hot-swapped without the kernel's noticing: what was saved is another device's. */
static void test_another_in_its_place(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0, 0);
	device.vendor = 0x8086;
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -ENODEV);
	device.vendor = 0x1af4;
	assert_int_equal(word(COMMAND), 0);
	assert_non_null(strstr(tree_log(), "was replaced"));
}

static void test_decode_is_turned_on_and_off(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0540, PME_STATUS);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	assert_int_equal(word(COMMAND), 0x0542);
	assert_int_equal(file_start(DIR "enable"), '1');
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(word(COMMAND), 0x0540);
	assert_int_equal(word(6), 0xf910);
	assert_int_equal(word(PMCSR), PME_STATUS);
	assert_int_equal(file_start(DIR "enable"), '0');
	tree_put(DIR "enable", "7");
	assert_int_equal(pci_power_restore(&p), 0); /* twice: nothing more */
	assert_int_equal(file_start(DIR "enable"), '7');
}

/* COMMAND as a whole: what another had set in between, such as bus mastering, goes as well. */
static void test_command_is_restored_whole(void **state)
{
	struct pci_power p;
	uint8_t c[256];

	(void)state;
	function_put(0x0400, 0);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	tree_get(DIR "config", c, sizeof(c));
	c[COMMAND] = 0x07;
	c[COMMAND + 1] = 0;
	tree_put_bytes(DIR "config", c, sizeof(c));
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(word(COMMAND), 0x0400);
}

static void test_d3hot_wakes_and_sleeps_again(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0002, PME_STATUS | NO_SOFT_RESET | 3);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	assert_int_equal(word(PMCSR), NO_SOFT_RESET); /* a 0 leaves PME status alone */
	assert_int_equal(file_start(DIR "enable"), '1');
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(word(PMCSR), NO_SOFT_RESET | 3);
	assert_int_equal(word(COMMAND), 0x0002);
}

/* A function that is reset on its way to D0 would lose its BARs: only the kernel may do that. */
static void test_d3hot_with_soft_reset_is_the_kernels(void **state)
{
	struct pci_power p = { .dev = NULL };

	(void)state;
	function_put(0x0000, 3);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -EIO);
	assert_null(p.dev);
	assert_int_equal(word(PMCSR), 3);
	assert_int_equal(word(COMMAND), 0);
	assert_int_equal(file_start(DIR "enable"), '0'); /* taken back */
	assert_non_null(strstr(tree_log(), "stays in D3"));
}

static void test_runtime_pm_is_held(void **state)
{
	char control[5] = "";
	struct pci_power p;

	(void)state;
	function_put(0x0002, 0);
	tree_put(DIR "power/control", "auto\n");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	tree_get(DIR "power/control", control, 2);
	assert_memory_equal(control, "on", 2);
	assert_int_equal(pci_power_restore(&p), 0);
	tree_get(DIR "power/control", control, 4);
	assert_string_equal(control, "auto");
}

static void test_driver_keeps_its_function(void **state)
{
	static const struct {
		unsigned int command, pmcsr;
		int ret;
		const char *said;
	} cases[] = {
		{ 0x0006, 0, 0, "" },
		{ 0x0004, 0, -EBUSY, "memory decode off" },
		{ 0x0006, 3, -EBUSY, "asleep in D3" },
	};

	(void)state;
	strcpy(device.driver, "vfio-pci");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pci_power p = { .dev = NULL };

		function_put(cases[i].command, cases[i].pmcsr);
		tree_put(DIR "power/control", "auto");
		assert_int_equal(pci_power_on(&p, &device, NULL, NULL), cases[i].ret);
		assert_int_equal(word(COMMAND), cases[i].command);
		assert_int_equal(word(PMCSR), cases[i].pmcsr);
		assert_int_equal(file_start(DIR "enable"), '0');
		assert_int_equal(file_start(DIR "power/control"), 'a');
		assert_non_null(strstr(tree_log(), cases[i].said));
		assert_int_equal(pci_power_restore(&p), 0);
	}
}

/* The kernel's word is asked first: to read the configuration space of what is in D3cold wakes it. */
static void test_driver_has_it_cold(void **state)
{
	static const struct {
		const char *state, *said;
	} cases[] = {
		{ "D3cold\n", "asleep in D3cold," }, { "D3hot\n", "asleep in D3hot," },
		{ "D0\n", NULL }, { "unknown\n", NULL },
	};

	(void)state;
	strcpy(device.driver, "vfio-pci");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pci_power p = { .dev = NULL };

		function_put(0x0006, 0); /* as what was woken reads */
		tree_put(DIR "power_state", cases[i].state);
		assert_int_equal(pci_power_on(&p, &device, NULL, NULL), cases[i].said ? -EBUSY : 0);
		assert_true(!cases[i].said || strstr(tree_log(), cases[i].said));
	}
}

static void test_all_ones(void **state)
{
	struct pci_power p = { .dev = NULL };
	uint8_t ones[256];

	(void)state;
	function_put(0, 0);
	tree_put(DIR "power/control", "auto");
	memset(ones, 0xff, sizeof(ones));
	tree_put_bytes(DIR "config", ones, sizeof(ones));
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -ENODEV);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_non_null(strstr(tree_log(), "remove it (echo 1 > remove) and rescan"));
}

/* What nobody would build: a ring of capabilities, and a file that ends early. */
static void test_malformed_config(void **state)
{
	uint8_t c[256] = { 0xf4, 0x1a, [6] = 0x10, [0x34] = 0x40, [0x40] = 0x05, [0x41] = 0x40 };
	struct pci_power p;

	(void)state;
	function_put(0, 0);
	c[COMMAND] = 2;
	tree_put_bytes(DIR "config", c, sizeof(c));
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	assert_int_equal(p.pm_offset, 0);
	tree_put_bytes(DIR "config", c, 64); /* as without root */
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -EIO);
	tree_put_bytes(DIR "config", c, 0);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -EIO);
	tree_remove(DIR "config");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -ENOENT);
	assert_non_null(strstr(tree_log(), "0000:01:00.0"));
}

static void test_no_enable_file(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0, 0);
	tree_remove(DIR "enable");
	tree_put(DIR "power/control", "auto");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -ENOENT);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_int_equal(word(COMMAND), 0);
}

/* One part that cannot be put back does not keep the others from it. */
static void test_restore_goes_on(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0400, 0);
	tree_put(DIR "power/control", "auto");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	tree_remove(DIR "enable");
	assert_int_equal(pci_power_restore(&p), -ENOENT);
	assert_int_equal(word(COMMAND), 0x0400);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_non_null(strstr(tree_log(), "could not be written back"));
}

/* What is left to put back is known, and a second attempt makes up for it. */
static void test_restore_again(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0400, 0);
	tree_put(DIR "power/control", "auto");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	auto_fails = true;
	assert_int_equal(pci_power_restore(&p), -EIO);
	assert_int_equal(word(COMMAND), 0x0400);
	assert_true(p.changed);
	assert_false(p.enabled); /* that part is back */
	word_put(COMMAND, 0x0006); /* somebody's since */
	auto_fails = false;
	assert_int_equal(pci_power_restore(&p), 0);
	assert_false(p.changed);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_int_equal(word(COMMAND), 0x0006);
	assert_non_null(strstr(tree_log(), "could not be written back"));
}

/* It cannot be turned on, and what was changed for it cannot be put back either. */
static void test_on_leaves_something(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0000, 3);
	tree_put(DIR "power/control", "auto");
	auto_fails = true;
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -EIO);
	assert_true(p.changed);
	assert_string_equal(p.runtime_pm, "auto");
	assert_int_equal(file_start(DIR "power/control"), 'o');
	auto_fails = false;
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_non_null(strstr(tree_log(), "stays in D3"));
}

static void wake_half(void)
{
	word_put(PMCSR, NO_SOFT_RESET);
	word_put(COMMAND, 0x0501);
}

/* Linux drivers/pci/pci.c do_pci_enable_device: D0 comes before what may fail. */
static void test_enable_fails_half_way(void **state)
{
	struct pci_power p = { .dev = NULL };

	(void)state;
	function_put(0x0500, NO_SOFT_RESET | 3);
	enable_fails = wake_half;
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -EINVAL);
	assert_false(p.changed);
	assert_int_equal(word(PMCSR), NO_SOFT_RESET | 3);
	assert_int_equal(word(COMMAND), 0x0500);
	assert_int_equal(file_start(DIR "enable"), '0');
	assert_non_null(strstr(tree_log(), "cannot enable it"));
}

/*
 * Somebody has put it to sleep meanwhile: to wake it by hand may reset it, whose BARs nobody would
 * set up again.
 */
static void test_asleep_meanwhile(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0400, 0);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	word_put(PMCSR, 3);
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(word(PMCSR), 3);
	assert_int_equal(word(COMMAND), 0x0400);
	assert_int_equal(file_start(DIR "enable"), '0');
}

/* All that was changed under nobody's eyes is now a driver's. */
static void assert_left_to_driver(const char *name)
{
	const char *text = tree_log(), *warning = strstr(text, "warning");
	char control[3] = "";

	assert_int_equal(word(COMMAND), 0x0502);
	assert_int_equal(word(PMCSR), NO_SOFT_RESET);
	tree_get(DIR "power/control", control, 2);
	assert_string_equal(control, "on");
	assert_non_null(strstr(text, name));
	assert_non_null(strstr(text, "COMMAND (was 0x0500)"));
	assert_non_null(strstr(text, "power state (was D3)"));
	assert_non_null(strstr(text, "power/control \"on\" (was \"auto\")"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
	assert_non_null(warning);
}

static void power_on_all(struct pci_power *p)
{
	function_put(0x0500, NO_SOFT_RESET | 3);
	tree_put(DIR "power/control", "auto");
	assert_int_equal(pci_power_on(p, &device, NULL, NULL), 0);
	assert_int_equal(word(COMMAND), 0x0502);
	assert_int_equal(word(PMCSR), NO_SOFT_RESET);
}

static void test_driver_bound_meanwhile(void **state)
{
	struct pci_power p;

	(void)state;
	power_on_all(&p);
	tree_link(DIR "driver", "../../drivers/vfio-pci");
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(file_start(DIR "enable"), '1');
	assert_left_to_driver("a driver (vfio-pci)");
	assert_int_equal(pci_power_restore(&p), 0);
	assert_string_equal(tree_log(), "");
}

/* After the list was made: its power is not ours to hold. */
static void test_driver_bound_before(void **state)
{
	struct pci_power p = { .dev = NULL };

	(void)state;
	function_put(0x0002, 0);
	tree_put(DIR "power/control", "auto");
	tree_link(DIR "driver", "../../drivers/vfio-pci");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -EBUSY);
	assert_false(p.changed);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_non_null(strstr(tree_log(), "a driver has taken it just now"));
}

/* The kernel knows of a driver before its link is there. */
static void test_enable_is_busy_meanwhile(void **state)
{
	struct pci_power p;

	(void)state;
	power_on_all(&p);
	disable_is_busy = true;
	assert_int_equal(pci_power_restore(&p), 0);
	assert_left_to_driver("a driver (not known)");
}

/* Only runtime power management was changed: nothing is said of what was not. */
static void test_driver_bound_while_awake(void **state)
{
	char control[3] = "";
	const char *text;
	struct pci_power p;

	(void)state;
	function_put(0x0002, 0);
	tree_put(DIR "power/control", "auto");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	tree_link(DIR "driver", "../../drivers/vfio-pci");
	assert_int_equal(pci_power_restore(&p), 0);
	tree_get(DIR "power/control", control, 2);
	assert_string_equal(control, "on");
	text = tree_log();
	assert_non_null(strstr(text, "power/control"));
	assert_null(strstr(text, "COMMAND"));
}

/* PCIe base spec 9.3.4.1: vendor reads ffff, memory space enable is hardwired to 0. */
static void virtual_function_put(unsigned int command)
{
	uint8_t c[256];

	function_put(command, 0);
	tree_get(DIR "config", c, sizeof(c));
	memset(c, 0xff, 4);
	tree_put_bytes(DIR "config", c, sizeof(c));
	device.virtual_function = true;
}

/* A driver's is that driver's; nobody's is enabled, as it may have decode of its own, as QEMU's have. */
static void test_virtual_function(void **state)
{
	struct pci_power p;

	(void)state;
	for (int bound = 0; bound < 2; bound++) {
		virtual_function_put(0x0400);
		strcpy(device.driver, bound ? "iavf" : "");
		assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
		assert_int_equal(p.changed, !bound);
		assert_int_equal(file_start(DIR "enable"), bound ? '0' : '1');
		assert_int_equal(word(COMMAND), bound ? 0x0400 : 0x0402);
		assert_int_equal(pci_power_restore(&p), 0);
		assert_int_equal(file_start(DIR "enable"), '0');
		assert_int_equal(word(COMMAND), 0x0400);
		assert_string_equal(tree_log(), "");
	}
	virtual_function_put(0x0402);
	strcpy(device.driver, "");
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), 0);
	assert_false(p.changed);
}

/* Its reserved bits read 0, unless nothing answers: as Linux tells in pci_dev_wait. */
static void test_virtual_function_is_gone(void **state)
{
	struct pci_power p;

	(void)state;
	virtual_function_put(0xffff);
	assert_int_equal(pci_power_on(&p, &device, NULL, NULL), -ENODEV);
	assert_non_null(strstr(tree_log(), "all ones"));
}

/* pci_lock in a process of its own: 0 or the error, as its exit status. */
static int lock_elsewhere(void)
{
	pid_t pid = fork();
	int status, fd;

	assert_true(pid >= 0);
	if (!pid) {
		fd = pci_lock(&device);
		_exit(fd < 0 ? -fd : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_lock(void **state)
{
	int fd;

	(void)state;
	function_put(0x0402, 0);
	fd = pci_lock(&device);
	assert_true(fd >= 0);
	assert_int_equal(lock_elsewhere(), -EBUSY);
	assert_non_null(strstr(tree_log(), "another mmiobench works on 0000:01:00.0: wait for it"));
	pci_unlock(fd);
	assert_int_equal(lock_elsewhere(), 0);
	fd = pci_lock(&device); /* that one ended without a word */
	assert_true(fd >= 0);
	pci_unlock(fd);
	pci_unlock(-EBUSY);
	assert_string_equal(tree_log(), "");
}

/* Any user may lock a file that all may read, and would be waited for in vain. */
static void test_lock_tells_the_holder(void **state)
{
	/* 4194305: above the kernel's PID_MAX_LIMIT */
#define MINE major(st.st_dev), minor(st.st_dev), st.st_ino
	struct stat st;
	char locks[512];
	int fd;

	(void)state;
	function_put(0x0402, 0);
	fd = pci_lock(&device);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	snprintf(locks, sizeof(locks),
		 "1: POSIX  ADVISORY  WRITE 811 %02x:%02x:%lu 0 EOF\n"
		 "2: FLOCK  ADVISORY  WRITE 812 %02x:%02x:%lu 0 EOF\n"
		 "3: FLOCK  ADVISORY  READ  4194305 %02x:%02x:%lu 0 EOF\n"
		 "3: -> FLOCK  ADVISORY  WRITE 814 %02x:%02x:%lu 0 EOF\n",
		 MINE, MINE - 1, MINE, MINE);
	tree_put("/proc/locks", locks);
	tree_put("/proc/812/comm", "other\n");
	tree_put("/proc/4194305/comm", "flock\033[2J\n");
	assert_int_equal(lock_elsewhere(), -EBUSY);
	assert_non_null(strstr(tree_log(), "process 4194305 (flock?[2J), which is no mmiobench, has locked "
					   "the configuration space of 0000:01:00.0: end it\n"));
	tree_put("/proc/4194305/comm", "mmiobench\n");
	assert_int_equal(lock_elsewhere(), -EBUSY);
	assert_non_null(strstr(tree_log(), "another mmiobench (process 4194305) works on 0000:01:00.0: "
					   "wait for it\n"));
	/* hidepid: it is there, its name is not */
	tree_remove("/proc/4194305/comm");
	assert_int_equal(lock_elsewhere(), -EBUSY);
	assert_non_null(strstr(tree_log(), "process 4194305 has locked the configuration space of "
					   "0000:01:00.0: if it is an mmiobench, wait for it"));
	/* flock 9; COMMAND: flock(1) ends, and what inherits 9 keeps it */
	tree_remove("/proc/4194305");
	assert_int_equal(lock_elsewhere(), -EBUSY);
	assert_non_null(strstr(tree_log(), "the configuration space of 0000:01:00.0 is locked: process 4194305, "
					   "which has ended, has left it so"));
	pci_unlock(fd);
#undef MINE
}

/* Cells are children: what one of them does not outlive is not the session's end. */
static void test_lock_is_the_parents(void **state)
{
	int fd, status;
	pid_t pid;

	(void)state;
	function_put(0x0402, 0);
	fd = pci_lock(&device);
	assert_true(fd >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		pci_unlock(fd);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(lock_elsewhere(), -EBUSY);
	pci_unlock(fd);
}

static void test_lock_of_nothing(void **state)
{
	(void)state;
	assert_int_equal(pci_lock(&device), -ENOENT);
	assert_non_null(strstr(tree_log(), "0000:01:00.0"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_awake_is_left_alone),
		TEST(test_another_in_its_place),
		TEST(test_decode_is_turned_on_and_off),
		TEST(test_command_is_restored_whole),
		TEST(test_d3hot_wakes_and_sleeps_again),
		TEST(test_d3hot_with_soft_reset_is_the_kernels),
		TEST(test_runtime_pm_is_held),
		TEST(test_driver_keeps_its_function),
		TEST(test_driver_has_it_cold),
		TEST(test_all_ones),
		TEST(test_malformed_config),
		TEST(test_no_enable_file),
		TEST(test_restore_goes_on),
		TEST(test_restore_again),
		TEST(test_on_leaves_something),
		TEST(test_enable_fails_half_way),
		TEST(test_asleep_meanwhile),
		TEST(test_driver_bound_meanwhile),
		TEST(test_driver_bound_before),
		TEST(test_enable_is_busy_meanwhile),
		TEST(test_driver_bound_while_awake),
		TEST(test_virtual_function),
		TEST(test_virtual_function_is_gone),
		TEST(test_lock),
		TEST(test_lock_tells_the_holder),
		TEST(test_lock_is_the_parents),
		TEST(test_lock_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
