// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "arch/info.h"
#include "base/array.h"
#include "base/path.h"
#include "base/text.h"
#include "env/collect.h"

#define SOURCE       "/dev/kmsg"
#define RECORD_MAX   8192    /* Linux, kernel/printk: PRINTK_MESSAGE_MAX is 2048 */
#define RECORDS_MAX  200000u
#define FOUND_MAX    400
#define NC_TO_NGNRE  "CONFIG_ARM64_WORKAROUND_NC_TO_NGNRE="

enum take { TAKE_YES, TAKE_REST, TAKE_MESSAGE };

/* What the kernel says, and where: sources of arch/arm64 and drivers/pci. */
static const struct {
	const char *fact;
	const char *text;       /* part of the message */
	const char *also;       /* another part; NULL */
	enum take take;
	bool all;               /* every such message, not only the first */
} rows[] = {
	/* arch/arm64/kernel/smp.c: hyp_mode_check */
	{ "boot_el", "CPU: All CPU(s) started at ", NULL, TAKE_REST, false },
	/* drivers/firmware/smccc/kvm_guest.c */
	{ "smccc_kvm", "KVM: hypervisor services detected", NULL, TAKE_YES, false },
	/* drivers/firmware/psci/psci.c */
	{ "smccc_version", "psci: SMC Calling Convention v", NULL, TAKE_REST, false },
	/* arch/arm64/kernel/cpufeature.c */
	{ "s2fwb", "detected: Stage-2 Force Write-Back", NULL, TAKE_YES, false },
	/* arch/arm64/kernel/rsi.c: a Realm of Arm CCA */
	{ "realm", "RME: Using RSI version ", NULL, TAKE_YES, false },
	/* kernels with Ampere's patch for Altra's erratum 82288: drivers/pci/quirks.c */
	{ "wc_erratum", "Write combining PCI maps disabled", NULL, TAKE_MESSAGE, false },
	/* NVIDIA's kernels, NC_TO_NGNRE below: "MAIR_EL1 NC to nGnRE" */
	{ "wc_erratum", "detected: ", "nGnRE", TAKE_MESSAGE, false },
	{ "cpu_errata", "CPU features: detected: ", "errat", TAKE_REST, true },
};

#define ROWS ARRAY_SIZE(rows)

struct found {
	char text[ROWS][FOUND_MAX];
	unsigned int records;
	bool begins;            /* with the boot's first record */
	bool lost;              /* records went while they were read */
};

static void look(struct found *found, const char *message)
{
	for (size_t i = 0; i < ROWS; i++) {
		const char *at = strstr(message, rows[i].text), *value = message;
		char *text = found->text[i];

		if (!at || (rows[i].also && !strstr(at, rows[i].also)) || (*text && !rows[i].all))
			continue;
		if (rows[i].take == TAKE_REST)
			value = at + strlen(rows[i].text);
		else if (rows[i].take == TAKE_YES)
			value = "yes";
		text_append(text, FOUND_MAX, "%s%.*s", *text ? "; " : "", (int)strcspn(value, "\n"), value);
	}
}

/* "6,339,5140900,-;text": what comes before belongs to the record; a recorded file may lack it. */
static const char *message_of(const char *record)
{
	const char *end = strchr(record, ';');

	return end && isdigit((unsigned char)record[0]) ? end + 1 : record;
}

/* The ring that keeps the log loses its oldest records first. */
static void take_record(struct found *found, const char *record)
{
	const char *message = message_of(record);
	unsigned long sequence;

	if (!found->records++ && message != record &&
	    sscanf(record, "%*u,%lu,", &sequence) == 1 && !sequence)
		found->begins = true;
	if (strstr(message, "Linux version ") || strstr(message, "Booting Linux on "))
		found->begins = true;
	look(found, message);
}

/* The device gives one record for each read(2). */
static void read_device(struct found *found, int fd)
{
	char record[RECORD_MAX];

	for (unsigned int i = 0; i < RECORDS_MAX; i++) {
		ssize_t n = read(fd, record, sizeof(record) - 1);

		/* EPIPE: records were overwritten since the last one */
		if (n < 0 && (errno == EPIPE || errno == EINTR)) {
			found->lost |= errno == EPIPE;
			continue;
		}
		if (n <= 0)
			return;
		record[n] = 0;
		take_record(found, record);
	}
}

static int read_file(struct found *found, int fd)
{
	FILE *f = fdopen(dup(fd), "r");
	int ret = !f && errno == ENOMEM ? -ENOMEM : 0;
	char record[RECORD_MAX];

	for (unsigned int i = 0; f && i < RECORDS_MAX && fgets(record, sizeof(record), f); i++)
		take_record(found, record);
	if (f)
		fclose(f);
	return ret;
}

/* Whether the kernel was built with NVIDIA's workaround. Only its log would say whether that is on. */
static int add_config(struct env *env)
{
	const char *release = fact_get(&env->facts, "kernel_release");
	bool has = false;
	char line[256];
	FILE *f;

	if (!release || strchr(release, '/'))
		return 0;
	f = path_fopen("/boot/config-%s", release);
	if (!f)
		return 0;
	while (!has && fgets(line, sizeof(line), f))
		has = !strncmp(line, NC_TO_NGNRE "y", strlen(NC_TO_NGNRE "y"));
	fclose(f);
	return env_add(env, "config_nc_to_ngnre", "/boot/config-*", has ? "yes" : "no");
}

/* A log without its beginning may have lost what is not found in it. */
static int add_cut(struct env *env, const struct found *found)
{
	bool cut = !found->begins || found->lost;
	const char *machine = fact_get(&env->facts, "machine");
	int ret = 0;

	if (found->records)
		ret = env_add(env, "kmsg_cut", SOURCE, cut ? "yes" : "no");
	if (!ret && cut && machine && arch_info_of(machine)->kernel_may_demote)
		ret = add_config(env);
	return ret;
}

static int add_found(struct env *env, struct found *found)
{
	int ret = 0;

	for (size_t i = 0; i < ROWS && !ret; i++)
		if (!fact_get(&env->facts, rows[i].fact))
			ret = env_add(env, rows[i].fact, SOURCE, found->text[i]);
	return ret;
}

int kmsg_collect(struct env *env)
{
	int fd = path_open(O_RDONLY | O_NONBLOCK, SOURCE), ret = 0;
	struct found found = { 0 };
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st)) {
		if (S_ISCHR(st.st_mode))
			read_device(&found, fd);
		else if (S_ISREG(st.st_mode))
			ret = read_file(&found, fd);
	}
	if (fd >= 0)
		close(fd);
	if (!ret)
		ret = add_found(env, &found);
	return ret ? ret : add_cut(env, &found);
}
