// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "plot/build.h"
#include "report/text/text.h"
#include "verdict/wording.h"
#include "verdict/findings.h"

const struct picture_kind picture_kinds[] = {
	{ "bw", "curves.gp", "how fast are stores and loads, by size? does wc part from plain?", 1,
	  picture_build_bw },
	{ "widths", "bars.gp", "how fast is each kernel, narrow and wide, over one region?", 1,
	  picture_build_widths },
	{ "barriers", "bars.gp", "what does a store cost with each barrier behind it?", 1,
	  picture_build_barriers },
	{ "combine", "map.gp", "which store sequence combines, and behind which barrier?", 1,
	  picture_build_combine },
	{ "latency", "steps.gp", "how long does a read take, and how often longer?", 1,
	  picture_build_latency },
	{ "lines", "curves.gp", "how many lines can be open before combining stops?", 1,
	  picture_build_lines },
	{ "order", "map.gp", "which reorderings did two CPUs see, and are they allowed?", 1,
	  picture_build_order },
	{ "forest", "forest.gp", "where is one side slower than the other, and how surely?", 2,
	  picture_build_forest },
	{ "verdicts", "map.gp", "which kernels and machines preserve write combining?", 0,
	  picture_build_verdicts },
	{ "history", "history.gp", "how do the gating figures change from run to run?", 0,
	  picture_build_history },
	{ 0 },
};

const struct picture_kind *picture_find_kind(const char *name)
{
	for (const struct picture_kind *k = picture_kinds; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

bool picture_kind_fits(const struct picture_kind *k, size_t n_sides)
{
	return n_sides ? k->sides && k->sides <= n_sides : !k->sides;
}

static void free_panel(struct picture_panel *panel)
{
	for (size_t s = 0; s < PICTURE_SERIES; s++)
		free(panel->series[s].v);
}

static void free_picture(struct picture *p)
{
	for (size_t i = 0; i < p->n_panels; i++)
		free_panel(&p->panels[i]);
}

void pictures_free(struct pictures *p)
{
	for (size_t i = 0; i < p->n; i++)
		free_picture(&p->v[i]);
	free(p->v);
	*p = (struct pictures){ 0 };
}

/* Where, on what, when, by what. */
static void describe(char *buf, size_t n, const char *name, const struct compare_side *side)
{
	const struct result *r = &side->runs[0];
	const char *model = fact_or(&r->env.facts, "cpu_model", "");
	char device[224] = "ordinary memory", runs[48] = "", size[24];

	if (!r->is_ram)
		snprintf(device, sizeof(device), "[%04x:%04x] %.60s %.60s at %s, BAR %u (%s)",
			 r->device.vendor, r->device.device, r->device.vendor_name,
			 r->device.device_name, r->device.bdf, r->bar.index,
			 format_size(size, sizeof(size), r->bar.size_bytes));
	if (side->n_runs > 1)
		snprintf(runs, sizeof(runs), ", first of %zu runs", side->n_runs);
	snprintf(buf, n,
		 "%s%s%s%sLinux %s, %s%s%s; machine: %s; %s; mmiobench %s, %s, %u rounds; %s%s",
		 name, *name ? ": " : "", r->env.emulated ? "EMULATED, " : "",
		 r->replayed ? "REPLAYED, " : "", fact_or(&r->env.facts, "kernel_release", "?"), r->arch,
		 *model ? ", " : "", model, env_guest_name(r->env.virt.guest), device, r->version,
		 r->profile, r->rounds_done, r->started, runs);
}

/* The host's kernel decides what the guest gets, so the verdict names it. */
static void put_verdict(char *buf, size_t n, const struct picture_input *in, const struct result *r,
			const struct verdict *v)
{
	const char *kernel = fact_get(&in->sides[0].runs[0].env.facts, "kernel_release");
	int used = 0;

	if (in->n_sides > 1 && v->about_guest && kernel)
		used = snprintf(buf, n, "on a host with Linux %.64s: ", kernel);
	verdict_sentence(buf + used, n - (size_t)used, r, v);
}

static void about_left_out(char *buf, size_t n, const struct picture *p)
{
	snprintf(buf, n, "%zu values more are left out: too many to be read", p->left_out);
}

/* Many results: how many, and from when. */
static void finish_directory(struct picture *p, const struct picture_input *in)
{
	const struct survey *s = in->survey;
	size_t n = s->n_states[SURVEY_RESULT], copies = s->n_states[SURVEY_COPY];
	size_t broken = s->n_states[SURVEY_BROKEN] + s->n_states[SURVEY_CLOSED] +
			s->n_states[SURVEY_READING];
	char more[48] = "";

	if (copies)
		snprintf(more, sizeof(more), "; %zu cop%s left out", copies,
			 copies == 1 ? "y" : "ies");
	snprintf(p->small[0], sizeof(p->small[0]),
		 "%zu result%s of mmiobench, from %s to %s; %zu of them of "
		 "emulated CPUs or recorded trees; %zu file%s could not be read%s; drawn by mmioplot "
		 "%s",
		 n, plural(n), s->oldest ? s->oldest : "", s->newest ? s->newest : "", s->n_untimed,
		 broken, plural(broken), more, PACKAGE_VERSION);
	if (p->left_out)
		about_left_out(p->about[1], sizeof(p->about[1]), p);
}

/* Without a note a picture where plain is as fast as wc would look like a demoted guest's. */
static bool plain_is_fast(const struct result *r, const struct verdict *v)
{
	return v->about_guest && v->effective == EFFECTIVE_NORMAL_NC && bw_plain_is_fast(r);
}

static bool is_form(const struct picture *p, const char *script)
{
	return !strcmp(p->kind->script, script);
}

static void finish(struct picture *p, const struct picture_input *in)
{
	const struct verdict *v = in->verdicts[in->n_sides - 1];
	const struct result *r =
		in->comparison ? in->comparison->guest : &in->sides[in->n_sides - 1].runs[0];
	size_t used = p->about[0][0] ? 1 : 0;

	if (v && v->judged)
		put_verdict(p->about[used++], sizeof(p->about[0]), in, r, v);
	/* a forest says itself which ones */
	if (p->left_out && !is_form(p, "forest.gp"))
		about_left_out(p->about[used++], sizeof(p->about[0]), p);
	if (v && used < 3 && !is_form(p, "map.gp") && plain_is_fast(r, v))
		snprintf(p->about[used], sizeof(p->about[0]),
			 "Under QEMU's emulation stage 2 alone "
			 "decides how fast a guest's page is: here plain is as fast as wc. On "
			 "hardware "
			 "plain stays Device.");
	for (size_t i = 0; i < in->n_sides; i++) {
		const struct compare_side *side = &in->sides[i];

		describe(p->small[2 * i], sizeof(p->small[0]), in->names[i], side);
		snprintf(p->small[2 * i + 1], sizeof(p->small[0]), "  %s", side->runs[0].command);
		for (size_t k = 0; k < side->n_runs; k++) {
			p->emulated |= side->runs[k].env.emulated;
			p->replayed |= side->runs[k].replayed;
		}
	}
}

static bool has_series(const struct picture_panel *panel)
{
	for (size_t s = 0; s < PICTURE_SERIES; s++)
		if (panel->series[s].n)
			return true;
	return false;
}

static void drop_empty_panels(struct picture *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_panels; i++)
		if (has_series(&p->panels[i]))
			p->panels[kept++] = p->panels[i];
	p->n_panels = kept;
}

bool picture_measured(const struct picture_points *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].absent)
			return true;
	return false;
}

static bool has_figures(const struct picture *p)
{
	for (size_t i = 0; i < p->n_panels; i++)
		for (size_t s = 0; s < p->n_series; s++)
			if (picture_measured(&p->panels[i].series[s]))
				return true;
	return false;
}

static void make_one(struct pictures *out, const struct picture_input *in,
		     const struct picture_kind *kind)
{
	struct picture *p;

	out->v = xrealloc(out->v, out->n + 1, sizeof(*out->v));
	p = &out->v[out->n];
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	kind->build(p, in);
	drop_empty_panels(p);
	if (!has_figures(p)) {
		free_picture(p);
		return;
	}
	if (in->n_sides)
		finish(p, in);
	else
		finish_directory(p, in);
	out->n++;
}

void pictures_make(struct pictures *out, const struct picture_input *in, const char *list)
{
	for (const struct picture_kind *k = picture_kinds; k->name; k++)
		if (picture_kind_fits(k, in->n_sides) && (!list || list_has(list, k->name)))
			make_one(out, in, k);
}

void picture_judge(struct picture_judged *j, const struct compare_side *sides, size_t n_sides,
		   const struct compare_ask *ask)
{
	struct picture_input *in = &j->in;

	*j = (struct picture_judged){ .in = { .n_sides = n_sides, .names = { "", "" } } };
	for (size_t i = 0; i < n_sides; i++) {
		in->sides[i] = sides[i];
		in->verdicts[i] = &j->verdicts[i];
	}
	if (n_sides < 2) {
		const struct judge_input alone = { .run = &sides[0].runs[0],
						   .witness = ask->witness };

		judge_input(&j->verdicts[0], &alone);
		return;
	}
	if (compare_make(&j->comparison, &sides[0], &sides[1], ask))
		xalloc_die();
	in->comparison = &j->comparison;
	j->verdicts[0] = j->comparison.verdicts[0][0];
	j->verdicts[1] = j->comparison.verdict;
	/* of a machine compared with itself there is neither host nor guest */
	in->names[0] = j->comparison.before_after ? "before" :
		       j->comparison.verdict.about_guest ? "host" : "first";
	in->names[1] = j->comparison.before_after ? "after" :
		       j->comparison.verdict.about_guest ? "guest" : "second";
}

void picture_judged_free(struct picture_judged *j)
{
	if (j->in.comparison)
		compare_free(&j->comparison);
}
