// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "compare/compare_wording.h"
#include "verdict/host_guest.h"
#include "verdict/machine_id.h"
#include "verdict/wording.h"

static bool is_one_kind(enum host_guest host_guest)
{
	return host_guest == HOST_GUEST_BOTH_GUESTS || host_guest == HOST_GUEST_BOTH_HOSTS || host_guest == HOST_GUEST_NESTED;
}

/* No BAR, so no host and guest of it. */
static bool of_memory(const struct comparison *c)
{
	return c->host->is_ram || c->guest->is_ram;
}

const char *compare_title(const struct comparison *c)
{
	static const char *const titles[] = {
		[HOST_GUEST_UNKNOWN] = "a run compared with another",
		[HOST_GUEST_PAIR] = "a guest compared with a host",
		[HOST_GUEST_BOTH_GUESTS] = "a guest compared with a guest",
		[HOST_GUEST_BOTH_HOSTS] = "a host compared with a host",
		[HOST_GUEST_NESTED] = "a VM that runs VMs compared with another",
	};

	if (c->before_after)
		return "before and after";
	if (of_memory(c))
		return "the second run compared with the first";
	return titles[host_guest_of(c->host, c->guest)];
}

const char *compare_label(const struct comparison *c, int side)
{
	static const char *const ordinals[] = { "first", "second" };

	bool alike = is_one_kind(host_guest_of(c->host, c->guest)) ||
		     (!c->verdict.about_guest && !c->verdict.hidden);

	return !c->before_after && alike ? ordinals[side] : compare_side_name(c, side);
}

const char *compare_not_judged(const struct comparison *c)
{
	return c->cells.other_profile ?
		       "not judged: two profiles measure other cells in other batches, and no "
		       "regression is claimed; the memory type is judged" :
		       "not judged: these times say nothing about hardware, and no regression is claimed";
}

const char *compare_row_word(const struct compare_row *row)
{
	if (row->word)
		return compare_word_name(row->word);
	return row->is_timed ? "not judged" : compare_state_name(row->state);
}

const char *compare_where(const struct comparison *c, int side)
{
	static const char *const where[][2] = { { "on the host", "in the guest" },
						{ "before", "after" },
						{ "in the first", "in the second" } };
	bool ordinal = !strcmp(compare_label(c, 0), "first");

	return where[c->before_after ? 1 : ordinal ? 2 : 0][side];
}

const char *compare_sides_text(char *buf, size_t n, const struct comparison *c,
			       const struct compare_row *row)
{
	size_t used = 0;

	for (int side = 0; side < 2 && used < n; side++) {
		const struct cell_record *cell = row->sides[side].cell;

		used += (size_t)snprintf(buf + used, n - used, "%s%s %s%s%s", side ? ", " : "",
					 cell ? cell_status_name(cell->status) : "no such cell",
					 compare_where(c, side), cell && cell->why[0] ? ": " : "",
					 cell ? cell->why : "");
	}
	return buf;
}

const char *compare_side_name(const struct comparison *c, int side)
{
	static const char *const names[2][2] = { { "host", "guest" }, { "before", "after" } };

	return names[c->before_after][side];
}

const char *compare_ratio_name(const struct comparison *c)
{
	return c->before_after ? "after by before" : "guest by host";
}

const char *compare_change_text(char *line, size_t size, const struct comparison *c, size_t i)
{
	const struct environment_change *v = &c->changes.v[i];

	line[0] = '\0';
	if (i < c->changes.n)
		snprintf(line, size, "%s%s%s: %s before, %s after", v->ignored ? "IGNORED, though " : "",
			 v->ignored || v->refused ? "other figures may come of it: " : "",
			 environment_facts[v->fact].name, v->before[0] ? v->before : "not known",
			 v->after[0] ? v->after : "not known");
	return line;
}

/* Two digits behind the point, as long as they say something. */
const char *compare_ratio_text(char *buf, size_t n, double v)
{
	if (v < 9999.5)
		snprintf(buf, n, "%.*f", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v);
	else
		snprintf(buf, n, "%.0e", v);
	return buf;
}

/* ", 3 absent on one": only what there is, but for the first words. */
static void add_count(char *line, size_t size, size_t n, const char *what)
{
	size_t used = strlen(line);

	if (n || !used)
		snprintf(line + used, size - used, "%s%zu %s", used ? ", " : "", n, what);
}

const char *compare_states_text(char *line, size_t size, const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;

	line[0] = '\0';
	add_count(line, size, t->n_states[COMPARE_MEASURED], "timed on both sides");
	add_count(line, size, t->n_states[COMPARE_COUNTED], "counted events on both");
	add_count(line, size, t->n_states[COMPARE_NOT_RUN], "skipped on both");
	add_count(line, size, t->n_states[COMPARE_ONE_SIDED], "measured on one side only");
	add_count(line, size, t->n_states[COMPARE_ABSENT],
		  t->other_profile ? "in one profile only" : "ABSENT ON ONE");
	add_count(line, size, t->n_states[COMPARE_FAILED], "FAILED");
	return line;
}

const char *compare_words_text(char *line, size_t size, const struct comparison *c, const size_t *n)
{
	snprintf(line, size, "%zu slower, %zu faster, %zu the same within %g %%, %zu inconclusive",
		 n[COMPARE_SLOWER], n[COMPARE_FASTER], n[COMPARE_SAME], 100 * c->ask.min_effect,
		 n[COMPARE_OPEN]);
	return line;
}

const char *compare_unit_text(char *line, size_t size, const struct comparison *c)
{
	if (c->cells.by_run)
		snprintf(line, size,
			 "a run's median: %zu runs %s, %zu %s", c->sides[0].n_runs,
			 compare_where(c, 0), c->sides[1].n_runs, compare_where(c, 1));
	else
		snprintf(line, size,
			 "a round of one run a side: what differs from launch to launch is not seen "
			 "but in how the cells scatter, %.1f %% here, and a difference must be beyond "
			 "%d times that; several runs a side show it (A.json... -- B.json...)",
			 100 * expm1(c->cells.scatter), COMPARE_SCATTERS);
	return line;
}

void compare_claim(char *buf, size_t n, const struct comparison *c)
{
	const struct verdict *v = &c->verdict;

	if (!v->judged)
		snprintf(buf, n, "%.300s", v->reason);
	else if (!v->about_guest)
		snprintf(buf, n, "%s of bare metal (confidence: %s), there is no hypervisor to judge",
			 c->before_after ? "it is" : "the second result is",
			 confidence_name(v->confidence));
	else
		snprintf(buf, n, "%s %s",
			 v->outcome == VERDICT_PRESERVED    ? "the hypervisor preserved" :
			 v->outcome == VERDICT_INCONCLUSIVE ? "nothing shows whether the hypervisor preserved" :
							      "the hypervisor did NOT preserve",
			 c->guest->asks[1]);
}

void compare_sentence(char *buf, size_t n, const struct comparison *c)
{
	const struct verdict *v = &c->verdict;
	char claim[400];

	compare_claim(claim, sizeof(claim), c);
	if (!v->judged || !v->about_guest)
		snprintf(buf, n, "none: %s", claim);
	else
		snprintf(buf, n, "%s (confidence: %s): %s", verdict_outcome_name(v->outcome),
			 confidence_name(v->confidence), claim);
}

/* The worst of several guests' runs is the one that the verdict is about. */
const char *compare_runs_text(char *line, size_t size, const struct comparison *c)
{
	static const enum verdict_outcome words[] = { VERDICT_PRESERVED, VERDICT_INCONCLUSIVE,
						   VERDICT_DEMOTED, VERDICT_TRAPPED,
						   VERDICT_WRITE_BACK };
	size_t used, first;

	line[0] = '\0';
	if (c->sides[1].n_runs == 1 || !c->verdict.about_guest)
		return line;
	first = used = (size_t)snprintf(line, size, "%zu runs %s: ", c->sides[1].n_runs,
					c->before_after ? "after" : "in the guest");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (c->n_verdicts[words[i]])
			used += (size_t)snprintf(line + used, size - used, "%s%u %s",
						 used > first ? ", " : "", c->n_verdicts[words[i]],
						 verdict_outcome_name(words[i]));
	snprintf(line + used, size - used, "; the verdict is the worst, that of %s",
		 c->guest->started);
	return line;
}

const char *compare_witness_text(char *line, size_t size, const struct comparison *c)
{
	line[0] = '\0';
	if (!c->ask.witness)
		return line;
	snprintf(line, size, "%s: %s%s", c->agreement == AGREEMENT_DISAGREES ? "DISAGREES" :
		 witness_agreement_name(c->agreement), c->agreement_why, c->agreement == AGREEMENT_DISAGREES ?
		 ". Was it another VM, or another time? If not, one of them is wrong: report it" : "");
	return line;
}

static void note_relation(struct marks *m, const struct comparison *c)
{
	static const char nested[] = "both machines are VMs that run VMs: nothing tells whether the second is a "
				     "guest of the first (nested), or beside it";
	/* by before_after */
	static const char *const notes[][2] = {
		[HOST_GUEST_UNKNOWN] = {
			"nothing tells that the first result is of the host of the second", NULL },
		[HOST_GUEST_PAIR] = { NULL, NULL },
		/* of a Xen's dom0, too: there is a hypervisor below it */
		[HOST_GUEST_BOTH_GUESTS] = {
			("the first is a guest as well, without /dev/kvm: no reference. The "
			 "verdict is about the second, by itself; whether both ran on one "
			 "host, nothing tells"),
			("both are guests: the verdict is about what came after, by itself; "
			 "whether both ran on one host, nothing tells") },
		[HOST_GUEST_BOTH_HOSTS] = {
			("neither result is of a guest of the other: no hypervisor is below "
			 "either machine"), NULL },
		[HOST_GUEST_NESTED] = { nested, nested },
	};
	const char *note = notes[host_guest_of(c->host, c->guest)][c->before_after];

	if (note && !of_memory(c))
		marks_add(m, MARK_NOTE, "%s", note);
}

static void note_profile(struct marks *m, const struct comparison *c)
{
	if (c->cells.other_profile)
		marks_add(m, MARK_NOTE, "the profile differs, %.15s in the first, %.15s in the second: "
			 "rates and times are not judged, cells of one profile alone fail nothing",
			 c->host->profile, c->guest->profile);
}

/* Of one kind note_states() tells it. */
static void note_core(struct marks *m, const struct comparison *c)
{
	char first[ENVIRONMENT_VALUE], second[ENVIRONMENT_VALUE];

	if (machine_id_other_core(c->host, c->guest) && !is_one_kind(host_guest_of(c->host, c->guest)))
		marks_add(m, MARK_NOTE, "the cores differ, %.60s in the first, %.60s in the second: this guest ran on "
			 "another host, or on other cores of it, and the first's signs are no reference",
			 machine_id_cpu(first, sizeof(first), c->host), machine_id_cpu(second, sizeof(second), c->guest));
}

static void note_version(struct marks *m, const struct comparison *c)
{
	if (strcmp(c->host->version, c->guest->version))
		marks_add(m, MARK_NOTE, "the version of mmiobench differs, %s in the first, %s in the second: what "
			 "it measures may, too", c->host->version, c->guest->version);
}

/* The side that the other is compared with must itself be sound. */
static void note_first(struct marks *m, const struct comparison *c)
{
	const struct verdict *v = &c->verdicts[0][0];

	if (!v->judged || v->effective == EFFECTIVE_UNKNOWN || v->effective == EFFECTIVE_NORMAL_NC)
		return;
	marks_add(m, MARK_NOTE, "the first is itself %s: asked for %s, it got %s (confidence: %s)",
		 v->outcome == VERDICT_INCONCLUSIVE || !v->about_guest ? "without write combining" :
								    verdict_outcome_name(v->outcome),
		 c->host->asks[1], effective_name(v->effective, c->host->arch),
		 confidence_name(v->confidence));
}

static void note_serial(struct marks *m, const struct comparison *c)
{
	const struct pci_device *h = &c->host->device, *g = &c->guest->device;

	if (!c->host->is_ram && h->has_serial && g->has_serial && h->serial != g->serial)
		marks_add(m, MARK_NOTE, "the device's serial numbers differ: these are two devices");
}

/* Of two of one kind: what tells the machines, or their states, apart. */
static void note_states(struct marks *m, const struct comparison *c)
{
	static const char *const facts[] = { "machine", "cpu", "kernel_release", "kernel_version",
					     "hypervisor" };
	char line[720] = "", first[ENVIRONMENT_VALUE], second[ENVIRONMENT_VALUE];
	size_t used = 0;

	if (!is_one_kind(host_guest_of(c->host, c->guest)))
		return;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]) && used < sizeof(line); i++) {
		int fact = environment_find_fact(facts[i]);

		environment_value(first, fact, c->host);
		environment_value(second, fact, c->guest);
		if (strcmp(first, second))
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s: %.48s in the "
						 "first, %.48s in the second", used ? "; " :
						 "these differ: ", facts[i], *first ? first : "not known",
						 *second ? second : "not known");
	}
	if (used)
		marks_add(m, MARK_NOTE, "%s", line);
}

static void add_notes(struct marks *m, const struct comparison *c)
{
	note_relation(m, c);
	note_profile(m, c);
	/* of before and after the list of changes has the others */
	if (!c->before_after) {
		note_core(m, c);
		note_version(m, c);
	}
	note_first(m, c);
	if (!c->before_after) {
		note_serial(m, c);
		note_states(m, c);
	}
}

/* The verdict may be right; the device is worse off. */
static void add_left(struct marks *m, const char *label, const struct result *r)
{
	if (result_is_left(r))
		marks_add(m, MARK_LEFT, "%s, run at %s: the device is not as it was found: %s%s", label,
			  r->started, r->disturbance.power_lost ?
			  "COMMAND, power state or power/control are not put back; " : "",
			  window_means(r->window));
}

void compare_marks(struct marks *m, const struct comparison *c)
{
	char where[32];

	*m = (struct marks){ .n = 0 };
	add_notes(m, c);
	if (c->cells.emulated)
		marks_add(m, MARK_EMULATED, "a side ran on an emulated CPU: times say nothing about hardware. %s",
			  verdict_emulated_rests);
	if (c->cells.replayed)
		marks_add(m, MARK_REPLAYED, "a side ran on a recorded tree (--sysroot): no real device");
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++) {
			add_left(m, compare_label(c, s), &c->sides[s].runs[i]);
			snprintf(where, sizeof(where), "%s, ", compare_label(c, s));
			marks_add_wrong(m, where, &c->sides[s].runs[i], &c->verdicts[s][i]);
		}
}
