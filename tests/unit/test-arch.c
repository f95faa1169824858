// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "arch/arch.h"
#include "exp/exp.h"
#include "verdict/evidence.h"

/* What every architecture must have: whatever is missing is named, and of which. */

static void has(const struct arch_info *info, const char *what, const char *text)
{
	if (!text || !*text)
		fail_msg("%s: no %s", info->name, what);
}

static void test_names(void **state)
{
	static const char *const asks[ARCH_ASKS] = { "asks[ASKS_DEVICE]", "asks[ASKS_WRITECOMBINE]",
						     "asks[ASKS_CACHED]", "asks[ASKS_NONCACHED]" };

	(void)state;
	for (int i = 0; i < ARCH_INFOS; i++) {
		const struct arch_info *info = arch_infos[i];

		assert_true(info->name && *info->name);
		assert_ptr_equal(info, arch_info_of(info->name)); /* no other has its name */
		has(info, "go_name", info->go_name);
		has(info, "clock", info->clock);
		has(info, "device", info->device);
		has(info, "normal_nc", info->normal_nc);
		has(info, "write_back", info->write_back);
		for (int k = 0; k < ARCH_ASKS; k++)
			has(info, asks[k], info->asks[k]);
	}
	assert_ptr_equal(arch_here(), arch_info_of(arch_name));
	assert_string_equal(arch_name, arch_here()->name);
}

/* What experiments ask for: without it they leave something out, and say nothing. */
static void test_purposes(void **state)
{
	static const struct {
		unsigned int purpose;
		const char *name;
		const char *barrier; /* where results of all have it by this name */
	} rows[] = {
		{ FOR_ENDING_GATHERING, "FOR_ENDING_GATHERING", NULL },
		{ FOR_STORES_BEFORE_DOORBELL, "FOR_STORES_BEFORE_DOORBELL", NULL },
		{ FOR_WAITING_FOR_LOADS, "FOR_WAITING_FOR_LOADS", NULL },
		{ FOR_FULL_ORDER, "FOR_FULL_ORDER", NULL },
		{ FOR_ARRIVAL, "FOR_ARRIVAL", "read-flush" },
		{ FOR_LOADING_BACK, "FOR_LOADING_BACK", "load-back" },
		{ FOR_DEPENDENCE, "FOR_DEPENDENCE", "dep" },
		{ FOR_DOORBELLS, "FOR_DOORBELLS", "none" },
	};

	(void)state;
	for (int i = 0; i < ARCH_INFOS; i++)
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			const struct barrier *b = arch_barrier_for(arch_infos[i], rows[k].purpose);

			if (!b)
				fail_msg("%s: no barrier is %s", arch_infos[i]->name, rows[k].name);
			if (rows[k].barrier && strcmp(rows[k].barrier, b->name))
				fail_msg("%s: the first barrier %s is %s, not %s", arch_infos[i]->name,
					 rows[k].name, b->name, rows[k].barrier);
		}
}

static void test_barriers(void **state)
{
	(void)state;
	for (int i = 0; i < ARCH_INFOS; i++)
		for (const struct barrier *b = arch_infos[i]->barriers; b->name; b++) {
			has(arch_infos[i], b->name, b->what);
			if (!*b->instructions && strcmp(b->name, "none"))
				fail_msg("%s: barrier %s: no instruction in its row", arch_infos[i]->name, b->name);
		}
}

static bool has_rule(enum probe probe)
{
	for (const struct evidence_rule *rule = judge_evidence_rules; rule->line; rule++)
		if (rule->probe == probe)
			return true;
	return false;
}

static bool is_experiment(enum probe probe)
{
	for (const struct experiment *const *e = experiments; *e; e++)
		if ((*e)->crash_probe == probe)
			return true;
	return false;
}

/* Of the one that this is built for. A probe is evidence, or asked for by name. */
static void test_crash_probes(void **state)
{
	(void)state;
	for (const struct crash_probe *c = arch_crash_probes; c->probe; c++)
		if (!(c->tells_type ? has_rule(c->probe) : is_experiment(c->probe)))
			fail_msg("%s: crash probe %s: no row in %s", arch_name, words_probe.name((int)c->probe),
				 c->tells_type ? "judge_evidence_rules" : "EXPERIMENTS");
	/* probes.c asks the first whether the others may be tried */
	if (arch_here()->alignment_tells_type && arch_crash_probes[0].probe != PROBE_ALIGNMENT)
		fail_msg("%s: alignment_tells_type, and its first crash probe is not \"alignment\"", arch_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_purposes),
		cmocka_unit_test(test_barriers),
		cmocka_unit_test(test_crash_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
