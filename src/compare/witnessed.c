// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "compare/witnessed.h"
#include "verdict/stage2.h"
#include "witness/ranges.h"

#define TOGETHER_S 600.0 /* two looks at one state of things, with the clocks of two machines */

static int refuse(char *why, size_t n, const char *text)
{
	snprintf(why, n, "%s", text);
	return -EINVAL;
}

static bool is_same_boot(const struct witness *a, const struct witness *b)
{
	const char *of_a = fact_get(&a->env.facts, "boot_id"), *of_b = fact_get(&b->env.facts, "boot_id");

	return of_a && of_b && !strcmp(of_a, of_b);
}

static bool has_common(const struct witness *host, const struct witness *guest)
{
	for (size_t i = 0; i < guest->n_functions; i++)
		for (int k = 0; k < PCI_BARS; k++)
			if (witness_watches(&guest->functions[i].bars[k]) &&
			    stage2_looked(host, &guest->functions[i], &guest->functions[i].bars[k]))
				return true;
	return false;
}

int witnessed_check(const struct witness *host, const struct witness *guest, char *why, size_t n)
{
	if (is_same_boot(host, guest))
		return refuse(why, n, "both are of one machine: name the host's, then its guest's");
	if (strcmp(host->arch, guest->arch))
		return refuse(why, n, "the architecture differs: a guest of KVM has its host's");
	if (!host->n_vms && guest->n_vms)
		return refuse(why, n, "the second has VMs and the first has none: name the host's first");
	if (guest->env.virt.guest == ENV_BARE_METAL)
		return refuse(why, n, "the second is of bare metal, and no guest: name the host's, then the guest's");
	if (!host->n_vms)
		return refuse(why, n, host->n_lacks ? host->lacks[0].why :
			      "no VM was running on the host: look there while the guest runs");
	if (stage2_is_earlier(host, fact_get(&guest->env.facts, "booted")))
		return refuse(why, n, "the host's is of before this guest was booted: look there again");
	if (!has_common(host, guest))
		return refuse(why, n, "they have no BAR in common: name it on both sides with mmiowitness -s BDF; of a "
			      "BAR that the VMM makes itself on the host with --vm PID --ipa ADDRESS+SIZE");
	return 0;
}

/* Both were made while the guest was in one state, as far as their clocks tell. */
static bool is_together(const struct witness *a, const struct witness *b)
{
	time_t of_a, of_b;

	return date_known(a->started, &of_a) && date_known(b->started, &of_b) &&
	       fabs(difftime(of_a, of_b)) <= TOGETHER_S;
}

static enum effective effective_of(const struct witness *w, const struct witness_range *r)
{
	unsigned int says = r->state != WITNESS_TRAPPED ? stage2_says(w, r) :
			    stage2_knows_slots(w) ? SAYS(EFFECTIVE_TRAPPED) : 0;

	for (int e = EFFECTIVE_UNKNOWN + 1; e < EFFECTIVES; e++)
		if (r->state != WITNESS_UNREADABLE && says == SAYS(e))
			return (enum effective)e;
	return EFFECTIVE_UNKNOWN;
}

/* What one VM's ranges of a BAR say: the worst, and of the same what is in the table. */
struct users_word {
	const struct witness_range *range;
	enum effective effective;
};

static bool is_worse(const struct users_word *a, const struct users_word *b)
{
	int good_a = verdict_goodness(effective_outcome(a->effective));
	int good_b = verdict_goodness(effective_outcome(b->effective));

	if (good_a != good_b)
		return good_a < good_b;
	return a->range->state == WITNESS_MAPPED && b->range->state != WITNESS_MAPPED;
}

/* What is not touched yet, and of no known type, says nothing beside what is in the table. */
static bool is_mute(const struct witness_range *r)
{
	return r->state == WITNESS_UNTOUCHED && !r->type;
}

static void take_word(struct users_word *word, const struct witness *w, const struct witness_range *r)
{
	const struct users_word new = { r, effective_of(w, r) };

	if (!word->range || (is_mute(word->range) && !is_mute(r)) ||
	    (!is_mute(r) && is_worse(&new, word)))
		*word = new;
}

static void say(struct witnessed_bar *b, enum effective e, enum confidence confidence, const char *why)
{
	b->effective = e;
	b->outcome = effective_outcome(e);
	b->confidence = e == EFFECTIVE_UNKNOWN ? CONFIDENCE_UNKNOWN : confidence;
	snprintf(b->why, sizeof(b->why), "%s", why);
}

static void say_word(struct witnessed_bar *b, const struct users_word *word)
{
	static const char *const states[WITNESS_STATES] = {
		[WITNESS_MAPPED] = "", [WITNESS_UNTOUCHED] = "not touched yet, then ",
		[WITNESS_TRAPPED] = "", [WITNESS_UNREADABLE] = "a table that could not be read for ",
	};
	const struct witness_range *r = word->range;
	char why[256], bytes[32], type[40] = "";

	b->range = r;
	if (r->state == WITNESS_TRAPPED)
		snprintf(type, sizeof(type), "no memory slot");
	else if (is_mute(r))
		snprintf(type, sizeof(type), "what is not known");
	else if (r->state != WITNESS_UNREADABLE)
		stage2_words(type, sizeof(type), r);
	snprintf(why, sizeof(why), "%s%s%s%s%.15s[%u], at 0x%" PRIx64 " (%s)", states[r->state], type,
		 *type ? " at stage 2 for " : "", r->nested ? "a VM in " : "", r->comm, r->pid, r->address,
		 stage2_bytes(bytes, sizeof(bytes), r));
	say(b, word->effective, r->state == WITNESS_MAPPED ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY, why);
}

/* Nothing at the BAR's address in any table. */
static void say_absent(struct witnessed_bar *b, const struct witnessed *w)
{
	const char *trapped = stage2_absent(w->host);

	if (trapped && b->n_mappings && is_together(w->host, w->guest))
		say(b, EFFECTIVE_TRAPPED, CONFIDENCE_LIKELY, trapped);
	else
		say(b, EFFECTIVE_UNKNOWN, CONFIDENCE_UNKNOWN,
		    "no VM has it at this guest's address: trapped, not in use at that moment, or its tables could "
		    "not be read");
}

/* As the judge has it of results: see witness_evidence.c. */
static void doubt(struct witnessed_bar *b, const struct witnessed *w)
{
	enum virt_below below = virt_below(&w->host->env);
	time_t looked;

	if (below == VIRT_BELOW_HYPERVISOR ||
	    (below == VIRT_BELOW_UNKNOWN && b->effective != EFFECTIVE_NORMAL_NC)) {
		say(b, EFFECTIVE_UNKNOWN, CONFIDENCE_UNKNOWN, below == VIRT_BELOW_UNKNOWN ?
		    "the host may be a VM itself: what this guest gets the outermost host decides, look there" :
		    "the host is a VM itself: what this guest gets the outermost host decides, look there");
		return;
	}
	if (b->confidence == CONFIDENCE_PROVED &&
	    (below != VIRT_BELOW_NOBODY || !date_known(w->host->started, &looked) ||
	     !date_known(w->guest->started, &looked)))
		b->confidence = CONFIDENCE_LIKELY;
}

/* The next range of the BAR's in the host's record from *at on; NULL: there are no more. */
static const struct witness_range *next_of(const struct witnessed *w, const struct witnessed_bar *b, size_t *at)
{
	while (*at < w->host->n_ranges) {
		const struct witness_range *r = &w->host->ranges[(*at)++];

		if (stage2_is_of(w->host, r, b->guest, b->bar))
			return r;
	}
	return NULL;
}

static void judge_bar(struct witnessed_bar *b, const struct witnessed *w)
{
	struct users_word word = { NULL, EFFECTIVE_UNKNOWN }, first = word;
	const struct witness_range *r, *last = NULL;
	bool differ = false;

	for (size_t at = 0; (r = next_of(w, b, &at)); last = r) {
		if (last && !witness_same_user(last, r)) {
			differ |= first.range && first.effective != word.effective;
			first = word;
			word.range = NULL;
		}
		take_word(&word, w->host, r);
	}
	differ |= first.range && first.effective != word.effective;
	if (differ)
		say(b, EFFECTIVE_UNKNOWN, CONFIDENCE_UNKNOWN, "several tables have this address and differ: which of "
		    "them is this guest's nothing tells, so name its VMM on the host with mmiowitness --pid");
	else if (word.range)
		say_word(b, &word);
	else
		say_absent(b, w);
	doubt(b, w);
}

/* Of the bytes of a mapping those that r of the host is about: guest-physical addresses. */
static bool meets(const struct witness_range *r, const struct witnessed_bar *b, const struct witness_range *mapping)
{
	uint64_t at = b->bar->phys_bytes + mapping->offset_bytes;

	return r->address <= at + (mapping->size_bytes - 1) && at <= r->address + (r->size_bytes - 1);
}

static void combine(struct witnessed_mapping *m, const struct witnessed *w, const struct witnessed_bar *b)
{
	const struct witness_range *r;
	bool found = false, elsewhere = false;

	if (b->outcome == VERDICT_INCONCLUSIVE)
		return;
	for (size_t at = 0; (r = next_of(w, b, &at));) {
		enum memory_type gets;

		elsewhere |= !r->nested && r->function >= 0 && stage2_knows_holes(w->host);
		if (!meets(r, b, m->range))
			continue;
		gets = r->state == WITNESS_MAPPED || r->state == WITNESS_UNTOUCHED ?
		       stage2_combine(w->host, r, m->range->type) : MEMORY_UNKNOWN;
		m->several |= found && (gets != m->gets || m->trapped != (r->state == WITNESS_TRAPPED));
		m->trapped |= r->state == WITNESS_TRAPPED;
		m->untouched |= r->state == WITNESS_UNTOUCHED;
		m->gets = gets;
		found = true;
	}
	m->trapped |= !found && (elsewhere || b->effective == EFFECTIVE_TRAPPED);
	if (m->several || m->trapped)
		m->gets = MEMORY_UNKNOWN;
	m->trapped &= !m->several;
}

static int take_mappings(struct witnessed_bar *b, const struct witness *guest)
{
	const int function = (int)(b->guest - guest->functions);
	const struct witness_range *r = guest->ranges, *end = r + guest->n_ranges;
	size_t n = 0;

	while (r < end && (r->function != function || r->bar != b->bar->index || r->who == WITNESS_VM))
		r++;
	while (r + n < end && r[n].function == function && r[n].bar == b->bar->index)
		n++;
	b->mappings = calloc(n + 1, sizeof(*b->mappings));
	if (!b->mappings)
		return -ENOMEM;
	for (; b->n_mappings < n; b->n_mappings++)
		b->mappings[b->n_mappings].range = &r[b->n_mappings];
	return 0;
}

static const struct pci_device *host_function(const struct witness *host, const struct pci_device *guest,
					      const struct bar *bar)
{
	for (size_t i = 0; i < host->n_functions; i++) {
		const struct pci_device *f = &host->functions[i];

		if (f->vendor == guest->vendor && f->device == guest->device &&
		    f->bars[bar->index].size_bytes == bar->size_bytes)
			return f;
	}
	return NULL;
}

static int add_bar(struct witnessed *w, const struct pci_device *f, const struct bar *bar)
{
	struct witnessed_bar *b = realloc(w->bars, (w->n_bars + 1) * sizeof(*b));
	int ret;

	if (!b)
		return -ENOMEM;
	w->bars = b;
	b += w->n_bars++;
	*b = (struct witnessed_bar){ .guest = f, .bar = bar, .host = host_function(w->host, f, bar) };
	b->counts = bar->prefetchable || !b->host || b->host->bars[bar->index].prefetchable;
	ret = take_mappings(b, w->guest);
	if (ret)
		return ret;
	judge_bar(b, w);
	if (b->range && b->range->function >= 0)
		b->host = &w->host->functions[b->range->function];
	for (size_t i = 0; i < b->n_mappings; i++)
		combine(&b->mappings[i], w, b);
	return 0;
}

static void choose_worst(struct witnessed *w)
{
	bool any = false;

	for (size_t i = 0; i < w->n_bars; i++)
		any |= w->bars[i].counts;
	for (size_t i = 0; i < w->n_bars; i++) {
		struct witnessed_bar *b = &w->bars[i];

		b->counts |= !any;
		if (b->counts &&
		    (!w->worst || verdict_goodness(b->outcome) < verdict_goodness(w->worst->outcome)))
			w->worst = b;
	}
}

int witnessed_make(struct witnessed *w, const struct witness *host, const struct witness *guest,
		   bool require_preserved)
{
	struct witnessed new = { .host = host, .guest = guest, .require_preserved = require_preserved };
	int ret = 0;

	for (size_t i = 0; i < guest->n_functions; i++)
		for (int k = 0; k < PCI_BARS && !ret; k++) {
			const struct bar *bar = &guest->functions[i].bars[k];

			if (witness_watches(bar) && stage2_looked(host, &guest->functions[i], bar))
				ret = add_bar(&new, &guest->functions[i], bar);
		}
	if (ret) {
		witnessed_free(&new);
		return ret;
	}
	choose_worst(&new);
	*w = new;
	return 0;
}

void witnessed_free(struct witnessed *w)
{
	for (size_t i = 0; i < w->n_bars; i++)
		free(w->bars[i].mappings);
	free(w->bars);
}

int witnessed_status(const struct witnessed *w)
{
	if (w->worst->outcome == VERDICT_PRESERVED)
		return 0;
	return w->worst->outcome == VERDICT_INCONCLUSIVE && !w->require_preserved ? 3 : 1;
}
