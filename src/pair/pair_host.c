// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "pair/pair.h"
#include "pair/program.h"
#include "record/result_file.h"

#define WORDS_MOST 16

/* Its exit status, as program_run() has it. */
static int run_mmiobench(struct pair_run *p, unsigned int launch, const char *json)
{
	const struct pair_request *r = p->request;
	char name[PATH_MAX], bar[4], journal[PATH_MAX], page[PATH_MAX];
	char *words[WORDS_MOST];
	size_t n = 0;
	const char *const known[] = {
		pair_program(name, "mmiobench"), "-s", r->slot, "--bar", bar, "--json", json, "--journal",
		pair_path(journal, p, "host.journal"), r->profile == EXP_QUICK ? "--quick" :
		r->profile == EXP_FULL ? "--full" : NULL,
	};
	const struct program program = { words, pair_path(page, p, "host-%u.log", launch), pair_launch_most_s(r) };

	snprintf(bar, sizeof(bar), "%u", r->bar);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i])
			words[n++] = (char *)(uintptr_t)known[i];
	if (r->emulated)
		words[n++] = (char *)(uintptr_t) "--emulated";
	/* an emulator's whole machine looks like a VM, but nobody else's runs on it */
	if (p->probe)
		words[n++] = (char *)(uintptr_t) "--allow-vm-crash";
	words[n] = NULL;
	return program_run(&program);
}

int pair_host(struct pair_run *p, unsigned int launch)
{
	char json[PATH_MAX], page[PATH_MAX];
	struct result result = { 0 };
	int status, ret;

	pair_path(page, p, "host-%u.log", launch);
	status = run_mmiobench(p, launch, pair_path(json, p, "host-%u.json", launch));
	if (status == -ETIMEDOUT)
		log_error("mmiobench on the host did not end in %.0f s: read %s", pair_launch_most_s(p->request), page);
	if (status < 0)
		return status;
	if (status > 1) {
		log_error("mmiobench on the host ended with status %d: read %s", status, page);
		return -EIO;
	}
	ret = result_read(&result, json);
	if (ret)
		return ret;
	pair_say(p, "host, launch %u of %u measured%s", launch, p->request->launches,
		 status ? ": a test failed, see its page" : "");
	if (p->host.version[0]) {
		result_free(&result);
		return 0;
	}
	p->host = result;
	return 0;
}
