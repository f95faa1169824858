// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/log.h"
#include "base/parse.h"
#include "pair/guest.h"
#include "pair/pair.h"
#include "pair/program.h"
#include "pci/lock.h"
#include "record/result_file.h"
#include "restore/restore.h"
#include "run/plan.h"

#define WORDS_MOST   20
#define WITNESS_MOST_S 60.0

/* One VM with the device. */
struct vm {
	struct pair_run *p;
	unsigned int launch;     /* 0: the probe's */
	char initrd[INITRAMFS_PATH];
	char json[PATH_MAX], page[PATH_MAX], log[PATH_MAX], journal[PATH_MAX];
	struct guest_outcome outcome;
};

static void name_files(struct vm *vm)
{
	char stem[32] = "probe";

	if (vm->launch)
		snprintf(stem, sizeof(stem), "guest-%u", vm->launch);
	pair_path(vm->json, vm->p, "%s.json", stem);
	pair_path(vm->page, vm->p, "%s.log", stem);
	pair_path(vm->log, vm->p, "%s.vmm.log", stem);
	pair_path(vm->journal, vm->p, "guest.journal");
}

/* With what mmiobench is told in the guest, where the function has another address. A descriptor, or -errno. */
static int make_initramfs(struct vm *vm)
{
	const struct pair_request *r = vm->p->request;
	const struct pci_device *dev = &vm->p->host.device;
	char ids[16], bar[4];
	const char *const all[] = {
		"-d", ids, "--bar", bar, "--json", "/run/guest.json",
		/* the host has found that it is memory; kvmtool says of no BAR that it is prefetchable */
		"--allow-side-effects",
		/* the probe's record must be out of the VM before it is made */
		"--journal", vm->launch ? INITRAMFS_JOURNAL : "/dev/console",
		r->emulated ? "--emulated" : NULL,
		!vm->launch ? "--allow-vm-crash" : r->profile == EXP_QUICK ? "--quick" :
		r->profile == EXP_FULL ? "--full" : NULL,
		vm->launch ? NULL : "--tests=probe",
	};
	char *words[WORDS_MOST];
	size_t n = 0;
	const struct initramfs i = {
		.mmiopair = vm->p->own.program, .mmiobench = vm->p->mmiobench,
		.loader = vm->p->own.loader, .libraries = vm->p->own.libraries, .modules = r->modules,
		.words = words, .device = ids, .journal = vm->launch ? vm->journal : NULL,
	};

	snprintf(ids, sizeof(ids), "%04x:%04x", dev->vendor, dev->device);
	snprintf(bar, sizeof(bar), "%u", r->bar);
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		if (all[k])
			words[n++] = (char *)(uintptr_t)all[k];
	words[n] = NULL;
	return initramfs_make(vm->initrd, &i);
}

/* Where the guest has the BAR: "0x8000000000+16M". False: it did not say. */
static bool guest_address(char *buf, size_t n, const char *json)
{
	struct result result = { 0 };
	bool known = !access(json, R_OK) && !result_read(&result, json);

	if (known)
		snprintf(buf, n, "0x%" PRIx64 "+0x%" PRIx64, result.bar.phys_bytes, result.bar.size_bytes);
	result_free(&result);
	return known;
}

/* While the VM holds the device, the host's own tables say what it has. Once is enough. */
static void witness(void *arg, pid_t vmm)
{
	struct vm *vm = arg;
	struct pair_run *p = vm->p;
	char name[PATH_MAX], json[PATH_MAX], page[PATH_MAX], pid[16], ipa[64];
	const char *const all[] = { pair_program(name, "mmiowitness"), "-s", p->request->slot, "--json",
				    pair_path(json, p, "witness.json"), "--vm", pid, "--ipa", ipa };
	char *words[WORDS_MOST];
	size_t n = 0;
	bool known = guest_address(ipa, sizeof(ipa), vm->json);
	const struct program program = { words, pair_path(page, p, "witness.log"),
					 WITNESS_MOST_S * (p->request->emulated ? 4 : 1) };
	int status;

	snprintf(pid, sizeof(pid), "%d", (int)vmm);
	for (size_t i = 0; i < (known ? 9 : 5); i++)
		words[n++] = (char *)(uintptr_t)all[i];
	words[n] = NULL;
	status = program_run(&program);
	p->witnessed = !status;
	if (p->witnessed)
		pair_say(p, "host's page tables read while the guest had the BAR");
	else if (status != -EINTR)
		pair_say(p, "host's page tables not read (status %d, see %s): the verdict rests on measuring alone",
			 status, page);
}

static int run_vm(struct vm *vm)
{
	const struct pair_request *r = vm->p->request;
	const int initrd = make_initramfs(vm);
	const struct vmm_ask ask = { r->kernel, vm->initrd, r->slot, r->vmm_device, r->vmm_args };
	char **command = initrd < 0 ? NULL : vmm_command(r->vmm, r->vmm_program, &ask);
	const struct guest_ask guest = {
		.vmm = r->vmm, .command = command, .log = vm->log, .json = vm->json, .page = vm->page,
		.journal = vm->launch ? NULL : vm->journal,
		.boot_s = pair_boot_most_s(r), .run_s = pair_launch_most_s(r),
		.look = vm->launch && !vm->p->witnessed ? witness : NULL, .arg = vm,
	};

	if (initrd < 0)
		return initrd;
	if (command)
		guest_run(&guest, &vm->outcome);
	vmm_command_free(command);
	close(initrd);
	return command ? 0 : -ENOMEM;
}

/* The guest sends its result alone: the page is in it. What cannot be made is missed by nobody but readers. */
static void make_page(const struct vm *vm)
{
	char name[PATH_MAX], format[PATH_MAX + 16];
	char *const words[] = { (char *)(uintptr_t)pair_program(name, "mmiocompare"), format,
				(char *)(uintptr_t)vm->json, NULL };
	const struct program program = { words, "/dev/null", 60 };

	snprintf(format, sizeof(format), "--format=text=%s", vm->page);
	program_run(&program);
}

/* A BAR that the VMM does not show as prefetchable has nothing to be probed through. */
static bool was_probed(const char *json)
{
	struct result result = { 0 };
	bool was = !result_read(&result, json) && result_find_probe(&result, arch_crash_probes->probe, MAP_WC);

	result_free(&result);
	return was;
}

/* What was measured is no result of ours where the guest did not come to its end. */
static int judge(struct vm *vm)
{
	const struct guest_outcome *o = &vm->outcome;
	struct pair_run *p = vm->p;

	if (o->end == GUEST_INTERRUPTED)
		return -EINTR;
	if (!vm->launch && o->end == GUEST_DIED) {
		pair_say(p, "probe: its VM died of the access, as where stage 2 is Device (%s)", o->why);
		return 0;
	}
	if (o->end != GUEST_DONE) {
		log_error("the guest%s %s: %s: read %s", vm->launch ? "" : " for the probe",
			  o->end == GUEST_DIED ? "died of an access that every BAR suffers" : "gave no result", o->why,
			  vm->log);
		return -EIO;
	}
	if (access(vm->json, R_OK) || o->status > 1) {
		log_error("mmiobench in the guest ended with status %d%s: read %s", o->status,
			  access(vm->json, R_OK) ? " and wrote no result" : "", vm->page);
		return -EIO;
	}
	make_page(vm);
	if (vm->launch)
		pair_say(p, "guest, launch %u of %u measured (Linux %s, up after %.1f s)", vm->launch,
			 p->request->launches, o->kernel, o->boot_s);
	else if (was_probed(vm->json))
		pair_say(p, "probe: its VM lived through the access, as where stage 2 is not Device");
	else
		pair_say(p, "probe: the access was not made, see %s", vm->page);
	return 0;
}

static int with_device(void *arg)
{
	struct vm *vm = arg;
	struct bindings *b = vm->p->bindings;
	int ret = b ? bindings_to_vfio(b) : 0, released;

	ret = ret ? ret : run_vm(vm);
	released = b ? bindings_release(b) : 0;
	ret = ret ? ret : released;
	return ret ? ret : judge(vm);
}

/* What the guest stores to is what the host's run stored to, which has the same window. */
static void find_ranges(struct map_range ranges[RESTORE_WINDOWS], const struct result *host,
			const struct pci_device *dev, const struct bar *bar)
{
	struct plan_layout layout;
	uint64_t touched = plan_touched_bytes(host);

	plan_layout(&layout, host->length_bytes);
	ranges[0] = (struct map_range){ dev, bar, host->offset_bytes,
					touched > layout.data_bytes ? layout.data_bytes : touched, true };
	ranges[1] = (struct map_range){ dev, bar, host->offset_bytes + layout.data_bytes + PLAN_DOORBELL_OFFSET,
					layout.control_bytes > PLAN_DOORBELL_OFFSET ? PLAN_DOORBELL_BYTES : 0, true };
}

static const struct pci_device *find_device(const struct pci_list *list, const char *bdf)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].bdf, bdf))
			return &list->v[i];
	log_error("%s is gone", bdf);
	return NULL;
}

/* Who is killed meanwhile leaves the window where mmiobench --recover finds it. */
static int keeping_window(struct vm *vm, const struct pci_device *dev, int lock)
{
	struct result result = { 0 };
	struct restore restore = { .result = &result };
	const struct bar *bar = &dev->bars[vm->p->request->bar];
	struct map_range ranges[RESTORE_WINDOWS];
	int ret;

	snprintf(result.started, sizeof(result.started), "%s", vm->p->host.started);
	find_ranges(ranges, &vm->p->host, dev, bar);
	ret = restore_begin(&restore, dev, bar, lock);
	if (!ret)
		ret = restore_around(&restore, ranges, with_device, vm);
	restore_end(&restore);
	if (!ret && result_is_left(&result))
		ret = -EIO; /* told */
	result_free(&result);
	return ret;
}

int pair_guest(struct pair_run *p, unsigned int launch)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	const struct pci_device *dev;
	struct pci_list list;
	int ret, lock;

	if (!vm)
		return -ENOMEM;
	vm->p = p;
	vm->launch = launch;
	name_files(vm);
	if (!p->bindings) {
		ret = with_device(vm);
		free(vm);
		return ret;
	}
	ret = pci_list_load(&list);
	if (!ret) {
		dev = find_device(&list, p->request->slot);
		lock = dev ? pci_lock(dev) : -ENODEV;
		ret = lock < 0 ? lock : keeping_window(vm, dev, lock);
		pci_unlock(lock);
		pci_list_free(&list);
	}
	free(vm);
	return ret;
}
