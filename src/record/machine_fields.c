// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "arch/info.h"
#include "env/env.h"
#include "pci/device.h"
#include "record/fields.h"

/* What results and witnesses say of the machine in the same words. */

static const char *arch_word(int i)
{
	return arch_infos[i]->name;
}

const struct words words_arch = { arch_word, ARCH_INFOS };
ENUM_WORDS(confidence, confidence_name, enum confidence, CONFIDENCE_PROVED + 1);
ENUM_WORDS(machine, env_guest_name, enum env_guest, ENV_GUEST + 1);

static const struct field fact_fields[] = {
	STRING("name", fact, name, .most = 63, .pattern = "^[a-z][a-z0-9_]*$"),
	STRING("value", fact, value, .most = 65535),
	STRING("source", fact, source, .least = 1, .most = 127),
	{ 0 },
};
static const struct record_table fact_table = { .size = sizeof(struct fact), .fields = fact_fields };

static const struct field virt_fields[] = {
	WORD("machine", virt, guest, words_machine),
	WORD("confidence", virt, confidence, words_confidence),
	TEXT("hypervisor", virt, hypervisor),
	TEXT("why", virt, why),
	{ 0 },
};
static const struct record_table virt_table = { .size = sizeof(struct virt), .fields = virt_fields };

static const struct field emulated_fields[] = {
	BOOL("value", env, emulated),
	TEXT("why", env, emulated_why),
	{ 0 },
};
static const struct record_table emulated_table = { .fields = emulated_fields };

static const struct field env_fields[] = {
	LIST("facts", env, facts.v, facts.n, RECORDS(fact_table), .flags = FIELD_OWNED, .most = 1000),
	OBJECT("virtualization", env, virt, virt_table),
	GROUP("emulated_cpu", emulated_table),
	{ 0 },
};
const struct record_table env_table = { .size = sizeof(struct env), .fields = env_fields };

static const struct field link_fields[] = {
	TEXT("speed", pci_link, speed),
	TEXT("max_speed", pci_link, max_speed),
	INT("width", pci_link, width, 0, 64),
	INT("max_width", pci_link, max_width, 0, 64),
	{ 0 },
};
static const struct record_table link_table = { .size = sizeof(struct pci_link),
						.fields = link_fields };

static const struct field device_fields[] = {
	TEXT("bdf", pci_device, bdf, .pattern = PATTERN_BDF),
	INT("vendor", pci_device, vendor, 0, UINT16_MAX),
	INT("device", pci_device, device, 0, UINT16_MAX),
	INT("subsystem_vendor", pci_device, subsystem_vendor, 0, UINT16_MAX),
	INT("subsystem_device", pci_device, subsystem_device, 0, UINT16_MAX),
	INT("class", pci_device, class_code, 0, UINT16_MAX),
	INT("prog_if", pci_device, prog_if, 0, UINT8_MAX),
	INT("revision", pci_device, revision, 0, UINT8_MAX),
	TEXT("vendor_name", pci_device, vendor_name),
	TEXT("device_name", pci_device, device_name),
	TEXT("class_name", pci_device, class_name),
	TEXT("driver", pci_device, driver),
	INT("numa_node", pci_device, numa_node, -1, INT32_MAX),
	HEX("serial_number", pci_device, serial, .flags = FIELD_NULL,
	    .has = offsetof(struct pci_device, has_serial)),
	OBJECT("link", pci_device, link, link_table),
	{ 0 },
};
const struct record_table device_table = { .name = "device", .size = sizeof(struct pci_device),
					   .fields = device_fields };

static const struct field bar_fields[] = {
	INT("index", bar, index, 0, PCI_BARS - 1),
	HEX("phys", bar, phys_bytes),
	INT("size_bytes", bar, size_bytes, 1, INT64_MAX),
	BOOL("prefetchable", bar, prefetchable),
	BOOL("64bit", bar, is_64bit),
	{ 0 },
};

static int bar_finish(const struct scope *at, struct problem *p)
{
	struct bar *b = at->rec;

	(void)p;
	b->kind = BAR_MEMORY;
	return 0;
}

const struct record_table bar_table = { .name = "bar", .size = sizeof(struct bar),
					.fields = bar_fields, .finish = bar_finish };
