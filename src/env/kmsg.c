// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/path.h"
#include "env/kmsg.h"

#define SOURCE       "/dev/kmsg"
#define RECORD_MAX   8192    /* Linux, kernel/printk: PRINTK_MESSAGE_MAX is 2048 */
#define RECORDS_MAX  200000u
#define FOUND_MAX    400

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
	/* arch/arm64/kernel/cpufeature.c */
	{ "s2fwb", "detected: Stage-2 Force Write-Back", NULL, TAKE_YES, false },
	/* kernels with Ampere's patch for Altra's erratum 82288: drivers/pci/quirks.c */
	{ "wc_erratum", "Write combining PCI maps disabled", NULL, TAKE_MESSAGE, false },
	/* NVIDIA's kernels, CONFIG_ARM64_WORKAROUND_NC_TO_NGNRE */
	{ "wc_erratum", "detected: ", "nGnRE", TAKE_MESSAGE, false },
	{ "cpu_errata", "CPU features: detected: ", "errat", TAKE_REST, true },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct found {
	char text[ROWS][FOUND_MAX];
};

static void look(struct found *found, const char *message)
{
	for (size_t i = 0; i < ROWS; i++) {
		const char *at = strstr(message, rows[i].text), *value = message;
		char *text = found->text[i];
		size_t used = strlen(text);

		if (!at || (rows[i].also && !strstr(at, rows[i].also)) || (used && !rows[i].all))
			continue;
		if (rows[i].take == TAKE_REST)
			value = at + strlen(rows[i].text);
		else if (rows[i].take == TAKE_YES)
			value = "yes";
		snprintf(text + used, FOUND_MAX - used, "%s%.*s", used ? "; " : "",
			 (int)strcspn(value, "\n"), value);
	}
}

/* "6,339,5140900,-;text": what comes before belongs to the record; a recorded file may lack it. */
static const char *message_of(const char *record)
{
	const char *end = strchr(record, ';');

	return end && isdigit((unsigned char)record[0]) ? end + 1 : record;
}

/* The device gives one record for each read(2). */
static void read_device(struct found *found, int fd)
{
	char record[RECORD_MAX];

	for (unsigned int i = 0; i < RECORDS_MAX; i++) {
		ssize_t n = read(fd, record, sizeof(record) - 1);

		/* EPIPE: records were overwritten since the last one */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		record[n] = 0;
		look(found, message_of(record));
	}
}

static void read_file(struct found *found, int fd)
{
	FILE *f = fdopen(dup(fd), "r");
	char record[RECORD_MAX];

	for (unsigned int i = 0; f && i < RECORDS_MAX && fgets(record, sizeof(record), f); i++)
		look(found, message_of(record));
	if (f)
		fclose(f);
}

static int add_found(struct env *env, struct found *found)
{
	int ret = 0;

	for (size_t i = 0; i < ROWS && !ret; i++)
		if (found->text[i][0] && !fact_get(&env->facts, rows[i].fact))
			ret = fact_add(&env->facts, rows[i].fact, SOURCE, "%s",
				       text_clean(found->text[i]));
	return ret;
}

int kmsg_collect(struct env *env)
{
	struct found found = { 0 };
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (path_make(path, sizeof(path), SOURCE))
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (!fstat(fd, &st) && S_ISCHR(st.st_mode))
		read_device(&found, fd);
	else if (S_ISREG(st.st_mode))
		read_file(&found, fd);
	close(fd);
	return add_found(env, &found);
}
