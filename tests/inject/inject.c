// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "inject.h"

/*
 * LD_PRELOAD: counts the calls of what may fail, by call site, for a program, its children and what
 * they execute; and has one of them fail. INJECT_STATE names the file of counts, see shared.h;
 * INJECT_FAIL is FUNCTION:SITE:NTH:ERRNO, SITE in hexadecimal, and an ERRNO of "short" for a write or
 * read of half, of "kill" and "killed" for SIGKILL before and after the call; a "+" behind it has all
 * from then on fail. INJECT_DEVMEM is the file to open as /dev/mem.
 * What glibc's streams read and write inside glibc goes through cookies of ours. stderr is left alone:
 * what went wrong is told there.
 */

#define MODULES_MAX 64

struct module {
	uintptr_t start, end;
	uint64_t name_hash;
	char name[26];
	bool program;
};

static const char *const names[] = { INJECT_FUNCTIONS };

#define NAMES (sizeof(names) / sizeof(names[0]))

static struct inject_state *state;
static struct module modules[MODULES_MAX];
static size_t n_modules;
static struct {
	int function;
	uint64_t site;
	uint64_t nth;
	int err;
	bool on;
} fault = { .function = -1 };
__thread bool inject_inside;
static __thread bool dying;
static const char *devmem;

static uint64_t hash(uint64_t h, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		h = (h ^ ((v >> 8 * i) & 0xff)) * 0x100000001b3u;
	return h;
}

static int add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct module *m = &modules[n_modules];
	const char *name = strrchr(info->dlpi_name, '/');

	(void)size;
	(void)arg;
	if (n_modules == MODULES_MAX)
		return 1;
	*m = (struct module){ .start = UINTPTR_MAX, .program = !info->dlpi_name[0], .name_hash = 1 };
	for (const char *p = name ? name : info->dlpi_name; *p; p++)
		m->name_hash = hash(m->name_hash, (unsigned char)*p);
	snprintf(m->name, sizeof(m->name), "%s", name ? name + 1 : info->dlpi_name);
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type != PT_LOAD)
			continue;
		m->start = at < m->start ? at : m->start;
		m->end = at + ph->p_memsz > m->end ? at + ph->p_memsz : m->end;
	}
	n_modules++;
	return 0;
}

static const struct module *module_of(const void *addr)
{
	uintptr_t at = (uintptr_t)addr;

	for (size_t i = 0; i < n_modules; i++)
		if (at >= modules[i].start && at < modules[i].end)
			return &modules[i];
	return NULL;
}

static bool is_ours(const void *addr)
{
	static const struct module *us;

	if (!us)
		us = module_of((const void *)(uintptr_t)is_ours);
	return us && module_of(addr) == us;
}

/* Where we were called from, the same in each run: addresses count from their module's start. */
static uint64_t site_here(int function, struct inject_site *site)
{
	void *frames[INJECT_FRAMES + 4];
	int n = backtrace(frames, INJECT_FRAMES + 4), used = 0;
	uint64_t h = hash(0xcbf29ce484222325u, (uint64_t)function);

	for (int i = 0; i < n && used < INJECT_FRAMES; i++) {
		const struct module *m = module_of(frames[i]);

		if (!m || is_ours(frames[i]))
			continue;
		if (!used) {
			site->library = !m->program;
			memcpy(site->caller, m->name, sizeof(site->caller));
		}
		h = hash(hash(h, m->name_hash), (uintptr_t)frames[i] - m->start);
		site->frames[used++] = m->program ? (uintptr_t)frames[i] - m->start : 0;
		if (m->program)
			site->own = true;
	}
	return h ? h : 1;
}

/* Of that site, this time counted. NULL: the table is full. */
static struct inject_site *site_count(int function, uint64_t *count)
{
	struct inject_site new = { 0 };
	uint64_t id = site_here(function, &new);

	for (size_t i = 0; i < INJECT_SITES; i++) {
		struct inject_site *s = &state->sites[(id + i) % INJECT_SITES];
		uint64_t none = 0;

		if (atomic_compare_exchange_strong(&s->id, &none, id)) {
			s->function = (uint32_t)function;
			s->library = new.library;
			s->own = new.own;
			memcpy(s->caller, new.caller, sizeof(s->caller));
			memcpy(s->frames, new.frames, sizeof(s->frames));
		} else if (none != id) {
			continue;
		}
		*count = atomic_fetch_add(&s->count, 1) + 1;
		return s;
	}
	state->full = 1;
	return NULL;
}

bool inject_fails(enum inject_function function)
{
	struct inject_site *site;
	uint64_t count;
	bool hit;

	if (inject_inside || !state)
		return false;
	/* the failing run need not know the others' sites, and the unwinder is slow */
	if (fault.function >= 0 && fault.function != (int)function)
		return false;
	inject_inside = true;
	site = site_count((int)function, &count);
	inject_inside = false;
	hit = site && fault.function >= 0 && site->id == fault.site &&
	      (count == fault.nth || (fault.on && count > fault.nth));
	if (!hit)
		return false;
	atomic_fetch_add(&state->hits, 1);
	if (fault.err == INJECT_KILL)
		kill(getpid(), SIGKILL);
	dying = fault.err == INJECT_KILLED;
	errno = fault.err;
	return !dying;
}

void inject_after(void)
{
	if (dying)
		kill(getpid(), SIGKILL);
}

const char *inject_path(const char *path)
{
	return devmem && !strcmp(path, "/dev/mem") ? devmem : path;
}

static int find_name(const char *name, size_t n)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strlen(names[i]) == n && !strncmp(names[i], name, n))
			return (int)i;
	return -1;
}

static int read_errno(const char *text, char **end)
{
	static const struct {
		const char *name;
		int err;
	} words[] = { { "short", INJECT_SHORT }, { "killed", INJECT_KILLED }, { "kill", INJECT_KILL } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(text, words[i].name, strlen(words[i].name))) {
			*end = (char *)text + strlen(words[i].name);
			return words[i].err;
		}
	return (int)strtol(text, end, 10);
}

/* FUNCTION:SITE:NTH:ERRNO[+] */
static void read_fault(const char *text)
{
	char *at = strchr(text, ':');
	unsigned long long site, nth;

	if (!at)
		return;
	fault.function = find_name(text, (size_t)(at - text));
	site = strtoull(at + 1, &at, 16);
	nth = strtoull(at + 1, &at, 10);
	fault.site = site;
	fault.nth = nth;
	fault.err = read_errno(at + 1, &at);
	fault.on = *at == '+';
	if (fault.function < 0 || !fault.err) {
		fputs("inject: INJECT_FAIL is FUNCTION:SITE:NTH:ERRNO\n", stderr);
		_exit(125);
	}
}

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("INJECT_STATE"), *what = getenv("INJECT_FAIL");
	void *prime[4];
	int fd;

	/* what they execute is not ours to test: gnuplot */
	if (!name || strncmp(program_invocation_short_name, "mmio", 4))
		return;
	inject_inside = true;
	dl_iterate_phdr(add_module, NULL);
	backtrace(prime, 4); /* loads the unwinder, which allocates */
	fd = REAL(int (*)(const char *, int, ...), "open")(name, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		state = REAL(void *(*)(void *, size_t, int, int, int, off_t), "mmap")(
			NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || state == MAP_FAILED) {
		fprintf(stderr, "inject: %s: %s\n", name, strerror(errno));
		_exit(125);
	}
	REAL(int (*)(int), "close")(fd);
	if (what)
		read_fault(what);
	devmem = getenv("INJECT_DEVMEM");
	stdout = inject_stream(STDOUT_FILENO, "w");
	inject_inside = false;
}
