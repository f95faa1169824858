// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <string.h>
#include <pci/pci.h>
#include "base/log.h"
#include "pci/select.h"

/* Older libpcis cut the string that they are given: they get a copy. */
#define SELECT_MAX 64

static const char *parse(struct pci_filter *filter, const char *text,
			 char *(*parser)(struct pci_filter *, char *))
{
	char copy[SELECT_MAX];

	if (!text)
		return NULL;
	if (!*text)
		return "nothing is given";
	if (strlen(text) >= sizeof(copy))
		return "expression too long";
	strcpy(copy, text);
	return parser(filter, copy);
}

static int refuse(char option, const char *text, const char *wrong, const char *expected)
{
	log_error("-%c %.63s: %s: expected %s in mmiobench --list", option, text, wrong, expected);
	return -EINVAL;
}

int pci_select_check(const struct pci_select *sel)
{
	struct pci_filter filter;
	const char *wrong;

	pci_filter_init(NULL, &filter);
	wrong = parse(&filter, sel->slot, pci_filter_parse_slot);
	if (wrong)
		return refuse('s', sel->slot, wrong,
			      "[[domain:]bus:]device.function in hexadecimal, as 0000:01:00.0");
	wrong = parse(&filter, sel->id, pci_filter_parse_id);
	if (wrong)
		return refuse('d', sel->id, wrong,
			      "[vendor]:[device][:class] in hexadecimal, as 1af4:1110");
	return 0;
}

bool pci_select_match(const struct pci_select *sel, const struct pci_device *dev)
{
	struct pci_filter filter;
	/* all that a filter looks at is known: libpci's matcher asks no bus */
	struct pci_dev d = {
		.known_fields = ~0u,
		.domain = (int)dev->domain,
		.bus = (u8)dev->bus,
		.dev = (u8)dev->dev,
		.func = (u8)dev->func,
		.vendor_id = dev->vendor,
		.device_id = dev->device,
		.device_class = dev->class_code,
#if PCI_LIB_VERSION >= 0x030800
		.prog_if = dev->prog_if,
#endif
	};

	if (!sel->slot && !sel->id)
		return true;
	pci_filter_init(NULL, &filter);
	if (parse(&filter, sel->slot, pci_filter_parse_slot) ||
	    parse(&filter, sel->id, pci_filter_parse_id))
		return false;
	return pci_filter_match(&filter, &d);
}
