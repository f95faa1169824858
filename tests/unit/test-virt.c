// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "arch/info.h"
#include "base/memory.h"
#include "env/collect.h"
#include "env/env.h"
#include "fake-tree.h"

#define FACTS 8

static const struct virt_case {
	const char *what;
	const char *facts[FACTS][2];
	enum env_guest guest;
	enum confidence confidence;
	const char *hypervisor;
	bool emulated;
} cases[] = {
	{ "nothing known", { { NULL } }, ENV_GUEST_UNKNOWN, CONFIDENCE_UNKNOWN, "", false },
	{ "EC2 arm64 bare metal",
	  { { "machine", "aarch64" }, { "dmi_product_name", "c6g.metal" },
	    { "dmi_sys_vendor", "Amazon EC2" }, { "kvm_device", "yes" },
	    { "cpu_implementer", "0x41" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
	{ "EC2 x86 bare metal of a size",
	  { { "machine", "x86_64" }, { "dmi_product_name", "c7i.metal-24xl" },
	    { "dmi_sys_vendor", "Amazon EC2" }, { "cpu_hypervisor_flag", "no" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
	{ "EC2 guest",
	  { { "machine", "aarch64" }, { "dmi_product_name", "m6g.large" },
	    { "dmi_sys_vendor", "Amazon EC2" }, { "acpi_hypervisor_id", "0" } },
	  ENV_GUEST, CONFIDENCE_LIKELY, "kvm", false },
	{ "EC2 of unknown product", { { "dmi_sys_vendor", "Amazon EC2" } },
	  ENV_GUEST_UNKNOWN, CONFIDENCE_UNKNOWN, "", false },
	{ "a flag is worth more than a product's name",
	  { { "dmi_product_name", "c5.metal" }, { "dmi_sys_vendor", "Amazon EC2" },
	    { "cpu_hypervisor_flag", "yes" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "kvm", false },
	{ "KVM guest of QEMU's virt",
	  { { "machine", "aarch64" }, { "dmi_product_name", "KVM Virtual Machine" },
	    { "dmi_sys_vendor", "QEMU" }, { "acpi_hypervisor_id", "QEMU" },
	    { "cpu_implementer", "0x41" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "kvm", false },
	{ "nested: a guest with /dev/kvm is a guest",
	  { { "machine", "aarch64" }, { "dmi_product_name", "KVM Virtual Machine" },
	    { "dmi_sys_vendor", "QEMU" }, { "kvm_device", "yes" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "kvm", false },
	{ "TCG, cpu max",
	  { { "machine", "aarch64" }, { "dmi_product_name", "QEMU Virtual Machine" },
	    { "dmi_sys_vendor", "QEMU" }, { "cpu_implementer", "0x00" }, { "kvm_device", "yes" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "qemu", true },
	{ "TCG, cpu neoverse-n1",
	  { { "machine", "aarch64" }, { "dmi_product_name", "QEMU Virtual Machine" },
	    { "dmi_sys_vendor", "QEMU" }, { "cpu_implementer", "0x41" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "qemu", true },
	{ "KVM below TCG: the emulated CPU shows through",
	  { { "machine", "aarch64" }, { "dmi_product_name", "KVM Virtual Machine" },
	    { "cpu_implementer", "0x00" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "kvm", true },
	{ "QEMU on macOS' hypervisor is no emulator",
	  { { "machine", "aarch64" }, { "dmi_product_name", "QEMU Virtual Machine" },
	    { "dmi_sys_vendor", "QEMU" }, { "cpu_implementer", "0x61" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "qemu", false },
	{ "TCG on x86",
	  { { "machine", "x86_64" }, { "cpu_model", "QEMU TCG CPU version 2.5+" },
	    { "cpu_hypervisor_flag", "yes" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "", true },
	{ "Firecracker", { { "cpu_hypervisor_flag", "yes" }, { "acpi_hypervisor_id", "FIRECKVM" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "kvm", false },
	{ "no firmware", { { "machine", "aarch64" }, { "dt_model", "linux,dummy-virt" } },
	  ENV_GUEST, CONFIDENCE_LIKELY, "", false },
	{ "Xen by device tree",
	  { { "dt_hypervisor", "xen,xen-4.17 xen,xen" }, { "dt_model", "XENVM-4.17" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "xen", false },
	{ "a Realm: by its nature a VM", { { "realm", "yes" }, { "machine", "aarch64" },
	    { "dt_model", "linux,dummy-virt" } }, ENV_GUEST, CONFIDENCE_PROVED, "", false },
	{ "Xen dom0 on a server",
	  { { "sys_hypervisor_type", "xen" }, { "dmi_sys_vendor", "Dell Inc." },
	    { "cpu_hypervisor_flag", "no" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "xen", false },
	{ "Azure",
	  { { "dmi_product_name", "Virtual Machine" },
	    { "dmi_sys_vendor", "Microsoft Corporation" },
	    { "acpi_hypervisor_id", "MsHyperV" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "hyper-v", false },
	{ "a Surface is no guest",
	  { { "machine", "x86_64" }, { "dmi_product_name", "Surface Book" },
	    { "dmi_sys_vendor", "Microsoft Corporation" }, { "cpu_hypervisor_flag", "no" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
	{ "VMware", { { "cpu_hypervisor_flag", "yes" }, { "dmi_sys_vendor", "VMware, Inc." } },
	  ENV_GUEST, CONFIDENCE_PROVED, "vmware", false },
	{ "Altra",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "ASRockRack" },
	    { "acpi_hypervisor_id", "0" }, { "cpu_implementer", "0x41" }, { "kvm_device", "yes" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
#define OLD_FADT { "acpi_fadt", "too old a revision to name a hypervisor" }
	{ "the host's DMI, an old FADT, no kernel log: a guest may look so",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "GIGABYTE" }, OLD_FADT,
	    { "cpu_implementer", "0x43" }, { "kvm_device", "no" } },
	  ENV_GUEST_UNKNOWN, CONFIDENCE_UNKNOWN, "", false },
	{ "the same with a kernel that entered at EL1",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "GIGABYTE" }, OLD_FADT,
	    { "boot_el", "EL1" }, { "kvm_device", "no" } },
	  ENV_GUEST, CONFIDENCE_LIKELY, "", false },
	{ "an old server that runs VMs",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "GIGABYTE" }, OLD_FADT,
	    { "kvm_device", "yes" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
	{ "an old server whose kernel entered at EL2",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "GIGABYTE" }, OLD_FADT,
	    { "boot_el", "EL2" }, { "kvm_device", "no" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
	{ "/dev/kvm says nothing where ACPI cannot be read",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "GIGABYTE" }, { "kvm_device", "yes" } },
	  ENV_GUEST_UNKNOWN, CONFIDENCE_UNKNOWN, "", false },
	{ "nor where ACPI names a hypervisor",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "GIGABYTE" },
	    { "acpi_hypervisor_id", "QEMU" }, { "kvm_device", "yes" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "", false },
	{ "arm64 without root: ACPI cannot be read",
	  { { "machine", "aarch64" }, { "dmi_sys_vendor", "ASRockRack" } },
	  ENV_GUEST_UNKNOWN, CONFIDENCE_UNKNOWN, "", false },
	{ "arm64 board", { { "machine", "aarch64" }, { "dt_model", "NVIDIA Jetson AGX Orin" } },
	  ENV_BARE_METAL, CONFIDENCE_LIKELY, "", false },
	{ "a hypervisor that hides its flag", /* ... but not its firmware */
	  { { "cpu_hypervisor_flag", "no" }, { "dmi_sys_vendor", "QEMU" } },
	  ENV_GUEST, CONFIDENCE_PROVED, "qemu", false },
};

static void facts_of(const struct virt_case *c, struct facts *facts)
{
	for (int i = 0; i < FACTS && c->facts[i][0]; i++) {
		const char *const *f = c->facts[i];

		assert_int_equal(fact_add(facts, f[0], "a test", "%s", f[1]), 0);
	}
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct virt_case *c = &cases[i];
		struct env env = { 0 };

		facts_of(c, &env.facts);
		virt_conclude(&env);
		if (env.virt.guest != c->guest || env.virt.confidence != c->confidence ||
		    strcmp(env.virt.hypervisor, c->hypervisor) || env.emulated != c->emulated)
			fail_msg("%s: %s, %s, \"%s\", emulated %d: %s", c->what,
				 env_guest_name(env.virt.guest),
				 confidence_name(env.virt.confidence),
				 env.virt.hypervisor, env.emulated, env.virt.why);
		assert_true(*env.virt.why);
		assert_true(!env.emulated || *env.emulated_why);
		env_free(&env);
	}
}

static bool has_case(const char *arch, enum env_guest guest)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int k = 0; k < FACTS && cases[i].facts[k][0]; k++)
			if (cases[i].guest == guest && !strcmp(cases[i].facts[k][0], "machine") &&
			    !strcmp(cases[i].facts[k][1], arch))
				return true;
	return false;
}

/* By what firmware and kernel say a guest and a machine of each are known. */
static void test_each_arch(void **state)
{
	(void)state;
	for (int i = 0; i < ARCH_INFOS; i++) {
		if (!has_case(arch_infos[i]->name, ENV_GUEST))
			fail_msg("%s: no guest in this test's cases", arch_infos[i]->name);
		if (!has_case(arch_infos[i]->name, ENV_BARE_METAL))
			fail_msg("%s: no bare metal in this test's cases", arch_infos[i]->name);
	}
}

/* Below the machine's own KVM. */
static void test_below(void **state)
{
	static const struct {
		const char *what;
		const char *facts[FACTS][2];
		bool emulated;
		enum virt_below below;
	} rows[] = {
		{ "nothing known", { { NULL } }, false, VIRT_BELOW_UNKNOWN },
		{ "a board", { { "machine", "aarch64" }, { "dt_model", "Some Board" } }, false, VIRT_BELOW_NOBODY },
		{ "a nested VM on hardware",
		  { { "machine", "aarch64" }, { "dt_model", "linux,dummy-virt" }, { "boot_el", "EL2" },
		    { "smccc_version", "1.1" }, { "kvm_device", "yes" } }, false, VIRT_BELOW_HYPERVISOR },
		{ "with firmware", { { "dmi_product_name", "KVM Virtual Machine" }, { "boot_el", "EL2" } }, false,
		  VIRT_BELOW_HYPERVISOR },
		{ "the lab's host",
		  { { "machine", "aarch64" }, { "dt_model", "linux,dummy-virt" }, { "boot_el", "EL2" },
		    { "smccc_version", "1.0" } }, true, VIRT_BELOW_NOBODY },
		{ "it, with firmware",
		  { { "machine", "aarch64" }, { "dmi_product_name", "QEMU Virtual Machine" },
		    { "smccc_version", "1.0" } }, true, VIRT_BELOW_NOBODY },
		{ "the lab's host, or a VM that it nests",
		  { { "machine", "aarch64" }, { "dt_model", "linux,dummy-virt" }, { "boot_el", "EL2" } }, true,
		  VIRT_BELOW_UNKNOWN },
		{ "the same, of a later emulator",
		  { { "machine", "aarch64" }, { "dt_model", "linux,dummy-virt" }, { "boot_el", "EL2" },
		    { "smccc_version", "1.1" } }, true, VIRT_BELOW_UNKNOWN },
		{ "the lab's guest", { { "smccc_kvm", "yes" }, { "boot_el", "EL1" }, { "smccc_version", "1.1" } },
		  true, VIRT_BELOW_HYPERVISOR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct env env = { .emulated = rows[i].emulated };

		for (int k = 0; k < FACTS && rows[i].facts[k][0]; k++)
			assert_int_equal(0, fact_add(&env.facts, rows[i].facts[k][0], "", "%s",
						     rows[i].facts[k][1]));
		virt_conclude(&env);
		if (virt_below(&env) != rows[i].below)
			fail_msg("%s: %s", rows[i].what, virt_below_name(virt_below(&env)));
		env_free(&env);
	}
}

static void test_emulated_is_never_cleared(void **state)
{
	struct env env = { .emulated = true, .emulated_why = "--emulated" };

	(void)state;
	assert_int_equal(fact_add(&env.facts, "cpu_implementer", "a test", "0x00"), 0);
	virt_conclude(&env);
	assert_true(env.emulated);
	assert_string_equal(env.emulated_why, "--emulated");
	env_free(&env);
}

static void test_long_facts_are_cut(void **state)
{
	char text[4096];
	struct env env = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_equal(fact_add(&env.facts, "dt_hypervisor", "a test", "%s", text), 0);
	assert_int_equal(fact_add(&env.facts, "dmi_sys_vendor", "a test", "QEMU%s", text), 0);
	virt_conclude(&env);
	assert_int_equal(env.virt.guest, ENV_GUEST);
	assert_true(strlen(env.virt.why) < sizeof(env.virt.why));
	env_free(&env);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(confidence_name(CONFIDENCE_PROVED), "proved");
	assert_string_equal(confidence_name(99), "unknown");
	assert_string_equal(env_guest_name(ENV_BARE_METAL), "bare metal");
	assert_string_equal(env_guest_name(99), "unknown");
}

static void check_fact(const struct env *env, const char *name, const char *value)
{
	const char *v = fact_get(&env->facts, name);

	if (!v || strcmp(v, value))
		fail_msg("%s is \"%s\", not \"%s\"", name, v ? v : "(not known)", value);
}

static void test_collect(void **state)
{
	static const char cpuinfo[] =
		"processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\nvmx flags\t: hypervisor\n"
		"flags\t\t: fpu hypervisors avx\n\nprocessor\t: 1\nflags\t: hypervisor\n";
	static const char xen[] = "xen,xen-4.17\0xen,xen";
	uint8_t fadt[276] = "FACP";
	struct env env;

	(void)state;
	tree_begin();
	memcpy(fadt + 268, "KVM\x1b", 4);
	tree_put("/proc/cpuinfo", cpuinfo);
	tree_put("/proc/xen/capabilities", "control_d\n");
	tree_put("/sys/hypervisor/properties/features", "00002a29\n");
	tree_put("/sys/bus/platform/devices/arm-cca-dev/modalias", "platform:arm-cca-dev\n");
	tree_put("/proc/cmdline", "quiet xiomem=relaxed iomem=relaxed\n");
	tree_put("/sys/class/dmi/id/product_name", "Name\x1b[2J with \xc3\xa9\n");
	tree_put("/sys/class/dmi/id/sys_vendor", "\n");
	tree_put("/proc/stat", "cpu  1 2 3\nintr 1 2 3\nctxt 4\nbtime 1767322800\nprocesses 5\n");
	tree_put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	tree_put_bytes("/sys/firmware/acpi/tables/FACP", fadt, sizeof(fadt));
	tree_put_bytes("/sys/firmware/devicetree/base/hypervisor/compatible", xen, sizeof(xen));
	assert_int_equal(env_collect(&env, NULL), 0);
	check_fact(&env, "cpu_model", "AMD EPYC");
	check_fact(&env, "cpu_vendor", "AuthenticAMD");
	check_fact(&env, "xen_capabilities", "control_d");
	check_fact(&env, "xen_features", "00002a29");
	check_fact(&env, "realm", "yes");
	check_fact(&env, "cpu_hypervisor_flag", "no");
	check_fact(&env, "iomem_relaxed", "yes");
	check_fact(&env, "dmi_product_name", "Name?[2J with ??");
	check_fact(&env, "lockdown", "integrity");
	check_fact(&env, "booted", "2026-01-02T03:00:00Z");
	check_fact(&env, "acpi_hypervisor_id", "KVM?");
	check_fact(&env, "dt_hypervisor", "xen,xen-4.17 xen,xen");
	check_fact(&env, "kvm_device", "no");
	assert_null(fact_get(&env.facts, "dmi_sys_vendor"));
	assert_null(fact_get(&env.facts, "kernel_release")); /* of another machine */
	assert_null(fact_get(&env.facts, "page_size"));
	env_free(&env);
	/* a domU's file is empty; and the log tells of a Realm where no device does */
	tree_put("/proc/xen/capabilities", "");
	tree_remove("/sys/bus/platform/devices/arm-cca-dev/modalias");
	tree_remove("/sys/bus/platform/devices/arm-cca-dev");
	assert_int_equal(env_collect(&env, NULL), 0);
	assert_null(fact_get(&env.facts, "xen_capabilities"));
	assert_null(fact_get(&env.facts, "realm"));
	env_free(&env);
	tree_put("/dev/kmsg", "6,1,0,-;RME: Using RSI version 1.0\n");
	assert_int_equal(env_collect(&env, NULL), 0);
	check_fact(&env, "realm", "yes");
	env_free(&env);
	tree_remove("/dev/kmsg");

	fadt[268] = fadt[269] = fadt[270] = fadt[271] = 0;
	tree_put_bytes("/sys/firmware/acpi/tables/FACP", fadt, sizeof(fadt));
	tree_put("/proc/cmdline", "");
	tree_put("/proc/stat", "cpu  1 2 3\nbtime x\n");
	assert_int_equal(env_collect(&env, "MMIOBENCH_EMULATED"), 0);
	assert_null(fact_get(&env.facts, "booted"));
	check_fact(&env, "acpi_hypervisor_id", "0");
	assert_null(fact_get(&env.facts, "iomem_relaxed"));
	assert_true(env.emulated);
	assert_string_equal(env.emulated_why, "MMIOBENCH_EMULATED");
	env_free(&env);
	tree_put_bytes("/sys/firmware/acpi/tables/FACP", fadt, 4);
	assert_int_equal(env_collect(&env, NULL), 0);
	assert_null(fact_get(&env.facts, "acpi_hypervisor_id"));
	assert_null(fact_get(&env.facts, "acpi_fadt"));
	env_free(&env);
	/* of ACPI 5.1, and a server's name that may be the host's */
	tree_put_bytes("/sys/firmware/acpi/tables/FACP", fadt, 268);
	tree_put("/sys/class/dmi/id/sys_vendor", "GIGABYTE\n");
	tree_put("/sys/class/dmi/id/product_name", "R152-P30\n");
	tree_put("/sys/firmware/devicetree/base/hypervisor/compatible", "");
	tree_put("/proc/cpuinfo", "CPU implementer\t: 0x41\n");
	tree_put("/proc/sys/kernel/arch", "aarch64\n");
	assert_int_equal(env_collect(&env, NULL), 0);
	assert_null(fact_get(&env.facts, "acpi_hypervisor_id"));
	check_fact(&env, "acpi_fadt", "too old a revision to name a hypervisor");
	assert_int_equal(env.virt.guest, ENV_GUEST_UNKNOWN);
	assert_non_null(strstr(env.virt.why, "perhaps bare metal: nothing says otherwise"));
	env_free(&env);
	tree_put("/dev/kvm", "");
	assert_int_equal(env_collect(&env, NULL), 0);
	assert_int_equal(env.virt.guest, ENV_BARE_METAL);
	env_free(&env);
	tree_end();
}

/* The kernel's log as recorded: with the device's prefixes, or as dmesg writes it. */
static void test_kernel_log(void **state)
{
	static const char log[] =
		"6,15,0,-;psci: SMC Calling Convention v1.0\n"
		"6,212,0,-;CPU: All CPU(s) started at EL2\n"
		"6,213,0,-;CPU: All CPU(s) started at EL1; a second one does not count\n"
		"6,214,0,-;CPU features: detected: Stage-2 Force Write-Back\n"
		"6,215,0,-;CPU features: detected: ARM erratum 1418040\n"
		" SUBSYSTEM=cpu\n"
		"[    0.1] CPU features: detected: Spectre-v4\n"
		"[    0.1] CPU features: detected: NVIDIA Olympus device store/load ordering erratum\x1b[2J\n"
		"4,300,5,-;pci 0000:00:00.0: Write combining PCI maps disabled due to hardware erratum\n";
	struct env env;

	(void)state;
	tree_begin();
	tree_put("/proc/sys/kernel/arch", "aarch64\n");
	tree_put("/dev/kmsg", log);
	assert_int_equal(env_collect(&env, NULL), 0);
	check_fact(&env, "boot_el", "EL2");
	check_fact(&env, "s2fwb", "yes");
	check_fact(&env, "smccc_version", "1.0");
	check_fact(&env, "cpu_errata", "ARM erratum 1418040; NVIDIA Olympus device store/load ordering "
		   "erratum?[2J");
	check_fact(&env, "wc_erratum",
		   "pci 0000:00:00.0: Write combining PCI maps disabled due to hardware erratum");
	assert_null(fact_get(&env.facts, "smccc_kvm"));
	env_free(&env);

	tree_put("/dev/kmsg", "6,1,0,-;CPU: All CPU(s) started at EL1\n"
		 "6,2,0,-;smccc: KVM: hypervisor services detected (0x0 0x0 0x0 0x3)\n");
	assert_int_equal(env_collect(&env, NULL), 0);
	check_fact(&env, "boot_el", "EL1");
	assert_int_equal(env.virt.guest, ENV_GUEST);
	assert_int_equal(env.virt.confidence, CONFIDENCE_PROVED);
	assert_string_equal(env.virt.hypervisor, "kvm");
	env_free(&env);

	tree_put("/dev/kmsg", "6,1,0,-;CPU: All CPU(s) started at EL1\n");
	assert_int_equal(env_collect(&env, NULL), 0);
	assert_int_equal(env.virt.guest, ENV_GUEST);
	assert_int_equal(env.virt.confidence, CONFIDENCE_LIKELY);
	env_free(&env);
	tree_end();
}

/* The ring keeps the newest: without its beginning the log says nothing by its silence. */
static void test_kernel_log_cut(void **state)
{
	static const char later[] = "6,9021,864000000000,-;audit: backlog limit exceeded\n"
				    "6,9022,864000000001,-;something=0,0,-;0\n";
	static const char has[] = "CONFIG_ARM64=y\nCONFIG_ARM64_WORKAROUND_NC_TO_NGNRE=y\n";
	static const char lacks[] = "CONFIG_ARM64_WORKAROUND_CLEAN_CACHE=y\n"
		"CONFIG_ARM64=y\n# CONFIG_ARM64_WORKAROUND_NC_TO_NGNRE is not set\n";
	static const struct {
		const char *machine, *log, *config; /* NULL: there is no such file */
		const char *cut, *has;              /* NULL: no such fact */
	} rows[] = {
		{ "aarch64", later, has, "yes", "yes" },
		{ "aarch64", later, lacks, "yes", "no" },
		{ "aarch64", later, NULL, "yes", NULL },
		{ "x86_64", later, has, "yes", NULL },
		{ "aarch64", NULL, has, NULL, "yes" },
		{ "aarch64", "", has, NULL, "yes" },
		{ "aarch64", "6,0,0,-;Booting Linux on physical CPU 0x0000000000 [0x4e0f0100]\n", has, "no", NULL },
		/* a boot loader's log before it, or some other first message */
		{ "aarch64", "6,0,0,-;random: crng init done\n6,1,0,-;x\n", has, "no", NULL },
		{ "aarch64", "5,3,0,-;Linux version 6.17.0-1008-nvidia-64k (buildd@bos03)\n", has, "no", NULL },
		{ "aarch64", "[    0.000000] Linux version 6.17.0\n[    0.1] x\n", has, "no", NULL },
		{ "aarch64", "[   12.000000] x\n[   12.1] y\n", has, "yes", "yes" },
		/* the sequence number, not the time, nor the priority */
		{ "aarch64", "0,17,0,-;x\n", has, "yes", "yes" },
		/* a later record with that number is no beginning */
		{ "aarch64", "6,17,0,-;x\n6,0,0,-;y\n", has, "yes", "yes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct env env;
		const char *cut, *has_it;

		tree_begin();
		tree_put("/proc/sys/kernel/arch", rows[i].machine);
		tree_put("/proc/sys/kernel/osrelease", "6.17.0-1008-nvidia-64k\n");
		if (rows[i].log)
			tree_put("/dev/kmsg", rows[i].log);
		if (rows[i].config)
			tree_put("/boot/config-6.17.0-1008-nvidia-64k", rows[i].config);
		assert_int_equal(env_collect(&env, NULL), 0);
		cut = fact_get(&env.facts, "kmsg_cut");
		has_it = fact_get(&env.facts, "config_nc_to_ngnre");
		if (strcmp(cut ? cut : "-", rows[i].cut ? rows[i].cut : "-") ||
		    strcmp(has_it ? has_it : "-", rows[i].has ? rows[i].has : "-"))
			fail_msg("row %zu: %s, %s", i, cut ? cut : "-", has_it ? has_it : "-");
		assert_null(fact_get(&env.facts, "wc_erratum"));
		env_free(&env);
		tree_end();
	}
}

/* Of the machine that runs this, whichever it is: what must always be known. */
static void test_collect_here(void **state)
{
	struct env env;

	(void)state;
	assert_int_equal(env_collect(&env, NULL), 0);
	assert_non_null(fact_get(&env.facts, "kernel_release"));
	assert_non_null(fact_get(&env.facts, "machine"));
	assert_non_null(fact_get(&env.facts, "page_size"));
	for (size_t i = 0; i < env.facts.n; i++)
		assert_true(*env.facts.v[i].source && *env.facts.v[i].value);
	env_free(&env);
}

/* What names the chip besides the CPU's registers; broken tables name nothing. */
static void test_chip(void **state)
{
	/* SMBIOS type 4: length 0x12, the version is string 2 */
	static const char smbios[] = "\x04\x12\x04\x00............\x02.Ampere\0Ampere(R) Altra(R)\0";
	static const char compatible[] = "raspberrypi,4-compute-module\0brcm,bcm2711";
	char broken[sizeof(smbios)];
	struct env env;

	(void)state;
	tree_begin();
	tree_put_bytes("/sys/firmware/dmi/entries/4-0/raw", smbios, sizeof(smbios));
	tree_put_bytes("/sys/firmware/devicetree/base/compatible", compatible, sizeof(compatible));
	tree_put("/sys/bus/pci/devices/0000:00:00.0/vendor", "0x14e4\n");
	tree_put("/sys/bus/pci/devices/0000:00:00.0/device", "0x2711\n");
	tree_put("/sys/bus/pci/devices/000d:00:00.0/vendor", "0x1def\n");
	tree_put("/sys/bus/pci/devices/000d:00:00.0/device", "0xe100\n");
	tree_put("/sys/bus/pci/devices/000e:00:00.0/vendor", "0x1def\n");
	tree_put("/sys/bus/pci/devices/000e:00:00.0/device", "0xe100\n");
	/* passed through, and no root */
	tree_put("/sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
	tree_put("/sys/bus/pci/devices/0000:01:00.0/device", "0x2330\n");
	assert_int_equal(env_collect(&env, NULL), 0);
	check_fact(&env, "dmi_processor", "Ampere(R) Altra(R)");
	check_fact(&env, "dt_compatible", "raspberrypi,4-compute-module brcm,bcm2711");
	check_fact(&env, "pci_root", "14e4:2711 1def:e100");
	env_free(&env);
	/* a string that is not there, a structure that is longer than the file, files that are cut */
	for (size_t n = 0; n < sizeof(smbios); n++) {
		memcpy(broken, smbios, sizeof(smbios));
		broken[1] = n % 2 ? 0x12 : 0x7f;
		broken[16] = n % 3 ? 2 : 9;
		tree_put_bytes("/sys/firmware/dmi/entries/4-0/raw", broken, n % 2 ? sizeof(broken) : n);
		if (n % 2 && n % 3)
			continue;
		assert_int_equal(env_collect(&env, NULL), 0);
		assert_null(fact_get(&env.facts, "dmi_processor"));
		env_free(&env);
	}
	tree_put("/sys/bus/pci/devices/0000:00:00.0/device", "0x\n");
	tree_remove("/sys/bus/pci/devices/000d:00:00.0/vendor");
	assert_int_equal(env_collect(&env, NULL), 0);
	check_fact(&env, "pci_root", "1def:e100");
	env_free(&env);
	tree_end();
}

/* What the kernel ended for want of memory; Linux before 4.13 does not count it. */
static void test_oom_kills(void **state)
{
	(void)state;
	tree_begin();
	assert_int_equal(-1, memory_oom_kills());
	tree_put("/proc/vmstat", "nr_free_pages 5\nnot_oom_kill 9\n");
	assert_int_equal(-1, memory_oom_kills());
	tree_put("/proc/vmstat", "nr_free_pages 5\noom_kill 17\nunevictable 3\n");
	assert_int_equal(17, memory_oom_kills());
	tree_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_each_arch),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_emulated_is_never_cleared),
		cmocka_unit_test(test_long_facts_are_cut),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_collect),
		cmocka_unit_test(test_chip),
		cmocka_unit_test(test_kernel_log),
		cmocka_unit_test(test_kernel_log_cut),
		cmocka_unit_test(test_collect_here), cmocka_unit_test(test_oom_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
