// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "cli/program.h"
#include "env/collect.h"
#include "mmiopair_options.h"
#include "pair/ground.h"
#include "pair/inside.h"
#include "pair/program.h"
#include "pci/policy.h"
#include "restore/restore.h"
#include "run/child.h"

#define DIRECTORY_SPARE 64 /* for other files' names in it */

/* What was found out before anything is changed. */
struct found {
	struct pci_list list;
	const struct pci_device *dev; /* --vf: the physical function */
	struct ground ground;
	char kernel[PATH_MAX];
	char dir[PATH_MAX];
	bool probe;
};

/* One function, whatever state it is in: to which others the words apply, too, is not ours to choose. */
static const struct pci_device *choose(const struct pci_list *list, const struct pci_select *select)
{
	const struct pci_device *found = NULL;
	const char *said = select->slot ? select->slot : select->id;

	for (size_t i = 0; i < list->n; i++) {
		if (!pci_select_match(select, &list->v[i]))
			continue;
		if (found) {
			log_error("%s is more than one function, such as %s and %s: name one with its domain, as "
				  "lspci -D has it", said, found->bdf, list->v[i].bdf);
			return NULL;
		}
		found = &list->v[i];
	}
	if (!found)
		log_error("no function matches %s: name one as lspci has it on this machine", said);
	return found;
}

/* mmiobench has options that lift some; here there is none, as the VM's mmiobench is told of the BAR alone. */
static void bar_remedy(char *text, size_t n, enum policy_reason reason, const struct pci_device *dev,
		       const struct bar *bar)
{
	switch (reason) {
	case POLICY_SIDE_EFFECTS:
	case POLICY_CXL:
	case POLICY_VIRTIO:
	case POLICY_VENDOR:
	case POLICY_MSIX:
		snprintf(text, n, "take a BAR that is memory: mmiobench --list -s %s shows which may be tested", dev->bdf);
		break;
	case POLICY_BUS_MASTER:
		snprintf(text, n, "sudo setpci -s %s COMMAND=0:4 turns that off, if nothing uses the device", dev->bdf);
		break;
	default:
		policy_remedy(text, n, reason, dev->bdf, bar);
	}
}

/* Whether mmiobench will measure it, once its driver is gone; ground_look() tells of the function itself. */
static int check_bar(const struct pci_device *dev, unsigned int index)
{
	struct pci_device as_free = *dev;
	const struct policy_ask ask = { .bar_named = true };
	struct policy_answer answer;
	char remedy[512];

	if (dev->dead || dev->bridge)
		return 0;
	if (dev->driver[0])
		as_free.bus_master = false; /* a driver's own, while it is there */
	as_free.driver[0] = 0;
	as_free.bars[index].claimed[0] = 0;
	answer = policy_check(&as_free, &as_free.bars[index], &ask);
	if (answer.may_store)
		return 0;
	bar_remedy(remedy, sizeof(remedy), answer.reason, dev, &dev->bars[index]);
	log_error("BAR %u of %s cannot be measured: %s%s%s", index, dev->bdf, policy_reason_short(answer.reason),
		  *remedy ? ": " : "", remedy);
	return -EINVAL;
}

/* The kernel that runs here, where distributions keep it. */
static bool find_kernel(char path[PATH_MAX])
{
	static const char *const places[] = { "/boot/vmlinuz-%s", "/lib/modules/%s/vmlinuz", "/boot/Image-%s",
					      "/boot/kernel-%s" };
	struct utsname system;
	char release[sizeof(system.release)];

	uname(&system);
	if (path_read(release, sizeof(release), "/proc/sys/kernel/osrelease") <= 0)
		snprintf(release, sizeof(release), "%s", system.release);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		char name[PATH_MAX];

		/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): of the table above */
		snprintf(name, sizeof(name), places[i], release);
		if (!path_make(path, PATH_MAX, "%s", name) && !access(path, F_OK))
			return true;
	}
	return false;
}

static void name_directory(struct found *f, const struct pair_options *o, const char *started)
{
	if (o->out) {
		snprintf(f->dir, sizeof(f->dir), "%s", o->out);
		return;
	}
	snprintf(f->dir, sizeof(f->dir), "results/mmiopair-%s-bar%u-%s", f->dev->bdf, o->request.bar, started);
	for (char *p = f->dir; *p; p++)
		if (*p == ':')
			*p = '-';
}

/* Another run's results stay. */
static int check_directory(const char *dir)
{
	char part[PATH_MAX];
	struct stat st;

	if (!*dir || (size_t)snprintf(part, sizeof(part), "%s/host-1.json", dir) >= sizeof(part) - DIRECTORY_SPARE) {
		log_error("--out %.64s%s is no name for a directory", dir, *dir ? "..." : "\"\"");
		return -EINVAL;
	}
	if (!stat(dir, &st) && !S_ISDIR(st.st_mode)) {
		log_error("%s is no directory: choose another with --out", dir);
		return -ENOTDIR;
	}
	if (stat(part, &st))
		return 0;
	log_error("%s has the results of another run: name a new directory with --out", dir);
	return -EEXIST;
}

static int make_directory(const char *dir)
{
	char part[PATH_MAX];

	for (const char *end = strchrnul(dir + 1, '/');; end = strchrnul(end + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(end - dir), dir);
		if (mkdir(part, 0755) && errno != EEXIST) {
			log_error("cannot make the directory %s: %s: choose another with --out", part, strerror(errno));
			return -errno;
		}
		if (!*end)
			return 0;
	}
}

static int check_ground(const struct ground *g)
{
	for (size_t i = 0; i < g->n; i++)
		log_error("%s%s%s", g->v[i].text, *g->v[i].remedy ? ": " : "", g->v[i].remedy);
	return g->n ? -EINVAL : 0;
}

static int check_vmm(struct pair_options *o)
{
	struct pair_request *r = &o->request;

	r->vmm = vmm_find(o->vmm, r->vmm_program);
	if (!r->vmm)
		return -ENOENT;
	if (!r->vmm_device || r->vmm->device)
		return 0;
	log_error("--vmm-device: %s has no such words; use --vmm qemu", r->vmm->name);
	return -EINVAL;
}

static int check_modules(char *const *modules)
{
	int ret = 0;

	for (; modules && *modules; modules++)
		if (access(*modules, R_OK)) {
			ret = -errno;
			log_error("--initrd-modules: cannot read %s: %s", *modules, strerror(errno));
		}
	return ret;
}

/* All that is in the way, at once. */
static int check_all(const struct found *f, struct pair_options *o)
{
	int ret = check_ground(&f->ground);

	if (!o->vf && check_bar(f->dev, o->request.bar))
		ret = -EINVAL;
	if (check_vmm(o))
		ret = -EINVAL;
	if (check_modules(o->request.modules))
		ret = -EINVAL;
	if (check_directory(f->dir))
		ret = -EINVAL;
	if (ret)
		log_note("nothing was changed");
	return ret;
}

/* All that can be known before anything is changed. 0, or -errno after logging. */
static int look(struct found *f, struct pair_options *o, const struct env *env, const char *started)
{
	struct ground_ask ask = { .list = &f->list, .unbind = o->unbind, .makes_vf = o->vf, .memory_mb = VMM_GUEST_MB };
	int ret;

	if (pci_list_load(&f->list))
		return -EIO;
	f->dev = choose(&f->list, &o->select);
	if (!f->dev)
		return -EINVAL;
	o->request.slot = f->dev->bdf;
	ask.dev = f->dev;
	ask.is_emulated_device = pair_device_is_emulated(&o->request);
	if (!o->request.kernel && find_kernel(f->kernel))
		o->request.kernel = f->kernel;
	ask.kernel = o->request.kernel;
	name_directory(f, o, started);
	ret = ground_look(&f->ground, &ask);
	ret = ret ? ret : check_all(f, o);
	if (ret)
		return ret;
	/* a guest that dies would take the VM that this host is with it */
	f->probe = arch_crash_probes->what && virt_below(env) == VIRT_BELOW_NOBODY;
	o->request.dir = f->dir;
	return 0;
}

static void print_command(const struct pair_request *r, const char *slot)
{
	const struct vmm_ask ask = { r->kernel, "INITRAMFS", slot, r->vmm_device, r->vmm_args };
	char **words = vmm_command(r->vmm, r->vmm_program, &ask);

	printf("each VM:");
	for (char **w = words; w && *w; w++)
		printf(strchr(*w, ' ') ? " '%s'" : " %s", *w);
	putchar('\n');
	vmm_command_free(words);
}

static void print_plan(const struct found *f, const struct pair_options *o)
{
	static const char *const names[] = { "host", "probe in a VM of its own", "guest" };
	const struct pair_request *r = &o->request;
	struct pair_step steps[PAIR_STEPS_MOST];
	size_t n = pair_order(steps, r->launches, r->seed, f->probe);

	printf("%s BAR %u, of %s %s\n", f->dev->bdf, r->bar, f->dev->vendor_name, f->dev->device_name);
	if (o->vf)
		printf("a virtual function is made of it, and removed at the end; it keeps its driver\n");
	if (pair_device_is_emulated(r))
		printf("VMs get a device that the VMM emulates; this machine's own stays here\n");
	else if (!o->vf)
		ground_print_group(stdout, &f->ground.group);
	printf("steps:");
	for (size_t i = 0; i < n; i++)
		printf("%s %s", i ? "," : "", names[steps[i].side]);
	printf("\n");
	if (!f->probe && arch_crash_probes->what)
		printf("no probe: this machine is a VM itself, which would die with the guest\n");
	printf("the host's page tables are read while a guest has the BAR\n");
	print_command(r, o->vf ? "VIRTUAL-FUNCTION" : r->slot);
	printf("then all is put back as found: drivers, driver_override, COMMAND, power, the BAR's window\n");
	printf("about %.0f s, at most %.0f s; results in %s/\n", pair_estimate_s(r, f->probe),
	       pair_most_s(r, f->probe), f->dir);
}

/* Before anything is changed: mmiocompare knows its own options. */
static int check_compare(const struct pair_options *o)
{
	char name[PATH_MAX], *words[PAIR_COMPARE_WORDS + 4];
	size_t n = 0;
	const struct program program = { words, "/dev/null", 10 };
	int status;

	words[n++] = (char *)(uintptr_t)pair_program(name, "mmiocompare");
	for (size_t i = 0; i < o->n_compare; i++)
		words[n++] = o->compare[i];
	words[n++] = (char *)(uintptr_t) "--version";
	words[n] = NULL;
	status = program_run(&program);
	if (!status)
		return 0;
	if (status == -ENOEXEC)
		log_error("there is no mmiocompare beside mmiopair: install the whole suite in one place");
	else
		log_error("mmiocompare does not take --format, --require, --fail-on or --min-effect as they are said here: see "
		  "mmiocompare --help");
	return -EINVAL;
}

/* The program that guests run is beside the file that this one runs from. */
static int find_programs(struct pair_run *p)
{
	char dir[PATH_MAX];
	int ret = own_files_find(&p->own);

	if (ret)
		return ret;
	path_split(dir, sizeof(dir), p->own.program);
	if ((size_t)snprintf(p->mmiobench, PATH_MAX, "%s/mmiobench", dir) < PATH_MAX && !access(p->mmiobench, R_OK))
		return 0;
	log_error("there is no mmiobench beside %s: install the whole suite in one place", p->own.program);
	return -ENOENT;
}

/* The function is made and its drivers are gone, with all of it on disk before. */
static int take(struct pair_run *p, struct found *f, struct pair_options *o, char vf[20])
{
	struct bindings *b = p->bindings;
	struct group group = f->ground.group;
	struct pci_list list = { NULL, 0 };
	int ret = 0;

	if (o->vf) {
		ret = vf_read(&b->vf, f->dev->bdf);
		ret = ret ? ret : bindings_keep(b);
		ret = ret ? ret : vf_make(&b->vf, vf);
		ret = ret ? ret : pci_list_load(&list);
		ret = ret ? ret : group_read(&group, &list, vf);
		o->request.slot = vf;
	}
	ret = ret ? ret : bindings_read(b, &group);
	ret = ret ? ret : bindings_keep(b);
	ret = ret ? ret : bindings_release(b);
	pci_list_free(&list);
	if (!ret)
		pair_say(p, "%s is free for the run", o->request.slot);
	return ret;
}

static int measure(struct pair_run *p, struct found *f, struct pair_options *o)
{
	static struct bindings bindings;
	static char vf[20]; /* the request points to it from now on */
	int ret = 0, back = 0;

	if (!pair_device_is_emulated(&o->request)) {
		p->bindings = &bindings;
		ret = bindings_begin(p->bindings, f->dev->bdf);
		if (ret)
			return ret;
		ret = take(p, f, o, vf);
	}
	ret = ret ? ret : pair_measure(p);
	if (p->bindings) {
		back = bindings_put_back(p->bindings);
		if (!back)
			pair_say(p, "everything is put back as it was found");
	}
	return ret ? ret : back;
}

static int run(struct found *f, struct pair_options *o)
{
	static struct pair_run p;
	int ret, status;

	p = (struct pair_run){ .request = &o->request, .probe = f->probe, .begin_s = monotonic_s() };
	if (find_programs(&p) || make_directory(f->dir))
		return EXIT_USAGE;
	pair_say(&p, "%s BAR %u, %u launches a side with %s: about %.0f s, at most %.0f s", f->dev->bdf, o->request.bar,
		 o->request.launches, o->request.vmm->name, pair_estimate_s(&o->request, f->probe),
		 pair_most_s(&o->request, f->probe));
	child_signals_block();
	ret = measure(&p, f, o);
	if (ret == -EINTR)
		log_error("ended by a signal; what was measured is in %s", f->dir);
	child_signals_unblock(); /* that signal ends us here */
	status = ret ? EXIT_USAGE : pair_compare(&p);
	result_free(&p.host);
	if (!ret)
		pair_say(&p, "results in %s", f->dir);
	return status < 0 ? EXIT_USAGE : status;
}

/* Windows that a killed run left: when the function is free, and before its driver comes back. */
static int recover_windows(const char *bdf, void *arg)
{
	const struct pci_select select = { .slot = bdf };
	struct restore_done *all = arg, done = { 0 };
	struct pci_list list;
	int ret = pci_list_load(&list);

	if (ret)
		return ret;
	ret = restore_recover(&list, &select, false, &done);
	all->n += done.n;
	all->n_differing += done.n_differing;
	pci_list_free(&list);
	return ret;
}

static int recover(const struct pair_options *o)
{
	struct restore_done windows = { 0 };
	size_t done = 0;
	int ret;

	if (geteuid()) {
		log_error("only root may put devices back: run it with sudo");
		return EXIT_USAGE;
	}
	child_signals_block();
	ret = bindings_recover(o->dry_run, &o->select, recover_windows, &windows, &done);
	fflush(stdout);
	child_signals_unblock();
	if (ret)
		return EXIT_USAGE;
	if (!done)
		puts("no run has left anything to put back");
	return windows.n_differing ? EXIT_TEST_FAILED : EXIT_DONE;
}

/*
 * What is said to mmiobench there would be said to the host's runs, and not to the guests': a guest that stores
 * elsewhere than the host did would store where nothing was saved.
 */
static int check_environment(void)
{
	static const char *const harmless[] = { "MMIOBENCH_EMULATED=", "MMIOBENCH_PCI_IDS=", "MMIOBENCH_LAB_",
						"MMIOBENCH_BUILD_", "MMIOBENCH_MIRROR=", "MMIOBENCH_TEST_" };
	int ret = 0;

	for (char **v = environ; *v; v++) {
		bool is_ours = !strncmp(*v, "MMIOBENCH_", strlen("MMIOBENCH_"));
		char name[64];

		for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
			is_ours &= strncmp(*v, harmless[i], strlen(harmless[i])) != 0;
		if (!is_ours)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*v, "="), *v);
		log_error("%s is in the environment, and is for mmiobench alone: unset it", name);
		ret = -EINVAL;
	}
	return ret;
}

/* Who said that the CPU is emulated, as for mmiobench; NULL: nobody. */
static const char *said_emulated(struct pair_options *o)
{
	const char *said = secure_getenv("MMIOBENCH_EMULATED");

	if (o->request.emulated)
		return "--emulated";
	o->request.emulated = said && parse_switch(said) == 1;
	return o->request.emulated ? "MMIOBENCH_EMULATED" : NULL;
}

static int begin(struct pair_options *o)
{
	struct found *f = calloc(1, sizeof(*f));
	struct env env = { 0 };
	char started[DATE_MAX];
	int ret = EXIT_INTERNAL;

	date_text(started, sizeof(started), time(NULL));
	if (f && !env_collect(&env, said_emulated(o))) {
		o->request.emulated |= env.emulated;
		ret = EXIT_USAGE;
		if (!check_environment() && !check_compare(o) && !look(f, o, &env, started)) {
			ret = EXIT_DONE;
			if (o->dry_run)
				print_plan(f, o);
			else
				ret = run(f, o);
		}
	} else {
		log_error("out of memory");
	}
	if (f)
		pci_list_free(&f->list);
	free(f);
	env_free(&env);
	return ret;
}

int main(int argc, char **argv)
{
	struct pair_options o = { .bar = -1 };
	int ret;

	if (inside_guest())
		inside_run();
	begin_program("mmiopair", EXIT_USAGE);
	pair_options_parse(&o, argc, argv);
	path_set_sysroot(o.sysroot ? o.sysroot : "");
	ret = o.recover ? recover(&o) : begin(&o);
	pair_options_free(&o);
	return stdout_finish() && ret == EXIT_DONE ? EXIT_USAGE : ret;
}
