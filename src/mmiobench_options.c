// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/version.h"
#include "judge/self_check.h"
#include "mmiobench_options.h"
#include "run/journal.h"
#include "run/launch.h"

enum option_key {
	KEY_FIRST = 0x100,
	KEY_BAR, KEY_OFFSET, KEY_LENGTH, KEY_MAP, KEY_LIST, KEY_LIST_KERNELS, KEY_TESTS, KEY_KERNELS, KEY_BARRIERS,
	KEY_SIZES, KEY_QUICK, KEY_FULL,
	KEY_DRY_RUN, KEY_CPU, KEY_SEED, KEY_READ_ONLY, KEY_LEAVE_WINDOW, KEY_JSON, KEY_JOURNAL,
	KEY_ALLOW_VM_CRASH, KEY_ALLOW_BOUND_DRIVER, KEY_ALLOW_SIDE_EFFECTS, KEY_ALLOW_BRIDGE,
	KEY_EMULATED, KEY_SYSROOT, KEY_EXPLAIN, KEY_FORMAT, KEY_LAUNCHES, KEY_LAUNCH, KEY_SELF_CHECK,
	KEY_RECOVER,
};
#define BIT(key) (1ull << ((key) - KEY_FIRST)) /* slot and id go with everything, and have none */

static const struct argp_option argp_options[] = {
	{ NULL, 0, NULL, 0, "What to test:", 1 },
	{ "list", KEY_LIST, NULL, 0, "List functions and BARs, and which may be tested", 0 },
	{ "slot", 's', "SLOT", 0, "Function [[domain:]bus:]dev.func, as lspci -s", 0 },
	{ "id", 'd', "ID", 0, "Function by [vendor]:[device][:class], as lspci -d", 0 },
	{ "bar", KEY_BAR, "N", 0, "BAR 0..5; naming it is consent to store to its window, which is "
	  "saved and put back", 0 },
	{ "offset", KEY_OFFSET, "SIZE", 0, "Start of the window in the BAR (0)", 0 },
	{ "length", KEY_LENGTH, "SIZE", 0, "Length of the window (the BAR, up to 1M)", 0 },
	{ "map", KEY_MAP, "WAY", 0, "sysfs; devmem: /dev/mem as well, for early-ack; or ram: ordinary "
	  "memory, to try the tool", 0 },
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
	{ "self-check", KEY_SELF_CHECK, NULL, 0, "Hold the launches (10) against each other: how often "
	  "does mmiocompare cry wolf here, and what does it find?", 0 },
	{ "launch", KEY_LAUNCH, "I", OPTION_HIDDEN, NULL, 0 }, /* what --launches starts */
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Print the plan and touch nothing", 0 },
	{ "cpu", KEY_CPU, "LOCATION", 0, "CPU by hwloc, such as core:2 or pu:3 (near the device)", 0 },
	{ "seed", KEY_SEED, "N", 0, "Seed of the cells' order (the clock)", 0 },
	{ "emulated", KEY_EMULATED, NULL, 0, "The CPU is an emulator's: times count for nothing", 0 },

	{ NULL, 0, NULL, 0, "Safety:", 3 },
	{ "read-only", KEY_READ_ONLY, NULL, 0, "Never store to the BAR", 0 },
	{ "allow-vm-crash", KEY_ALLOW_VM_CRASH, NULL, 0, "Make the one access that stops a VM whose "
	  "hypervisor turned Normal-NC into Device", 0 },
	{ "allow-bound-driver", KEY_ALLOW_BOUND_DRIVER, NULL, 0, "Test although a driver is bound", 0 },
	{ "allow-side-effects", KEY_ALLOW_SIDE_EFFECTS, NULL, 0, "Test although not prefetchable", 0 },
	{ "allow-bridge", KEY_ALLOW_BRIDGE, NULL, 0, "Test a bridge's BAR", 0 },
	{ "leave-window", KEY_LEAVE_WINDOW, NULL, 0, "Leave what was stored, to look at it from "
	  "outside", 0 },
	{ "recover", KEY_RECOVER, NULL, 0, "Put back what a killed run has left changed, on all functions or "
	  "the selected ones, and measure nothing", 0 },
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

/* The command line's replace those of the environment. */
static void add_format(struct options *o, const char *argument)
{
	if (o->formats_are_defaults)
		o->formats.n = 0;
	o->formats_are_defaults = false;
	if (format_outputs_add(&o->formats, argument))
		exit(EXIT_USAGE);
}

/* MMIOBENCH_QUICK=1 with --full is an override; both by one of the two ways are a mistake. */
static error_t choose_profile(struct options *o, enum exp_profile profile)
{
	if (o->profile_said && o->profile != profile) {
		log_error("--quick and --full: choose one");
		exit(EXIT_USAGE);
	}
	o->profile = profile;
	o->profile_said = true;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key > KEY_FIRST && key <= KEY_RECOVER && state->argv)
		o->said |= BIT(key);
	switch (key) {
	case 's': o->select.slot = arg; break;
	case 'd': o->select.id = arg; break;
	case KEY_LIST: o->list = true; break;
	case KEY_RECOVER: o->recover = true; break;
	case KEY_LIST_KERNELS: o->list_kernels = true; break;
	case KEY_BAR: o->bar = arg; break;
	case KEY_OFFSET: o->offset = arg; break;
	case KEY_LENGTH: o->length = arg; break;
	case KEY_MAP: o->map = arg; break;
	case KEY_TESTS: o->tests = arg; break;
	case KEY_KERNELS: o->kernels = arg; break;
	case KEY_BARRIERS: o->barriers = arg; break;
	case KEY_SIZES: o->sizes = arg; break;
	case KEY_QUICK: return choose_profile(o, EXP_QUICK);
	case KEY_FULL: return choose_profile(o, EXP_FULL);
	case KEY_DRY_RUN: o->dry_run = true; break;
	case KEY_CPU: o->cpu = arg; break;
	case KEY_LAUNCHES: o->launches_text = arg; break;
	case KEY_LAUNCH: o->launch_text = arg; break;
	case KEY_SELF_CHECK: o->self_check = true; break;
	case KEY_SEED: o->seed = arg; break;
	case KEY_EMULATED: o->emulated = true; break;
	case KEY_READ_ONLY: o->policy.read_only = true; break;
	case KEY_ALLOW_VM_CRASH: o->allow_vm_crash = true; break;
	case KEY_ALLOW_BOUND_DRIVER: o->policy.allow_bound_driver = true; break;
	case KEY_ALLOW_SIDE_EFFECTS: o->policy.allow_side_effects = true; break;
	case KEY_ALLOW_BRIDGE: o->policy.allow_bridge = true; break;
	case KEY_LEAVE_WINDOW: o->leave_window = true; break;
	case KEY_JOURNAL: o->journal = arg; break;
	case KEY_EXPLAIN: o->explain = true; break;
	case KEY_JSON: o->json = arg; break;
	case KEY_SYSROOT: o->sysroot = arg; break;
	case KEY_FORMAT: add_format(o, arg); break;
	case ARGP_KEY_ARG:
		log_error("\"%s\" is no option: the device is chosen with -s or -d, see --help", arg);
		exit(EXIT_USAGE);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Lists that tables know are not written down twice. */
static char *help_filter(int key, const char *text, void *input)
{
	char names[1024], *help;

	(void)input;
	if (key != KEY_TESTS && key != KEY_FORMAT)
		return (char *)(uintptr_t)text;
	if (asprintf(&help, "%s %s", text, key == KEY_TESTS ?
		     experiment_names(names, sizeof(names)) : format_help(names, sizeof(names))) < 0)
		return (char *)(uintptr_t)text;
	return help;
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
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
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

/*
 * MMIOBENCH_QUICK=1, MMIOBENCH_JSON=FILE, ...: defaults that options override. Empty counts as not
 * set. What was used is added to used, for the record: it may be consent.
 */
static int parse_environment(struct options *o, FILE *used)
{
	struct argp_state state = { .input = o };

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
		fprintf(used, "%s=%s ", name, value);
		parse_option(a->key, value, &state);
	}
	return 0;
}

/* What measures nothing: an option that it would pass over in silence may be what somebody relies on. */
static int check_mode(const struct options *o)
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
	const struct mode *mode = NULL;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!on[i])
			continue;
		if (mode) {
			log_error("%s and %s: choose one", mode->name, modes[i].name);
			return -EINVAL;
		}
		mode = &modes[i];
	}
	for (const struct argp_option *a = argp_options; mode && (a->doc || a->name); a++) {
		if (a->key <= KEY_FIRST || !(o->said & BIT(a->key) & ~mode->with))
			continue;
		log_error("%s only %s: leave out --%s", mode->name, mode->does, a->name);
		return -EINVAL;
	}
	if (o->recover && o->policy.read_only && !o->dry_run) {
		log_error("--recover stores what was there before: leave out MMIOBENCH_READ_ONLY in the "
			  "environment, or see with --dry-run what that would be");
		return -EINVAL;
	}
	return 0;
}

static int parse_launches(struct options *o)
{
	o->launches = o->self_check ? SELF_CHECK_DEFAULT : 1;
	if (o->launches_text && (parse_uint(o->launches_text, LAUNCH_MOST, &o->launches) ||
				 !o->launches)) {
		log_error("--launches %s: choose 1 to %u", o->launches_text, LAUNCH_MOST);
		return -EINVAL;
	}
	if (o->self_check && o->launches < SELF_CHECK_LEAST) {
		log_error("--launches %s: --self-check needs %d or more, and ten say more",
			  o->launches_text, SELF_CHECK_LEAST);
		return -EINVAL;
	}
	if (o->launch_text && (parse_uint(o->launch_text, o->launches, &o->launch) || !o->launch)) {
		log_error("--launch %s is none of %u launches: it is what --launches starts",
			  o->launch_text, o->launches);
		return -EINVAL;
	}
	if (o->launches == 1)
		o->launch = 1;
	return 0;
}

int options_parse(struct options *o, int argc, char **argv)
{
	size_t n;
	FILE *used = memory_open(&o->environment, &n);
	int ret;

	ret = used ? check_environment() : -ENOMEM;
	if (!ret)
		ret = parse_environment(o, used);
	o->formats_are_defaults = true;
	o->profile_said = false;
	if (used && memory_close(used))
		ret = -ENOMEM;
	if (ret == -ENOMEM)
		log_error("out of memory");
	if (ret)
		return ret;
	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = version_text("mmiobench");
	ret = -argp_parse(&argp, argc, argv, 0, NULL, o);
	if (ret == -ENOMEM)
		log_error("out of memory");
	o->policy.bar_named = o->bar != NULL;
	if (!ret)
		ret = check_mode(o);
	return ret ? ret : parse_launches(o);
}

void options_free(struct options *o)
{
	free(o->environment);
	o->environment = NULL;
}
