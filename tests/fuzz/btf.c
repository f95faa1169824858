// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/prot.c
/* The kernel's types: an enum in BTF. */
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "witness/prot.h"
#include "fuzz.h"

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	return 0;
}

FUZZ_TARGET(btf)
{
	static struct witness w;
	struct btf *btf;
	char why[96] = "";
	int ret;

	fuzz_begin();
	libbpf_set_print(quiet);
	btf = btf__new(data, (__u32)size);
	if (!btf)
		return 0;
	ret = prot_from_btf(&w, btf);
	fuzz_require(!ret || ret == -ENOENT, "%d", ret);
	fuzz_require(w.n_prots <= WITNESS_PROTS_MAX && (!ret || !w.n_prots), "%u", w.n_prots);
	for (unsigned int i = 0; i < w.n_prots; i++)
		fuzz_require(memchr(w.prots[i].name, 0, sizeof(w.prots[i].name)), "a name without end");
	if (!witness_prots_usable(&w, why, sizeof(why)))
		fuzz_require(fuzz_is_clean(why, strlen(why)), "%s", why);
	for (int bit = 0; bit < 64; bit++)
		fuzz_require(witness_prot_type(&w, 1ull << bit) < WITNESS_TYPES, "bit %d", bit);
	btf__free(btf);
	return 0;
}
