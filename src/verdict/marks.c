// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "env/errata.h"
#include "verdict/marks.h"
#include "verdict/violations.h"
#include "verdict/wording.h"

static const struct {
	const char *word;
	bool bad;
} kinds[MARKS] = {
	[MARK_EMULATED] = { "EMULATED", false }, [MARK_REPLAYED] = { "REPLAYED", false },
	[MARK_ALL_ONES] = { "ALL ONES", true },	 [MARK_NOT_ASKED] = { "NOT ASKED", false },
	[MARK_DISTURBED] = { "DISTURBED", true }, [MARK_NOTE] = { "NOTE", false },
	[MARK_WINDOW] = { "WINDOW", true },	 [MARK_LEFT] = { "LEFT", true },
	[MARK_WRONG] = { "WRONG", true },
};

const char *mark_word(enum mark_kind kind)
{
	return kinds[kind].word;
}

bool mark_is_bad(enum mark_kind kind)
{
	return kinds[kind].bad;
}

void marks_add(struct marks *m, enum mark_kind kind, const char *fmt, ...)
{
	struct mark *v = realloc(m->v, (m->n + 1) * sizeof(*v));
	va_list ap;

	if (!v) {
		memory_note_out();
		return;
	}
	m->v = v;
	v[m->n].kind = kind;
	va_start(ap, fmt);
	vsnprintf(v[m->n++].text, sizeof(v->text), fmt, ap);
	va_end(ap);
}

void marks_free(struct marks *m)
{
	free(m->v);
	*m = (struct marks){ .n = 0 };
}

const char *window_means(enum window_state state)
{
	static const char *const means[] = {
		[WINDOW_UNTOUCHED] = "only loads, nothing was stored",
		[WINDOW_RESTORED] = "stored to, then put back as found",
		[WINDOW_LEFT] = "stored to, and left as the last store left it",
		[WINDOW_DIFFERS] = "stored to; what was put back did not stay: not plain memory",
		[WINDOW_LOST] = "stored to, and it could NOT be put back",
	};

	return means[state];
}

/* All ones most likely mean that no device answers: then no figure means anything. */
static void add_all_ones(struct marks *m, const struct result *r)
{
	for (size_t i = 0; i < r->n_probes; i++)
		if (r->probes[i].outcome.is == OUTCOME_ALL_ONES) {
			marks_add(m, MARK_ALL_ONES, "%s", r->probes[i].detail);
			return;
		}
}

/* The kernel's own list shows another type than was asked for: wc and plain may be the same. */
static void add_not_asked(struct marks *m, const struct result *r)
{
	for (size_t i = 0; i < r->n_probes; i++)
		if (r->probes[i].probe == PROBE_MEMTYPE)
			marks_add(m, MARK_NOT_ASKED, "%s%s", r->probes[i].detail,
				  r->probes[i].mapping != MAP_PLAIN ? "" :
				  ". So plain is no control of wc: nothing is concluded from one against "
				  "the other, and plain may reorder");
}

/* What happened to the device during the run, and what to do. */
static void add_disturbance(struct marks *m, const struct result *r)
{
	const struct disturbance *d = &r->disturbance;
	char again[128] = "Keep hotplug, power management and other users away from it, and measure again";

	if (!d->why[0] && !d->power_lost)
		return;
	if (d->power_lost || r->window == WINDOW_LOST)
		snprintf(again, sizeof(again), "When it answers again and has no driver: mmiobench --recover "
			 "-s %s, then measure again", r->device.bdf);
	marks_add(m, MARK_DISTURBED, "%s%s%s%s. %s", d->why, d->why[0] ?
		  ": cells that were being measured, or were to be, count as failed" : "",
		  d->why[0] && d->power_lost ? "; " : "", d->power_lost ?
		  "COMMAND, power state or power/control could NOT be put back" : "", again);
}

void marks_add_wrong(struct marks *m, const char *where, const struct result *r,
		     const struct verdict *v)
{
	char why[256];

	for_each_cell(c, r)
		if (cell_failed(r, v, c, why, sizeof(why)))
			marks_add(m, MARK_WRONG, "%s%s: %s", where, c->id, why);
}

void marks_of_run(struct marks *m, const struct result *r, const struct verdict *v)
{
	const char *erratum = r->is_ram ? NULL : erratum_note(&r->env.facts);

	*m = (struct marks){ .n = 0 };
	if (r->env.emulated)
		marks_add(m, MARK_EMULATED, "this CPU is emulated (%s): times say nothing about hardware. %s",
			  r->env.emulated_why, verdict_emulated_rests);
	if (r->replayed)
		marks_add(m, MARK_REPLAYED, "from a recorded tree (--sysroot): no real device");
	add_all_ones(m, r);
	add_not_asked(m, r);
	add_disturbance(m, r);
	if (erratum)
		marks_add(m, MARK_NOTE, "%s", erratum);
	if (r->window == WINDOW_LOST || r->window == WINDOW_DIFFERS)
		marks_add(m, MARK_WINDOW, "%s: the BAR does not hold what it held before",
			  window_state_name(r->window));
	marks_add_wrong(m, "", r, v);
}
