// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "compare/compare_wording.h"
#include "report/report.h"
#include "report/text/text.h"
#include "verdict/wording.h"

static void print_side(FILE *out, const struct comparison *c, int side, const struct result *r)
{
	bool is_host = !strcmp(compare_label(c, side), "host");
	char what[64] = "ordinary memory";

	if (!r->is_ram)
		snprintf(what, sizeof(what), "[%04x:%04x] %s BAR %u", r->device.vendor,
			 r->device.device, r->device.bdf, r->bar.index);
	/* a host that is a VM itself: nested, and no files in the wrong order */
	text_line(out, compare_label(c, side), "Linux %s, %s%s, %s, run at %s",
		  fact_or(&r->env.facts, "kernel_release", "?"),
		  r->env.virt.guest == ENV_GUEST && is_host ? "itself " : "", text_role(r), what,
		  r->started);
}

/* The lines that count, strongest first; then what newer word has superseded. */
static void print_reasons(FILE *out, const struct verdict *v)
{
	const struct evidence *lines[EVIDENCE_MAX];
	const char *label = "evidence";

	verdict_strongest_first(v, lines);
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = lines[i];

		if (!e->strength && !e->superseded)
			continue;
		text_line(out, label, "%s (%s): %s; %s", e->line, strength_name(e->strength), e->observed,
			  e->why);
		label = "";
	}
}

static void print_verdict(FILE *out, const struct comparison *c)
{
	const struct verdict *v = &c->verdict;
	const char *means = verdict_means(v, c->guest);
	char line[512];

	/* before the verdict: that, and what to do, must stand on the last screen */
	print_reasons(out, v);
	compare_sentence(line, sizeof(line), c);
	text_styled(out, text_outcome_style(v->outcome), "VERDICT", "%s", line);
	if (v->judged)
		text_line(out, "", "asked for %s, got %s", c->guest->asks[MAP_WC],
			  effective_name(v->effective, c->guest->arch));
	if (verdict_doubt(v))
		text_line(out, "why likely", "%s", verdict_doubt(v));
	if (means)
		text_line(out, "means", "%s", means);
	if (v->judged && v->effective == EFFECTIVE_UNKNOWN)
		text_line(out, "", "%s", v->reason);
	for (unsigned int i = 0; i < v->n_advice; i++)
		text_line(out, i ? "" : "what to do", "%s", v->advice[i]);
}

static void print_changes(FILE *out, const struct comparison *c)
{
	char line[700];

	for (size_t i = 0; *compare_change_text(line, sizeof(line), c, i); i++)
		text_line(out, i ? "" : "changed", "%s", line);
}

/* The page is longer than a screen: whoever sees its beginning knows how it ends. */
static void print_short(FILE *out, const struct comparison *c, int status)
{
	char verdict[120] = "no verdict";

	if (c->verdict.judged)
		verdict_short(verdict, sizeof(verdict), c->guest, &c->verdict);
	text_line(out, "in short", "%s, exit status %d; reasons at the end", verdict, status);
}

void compare_text(FILE *out, const struct comparison *c)
{
	char line[400], why[160];
	int status = compare_status_why(c, why, sizeof(why));
	struct marks marks;

	compare_marks(&marks, c);
	text_head(out, "mmiocompare: %s", compare_title(c));
	print_short(out, c, status);
	print_side(out, c, 0, c->host);
	print_side(out, c, 1, c->guest);
	print_changes(out, c);
	text_marks(out, &marks, MARK_NOTE, MARK_NOTE);
	text_marks(out, &marks, MARK_EMULATED, MARK_REPLAYED);
	compare_cells_text(out, c);
	text_marks(out, &marks, MARK_LEFT, MARK_WRONG);
	if (*compare_runs_text(line, sizeof(line), c))
		text_line(out, "verdicts", "%s", line);
	print_verdict(out, c);
	if (*compare_witness_text(line, sizeof(line), c))
		text_styled(out, c->agreement == AGREEMENT_DISAGREES ? TEXT_BAD : TEXT_PLAIN, "witness",
			    "%s", line);
	text_line(out, "status", "%d%s%s", status, why[0] ? ": " : "", why);
	marks_free(&marks);
}
