// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "fake-tree.h"
#include "pci/power.h"

#define DIR     "/sys/bus/pci/devices/0000:01:00.0/"
#define COMMAND 0x04
#define CAP_MSI 0x40
#define CAP_PM  0x50
#define PMCSR   (CAP_PM + 4)

#define NO_SOFT_RESET 0x0008
#define PME_STATUS    0x8000

static struct pci_device device = { .bdf = "0000:01:00.0" };

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
	assert_int_equal(pci_power_on(&p, &device), 0);
	assert_false(p.changed);
	assert_int_equal(pci_power_restore(&p), 0);
	assert_int_equal(word(COMMAND), 0x0406);
	assert_int_equal(file_start(DIR "enable"), '7');
	assert_string_equal(tree_log(), "");
}

static void test_decode_is_turned_on_and_off(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0x0540, PME_STATUS);
	assert_int_equal(pci_power_on(&p, &device), 0);
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
	assert_int_equal(pci_power_on(&p, &device), 0);
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
	assert_int_equal(pci_power_on(&p, &device), 0);
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
	assert_int_equal(pci_power_on(&p, &device), -EIO);
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
	assert_int_equal(pci_power_on(&p, &device), 0);
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
		assert_int_equal(pci_power_on(&p, &device), cases[i].ret);
		assert_int_equal(word(COMMAND), cases[i].command);
		assert_int_equal(word(PMCSR), cases[i].pmcsr);
		assert_int_equal(file_start(DIR "enable"), '0');
		assert_int_equal(file_start(DIR "power/control"), 'a');
		assert_non_null(strstr(tree_log(), cases[i].said));
		assert_int_equal(pci_power_restore(&p), 0);
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
	assert_int_equal(pci_power_on(&p, &device), -ENODEV);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_non_null(strstr(tree_log(), "D3cold"));
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
	assert_int_equal(pci_power_on(&p, &device), 0);
	assert_int_equal(p.pm_offset, 0);
	tree_put_bytes(DIR "config", c, 64); /* as without root */
	assert_int_equal(pci_power_on(&p, &device), -EIO);
	tree_put_bytes(DIR "config", c, 0);
	assert_int_equal(pci_power_on(&p, &device), -EIO);
	tree_remove(DIR "config");
	assert_int_equal(pci_power_on(&p, &device), -ENOENT);
	assert_non_null(strstr(tree_log(), "0000:01:00.0"));
}

static void test_no_enable_file(void **state)
{
	struct pci_power p;

	(void)state;
	function_put(0, 0);
	tree_remove(DIR "enable");
	tree_put(DIR "power/control", "auto");
	assert_int_equal(pci_power_on(&p, &device), -ENOENT);
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
	assert_int_equal(pci_power_on(&p, &device), 0);
	tree_remove(DIR "enable");
	assert_int_equal(pci_power_restore(&p), -ENOENT);
	assert_int_equal(word(COMMAND), 0x0400);
	assert_int_equal(file_start(DIR "power/control"), 'a');
	assert_non_null(strstr(tree_log(), "could not be written back"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_awake_is_left_alone),
		TEST(test_decode_is_turned_on_and_off),
		TEST(test_command_is_restored_whole),
		TEST(test_d3hot_wakes_and_sleeps_again),
		TEST(test_d3hot_with_soft_reset_is_the_kernels),
		TEST(test_runtime_pm_is_held),
		TEST(test_driver_keeps_its_function),
		TEST(test_all_ones),
		TEST(test_malformed_config),
		TEST(test_no_enable_file),
		TEST(test_restore_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
