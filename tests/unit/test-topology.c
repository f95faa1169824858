// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "env/topology.h"

/* On machines that hwloc makes up (HWLOC_SYNTHETIC): CPUs are numbered by node, core, thread. */

static void expect(const struct cpu_list *list, const unsigned int *want, unsigned int n)
{
	assert_int_equal(n, list->n);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(want[i], list->cpus[i]);
}

#define EXPECT(list, ...)                                                                          \
	do {                                                                                       \
		const unsigned int want_[] = { __VA_ARGS__ };                                      \
		expect(list, want_, sizeof(want_) / sizeof(want_[0]));                             \
	} while (0)

static void test_two_nodes(void **state)
{
	const struct pci_device dev = { .numa_node = 1 };
	struct cpu_list near, far;

	(void)state;
	setenv("HWLOC_SYNTHETIC", "numa:2 core:3 pu:2", 1);
	/* node 0: cores {0,1} {2,3} {4,5}; node 1: {6,7} {8,9} {10,11} */
	assert_int_equal(0, topology_list_cpus(&near, &far, 2, NULL));
	EXPECT(&near, 2, 4, 3, 5, 0, 1); /* cores first, then siblings; CPU 0's core last */
	EXPECT(&far, 6, 8, 10, 7, 9, 11);
	assert_int_equal(0, topology_list_cpus(&near, &far, 9, NULL));
	assert_int_equal(9, near.cpus[0]);
	assert_int_equal(6, near.n);
	assert_int_equal(6, far.n);
	/* where the device is known to be near */
	assert_int_equal(0, topology_list_cpus(&near, &far, 6, &dev));
	EXPECT(&near, 6, 8, 10, 7, 9, 11);
	EXPECT(&far, 2, 4, 3, 5, 0, 1);
}

static void test_small(void **state)
{
	struct cpu_list near, far;

	(void)state;
	setenv("HWLOC_SYNTHETIC", "pu:1", 1);
	assert_int_equal(0, topology_list_cpus(&near, &far, 0, NULL));
	EXPECT(&near, 0);
	assert_int_equal(0, far.n);
	setenv("HWLOC_SYNTHETIC", "core:2 pu:1", 1);
	assert_int_equal(0, topology_list_cpus(&near, &far, 1, NULL));
	EXPECT(&near, 1, 0);
}

/* More than the list holds: what is left out is left out, nothing is overrun. */
static void test_many(void **state)
{
	struct cpu_list near, far;

	(void)state;
	setenv("HWLOC_SYNTHETIC", "numa:2 core:256 pu:2", 1);
	assert_int_equal(0, topology_list_cpus(&near, &far, 1, NULL));
	assert_int_equal(CPU_LIST_MAX, near.n);
	assert_int_equal(CPU_LIST_MAX, far.n);
	assert_int_equal(1, near.cpus[0]);
	/* also one that comes late */
	assert_int_equal(0, topology_list_cpus(&near, &far, 511, NULL));
	assert_int_equal(CPU_LIST_MAX, near.n);
	assert_int_equal(511, near.cpus[0]);
}

/* A mask without a CPU near the device: it is measured all the same, and told. */
static void test_far(void **state)
{
	const struct pci_device dev = { .bdf = "0000:00:03.0", .numa_node = 1 }, here = { .numa_node = 0 };
	struct cpu_choice choice;
	cpu_set_t before, only;

	(void)state;
	assert_int_equal(0, sched_getaffinity(0, sizeof(before), &before));
	CPU_ZERO(&only);
	CPU_SET(0, &only);
	if (sched_setaffinity(0, sizeof(only), &only)) {
		print_message("CPU 0 may not be used here\n");
		skip();
	}
	setenv("HWLOC_SYNTHETIC", "numa:2 core:2 pu:1", 1);
	setenv("HWLOC_THISSYSTEM", "1", 1);
	assert_int_equal(0, topology_choose_cpu(&choice, NULL, &dev));
	assert_int_equal(0, choice.cpu);
	assert_non_null(strstr(choice.why, "far from the device"));
	assert_int_equal(0, topology_choose_cpu(&choice, NULL, &here));
	assert_non_null(strstr(choice.why, "near the device"));
	assert_int_equal(0, topology_choose_cpu(&choice, NULL, NULL));
	assert_non_null(strstr(choice.why, "is not known"));
	unsetenv("HWLOC_THISSYSTEM");
	assert_int_equal(0, sched_setaffinity(0, sizeof(before), &before));
}

/* Children and threads say it with the same words. */
static void test_pin(void **state)
{
	cpu_set_t before, now;
	unsigned int first = 0;
	char why[128] = "";

	(void)state;
	assert_int_equal(0, sched_getaffinity(0, sizeof(before), &before));
	while (!CPU_ISSET(first, &before))
		first++;
	assert_int_equal(0, topology_pin(first, why, sizeof(why)));
	assert_int_equal(0, sched_getaffinity(0, sizeof(now), &now));
	assert_int_equal(1, CPU_COUNT(&now));
	assert_true(CPU_ISSET(first, &now));
	assert_int_equal(0, sched_setaffinity(0, sizeof(before), &before));
	if (CPU_ISSET(CPU_SETSIZE - 1, &before))
		skip();
	assert_int_equal(-EINVAL, topology_pin(CPU_SETSIZE - 1, why, sizeof(why)));
	assert_string_equal("cannot run on CPU 1023: Invalid argument (it is offline, or a cpuset "
			    "forbids it)", why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_nodes),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
