// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "compare/compare_wording.h"
#include "report/format/format.h"
#include "record/json_file.h"

/*
 * Tests of KCIDB's I/O schema 5.3. Which CI system submits them and which build ran is not known
 * here: origin and build_id are placeholders that the submitter replaces, see results/README.md.
 */
#define ORIGIN "mmiobench"

static const char *kcidb_status(const struct check *c)
{
	if (c->outcome != CHECK_PASS)
		return c->outcome == CHECK_FAIL ? "FAIL" : "SKIP";
	/* a figure that nobody judged */
	return c->has_value && c->unit != UNIT_RATIO ? "DONE" : "PASS";
}

static json_t *kcidb_number(const struct check *c)
{
	/* of a ratio there is no unit */
	if (c->unit == UNIT_RATIO)
		return json_pack("{sf}", "value", c->value);
	return json_pack("{sf ss}", "value", c->value, "unit", unit_name(c->unit));
}

static json_t *kcidb_environment(const struct told *t)
{
	const struct result *r = t->run;
	char device[16], comment[400];
	bool compared = t->comparison && t->comparison->before_after;

	snprintf(comment, sizeof(comment), "%sLinux %s, %s, %s%s%s",
		 t->emulated ? "EMULATED: times say nothing about hardware. " : "",
		 fact_or(&r->env.facts, "kernel_release", ""), env_guest_name(r->env.virt.guest),
		 format_device(device, sizeof(device), r),
		 compared ? "; compared with the run of " : "",
		 compared ? t->comparison->host->started : "");
	return json_pack("{so s{sb sb ss so}}", "comment", json_text(comment), "misc", "emulated",
			 t->emulated, "replayed", r->replayed, "arch", r->arch, "kernel_release",
			 json_text(fact_or(&r->env.facts, "kernel_release", "")));
}

static json_t *kcidb_test(const struct check *c, const struct told *t)
{
	const char *program = t->comparison ? "mmiocompare" : "mmiobench";
	const struct result *r = t->run;
	char slug[160], id[400], path[256], build[200];
	json_t *test;

	format_slug(slug, sizeof(slug), c->name);
	snprintf(id, sizeof(id), ORIGIN ":%s-%s-%.64s-%s", program, r->started,
		 fact_or(&r->env.facts, "boot_id", ""), slug);
	snprintf(path, sizeof(path), "%s.%s", program, slug);
	snprintf(build, sizeof(build), ORIGIN ":unknown-%.128s",
		 fact_or(&r->env.facts, "kernel_release", ""));
	test = json_pack("{so so ss ss ss so ss so}", "id", json_text(id), "build_id",
			 json_text(build), "origin", ORIGIN, "path", path, "status", kcidb_status(c),
			 "comment", json_text(c->why), "start_time", r->started, "environment",
			 kcidb_environment(t));
	if (c->has_value && c->outcome != CHECK_SKIP)
		json_object_set_new(test, "number", kcidb_number(c));
	return test;
}

int kcidb_write(FILE *out, const struct told *t)
{
	json_t *tests = json_array();

	for (size_t i = 0; i < t->checks->n; i++)
		json_array_append_new(tests, kcidb_test(&t->checks->v[i], t));
	return json_put(out, json_pack("{s{si si} so}", "version", "major", 5, "minor", 3, "tests",
				       tests));
}
