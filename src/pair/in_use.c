// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/array.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "pair/group.h"
#include "pair/in_use.h"

#define SYSFS_DEVICE "/sys/bus/pci/devices/%s"
#define DEPTH_MAX    24 /* usb: function/usb1/1-1/1-1.2/1-1.2:1.0/host0/target0:0:0/0:0:0:0/block/sda/sda1 */
#define NODES_MAX    256

/* A device below the function, by its directory in sysfs. */
struct below {
	const char *path;
	const char *name;        /* the last part of it */
	char node[80];           /* "/dev/nvme0n1p2"; "": it has none */
	char number[24];         /* "259:2" */
};

/* Where what is found goes; nodes: of all devices below, for who has them open. */
struct search {
	const char *bdf;
	char *text;
	size_t n;
	char nodes[NODES_MAX][80];
	size_t n_nodes;
};

static bool say(struct search *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool say(struct search *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->text, s->n, fmt, ap);
	va_end(ap);
	text_clean(s->text);
	return true;
}

static bool reads_as(const char *text, const char *path, const char *file)
{
	char now[64];

	return path_read(now, sizeof(now), "%s/%s", path, file) >= 0 && !strcmp(now, text);
}

/* The first entry of a directory whose name begins so; false: none. */
static bool first_entry(char *name, size_t n, const char *prefix, const char *path, const char *directory)
{
	char real[PATH_MAX];
	struct dirent *e;
	DIR *d = path_make(real, sizeof(real), "%s/%s", path, directory) ? NULL : opendir(real);
	bool found = false;

	while (d && !found && (e = readdir(d)))
		if (e->d_name[0] != '.' && !strncmp(e->d_name, prefix, strlen(prefix))) {
			snprintf(name, n, "%.*s", (int)n - 1, e->d_name);
			found = true;
		}
	if (d)
		closedir(d);
	return found;
}

/* IFF_UP is bit 0, include/uapi/linux/if.h; the bonds and bridges that it is part of are links. */
static bool net_is_used(struct search *s, const struct below *b)
{
	char flags[32], upper[64];
	uint64_t value;

	if (path_read(flags, sizeof(flags), "%s/flags", b->path) > 0 && !parse_u64(flags, &value) && value & 1)
		return say(s, "network interface %s is up", b->name);
	if (first_entry(upper, sizeof(upper), "upper_", b->path, ""))
		return say(s, "network interface %s is part of %s", b->name, upper + strlen("upper_"));
	return false;
}

/*
 * proc_pid_mountinfo(5): number 3 is the file system's device, number 5 where it is mounted, and behind " - " come
 * type and source. btrfs has a device of its own, so its source is compared, too.
 */
static bool is_mounted(struct search *s, const struct below *b)
{
	char line[4096], number[24], point[1024], source[1024];
	FILE *f = path_fopen("/proc/self/mountinfo");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *tail = strstr(line, " - ");

		if (sscanf(line, "%*s %*s %23s %*s %1023s", number, point) != 2)
			continue;
		source[0] = 0;
		if (tail)
			sscanf(tail, " - %*s %1023s", source);
		found = !strcmp(number, b->number) || !strcmp(source, b->node);
	}
	if (f)
		fclose(f);
	return found && say(s, "%s is mounted on %s", b->node, point);
}

static bool is_swap(struct search *s, const struct below *b)
{
	char line[1024], name[512];
	FILE *f = path_fopen("/proc/swaps");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%511s", name) == 1 && !strcmp(name, b->node);
	if (f)
		fclose(f);
	return found && say(s, "%s is swap", b->node);
}

/*
 * Whoever mounts, swaps to or builds upon a block device holds it exclusively (block/bdev.c, bd_may_claim()), so that
 * it cannot be opened that way: btrfs' other disks, zfs, another mount namespace. A look: nothing is written.
 */
static bool is_held(struct search *s, const struct below *b)
{
	int fd = path_open(O_RDONLY | O_EXCL | O_NONBLOCK, "%s", b->node);

	if (fd >= 0)
		close(fd);
	return fd == -EBUSY && say(s, "%s is held by a file system or volume", b->node);
}

static bool disk_is_used(struct search *s, const struct below *b)
{
	char holder[64];

	if (first_entry(holder, sizeof(holder), "", b->path, "holders"))
		return say(s, "%s is part of %s", b->node, holder);
	return is_mounted(s, b) || is_swap(s, b) || is_held(s, b);
}

static bool walk(struct search *s, const char *path, unsigned int depth);

/*
 * With several paths to one disk, nvme0c1n2 is a path, hidden, and nvme0n2 the disk, which is below no function
 * (drivers/nvme/host/multipath.c).
 */
static bool block_is_used(struct search *s, const struct below *b)
{
	unsigned int subsystem, controller, disk;

	if (sscanf(b->name, "nvme%uc%un%u", &subsystem, &controller, &disk) == 3) {
		char path[80];

		snprintf(path, sizeof(path), "/sys/block/nvme%un%u", subsystem, disk);
		return walk(s, path, 1);
	}
	return b->node[0] && disk_is_used(s, b);
}

/* A "frame buffer device" of /sys/class/vtconsole, or "VGA+": where the kernel's console is. */
static bool console_is_on(const char *what)
{
	char name[64], path[64];

	for (unsigned int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "/sys/class/vtconsole/vtcon%u", i);
		if (path_read(name, sizeof(name), "%s/name", path) > 0 && strstr(name, what) &&
		    reads_as("1", path, "bind"))
			return true;
	}
	return false;
}

static bool graphics_is_used(struct search *s, const struct below *b)
{
	return !strncmp(b->name, "fb", 2) && console_is_on("frame buffer") &&
	       say(s, "the console is on %s", b->name);
}

/* "card0-HDMI-A-1"; the cards themselves have nodes, and those who have them open are found with these. */
static bool drm_is_used(struct search *s, const struct below *b)
{
	return reads_as("connected", b->path, "status") && reads_as("enabled", b->path, "enabled") &&
	       say(s, "display %s is on", b->name);
}

/* "ttyS4 -W- (EC p a) 4:68": fs/proc/consoles.c */
static bool tty_is_used(struct search *s, const struct below *b)
{
	char line[256];
	FILE *f = path_fopen("/proc/consoles");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *number = strrchr(line, ' ');

		line[strcspn(line, "\n")] = 0;
		found = number && b->number[0] && !strcmp(number + 1, b->number);
	}
	if (f)
		fclose(f);
	return found && say(s, "the console is on %s", b->name);
}

/* "4: ACTIVE", drivers/infiniband/core/sysfs.c */
static bool infiniband_is_used(struct search *s, const struct below *b)
{
	char state[32];

	for (unsigned int port = 1; port < 16; port++)
		if (path_read(state, sizeof(state), "%s/ports/%u/state", b->path, port) > 0 &&
		    strstr(state, "ACTIVE"))
			return say(s, "InfiniBand device %s port %u is active", b->name, port);
	return false;
}

/* On a text console nobody has it open. */
static bool input_is_used(struct search *s, const struct below *b)
{
	char what[64];

	return !strncmp(b->name, "input", 5) && path_read(what, sizeof(what), "%s/name", b->path) > 0 &&
	       say(s, "input device \"%s\" is attached to it", what);
}

static bool mdev_is_used(struct search *s, const struct below *b)
{
	return say(s, "mediated device %s is made of it", b->name);
}

static const struct {
	const char *subsystem;
	bool (*is_used)(struct search *s, const struct below *b);
} kinds[] = {
	{ "net", net_is_used },
	{ "block", block_is_used },
	{ "graphics", graphics_is_used },
	{ "drm", drm_is_used },
	{ "tty", tty_is_used },
	{ "infiniband", infiniband_is_used },
	{ "input", input_is_used },
	{ "mdev", mdev_is_used },
};

/* "DEVNAME=snd/controlC0" in uevent; drivers/base/core.c, dev_uevent() */
static void below_fill(struct below *b, const char *path)
{
	char uevent[1024], *at;

	*b = (struct below){ .path = path, .name = strrchr(path, '/') + 1 };
	if (path_read(b->number, sizeof(b->number), "%s/dev", path) <= 0)
		b->number[0] = 0;
	if (!b->number[0] || path_read(uevent, sizeof(uevent), "%s/uevent", path) <= 0)
		return;
	at = strstr(uevent, "DEVNAME=");
	if (at)
		snprintf(b->node, sizeof(b->node), "/dev/%.*s", (int)strcspn(at + 8, "\n"), at + 8);
}

/* A directory is a device when it says of which subsystem. */
static bool look(struct search *s, const char *path)
{
	char subsystem[64];
	struct below b;

	if (path_link_name(subsystem, sizeof(subsystem), "%s/subsystem", path))
		return false;
	below_fill(&b, path);
	if (b.node[0] && s->n_nodes < NODES_MAX)
		strcpy(s->nodes[s->n_nodes++], b.node);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].subsystem, subsystem))
			return kinds[i].is_used(s, &b);
	return false;
}

static bool is_directory(const char *real, const struct dirent *e)
{
	char path[PATH_MAX];
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return (size_t)snprintf(path, sizeof(path), "%s/%s", real, e->d_name) < sizeof(path) &&
	       !lstat(path, &st) && S_ISDIR(st.st_mode);
}

/* path and all below it, but for what links lead to: sysfs has what is part of what in directories. */
static bool walk(struct search *s, const char *path, unsigned int depth)
{
	char real[PATH_MAX], child[PATH_MAX];
	const struct dirent *e;
	bool used = depth && look(s, path);
	DIR *d;

	if (used || depth > DEPTH_MAX || path_make(real, sizeof(real), "%s", path))
		return used;
	d = opendir(real);
	while (d && !used && (e = readdir(d)))
		if (e->d_name[0] != '.' && is_directory(real, e) &&
		    (size_t)snprintf(child, sizeof(child), "%s/%s", path, e->d_name) < sizeof(child))
			used = walk(s, child, depth + 1);
	if (d)
		closedir(d);
	return used;
}

/* What the function's own files say. */
static bool function_is_used(struct search *s, const struct pci_device *dev)
{
	char numvfs[16], path[64];

	if (dev->bridge && dev->driver[0])
		return say(s, "it is part of this machine (%s)", dev->class_name);
	for (unsigned int i = 0; i < PCI_BARS && !dev->driver[0]; i++)
		if (dev->bars[i].claimed[0])
			return say(s, "%s uses its BAR %u", dev->bars[i].claimed, i);
	snprintf(path, sizeof(path), SYSFS_DEVICE, dev->bdf);
	if (reads_as("1", path, "boot_vga") && console_is_on("VGA"))
		return say(s, "the console is on it");
	if (path_read(numvfs, sizeof(numvfs), "%s/sriov_numvfs", path) > 0 && strcmp(numvfs, "0"))
		return say(s, "it has virtual functions (sriov_numvfs is %s)", numvfs);
	return false;
}

/* What a process has open that is the function's: a node, or a BAR through sysfs. */
static bool is_of_function(const struct search *s, const char *target)
{
	const char *at = strstr(target, s->bdf);

	if (at && !strncmp(target, "/sys/", 5) && !strncmp(at + strlen(s->bdf), "/resource", 9))
		return true;
	for (size_t i = 0; i < s->n_nodes; i++)
		if (!strcmp(s->nodes[i], target))
			return true;
	return false;
}

static bool process_has_open(struct search *s, const char *pid)
{
	char real[PATH_MAX], link[PATH_MAX], target[PATH_MAX], name[32];
	struct dirent *e;
	bool found = false;
	DIR *d;

	if (path_make(real, sizeof(real), "/proc/%s/fd", pid))
		return false;
	d = opendir(real);
	while (d && !found && (e = readdir(d))) {
		ssize_t len;

		if (e->d_name[0] == '.' || (size_t)snprintf(link, sizeof(link), "%s/%s", real, e->d_name) >= sizeof(link))
			continue;
		len = readlink(link, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = 0;
		found = is_of_function(s, target);
	}
	if (d)
		closedir(d);
	if (found && path_read(name, sizeof(name), "/proc/%s/comm", pid) <= 0)
		strcpy(name, "process");
	return found && say(s, "%s[%s] has %s open", name, pid, target);
}

/* VFIO's file of the whole group; the one of the function alone is below it, in vfio-dev/ (Linux 6.2). */
static void add_group(struct search *s)
{
	int number = group_number(s->bdf);

	if (number < 0 || s->n_nodes + 2 > NODES_MAX)
		return;
	snprintf(s->nodes[s->n_nodes++], sizeof(s->nodes[0]), "/dev/vfio/%d", number);
	snprintf(s->nodes[s->n_nodes++], sizeof(s->nodes[0]), "/dev/vfio/noiommu-%d", number);
}

static bool any_process(struct search *s)
{
	char real[PATH_MAX];
	struct dirent *e;
	bool found = false;
	unsigned int pid;
	DIR *d = path_make(real, sizeof(real), "/proc") ? NULL : opendir(real);

	add_group(s);
	while (d && !found && (e = readdir(d)))
		found = !parse_uint(e->d_name, INT_MAX, &pid) && (pid_t)pid != getpid() &&
			process_has_open(s, e->d_name);
	if (d)
		closedir(d);
	return found;
}

/* The function's own directory is no device below it. */
static bool anything_below(struct search *s)
{
	char path[64];

	snprintf(path, sizeof(path), SYSFS_DEVICE, s->bdf);
	return walk(s, path, 0);
}

static struct search *search_begin(const char *bdf, char *text, size_t n)
{
	static struct search s; /* too large for a stack */

	s = (struct search){ .bdf = bdf, .text = text, .n = n };
	text[0] = 0;
	return &s;
}

bool in_use(const struct pci_device *dev, char *text, size_t n)
{
	struct search *s = search_begin(dev->bdf, text, n);

	return function_is_used(s, dev) || anything_below(s) || any_process(s);
}

bool in_use_by_process(const char *bdf, char *text, size_t n)
{
	struct search *s = search_begin(bdf, text, n);

	anything_below(s);
	s->n_nodes = s->n_nodes < NODES_MAX - 2 ? s->n_nodes : NODES_MAX - 2;
	text[0] = 0;
	return any_process(s);
}
