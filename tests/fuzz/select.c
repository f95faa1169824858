// SPDX-License-Identifier: GPL-2.0-or-later
// covers: pci/select.c
/*
 * Selectors: two lines, -s and -d; then bytes that are a device. What is accepted means the same
 * when it is written out again, and each device is selected by its own address and ids.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include <pci/pci.h>
#include "pci/select.h"
#include "fuzz.h"

static void device_from(struct pci_device *d, const uint8_t *b, size_t n)
{
	uint8_t v[11] = { 0 };

	if (n)
		memcpy(v, b, n < sizeof(v) ? n : sizeof(v));
	*d = (struct pci_device){
		.domain = (unsigned int)(v[0] << 8 | v[1]),
		.bus = v[2],
		.dev = v[3] >> 3,
		.func = v[3] & 7,
		.vendor = (uint16_t)(v[4] << 8 | v[5]),
		.device = (uint16_t)(v[6] << 8 | v[7]),
		.class_code = (uint16_t)(v[8] << 8 | v[9]),
		.prog_if = v[10],
	};
	snprintf(d->bdf, sizeof(d->bdf), "%04x:%02x:%02x.%x", d->domain, d->bus, d->dev, d->func);
}

static void field(char *to, size_t n, const char *format, int value)
{
	if (value < 0)
		snprintf(to, n, "*");
	else
		snprintf(to, n, format, (unsigned int)value);
}

/* libpci's own view of an accepted selector, in its own notation. */
static void print_again(char *slot, char *id, size_t n, const struct pci_select *sel)
{
	struct pci_filter f;
	char copy[64], a[16], b[16], c[16], d[16];

	pci_filter_init(NULL, &f);
	snprintf(copy, sizeof(copy), "%s", sel->slot);
	fuzz_require(!pci_filter_parse_slot(&f, copy), "%s", sel->slot);
	snprintf(copy, sizeof(copy), "%s", sel->id);
	fuzz_require(!pci_filter_parse_id(&f, copy), "%s", sel->id);
	field(a, sizeof(a), "%x", f.domain);
	field(b, sizeof(b), "%x", f.bus);
	field(c, sizeof(c), "%x", f.slot);
	field(d, sizeof(d), "%x", f.func);
	snprintf(slot, n, "%s:%s:%s.%s", a, b, c, d);
	field(a, sizeof(a), "%x", f.vendor);
	field(b, sizeof(b), "%x", f.device);
	snprintf(id, n, "%s:%s", a, b);
}

/* The third field, which older libpcis do not know. */
static bool has_class(const char *id)
{
	const char *colon = strchr(id, ':');

	return colon && strchr(colon + 1, ':');
}

static void check_own(const struct pci_device *d)
{
	char id[16];
	const struct pci_select by_slot = { d->bdf, NULL }, by_id = { NULL, id };
	struct pci_device other = *d;

	snprintf(id, sizeof(id), "%04x:%04x", d->vendor, d->device);
	/* libpci takes ffff for "any": no device has that vendor */
	if (d->vendor != 0xffff && d->device != 0xffff) {
		fuzz_require(!pci_select_check(&by_id) && pci_select_match(&by_id, d), "%s", id);
		other.vendor ^= 1;
		fuzz_require(!pci_select_match(&by_id, &other), "%s", id);
	}
	fuzz_require(!pci_select_check(&by_slot) && pci_select_match(&by_slot, d), "%s", d->bdf);
	other = *d;
	other.func ^= 1;
	fuzz_require(!pci_select_match(&by_slot, &other), "%s", d->bdf);
}

FUZZ_TARGET(select)
{
	char *text = fuzz_text(data, size), *id = strchr(text, '\n');
	char *rest = id ? strchr(id + 1, '\n') : NULL;
	struct pci_select sel = { .slot = text }, again;
	char slot2[64], id2[64];
	struct pci_device d;

	fuzz_begin();
	device_from(&d, rest ? (const uint8_t *)rest + 1 : NULL,
		    rest ? size - (size_t)(rest + 1 - text) : 0);
	check_own(&d);
	if (id)
		*id++ = 0;
	if (rest)
		*rest = 0;
	sel.id = id ? id : ":";
	if (!pci_select_check(&sel)) {
		print_again(slot2, id2, sizeof(slot2), &sel);
		again = (struct pci_select){ slot2, has_class(sel.id) ? sel.id : id2 };
		fuzz_require(!pci_select_check(&again) &&
			     pci_select_match(&sel, &d) == pci_select_match(&again, &d),
			     "'%s' '%s' and '%s' '%s' of %s", sel.slot, sel.id, slot2, id2, d.bdf);
	} else {
		fuzz_require(fuzz_error()[0], "'%s' '%s' is refused without a word", sel.slot, sel.id);
	}
	free(text);
	return 0;
}
