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

/* Of Documentation/bpf/btf.rst as much as finds an enum in what libbpf has taken already. */
struct blob {
	const uint8_t *types, *strings;
	uint32_t types_n, strings_n;
};

static uint32_t word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool blob_open(struct blob *b, const uint8_t *data, size_t size)
{
	const uint8_t *body, *end = data + size;

	if (size < 24 || data[0] != 0x9f || data[1] != 0xeb)
		return false; /* of the other byte order */
	body = data + word(data + 4);
	*b = (struct blob){ body + word(data + 8), body + word(data + 16), word(data + 12),
			    word(data + 20) };
	return b->strings + b->strings_n <= end && b->types + b->types_n <= end;
}

static const char *string_at(const struct blob *b, uint32_t at)
{
	const char *s = (const char *)b->strings + at;

	return at < b->strings_n && memchr(s, 0, b->strings_n - at) ? s : "";
}

/* The bytes behind a type's head, of how many members. */
static uint32_t tail_bytes(uint32_t kind, uint32_t members)
{
	static const uint8_t fixed[20] = { [1] = 4, [3] = 12, [14] = 4, [17] = 4 };
	static const uint8_t each[20] = { [4] = 12, [5] = 12, [6] = 8, [13] = 8, [15] = 12,
					  [19] = 12 };

	return kind < 20 ? fixed[kind] + each[kind] * members : 0;
}

/* The first enum of that kind and name, NULL: none. */
static const uint8_t *find_enum(const struct blob *b, uint32_t wanted)
{
	for (uint64_t at = 0, n; at + 12 <= b->types_n; at += n) {
		const uint8_t *t = b->types + at;
		uint32_t kind = word(t + 4) >> 24 & 0x1f;

		n = 12 + tail_bytes(kind, word(t + 4) & 0xffff);
		if (kind == wanted && at + n <= b->types_n && !strcmp(string_at(b, word(t)), "kvm_pgtable_prot"))
			return t;
	}
	return NULL;
}

/* Each enumerator is there, in order, with all bits of its value. */
static void check_prots(const struct witness *w, const uint8_t *data, size_t size)
{
	const uint8_t *t, *member;
	struct blob b;
	uint32_t n, known = 0;
	bool wide;

	if (!blob_open(&b, data, size))
		return;
	t = find_enum(&b, 19);
	wide = t != NULL;
	t = t ? t : find_enum(&b, 6);
	n = t ? word(t + 4) & 0xffff : 0;
	for (uint32_t i = 0; i < n && known < w->n_prots; i++) {
		const char *name;
		uint64_t value;

		member = t + 12 + i * (wide ? 12 : 8);
		name = string_at(&b, word(member));
		value = word(member + 4) | (wide ? (uint64_t)word(member + 8) << 32 : 0);
		if (!strcmp(w->prots[known].name, name) && w->prots[known].value == value)
			known++;
	}
	fuzz_require(known == w->n_prots, "%u of %u are in it", known, w->n_prots);
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
	ret = prot_load(&w);
	fuzz_require(!ret || fuzz_error()[0], "%d without a word", ret);
	fuzz_require(w.n_prots <= WITNESS_PROTS_MAX, "%u", w.n_prots);
	if (w.n_prots)
		check_prots(&w, data, size);
	again = w;
	fuzz_require(prot_load(&again) == ret && again.n_prots == w.n_prots &&
		     !memcmp(again.prots, w.prots, sizeof(w.prots)), "otherwise the second time");
	fuzz_require(ret || witness_prots_usable(&w, why, sizeof(why)), "%s", why);
	for (int bit = 0; bit < 64; bit++)
		fuzz_require(witness_prot_type(&w, 1ull << bit) < WITNESS_TYPES, "bit %d", bit);
	if (!ret)
		check_told(&w);
	return 0;
}
