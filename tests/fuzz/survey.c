// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: compare/survey.c verdict/machine_id.c report/text/survey_text.c compare/survey_fields.c
/*
 * A fleet: of a list of results the first as often as makes a kind, the others a few times, with
 * files that are none.
 */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "report/report.h"
#include "results.h"

#define MOST    6
#define COPIES  (2 * (SURVEY_LEAST + 1)) /* of the first, in pairs of the same run; of the others one, two, ... */
#define RECORDS (COPIES + 2 * MOST + MOST * MOST / 2)

static const struct compare_ask asks[] = {
	{ .min_effect = COMPARE_MIN_EFFECT },
	{ .min_effect = COMPARE_MIN_EFFECT, .fail_on_regression = true, .require_preserved = true },
};

static char hostile[] = "fleet/\033[2Ja\n\302\233b\342\200\256.json";

struct fleet {
	struct survey_record v[RECORDS];
	size_t n;
};

static struct survey_record *add(struct fleet *f, enum survey_state state)
{
	struct survey_record *rec = &f->v[f->n];

	memset(rec, 0, sizeof(*rec));
	rec->state = state;
	rec->path = rec->file = hostile; /* what anybody may call a file */
	f->n++;
	return rec;
}

static void fleet_make(struct fleet *f, const struct result *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < (i ? i : COPIES); k++) {
			struct survey_record *rec = add(f, SURVEY_RESULT);

			survey_record_set(rec, &r[i]);
			rec->run += k / 2; /* else all of them were one run */
		}
	if (fuzz_error()[0]) /* of what in the list was refused */
		snprintf(add(f, SURVEY_BROKEN)->why, sizeof(f->v->why), "%.200s", fuzz_error());
	add(f, SURVEY_OTHER);
}

/* Each result is in one cluster, whose records say the same; what is odd is of a cluster's own. */
static void check_clusters(const struct survey *s)
{
	bool seen[RECORDS] = { false };
	size_t n = 0;

	for (size_t i = 0; i < s->n_clusters; i++) {
		const struct survey_cluster *c = &s->clusters[i];

		fuzz_require(c->n && c->n <= c->n_kind && c->sample == c->results[0], "%zu of %zu",
			     c->n, c->n_kind);
		for (size_t k = 0; k < c->n; k++) {
			size_t at = (size_t)(c->results[k] - s->records);

			fuzz_require(at < s->n_records && !seen[at], "record %zu", at);
			fuzz_require(!memcmp(s->records[at].keys[SURVEY_KERNEL],
					     c->sample->keys[SURVEY_KERNEL],
					     sizeof(s->records->keys[0])), "record %zu", at);
			seen[at] = true;
			n++;
		}
		for (int g = 0; g < COMPARE_GATES; g++)
			/* of equal values they differ by what rounding does */
			fuzz_require(c->figures[g].n <= c->n &&
				     c->figures[g].low <= c->figures[g].high * (1 + 1e-12) &&
				     c->figures[g].n_slower + c->figures[g].n_faster <= c->figures[g].n,
				     "figure %d", g);
	}
	fuzz_require(n == s->n_states[SURVEY_RESULT], "%zu of %zu", n, s->n_states[SURVEY_RESULT]);
	for (size_t i = 0; i < s->n_odds; i++)
		fuzz_require(s->odds[i].value > 0 && s->odds[i].typical > 0 &&
			     seen[s->odds[i].record - s->records], "%zu", i);
}

/* What is left is of different runs; a copy names one that is left, of its own run. */
static void mark_copies(struct fleet *f)
{
	survey_mark_copies(f->v, f->n);
	for (size_t i = 0; i < f->n; i++) {
		const struct survey_record *rec = &f->v[i];

		if (rec->state == SURVEY_COPY)
			fuzz_require(rec->copy_of < i && f->v[rec->copy_of].state == SURVEY_RESULT &&
				     f->v[rec->copy_of].run == rec->run, "record %zu", i);
		for (size_t k = 0; rec->state == SURVEY_RESULT && k < i; k++)
			fuzz_require(f->v[k].state != SURVEY_RESULT || f->v[k].run != rec->run,
				     "records %zu, %zu", k, i);
	}
}

static void check_status(const struct survey *s, const struct compare_ask *ask)
{
	char why[160] = "";
	int status = survey_status(s, ask, why, sizeof(why));

	fuzz_require(!why[0] == !status && fuzz_is_ascii(why), "%d: '%s'", status, why);
	fuzz_require(status == 1 || status == 3 ||
		     (!status && !s->n_wrong && !s->n_states[SURVEY_BROKEN] &&
		      s->n_verdicts[VERDICT_PRESERVED] && !s->n_verdicts[VERDICT_DEMOTED] &&
		      !s->n_verdicts[VERDICT_TRAPPED] && !s->n_verdicts[VERDICT_WRITE_BACK] &&
		      !s->n_verdicts[VERDICT_INCONCLUSIVE]), "%d", status);
}

static void check_survey(struct fleet *f)
{
	struct survey s;
	const struct picture_input in = { .survey = &s };
	const char *page;
	size_t length;

	mark_copies(f);
	survey_make(&s, f->v, f->n, COMPARE_MIN_EFFECT);
	check_clusters(&s);
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		check_status(&s, &asks[i]);
		survey_text(fuzz_out(), &s, &asks[i]);
		page = fuzz_out_close(&length);
		fuzz_require(fuzz_is_clean(page, length), "%s", page);
		fuzz_require(!survey_write(&s, &asks[i], fuzz_tree_path("survey.json")), "%s",
			     fuzz_error());
	}
	results_draw(&in);
	survey_free(&s);
}

FUZZ_TARGET(survey)
{
	static struct fleet fleet;
	struct result r[MOST];
	size_t n;

	fuzz_begin();
	fuzz_tree(NULL, 0);
	fleet.n = 0;
	n = results_read(r, MOST, data, size);
	fleet_make(&fleet, r, n);
	check_survey(&fleet);
	results_free(r, n);
	return 0;
}
