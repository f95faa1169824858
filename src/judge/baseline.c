// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/clean.h"
#include "base/hash.h"
#include "judge/baseline.h"
#include "judge/correct.h"
#include "judge/kind.h"

#define WHOLE_VALUE 4096 /* the longest fact is a kernel command line */

static void get_arch(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->arch);
}

static void get_machine(char *buf, size_t n, const struct result *r)
{
	kind_machine(buf, n, r);
}

static void get_cpu(char *buf, size_t n, const struct result *r)
{
	kind_cpu(buf, n, r);
}

static void get_role(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", env_guest_name(r->env.virt.guest));
}

static void get_device(char *buf, size_t n, const struct result *r)
{
	if (r->is_ram)
		snprintf(buf, n, "ordinary memory");
	else
		snprintf(buf, n, "%04x:%04x", r->device.vendor, r->device.device);
}

static void get_bar(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%u", r->bar.index);
}

static void get_emulated(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->env.emulated ? "yes" : "no");
}

static void get_replayed(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->replayed ? "yes" : "no");
}

/* Intel's driver says it the other way round. */
static void get_boost(char *buf, size_t n, const struct result *r)
{
	const char *boost = fact_get(&r->env.facts, "boost");
	const char *no_turbo = fact_get(&r->env.facts, "no_turbo");

	if (boost)
		snprintf(buf, n, "%s", strcmp(boost, "0") ? "on" : "off");
	else if (no_turbo)
		snprintf(buf, n, "%s", strcmp(no_turbo, "0") ? "off" : "on");
}

static void get_subsystem(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%04x:%04x", r->device.subsystem_vendor,
			 r->device.subsystem_device);
}

static void get_class(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%04x%02x", r->device.class_code, r->device.prog_if);
}

static void get_revision(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%02x", r->device.revision);
}

static void get_bar_size(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%" PRIu64, r->bar.size_bytes);
}

static void get_numa_node(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram && r->device.numa_node >= 0)
		snprintf(buf, n, "%d", r->device.numa_node);
}

static void get_link_speed(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%s", r->device.link.speed);
}

static void get_link_width(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram && r->device.link.width)
		snprintf(buf, n, "%u", r->device.link.width);
}

static void get_window(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%" PRIu64 " bytes at 0x%" PRIx64, r->length_bytes, r->offset_bytes);
}

static void get_stores(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->may_store ? "yes" : "no");
}

static void get_profile(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->profile);
}

static void get_hypervisor(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->env.virt.hypervisor);
}

static void get_version(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s", r->version);
}

static void get_serial(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram && r->device.has_serial)
		snprintf(buf, n, "0x%" PRIx64, r->device.serial);
}

static void get_bdf(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%s", r->device.bdf);
}

static void get_driver(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%s", r->device.driver);
}

static void get_pinned_cpu(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%u", r->cpu);
}

/* doc/method.md has this table with the reasons; the keys come first. */
const struct baseline_fact baseline_facts[BASELINE_FACTS] = {
	{ "arch", BASELINE_KEY, get_arch },
	{ "machine", BASELINE_KEY, get_machine },
	{ "cpu", BASELINE_KEY, get_cpu },
	{ "role", BASELINE_KEY, get_role },
	{ "device", BASELINE_KEY, get_device },
	{ "bar", BASELINE_KEY, get_bar },
	{ "kvm_device", BASELINE_REFUSED, NULL },
	{ "emulated", BASELINE_REFUSED, get_emulated },
	{ "replayed", BASELINE_REFUSED, get_replayed },
	{ "page_size", BASELINE_REFUSED, NULL },
	{ "governor", BASELINE_REFUSED, NULL },
	{ "boost", BASELINE_REFUSED, get_boost },
	{ "subsystem", BASELINE_REFUSED, get_subsystem },
	{ "class", BASELINE_REFUSED, get_class },
	{ "revision", BASELINE_REFUSED, get_revision },
	{ "bar_size", BASELINE_REFUSED, get_bar_size },
	{ "numa_node", BASELINE_REFUSED, get_numa_node },
	{ "link_speed", BASELINE_REFUSED, get_link_speed },
	{ "link_width", BASELINE_REFUSED, get_link_width },
	{ "window", BASELINE_REFUSED, get_window },
	{ "stores", BASELINE_REFUSED, get_stores },
	{ "profile", BASELINE_REFUSED, get_profile },
	{ "kernel_release", BASELINE_SHOWN, NULL },
	{ "kernel_version", BASELINE_SHOWN, NULL },
	{ "cmdline", BASELINE_SHOWN, NULL },
	{ "hypervisor", BASELINE_SHOWN, get_hypervisor },
	{ "version", BASELINE_SHOWN, get_version },
	{ "bdf", BASELINE_SHOWN, get_bdf },
	{ "serial_number", BASELINE_SHOWN, get_serial },
	{ "driver", BASELINE_SHOWN, get_driver },
	{ "cpus_online", BASELINE_SHOWN, NULL },
	{ "pinned_cpu", BASELINE_SHOWN, get_pinned_cpu },
};

static void whole_value(char value[WHOLE_VALUE], int fact, const struct result *r)
{
	const struct baseline_fact *f = &baseline_facts[fact];
	const char *found = f->get ? NULL : fact_get(&r->env.facts, f->name);

	snprintf(value, WHOLE_VALUE, "%s", found ? found : "");
	if (f->get)
		f->get(value, WHOLE_VALUE, r);
	text_clean(value);
}

static void show_value(char value[BASELINE_VALUE], const char *whole)
{
	size_t n = strnlen(whole, BASELINE_VALUE - 1);

	memcpy(value, whole, n);
	value[n] = '\0';
	if (whole[n])
		memcpy(value + n - 3, "...", 3);
}

void baseline_value(char value[BASELINE_VALUE], int fact, const struct result *r)
{
	char whole[WHOLE_VALUE];

	whole_value(whole, fact, r);
	show_value(value, whole);
}

int baseline_find_fact(const char *name)
{
	for (int i = 0; i < BASELINE_FACTS; i++)
		if (!strcmp(baseline_facts[i].name, name))
			return i;
	return -1;
}

const char *baseline_fact_names(char *buf, size_t n)
{
	size_t used = 0;

	*buf = '\0';
	for (int i = 0; i < BASELINE_FACTS && used < n; i++)
		if (baseline_facts[i].rule != BASELINE_SHOWN)
			used += (size_t)snprintf(buf + used, n - used, "%s%s", used ? ", " : "",
						 baseline_facts[i].name);
	return buf;
}

static bool is_refused(int fact, const char *then, const char *now)
{
	enum baseline_rule rule = baseline_facts[fact].rule;

	return rule == BASELINE_KEY || (rule == BASELINE_REFUSED && *then && *now);
}

/* Adds what one run has otherwise, unless a run before had it so. */
static void compare_fact(struct baseline_differences *d, int fact, const struct result *then,
			 const struct result *now, bool ignored)
{
	char a[WHOLE_VALUE], b[WHOLE_VALUE];
	struct baseline_difference *v = &d->v[d->n];

	whole_value(a, fact, then);
	whole_value(b, fact, now);
	if (!strcmp(a, b))
		return;
	/* the next run may know what this one does not */
	if (d->n && v[-1].fact == fact) {
		if (v[-1].refused || v[-1].ignored || !is_refused(fact, a, b))
			return;
		v--;
		d->n--;
	}
	*v = (struct baseline_difference){ .fact = fact };
	show_value(v->then, a);
	show_value(v->now, b);
	v->refused = is_refused(fact, a, b) && !ignored;
	v->ignored = is_refused(fact, a, b) && ignored;
	d->n_refused += v->refused;
	d->n++;
}

void baseline_compare(struct baseline_differences *d, const struct compare_side *then,
		      const struct compare_side *now, uint64_t ignored)
{
	d->n = d->n_refused = 0;
	for (int fact = 0; fact < BASELINE_FACTS; fact++)
		for (size_t i = 0; i < now->n_runs; i++)
			compare_fact(d, fact, &then->runs[0], &now->runs[i],
				     ignored & BASELINE_FACT(fact));
}

static bool is_letter_or_digit(char c)
{
	return !(c & 0x80) && isalnum(c);
}

bool baseline_name_fits(const char *name)
{
	size_t n = strnlen(name, BASELINE_NAME_MAX + 1);

	if (n > BASELINE_NAME_MAX || !is_letter_or_digit(name[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_letter_or_digit(name[i]) && !strchr("._-", name[i]))
			return false;
	return true;
}

/* "Ampere(R) Mt. Jade" to "ampere-r-mt-jade", behind what is there. */
static void append_slug(char *dir, size_t size, const char *text)
{
	size_t at = strlen(dir);
	bool gap = at;

	for (; *text && at + 2 < size; text++) {
		if (!is_letter_or_digit(*text)) {
			gap = at;
			continue;
		}
		if (gap)
			dir[at++] = '-';
		dir[at++] = (char)tolower(*text);
		gap = false;
	}
	dir[at] = '\0';
}

#define DIR_HASH 9 /* "-1a2b3c4d" */

void baseline_machine_dir(char dir[BASELINE_DIR_MAX], const struct result *r)
{
	static const char *const keys[] = { "arch", "machine", "cpu", "role" };
	char value[WHOLE_VALUE];
	uint64_t hash = HASH_START;
	size_t n;

	dir[0] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		whole_value(value, baseline_find_fact(keys[i]), r);
		append_slug(dir, BASELINE_DIR_MAX - DIR_HASH, value);
		hash = hash_string(hash, value);
	}
	n = strlen(dir);
	snprintf(dir + n, BASELINE_DIR_MAX - n, "-%08" PRIx32, (uint32_t)hash_mix(hash));
}

void baseline_device_dir(char dir[BASELINE_DIR_MAX], const struct result *r)
{
	if (r->is_ram)
		snprintf(dir, BASELINE_DIR_MAX, "ram");
	else
		snprintf(dir, BASELINE_DIR_MAX, "%04x-%04x-bar%u", r->device.vendor,
			 r->device.device, r->bar.index);
}

static bool fails_always(const struct cell_record *c)
{
	switch (c->status) {
	case CELL_SKIPPED:
	case CELL_COARSE:
		return false;
	case CELL_MEASURED:
		return !c->has_summary && !cell_counts(c);
	default:
		return true;
	}
}

int baseline_check_run(const struct result *r, char *why, size_t n)
{
	struct verdict v;
	size_t n_measured = 0, n_wrong;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		n_measured += c->status == CELL_MEASURED;
		if (!fails_always(c))
			continue;
		snprintf(why, n, "its cell %s is \"%s\"%s%s", c->id, cell_status_name(c->status),
			 c->why[0] ? ": " : "", c->why);
		return -EINVAL;
	}
	judge_run(&v, r, NULL);
	n_wrong = count_failed(r, &v);
	if (n_measured && !n_wrong)
		return 0;
	if (n_wrong)
		snprintf(why, n, "%zu of its cells saw what must not be", n_wrong);
	else
		snprintf(why, n, "nothing in it was measured");
	return -EINVAL;
}

int baseline_check_types(const struct compare_side *runs, size_t *first, size_t *bad, char *why,
			 size_t n)
{
	struct verdict known = { .effective = EFFECTIVE_UNKNOWN };

	for (*bad = 0; *bad < runs->n_runs; ++*bad) {
		struct verdict v;

		judge_run(&v, &runs->runs[*bad], NULL);
		if (v.effective == EFFECTIVE_UNKNOWN || v.effective == known.effective)
			continue;
		if (known.effective == EFFECTIVE_UNKNOWN) {
			known = v;
			*first = *bad;
			continue;
		}
		snprintf(why, n, "the memory type differs: %s (%s) in the first, %s (%s) in this one: "
			 "host or VMM were not the same, though this may not be seen in the guest",
			 effective_name(known.effective, runs->runs[*first].arch),
			 confidence_name(known.confidence),
			 effective_name(v.effective, runs->runs[*bad].arch),
			 confidence_name(v.confidence));
		return -EINVAL;
	}
	return 0;
}

const char *baseline_verdict_name(const struct compare_side *runs)
{
	const char *name = "none";
	int worst = 0;

	for (size_t i = 0; i < runs->n_runs; i++) {
		struct verdict v;

		judge_run(&v, &runs->runs[i], NULL);
		if (!v.judged || !v.about_guest)
			continue;
		if (!strcmp(name, "none") || verdict_goodness(v.word) < worst) {
			name = verdict_word_name(v.word);
			worst = verdict_goodness(v.word);
		}
	}
	return name;
}
