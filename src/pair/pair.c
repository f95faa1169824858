// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "pair/pair.h"
#include "pair/program.h"
#include "run/plan.h"

#define BOOT_S	     4.0 /* of a guest, for the estimate: firmware, kernel, results over the serial line */
#define BOOT_MOST_S  60.0
#define SLOW_EMULATED 5.0 /* how much longer all that is no measuring may take on an emulated CPU */

bool pair_device_is_emulated(const struct pair_request *r)
{
	return r->vmm_device && !strstr(r->vmm_device, "{bdf}") && !strstr(r->vmm_device, r->slot);
}

static void swap(struct pair_step *a, struct pair_step *b)
{
	struct pair_step kept = *a;

	*a = *b;
	*b = kept;
}

size_t pair_order(struct pair_step steps[PAIR_STEPS_MOST], unsigned int launches, uint64_t seed, bool probe)
{
	size_t n = 0;

	for (unsigned int i = 1; i <= launches; i++) {
		steps[n++] = (struct pair_step){ PAIR_HOST, i };
		if (i == 1 && probe)
			steps[n++] = (struct pair_step){ PAIR_PROBE, 0 };
		steps[n++] = (struct pair_step){ PAIR_GUEST, i };
		if (i > 1 && hash_mix(hash_mix(seed) + i) & 1)
			swap(&steps[n - 2], &steps[n - 1]);
	}
	return n;
}

const char *pair_path(char buf[PATH_MAX], const struct pair_run *p, const char *fmt, ...)
{
	size_t n = (size_t)snprintf(buf, PATH_MAX, "%s/", p->request->dir);
	va_list args;

	va_start(args, fmt);
	if (n < PATH_MAX)
		vsnprintf(buf + n, PATH_MAX - n, fmt, args);
	va_end(args);
	return buf;
}

void pair_say(const struct pair_run *p, const char *fmt, ...)
{
	va_list args;

	log_progress("%s", "");
	fprintf(stderr, "mmiopair %6.1f s  ", monotonic_s() - p->begin_s);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/* A bundle's programs are called by an absolute name; what was found in PATH finds the others there. */
const char *pair_program(char buf[PATH_MAX], const char *name)
{
	const char *own = program_invocation_name, *slash = strrchr(own, '/');

	snprintf(buf, PATH_MAX, "%.*s%s", slash ? (int)(slash - own + 1) : 0, own, name);
	return buf;
}

static double step_s(const struct pair_request *r, enum pair_side side)
{
	double measuring = side == PAIR_PROBE ? 1 : plan_profile(r->profile)->budget_s;

	return measuring + (side == PAIR_HOST ? 0.2 : BOOT_S * (r->emulated ? SLOW_EMULATED / 2 : 1));
}

double pair_estimate_s(const struct pair_request *r, bool probe)
{
	return r->launches * (step_s(r, PAIR_HOST) + step_s(r, PAIR_GUEST)) + (probe ? step_s(r, PAIR_PROBE) : 0);
}

/* Each VM may take as long to come up, and each launch as long to measure, as it is given. */
double pair_boot_most_s(const struct pair_request *r)
{
	return BOOT_MOST_S * (r->emulated ? SLOW_EMULATED : 1);
}

double pair_launch_most_s(const struct pair_request *r)
{
	return 3 * plan_profile(r->profile)->budget_s + 30 * (r->emulated ? SLOW_EMULATED : 1);
}

double pair_most_s(const struct pair_request *r, bool probe)
{
	unsigned int vms = r->launches + probe;

	return vms * (pair_boot_most_s(r) + pair_launch_most_s(r)) + r->launches * pair_launch_most_s(r);
}

/* By what steps of each side took so far. */
static double left_s(const struct pair_run *p)
{
	double left = 0;

	for (int side = 0; side < 3; side++) {
		unsigned int n = p->planned[side] - p->done[side];
		double each = p->done[side] ? p->spent_s[side] / p->done[side] :
					      step_s(p->request, (enum pair_side)side);

		left += n * each;
	}
	return left;
}

static int run_step(struct pair_run *p, const struct pair_step *step)
{
	static const char *const sides[] = { "the host", "a VM for the probe", "a guest" };
	double begin = monotonic_s();
	int ret;

	log_progress("about %.0f s left: %s", left_s(p), sides[step->side]);
	ret = step->side == PAIR_HOST ? pair_host(p, step->launch) : pair_guest(p, step->launch);
	p->spent_s[step->side] += monotonic_s() - begin;
	p->done[step->side]++;
	log_progress("%s", "");
	return ret;
}

int pair_measure(struct pair_run *p)
{
	struct pair_step steps[PAIR_STEPS_MOST];
	size_t n = pair_order(steps, p->request->launches, p->request->seed, p->probe);
	int ret = 0;

	for (size_t i = 0; i < n; i++)
		p->planned[steps[i].side]++;
	for (size_t i = 0; i < n && !ret; i++)
		ret = run_step(p, &steps[i]);
	return ret;
}
