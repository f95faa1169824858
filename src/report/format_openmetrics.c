// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "judge/baseline.h"
#include "judge/correct.h"
#include "report/format.h"

/*
 * OpenMetrics text that is Prometheus' older text format as well, for node_exporter's textfile
 * collector: all are gauges, in base units, and every sample carries the run's labels, with
 * "emulated" among them.
 */
struct metrics {
	FILE *out;
	char labels[600];        /* of the run, escaped */
};

static void append_label(char *buf, size_t n, const char *name, const char *value)
{
	size_t used = strlen(buf);
	char safe[160];

	if (used + strlen(name) + 8 > n)
		return;
	/* what does not fit is cut, not left open */
	used += (size_t)snprintf(buf + used, n - used, "%s%s=\"", used ? "," : "", name);
	format_clean(safe, sizeof(safe), value);
	for (const char *s = safe; *s && used + 4 < n; s++) {
		if (*s == '\\' || *s == '"')
			buf[used++] = '\\';
		buf[used++] = *s;
	}
	snprintf(buf + used, n - used, "\"");
}

static void run_labels(struct metrics *m, const struct result *r, bool emulated, bool replayed)
{
	char device[16];

	m->labels[0] = 0;
	append_label(m->labels, sizeof(m->labels), "emulated", emulated ? "true" : "false");
	append_label(m->labels, sizeof(m->labels), "replayed", replayed ? "true" : "false");
	append_label(m->labels, sizeof(m->labels), "device",
		     r->is_ram ? "ram" : format_device(device, sizeof(device), r));
	append_label(m->labels, sizeof(m->labels), "bdf", r->device.bdf);
}

/* unit: also the end of the name; "": none. */
static void family(const struct metrics *m, const char *name, const char *unit, const char *help)
{
	fprintf(m->out, "# HELP %s %s.\n# TYPE %s gauge\n", name, help, name);
	if (*unit)
		fprintf(m->out, "# UNIT %s %s\n", name, unit);
}

/* Pairs of a label's name and value follow, then NULL. */
static void sample(const struct metrics *m, const char *name, double value, ...)
	__attribute__((sentinel));

static void sample(const struct metrics *m, const char *name, double value, ...)
{
	char labels[2048], number[40];
	const char *label;
	va_list ap;

	snprintf(labels, sizeof(labels), "%s", m->labels);
	va_start(ap, value);
	while ((label = va_arg(ap, const char *)))
		append_label(labels, sizeof(labels), label, va_arg(ap, const char *));
	va_end(ap);
	fprintf(m->out, "%s{%s} %s\n", name, labels, format_number(number, sizeof(number), value));
}

static void put_verdict(const struct metrics *m, const char *name, const struct verdict *v)
{
	family(m, name, "", "The verdict on Normal-NC is 1, the other words are 0");
	for (int w = 0; w < VERDICTS; w++)
		sample(m, name, v->word == (enum verdict_word)w, "verdict",
		       verdict_word_name((enum verdict_word)w), "confidence",
		       confidence_name(v->confidence), "about_guest",
		       v->about_guest ? "true" : "false", NULL);
}

static void put_info(const struct metrics *m, const struct result *r)
{
	family(m, "mmiobench_run_info", "", "What ran where, always 1");
	sample(m, "mmiobench_run_info", 1.0, "version", r->version, "arch", r->arch, "kernel",
	       format_fact(r, "kernel_release"), "cpu", format_fact(r, "cpu_model"), "machine",
	       env_guest_name(r->env.virt.guest), NULL);
}

static void put_start(const struct metrics *m, const struct result *r)
{
	struct tm tm = { 0 };

	if (!strptime(r->started, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return;
	family(m, "mmiobench_run_start_time_seconds", "seconds", "When the run began, Unix time");
	sample(m, "mmiobench_run_start_time_seconds", (double)timegm(&tm), NULL);
}

static void put_statuses(const struct metrics *m, const struct result *r, const struct verdict *v)
{
	family(m, "mmiobench_cells", "", "Cells by how they ended");
	for (int s = 0; s < CELL_STATUSES; s++) {
		size_t n = 0;

		for (size_t i = 0; i < r->n_cells; i++)
			n += r->cells[i].status == (enum cell_status)s;
		sample(m, "mmiobench_cells", (double)n, "status",
		       cell_status_name((enum cell_status)s), NULL);
	}
	family(m, "mmiobench_wrong_cells", "", "Correctness tests that saw what must not be");
	sample(m, "mmiobench_wrong_cells", (double)count_failed(r, v), NULL);
}

enum bound { BOUND_MEDIAN, BOUND_LOW, BOUND_HIGH, BOUNDS };

static double bound_of(const struct cell_record *c, enum bound b)
{
	return b == BOUND_LOW ? c->summary.ci_low : b == BOUND_HIGH ? c->summary.ci_high :
								      c->summary.median;
}

/* Cells of one unit: a family each for the median and the ends of its interval. */
static void put_cells(const struct metrics *m, const struct result *r, const char *unit,
		      const char *const *names, const char *base_unit, double factor)
{
	static const char *const help[BOUNDS] = {
		"Median over the rounds", "Lower end of the median's 95 % interval",
		"Upper end of the median's 95 % interval",
	};

	for (int b = 0; b < BOUNDS; b++) {
		bool begun = false;

		for (size_t i = 0; i < r->n_cells; i++) {
			const struct cell_record *c = &r->cells[i];

			if (strcmp(c->unit, unit) || !(b ? format_has_interval(c) :
							   format_has_median(c)))
				continue;
			if (!begun)
				family(m, names[b], base_unit, help[b]);
			begun = true;
			sample(m, names[b], factor * bound_of(c, (enum bound)b), "cell", c->id,
			       "gate", compare_gate(c) ? "true" : "false", NULL);
		}
	}
}

int openmetrics_result(FILE *out, const struct result *r, const struct verdict *v)
{
	static const char *const rates[BOUNDS] = {
		"mmiobench_cell_rate_bytes_per_second",
		"mmiobench_cell_rate_low_bytes_per_second",
		"mmiobench_cell_rate_high_bytes_per_second",
	};
	static const char *const times[BOUNDS] = {
		"mmiobench_cell_time_seconds", "mmiobench_cell_time_low_seconds",
		"mmiobench_cell_time_high_seconds",
	};
	struct metrics m = { .out = out };

	run_labels(&m, r, r->env.emulated, r->replayed);
	put_info(&m, r);
	put_start(&m, r);
	put_verdict(&m, "mmiobench_verdict", v);
	put_statuses(&m, r, v);
	put_cells(&m, r, "B/s", rates, "bytes_per_second", 1);
	put_cells(&m, r, "ns", times, "seconds", 1e-9);
	fputs("# EOF\n", out);
	return 0;
}

static void put_ratios(const struct metrics *m, const struct comparison *c)
{
	static const char *const all_names[2][BOUNDS] = {
		{ "mmiocompare_guest_by_host_ratio", "mmiocompare_guest_by_host_low_ratio",
		  "mmiocompare_guest_by_host_high_ratio" },
		{ "mmiocompare_now_by_baseline_ratio", "mmiocompare_now_by_baseline_low_ratio",
		  "mmiocompare_now_by_baseline_high_ratio" },
	};
	const char *const *names = all_names[c->ask.baseline != NULL];
	static const char *const help[BOUNDS] = {
		"Ratio of the medians, above 1 is faster for rates and slower for times",
		"Lower end of the ratio's 95 % interval", "Upper end of the ratio's 95 % interval",
	};

	for (int b = 0; b < BOUNDS; b++) {
		if (!c->cells.n_states[COMPARE_MEASURED])
			return;
		family(m, names[b], "ratio", help[b]);
		for (size_t i = 0; i < c->cells.n_rows; i++) {
			const struct compare_row *row = &c->cells.rows[i];

			if (row->is_timed)
				sample(m, names[b], b == BOUND_LOW ? row->ratio.low :
				       b == BOUND_HIGH ? row->ratio.high : row->ratio.value,
				       "cell", row->id, "of", strcmp(row->unit, "ns") ? "rate" : "time",
				       "gate", row->gate ? "true" : "false",
				       c->ask.baseline ? "it_is" : "guest_is",
				       c->cells.judged ? compare_word_name(row->word) : "not judged",
				       NULL);
		}
	}
}

/* A series against one baseline is not continued against another. */
static void put_baseline(struct metrics *m, const struct baseline *b)
{
	if (!b)
		return;
	append_label(m->labels, sizeof(m->labels), "baseline", b->name);
	family(m, "mmiocompare_baseline_info", "", "What the run is held against, always 1");
	sample(m, "mmiocompare_baseline_info", 1.0, "saved", b->saved, NULL);
}

int openmetrics_comparison(FILE *out, const struct comparison *c)
{
	struct metrics m = { .out = out };

	run_labels(&m, c->guest, format_emulated(c), format_replayed(c));
	put_baseline(&m, c->ask.baseline);
	put_verdict(&m, "mmiocompare_verdict", &c->verdict);
	family(&m, "mmiocompare_exit_status", "", "0 preserved, 1 not or failed, 3 inconclusive");
	sample(&m, "mmiocompare_exit_status", compare_status(c), NULL);
	family(&m, "mmiocompare_cells", "", "Cells by what both sides have of them");
	for (int s = 0; s < COMPARE_STATES; s++)
		sample(&m, "mmiocompare_cells", (double)c->cells.n_states[s], "state",
		       compare_state_name((enum compare_state)s), NULL);
	family(&m, "mmiocompare_wrong_cells", "", "Correctness tests that saw what must not be");
	sample(&m, "mmiocompare_wrong_cells", (double)c->n_wrong, NULL);
	put_ratios(&m, c);
	fputs("# EOF\n", out);
	return 0;
}
