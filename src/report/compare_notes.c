// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "judge/baseline.h"
#include "judge/kind.h"
#include "judge/relation.h"
#include "report/compare_cells.h"

/* What the two sides are to each other, and what to mind about that. */

static bool is_one_kind(enum relation relation)
{
	return relation == RELATION_GUESTS || relation == RELATION_HOSTS;
}

/* No BAR, so no host and guest of it. */
static bool of_memory(const struct comparison *c)
{
	return c->host->is_ram || c->guest->is_ram;
}

const char *compare_title(const struct comparison *c)
{
	static const char *const titles[] = {
		[RELATION_UNKNOWN] = "a run held against another",
		[RELATION_HOST_GUEST] = "a guest held against a host",
		[RELATION_GUESTS] = "a guest held against a guest",
		[RELATION_HOSTS] = "a host held against a host",
	};

	if (c->ask.baseline)
		return "runs held against a baseline";
	if (of_memory(c))
		return "the second run held against the first";
	return titles[relation_of(c->host, c->guest)];
}

const char *compare_label(const struct comparison *c, int side)
{
	static const char *const ordinals[] = { "first", "second" };

	bool alike = is_one_kind(relation_of(c->host, c->guest)) || !c->verdict.about_guest;

	return !c->ask.baseline && alike ? ordinals[side] : compare_side_name(c, side);
}

const char *compare_not_judged(const struct comparison *c)
{
	return c->cells.other_profile ?
		       "not judged: two profiles measure other cells in other batches, and no "
		       "regression is claimed; the memory type is judged" :
		       "not judged: these times say nothing about hardware, and no regression is claimed";
}

static void note_relation(char *line, size_t size, const struct comparison *c)
{
	static const char *const notes[] = {
		[RELATION_UNKNOWN] = "nothing tells that the first result is of the host of the second",
		[RELATION_HOST_GUEST] = "",
		/* of a Xen's dom0, too: there is a hypervisor below it */
		[RELATION_GUESTS] = ("the first is a guest as well, without /dev/kvm: no reference. The "
				     "verdict is about the second, by itself; whether both ran on one "
				     "host, nothing tells"),
		[RELATION_HOSTS] = ("neither result is of a guest of the other: each machine is bare metal, "
				    "or runs VMs itself"),
	};

	if (!of_memory(c))
		snprintf(line, size, "%s", notes[relation_of(c->host, c->guest)]);
}

static void note_profile(char *line, size_t size, const struct comparison *c)
{
	if (c->cells.other_profile)
		snprintf(line, size, "the profile differs, %.15s in the first, %.15s in the second: "
			 "rates and times are not judged, cells of one profile alone fail nothing",
			 c->host->profile, c->guest->profile);
}

/* Of one kind note_states() tells it. */
static void note_core(char *line, size_t size, const struct comparison *c)
{
	char first[BASELINE_VALUE], second[BASELINE_VALUE];

	if (kind_other_core(c->host, c->guest) && !is_one_kind(relation_of(c->host, c->guest)))
		snprintf(line, size, "the cores differ, %.60s in the first, %.60s in the second: this guest ran on "
			 "another host, or on other cores of it, and the first's signs are no reference",
			 kind_cpu(first, sizeof(first), c->host), kind_cpu(second, sizeof(second), c->guest));
}

static void note_version(char *line, size_t size, const struct comparison *c)
{
	if (strcmp(c->host->version, c->guest->version))
		snprintf(line, size, "the version of mmiobench differs, %s in the first, %s in the second: what "
			 "it measures may, too", c->host->version, c->guest->version);
}

/* What is held against must itself be sound. */
static void note_first(char *line, size_t size, const struct comparison *c)
{
	struct verdict v;

	compare_judge(&v, c, 0, c->host);
	if (!v.judged || v.effective == EFFECTIVE_UNKNOWN || v.effective == EFFECTIVE_NORMAL_NC)
		return;
	snprintf(line, size, "the first is itself %s: asked for %s, it got %s (confidence: %s)",
		 v.word == VERDICT_INCONCLUSIVE || !v.about_guest ? "without write combining" :
								    verdict_word_name(v.word),
		 c->host->asks[1], effective_name(v.effective, c->host->arch),
		 confidence_name(v.confidence));
}

static void note_serial(char *line, size_t size, const struct comparison *c)
{
	const struct pci_device *h = &c->host->device, *g = &c->guest->device;

	if (!c->host->is_ram && h->has_serial && g->has_serial && h->serial != g->serial)
		snprintf(line, size, "the device's serial numbers differ: these are two devices");
}

/* Of two of one kind: what tells the machines, or their states, apart. */
static void note_states(char *line, size_t size, const struct comparison *c)
{
	static const char *const facts[] = { "machine", "cpu", "kernel_release", "kernel_version",
					     "hypervisor" };
	char first[BASELINE_VALUE], second[BASELINE_VALUE];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]) && used < size &&
			   is_one_kind(relation_of(c->host, c->guest)); i++) {
		int fact = baseline_find_fact(facts[i]);

		baseline_value(first, fact, c->host);
		baseline_value(second, fact, c->guest);
		if (strcmp(first, second))
			used += (size_t)snprintf(line + used, size - used, "%s%s: %.48s in the first, %.48s "
						 "in the second", used ? "; " : "these differ: ", facts[i],
						 *first ? first : "not known",
						 *second ? second : "not known");
	}
}

void compare_notes_make(struct compare_notes *notes, const struct comparison *c)
{
	static void (*const makers[])(char *line, size_t size, const struct comparison *c) = {
		note_relation, note_profile, note_core, note_version, note_first, note_serial, note_states,
	};

	notes->n = 0;
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]) && !c->ask.baseline; i++) {
		char *line = notes->lines[notes->n];

		line[0] = '\0';
		makers[i](line, sizeof(notes->lines[0]), c);
		notes->n += line[0] != '\0';
	}
}
