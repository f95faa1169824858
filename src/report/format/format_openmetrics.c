// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "report/format/format.h"
#include "verdict/violations.h"

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

static void run_labels(struct metrics *m, const struct told *t)
{
	const struct result *r = t->run;
	char device[16];

	m->labels[0] = 0;
	append_label(m->labels, sizeof(m->labels), "emulated", t->emulated ? "true" : "false");
	append_label(m->labels, sizeof(m->labels), "replayed", t->replayed ? "true" : "false");
	append_label(m->labels, sizeof(m->labels), "device",
		     format_device(device, sizeof(device), r));
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
		sample(m, name, v->outcome == (enum verdict_outcome)w, "verdict",
		       verdict_outcome_name((enum verdict_outcome)w), "confidence",
		       confidence_name(v->confidence), "about_guest",
		       v->about_guest ? "true" : "false", NULL);
}

static void put_info(const struct metrics *m, const struct result *r)
{
	family(m, "mmiobench_run_info", "", "What ran where, always 1");
	sample(m, "mmiobench_run_info", 1.0, "version", r->version, "arch", r->arch, "kernel",
	       fact_or(&r->env.facts, "kernel_release", ""), "cpu", fact_or(&r->env.facts, "cpu_model", ""),
	       "machine",
	       env_guest_name(r->env.virt.guest), NULL);
}

static void put_start(const struct metrics *m, const struct result *r)
{
	time_t started;

	if (!date_known(r->started, &started))
		return;
	family(m, "mmiobench_run_start_time_seconds", "seconds", "When the run began, Unix time");
	sample(m, "mmiobench_run_start_time_seconds", (double)started, NULL);
}

static void put_statuses(const struct metrics *m, const struct result *r, const struct verdict *v)
{
	family(m, "mmiobench_cells", "", "Cells by how they ended");
	for (int s = 0; s < CELL_STATUSES; s++) {
		size_t n = 0;

		for_each_cell(c, r)
			n += c->status == (enum cell_status)s;
		sample(m, "mmiobench_cells", (double)n, "status",
		       cell_status_name((enum cell_status)s), NULL);
	}
	family(m, "mmiobench_wrong_cells", "", "Correctness tests that saw what must not be");
	sample(m, "mmiobench_wrong_cells", (double)count_failed(r, v), NULL);
}

enum bound { BOUND_VALUE, BOUND_LOW, BOUND_HIGH, BOUNDS };

/* Figures of one kind: a family each for the value and the ends of its interval. */
struct figures {
	const char *names[BOUNDS], *help[BOUNDS];
	const char *base_unit;
	enum unit unit;          /* of the cells */
	double factor;           /* from that to the base unit */
};

static void put_figure(const struct metrics *m, const char *name, double value,
		       const struct format_figure *f, const struct comparison *c)
{
	const char *gate = f->gate ? "true" : "false";

	if (c)
		sample(m, name, value, "cell", f->id, "of", f->unit != UNIT_NS ? "rate" : "time", "gate",
		       gate, c->before_after ? "it_is" : "guest_is",
		       c->cells.judged ? compare_word_name(f->row->word) : "not judged", NULL);
	else
		sample(m, name, value, "cell", f->id, "gate", gate, NULL);
}

static void put_figures(const struct metrics *m, const struct told *t, const struct figures *k)
{
	struct format_figure f;

	for (int b = 0; b < BOUNDS; b++) {
		bool begun = false;

		for (size_t i = 0; format_next_figure(&f, &i, t);) {
			const double values[BOUNDS] = { f.value, f.low, f.high };

			if ((!t->comparison && f.unit != k->unit) || (b && !f.has_interval))
				continue;
			if (!begun)
				family(m, k->names[b], k->base_unit, k->help[b]);
			begun = true;
			put_figure(m, k->names[b], k->factor * values[b], &f, t->comparison);
		}
	}
}

#define OF_MEDIAN                                                                                  \
	{ "Median over the rounds", "Lower end of the median's 95 % interval",                     \
	  "Upper end of the median's 95 % interval" }
#define OF_RATIO                                                                                   \
	{ "Ratio of the medians, above 1 is faster for rates and slower for times",                \
	  "Lower end of the ratio's 95 % interval", "Upper end of the ratio's 95 % interval" }

static const struct figures rates = {
	{ "mmiobench_cell_rate_bytes_per_second", "mmiobench_cell_rate_low_bytes_per_second",
	  "mmiobench_cell_rate_high_bytes_per_second" }, OF_MEDIAN, "bytes_per_second", UNIT_RATE, 1
};
static const struct figures times = {
	{ "mmiobench_cell_time_seconds", "mmiobench_cell_time_low_seconds",
	  "mmiobench_cell_time_high_seconds" }, OF_MEDIAN, "seconds", UNIT_NS, 1e-9
};
static const struct figures ratios[] = {
	{ { "mmiocompare_guest_by_host_ratio", "mmiocompare_guest_by_host_low_ratio",
	    "mmiocompare_guest_by_host_high_ratio" }, OF_RATIO, "ratio", UNIT_RATIO, 1 },
	{ { "mmiocompare_after_by_before_ratio", "mmiocompare_after_by_before_low_ratio",
	    "mmiocompare_after_by_before_high_ratio" }, OF_RATIO, "ratio", UNIT_RATIO, 1 },
};

static void put_result(const struct metrics *m, const struct told *t)
{
	put_info(m, t->run);
	put_start(m, t->run);
	put_verdict(m, "mmiobench_verdict", t->verdict);
	put_statuses(m, t->run, t->verdict);
	put_figures(m, t, &rates);
	put_figures(m, t, &times);
}

static void put_comparison(const struct metrics *m, const struct told *t)
{
	const struct comparison *c = t->comparison;

	put_verdict(m, "mmiocompare_verdict", &c->verdict);
	family(m, "mmiocompare_exit_status", "", "0 preserved, 1 not or failed, 3 inconclusive");
	sample(m, "mmiocompare_exit_status", compare_status(c), NULL);
	family(m, "mmiocompare_cells", "", "Cells by what both sides have of them");
	for (int s = 0; s < COMPARE_STATES; s++)
		sample(m, "mmiocompare_cells", (double)c->cells.n_states[s], "state",
		       compare_state_name((enum compare_state)s), NULL);
	family(m, "mmiocompare_wrong_cells", "", "Correctness tests that saw what must not be");
	sample(m, "mmiocompare_wrong_cells", (double)c->n_wrong, NULL);
	put_figures(m, t, &ratios[c->before_after]);
}

int openmetrics_write(FILE *out, const struct told *t)
{
	struct metrics m = { .out = out };

	run_labels(&m, t);
	if (t->comparison)
		put_comparison(&m, t);
	else
		put_result(&m, t);
	fputs("# EOF\n", out);
	return 0;
}
