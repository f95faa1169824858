// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "report/compare_cells.h"
#include "report/format.h"

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

static const char *go_arch(const char *arch)
{
	return !strcmp(arch, "aarch64") ? "arm64" : !strcmp(arch, "x86_64") ? "amd64" : arch;
}

static void go_config(FILE *out, const struct result *r, const char *side)
{
	char device[16];

	go_key(out, "goos", "linux");
	go_key(out, "goarch", go_arch(r->arch));
	go_key(out, "pkg", "mmiobench");
	go_key(out, "cpu", format_fact(r, "cpu_model"));
	go_key(out, "device", r->is_ram ? "ram" : format_device(device, sizeof(device), r));
	go_key(out, "emulated", r->env.emulated ? "yes" : "no");
	go_key(out, "replayed", r->replayed ? "yes" : "no");
	if (side)
		go_key(out, "side", side);
	go_comment(out, "started", r->started);
	go_comment(out, "kernel", format_fact(r, "kernel_release"));
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
		fprintf(out, "BenchmarkX%s-%u", name, c->threads);
	else
		fprintf(out, "Benchmark%c%s-%u", toupper((unsigned char)name[0]), name + 1,
			c->threads);
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
	ops = (double)round->n * (double)round->laps * (double)c->lap_bytes / c->unit_bytes;
	go_name(out, c);
	fprintf(out, " %.0f %s %s\n", fmax(ops, 1), format_number(number, sizeof(number), value),
		strcmp(c->unit, "ns") ? c->unit : "ns/op");
}

static void go_cells(FILE *out, const struct result *r)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		char why[256];

		if (cell_counts(c) && c->status == CELL_MEASURED)
			continue;
		if (!format_has_median(c)) {
			snprintf(why, sizeof(why), "%s: %s", cell_status_name(c->status), c->why);
			go_comment(out, c->id, why);
			continue;
		}
		for (unsigned int k = 0; k < c->n_rounds; k++)
			go_round(out, c, &c->rounds[k], r->clock_hz);
	}
}

static void go_head(FILE *out)
{
	fputs("Unit B/s better=higher\nUnit ns/op better=lower\n", out);
}

int gobench_result(FILE *out, const struct result *r, const struct verdict *v)
{
	go_head(out);
	go_config(out, r, NULL);
	go_comment(out, "verdict", verdict_word_name(v->word));
	go_cells(out, r);
	return 0;
}

int gobench_comparison(FILE *out, const struct comparison *c)
{
	char line[256];

	go_head(out);
	go_comment(out, "verdict", verdict_word_name(c->verdict.word));
	if (*compare_baseline_text(line, sizeof(line), c))
		go_comment(out, "baseline", line);
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++) {
			go_config(out, &c->sides[s].runs[i], compare_side_name(c, s));
			go_cells(out, &c->sides[s].runs[i]);
		}
	return 0;
}
