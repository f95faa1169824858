// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pci/pci.h>
#include "base/array.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "pci/fill.h"
#include "pci/list.h"

/* include/linux/ioport.h; libpci's copy of those flags leaves it out */
#define IORESOURCE_UNSET 0x20000000

#define SYSFS_DEVICE "/sys/bus/pci/devices/%s/"

/* What the functions below work on: libpci's view of a function and ours. */
struct fill {
	struct pci_access *acc;
	struct pci_dev *from;
	struct pci_device *to;
};

/*
 * libpci ends the program on an error, by a callback that must not return. Ours leaves by longjmp,
 * so that one function with a broken file costs only what that file would have said. What libpci
 * had open in that moment is lost: a file, on a sysfs that no kernel makes.
 */
static jmp_buf libpci_failed;
static char libpci_message[256];

static void libpci_error(char *fmt, ...) PCI_PRINTF(1, 2) PCI_NONRET;
static void libpci_error(char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(libpci_message, sizeof(libpci_message), fmt, ap);
	va_end(ap);
	text_clean(libpci_message);
	longjmp(libpci_failed, 1);
}

static void libpci_quiet(char *fmt, ...) PCI_PRINTF(1, 2);
static void libpci_quiet(char *fmt, ...)
{
	(void)fmt; /* libpci warns of what it cannot read, and the list shows that it is not known */
}

static int libpci_try(void (*fn)(struct fill *), struct fill *f)
{
	if (setjmp(libpci_failed))
		return -EIO;
	fn(f);
	return 0;
}

/*
 * A recorded machine's files are below its root. If it brings its own pci.ids it is described by that alone,
 * so that its list is the same everywhere. A bundle names one: systems keep theirs in several places, or none.
 */
static void libpci_choose_files(struct fill *f)
{
	struct pci_access *acc = f->acc;
	const char *file = secure_getenv("MMIOBENCH_PCI_IDS");
	char path[PATH_MAX], *copy;

	if (!path_make(path, sizeof(path), "/sys/bus/pci"))
		pci_set_param(acc, "sysfs.path", path);
	/* pci.ids only: neither the network nor a cache in $HOME, nor udev, which leaks per miss */
	acc->id_lookup_mode = PCI_LOOKUP_NO_HWDB;
	if (*path_sysroot() && path_exists("/usr/share/misc/pci.ids")) {
		if (path_make(path, sizeof(path), "/usr/share/misc/pci.ids"))
			return;
		file = path;
	}
	if (!file || !*file)
		return;
	copy = strdup(file);
	if (copy)
		pci_set_name_list_path(acc, copy, 1);
}

static void libpci_scan(struct fill *f)
{
	libpci_choose_files(f);
	pci_init(f->acc);
	pci_scan_bus(f->acc);
}

static void fill_ident(struct fill *f)
{
	pci_fill_info(f->from, PCI_FILL_IDENT);
	f->to->vendor = f->from->vendor_id;
	f->to->device = f->from->device_id;
}

static void fill_class(struct fill *f)
{
	pci_fill_info(f->from, PCI_FILL_CLASS);
	f->to->class_code = f->from->device_class;
}

static void fill_numa(struct fill *f)
{
	if (pci_fill_info(f->from, PCI_FILL_NUMA_NODE) & PCI_FILL_NUMA_NODE)
		f->to->numa_node = f->from->numa_node < 0 ? -1 : f->from->numa_node;
}

/* A BAR without a size has no address that could be used, whatever its line in "resource" says. */
static void fill_bar(struct pci_device *dev, unsigned int i, const struct pci_dev *from)
{
	struct bar *bar = &dev->bars[i];
	uint64_t flags = from->flags[i];

	if (!(flags & (PCI_IORESOURCE_MEM | PCI_IORESOURCE_IO)))
		return;
	bar->kind = flags & PCI_IORESOURCE_MEM ? BAR_MEMORY : BAR_IO;
	bar->phys_bytes = from->base_addr[i] &
			  (bar->kind == BAR_MEMORY ? PCI_ADDR_MEM_MASK : PCI_ADDR_IO_MASK);
	bar->size_bytes = from->size[i];
	bar->prefetchable = bar->kind == BAR_MEMORY && flags & PCI_IORESOURCE_PREFETCH;
	bar->is_64bit = bar->kind == BAR_MEMORY && flags & PCI_IORESOURCE_MEM_64;
	bar->unset = flags & IORESOURCE_UNSET || !from->size[i];
	bar->has_file = path_exists(SYSFS_DEVICE "resource%u", dev->bdf, i);
	bar->has_wc_file = path_exists(SYSFS_DEVICE "resource%u_wc", dev->bdf, i);
}

static void fill_bars(struct fill *f)
{
	pci_fill_info(f->from, PCI_FILL_BASES | PCI_FILL_SIZES | PCI_FILL_IO_FLAGS);
	for (unsigned int i = 0; i < PCI_BARS; i++)
		fill_bar(f->to, i, f->from);
}

static void fill_config(struct fill *f)
{
	config_fill(f->to, f->from);
}

/* libpci refuses to shorten a name. */
static void name_copy(char *to, size_t n, const char *from)
{
	snprintf(to, n, "%s", from);
	text_clean(to);
}

static void fill_names(struct fill *f)
{
	struct pci_device *d = f->to;
	char buf[1024], *number;
	int n = sizeof(buf);

	name_copy(d->vendor_name, sizeof(d->vendor_name),
		  pci_lookup_name(f->acc, buf, n, PCI_LOOKUP_VENDOR, d->vendor));
	name_copy(d->device_name, sizeof(d->device_name),
		  pci_lookup_name(f->acc, buf, n, PCI_LOOKUP_DEVICE, d->vendor, d->device));
	name_copy(d->class_name, sizeof(d->class_name),
		  pci_lookup_name(f->acc, buf, n, PCI_LOOKUP_CLASS, d->class_code));
	number = strstr(d->class_name, " ["); /* of a subclass that has no name */
	if (number)
		*number = 0;
}

/* Files that libpci does not read, or only since 3.8. "" and 0 where there is none. */
static unsigned int attr_number(const struct pci_device *dev, const char *name, unsigned int max)
{
	unsigned int v = 0;
	char buf[32];

	if (path_read(buf, sizeof(buf), SYSFS_DEVICE "%s", dev->bdf, name) > 0)
		parse_uint(buf, max, &v);
	return v;
}

static void attr_text(char *to, size_t n, const struct pci_device *dev, const char *name)
{
	char buf[64];

	if (path_read(buf, sizeof(buf), SYSFS_DEVICE "%s", dev->bdf, name) <= 0)
		return;
	if (strncmp(buf, "Unknown", 7))
		name_copy(to, n, buf);
}

static void link_read(struct pci_link *link, const struct pci_device *d)
{
	attr_text(link->speed, sizeof(link->speed), d, "current_link_speed");
	link->width = attr_number(d, "current_link_width", 32);
}

void pci_link_look_again(struct pci_device *d)
{
	struct pci_link now = d->link;

	link_read(&now, d);
	if (strtod(now.speed, NULL) * now.width > strtod(d->link.speed, NULL) * d->link.width)
		d->link = now;
}

static void fill_files(struct pci_device *d)
{
	char driver[NAME_MAX + 1];
	int ret;

	link_read(&d->link, d);
	attr_text(d->link.max_speed, sizeof(d->link.max_speed), d, "max_link_speed");
	d->link.max_width = attr_number(d, "max_link_width", 32);
	ret = path_link_name(driver, sizeof(driver), SYSFS_DEVICE "driver", d->bdf);
	if (!ret && *driver)
		name_copy(d->driver, sizeof(d->driver), driver);
	else if (ret != -ENOENT)
		strcpy(d->driver, "?"); /* bound to what cannot be read: still somebody's */
}

static const struct {
	void (*fill)(struct fill *);
	const char *what;
} fills[] = {
	{ fill_ident, "its ids" },
	{ fill_class, "its class" },
	{ fill_numa, "its NUMA node" },
	{ fill_bars, "its BARs" },
	{ fill_config, "its configuration space" },
	{ fill_names, "its names" },
};

static void device_fill(struct fill *f)
{
	struct pci_device *d = f->to;
	char physfn[NAME_MAX + 1];

	d->domain = (unsigned int)f->from->domain;
	d->bus = f->from->bus;
	d->dev = f->from->dev;
	d->func = f->from->func;
	snprintf(d->bdf, sizeof(d->bdf), "%04x:%02x:%02x.%x", d->domain, d->bus, d->dev, d->func);
	d->numa_node = -1;
	d->virtual_function = path_link_name(physfn, sizeof(physfn), SYSFS_DEVICE "physfn",
					     d->bdf) != -ENOENT;
	for (unsigned int i = 0; i < PCI_BARS; i++)
		d->bars[i].index = i;
	for (size_t i = 0; i < ARRAY_SIZE(fills); i++)
		if (libpci_try(fills[i].fill, f))
			log_warn("%s: %s are not known: %s", d->bdf, fills[i].what, libpci_message);
	fill_files(d);
}

/* A domain of five digits comes behind all of four. */
int pci_bdf_compare(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);

	return na == nb ? strcmp(a, b) : na < nb ? -1 : 1;
}

static int device_compare(const void *a, const void *b)
{
	return pci_bdf_compare(((const struct pci_device *)a)->bdf, ((const struct pci_device *)b)->bdf);
}

static int list_fill(struct pci_list *list, struct pci_access *acc)
{
	struct fill f = { .acc = acc };
	struct pci_list new = { 0 };
	size_t n = 0;

	if (libpci_try(libpci_scan, &f)) {
		log_error("cannot list PCI functions: %s: look at %s/sys/bus/pci/devices",
			  libpci_message, path_sysroot());
		return -EIO;
	}
	for (f.from = acc->devices; f.from; f.from = f.from->next)
		n++;
	new.v = calloc(n ? n : 1, sizeof(*new.v));
	if (!new.v) {
		log_error("not enough memory for %zu PCI functions", n);
		return -ENOMEM;
	}
	for (f.from = acc->devices; f.from; f.from = f.from->next) {
		f.to = &new.v[new.n++];
		device_fill(&f);
	}
	qsort(new.v, new.n, sizeof(*new.v), device_compare);
	iomem_claims(new.v, new.n);
	*list = new;
	return 0;
}

int pci_list_load(struct pci_list *list)
{
	struct pci_access *acc;
	int ret;

	/* no sysfs, or one that this user may not see, is not the same as no PCI */
	if (!path_exists("/sys/bus")) {
		log_error("there is no sysfs in %s/sys, or it may not be read: run on the host, outside "
			  "the container", path_sysroot());
		return -ENOENT;
	}
	if (!path_exists("/sys/bus/pci/devices")) {
		*list = (struct pci_list){ 0 };
		return 0;
	}
	acc = pci_alloc();
	if (!acc)
		return -ENOMEM;
	acc->method = PCI_ACCESS_SYS_BUS_PCI;
	acc->error = libpci_error;
	acc->warning = libpci_quiet;
	acc->debug = libpci_quiet;
	ret = list_fill(list, acc);
	pci_cleanup(acc);
	return ret;
}

void pci_list_free(struct pci_list *list)
{
	free(list->v);
	*list = (struct pci_list){ 0 };
}
