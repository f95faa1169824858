// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "compare/environment.h"
#include "env/env.h"
#include "record/fields.h"
#include "verdict/machine_id.h"

#define WHOLE_VALUE 4096 /* the longest fact is a kernel command line */

static void get_machine(char *buf, size_t n, const struct result *r)
{
	machine_id_name(buf, n, r);
}

static void get_cpu(char *buf, size_t n, const struct result *r)
{
	machine_id_cpu(buf, n, r);
}

/* Without /dev/kvm the guest of a VM that runs VMs would pass for its host. */
static void get_role(char *buf, size_t n, const struct result *r)
{
	const char *kvm = fact_get(&r->env.facts, "kvm_device");

	if (r->env.virt.guest == ENV_BARE_METAL)
		snprintf(buf, n, "bare metal");
	else if (r->env.virt.guest == ENV_GUEST)
		snprintf(buf, n, "%s%s",
			 virt_below(&r->env) == VIRT_BELOW_NOBODY ? "emulated machine" : "guest",
			 kvm && !strcmp(kvm, "yes") ? " with /dev/kvm" : "");
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
	if (r->is_ram)
		snprintf(buf, n, "none");
	else
		snprintf(buf, n, "%u", r->bar.index);
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

static void get_numa_node(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram && r->device.numa_node >= 0)
		snprintf(buf, n, "%d", r->device.numa_node);
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

/* doc/method.md has this table with the reasons; the keys come first. */
const struct environment_fact environment_facts[ENVIRONMENT_FACTS] = {
	{ "arch", ENVIRONMENT_KEY, "tool.arch", NULL },
	{ "machine", ENVIRONMENT_KEY, NULL, get_machine },
	{ "cpu", ENVIRONMENT_KEY, NULL, get_cpu },
	{ "role", ENVIRONMENT_KEY, NULL, get_role },
	{ "device", ENVIRONMENT_KEY, NULL, get_device },
	{ "bar", ENVIRONMENT_KEY, NULL, get_bar },
	{ "emulated", ENVIRONMENT_REFUSED, "environment.emulated_cpu.value", NULL },
	{ "replayed", ENVIRONMENT_REFUSED, "replayed", NULL },
	{ "page_size", ENVIRONMENT_REFUSED, NULL, NULL },
	{ "governor", ENVIRONMENT_REFUSED, NULL, NULL },
	{ "boost", ENVIRONMENT_REFUSED, NULL, get_boost },
	{ "subsystem", ENVIRONMENT_REFUSED, NULL, get_subsystem },
	{ "class", ENVIRONMENT_REFUSED, NULL, get_class },
	{ "revision", ENVIRONMENT_REFUSED, NULL, get_revision },
	{ "bar_size", ENVIRONMENT_REFUSED, "bar.size_bytes", NULL },
	{ "numa_node", ENVIRONMENT_REFUSED, NULL, get_numa_node },
	{ "link_speed", ENVIRONMENT_REFUSED, "device.link.speed", NULL },
	{ "link_width", ENVIRONMENT_REFUSED, NULL, get_link_width },
	{ "window", ENVIRONMENT_REFUSED, NULL, get_window },
	{ "stores", ENVIRONMENT_REFUSED, "plan.stores", NULL },
	{ "profile", ENVIRONMENT_SHOWN, "plan.profile", NULL },
	{ "kernel_release", ENVIRONMENT_SHOWN, NULL, NULL },
	{ "kernel_version", ENVIRONMENT_SHOWN, NULL, NULL },
	{ "cmdline", ENVIRONMENT_SHOWN, NULL, NULL },
	{ "hypervisor", ENVIRONMENT_SHOWN, "environment.virtualization.hypervisor", NULL },
	{ "version", ENVIRONMENT_SHOWN, "tool.version", NULL },
	{ "bdf", ENVIRONMENT_SHOWN, "device.bdf", NULL },
	{ "serial_number", ENVIRONMENT_SHOWN, "device.serial_number", NULL },
	{ "driver", ENVIRONMENT_SHOWN, "device.driver", NULL },
	{ "cpus_online", ENVIRONMENT_SHOWN, NULL, NULL },
	{ "pinned_cpu", ENVIRONMENT_SHOWN, "plan.cpu", NULL },
};

static void whole_value(char value[WHOLE_VALUE], int fact, const struct result *r)
{
	const struct environment_fact *f = &environment_facts[fact];
	const char *found = fact_get(&r->env.facts, f->name);

	*value = '\0';
	if (f->get)
		f->get(value, WHOLE_VALUE, r);
	else if (f->path)
		record_text(value, WHOLE_VALUE, &result_table, r, f->path);
	else if (found)
		snprintf(value, WHOLE_VALUE, "%s", found);
	text_clean(value);
}

static void show_value(char value[ENVIRONMENT_VALUE], const char *whole)
{
	size_t n = strnlen(whole, ENVIRONMENT_VALUE - 1);

	memcpy(value, whole, n);
	value[n] = '\0';
	if (whole[n])
		memcpy(value + n - 3, "...", 3);
}

void environment_value(char value[ENVIRONMENT_VALUE], int fact, const struct result *r)
{
	char whole[WHOLE_VALUE];

	whole_value(whole, fact, r);
	show_value(value, whole);
}

int environment_find_fact(const char *name)
{
	for (int i = 0; i < ENVIRONMENT_FACTS; i++)
		if (!strcmp(environment_facts[i].name, name))
			return i;
	return -1;
}

const char *environment_fact_names(char *buf, size_t n)
{
	size_t used = 0;

	*buf = '\0';
	for (int i = 0; i < ENVIRONMENT_FACTS && used < n; i++)
		if (environment_facts[i].rule != ENVIRONMENT_SHOWN)
			used += (size_t)snprintf(buf + used, n - used, "%s%s", used ? ", " : "",
						 environment_facts[i].name);
	return buf;
}

bool environment_same_machine(const struct result *a, const struct result *b)
{
	char x[WHOLE_VALUE], y[WHOLE_VALUE];
	bool same = true;

	for (int i = 0; i < ENVIRONMENT_FACTS && same; i++) {
		if (environment_facts[i].rule != ENVIRONMENT_KEY)
			continue;
		whole_value(x, i, a);
		whole_value(y, i, b);
		/* a microVM has no DMI and no device tree that names it */
		same = !strcmp(x, y) && (*x || environment_facts[i].get == get_machine);
	}
	return same;
}

static bool is_refused(int fact, const char *before, const char *after)
{
	enum environment_rule rule = environment_facts[fact].rule;

	return rule == ENVIRONMENT_KEY || (rule == ENVIRONMENT_REFUSED && *before && *after);
}

/* Adds what one run has otherwise, unless an earlier one had it so. */
static void compare_fact(struct environment_changes *c, int fact, const struct result *before,
			 const struct result *after, bool ignored)
{
	char a[WHOLE_VALUE], b[WHOLE_VALUE];
	struct environment_change *v = &c->v[c->n];

	whole_value(a, fact, before);
	whole_value(b, fact, after);
	if (!strcmp(a, b))
		return;
	/* the next run may know what this one does not */
	if (c->n && v[-1].fact == fact) {
		if (v[-1].refused || v[-1].ignored || !is_refused(fact, a, b))
			return;
		v--;
		c->n--;
	}
	*v = (struct environment_change){ .fact = fact };
	show_value(v->before, a);
	show_value(v->after, b);
	v->refused = is_refused(fact, a, b) && !ignored;
	v->ignored = is_refused(fact, a, b) && ignored;
	c->n_refused += v->refused;
	c->n++;
}

void environment_compare(struct environment_changes *c, const struct compare_side *before,
			 const struct compare_side *after, uint64_t ignored)
{
	c->n = c->n_refused = 0;
	for (int fact = 0; fact < ENVIRONMENT_FACTS; fact++)
		for (size_t i = 0; i < after->n_runs; i++)
			compare_fact(c, fact, &before->runs[0], &after->runs[i],
				     ignored & ENVIRONMENT_FACT(fact));
}
