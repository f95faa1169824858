// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "judge/rules.h"
#include "plot/build.h"
#include "report/text.h"

const struct picture_kind picture_kinds[] = {
	{ "bw", "how fast are stores and loads, by size? does wc part from plain?", PICTURE_CURVES,
	  1, picture_build_bw },
	{ "widths", "how fast is each kernel, narrow and wide, over one region?", PICTURE_BARS, 1,
	  picture_build_widths },
	{ "barriers", "what does a store cost with each barrier behind it?", PICTURE_BARS, 1,
	  picture_build_barriers },
	{ "combine", "which store sequence combines, and behind which barrier?", PICTURE_MAP, 1,
	  picture_build_combine },
	{ "latency", "how long does a read take, and how often longer?", PICTURE_STEPS, 1,
	  picture_build_latency },
	{ "lines", "how many lines can be open before combining stops?", PICTURE_CURVES, 1,
	  picture_build_lines },
	{ "order", "which reorderings did two CPUs see, and are they allowed?", PICTURE_MAP, 1,
	  picture_build_order },
	{ "forest", "where is one side slower than the other, and how surely?", PICTURE_RATIOS, 2,
	  picture_build_forest },
	{ "verdicts", "which kernels and machines preserve write combining?", PICTURE_MAP, 0,
	  picture_build_verdicts },
	{ "history", "how do the gating figures change from run to run?", PICTURE_CURVES, 0,
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

static void free_picture(struct picture *p)
{
	for (size_t i = 0; i < p->n_panels; i++) {
		struct picture_panel *panel = &p->panels[i];

		for (size_t s = 0; s < panel->n_series; s++)
			free(panel->series[s].v);
		free(panel->series);
		free(panel->rows.v);
		free(panel->columns.v);
	}
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
	const char *kernel = fact_get(&r->env.facts, "kernel_release");
	const char *model = fact_get(&r->env.facts, "cpu_model");
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
		 r->replayed ? "REPLAYED, " : "", kernel ? kernel : "?", r->arch, model ? ", " : "",
		 model ? model : "", env_guest_name(r->env.virt.guest), device, r->version,
		 r->profile, r->rounds_done, r->started, runs);
}

/* It is the host's kernel that decides. */
static void put_verdict(char *buf, size_t n, const struct picture_input *in, const struct result *r,
			const struct verdict *v)
{
	const char *kernel = fact_get(&in->sides[0].runs[0].env.facts, "kernel_release");
	int used = 0;

	if (in->n_sides > 1 && v->about_guest && kernel)
		used = snprintf(buf, n, "on a host with Linux %.64s: ", kernel);
	text_verdict(buf + used, n - (size_t)used, r, v);
}

/* Many results: how many, and from when. */
static void finish_directory(struct picture *p, const struct picture_input *in)
{
	const char *oldest = NULL, *newest = NULL;
	size_t n = 0, broken = 0, untimed = 0, copies = 0;
	char more[48] = "";

	for (size_t i = 0; i < in->n_records; i++) {
		const struct survey_record *rec = &in->records[i];

		broken += survey_is_unreadable(rec) || rec->state == SURVEY_READING;
		copies += rec->state == SURVEY_COPY;
		if (rec->state != SURVEY_RESULT)
			continue;
		n++;
		untimed += !rec->timed;
		if (!oldest || strcmp(rec->started, oldest) < 0)
			oldest = rec->started;
		if (!newest || strcmp(rec->started, newest) > 0)
			newest = rec->started;
	}
	if (copies)
		snprintf(more, sizeof(more), "; %zu cop%s left out", copies,
			 copies == 1 ? "y" : "ies");
	snprintf(p->small[0], sizeof(p->small[0]),
		 "%zu result%s of mmiobench, from %s to %s; %zu of them of "
		 "emulated CPUs or recorded trees; %zu file%s could not be read%s; drawn by mmioplot "
		 "%s",
		 n, plural(n), oldest ? oldest : "", newest ? newest : "", untimed, broken, plural(broken), more,
		 PACKAGE_VERSION);
	if (p->left_out)
		snprintf(p->about[1], sizeof(p->about[1]),
			 "%zu values more are left out: too many to be read", p->left_out);
}

/*
 * In QEMU's target/arm/ptw.c what stage 1 said of alignment checks, which cost the time, is lost
 * behind stage 2: a picture where plain is as fast as wc would be taken for a demoted guest's.
 */
static bool plain_is_fast(const struct result *r, const struct verdict *v)
{
	struct wc_ratio ratio = judge_wc_ratio(r);

	return r->env.emulated && v->about_guest && v->effective == EFFECTIVE_NORMAL_NC &&
	       !strcmp(r->arch, "aarch64") && ratio.most > 0 && ratio.most < 1.5;
}

static void finish(struct picture *p, const struct picture_input *in)
{
	const struct verdict *v = in->verdicts[in->n_sides - 1];
	const struct result *r =
		in->comparison ? in->comparison->guest : &in->sides[in->n_sides - 1].runs[0];
	size_t used = 0;

	while (used < 2 && p->about[used][0])
		used++;
	if (v && v->judged)
		put_verdict(p->about[used++], sizeof(p->about[0]), in, r, v);
	if (p->left_out && p->kind->form != PICTURE_RATIOS && used < 3)
		snprintf(p->about[used++], sizeof(p->about[0]),
			 "%zu values more are left out: too many to "
			 "be read",
			 p->left_out);
	if (v && used < 3 && p->kind->form != PICTURE_MAP && plain_is_fast(r, v))
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

static int make_one(struct pictures *out, const struct picture_input *in,
		    const struct picture_kind *kind)
{
	struct picture *v = realloc(out->v, (out->n + 1) * sizeof(*v));
	int ret;

	if (!v)
		return -ENOMEM;
	out->v = v;
	v += out->n;
	*v = (struct picture){ .kind = kind };
	ret = kind->build(v, in);
	if (!ret && !build_has_points(v))
		ret = -ENODATA;
	if (ret) {
		free_picture(v);
		return ret == -ENODATA ? 0 : ret;
	}
	if (in->n_sides)
		finish(v, in);
	else
		finish_directory(v, in);
	out->n++;
	return 0;
}

int pictures_make(struct pictures *out, const struct picture_input *in, const char *list)
{
	int ret = 0;

	for (const struct picture_kind *k = picture_kinds; k->name && !ret; k++)
		if (picture_kind_fits(k, in->n_sides) && (!list || list_has(list, k->name)))
			ret = make_one(out, in, k);
	return ret;
}

int picture_judge(struct picture_judged *j, const struct compare_side *sides, size_t n_sides,
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
		return 0;
	}
	if (compare_make_sides(&j->comparison, &sides[0], &sides[1], ask))
		return -ENOMEM;
	in->comparison = &j->comparison;
	compare_judge(&j->verdicts[0], &j->comparison, 0, &sides[0].runs[0]);
	j->verdicts[1] = j->comparison.verdict;
	/* of a machine held against itself there is neither host nor guest */
	in->names[0] = j->comparison.verdict.about_guest ? "host" : "first";
	in->names[1] = j->comparison.verdict.about_guest ? "guest" : "second";
	return 0;
}

void picture_judged_free(struct picture_judged *j)
{
	if (j->in.comparison)
		compare_free(&j->comparison);
}
