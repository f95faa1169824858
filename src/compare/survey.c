// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/hash.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "compare/survey.h"
#include "verdict/machine_id.h"
#include "verdict/violations.h"

static void set_where(char *where, size_t n, const struct virt *virt)
{
	if (virt->guest == ENV_GUEST)
		snprintf(where, n, "guest of %s",
			 virt->hypervisor[0] ? virt->hypervisor : "an unknown hypervisor");
	else
		snprintf(where, n, "%s", virt->guest == ENV_BARE_METAL ? "bare metal" :
				   "guest or bare metal: not known");
}

static void set_device(char *device, size_t n, const struct result *r)
{
	char size[16];

	if (r->is_ram)
		snprintf(device, n, "ordinary memory");
	else
		snprintf(device, n, "%04x:%04x BAR %u of %s", r->device.vendor, r->device.device,
			 r->bar.index, format_size(size, sizeof(size), r->bar.size_bytes));
}

static uint64_t hash_round(uint64_t hash, const struct round *r)
{
	hash = hash_bytes(hash, &r->laps, sizeof(r->laps));
	hash = hash_bytes(hash, &r->tries, sizeof(r->tries));
	hash = hash_bytes(hash, &r->events, sizeof(r->events));
	hash = hash_bytes(hash, &r->n, sizeof(r->n));
	return r->n ? hash_bytes(hash, r->ticks, r->n * sizeof(*r->ticks)) : hash;
}

/* A self-check that was added, or the file's name, makes no other run of it. */
static uint64_t hash_run(const struct result *r)
{
	const char *boot = fact_get(&r->env.facts, "boot_id");
	uint64_t hash = hash_string(HASH_START, boot ? boot : "");

	hash = hash_string(hash, r->started);
	hash = hash_bytes(hash, &r->seed, sizeof(r->seed));
	for (size_t i = 0; i < r->n_cells; i++) {
		hash = hash_string(hash, r->cells[i].id);
		for (unsigned int k = 0; k < r->cells[i].n_rounds; k++)
			hash = hash_round(hash, &r->cells[i].rounds[k]);
	}
	return hash;
}

void survey_record_set(struct survey_record *rec, const struct result *r)
{
	const char *kernel = fact_get(&r->env.facts, "kernel_release");
	struct verdict v;

	judge_run(&v, r, NULL);
	rec->run = hash_run(r);
	snprintf(rec->started, sizeof(rec->started), "%s", r->started);
	machine_id_name(rec->keys[SURVEY_MACHINE], sizeof(rec->keys[0]), r);
	machine_id_cpu(rec->keys[SURVEY_CPU], sizeof(rec->keys[0]), r);
	snprintf(rec->keys[SURVEY_ARCH], sizeof(rec->keys[0]), "%s", r->arch);
	set_where(rec->keys[SURVEY_WHERE], sizeof(rec->keys[0]), &r->env.virt);
	snprintf(rec->keys[SURVEY_KERNEL], sizeof(rec->keys[0]), "%s", kernel ? kernel : "");
	set_device(rec->keys[SURVEY_DEVICE], sizeof(rec->keys[0]), r);
	rec->timed = !v.emulated && !r->env.emulated && !r->replayed;
	rec->verdict = v.judged && v.about_guest ? v.outcome : SURVEY_NO_VERDICT;
	rec->confidence = v.confidence;
	rec->n_wrong = count_failed(r, &v);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		int gate = compare_gate_number(c);

		if (gate >= 0 && c->status == CELL_MEASURED && c->has_summary)
			rec->figures[gate] = c->summary.median;
	}
}

/* By run, and those of one run in order. */
static int by_run(const void *a, const void *b, void *records)
{
	const struct survey_record *r = records;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int order = (r[i].run > r[k].run) - (r[i].run < r[k].run);

	if (!order)
		order = strcmp(r[i].started, r[k].started);
	return order ? order : (i > k) - (i < k);
}

void survey_mark_copies(struct survey_record *records, size_t n)
{
	size_t *order = xcalloc(n, sizeof(*order)), n_runs = 0, first = 0;

	for (size_t i = 0; i < n; i++)
		if (records[i].state == SURVEY_RESULT)
			order[n_runs++] = i;
	qsort_r(order, n_runs, sizeof(*order), by_run, records);
	for (size_t i = 1; i < n_runs; i++) {
		struct survey_record *one = &records[order[first]], *other = &records[order[i]];

		if (one->run != other->run || strcmp(one->started, other->started)) {
			first = i;
			continue;
		}
		other->state = SURVEY_COPY;
		other->copy_of = order[first];
	}
	free(order);
}

const char *survey_verdict_name(unsigned int verdict)
{
	return verdict == SURVEY_NO_VERDICT ? "none" : verdict_outcome_name(verdict);
}

static int by_kind(const struct survey_record *a, const struct survey_record *b)
{
	int order = 0;

	for (int k = 0; k < SURVEY_KEYS && !order; k++)
		order = strcmp(a->keys[k], b->keys[k]);
	return order;
}

/* Of a kind those without a verdict come first. */
static int by_cluster(const struct survey_record *a, const struct survey_record *b)
{
	unsigned int x = (a->verdict + 1) % (VERDICTS + 1), y = (b->verdict + 1) % (VERDICTS + 1);
	int order = by_kind(a, b);

	return order ? order : (x > y) - (x < y);
}

/* Those of one cluster stay in the records' order. */
static int by_record(const void *a, const void *b)
{
	const struct survey_record *x = *(const struct survey_record *const *)a;
	const struct survey_record *y = *(const struct survey_record *const *)b;
	int order = by_cluster(x, y);

	return order ? order : (x > y) - (x < y);
}

static void count_result(struct survey *s, const struct survey_record *rec)
{
	time_t started;

	s->n_verdicts[rec->verdict]++;
	s->n_proved[rec->verdict] += rec->confidence == CONFIDENCE_PROVED;
	s->n_untimed += !rec->timed;
	s->n_wrong += !!rec->n_wrong;
	if (!date_known(rec->started, &started))
		return;
	if (!s->oldest || strcmp(rec->started, s->oldest) < 0)
		s->oldest = rec->started;
	if (!s->newest || strcmp(rec->started, s->newest) > 0)
		s->newest = rec->started;
}

static void count_records(struct survey *s)
{
	for (size_t i = 0; i < s->n_records; i++) {
		s->n_states[s->records[i].state]++;
		if (s->records[i].state == SURVEY_RESULT)
			count_result(s, &s->records[i]);
	}
	s->n_files = s->n_records - s->n_states[SURVEY_CLOSED];
}

/* Each record goes where it is counted. */
static void list_records(struct survey *s)
{
	size_t n_results = 0, n_wrong = 0;

	s->order = xcalloc(s->n_states[SURVEY_RESULT], sizeof(*s->order));
	s->wrong = xcalloc(s->n_wrong, sizeof(*s->wrong));
	s->copies = xcalloc(s->n_states[SURVEY_COPY], sizeof(*s->copies));
	s->unreadable = xcalloc(s->n_states[SURVEY_BROKEN] + s->n_states[SURVEY_CLOSED],
				sizeof(*s->unreadable));
	for (size_t i = 0; i < s->n_records; i++) {
		const struct survey_record *rec = &s->records[i];
		struct survey_note note = { rec->file, rec->why, rec->n_wrong };

		if (rec->state == SURVEY_RESULT) {
			s->order[n_results++] = rec;
			if (rec->n_wrong)
				s->wrong[n_wrong++] = note;
		} else if (rec->state == SURVEY_COPY) {
			note.text = s->records[rec->copy_of].file;
			s->copies[s->n_copies++] = note;
		} else if (rec->state == SURVEY_BROKEN || rec->state == SURVEY_CLOSED) {
			s->unreadable[s->n_unreadable++] = note;
		}
	}
	if (n_results)
		qsort(s->order, n_results, sizeof(*s->order), by_record);
}

/* Neighbours in the order that are alike. */
static void find_clusters(struct survey *s)
{
	const struct survey_record *last = NULL;

	s->clusters = xcalloc(s->n_states[SURVEY_RESULT], sizeof(*s->clusters));
	for (size_t i = 0; i < s->n_states[SURVEY_RESULT]; i++) {
		const struct survey_record *rec = s->order[i];
		struct survey_cluster *c;

		s->n_kinds += !last || by_kind(last, rec);
		if (!last || by_cluster(last, rec))
			s->clusters[s->n_clusters++] = (struct survey_cluster){
				.results = &s->order[i], .sample = rec, .kind = s->n_kinds - 1 };
		c = &s->clusters[s->n_clusters - 1];
		c->n++;
		c->n_proved += rec->verdict != SURVEY_NO_VERDICT &&
			       rec->confidence == CONFIDENCE_PROVED;
		c->n_wrong += !!rec->n_wrong;
		last = rec;
	}
}

/* Clusters of one kind: which of them has a verdict that few of the kind have. */
static void look_at_kind(struct survey_cluster *c, size_t n)
{
	size_t n_kind = 0, n_judged = 0;

	for (size_t i = 0; i < n; i++) {
		n_kind += c[i].n;
		n_judged += c[i].sample->verdict != SURVEY_NO_VERDICT ? c[i].n : 0;
	}
	for (size_t i = 0; i < n; i++) {
		c[i].n_kind = n_kind;
		c[i].odd = c[i].sample->verdict != SURVEY_NO_VERDICT && n_judged >= SURVEY_LEAST &&
			   (double)c[i].n <= SURVEY_FEW * (double)n_judged;
	}
}

static void look_at_kinds(struct survey *s)
{
	size_t from = 0;

	for (size_t i = 1; i <= s->n_clusters; i++) {
		if (i < s->n_clusters && s->clusters[i].kind == s->clusters[from].kind)
			continue;
		look_at_kind(&s->clusters[from], i - from);
		from = i;
	}
}

/* Medians of the values of v, sorted, below and above their middle by more than limit in logs. */
static void count_far(struct survey_figure *f, bool is_time, const double *v, size_t n,
		      double limit)
{
	size_t low = 0, high = n;

	while (low < n && log(f->median / v[low]) > limit)
		low++;
	while (high > low && log(v[high - 1] / f->median) > limit)
		high--;
	f->n_slower = is_time ? n - high : low;
	f->n_faster = is_time ? low : n - high;
	f->slower = f->faster = 0;
	if (low)
		*(is_time ? &f->faster : &f->slower) =
			gsl_stats_median_from_sorted_data(v, 1, low);
	if (high < n)
		*(is_time ? &f->slower : &f->faster) =
			gsl_stats_median_from_sorted_data(v + high, 1, n - high);
}

/* Robust: half of a cluster may be anything. */
static double far_limit(const double *sorted, size_t n, double median, double min_effect,
			double *scratch)
{
	double sigma;

	for (size_t i = 0; i < n; i++)
		scratch[i] = fabs(log(sorted[i] / median));
	gsl_sort(scratch, 1, n);
	sigma = 1.4826 * gsl_stats_median_from_sorted_data(scratch, 1, n);
	return fmax(SURVEY_SIGMAS * sigma, log1p(min_effect));
}

static void add_odd(struct survey *s, size_t *room, const struct survey_odd *odd)
{
	if (s->n_odds == *room) {
		*room = *room ? *room * 2 : 64;
		s->odds = xrealloc(s->odds, *room, sizeof(*s->odds));
	}
	s->odds[s->n_odds++] = *odd;
	s->n_odds_slower += odd->slower;
}

/* scratch: room for two numbers of each of the cluster's results. */
static void look_at_figure(struct survey *s, struct survey_cluster *c, int gate, double min_effect,
			   double *scratch, size_t *room)
{
	struct survey_figure *f = &c->figures[gate];
	bool is_time;
	double limit;

	f->gate = &compare_gates[gate];
	is_time = f->gate->spec.unit != UNIT_RATE;
	for (size_t i = 0; i < c->n; i++)
		if (c->results[i]->timed && c->results[i]->figures[gate] > 0)
			scratch[f->n++] = c->results[i]->figures[gate];
	if (f->n < SURVEY_LEAST)
		return;
	gsl_sort(scratch, 1, f->n);
	f->median = gsl_stats_median_from_sorted_data(scratch, 1, f->n);
	f->low = gsl_stats_quantile_from_sorted_data(scratch, 1, f->n, 0.05);
	f->high = gsl_stats_quantile_from_sorted_data(scratch, 1, f->n, 0.95);
	limit = far_limit(scratch, f->n, f->median, min_effect, scratch + f->n);
	count_far(f, is_time, scratch, f->n, limit);
	for (size_t i = 0; i < c->n; i++) {
		double v = c->results[i]->figures[gate];
		struct survey_odd odd = { c->results[i], f->gate, (v > f->median) == is_time, v,
					  f->median };

		if (c->results[i]->timed && v > 0 && fabs(log(v / f->median)) > limit)
			add_odd(s, room, &odd);
	}
}

static void look_at_figures(struct survey *s, double min_effect)
{
	double *scratch = xcalloc(2 * s->n_states[SURVEY_RESULT], sizeof(*scratch));
	size_t room = 0;

	for (size_t i = 0; i < s->n_clusters; i++)
		for (int gate = 0; gate < COMPARE_GATES; gate++)
			look_at_figure(s, &s->clusters[i], gate, min_effect, scratch, &room);
	free(scratch);
}

static bool is_bad(const struct survey_cluster *c)
{
	return c->sample->verdict != SURVEY_NO_VERDICT && c->sample->verdict != VERDICT_PRESERVED;
}

/* What a reader wants first: what is not preserved, then what there is most of. */
static int by_interest(const void *a, const void *b)
{
	const struct survey_cluster *x = a, *y = b;

	if (is_bad(x) != is_bad(y))
		return is_bad(x) ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->results > y->results) - (x->results < y->results);
}

static double distance(const struct survey_odd *o)
{
	return fabs(log(o->value / o->typical));
}

static int by_distance(const void *a, const void *b)
{
	double x = distance(a), y = distance(b);

	return x < y ? 1 : x > y ? -1 : 0;
}

void survey_make(struct survey *s, const struct survey_record *records, size_t n, double min_effect)
{
	*s = (struct survey){ .records = records, .n_records = n };
	count_records(s);
	list_records(s);
	find_clusters(s);
	look_at_kinds(s);
	if (s->n_clusters)
		qsort(s->clusters, s->n_clusters, sizeof(*s->clusters), by_interest);
	look_at_figures(s, min_effect);
	if (s->n_odds)
		qsort(s->odds, s->n_odds, sizeof(*s->odds), by_distance);
}

void survey_free(struct survey *s)
{
	free(s->order);
	free(s->clusters);
	free(s->odds);
	free(s->wrong);
	free(s->copies);
	free(s->unreadable);
	*s = (struct survey){ 0 };
}

int survey_status(const struct survey *s, const struct compare_ask *ask, char *why, size_t n)
{
	size_t not = s->n_verdicts[VERDICT_DEMOTED] + s->n_verdicts[VERDICT_TRAPPED] +
		     s->n_verdicts[VERDICT_WRITE_BACK];
	size_t open = s->n_verdicts[VERDICT_INCONCLUSIVE];
	size_t unread = s->n_states[SURVEY_BROKEN], closed = s->n_states[SURVEY_CLOSED];

	why[0] = 0;
	if (not)
		snprintf(why, n, "%zu guest%s without what was asked for", not, plural(not));
	else if (unread)
		snprintf(why, n, "%zu file%s could not be read", unread, plural(unread));
	else if (closed)
		snprintf(why, n, "%zu director%s could not be looked into", closed,
			 closed == 1 ? "y" : "ies");
	else if (s->n_wrong)
		snprintf(why, n, "%zu result%s saw what must not be", s->n_wrong,
			 plural(s->n_wrong));
	else if (ask->fail_on_regression && s->n_odds_slower)
		snprintf(why, n, "%zu figure%s slower than others of the kind", s->n_odds_slower,
			 plural(s->n_odds_slower));
	else if (ask->require_preserved && (open || !s->n_verdicts[VERDICT_PRESERVED]))
		snprintf(why, n, "--require preserved: %zu guest%s inconclusive, %zu preserved",
			 open, plural(open), s->n_verdicts[VERDICT_PRESERVED]);
	if (why[0])
		return 1;
	if (!open && s->n_verdicts[VERDICT_PRESERVED])
		return 0;
	if (open)
		snprintf(why, n, "%zu guest%s inconclusive", open, plural(open));
	else
		snprintf(why, n, "there is no guest to judge");
	return 3;
}
