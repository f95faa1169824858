// SPDX-License-Identifier: GPL-2.0-or-later
// covers: env/collect.c env/kmsg.c env/virt.c
/* Facts about a machine from a tree: cpuinfo, kernel log, DMI, FADT, ..., as a result tells them. */
#include "config.h"
#include <jansson.h>
#include <string.h>
#include "env/collect.h"
#include "record/fields.h"
#include "fuzz.h"

static void check_again(const struct env *env)
{
	const struct reader rd = { .path = "again", .schema = "a", .program = "b" };
	json_t *root = record_json(&env_table, env, NULL);
	struct env again = { 0 };

	fuzz_require(!record_read(&rd, &env_table, root, &again), "%s", fuzz_error());
	fuzz_require(again.facts.n == env->facts.n, "%zu facts of %zu", again.facts.n, env->facts.n);
	for (size_t i = 0; i < again.facts.n; i++)
		fuzz_require(!strcmp(again.facts.v[i].value, env->facts.v[i].value), "%s",
			     env->facts.v[i].name);
	fuzz_require(!strcmp(again.virt.why, env->virt.why), "%s", env->virt.why);
	env_free(&again);
	json_decref(root);
}

FUZZ_TARGET(env)
{
	static const char *const yes[] = { "smccc_kvm", "s2fwb" }; /* judged by that word */
	struct env env;

	fuzz_begin();
	fuzz_tree(data, size);
	fuzz_require(!env_collect(&env, NULL), "out of memory");
	for (size_t i = 0; i < env.facts.n; i++)
		fuzz_require(fuzz_is_ascii(env.facts.v[i].value) && env.facts.v[i].value[0], "%s: '%s'",
			     env.facts.v[i].name, env.facts.v[i].value);
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		const char *said = fact_get(&env.facts, yes[i]);

		fuzz_require(!said || !strcmp(said, "yes"), "%s: '%s'", yes[i], said);
	}
	fuzz_require(fuzz_is_ascii(env.virt.hypervisor) && fuzz_is_ascii(env.virt.why) &&
		     fuzz_is_ascii(env.emulated_why), "'%s' '%s'", env.virt.hypervisor, env.virt.why);
	check_again(&env);
	env_free(&env);
	return 0;
}
