// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "verdict/machine_id.h"

const char *machine_id_name(char *buf, size_t n, const struct result *r)
{
	const char *product = fact_get(&r->env.facts, "dmi_product_name");

	if (product)
		snprintf(buf, n, "%s %s", fact_or(&r->env.facts, "dmi_sys_vendor", ""), product);
	else
		snprintf(buf, n, "%s", fact_or(&r->env.facts, "dt_model", ""));
	return buf;
}

const char *machine_id_cpu(char *buf, size_t n, const struct result *r)
{
	const char *model = fact_get(&r->env.facts, "cpu_model");

	if (model)
		snprintf(buf, n, "%s", model);
	else if (fact_get(&r->env.facts, "cpu_part"))
		snprintf(buf, n, "implementer %s part %s", fact_or(&r->env.facts, "cpu_implementer", "?"),
			 fact_or(&r->env.facts, "cpu_part", "?"));
	else
		snprintf(buf, n, "%s", fact_or(&r->env.facts, "midr", ""));
	return buf;
}

bool machine_id_other_core(const struct result *a, const struct result *b)
{
	static const char *const facts[] = { "cpu_implementer", "cpu_part" };
	bool differs = false;

	if (!arch_info_of(a->arch)->guest_sees_core || !arch_info_of(b->arch)->guest_sees_core)
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
