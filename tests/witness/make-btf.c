// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make-btf FILE NAME=VALUE...: a BTF file with an enum kvm_pgtable_prot of 64 bits, the names
 * without KVM_PGTABLE_PROT_.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

int main(int argc, char **argv)
{
	struct btf *btf = btf__new_empty();
	const void *raw;
	FILE *f;
	__u32 n;

	if (argc < 2 || !btf || btf__add_enum64(btf, "kvm_pgtable_prot", 8, false) < 0)
		return 1;
	for (int i = 2; i < argc; i++) {
		char name[64], *value = strchr(argv[i], '=');

		if (!value)
			return 1;
		snprintf(name, sizeof(name), "KVM_PGTABLE_PROT_%.*s", (int)(value - argv[i]), argv[i]);
		if (btf__add_enum64_value(btf, name, strtoull(value + 1, NULL, 0)))
			return 1;
	}
	raw = btf__raw_data(btf, &n);
	f = fopen(argv[1], "w");
	if (!raw || !f || fwrite(raw, 1, n, f) != n || fclose(f))
		return 1;
	btf__free(btf);
	return 0;
}
