// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/lockdown.h"
#include "base/path.h"
#include "env/collect.h"
#include "env/kmsg.h"
#include "env/quota.h"
#include "env/virt.h"

#define VALUE_MAX 4096 /* the longest kernel command line on arm64 and x86: 2048 */

#define DMI  "/sys/class/dmi/id/"
#define DT   "/sys/firmware/devicetree/base/"
#define STAT "/proc/stat"
#define FADT "/sys/firmware/acpi/tables/FACP"

/* ACPI 6.5 table 5.9: Hypervisor Vendor Identity, since revision 6 of the table. */
#define FADT_HYPERVISOR_ID 268

static int add(struct env *env, const char *name, const char *source, const char *value)
{
	char clean[VALUE_MAX];
	size_t n = strnlen(value, sizeof(clean) - 1);

	if (!n)
		return 0;
	memcpy(clean, value, n);
	clean[n] = 0;
	return fact_add(&env->facts, name, source, "%s", text_clean(clean));
}

static const struct {
	const char *name;
	const char *path;
} files[] = {
	{ "cmdline", "/proc/cmdline" },
	{ "boot_id", "/proc/sys/kernel/random/boot_id" },
	{ "cpus_online", "/sys/devices/system/cpu/online" },
	{ "midr", "/sys/devices/system/cpu/cpu0/regs/identification/midr_el1" },
	{ "dmi_product_name", DMI "product_name" },
	{ "dmi_sys_vendor", DMI "sys_vendor" },
	{ "dmi_bios_vendor", DMI "bios_vendor" },
	{ "dt_model", DT "model" },
	{ "dt_hypervisor", DT "hypervisor/compatible" },
	{ "sys_hypervisor_type", "/sys/hypervisor/type" },
	{ "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor" },
	{ "boost", "/sys/devices/system/cpu/cpufreq/boost" },
	{ "no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo" },
	{ "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource" },
};

static int collect_files(struct env *env)
{
	char value[VALUE_MAX];
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(files) / sizeof(*files); i++)
		if (path_read(value, sizeof(value), "%s", files[i].path) > 0)
			ret = add(env, files[i].name, files[i].path, value);
	return ret;
}

/* uname(2) and sysconf(3) speak of the running machine: not for a recorded one. */
static int collect_running_kernel(struct env *env)
{
	struct utsname u;
	int ret;

	if (uname(&u))
		return 0;
	ret = add(env, "kernel_release", "uname(2)", u.release);
	if (!ret)
		ret = add(env, "kernel_version", "uname(2)", u.version);
	if (!ret)
		ret = add(env, "machine", "uname(2)", u.machine);
	if (!ret)
		ret = fact_add(&env->facts, "page_size", "sysconf(3)", "%ld",
			       sysconf(_SC_PAGESIZE));
	return ret;
}

static int collect_recorded_kernel(struct env *env)
{
	static const char *const names[][2] = {
		{ "kernel_release", "/proc/sys/kernel/osrelease" },
		{ "kernel_version", "/proc/sys/kernel/version" },
		{ "machine", "/proc/sys/kernel/arch" },
	};
	char value[VALUE_MAX];
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(*names); i++)
		if (path_read(value, sizeof(value), "%s", names[i][1]) > 0)
			ret = add(env, names[i][0], names[i][1], value);
	return ret;
}

static int collect_kernel(struct env *env)
{
	return *path_sysroot() ? collect_recorded_kernel(env) : collect_running_kernel(env);
}

/* The value of a line "key : value" of the first CPU, cut out of text; NULL without one. */
static const char *cpuinfo_get(const char *text, const char *key, char *value, size_t n)
{
	size_t len = strlen(key);

	for (const char *p = text; p; p = strchr(p, '\n')) {
		const char *end;

		p += *p == '\n';
		if (strncmp(p, key, len) || !strchr(" \t:", p[len]))
			continue;
		p += len + strspn(p + len, " \t:");
		end = strchrnul(p, '\n');
		if ((size_t)(end - p) >= n)
			return NULL;
		memcpy(value, p, end - p);
		value[end - p] = 0;
		return value;
	}
	return NULL;
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(words, word); p; p = strstr(p + 1, word))
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

static int collect_cpu(struct env *env)
{
	static const char source[] = "/proc/cpuinfo";
	static const char *const keys[][2] = {
		{ "cpu_model", "model name" },
		{ "cpu_implementer", "CPU implementer" },
		{ "cpu_part", "CPU part" },
	};
	char text[4 * VALUE_MAX], value[VALUE_MAX];
	int ret = 0;

	if (path_read(text, sizeof(text), "%s", source) <= 0)
		return 0;
	for (size_t i = 0; !ret && i < sizeof(keys) / sizeof(*keys); i++)
		if (cpuinfo_get(text, keys[i][1], value, sizeof(value)))
			ret = add(env, keys[i][0], source, value);
	if (!ret && cpuinfo_get(text, "flags", value, sizeof(value))) /* only x86 has that line */
		ret = add(env, "cpu_hypervisor_flag", source,
			  has_word(value, "hypervisor") ? "yes" : "no");
	return ret;
}

/* Behind the counts of all interrupts, which are long: line by line. */
static int collect_booted(struct env *env)
{
	char path[PATH_MAX], value[32], *line = NULL;
	size_t n = 0;
	long long s = -1;
	struct tm tm;
	time_t t;
	FILE *f = path_make(path, sizeof(path), STAT) ? NULL : fopen(path, "re");

	while (f && s < 0 && getline(&line, &n, f) > 0)
		if (sscanf(line, "btime %lld", &s) != 1)
			s = -1;
	free(line);
	if (f)
		fclose(f);
	t = (time_t)s;
	if (s <= 0 || !gmtime_r(&t, &tm) || !strftime(value, sizeof(value), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return 0;
	return add(env, "booted", STAT, value);
}

/* "0" where the firmware says that there is none; not known without root. */
static int collect_acpi(struct env *env)
{
	char path[PATH_MAX], id[9] = "", hex[20];
	uint8_t b[FADT_HYPERVISOR_ID + 8] = { 0 };
	uint64_t number = 0;
	ssize_t n;
	int fd;

	if (path_make(path, sizeof(path), FADT))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, b, sizeof(b));
	close(fd);
	if (n < 9) /* no whole header: its revision is byte 8 */
		return 0;
	if (n < (ssize_t)sizeof(b))
		return add(env, "acpi_fadt", FADT, "too old a revision to name a hypervisor");
	memcpy(id, b + FADT_HYPERVISOR_ID, 8);
	for (int i = 7; i >= 0; i--)
		number = number << 8 | b[FADT_HYPERVISOR_ID + i];
	snprintf(hex, sizeof(hex), "0x%016" PRIx64, number);
	return add(env, "acpi_hypervisor_id", FADT, !number ? "0" : *id ? id : hex);
}

static int collect_lockdown(struct env *env)
{
	char level[32];

	return lockdown_read(level, sizeof(level)) ? 0 : add(env, "lockdown", LOCKDOWN_FILE, level);
}

static int collect_derived(struct env *env)
{
	const char *cmdline = fact_get(&env->facts, "cmdline");
	int ret = 0;

	if (path_exists("/sys"))
		ret = add(env, "kvm_device", "/dev/kvm", path_exists("/dev/kvm") ? "yes" : "no");
	if (!ret && cmdline)
		ret = add(env, "iomem_relaxed", "/proc/cmdline",
			  has_word(cmdline, "iomem=relaxed") ? "yes" : "no");
	return ret;
}

int env_collect(struct env *env, const char *said_emulated)
{
	static int (*const steps[])(struct env *) = {
		collect_kernel, collect_files, collect_booted, collect_cpu, collect_acpi, collect_lockdown,
		collect_derived, kmsg_collect, quota_collect,
	};
	struct env new = { 0 };
	int ret = 0;

	if (said_emulated) {
		new.emulated = true;
		snprintf(new.emulated_why, sizeof(new.emulated_why), "%s", said_emulated);
	}
	for (size_t i = 0; !ret && i < sizeof(steps) / sizeof(*steps); i++)
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
