// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include "base/log.h"
#include "restore/restore.h"

enum pci_presence restore_look(struct restore *r)
{
	char why[80];
	enum pci_presence presence;

	if (!r->watching)
		return PCI_THERE;
	presence = pci_watch_look(&r->watch, why, sizeof(why));
	if (presence != PCI_THERE)
		result_disturbed(r->result, why);
	return presence;
}

/* Notes how a part of the window came back; the worst of several stays. */
static void note_window(struct restore *r, int restored, size_t differing)
{
	enum window_state *state = &r->result->window;

	if (restored) {
		/* told; the record is worth keeping, and says it */
		*state = WINDOW_LOST;
	} else if (differing) {
		log_warn("%zu words of the window did not keep the value put back: not plain memory",
			 differing);
		if (*state != WINDOW_LOST)
			*state = WINDOW_DIFFERS;
	} else if (*state == WINDOW_UNTOUCHED) {
		*state = WINDOW_RESTORED;
	}
}

/*
 * Somebody has turned decode off, or put the device to sleep, where what is stored gets lost: it is
 * woken for this, and left as that somebody wanted it. Who has a driver on it, or took it away, has
 * the last word: *now is then not to be put back, and it is -errno.
 */
static int wake_for_window(struct restore *r, struct pci_power *now)
{
	enum pci_presence presence = restore_look(r);

	if (presence == PCI_THERE)
		return 0;
	if (presence == PCI_ASLEEP && !r->dev->driver[0])
		return pci_power_on(now, r->dev, NULL, NULL);
	return presence == PCI_TAKEN ? -EBUSY : -ENODEV;
}

static void put_back_windows(struct restore *r)
{
	struct pci_power now = { 0 };
	int woken = wake_for_window(r, &now);

	for (int i = 0; i < RESTORE_WINDOWS; i++) {
		struct window *w = &r->rescue.windows[i];
		size_t differing = 0;
		int ret = woken;

		if (!w->words)
			continue;
		if (woken)
			window_give_up(w);
		else
			ret = window_restore(w, &differing);
		/* into the void, perhaps */
		if (!ret && restore_look(r) != PCI_THERE)
			ret = -ENODEV;
		note_window(r, ret, differing);
	}
	if (pci_power_restore(&now))
		r->result->disturbance.power_lost = true;
	/* what is lost is still in the file: the device may come back */
	if (r->result->window != WINDOW_LOST)
		rescue_settle(&r->rescue);
}

/* All of ranges, or nothing. 0, or -errno after logging. */
static int save_windows(struct restore *r, const struct map_range *ranges)
{
	struct window *saved = r->rescue.windows;
	int ret = 0;

	for (int i = 0; i < RESTORE_WINDOWS && !ret; i++)
		if (ranges[i].length_bytes)
			ret = window_save(&saved[i], &ranges[i]);
	/* what nobody answered must not be put back for what is there */
	if (!ret && restore_look(r) != PCI_THERE)
		ret = -ENODEV;
	if (!ret)
		ret = rescue_keep(&r->rescue);
	for (int i = 0; i < RESTORE_WINDOWS && ret; i++)
		window_drop(&saved[i]);
	return ret;
}

int restore_around(struct restore *r, const struct map_range ranges[RESTORE_WINDOWS],
		   int (*phase)(void *arg), void *arg)
{
	uint64_t bytes = 0;
	int ret;

	for (int i = 0; i < RESTORE_WINDOWS; i++)
		bytes += ranges[i].length_bytes;
	if (r->result->window == WINDOW_LOST)
		return 0;
	if (!bytes)
		return phase(arg);
	if (r->leave_window) {
		r->result->window = WINDOW_LEFT;
		return phase(arg);
	}
	ret = save_windows(r, ranges);
	if (ret)
		return ret;
	ret = phase(arg);
	put_back_windows(r);
	return ret;
}

static int note_power(const struct pci_power *found, void *restore)
{
	struct restore *r = restore;

	r->rescue.header.power = *found;
	return rescue_keep(&r->rescue);
}

int restore_begin(struct restore *r, const struct pci_device *dev, const struct bar *bar, int lock)
{
	int ret;

	r->dev = dev;
	ret = rescue_begin(&r->rescue, dev, bar, r->result->started);
	if (ret)
		return ret;
	ret = pci_power_on(&r->power, dev, note_power, r);
	if (!ret)
		ret = pci_watch_begin(&r->watch, dev, bar, lock, r->power.pm_offset);
	r->watching = !ret;
	return ret;
}

/* Another function may be in its place, and a rescan has set this one up anew. */
static int power_restore(struct restore *r)
{
	if (!r->power.changed || restore_look(r) != PCI_GONE)
		return pci_power_restore(&r->power);
	log_error("%s: its COMMAND, power state and power/control are not put back, as it is gone",
		  r->dev->bdf);
	return -ENODEV;
}

void restore_end(struct restore *r)
{
	const char *bdf = r->dev->bdf;
	struct result *result = r->result;

	if (power_restore(r))
		result->disturbance.power_lost = true;
	if (r->rescue.lock >= 0 && (result->window == WINDOW_LOST || result->disturbance.power_lost)) {
		log_note("%s: when it answers again and has no driver, put back what is left with "
			 "mmiobench --recover -s %s", bdf, bdf);
		return;
	}
	r->rescue.header.power.changed = false;
	rescue_settle(&r->rescue);
}
