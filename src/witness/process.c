// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/path.h"
#include "witness/live.h"

/* By the name of the file in /proc/PID/maps; the first that fits. */
static const struct {
	const char *name;
	enum witness_through through;
	bool one_piece;          /* all of it is mapped to consecutive addresses */
} files[] = {
	{ "/sys/devices/*/resource[0-5]_wc", WITNESS_THROUGH_RESOURCE_WC, true },
	{ "/sys/devices/*/resource[0-5]", WITNESS_THROUGH_RESOURCE, true },
	{ "*[[]vfio-device[]]*", WITNESS_THROUGH_VFIO, true },
	{ "/dev/vfio/*", WITNESS_THROUGH_VFIO, true },
	{ "/dmabuf:vfio*", WITNESS_THROUGH_VFIO, true },
	{ "/dev/mem", WITNESS_THROUGH_DEV_MEM, true },
	{ "/proc/bus/pci/*", WITNESS_THROUGH_FILE, true },
	{ "/dev/uio[0-9]*", WITNESS_THROUGH_UIO, false },
	{ "?*", WITNESS_THROUGH_FILE, false },
	{ "", WITNESS_THROUGH_UNKNOWN, false },
};

static size_t find_file(const char *path)
{
	size_t i = 0;

	while (files[i].name[0] && fnmatch(files[i].name, path, 0))
		i++;
	return i;
}

/* Told once: of all others the same is likely true. */
static void lack_paths(const struct live *l, unsigned int pid, int error)
{
	for (unsigned int i = 0; i < l->w->n_lacks; i++)
		if (l->w->lacks[i].what == WITNESS_PROCESS)
			return;
	witness_lack(l->w, WITNESS_PROCESS, "through which file process %u has mapped what it has: cannot read "
		     "/proc/%u/maps (%s)", pid, pid, strerror(error));
}

/* The line of /proc/PID/maps that begins with the mapping's first address; path is "" where there is none. */
static void find_path(const struct live *l, const struct kernel_mapping *m, char *path, size_t n)
{
	FILE *f = path_fopen("/proc/%u/maps", m->pid);
	char line[4096 + 128];

	*path = 0;
	/* a process may have ended meanwhile */
	if (!f && errno != ENOENT)
		lack_paths(l, m->pid, errno);
	while (f && fgets(line, sizeof(line), f)) {
		uint64_t start;
		int at = 0;

		if (sscanf(line, "%" SCNx64 "-%*x %*s %*x %*s %*u %n", &start, &at) != 1 || start != m->start)
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(path, n, "%s", at ? line + at : "");
		break;
	}
	if (f)
		fclose(f);
}

static struct page_table table_of(const struct live *l, const struct kernel_mapping *m)
{
	struct page_table t = l->process;

	t.root = m->pgd - kernel_linear(l->k);
	return t;
}

static int first_phys(void *data, const struct page_leaf *leaf)
{
	uint64_t *phys = data;

	if (leaf->state != PAGE_MAPPED)
		return 0;
	*phys = leaf->phys - leaf->address;
	return 1;
}

/* As live_mapping_phys, of a mapping of that row of files. */
static int piece_phys(const struct live *l, const struct kernel_mapping *m, size_t file, uint64_t *phys)
{
	struct page_table t = table_of(l, m);
	int ret;

	if (!files[file].one_piece)
		return 0;
	ret = page_table_walk(&t, m->start, m->end - 1, first_phys, phys);
	if (ret != 1)
		return ret == -ENOMEM ? ret : 0;
	*phys += m->start;
	return 1;
}

int live_mapping_phys(const struct live *l, const struct kernel_mapping *m, uint64_t *phys)
{
	char path[4096];

	find_path(l, m, path, sizeof(path));
	return piece_phys(l, m, find_file(path), phys);
}

/* What its pages get that are not in the table yet. */
static struct memory_attr mapping_type(const struct live *l, const struct kernel_mapping *m)
{
	if (l->process.format == PAGE_ARM_STAGE1)
		return (struct memory_attr){ memory_type_arm_stage1(l->process.mair, m->prot >> 2 & 7), false };
	return (struct memory_attr){ memory_type_x86(m->prot, false, l->process.pat), false };
}

struct process_look {
	struct live *l;
	const struct kernel_mapping *m;
	struct witness_range like;
	uint64_t next, phys;
	bool has_phys;
};

static int add_hole(struct process_look *p, uint64_t to)
{
	struct witness_range r = p->like;

	if (to <= p->next || !p->has_phys)
		return 0;
	r.address = p->next;
	r.state = WITNESS_UNTOUCHED;
	r.type = mapping_type(p->l, p->m).type;
	return live_add(p->l, &r, p->phys + (p->next - p->m->start), to - p->next);
}

static int visit(void *data, const struct page_leaf *leaf)
{
	struct process_look *p = data;
	struct witness_range r = p->like;
	int ret = add_hole(p, leaf->address);

	p->next = leaf->address + leaf->bytes;
	if (ret || leaf->state != PAGE_MAPPED)
		return ret;
	r.address = leaf->address;
	r.state = WITNESS_MAPPED;
	r.type = leaf->memory.type;
	r.leaf_least_bytes = r.leaf_most_bytes = leaf->entry_bytes;
	return live_add(p->l, &r, leaf->phys, leaf->bytes);
}

static int look_at_mapping(struct live *l, const struct kernel_mapping *m)
{
	struct process_look p = {
		.l = l, .m = m, .next = m->start,
		.like = { .who = WITNESS_PROCESS, .pid = m->pid,
			  .any_uncached = m->flags & KERNEL_VM_ALLOW_ANY_UNCACHED ? WITNESS_FLAG_SET :
										   WITNESS_FLAG_CLEAR },
	};
	struct page_table t = table_of(l, m);
	char path[4096];
	size_t file;
	int ret;

	memcpy(p.like.comm, m->comm, sizeof(p.like.comm));
	find_path(l, m, path, sizeof(path));
	file = find_file(path);
	p.like.through = files[file].through;
	snprintf(p.like.path, sizeof(p.like.path), "%.*s", (int)sizeof(p.like.path) - 1, path);
	ret = piece_phys(l, m, file, &p.phys);
	if (ret < 0)
		return ret;
	p.has_phys = ret;
	ret = page_table_walk(&t, m->start, m->end - 1, visit, &p);
	/* one that has gone meanwhile has no table */
	return ret == -EINVAL ? 0 : ret ? ret : add_hole(&p, m->end);
}

int live_look_at_processes(struct live *l)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < l->n_mappings; i++)
		if (!l->ask->pid || l->mappings[i].pid == l->ask->pid)
			ret = look_at_mapping(l, &l->mappings[i]);
	return ret;
}
