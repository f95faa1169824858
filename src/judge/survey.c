// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/parse.h"
#include "judge/correct.h"
#include "judge/kind.h"
#include "judge/survey.h"

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
	kind_machine(rec->keys[SURVEY_MACHINE], sizeof(rec->keys[0]), r);
	kind_cpu(rec->keys[SURVEY_CPU], sizeof(rec->keys[0]), r);
	snprintf(rec->keys[SURVEY_ARCH], sizeof(rec->keys[0]), "%s", r->arch);
	set_where(rec->keys[SURVEY_WHERE], sizeof(rec->keys[0]), &r->env.virt);
	snprintf(rec->keys[SURVEY_KERNEL], sizeof(rec->keys[0]), "%s", kernel ? kernel : "");
	set_device(rec->keys[SURVEY_DEVICE], sizeof(rec->keys[0]), r);
	rec->timed = !v.emulated && !r->env.emulated && !r->replayed;
	rec->judged = v.judged;
	rec->about_guest = v.about_guest;
	rec->word = v.judged && v.about_guest ? v.word : VERDICT_INCONCLUSIVE;
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

int survey_mark_copies(struct survey_record *records, size_t n)
{
	size_t *order = calloc(n + 1, sizeof(*order)), n_runs = 0, first = 0;

	if (!order)
		return -ENOMEM;
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
	return 0;
}

static bool has_verdict(const struct survey_record *rec)
{
	return rec->judged && rec->about_guest;
}

bool survey_is_unreadable(const struct survey_record *rec)
{
	return rec->state == SURVEY_BROKEN || rec->state == SURVEY_CLOSED;
}

const char *survey_verdict_name(const struct survey_record *rec)
{
	return has_verdict(rec) ? verdict_word_name(rec->word) : "none";
}

static int by_kind(const struct survey_record *a, const struct survey_record *b)
{
	int order = 0;

	for (int k = 0; k < SURVEY_KEYS && !order; k++)
		order = strcmp(a->keys[k], b->keys[k]);
	return order;
}

static int by_cluster(const struct survey_record *a, const struct survey_record *b)
{
	int order = by_kind(a, b);

	if (!order)
		order = has_verdict(a) - has_verdict(b);
	return order ? order : (int)a->word - (int)b->word;
}

/* qsort_r would not know the records by their index otherwise. */
static int by_record(const void *a, const void *b, void *records)
{
	const struct survey_record *r = records;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int order = by_cluster(&r[i], &r[k]);

	return order ? order : (i > k) - (i < k);
}

static void count_record(struct survey *s, const struct survey_record *rec)
{
	s->n_states[rec->state]++;
	if (rec->state != SURVEY_RESULT)
		return;
	if (has_verdict(rec)) {
		s->n_words[rec->word]++;
		s->n_proved[rec->word] += rec->confidence == CONFIDENCE_PROVED;
	} else {
		s->n_unjudged++;
	}
	s->n_untimed += !rec->timed;
	s->n_wrong += !!rec->n_wrong;
	if (!s->oldest || strcmp(rec->started, s->oldest) < 0)
		s->oldest = rec->started;
	if (!s->newest || strcmp(rec->started, s->newest) > 0)
		s->newest = rec->started;
}

static const struct survey_record *cluster_record(const struct survey *s,
						  const struct survey_cluster *c)
{
	return &s->records[s->order[c->first]];
}

/* Runs of like records in order. */
static void find_clusters(struct survey *s)
{
	const struct survey_record *last = NULL;

	for (size_t i = 0; i < s->n_states[SURVEY_RESULT]; i++) {
		const struct survey_record *rec = &s->records[s->order[i]];
		struct survey_cluster *c;

		s->n_kinds += !last || by_kind(last, rec);
		if (!last || by_cluster(last, rec))
			s->clusters[s->n_clusters++] = (struct survey_cluster){
				.first = i, .kind = s->n_kinds - 1 };
		c = &s->clusters[s->n_clusters - 1];
		c->n++;
		c->n_proved += has_verdict(rec) && rec->confidence == CONFIDENCE_PROVED;
		c->n_wrong += !!rec->n_wrong;
		last = rec;
	}
}

/* Clusters of one kind: which of them has a verdict that few of the kind have. */
static void look_at_kind(const struct survey *s, struct survey_cluster *c, size_t n)
{
	size_t n_kind = 0, n_judged = 0;

	for (size_t i = 0; i < n; i++) {
		n_kind += c[i].n;
		n_judged += has_verdict(cluster_record(s, &c[i])) ? c[i].n : 0;
	}
	for (size_t i = 0; i < n; i++) {
		c[i].n_kind = n_kind;
		c[i].odd = has_verdict(cluster_record(s, &c[i])) && n_judged >= SURVEY_LEAST &&
			   (double)c[i].n <= SURVEY_FEW * (double)n_judged;
	}
}

static void look_at_kinds(struct survey *s)
{
	size_t from = 0;

	for (size_t i = 1; i <= s->n_clusters; i++) {
		if (i < s->n_clusters && s->clusters[i].kind == s->clusters[from].kind)
			continue;
		look_at_kind(s, &s->clusters[from], i - from);
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

static int add_odd(struct survey *s, size_t *room, const struct survey_odd *odd)
{
	if (s->n_odds == *room) {
		size_t more = *room ? *room * 2 : 64;
		struct survey_odd *v = realloc(s->odds, more * sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->odds = v;
		*room = more;
	}
	s->odds[s->n_odds++] = *odd;
	s->n_odds_slower += odd->slower;
	return 0;
}

/* scratch: room for two numbers of each of the cluster's results. */
static int look_at_figure(struct survey *s, size_t cluster, int figure, double min_effect,
			  double *scratch, size_t *room)
{
	struct survey_cluster *c = &s->clusters[cluster];
	struct survey_figure *f = &c->figures[figure];
	bool is_time = compare_gates[figure].is_time;
	double limit;
	size_t n = 0;

	for (size_t i = c->first; i < c->first + c->n; i++) {
		const struct survey_record *rec = &s->records[s->order[i]];

		if (rec->timed && rec->figures[figure] > 0)
			scratch[n++] = rec->figures[figure];
	}
	f->n = n;
	if (n < SURVEY_LEAST)
		return 0;
	gsl_sort(scratch, 1, n);
	f->median = gsl_stats_median_from_sorted_data(scratch, 1, n);
	f->low = gsl_stats_quantile_from_sorted_data(scratch, 1, n, 0.05);
	f->high = gsl_stats_quantile_from_sorted_data(scratch, 1, n, 0.95);
	limit = far_limit(scratch, n, f->median, min_effect, scratch + n);
	count_far(f, is_time, scratch, n, limit);
	for (size_t i = c->first; i < c->first + c->n; i++) {
		const struct survey_record *rec = &s->records[s->order[i]];
		double v = rec->figures[figure];
		struct survey_odd odd = { s->order[i], cluster, figure,
					  (v > f->median) == is_time, v, f->median };

		if (rec->timed && v > 0 && fabs(log(v / f->median)) > limit &&
		    add_odd(s, room, &odd))
			return -ENOMEM;
	}
	return 0;
}

static int look_at_figures(struct survey *s, double min_effect)
{
	double *scratch = calloc(2 * s->n_states[SURVEY_RESULT] + 1, sizeof(*scratch));
	size_t room = 0;
	int ret = scratch ? 0 : -ENOMEM;

	for (size_t i = 0; i < s->n_clusters; i++)
		for (int figure = 0; figure < COMPARE_GATES && !ret; figure++)
			ret = look_at_figure(s, i, figure, min_effect, scratch, &room);
	free(scratch);
	return ret;
}

/* What a reader wants first: what is not preserved, then what there is most of. */
static int by_interest(const void *a, const void *b, void *survey)
{
	const struct survey *s = survey;
	const struct survey_cluster *x = a, *y = b;
	const struct survey_record *rx = cluster_record(s, x), *ry = cluster_record(s, y);
	bool bad_x = has_verdict(rx) && rx->word != VERDICT_PRESERVED;
	bool bad_y = has_verdict(ry) && ry->word != VERDICT_PRESERVED;

	if (bad_x != bad_y)
		return bad_x ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
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

int survey_make(struct survey *survey, const struct survey_record *records, size_t n,
		double min_effect)
{
	struct survey s = { .records = records, .n_records = n };
	size_t at = 0;
	int ret;

	for (size_t i = 0; i < n; i++)
		count_record(&s, &records[i]);
	s.order = calloc(s.n_states[SURVEY_RESULT] + 1, sizeof(*s.order));
	s.clusters = calloc(s.n_states[SURVEY_RESULT] + 1, sizeof(*s.clusters));
	if (!s.order || !s.clusters) {
		survey_free(&s);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		if (records[i].state == SURVEY_RESULT)
			s.order[at++] = i;
	qsort_r(s.order, at, sizeof(*s.order), by_record, (void *)(uintptr_t)records);
	find_clusters(&s);
	look_at_kinds(&s);
	qsort_r(s.clusters, s.n_clusters, sizeof(*s.clusters), by_interest, &s);
	ret = look_at_figures(&s, min_effect);
	if (ret) {
		survey_free(&s);
		return ret;
	}
	if (s.n_odds)
		qsort(s.odds, s.n_odds, sizeof(*s.odds), by_distance);
	*survey = s;
	return 0;
}

void survey_free(struct survey *s)
{
	free(s->order);
	free(s->clusters);
	free(s->odds);
	*s = (struct survey){ 0 };
}

int survey_status(const struct survey *s, const struct compare_ask *ask, char *why, size_t n)
{
	size_t not = s->n_words[VERDICT_DEMOTED] + s->n_words[VERDICT_TRAPPED] +
		     s->n_words[VERDICT_WRITE_BACK];
	size_t open = s->n_words[VERDICT_INCONCLUSIVE];

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
	else if (ask->require_preserved && (open || !s->n_words[VERDICT_PRESERVED]))
		snprintf(why, n, "--require preserved: %zu guest%s inconclusive, %zu preserved",
			 open, plural(open), s->n_words[VERDICT_PRESERVED]);
	if (why[0])
		return 1;
	if (!open && s->n_words[VERDICT_PRESERVED])
		return 0;
	if (open)
		snprintf(why, n, "%zu guest%s inconclusive", open, plural(open));
	else
		snprintf(why, n, "there is no guest to judge");
	return 3;
}
