// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include "base/log.h"
#include "run/putback.h"

enum pci_presence putback_look(struct putback *p)
{
	char why[80];
	enum pci_presence presence;

	if (!p->watch)
		return PCI_THERE;
	presence = pci_watch_look(p->watch, why, sizeof(why));
	if (presence != PCI_THERE)
		result_disturbed(p->result, why);
	return presence;
}

/* Notes how a part of the window came back; the worst of several stays. */
static void note_window(struct putback *p, int restored, size_t differing)
{
	enum window_state *state = &p->result->window;

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
static int wake_for_window(struct putback *p, struct pci_power *now)
{
	enum pci_presence presence = putback_look(p);

	if (presence == PCI_THERE)
		return 0;
	if (presence == PCI_ASLEEP && !p->rescue.dev->driver[0])
		return pci_power_on(now, p->rescue.dev, NULL, NULL);
	return presence == PCI_TAKEN ? -EBUSY : -ENODEV;
}

static void put_back_windows(struct putback *p, struct window *saved)
{
	struct pci_power now = { 0 };
	int woken = wake_for_window(p, &now);

	for (int i = 0; i < RESCUE_WINDOWS; i++) {
		size_t differing = 0;
		int ret = woken;

		if (!saved[i].words)
			continue;
		if (woken)
			window_give_up(&saved[i]);
		else
			ret = window_restore(&saved[i], &differing);
		/* into the void, perhaps */
		if (!ret && putback_look(p) != PCI_THERE)
			ret = -ENODEV;
		note_window(p, ret, differing);
	}
	if (pci_power_restore(&now))
		p->result->disturbance.power_lost = true;
	/* what is lost is still in the file: the device may come back */
	if (p->result->window != WINDOW_LOST)
		rescue_settle(&p->rescue);
}

/* All of ranges, or nothing. 0, or -errno after logging. */
static int save_windows(struct putback *p, struct window *saved, const struct map_range *ranges)
{
	int ret = 0;

	for (int i = 0; i < RESCUE_WINDOWS && !ret; i++)
		if (ranges[i].length_bytes)
			ret = window_save(&saved[i], &ranges[i]);
	/* what nobody answered must not be put back for what is there */
	if (!ret && putback_look(p) != PCI_THERE)
		ret = -ENODEV;
	if (!ret)
		ret = rescue_keep(&p->rescue, saved, RESCUE_WINDOWS);
	for (int i = 0; i < RESCUE_WINDOWS && ret; i++)
		window_drop(&saved[i]);
	return ret;
}

int putback_around(struct putback *p, const struct map_range ranges[RESCUE_WINDOWS],
		   int (*phase)(void *arg), void *arg)
{
	struct window saved[RESCUE_WINDOWS] = { 0 };
	uint64_t bytes = 0;
	int ret;

	for (int i = 0; i < RESCUE_WINDOWS; i++)
		bytes += ranges[i].length_bytes;
	if (p->result->window == WINDOW_LOST)
		return 0;
	if (!bytes)
		return phase(arg);
	if (p->leave_window) {
		p->result->window = WINDOW_LEFT;
		return phase(arg);
	}
	ret = save_windows(p, saved, ranges);
	if (ret)
		return ret;
	ret = phase(arg);
	put_back_windows(p, saved);
	return ret;
}

int putback_note_power(const struct pci_power *found, void *putback)
{
	struct putback *p = putback;

	p->rescue.power = *found;
	return rescue_keep(&p->rescue, NULL, 0);
}

/* Another function may be in its place, and a rescan has set this one up anew. */
static int power_restore(struct putback *p, struct pci_power *power)
{
	if (!power->changed || putback_look(p) != PCI_GONE)
		return pci_power_restore(power);
	log_error("%s: its COMMAND, power state and power/control are not put back, as it is gone",
		  p->rescue.dev->bdf);
	return -ENODEV;
}

void putback_power(struct putback *p, struct pci_power *power)
{
	const char *bdf = p->rescue.dev->bdf;
	struct result *result = p->result;

	if (power_restore(p, power))
		result->disturbance.power_lost = true;
	if (p->rescue.lock >= 0 && (result->window == WINDOW_LOST || result->disturbance.power_lost)) {
		log_note("%s: when it answers again and has no driver, put back what is left with "
			 "mmiobench --recover -s %s", bdf, bdf);
		return;
	}
	p->rescue.power.changed = false;
	rescue_settle(&p->rescue);
}
