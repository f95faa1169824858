// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/log.h"
#include "base/path.h"
#include "run/rescue.h"

static int keep(struct rescue *r, const struct window *windows, size_t n)
{
	struct rescue_header h;
	int ret = rescue_file_begin(&h, r->dev, r->bar);

	if (ret)
		return ret;
	snprintf(h.started, sizeof(h.started), "%s", r->started);
	h.power = r->power;
	h.power.dev = NULL;
	return rescue_file_write(&h, windows, n, &r->lock);
}

int rescue_keep(struct rescue *r, const struct window *windows, size_t n)
{
	int ret = keep(r, windows, n);

	if (ret)
		log_error("cannot note in %s" RESCUE_DIRECTORY "/%s what is to be put back (%s), so "
			  "nothing is changed: make room or make it writable, choose a smaller "
			  "--length, or use --read-only", path_sysroot(), r->dev->bdf,
			  strerror(-ret));
	return ret;
}

int rescue_settle(struct rescue *r)
{
	char path[PATH_MAX];
	int ret;

	if (r->lock < 0)
		return 0;
	if (r->power.changed) {
		ret = keep(r, NULL, 0);
		if (ret)
			log_error("cannot note in %s" RESCUE_DIRECTORY "/%s that the window is back "
				  "(%s): if this run is killed now, --recover stores to it once "
				  "more", path_sysroot(), r->dev->bdf, strerror(-ret));
		return ret;
	}
	ret = rescue_file_path(path, sizeof(path), r->dev->bdf, "");
	if (!ret)
		ret = rescue_file_remove(path);
	if (!ret)
		rescue_file_unlock(&r->lock);
	return ret;
}

/* Of a run that was killed before it changed anything, or of an earlier boot. */
static void remove_quietly(const struct pci_device *dev, const char *suffix)
{
	char path[PATH_MAX];

	if (!rescue_file_path(path, sizeof(path), dev->bdf, suffix))
		unlink(path);
}

static int refuse(const struct pci_device *dev, const struct rescue_header *h, const char *path)
{
	char what[RESCUE_DESCRIPTION], started[sizeof(h->started)];

	snprintf(started, sizeof(started), "%s", h->started);
	log_error("the run of %s on %s was killed before it put back %s: do it with mmiobench --recover "
		  "-s %s, or remove %s to give that up", text_clean(started), dev->bdf,
		  rescue_file_describe(what, sizeof(what), h), dev->bdf, path);
	return -EBUSY;
}

int rescue_check(const struct pci_device *dev)
{
	char path[PATH_MAX];
	struct rescue_file f;
	int ret = rescue_file_path(path, sizeof(path), dev->bdf, ""), lock = -1;

	if (!ret)
		ret = rescue_file_check_directory();
	if (ret == -EPERM || ret == -ENAMETOOLONG)
		return ret;
	if (!ret) {
		remove_quietly(dev, RESCUE_FRESH);
		ret = rescue_file_read(&f, path, dev, &lock);
	}
	if (ret == -ENOENT || ret == -ENOTDIR)
		return 0;
	if (ret == -EBUSY) {
		rescue_file_log_busy(dev->bdf);
		return ret;
	}
	if (ret) {
		log_error("%s is in the way, and is no rescue file of this mmiobench (%s): look at it, "
			  "and remove it", path, rescue_file_wrong(ret));
		return -EBUSY;
	}
	free(f.words);
	rescue_file_unlock(&lock);
	ret = rescue_file_this_boot(&f.header);
	if (ret > 0)
		return refuse(dev, &f.header, path);
	if (!ret) /* the device was reset since */
		remove_quietly(dev, "");
	return ret;
}
