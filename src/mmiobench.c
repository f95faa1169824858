// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/array.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/privilege.h"
#include "base/text.h"
#include "cli/program.h"
#include "env/collect.h"
#include "env/errata.h"
#include "env/topology.h"
#include "mmiobench_choose.h"
#include "mmiobench_launches.h"
#include "mmiobench_measure.h"
#include "mmiobench_options.h"
#include "mmiobench_outputs.h"
#include "pci/list.h"
#include "report/text/list.h"
#include "report/text/text.h"
#include "restore/restore.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/launch.h"
#include "run/refusal.h"
#include "run/plan.h"

#define RAM_BYTES (1ull << 40) /* that --offset and --length may reach with --map ram */

/* Where the chip suffers no store through wc, or not all of them. */
static void print_erratum(const struct facts *machine)
{
	const struct erratum *e = erratum_find(machine);

	if (!e)
		return;
	putchar('\n');
	text_wrapped(stdout, "NOTE", 5, e->note);
}

/* Those that will be refused for what the chip is are marked; for other reasons the BAR must be asked. */
static void print_cells(const struct facts *found, const struct plan *plan)
{
	static const struct facts none;
	const struct facts *machine = plan->target->dev ? found : &none; /* no chip spoils its own memory */
	const char *tests = plan->request->tests;
	char why[128], first[128] = "";
	size_t n = 0;

	for (size_t i = 0; i < plan->cells.n; i++) {
		const struct cell *c = &plan->cells.v[i];
		bool out = refuse_by_chip(why, sizeof(why), c, tests, machine);

		printf("  %s%s\n", c->id, out ? "  left out" : "");
		if (out && !n++)
			snprintf(first, sizeof(first), "%s", why);
	}
	if (n)
		printf("%zu cells are left out: %s\n", n, first);
}

/* A name in --tests is consent, but who means only the verdict may not know to what. */
static void warn_of_chip(const struct facts *machine, const struct plan *plan)
{
	const bool named = plan->target->dev && plan->request->tests;
	const struct erratum *e = NULL;
	size_t n = 0;

	for (size_t i = 0; i < plan->cells.n && named; i++) {
		const struct erratum *of = cell_erratum(&plan->cells.v[i], machine);

		n += of != NULL;
		e = of ? of : e;
	}
	if (n)
		log_warn("%s: %zu cells make them all the same, as --tests names their experiment", e->refusal, n);
}

static void print_plan(const struct facts *machine, const struct plan *plan)
{
	const struct request *request = plan->request;
	const struct target *target = plan->target;
	char size[24];

	if (request->launches > 1)
		printf("%u launches, about %.0f s together; each:\n", request->launches,
		       request->launches * plan_estimate_s(plan));

	printf("%zu cells, %u rounds of %u batches each, about %.1f s, up to %.0f s where accesses are "
	       "slow", plan->cells.n, plan->profile->rounds, plan->profile->batches,
	       plan_estimate_s(plan), plan->profile->budget_s);
	printf("; stores: %s\n", !target->may_store ? "none" : request->leave_window ? "yes, and they stay" :
	       "yes, the window is saved and put back, within that time");
	if (target->dev)
		printf("%s BAR %u, window of %s at offset 0x%" PRIx64 "\n  of %s %s\n", target->dev->bdf,
		       target->bar->index, format_size(size, sizeof(size), target->length_bytes),
		       target->offset_bytes, target->dev->vendor_name, target->dev->device_name);
	if (target->dev && !target->bar->has_wc_file)
		printf("there is no resource%u_wc: nothing is told of write combining\n", target->bar->index);
	print_cells(machine, plan);
}

static bool plan_has(const struct plan *plan, const struct experiment *e)
{
	for (size_t i = 0; i < plan->cells.n; i++)
		if (plan->cells.v[i].experiment == e)
			return true;
	for (const struct crash_probe *c = arch_crash_probes; c->what; c++)
		if (c->probe == e->crash_probe)
			return plan->target->dev && plan->target->may_store;
	return false;
}

/* What was asked for by name does not vanish without a word, and something must be left. */
static int check_tests(const struct plan *plan)
{
	const struct request *request = plan->request;
	bool some = false, chosen = request->kernels || request->barriers || request->n_sizes;

	for (const struct experiment *const *e = experiments; *e; e++)
		some |= experiment_is_asked(*e, request) && plan_has(plan, *e);
	for (const struct experiment *const *e = experiments; *e; e++) {
		const char *needs = (*e)->needs && !chosen ? (*e)->needs :
				    "other --kernels, --barriers, --sizes or --length, or consent to store";

		if (!experiment_is_asked(*e, request) || plan_has(plan, *e))
			continue;
		if (some)
			log_warn("--tests %s is left out: it needs %s", experiment_name(*e), needs);
		else
			log_error("nothing of --tests %s can be measured here: it needs %s", experiment_name(*e),
				  needs);
	}
	return some ? 0 : -EINVAL;
}

/* What was asked for must leave something to measure. */
static int check_plan(const struct plan *plan)
{
	const struct request *request = plan->request;
	char size[24], data[24];

	for (size_t i = 0; i < request->n_sizes; i++) {
		if (request->sizes[i] <= plan->layout.data_bytes)
			continue;
		log_error("--sizes: %s is more than the %s of the window that may be used: see "
			  "--length", format_size(size, sizeof(size), request->sizes[i]),
			  format_size(data, sizeof(data), plan->layout.data_bytes));
		return -EINVAL;
	}
	if (request->tests)
		return check_tests(plan);
	if (plan->cells.n || (!request->kernels && !request->barriers && !request->n_sizes))
		return 0;
	log_error("nothing is left to measure: no experiment has that combination of --kernels, "
		  "--barriers and --sizes%s", plan->target->may_store ? "" :
		  ", or it would store, and stores are not allowed");
	return -EINVAL;
}

static int launch_or_measure(const struct bench_options *o, struct plan *plan)
{
	char stem[PATH_MAX], started[32];

	if (o->request.launch)
		return measure_run(o, plan);
	outputs_now(started, sizeof(started));
	outputs_stem(stem, sizeof(stem), o, plan->target, started);
	return launches_run(o, stem);
}

/* As a run does. Without --cpu it takes one that a dry run need not know. */
static int check_cpu(const struct plan *plan)
{
	const char *cpu = plan->request->cpu;
	struct cpu_choice choice;

	return cpu ? topology_choose_cpu(&choice, cpu, plan->target->dev) : 0;
}

static int run_on(const struct target *target, const struct bench_options *o, const struct facts *machine)
{
	struct plan plan;
	int ret;

	if (plan_make(&plan, &o->request, target)) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	ret = check_plan(&plan) || (o->dry_run && check_cpu(&plan)) ? EXIT_USAGE : EXIT_DONE;
	if (!ret && o->request.launch <= 1)
		warn_of_chip(machine, &plan);
	if (!ret && o->dry_run)
		print_plan(machine, &plan);
	else if (!ret)
		ret = launch_or_measure(o, &plan);
	plan_free(&plan);
	return ret;
}

static int check_root(const struct bench_options *o)
{
	if (o->sysroot || !geteuid())
		return 0;
	log_error("only root may map BARs: run it with sudo (--list, --dry-run and --map ram work "
		  "without)");
	return -EPERM;
}

static int recover(const struct bench_options *o, const struct pci_list *list)
{
	struct restore_done done;
	int ret;

	if (check_root(o))
		return EXIT_USAGE;
	/* half put back, with the power up for it, is worse than not at all */
	child_signals_block();
	ret = restore_recover(list, &o->select, o->dry_run, &done);
	fflush(stdout); /* what was put back is told, also when a signal ends us here */
	child_signals_unblock();
	if (ret)
		return EXIT_USAGE;
	if (!done.n)
		puts("no run has left anything to put back");
	return done.n_differing ? EXIT_TEST_FAILED : EXIT_DONE;
}

static int run_on_bar(const struct bench_options *o, const struct facts *machine)
{
	struct target target;
	struct pci_list list;
	int ret;

	if (pci_list_load(&list))
		return EXIT_USAGE;
	if (o->list) {
		list_text_print(stdout, &list, &o->select, &o->policy);
		print_erratum(machine);
		restore_tell(&list, &o->select);
		ret = EXIT_DONE;
	} else if (o->recover) {
		ret = recover(o, &list);
	} else {
		ret = choose_bar(&target, o, &list);
		if (!ret && !o->dry_run && check_root(o))
			ret = EXIT_USAGE;
		if (!ret)
			ret = run_on(&target, o, machine);
	}
	pci_list_free(&list);
	return ret;
}

static int run_on_ram(const struct bench_options *o, const struct facts *machine)
{
	struct target target = { .may_store = !o->policy.read_only };
	int ret = choose_window(&target, o, RAM_BYTES);

	return ret ? ret : run_on(&target, o, machine);
}

static int check_sysroot(const struct bench_options *o)
{
	struct stat st;

	if (stat(o->sysroot, &st) || !S_ISDIR(st.st_mode)) {
		log_error("--sysroot %s is no directory: name one that holds a recorded /sys",
			  o->sysroot);
		return -EINVAL;
	}
	if (o->request.map == MAP_RAM) {
		log_error("--map ram measures this machine's memory: leave out --sysroot");
		return -EINVAL;
	}
	return 0;
}

static int check_no_device(const struct bench_options *o)
{
	const struct {
		const char *value, *option, *variable;
	} named[] = {
		{ o->text.bar, "--bar", "MMIOBENCH_BAR" },
		{ o->select.slot, "-s", "MMIOBENCH_SLOT" },
		{ o->select.id, "-d", "MMIOBENCH_ID" },
	};
	char names[128] = "";

	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		bool inherited = named[i].value && named[i].value == secure_getenv(named[i].variable);

		if (named[i].value)
			text_append(names, sizeof(names), "%s%s%s", *names ? ", " : "",
				    inherited ? named[i].variable : named[i].option,
				    inherited ? " in the environment" : "");
	}
	if (!*names)
		return 0;
	log_error("--map ram measures ordinary memory: leave out %s", names);
	return -EINVAL;
}

static int run(const struct bench_options *o, const struct facts *machine)
{
	if (o->list_kernels) {
		list_text_kernels(stdout);
		return EXIT_DONE;
	}
	if (pci_select_check(&o->select) || (o->sysroot && check_sysroot(o)))
		return EXIT_USAGE;
	if (o->request.map != MAP_RAM || o->list || o->recover)
		return run_on_bar(o, machine);
	return check_no_device(o) ? EXIT_USAGE : run_on_ram(o, machine);
}

/* They would have hwloc take another machine's CPUs for ours, or load plugins from anywhere. */
static void forget_hwloc_variables(void)
{
	static const char *const unwanted[] = { "HWLOC_XMLFILE",    "HWLOC_SYNTHETIC",
						"HWLOC_FSROOT",	    "HWLOC_CPUID_PATH",
						"HWLOC_THISSYSTEM", "HWLOC_COMPONENTS",
						"HWLOC_PLUGINS_PATH" };

	for (size_t i = 0; i < ARRAY_SIZE(unwanted); i++)
		unsetenv(unwanted[i]);
}

/* What is there to be tested depends on it. */
static int look_at_machine(struct env *machine, struct policy_kernel *kernel)
{
	if (env_collect(machine, NULL)) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	kernel->guest = machine->virt.guest == ENV_GUEST;
	kernel->realm = fact_get(&machine->facts, "realm");
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct bench_options o = { 0 };
	struct env machine = { 0 };
	int ret = EXIT_USAGE;

	begin_program("mmiobench", EXIT_USAGE);
	forget_hwloc_variables();
	if (!privilege_keep(PRIVILEGE_MEASURE) && !bench_options_parse(&o, argc, argv)) {
		path_set_sysroot(o.sysroot ? o.sysroot : "");
		/* a recorded machine is told of as it was, not as this kernel would map it */
		o.policy.kernel.page_bytes = o.sysroot ? 0 : (uint64_t)sysconf(_SC_PAGESIZE);
		o.policy.kernel.locked_down = lockdown_holds();
		ret = look_at_machine(&machine, &o.policy.kernel);
		ret = ret ? ret : run(&o, &machine.facts);
		if (stdout_finish() && ret == EXIT_DONE)
			ret = EXIT_USAGE;
	}
	env_free(&machine);
	bench_options_free(&o);
	return ret;
}
