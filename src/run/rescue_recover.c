// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/lockdown.h"
#include "base/log.h"
#include "base/path.h"
#include "pci/lock.h"
#include "pci/watch.h"
#include "run/rescue_file.h"
#include "run/rescue_recover.h"

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

static int check_same(const struct rescue_header *h, const struct pci_device *dev, const char *path)
{
	int same_boot;

	if (!is_same(h, dev)) {
		log_error("%s is of another device or BAR than %s has now: nothing was put back; remove "
			  "it", path, dev->bdf);
		return -ENODEV;
	}
	same_boot = rescue_file_this_boot(h);
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

static int put_back_parts(const struct rescue_file *f, const struct pci_device *dev, size_t *differing)
{
	const uint32_t *words = f->words;
	int ret = 0;

	for (int i = 0; i < RESCUE_WINDOWS && !ret; i++) {
		uint64_t n = f->header.parts[i].length_bytes;
		struct window w = { .range = { dev, &dev->bars[f->header.bar],
					       f->header.parts[i].offset_bytes, n, true },
				    .n = n / 4 };
		size_t here = 0;

		if (!n)
			continue;
		w.words = malloc(n);
		if (!w.words) {
			log_error("out of memory");
			return -ENOMEM;
		}
		for (size_t k = 0; k < w.n; k++)
			w.words[k] = *words++;
		ret = window_restore(&w, &here);
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
static int put_back_windows(const struct rescue_file *f, const struct pci_device *dev,
			    const struct pci_power *power, int lock, size_t *differing)
{
	const struct bar *bar = &dev->bars[f->header.bar];
	struct pci_watch watch;
	char why[80];
	int ret;

	if (!rescue_file_words_bytes(&f->header))
		return 0;
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
static void settle_windows(struct rescue_file *f, const char *path, int *file_lock)
{
	int ret = 0;

	if (f->header.power.changed && rescue_file_words_bytes(&f->header))
		ret = rescue_file_write(&f->header, NULL, 0, file_lock);
	if (ret)
		log_warn("cannot note in %s that the window is back: %s", path, strerror(-ret));
}

/*
 * A BAR answers only with the power up. What has to be turned on for that was off again already, and
 * is no more the killed run's to undo.
 */
static int put_back(struct rescue_file *f, const struct pci_device *dev, const char *path,
		    int lock, int *file_lock, size_t *differing)
{
	struct pci_power now = { 0 }, found = f->header.power;
	char what[RESCUE_DESCRIPTION];
	int ret = pci_power_on(&now, dev, NULL, NULL), restored;

	rescue_file_describe(what, sizeof(what), &f->header);
	if (ret)
		return ret;
	found.dev = dev;
	if (now.enabled)
		found.enabled = false;
	if (now.runtime_pm[0])
		found.runtime_pm[0] = 0;
	ret = put_back_windows(f, dev, &now, lock, differing);
	if (!ret)
		settle_windows(f, path, file_lock);
	restored = pci_power_restore(&now);
	ret = ret ? ret : restored;
	if (!ret)
		ret = pci_power_restore(&found);
	if (!ret)
		ret = rescue_file_remove(path);
	if (!ret)
		printf("%s: put back %s%s\n", dev->bdf, what, *differing ? ", not as it was" : "");
	return ret;
}

static int recover_locked(const struct pci_device *dev, int lock, const char *path, bool dry_run,
			  struct rescue_done *done)
{
	size_t differing = 0;
	char what[RESCUE_DESCRIPTION];
	struct rescue_file f;
	int file_lock = -1, ret = rescue_file_read(&f, path, dev, &file_lock);

	if (ret == -ENOENT)
		return 0; /* the run has ended by itself meanwhile */
	if (ret == -EBUSY) {
		rescue_file_log_busy(dev->bdf);
		return ret;
	}
	if (ret) {
		log_error("%s is no rescue file of this mmiobench (%s): nothing was put back; reset %s or "
			  "reboot before it is used, and remove the file", path,
			  rescue_file_wrong(ret), dev->bdf);
		return ret;
	}
	ret = check_same(&f.header, dev, path);
	if (!ret && dry_run)
		printf("%s: would put back %s\n", dev->bdf,
		       rescue_file_describe(what, sizeof(what), &f.header));
	else if (!ret)
		ret = put_back(&f, dev, path, lock, &file_lock, &differing);
	rescue_file_unlock(&file_lock);
	free(f.words);
	done->n += !ret;
	done->n_differing += !ret && differing;
	return ret;
}

static int recover_one(const struct pci_device *dev, bool dry_run, struct rescue_done *done)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	int lock, ret = rescue_file_path(path, sizeof(path), dev->bdf, "");

	if (!ret)
		ret = rescue_file_path(fresh, sizeof(fresh), dev->bdf, RESCUE_FRESH);
	if (ret || (access(path, F_OK) && access(fresh, F_OK)))
		return ret;
	ret = rescue_file_check_directory();
	if (ret && ret != -EPERM)
		log_error("cannot read %s%s: %s", path_sysroot(), RESCUE_DIRECTORY, strerror(-ret));
	if (ret)
		return ret;
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

/* Of a function that is not there: nothing can be put back, and silence would pass for "all is well". */
static int refuse_absent(const struct pci_list *list, const struct pci_select *select,
			 const char *path)
{
	struct pci_device dev = { 0 };
	struct rescue_file f;
	char what[RESCUE_DESCRIPTION];
	bool left;

	if (rescue_file_read(&f, path, NULL, NULL))
		return 0; /* no name of a function, so none of ours */
	free(f.words);
	dev.vendor = f.header.vendor;
	dev.device = f.header.device;
	snprintf(dev.bdf, sizeof(dev.bdf), "%s", text_clean(f.header.bdf));
	left = sscanf(dev.bdf, "%x:%x:%x.%x", &dev.domain, &dev.bus, &dev.dev, &dev.func) == 4 &&
	       !is_listed(list, dev.bdf) && pci_select_match(select, &dev) &&
	       rescue_file_this_boot(&f.header);
	if (left)
		log_error("%s is not there, and a run has left to put back on it %s: rescan the bus or "
			  "plug it in again, then --recover; or remove %s to give that up", dev.bdf,
			  rescue_file_describe(what, sizeof(what), &f.header), path);
	return left ? -ENODEV : 0;
}

/* Of a run that was killed before it changed anything. */
static bool is_fresh(const char *name)
{
	size_t n = strlen(name), suffix = strlen(RESCUE_FRESH);

	return n > suffix && !strcmp(name + n - suffix, RESCUE_FRESH);
}

static int recover_absent(const struct pci_list *list, const struct pci_select *select)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	const struct dirent *e;
	int ret = path_make(dir, sizeof(dir), "%s", RESCUE_DIRECTORY), err;
	DIR *d = ret ? NULL : opendir(dir);

	if (!d && !ret && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	err = ret ? -ret : d ? 0 : errno;
	while (d && (errno = 0, e = readdir(d))) {
		int one;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		one = is_fresh(e->d_name) ? 0 : refuse_absent(list, select, path);
		ret = ret ? ret : one;
	}
	err = d ? errno : err;
	if (err)
		log_error("cannot read %s: %s", dir, strerror(err));
	if (d)
		closedir(d);
	return err ? -err : ret;
}

int rescue_recover(const struct pci_list *list, const struct pci_select *select, bool dry_run,
		   struct rescue_done *done)
{
	int ret = recover_absent(list, select);

	*done = (struct rescue_done){ 0 };
	for (size_t i = 0; i < list->n; i++) {
		int one = pci_select_match(select, &list->v[i]) ?
				  recover_one(&list->v[i], dry_run, done) : 0;

		ret = ret ? ret : one;
	}
	return ret;
}

void rescue_tell(const struct pci_list *list, const struct pci_select *select)
{
	char path[PATH_MAX], what[RESCUE_DESCRIPTION];

	for (size_t i = 0; i < list->n; i++) {
		const struct pci_device *dev = &list->v[i];
		struct rescue_file f;

		if (!pci_select_match(select, dev) ||
		    rescue_file_path(path, sizeof(path), dev->bdf, "") ||
		    rescue_file_read(&f, path, dev, NULL))
			continue;
		free(f.words);
		if (rescue_file_this_boot(&f.header) > 0)
			log_warn("%s: a run has yet to put back %s: if none is at work on it, mmiobench "
				 "--recover -s %s does", dev->bdf,
				 rescue_file_describe(what, sizeof(what), &f.header), dev->bdf);
	}
}
