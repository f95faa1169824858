// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <pci/pci.h>
#include "base/array.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "restore/power.h"

#define SYSFS_DEVICE "/sys/bus/pci/devices/%s/"
#define PM_D0        0
#define PM_CAPS_MAX  48 /* as many as fit between the header and byte 256 */

/* From D3hot to D0 a function may take 10 ms, PCI PM spec 5.4. */
static const struct timespec pm_d3hot_delay = { .tv_nsec = 10 * 1000 * 1000 };

/* What to do about an error of a file in the function's directory; otherwise: of what has no row. */
static const char *remedy(int err, const char *otherwise)
{
	static const struct {
		int err;
		const char *text;
	} rows[] = {
		{ -EROFS, "/sys is mounted read-only: run outside the container, or mount -o remount,rw /sys" },
		{ -EACCES, "run as root, without kernel lockdown" },
		{ -EPERM, "run as root, without kernel lockdown" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].err == err)
			return rows[i].text;
	return otherwise;
}

/*
 * Configuration space through sysfs: words, so that a write of COMMAND leaves STATUS alone, whose
 * bits are cleared by writing ones.
 */
static int config_open(const struct pci_device *dev, int flags)
{
	int fd = path_open(flags, SYSFS_DEVICE "config", dev->bdf);

	if (fd < 0)
		log_error("%s: cannot open its configuration space (%s): %s", dev->bdf, strerror(-fd),
			  remedy(fd, "is the device still there?"));
	return fd;
}

static int config_read(int fd, unsigned int at, uint16_t *out)
{
	uint8_t b[2];
	ssize_t n = pread(fd, b, sizeof(b), at);

	if (n != sizeof(b))
		return n < 0 ? -errno : -EIO;
	*out = (uint16_t)(b[0] | b[1] << 8);
	return 0;
}

static int config_write(int fd, unsigned int at, uint16_t value)
{
	uint8_t b[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
	ssize_t n = pwrite(fd, b, sizeof(b), at);

	return n == sizeof(b) ? 0 : n < 0 ? -errno : -EIO;
}

/* Offset of PMCSR, 0 without such a capability, or -errno. */
static int pm_find(int fd)
{
	uint16_t status = 0, at = 0, cap = 0;
	int ret = config_read(fd, PCI_STATUS, &status);

	if (ret || !(status & PCI_STATUS_CAP_LIST))
		return ret;
	ret = config_read(fd, PCI_CAPABILITY_LIST, &at);
	for (int i = 0; !ret && i < PM_CAPS_MAX; i++) {
		at &= 0xfc;
		if (at < 0x40)
			return 0;
		ret = config_read(fd, at, &cap);
		if (!ret && (cap & 0xff) == PCI_CAP_ID_PM)
			return at + PCI_PM_CTRL;
		at = cap >> 8;
	}
	return ret;
}

/* Reads COMMAND and the power state as they are. 0 or -errno after logging. */
static int state_read(struct pci_power *p, int fd)
{
	/* a virtual function's vendor reads ffff, PCIe base spec 9.3.4.1 */
	unsigned int at = p->dev->virtual_function ? PCI_COMMAND : PCI_VENDOR_ID;
	uint16_t word = 0xffff;
	int ret = config_read(fd, at, &word), pm;

	if (!ret && word == 0xffff) {
		log_error("%s: does not answer (all ones): it is off, hung or gone: turn on its slot, "
			  "remove it (echo 1 > remove) and rescan the bus", p->dev->bdf);
		return -ENODEV;
	}
	if (!ret && !p->dev->virtual_function && word != p->dev->vendor) {
		log_error("%s: the kernel knows it as of vendor %04x, but %04x answers: it was replaced: "
			  "remove it (echo 1 > remove) and rescan the bus", p->dev->bdf,
			  p->dev->vendor, word);
		return -ENODEV;
	}
	pm = ret ? ret : pm_find(fd);
	if (pm < 0)
		ret = pm;
	else
		p->pm_offset = (unsigned int)pm;
	if (!ret)
		ret = config_read(fd, PCI_COMMAND, &p->command);
	if (!ret && p->pm_offset)
		ret = config_read(fd, p->pm_offset, &p->pmcsr);
	if (ret)
		log_error("%s: cannot read its configuration space (%s): run as root",
			  p->dev->bdf, strerror(-ret));
	return ret;
}

static unsigned int pm_state(const struct pci_power *p)
{
	return p->pm_offset ? p->pmcsr & PCI_PM_CTRL_STATE_MASK : PM_D0;
}

/*
 * A virtual function's is hardwired to 0, and means nothing: PCIe base spec 9.3.4.1. QEMU's have one that
 * works, and no BAR answers without it: so it is turned on, and is not expected to stay.
 */
static bool memory_on(const struct pci_power *p, uint16_t command)
{
	return p->dev->virtual_function || command & PCI_COMMAND_MEMORY;
}

static bool driver_bound(const struct pci_power *p)
{
	char driver[NAME_MAX + 1];

	return path_link_name(driver, sizeof(driver), SYSFS_DEVICE "driver", p->dev->bdf) !=
	       -ENOENT;
}

/*
 * As the kernel has it. To read the configuration space of what is in D3cold would wake it, for as long as
 * that takes: it would look awake and be asleep again at the first access.
 */
static int driver_awake(const struct pci_power *p)
{
	char state[16];

	if (path_read(state, sizeof(state), SYSFS_DEVICE "power_state", p->dev->bdf) <= 0 ||
	    state[0] != 'D' || !strcmp(state, "D0"))
		return 0;
	log_error("%s: driver %s has it asleep in %s, where no BAR answers: open it through that driver, "
		  "or unbind the driver", p->dev->bdf, p->dev->driver, text_clean(state));
	return -EBUSY;
}

/* A driver holds the function: it alone may change its state. */
static int driver_check(const struct pci_power *p)
{
	const struct pci_device *dev = p->dev;

	if (pm_state(p) != PM_D0) {
		log_error("%s: driver %s has it asleep in D%u, where no BAR answers: open it "
			  "through that driver, or unbind the driver",
			  dev->bdf, dev->driver, pm_state(p));
		return -EBUSY;
	}
	if (!memory_on(p, p->command)) {
		log_error("%s: driver %s has memory decode off, so no BAR answers: open it through "
			  "that driver, or unbind the driver",
			  dev->bdf, dev->driver);
		return -EBUSY;
	}
	return 0;
}

/* Whom to tell before a change. */
struct notice {
	int (*note)(const struct pci_power *found, void *arg);
	void *arg;
};

static int notice_give(const struct notice *notice, struct pci_power *p)
{
	p->changed = true;
	return notice->note ? notice->note(p, notice->arg) : 0;
}

/* "auto" lets the kernel put the function to sleep between two accesses of ours. */
static int runtime_pm_hold(struct pci_power *p, const struct notice *notice)
{
	char control[sizeof(p->runtime_pm)];
	int ret;

	if (path_read(control, sizeof(control), SYSFS_DEVICE "power/control", p->dev->bdf) <= 0 ||
	    !strcmp(control, "on"))
		return 0;
	strcpy(p->runtime_pm, text_clean(control));
	ret = notice_give(notice, p);
	if (!ret) {
		ret = path_write("on", SYSFS_DEVICE "power/control", p->dev->bdf);
		if (ret)
			log_error("%s: cannot keep it awake, writing power/control: %s: %s", p->dev->bdf,
				  strerror(-ret), remedy(ret, "is the device still there?"));
	}
	if (ret)
		p->runtime_pm[0] = 0;
	return ret;
}

/*
 * COMMAND first: in D3hot, or after the reset that leaving it may be, it would not stick. A function
 * that somebody has put to sleep meanwhile is not woken: that reset would cost it its BARs.
 */
static int config_restore(const struct pci_power *p)
{
	uint16_t pmcsr = 0, back;
	int fd = config_open(p->dev, O_RDWR), ret;

	if (fd < 0)
		return fd;
	ret = config_write(fd, PCI_COMMAND, p->command);
	if (ret)
		log_error("%s: COMMAND could not be put back to 0x%04x (%s)", p->dev->bdf,
			  p->command, strerror(-ret));
	if (!ret && pm_state(p) != PM_D0) {
		ret = config_read(fd, p->pm_offset, &pmcsr);
		back = (pmcsr & ~PCI_PM_CTRL_PME_STATUS) | (p->pmcsr & PCI_PM_CTRL_STATE_MASK);
		if (!ret && !(pmcsr & PCI_PM_CTRL_STATE_MASK)) {
			ret = config_write(fd, p->pm_offset, back);
			nanosleep(&pm_d3hot_delay, NULL);
		}
		if (ret)
			log_error("%s: could not be put back to D%u (%s)", p->dev->bdf, pm_state(p),
				  strerror(-ret));
	}
	close(fd);
	return ret;
}

/*
 * The kernel's own way: D0 with the BARs put back after a soft reset, bridges above it enabled,
 * memory decode. Where it gives up half-way it has woken the function, and leaves it so.
 */
static int kernel_enable(struct pci_power *p, const struct notice *notice)
{
	int ret;

	p->enabled = true;
	ret = notice_give(notice, p);
	if (ret) {
		p->enabled = false;
		return ret;
	}
	ret = path_write("1", SYSFS_DEVICE "enable", p->dev->bdf);
	if (ret == -EBUSY)
		log_error("%s: a driver has taken it just now: unbind it and try again",
			  p->dev->bdf);
	else if (ret)
		log_error("%s: the kernel cannot enable it (%s): %s", p->dev->bdf, strerror(-ret),
			  remedy(ret, "see dmesg"));
	p->enabled = !ret || (ret != -EBUSY && config_restore(p));
	return ret;
}

/*
 * "enable" does nothing to a function that somebody had enabled before. What it left undone: D0,
 * but only where that does not reset the function, whose BARs we could not put back; and decode.
 */
static int finish_by_hand(struct pci_power *p, int fd)
{
	uint16_t command = 0, pmcsr = 0;
	int ret = p->pm_offset ? config_read(fd, p->pm_offset, &pmcsr) : 0;

	if (!ret && pmcsr & PCI_PM_CTRL_STATE_MASK && pmcsr & PCI_PM_CTRL_NO_SOFT_RST) {
		pmcsr &= (uint16_t)~(PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_STATUS);
		ret = config_write(fd, p->pm_offset, pmcsr);
		nanosleep(&pm_d3hot_delay, NULL);
		if (!ret)
			ret = config_read(fd, p->pm_offset, &pmcsr);
	}
	if (!ret && pmcsr & PCI_PM_CTRL_STATE_MASK) {
		log_error("%s: stays in D%u after the kernel enabled it, so no BAR "
			  "answers: see dmesg",
			  p->dev->bdf, pmcsr & PCI_PM_CTRL_STATE_MASK);
		return -EIO;
	}
	if (!ret)
		ret = config_read(fd, PCI_COMMAND, &command);
	if (!ret && !(command & PCI_COMMAND_MEMORY))
		ret = config_write(fd, PCI_COMMAND, command | PCI_COMMAND_MEMORY);
	if (!ret)
		ret = config_read(fd, PCI_COMMAND, &command);
	if (!ret && !memory_on(p, command))
		ret = -EIO;
	if (ret)
		log_error("%s: its memory decode cannot be turned on (%s): run as root, without "
			  "kernel lockdown",
			  p->dev->bdf, strerror(-ret));
	return ret;
}

static int wake(struct pci_power *p, const struct notice *notice)
{
	int fd = config_open(p->dev, O_RDWR), ret;

	if (fd < 0)
		return fd;
	ret = state_read(p, fd);
	if (!ret && (pm_state(p) != PM_D0 || !(p->command & PCI_COMMAND_MEMORY))) {
		ret = kernel_enable(p, notice);
		if (!ret)
			ret = finish_by_hand(p, fd);
	}
	close(fd);
	return ret;
}

static int check_only(struct pci_power *p)
{
	int ret = driver_awake(p), fd;

	if (ret)
		return ret;
	fd = config_open(p->dev, O_RDONLY);
	if (fd < 0)
		return fd;
	ret = state_read(p, fd);
	close(fd);
	return ret ? ret : driver_check(p);
}

int pci_power_on(struct pci_power *power, const struct pci_device *dev,
		 int (*note)(const struct pci_power *found, void *arg), void *arg)
{
	const struct notice notice = { note, arg };
	struct pci_power p = { .dev = dev };
	int ret;

	if (dev->driver[0]) {
		ret = check_only(&p);
	} else if (driver_bound(&p)) {
		log_error("%s: a driver has taken it just now: unbind it and try again", dev->bdf);
		ret = -EBUSY;
	} else {
		ret = runtime_pm_hold(&p, &notice);
		if (!ret)
			ret = wake(&p, &notice);
		if (ret)
			pci_power_restore(&p);
	}
	if (!ret || p.changed)
		*power = p;
	return ret;
}

static int file_restore(const struct pci_power *p, const char *file, const char *text)
{
	int ret = path_write(text, SYSFS_DEVICE "%s", p->dev->bdf, file);

	if (ret)
		log_error("%s: \"%s\" could not be written back to its %s (%s)", p->dev->bdf, text,
			  file, strerror(-ret));
	return ret;
}

/* Takes our "enable" back, which the kernel refuses with -EBUSY while a driver is bound. */
static int enable_restore(const struct pci_power *p)
{
	char now[16];
	int ret;

	/* where an earlier attempt came so far, the kernel does not take another 0 */
	if (path_read(now, sizeof(now), SYSFS_DEVICE "enable", p->dev->bdf) > 0 && !strcmp(now, "0"))
		return 0;
	ret = path_write("0", SYSFS_DEVICE "enable", p->dev->bdf);
	if (ret && ret != -EBUSY)
		log_error("%s: \"0\" could not be written back to its enable (%s)", p->dev->bdf,
			  strerror(-ret));
	return ret;
}

/* To put back what was found would take decode or power from under a live driver. */
static void leave_to_driver(const struct pci_power *p)
{
	char driver[NAME_MAX + 1], config[80] = "", control[64] = "";

	if (path_link_name(driver, sizeof(driver), SYSFS_DEVICE "driver", p->dev->bdf))
		strcpy(driver, "not known");
	if (p->enabled)
		snprintf(config, sizeof(config),
			 " enable, COMMAND (was 0x%04x), power state (was D%u)%s", p->command,
			 pm_state(p), p->runtime_pm[0] ? "," : "");
	if (p->runtime_pm[0])
		snprintf(control, sizeof(control), " power/control \"on\" (was \"%s\")",
			 p->runtime_pm);
	log_warn("%s: a driver (%s) has taken it meanwhile; left to that driver as they are:%s%s",
		 p->dev->bdf, text_clean(driver), config, control);
}

/* Its part of p is 0 where nothing is left to put back. */
static int runtime_pm_restore(struct pci_power *p)
{
	int ret = p->runtime_pm[0] ? file_restore(p, "power/control", p->runtime_pm) : 0;

	if (!ret)
		p->runtime_pm[0] = 0;
	return ret;
}

/* The same; -EBUSY, with everything as it was, when a driver has bound. */
static int enabled_restore(struct pci_power *p)
{
	int ret, config;

	if (!p->enabled)
		return 0;
	ret = enable_restore(p);
	if (ret == -EBUSY || driver_bound(p))
		return -EBUSY;
	config = config_restore(p);
	ret = ret ? ret : config;
	p->enabled = ret != 0;
	return ret;
}

/* Backwards, and all of it even where a part fails; the first error is told to the caller. */
int pci_power_restore(struct pci_power *p)
{
	int ret, control;

	if (!p->changed)
		return 0;
	ret = driver_bound(p) ? -EBUSY : enabled_restore(p);
	if (ret == -EBUSY || driver_bound(p)) {
		leave_to_driver(p);
		p->changed = p->enabled = false;
		p->runtime_pm[0] = 0;
		return 0;
	}
	control = runtime_pm_restore(p);
	ret = ret ? ret : control;
	p->changed = ret != 0;
	return ret;
}
