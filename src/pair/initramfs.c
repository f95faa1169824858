// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/array.h"
#include "base/file.h"
#include "base/log.h"
#include "pair/cpio.h"
#include "pair/initramfs.h"

#define NAMES_MOST 128 /* beyond, one may be twice in it, which does no harm */

/* Where the file is mapped that has this address. 0, -ENOENT. */
static int mapped_file(char path[PATH_MAX], uintptr_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char *line = NULL;
	size_t room = 0;
	int ret = -ENOENT;

	while (ret && maps && getline(&line, &room, maps) > 0) {
		unsigned long long first, end;
		char *slash = strchr(line, '/');

		if (!slash || sscanf(line, "%llx-%llx", &first, &end) != 2 || address < first || address >= end)
			continue;
		slash[strcspn(slash, "\n")] = 0;
		if (strlen(slash) < PATH_MAX) {
			strcpy(path, slash);
			ret = 0;
		}
	}
	free(line);
	if (maps)
		fclose(maps);
	return ret;
}

/*
 * A loader that was named itself (a bundle's) is what the kernel has executed: then it has no base, and the program
 * headers that the kernel tells of are its own, getauxval(3).
 */
int own_files_find(struct own_files *own)
{
	uintptr_t loader = getauxval(AT_BASE) ? getauxval(AT_BASE) : getauxval(AT_PHDR);
	char libc[PATH_MAX];

	if (mapped_file(own->loader, loader) || mapped_file(own->program, (uintptr_t)own_files_find) ||
	    mapped_file(libc, (uintptr_t)fopen)) {
		log_error("cannot tell from which files this program runs: /proc/self/maps does not say");
		return -ENOENT;
	}
	path_split(own->libraries, sizeof(own->libraries), libc);
	return 0;
}

/* The loader's name in the ELF file at path, which is where the kernel looks for it. 0, -errno. */
static int interpreter_of(char name[PATH_MAX], const char *path)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) part;
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = -ENOEXEC;

	if (fd < 0)
		return -errno;
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG))
		goto out;
	for (unsigned int i = 0; i < header.e_phnum && ret; i++) {
		off_t at = (off_t)(header.e_phoff + (ElfW(Off))i * header.e_phentsize);

		if (pread(fd, &part, sizeof(part), at) != sizeof(part))
			break;
		if (part.p_type == PT_INTERP && part.p_filesz < PATH_MAX &&
		    pread(fd, name, part.p_filesz, (off_t)part.p_offset) == (ssize_t)part.p_filesz) {
			name[part.p_filesz] = 0;
			ret = name[0] == '/' ? 0 : -ENOEXEC;
		}
	}
out:
	close(fd);
	return ret;
}

/* An archive on its way. */
struct archive {
	FILE *out;
	const struct initramfs *what;
	char *names[NAMES_MOST]; /* that are in it: owned */
	size_t n;
};

/* True: it was not in it. */
static bool is_new(struct archive *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strcmp(a->names[i], name))
			return false;
	if (a->n < NAMES_MOST && (a->names[a->n] = strdup(name)))
		a->n++;
	return true;
}

/* Each directory of name, which begins with '/'. */
static int add_parents(struct archive *a, const char *name)
{
	char dir[PATH_MAX];
	int ret = 0;

	for (const char *slash = strchr(name + 1, '/'); slash && !ret; slash = strchr(slash + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - name - 1), name + 1);
		if (is_new(a, dir))
			ret = cpio_directory(a->out, dir);
	}
	return ret;
}

/* name: as in the guest. */
static int add_file(struct archive *a, const char *name, unsigned int mode, const char *path)
{
	int ret = add_parents(a, name);

	if (!ret && is_new(a, name))
		ret = cpio_file(a->out, name + 1, mode, path);
	if (ret)
		log_error("cannot put %s into the guest's initramfs: %s", path, strerror(-ret));
	return ret;
}

/* "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)"; others are the loader, and what the kernel maps. */
static int add_library(struct archive *a, char *line)
{
	char *name = line + strspn(line, " \t"), *arrow = strstr(name, " => /"), *path, *end;
	char in_guest[PATH_MAX];

	if (!arrow)
		return 0;
	*arrow = 0;
	path = arrow + strlen(" => ");
	end = strrchr(path, '(');
	if (!end || strchr(name, '/'))
		return 0;
	while (end > path && end[-1] == ' ')
		end--;
	*end = 0;
	if ((size_t)snprintf(in_guest, sizeof(in_guest), INITRAMFS_LIBRARIES "/%s", name) >= sizeof(in_guest))
		return -ENAMETOOLONG;
	return add_file(a, in_guest, 0755, path);
}

/* What the loader finds for the program, by its own word: ld.so(8), --list. */
static int add_libraries(struct archive *a, const char *program)
{
	const struct initramfs *i = a->what;
	int ends[2], status, ret = 0;
	char *line = NULL;
	size_t room = 0, n = 0;
	FILE *said;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		execl(i->loader, i->loader, "--list", "--library-path", i->libraries, program, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	said = pid > 0 ? fdopen(ends[0], "r") : NULL;
	if (!said) {
		ret = -errno;
		close(ends[0]);
		return ret;
	}
	while (!ret && getline(&line, &room, said) > 0) {
		ret = add_library(a, line);
		n++;
	}
	free(line);
	fclose(said);
	if (waitpid(pid, &status, 0) < 0 || (!ret && (status || !n))) {
		log_error("%s --list %s does not tell which libraries it needs", i->loader, program);
		ret = -ENOEXEC;
	}
	return ret;
}

static int add_programs(struct archive *a)
{
	const struct initramfs *i = a->what;
	char interpreter[PATH_MAX];
	int ret = interpreter_of(interpreter, i->mmiobench);

	if (ret) {
		log_error("%s cannot go into the guest: it is no program with a loader (%s)", i->mmiobench,
			  strerror(-ret));
		return ret;
	}
	ret = add_file(a, interpreter, 0755, i->loader);
	ret = ret ? ret : add_file(a, "/init", 0755, i->mmiopair);
	ret = ret ? ret : add_file(a, INITRAMFS_PROGRAM, 0755, i->mmiobench);
	ret = ret ? ret : add_libraries(a, i->mmiopair);
	return ret ? ret : add_libraries(a, i->mmiobench);
}

/* The lines of a file in the guest. */
static int add_lines(FILE *out, const char *name, char *const *lines)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int ret;

	if (!f)
		return -ENOMEM;
	for (; *lines; lines++)
		fprintf(f, "%s\n", *lines);
	ret = fclose(f) ? -ENOMEM : cpio_bytes(out, name + 1, 0644, text, n);
	free(text);
	return ret;
}

static int add_modules(struct archive *a, char *const *modules)
{
	char name[PATH_MAX], dir[PATH_MAX];
	char *names[INITRAMFS_MODULES_MOST + 1] = { NULL };
	int ret = 0;

	for (size_t n = 0; modules && modules[n] && !ret; n++) {
		const char *base = path_split(dir, sizeof(dir), modules[n]);

		if (n == INITRAMFS_MODULES_MOST)
			return -E2BIG;
		snprintf(name, sizeof(name), "/module/%s", base);
		names[n] = (char *)(uintptr_t)base;
		ret = add_file(a, name, 0644, modules[n]);
	}
	return ret ? ret : add_lines(a->out, INITRAMFS_MODULES, names);
}

static int put_all(FILE *out, const void *initramfs)
{
	static const char *const directories[] = { "proc", "sys", "dev", "run", "tmp" };
	const struct initramfs *i = initramfs;
	struct archive a = { .out = out, .what = i };
	int ret = 0;

	for (size_t n = 0; n < ARRAY_SIZE(directories) && !ret; n++)
		ret = cpio_directory(out, directories[n]);
	ret = ret ? ret : add_programs(&a);
	ret = ret ? ret : add_modules(&a, i->modules);
	ret = ret ? ret : add_lines(out, INITRAMFS_WORDS, i->words);
	ret = ret ? ret : cpio_bytes(out, &INITRAMFS_DEVICE[1], 0644, i->device, strlen(i->device));
	if (!ret && i->journal && !access(i->journal, R_OK))
		ret = add_file(&a, INITRAMFS_JOURNAL, 0600, i->journal);
	for (size_t n = 0; n < a.n; n++)
		free(a.names[n]);
	return ret ? ret : cpio_end(out);
}

int initramfs_make(char path[INITRAMFS_PATH], const struct initramfs *i)
{
	int fd = memfd_create("initramfs", MFD_CLOEXEC), ret = fd < 0 ? -errno : 0;
	FILE *out = ret ? NULL : fdopen(dup(fd), "w");

	if (!ret && !out)
		ret = -errno;
	if (!ret)
		ret = file_put_checked(out, put_all, i);
	if (out && fclose(out) && !ret)
		ret = -errno;
	if (ret) {
		log_error("cannot make the guest's initramfs: %s", strerror(-ret));
		if (fd >= 0)
			close(fd);
		return ret;
	}
	snprintf(path, INITRAMFS_PATH, "/proc/%d/fd/%d", (int)getpid(), fd);
	return fd;
}
