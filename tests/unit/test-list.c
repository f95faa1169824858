// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fake-tree.h"
#include "report/text/list.h"

#if defined(__has_feature)
#define LEAK_CHECKED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECKED 1
#else
#define LEAK_CHECKED 0
#endif

#define DEVICES "/sys/bus/pci/devices/"

static char *page(const struct pci_list *list, const struct pci_select *sel,
		  const struct policy_ask *ask)
{
	static const struct pci_select any = { NULL, NULL };
	static const struct policy_ask nothing = { 0 };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	list_text_print(f, list, sel ? sel : &any, ask ? ask : &nothing);
	fclose(f);
	return text;
}

/* A function of one BAR in the fake tree; config NULL: 64 bytes of zeros. */
static void function_put(const char *bdf, const char *resource, const void *config, size_t n)
{
	static const char *const files[][2] = {
		{ "vendor", "0x1af4\n" }, { "device", "0x1110\n" }, { "class", "0x050000\n" },
		{ "irq", "0\n" }, { "numa_node", "1\n" },
		{ "resource0", "" }, { "resource0_wc", "" },
	};
	static const char zeros[64];
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), DEVICES "%s/%s", bdf, files[i][0]);
		tree_put(path, files[i][1]);
	}
	snprintf(path, sizeof(path), DEVICES "%s/resource", bdf);
	tree_put(path, resource);
	snprintf(path, sizeof(path), DEVICES "%s/config", bdf);
	tree_put_bytes(path, config ? config : zeros, config ? n : sizeof(zeros));
}

static const char good[] = "0x0000008000400000 0x00000080007fffff 0x000000000014220c\n";

static void test_load_order_and_fields(void **state)
{
	struct pci_list list;
	const struct bar *b;

	(void)state;
	function_put("0000:02:00.0", good, NULL, 0);
	function_put("10000:00:00.0", good, NULL, 0);
	function_put("0000:01:1f.7", good, NULL, 0);
	function_put("0000:01:02.0", good, NULL, 0);
	tree_link(DEVICES "0000:01:02.0/driver", "../../drivers/uio_pci_generic");
	tree_put(DEVICES "0000:01:1f.7/driver", "not a link");
	assert_int_equal(pci_list_load(&list), 0);
	assert_int_equal(list.n, 4);
	assert_string_equal(list.v[0].bdf, "0000:01:02.0");
	assert_string_equal(list.v[1].bdf, "0000:01:1f.7");
	assert_string_equal(list.v[2].bdf, "0000:02:00.0");
	assert_string_equal(list.v[3].bdf, "10000:00:00.0");
	assert_string_equal(list.v[0].driver, "uio_pci_generic"); /* a dangling link */
	assert_string_equal(list.v[1].driver, "?");
	assert_string_equal(list.v[2].driver, "");
	assert_int_equal(list.v[2].vendor, 0x1af4);
	assert_int_equal(list.v[2].class_code, 0x0500);
	assert_int_equal(list.v[2].numa_node, 1);
	b = &list.v[2].bars[0];
	assert_int_equal(b->kind, BAR_MEMORY);
	assert_true(b->phys_bytes == 0x8000400000 && b->size_bytes == 4 << 20);
	assert_true(b->prefetchable && b->is_64bit && b->has_file && b->has_wc_file && !b->unset);
	assert_int_equal(list.v[2].bars[1].kind, BAR_NONE);
	assert_string_equal(tree_log(), "");
	pci_list_free(&list);
}

static void test_serial_and_header(void **state)
{
	uint8_t c[4096] = {
		[0] = 0xf4, 0x1a, 0x10, 0x11, 0x02, [6] = 0x10, [8] = 0x2a, 0x07,
		[0x2c] = 0xf4, 0x1a, 0x00, 0x11, [0x34] = 0x40,
		[0x40] = 0x10, [0x42] = 0x02, /* PCI Express */
		[0x100] = 0x03, 0x00, 0x01, 0x00, 0x08, 7, 6, 5, 4, 3, 2, 1,
	};
	struct pci_list list;

	(void)state;
	c[0x104] = 8;
	function_put("0000:01:00.0", good, c, sizeof(c));
	function_put("0000:01:00.1", good, c, 64); /* what a user who is not root may read */
	c[0x0e] = 0x81; /* a bridge of several functions */
	memset(c + 0x104, 0xff, 8);
	function_put("0000:01:00.2", good, c, sizeof(c));
	assert_int_equal(pci_list_load(&list), 0);
	assert_true(list.v[0].has_serial && list.v[0].serial == 0x0102030405060708);
	assert_true(list.v[0].memory_decode && !list.v[0].bridge);
	assert_int_equal(list.v[0].revision, 0x2a);
	assert_int_equal(list.v[0].prog_if, 7);
	assert_int_equal(list.v[0].subsystem_vendor, 0x1af4);
	assert_int_equal(list.v[0].subsystem_device, 0x1100);
	assert_false(list.v[1].has_serial);
	assert_true(list.v[1].memory_decode);
	assert_true(list.v[2].bridge && !list.v[2].has_serial);
	pci_list_free(&list);
}

/* PCIe base spec 9.3.4.1: vendor and device read ffff, memory space enable is hardwired to 0. */
static void test_virtual_function(void **state)
{
	uint8_t c[256] = {
		0xff, 0xff, 0xff, 0xff, [8] = 0x2a, [0x2c] = 0xf4, 0x1a, 0x00, 0x11,
	};
	struct pci_list list;

	(void)state;
	function_put("0000:01:00.0", good, NULL, 0);
	function_put("0000:01:10.0", good, c, sizeof(c));
	tree_link(DEVICES "0000:01:10.0/physfn", "../0000:01:00.0");
	memset(c, 0xff, sizeof(c));
	function_put("0000:01:10.1", good, c, sizeof(c)); /* gone */
	tree_link(DEVICES "0000:01:10.1/physfn", "../0000:01:00.0");
	function_put("0000:01:10.2", good, c, sizeof(c));
	assert_int_equal(pci_list_load(&list), 0);
	assert_int_equal(list.n, 4);
	assert_false(list.v[0].virtual_function || list.v[0].memory_decode);
	assert_true(list.v[1].virtual_function && list.v[1].memory_decode);
	assert_int_equal(list.v[1].vendor, 0x1af4); /* the kernel knows */
	assert_int_equal(list.v[1].revision, 0x2a);
	assert_int_equal(list.v[1].subsystem_device, 0x1100);
	assert_int_equal(list.v[1].bars[0].kind, BAR_MEMORY);
	assert_true(list.v[2].virtual_function && !list.v[2].revision);
	assert_false(list.v[3].virtual_function || list.v[3].memory_decode);
	assert_false(list.v[0].dead || list.v[1].dead);
	assert_true(list.v[2].dead && list.v[3].dead);
	assert_string_equal(tree_log(), "");
	pci_list_free(&list);
}

/* One broken file costs what it says, no more. */
static void test_malformed(void **state)
{
	static const struct {
		const char *resource;
		enum bar_kind kind;
	} cases[] = {
		{ "", BAR_NONE },
		{ "0x80000000", BAR_NONE },
		{ "0x80000000 0x800fffff", BAR_NONE },
		{ "garbage\n", BAR_NONE },
		{ "0x80000000 0x7fffffff 0x42208\n", BAR_MEMORY }, /* of no size */
		{ "0x80000000 0x800fffff 0x0\n", BAR_NONE },
		{ "0x80000000 0x800fffff 0x42208\nzzz\n", BAR_NONE },
		{ "0x80000000 0x800fffff 0x42208", BAR_MEMORY },
		{ "0xe000 0xe01f 0x40101\n", BAR_IO },
		{ "0x0 0xfffff 0x20042208\n", BAR_MEMORY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pci_list list;

		function_put("0000:01:00.0", cases[i].resource, NULL, 0);
		function_put("0000:02:00.0", good, NULL, 0);
		assert_int_equal(pci_list_load(&list), 0);
		assert_int_equal(list.n, 2);
		if (list.v[0].bars[0].kind != cases[i].kind)
			fail_msg("\"%s\": kind %d", cases[i].resource, list.v[0].bars[0].kind);
		assert_int_equal(list.v[0].bars[0].unset, i == 4 || i == 9);
		assert_int_equal(list.v[1].bars[0].kind, BAR_MEMORY);
		pci_list_free(&list);
	}
}

static void test_missing(void **state)
{
	struct pci_list list = { NULL, 99 };
	char *text;

	(void)state;
	/* no sysfs at all is a broken view of a machine, not a machine without PCI */
	assert_int_equal(pci_list_load(&list), -ENOENT);
	assert_int_equal(list.n, 99);
	tree_put("/sys/bus/platform/uevent", "");
	assert_int_equal(pci_list_load(&list), 0);
	assert_int_equal(list.n, 0);
	text = page(&list, NULL, NULL);
	assert_non_null(strstr(text, "no PCI"));
	free(text);
	pci_list_free(&list);
	function_put("0000:01:00.0", good, NULL, 0);
	tree_remove(DEVICES "0000:01:00.0/vendor");
	tree_remove(DEVICES "0000:01:00.0/config");
	assert_int_equal(pci_list_load(&list), 0);
	assert_int_equal(list.n, 1);
	assert_non_null(strstr(tree_log(), "its ids are not known"));
	pci_list_free(&list);
}

/* libpci gives up on it, and loses an open directory: not for a leak checker. */
static void test_no_address(void **state)
{
	struct pci_list list = { NULL, 99 };

	(void)state;
	if (LEAK_CHECKED)
		skip();
	tree_put(DEVICES "not an address/vendor", "");
	assert_true(pci_list_load(&list) < 0);
	assert_int_equal(list.n, 99);
	assert_non_null(strstr(tree_log(), "not an address"));
}

static struct pci_device candidate(void)
{
	return (struct pci_device){
		.bus = 1, .bdf = "0000:01:00.0", .numa_node = -1, .class_code = 0x0302,
		.vendor_name = "Vendor", .device_name = "Device", .class_name = "Class",
		.bars[2] = { .index = 2, .kind = BAR_MEMORY, .size_bytes = 16ull << 30,
			     .prefetchable = true, .is_64bit = true, .has_file = true,
			     .has_wc_file = true },
	};
}

static void test_page_says(void **state)
{
	static const struct {
		struct policy_ask ask;
		const char *driver;
		const char *has, *has_not;
	} cases[] = {
		{ { 0 }, "", "may be tested: mmiobench -s 0000:01:00.0 --bar 2", "What to do" },
		{ { 0 }, "nvidia", "echo 0000:01:00.0 | sudo tee", "may be tested: " },
		{ { .allow_bound_driver = true }, "nvidia", "1 BAR may be tested", "no: " },
		{ { 0 }, "", "16G  64-bit  prefetchable    resource2 resource2_wc", "link" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pci_device d = candidate();
		struct pci_list list = { &d, 1 };
		char *text;

		strcpy(d.driver, cases[i].driver);
		text = page(&list, NULL, &cases[i].ask);
		if (!strstr(text, cases[i].has) || strstr(text, cases[i].has_not))
			fail_msg("case %zu:\n%s", i, text);
		free(text);
	}
}

/* The example is one that can answer the tool's question, and where none can it is said. */
static void test_page_without_wc(void **state)
{
	struct pci_device d[2] = { candidate(), candidate() };
	struct pci_list list = { d, 2 };
	char *text;

	(void)state;
	d[1].bus = 2;
	strcpy(d[1].bdf, "0000:02:00.0");
	d[0].bars[2].has_wc_file = false;
	text = page(&list, NULL, NULL);
	assert_non_null(strstr(text, "for example: mmiobench -s 0000:02:00.0 --bar 2"));
	assert_null(strstr(text, "no resourceN_wc"));
	free(text);
	d[1].bars[2].has_wc_file = false;
	text = page(&list, NULL, NULL);
	assert_non_null(strstr(text, "for example: mmiobench -s 0000:01:00.0 --bar 2"));
	assert_non_null(strstr(text, "There is no resourceN_wc"));
	free(text);
}

/* Nobody is led to store to a NIC's registers, though its BAR may be tested when named. */
static void test_page_of_registers(void **state)
{
	struct pci_device d = candidate();
	struct pci_list list = { &d, 1 };
	char *text;

	(void)state;
	d.class_code = 0x0200;
	text = page(&list, NULL, NULL);
	assert_non_null(strstr(text, "1 BAR may be tested when named"));
	assert_null(strstr(text, "mmiobench -s 0000"));
	free(text);
}

static void test_page_selects(void **state)
{
	struct pci_device d[2] = { candidate(), candidate() };
	const struct pci_select second = { "02:00.0", NULL }, none = { "03:00.0", "1234:" };
	struct pci_list list = { d, 2 };
	char *text;

	(void)state;
	d[1].bus = 2;
	strcpy(d[1].bdf, "0000:02:00.0");
	text = page(&list, &second, NULL);
	assert_null(strstr(text, "0000:01:00.0"));
	assert_non_null(strstr(text, "0000:02:00.0"));
	free(text);
	text = page(&list, &none, NULL);
	assert_string_equal(text, "No PCI function at -s 03:00.0 and -d 1234:\n");
	free(text);
}

static void fill_hostile(char *s, size_t n)
{
	for (size_t i = 0; i < n - 1; i++)
		s[i] = "\x1b[31m\n\r\t\x7f\x9b%s%n"[i % 15];
	s[n - 1] = 0;
}

static void test_link_wakes_up(void **state)
{
	static const struct {
		const char *speed, *width, *want_speed;
		unsigned int want_width;
	} rows[] = {
		{ "2.5 GT/s PCIe", "16", "2.5 GT/s PCIe", 16 },
		{ "16.0 GT/s PCIe", "16", "16.0 GT/s PCIe", 16 },
		{ "16.0 GT/s PCIe", "8", "16.0 GT/s PCIe", 16 },
		{ "2.5 GT/s PCIe", "16", "16.0 GT/s PCIe", 16 },
		{ "Unknown", "0", "16.0 GT/s PCIe", 16 },
	};
	struct pci_list list = { 0 };

	(void)state;
	function_put("0000:01:00.0", good, NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		tree_put(DEVICES "0000:01:00.0/current_link_speed", rows[i].speed);
		tree_put(DEVICES "0000:01:00.0/current_link_width", rows[i].width);
		if (i)
			pci_link_look_again(&list.v[0]);
		else
			assert_int_equal(pci_list_load(&list), 0);
		assert_string_equal(rows[i].want_speed, list.v[0].link.speed);
		assert_int_equal(rows[i].want_width, list.v[0].link.width);
	}
	pci_list_free(&list);
}

/* Registers: the vectors' table and pending bits, where config space can be read as root. */
static void test_msix(void **state)
{
	static const struct {
		uint32_t table, pending;
		unsigned int in_bar0;
	} rows[] = { { 0x2000, 0x3000, 2 }, { 0x2000, 0x3002, 1 }, { 0x2007, 0x3006, 0 } };
	uint8_t c[256] = {
		[0] = 0xf4, 0x1a, 0x10, 0x11, 0x06, [6] = 0x10, [0x34] = 0x40,
		[0x40] = 0x11, 0x00, 0x40, 0x80, /* 65 vectors, enabled */
	};
	struct pci_list list;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bar *b;

		memcpy(c + 0x44, &rows[i].table, 4); /* both little endian here */
		memcpy(c + 0x48, &rows[i].pending, 4);
		function_put("0000:01:00.0", good, c, sizeof(c));
		function_put("0000:01:00.1", good, c, 64);
		assert_int_equal(pci_list_load(&list), 0);
		b = &list.v[0].bars[0];
		assert_int_equal(rows[i].in_bar0, b->n_msix);
		if (b->n_msix) {
			assert_int_equal(0x2000, b->msix[0].offset_bytes);
			assert_int_equal(65 * 16, b->msix[0].size_bytes);
		}
		if (b->n_msix > 1) {
			assert_int_equal(0x3000, b->msix[1].offset_bytes);
			assert_int_equal(16, b->msix[1].size_bytes);
		}
		assert_true(list.v[0].bus_master);
		assert_int_equal(0, list.v[1].bars[0].n_msix);
		pci_list_free(&list);
	}
}

/* Virtio spec 1.3, 4.1.4: what is a register block's BAR, and what shared memory's, the capabilities say. */
static void test_virtio(void **state)
{
	static const struct {
		uint16_t device;
		uint8_t type, bar, shown;
		bool registers;
	} rows[] = {
		{ 0x1050, 1, 0, 255, true }, { 0x1050, 2, 0, 255, true }, { 0x1050, 3, 0, 255, true },
		{ 0x1050, 4, 0, 255, true }, { 0x1000, 3, 0, 255, true }, { 0x107f, 3, 0, 255, true },
		{ 0x1050, 8, 0, 255, false }, { 0x1050, 5, 0, 255, false }, { 0x1050, 3, 2, 255, false },
		{ 0x1050, 3, 6, 255, false }, { 0x1050, 3, 255, 255, false },
		/* of another kind of function these capabilities say something else */
		{ 0x1110, 3, 0, 255, false }, { 0x0fff, 3, 0, 255, false },
		/* not root: it may be */
		{ 0x1050, 8, 0, 64, true }, { 0x1110, 3, 0, 64, false },
	};
	uint8_t c[256] = {
		[0] = 0xf4, 0x1a, 0x00, 0x00, 0x02, [6] = 0x10, [0x34] = 0x40, [0x40] = 0x09, 0x50, 0x10,
		[0x50] = 0x09, 0x00, 0x14, 0x05,
	};
	char id[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pci_list list;

		c[0x43] = rows[i].type;
		c[0x44] = rows[i].bar;
		function_put("0000:01:00.0", good, c, rows[i].shown == 64 ? 64 : sizeof(c));
		snprintf(id, sizeof(id), "0x%04x\n", rows[i].device);
		tree_put(DEVICES "0000:01:00.0/device", id);
		assert_int_equal(pci_list_load(&list), 0);
		if (list.v[0].bars[0].virtio_registers != rows[i].registers)
			fail_msg("row %zu", i);
		assert_int_equal(list.v[0].hidden, rows[i].shown == 64);
		pci_list_free(&list);
	}
}

/* The kernel's line is all zeros, and the register is still there: a 64-bit one takes two. */
static void test_without_room(void **state)
{
	uint8_t c[64] = {
		[0] = 0xf4, 0x1a, 0x10, 0x11, 0x02,
		[0x10] = 0x00, 0x00, 0x10, 0x00, /* memory, 32 bits, and sysfs knows it */
		[0x14] = 0x01, [0x18] = 0x0c, [0x1c] = 0xff, 0xff, 0xff, 0xff, [0x20] = 0x08,
	};
	static const char first[] = "0x0000000000100000 0x00000000001fffff 0x0000000000040200\n";
	struct pci_list list;
	const struct bar *b;
	char *text;

	(void)state;
	function_put("0000:01:00.0", first, c, sizeof(c));
	assert_int_equal(pci_list_load(&list), 0);
	b = list.v[0].bars;
	assert_true(b[0].kind == BAR_MEMORY && !b[0].unset && b[0].size_bytes == 1 << 20);
	assert_true(b[1].kind == BAR_IO && b[1].unset);
	assert_true(b[2].kind == BAR_MEMORY && b[2].unset && b[2].prefetchable && b[2].is_64bit &&
		    !b[2].size_bytes);
	assert_true(b[3].kind == BAR_NONE); /* its upper half */
	assert_true(b[4].kind == BAR_MEMORY && b[4].unset && b[4].prefetchable && !b[4].is_64bit);
	assert_true(b[5].kind == BAR_NONE);
	text = page(&list, NULL, NULL);
	assert_non_null(strstr(text, "BAR 2  memory size ?  64-bit  prefetchable"));
	assert_non_null(strstr(text, "no: has no address"));
	free(text);
	pci_list_free(&list);
	/* a bridge has other registers there */
	c[0x0e] = 1;
	function_put("0000:01:00.0", first, c, sizeof(c));
	assert_int_equal(pci_list_load(&list), 0);
	assert_true(list.v[0].bars[2].kind == BAR_NONE && list.v[0].bridge_header);
	pci_list_free(&list);
}

/* The page of whoever is not root says what it cannot know. */
static void test_not_root(void **state)
{
	static const struct {
		const char *iomem;
		uint8_t status;
		size_t shown;
		bool hidden;
	} rows[] = {
		{ "8000400000-80007fffff : 0000:01:00.0\n", 0x10, 256, false },
		{ "8000400000-80007fffff : 0000:01:00.0\n", 0x10, 64, true },
		{ "8000400000-80007fffff : 0000:01:00.0\n", 0x00, 64, false }, /* nothing is beyond */
		{ "00000000-00000000 : 0000:01:00.0\n  00000000-00000000 : efifb\n", 0x00, 64, true },
		{ "", 0x10, 256, false },
	};
	uint8_t c[256] = { [0] = 0xf4, 0x1a, 0x10, 0x11, 0x02, [0x34] = 0x40, [0x40] = 0x01 };
	struct pci_list list;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c[6] = rows[i].status;
		tree_put("/proc/iomem", rows[i].iomem);
		function_put("0000:01:00.0", good, c, rows[i].shown);
		assert_int_equal(pci_list_load(&list), 0);
		text = page(&list, NULL, NULL);
		if (!strstr(text, "Not root: claims and MSI-X are not known") != !rows[i].hidden)
			fail_msg("row %zu:\n%s", i, text);
		free(text);
		pci_list_free(&list);
	}
}

/* Of /proc/iomem only what lies in a function's line, and is no function: not a bridge's, not another's. */
static void test_claims(void **state)
{
	static const struct {
		const char *iomem;
		const char *of_first, *of_last; /* of three functions */
	} rows[] = {
		{ "8000400000-80007fffff : 0000:01:00.0\n  8000400000-80004fffff : efifb\n", "efifb", "" },
		{ "8000000000-80ffffffff : PCI Bus 0000:01\n  8000400000-80007fffff : 0000:01:00.0\n"
		  "    8000400000-8000400fff : 0000:01:00.1\n      8000400000-8000400fff : other\n"
		  "    8000500000-80004fffff : BOOTFB\n", "BOOTFB", "" },
		{ "8000400000-80007fffff : 10000:00:00.0\n  8000400000-80004fffff : a\033[2J\n", "", "a?[2J" },
		{ "8000400000-80007fffff : 0000:01:00.0\n8000800000-80008fffff : beside\n", "", "" },
		{ "8000400000-80007fffff : 0000:01:00.0\n  9000400000-90004fffff : elsewhere\n", "", "" },
		/* as for others than root */
		{ "00000000-00000000 : 0000:01:00.0\n  00000000-00000000 : efifb\n", "", "" },
		{ "nonsense\n  : \n-\n          8000400000-80004fffff : of nobody\n", "", "" },
		/* behind switches: what lies deeper than the kernel counts is shown as deep as that */
		{ "        8000400000-80007fffff : 0000:01:00.0\n          8000400000-80004fffff : deep\n",
		  "deep", "" },
		{ "          8000400000-80007fffff : 0000:01:00.0\n          8000400000-80004fffff : flat\n",
		  "flat", "" },
		{ "8000400000-80007fffff : 0000:01:00.0\n  8000700000-80008fffff : over the end\n", "", "" },
	};
	struct pci_list list;

	(void)state;
	function_put("0000:01:00.0", good, NULL, 0);
	function_put("0000:01:00.1", good, NULL, 0);
	function_put("10000:00:00.0", good, NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		tree_put("/proc/iomem", rows[i].iomem);
		assert_int_equal(pci_list_load(&list), 0);
		assert_string_equal(rows[i].of_first, list.v[0].bars[0].claimed);
		assert_string_equal(rows[i].of_last, list.v[2].bars[0].claimed);
		pci_list_free(&list);
	}
}

/* Whatever a function says of itself: printable, 100 columns, and as many lines as it takes. */
static void test_page_is_bounded(void **state)
{
	struct pci_device d = candidate();
	struct pci_list list = { &d, 1 };
	unsigned int lines = 0;
	char *text;

	(void)state;
	fill_hostile(d.vendor_name, sizeof(d.vendor_name));
	fill_hostile(d.device_name, sizeof(d.device_name));
	fill_hostile(d.class_name, sizeof(d.class_name));
	fill_hostile(d.driver, sizeof(d.driver));
	fill_hostile(d.link.speed, sizeof(d.link.speed));
	fill_hostile(d.link.max_speed, sizeof(d.link.max_speed));
	d.link.width = d.link.max_width = UINT32_MAX;
	d.numa_node = INT32_MAX;
	d.bars[2].size_bytes = UINT64_MAX;
	d.bars[2].index = UINT32_MAX;
	text = page(&list, NULL, NULL);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(strlen(line) <= 100);
		for (const char *c = line; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
		lines++;
	}
	assert_true(lines >= 5 && lines <= 11);
	free(text);
}

static int begin(void **state)
{
	(void)state;
	tree_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_load_order_and_fields),
		TEST(test_serial_and_header),
		TEST(test_virtual_function),
		TEST(test_malformed),
		TEST(test_missing),
		TEST(test_no_address),
		TEST(test_link_wakes_up),
		TEST(test_msix),
		TEST(test_virtio),
		TEST(test_without_room),
		TEST(test_not_root),
		TEST(test_claims),
		TEST(test_page_says),
		TEST(test_page_without_wc),
		TEST(test_page_of_registers),
		TEST(test_page_selects),
		TEST(test_page_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
