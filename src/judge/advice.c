// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "judge/judge.h"

/*
 * What to do. Facts: Linux 6.9 commits 8c47ce3e1d2c (KVM: arm64) and a39d3a966a09 (vfio-pci): a VMA
 * flagged VM_ALLOW_ANY_UNCACHED is mapped Normal-NC at stage 2, and the guest's stage 1 decides.
 */
#define NEW_MAJOR 6
#define NEW_MINOR 9

enum advice_when {
	ALWAYS,
	HOST_NEW,               /* the host's kernel is known, and could */
	HOST_NOT_NEW,           /* it is older, or not known */
	UNPROVED                /* the verdict is likely, and no more */
};

struct advice_row {
	enum verdict_word word;
	bool guest;             /* only where a hypervisor is judged */
	const char *arch;       /* NULL: any */
	const char *hypervisor; /* NULL: any; "kvm": also one that is not known; "": any other */
	enum advice_when when;
	const char *text;
};

#define TO_PROVE                                                                                   \
	"It is likely, not proved. The host can prove it, without any risk: mmiowitness -s BDF there while " \
	"this VM starts, then mmiocompare --witness FILE HOST.json GUEST.json."

static const struct advice_row rows[] = {
	/* what can stop the VM today comes before what ends it for good */
	{ VERDICT_DEMOTED, true, "aarch64", NULL, ALWAYS,
	  "Today: no memcpy, memset, unaligned or DC ZVA access on a _wc mapping in this VM: one can stop "
	  "it (host log: Unsupported FSC: EC=0x24 xFSC=0x21; QEMU: kvm run failed Bad address)." },
	{ VERDICT_DEMOTED, true, "aarch64", "kvm", HOST_NOT_NEW,
	  "Bring the host to Linux 6.9 or newer, or to a distribution's kernel with its commits "
	  "8c47ce3e1d2c and a39d3a966a09, and let the VMM map the BAR through vfio-pci (QEMU "
	  "-device vfio-pci, libvirt hostdev, Cloud Hypervisor --device): its pages become Normal-NC at "
	  "stage 2 and this guest decides. A VMM that maps the BAR through sysfs keeps Device on every "
	  "host." },
	{ VERDICT_DEMOTED, true, "aarch64", "kvm", HOST_NEW,
	  "The host's kernel is new enough, it is Linux 6.9 or newer: so this VMM does not map the BAR "
	  "through vfio-pci, or the files are no pair and this guest ran on another host. Let the VMM do so "
	  "(QEMU -device vfio-pci, libvirt hostdev, Cloud Hypervisor --device): one that maps the BAR "
	  "through sysfs keeps Device on every host." },
	/* Xen, xen/arch/arm/p2m.c: map_mmio_regions maps p2m_mmio_direct_dev */
	{ VERDICT_DEMOTED, true, "aarch64", "xen", ALWAYS,
	  "Xen maps the BARs of a device that it passes through as Device (p2m_mmio_direct_dev), "
	  "whatever the guest asks for: only a Xen that maps them p2m_mmio_direct_nc changes that." },
	{ VERDICT_DEMOTED, true, "aarch64", "", ALWAYS,
	  "What this hypervisor does at stage 2 is not published: ask its vendor whether BARs of passed-"
	  "through devices can be mapped Normal-NC, as KVM does since Linux 6.9." },
	{ VERDICT_DEMOTED, true, "aarch64", NULL, ALWAYS,
	  "Drivers that work here without barriers rely on Device ordering: test them again once "
	  "this is mended. NC stores need dmb oshst (or dsb st) before a doorbell." },
	{ VERDICT_DEMOTED, true, "aarch64", "kvm", UNPROVED, TO_PROVE },
	{ VERDICT_DEMOTED, true, "x86_64", NULL, ALWAYS,
	  "Ask for the guest's effective type: on KVM the guest's PAT decides for assigned devices; "
	  "other hypervisors may force UC." },
	{ VERDICT_DEMOTED, false, NULL, NULL, ALWAYS,
	  "The kernel maps resourceN_wc as Device: some erratum kernels do so on purpose; look for "
	  "PCIe errata in dmesg." },
	{ VERDICT_TRAPPED, true, NULL, NULL, ALWAYS,
	  "The VMM emulates this BAR: every access is a VM exit. QEMU: remove x-no-mmap=on; a BAR that "
	  "shares its page with an MSI-X table, or is smaller than a page, may be trapped too; other "
	  "VMMs: see how they map BARs of assigned devices." },
	{ VERDICT_PRESERVED, true, "aarch64", NULL, ALWAYS,
	  "Drivers may rely on write combining, and must not rely on Device ordering: NC stores need "
	  "dmb oshst (or dsb st) before a doorbell, and a read from the device proves arrival." },
	{ VERDICT_PRESERVED, true, "aarch64", "kvm", UNPROVED, TO_PROVE },
	{ VERDICT_WRITE_BACK, true, NULL, NULL, ALWAYS,
	  "The BAR is the hypervisor's own memory, cached: its figures say nothing about PCIe." },
	{ VERDICT_INCONCLUSIVE, true, "aarch64", NULL, ALWAYS,
	  "For a proof run --allow-vm-crash once in a VM that may die, with --journal on storage that "
	  "outlives it; then run again and the journal is read. Or compare with a run on the host: "
	  "mmiocompare HOST.json GUEST.json." },
	{ VERDICT_INCONCLUSIVE, true, "aarch64", "kvm", ALWAYS,
	  "Or let the host say it, without any risk: mmiowitness -s BDF there while this VM starts, then "
	  "mmiocompare --witness FILE HOST.json GUEST.json." },
	{ VERDICT_INCONCLUSIVE, true, "x86_64", NULL, ALWAYS,
	  "Compare with a run on the host: mmiocompare HOST.json GUEST.json." },
};

static bool is_about(const struct advice_row *r, const char *hypervisor)
{
	bool kvm = !*hypervisor || !strcmp(hypervisor, "kvm") || !strcmp(hypervisor, "qemu");

	if (!r->hypervisor)
		return true;
	if (!*r->hypervisor)
		return !kvm && strcmp(hypervisor, "xen");
	return strcmp(r->hypervisor, "kvm") ? !strcmp(hypervisor, r->hypervisor) : kvm;
}

/* Of the host that is known, by its own result, or by what it witnessed. */
static bool is_host_new(const struct judge_input *in)
{
	const struct facts *facts = in->host	? &in->host->env.facts :
				    in->witness ? &in->witness->env.facts :
						  NULL;
	const char *release = facts ? fact_get(facts, "kernel_release") : NULL;
	unsigned int major, minor;

	return release && sscanf(release, "%4u.%4u", &major, &minor) == 2 &&
	       (major > NEW_MAJOR || (major == NEW_MAJOR && minor >= NEW_MINOR));
}

static bool is_given(const struct advice_row *r, const struct verdict *v,
		     const struct judge_input *in)
{
	if (r->word != v->word || r->guest != v->about_guest ||
	    (r->arch && strcmp(r->arch, in->run->arch)) ||
	    !is_about(r, in->run->env.virt.hypervisor))
		return false;
	if (r->when == UNPROVED)
		return v->confidence == CONFIDENCE_LIKELY;
	return r->when == ALWAYS || is_host_new(in) == (r->when == HOST_NEW);
}

void judge_advise(struct verdict *v, const struct judge_input *in)
{
	if (v->contradiction) {
		v->advice[v->n_advice++] =
			"The evidence contradicts itself (--explain): do all files belong together, one VM "
			"on one host, between two boots and upgrades? Then one of the lines is wrong: report "
			"it with the files.";
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && v->n_advice < ADVICE_MAX; i++)
		if (is_given(&rows[i], v, in))
			v->advice[v->n_advice++] = rows[i].text;
}
