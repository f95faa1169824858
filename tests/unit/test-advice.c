// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "arch/info.h"
#include "verdict/judge.h"
#include "verdict/wording.h"
#include "fixture.h"

/* What is advised where: by hypervisor, role, vendor of the CPU and device. */

#define FACTS 3
#define WORDS 4

static const struct advice_case {
	const char *what;
	const char *arch, *hypervisor;
	enum verdict_outcome word;
	const char *facts[FACTS][2];      /* of the guest */
	const char *host_facts[FACTS][2]; /* none: no host's result */
	unsigned int device;              /* 1af4:... */
	const char *says[WORDS], *says_not[WORDS];
} cases[] = {
	{ "Xen's dom0", "aarch64", "xen", VERDICT_DEMOTED, { { "xen_capabilities", "control_d" } }, { { 0 } }, 0,
	  { "SIGKILL", "p2m_mmio_direct_c" }, { "domU", "6.9", "kvm run failed", "vfio" } },
	{ "dom0 by its features", "aarch64", "xen", VERDICT_DEMOTED, { { "xen_features", "00002a29" } }, { { 0 } }, 0,
	  { "p2m_mmio_direct_c" }, { "domU" } },
	{ "a domU", "aarch64", "xen", VERDICT_DEMOTED, { { "xen_features", "00002269" } }, { { 0 } }, 0,
	  { "SIGKILL", "p2m_mmio_direct_dev" }, { "In dom0", "6.9", "kvm run failed", "vfio" } },
	{ "Xen, and nothing tells the role", "aarch64", "xen", VERDICT_DEMOTED, { { 0 } }, { { 0 } }, 0,
	  { "In dom0", "In a domU" }, { "6.9" } },
	{ "Xen, nothing seen", "aarch64", "xen", VERDICT_INCONCLUSIVE, { { 0 } }, { { 0 } }, 0,
	  { "--allow-vm-crash", "no reference" }, { "mmiowitness", "mmiocompare" } },

	{ "KVM, a device", "aarch64", "kvm", VERDICT_DEMOTED, { { 0 } }, { { 0 } }, 0,
	  { "kvm run failed", "Bring the host to", "vfio-platform" }, { "virtio-gpu" } },
	{ "KVM, a new host", "aarch64", "kvm", VERDICT_DEMOTED, { { 0 } }, { { "kernel_release", "6.12" } }, 0,
	  { "new enough", "nvgrace-gpu", "vfio-platform" }, { "Bring the host to" } },
	{ "KVM, a virtio-gpu", "aarch64", "kvm", VERDICT_DEMOTED, { { 0 } }, { { "kernel_release", "6.12" } },
	  0x1050, { "virtio-gpu" }, { "new enough", "Bring the host to" } },
	{ "not known, on a host that runs no KVM", "aarch64", "", VERDICT_DEMOTED, { { 0 } },
	  { { "kernel_release", "6.12" }, { "kvm_device", "no" } }, 0, { "not published" },
	  { "new enough", "Bring the host to", "kvm run failed" } },
	{ "Hyper-V", "aarch64", "hyper-v", VERDICT_DEMOTED, { { 0 } }, { { 0 } }, 0, { "not published" },
	  { "Bring the host to", "kvm run failed" } },

	{ "preserved: whose mapping", "aarch64", "kvm", VERDICT_PRESERVED, { { 0 } }, { { 0 } }, 0,
	  { "DPDK", "Device-nGnRnE" }, { "6.9" } },
	{ "preserved on x86", "x86_64", "kvm", VERDICT_PRESERVED, { { 0 } }, { { 0 } }, 0,
	  { "DPDK", "UC" }, { "Device" } },
	{ "preserved by Xen", "aarch64", "xen", VERDICT_PRESERVED, { { 0 } }, { { 0 } }, 0, { "DPDK" },
	  { "p2m" } },

	{ "UC on Intel", "x86_64", "kvm", VERDICT_DEMOTED, { { "cpu_vendor", "GenuineIntel" } }, { { 0 } }, 0,
	  { "On Intel", "IPAT", "pat_memtype_list" }, { "On AMD" } },
	{ "UC on AMD", "x86_64", "kvm", VERDICT_DEMOTED, { { "cpu_vendor", "AuthenticAMD" } }, { { 0 } }, 0,
	  { "On AMD", "pat_memtype_list" }, { "On Intel" } },
	{ "UC on Hygon, which is an AMD", "x86_64", "kvm", VERDICT_DEMOTED, { { "cpu_vendor", "HygonGenuine" } },
	  { { 0 } }, 0, { "On AMD" }, { "On Intel" } },
	{ "a result of before, which has the model", "x86_64", "kvm", VERDICT_DEMOTED,
	  { { "cpu_model", "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz" } }, { { 0 } }, 0, { "On Intel" },
	  { "On AMD" } },
	{ "nothing decides it on x86", "x86_64", "kvm", VERDICT_INCONCLUSIVE, { { 0 } }, { { 0 } }, 0,
	  { "a run on the host" }, { "--allow-vm-crash", "mmiowitness" } },
	{ "UC, by nobody knows whom", "x86_64", "kvm", VERDICT_DEMOTED, { { 0 } }, { { 0 } }, 0,
	  { "On Intel", "On AMD" }, { 0 } },
	{ "UC on ESXi", "x86_64", "vmware", VERDICT_DEMOTED, { { "cpu_vendor", "GenuineIntel" } }, { { 0 } }, 0,
	  { "may force UC" }, { "On Intel", "On AMD" } },
	{ "UC on Xen", "x86_64", "xen", VERDICT_DEMOTED, { { "cpu_vendor", "GenuineIntel" } }, { { 0 } }, 0,
	  { "may force UC" }, { "On Intel", "p2m" } },
	{ "Write-Back on Intel", "x86_64", "kvm", VERDICT_WRITE_BACK, { { "cpu_vendor", "GenuineIntel" } },
	  { { 0 } }, 0, { "honor-guest-pat=on", "6.16", "6.12.78" }, { "On AMD", "FEAT_S2FWB" } },
	{ "Write-Back on AMD", "x86_64", "kvm", VERDICT_WRITE_BACK, { { "cpu_vendor", "AuthenticAMD" } },
	  { { 0 } }, 0, { "On AMD" }, { "honor-guest-pat" } },
	{ "Write-Back, by nobody knows whom", "x86_64", "kvm", VERDICT_WRITE_BACK, { { 0 } }, { { 0 } }, 0,
	  { "On Intel", "On AMD", "honor-guest-pat" }, { 0 } },
	{ "Write-Back on arm64", "aarch64", "kvm", VERDICT_WRITE_BACK, { { 0 } }, { { 0 } }, 0,
	  { "FEAT_S2FWB" }, { "honor-guest-pat", "On Intel" } },
	{ "Write-Back by others", "x86_64", "hyper-v", VERDICT_WRITE_BACK, { { 0 } }, { { 0 } }, 0,
	  { "hypervisor's own memory" }, { "honor-guest-pat", "On AMD" } },
};

static bool is_advised(const struct verdict *v, const char *words)
{
	for (unsigned int i = 0; i < v->n_advice; i++)
		if (strstr(v->advice[i], words))
			return true;
	return false;
}

static void add_facts(struct result *r, const char *const facts[FACTS][2])
{
	for (int i = 0; i < FACTS && facts[i][0]; i++)
		assert_int_equal(0, fact_add(&r->env.facts, facts[i][0], "", "%s", facts[i][1]));
}

static void check_words(const struct advice_case *c, const struct verdict *v)
{
	for (int i = 0; i < WORDS; i++) {
		if (c->says[i] && !is_advised(v, c->says[i]))
			fail_msg("%s: no \"%s\"", c->what, c->says[i]);
		if (c->says_not[i] && is_advised(v, c->says_not[i]))
			fail_msg("%s: \"%s\"", c->what, c->says_not[i]);
	}
}

static void test_advice(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct advice_case *c = &cases[i];
		struct verdict v = { .outcome = c->word, .judged = true, .about_guest = true,
				     .confidence = CONFIDENCE_PROVED };
		struct result run, host;
		struct judge_input in = { .run = &run };

		fixture_result(&run);
		fixture_result(&host);
		facts_free(&host.env.facts);
		strcpy(run.arch, c->arch);
		strcpy(run.env.virt.hypervisor, c->hypervisor);
		if (c->device)
			run.device.device = (uint16_t)c->device;
		add_facts(&run, c->facts);
		add_facts(&host, c->host_facts);
		if (c->host_facts[0][0])
			in.host = &host;
		v.hypervisor = judge_hypervisor(&in);
		judge_advise(&v, &in);
		assert_true(v.n_advice > 0);
		check_words(c, &v);
		result_free(&run);
		result_free(&host);
	}
}

/* No architecture, and nobody who may be below, is left without a word; each is in the list above. */
static void test_each_arch(void **state)
{
	static const char *const below[] = { "kvm", "xen", "hyper-v" };
	static const enum verdict_outcome outcomes[] = { VERDICT_DEMOTED, VERDICT_PRESERVED, VERDICT_WRITE_BACK,
							 VERDICT_INCONCLUSIVE };

	(void)state;
	for (int a = 0; a < ARCH_INFOS; a++)
		for (size_t o = 0; o < sizeof(outcomes) / sizeof(outcomes[0]); o++) {
			const char *arch = arch_infos[a]->name, *outcome = verdict_outcome_name(outcomes[o]);
			unsigned int n = 0;

			for (size_t k = 0; k < sizeof(below) / sizeof(below[0]); k++) {
				struct verdict v = { .outcome = outcomes[o], .judged = true, .about_guest = true };
				struct result run;
				struct judge_input in = { .run = &run };

				fixture_result(&run);
				strcpy(run.arch, arch);
				strcpy(run.env.virt.hypervisor, below[k]);
				v.hypervisor = judge_hypervisor(&in);
				judge_advise(&v, &in);
				if (!v.n_advice)
					fail_msg("%s: no row in advice.c for %s under %s", arch, outcome, below[k]);
				result_free(&run);
			}
			for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
				n += !strcmp(cases[i].arch, arch) && cases[i].word == outcomes[o];
			if (!n)
				fail_msg("%s: no case of %s in this test", arch, outcome);
		}
}

/* An unaligned access ends a VM of KVM's, and under Xen the process. */
static void test_means(void **state)
{
	static const struct {
		const char *hypervisor, *host_kvm, *means;
	} all[] = {
		{ "kvm", NULL, "an unaligned access stops the VM" },
		{ "qemu", NULL, "an unaligned access stops the VM" },
		{ "", NULL, "an unaligned access stops the VM" },
		{ "", "yes", "an unaligned access stops the VM" },
		{ "", "no", "an unaligned access may stop the VM" },
		{ "kvm", "no", "an unaligned access stops the VM" },
		{ "xen", NULL, "an unaligned access kills its process" },
		{ "hyper-v", NULL, "an unaligned access may stop the VM" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct verdict v;
		struct result run, host;
		struct judge_input in = { .run = &run, .host = all[i].host_kvm ? &host : NULL };

		fixture_result(&run);
		fixture_result(&host);
		facts_free(&host.env.facts);
		strcpy(run.env.virt.hypervisor, all[i].hypervisor);
		if (in.host)
			assert_int_equal(0, fact_add(&host.env.facts, "kvm_device", "", "%s", all[i].host_kvm));
		judge_input(&v, &in);
		v.outcome = VERDICT_DEMOTED;
		assert_true(v.judged && v.about_guest);
		if (!strstr(verdict_means(&v, &run), all[i].means))
			fail_msg("%s, KVM on the host: %s: %s", all[i].hypervisor,
				 in.host ? all[i].host_kvm : "not known", verdict_means(&v, &run));
		result_free(&run);
		result_free(&host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_advice), cmocka_unit_test(test_each_arch),
					    cmocka_unit_test(test_means) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
