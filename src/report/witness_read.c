// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "report/json_file.h"
#include "report/reader.h"
#include "report/report.h"

#define RANGES_MOST (WITNESS_RANGES_MAX + 4096u) /* as many as a watch may keep, and some */

static const char *name_of_type(int t)
{
	return witness_type_name((enum witness_type)t);
}

static const char *name_of_end(int e)
{
	return witness_end_name((enum witness_end)e);
}

static const char *name_of_flag(int f)
{
	return witness_flag_name((enum witness_flag)f);
}

static void read_prots(struct reader *rd, const json_t *root, struct witness *w)
{
	size_t n;
	const json_t *list = reader_list(rd, root, "prots", WITNESS_PROTS_MAX, &n);
	char why[96];

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i);
		struct witness_prot *p = &w->prots[w->n_prots++];

		reader_at(rd, "prots[%zu]", i);
		reader_text(rd, o, "name", p->name, sizeof(p->name));
		p->value = reader_hex(rd, o, "value");
	}
	reader_at(rd, "%s", "");
	if (!rd->ret && !witness_prots_usable(w, why, sizeof(why)))
		reader_fail(rd, "prots", why);
}

static void read_bars(struct reader *rd, const json_t *root, struct witness *w)
{
	size_t n;
	const json_t *list = reader_list(rd, root, "bars", PCI_BARS, &n);

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i), *seen;
		struct bar bar = { 0 };

		reader_at(rd, "bars[%zu]", i);
		reader_bar(rd, o, &bar);
		if (!rd->ret && (!witness_watches(&bar) || w->device.bars[bar.index].kind ||
				 bar.phys_bytes + (bar.size_bytes - 1) < bar.phys_bytes))
			reader_fail(rd, "index, phys or size_bytes", "no BAR that can be watched");
		seen = reader_get(rd, o, "seen", JSON_OBJECT);
		if (rd->ret)
			return;
		w->device.bars[bar.index] = bar;
		w->changes[bar.index].seen = !json_is_null(json_object_get(seen, "changed_s"));
		if (w->changes[bar.index].seen)
			w->changes[bar.index].time_s = reader_real(rd, seen, "changed_s", false);
	}
	reader_at(rd, "%s", "");
}

/* A BAR that is in the file. */
static unsigned int read_bar_index(struct reader *rd, const json_t *o, const struct witness *w)
{
	unsigned int bar = (unsigned int)reader_u64(rd, o, "bar", PCI_BARS - 1);

	if (!rd->ret && !w->device.bars[bar].kind)
		reader_fail(rd, "bar", "not one of bars");
	return bar;
}

static void read_range(struct reader *rd, const json_t *o, const struct witness *w,
		       struct witness_range *r)
{
	uint64_t size;

	r->bar = read_bar_index(rd, o, w);
	r->offset_bytes = reader_u64(rd, o, "offset_bytes", INT64_MAX);
	r->size_bytes = reader_u64(rd, o, "size_bytes", INT64_MAX);
	r->ipa = reader_hex(rd, o, "ipa");
	r->prot = reader_hex(rd, o, "prot");
	r->type = (enum witness_type)reader_word(rd, o, "type", WITNESS_TYPES - 1, name_of_type);
	r->first_s = reader_real(rd, o, "first_s", false);
	r->last_s = reader_real(rd, o, "last_s", false);
	r->pid = (unsigned int)reader_int(rd, o, "pid", 1, INT32_MAX);
	reader_text(rd, o, "comm", r->comm, sizeof(r->comm));
	r->count = (uint64_t)reader_int(rd, o, "count", 1, INT64_MAX / RANGES_MOST);
	r->again = reader_u64(rd, o, "again", INT64_MAX / RANGES_MOST);
	if (rd->ret)
		return;
	size = w->device.bars[r->bar].size_bytes;
	if (!r->size_bytes || r->offset_bytes >= size || r->size_bytes > size - r->offset_bytes)
		reader_fail(rd, "offset_bytes or size_bytes", "not in the BAR");
	else if (r->type != witness_prot_type(w, r->prot))
		reader_fail(rd, "type", "does not fit prot");
	else if (r->last_s < r->first_s || r->again >= r->count)
		reader_fail(rd, "last_s or again", "out of range");
}

static void read_ranges(struct reader *rd, const json_t *root, struct witness *w)
{
	size_t n;
	const json_t *list = reader_list(rd, root, "mappings", RANGES_MOST, &n);

	w->ranges = n ? calloc(n, sizeof(*w->ranges)) : NULL;
	if (n && !w->ranges && !rd->ret)
		rd->ret = -ENOMEM;
	for (size_t i = 0; i < n && !rd->ret; i++) {
		reader_at(rd, "mappings[%zu]", i);
		read_range(rd, json_array_get(list, i), w, &w->ranges[i]);
		if (!rd->ret && i && !witness_range_follows(&w->ranges[i - 1], &w->ranges[i]))
			reader_fail(rd, "offset_bytes", "not in order");
		w->n_ranges++;
	}
	reader_at(rd, "%s", "");
}

static void read_flags(struct reader *rd, const json_t *o, const struct witness *w,
		       struct witness_vmm *v)
{
	size_t n;
	const json_t *list = reader_list(rd, o, "allow_any_uncached", PCI_BARS, &n);

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *flag = json_array_get(list, i);
		unsigned int bar = read_bar_index(rd, flag, w);

		if (!rd->ret)
			v->flags[bar] = (enum witness_flag)reader_word(
				rd, flag, "flag", WITNESS_FLAGS - 1, name_of_flag);
	}
}

static void read_vmms(struct reader *rd, const json_t *root, struct witness *w)
{
	size_t n;
	const json_t *list = reader_list(rd, root, "vmms", WITNESS_VMMS_MAX, &n);

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i);
		struct witness_vmm *v;
		char comm[16] = "";
		unsigned int pid;

		reader_at(rd, "vmms[%zu]", i);
		pid = (unsigned int)reader_int(rd, o, "pid", 1, INT32_MAX);
		reader_text(rd, o, "comm", comm, sizeof(comm));
		if (rd->ret)
			return;
		v = witness_vmm(w, pid, comm);
		if (!v)
			rd->ret = -ENOMEM;
		else
			read_flags(rd, o, w, v);
	}
	reader_at(rd, "%s", "");
}

/* A type can only have changed where there are several. */
static void check_changes(struct reader *rd, const struct witness *w)
{
	for (unsigned int i = 0; i < PCI_BARS && !rd->ret; i++) {
		struct witness_seen seen;

		rd->ret = witness_bar_seen(&seen, w, i);
		if (!rd->ret && w->changes[i].seen && !seen.mixed)
			reader_fail(rd, "bars", "a type that changed, though there is one");
	}
}

static void read_root(struct reader *rd, const json_t *root, struct witness *w)
{
	reader_start(rd, root, w->version, w->arch, w->started, &w->command);
	w->duration_s = reader_real(rd, root, "duration_s", false);
	w->replayed = reader_bool(rd, root, "replayed");
	reader_environment(rd, root, &w->env);
	reader_device(rd, root, &w->device);
	if (!json_is_null(json_object_get(root, "pid")))
		w->pid = (unsigned int)reader_int(rd, root, "pid", 1, INT32_MAX);
	w->end = (enum witness_end)reader_word(rd, root, "end", WITNESS_ENDS - 1, name_of_end);
	w->has_hits = !json_is_null(json_object_get(root, "hits"));
	if (w->has_hits)
		w->hits = reader_u64(rd, root, "hits", INT64_MAX);
	w->lost = reader_u64(rd, root, "lost", INT64_MAX);
	w->unplaced = reader_u64(rd, root, "unplaced", INT64_MAX);
	read_prots(rd, root, w);
	read_bars(rd, root, w);
	read_ranges(rd, root, w);
	read_vmms(rd, root, w);
	check_changes(rd, w);
}

int witness_read(struct witness *w, const char *path)
{
	struct reader rd = { .path = path, .schema = WITNESS_SCHEMA, .program = "mmiowitness" };
	struct witness new = { 0 };
	json_t *root = json_file_read(path);

	if (!root)
		return -EINVAL;
	read_root(&rd, root, &new);
	json_decref(root);
	if (rd.ret == -ENOMEM)
		log_error("out of memory for %s", path);
	if (rd.ret) {
		witness_free(&new);
		return rd.ret;
	}
	*w = new;
	return 0;
}
