// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/log.h"
#include "base/privilege.h"
#include "witness/kernel.h"
#include "witness/memory_map.h"

struct part {
	struct bpf_object *own;  /* where it was loaded alone */
	struct bpf_link *link;
	char lacks[160];         /* empty: it works */
};

struct kernel {
	struct bpf_object *object;
	int copy_fd;
	const unsigned char *copied;
	struct memory_map map;
	uint64_t linear;
	struct part parts[KERNEL_PARTS];
};

static const struct {
	const char *program;
	size_t size;
	const char *since;
} parts[KERNEL_PARTS] = {
	[KERNEL_SELF] = { "self", sizeof(struct kernel_process), "5.8" },
	[KERNEL_VMS] = { "vms", sizeof(struct kernel_vm), "5.8" },
	[KERNEL_SLOTS] = { "slots", sizeof(struct kernel_slot), "5.8" },
	[KERNEL_MAPPINGS] = { "mappings", sizeof(struct kernel_mapping), "5.12" },
};

extern const unsigned char kernel_bpf_begin[], kernel_bpf_end[]; /* kernel_bpf.S */

/* libbpf tells its user of every step; what went wrong is said in our words. */
static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

/* The programs, or the one that is named; NULL with errno. The kernel takes all that are in one object, or none. */
static struct bpf_object *load(const char *program)
{
	struct bpf_object *o = bpf_object__open_mem(kernel_bpf_begin,
						    (uintptr_t)kernel_bpf_end - (uintptr_t)kernel_bpf_begin, NULL);
	struct bpf_program *p = NULL;
	int ret;

	if (!o)
		return NULL;
	while ((p = bpf_object__next_program(o, p)))
		bpf_program__set_autoload(p, !program || !strcmp(bpf_program__name(p), program));
	ret = bpf_object__load(o);
	if (!ret)
		return o;
	bpf_object__close(o);
	errno = -ret;
	return NULL;
}

static void part_open(struct kernel *k, enum kernel_part which, bool all)
{
	struct part *part = &k->parts[which];
	struct bpf_object *o = all ? k->object : (part->own = load(parts[which].program));

	if (o)
		part->link = bpf_program__attach_iter(bpf_object__find_program_by_name(o, parts[which].program), NULL);
	if (!part->link)
		snprintf(part->lacks, sizeof(part->lacks),
			 "the kernel does not take the BPF iterator (%s); it has it from Linux %s on", strerror(errno), parts[which].since);
}

static int programs_open(struct kernel *k)
{
	struct bpf_map *map;
	void *copied;
	bool all;

	k->object = load(NULL);
	all = k->object;
	if (!all)
		k->object = load("copy");
	if (!k->object)
		return -errno;
	for (int i = 0; i < KERNEL_PARTS; i++)
		part_open(k, (enum kernel_part)i, all);
	k->copy_fd = bpf_program__fd(bpf_object__find_program_by_name(k->object, "copy"));
	map = bpf_object__find_map_by_name(k->object, ".bss");
	if (!map)
		return -ENOENT;
	copied = mmap(NULL, KERNEL_COPY_MOST, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	if (copied == MAP_FAILED)
		return -errno;
	k->copied = copied;
	return 0;
}

/* Linux up to 5.10 counts what BPF takes as locked memory. */
static void lift_memlock(void)
{
	const struct rlimit most = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &most);
}

static void say_why(char *why, size_t n, int error)
{
	char level[32];

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		snprintf(why, n, "this kernel does not describe its structures (no /sys/kernel/btf/vmlinux: it needs "
			 "CONFIG_DEBUG_INFO_BTF)");
	else if (!lockdown_read(level, sizeof(level)) && !strcmp(level, "confidentiality"))
		snprintf(why, n, "kernel lockdown \"confidentiality\" forbids to read kernel memory: boot with "
			 "lockdown=integrity");
	else if (error == EPERM || error == EACCES)
		snprintf(why, n, "the kernel refuses BPF (%s): run it as root on the machine itself, not in a container "
			 "without CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN", strerror(error));
	else
		snprintf(why, n, "the kernel does not take the BPF program that copies memory (%s); it does from "
			 "Linux 5.10 on, with CONFIG_BPF_SYSCALL", strerror(error));
}

int kernel_open(struct kernel **out, char *why, size_t n)
{
	struct kernel *k = calloc(1, sizeof(*k));
	int ret;

	if (!k)
		return -ENOMEM;
	libbpf_set_print(quiet);
	lift_memlock();
	ret = programs_open(k);
	if (ret)
		say_why(why, n, -ret);
	else
		ret = memory_map_load(&k->map, why, n);
	if (ret) {
		kernel_close(k);
		return ret == -ENOMEM ? ret : -EOPNOTSUPP;
	}
	*out = k;
	return 0;
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	for (int i = 0; i < KERNEL_PARTS; i++) {
		bpf_link__destroy(k->parts[i].link);
		bpf_object__close(k->parts[i].own);
	}
	if (k->copied)
		munmap((void *)k->copied, KERNEL_COPY_MOST);
	bpf_object__close(k->object);
	memory_map_free(&k->map);
	free(k);
}

const char *kernel_lacks(const struct kernel *k, enum kernel_part part)
{
	return k->parts[part].lacks[0] ? k->parts[part].lacks : NULL;
}

int kernel_read(void *kernel, uint64_t phys, void *buf, size_t size)
{
	struct kernel *k = kernel;
	uint64_t args[12] = { phys + k->linear, size };
	struct bpf_test_run_opts run = { .sz = sizeof(run), .ctx_in = args, .ctx_size_in = sizeof(args) };

	if (size > KERNEL_COPY_MOST || !memory_map_is_ram(&k->map, phys, size))
		return -EFAULT;
	if (bpf_prog_test_run_opts(k->copy_fd, &run) || run.retval)
		return -EFAULT;
	memcpy(buf, k->copied, size);
	return 0;
}

uint64_t kernel_linear(const struct kernel *k)
{
	return k->linear;
}

void kernel_linear_range(const struct kernel *k, uint64_t *first, uint64_t *last)
{
	*first = k->linear + k->map.ram[0].first;
	*last = k->linear + k->map.ram[k->map.n_ram - 1].last;
}

int kernel_try_linear(struct kernel *k, size_t i)
{
	if (i >= k->map.n_segments)
		return -ENOENT;
	k->linear = k->map.segments[i].offset;
	return 0;
}

static int append(void **all, size_t *used, const void *bytes, size_t n)
{
	void *more = realloc(*all, *used + n);

	if (!more)
		return -ENOMEM;
	memcpy((char *)more + *used, bytes, n);
	*all = more;
	*used += n;
	return 0;
}

int kernel_ask(struct kernel *k, enum kernel_part part, void **answers, size_t *n)
{
	char buf[16384];
	size_t used = 0;
	ssize_t got;
	int ret = 0, fd = bpf_iter_create(bpf_link__fd(k->parts[part].link));

	*answers = NULL;
	if (fd < 0)
		ret = fd;
	/* EAGAIN: it looked at a million of them and found nothing to tell */
	while (!ret && ((got = read(fd, buf, sizeof(buf))) > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))))
		if (got > 0)
			ret = append(answers, &used, buf, (size_t)got);
	if (!ret && got < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	*n = used / parts[part].size;
	if (ret) {
		log_error("cannot ask the kernel for its %s: %s", parts[part].program, strerror(-ret));
		free(*answers);
		*answers = NULL;
	}
	return ret;
}

int kernel_symbol(const struct kernel *k, const char *name, uint64_t *phys)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], is[128];
	uint64_t address = 0, at;

	while (f && !address && fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 " %*c %127s", &at, is) == 2 && !strcmp(is, name))
			address = at;
	if (f)
		fclose(f);
	return address ? memory_map_phys(&k->map, address, phys) : -ENOENT;
}
