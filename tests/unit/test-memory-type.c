// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory types: the manuals' tables once more, as text. */
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "witness/memory_type.h"

#define assert_type(want, type) assert_string_equal(want, memory_type_name(type))

static enum memory_type type_of(const char *name)
{
	for (unsigned int t = 0; t < MEMORY_TYPES; t++)
		if (!strcmp(memory_type_name(t), name))
			return t;
	fail_msg("no type %s", name);
	return MEMORY_UNKNOWN;
}

static struct memory_attr attr_of(const char *name)
{
	return (struct memory_attr){ type_of(name), false };
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum memory_class class;
		bool combines;
	} rows[] = {
		{ "unknown", MEMORY_CLASS_UNKNOWN, false },
		{ "Device-nGnRnE", MEMORY_CLASS_DEVICE, false },
		{ "Device-nGnRE", MEMORY_CLASS_DEVICE, false },
		{ "Device-nGRE", MEMORY_CLASS_DEVICE, false },
		{ "Device-GRE", MEMORY_CLASS_DEVICE, true },
		{ "Normal-NC", MEMORY_CLASS_COMBINING, true },
		{ "Normal-WT", MEMORY_CLASS_CACHED, true },
		{ "Normal-WB", MEMORY_CLASS_CACHED, true },
		{ "UC", MEMORY_CLASS_DEVICE, false },
		{ "UC-", MEMORY_CLASS_DEVICE, false },
		{ "WC", MEMORY_CLASS_COMBINING, true },
		{ "WT", MEMORY_CLASS_CACHED, true },
		{ "WP", MEMORY_CLASS_CACHED, false },
		{ "WB", MEMORY_CLASS_CACHED, true },
		{ "by guest", MEMORY_CLASS_UNKNOWN, false },
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(rows), MEMORY_TYPES);
	for (unsigned int i = 0; i < MEMORY_TYPES; i++) {
		enum memory_type t = type_of(rows[i].name);

		assert_int_equal(t, i);
		assert_int_equal(memory_type_class(t), rows[i].class);
		assert_int_equal(memory_type_combines_stores(t), rows[i].combines);
	}
	assert_type("unknown", MEMORY_TYPES);
	assert_type("unknown", (enum memory_type)-1);
	assert_int_equal(memory_type_class(MEMORY_TYPES), MEMORY_CLASS_UNKNOWN);
	assert_false(memory_type_combines_stores(MEMORY_TYPES));
}

/* facts of the lab: resource2 is 4, resource2_wc 2, /dev/mem 3, vvar 0 */
static void test_arm_stage1(void **state)
{
	static const char *const newer[] = {
		"Normal-WB", "Normal-WB", "Normal-NC", "Device-nGnRnE", "Device-nGnRE", "unknown",
		"unknown", "unknown", "unknown",
	};
	static const char *const older[] = {
		"Device-nGnRnE", "Device-nGnRE", "Device-GRE", "Normal-NC", "Normal-WB", "Normal-WT",
		"Normal-WB", "unknown", "unknown",
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(newer); i++) {
		assert_type(newer[i], memory_type_arm_stage1(ARM_MAIR_5_11, i));
		assert_type(older[i], memory_type_arm_stage1(ARM_MAIR_OLD, i));
	}
	assert_type("unknown", memory_type_arm_stage1((enum arm_mair_layout)7, 0));
}

static void test_arm_stage2(void **state)
{
	static const struct {
		const char *plain, *fwb;
		bool forced;
	} rows[16] = {
		{ "Device-nGnRnE", "Device-nGnRnE", false },
		{ "Device-nGnRE", "Device-nGnRE", false },
		{ "Device-nGRE", "Device-nGRE", false },
		{ "Device-GRE", "Device-GRE", false },
		{ "unknown", "unknown", false },
		{ "Normal-NC", "Normal-NC", false },
		{ "unknown", "Normal-WB", true },
		{ "unknown", "by guest", false },
		{ "unknown", "unknown", false },
		{ "unknown", "unknown", false },
		{ "Normal-WT", "unknown", false },
		{ "unknown", "unknown", false },
		{ "unknown", "unknown", false },
		{ "unknown", "unknown", false },
		{ "unknown", "Normal-WB", true },
		{ "Normal-WB", "by guest", false },
	};

	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		struct memory_attr plain = memory_type_arm_stage2(i, false);
		struct memory_attr fwb = memory_type_arm_stage2(i, true);

		assert_type(rows[i].plain, plain.type);
		assert_false(plain.forced);
		assert_type(rows[i].fwb, fwb.type);
		assert_int_equal(rows[i].forced, fwb.forced);
	}
}

/* PAT:PCD:PWT in a leaf of 4 KiB and in a large one. */
static uint64_t x86_leaf(unsigned int index, bool large)
{
	return 1 | (uint64_t)(index & 3) << 3 | (uint64_t)(index >> 2) << (large ? 12 : 7) |
	       (large ? 1 << 7 : 1 << 12);
}

static void test_x86(void **state)
{
	static const char *const linux_pat[8] = { "WB", "WC", "UC-", "UC", "WB", "WP", "UC-", "WT" };
	/* after a reset: WB WT UC- UC, twice */
	static const char *const reset_pat[8] = { "WB", "WT", "UC-", "UC", "WB", "WT", "UC-", "UC" };

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		for (int large = 0; large < 2; large++) {
			uint64_t leaf = x86_leaf(i, large);
			struct memory_attr npt = memory_type_npt(leaf, large, X86_PAT_LINUX);

			assert_type(linux_pat[i], memory_type_x86(leaf, large, X86_PAT_LINUX));
			assert_type(reset_pat[i], memory_type_x86(leaf, large, 0x0007040600070406));
			assert_type(strcmp(linux_pat[i], "WB") ? linux_pat[i] : "by guest", npt.type);
			assert_false(npt.forced);
		}
	}
	/* no type has these numbers */
	assert_type("unknown", memory_type_x86(1, false, 2));
	assert_type("unknown", memory_type_x86(1, false, 3));
	assert_type("unknown", memory_type_x86(1, false, 8));
	assert_type("unknown", memory_type_npt(1, false, 0xff).type);
}

static void test_ept(void **state)
{
	static const char *const ipat[8] = { "UC", "WC", "unknown", "unknown", "WT", "WP", "WB", "unknown" };

	(void)state;
	for (uint64_t i = 0; i < 8; i++) {
		struct memory_attr open = memory_type_ept(7 | i << 3);
		struct memory_attr forced = memory_type_ept(7 | i << 3 | 1 << 6);
		bool known = strcmp(ipat[i], "unknown");

		assert_type(ipat[i], forced.type);
		assert_int_equal(known, forced.forced);
		assert_type(strcmp(ipat[i], "WB") ? ipat[i] : "by guest", open.type);
		assert_false(open.forced);
	}
}

/* Each line: a type of stage 2, then what the stage 1 types of the first line become. */
static void check_table(enum memory_rules rules, const char *const *table, size_t columns, size_t lines)
{
	for (size_t line = 1; line < lines; line++) {
		const char *const *row = table + line * (columns + 1);

		for (size_t i = 1; i <= columns; i++) {
			enum memory_type got = memory_type_combine(rules, type_of(table[i]), attr_of(row[0]));

			if (strcmp(row[i], memory_type_name(got)))
				fail_msg("%s through %s: %s, not %s", table[i], row[0], memory_type_name(got),
					 row[i]);
		}
	}
}

#define N0 "Device-nGnRnE"
#define N1 "Device-nGnRE"
#define N2 "Device-nGRE"
#define N3 "Device-GRE"
#define NC "Normal-NC"
#define NT "Normal-WT"
#define NB "Normal-WB"
#define NO "unknown"

static void test_combine_arm(void **state)
{
	/* Arm ARM, tables of "combining stage 1 and stage 2 memory type and cacheability" */
	static const char *const table[][8] = {
		{ "", N0, N1, N2, N3, NC, NT, NB },
		{ N0, N0, N0, N0, N0, N0, N0, N0 },
		{ N1, N0, N1, N1, N1, N1, N1, N1 },
		{ N2, N0, N1, N2, N2, N2, N2, N2 },
		{ N3, N0, N1, N2, N3, N3, N3, N3 },
		{ NC, N0, N1, N2, N3, NC, NC, NC },
		{ NT, N0, N1, N2, N3, NC, NT, NT },
		{ NB, N0, N1, N2, N3, NC, NT, NB },
		{ "by guest", N0, N1, N2, N3, NC, NT, NB },
		{ NO, NO, NO, NO, NO, NO, NO, NO },
		{ "UC", NO, NO, NO, NO, NO, NO, NO },
		{ "WC", NO, NO, NO, NO, NO, NO, NO },
	};
	const struct memory_attr forced = memory_type_arm_stage2(6, true);

	(void)state;
	check_table(MEMORY_RULES_ARM, table[0], 7, ARRAY_SIZE(table));
	for (unsigned int t = 0; t < MEMORY_TYPES; t++)
		assert_type(NB, memory_type_combine(MEMORY_RULES_ARM, t, forced));
}

static void test_combine_intel(void **state)
{
	/* SDM 3A table 12-7, the MTRR's type in front */
	static const char *const table[][7] = {
		{ "", "UC", "UC-", "WC", "WT", "WB", "WP" },
		{ "UC", "UC", "UC", "WC", "UC", "UC", "UC" },
		{ "WC", "UC", "WC", "WC", "UC", "WC", "UC" },
		{ "WT", "UC", "UC", "WC", "WT", "WT", "WP" },
		{ "WB", "UC", "UC", "WC", "WT", "WB", "WP" },
		{ "WP", "UC", "WC", "WC", "WT", "WP", "WP" },
		{ "by guest", "UC", "UC", "WC", "WT", "WB", "WP" },
		{ "UC-", NO, NO, NO, NO, NO, NO },
		{ NO, NO, NO, NO, NO, NO, NO },
		{ NC, NO, NO, NO, NO, NO, NO },
	};
	const struct memory_attr forced = memory_type_ept(7 | 6 << 3 | 1 << 6);

	(void)state;
	check_table(MEMORY_RULES_INTEL, table[0], 6, ARRAY_SIZE(table));
	for (unsigned int t = 0; t < MEMORY_TYPES; t++)
		assert_type("WB", memory_type_combine(MEMORY_RULES_INTEL, t, forced));
}

static void test_combine_amd(void **state)
{
	/* APM 2 table 15-20, the host's type in front */
	static const char *const table[][7] = {
		{ "", "UC", "UC-", "WC", "WP", "WT", "WB" },
		{ "UC", "UC", "UC", "WC", "UC", "UC", "UC" },
		{ "UC-", "UC", "UC-", "WC", "UC-", "UC-", "UC-" },
		{ "WC", "UC", "WC", "WC", "UC", "UC", "WC" },
		{ "WP", "UC", "UC", "WC", "WP", "UC", "WP" },
		{ "WT", "UC", "UC", "WC", "UC", "WT", "WT" },
		{ "WB", "UC", "UC", "WC", "WP", "WT", "WB" },
		{ "by guest", "UC", "UC", "WC", "WP", "WT", "WB" },
		{ NO, NO, NO, NO, NO, NO, NO },
		{ NC, NO, NO, NO, NO, NO, NO },
	};

	(void)state;
	check_table(MEMORY_RULES_AMD, table[0], 6, ARRAY_SIZE(table));
}

/* Types of the other architecture, what only stage 2 can say, and rules that are none. */
static void test_combine_nothing(void **state)
{
	static const char *const strange[] = { NO, "by guest" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
		enum memory_type t = type_of(strange[i]);

		assert_type(NO, memory_type_combine(MEMORY_RULES_ARM, t, attr_of(NC)));
		assert_type(NO, memory_type_combine(MEMORY_RULES_ARM, t, attr_of("by guest")));
		assert_type(NO, memory_type_combine(MEMORY_RULES_INTEL, t, attr_of("WC")));
		assert_type(NO, memory_type_combine(MEMORY_RULES_AMD, t, attr_of("WC")));
	}
	assert_type(NO, memory_type_combine(MEMORY_RULES_ARM, MEMORY_WC, attr_of(NC)));
	assert_type(NO, memory_type_combine(MEMORY_RULES_ARM, MEMORY_UC, attr_of(NC)));
	assert_type(NO, memory_type_combine(MEMORY_RULES_INTEL, MEMORY_NORMAL_NC, attr_of("WB")));
	assert_type(NO, memory_type_combine((enum memory_rules)9, MEMORY_WC, attr_of("WB")));
	assert_type(NO, memory_type_combine(MEMORY_RULES_ARM, MEMORY_NORMAL_NC,
					    (struct memory_attr){ MEMORY_WB, true }));
	assert_type(NO, memory_type_combine(MEMORY_RULES_INTEL, MEMORY_WC,
					    (struct memory_attr){ MEMORY_NORMAL_WB, true }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_arm_stage1),
		cmocka_unit_test(test_arm_stage2),
		cmocka_unit_test(test_x86),
		cmocka_unit_test(test_ept),
		cmocka_unit_test(test_combine_arm),
		cmocka_unit_test(test_combine_intel),
		cmocka_unit_test(test_combine_amd),
		cmocka_unit_test(test_combine_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
