// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "base/log.h"
#include "base/path.h"
#include "witness/prot.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"

static const char enum_name[] = "kvm_pgtable_prot";

/* What is none has not come from C, and no reader of what we write would take it. */
static bool is_identifier(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "_0123456789";

	return *name && !name[strspn(name, letters)];
}

/* Bits without a name are known to nobody: a mapping that has them is of no known type. */
static void add(struct witness *w, const char *name, uint64_t value)
{
	struct witness_prot *p = &w->prots[w->n_prots];

	if (!name || !is_identifier(name) || w->n_prots == WITNESS_PROTS_MAX ||
	    strlen(name) >= sizeof(p->name))
		return;
	strcpy(p->name, name);
	p->value = value;
	w->n_prots++;
}

int prot_from_btf(struct witness *w, const struct btf *btf)
{
	__s32 id = btf__find_by_name_kind(btf, enum_name, BTF_KIND_ENUM64);
	const struct btf_type *t;

	w->n_prots = 0;
	if (id < 0)
		id = btf__find_by_name_kind(btf, enum_name, BTF_KIND_ENUM);
	t = id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	if (!t)
		return -ENOENT;
	for (unsigned int i = 0; i < btf_vlen(t); i++) {
		if (btf_is_enum64(t)) {
			const struct btf_enum64 *e = &btf_enum64(t)[i];

			add(w, btf__name_by_offset(btf, e->name_off), btf_enum64_value(e));
		} else {
			const struct btf_enum *e = &btf_enum(t)[i];

			add(w, btf__name_by_offset(btf, e->name_off), (__u32)e->val);
		}
	}
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

int prot_load(struct witness *w)
{
	char path[PATH_MAX], why[96];
	int ret = path_make(path, sizeof(path), BTF_FILE);
	struct btf *btf;

	if (ret)
		return ret;
	libbpf_set_print(quiet);
	btf = btf__parse(path, NULL);
	if (!btf) {
		ret = errno ? -errno : -EINVAL;
		log_error("cannot read the kernel's types in %s (%s): %s", path, strerror(-ret),
			  ret == -ENOENT ? "it was built without CONFIG_DEBUG_INFO_BTF" :
					   "is it a kernel's BTF?");
		return ret;
	}
	ret = prot_from_btf(w, btf);
	btf__free(btf);
	if (ret) {
		log_error("this kernel's types have no enum %s: it is older than Linux 5.10, or "
			  "was built without KVM", enum_name);
		return ret;
	}
	if (witness_prots_usable(w, why, sizeof(why)))
		return 0;
	log_error("this kernel's enum %s is not what is known of Linux 5.10 to 7.3: %s", enum_name,
		  why);
	return -EPROTO;
}
