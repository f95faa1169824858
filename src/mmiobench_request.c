// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <string.h>
#include <time.h>
#include "arch/arch.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "compare/self_check.h"
#include "exp/exp.h"
#include "mmiobench_request.h"
#include "run/launch.h"

static bool is_experiment(const char *name)
{
	return experiment_find(name) != NULL;
}

static bool is_kernel(const char *name)
{
	return arch_find_kernel(name) != NULL;
}

static bool is_barrier(const char *name)
{
	return arch_barrier_of(arch_here(), name) != NULL;
}

/* A list of names of a table; NULL is one. */
static int check_names(const char *option, const char *list, bool (*is_known)(const char *name),
		       const char *choose_from)
{
	char name[64];
	size_t n = 0, known = 0;

	for (const char *rest = list; rest && (rest = list_next(rest, name, sizeof(name))); n++)
		known += is_known(name);
	if (!list || (n && known == n))
		return 0;
	log_error("--%s %s: choose from %s, separated by commas", option, list, choose_from);
	return -EINVAL;
}

static int read_names(const struct request *r)
{
	char names[128];
	int ret = check_names("tests", r->tests, is_experiment,
			      experiment_names(names, sizeof(names)));

	if (!ret)
		ret = check_names("kernels", r->kernels, is_kernel, "mmiobench --list-kernels");
	return ret ? ret : check_names("barriers", r->barriers, is_barrier, "mmiobench --list-kernels");
}

/* False: no power of two from 64 on. */
static bool read_size(struct request *r, const char *text)
{
	uint64_t size;

	if (r->n_sizes == REQUEST_SIZES_MAX || parse_size(text, &size) || size < 64 || size & (size - 1))
		return false;
	r->sizes[r->n_sizes++] = size;
	return true;
}

static int read_sizes(struct request *r, const char *list)
{
	bool good = true;
	char word[64];

	for (const char *rest = list; good && rest && (rest = list_next(rest, word, sizeof(word)));)
		good = read_size(r, word);
	if (!list || (good && r->n_sizes))
		return 0;
	log_error("--sizes %s: name powers of two from 64 on, at most %d, such as 64,4K,256K", list,
		  REQUEST_SIZES_MAX);
	return -EINVAL;
}

static int read_bar(struct bench_options *o)
{
	unsigned int index;

	o->bar = -1;
	o->policy.bar_named = o->text.bar != NULL;
	if (!o->text.bar)
		return 0;
	if (parse_uint(o->text.bar, PCI_BARS - 1, &index)) {
		log_error("--bar %s: BARs are numbered 0 to 5, see mmiobench --list", o->text.bar);
		return -EINVAL;
	}
	o->bar = (int)index;
	return 0;
}

static int read_map(struct bench_options *o)
{
	const char *way = o->text.map ? o->text.map : MAP_OPTION_SYSFS;
	char names[64];

	if (map_option_find(&o->request.map, way))
		return 0;
	log_error("--map %s: choose %s", way, map_option_names(names, sizeof(names)));
	return -EINVAL;
}

static int read_seed(struct request *r, const char *text)
{
	r->seed = (uint64_t)time(NULL);
	if (!text || !parse_u64(text, &r->seed))
		return 0;
	log_error("--seed %s is no number from 0 to 2^64 - 1", text);
	return -EINVAL;
}

static int read_launches(struct bench_options *o)
{
	const char *launches = o->text.launches, *launch = o->text.launch;
	struct request *r = &o->request;

	r->launches = o->self_check ? SELF_CHECK_DEFAULT : 1;
	if (launches && (parse_uint(launches, LAUNCH_MOST, &r->launches) || !r->launches)) {
		log_error("--launches %s: choose 1 to %u", launches, LAUNCH_MOST);
		return -EINVAL;
	}
	if (o->self_check && r->launches < SELF_CHECK_LEAST) {
		log_error("--launches %s: --self-check needs %d or more, and ten say more", launches,
			  SELF_CHECK_LEAST);
		return -EINVAL;
	}
	if (launch && (parse_uint(launch, r->launches, &r->launch) || !r->launch)) {
		log_error("--launch %s is none of %u launches: it is what --launches starts", launch,
			  r->launches);
		return -EINVAL;
	}
	if (r->launches == 1)
		r->launch = 1;
	return 0;
}

int request_read(struct bench_options *o)
{
	int ret = read_launches(o);

	if (!ret)
		ret = read_bar(o);
	if (!ret)
		ret = read_map(o);
	if (!ret)
		ret = read_seed(&o->request, o->text.seed);
	if (!ret)
		ret = read_names(&o->request);
	return ret ? ret : read_sizes(&o->request, o->text.sizes);
}
