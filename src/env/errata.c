// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stddef.h>
#include "base/array.h"
#include "env/conditions.h"
#include "env/errata.h"

static const struct erratum errata[] = {
	/* PCIE_65: NC writes with a discontiguous byte mask may go to a wrong address, of anybody's memory */
	[ERRATUM_ALTRA] = { ERRATUM_ALTRA, false,
	  "on Ampere Altra (N1, erratum 82288) such stores may go astray, out of the BAR too",
	  "on this CPU, an Ampere Altra or its like (Neoverse N1, erratum 82288), stores with holes in a line "
	  "may go astray through Normal-NC, out of the BAR too, unless the kernel works around it; mainline "
	  "does not, Ampere's patches do. Such stores are left out unless --tests names the experiment" },
	[ERRATUM_BCM2711] = { ERRATUM_BCM2711, true,
	  "stores through wc can freeze all of a BCM2711 (Raspberry Pi 4, CM4)",
	  "stores through wc of more than about 256 bytes freeze all of a BCM2711 (Raspberry Pi 4, CM4) with "
	  "several cards. None is made unless --tests names the experiment" },
};

static const struct {
	enum erratum_chip chip;
	struct condition when[CONDITIONS];
} signs[] = {
	{ ERRATUM_ALTRA, { { "dmi_product_name", CONTAINS, "Altra" } } },
	{ ERRATUM_ALTRA, { { "dmi_processor", CONTAINS, "Altra" } } },
	{ ERRATUM_ALTRA, { { "dt_model", CONTAINS, "Altra" } } },
	{ ERRATUM_ALTRA, { { "cpu_model", CONTAINS, "Altra" } } },
	/*
	 * The MIDR of a guest may be its VMM's choice (KVM_CAP_ARM_WRITABLE_IMP_ID_REGS), so Altra's root
	 * complexes (A and B) count as well. Graviton's cores are of the same part, in other chips.
	 */
	{ ERRATUM_ALTRA, { { "pci_root", HAS_WORD, "1def:e100" } } },
	{ ERRATUM_ALTRA, { { "pci_root", HAS_WORD, "1def:e110" } } },
	{ ERRATUM_ALTRA, { { "cpu_implementer", IS, "0x41" }, { "cpu_part", IS, "0xd0c" },
			   { "dmi_sys_vendor", IS_NOT_SAID, "Amazon EC2" } } },
	{ ERRATUM_BCM2711, { { "dt_compatible", HAS_WORD, "brcm,bcm2711" } } },
	{ ERRATUM_BCM2711, { { "pci_root", HAS_WORD, "14e4:2711" } } },
};

const struct erratum *erratum_find(const struct facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (conditions_hold(facts, signs[i].when))
			return &errata[signs[i].chip];
	return NULL;
}

const char *erratum_note(const struct facts *facts)
{
	const struct erratum *e = erratum_find(facts);

	return e && !fact_get(facts, "wc_erratum") ? e->note : NULL;
}
