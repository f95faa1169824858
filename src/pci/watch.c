// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <pci/pci.h>
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "pci/watch.h"

static int config_get(const struct pci_watch *w, unsigned int at, unsigned char *bytes, size_t n)
{
	ssize_t got = pread(w->fd, bytes, n, at);

	return got == (ssize_t)n ? 0 : got < 0 ? -errno : -EIO;
}

static int base_get(const struct pci_watch *w, unsigned char bytes[8])
{
	unsigned int at = PCI_BASE_ADDRESS_0 + 4 * w->bar;

	/* the last BAR's second half would be another register */
	memset(bytes, 0, 8);
	return config_get(w, at, bytes, w->dev->bars[w->bar].is_64bit && w->bar < 5 ? 8 : 4);
}

int pci_watch_begin(struct pci_watch *w, const struct pci_device *dev, const struct bar *bar, int fd,
		    unsigned int pm_offset)
{
	struct pci_watch new = { .dev = dev, .fd = fd, .pm_offset = pm_offset, .bar = bar->index };
	int ret = config_get(&new, PCI_VENDOR_ID, new.ids, sizeof(new.ids));

	if (!ret)
		ret = base_get(&new, new.base);
	if (ret)
		log_error("%s: cannot read its configuration space (%s): run as root", dev->bdf,
			  strerror(-ret));
	else
		*w = new;
	return ret;
}

/*
 * sysfs answers ENODEV for an open file of a function that was removed, even when the function is back. It may
 * be removed between any two reads.
 */
static enum pci_presence unreadable(int ret, char *why, size_t n)
{
	if (!ret || ret == -ENODEV)
		snprintf(why, n, "the device was removed: unplugged, or its remove file written");
	else
		snprintf(why, n, "its configuration space cannot be read (%.40s)", strerror(-ret));
	return PCI_GONE;
}

static enum pci_presence look_driver(const struct pci_watch *w, char *why, size_t n)
{
	char driver[sizeof(w->dev->driver)] = "";
	int ret = path_link_name(driver, sizeof(driver), "/sys/bus/pci/devices/%s/driver",
				 w->dev->bdf);

	if (ret && ret != -ENOENT)
		snprintf(driver, sizeof(driver), "(not known)");
	if (!strcmp(driver, w->dev->driver))
		return PCI_THERE;
	if (*driver)
		snprintf(why, n, "driver %.40s has taken the device", text_clean(driver));
	else
		snprintf(why, n, "driver %.40s has left the device", w->dev->driver);
	return PCI_TAKEN;
}

static enum pci_presence look_power(const struct pci_watch *w, char *why, size_t n)
{
	unsigned char command[2], pmcsr[2] = { 0 };
	int ret = config_get(w, PCI_COMMAND, command, sizeof(command));

	if (!ret && w->pm_offset)
		ret = config_get(w, w->pm_offset, pmcsr, sizeof(pmcsr));
	if (ret)
		return unreadable(ret, why, n);
	if (pmcsr[0] & PCI_PM_CTRL_STATE_MASK) {
		snprintf(why, n, "it was put to sleep (D%u)", pmcsr[0] & PCI_PM_CTRL_STATE_MASK);
		return PCI_ASLEEP;
	}
	/* a virtual function's bit means nothing: PCIe base spec 9.3.4.1 */
	if (w->dev->virtual_function || command[0] & PCI_COMMAND_MEMORY)
		return PCI_THERE;
	snprintf(why, n, "its memory decode was turned off");
	return PCI_ASLEEP;
}

static enum pci_presence look_base(const struct pci_watch *w, char *why, size_t n)
{
	unsigned char base[8];
	int ret = base_get(w, base);

	if (ret)
		return unreadable(ret, why, n);
	if (!memcmp(base, w->base, sizeof(base)))
		return PCI_THERE;
	snprintf(why, n, "its BAR was moved, or reset and not set up again");
	return PCI_GONE;
}

enum pci_presence pci_watch_see(const struct pci_watch *w, char *why, size_t n)
{
	static const unsigned char ones[4] = { 0xff, 0xff, 0xff, 0xff };
	enum pci_presence presence;
	unsigned char now[sizeof(w->ids)];
	int ret = config_get(w, PCI_VENDOR_ID, now, sizeof(now));
	struct stat st;

	if (ret || fstat(w->fd, &st) || !st.st_nlink)
		return unreadable(ret, why, n);
	/* a virtual function's are ones from the start */
	if (memcmp(now, w->ids, sizeof(now))) {
		snprintf(why, n, "%s", memcmp(now, ones, sizeof(now)) ?
			 "another device is in its place" :
			 "its configuration space reads as ones: unplugged, off, or in reset");
		return PCI_GONE;
	}
	presence = look_driver(w, why, n);
	if (presence == PCI_THERE)
		presence = look_base(w, why, n);
	return presence == PCI_THERE ? look_power(w, why, n) : presence;
}

enum pci_presence pci_watch_look(struct pci_watch *w, char *why, size_t n)
{
	enum pci_presence presence = pci_watch_see(w, why, n);
	bool away = presence != PCI_THERE;

	if (away && !w->away)
		log_error("%s: %s: what is measured meanwhile counts as failed", w->dev->bdf, why);
	else if (!away && w->away)
		log_note("%s: it answers again", w->dev->bdf);
	w->away = away;
	return presence;
}
