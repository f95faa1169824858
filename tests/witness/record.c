// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes of mmiowitness a program that also records what it reads of the kernel, into the file that
 * MMIOWITNESS_RECORDING names. The linker leads its calls of the kernel here (--wrap).
 */
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#include "arch/arch.h"
#include "recording.h"

/* Entries of a table that lead to ordinary memory are all alike: as many are kept of each table. */
#define KEPT_IN_TABLE 2

static struct recording r;
static bool has_page;

int __real_kernel_open(struct kernel **k, char *why, size_t n);
int __wrap_kernel_open(struct kernel **k, char *why, size_t n);
void __real_kernel_close(struct kernel *k);
void __wrap_kernel_close(struct kernel *k);
int __real_kernel_read(void *k, uint64_t phys, void *buf, size_t n);
int __wrap_kernel_read(void *k, uint64_t phys, void *buf, size_t n);
int __real_kernel_ask(struct kernel *k, enum kernel_part part, void **answers, size_t *n);
int __wrap_kernel_ask(struct kernel *k, enum kernel_part part, void **answers, size_t *n);
int __real_kernel_try_linear(struct kernel *k, size_t i);
int __wrap_kernel_try_linear(struct kernel *k, size_t i);
int __real_kernel_symbol(const struct kernel *k, const char *name, uint64_t *phys);
int __wrap_kernel_symbol(const struct kernel *k, const char *name, uint64_t *phys);
ssize_t __real_getrandom(void *buf, size_t n, unsigned int flags);
ssize_t __wrap_getrandom(void *buf, size_t n, unsigned int flags);
void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset);

static void need(bool holds)
{
	if (holds)
		return;
	perror("mmiowitness-record");
	_exit(99);
}

static void forget_memory(void)
{
	for (size_t i = 0; i < r.n_memory; i++)
		free(r.memory[i].words);
	r.n_memory = 0;
}

int __wrap_kernel_open(struct kernel **k, char *why, size_t n)
{
	int ret = __real_kernel_open(k, why, n);

	if (!ret)
		ret = memory_map_load(&r.map, why, n);
	snprintf(r.arch, sizeof(r.arch), "%s", arch_name);
	r.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	return ret;
}

int __wrap_kernel_read(void *k, uint64_t phys, void *buf, size_t n)
{
	int ret = __real_kernel_read(k, phys, buf, n);

	if (!ret)
		need(!recording_add_memory(&r, phys, buf, n));
	return ret;
}

int __wrap_kernel_ask(struct kernel *k, enum kernel_part part, void **answers, size_t *n)
{
	int ret = __real_kernel_ask(k, part, answers, n);
	size_t bytes = ret ? 0 : *n * recording_answer_bytes(part);

	free(r.answers[part]);
	r.answers[part] = malloc(bytes + 1);
	need(r.answers[part]);
	if (bytes)
		memcpy(r.answers[part], *answers, bytes);
	r.n[part] = ret ? 0 : *n;
	return ret;
}

/* What was read by a wrong offset is none of the tables. */
int __wrap_kernel_try_linear(struct kernel *k, size_t i)
{
	forget_memory();
	return __real_kernel_try_linear(k, i);
}

int __wrap_kernel_symbol(const struct kernel *k, const char *name, uint64_t *phys)
{
	int ret = __real_kernel_symbol(k, name, phys);
	struct recording_symbol *s = &r.symbols[0];

	/* the only one that is asked for; each look does */
	r.n_symbols = 1;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->phys = ret ? 0 : *phys;
	return ret;
}

void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	if (at || n != r.page_bytes || !(flags & MAP_ANONYMOUS) || has_page)
		return __real_mmap(at, n, prot, flags, fd, offset);
	has_page = true;
	return __real_mmap((void *)(uintptr_t)RECORDING_OWN_PAGE, n, prot, flags | MAP_FIXED_NOREPLACE, fd, offset);
}

ssize_t __wrap_getrandom(void *buf, size_t n, unsigned int flags)
{
	ssize_t ret = __real_getrandom(buf, n, flags);

	if (has_page && !r.number && ret == sizeof(r.number))
		memcpy(&r.number, buf, sizeof(r.number));
	return ret;
}

/* The entry leads to memory that nobody followed. */
static bool is_plain_memory(uint64_t entry)
{
	bool arm = !strcmp(r.arch, "aarch64");
	uint64_t phys = entry & (arm ? 0xfffffffff000 : 0xffffffffff000) & ~(r.page_bytes - 1);

	for (size_t i = 0; i < r.n_memory; i++)
		if (r.memory[i].phys / r.page_bytes == phys / r.page_bytes)
			return false;
	return entry & 1 && memory_map_is_ram(&r.map, phys, r.page_bytes);
}

/* Where it is in order a line says all of it. */
static void cut(void)
{
	for (size_t i = 0; i < r.n_memory; i++) {
		struct recording_memory *m = &r.memory[i];
		size_t kept = 0;

		for (size_t j = 0, n; m->n > 1 && j < m->n; j += n) {
			uint64_t step;

			n = recording_run(m, j, &step);
			if (n == 1 && is_plain_memory(m->words[j]) && kept++ >= KEPT_IN_TABLE)
				m->words[j] = 0;
		}
	}
}

void __wrap_kernel_close(struct kernel *k)
{
	const char *name = getenv("MMIOWITNESS_RECORDING");
	FILE *f = fopen(name ? name : "/dev/null", "we");

	need(f);
	for (int part = 0; part < KERNEL_PARTS; part++) {
		const char *lacks = kernel_lacks(k, (enum kernel_part)part);

		snprintf(r.lacks[part], sizeof(r.lacks[part]), "%s", lacks ? lacks : "");
	}
	cut();
	recording_write(&r, f);
	need(!fclose(f));
	recording_free(&r);
	__real_kernel_close(k);
}
