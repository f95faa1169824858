// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/path.h"
#include "base/text.h"
#include "env/collect.h"
#include "pair/ground_machine.h"

enum machine { MACHINE_OTHER, MACHINE_INTEL, MACHINE_AMD, MACHINE_ARM64 };

/* A line of /proc/cpuinfo that begins so, without that; false: none. */
static bool cpuinfo(const char *key, char *value, size_t n)
{
	char line[8192];
	FILE *f = path_fopen("/proc/cpuinfo");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *colon = strchr(line, ':');

		found = colon && !strncmp(line, key, strlen(key));
		if (found)
			snprintf(value, n, "%.*s", (int)strcspn(colon + 1, "\n"), colon + 1);
	}
	if (f)
		fclose(f);
	return found;
}

static enum machine machine(void)
{
	char value[64];

	if (cpuinfo("CPU implementer", value, sizeof(value)))
		return MACHINE_ARM64;
	if (!cpuinfo("vendor_id", value, sizeof(value)))
		return MACHINE_OTHER;
	return strstr(value, "Intel") ? MACHINE_INTEL : MACHINE_AMD;
}

/* A CPU whose firmware has it off may still show svm; VMX is hidden then. */
static void lacks_kvm_x86(struct machine_lack *lack, enum machine m)
{
	char flags[8192];
	bool intel = m == MACHINE_INTEL;

	if (cpuinfo("flags", flags, sizeof(flags)) && text_has_word(flags, intel ? "vmx" : "svm")) {
		snprintf(lack->text, sizeof(lack->text), "there is no /dev/kvm: the CPU has %s, but KVM's module is not loaded",
			 intel ? "VMX" : "SVM");
		lack->remedy = intel ? "modprobe kvm_intel; if that fails, turn on virtualization (VT-x) in the firmware" :
				       "modprobe kvm_amd; if that fails, turn on virtualization (SVM) in the firmware";
	} else {
		snprintf(lack->text, sizeof(lack->text), "there is no /dev/kvm: the CPU shows no %s", intel ? "VMX" : "SVM");
		lack->remedy = "turn on virtualization in the firmware; in a VM: have its host nest (-cpu host, kvm_intel or "
			       "kvm_amd nested=1), or run this on that host";
	}
}

/* arch/arm64/kvm/arm.c: "HYP mode not available"; the kernel must have begun at EL2. */
static void lacks_kvm_arm64(struct machine_lack *lack)
{
	struct env env = { 0 };
	const char *el, *cmdline;

	if (env_collect(&env, NULL))
		return;
	el = fact_get(&env.facts, "boot_el");
	cmdline = fact_get(&env.facts, "cmdline");
	if (cmdline && text_has_word(cmdline, "kvm-arm.mode=none")) {
		snprintf(lack->text, sizeof(lack->text), "there is no /dev/kvm: kvm-arm.mode=none turns it off");
		lack->remedy = "boot this host without kvm-arm.mode=none";
	} else if (el && strcmp(el, "EL2")) {
		snprintf(lack->text, sizeof(lack->text), "there is no /dev/kvm: this kernel was started at %s, which is not EL2",
			 el);
		lack->remedy = "in a VM: run this on its host, or have it nest (Linux 6.16, QEMU 10.1); else let the firmware "
			       "start the kernel at EL2";
	}
	env_free(&env);
}

bool machine_lacks_kvm(struct machine_lack *lack)
{
	int fd = path_open(O_RDWR, "/dev/kvm");
	enum machine m = machine();

	if (fd >= 0) {
		close(fd);
		return false;
	}
	snprintf(lack->text, sizeof(lack->text), "/dev/kvm cannot be opened: %s", strerror(-fd));
	lack->remedy = fd == -ENOENT ? "boot a kernel with KVM, at EL2 (arm64) or with virtualization on in the firmware (x86)" :
				       "run it as root of the host itself, outside containers";
	if (fd != -ENOENT)
		return true;
	if (m == MACHINE_ARM64)
		lacks_kvm_arm64(lack);
	else if (m != MACHINE_OTHER)
		lacks_kvm_x86(lack, m);
	return true;
}

static bool kernel_release(char *buf, size_t n)
{
	return path_read(buf, n, "/proc/sys/kernel/osrelease") > 0 && !strchr(buf, '/');
}

/* The last one of a parameter counts. From Linux 6.14 on: facts.md section 12, and arch/arm64/kvm/hyp/nvhe. */
bool machine_kvm_is_protected(void)
{
	char cmdline[4096], release[96], *word, *rest = cmdline;
	unsigned int major, minor;
	bool is = false;

	if (path_read(cmdline, sizeof(cmdline), "/proc/cmdline") <= 0 || !kernel_release(release, sizeof(release)) ||
	    sscanf(release, "%u.%u", &major, &minor) != 2)
		return false;
	while ((word = strsep(&rest, " \n")))
		if (!strncmp(word, "kvm-arm.mode=", 13))
			is = !strcmp(word + 13, "protected");
	return is && (major > 6 || (major == 6 && minor >= 14));
}

static bool directory_has_entries(const char *name)
{
	char real[PATH_MAX];
	DIR *d = path_make(real, sizeof(real), "%s", name) ? NULL : opendir(real);
	struct dirent *e;
	bool has = false;

	while (d && !has && (e = readdir(d)))
		has = e->d_name[0] != '.';
	if (d)
		closedir(d);
	return has;
}

bool machine_has_iommu(void)
{
	return directory_has_entries("/sys/kernel/iommu_groups") || directory_has_entries("/sys/class/iommu");
}

bool machine_lacks_iommu(struct machine_lack *lack)
{
	static const char *const by_machine[] = {
		[MACHINE_OTHER] = "turn on the IOMMU in the firmware, and in the kernel's command line where it asks for it",
		[MACHINE_INTEL] = "turn on VT-d in the firmware, and boot with intel_iommu=on",
		[MACHINE_AMD] = "turn on the IOMMU (AMD-Vi) in the firmware, and boot without amd_iommu=off",
		[MACHINE_ARM64] = "turn on the SMMU in the firmware, so that ACPI (IORT) or the device tree shows it",
	};

	if (machine_has_iommu())
		return false;
	snprintf(lack->text, sizeof(lack->text), "there is no IOMMU that the kernel uses (/sys/kernel/iommu_groups is empty)");
	lack->remedy = by_machine[machine()];
	return true;
}

/* A line of a file in /lib/modules/RELEASE that holds text. */
static bool modules_have(const char *release, const char *file, const char *text)
{
	char line[4096];
	FILE *f = path_fopen("/lib/modules/%s/%s", release, file);
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, ":")] = 0; /* before it: the module; behind it, what it needs */
		found = strstr(line, text);
	}
	if (f)
		fclose(f);
	return found;
}

bool machine_lacks_vfio(struct machine_lack *lack)
{
	char release[96] = "", disabled[8] = "";
	bool has_module;

	if (path_exists("/sys/bus/pci/drivers/vfio-pci"))
		return false;
	kernel_release(release, sizeof(release));
	has_module = modules_have(release, "modules.dep", "/vfio-pci.ko") ||
		     modules_have(release, "modules.builtin", "/vfio-pci.ko");
	if (has_module && path_read(disabled, sizeof(disabled), "/proc/sys/kernel/modules_disabled") > 0 &&
	    !strcmp(disabled, "1")) {
		snprintf(lack->text, sizeof(lack->text), "vfio-pci is not loaded, and this kernel takes no more modules "
			 "(modules_disabled)");
		lack->remedy = "load vfio-pci before that is set, at boot";
		return true;
	}
	if (has_module)
		return false;
	snprintf(lack->text, sizeof(lack->text), "the driver vfio-pci is neither loaded nor in /lib/modules/%s", release);
	lack->remedy = "install the modules of the running kernel (Ubuntu: linux-modules-extra), or boot the one whose modules "
		       "are there; CONFIG_VFIO_PCI=m is needed";
	return true;
}

/* "MemAvailable:  123 kB", "Max locked memory  8388608  8388608  bytes": the number behind it. */
static bool number_of(const char *file, const char *key, int base, uint64_t *out)
{
	char line[512];
	FILE *f = path_fopen("%s", file);
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		char *end, *at = line + strlen(key);

		if (strncmp(line, key, strlen(key)))
			continue;
		*out = strtoull(at, &end, base);
		found = end != at;
	}
	if (f)
		fclose(f);
	return found;
}

bool machine_free_mb(uint64_t *mb)
{
	uint64_t kb;

	if (!number_of("/proc/meminfo", "MemAvailable:", 10, &kb))
		return false;
	*mb = kb >> 10;
	return true;
}

/* Version 2's, see cgroups(7); what is in use already is not left. */
static bool cgroup_left(const char *group, uint64_t *left, char *where, size_t n)
{
	char text[32], *end;
	uint64_t most, used = 0;

	snprintf(where, n, "/sys/fs/cgroup%s/memory.max", group);
	if (path_read(text, sizeof(text), "%s", where) <= 0)
		return false;
	most = strtoull(text, &end, 10);
	if (end == text)
		return false; /* "max" */
	if (path_read(text, sizeof(text), "/sys/fs/cgroup%s/memory.current", group) > 0)
		used = strtoull(text, NULL, 10);
	*left = (most > used ? most - used : 0) >> 20;
	return true;
}

/* The group and those above it: each may limit. */
bool machine_cgroup_mb(uint64_t *mb, char *where, size_t n)
{
	char line[PATH_MAX], here[PATH_MAX], *group, *slash;
	bool found = false;
	uint64_t left;

	if (path_read(line, sizeof(line), "/proc/self/cgroup") <= 0)
		return false;
	group = strncmp(line, "0::", 3) ? strstr(line, "\n0::") : line;
	if (!group)
		return false;
	group = strchr(group, '/');
	if (!group || strstr(group, "/.."))
		return false;
	group[strcspn(group, "\n")] = 0;
	for (; (slash = strrchr(group, '/')); *slash = 0)
		if (cgroup_left(group, &left, here, sizeof(here)) && (!found || left < *mb)) {
			*mb = left;
			snprintf(where, n, "%s", here);
			found = true;
		}
	return found;
}

/* drivers/vfio/vfio_iommu_type1.c, vfio_lock_acct(): whoever has CAP_IPC_LOCK has no limit. */
#define CAP_IPC_LOCK_BIT 14

bool machine_lockable_mb(uint64_t *mb)
{
	uint64_t caps, bytes;

	if (!number_of("/proc/self/status", "CapEff:", 16, &caps) || caps >> CAP_IPC_LOCK_BIT & 1 ||
	    !number_of("/proc/self/limits", "Max locked memory", 10, &bytes))
		return false; /* "unlimited" is no number */
	*mb = bytes >> 20;
	return true;
}
