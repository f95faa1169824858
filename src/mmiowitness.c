// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/privilege.h"
#include "cli/program.h"
#include "env/collect.h"
#include "record/json_file.h"
#include "report/report.h"
#include "witness/live.h"
#include "witness/witness_file.h"

enum {
	EXIT_SEEN = 0,
	EXIT_UNSEEN = 3,
	EXIT_NOT_HERE = 77,
};

#define WATCH_MOST_S (24 * 3600)

struct options {
	const char *pid, *vm, *ipa, *watch, *json;
	unsigned int watch_s;
	struct live_ask ask;
};

enum option_key { KEY_PID = 0x100, KEY_VM, KEY_IPA, KEY_WATCH, KEY_JSON };

static const struct argp_option argp_options[] = {
	{ "slot", 's', "SLOT", 0, "Functions, [[domain:]bus:]dev.func as lspci -s (all whose BARs are mapped)", 0 },
	{ "id", 'd', "ID", 0, "Functions, [vendor]:[device][:class] as lspci -d", 0 },
	{ "pid", KEY_PID, "PID", 0, "Only this process, or this VMM and its VM", 0 },
	{ "vm", KEY_VM, "PID", 0, "The VMM whose guest's addresses --ipa names", 0 },
	{ "ipa", KEY_IPA, "ADDRESS[+SIZE]", 0, "Also what the VM has at this guest-physical address, of any memory: "
	  "a BAR that the VMM emulates on RAM, for instance (SIZE: 1 page)", 0 },
	{ "watch", KEY_WATCH, "SECONDS", 0, "Look again every SECONDS until something changed", 0 },
	{ "json", KEY_JSON, "FILE", 0, "What was seen; - is stdout, then nothing else is written there", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 's': o->ask.select.slot = arg; break;
	case 'd': o->ask.select.id = arg; break;
	case KEY_PID: o->pid = arg; break;
	case KEY_VM: o->vm = arg; break;
	case KEY_IPA: o->ipa = arg; break;
	case KEY_WATCH: o->watch = arg; break;
	case KEY_JSON: o->json = arg; break;
	case ARGP_KEY_ARG:
		log_error("\"%s\" is no option: a device is chosen with -s or -d, see --help", arg);
		exit(EXIT_USAGE);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	argp_options, parse_option, "",
	"Says who has a PCI device's BARs mapped, and as which memory type: VMs (stage 2), processes and drivers "
	"(stage 1). Reads the running kernel's page tables, as root, on a host or in a guest. Nothing is "
	"touched: no access to the device, no driver unbound, nothing that has to be there before.\v"
	"It reads kernel memory through BPF: Linux 5.10 or later with BTF, not with lockdown=confidentiality. "
	"Processes need Linux 5.12, types of drivers' mappings a kernel with CONFIG_KALLSYMS_ALL; what cannot be "
	"seen is said.\n\n"
	"Two records, of a host and of its guest, say what each mapping in the guest really gets:\n"
	"mmiocompare HOST-WITNESS.json GUEST-WITNESS.json\n\n"
	"Exit status: 0 a mapping was seen, 2 wrong usage or environment, 3 nothing was seen, 77 this machine "
	"cannot be looked at (what is missing is said), 99 internal error.",
	NULL, NULL, NULL,
};

static int parse_number(const char *option, const char *text, unsigned int most, const char *what,
			unsigned int *out)
{
	if (!text || (!parse_uint(text, most, out) && *out))
		return 0;
	log_error("%s %s: name %s", option, text, what);
	return -EINVAL;
}

/* "0x8000000000", "0x8000000000+16M" */
static int parse_ipa(struct options *o)
{
	char address[32];
	const char *plus = strchr(o->ipa, '+');
	size_t n = plus ? (size_t)(plus - o->ipa) : strlen(o->ipa);

	snprintf(address, sizeof(address), "%.*s", (int)n, o->ipa);
	o->ask.ipa_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	if (n < sizeof(address) && !parse_u64(address, &o->ask.ipa) &&
	    (!plus || (!parse_size(plus + 1, &o->ask.ipa_bytes) && o->ask.ipa_bytes)) &&
	    o->ask.ipa + (o->ask.ipa_bytes - 1) >= o->ask.ipa)
		return 0;
	log_error("--ipa %s: name an address of the guest's, and perhaps how much, as 0x8000000000+16M", o->ipa);
	return -EINVAL;
}

static int check_options(struct options *o)
{
	if (!o->vm != !o->ipa) {
		log_error("%s: --vm PID and --ipa ADDRESS go together: the address is that VM's",
			  o->vm ? "--vm without --ipa" : "--ipa without --vm");
		return -EINVAL;
	}
	if (parse_number("--pid", o->pid, INT32_MAX, "the number of a process", &o->ask.pid) ||
	    parse_number("--vm", o->vm, INT32_MAX, "the process number of a VMM", &o->ask.vm) ||
	    parse_number("--watch", o->watch, WATCH_MOST_S, "seconds, from 1 to 86400", &o->watch_s) ||
	    (o->ipa && parse_ipa(o)) || pci_select_check(&o->ask.select))
		return -EINVAL;
	if (o->vm && o->pid && o->ask.pid != o->ask.vm) {
		log_error("--pid %s and --vm %s: name the same VMM, or leave --pid out", o->pid, o->vm);
		return -EINVAL;
	}
	return o->json ? json_file_writable(o->json) : 0;
}

/* Who said that the CPU is emulated, as for mmiobench; NULL: nobody. */
static const char *said_emulated(void)
{
	const char *said = secure_getenv("MMIOBENCH_EMULATED");

	return said && parse_switch(said) == 1 ? "MMIOBENCH_EMULATED" : NULL;
}

static int begin(struct witness *w, const struct options *o, char **argv)
{
	*w = (struct witness){ .pid = o->ask.pid };
	snprintf(w->version, sizeof(w->version), "%s", PACKAGE_VERSION);
	snprintf(w->arch, sizeof(w->arch), "%s", arch_name);
	date_text(w->started, sizeof(w->started), time(NULL));
	w->command = memory_join("", argv);
	return w->command && !env_collect(&w->env, said_emulated()) ? 0 : -ENOMEM;
}

/* What was asked for is there. */
static int check_asked(const struct options *o, const struct pci_list *list, const struct witness *w)
{
	unsigned int matches = 0, vms = 0;

	for (size_t i = 0; i < list->n; i++)
		matches += pci_select_match(&o->ask.select, &list->v[i]);
	if (!matches && (o->ask.select.slot || o->ask.select.id)) {
		log_error("no function matches %s: name one as lspci has it on this machine",
			  o->ask.select.slot ? o->ask.select.slot : o->ask.select.id);
		return -EINVAL;
	}
	for (size_t i = 0; i < w->n_vms; i++)
		vms += w->vms[i].pid == o->ask.vm;
	if (o->ask.vm && !vms) {
		log_error("--vm %u: this process has no VM of KVM's: name the VMM's number, as mmiowitness shows it",
			  o->ask.vm);
		return -EINVAL;
	}
	return 0;
}

static int look(struct live *l, struct witness *w, const struct options *o)
{
	double start = monotonic_s();
	struct pci_list list;
	int ret = pci_list_load(&list);

	if (ret)
		return ret;
	ret = live_look(l, w, &list, &o->ask);
	if (!ret)
		ret = check_asked(o, &list, w);
	pci_list_free(&list);
	w->duration_s = monotonic_s() - start;
	return ret;
}

static volatile sig_atomic_t ended;

static void on_signal(int signal)
{
	ended = signal;
}

/* Until it is another than before, or a signal comes: then what was seen last is reported. */
static int look_until_changed(struct live *l, struct witness *w, const struct options *o, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct witness now;
	int ret;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	while (!ended) {
		struct timespec pause = { .tv_sec = o->watch_s };
		bool same;

		if (nanosleep(&pause, NULL))
			break;
		ret = begin(&now, o, argv);
		if (!ret)
			ret = look(l, &now, o);
		same = !ret && witness_same(w, &now);
		witness_free(ret || same ? &now : w);
		if (ret)
			return ret;
		if (!same) {
			*w = now;
			break;
		}
	}
	return 0;
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

static int run(struct witness *w, struct options *o, char **argv)
{
	char why[256] = "";
	const char *vendor;
	struct live l;
	int ret;

	if (check_options(o))
		return EXIT_USAGE;
	if (geteuid()) {
		log_error("only root may read the kernel's tables: run it with sudo");
		return EXIT_USAGE;
	}
	if (begin(w, o, argv)) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	vendor = fact_get(&w->env.facts, "cpu_vendor");
	ret = live_open(&l, vendor ? vendor : "", why, sizeof(why));
	if (ret) {
		log_error("%s", ret == -ENOMEM ? "out of memory" : why);
		return ret == -ENOMEM ? EXIT_INTERNAL : EXIT_NOT_HERE;
	}
	ret = privilege_keep(PRIVILEGE_WATCH) ? -EPERM : look(&l, w, o);
	if (!ret && o->watch)
		ret = look_until_changed(&l, w, o, argv);
	live_close(&l);
	return ret == -ENOMEM ? EXIT_INTERNAL : ret ? EXIT_USAGE : report(w, o);
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct witness w = { 0 };
	int status;

	begin_program("mmiowitness", EXIT_USAGE);
	if (privilege_keep(PRIVILEGE_WITNESS))
		return EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o)) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	status = run(&w, &o, argv);
	witness_free(&w);
	return stdout_finish() && status == EXIT_SEEN ? EXIT_USAGE : status;
}
