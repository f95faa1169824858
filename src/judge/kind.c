// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
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
