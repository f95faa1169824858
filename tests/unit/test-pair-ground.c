// SPDX-License-Identifier: GPL-2.0-or-later
/* Each reason to refuse, on trees of plain files. */
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/path.h"
#include "fake-tree.h"
#include "pair/ground.h"

#define DEVICES "/sys/bus/pci/devices/"
#define BDF	"0000:01:00.0"
#define OTHER	"0000:01:00.1"
#define PORT	"0000:00:01.0"
#define PF	"0000:02:00.0"
#define MODULES "/lib/modules/6.12.1-arm64/"

static uid_t uid;

uid_t geteuid(void)
{
	return uid;
}

static struct pci_device devices[4];
static struct pci_list list = { devices, 3 };
static struct ground g;
static struct ground_ask ask;
static char kernel[PATH_MAX];

static void put_member(int group, const char *bdf)
{
	char path[PATH_MAX], target[64];

	snprintf(path, sizeof(path), DEVICES "%s/iommu_group", bdf);
	snprintf(target, sizeof(target), "../../../../kernel/iommu_groups/%d", group);
	tree_link(path, target);
	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%d/devices/%s", group, bdf);
	tree_link(path, "x");
}

static int begin(void **state)
{
	(void)state;
	tree_begin();
	uid = 0;
	devices[0] = (struct pci_device){ .bdf = PORT, .bridge = true, .bridge_header = true, .driver = "pcieport",
					  .device_name = "Root Port" };
	devices[1] = (struct pci_device){ .bdf = BDF, .device_name = "Accelerator" };
	devices[2] = (struct pci_device){ .bdf = OTHER, .device_name = "Audio" };
	list.n = 3;
	for (size_t i = 0; i < list.n; i++)
		put_member(12, devices[i].bdf);
	tree_put("/dev/kvm", "");
	tree_put("/boot/vmlinuz", "MZ");
	tree_put("/proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\n");
	tree_put("/proc/cmdline", "root=/dev/sda2 ro\n");
	tree_put("/proc/sys/kernel/osrelease", "6.12.1-arm64\n");
	tree_put("/proc/meminfo", "MemAvailable:    4000000 kB\n");
	tree_put(MODULES "modules.dep", "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/vfio/vfio.ko.xz\n");
	path_make(kernel, sizeof(kernel), "/boot/vmlinuz");
	ask = (struct ground_ask){ .dev = &devices[1], .list = &list, .kernel = kernel, .memory_mb = 256 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

static const struct ground_refusal *refusal(enum ground_reason reason)
{
	for (size_t i = 0; i < g.n; i++)
		if (g.v[i].reason == reason)
			return &g.v[i];
	for (size_t i = 0; i < g.n; i++)
		print_message("%d %s: %s\n", (int)g.v[i].reason, g.v[i].text, g.v[i].remedy);
	fail_msg("not refused for reason %d", (int)reason);
	return NULL;
}

/* Only for that, with parts of text and remedy. */
static void assert_refused(enum ground_reason reason, const char *text, const char *remedy)
{
	const struct ground_refusal *r;

	assert_int_equal(ground_look(&g, &ask), 0);
	r = refusal(reason);
	if (g.n != 1 || !strstr(r->text, text) || !strstr(r->remedy, remedy))
		fail_msg("%zu refusals: %s: %s", g.n, r->text, r->remedy);
}

static void assert_good(void)
{
	assert_int_equal(ground_look(&g, &ask), 0);
	if (g.n)
		fail_msg("refused: %s: %s", g.v[0].text, g.v[0].remedy);
}

static void test_good(void **state)
{
	(void)state;
	assert_good();
	assert_int_equal(g.group.number, 12);
	assert_int_equal(g.group.n, 3);
	assert_string_equal(g.group.v[0].dev->bdf, PORT);
	assert_true(g.group.v[0].is_bridge);
	assert_false(g.group.v[1].is_bridge);
}

static void test_root(void **state)
{
	(void)state;
	uid = 1000;
	assert_refused(GROUND_NOT_ROOT, "is not root", "sudo");
}

static void test_no_kvm(void **state)
{
	(void)state;
	tree_remove("/dev/kvm");
	assert_refused(GROUND_NO_KVM, "/dev/kvm cannot be opened: No such file", "EL2");
	tree_put("/dev/kmsg", "6,1,0,-;CPU: All CPU(s) started at EL1\n");
	assert_refused(GROUND_NO_KVM, "started at EL1", "run this on its host");
	tree_put("/proc/cmdline", "kvm-arm.mode=none\n");
	assert_refused(GROUND_NO_KVM, "kvm-arm.mode=none turns it off", "without kvm-arm.mode=none");
	tree_put("/proc/cpuinfo", "vendor_id\t: GenuineIntel\nflags\t\t: fpu vmx sse\n");
	assert_refused(GROUND_NO_KVM, "the CPU has VMX, but KVM's module is not loaded", "modprobe kvm_intel");
	tree_put("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm sse\n");
	assert_refused(GROUND_NO_KVM, "the CPU has SVM", "modprobe kvm_amd");
	tree_put("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm_lock sse\n");
	assert_refused(GROUND_NO_KVM, "the CPU shows no SVM", "in the firmware");
}

static void test_protected(void **state)
{
	(void)state;
	tree_put("/proc/cmdline", "kvm-arm.mode=protected\n");
	assert_good(); /* 6.12 */
	tree_put("/proc/sys/kernel/osrelease", "6.14.0\n");
	tree_put("/sys/bus/pci/drivers/vfio-pci/bind", "");
	assert_refused(GROUND_PROTECTED_KVM, "protected", "without kvm-arm.mode=protected");
	tree_put("/proc/sys/kernel/osrelease", "7.3.4\n");
	assert_refused(GROUND_PROTECTED_KVM, "protected", "without kvm-arm.mode=protected");
	tree_put("/proc/cmdline", "kvm-arm.mode=protected kvm-arm.mode=nvhe\n");
	assert_good();
	tree_put("/proc/cmdline", "kvm-arm.mode=protected\n");
	ask.is_emulated_device = true;
	assert_good();
}

static void test_lockdown(void **state)
{
	(void)state;
	tree_put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	assert_refused(GROUND_LOCKDOWN, "locked down", "Secure Boot off");
}

static void test_device(void **state)
{
	(void)state;
	devices[1].dead = true;
	assert_refused(GROUND_DEAD, BDF " does not answer", "/sys/bus/pci/devices/" BDF "/remove");
	devices[1].dead = false;
	ask.dev = &devices[0];
	assert_refused(GROUND_BRIDGE, PORT " is a bridge", "behind it");
}

static void remove_group(void)
{
	tree_remove(DEVICES BDF "/iommu_group");
}

static void test_no_iommu(void **state)
{
	(void)state;
	remove_group();
	assert_refused(GROUND_NO_GROUP, BDF " has no IOMMU group", "choose another device");
	tree_remove("/sys/kernel/iommu_groups/12/devices/" PORT);
	tree_remove("/sys/kernel/iommu_groups/12/devices/" BDF);
	tree_remove("/sys/kernel/iommu_groups/12/devices/" OTHER);
	tree_remove("/sys/kernel/iommu_groups/12/devices");
	tree_remove("/sys/kernel/iommu_groups/12");
	assert_refused(GROUND_NO_IOMMU, "/sys/kernel/iommu_groups is empty", "SMMU");
	tree_put("/proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	assert_refused(GROUND_NO_IOMMU, "no IOMMU", "intel_iommu=on");
	tree_put("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	assert_refused(GROUND_NO_IOMMU, "no IOMMU", "amd_iommu=off");
	ask.is_emulated_device = true;
	assert_good();
}

/* Behind an SMMU a group may be made as late as with the first driver. */
static void test_pending(void **state)
{
	(void)state;
	remove_group();
	tree_put("/sys/class/iommu/smmu3.0x0000000009050000/x", "");
	assert_good();
	assert_true(g.group.is_pending);
	assert_int_equal(g.group.n, 1);
	assert_string_equal(g.group.v[0].dev->bdf, BDF);
	strcpy(devices[1].driver, "nvme"); /* then it would have one by now */
	ask.unbind = true;
	assert_refused(GROUND_NO_GROUP, "no IOMMU group", "choose another");
}

static void test_no_vfio(void **state)
{
	(void)state;
	tree_put(MODULES "modules.dep", "kernel/x.ko: kernel/drivers/vfio/pci/vfio-pci.ko\n");
	assert_refused(GROUND_NO_VFIO, "/lib/modules/6.12.1-arm64", "linux-modules-extra");
	tree_put(MODULES "modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	assert_good();
	tree_put("/proc/sys/kernel/modules_disabled", "1\n");
	assert_refused(GROUND_NO_VFIO, "takes no more modules", "at boot");
	tree_put("/sys/bus/pci/drivers/vfio-pci/bind", "");
	assert_good();
}

static void test_physfn(void **state)
{
	(void)state;
	devices[1].virtual_function = true;
	tree_link(DEVICES BDF "/physfn", "../" PF);
	assert_good();
	tree_link(DEVICES PF "/driver", "../../drivers/vfio-pci");
	assert_refused(GROUND_PF_IS_VFIO, BDF " is a virtual function of " PF, "physical function");
}

static void test_bound(void **state)
{
	(void)state;
	strcpy(devices[1].driver, "nvme");
	assert_refused(GROUND_BOUND, "driver nvme is bound to " BDF, "--unbind");
	ask.unbind = true;
	assert_good();
	ask.unbind = false;
	strcpy(devices[1].driver, "vfio-pci"); /* parked there */
	assert_good();
	devices[1].driver[0] = 0;
	strcpy(devices[2].driver, "snd_hda_intel");
	assert_refused(GROUND_GROUP_BOUND, OTHER " (Audio) is in IOMMU group 12 with " BDF ", and driver snd_hda_intel",
		       "--unbind");
	ask.unbind = true;
	assert_good();
}

static void test_in_use(void **state)
{
	(void)state;
	ask.unbind = true;
	strcpy(devices[2].driver, "e1000e");
	tree_put(DEVICES OTHER "/net/eth0/flags", "0x1003\n");
	tree_link(DEVICES OTHER "/net/eth0/subsystem", "../../../../class/net");
	assert_refused(GROUND_IN_USE, OTHER " is in use: network interface eth0 is up", "end that use");
}

static void test_vf(void **state)
{
	(void)state;
	ask.makes_vf = true;
	strcpy(devices[1].driver, "mlx5_core"); /* keeps it */
	assert_refused(GROUND_NO_VF, BDF " cannot make virtual functions", "leave out --vf");
	tree_put(DEVICES BDF "/sriov_totalvfs", "8\n");
	tree_put(DEVICES BDF "/sriov_numvfs", "0\n");
	assert_good();
	tree_put(DEVICES BDF "/sriov_numvfs", "2\n");
	assert_refused(GROUND_NO_VF, "has virtual functions already", "sriov_numvfs");
}

static void test_kernel(void **state)
{
	(void)state;
	ask.kernel = NULL;
	assert_refused(GROUND_NO_KERNEL, "no image", "--kernel");
	ask.kernel = "/nowhere/vmlinuz";
	assert_refused(GROUND_NO_KERNEL, "/nowhere/vmlinuz cannot be read: No such file", "--kernel");
	ask.kernel = "/tmp";
	assert_refused(GROUND_NO_KERNEL, "/tmp is no kernel image", "--kernel");
}

static void test_memory(void **state)
{
	(void)state;
	tree_put("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 307200 kB\n");
	assert_refused(GROUND_NO_MEMORY, "300 MB of memory are free, and the VM needs 448 MB", "memory");
	tree_put("/proc/meminfo", "MemTotal: 8000000 kB\n"); /* not known */
	assert_good();
	tree_put("/proc/self/cgroup", "4:cpu:/\n0::/a/b\n");
	tree_put("/sys/fs/cgroup/a/b/memory.max", "max\n");
	assert_good();
	tree_put("/sys/fs/cgroup/a/memory.max", "524288000\n");
	assert_good();
	tree_put("/sys/fs/cgroup/a/memory.current", "104857600\n");
	assert_refused(GROUND_CGROUP, "/sys/fs/cgroup/a/memory.max leaves this process 400 MB", "memory.max");
}

static void test_memlock(void **state)
{
	(void)state;
	tree_put("/proc/self/status", "CapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n");
	tree_put("/proc/self/limits", "Max locked memory         8388608              8388608              bytes\n");
	assert_good();
	tree_put("/proc/self/status", "CapEff:\t000001ffffffbfff\n");
	assert_refused(GROUND_MEMLOCK, "may lock 8 MB", "ulimit -l unlimited");
	tree_put("/proc/self/limits", "Max locked memory         unlimited            unlimited            bytes\n");
	assert_good();
}

/* All of it at once, in the order of the enum. */
static void test_all_at_once(void **state)
{
	(void)state;
	uid = 1000;
	tree_remove("/dev/kvm");
	strcpy(devices[1].driver, "nvme");
	ask.kernel = NULL;
	assert_int_equal(ground_look(&g, &ask), 0);
	assert_int_equal(g.n, 4);
	for (size_t i = 1; i < g.n; i++)
		assert_true(g.v[i - 1].reason < g.v[i].reason);
	for (size_t i = 0; i < g.n; i++)
		assert_true(*g.v[i].text && *g.v[i].remedy);
}

static void test_group_unlisted(void **state)
{
	(void)state;
	put_member(12, "0000:03:00.0");
	assert_int_equal(ground_look(&g, &ask), -ENODEV);
	assert_non_null(strstr(tree_log(), "0000:03:00.0 is in IOMMU group 12"));
}

static void test_print_group(void **state)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	strcpy(devices[2].driver, "snd_hda_intel");
	assert_int_equal(group_read(&g.group, &list, BDF), 0);
	ground_print_group(f, &g.group);
	fclose(f);
	assert_string_equal(text, "  " PORT " Root Port, driver pcieport: stays as it is\n"
				  "  " BDF " Accelerator, no driver: to vfio-pci, then without a driver again\n"
				  "  " OTHER " Audio, driver snd_hda_intel: to vfio-pci, then back\n");
	free(text);
}

static void test_bdf(void **state)
{
	static const char *const bad[] = { "", "..", "../../../etc", "0000:01:00.0/..", "0000:01:00.8", "0000:01:20.0",
					   "0000:1:00.0", " 0000:01:00.0", "0000:01:00.0 ", "-000:01:00.0",
					   "0000:01:00.+0", "0000:01:00", "000A:01:00.0" };

	(void)state;
	assert_true(group_is_bdf("0000:01:00.0"));
	assert_true(group_is_bdf("10000:e1:1f.7"));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (group_is_bdf(bad[i]))
			fail_msg("'%s'", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, begin, end),
		cmocka_unit_test_setup_teardown(test_root, begin, end),
		cmocka_unit_test_setup_teardown(test_no_kvm, begin, end),
		cmocka_unit_test_setup_teardown(test_protected, begin, end),
		cmocka_unit_test_setup_teardown(test_lockdown, begin, end),
		cmocka_unit_test_setup_teardown(test_device, begin, end),
		cmocka_unit_test_setup_teardown(test_no_iommu, begin, end),
		cmocka_unit_test_setup_teardown(test_pending, begin, end),
		cmocka_unit_test_setup_teardown(test_no_vfio, begin, end),
		cmocka_unit_test_setup_teardown(test_physfn, begin, end),
		cmocka_unit_test_setup_teardown(test_bound, begin, end),
		cmocka_unit_test_setup_teardown(test_in_use, begin, end),
		cmocka_unit_test_setup_teardown(test_vf, begin, end),
		cmocka_unit_test_setup_teardown(test_kernel, begin, end),
		cmocka_unit_test_setup_teardown(test_memory, begin, end),
		cmocka_unit_test_setup_teardown(test_memlock, begin, end),
		cmocka_unit_test_setup_teardown(test_all_at_once, begin, end),
		cmocka_unit_test_setup_teardown(test_group_unlisted, begin, end),
		cmocka_unit_test_setup_teardown(test_print_group, begin, end),
		cmocka_unit_test_setup_teardown(test_bdf, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
