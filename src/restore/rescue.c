// SPDX-License-Identifier: GPL-2.0-or-later
/* The rescue file in a run: kept while something is to be put back. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "restore/rescue.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

int rescue_path(char buf[PATH_MAX], const char *bdf)
{
	int ret = path_make(buf, PATH_MAX, RESCUE_DIRECTORY "/%s", bdf);

	if (ret)
		log_error("the name of %s's rescue file is too long: choose a shorter --sysroot", bdf);
	return ret;
}

void rescue_fresh_path(char buf[RESCUE_FRESH_MAX], const char *path)
{
	snprintf(buf, RESCUE_FRESH_MAX, "%s" RESCUE_FRESH, path);
}

static int log_boot_unknown(int err)
{
	log_error("cannot read %s%s: %s: which boot a rescue file is of is not known, so nothing is "
		  "changed", path_sysroot(), BOOT_ID, strerror(-err));
	return err;
}

/* "" where there is none, as in a recorded tree or behind a masked /proc. 0 or -errno after logging. */
static int read_boot_id(char *buf, size_t n)
{
	int ret = path_read(buf, n, BOOT_ID);

	if (ret < 0)
		buf[0] = 0;
	return ret >= 0 || ret == -ENOENT ? 0 : log_boot_unknown(ret);
}

/* Where it was not known then it is this one: a boot empties /run. */
int rescue_this_boot(const struct rescue_header *h)
{
	char boot_id[sizeof(h->boot_id)] = "";
	int ret = read_boot_id(boot_id, sizeof(boot_id));

	if (!ret && h->boot_id[0] && !boot_id[0])
		ret = log_boot_unknown(-ENOENT);
	return ret ? ret : !h->boot_id[0] || !strcmp(boot_id, h->boot_id);
}

/* Padding would be hashed: everything is zero before. */
int rescue_begin(struct rescue *r, const struct pci_device *dev, const struct bar *bar,
		 const char *started)
{
	struct rescue_header *h = &r->header;

	memset(r, 0, sizeof(*r));
	r->lock = -1;
	strcpy(h->magic, RESCUE_MAGIC);
	snprintf(h->bdf, sizeof(h->bdf), "%s", dev->bdf);
	snprintf(h->started, sizeof(h->started), "%s", started);
	h->vendor = dev->vendor;
	h->device = dev->device;
	h->subsystem_vendor = dev->subsystem_vendor;
	h->subsystem_device = dev->subsystem_device;
	h->has_serial = dev->has_serial;
	h->serial = dev->serial;
	h->bar = bar->index;
	h->bar_phys = bar->phys_bytes;
	h->bar_bytes = bar->size_bytes;
	return rescue_path(r->path, dev->bdf);
}

int rescue_check_directory(void)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), "%s", RESCUE_DIRECTORY), fd;

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == EPERM ? -EACCES : -errno;
	ret = untrusted_path_check_directory(fd);
	close(fd);
	if (ret == -EPERM)
		log_error("%s is another user's, or others may write to it: look at what is in it, and "
			  "remove it", path);
	return ret;
}

int rescue_keep(struct rescue *r)
{
	int ret = read_boot_id(r->header.boot_id, sizeof(r->header.boot_id));

	r->header.power.dev = NULL;
	if (!ret)
		ret = rescue_write(r);
	if (ret)
		log_error("cannot note in %s what is to be put back (%s), so nothing is changed: make room or "
			  "make it writable, choose a smaller --length, or use --read-only", r->path,
			  strerror(-ret));
	return ret;
}

int rescue_settle(struct rescue *r)
{
	int ret;

	if (r->lock < 0)
		return 0;
	if (r->header.power.changed) {
		ret = rescue_write(r);
		if (ret)
			log_error("cannot note in %s that the window is back (%s): if this run is killed now, "
				  "--recover stores to it once more", r->path, strerror(-ret));
		return ret;
	}
	ret = rescue_remove(r);
	if (!ret)
		rescue_unlock(r);
	return ret;
}

int rescue_remove(const struct rescue *r)
{
	int ret;

	if (!unlink(r->path) || errno == ENOENT || errno == ENOTDIR)
		return 0;
	ret = -errno;
	log_error("cannot remove %s: %s: remove it by hand", r->path, strerror(-ret));
	return ret;
}

const char *rescue_describe(char *buf, size_t n, const struct rescue_header *h)
{
	buf[0] = 0;
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		if (h->parts[i].length_bytes)
			text_append(buf, n, "%s%llu bytes at 0x%llx of BAR %u", *buf ? ", " : "",
				    (unsigned long long)h->parts[i].length_bytes,
				    (unsigned long long)h->parts[i].offset_bytes, h->bar);
	if (h->power.changed)
		text_append(buf, n, "%sits power state", *buf ? ", " : "");
	return buf;
}
