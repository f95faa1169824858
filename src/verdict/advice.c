// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arch/info.h"
#include "env/errata.h"
#include "verdict/judge.h"

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
	ON_ALTRA,               /* erratum 82288, by the guest's facts or its host's */
	VIRTIO_GPU,             /* a BAR of the VMM's, whatever the host's kernel */
	DOM0,                   /* Xen's; each of the two also where the role is not known */
	DOMU,
	INTEL,                  /* of the CPU; each of the two also where the vendor is not known */
	AMD,
	NO_HOST,                /* there is no host's result */
	NO_WITNESS,
	TO_WITNESS,             /* the verdict is likely, and there is no witness */
	WITNESS_IN_VAIN         /* it is not proved, although there is a witness */
};

/* Bits of rows: short for enum hypervisor, and the verdicts that a row is for. */
enum {
	KVM = HYPERVISOR_KVM,
	XEN = HYPERVISOR_XEN,
	OTHERS = HYPERVISOR_OTHER,
	ANY = KVM | XEN | OTHERS
};
enum {
	INCONCLUSIVE = 1 << VERDICT_INCONCLUSIVE,
	PRESERVED = 1 << VERDICT_PRESERVED,
	DEMOTED = 1 << VERDICT_DEMOTED,
	TRAPPED = 1 << VERDICT_TRAPPED,
	WRITE_BACK = 1 << VERDICT_WRITE_BACK
};

struct advice_row {
	unsigned int outcomes;
	bool guest;             /* only where a hypervisor is judged */
	const struct arch_info *arch; /* NULL: any */
	unsigned int hypervisors;
	enum advice_when when;
	const char *text;
};

/* vfio_pci_core_mmap: pgprot_noncached, for whoever maps a BAR through vfio's own file */
#define OWN_MAPPING                                                                                \
	"What maps the BAR through vfio itself (DPDK, SPDK on vfio-pci) has no write combining, in this VM or " \
	"on the host: vfio's own mapping is "
#define OWN_MAPPING_END ". Only resourceN_wc and a kernel driver's ioremap_wc have it."

#define WITH_HOST "Compare with a run on the host: mmiocompare HOST.json GUEST.json."

static const struct advice_row rows[] = {
	/* what can stop the VM today comes before what ends it for good */
	{ DEMOTED, true, &arch_aarch64, KVM, ALWAYS,
	  "Today: no memcpy, memset, unaligned or DC ZVA access on a _wc mapping in this VM: one can stop "
	  "it (host log: Unsupported FSC: EC=0x24 xFSC=0x21; QEMU: kvm run failed Bad address)." },
	{ DEMOTED, true, &arch_aarch64, XEN, ALWAYS,
	  "Today: no memcpy, memset, unaligned or DC ZVA access on a _wc mapping here: Xen answers one with an "
	  "abort, for which Linux kills the process (SIGKILL), and a driver would end the kernel." },
	{ DEMOTED, true, &arch_aarch64, OTHERS, ALWAYS,
	  "Today: no memcpy, memset, unaligned or DC ZVA access on a _wc mapping in this VM: what becomes of "
	  "the fault is the hypervisor's choice, and it may end the VM." },
	{ DEMOTED, true, &arch_aarch64, KVM, HOST_NOT_NEW,
	  "Bring the host to Linux 6.9 or newer, or to a distribution's kernel with its commits "
	  "8c47ce3e1d2c and a39d3a966a09, and let the VMM map the BAR through vfio-pci (QEMU "
	  "-device vfio-pci, libvirt hostdev, Cloud Hypervisor --device): its pages become Normal-NC at "
	  "stage 2 and this guest decides. Through sysfs, vfio-platform, fsl-mc or cdx they stay Device." },
	{ DEMOTED, true, &arch_aarch64, KVM, HOST_NEW,
	  "The host's kernel is new enough, it is Linux 6.9 or newer: so this VMM does not map the BAR "
	  "through vfio-pci, or the files are no pair and this guest ran on another host. Let the VMM do so "
	  "(QEMU -device vfio-pci, libvirt hostdev, Cloud Hypervisor --device): only vfio-pci, and nvgrace-gpu "
	  "for its memory, have Normal-NC; through sysfs, vfio-platform, fsl-mc or cdx they stay Device." },
	{ DEMOTED, true, &arch_aarch64, ANY, ON_ALTRA,
	  "But on this CPU, an Ampere Altra or its like (Neoverse N1, erratum 82288), Device protects: with "
	  "Normal-NC, which a host from 6.9 on brings, this guest's stores with holes in a line may go astray, unless its kernel has "
	  "Ampere's patches." },
	{ DEMOTED, true, &arch_aarch64, KVM, VIRTIO_GPU,
	  "A virtio-gpu's BAR is the VMM's: what lies in a discrete GPU's memory KVM maps Device on every host "
	  "(up to Linux 7.3), as that is no vfio mapping. Pass the GPU, or a virtual function of it, through "
	  "with vfio-pci." },
	/* Xen, xen/arch/arm: map_regions_p2mt of dom0's devices; map_mmio_regions of a domU's and vPCI's */
	{ DEMOTED, true, &arch_aarch64, XEN, DOM0,
	  "In dom0 Xen leaves the type to this kernel (p2m_mmio_direct_c), but for what its vPCI maps (Device; Xen "
	  "booted with pci-passthrough=on). Without vPCI: a probe that was killed met a Xen that was changed, one "
	  "with SIGBUS this kernel's doing (PCIe errata in dmesg)." },
	{ DEMOTED, true, &arch_aarch64, XEN, DOMU,
	  "In a domU Xen maps the BARs of a device that it passes through as Device (p2m_mmio_direct_dev), "
	  "whatever the guest asks for: only a Xen that maps them p2m_mmio_direct_nc changes that, or use of the "
	  "device in dom0." },
	{ DEMOTED, true, &arch_aarch64, OTHERS, ALWAYS,
	  "What this hypervisor does at stage 2 is not published: ask its vendor whether BARs of passed-"
	  "through devices can be mapped Normal-NC, as KVM does since Linux 6.9." },
	{ DEMOTED, true, &arch_aarch64, ANY, ALWAYS,
	  "Drivers that work here without barriers rely on Device ordering: test them again once "
	  "this is mended. NC stores need dmb oshst (or dsb st) before a doorbell." },
	/* arch/x86/kvm: vmx_get_mt_mask; SVM leaves nested pages Write-Back */
	{ DEMOTED, true, &arch_x86_64, KVM, INTEL,
	  "On Intel KVM leaves the WC of a passed-through BAR to the guest (EPT UC without IPAT)." },
	{ DEMOTED, true, &arch_x86_64, KVM, AMD,
	  "On AMD KVM leaves the type to the guest's PAT." },
	{ DEMOTED, true, &arch_x86_64, KVM, ALWAYS,
	  "So it is hardly KVM's doing: see this guest's /sys/kernel/debug/x86/pat_memtype_list, and nopat on "
	  "its command line; where KVM itself runs in a VM, ask for the one below." },
	{ DEMOTED, true, &arch_x86_64, XEN | OTHERS, ALWAYS,
	  "Other hypervisors than KVM may force UC: ask its vendor how BARs of passed-through devices are "
	  "mapped, and look at this guest's /sys/kernel/debug/x86/pat_memtype_list." },
	{ DEMOTED, false, NULL, ANY, ALWAYS,
	  "The kernel maps resourceN_wc as Device: some erratum kernels do so on purpose; look for "
	  "PCIe errata in dmesg." },
	{ TRAPPED, true, NULL, ANY, ALWAYS,
	  "The VMM emulates this BAR: every access is a VM exit. QEMU: remove x-no-mmap=on; a BAR that "
	  "shares its page with an MSI-X table, or is smaller than a page, may be trapped too; other "
	  "VMMs: see how they map BARs of assigned devices." },
	{ PRESERVED, true, &arch_aarch64, ANY, ALWAYS,
	  "Drivers may rely on write combining, and must not rely on Device ordering: NC stores need "
	  "dmb oshst (or dsb st) before a doorbell, and a read from the device proves arrival." },
	{ PRESERVED, true, &arch_aarch64, ANY, ON_ALTRA,
	  "But on this CPU, an Ampere Altra or its like (Neoverse N1, erratum 82288), stores with holes in a line "
	  "may go astray through Normal-NC, out of the BAR too: store whole lines, without gaps, or run a guest kernel with "
	  "Ampere's patches, which are not in mainline." },
	{ PRESERVED, true, &arch_aarch64, ANY, ALWAYS, OWN_MAPPING "Device-nGnRnE" OWN_MAPPING_END },
	{ PRESERVED, true, &arch_x86_64, ANY, ALWAYS, OWN_MAPPING "UC" OWN_MAPPING_END },
	{ WRITE_BACK, true, NULL, ANY, ALWAYS,
	  "The BAR is the hypervisor's own memory, cached: its figures say nothing about PCIe." },
	{ WRITE_BACK, true, &arch_aarch64, KVM, ALWAYS,
	  "Where the CPU has FEAT_S2FWB KVM forces that on the VMM's memory (ivshmem, an emulated CMB), through "
	  "plain too: for write combining pass a device's BAR through with vfio-pci." },
	{ WRITE_BACK, true, &arch_x86_64, KVM, INTEL,
	  "On Intel KVM forces it on the VMM's memory (ivshmem, an emulated CMB, blobs), through plain too, "
	  "whatever the guest's PAT says. QEMU 11's -accel kvm,honor-guest-pat=on leaves it to the guest, with "
	  "Linux 6.16, 6.12.78 or newer on the host." },
	{ WRITE_BACK, true, &arch_x86_64, KVM, AMD,
	  "On AMD the guest's PAT decides for the VMM's memory, too: Write-Back is then this guest's doing, see "
	  "its /sys/kernel/debug/x86/pat_memtype_list." },
	{ INCONCLUSIVE, true, &arch_aarch64, KVM | OTHERS, ALWAYS,
	  "For a proof run --allow-vm-crash once in a VM that may die, with --journal on storage that "
	  "outlives it; then run again and the journal is read." },
	{ INCONCLUSIVE, true, &arch_aarch64, XEN, ALWAYS,
	  "Run --allow-vm-crash once in a VM that may die: where the BAR is Device, Xen's answer has killed the "
	  "probe's process and left the VM alive, and then this page says so. A run in dom0 is no reference, as Xen is "
	  "below it, too." },
	{ INCONCLUSIVE, true, &arch_aarch64, KVM | OTHERS, NO_HOST, WITH_HOST },
	{ INCONCLUSIVE, true, &arch_x86_64, ANY, NO_HOST, WITH_HOST },
	{ DEMOTED | PRESERVED, true, &arch_aarch64, KVM, TO_WITNESS,
	  "It is likely, not proved. The host (of nested VMs the outermost) can prove it, without any risk: "
	  "mmiowitness -s BDF --json FILE there while this VM runs, then mmiocompare --witness FILE HOST.json GUEST.json." },
	{ DEMOTED | PRESERVED | INCONCLUSIVE, true, &arch_aarch64, KVM, WITNESS_IN_VAIN,
	  "The witness that was given proves nothing; its line says why. A proof is what mmiowitness sees on the "
	  "outermost host while this VM runs, with the clocks of both set, and HOST.json of that host." },
	{ INCONCLUSIVE, true, &arch_aarch64, KVM, NO_WITNESS,
	  "Or let the host (of nested VMs the outermost) say it, without any risk: mmiowitness -s BDF --json FILE "
	  "there while this VM runs, then mmiocompare --witness FILE HOST.json GUEST.json." },
};

static bool is_host_new(const struct judge_input *in)
{
	const struct facts *facts = judge_host_facts(in);
	const char *release = facts ? fact_get(facts, "kernel_release") : NULL;
	unsigned int major, minor;

	return release && sscanf(release, "%4u.%4u", &major, &minor) == 2 &&
	       (major > NEW_MAJOR || (major == NEW_MAJOR && minor >= NEW_MINOR));
}

/* The guest's CPU may be named by its VMM; the host it ran on is the same chip. */
static bool is_on_altra(const struct judge_input *in)
{
	const struct facts *const all[] = { &in->run->env.facts, in->host ? &in->host->env.facts : NULL,
					    in->witness ? &in->witness->env.facts : NULL };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct erratum *e = all[i] ? erratum_find(all[i]) : NULL;

		if (e && e->chip == ERRATUM_ALTRA)
			return true;
	}
	return false;
}

static bool is_virtio_gpu(const struct judge_input *in)
{
	return in->run->device.vendor == 0x1af4 && in->run->device.device == 0x1050;
}

/* DOM0, DOMU, or ALWAYS: not known. Xen, public/features.h: XENFEAT_dom0 is bit 11 of the first 32. */
static enum advice_when xen_role(const struct facts *facts)
{
	const char *capabilities = fact_get(facts, "xen_capabilities");
	const char *features = fact_get(facts, "xen_features");
	size_t n = features ? strlen(features) : 0;

	if (capabilities && strstr(capabilities, "control_d"))
		return DOM0;
	if (!n)
		return ALWAYS;
	return strtoul(features + (n > 8 ? n - 8 : 0), NULL, 16) & 1u << 11 ? DOM0 : DOMU;
}

/* INTEL, AMD, or ALWAYS: not known. Hygon's CPUs are AMD's. */
static enum advice_when cpu_vendor(const struct facts *facts)
{
	static const struct {
		const char *words;
		enum advice_when vendor;
	} vendors[] = { { "GenuineIntel", INTEL }, { "AuthenticAMD", AMD }, { "HygonGenuine", AMD },
			{ "Intel", INTEL }, { "AMD", AMD } };
	const char *names[] = { fact_get(facts, "cpu_vendor"), fact_get(facts, "cpu_model") };

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; names[k] && i < sizeof(vendors) / sizeof(vendors[0]); i++)
			if (strstr(names[k], vendors[i].words))
				return vendors[i].vendor;
	return ALWAYS;
}

static bool is_when(enum advice_when when, const struct verdict *v, const struct judge_input *in)
{
	const struct facts *facts = &in->run->env.facts;
	enum advice_when known;

	switch (when) {
	case HOST_NEW:
	case HOST_NOT_NEW:
		return !is_virtio_gpu(in) && is_host_new(in) == (when == HOST_NEW);
	case VIRTIO_GPU:
		return is_virtio_gpu(in);
	case ON_ALTRA:
		return is_on_altra(in);
	case DOM0:
	case DOMU:
		known = xen_role(facts);
		return known == ALWAYS || known == when;
	case INTEL:
	case AMD:
		known = cpu_vendor(facts);
		return known == ALWAYS || known == when;
	case NO_HOST:
		return !in->host;
	case NO_WITNESS:
		return !in->witness;
	case TO_WITNESS:
		return v->confidence == CONFIDENCE_LIKELY && !in->witness;
	case WITNESS_IN_VAIN:
		return v->confidence != CONFIDENCE_PROVED && in->witness;
	default:
		return true;
	}
}

static bool is_given(const struct advice_row *r, const struct verdict *v,
		     const struct judge_input *in)
{
	return r->outcomes & 1u << v->outcome && r->guest == v->about_guest &&
	       (!r->arch || r->arch == arch_info_of(in->run->arch)) &&
	       r->hypervisors & v->hypervisor && is_when(r->when, v, in);
}

#define WHO_HIDES "kvmtool hides that, Cloud Hypervisor did before its PR 4454, QEMU does not"

/* Displays and accelerators have their memory behind such BARs; registers are in 32-bit ones, mostly. */
static bool is_unlikely(const struct result *run)
{
	unsigned int base = run->device.class_code >> 8;

	return run->env.virt.guest == ENV_GUEST && !run->bar.prefetchable && run->bar.is_64bit &&
	       (base == 0x03 || base == 0x12);
}

void judge_advise_unmapped(struct verdict *v, const struct judge_input *in)
{
	if (v->hidden)
		v->advice[v->n_advice++] =
			"Take a VMM that shows the BAR as prefetchable, as the device does (" WHO_HIDES "). Until "
			"then a kernel driver's own ioremap_wc may be write-combining here all the same: what "
			"stage 2 allows mmiowitness on the host tells (arm64).";
	else if (!in->run->is_ram && is_unlikely(in->run))
		v->advice[v->n_advice++] =
			"Memory of a display or accelerator is prefetchable on most: if lspci -v on the host says so "
			"of this BAR, the VMM hides it (" WHO_HIDES "). mmiocompare HOST.json GUEST.json tells.";
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
