// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "pci/policy.h"

/* What a case changes of a function that may be tested; 0 and NULL: nothing. */
struct change {
	bool bridge;
	const char *driver;
	enum bar_kind kind;
	uint64_t size_bytes;
	bool unset, no_file, not_prefetchable, is_32bit, claimed, msix, bus_master, dead, bridge_header, virtio;
	uint16_t class_code, vendor;
	unsigned int bar;        /* its index and 1; 0: 2 */
};

static const struct policy_case {
	const char *what;
	struct change change;
	struct policy_ask ask;
	enum policy_reason reason;
	bool may_load, may_store;
} cases[] = {
	{ "unasked, loads only", { 0 }, { 0 }, POLICY_OK, true, false },
	{ "naming the BAR is consent to write", { 0 }, { .bar_named = true },
	  POLICY_OK, true, true },
	{ "--read-only wins over consent", { 0 }, { .bar_named = true, .read_only = true },
	  POLICY_OK, true, false },
	{ "--read-only", { 0 }, { .read_only = true }, POLICY_OK, true, false },
	{ "32-bit", { .is_32bit = true }, { 0 }, POLICY_OK, true, false },
	{ "no such BAR", { .kind = BAR_NONE + 100 }, { .bar_named = true }, POLICY_NO_BAR, 0, 0 },
	{ "I/O", { .kind = BAR_IO }, { .bar_named = true }, POLICY_IO_BAR, 0, 0 },
	{ "unset", { .unset = true }, { .bar_named = true }, POLICY_UNSET, 0, 0 },
	{ "unset, in a VM", { .unset = true }, { .bar_named = true, .kernel.guest = true }, POLICY_UNSET_IN_VM, 0, 0 },
	{ "not in a VM's way", { 0 }, { .kernel.guest = true }, POLICY_OK, true, false },
	{ "no file", { .no_file = true }, { .bar_named = true }, POLICY_NO_FILE, 0, 0 },
	{ "one page less a byte", { .size_bytes = 4095 }, { 0 }, POLICY_TOO_SMALL, 0, 0 },
	{ "one page", { .size_bytes = 4096 }, { 0 }, POLICY_OK, true, false },
	{ "one page, said so", { .size_bytes = 4096 }, { .kernel.page_bytes = 4096 }, POLICY_OK, true,
	  false },
	{ "4K of a 64K page", { .size_bytes = 4096 }, { .kernel.page_bytes = 65536 }, POLICY_TOO_SMALL,
	  0, 0 },
	{ "32K of a 64K page", { .size_bytes = 32768 }, { .kernel.page_bytes = 65536 }, POLICY_TOO_SMALL,
	  0, 0 },
	{ "one page of 64K", { .size_bytes = 65536 }, { .kernel.page_bytes = 65536 }, POLICY_OK, true,
	  false },
	{ "a small page makes no small BAR worth it", { .size_bytes = 2048 },
	  { .kernel.page_bytes = 1024 }, POLICY_TOO_SMALL, 0, 0 },
	{ "no option makes a part of a page safe", { .size_bytes = 4096 },
	  { true, false, true, true, true, { 65536, false, false, false } }, POLICY_TOO_SMALL, 0, 0 },
	{ "bridge", { .bridge = true }, { .bar_named = true }, POLICY_BRIDGE, 0, 0 },
	{ "bridge allowed", { .bridge = true }, { .allow_bridge = true }, POLICY_OK, true, false },
	{ "no option opens a port's registers", { .bridge = true, .bridge_header = true },
	  { true, false, true, true, true, { 0, false, false, false } }, POLICY_BRIDGE_HEADER, 0, 0 },
	{ "nor is its driver told of", { .bridge = true, .bridge_header = true, .driver = "pcieport",
	  .not_prefetchable = true, .msix = true }, { .bar_named = true }, POLICY_BRIDGE_HEADER, 0, 0 },
	{ "dead", { .dead = true }, { .bar_named = true }, POLICY_DEAD, 0, 0 },
	{ "dead, with a driver", { .dead = true, .driver = "vfio-pci" },
	  { true, false, true, true, true, { 0, false, false, false } }, POLICY_DEAD, 0, 0 },
	{ "CXL, unasked", { .class_code = 0x0502 }, { 0 }, POLICY_CXL, 0, 0 },
	{ "CXL, named", { .class_code = 0x0502 }, { .bar_named = true }, POLICY_CXL, 0, 0 },
	{ "CXL, not even for reading", { .class_code = 0x0502 }, { .bar_named = true, .read_only = true },
	  POLICY_CXL, 0, 0 },
	{ "CXL, allowed, but unasked", { .class_code = 0x0502 }, { .allow_side_effects = true },
	  POLICY_UNNAMED, 0, 0 },
	{ "CXL, allowed", { .class_code = 0x0502 }, { .bar_named = true, .allow_side_effects = true },
	  POLICY_OK, true, true },
	{ "virtio's registers", { .class_code = 0x0380, .virtio = true }, { 0 }, POLICY_VIRTIO, 0, 0 },
	{ "virtio's registers, named", { .class_code = 0x0380, .virtio = true }, { .bar_named = true },
	  POLICY_VIRTIO, 0, 0 },
	{ "virtio's registers, allowed", { .class_code = 0x0380, .virtio = true },
	  { .bar_named = true, .allow_side_effects = true }, POLICY_OK, true, true },
	{ "NVIDIA's registers", { .class_code = 0x0302, .vendor = 0x10de, .bar = 1 }, { 0 }, POLICY_VENDOR, 0, 0 },
	{ "NVIDIA's registers, named", { .class_code = 0x0300, .vendor = 0x10de, .bar = 1 }, { .bar_named = true },
	  POLICY_VENDOR, 0, 0 },
	{ "NVIDIA's registers, allowed", { .class_code = 0x0302, .vendor = 0x10de, .bar = 1 },
	  { .bar_named = true, .allow_side_effects = true }, POLICY_OK, true, true },
	{ "NVIDIA's memory", { .class_code = 0x0302, .vendor = 0x10de, .bar = 2 }, { 0 }, POLICY_OK, true, false },
	{ "Radeon's memory", { .class_code = 0x0300, .vendor = 0x1002, .bar = 1 }, { 0 }, POLICY_OK, true, false },
	{ "Radeon's doorbells", { .class_code = 0x0300, .vendor = 0x1002, .bar = 3 }, { .bar_named = true },
	  POLICY_VENDOR, 0, 0 },
	{ "Instinct's doorbells", { .class_code = 0x1200, .vendor = 0x1002, .bar = 3 }, { 0 }, POLICY_VENDOR, 0, 0 },
	{ "a crypto engine, unasked", { .class_code = 0x0b40 }, { 0 }, POLICY_UNNAMED, 0, 0 },
	{ "driver", { .driver = "nvidia" }, { .bar_named = true }, POLICY_BOUND_DRIVER, 0, 0 },
	{ "driver allowed", { .driver = "nvidia" },
	  { .bar_named = true, .allow_bound_driver = true }, POLICY_OK, true, true },
	{ "side effects", { .not_prefetchable = true }, { .bar_named = true }, POLICY_SIDE_EFFECTS,
	  0, 0 },
	{ "side effects allowed", { .not_prefetchable = true }, { .allow_side_effects = true },
	  POLICY_OK, true, false },
	{ "one option does not override another", { .driver = "nvme", .not_prefetchable = true },
	  { .bar_named = true, .allow_bound_driver = true, .allow_bridge = true },
	  POLICY_SIDE_EFFECTS, 0, 0 },
	{ "the first reason is told",
	  { .bridge = true, .driver = "pcieport", .not_prefetchable = true }, { 0 },
	  POLICY_BRIDGE, 0, 0 },
	{ "no option makes an unset BAR safe", { .unset = true },
	  { true, false, true, true, true, { 0, false, false, false } }, POLICY_UNSET, 0, 0 },
	{ "no option makes an I/O BAR memory", { .kind = BAR_IO },
	  { true, false, true, true, true, { 0, false, false, false } }, POLICY_IO_BAR, 0, 0 },
	{ "no option lifts lockdown", { 0 }, { true, false, true, true, true, { 0, true, false, false } },
	  POLICY_LOCKDOWN, 0, 0 },
	{ "not even for reading", { 0 }, { .read_only = true, .kernel.locked_down = true }, POLICY_LOCKDOWN,
	  0, 0 },
	{ "in a Realm, whatever is allowed", { 0 },
	  { .bar_named = true, .read_only = true, .allow_side_effects = true, .kernel.realm = true }, POLICY_REALM, 0, 0 },
	{ "nobody unbinds a driver there", { .driver = "nvidia" }, { .kernel.realm = true }, POLICY_REALM, 0, 0 },
	{ "nobody unbinds a driver for nothing", { .driver = "nvidia" }, { .kernel.locked_down = true },
	  POLICY_LOCKDOWN, 0, 0 },
	{ "claimed by efifb, say", { .claimed = true }, { .bar_named = true }, POLICY_CLAIMED, 0, 0 },
	{ "not even for reading", { .claimed = true }, { .read_only = true }, POLICY_CLAIMED, 0, 0 },
	{ "claimed, allowed", { .claimed = true }, { .bar_named = true, .allow_bound_driver = true },
	  POLICY_OK, true, true },
	{ "a driver's own claim is no other reason", { .driver = "nvme", .claimed = true },
	  { .bar_named = true }, POLICY_BOUND_CLAIMED, 0, 0 },
	{ "vfio's needs no iomem=relaxed", { .driver = "mlx5_vfio_pci", .claimed = true },
	  { .bar_named = true }, POLICY_BOUND_VFIO, 0, 0 },
	{ "what vfio has may be allowed", { .driver = "vfio-pci", .claimed = true },
	  { .bar_named = true, .allow_bound_driver = true }, POLICY_OK, true, true },
	{ "vectors in all of it", { .size_bytes = 65536, .msix = true },
	  { true, false, true, true, true, { 0, false, false, false } }, POLICY_MSIX_ALL, 0, 0 },
	{ "MSI-X", { .msix = true }, { .bar_named = true }, POLICY_MSIX, 0, 0 },
	{ "MSI-X, not even for reading", { .msix = true }, { .read_only = true }, POLICY_MSIX, 0, 0 },
	{ "MSI-X, allowed", { .msix = true }, { .bar_named = true, .allow_side_effects = true },
	  POLICY_OK, true, true },
	{ "bus master", { .bus_master = true }, { .bar_named = true }, POLICY_BUS_MASTER, 0, 0 },
	{ "loads start no transfer", { .bus_master = true }, { .bar_named = true, .read_only = true },
	  POLICY_OK, true, false },
	{ "unasked, as when named", { .bus_master = true }, { 0 }, POLICY_BUS_MASTER, 0, 0 },
	{ "bus master, allowed", { .bus_master = true },
	  { .bar_named = true, .allow_side_effects = true }, POLICY_OK, true, true },
	{ "a driver's bus master is that driver's", { .driver = "nvme", .bus_master = true },
	  { .bar_named = true, .allow_bound_driver = true }, POLICY_OK, true, true },
	{ "a NIC, unasked", { .class_code = 0x0200 }, { 0 }, POLICY_UNNAMED, 0, 0 },
	{ "a NIC, not asked for by --read-only", { .class_code = 0x0200 }, { .read_only = true },
	  POLICY_UNNAMED, 0, 0 },
	{ "a NIC, named", { .class_code = 0x0200 }, { .bar_named = true }, POLICY_OK, true, true },
	{ "a GPU, unasked", { .class_code = 0x0302 }, { 0 }, POLICY_OK, true, false },
	{ "an accelerator, unasked", { .class_code = 0x1200 }, { 0 }, POLICY_OK, true, false },
	{ "a class that nobody knows", { .class_code = 0xff00 }, { 0 }, POLICY_UNNAMED, 0, 0 },
	{ "an I/O BAR is none, locked down or not", { .kind = BAR_IO }, { .kernel.locked_down = true },
	  POLICY_IO_BAR, 0, 0 },
};

static void apply(const struct change *c, struct pci_device *dev, struct bar *bar)
{
	*dev = (struct pci_device){
		.bridge = c->bridge,
		.vendor = c->vendor,
		.class_code = c->class_code ? c->class_code : 0x0500,
		.bus_master = c->bus_master,
		.dead = c->dead,
		.bridge_header = c->bridge_header,
	};
	*bar = (struct bar){
		.index = c->bar ? c->bar - 1 : 2,
		.kind = c->kind == BAR_NONE ? BAR_MEMORY : c->kind == BAR_IO ? BAR_IO : BAR_NONE,
		.size_bytes = c->size_bytes ? c->size_bytes : 1 << 20,
		.prefetchable = !c->not_prefetchable,
		.is_64bit = !c->is_32bit,
		.unset = c->unset,
		.has_file = !c->no_file,
		.virtio_registers = c->virtio,
	};
	if (c->driver)
		strcpy(dev->driver, c->driver);
	if (c->claimed)
		strcpy(bar->claimed, "efifb");
	bar->n_msix = c->msix;
	bar->msix[0] = (struct bar_area){ 0x1000, 16 };
}

static void test_cases(void **state)
{
	struct pci_device dev;
	struct bar bar;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct policy_case *c = &cases[i];
		struct policy_answer a;

		apply(&c->change, &dev, &bar);
		a = policy_check(&dev, &bar, &c->ask);
		if (a.reason != c->reason || a.may_load != c->may_load ||
		    a.may_store != c->may_store)
			fail_msg("%s: %s, load %d, store %d", c->what,
				 policy_reason_short(a.reason), a.may_load, a.may_store);
	}
}

/* Over everything that can be said and found: stores need consent, and never without loads. */
static void test_no_store_without_consent(void **state)
{
	struct pci_device dev;
	struct bar bar;

	(void)state;
	for (unsigned int found = 0; found < 16384; found++) {
		struct change c = {
			.bridge = found & 1, .driver = found & 2 ? "x" : NULL, .unset = found & 4,
			.no_file = found & 8, .not_prefetchable = found & 16,
			.kind = found & 32 ? BAR_IO : BAR_NONE, .size_bytes = found & 64 ? 256 : 0,
			.claimed = found & 128, .msix = found & 256, .bus_master = found & 512,
			.class_code = found & 1024 ? 0x0200 : found & 2048 ? 0x0502 : 0,
			.dead = found & 4096, .virtio = found & 8192,
		};

		apply(&c, &dev, &bar);
		for (unsigned int said = 0; said < 128; said++) {
			struct policy_ask ask = {
				said & 1, said & 2, said & 4, said & 8, said & 16,
				{ 0, said & 32, said & 1, said & 64 },
			};
			struct policy_answer a = policy_check(&dev, &bar, &ask);

			assert_int_equal(a.may_load, a.reason == POLICY_OK);
			assert_true(!a.may_store || a.may_load);
			assert_true(!a.may_store || (ask.bar_named && !ask.read_only));
			assert_true(!a.may_load || !c.driver || ask.allow_bound_driver);
			assert_true(!a.may_load || bar.prefetchable || ask.allow_side_effects);
			assert_true(!a.may_load || !(ask.kernel.locked_down || ask.kernel.realm));
			assert_true(!a.may_load || !c.claimed || ask.allow_bound_driver);
			assert_true(!a.may_load || !c.msix || ask.allow_side_effects);
			assert_true(!a.may_load || !c.class_code || ask.bar_named);
			assert_true(!a.may_load || c.class_code != 0x0502 || ask.allow_side_effects);
			assert_true(!a.may_load || !c.virtio || ask.allow_side_effects);
			assert_true(!a.may_load || !c.dead);
			assert_true(!a.may_store || !c.bus_master || c.driver ||
				    ask.allow_side_effects);
		}
	}
}

/* With decode on, a BAR without an address answers where its register happens to point. */
static void test_beside_unset(void **state)
{
	struct pci_device dev = { .class_code = 0x0300 };
	const struct policy_ask ask = { .bar_named = true, .allow_side_effects = true, .allow_bound_driver = true };

	(void)state;
	dev.bars[0] = (struct bar){ .kind = BAR_MEMORY, .size_bytes = 1 << 20, .prefetchable = true, .has_file = true };
	dev.bars[2] = (struct bar){ .index = 2, .kind = BAR_MEMORY, .unset = true };
	assert_int_equal(policy_check(&dev, &dev.bars[0], &ask).reason, POLICY_UNSET_BESIDE);
	assert_int_equal(policy_check(&dev, &dev.bars[2], &ask).reason, POLICY_UNSET);
	dev.memory_decode = true;
	assert_int_equal(policy_check(&dev, &dev.bars[0], &ask).reason, POLICY_OK);
	dev.memory_decode = false;
	dev.bars[2].kind = BAR_IO;
	assert_int_equal(policy_check(&dev, &dev.bars[0], &ask).reason, POLICY_OK);
}

static void test_no_bar_at_all(void **state)
{
	const struct pci_device dev = { 0 };
	const struct policy_ask ask = { .bar_named = true };

	(void)state;
	assert_int_equal(policy_check(&dev, NULL, &ask).reason, POLICY_NO_BAR);
}

/* Of what is asked so much is clear; and the first clear area, none where its size is 0. */
static void test_clear_of_msix(void **state)
{
	static const struct {
		struct bar_area msix[2];
		unsigned int n;
		uint64_t bar, offset, length, clear;
		struct bar_area first;
	} rows[] = {
		{ { { 0, 0 } }, 0, 1 << 20, 0, 1 << 20, 1 << 20, { 0, 1 << 20 } },
		/* in the first pages: the table alone, or each in pages that touch, in any order */
		{ { { 0x2000, 0x400 } }, 1, 1 << 20, 0, 1 << 20, 0, { 0x10000, 0xf0000 } },
		{ { { 0x2000, 0x400 } }, 1, 1 << 20, 0x3000, 0x1000, 0, { 0x10000, 0xf0000 } },
		{ { { 0x2000, 0x400 } }, 1, 1 << 20, 0x10000, 0x1000, 0x1000, { 0x10000, 0xf0000 } },
		{ { { 0x2000, 0x400 }, { 0x10000, 8 } }, 2, 1 << 20, 0, 1 << 20, 0, { 0x20000, 0xe0000 } },
		{ { { 0x10000, 8 }, { 0x2000, 0x400 } }, 2, 1 << 20, 0, 1 << 20, 0, { 0x20000, 0xe0000 } },
		/* over the end of a page */
		{ { { 0x1fff0, 0x20 } }, 1, 1 << 20, 0, 1 << 20, 0x10000, { 0, 0x10000 } },
		{ { { 0x1fff0, 0x20 } }, 1, 1 << 20, 0x2f000, 0x1000, 0, { 0, 0x10000 } },
		{ { { 0x1fff0, 0x10 } }, 1, 1 << 20, 0x2f000, 0x1000, 0x1000, { 0, 0x10000 } },
		/* in the middle: the nearer of both counts */
		{ { { 0x80000, 16 }, { 0x40000, 8 } }, 2, 1 << 20, 0, 1 << 20, 0x40000, { 0, 0x40000 } },
		{ { { 0x80000, 16 }, { 0x40000, 8 } }, 2, 1 << 20, 0x50000, 0x40000, 0x30000, { 0, 0x40000 } },
		{ { { 0xfffffff8, 32768 } }, 1, 1ull << 40, 0, 1ull << 40, 0xffff0000, { 0, 0xffff0000 } },
		/* QEMU's x-msix-relocation: in the half that it has added */
		{ { { 0x1000000, 32 }, { 0x1000800, 8 } }, 2, 32 << 20, 0, 1 << 20, 1 << 20, { 0, 16 << 20 } },
		/* nothing is left: a small BAR; the table and the pending bits of a whole one; lies */
		{ { { 0, 128 }, { 0x1000, 8 } }, 2, 0x8000, 0, 0x8000, 0, { 0, 0 } },
		{ { { 0x2000, 0x400 }, { 0x10000, 8 } }, 2, 0x20000, 0, 0x20000, 0, { 0, 0 } },
		{ { { 0, 32768 }, { 0, 8 } }, 2, 0x10000, 0, 0x10000, 0, { 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bar bar = { .n_msix = rows[i].n, .size_bytes = rows[i].bar };
		struct bar_area first = { 0, 0 };

		memcpy(bar.msix, rows[i].msix, sizeof(bar.msix));
		assert_int_equal(rows[i].clear,
				 policy_clear_bytes(&bar, rows[i].offset, rows[i].length));
		assert_int_equal(policy_clear_area(&bar, &first), rows[i].first.size_bytes != 0);
		assert_int_equal(rows[i].first.offset_bytes, first.offset_bytes);
		assert_int_equal(rows[i].first.size_bytes, first.size_bytes);
	}
}

/* A bridge's refusals are one sentence; behind what nothing overrides there is none. */
static void test_next(void **state)
{
	const struct policy_ask ask = { .bar_named = true };
	struct change c = { .bridge = true, .driver = "ntb_hw_intel", .msix = true };
	struct pci_device dev;
	struct bar bar;

	(void)state;
	apply(&c, &dev, &bar);
	assert_int_equal(policy_check(&dev, &bar, &ask).reason, POLICY_BRIDGE);
	assert_int_equal(policy_next(&dev, &bar, &ask, POLICY_BRIDGE), POLICY_BOUND_DRIVER);
	assert_int_equal(policy_next(&dev, &bar, &ask, POLICY_BOUND_DRIVER), POLICY_MSIX);
	assert_int_equal(policy_next(&dev, &bar, &ask, POLICY_MSIX), POLICY_OK);
	c.bridge_header = true;
	apply(&c, &dev, &bar);
	assert_int_equal(policy_check(&dev, &bar, &ask).reason, POLICY_BRIDGE_HEADER);
	assert_int_equal(policy_next(&dev, &bar, &ask, POLICY_BRIDGE_HEADER), POLICY_OK);
}

static void test_words(void **state)
{
	static const enum policy_reason bound[] = { POLICY_BOUND_DRIVER, POLICY_BOUND_CLAIMED, POLICY_BOUND_VFIO };
	const struct bar bar = { .size_bytes = 1 << 20, .n_msix = 1, .msix = { { 0, 16 } } };
	char text[512];

	(void)state;
	for (int r = 0; r < POLICY_REASONS; r++) {
		const char *brief = policy_reason_short(r);

		assert_true(*brief && strlen(brief) < 24);
		for (int other = 0; other < r; other++)
			assert_string_not_equal(brief, policy_reason_short(other));
		policy_remedy(text, sizeof(text), r, "0000:01:00.0", &bar);
		assert_true((r == POLICY_OK) == !*text && strlen(text) < 400);
		assert_null(strchr(text, '%'));
		assert_null(strchr(text, '\n'));
	}
	assert_string_equal(policy_reason_short(POLICY_REASONS), "?");
	policy_remedy(text, sizeof(text), POLICY_REASONS, "BDF", NULL);
	assert_string_equal(text, "");
	policy_remedy(text, sizeof(text), POLICY_MSIX, "BDF", &bar);
	assert_non_null(strstr(text, "--offset 64K --length 960K"));
	policy_remedy(text, sizeof(text), POLICY_MSIX, "BDF", NULL);
	assert_non_null(strstr(text, "an --offset and a --length"));
	/* the kernel would refuse the mapping otherwise */
	policy_remedy(text, sizeof(text), POLICY_BOUND_CLAIMED, "BDF", &bar);
	assert_non_null(strstr(text, "after booting with iomem=relaxed, --allow-bound-driver"));
	policy_remedy(text, sizeof(text), POLICY_CLAIMED, "BDF", &bar);
	assert_non_null(strstr(text, "after booting with iomem=relaxed, --allow-bound-driver"));
	/* what needs no unbinding */
	for (size_t i = 0; i < sizeof(bound) / sizeof(*bound); i++) {
		policy_remedy(text, sizeof(text), bound[i], "BDF", &bar);
		assert_non_null(strstr(text, "sudo mmiowitness -s BDF"));
	}
	policy_remedy(text, sizeof(text), POLICY_BOUND_VFIO, "BDF", &bar);
	assert_null(strstr(text, "--allow"));
	policy_remedy(text, sizeof(text), POLICY_BOUND_DRIVER, "0000:01:00.0", &bar);
	assert_non_null(strstr(text, "/sys/bus/pci/devices/0000:01:00.0/driver/unbind"));
	assert_string_equal(policy_reason_short(POLICY_TOO_SMALL), "smaller than a page");
	policy_remedy(text, sizeof(text), POLICY_TOO_SMALL, "BDF", &bar);
	assert_non_null(strstr(text, "whole pages"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_no_store_without_consent),
		cmocka_unit_test(test_beside_unset), cmocka_unit_test(test_no_bar_at_all),
		cmocka_unit_test(test_clear_of_msix),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
