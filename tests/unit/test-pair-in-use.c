// SPDX-License-Identifier: GPL-2.0-or-later
/* What a function is in use for, on trees of plain files. */
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "fake-tree.h"
#include "pair/in_use.h"

#define BDF "0000:01:00.0"
#define DIR "/sys/bus/pci/devices/" BDF "/"

static struct pci_device device;
static char text[160];

static int begin(void **state)
{
	(void)state;
	tree_begin();
	tree_put(DIR "vendor", "0x1b36\n");
	tree_put("/proc/self/mountinfo", "22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n");
	device = (struct pci_device){ .bdf = BDF, .class_name = "ISA bridge" };
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

static void assert_used(const char *expected)
{
	if (!in_use(&device, text, sizeof(text)))
		fail_msg("in use for nothing, and not: %s", expected);
	assert_string_equal(text, expected);
}

static void assert_free(void)
{
	if (in_use(&device, text, sizeof(text)))
		fail_msg("in use: %s", text);
}

/* A device below the function; node: of /dev, with its number; NULL: none. */
static void put_below(const char *path, const char *subsystem, const char *node, const char *number)
{
	char name[256], content[160];

	snprintf(name, sizeof(name), DIR "%s/subsystem", path);
	snprintf(content, sizeof(content), "../../../../class/%s", subsystem);
	tree_link(name, content);
	if (!node)
		return;
	snprintf(name, sizeof(name), DIR "%s/dev", path);
	tree_put(name, number);
	snprintf(name, sizeof(name), DIR "%s/uevent", path);
	snprintf(content, sizeof(content), "MAJOR=1\nMINOR=2\nDEVNAME=%s\nDEVTYPE=x\n", node);
	tree_put(name, content);
	snprintf(name, sizeof(name), "/dev/%s", node);
	tree_put(name, "");
}

static void test_nothing(void **state)
{
	(void)state;
	assert_free();
	tree_link(DIR "subsystem", "../../../bus/pci");
	tree_link(DIR "virtfn0", "../0000:01:10.0"); /* a link is no part of it */
	assert_free();
}

static void test_net(void **state)
{
	(void)state;
	put_below("net/eth0", "net", NULL, NULL);
	tree_put(DIR "net/eth0/flags", "0x1002\n");
	assert_free();
	tree_put(DIR "net/eth0/flags", "0x1003\n");
	assert_used("network interface eth0 is up");
	tree_put(DIR "net/eth0/flags", "0x1002\n");
	tree_link(DIR "net/eth0/upper_bond0", "../../bond0");
	assert_used("network interface eth0 is part of bond0");
}

static void test_net_virtio(void **state)
{
	(void)state;
	put_below("virtio0", "virtio", NULL, NULL);
	put_below("virtio0/net/ens3", "net", NULL, NULL);
	tree_put(DIR "virtio0/net/ens3/flags", "0x1\n");
	assert_used("network interface ens3 is up");
}

static void put_disk(void)
{
	put_below("nvme/nvme0", "nvme", "nvme0", "240:0\n");
	put_below("nvme/nvme0/nvme0n1", "block", "nvme0n1", "259:0\n");
	put_below("nvme/nvme0/nvme0n1/nvme0n1p2", "block", "nvme0n1p2", "259:2\n");
}

static void test_mounted(void **state)
{
	(void)state;
	put_disk();
	assert_free();
	tree_put("/proc/self/mountinfo", "22 1 8:2 / / rw shared:1 - ext4 /dev/sda2 rw\n"
					 "40 22 259:2 / /home rw,relatime shared:20 - ext4 /dev/root rw\n");
	assert_used("/dev/nvme0n1p2 is mounted on /home");
	/* btrfs */
	tree_put("/proc/self/mountinfo", "40 22 0:35 /@ /srv rw,relatime - btrfs /dev/nvme0n1 rw\n");
	assert_used("/dev/nvme0n1 is mounted on /srv");
}

static void test_swap_and_holders(void **state)
{
	(void)state;
	put_disk();
	tree_put("/proc/swaps", "Filename Type Size Used Priority\n/dev/nvme0n1p2 partition 1000 0 -2\n");
	assert_used("/dev/nvme0n1p2 is swap");
	tree_link(DIR "nvme/nvme0/nvme0n1/nvme0n1p2/holders/dm-3", "../../../../virtual/block/dm-3");
	assert_used("/dev/nvme0n1p2 is part of dm-3");
}

static void test_multipath(void **state)
{
	(void)state;
	put_below("nvme/nvme1/nvme0c1n3", "block", NULL, NULL);
	assert_free();
	tree_link("/sys/block/nvme0n3/subsystem", "../../class/block");
	tree_put("/sys/block/nvme0n3/dev", "259:7\n");
	tree_put("/sys/block/nvme0n3/uevent", "DEVNAME=nvme0n3\n");
	tree_put("/proc/self/mountinfo", "40 22 259:7 / /data rw - xfs /dev/nvme0n3 rw\n");
	assert_used("/dev/nvme0n3 is mounted on /data");
}

static void test_deep(void **state)
{
	(void)state;
	put_below("usb1/1-1/1-1.2/1-1.2:1.0/host0/target0:0:0/0:0:0:0/block/sdb", "block", "sdb", "8:16\n");
	tree_put("/proc/swaps", "/dev/sdb partition 1000 0 -2\n");
	assert_used("/dev/sdb is swap");
}

static void test_console(void **state)
{
	(void)state;
	tree_put(DIR "boot_vga", "1\n");
	put_below("graphics/fb0", "graphics", "fb0", "29:0\n");
	assert_free();
	tree_put("/sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	tree_put("/sys/class/vtconsole/vtcon0/bind", "0\n");
	tree_put("/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	tree_put("/sys/class/vtconsole/vtcon1/bind", "1\n");
	assert_used("the console is on fb0");
	tree_put("/sys/class/vtconsole/vtcon1/name", "(S) VGA+\n");
	assert_used("the console is on it");
}

static void test_serial_console(void **state)
{
	(void)state;
	put_below("tty/ttyS4", "tty", "ttyS4", "4:68\n");
	tree_put("/proc/consoles", "tty0                 -WU (EC  p  )    4:1\n");
	assert_free();
	tree_put("/proc/consoles", "tty0                 -WU (EC  p  )    4:1\nttyS4     -W- (E   p a)    4:68\n");
	assert_used("the console is on ttyS4");
}

static void test_claimed(void **state)
{
	(void)state;
	strcpy(device.bars[2].claimed, "efifb");
	assert_used("efifb uses its BAR 2");
	strcpy(device.driver, "amdgpu"); /* whose own claim it is */
	assert_free();
}

static void test_display(void **state)
{
	(void)state;
	put_below("drm/card0", "drm", "dri/card0", "226:0\n");
	put_below("drm/card0/card0-HDMI-A-1", "drm", NULL, NULL);
	tree_put(DIR "drm/card0/card0-HDMI-A-1/status", "connected\n");
	tree_put(DIR "drm/card0/card0-HDMI-A-1/enabled", "disabled\n");
	assert_free();
	tree_put(DIR "drm/card0/card0-HDMI-A-1/enabled", "enabled\n");
	assert_used("display card0-HDMI-A-1 is on");
	tree_put(DIR "drm/card0/card0-HDMI-A-1/enabled", "disabled\n");
	tree_put("/proc/812/comm", "Xorg\n");
	tree_link("/proc/812/fd/9", "/dev/dri/card0");
	assert_used("Xorg[812] has /dev/dri/card0 open");
}

static void test_infiniband(void **state)
{
	(void)state;
	put_below("infiniband/mlx5_0", "infiniband", NULL, NULL);
	tree_put(DIR "infiniband/mlx5_0/ports/1/state", "1: DOWN\n");
	assert_free();
	tree_put(DIR "infiniband/mlx5_0/ports/2/state", "4: ACTIVE\n");
	assert_used("InfiniBand device mlx5_0 port 2 is active");
}

static void test_vm(void **state)
{
	(void)state;
	tree_link(DIR "iommu_group", "../../../../kernel/iommu_groups/12");
	tree_put("/proc/187/comm", "qemu\n");
	tree_link("/proc/187/fd/30", "/dev/vfio/1");
	assert_free();
	tree_link("/proc/187/fd/31", "/dev/vfio/12");
	assert_used("qemu[187] has /dev/vfio/12 open");
	assert_true(in_use_by_process(BDF, text, sizeof(text)));
	assert_string_equal(text, "qemu[187] has /dev/vfio/12 open");
}

static void test_vm_iommufd(void **state)
{
	(void)state;
	put_below("vfio-dev/vfio0", "vfio-dev", "vfio/devices/vfio0", "511:0\n");
	tree_put("/proc/190/comm", "cloud-hyperv\n");
	tree_link("/proc/190/fd/8", "/dev/vfio/devices/vfio0");
	assert_used("cloud-hyperv[190] has /dev/vfio/devices/vfio0 open");
}

static void test_user_driver(void **state)
{
	char own[64];

	(void)state;
	tree_put("/proc/300/comm", "dpdk\x1b[2J\n");
	tree_link("/proc/300/fd/8", "/sys/devices/pci0000:00/0000:00:01.0/" BDF "/resource2");
	assert_used("dpdk?[2J[300] has /sys/devices/pci0000:00/0000:00:01.0/" BDF "/resource2 open");
	tree_remove("/proc/300/fd/8");
	/* ourselves */
	snprintf(own, sizeof(own), "/proc/%d/fd/8", getpid());
	tree_link(own, "/sys/devices/pci0000:00/0000:00:01.0/" BDF "/resource2");
	assert_free();
}

static void test_others(void **state)
{
	(void)state;
	put_below("usb1/1-1/1-1:1.0/0003:046D:C31C.0001/input/input5", "input", NULL, NULL);
	tree_put(DIR "usb1/1-1/1-1:1.0/0003:046D:C31C.0001/input/input5/name", "A keyboard\n");
	assert_used("input device \"A keyboard\" is attached to it");
	tree_put(DIR "sriov_numvfs", "4\n");
	assert_used("it has virtual functions (sriov_numvfs is 4)");
	device.bridge = true;
	strcpy(device.driver, "lpc_ich");
	assert_used("it is part of this machine (ISA bridge)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_net, begin, end),
		cmocka_unit_test_setup_teardown(test_net_virtio, begin, end),
		cmocka_unit_test_setup_teardown(test_mounted, begin, end),
		cmocka_unit_test_setup_teardown(test_swap_and_holders, begin, end),
		cmocka_unit_test_setup_teardown(test_multipath, begin, end),
		cmocka_unit_test_setup_teardown(test_deep, begin, end),
		cmocka_unit_test_setup_teardown(test_console, begin, end),
		cmocka_unit_test_setup_teardown(test_serial_console, begin, end),
		cmocka_unit_test_setup_teardown(test_claimed, begin, end),
		cmocka_unit_test_setup_teardown(test_display, begin, end),
		cmocka_unit_test_setup_teardown(test_infiniband, begin, end),
		cmocka_unit_test_setup_teardown(test_vm, begin, end),
		cmocka_unit_test_setup_teardown(test_vm_iommufd, begin, end),
		cmocka_unit_test_setup_teardown(test_user_driver, begin, end),
		cmocka_unit_test_setup_teardown(test_others, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
