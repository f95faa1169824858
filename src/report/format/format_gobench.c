// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "compare/compare_wording.h"
#include "report/format/format.h"

/*
 * Go's benchmark format (golang.org/design/14313-benchmark-format), a line for each round, so that
 * benchstat has samples. It compares what has the same configuration: keys are only what must not
 * be mixed, the rest are comments.
 */

static void go_comment(FILE *out, const char *label, const char *text)
{
	char safe[400];

	fprintf(out, "# %s: %s\n", label, format_clean(safe, sizeof(safe), text));
}

static void go_key(FILE *out, const char *key, const char *value)
{
	char safe[400];

	/* without a value: not known, and no longer what it was above */
	fprintf(out, "%s:%s%s\n", key, *value ? " " : "", format_clean(safe, sizeof(safe), value));
}

static void go_config(FILE *out, const struct result *r, const char *side)
{
	const char *go_arch = arch_info_of(r->arch)->go_name;
	char device[16];

	go_key(out, "goos", "linux");
	go_key(out, "goarch", go_arch ? go_arch : r->arch);
	go_key(out, "pkg", "mmiobench");
	go_key(out, "cpu", fact_or(&r->env.facts, "cpu_model", ""));
	go_key(out, "device", format_device(device, sizeof(device), r));
	go_key(out, "emulated", r->env.emulated ? "yes" : "no");
	go_key(out, "replayed", r->replayed ? "yes" : "no");
	if (side)
		go_key(out, "side", side);
	go_comment(out, "started", r->started);
	go_comment(out, "kernel", fact_or(&r->env.facts, "kernel_release", ""));
	if (!r->is_ram)
		go_comment(out, "function", r->device.bdf);
	if (r->env.emulated)
		go_comment(out, "EMULATED", "times say nothing about hardware");
}

/* Begins with an upper-case letter and has no blanks; the threads stand where Go has GOMAXPROCS. */
static void go_name(FILE *out, const struct cell_record *c)
{
	char name[sizeof(c->id)];

	format_clean(name, sizeof(name), c->id);
	for (char *p = name; *p; p++)
		if (*p == ' ')
			*p = '_';
	if (!isalpha((unsigned char)name[0]))
		fprintf(out, "BenchmarkX%s-%u", name, c->spec.threads);
	else
		fprintf(out, "Benchmark%c%s-%u", toupper((unsigned char)name[0]), name + 1,
			c->spec.threads);
}

static void go_round(FILE *out, const struct cell_record *c, const struct round *round, double hz)
{
	struct cell_record one = *c;
	char number[40];
	double value, ops;

	one.rounds = (struct round *)round;
	one.n_rounds = 1;
	if (!cell_medians(&one, hz, &value))
		return;
	ops = (double)round->n * (double)round->laps * (double)c->spec.lap_bytes / c->spec.unit_bytes;
	go_name(out, c);
	fprintf(out, " %.0f %s %s\n", fmax(ops, 1), format_number(number, sizeof(number), value),
		c->spec.unit == UNIT_NS ? "ns/op" : unit_name(c->spec.unit));
}

static void go_cells(FILE *out, const struct result *r)
{
	for_each_cell(c, r) {
		char why[256];

		if (cell_counts(c) && c->status == CELL_MEASURED)
			continue;
		if (!cell_has_median(c)) {
			snprintf(why, sizeof(why), "%s: %s", cell_status_name(c->status), c->why);
			go_comment(out, c->id, why);
			continue;
		}
		for (unsigned int k = 0; k < c->n_rounds; k++)
			go_round(out, c, &c->rounds[k], r->clock_hz);
	}
}

int gobench_write(FILE *out, const struct told *t)
{
	const struct comparison *c = t->comparison;

	fputs("Unit B/s better=higher\nUnit ns/op better=lower\n", out);
	if (!c)
		go_config(out, t->run, NULL);
	go_comment(out, "verdict", verdict_outcome_name(t->verdict->outcome));
	if (!c)
		go_cells(out, t->run);
	for (int s = 0; s < 2 && c; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++) {
			go_config(out, &c->sides[s].runs[i], compare_side_name(c, s));
			go_cells(out, &c->sides[s].runs[i]);
		}
	return 0;
}
