// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/begin.h"
#include "base/lockdown.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/privilege.h"
#include "base/stdout.h"
#include "mmiobench_ask.h"
#include "mmiobench_launches.h"
#include "mmiobench_measure.h"
#include "mmiobench_options.h"
#include "mmiobench_outputs.h"
#include "pci/list.h"
#include "report/list.h"
#include "report/text.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/launch.h"
#include "run/rescue_recover.h"
#include "run/session.h"

/* One BAR that selectors and policy allow. */
struct candidate {
	const struct pci_device *dev;
	const struct bar *bar;
	struct policy_answer answer;
};

/* All that an option overrides in one line: a driver is not unbound for the next refusal. */
static void log_refusal(const struct pci_device *dev, unsigned int bar, const struct policy_ask *ask)
{
	enum policy_reason reason = policy_check(dev, &dev->bars[bar], ask).reason;
	char why[1024] = "", way_out[256];
	size_t used = 0;

	do {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(way_out, sizeof(way_out), policy_reason_way_out(reason), dev->bdf);
#pragma GCC diagnostic pop
		used += (size_t)snprintf(why + used, sizeof(why) - used, "%s%s%s%s", used ? "; and " : "",
					 policy_reason_short(reason), *way_out ? ": " : "", way_out);
		reason = policy_next(dev, &dev->bars[bar], ask, reason);
	} while (reason != POLICY_OK && used < sizeof(why));
	log_error("%s BAR %u may not be tested: %s", dev->bdf, bar, why);
}

/*
 * The one candidate. 0; EXIT_NOTHING when nothing may be tested; EXIT_USAGE when the choice is not
 * clear, or what was asked for is refused.
 */
static int choose(struct candidate *chosen, const struct options *o, const struct pci_list *list,
		  int bar)
{
	size_t matches = 0, candidates = 0, unnamed = 0;
	const struct pci_device *refused = NULL;
	bool selected = o->select.slot || o->select.id;

	for (size_t i = 0; i < list->n; i++) {
		const struct pci_device *dev = &list->v[i];

		if (!pci_select_match(&o->select, dev))
			continue;
		matches++;
		for (int b = 0; b < PCI_BARS; b++) {
			struct policy_answer a;

			if (bar >= 0 && b != bar)
				continue;
			a = policy_check(dev, &dev->bars[b], &o->policy);
			if (a.may_load) {
				*chosen = (struct candidate){ dev, &dev->bars[b], a };
				candidates++;
			} else if (a.reason == POLICY_UNNAMED) {
				unnamed++;
			} else if (bar >= 0) {
				refused = dev;
			}
		}
	}
	if (candidates == 1)
		return 0;
	if (selected && !matches) {
		log_error("no PCI function matches %s%s%s: see mmiobench --list",
			  o->select.slot ? o->select.slot : "", o->select.slot && o->select.id ? " " : "",
			  o->select.id ? o->select.id : "");
		return EXIT_USAGE;
	}
	if (selected && bar >= 0 && matches == 1 && !candidates) {
		log_refusal(refused, (unsigned int)bar, &o->policy);
		return EXIT_USAGE;
	}
	list_text_print(stderr, list, &o->select, &o->policy);
	if (candidates) {
		log_error("%zu BARs could be tested: choose one with -s BDF --bar N", candidates + unnamed);
		return EXIT_USAGE;
	}
	if (unnamed) {
		log_error("no BAR may be tested unasked, and %zu when named: choose one with -s BDF --bar N",
			  unnamed);
		return EXIT_USAGE;
	}
	log_error("no BAR may be tested here%s: the list above says why for each",
		  selected ? " of what was selected" : "");
	return EXIT_NOTHING;
}

static void print_plan(const struct options *o, const struct session_ask *ask,
		       const struct plan *plan)
{
	char size[24];

	if (o->launches > 1)
		printf("%u launches, about %.0f s together; each:\n", o->launches,
		       o->launches * plan_estimate_s(plan));

	printf("%zu cells, %u rounds of %u batches each, about %.1f s, up to %.0f s where accesses are "
	       "slow", plan->cells.n, plan->profile->rounds, plan->profile->batches,
	       plan_estimate_s(plan), plan->profile->budget_s);
	printf("; stores: %s\n", ask->may_store ? "yes, the window is saved and put back" : "none");
	if (ask->dev)
		printf("%s BAR %u, window of %s at offset 0x%" PRIx64 "\n", ask->dev->bdf,
		       ask->bar->index, format_size(size, sizeof(size), ask->length_bytes),
		       ask->offset_bytes);
	for (size_t i = 0; i < plan->cells.n; i++)
		printf("  %s\n", plan->cells.v[i].id);
}

static bool plan_has(const struct plan *plan, const struct experiment *e, const struct session_ask *ask)
{
	for (size_t i = 0; i < plan->cells.n; i++)
		if (plan->cells.v[i].experiment == e)
			return true;
	for (const struct risky *r = arch_risky; !e->visit && r->name; r++)
		if (!strcmp(r->name, e->name))
			return ask->dev && ask->may_store;
	return false;
}

/* What was asked for by name does not vanish without a word, and something must be left. */
static int check_tests(const struct session_ask *ask, const struct plan *plan)
{
	bool some = false;

	for (const struct experiment *e = experiments; e->name; e++)
		some |= list_has(ask->tests, e->name) && plan_has(plan, e, ask);
	for (const struct experiment *e = experiments; e->name; e++) {
		const char *needs = e->needs ? e->needs : "other --kernels, --barriers, --sizes or "
							  "--length, or consent to store";

		if (!list_has(ask->tests, e->name) || plan_has(plan, e, ask))
			continue;
		if (some)
			log_warn("--tests %s is left out: it needs %s", e->name, needs);
		else
			log_error("nothing of --tests %s can be measured here: it needs %s", e->name,
				  needs);
	}
	return some ? 0 : -EINVAL;
}

/* What was asked for must leave something to measure. */
static int check_plan(const struct session_ask *ask, const struct plan *plan)
{
	char size[24], data[24];

	for (size_t i = 0; i < ask->n_sizes; i++) {
		if (ask->sizes[i] <= plan->layout.data_bytes)
			continue;
		log_error("--sizes: %s is more than the %s of the window that may be used: see "
			  "--length", format_size(size, sizeof(size), ask->sizes[i]),
			  format_size(data, sizeof(data), plan->layout.data_bytes));
		return -EINVAL;
	}
	if (ask->tests)
		return check_tests(ask, plan);
	if (plan->cells.n || (!ask->kernels && !ask->barriers && !ask->sizes))
		return 0;
	log_error("nothing is left to measure: no experiment has that combination of --kernels, "
		  "--barriers and --sizes%s",
		  ask->may_store ? "" : ", or it would store, and stores are not allowed");
	return -EINVAL;
}

static int launch_or_measure(const struct options *o, struct session_ask *ask, int argc,
			     char **argv)
{
	char stem[PATH_MAX], started[32];

	if (o->launch)
		return measure_run(o, ask, argc, argv);
	outputs_now(started, sizeof(started));
	outputs_stem(stem, sizeof(stem), o, ask, started);
	return launches_run(o, ask, stem, (size_t)argc);
}

static int plan_or_measure(const struct options *o, struct session_ask *ask, int argc,
			   char **argv)
{
	struct plan plan;
	int ret = session_plan(&plan, ask);

	if (ret == -ENOMEM)
		log_error("out of memory");
	if (ret)
		return ret == -ENOMEM ? EXIT_INTERNAL : EXIT_USAGE;
	ret = check_plan(ask, &plan) ? EXIT_USAGE : EXIT_DONE;
	if (!ret && o->dry_run)
		print_plan(o, ask, &plan);
	plan_free(&plan);
	return ret || o->dry_run ? ret : launch_or_measure(o, ask, argc, argv);
}

static int check_root(const struct options *o)
{
	if (o->sysroot || !geteuid())
		return 0;
	log_error("only root may map BARs: run it with sudo (--list, --dry-run and --map ram work "
		  "without)");
	return -EPERM;
}

static int recover(const struct options *o, const struct pci_list *list)
{
	struct rescue_done done;
	int ret;

	if (check_root(o))
		return EXIT_USAGE;
	/* half put back, with the power up for it, is worse than not at all */
	child_signals_block();
	ret = rescue_recover(list, &o->select, o->dry_run, &done);
	fflush(stdout); /* what was put back is told, also when a signal ends us here */
	child_signals_unblock();
	if (ret)
		return EXIT_USAGE;
	if (!done.n)
		puts("no killed run has left anything to put back");
	return done.n_differing ? EXIT_TEST_FAILED : EXIT_DONE;
}

static int run_on_bar(const struct options *o, struct session_ask *ask, int bar, int argc,
		      char **argv)
{
	struct candidate chosen = { 0 };
	struct pci_list list;
	int ret;

	if (pci_list_load(&list))
		return EXIT_USAGE;
	if (o->list) {
		list_text_print(stdout, &list, &o->select, &o->policy);
		rescue_tell(&list, &o->select);
		pci_list_free(&list);
		return EXIT_DONE;
	}
	if (o->recover) {
		ret = recover(o, &list);
		pci_list_free(&list);
		return ret;
	}
	ret = choose(&chosen, o, &list, bar);
	if (!ret && (ask_window(o, chosen.bar->size_bytes, ask) || ask_window_clear(chosen.bar, ask)))
		ret = EXIT_USAGE;
	if (!ret && !o->dry_run && check_root(o))
		ret = EXIT_USAGE;
	if (!ret) {
		ask->dev = chosen.dev;
		ask->bar = chosen.bar;
		ask->may_store = chosen.answer.may_store;
		if (!ask->may_store && !o->policy.read_only)
			log_note("only loads: --bar %u would be consent to store to %s",
				 chosen.bar->index, chosen.dev->bdf);
		ret = plan_or_measure(o, ask, argc, argv);
	}
	pci_list_free(&list);
	return ret;
}

/* A page that is too narrow for all columns has the last two on a line of their own. */
static void print_kernel(const struct kernel *k, bool wide)
{
	const char *does = k->direction == KERNEL_STORE ? "store" : "load";
	const char *here = arch_kernel_runs(k) ? "" : "; not here";
	char line[160];

	printf("  %-14s %-5s %5u  %-9s ", k->name, does, k->width_bytes, k->feature ? k->feature : "");
	if (wide) {
		printf("%-9s %-18s %s%s\n", k->trap_safe ? "yes" : "no", k->instruction, k->tlps, here);
		return;
	}
	puts(k->trap_safe ? "yes" : "no");
	snprintf(line, sizeof(line), "%s: %s%s", k->instruction, k->tlps, here);
	text_wrapped(stdout, "", 6, line);
}

/* The rows of the architecture's tables. */
static void print_kernels(void)
{
	bool wide = text_columns(stdout) == TEXT_COLUMNS;
	char label[32];

	printf("Access kernels of %s\n", arch_name);
	printf("  %-14s %-5s %5s  %-9s ", "name", "does", "bytes", "needs");
	if (wide)
		printf("%-9s %-18s %s\n", "trap-safe", "instruction", "on Device or UC");
	else
		printf("%s\n      instruction: on Device or UC\n", "trap-safe");
	for (const struct kernel *k = arch_kernels; k->name; k++)
		print_kernel(k, wide);
	printf("\nBarriers; * measured by default, the others with --full\n");
	for (const struct barrier *b = arch_barriers; b->name; b++) {
		snprintf(label, sizeof(label), "%s %-11s ", b->common ? "*" : " ", b->name);
		text_wrapped(stdout, label, 14, b->orders);
	}
	printf("\nPatterns\n");
	for (const struct pattern *p = arch_patterns; p->name; p++) {
		snprintf(label, sizeof(label), "  %-11s ", p->name);
		text_wrapped(stdout, label, 14, p->what);
	}
}

static int check_sysroot(const struct options *o)
{
	struct stat st;

	if (stat(o->sysroot, &st) || !S_ISDIR(st.st_mode)) {
		log_error("--sysroot %s is no directory: name one that holds a recorded /sys",
			  o->sysroot);
		return -EINVAL;
	}
	if (o->map && !strcmp(o->map, "ram")) {
		log_error("--map ram measures this machine's memory: leave out --sysroot");
		return -EINVAL;
	}
	return 0;
}

static int check_no_device(const struct options *o)
{
	const struct {
		const char *value, *option, *variable;
	} named[] = {
		{ o->bar, "--bar", "MMIOBENCH_BAR" },
		{ o->select.slot, "-s", "MMIOBENCH_SLOT" },
		{ o->select.id, "-d", "MMIOBENCH_ID" },
	};
	char names[128] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		bool inherited = named[i].value && named[i].value == secure_getenv(named[i].variable);

		if (named[i].value)
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s%s",
						 used ? ", " : "",
						 inherited ? named[i].variable : named[i].option,
						 inherited ? " in the environment" : "");
	}
	if (!used)
		return 0;
	log_error("--map ram measures ordinary memory: leave out %s", names);
	return -EINVAL;
}

static int run(const struct options *o, int argc, char **argv)
{
	struct session_ask ask = { .profile = o->profile,
				   .tests = o->tests,
				   .kernels = o->kernels,
				   .barriers = o->barriers,
				   .allow_vm_crash = o->allow_vm_crash,
				   .leave_window = o->leave_window,
				   .journal = o->journal ? o->journal : JOURNAL_DEFAULT,
				   .cpu = o->cpu,
				   .launch = o->launch,
				   .launches = o->launches,
				   .seed = (uint64_t)time(NULL) };
	int bar;

	if (o->list_kernels) {
		print_kernels();
		return EXIT_DONE;
	}
	if (ask_values(o, &ask, &bar) || pci_select_check(&o->select))
		return EXIT_USAGE;
	if (o->sysroot && check_sysroot(o))
		return EXIT_USAGE;
	if (!o->map || strcmp(o->map, "ram") || o->list || o->recover)
		return run_on_bar(o, &ask, bar, argc, argv);
	if (check_no_device(o))
		return EXIT_USAGE;
	ask.may_store = !o->policy.read_only;
	if (ask_window(o, (uint64_t)1 << 40, &ask))
		return EXIT_USAGE;
	return plan_or_measure(o, &ask, argc, argv);
}

/* They would have hwloc take another machine's CPUs for ours, or load plugins from anywhere. */
static void forget_hwloc_variables(void)
{
	static const char *const unwanted[] = { "HWLOC_XMLFILE",    "HWLOC_SYNTHETIC",
						"HWLOC_FSROOT",	    "HWLOC_CPUID_PATH",
						"HWLOC_THISSYSTEM", "HWLOC_COMPONENTS",
						"HWLOC_PLUGINS_PATH" };

	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		unsetenv(unwanted[i]);
}

int main(int argc, char **argv)
{
	struct options o = { .profile = EXP_DEFAULT };
	int ret = EXIT_USAGE;

	begin_program("mmiobench", EXIT_USAGE);
	forget_hwloc_variables();
	if (!privilege_keep(PRIVILEGE_MEASURE) && !options_parse(&o, argc, argv)) {
		path_set_sysroot(o.sysroot ? o.sysroot : "");
		/* a recorded machine is told of as it was, not as this kernel would map it */
		o.policy.page_bytes = o.sysroot ? 0 : page_bytes();
		o.policy.locked_down = lockdown_holds();
		ret = run(&o, argc, argv);
		if (stdout_finish() && ret == EXIT_DONE)
			ret = EXIT_USAGE;
	}
	options_free(&o);
	return ret;
}
