// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/array.h"
#include "base/path.h"
#include "base/privilege.h"
#include "base/text.h"
#include "pair/ground.h"
#include "pair/ground_machine.h"
#include "pair/in_use.h"
#include "pair/vf.h"

/* What to do; %1$s: the function's address. */
static const char *const remedies[GROUND_REASONS] = {
	[GROUND_NOT_ROOT] = "run it with sudo",
	[GROUND_NO_KVM] = "", /* as the machine is: machine_kvm() */
	[GROUND_PROTECTED_KVM] = "boot this host without kvm-arm.mode=protected: its VMs get no device from Linux 6.14 on",
	[GROUND_LOCKDOWN] = "boot with Secure Boot off in the firmware and without lockdown=",
	[GROUND_DEAD] = "turn on its slot, or remove it (echo 1 > /sys/bus/pci/devices/%1$s/remove) and rescan the bus",
	[GROUND_BRIDGE] = "choose a function behind it",
	[GROUND_NO_IOMMU] = "", /* machine_iommu() */
	[GROUND_NO_GROUP] = "choose another device, or see dmesg | grep -i -e iommu -e smmu for why this one has none",
	[GROUND_NO_VFIO] = "", /* machine_vfio() */
	[GROUND_PF_IS_VFIO] = "give the physical function back to its own driver, or choose it instead",
	[GROUND_NO_VF] = "free those that are there (echo 0 > /sys/bus/pci/devices/%1$s/sriov_numvfs), or leave out --vf",
	[GROUND_BOUND] = "--unbind takes it from the driver for the time of the run, and gives it back",
	[GROUND_GROUP_BOUND] = "a VM gets a group as a whole: --unbind takes it from its drivers for the run, and gives it back",
	[GROUND_IN_USE] = "end that use first; it is never ended for you",
	[GROUND_NO_KERNEL] = "name one with --kernel: /boot/vmlinuz of this machine, or another that boots in a VM",
	[GROUND_NO_MEMORY] = "end something that uses memory",
	[GROUND_CGROUP] = "run it outside that group, as from a login shell of root, or raise its memory.max",
	[GROUND_MEMLOCK] = "run it with sudo of the host itself, outside containers, or with ulimit -l unlimited",
};

static void add(struct ground *g, enum ground_reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct ground *g, enum ground_reason reason, const char *fmt, ...)
{
	struct ground_refusal *r = &g->v[g->n];
	va_list ap;

	if (g->n == GROUND_MAX)
		return; /* enough to be refused */
	g->n++;
	r->reason = reason;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	text_clean(r->text);
}

/* What each reason looks at. 0, or -errno after logging. */
typedef int look(struct ground *g, const struct ground_ask *ask);

static int look_root(struct ground *g, const struct ground_ask *ask)
{
	(void)ask;
	if (geteuid())
		add(g, GROUND_NOT_ROOT, "who runs this is not root: drivers, VFIO and configuration space are root's");
	return 0;
}

/* Told by the machine: the text is the cause, and the remedy goes with it. */
static void add_machine(struct ground *g, enum ground_reason reason, bool (*is_lacking)(struct machine_lack *lack))
{
	struct machine_lack lack = { 0 };

	if (!is_lacking(&lack))
		return;
	add(g, reason, "%s", lack.text);
	snprintf(g->v[g->n - 1].remedy, sizeof(g->v[0].remedy), "%s", lack.remedy);
}

static int look_kvm(struct ground *g, const struct ground_ask *ask)
{
	(void)ask;
	add_machine(g, GROUND_NO_KVM, machine_lacks_kvm);
	return 0;
}

/* facts: 7.3's __pkvm_host_share_guest() takes no device page; 6.12 mapped it as ever. */
static int look_protected(struct ground *g, const struct ground_ask *ask)
{
	if (!ask->is_emulated_device && machine_kvm_is_protected())
		add(g, GROUND_PROTECTED_KVM, "KVM is protected (kvm-arm.mode=protected) and refuses device pages to its VMs");
	return 0;
}

static int look_lockdown(struct ground *g, const struct ground_ask *ask)
{
	(void)ask;
	if (lockdown_holds())
		add(g, GROUND_LOCKDOWN, "the kernel is locked down (Secure Boot or lockdown=): no BAR can be mapped on the host");
	return 0;
}

static int look_device(struct ground *g, const struct ground_ask *ask)
{
	if (ask->dev && ask->dev->dead)
		add(g, GROUND_DEAD, "%s does not answer (all ones)", ask->dev->bdf);
	if (ask->dev && ask->dev->bridge)
		add(g, GROUND_BRIDGE, "%s is a bridge, which no VM can have", ask->dev->bdf);
	return 0;
}

static int look_vf(struct ground *g, const struct ground_ask *ask)
{
	char why[160];

	if (ask->makes_vf && !vf_may_be_made(ask->dev->bdf, why, sizeof(why)))
		add(g, GROUND_NO_VF, "%s", why);
	return 0;
}

static int look_group(struct ground *g, const struct ground_ask *ask)
{
	int ret;

	if (ask->is_emulated_device || !ask->dev)
		return 0;
	if (!machine_has_iommu()) {
		add_machine(g, GROUND_NO_IOMMU, machine_lacks_iommu);
		return 0;
	}
	ret = group_read(&g->group, ask->list, ask->dev->bdf);
	if (ret != -ENOENT)
		return ret;
	if (!ask->makes_vf)
		add(g, GROUND_NO_GROUP, "%s has no IOMMU group, though others have: no VM can have it", ask->dev->bdf);
	return 0;
}

static int look_vfio(struct ground *g, const struct ground_ask *ask)
{
	if (!ask->is_emulated_device)
		add_machine(g, GROUND_NO_VFIO, machine_lacks_vfio);
	return 0;
}

/* drivers/vfio/pci/vfio_pci_core.c, vfio_pci_validate_vf_token() */
static int look_physfn(struct ground *g, const struct ground_ask *ask)
{
	char pf[32], driver[64];

	if (ask->dev && ask->dev->virtual_function && !ask->is_emulated_device &&
	    !path_link_name(pf, sizeof(pf), "/sys/bus/pci/devices/%s/physfn", ask->dev->bdf) &&
	    !path_link_name(driver, sizeof(driver), "/sys/bus/pci/devices/%s/driver", pf) &&
	    strstr(driver, "vfio"))
		add(g, GROUND_PF_IS_VFIO, "%s is a virtual function of %s, which is bound to %s: a VM would need its token",
		    ask->dev->bdf, pf, driver);
	return 0;
}

static void look_bound(struct ground *g, const struct ground_ask *ask, const struct pci_device *dev)
{
	if (!dev->driver[0] || ask->unbind || group_driver_is_parking(dev->driver))
		return;
	if (dev == ask->dev)
		add(g, GROUND_BOUND, "driver %s is bound to %s", dev->driver, dev->bdf);
	else
		add(g, GROUND_GROUP_BOUND, "%s (%s) is in IOMMU group %d with %s, and driver %s is bound to it", dev->bdf,
		    dev->device_name, g->group.number, ask->dev->bdf, dev->driver);
}

static void look_used(struct ground *g, const struct pci_device *dev)
{
	char what[192];

	if (in_use(dev, what, sizeof(what)))
		add(g, GROUND_IN_USE, "%s is in use: %s", dev->bdf, what);
}

/* The function itself first. Where there is no group, as for an emulated device, it is alone. */
static int look_drivers(struct ground *g, const struct ground_ask *ask)
{
	if (!ask->dev || ask->makes_vf || ask->dev->bridge)
		return 0;
	look_bound(g, ask, ask->dev);
	for (size_t i = 0; i < g->group.n; i++)
		if (g->group.v[i].dev != ask->dev && !g->group.v[i].is_bridge)
			look_bound(g, ask, g->group.v[i].dev);
	look_used(g, ask->dev);
	for (size_t i = 0; i < g->group.n; i++)
		if (g->group.v[i].dev != ask->dev && !g->group.v[i].is_bridge)
			look_used(g, g->group.v[i].dev);
	return 0;
}

static int look_kernel(struct ground *g, const struct ground_ask *ask)
{
	struct stat st;

	if (!ask->kernel || !*ask->kernel)
		add(g, GROUND_NO_KERNEL, "no image of the running kernel was found for the VM");
	else if (stat(ask->kernel, &st) || access(ask->kernel, R_OK))
		add(g, GROUND_NO_KERNEL, "the kernel image %s cannot be read: %s", ask->kernel, strerror(errno));
	else if (!S_ISREG(st.st_mode) || !st.st_size)
		add(g, GROUND_NO_KERNEL, "%s is no kernel image", ask->kernel);
	return 0;
}

static int look_memory(struct ground *g, const struct ground_ask *ask)
{
	unsigned int needed = ask->memory_mb + MACHINE_SPARE_MB;
	uint64_t mb;
	char where[160];

	if (machine_free_mb(&mb) && mb < needed)
		add(g, GROUND_NO_MEMORY, "%llu MB of memory are free, and the VM needs %u MB, all of it in real memory",
		    (unsigned long long)mb, needed);
	if (machine_cgroup_mb(&mb, where, sizeof(where)) && mb < needed)
		add(g, GROUND_CGROUP, "%s leaves this process %llu MB, and the VM needs %u MB", where,
		    (unsigned long long)mb, needed);
	if (!ask->is_emulated_device && machine_lockable_mb(&mb) && mb < needed)
		add(g, GROUND_MEMLOCK, "this process may lock %llu MB of memory (it has no CAP_IPC_LOCK), and VFIO locks the "
		    "VM's %u MB", (unsigned long long)mb, ask->memory_mb);
	return 0;
}

int ground_look(struct ground *g, const struct ground_ask *ask)
{
	static look *const looks[] = {
		look_root, look_kvm, look_protected, look_lockdown, look_device, look_group, look_vfio, look_physfn,
		look_vf, look_drivers, look_kernel, look_memory,
	};
	int ret = 0;

	*g = (struct ground){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(looks) && !ret; i++)
		ret = looks[i](g, ask);
	for (size_t i = 0; i < g->n; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		if (!g->v[i].remedy[0])
			snprintf(g->v[i].remedy, sizeof(g->v[i].remedy), remedies[g->v[i].reason],
				 ask->dev ? ask->dev->bdf : "");
#pragma GCC diagnostic pop
	}
	return ret;
}

static const char *will(const struct group_member *m)
{
	if (m->is_bridge)
		return "stays as it is";
	return m->driver[0] ? "to vfio-pci, then back" : "to vfio-pci, then without a driver again";
}

void ground_print_group(FILE *f, const struct group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct group_member *m = &g->v[i];

		fprintf(f, "  %s %s, %s%s: %s\n", m->dev->bdf, m->dev->device_name, m->driver[0] ? "driver " : "no driver",
			m->driver, will(m));
	}
	if (g->is_pending)
		fprintf(f, "  who else is in its IOMMU group is known when vfio-pci has it, and is looked at then\n");
}
