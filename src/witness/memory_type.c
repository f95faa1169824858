// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "base/array.h"
#include "witness/memory_type.h"

static const struct {
	const char *name;
	enum memory_class class;
	bool combines_stores;
} types[MEMORY_TYPES] = {
	[MEMORY_UNKNOWN] = { "unknown", MEMORY_CLASS_UNKNOWN, false },
	[MEMORY_DEVICE_NGNRNE] = { "Device-nGnRnE", MEMORY_CLASS_DEVICE, false },
	[MEMORY_DEVICE_NGNRE] = { "Device-nGnRE", MEMORY_CLASS_DEVICE, false },
	[MEMORY_DEVICE_NGRE] = { "Device-nGRE", MEMORY_CLASS_DEVICE, false },
	[MEMORY_DEVICE_GRE] = { "Device-GRE", MEMORY_CLASS_DEVICE, true },
	[MEMORY_NORMAL_NC] = { "Normal-NC", MEMORY_CLASS_COMBINING, true },
	[MEMORY_NORMAL_WT] = { "Normal-WT", MEMORY_CLASS_CACHED, true },
	[MEMORY_NORMAL_WB] = { "Normal-WB", MEMORY_CLASS_CACHED, true },
	[MEMORY_UC] = { "UC", MEMORY_CLASS_DEVICE, false },
	[MEMORY_UC_MINUS] = { "UC-", MEMORY_CLASS_DEVICE, false },
	[MEMORY_WC] = { "WC", MEMORY_CLASS_COMBINING, true },
	[MEMORY_WT] = { "WT", MEMORY_CLASS_CACHED, true },
	[MEMORY_WP] = { "WP", MEMORY_CLASS_CACHED, false },
	[MEMORY_WB] = { "WB", MEMORY_CLASS_CACHED, true },
	[MEMORY_BY_GUEST] = { "by guest", MEMORY_CLASS_UNKNOWN, false },
};

static enum memory_type in_range(enum memory_type t)
{
	return (unsigned int)t < MEMORY_TYPES ? t : MEMORY_UNKNOWN;
}

const char *memory_type_name(enum memory_type t)
{
	return types[in_range(t)].name;
}

enum memory_class memory_type_class(enum memory_type t)
{
	return types[in_range(t)].class;
}

bool memory_type_combines_stores(enum memory_type t)
{
	return types[in_range(t)].combines_stores;
}

enum memory_type memory_type_arm_stage1(enum arm_mair_layout layout, unsigned int index)
{
	/* tagged memory is Write-Back */
	static const enum memory_type layouts[][8] = {
		[ARM_MAIR_5_11] = { MEMORY_NORMAL_WB, MEMORY_NORMAL_WB, MEMORY_NORMAL_NC,
				    MEMORY_DEVICE_NGNRNE, MEMORY_DEVICE_NGNRE },
		[ARM_MAIR_OLD] = { MEMORY_DEVICE_NGNRNE, MEMORY_DEVICE_NGNRE, MEMORY_DEVICE_GRE,
				   MEMORY_NORMAL_NC, MEMORY_NORMAL_WB, MEMORY_NORMAL_WT,
				   MEMORY_NORMAL_WB },
	};

	return (unsigned int)layout < ARRAY_SIZE(layouts) && index < 8 ? layouts[layout][index] :
									  MEMORY_UNKNOWN;
}

static const enum memory_type arm_devices[4] = {
	MEMORY_DEVICE_NGNRNE, MEMORY_DEVICE_NGNRE, MEMORY_DEVICE_NGRE, MEMORY_DEVICE_GRE,
};

static struct memory_attr arm_stage2_plain(unsigned int attr)
{
	static const enum memory_type normal[4] = {
		MEMORY_UNKNOWN, MEMORY_NORMAL_NC, MEMORY_NORMAL_WT, MEMORY_NORMAL_WB,
	};
	unsigned int outer = attr >> 2, inner = attr & 3;

	if (!outer)
		return (struct memory_attr){ arm_devices[inner], false };
	return (struct memory_attr){ outer == inner ? normal[outer] : MEMORY_UNKNOWN, false };
}

/* Bit 3 is RES0, but that with FEAT_MTE_PERM 111x is 011x without access to tags. */
static struct memory_attr arm_stage2_fwb(unsigned int attr)
{
	static const struct memory_attr attrs[16] = {
		[0x0] = { MEMORY_DEVICE_NGNRNE, false }, [0x1] = { MEMORY_DEVICE_NGNRE, false },
		[0x2] = { MEMORY_DEVICE_NGRE, false },   [0x3] = { MEMORY_DEVICE_GRE, false },
		[0x5] = { MEMORY_NORMAL_NC, false },
		[0x6] = { MEMORY_NORMAL_WB, true },      [0x7] = { MEMORY_BY_GUEST, false },
		[0xe] = { MEMORY_NORMAL_WB, true },      [0xf] = { MEMORY_BY_GUEST, false },
	};

	return attrs[attr];
}

struct memory_attr memory_type_arm_stage2(unsigned int attr, bool fwb)
{
	return fwb ? arm_stage2_fwb(attr & 0xf) : arm_stage2_plain(attr & 0xf);
}

/* Of MTRRs, PAT and EPT: SDM 3A 12.3, table 12-2. Only the PAT has UC-. */
static const enum memory_type x86_encodings[8] = {
	MEMORY_UC, MEMORY_WC, MEMORY_UNKNOWN, MEMORY_UNKNOWN,
	MEMORY_WT, MEMORY_WP, MEMORY_WB, MEMORY_UC_MINUS,
};

enum memory_type memory_type_x86(uint64_t leaf, bool large, uint64_t pat)
{
	unsigned int index = (leaf >> 3 & 3) | (leaf >> (large ? 12 : 7) & 1) << 2;
	unsigned int encoding = pat >> (8 * index) & 0xff;

	return encoding < ARRAY_SIZE(x86_encodings) ? x86_encodings[encoding] : MEMORY_UNKNOWN;
}

struct memory_attr memory_type_ept(uint64_t leaf)
{
	enum memory_type type = x86_encodings[leaf >> 3 & 7];
	bool forced = leaf >> 6 & 1;

	if (type == MEMORY_UC_MINUS || type == MEMORY_UNKNOWN)
		return (struct memory_attr){ MEMORY_UNKNOWN, false };
	if (type == MEMORY_WB && !forced)
		type = MEMORY_BY_GUEST;
	return (struct memory_attr){ type, forced };
}

struct memory_attr memory_type_npt(uint64_t leaf, bool large, uint64_t pat)
{
	enum memory_type type = memory_type_x86(leaf, large, pat);

	return (struct memory_attr){ type == MEMORY_WB ? MEMORY_BY_GUEST : type, false };
}

static bool is_arm(enum memory_type t)
{
	return t >= MEMORY_DEVICE_NGNRNE && t <= MEMORY_NORMAL_WB;
}

static bool is_x86(enum memory_type t)
{
	return t >= MEMORY_UC && t <= MEMORY_WB;
}

/* Rows: the guest's type; columns: stage 2's, in order of the enum: UC, UC-, WC, WT, WP, WB. */
#define X86_TYPES (MEMORY_WB - MEMORY_UC + 1)
#define UC  MEMORY_UC
#define UCM MEMORY_UC_MINUS
#define WC  MEMORY_WC
#define WT  MEMORY_WT
#define WP  MEMORY_WP
#define WB  MEMORY_WB
#define NO  MEMORY_UNKNOWN

/* SDM 3A table 12-7; no MTRR and no EPT has UC- */
static const enum memory_type intel[X86_TYPES][X86_TYPES] = {
	[UC - UC] = { UC, NO, UC, UC, UC, UC },
	[UCM - UC] = { UC, NO, WC, UC, WC, UC },
	[WC - UC] = { WC, NO, WC, WC, WC, WC },
	[WT - UC] = { UC, NO, UC, WT, WT, WT },
	[WP - UC] = { UC, NO, UC, WP, WP, WP },
	[WB - UC] = { UC, NO, WC, WT, WP, WB },
};

/* APM 2 table 15-20 */
static const enum memory_type amd[X86_TYPES][X86_TYPES] = {
	[UC - UC] = { UC, UC, UC, UC, UC, UC },
	[UCM - UC] = { UC, UCM, WC, UC, UC, UC },
	[WC - UC] = { WC, WC, WC, WC, WC, WC },
	[WT - UC] = { UC, UCM, UC, WT, UC, WT },
	[WP - UC] = { UC, UCM, UC, UC, WP, WP },
	[WB - UC] = { UC, UCM, WC, WT, WP, WB },
};

static enum memory_type combine_x86(const enum memory_type table[X86_TYPES][X86_TYPES],
				    enum memory_type stage1, struct memory_attr stage2)
{
	enum memory_type host = stage2.type == MEMORY_BY_GUEST ? MEMORY_WB : stage2.type;

	if (stage2.forced)
		return is_x86(host) ? host : MEMORY_UNKNOWN;
	if (!is_x86(stage1) || !is_x86(host))
		return MEMORY_UNKNOWN;
	return table[stage1 - MEMORY_UC][host - MEMORY_UC];
}

static enum memory_type combine_arm(enum memory_type stage1, struct memory_attr stage2)
{
	if (stage2.forced)
		return is_arm(stage2.type) ? stage2.type : MEMORY_UNKNOWN;
	if (!is_arm(stage1))
		return MEMORY_UNKNOWN;
	if (stage2.type == MEMORY_BY_GUEST)
		return stage1;
	if (!is_arm(stage2.type))
		return MEMORY_UNKNOWN;
	return stage1 < stage2.type ? stage1 : stage2.type;
}

enum memory_type memory_type_combine(enum memory_rules rules, enum memory_type stage1,
				     struct memory_attr stage2)
{
	switch (rules) {
	case MEMORY_RULES_ARM:
		return combine_arm(stage1, stage2);
	case MEMORY_RULES_INTEL:
		return combine_x86(intel, stage1, stage2);
	case MEMORY_RULES_AMD:
		return combine_x86(amd, stage1, stage2);
	}
	return MEMORY_UNKNOWN;
}
