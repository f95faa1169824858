// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "report/compare_cells.h"
#include "report/format.h"
#include "report/html_page.h"
#include "report/html_write.h"
#include "report/json_file.h"
#include "report/text.h"

/* "All cells, %s": what is held against what. */
static const char *what_of(const struct comparison *c)
{
	return c->verdict.about_guest ? "the guest held against its host" :
					"the second run held against the first";
}

static void put_lines(FILE *out, const struct comparison *c)
{
	char line[512], why[160];
	int status = compare_status_why(c, why, sizeof(why));

	if (*compare_runs_text(line, sizeof(line), c))
		html_line(out, "Verdicts", line);
	if (*compare_witness_text(line, sizeof(line), c))
		html_line(out, "Witness", line);
	snprintf(line, sizeof(line), "mmiocompare exits with %d%s%s", status, why[0] ? ": " : "", why);
	html_line(out, "For scripts", line);
}

static void put_marks(FILE *out, const struct comparison *c)
{
	struct compare_notes notes;

	compare_notes_make(&notes, c);
	for (size_t i = 0; i < notes.n; i++)
		html_mark(out, "unsure", "NOTE", notes.lines[i]);
	if (format_emulated(c))
		html_put(out, "<p class=\"mark unsure\"><strong>EMULATED</strong> A side ran on an emulated "
			 "CPU: times say nothing about hardware. %s</p>\n", text_emulated_rests);
	if (format_replayed(c))
		html_mark(out, "unsure", "REPLAYED", "A side ran on a recorded tree (--sysroot): no real "
			  "device.");
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++) {
			struct verdict v;
			char side[24];

			compare_judge(&v, c, s, &c->sides[s].runs[i]);
			snprintf(side, sizeof(side), "%s, ", compare_label(c, s));
			html_wrong(out, side, &c->sides[s].runs[i], &v);
		}
}

static void put_verdict(FILE *out, const struct comparison *c)
{
	char sentence[512], host[400], guest[400], what[900], title[128];
	const struct html_answer answer = {
		.verdict = &c->verdict, .sentence = sentence, .subject = what,
		.title = title,
		.asked = c->guest->asks[1],
		.got = effective_name(c->verdict.effective, c->guest->arch),
	};

	snprintf(title, sizeof(title), "mmiobench: %s", compare_title(c));
	snprintf(what, sizeof(what), "%s: %s\n%s: %s", compare_label(c, 0),
		 html_subject(host, sizeof(host), c->host), compare_label(c, 1),
		 html_subject(guest, sizeof(guest), c->guest));
	compare_verdict_text(sentence, sizeof(sentence), c);
	html_verdict(out, &answer);
	put_lines(out, c);
	html_verdict_end(out, &answer);
	put_marks(out, c);
	html_contents(out, &c->verdict);
}

/* A side's median in the unit; what has none says why. */
static void put_side(FILE *out, const struct compare_row *row, double median,
		     const struct cell_record *cell)
{
	char shown[40];

	if (row->is_timed && !strcmp(row->unit, "B/s"))
		html_figure(out, median, text_rate(shown, sizeof(shown), median));
	else if (row->is_timed)
		html_figure(out, median, text_ns(shown, sizeof(shown), median));
	else
		html_put(out, "<td class=\"number soft\">%s</td>",
			 cell ? text_cell(shown, sizeof(shown), cell) : "absent");
}

static void put_ratio(FILE *out, const struct compare_row *row, bool judged)
{
	char shown[24], low[24], high[24];

	if (!row->is_timed) {
		fputs("<td></td><td></td><td></td>", out);
		return;
	}
	html_figure(out, row->ratio.value,
		    compare_ratio_text(shown, sizeof(shown), row->ratio.value));
	html_put(out, "<td class=\"number\">%s to %s</td>",
		 compare_ratio_text(low, sizeof(low), row->ratio.low),
		 compare_ratio_text(high, sizeof(high), row->ratio.high));
	snprintf(shown, sizeof(shown), row->p_adjusted < 0.0005 ? "< 0.001" : "%.3f", row->p_adjusted);
	if (judged)
		html_figure(out, row->p_adjusted, shown);
	else
		fputs("<td></td>", out);
}

/* What the row tells that gates look at, or why one side lacks it. */
static void put_note(FILE *out, const struct comparison *c, const struct compare_row *row)
{
	bool lacking = row->state != COMPARE_MEASURED && row->state != COMPARE_COUNTED;
	char sides[400] = "";

	if (lacking)
		compare_sides_text(sides, sizeof(sides), c, row);
	html_put(out, "<td class=\"long\">%s%s%s</td>", row->gate ? row->gate : "",
		 row->gate && lacking ? "; " : "", sides);
}

static const char *word_tone(const struct compare_row *row)
{
	if (row->word == COMPARE_SLOWER || row->state == COMPARE_FAILED ||
	    row->state == COMPARE_ABSENT)
		return "bad";
	return row->word == COMPARE_FASTER || row->word == COMPARE_SAME ? "good" : "none";
}

static void put_row(FILE *out, const struct comparison *c, const struct compare_row *row)
{
	html_put(out, "<tr><td class=\"word %s\">%s</td><td class=\"id\">%s</td>", word_tone(row),
		 compare_row_word(row), row->id);
	put_side(out, row, row->host_median, row->host);
	put_side(out, row, row->guest_median, row->guest);
	put_ratio(out, row, c->cells.judged);
	put_note(out, c, row);
	fputs("</tr>\n", out);
}

/* What fails a comparison by itself, then what can be held against each other, then the rest. */
static int rank_of(const struct compare_row *row)
{
	if (row->state == COMPARE_FAILED || row->state == COMPARE_ABSENT)
		return 0;
	return row->is_timed ? 1 : 2;
}

static void put_rows(FILE *out, const struct comparison *c, const struct compare_row *const *rows,
		     bool gates)
{
	const char *first = compare_label(c, 0), *second = compare_label(c, 1);
	char is[24], ratio[48];
	const struct html_column columns[] = {
		{ is, false },	    { "cell", false }, { first, true },
		{ second, true },   { ratio, true },   { "95 % interval", true },
		{ "p", true },	    { "note", false }, { NULL, false }
	};

	snprintf(is, sizeof(is), "%s is", second);
	snprintf(ratio, sizeof(ratio), "%s / %s", second, first);

	html_table(out, !c->cells.judged ? compare_not_judged(c) :
		   gates ? "The few cells that --fail-on looks at." :
			   "The worst first. Medians; of a rate less than 1 is slower, of a time more.",
		   columns);
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < c->cells.n_rows; i++)
			if (rank_of(rows[i]) == rank && (!gates || rows[i]->gate))
				put_row(out, c, rows[i]);
	html_table_end(out);
}

static void put_counts(FILE *out, const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;
	char line[400], where[32];

	snprintf(where, sizeof(where), "In the %s", compare_label(c, 1));
	fputs("<dl>\n", out);
	html_line(out, "Cells", compare_states_text(line, sizeof(line), c));
	if (t->judged) {
		html_line(out, where, compare_words_text(line, sizeof(line), c, t->n_words));
		html_line(out, "Gating cells",
			  compare_words_text(line, sizeof(line), c, t->n_gate_words));
		html_line(out, "Unit", compare_unit_text(line, sizeof(line), c));
	} else {
		html_line(out, where, compare_not_judged(c));
	}
	fputs("</dl>\n", out);
}

static int put_figures(FILE *out, const struct comparison *c)
{
	size_t n = c->cells.n_rows;
	const struct compare_row **rows = calloc(n + 1, sizeof(*rows));
	char all[64];

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		rows[i] = &c->cells.rows[i];
	qsort(rows, n, sizeof(*rows), compare_worst_first);
	html_section(out, "figures", "Figures");
	put_counts(out, c);
	if (c->cells.n_gates)
		put_rows(out, c, rows, true);
	snprintf(all, sizeof(all), "All cells, %s", what_of(c));
	html_fold(out, false, all, n);
	put_rows(out, c, rows, false);
	html_fold_end(out);
	html_section_end(out);
	free(rows);
	return 0;
}

static int put_run(FILE *out, const struct comparison *c, int side, size_t i)
{
	const struct result *r = &c->sides[side].runs[i];
	const char *word = compare_label(c, side);
	char number[24] = "", id[48], file[48], what[96];
	struct verdict v;

	if (c->sides[side].n_runs > 1)
		snprintf(number, sizeof(number), "-%zu", i + 1);
	snprintf(id, sizeof(id), "raw-%s%s", word, number);
	snprintf(file, sizeof(file), "%s%s.json", word, number);
	snprintf(what, sizeof(what), "the %s, run at %s", word, r->started);
	judge_run(&v, r, NULL); /* by itself, as its own program wrote it */
	return html_raw(out, id, file, what, json_result(r, &v));
}

static int put_raw(FILE *out, const struct comparison *c)
{
	const char *host = compare_label(c, 0), *guest = compare_label(c, 1);
	int ret = 0;

	html_section(out, "raw", "Raw data");
	html_put(out, "<p>Every tick that was counted, in the form of mmiobench --json; mmiocompare and mmioplot "
	      "read it. It names the machines, their kernels and the device: look before you pass it on.</p>\n"
	      "<noscript><p>Without JavaScript: <code>sed -n '/^&lt;script.*raw-%s/{n;p}' report.html"
		 "</code>, or raw-%s</p></noscript>\n", guest, host);
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs && !ret; i++)
			ret = put_run(out, c, s, i);
	if (!ret && c->ask.witness)
		ret = html_raw(out, "raw-witness", "witness.json", "what mmiowitness saw on the host",
			       json_witness(c->ask.witness));
	html_section_end(out);
	return ret;
}

int html_comparison(FILE *out, const struct comparison *c, const struct html_pictures *pictures)
{
	const char *const names[] = { compare_label(c, 0), compare_label(c, 1) };
	struct checks checks;
	char title[128], bar[64];
	int ret = checks_of_comparison(&checks, c);

	if (ret)
		return ret;
	snprintf(bar, sizeof(bar), "%s BAR %u", c->guest->device.bdf, c->guest->bar.index);
	snprintf(title, sizeof(title), "%s: %s, %s and %s - mmiobench",
		 c->verdict.about_guest ? verdict_word_name(c->verdict.word) : "no verdict",
		 c->guest->is_ram ? "memory" : bar, names[1], names[0]);
	html_begin(out, title);
	put_verdict(out, c);
	html_evidence(out, &c->verdict, c->guest);
	html_pictures(out, pictures);
	ret = put_figures(out, c);
	html_checks(out, &checks);
	html_machines(out, c->host, c->guest, names);
	if (!ret)
		ret = put_raw(out, c);
	html_words(out);
	html_end(out);
	checks_free(&checks);
	return ret;
}
