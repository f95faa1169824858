// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "base/parse.h"
#include "cli/options.h"
#include "mmiopair_options.h"
#include "pci/device.h"

enum option_key {
	KEY_FIRST = 0x100,
	KEY_BAR, KEY_QUICK, KEY_FULL, KEY_LAUNCHES, KEY_SEED, KEY_OUT, KEY_DRY_RUN, KEY_UNBIND, KEY_VF, KEY_RECOVER,
	KEY_VMM, KEY_VMM_ARGS, KEY_VMM_DEVICE, KEY_KERNEL, KEY_MODULES, KEY_FORMAT, KEY_REQUIRE, KEY_FAIL_ON,
	KEY_MIN_EFFECT, KEY_EMULATED, KEY_SYSROOT,
};
#define BIT(key) OPTION_BIT(key, KEY_FIRST) /* slot and id go with everything, and have none */

static const struct argp_option argp_options[] = {
	{ NULL, 0, NULL, 0, "What to test:", 1 },
	{ "slot", 's', "SLOT", 0, "Function [[domain:]bus:]dev.func, as lspci -s", 0 },
	{ "id", 'd', "ID", 0, "Function by [vendor]:[device][:class], as lspci -d", 0 },
	{ "bar", KEY_BAR, "N", 0, "BAR 0..5; naming it is consent to store to its window, which is saved and "
	  "put back", 0 },
	{ "unbind", KEY_UNBIND, NULL, 0, "Consent to take the function, and what is in its IOMMU group, from its "
	  "drivers for the time of the run. What is in use is refused all the same", 0 },
	{ "vf", KEY_VF, NULL, 0, "Test a virtual function that is made for the run; the physical one keeps its "
	  "driver", 0 },

	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "quick", KEY_QUICK, NULL, 0, "About 3 seconds a launch instead of 30", 0 },
	{ "full", KEY_FULL, NULL, 0, "Up to 5 minutes a launch", 0 },
	{ "launches", KEY_LAUNCHES, "N", 0, "On each side, in turn: a new VM each (3)", 0 },
	{ "seed", KEY_SEED, "N", 0, "Seed of the order of launches (the clock)", 0 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Look, print all that would be done, and change nothing", 0 },
	{ "recover", KEY_RECOVER, NULL, 0, "Put back what a killed run has left changed; with --dry-run: print it",
	  0 },
	{ "emulated", KEY_EMULATED, NULL, 0, "The CPU is an emulator's: times count for nothing", 0 },
	{ "sysroot", KEY_SYSROOT, "DIR", 0, "With --dry-run: look at a recorded machine", 0 },

	{ NULL, 0, NULL, 0, "The VM:", 3 },
	{ "vmm", KEY_VMM, "NAME", 0, "VMM, found in PATH:", 0 },
	{ "vmm-args", KEY_VMM_ARGS, "WORDS", 0, "Behind all other words of the VMM's command line", 0 },
	{ "vmm-device", KEY_VMM_DEVICE, "WORDS", 0, "What gives the VM the device, instead of "
	  "vfio-pci,host={bdf}; without {bdf}: a device that the VMM emulates, with the same ids", 0 },
	{ "kernel", KEY_KERNEL, "FILE", 0, "Kernel that it boots (the one that runs here)", 0 },
	{ "initrd-modules", KEY_MODULES, "FILES", 0, "Kernel modules that it needs, comma-separated, in the order "
	  "of loading", 0 },

	{ NULL, 0, NULL, 0, "Output:", 4 },
	{ "out", KEY_OUT, "DIR", 0, "Directory for all results (results/mmiopair-...)", 0 },
	{ "format", KEY_FORMAT, "NAME[=FILE]", 0, "As of mmiocompare; markdown is in report.md anyway", 0 },
	{ "require", KEY_REQUIRE, "WHAT", 0, "As of mmiocompare: preserved", 0 },
	{ "fail-on", KEY_FAIL_ON, "WHAT", 0, "As of mmiocompare: regression, inconclusive", 0 },
	{ "min-effect", KEY_MIN_EFFECT, "N%", 0, "As of mmiocompare: smallest difference that matters (5%)", 0 },
	{ 0 },
};

struct parse {
	struct pair_options *o;
	uint64_t said;
};

static const struct option_place places[] = {
	{ 's', false, offsetof(struct pair_options, select.slot) },
	{ 'd', false, offsetof(struct pair_options, select.id) },
	OPTION_TEXT(KEY_BAR, pair_options, text.bar),
	OPTION_TEXT(KEY_LAUNCHES, pair_options, text.launches),
	OPTION_TEXT(KEY_SEED, pair_options, text.seed),
	OPTION_TEXT(KEY_MODULES, pair_options, text.modules),
	OPTION_TEXT(KEY_OUT, pair_options, out),
	OPTION_TEXT(KEY_SYSROOT, pair_options, sysroot),
	OPTION_TEXT(KEY_VMM, pair_options, vmm),
	OPTION_TEXT(KEY_VMM_ARGS, pair_options, request.vmm_args),
	OPTION_TEXT(KEY_VMM_DEVICE, pair_options, request.vmm_device),
	OPTION_TEXT(KEY_KERNEL, pair_options, request.kernel),
	OPTION_FLAG(KEY_DRY_RUN, pair_options, dry_run),
	OPTION_FLAG(KEY_UNBIND, pair_options, unbind),
	OPTION_FLAG(KEY_VF, pair_options, vf),
	OPTION_FLAG(KEY_RECOVER, pair_options, recover),
	OPTION_FLAG(KEY_EMULATED, pair_options, request.emulated),
	{ 0 },
};

/* A word for mmiocompare, which looks at it before anything is measured (check_compare()). */
static void pass_on(struct pair_options *o, const char *option, const char *arg)
{
	char *word;

	if (o->n_compare == PAIR_COMPARE_WORDS)
		usage_error("--%s is said too often", option);
	if (asprintf(&word, "--%s=%s", option, arg) < 0) {
		log_error("out of memory");
		exit(EXIT_INTERNAL);
	}
	o->compare[o->n_compare++] = word;
}

static const char *name_of(int key)
{
	for (const struct argp_option *a = argp_options; a->doc || a->name; a++)
		if (a->key == key && a->name)
			return a->name;
	return "";
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	struct pair_options *o = p->o;

	if (key > KEY_FIRST && key <= KEY_SYSROOT)
		p->said |= BIT(key);
	if (option_keep(o, places, key, arg))
		return 0;
	switch (key) {
	case KEY_QUICK: o->request.profile = EXP_QUICK; return 0;
	case KEY_FULL: o->request.profile = EXP_FULL; return 0;
	case KEY_FORMAT:
	case KEY_REQUIRE:
	case KEY_FAIL_ON:
	case KEY_MIN_EFFECT:
		pass_on(o, name_of(key), arg);
		return 0;
	case ARGP_KEY_ARG:
		usage_error("\"%s\" is no option: a device is chosen with -s or -d, see --help", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *filter_help(int key, const char *text, void *input)
{
	static const struct option_names names[] = { { KEY_VMM, vmm_names }, { 0 } };

	(void)input;
	return option_help(names, key, text);
}

static const struct argp argp = {
	argp_options, parse_option, "",
	"The whole job on a KVM host: measures a BAR here, gives the device to a disposable VM, measures it there, "
	"reads from the page tables what the VM has, puts everything back, and says whether the hypervisor "
	"preserves write combining, and what that costs. The VM boots this machine's own kernel with an "
	"initramfs of this suite's programs: no image, no disk, no network.\v"
	"Nothing is changed before all that can be checked was: what is in the way is said, with what to do.\n\n"
	"Exit status: 0 preserved, 1 not preserved, a measurement failed, or what --fail-on says, 2 usage or "
	"environment (everything is as it was), 3 inconclusive, 99 internal error.",
	NULL, filter_help, NULL,
};

static void parse_numbers(struct pair_options *o)
{
	unsigned int bar;

	o->bar = -1;
	if (o->text.bar && (parse_uint(o->text.bar, PCI_BARS - 1, &bar)))
		usage_error("--bar %s: a function has BARs 0 to 5", o->text.bar);
	if (o->text.bar)
		o->bar = (int)bar;
	o->request.launches = 3;
	if (o->text.launches && (parse_uint(o->text.launches, PAIR_LAUNCHES_MOST, &o->request.launches) ||
				 !o->request.launches))
		usage_error("--launches %s: from 1 to %u a side", o->text.launches, PAIR_LAUNCHES_MOST);
	o->request.seed = (uint64_t)time(NULL);
	if (o->text.seed && parse_u64(o->text.seed, &o->request.seed))
		usage_error("--seed %s is no number, such as 42", o->text.seed);
}

static void split_modules(struct pair_options *o)
{
	size_t n = 0;
	char *rest;

	if (!o->text.modules)
		return;
	o->modules_text = strdup(o->text.modules);
	if (!o->modules_text) {
		log_error("out of memory");
		exit(EXIT_INTERNAL);
	}
	for (char *name = strtok_r(o->modules_text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		if (n == INITRAMFS_MODULES_MOST)
			usage_error("--initrd-modules: at most %d", INITRAMFS_MODULES_MOST);
		o->modules[n++] = name;
	}
	o->request.modules = o->modules;
}

static void check_together(const struct pair_options *o, uint64_t said)
{
	const struct argp_option *beyond = NULL;

	if (o->recover)
		beyond = option_beyond(argp_options, KEY_FIRST, said, BIT(KEY_RECOVER) | BIT(KEY_DRY_RUN));
	if (beyond)
		usage_error("--recover measures nothing: leave out --%s", beyond->name);
	if (o->recover)
		return;
	if (said & BIT(KEY_QUICK) && said & BIT(KEY_FULL))
		usage_error("--quick and --full: choose one");
	if (o->sysroot && !o->dry_run)
		usage_error("--sysroot shows a recorded machine, on which nothing runs: add --dry-run");
	if (!o->select.slot && !o->select.id)
		usage_error("name the function with -s BDF, as lspci has it; mmiobench --list shows which have a BAR "
			    "to test");
	if (o->bar < 0)
		usage_error("name the BAR with --bar N: that is consent to store to it; mmiobench --list shows them");
}

void pair_options_parse(struct pair_options *o, int argc, char **argv)
{
	struct parse p = { o, 0 };

	*o = (struct pair_options){ .request = { .profile = EXP_DEFAULT } };
	options_parse(&argp, argc, argv, &p);
	parse_numbers(o);
	split_modules(o);
	check_together(o, p.said);
	o->request.bar = o->bar < 0 ? 0 : (unsigned int)o->bar;
	o->request.compare = o->compare;
	if (pci_select_check(&o->select))
		exit(EXIT_USAGE);
}

void pair_options_free(struct pair_options *o)
{
	for (size_t i = 0; i < o->n_compare; i++)
		free(o->compare[i]);
	free(o->modules_text);
}
