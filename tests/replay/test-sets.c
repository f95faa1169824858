// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../unit/fixture.h"
#include "verdict/judge.h"

/*
 * Noisy results of the machines in tests/replay/sets: however the dice fall, the judge may not know,
 * but never says preserved or demoted where it is not so. Prints how often it does not know.
 */

#define SETS_MAX    64
#define ROUNDS      10
#define BATCHES     3
#define DRAWS       1000
#define DRAWS_SLOW  50   /* where an emulator runs us */
#define LAUNCH_S    0.06 /* sigma of a cell's figure from one launch to the next, */
#define ROUND_S     0.05 /* from round to round, */
#define BATCH_S     0.03 /* and from batch to batch */
#define DISTURBED   0.02 /* rounds that somebody else slows down, up to threefold */

struct set {
	char name[32], arch[16], machine[8], truth[8], link[8], host[8], fact[8];
	double load, store, plain, wc8, best, merge, back, lmerge, lpar, boots;
};

static struct set sets[SETS_MAX];
static size_t n_sets;
static gsl_rng *rng;

static void read_sets(void)
{
	char path[512], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/replay/sets", getenv("srcdir"));
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		struct set *s = &sets[n_sets];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		assert_true(n_sets < SETS_MAX);
		assert_int_equal(17, sscanf(line, "%31s %15s %7s %7s %lf %lf %lf %lf %lf %7s %lf %lf %lf "
					    "%lf %lf %7s %7s", s->name, s->arch, s->machine, s->truth,
					    &s->load, &s->store, &s->plain, &s->wc8, &s->best,
					    s->link, &s->merge, &s->back, &s->lmerge, &s->lpar,
					    &s->boots, s->host, s->fact));
		n_sets++;
	}
	fclose(f);
}

static double noise(double sigma)
{
	return gsl_ran_lognormal(rng, 0, sigma);
}

/* A cell whose true figure that is. */
static void draw_cell(struct result *r, const char *mapping, const char *id, double value)
{
	struct cell_record *c;
	char full[96];
	double launch = noise(LAUNCH_S);

	snprintf(full, sizeof(full), "probe/%s/%s", mapping, id);
	c = fixture_cell(r, full, value);
	for (unsigned int i = 0; i < c->n_rounds; i++)
		free(c->rounds[i].ticks);
	c->rounds = realloc(c->rounds, ROUNDS * sizeof(*c->rounds));
	assert_non_null(c->rounds);
	c->n_rounds = ROUNDS;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct round *round = &c->rounds[i];
		double bytes = 1000.0 * (double)c->spec.lap_bytes;
		double ns = c->spec.unit != UNIT_NS ? bytes / value * 1e9
						       : value * bytes / c->spec.unit_bytes;

		ns *= launch * noise(ROUND_S);
		if (gsl_rng_uniform(rng) < DISTURBED)
			ns *= 1 + 2 * gsl_rng_uniform(rng);
		*round = (struct round){ .status = CELL_MEASURED, .laps = 1000, .n = BATCHES };
		round->ticks = calloc(BATCHES, sizeof(*round->ticks));
		assert_non_null(round->ticks);
		for (unsigned int k = 0; k < BATCHES; k++)
			round->ticks[k] = (uint64_t)(ns * noise(BATCH_S) * 1e-9 * r->clock_hz);
	}
	assert_int_equal(0, cell_summarize(c, r->clock_hz));
}

/* Through a mapping that gains so much by merging: 1 through plain, and where wc is what plain is. */
static void draw_mapping(struct result *r, const struct set *s, const char *mapping, bool gathers,
			 bool merges_stores, double load)
{
	const char *barrier = strcmp(s->arch, "x86_64") ? "dmb-oshld" : "lfence";
	double issue = 8 / s->plain;
	char id[64];

	draw_cell(r, mapping, "load8+dep@each/64", load);
	draw_cell(r, mapping, "store8+load-back@each/64/posted", load / (gathers ? s->back : 1));
	snprintf(id, sizeof(id), "load8~stride64+%s@each/4K", barrier);
	draw_cell(r, mapping, id, load);
	/* plain's loads overlap a little, on most CPUs */
	snprintf(id, sizeof(id), "load8~stride64+%s@64/4K", barrier);
	draw_cell(r, mapping, id, load / 1.3 / (gathers ? s->lpar : 1));
	snprintf(id, sizeof(id), "load8~seq+%s@64/4K", barrier);
	draw_cell(r, mapping, id, load / 1.3 / (gathers ? s->lpar * s->lmerge : 1));
	draw_cell(r, mapping, "store8~stride64/4K/posted", issue);
	draw_cell(r, mapping, "store8~one/4K/posted", issue / (merges_stores ? s->merge : 1));
	draw_cell(r, mapping, "store8/4K/posted", 1e9 * (merges_stores ? s->wc8 : s->plain));
	draw_cell(r, mapping, "store64/4K/posted", 1e9 * (merges_stores ? s->best : s->plain));
	draw_cell(r, mapping, "store8/64K/flushed", 1e9 * (merges_stores ? s->wc8 : s->plain));
}

static void draw_result(struct result *r, const struct set *s, const char *machine,
			const char *truth)
{
	bool nc = !strcmp(truth, "nc"); /* Write-Back that is forced is so through plain, too: nothing is gained */
	bool stores = nc && gsl_rng_uniform(rng) < s->boots;
	/* the load of such a set is a cache's, and its host has a device */
	double load = strcmp(s->truth, truth) && !strcmp(s->truth, "wb") ? 900 : s->load;
	unsigned int speed = 0, width = 0;

	fixture_result(r);
	strcpy(r->arch, s->arch);
	r->env.virt.guest = strcmp(machine, "bare") ? ENV_GUEST : ENV_BARE_METAL;
	r->device.link = (struct pci_link){ 0 };
	if (sscanf(s->link, "%ux%u", &speed, &width) == 2) {
		snprintf(r->device.link.speed, sizeof(r->device.link.speed), "%u.0 GT/s PCIe", speed);
		r->device.link.width = r->device.link.max_width = width;
		strcpy(r->device.link.max_speed, r->device.link.speed);
	}
	fixture_store_ns(r, s->store * noise(LAUNCH_S));
	if (!strcmp(s->fact, "erratum"))
		assert_int_equal(0, fact_add(&r->env.facts, "wc_erratum", "/dev/kmsg",
					     "Write combining PCI maps disabled"));
	draw_mapping(r, s, "plain", false, false, load);
	draw_mapping(r, s, "wc", nc, stores, load);
}

static const struct {
	const char *truth;
	enum verdict_outcome word;
} truths[] = {
	{ "nc", VERDICT_PRESERVED },
	{ "device", VERDICT_DEMOTED },
	{ "trapped", VERDICT_TRAPPED },
	{ "wb", VERDICT_WRITE_BACK },
};

static enum verdict_outcome truth_of(const struct set *s)
{
	for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++)
		if (!strcmp(truths[i].truth, s->truth))
			return truths[i].word;
	fail_msg("%s: no truth %s", s->name, s->truth);
	return VERDICT_INCONCLUSIVE;
}

static void draw_set(const struct set *s, unsigned int draws, unsigned int *words)
{
	for (unsigned int i = 0; i < draws; i++) {
		struct result run, host = { 0 };
		bool has_host = strcmp(s->host, "-");
		struct verdict v;

		draw_result(&run, s, s->machine, s->truth);
		if (has_host)
			draw_result(&host, s, "bare", s->host);
		judge_run(&v, &run, has_host ? &host : NULL);
		words[v.outcome]++;
		result_free(&run);
		if (has_host)
			result_free(&host);
	}
}

static void test_sets(void **state)
{
	const char *emulator = getenv("MB_EMULATOR");
	unsigned int draws = emulator && *emulator ? DRAWS_SLOW : DRAWS;

	(void)state;
	assert_true(n_sets >= 20);
	printf("%-24s %-9s%12s%12s%14s  of %u draws\n", "set", "truth", "right", "wrong",
	       "inconclusive", draws);
	for (size_t i = 0; i < n_sets; i++) {
		unsigned int words[VERDICTS] = { 0 }, right, unknown;

		gsl_rng_set(rng, 1000 + i);
		draw_set(&sets[i], draws, words);
		right = words[truth_of(&sets[i])];
		unknown = words[VERDICT_INCONCLUSIVE];
		printf("%-24s %-9s%12u%12u%14u\n", sets[i].name, sets[i].truth, right,
		       draws - right - unknown, unknown);
		assert_int_equal(draws, right + unknown);
	}
}

/* A set whose truth is not what is drawn must be found wrong: the test is one that can fail. */
static void test_can_fail(void **state)
{
	unsigned int words[VERDICTS] = { 0 };
	struct set s = sets[0];

	(void)state;
	strcpy(s.truth, "nc");
	gsl_rng_set(rng, 1);
	draw_set(&s, 10, words);
	strcpy(s.truth, "device");
	assert_true(words[truth_of(&s)] + words[VERDICT_INCONCLUSIVE] < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sets),
					    cmocka_unit_test(test_can_fail) };
	int ret;

	rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!rng)
		return 1;
	read_sets();
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	gsl_rng_free(rng);
	return ret;
}
