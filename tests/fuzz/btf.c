// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/prot.c
/* The kernel's types: an enum in BTF. */
#include "config.h"
#include <errno.h>
#include <string.h>
#include "witness/prot.h"
#include "fuzz.h"

FUZZ_TARGET(btf)
{
	static struct witness w;
	static bool made;
	char why[96] = "";
	int ret;

	fuzz_begin();
	if (!made)
		fuzz_tree(NULL, 0);
	made = true;
	fuzz_require(fuzz_tree_put("sys/kernel/btf/vmlinux", data, size), "no file");
	ret = prot_load(&w);
	fuzz_require(!ret || fuzz_error()[0], "%d without a word", ret);
	fuzz_require(w.n_prots <= WITNESS_PROTS_MAX, "%u", w.n_prots);
	for (unsigned int i = 0; i < w.n_prots; i++)
		fuzz_require(memchr(w.prots[i].name, 0, sizeof(w.prots[i].name)), "a name without end");
	fuzz_require(ret || witness_prots_usable(&w, why, sizeof(why)), "%s", why);
	for (int bit = 0; bit < 64; bit++)
		fuzz_require(witness_prot_type(&w, 1ull << bit) < WITNESS_TYPES, "bit %d", bit);
	return 0;
}
