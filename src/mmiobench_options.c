// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "cli/options.h"
#include "exp/exp.h"
#include "mmiobench_options.h"
#include "mmiobench_request.h"
#include "run/journal.h"

enum option_key {
	KEY_FIRST = 0x100,
	KEY_BAR, KEY_OFFSET, KEY_LENGTH, KEY_MAP, KEY_LIST, KEY_LIST_KERNELS, KEY_TESTS, KEY_KERNELS, KEY_BARRIERS,
	KEY_SIZES, KEY_QUICK, KEY_FULL,
	KEY_DRY_RUN, KEY_CPU, KEY_SEED, KEY_READ_ONLY, KEY_LEAVE_WINDOW, KEY_JSON, KEY_JOURNAL,
	KEY_ALLOW_VM_CRASH, KEY_ALLOW_BOUND_DRIVER, KEY_ALLOW_SIDE_EFFECTS, KEY_ALLOW_BRIDGE,
	KEY_EMULATED, KEY_SYSROOT, KEY_EXPLAIN, KEY_FORMAT, KEY_LAUNCHES, KEY_LAUNCH, KEY_SELF_CHECK,
	KEY_RECOVER,
};
#define BIT(key) OPTION_BIT(key, KEY_FIRST) /* slot and id go with everything, and have none */

static const struct argp_option argp_options[] = {
	{ NULL, 0, NULL, 0, "What to test:", 1 },
	{ "list", KEY_LIST, NULL, 0, "List functions and BARs, and which may be tested", 0 },
	{ "slot", 's', "SLOT", 0, "Function [[domain:]bus:]dev.func, as lspci -s", 0 },
	{ "id", 'd', "ID", 0, "Function by [vendor]:[device][:class], as lspci -d", 0 },
	{ "bar", KEY_BAR, "N", 0, "BAR 0..5; naming it is consent to store to its window, which is "
	  "saved and put back. Without -s or -d: of the one free display, memory or accelerator function", 0 },
	{ "offset", KEY_OFFSET, "SIZE", 0, "Start of the window in the BAR (0)", 0 },
	{ "length", KEY_LENGTH, "SIZE", 0, "Length of the window (the BAR, up to 1M)", 0 },
	{ "map", KEY_MAP, "WAY", 0, "", 0 },
	{ "list-kernels", KEY_LIST_KERNELS, NULL, 0, "List access kernels and barriers", 0 },

	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "tests", KEY_TESTS, "LIST", 0, "Experiments, comma-separated (all):", 0 },
	{ "kernels", KEY_KERNELS, "LIST", 0, "Only these access kernels, see --list-kernels", 0 },
	{ "barriers", KEY_BARRIERS, "LIST", 0, "Only these barriers; none is one of them", 0 },
	{ "sizes", KEY_SIZES, "LIST", 0, "Regions of bw, such as 64,4K,256K", 0 },
	{ "quick", KEY_QUICK, NULL, 0, "About 3 seconds instead of 30, but 3 rounds at least", 0 },
	{ "full", KEY_FULL, NULL, 0, "More sizes and rounds, up to 5 minutes", 0 },
	{ "launches", KEY_LAUNCHES, "N", 0, "Repeat the whole launch, each with a result of its own: "
	  "x.json becomes x-1.json to x-N.json (1)", 0 },
	{ "self-check", KEY_SELF_CHECK, NULL, 0, "Compare the launches (10) with each other: report "
	  "this machine's false-alarm rate and the smallest change that mmiocompare detects here", 0 },
	{ "launch", KEY_LAUNCH, "I", OPTION_HIDDEN, NULL, 0 }, /* what --launches starts */
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Print the plan and touch nothing", 0 },
	{ "cpu", KEY_CPU, "LOCATION", 0, "CPU by hwloc, such as core:2 or pu:3 (near the device)", 0 },
	{ "seed", KEY_SEED, "N", 0, "Seed of the cells' order (the clock)", 0 },
	{ "emulated", KEY_EMULATED, NULL, 0, "The CPU is an emulator's: times count for nothing", 0 },

	{ NULL, 0, NULL, 0, "Safety:", 3 },
	{ "read-only", KEY_READ_ONLY, NULL, 0, "Never store to the BAR", 0 },
	{ "allow-vm-crash", KEY_ALLOW_VM_CRASH, NULL, 0, "Make the one access that stops a VM whose "
	  "hypervisor turned Normal-NC into Device; nested, the VM's host and all its VMs", 0 },
	{ "allow-bound-driver", KEY_ALLOW_BOUND_DRIVER, NULL, 0, "Test although a driver is bound", 0 },
	{ "allow-side-effects", KEY_ALLOW_SIDE_EFFECTS, NULL, 0, "Test although not prefetchable", 0 },
	{ "allow-bridge", KEY_ALLOW_BRIDGE, NULL, 0, "Test the BAR of a bridge that is no port", 0 },
	{ "leave-window", KEY_LEAVE_WINDOW, NULL, 0, "Leave what was stored, to look at it from "
	  "outside", 0 },
	{ "recover", KEY_RECOVER, NULL, 0, "Put back what a run that was killed, or lost its device, has left "
	  "changed, on all functions or the selected ones, and measure nothing", 0 },
	{ "journal", KEY_JOURNAL, "FILE", 0, "Crash journal (" JOURNAL_DEFAULT ")", 0 },

	{ NULL, 0, NULL, 0, "Output:", 4 },
	{ "explain", KEY_EXPLAIN, NULL, 0, "Tell how the verdict was reached, step by step", 0 },
	{ "json", KEY_JSON, "FILE", 0, "Result; - is stdout, then nothing else is written there "
	  "(results/mmiobench-*.json)", 0 },
	{ "format", KEY_FORMAT, "NAME[=FILE]", 0, "Also in another format; without FILE to stdout, "
	  "instead of the page; repeatable:", 0 },
	{ "sysroot", KEY_SYSROOT, "DIR", 0, "Use the recorded /sys and /proc in DIR", 0 },
	{ 0 },
};

struct parse {
	struct bench_options *o;
	bool formats_are_defaults; /* they came from the environment */
	bool profile_said;         /* on the command line, or in the environment so far */
	uint64_t said;             /* options of the command line, as bits */
};

static const struct option_place places[] = {
	OPTION_TEXT('s', bench_options, select.slot),
	OPTION_TEXT('d', bench_options, select.id),
	OPTION_FLAG(KEY_LIST, bench_options, list),
	OPTION_FLAG(KEY_RECOVER, bench_options, recover),
	OPTION_FLAG(KEY_LIST_KERNELS, bench_options, list_kernels),
	OPTION_TEXT(KEY_BAR, bench_options, text.bar),
	OPTION_TEXT(KEY_OFFSET, bench_options, offset),
	OPTION_TEXT(KEY_LENGTH, bench_options, length),
	OPTION_TEXT(KEY_MAP, bench_options, text.map),
	OPTION_TEXT(KEY_TESTS, bench_options, request.tests),
	OPTION_TEXT(KEY_KERNELS, bench_options, request.kernels),
	OPTION_TEXT(KEY_BARRIERS, bench_options, request.barriers),
	OPTION_TEXT(KEY_SIZES, bench_options, text.sizes),
	OPTION_FLAG(KEY_DRY_RUN, bench_options, dry_run),
	OPTION_TEXT(KEY_CPU, bench_options, request.cpu),
	OPTION_TEXT(KEY_LAUNCHES, bench_options, text.launches),
	OPTION_TEXT(KEY_LAUNCH, bench_options, text.launch),
	OPTION_FLAG(KEY_SELF_CHECK, bench_options, self_check),
	OPTION_TEXT(KEY_SEED, bench_options, text.seed),
	OPTION_FLAG(KEY_EMULATED, bench_options, emulated),
	OPTION_FLAG(KEY_READ_ONLY, bench_options, policy.read_only),
	OPTION_FLAG(KEY_ALLOW_VM_CRASH, bench_options, request.allow_vm_crash),
	OPTION_FLAG(KEY_ALLOW_BOUND_DRIVER, bench_options, policy.allow_bound_driver),
	OPTION_FLAG(KEY_ALLOW_SIDE_EFFECTS, bench_options, policy.allow_side_effects),
	OPTION_FLAG(KEY_ALLOW_BRIDGE, bench_options, policy.allow_bridge),
	OPTION_FLAG(KEY_LEAVE_WINDOW, bench_options, request.leave_window),
	OPTION_TEXT(KEY_JOURNAL, bench_options, request.journal),
	OPTION_FLAG(KEY_EXPLAIN, bench_options, explain),
	OPTION_TEXT(KEY_JSON, bench_options, json),
	OPTION_TEXT(KEY_SYSROOT, bench_options, sysroot),
	{ 0 },
};

/* The command line's replace those of the environment. */
static void add_format(struct parse *p, const char *argument)
{
	if (p->formats_are_defaults)
		p->o->formats.n = 0;
	p->formats_are_defaults = false;
	if (format_outputs_add(&p->o->formats, argument))
		exit(EXIT_USAGE);
}

/* MMIOBENCH_QUICK=1 with --full is an override; both by one of the two ways are a mistake. */
static void choose_profile(struct parse *p, enum exp_profile profile)
{
	enum exp_profile *chosen = &p->o->request.profile;

	if (p->profile_said && *chosen != profile)
		usage_error("--quick and --full: choose one");
	*chosen = profile;
	p->profile_said = true;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;

	if (key > KEY_FIRST && key <= KEY_RECOVER && state->argv)
		p->said |= BIT(key);
	if (option_keep(p->o, places, key, arg))
		return 0;
	switch (key) {
	case KEY_QUICK: choose_profile(p, EXP_QUICK); break;
	case KEY_FULL: choose_profile(p, EXP_FULL); break;
	case KEY_FORMAT: add_format(p, arg); break;
	case ARGP_KEY_ARG:
		usage_error("\"%s\" is no option: the device is chosen with -s or -d, see --help", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static char *help_filter(int key, const char *text, void *input)
{
	static const struct option_names rows[] = {
		{ KEY_TESTS, experiment_names }, { KEY_FORMAT, format_help },
		{ KEY_MAP, map_option_help }, { 0 },
	};

	(void)input;
	return option_help(rows, key, text);
}

static const struct argp argp = {
	argp_options, parse_option, NULL,
	"Which memory type does a mapping of a PCI BAR really have, how fast is it, and did the "
	"hypervisor preserve Normal-NC (write combining)?\v"
	"Every option has an environment variable, MMIOBENCH_ and its name in capitals, with _ for -; "
	"flags are 1 or 0, yes or no. "
	"Exit status: 0 done, 1 a correctness test failed or the window could not be put back as it was, 2 usage or environment: "
	"nothing was measured, or it could not be written, 77 nothing to test here, 99 internal error.",
	NULL, help_filter, NULL,
};

#define VARIABLE "MMIOBENCH_"

/* MMIOBENCH_READ_ONLY; NULL: the option has none. */
static const char *variable_of(char *name, size_t size, const struct argp_option *a)
{
	if (!a->name || a->flags & OPTION_HIDDEN)
		return NULL;
	snprintf(name, size, VARIABLE "%s", a->name);
	for (char *p = name + strlen(VARIABLE); *p; p++)
		*p = *p == '-' ? '_' : (char)(*p & ~0x20);
	return name;
}

static bool is_variable(const char *entry, size_t n)
{
	/* of scripts and tests, and of libpci's names */
	static const char *const others[] = { "BUILD_", "LAB_", "MIRROR", "PCI_IDS", "TEST_" };
	char name[64];

	for (const struct argp_option *a = argp_options; a->doc || a->name; a++)
		if (variable_of(name, sizeof(name), a) && strlen(name) == n &&
		    !strncmp(entry, name, n))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strncmp(entry + strlen(VARIABLE), others[i], strlen(others[i])))
			return true;
	return false;
}

/* MMIOBENCH_READONLY=1 would leave a BAR stored to by somebody who forbade it. */
static int check_environment(void)
{
	for (char **e = environ; e && *e; e++) {
		size_t n = strcspn(*e, "=");
		char name[64];

		if (strncmp(*e, VARIABLE, strlen(VARIABLE)) || !(*e)[n] || !(*e)[n + 1] ||
		    is_variable(*e, n))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n, *e);
		log_error("%s in the environment is no option's variable: unset it, or see --help: "
			  "--read-only's is MMIOBENCH_READ_ONLY", name);
		return -EINVAL;
	}
	return 0;
}

static int add_used(struct bench_options *o, const char *name, const char *value)
{
	char *before = o->environment;

	if (asprintf(&o->environment, "%s%s=%s ", before ? before : "", name, value) < 0)
		o->environment = NULL;
	free(before);
	return o->environment ? 0 : -ENOMEM;
}

/*
 * MMIOBENCH_QUICK=1, MMIOBENCH_JSON=FILE, ...: defaults that options override. Empty counts as not
 * set. What was used is kept, for the record: it may be consent.
 */
static int parse_environment(struct parse *p)
{
	struct argp_state state = { .input = p };

	for (const struct argp_option *a = argp_options; a->doc || a->name; a++) {
		char name[64], *value;
		int on = 1;

		value = variable_of(name, sizeof(name), a) ? secure_getenv(name) : NULL;
		if (!value || !*value)
			continue;
		if (!a->arg)
			on = parse_switch(value);
		if (on < 0) {
			log_error("%s=%s: is it on or off? use 1 or 0, yes or no", name, value);
			return on;
		}
		if (!on)
			continue;
		if (add_used(p->o, name, value))
			return -ENOMEM;
		parse_option(a->key, value, &state);
	}
	return 0;
}

/* What measures nothing: an option that it would pass over in silence may be what somebody relies on. */
static void check_mode(const struct bench_options *o, uint64_t said)
{
	static const struct mode {
		const char *name, *does;
		uint64_t with;
	} modes[] = {
		{ "--list", "lists", BIT(KEY_LIST) | BIT(KEY_SYSROOT) | BIT(KEY_JOURNAL) | BIT(KEY_READ_ONLY) |
		  BIT(KEY_ALLOW_BOUND_DRIVER) | BIT(KEY_ALLOW_SIDE_EFFECTS) | BIT(KEY_ALLOW_BRIDGE) },
		{ "--list-kernels", "lists", BIT(KEY_LIST_KERNELS) },
		{ "--recover", "puts back", BIT(KEY_RECOVER) | BIT(KEY_SYSROOT) | BIT(KEY_JOURNAL) |
		  BIT(KEY_DRY_RUN) },
	};
	const bool on[] = { o->list, o->list_kernels, o->recover };
	const struct argp_option *beyond = NULL;
	const struct mode *mode = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (on[i] && mode)
			usage_error("%s and %s: choose one", mode->name, modes[i].name);
		mode = on[i] ? &modes[i] : mode;
	}
	if (mode)
		beyond = option_beyond(argp_options, KEY_FIRST, said, mode->with);
	if (beyond)
		usage_error("%s only %s: leave out --%s", mode->name, mode->does, beyond->name);
	if (o->recover && o->policy.read_only && !o->dry_run)
		usage_error("--recover stores what was there before: leave out MMIOBENCH_READ_ONLY in the "
			    "environment, or see with --dry-run what that would be");
}

int bench_options_parse(struct bench_options *o, int argc, char **argv)
{
	struct parse p = { .o = o };
	int ret;

	*o = (struct bench_options){ .request = { .profile = EXP_DEFAULT, .journal = JOURNAL_DEFAULT },
				     .argc = argc, .argv = argv };
	ret = check_environment();
	if (!ret)
		ret = parse_environment(&p);
	if (ret == -ENOMEM)
		log_error("out of memory");
	if (ret)
		return ret;
	p.formats_are_defaults = true;
	p.profile_said = false;
	options_parse(&argp, argc, argv, &p);
	check_mode(o, p.said);
	return o->list_kernels ? 0 : request_read(o);
}

void bench_options_free(struct bench_options *o)
{
	free(o->environment);
	o->environment = NULL;
}
