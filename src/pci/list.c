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
#include "base/clean.h"
#include "base/log.h"
#include "base/path.h"
#include "pci/iomem.h"
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
	(void)fmt; /* a warning says that something is not known, and the list shows that */
}

static int libpci_try(void (*fn)(struct fill *), struct fill *f)
{
	if (setjmp(libpci_failed))
		return -EIO;
	fn(f);
	return 0;
}

/* Below a recorded machine's root. */
static void libpci_set_root(struct fill *f)
{
	char path[PATH_MAX];

	if (!path_make(path, sizeof(path), "/sys/bus/pci"))
		pci_set_param(f->acc, "sysfs.path", path);
}

/*
 * A recorded machine that brings its own pci.ids is described by that alone, so that its list is
 * the same everywhere. A bundle brings one along: systems keep theirs in several places, or none.
 */
static void libpci_choose_names(struct fill *f)
{
	struct pci_access *acc = f->acc;
	const char *file = secure_getenv("MMIOBENCH_PCI_IDS");
	char path[PATH_MAX], *copy;

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

static int libpci_open(struct pci_access **out)
{
	char path[PATH_MAX];
	struct pci_access *acc;
	struct fill f = { 0 };
	int ret = path_make(path, sizeof(path), "/sys/bus/pci");

	if (ret) {
		log_error("the path of --sysroot is too long: use a shorter one");
		return ret;
	}
	acc = pci_alloc();
	if (!acc)
		return -ENOMEM;
	acc->method = PCI_ACCESS_SYS_BUS_PCI;
	acc->error = libpci_error;
	acc->warning = libpci_quiet;
	acc->debug = libpci_quiet;
	f.acc = acc;
	if (libpci_try(libpci_set_root, &f) || libpci_try(libpci_choose_names, &f)) {
		log_error("cannot list PCI functions: %s: look at %s/sys/bus/pci/devices",
			  libpci_message, path_sysroot());
		pci_cleanup(acc);
		return -EIO;
	}
	*out = acc;
	return 0;
}

static void libpci_scan(struct fill *f)
{
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

static void fill_bar(struct pci_device *dev, unsigned int i, const struct pci_dev *from)
{
	struct bar *bar = &dev->bars[i];
	uint64_t flags = from->flags[i];

	if (!from->size[i] || !(flags & (PCI_IORESOURCE_MEM | PCI_IORESOURCE_IO)))
		return;
	bar->kind = flags & PCI_IORESOURCE_MEM ? BAR_MEMORY : BAR_IO;
	bar->phys_bytes = from->base_addr[i] &
			  (bar->kind == BAR_MEMORY ? PCI_ADDR_MEM_MASK : PCI_ADDR_IO_MASK);
	bar->size_bytes = from->size[i];
	bar->prefetchable = bar->kind == BAR_MEMORY && flags & PCI_IORESOURCE_PREFETCH;
	bar->is_64bit = bar->kind == BAR_MEMORY && flags & PCI_IORESOURCE_MEM_64;
	bar->unset = flags & IORESOURCE_UNSET;
	bar->has_file = path_exists(SYSFS_DEVICE "resource%u", dev->bdf, i);
	bar->has_wc_file = path_exists(SYSFS_DEVICE "resource%u_wc", dev->bdf, i);
}

static void fill_bars(struct fill *f)
{
	pci_fill_info(f->from, PCI_FILL_BASES | PCI_FILL_SIZES | PCI_FILL_IO_FLAGS);
	for (unsigned int i = 0; i < PCI_BARS; i++)
		fill_bar(f->to, i, f->from);
}

/* Device Serial Number, PCIe base spec 7.9.3: the lower half first. Needs root: beyond byte 64. */
static void fill_serial(struct fill *f)
{
	struct pci_cap *cap;
	uint64_t serial;
	u8 b[8];

	pci_fill_info(f->from, PCI_FILL_CAPS | PCI_FILL_EXT_CAPS);
	cap = pci_find_cap(f->from, PCI_EXT_CAP_ID_DSN, PCI_CAP_EXTENDED);
	if (!cap || !pci_read_block(f->from, (int)cap->addr + 4, b, sizeof(b)))
		return;
	serial = 0;
	for (unsigned int i = sizeof(b); i--;)
		serial = serial << 8 | b[i];
	if (serial == 0 || serial == UINT64_MAX) /* not programmed, or no answer */
		return;
	f->to->has_serial = true;
	f->to->serial = serial;
}

static uint16_t header_word(const u8 *header, unsigned int at)
{
	return (uint16_t)(header[at] | header[at + 1] << 8);
}

/* at: of a register whose low three bits are a BAR's index, the others an offset in that BAR. */
static void msix_area(struct pci_device *d, const u8 *cap, unsigned int at, uint64_t bytes)
{
	uint32_t place = header_word(cap, at) | (uint32_t)header_word(cap, at + 2) << 16;
	unsigned int index = place & PCI_MSIX_BIR;
	struct bar *bar = index < PCI_BARS ? &d->bars[index] : NULL;

	if (bar)
		bar->msix[bar->n_msix++] = (struct bar_area){ place & ~PCI_MSIX_BIR, bytes };
}

/* PCIe base spec 7.7.2: 16 bytes a vector, and a bit of it in words of 64. As beyond byte 64, needs root. */
static void fill_msix(struct fill *f)
{
	struct pci_cap *found;
	unsigned int vectors;
	u8 cap[12];

	pci_fill_info(f->from, PCI_FILL_CAPS);
	found = pci_find_cap(f->from, PCI_CAP_ID_MSIX, PCI_CAP_NORMAL);
	if (!found || !pci_read_block(f->from, (int)found->addr, cap, sizeof(cap)))
		return;
	vectors = (header_word(cap, PCI_CAP_FLAGS) & PCI_MSIX_TABSIZE) + 1u;
	msix_area(f->to, cap, PCI_MSIX_TABLE, vectors * 16u);
	msix_area(f->to, cap, PCI_MSIX_PBA, (vectors + 63) / 64 * 8);
}

/* Of a virtual function, PCIe base spec 9.3.4.1: vendor reads ffff, memory space enable 0. */
static void fill_config(struct fill *f)
{
	u8 header[64];
	unsigned int type;

	f->to->bridge = f->to->class_code >> 8 == PCI_BASE_CLASS_BRIDGE;
	f->to->memory_decode = f->to->virtual_function;
	if (!pci_read_block(f->from, 0, header, sizeof(header)))
		return;
	if (header_word(header, f->to->virtual_function ? PCI_COMMAND : PCI_VENDOR_ID) == 0xffff)
		return; /* asleep in D3cold, or gone */
	f->to->revision = header[PCI_REVISION_ID];
	f->to->prog_if = header[PCI_CLASS_PROG];
	type = header[PCI_HEADER_TYPE] & 0x7f;
	if (type == PCI_HEADER_TYPE_NORMAL) {
		f->to->subsystem_vendor = header_word(header, PCI_SUBSYSTEM_VENDOR_ID);
		f->to->subsystem_device = header_word(header, PCI_SUBSYSTEM_ID);
	}
	f->to->bridge |= type == PCI_HEADER_TYPE_BRIDGE || type == PCI_HEADER_TYPE_CARDBUS;
	f->to->memory_decode |= (header[PCI_COMMAND] & PCI_COMMAND_MEMORY) != 0;
	f->to->bus_master = header[PCI_COMMAND] & PCI_COMMAND_MASTER;
	fill_msix(f);
	fill_serial(f);
}

/* libpci refuses to shorten a name. */
static void name_copy(char *to, size_t n, const char *from)
{
	size_t len = strnlen(from, n - 1);

	memcpy(to, from, len);
	to[len] = 0;
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
	unsigned long v;
	char buf[32], *end;

	if (path_read(buf, sizeof(buf), SYSFS_DEVICE "%s", dev->bdf, name) <= 0)
		return 0;
	errno = 0;
	v = strtoul(buf, &end, 0);
	return errno || *end || v > max ? 0 : (unsigned int)v;
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
	for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++)
		if (libpci_try(fills[i].fill, f))
			log_warn("%s: %s are not known: %s", d->bdf, fills[i].what, libpci_message);
	fill_files(d);
}

static int device_compare(const void *pa, const void *pb)
{
	const struct pci_device *a = pa, *b = pb;

	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus < b->bus ? -1 : 1;
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	return a->func < b->func ? -1 : a->func > b->func;
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
	ret = libpci_open(&acc);
	if (ret)
		return ret;
	ret = list_fill(list, acc);
	pci_cleanup(acc);
	return ret;
}

void pci_list_free(struct pci_list *list)
{
	free(list->v);
	*list = (struct pci_list){ 0 };
}
