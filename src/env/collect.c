// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/privilege.h"
#include "base/text.h"
#include "env/collect.h"

#define VALUE_MAX 4096 /* the longest kernel command line on arm64 and x86: 2048 */

#define DMI  "/sys/class/dmi/id/"
#define DT   "/sys/firmware/devicetree/base/"
#define RSI  "/sys/bus/platform/devices/arm-cca-dev"
#define STAT "/proc/stat"
#define FADT "/sys/firmware/acpi/tables/FACP"

/* ACPI 6.5 table 5.9: Hypervisor Vendor Identity, since revision 6 of the table. */
#define FADT_HYPERVISOR_ID 268

int env_add(struct env *env, const char *name, const char *source, const char *value)
{
	int ret = *value ? fact_add(&env->facts, name, source, "%s", value) : 0;

	if (!ret && *value)
		text_clean(env->facts.v[env->facts.n - 1].value);
	return ret;
}

static const struct fact_file {
	const char *name, *path;
} files[] = {
	{ "cmdline", "/proc/cmdline" },
	{ "boot_id", "/proc/sys/kernel/random/boot_id" },
	{ "cpus_online", "/sys/devices/system/cpu/online" },
	{ "midr", "/sys/devices/system/cpu/cpu0/regs/identification/midr_el1" },
	{ "dmi_product_name", DMI "product_name" },
	{ "dmi_sys_vendor", DMI "sys_vendor" },
	{ "dmi_bios_vendor", DMI "bios_vendor" },
	{ "dt_model", DT "model" },
	{ "dt_compatible", DT "compatible" },
	{ "dt_hypervisor", DT "hypervisor/compatible" },
	{ "sys_hypervisor_type", "/sys/hypervisor/type" },
	/* "control_d" in Xen's dom0, empty in a domU; Xen's feature bits, which /sys has without xenfs */
	{ "xen_capabilities", "/proc/xen/capabilities" },
	{ "xen_features", "/sys/hypervisor/properties/features" },
	{ "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor" },
	{ "boost", "/sys/devices/system/cpu/cpufreq/boost" },
	{ "no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo" },
	{ "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource" },
};

static int add_files(struct env *env, const struct fact_file *v, size_t n)
{
	char value[VALUE_MAX];
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i++)
		if (path_read(value, sizeof(value), "%s", v[i].path) > 0)
			ret = env_add(env, v[i].name, v[i].path, value);
	return ret;
}

static int collect_files(struct env *env)
{
	return add_files(env, files, ARRAY_SIZE(files));
}

/* uname(2) and sysconf(3) speak of the running machine: not for a recorded one. */
static int collect_running_kernel(struct env *env)
{
	struct utsname u;
	const struct {
		const char *name, *value;
	} said[] = { { "kernel_release", u.release }, { "kernel_version", u.version }, { "machine", u.machine } };
	int ret = 0;

	if (uname(&u))
		return 0;
	for (size_t i = 0; !ret && i < ARRAY_SIZE(said); i++)
		ret = env_add(env, said[i].name, "uname(2)", said[i].value);
	return ret ? ret : fact_add(&env->facts, "page_size", "sysconf(3)", "%ld", sysconf(_SC_PAGESIZE));
}

static int collect_recorded_kernel(struct env *env)
{
	static const struct fact_file recorded[] = {
		{ "kernel_release", "/proc/sys/kernel/osrelease" },
		{ "kernel_version", "/proc/sys/kernel/version" },
		{ "machine", "/proc/sys/kernel/arch" },
	};

	return add_files(env, recorded, ARRAY_SIZE(recorded));
}

static int collect_kernel(struct env *env)
{
	return *path_sysroot() ? collect_recorded_kernel(env) : collect_running_kernel(env);
}

/* The value of the first CPU's line "key : value"; NULL without one. */
static const char *cpuinfo_get(const char *text, const char *key, char *value, size_t n)
{
	size_t len = strlen(key);

	for (const char *p = text; p; p = strchr(p, '\n')) {
		size_t used;

		p += *p == '\n';
		if (strncmp(p, key, len) || !strchr(" \t:", p[len]))
			continue;
		p += len + strspn(p + len, " \t:");
		used = strcspn(p, "\n");
		if (used >= n)
			return NULL;
		snprintf(value, n, "%.*s", (int)used, p);
		return value;
	}
	return NULL;
}

static int collect_cpu(struct env *env)
{
	static const char source[] = "/proc/cpuinfo";
	static const char *const keys[][2] = {
		{ "cpu_vendor", "vendor_id" },
		{ "cpu_model", "model name" },
		{ "cpu_implementer", "CPU implementer" },
		{ "cpu_part", "CPU part" },
	};
	char text[4 * VALUE_MAX], value[VALUE_MAX];
	int ret = 0;

	if (path_read(text, sizeof(text), "%s", source) <= 0)
		return 0;
	for (size_t i = 0; !ret && i < ARRAY_SIZE(keys); i++)
		if (cpuinfo_get(text, keys[i][1], value, sizeof(value)))
			ret = env_add(env, keys[i][0], source, value);
	if (!ret && cpuinfo_get(text, "flags", value, sizeof(value))) /* only x86 has that line */
		ret = env_add(env, "cpu_hypervisor_flag", source,
			  text_has_word(value, "hypervisor") ? "yes" : "no");
	return ret;
}

/* Behind the counts of all interrupts, which are long: line by line. */
static int collect_booted(struct env *env)
{
	char value[DATE_MAX], *line = NULL;
	FILE *f = path_fopen(STAT);
	size_t n = 0;
	long long s = 0;

	while (f && getline(&line, &n, f) > 0 && sscanf(line, "btime %lld", &s) != 1)
		;
	free(line);
	if (f)
		fclose(f);
	if (s <= 0)
		return 0;
	date_text(value, sizeof(value), (time_t)s);
	return env_add(env, "booted", STAT, value);
}

/* "0" where the firmware says that there is none; not known without root. */
static int collect_acpi(struct env *env)
{
	uint8_t b[FADT_HYPERVISOR_ID + 8] = { 0 };
	char id[9] = "", hex[20];
	uint64_t number;
	ssize_t n = path_read_bytes(b, sizeof(b), FADT);

	if (n < 9) /* no whole header: its revision is byte 8 */
		return 0;
	if (n < (ssize_t)sizeof(b))
		return env_add(env, "acpi_fadt", FADT, "too old a revision to name a hypervisor");
	memcpy(id, b + FADT_HYPERVISOR_ID, 8);
	memcpy(&number, id, sizeof(number));
	snprintf(hex, sizeof(hex), "0x%016" PRIx64, le64toh(number));
	return env_add(env, "acpi_hypervisor_id", FADT, !number ? "0" : *id ? id : hex);
}

static int collect_lockdown(struct env *env)
{
	char level[32];

	return lockdown_read(level, sizeof(level)) ? 0 : env_add(env, "lockdown", LOCKDOWN_FILE, level);
}

static int collect_derived(struct env *env)
{
	const char *cmdline = fact_get(&env->facts, "cmdline");
	int ret = 0;

	if (path_exists("/sys"))
		ret = env_add(env, "kvm_device", "/dev/kvm", path_exists("/dev/kvm") ? "yes" : "no");
	/* arch/arm64/kernel/rsi.c makes it in a Realm (Arm CCA); kmsg.c looks for its word, too */
	if (!ret && path_exists(RSI))
		ret = env_add(env, "realm", RSI, "yes");
	if (!ret && cmdline)
		ret = env_add(env, "iomem_relaxed", "/proc/cmdline",
			  text_has_word(cmdline, "iomem=relaxed") ? "yes" : "no");
	return ret;
}

int env_collect(struct env *env, const char *said_emulated)
{
	static int (*const steps[])(struct env *) = {
		collect_kernel, collect_files, collect_booted, collect_cpu, chip_collect, collect_acpi, collect_lockdown,
		collect_derived, kmsg_collect, quota_collect,
	};
	struct env new = { 0 };
	int ret = 0;

	if (said_emulated) {
		new.emulated = true;
		snprintf(new.emulated_why, sizeof(new.emulated_why), "%s", said_emulated);
	}
	for (size_t i = 0; !ret && i < ARRAY_SIZE(steps); i++)
		ret = steps[i](&new);
	if (ret) {
		env_free(&new);
		return ret;
	}
	virt_conclude(&new);
	*env = new;
	return 0;
}

void env_free(struct env *env)
{
	facts_free(&env->facts);
	*env = (struct env){ 0 };
}
