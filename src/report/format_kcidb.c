// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "report/checks.h"
#include "report/compare_cells.h"
#include "report/format.h"
#include "report/json_file.h"

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
	return c->has_value && strcmp(c->unit, "ratio") ? "DONE" : "PASS";
}

static json_t *kcidb_number(const struct check *c)
{
	/* of a ratio there is no unit */
	if (!strcmp(c->unit, "ratio"))
		return json_pack("{sf}", "value", c->value);
	return json_pack("{sf ss}", "value", c->value, "unit", c->unit);
}

static json_t *kcidb_environment(const struct result *r, const char *against, bool emulated)
{
	char device[16], comment[400];

	snprintf(comment, sizeof(comment), "%sLinux %s, %s, %s%s%s",
		 emulated ? "EMULATED: times say nothing about hardware. " : "",
		 format_fact(r, "kernel_release"), env_guest_name(r->env.virt.guest),
		 r->is_ram ? "ram" : format_device(device, sizeof(device), r),
		 *against ? "; held against the baseline " : "", against);
	return json_pack("{so s{sb sb ss so}}", "comment", json_text(comment), "misc", "emulated",
			 emulated, "replayed", r->replayed, "arch", r->arch, "kernel_release",
			 json_text(format_fact(r, "kernel_release")));
}

static json_t *kcidb_test(const struct check *c, const struct result *r, const char *program,
			  const char *against, bool emulated)
{
	char slug[160], id[400], path[256], build[200];
	json_t *test;

	format_slug(slug, sizeof(slug), c->name);
	snprintf(id, sizeof(id), ORIGIN ":%s-%s-%.64s-%s", program, r->started,
		 format_fact(r, "boot_id"), slug);
	snprintf(path, sizeof(path), "%s.%s", program, slug);
	snprintf(build, sizeof(build), ORIGIN ":unknown-%.128s", format_fact(r, "kernel_release"));
	test = json_pack("{so so ss ss ss so ss so}", "id", json_text(id), "build_id",
			 json_text(build), "origin", ORIGIN, "path", path, "status", kcidb_status(c),
			 "comment", json_text(c->why), "start_time", r->started, "environment",
			 kcidb_environment(r, against, emulated));
	if (c->has_value && c->outcome != CHECK_SKIP)
		json_object_set_new(test, "number", kcidb_number(c));
	return test;
}

static int kcidb_checks(FILE *out, struct checks *checks, const struct result *r,
			const char *program, const char *against, bool emulated)
{
	json_t *tests = json_array();

	for (size_t i = 0; i < checks->n; i++)
		json_array_append_new(tests, kcidb_test(&checks->v[i], r, program, against,
							emulated));
	checks_free(checks);
	return json_put(out, json_pack("{s{si si} so}", "version", "major", 5, "minor", 3, "tests",
				       tests));
}

int kcidb_result(FILE *out, const struct result *r, const struct verdict *v)
{
	struct checks checks;
	int ret = checks_of_result(&checks, r, v);

	return ret ? ret : kcidb_checks(out, &checks, r, "mmiobench", "", r->env.emulated);
}

int kcidb_comparison(FILE *out, const struct comparison *c)
{
	struct checks checks;
	char against[256];
	int ret = checks_of_comparison(&checks, c);

	compare_baseline_text(against, sizeof(against), c);
	return ret ? ret : kcidb_checks(out, &checks, c->guest, "mmiocompare", against,
					format_emulated(c));
}
