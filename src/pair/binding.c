// SPDX-License-Identifier: GPL-2.0-or-later
/* What is changed of drivers, each store of it with its reason. */
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "pair/binding.h"
#include "pair/in_use.h"
#include "pair/store.h"
#include "restore/restore.h"

#define SYSFS_DEVICE "/sys/bus/pci/devices/%s/"
#define SYSFS_DRIVER "/sys/bus/pci/drivers/%s"
#define VFIO	     "vfio-pci"
#define NOBODY	     "mmiopair" /* no driver has that name, so none may bind */
#define COMMAND	     4	      /* PCIe base spec 7.5.1.1.3 */

int bindings_begin(struct bindings *b, const char *bdf)
{
	int ret;

	memset(b, 0, sizeof(*b));
	b->lock = -1;
	b->pid = getpid();
	b->patience_s = STORE_SECONDS;
	b->vf.autoprobe = -1;
	date_text(b->started, sizeof(b->started), time(NULL));
	snprintf(b->bdf, sizeof(b->bdf), "%s", bdf);
	/* where it is not known then it is this one: a boot empties /run */
	if (path_read(b->boot_id, sizeof(b->boot_id), "/proc/sys/kernel/random/boot_id") < 0)
		b->boot_id[0] = 0;
	ret = path_make(b->path, sizeof(b->path), RESCUE_DIRECTORY "/pair-%s", bdf);
	if (ret)
		log_error("the name of %s's file below /run is too long: choose a shorter --sysroot", bdf);
	return ret;
}

static void driver_now(char *driver, size_t n, const char *bdf)
{
	if (path_link_name(driver, n, SYSFS_DEVICE "driver", bdf))
		driver[0] = 0;
}

/* "(null)" where there is none: drivers/pci/pci-sysfs.c, driver_override_show(). */
static int override_now(char *override, size_t n, const char *bdf)
{
	int ret = path_read(override, n, SYSFS_DEVICE "driver_override", bdf);

	if (ret < 0 || !strcmp(override, "(null)"))
		override[0] = 0;
	return ret < 0 ? ret : ret + 1 >= (int)n ? -ENAMETOOLONG : 0;
}

static int command_now(uint16_t *command, const char *bdf)
{
	uint8_t c[COMMAND + 2];
	ssize_t n = path_read_bytes(c, sizeof(c), SYSFS_DEVICE "config", bdf);

	if (n != sizeof(c))
		return n < 0 ? (int)n : -EIO;
	*command = (uint16_t)(c[COMMAND] | c[COMMAND + 1] << 8);
	return 0;
}

static void text_now(char *text, size_t n, const char *bdf, const char *file)
{
	if (path_read(text, n, SYSFS_DEVICE "%s", bdf, file) < 0)
		text[0] = 0; /* autosuspend_delay_ms: EIO where the driver does without */
}

static int read_one(struct binding *m, const struct group_member *from)
{
	const struct pci_device *dev = from->dev;
	int ret;

	*m = (struct binding){ .vendor = dev->vendor, .device = dev->device };
	strcpy(m->bdf, dev->bdf);
	driver_now(m->driver, sizeof(m->driver), m->bdf);
	ret = override_now(m->override, sizeof(m->override), m->bdf);
	if (!ret && !m->driver[0]) {
		ret = command_now(&m->command, m->bdf);
		m->has_command = !ret;
	}
	if (ret)
		log_error("%s: cannot read how it is found (driver_override, COMMAND): %s: run as root, outside containers",
			  m->bdf, strerror(-ret));
	text_now(m->power_control, sizeof(m->power_control), m->bdf, "power/control");
	text_now(m->autosuspend_delay_ms, sizeof(m->autosuspend_delay_ms), m->bdf, "power/autosuspend_delay_ms");
	return ret;
}

int bindings_read(struct bindings *b, const struct group *g)
{
	int ret = 0;

	b->n = 0;
	b->group_is_pending = g->is_pending;
	for (size_t i = 0; i < g->n && !ret; i++)
		if (!g->v[i].is_bridge)
			ret = read_one(&b->v[b->n++], &g->v[i]);
	return ret;
}

static int store(const struct bindings *b, const struct binding *m, const char *text, const char *file)
{
	int ret = store_bounded(b->patience_s, text, SYSFS_DEVICE "%s", m->bdf, file);

	if (ret == -ETIMEDOUT)
		log_error("%s: writing its %s did not come to an end in %.0f s: its driver hangs in the kernel, see dmesg; "
			  "what it still holds may need a reboot", m->bdf, file, b->patience_s);
	else if (ret)
		log_error("%s: cannot write \"%s\" to its %s: %s: run as root, outside containers; see dmesg", m->bdf,
			  *text == '\n' ? "" : text, file, strerror(-ret));
	return ret;
}

/*
 * pci_match_device() in drivers/pci/pci-driver.c lets only the driver of that name bind. So between two drivers
 * nothing takes the function, whatever is loaded meanwhile, and drivers_autoprobe, which is all devices', stays alone.
 */
static int set_override(const struct bindings *b, const struct binding *m, const char *name)
{
	char now[sizeof(m->override)];

	if (!override_now(now, sizeof(now), m->bdf) && !strcmp(now, name))
		return 0;
	return store(b, m, *name ? name : "\n", "driver_override"); /* an empty line: none */
}

/* VFIO lets go only when whoever has the device open does (vfio_unregister_group_dev()): so nothing is begun before. */
static int check_idle(const struct binding *m)
{
	char driver[64], who[160];

	driver_now(driver, sizeof(driver), m->bdf);
	if (!strstr(driver, "vfio") || !in_use_by_process(m->bdf, who, sizeof(who)))
		return 0;
	log_error("%s: %s: end that first", m->bdf, who);
	return -EBUSY;
}

/* drivers/base/bus.c, unbind_store(): when the write returns, the driver has let go. */
static int unbind(const struct bindings *b, const struct binding *m)
{
	char driver[64];
	int ret;

	if (!path_exists(SYSFS_DEVICE "driver", m->bdf))
		return 0;
	ret = store(b, m, m->bdf, "driver/unbind");
	if (ret)
		return ret;
	driver_now(driver, sizeof(driver), m->bdf);
	if (!driver[0])
		return 0;
	log_error("%s: driver %s is bound to it, though it was unbound: see whether something binds drivers (driverctl, "
		  "udev rules)", m->bdf, text_clean(driver));
	return -EBUSY;
}

/* The same file's bind_store() takes that driver and no other, and returns what its probe() says. */
static int bind(const struct bindings *b, const struct binding *m, const char *driver)
{
	char now[64];
	int ret;

	driver_now(now, sizeof(now), m->bdf);
	if (!strcmp(now, driver))
		return 0;
	ret = store_bounded(b->patience_s, m->bdf, SYSFS_DRIVER "/bind", driver);
	driver_now(now, sizeof(now), m->bdf);
	if (!strcmp(now, driver))
		return 0; /* a driver that was loaded just now has found it itself */
	log_error("%s: driver %s does not take it: %s: see dmesg, then echo %s > /sys/bus/pci/drivers/%s/bind", m->bdf,
		  driver, ret == -ETIMEDOUT ? "it hangs in the kernel" : ret ? strerror(-ret) : "it is not bound", m->bdf,
		  driver);
	return ret ? ret : -EIO;
}

static int check_kept(const struct bindings *b)
{
	if (b->lock >= 0)
		return 0;
	log_error("internal error: drivers are not changed before it is on disk what to put back");
	return -EPERM;
}

int bindings_release(struct bindings *b)
{
	int ret = check_kept(b);

	for (size_t i = 0; i < b->n && !ret; i++) {
		ret = check_idle(&b->v[i]);
		if (!ret)
			ret = set_override(b, &b->v[i], NOBODY);
		if (!ret)
			ret = unbind(b, &b->v[i]);
	}
	return ret;
}

/* type1 is asked for by name when a VMM opens /dev/vfio/vfio (MODULE_ALIAS), but not by those that use iommufd. */
static int load_vfio(void)
{
	static const char *const names[] = { VFIO, "vfio_iommu_type1", NULL };
	int ret;

	if (path_exists(SYSFS_DRIVER, VFIO) && path_exists("/dev/vfio/vfio"))
		return 0;
	ret = store_modules(names);
	if (path_exists(SYSFS_DRIVER, VFIO))
		return 0;
	log_error("cannot load vfio-pci (%s): see modprobe vfio-pci, and dmesg", ret ? strerror(-ret) : "it is not there");
	return ret ? ret : -ENOENT;
}

static int to_vfio(const struct bindings *b, const struct binding *m)
{
	char now[64];
	int ret = check_idle(m);

	if (!ret)
		ret = set_override(b, m, VFIO);
	driver_now(now, sizeof(now), m->bdf);
	if (!ret && strcmp(now, VFIO)) {
		ret = unbind(b, m);
		if (!ret)
			ret = bind(b, m, VFIO);
	}
	return ret;
}

static bool is_member(const struct bindings *b, const char *bdf)
{
	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(b->v[i].bdf, bdf))
			return true;
	return false;
}

/* Of a group that was pending: a driver of somebody else's, which VFIO would not have. */
static int check_stranger(const struct bindings *b, const char *bdf)
{
	char driver[64], class_code[16];

	driver_now(driver, sizeof(driver), bdf);
	text_now(class_code, sizeof(class_code), bdf, "class");
	if (is_member(b, bdf) || !driver[0] || group_driver_is_parking(driver) || !strncmp(class_code, "0x0604", 6))
		return 0;
	log_error("%s is in the IOMMU group of %s, as is known since vfio-pci has it, and driver %s is bound to it: a VM gets a "
		  "group as a whole; run it again, now that the group is known", bdf, b->v[0].bdf, text_clean(driver));
	return -EBUSY;
}

static int check_group(const struct bindings *b)
{
	char path[PATH_MAX];
	struct dirent *e;
	int ret = path_make(path, sizeof(path), SYSFS_DEVICE "iommu_group/devices", b->v[0].bdf);
	DIR *d = ret ? NULL : opendir(path);

	while (d && !ret && (e = readdir(d)))
		ret = e->d_name[0] == '.' ? 0 : check_stranger(b, e->d_name);
	if (d)
		closedir(d);
	return ret;
}

int bindings_to_vfio(struct bindings *b)
{
	int ret = check_kept(b);

	if (!ret)
		ret = load_vfio();
	for (size_t i = 0; i < b->n && !ret; i++)
		ret = to_vfio(b, &b->v[i]);
	if (!ret && b->group_is_pending)
		ret = check_group(b);
	return ret;
}

/*
 * A function that was removed comes back as a new one, with nothing of what was changed: no override, the kernel's own
 * power settings, and the driver that matches.
 */
static bool is_gone(const struct binding *m)
{
	char vendor[16], device[16], wanted[16], wanted_device[16];

	text_now(vendor, sizeof(vendor), m->bdf, "vendor");
	text_now(device, sizeof(device), m->bdf, "device");
	snprintf(wanted, sizeof(wanted), "0x%04x", m->vendor);
	snprintf(wanted_device, sizeof(wanted_device), "0x%04x", m->device);
	return strcmp(vendor, wanted) || strcmp(device, wanted_device);
}

/* Ours, and not what was found. */
static bool is_ours(const char *name, const char *found)
{
	return (!strcmp(name, VFIO) || !strcmp(name, NOBODY)) && strcmp(name, found);
}

static int put_back_override(const struct bindings *b, const struct binding *m)
{
	char now[sizeof(m->override)];

	if (override_now(now, sizeof(now), m->bdf) || !strcmp(now, m->override))
		return 0;
	if (is_ours(now, m->override))
		return set_override(b, m, m->override);
	log_warn("%s: somebody has set its driver_override to \"%s\" meanwhile: left so (it was \"%s\")", m->bdf,
		 text_clean(now), m->override);
	return 0;
}

/* A driver whose module was unloaded meanwhile is loaded again. */
static int put_back_driver(const struct bindings *b, const struct binding *m)
{
	if (!path_exists(SYSFS_DRIVER, m->driver))
		store_modules((const char *const[]){ m->driver, NULL });
	return bind(b, m, m->driver);
}

/* vfio_pci_core_enable() in drivers/vfio/pci turns bus mastering off before it notes what to put back itself. */
static int put_back_command(const struct binding *m)
{
	uint8_t c[2] = { (uint8_t)m->command, (uint8_t)(m->command >> 8) };
	uint16_t now = 0;
	int ret = command_now(&now, m->bdf), fd;

	if (ret || now == m->command)
		return ret;
	fd = path_open(O_WRONLY, SYSFS_DEVICE "config", m->bdf);
	if (fd < 0)
		return fd;
	if (pwrite(fd, c, sizeof(c), COMMAND) != sizeof(c))
		ret = -EIO;
	close(fd);
	return ret;
}

/* vfio_pci_core_register_device() allows runtime power management, and forbids it again when it lets go. */
static int put_back_text(const struct bindings *b, const struct binding *m, const char *found, const char *file)
{
	char now[16];

	text_now(now, sizeof(now), m->bdf, file);
	if (!*found || !*now || !strcmp(now, found))
		return 0;
	return store(b, m, found, file);
}

static int first_of(int a, int b)
{
	return a ? a : b;
}

static int put_back_state(const struct bindings *b, const struct binding *m)
{
	int ret = 0;

	if (m->has_command) {
		ret = put_back_command(m);
		if (ret)
			log_error("%s: COMMAND could not be put back to 0x%04x (%s)", m->bdf, m->command, strerror(-ret));
	}
	ret = first_of(ret, put_back_text(b, m, m->autosuspend_delay_ms, "power/autosuspend_delay_ms"));
	return first_of(ret, put_back_text(b, m, m->power_control, "power/control"));
}

/* All functions, before any gets its driver: what drives several of them finds them all. */
static int let_go(const struct bindings *b, const struct binding *m)
{
	char now[64];
	int ret;

	driver_now(now, sizeof(now), m->bdf);
	if (!is_ours(now, m->driver))
		return 0;
	ret = check_idle(m);
	/* or it could be taken before its turn comes */
	if (!ret)
		ret = set_override(b, m, NOBODY);
	return ret ? ret : unbind(b, m);
}

static int put_back_one(const struct bindings *b, const struct binding *m)
{
	char now[64];
	int ret;

	driver_now(now, sizeof(now), m->bdf);
	if (now[0] && strcmp(now, m->driver)) {
		log_warn("%s: driver %s has taken it meanwhile: left to it (it was %s)", m->bdf, text_clean(now),
			 m->driver[0] ? m->driver : "without a driver");
		return 0;
	}
	ret = put_back_override(b, m);
	if (m->driver[0])
		ret = first_of(ret, put_back_driver(b, m));
	return first_of(ret, put_back_state(b, m));
}

/* Whether something was lost on the way; a function that is gone needs nothing. */
static int settle(struct binding *m, int ret)
{
	if (ret && is_gone(m)) {
		log_warn("%s is not there any more: nothing of it is to be put back; a rescan finds it as new", m->bdf);
		ret = 0;
	}
	m->is_taken = ret != 0;
	return ret;
}

int bindings_let_go(struct bindings *b)
{
	int ret = check_kept(b);

	for (size_t i = 0; i < b->n && !ret; i++)
		if (b->v[i].is_taken && !is_gone(&b->v[i]))
			ret = let_go(b, &b->v[i]);
	return ret;
}

static int put_back_members(struct bindings *b)
{
	int let[GROUP_MAX] = { 0 }, ret = 0;

	for (size_t i = 0; i < b->n; i++)
		let[i] = !b->v[i].is_taken ? 0 : is_gone(&b->v[i]) ? -ENODEV : let_go(b, &b->v[i]);
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].is_taken)
			ret = first_of(ret, settle(&b->v[i], let[i] ? let[i] : put_back_one(b, &b->v[i])));
	return ret;
}

/* What is left is in the file, and nothing else. */
static void keep_rest(struct bindings *b)
{
	char what[BINDINGS_DESCRIPTION];
	int ret = binding_file_write(b);

	if (ret)
		log_warn("cannot note in %s what is put back already: %s", b->path, strerror(-ret));
	log_error("not put back: %s: when the cause is gone, mmiopair --recover -s %s does it",
		  bindings_describe(what, sizeof(what), b), b->bdf);
}

int bindings_put_back(struct bindings *b)
{
	int ret;

	if (b->lock < 0)
		return 0;
	ret = put_back_members(b);
	/* a virtual function that a VM still has would keep the write for as long */
	if (!ret)
		ret = vf_remove(&b->vf);
	if (!ret) {
		b->vf.pf[0] = 0;
		return binding_file_remove(b);
	}
	keep_rest(b);
	return ret;
}

const char *bindings_describe(char *buf, size_t n, const struct bindings *b)
{
	buf[0] = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct binding *m = &b->v[i];

		if (m->is_taken)
			text_append(buf, n, "%s%s%s of %s", *buf ? ", " : "", m->driver[0] ? "driver " : "no driver",
				    m->driver, m->bdf);
	}
	if (b->vf.pf[0])
		text_append(buf, n, "%sSR-IOV of %s", *buf ? ", " : "", b->vf.pf);
	return buf;
}
