// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "exp/probe.h"
#include "record/result.h"

static const char *const status_names[CELL_STATUSES] = {
	[CELL_NOT_RUN] = "not run", [CELL_MEASURED] = "measured", [CELL_SKIPPED] = "skipped",
	[CELL_COARSE] = "too coarse",
	[CELL_FAULTED] = "faulted", [CELL_KILLED] = "killed",	  [CELL_TIMEOUT] = "timeout",
	[CELL_FAILED] = "failed",
};

static const char *const window_names[] = {
	[WINDOW_UNTOUCHED] = "untouched",
	[WINDOW_RESTORED] = "restored",
	[WINDOW_LEFT] = "left",
	[WINDOW_DIFFERS] = "differs",
	[WINDOW_LOST] = "lost",
};

const char *cell_status_name(enum cell_status s)
{
	return status_names[s];
}

bool result_is_left(const struct result *r)
{
	return r->window == WINDOW_DIFFERS || r->window == WINDOW_LOST || r->disturbance.power_lost;
}

const char *window_state_name(enum window_state s)
{
	return window_names[s];
}

static const struct {
	int signal, code;
	const char *name, *meaning;
} faults[] = {
	{ SIGBUS, BUS_ADRALN, "SIGBUS/BUS_ADRALN", "unaligned on Device memory" },
	/* Linux 5.12 and newer zap user mappings when a driver claims the region */
	{ SIGBUS, BUS_ADRERR, "SIGBUS/BUS_ADRERR",
	  "a driver claimed the BAR, or the device is gone" },
	{ SIGBUS, BUS_OBJERR, "SIGBUS/BUS_OBJERR", "the device or the VMM refused the access" },
	{ SIGSEGV, SEGV_MAPERR, "SIGSEGV/SEGV_MAPERR", "the mapping is gone" },
	{ SIGSEGV, SEGV_ACCERR, "SIGSEGV/SEGV_ACCERR", "the mapping does not allow it" },
	{ SIGILL, ILL_ILLOPC, "SIGILL/ILL_ILLOPC", "this CPU has no such instruction" },
	/* x86 says so of each #UD */
	{ SIGILL, ILL_ILLOPN, "SIGILL/ILL_ILLOPN", "this CPU has no such instruction" },
};

/* Its row, or -1. */
static int fault_find(const struct fault *f)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].signal == f->signal && faults[i].code == f->code)
			return (int)i;
	return -1;
}

const char *fault_name(char *buf, size_t n, const struct fault *f)
{
	int i = fault_find(f);

	if (i >= 0)
		snprintf(buf, n, "%s", faults[i].name);
	else
		snprintf(buf, n, "signal %d, code %d", f->signal, f->code);
	return buf;
}

const char *fault_meaning(const struct fault *f)
{
	int i = fault_find(f);

	return i >= 0 ? faults[i].meaning : "";
}

void result_free(struct result *r)
{
	facts_free(&r->env.facts);
	for (size_t i = 0; i < r->n_cells; i++) {
		for (unsigned int k = 0; k < r->cells[i].n_rounds; k++)
			free(r->cells[i].rounds[k].ticks);
		free(r->cells[i].rounds);
	}
	free(r->cells);
	free(r->probes);
	free(r->journal);
	free(r->command);
	memset(r, 0, sizeof(*r));
}

void result_disturbed(struct result *r, const char *why)
{
	if (!r->disturbance.why[0])
		snprintf(r->disturbance.why, sizeof(r->disturbance.why), "%s", why);
}

const struct cell_record *result_find_cell(const struct result *r, const char *id)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (!strcmp(r->cells[i].id, id))
			return &r->cells[i];
	return NULL;
}

const struct cell_record *result_find_spec(const struct result *r, const struct cell_spec *spec,
					   enum map_type mapping)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (r->cells[i].spec.mapping == mapping &&
		    spec_is_like(&r->cells[i].spec, spec))
			return &r->cells[i];
	return NULL;
}

const struct probe_record *result_find_probe(const struct result *r, enum probe probe,
					     enum map_type mapping)
{
	for (size_t i = 0; i < r->n_probes; i++)
		if (r->probes[i].probe == probe && r->probes[i].mapping == mapping)
			return &r->probes[i];
	return NULL;
}

bool result_plain_is_wc(const struct result *r)
{
	return result_find_probe(r, PROBE_MEMTYPE, MAP_PLAIN);
}

const struct cell_record *result_find_beside(const struct result *r, const struct cell_record *c,
					     enum map_type mapping)
{
	return result_find_spec(r, &c->spec, mapping);
}

const char *probe_outcome_text(const struct word *outcome)
{
	return word_text(outcome, &words_probe_outcome);
}

enum route probe_route(const struct probe_record *p)
{
	if (!(p->store_ns > 0))
		return ROUTE_UNKNOWN;
	return p->store_ns > PROBE_TRAPPED_NS ? ROUTE_TRAPPED : ROUTE_DIRECT;
}

int result_add_probe(struct result *r, const struct probe_record *p)
{
	struct probe_record *v = realloc(r->probes, (r->n_probes + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	r->probes = v;
	v[r->n_probes++] = *p;
	return 0;
}

int result_add_journal(struct result *r, const struct journal_record *j)
{
	struct journal_record *v = realloc(r->journal, (r->n_journal + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	r->journal = v;
	v[r->n_journal++] = *j;
	return 0;
}

const char *cell_kernel_stem(const struct cell_record *c)
{
	size_t n = strcspn(c->spec.kernel, "0123456789");

	return c->spec.kernel[n] ? c->spec.kernel + n : c->spec.kernel;
}

bool cell_counts(const struct cell_record *c)
{
	return spec_counts(&c->spec);
}

bool cell_is(const struct cell_record *c, enum exp_id experiment)
{
	return c->spec.experiment.is == (int)experiment;
}

bool cell_is_on(const struct cell_record *c, enum exp_id experiment, enum map_type mapping)
{
	return cell_is(c, experiment) && c->spec.mapping == mapping;
}

bool cell_is_measured(const struct cell_record *c)
{
	return c && c->status == CELL_MEASURED && c->has_summary;
}

bool cell_has_median(const struct cell_record *c)
{
	return cell_is_measured(c) && !cell_counts(c);
}

bool cell_has_interval(const struct cell_record *c)
{
	return cell_has_median(c) && c->summary.coverage >= 0.95;
}

const char *cell_note(const struct cell_record *c)
{
	for (unsigned int i = 0; i < c->n_rounds; i++)
		if (c->rounds[i].note[0])
			return c->rounds[i].note;
	return "";
}

double cell_value(const struct cell_record *c, uint64_t laps, double ticks, double clock_hz)
{
	double bytes = (double)laps * (double)c->spec.lap_bytes, seconds = ticks / clock_hz;

	if (c->spec.unit == UNIT_RATE)
		return bytes / seconds;
	return seconds * 1e9 / (bytes / c->spec.unit_bytes);
}

static int round_median(const struct round *r, double *out)
{
	double *v;

	if (r->status != CELL_MEASURED || !r->n)
		return -ENODATA;
	v = memory_alloc(r->n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (unsigned int i = 0; i < r->n; i++)
		v[i] = (double)r->ticks[i];
	*out = summary_median(v, r->n);
	free(v);
	return 0;
}

size_t cell_medians(const struct cell_record *c, double clock_hz, double *out)
{
	size_t n = 0;
	double ticks;

	for (unsigned int i = 0; i < c->n_rounds; i++)
		if (!round_median(&c->rounds[i], &ticks) && ticks > 0)
			out[n++] = cell_value(c, c->rounds[i].laps, ticks, clock_hz);
	return n;
}

int cell_summarize(struct cell_record *c, double clock_hz)
{
	double *medians;
	size_t n;
	int ret;

	c->has_summary = false;
	c->tries = c->events = 0;
	if (!c->n_rounds)
		return 0;
	c->status = CELL_MEASURED;
	c->why[0] = 0;
	for (unsigned int i = 0; i < c->n_rounds; i++) {
		const struct round *r = &c->rounds[i];

		c->tries += r->tries;
		c->events += r->events;
		if (r->status == CELL_MEASURED || c->status != CELL_MEASURED)
			continue;
		c->status = r->status;
		snprintf(c->why, sizeof(c->why), "%s", r->why);
	}
	if (cell_counts(c))
		return 0;
	medians = malloc(c->n_rounds * sizeof(*medians));
	if (!medians)
		return -ENOMEM;
	n = cell_medians(c, clock_hz, medians);
	ret = n ? summary_make(&c->summary, medians, n) : -EINVAL;
	c->has_summary = !ret;
	free(medians);
	return ret == -ENOMEM ? ret : 0;
}
