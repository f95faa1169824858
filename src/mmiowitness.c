// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/begin.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/privilege.h"
#include "base/version.h"
#include "base/stdout.h"
#include "env/collect.h"
#include "pci/list.h"
#include "pci/select.h"
#include "report/json_file.h"
#include "report/report.h"
#include "witness/check.h"
#include "witness/prot.h"
#include "witness/watch.h"

enum {
	EXIT_SEEN = 0,
	EXIT_USAGE = 2,
	EXIT_UNSEEN = 3,
	EXIT_NOT_HERE = 77,
	EXIT_INTERNAL = 99,
};

#define TIMEOUT_DEFAULT_S 60
#define TIMEOUT_MAX_S     (7 * 24 * 3600)

struct options {
	struct pci_select select;
	const char *pid, *timeout, *json, *sysroot;
};

enum option_key { KEY_PID = 0x100, KEY_TIMEOUT, KEY_JSON, KEY_SYSROOT };

static const struct argp_option argp_options[] = {
	{ "slot", 's', "SLOT", 0, "Function on this host, [[domain:]bus:]dev.func as lspci -s", 0 },
	{ "pid", KEY_PID, "PID", 0, "Only mappings for this VMM; ends when it ends (any VMM)", 0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0, "Ends after so long (60)", 0 },
	{ "json", KEY_JSON, "FILE", 0, "What was seen; - is stdout, then nothing else is written "
	  "there",
	  0 },
	{ "sysroot", KEY_SYSROOT, "DIR", 0, "Use the recorded /sys and /proc in DIR, and the "
	  "trace_pipe there", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 's': o->select.slot = arg; break;
	case KEY_PID: o->pid = arg; break;
	case KEY_TIMEOUT: o->timeout = arg; break;
	case KEY_JSON: o->json = arg; break;
	case KEY_SYSROOT: o->sysroot = arg; break;
	case ARGP_KEY_ARG:
		log_error("\"%s\" is no option: the device is chosen with -s, see --help", arg);
		exit(EXIT_USAGE);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	argp_options, parse_option, "-s SLOT",
	"Watches KVM map a device's BARs into a VM, and says which memory type they have at stage "
	"2. Runs as root on the host, arm64 with KVM, while the guest touches the BAR for the "
	"first time: start it before the VM.\v"
	"It sets a kprobe event on kvm_pgtable_stage2_map in a trace instance of its own, and "
	"takes both away again however it ends; what a killed one left, the next one takes away. "
	"SIGINT, SIGTERM and SIGHUP end it early, with a report of what was seen.\n\n"
	"It does not see what was mapped before it began, and not the guest's own page tables: "
	"those can make the type stronger. mmiobench in the guest shows what comes of both.\n\n"
	"Exit status: 0 a BAR's type was seen, 2 wrong usage or environment, 3 nothing was seen, "
	"77 this machine cannot be watched (what is missing is said), 99 internal error.",
	NULL, NULL, NULL,
};

static char *join_command(int argc, char **argv)
{
	char *s = NULL;
	size_t n;
	FILE *f = memory_open(&s, &n);

	if (!f)
		return NULL;
	for (int i = 0; i < argc; i++)
		fprintf(f, "%s%s", i ? " " : "", argv[i]);
	memory_close(f);
	return s;
}

static int parse_numbers(const struct options *o, struct watch_ask *ask)
{
	ask->timeout_s = TIMEOUT_DEFAULT_S;
	if (o->timeout &&
	    (parse_uint(o->timeout, TIMEOUT_MAX_S, &ask->timeout_s) || !ask->timeout_s)) {
		log_error("--timeout %s: name seconds, from 1 to %d (a week)",
			  o->timeout, TIMEOUT_MAX_S);
		return -EINVAL;
	}
	if (o->pid && (parse_uint(o->pid, INT32_MAX, &ask->pid) || !ask->pid)) {
		log_error("--pid %s is no process number", o->pid);
		return -EINVAL;
	}
	return 0;
}

static int check_options(const struct options *o, struct watch_ask *ask)
{
	struct stat st;

	if (!o->select.slot) {
		log_error("which device? name it with -s BDF, as lspci has it on this host");
		return -EINVAL;
	}
	if (o->sysroot && (stat(o->sysroot, &st) || !S_ISDIR(st.st_mode))) {
		log_error("--sysroot %s is no directory: name one that holds a recorded /sys",
			  o->sysroot);
		return -EINVAL;
	}
	if (pci_select_check(&o->select) || parse_numbers(o, ask))
		return -EINVAL;
	return o->json ? json_file_writable(o->json) : 0;
}

/* The one function that was named, into w. */
static int choose(struct witness *w, const struct options *o, const struct pci_list *list)
{
	unsigned int matches = 0, bars = 0;

	for (size_t i = 0; i < list->n; i++)
		if (pci_select_match(&o->select, &list->v[i])) {
			w->device = list->v[i];
			matches++;
		}
	if (matches != 1) {
		log_error("-s %s matches %u functions: name one, as lspci has it on this host",
			  o->select.slot, matches);
		return -EINVAL;
	}
	for (int i = 0; i < PCI_BARS; i++)
		bars += witness_watches(&w->device.bars[i]);
	if (!bars) {
		log_error("%s has no memory BAR with an address: there is nothing to watch",
			  w->device.bdf);
		return -EINVAL;
	}
	if (strcmp(w->device.driver, "vfio-pci"))
		log_note("%s is bound to %s, not to vfio-pci: only a VMM that maps its BARs itself "
			 "can have it",
			 w->device.bdf, w->device.driver[0] ? w->device.driver : "no driver");
	return 0;
}

static int find_device(struct witness *w, const struct options *o)
{
	struct pci_list list;
	int ret = pci_list_load(&list);

	if (ret)
		return ret;
	ret = choose(w, o, &list);
	pci_list_free(&list);
	return ret;
}

static int report(const struct witness *w, const struct options *o)
{
	int ret = o->json ? witness_write(w, o->json) : 0;

	if (!o->json || strcmp(o->json, "-"))
		witness_text(stdout, w, ret ? NULL : o->json);
	if (ret)
		return ret == -ENOMEM ? EXIT_INTERNAL : EXIT_USAGE;
	return w->n_ranges ? EXIT_SEEN : EXIT_UNSEEN;
}

static int watch(struct witness *w, const struct options *o, const struct watch_ask *ask)
{
	time_t now = time(NULL);
	struct tm tm;
	int ret, status;

	strftime(w->started, sizeof(w->started), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	ret = watch_run(w, ask);
	if (ret < 0)
		return ret == -EOPNOTSUPP ? EXIT_NOT_HERE :
		       ret == -ENOMEM	  ? EXIT_INTERNAL :
					    EXIT_USAGE;
	status = report(w, o);
	return ret ? EXIT_USAGE : status;
}

/* What must be there, from the machine to the kernel's types; then the device. */
static int prepare(struct witness *w, const struct options *o)
{
	if (check_machine(w))
		return EXIT_NOT_HERE;
	if (!o->sysroot && geteuid()) {
		log_error("only root may trace the kernel: run it with sudo");
		return EXIT_USAGE;
	}
	if (check_tracing() || prot_load(w))
		return EXIT_NOT_HERE;
	return find_device(w, o) ? EXIT_USAGE : EXIT_SEEN;
}

/* Who said that the CPU is emulated, as for mmiobench; NULL: nobody. */
static const char *said_emulated(void)
{
	const char *said = secure_getenv("MMIOBENCH_EMULATED");

	return said && parse_switch(said) == 1 ? "MMIOBENCH_EMULATED" : NULL;
}

static int run(struct witness *w, const struct options *o, int argc, char **argv)
{
	struct watch_ask ask = { 0 };
	int status;

	if (check_options(o, &ask))
		return EXIT_USAGE;
	path_set_sysroot(o->sysroot ? o->sysroot : "");
	*w = (struct witness){ .replayed = o->sysroot != NULL, .pid = ask.pid };
	snprintf(w->version, sizeof(w->version), "%s", PACKAGE_VERSION);
	snprintf(w->arch, sizeof(w->arch), "%s", arch_name);
	w->command = join_command(argc, argv);
	if (!w->command || env_collect(&w->env, said_emulated())) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	status = prepare(w, o);
	if (!status && privilege_keep(PRIVILEGE_WATCH))
		status = EXIT_USAGE;
	return status ? status : watch(w, o, &ask);
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct witness w = { 0 };
	int status;

	begin_program("mmiowitness", EXIT_USAGE);
	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = version_text("mmiowitness");
	if (privilege_keep(PRIVILEGE_WITNESS))
		return EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o)) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	status = run(&w, &o, argc, argv);
	witness_free(&w);
	return stdout_finish() && status == EXIT_SEEN ? EXIT_USAGE : status;
}
