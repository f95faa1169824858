// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/path.h"
#include "base/privilege.h"
#include "base/text.h"
#include "pci/lock.h"
#include "pci/watch.h"
#include "restore/restore.h"

/* Whatever is not known now, as of a function that is off, speaks neither for it nor against. */
static bool is_same(const struct rescue_header *h, const struct pci_device *dev)
{
	const struct bar *bar = h->bar < PCI_BARS ? &dev->bars[h->bar] : NULL;

	if (strcmp(h->bdf, dev->bdf) || h->vendor != dev->vendor || h->device != dev->device || !bar ||
	    bar->phys_bytes != h->bar_phys || bar->size_bytes != h->bar_bytes)
		return false;
	if (h->subsystem_vendor && dev->subsystem_vendor &&
	    (h->subsystem_vendor != dev->subsystem_vendor ||
	     h->subsystem_device != dev->subsystem_device))
		return false;
	return !h->has_serial || !dev->has_serial || h->serial == dev->serial;
}

static int check_same(const struct rescue *f, const struct pci_device *dev)
{
	const struct rescue_header *h = &f->header;
	const char *path = f->path;
	int same_boot;

	if (!is_same(h, dev)) {
		log_error("%s is of another device or BAR than %s has now: nothing was put back; remove "
			  "it", path, dev->bdf);
		return -ENODEV;
	}
	same_boot = rescue_this_boot(h);
	if (same_boot < 0)
		return same_boot;
	if (!same_boot) {
		log_error("%s is of an earlier boot, and %s was reset since: nothing was put back; "
			  "remove it", path, dev->bdf);
		return -ESTALE;
	}
	if (lockdown_holds()) {
		log_error("%s: the kernel was locked down since, and lets nobody put anything back: reset "
			  "the device (echo 1 > reset in its directory) or reboot before it is used", dev->bdf);
		return -EPERM;
	}
	if (dev->driver[0]) {
		log_error("%s: driver %s has taken it since: nothing was put back; unbind the driver, or "
			  "remove %s", dev->bdf, dev->driver, path);
		return -EBUSY;
	}
	return 0;
}

static bool has_window(const struct rescue *f)
{
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		if (f->windows[i].words)
			return true;
	return false;
}

static int put_back_parts(struct rescue *f, const struct pci_device *dev, size_t *differing)
{
	int ret = 0;

	for (int i = 0; i < RESCUE_WINDOWS && !ret; i++) {
		struct window *w = &f->windows[i];
		size_t here;

		w->range.dev = dev;
		w->range.bar = &dev->bars[f->header.bar];
		ret = window_restore(w, &here);
		if (!ret && here)
			log_warn("%zu words of the window did not keep the value put back: not plain "
				 "memory", here);
		*differing += here;
	}
	return ret;
}

/*
 * The list that dev is of was made before the lock was taken, and a driver, or a rescan, may have come
 * before that, or may come meanwhile: then what was stored is not known to have arrived.
 */
static int put_back_windows(struct rescue *f, const struct pci_device *dev,
			    const struct pci_power *power, int lock, size_t *differing)
{
	const struct bar *bar = &dev->bars[f->header.bar];
	struct pci_watch watch;
	char why[80];
	int ret;

	ret = pci_watch_begin(&watch, dev, bar, lock, power->pm_offset);
	if (ret)
		return ret;
	if (pci_watch_see(&watch, why, sizeof(why)) != PCI_THERE) {
		log_error("%s: %s: the window is not put back", dev->bdf, why);
		return -EBUSY;
	}
	ret = put_back_parts(f, dev, differing);
	if (!ret && pci_watch_see(&watch, why, sizeof(why)) != PCI_THERE) {
		log_error("%s: %s: whether the window is back is not known", dev->bdf, why);
		ret = -EBUSY;
	}
	return ret;
}

/* Once only: by the next --recover somebody may have stored to it. */
static void settle_windows(struct rescue *f)
{
	int ret = f->header.power.changed ? rescue_write(f) : 0;

	if (ret)
		log_warn("cannot note in %s that the window is back: %s", f->path, strerror(-ret));
}

/*
 * A BAR answers only with the power up. What has to be turned on for that was off again already, and
 * is no more the killed run's to undo.
 */
static int put_back(struct rescue *f, const struct pci_device *dev, int lock, size_t *differing)
{
	struct pci_power now = { 0 }, found = f->header.power;
	char what[RESCUE_DESCRIPTION];
	int ret = pci_power_on(&now, dev, NULL, NULL), restored;

	rescue_describe(what, sizeof(what), &f->header);
	if (ret)
		return ret;
	found.dev = dev;
	if (now.enabled)
		found.enabled = false;
	if (now.runtime_pm[0])
		found.runtime_pm[0] = 0;
	if (has_window(f)) {
		ret = put_back_windows(f, dev, &now, lock, differing);
		if (!ret)
			settle_windows(f);
	}
	restored = pci_power_restore(&now);
	ret = ret ? ret : restored;
	if (!ret)
		ret = pci_power_restore(&found);
	if (!ret)
		ret = rescue_remove(f);
	if (!ret)
		printf("%s: put back %s%s\n", dev->bdf, what, *differing ? ", not as it was" : "");
	return ret;
}

/* What is wrong with a file that rescue_read does not take. */
static const char *wrong_of(int err)
{
	return err == -EBADMSG ? "damaged, cut short, or another version's" : strerror(-err);
}

/* What a run has left on dev, which is ours (pci_lock). As rescue_read. */
static int read_left(struct rescue *f, const char *path, const struct pci_device *dev)
{
	int ret = rescue_read(f, path, dev, true);

	if (ret == -EBUSY)
		log_error("another mmiobench works on %s, in a network namespace with a /sys of its own or "
			  "since before the device was found anew: wait for it", dev->bdf);
	return ret;
}

/* Of a run that was killed before it changed anything. */
static void remove_fresh(const char *path)
{
	char fresh[RESCUE_FRESH_MAX];

	rescue_fresh_path(fresh, path);
	unlink(fresh);
}

static int refuse(const struct rescue *f, const struct pci_device *dev)
{
	char what[RESCUE_DESCRIPTION], started[sizeof(f->header.started)];

	snprintf(started, sizeof(started), "%s", f->header.started);
	log_error("the run of %s on %s was killed, or lost the device, before it put back %s: do it with "
		  "mmiobench --recover -s %s, or remove %s to give that up", text_clean(started), dev->bdf,
		  rescue_describe(what, sizeof(what), &f->header), dev->bdf, f->path);
	return -EBUSY;
}

int restore_check(const struct pci_device *dev)
{
	char path[PATH_MAX];
	struct rescue f;
	int ret = rescue_path(path, dev->bdf);

	if (!ret)
		ret = rescue_check_directory();
	if (ret == -EPERM || ret == -ENAMETOOLONG)
		return ret;
	if (!ret) {
		remove_fresh(path);
		ret = read_left(&f, path, dev);
	}
	if (ret == -EBUSY)
		return ret;
	if (ret == -ENOENT || ret == -ENOTDIR)
		return 0;
	if (ret == -EACCES) {
		log_error("%s cannot be read: %s: a killed run may have left there what is to be put back: run as "
			  "root", path, strerror(-ret));
		return ret;
	}
	if (ret) {
		log_error("%s is in the way, and is no rescue file of this mmiobench (%s): look at it, "
			  "and remove it", path, wrong_of(ret));
		return -EBUSY;
	}
	rescue_free(&f);
	ret = rescue_this_boot(&f.header);
	if (ret > 0)
		return refuse(&f, dev);
	if (!ret)
		unlink(path); /* the device was reset since */
	return ret;
}

static int recover_locked(const struct pci_device *dev, int lock, const char *path, bool dry_run,
			  struct restore_done *done)
{
	size_t differing = 0;
	char what[RESCUE_DESCRIPTION];
	struct rescue f;
	int ret = read_left(&f, path, dev);

	if (ret == -ENOENT)
		return 0; /* the run has ended by itself meanwhile */
	if (ret == -EBUSY)
		return ret;
	if (ret) {
		log_error("%s is no rescue file of this mmiobench (%s): nothing was put back; reset %s or "
			  "reboot before it is used, and remove the file", path, wrong_of(ret), dev->bdf);
		return ret;
	}
	ret = check_same(&f, dev);
	if (!ret && dry_run)
		printf("%s: would put back %s\n", dev->bdf,
		       rescue_describe(what, sizeof(what), &f.header));
	else if (!ret)
		ret = put_back(&f, dev, lock, &differing);
	rescue_free(&f);
	done->n += !ret;
	done->n_differing += !ret && differing;
	return ret;
}

static int log_unreadable(int err)
{
	log_error("cannot read %s%s: %s", path_sysroot(), RESCUE_DIRECTORY, strerror(-err));
	return err;
}

static int recover_one(const struct pci_device *dev, bool dry_run, struct restore_done *done)
{
	char path[PATH_MAX], fresh[RESCUE_FRESH_MAX];
	int lock, ret = rescue_path(path, dev->bdf);

	if (ret)
		return ret;
	rescue_fresh_path(fresh, path);
	if (access(path, F_OK) && access(fresh, F_OK))
		return 0;
	ret = rescue_check_directory();
	if (ret)
		return ret == -EPERM ? ret : log_unreadable(ret);
	lock = pci_lock(dev);
	if (lock < 0)
		return lock;
	if (!dry_run)
		unlink(fresh); /* killed while it was written, when nothing was changed yet */
	ret = recover_locked(dev, lock, path, dry_run, done);
	pci_unlock(lock);
	return ret;
}

static bool is_listed(const struct pci_list *list, const char *bdf)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].bdf, bdf))
			return true;
	return false;
}

/* Whether the file is of a selected function that is not there, and of this boot. */
static bool is_absent(struct rescue_header *h, const struct pci_list *list, const struct pci_select *select,
		      const char *path)
{
	struct pci_device dev = { 0 };
	struct rescue f;

	if (rescue_read(&f, path, NULL, false))
		return false; /* no name of a function, so none of ours */
	rescue_free(&f);
	*h = f.header;
	dev.vendor = h->vendor;
	dev.device = h->device;
	snprintf(dev.bdf, sizeof(dev.bdf), "%s", text_clean(h->bdf));
	return sscanf(dev.bdf, "%x:%x:%x.%x", &dev.domain, &dev.bus, &dev.dev, &dev.func) == 4 &&
	       !is_listed(list, dev.bdf) && pci_select_match(select, &dev) && rescue_this_boot(h);
}

/* To put it back fails then, as silence would pass for "all is well". */
static int say_absent(const struct rescue_header *h, const char *path, bool recover)
{
	char what[RESCUE_DESCRIPTION];

	rescue_describe(what, sizeof(what), h);
	if (recover)
		log_error("%s is not there, and a run has left to put back on it %s: rescan the bus or plug it in "
			  "again, then --recover; or remove %s to give that up", h->bdf, what, path);
	else
		log_warn("%s is not there, and a run has left to put back on it %s: rescan the bus or plug it in "
			 "again, then --recover; or remove %s to give that up", h->bdf, what, path);
	return recover ? -ENODEV : 0;
}

/* Of a run that was killed before it changed anything. */
static bool is_fresh(const char *name)
{
	size_t n = strlen(name), suffix = strlen(RESCUE_FRESH);

	return n > suffix && !strcmp(name + n - suffix, RESCUE_FRESH);
}

/*
 * Says which functions with such files are absent. 0, or -ENODEV to recover. *err: 0, or the errno of the
 * directory that cannot be read to its end.
 */
static int each_absent(const struct pci_list *list, const struct pci_select *select, bool recover, int *err)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	const struct dirent *e;
	struct rescue_header h;
	int ret = path_make(dir, sizeof(dir), "%s", RESCUE_DIRECTORY);
	DIR *d = ret ? NULL : opendir(dir);

	*err = ret ? -ret : d || errno == ENOENT || errno == ENOTDIR ? 0 : errno;
	while (d && (errno = 0, e = readdir(d))) {
		int one;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		one = !is_fresh(e->d_name) && is_absent(&h, list, select, path) ? say_absent(&h, path, recover) : 0;
		ret = ret ? ret : one;
	}
	if (!d)
		return ret;
	*err = errno;
	closedir(d);
	return ret;
}

static int recover_absent(const struct pci_list *list, const struct pci_select *select)
{
	int err, ret = each_absent(list, select, true, &err);

	return err ? log_unreadable(-err) : ret;
}

int restore_recover(const struct pci_list *list, const struct pci_select *select, bool dry_run,
		   struct restore_done *done)
{
	int ret = recover_absent(list, select);

	*done = (struct restore_done){ 0 };
	for (size_t i = 0; i < list->n; i++) {
		int one = pci_select_match(select, &list->v[i]) ?
				  recover_one(&list->v[i], dry_run, done) : 0;

		ret = ret ? ret : one;
	}
	return ret;
}

void restore_tell(const struct pci_list *list, const struct pci_select *select)
{
	char path[PATH_MAX], what[RESCUE_DESCRIPTION];
	int ignored;

	each_absent(list, select, false, &ignored);
	for (size_t i = 0; i < list->n; i++) {
		const struct pci_device *dev = &list->v[i];
		struct rescue f;

		if (!pci_select_match(select, dev) || rescue_path(path, dev->bdf) ||
		    rescue_read(&f, path, dev, false))
			continue;
		rescue_free(&f);
		if (rescue_this_boot(&f.header) > 0)
			log_warn("%s: a run has yet to put back %s: if none is at work on it, mmiobench "
				 "--recover -s %s does", dev->bdf,
				 rescue_describe(what, sizeof(what), &f.header), dev->bdf);
	}
}
