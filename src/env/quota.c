// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "base/text.h"
#include "env/collect.h"

#define CGROUPS "/sys/fs/cgroup"

struct quota {
	double cpus;            /* 0: no limit */
	char source[PATH_MAX];
};

/* Both versions of cgroups say how long a group may run in which period. */
static void quota_take(struct quota *q, const char *allowed, const char *period, const char *source)
{
	double cpus = strtod(allowed, NULL) / strtod(period, NULL);

	if (!(cpus > 0) || cpus > 1e6 || (q->cpus && cpus >= q->cpus))
		return; /* "max" and -1: none */
	q->cpus = cpus;
	snprintf(q->source, sizeof(q->source), "%s", source);
}

static void quota_read_v2(struct quota *q, const char *top, const char *group)
{
	char text[64], source[PATH_MAX], *blank;

	if ((size_t)snprintf(source, sizeof(source), "%s%s/cpu.max", top, group) >= sizeof(source) ||
	    path_read(text, sizeof(text), "%s", source) <= 0)
		return;
	blank = strchr(text, ' ');
	if (blank)
		quota_take(q, text, blank + 1, source);
}

static void quota_read_v1(struct quota *q, const char *top, const char *group)
{
	char allowed[32], period[32], source[PATH_MAX];

	if ((size_t)snprintf(source, sizeof(source), "%s%s/cpu.cfs_quota_us", top, group) >=
	    sizeof(source) || path_read(allowed, sizeof(allowed), "%s", source) <= 0 ||
	    path_read(period, sizeof(period), "%s%s/cpu.cfs_period_us", top, group) <= 0)
		return;
	quota_take(q, allowed, period, source);
}

/* The group and those above it: each may limit. */
static void quota_walk(struct quota *q, char *group,
		       void (*read_one)(struct quota *q, const char *top, const char *group),
		       const char *top)
{
	char *slash;

	while ((slash = strrchr(group, '/'))) {
		read_one(q, top, group);
		*slash = 0;
	}
	read_one(q, top, "");
}

/* "0::/user.slice" is of version 2, "4:cpu,cpuacct:/" of version 1: see cgroups(7). */
static void quota_read_line(struct quota *q, char *line)
{
	char *list = strchr(line, ':'), *group = list ? strchr(list + 1, ':') : NULL;

	if (!group || strstr(group, "/.."))
		return;
	list++;
	*group++ = 0;
	if (!*list) {
		quota_walk(q, strdupa(group), quota_read_v2, CGROUPS);
		quota_walk(q, strdupa(group), quota_read_v2, CGROUPS "/unified");
	} else if (list_has(list, "cpu")) {
		quota_walk(q, strdupa(group), quota_read_v1, CGROUPS "/cpu");
	}
}

int quota_collect(struct env *env)
{
	char text[8192], *save = NULL;
	struct quota q = { 0 };

	if (path_read(text, sizeof(text), "/proc/self/cgroup") <= 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		quota_read_line(&q, line);
	if (!q.cpus)
		return 0;
	text_clean(q.source);
	return fact_add(&env->facts, "cpu_quota", q.source, "%.3g CPUs' time", q.cpus);
}
