// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/text.h"
#include "env/conditions.h"
#include "env/env.h"

/*
 * Strongest first: the first rule that holds decides, later ones that agree only add their fact and
 * the hypervisor's name. That a machine has /dev/kvm says nothing: guests have it too.
 */
struct rule {
	enum env_guest guest;
	enum confidence confidence;
	const char *hypervisor;
	struct condition when[CONDITIONS];
};

#define GUEST(confidence, hypervisor, ...)                                                         \
	{ ENV_GUEST, CONFIDENCE_##confidence, hypervisor, { __VA_ARGS__ } }
#define METAL(confidence, ...)                                                                     \
	{ ENV_BARE_METAL, CONFIDENCE_##confidence, "", { __VA_ARGS__ } }

static const struct rule rules[] = {
	/* said by the hypervisor itself; dom0 is a guest too, Xen owns its stage 2 */
	GUEST(PROVED, "xen", { "sys_hypervisor_type", STARTS, "xen" }),
	GUEST(PROVED, "xen", { "dt_hypervisor", CONTAINS, "xen" }),
	GUEST(PROVED, "kvm", { "dt_hypervisor", CONTAINS, "kvm" }),
	GUEST(PROVED, "vmware", { "dt_hypervisor", CONTAINS, "vmware" }),
	GUEST(PROVED, "", { "dt_hypervisor", KNOWN, "" }),
	GUEST(PROVED, "hyper-v", { "acpi_hypervisor_id", STARTS, "MsHyperV" }),
	GUEST(PROVED, "kvm", { "acpi_hypervisor_id", CONTAINS, "KVM" }),
	GUEST(PROVED, "", { "acpi_hypervisor_id", IS_NOT, "0" }),
	GUEST(PROVED, "kvm", { "smccc_kvm", IS, "yes" }),
	GUEST(PROVED, "kvm", { "clocksource", IS, "kvm-clock" }),
	GUEST(PROVED, "hyper-v", { "clocksource", STARTS, "hyperv_clocksource" }),
	/* Arm CCA has no other */
	GUEST(PROVED, "", { "realm", IS, "yes" }),
	/* CPUID leaf 1 ECX bit 31: kept for hypervisors, zero in every real CPU */
	GUEST(PROVED, "", { "cpu_hypervisor_flag", IS, "yes" }),

	/* before sys_vendor: EC2 says "Amazon EC2" for its bare machines too */
	METAL(LIKELY, { "dmi_product_name", CONTAINS, ".metal" },
	      { "dmi_sys_vendor", STARTS, "Amazon" }),

	/* firmware of virtual machines; nobody builds hardware under these names */
	GUEST(PROVED, "kvm", { "dmi_product_name", STARTS, "KVM" }),
	GUEST(PROVED, "qemu", { "dmi_product_name", STARTS, "QEMU Virtual Machine" }),
	GUEST(PROVED, "xen", { "dmi_product_name", STARTS, "HVM domU" }),
	GUEST(PROVED, "vmware", { "dmi_product_name", STARTS, "VMware" }),
	GUEST(PROVED, "virtualbox", { "dmi_product_name", STARTS, "VirtualBox" }),
	GUEST(PROVED, "bhyve", { "dmi_product_name", STARTS, "BHYVE" }),
	GUEST(PROVED, "apple", { "dmi_product_name", STARTS, "Apple Virtualization" }),
	GUEST(PROVED, "kvm", { "dmi_product_name", STARTS, "OpenStack" }),
	GUEST(PROVED, "kvm", { "dmi_product_name", STARTS, "KubeVirt" }),
	GUEST(PROVED, "kvm", { "dmi_product_name", STARTS, "Alibaba Cloud ECS" }),
	GUEST(PROVED, "hyper-v", { "dmi_product_name", IS, "Virtual Machine" },
	      { "dmi_sys_vendor", STARTS, "Microsoft" }),
	GUEST(LIKELY, "kvm", { "dmi_product_name", STARTS, "Google Compute Engine" }),
	GUEST(PROVED, "qemu", { "dmi_sys_vendor", STARTS, "QEMU" }),
	GUEST(PROVED, "xen", { "dmi_sys_vendor", IS, "Xen" }),
	GUEST(PROVED, "vmware", { "dmi_sys_vendor", STARTS, "VMware" }),
	GUEST(PROVED, "virtualbox", { "dmi_sys_vendor", STARTS, "innotek" }),
	GUEST(PROVED, "parallels", { "dmi_sys_vendor", STARTS, "Parallels" }),
	GUEST(PROVED, "kvm", { "dmi_sys_vendor", STARTS, "OpenStack" }),
	GUEST(LIKELY, "kvm", { "dmi_sys_vendor", STARTS, "Amazon EC2" },
	      { "dmi_product_name", KNOWN, "" }),
	GUEST(LIKELY, "xen", { "dmi_bios_vendor", IS, "Xen" }),
	GUEST(LIKELY, "", { "dmi_bios_vendor", IS, "Bochs" }),
	GUEST(LIKELY, "", { "dmi_bios_vendor", IS, "SeaBIOS" }),
	GUEST(LIKELY, "bhyve", { "dmi_bios_vendor", IS, "BHYVE" }),
	/* QEMU virt, crosvm, Firecracker: a machine without firmware, by no one vendor */
	GUEST(LIKELY, "", { "dt_model", IS, "linux,dummy-virt" }),

	/* somebody keeps EL2: nearly always a hypervisor, on a few boards the firmware */
	GUEST(LIKELY, "", { "boot_el", IS, "EL1" }),

	/* nothing says guest; a hypervisor that hides would look the same, so never proved */
	METAL(LIKELY, { "cpu_hypervisor_flag", IS, "no" }),
	METAL(LIKELY, { "machine", IS, "aarch64" }, { "dmi_sys_vendor", KNOWN, "" },
	      { "acpi_hypervisor_id", IS, "0" }),
	/*
	 * DMI alone may be the host's (libvirt: <smbios mode='host'/>), where ACPI cannot contradict.
	 * A kernel at EL2, which /dev/kvm needs, has nobody below, or one that nests.
	 */
	METAL(LIKELY, { "machine", IS, "aarch64" }, { "dmi_sys_vendor", KNOWN, "" },
	      { "acpi_fadt", KNOWN, "" }, { "kvm_device", IS, "yes" }),
	METAL(LIKELY, { "machine", IS, "aarch64" }, { "dmi_sys_vendor", KNOWN, "" },
	      { "acpi_fadt", KNOWN, "" }, { "boot_el", IS, "EL2" }),
	METAL(LIKELY, { "machine", IS, "aarch64" }, { "dt_model", KNOWN, "" }),
};

/* The CPU is an emulator's: its times say nothing. */
static const struct condition emulated_rules[][CONDITIONS] = {
	{ { "cpu_implementer", IS, "0x00" } }, /* kept for software: QEMU's cpu max */
	{ { "cpu_model", CONTAINS, "QEMU TCG" } },
	/*
	 * QEMU's arm64 virt says "KVM Virtual Machine" where KVM runs it. Apple's CPUs: macOS' own
	 * hypervisor does, at full speed.
	 */
	{ { "dmi_product_name", IS, "QEMU Virtual Machine" },
	  { "machine", IS, "aarch64" },
	  { "cpu_implementer", IS_NOT, "0x61" } },
};

/* "fact: value; fact: value", each fact once, cut where it does not fit. */
static void why_add(char *why, size_t n, const struct facts *facts, const struct condition *c)
{
	for (int i = 0; i < CONDITIONS && c[i].fact; i++)
		if (!strstr(why, c[i].fact))
			text_append(why, n, "%s%s: %s", *why ? "; " : "", c[i].fact,
				    fact_get(facts, c[i].fact));
}

static void emulated_conclude(struct env *env)
{
	for (size_t i = 0; !env->emulated && i < ARRAY_SIZE(emulated_rules); i++) {
		env->emulated = conditions_hold(&env->facts, emulated_rules[i]);
		if (env->emulated && !env->emulated_why[0])
			why_add(env->emulated_why, sizeof(env->emulated_why), &env->facts,
				emulated_rules[i]);
	}
}

void virt_conclude(struct env *env)
{
	struct virt v = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *r = &rules[i];

		if (!conditions_hold(&env->facts, r->when))
			continue;
		if (v.guest == ENV_GUEST_UNKNOWN) {
			v.guest = r->guest;
			v.confidence = r->confidence;
		}
		if (v.guest != r->guest)
			continue;
		if (!v.hypervisor[0])
			snprintf(v.hypervisor, sizeof(v.hypervisor), "%s", r->hypervisor);
		why_add(v.why, sizeof(v.why), &env->facts, r->when);
	}
	if (!v.why[0] && fact_get(&env->facts, "acpi_fadt") &&
	    fact_get(&env->facts, "dmi_sys_vendor"))
		strcpy(v.why, "perhaps bare metal: nothing says otherwise, but DMI may be the host's, and "
			      "ACPI is too old to name a hypervisor");
	else if (!v.why[0])
		strcpy(v.why, "nothing here tells: neither DMI, device tree, ACPI nor CPU flags");
	env->virt = v;
	emulated_conclude(env);
}

const char *virt_below_name(enum virt_below below)
{
	static const char *const names[] = { "unknown", "nobody", "hypervisor" };

	return names[below];
}

enum virt_below virt_below(const struct env *env)
{
	const char *smccc = fact_get(&env->facts, "smccc_version");

	if (env->virt.guest == ENV_BARE_METAL)
		return VIRT_BELOW_NOBODY;
	if (env->virt.guest == ENV_GUEST_UNKNOWN)
		return VIRT_BELOW_UNKNOWN;
	/* KVM tells its guests 1.1 or more, nested ones too; QEMU's own emulation of PSCI 1.0 */
	if (env->emulated && smccc && !strcmp(smccc, "1.0"))
		return VIRT_BELOW_NOBODY;
	return env->emulated && env->virt.confidence != CONFIDENCE_PROVED ? VIRT_BELOW_UNKNOWN :
									    VIRT_BELOW_HYPERVISOR;
}

static const char *const confidence_names[] = {
	[CONFIDENCE_UNKNOWN] = "unknown",
	[CONFIDENCE_LIKELY] = "likely",
	[CONFIDENCE_PROVED] = "proved",
};

static const char *const guest_names[] = {
	[ENV_GUEST_UNKNOWN] = "unknown",
	[ENV_BARE_METAL] = "bare metal",
	[ENV_GUEST] = "guest",
};

const char *confidence_name(enum confidence c)
{
	return (unsigned int)c <= CONFIDENCE_PROVED ? confidence_names[c] : "unknown";
}

const char *env_guest_name(enum env_guest g)
{
	return (unsigned int)g <= ENV_GUEST ? guest_names[g] : "unknown";
}
