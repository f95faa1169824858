// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/prot.c
/* The kernel's types: an enum in BTF. */
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "report/json_file.h"
#include "report/report.h"
#include "witness/prot.h"
#include "fuzz.h"

/* A name is one of the file's, with its end. */
static void check_names(const struct witness *w, const uint8_t *data, size_t size)
{
	fuzz_require(w->n_prots <= WITNESS_PROTS_MAX, "%u", w->n_prots);
	for (unsigned int i = 0; i < w->n_prots; i++) {
		const char *name = w->prots[i].name;

		fuzz_require(memchr(name, 0, sizeof(w->prots[i].name)), "a name without end");
		fuzz_require(memmem(data, size, name, strlen(name) + 1), "'%s' is not in it", name);
	}
}

/* What was understood can be told, and is read again. */
static void check_told(struct witness *w)
{
	struct witness again;
	json_t *root;
	char *text;

	snprintf(w->arch, sizeof(w->arch), "aarch64");
	snprintf(w->started, sizeof(w->started), "2026-01-01T00:00:00Z");
	snprintf(w->device.bdf, sizeof(w->device.bdf), "0000:01:00.0");
	w->device.numa_node = -1;
	root = json_witness(w);
	text = json_dumps(root, JSON_REAL_PRECISION(17));
	fuzz_require(text && !witness_read(&again, fuzz_file(text, strlen(text))), "%s: %s",
		     fuzz_error(), text);
	fuzz_require(again.n_prots == w->n_prots &&
		     !memcmp(again.prots, w->prots, w->n_prots * sizeof(*w->prots)), "%s", text);
	witness_free(&again);
	free(text);
	json_decref(root);
}

FUZZ_TARGET(btf)
{
	static struct witness w, again;
	static bool made;
	char why[96] = "";
	int ret;

	fuzz_begin();
	if (!made)
		fuzz_tree(NULL, 0);
	made = true;
	fuzz_require(fuzz_tree_put("sys/kernel/btf/vmlinux", data, size), "no file");
	memset(&w, 0, sizeof(w));
	memset(&again, 0, sizeof(again));
	ret = prot_load(&w);
	fuzz_require(!ret || fuzz_error()[0], "%d without a word", ret);
	check_names(&w, data, size);
	fuzz_require(prot_load(&again) == ret && again.n_prots == w.n_prots &&
		     !memcmp(again.prots, w.prots, sizeof(w.prots)), "otherwise the second time");
	fuzz_require(ret || witness_prots_usable(&w, why, sizeof(why)), "%s", why);
	for (int bit = 0; bit < 64; bit++)
		fuzz_require(witness_prot_type(&w, 1ull << bit) < WITNESS_TYPES, "bit %d", bit);
	if (!ret)
		check_told(&w);
	return 0;
}
