// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "judge/kind.h"

static const char *fact_or(const struct result *r, const char *name, const char *other)
{
	const char *value = fact_get(&r->env.facts, name);

	return value ? value : other;
}

const char *kind_machine(char *buf, size_t n, const struct result *r)
{
	const char *product = fact_get(&r->env.facts, "dmi_product_name");

	if (product)
		snprintf(buf, n, "%s %s", fact_or(r, "dmi_sys_vendor", ""), product);
	else
		snprintf(buf, n, "%s", fact_or(r, "dt_model", ""));
	return buf;
}

const char *kind_cpu(char *buf, size_t n, const struct result *r)
{
	const char *model = fact_get(&r->env.facts, "cpu_model");

	if (model)
		snprintf(buf, n, "%s", model);
	else if (fact_get(&r->env.facts, "cpu_part"))
		snprintf(buf, n, "implementer %s part %s", fact_or(r, "cpu_implementer", "?"),
			 fact_or(r, "cpu_part", "?"));
	else
		snprintf(buf, n, "%s", fact_or(r, "midr", ""));
	return buf;
}

bool kind_other_core(const struct result *a, const struct result *b)
{
	static const char *const facts[] = { "cpu_implementer", "cpu_part" };
	bool differs = false;

	if (strcmp(a->arch, "aarch64") || strcmp(b->arch, "aarch64"))
		return false;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const char *of_a = fact_get(&a->env.facts, facts[i]);
		const char *of_b = fact_get(&b->env.facts, facts[i]);

		if (!of_a || !of_b)
			return false;
		differs |= !!strcmp(of_a, of_b);
	}
	return differs;
}
