// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/log.h"
#include "base/parse.h"
#include "mmiobench_ask.h"
#include "pci/policy.h"
#include "run/launch.h"

#define WINDOW_DEFAULT_BYTES (1u << 20)
#define WINDOW_ALIGN_BYTES   4096u

uint64_t page_bytes(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

int ask_window(const struct options *o, uint64_t bar_bytes, struct session_ask *ask)
{
	uint64_t offset = 0, length, align = page_bytes();
	char size[24];

	if (o->offset && parse_size(o->offset, &offset)) {
		log_error("--offset %s is no size: use bytes, or 4K, 2M, 1GiB", o->offset);
		return -EINVAL;
	}
	if (offset >= bar_bytes) {
		log_error("--offset %s lies beyond the end: there are %s bytes", o->offset,
			  format_size(size, sizeof(size), bar_bytes));
		return -EINVAL;
	}
	length = bar_bytes - offset;
	if (length > WINDOW_DEFAULT_BYTES)
		length = WINDOW_DEFAULT_BYTES;
	if (o->length && parse_size(o->length, &length)) {
		log_error("--length %s is no size: use bytes, or 4K, 2M, 1GiB", o->length);
		return -EINVAL;
	}
	if (length > bar_bytes - offset) {
		log_error("--length %s reaches beyond the end: %s bytes are left after the offset",
			  o->length, format_size(size, sizeof(size), bar_bytes - offset));
		return -EINVAL;
	}
	/* whole pages: data and the page that is read to flush are mapped with different types */
	if (align < WINDOW_ALIGN_BYTES)
		align = WINDOW_ALIGN_BYTES;
	if (offset % align || length % align || !length) {
		log_error("--offset and --length must be multiples of %" PRIu64 ", the page size, and "
			  "not 0", align);
		return -EINVAL;
	}
	ask->offset_bytes = offset;
	ask->length_bytes = length;
	return 0;
}

int ask_window_clear(const struct bar *bar, const struct session_ask *ask)
{
	uint64_t clear = policy_clear_bytes(bar, ask->offset_bytes, ask->length_bytes);
	uint64_t next = policy_clear_offset(bar, ask->offset_bytes);
	char way_out[64] = "nothing is left behind them: take another BAR", size[24];

	if (clear == ask->length_bytes)
		return 0;
	if (clear)
		snprintf(way_out, sizeof(way_out), "--length %s", format_size(size, sizeof(size), clear));
	else if (next < bar->size_bytes)
		snprintf(way_out, sizeof(way_out), "--offset %s", format_size(size, sizeof(size), next));
	log_error("the window reaches the pages of the BAR's MSI-X vectors, which are not stored to, and "
		  "which hypervisors trap: %s", way_out);
	return -EINVAL;
}

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
	return arch_find_barrier(name) != NULL;
}

/* A comma-separated list of names of a table; NULL is one. 0, -EINVAL after logging. */
static int parse_names(const char *option, const char *list, bool (*known)(const char *name),
		       const char *choose_from)
{
	char *copy = list ? strdup(list) : NULL, *save = NULL;
	int ret = list && !*list ? -EINVAL : 0;
	bool named = false;

	if (!ret && list && !copy) {
		log_error("out of memory");
		return -ENOMEM;
	}
	for (char *t = copy ? strtok_r(copy, ",", &save) : NULL; t && !ret;
	     t = strtok_r(NULL, ",", &save)) {
		named = true;
		if (!known(t))
			ret = -EINVAL;
	}
	free(copy);
	if (list && !named)
		ret = -EINVAL;
	if (ret)
		log_error("--%s %s: choose from %s, separated by commas", option, list, choose_from);
	return ret;
}

#define SIZES_MAX 64

static int parse_sizes(const struct options *o, struct session_ask *ask)
{
	static uint64_t sizes[SIZES_MAX];
	char *copy = o->sizes ? strdup(o->sizes) : NULL, *save = NULL;
	int ret = 0;

	for (char *t = copy ? strtok_r(copy, ",", &save) : NULL; t && !ret;
	     t = strtok_r(NULL, ",", &save)) {
		if (ask->n_sizes == SIZES_MAX || parse_size(t, &sizes[ask->n_sizes]) ||
		    sizes[ask->n_sizes] < 64 || sizes[ask->n_sizes] & (sizes[ask->n_sizes] - 1))
			ret = -EINVAL;
		else
			ask->n_sizes++;
	}
	free(copy);
	if (ret || (o->sizes && !ask->n_sizes)) {
		log_error("--sizes %s: name powers of two from 64 on, at most %d, such as 64,4K,256K",
			  o->sizes, SIZES_MAX);
		return -EINVAL;
	}
	ask->sizes = ask->n_sizes ? sizes : NULL;
	return 0;
}

static int parse_lists(const struct options *o, struct session_ask *ask)
{
	char names[128];
	int ret = parse_names("tests", o->tests, is_experiment,
			      experiment_names(names, sizeof(names)));

	if (!ret)
		ret = parse_names("kernels", o->kernels, is_kernel, "mmiobench --list-kernels");
	if (!ret)
		ret = parse_names("barriers", o->barriers, is_barrier, "mmiobench --list-kernels");
	return ret ? ret : parse_sizes(o, ask);
}

int ask_values(const struct options *o, struct session_ask *ask, int *bar)
{
	unsigned int index;

	*bar = -1;
	if (o->bar) {
		if (parse_uint(o->bar, PCI_BARS - 1, &index)) {
			log_error("--bar %s: BARs are numbered 0 to 5, see mmiobench --list", o->bar);
			return -EINVAL;
		}
		*bar = (int)index;
	}
	ask->devmem = o->map && !strcmp(o->map, "devmem");
	if (o->map && strcmp(o->map, "sysfs") && strcmp(o->map, "ram") && !ask->devmem) {
		log_error("--map %s: choose sysfs, devmem or ram", o->map);
		return -EINVAL;
	}
	if (o->seed ? parse_u64(o->seed, &ask->seed) : 0) {
		log_error("--seed %s is no number from 0 to 2^64 - 1", o->seed);
		return -EINVAL;
	}
	ask->base_seed = ask->seed;
	if (o->launches > 1)
		ask->seed = launch_seed(ask->base_seed, o->launch);
	return parse_lists(o, ask);
}
