// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "pair/vmm.h"

#define QEMU_WORDS(machine)                                                                        \
	(const char *const[]){ "-name", "mmiopair", "-nodefaults", "-no-user-config", "-M", machine, "-accel", "kvm", \
			       "-cpu", "host", "-smp", "{cpus}", "-m", "{mb}M", "-display", "none", "-monitor", \
			       "none", "-serial", "stdio", "-no-reboot", "-kernel", "{kernel}", "-initrd", \
			       "{initrd}", "-append", "{append}", "-device", "{device}", NULL }
#define QEMU_DEVICE "vfio-pci,host={bdf}"
#define KVMTOOL_WORDS                                                                              \
	(const char *const[]){ "run", "--name", "mmiopair", "--cpus", "{cpus}", "--mem", "{mb}", "--console", "serial", \
			       "--network", "mode=none", "--kernel", "{kernel}", "--initrd", "{initrd}", "--params", \
			       "{append}", "--vfio-pci", "{bdf}", NULL }
#define CLOUD_WORDS                                                                                \
	(const char *const[]){ "--cpus", "boot={cpus}", "--memory", "size={mb}M", "--serial", "tty", "--console", \
			       "off", "--kernel", "{kernel}", "--initramfs", "{initrd}", "--cmdline", "{append}", \
			       "--device", "path=/sys/bus/pci/devices/{bdf}/", NULL }

static const char *const qemu_dying[] = { "kvm run failed", NULL };
static const char *const kvmtool_dying[] = { "KVM_RUN failed", "KVM exit reason", NULL };
static const char *const cloud_dying[] = { "VCPU generated error", "Failed to run vcpu", NULL };

static const struct vmm vmms[] = {
	{ "qemu", "aarch64", "qemu-system-aarch64", "ttyAMA0", QEMU_DEVICE, QEMU_WORDS("virt,gic-version=host"),
	  qemu_dying },
	{ "qemu", "x86_64", "qemu-system-x86_64", "ttyS0", QEMU_DEVICE, QEMU_WORDS("q35"), qemu_dying },
	{ "kvmtool", "aarch64", "lkvm kvmtool", "ttyS0", NULL, KVMTOOL_WORDS, kvmtool_dying },
	{ "kvmtool", "x86_64", "lkvm kvmtool", "ttyS0", NULL, KVMTOOL_WORDS, kvmtool_dying },
	{ "cloud-hypervisor", "aarch64", "cloud-hypervisor", "ttyAMA0", NULL, CLOUD_WORDS, cloud_dying },
	{ "cloud-hypervisor", "x86_64", "cloud-hypervisor", "ttyS0", NULL, CLOUD_WORDS, cloud_dying },
};

/* The kernel hands a parameter with '=' that it does not know to the first process: kernel-parameters.rst. */
#define APPEND "console=%s quiet loglevel=1 panic=-1 LD_LIBRARY_PATH=/lib"

const struct vmm *vmm_row(size_t i)
{
	for (size_t n = 0; n < ARRAY_SIZE(vmms); n++)
		if (!strcmp(vmms[n].arch, arch_name) && !i--)
			return &vmms[n];
	return NULL;
}

const char *vmm_names(char *buf, size_t n)
{
	const struct vmm *v;

	*buf = 0;
	for (size_t i = 0; (v = vmm_row(i)); i++)
		text_append(buf, n, "%s%s", i ? ", " : "", v->name);
	return buf;
}

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* Absolute directories of PATH only: root runs it. */
static bool on_path(char program[PATH_MAX], const char *name)
{
	const char *dir = getenv("PATH"), *end;

	for (; dir && *dir; dir = *end ? end + 1 : end) {
		end = strchrnul(dir, ':');
		if (*dir == '/' &&
		    (size_t)snprintf(program, PATH_MAX, "%.*s/%s", (int)(end - dir), dir, name) < PATH_MAX &&
		    is_program(program))
			return true;
	}
	return false;
}

static bool has_program(const struct vmm *v, char program[PATH_MAX])
{
	char name[64];

	for (const char *at = v->programs; *at; at += *at == ' ') {
		size_t n = strcspn(at, " ");

		snprintf(name, sizeof(name), "%.*s", (int)n, at);
		if (on_path(program, name))
			return true;
		at += n;
	}
	return false;
}

const struct vmm *vmm_find(const char *name, char program[PATH_MAX])
{
	char names[96], programs[192] = "";
	const struct vmm *v;
	bool known = false;

	for (size_t i = 0; (v = vmm_row(i)); i++) {
		if (name && strcmp(name, v->name))
			continue;
		known = true;
		if (has_program(v, program))
			return v;
		text_append(programs, sizeof(programs), "%s%s", *programs ? ", " : "", v->programs);
	}
	if (!known)
		log_error("--vmm %s is not known; one of: %s", name, vmm_names(names, sizeof(names)));
	else
		log_error("no VMM is in PATH (%s): install one, such as Debian's package qemu-system-%s", programs,
			  strcmp(arch_name, "x86_64") ? "arm" : "x86");
	return NULL;
}

struct stands_for {
	const char *name, *value;
};

/* The template with what its names stand for. NULL: out of memory. */
static char *fill_in(const char *template, const struct stands_for *names)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	for (const char *at = template; *at;) {
		const struct stands_for *s = names;

		while (s->name && strncmp(at, s->name, strlen(s->name)))
			s++;
		if (s->name)
			fputs(s->value, f);
		else
			putc(*at, f);
		at += s->name ? strlen(s->name) : 1;
	}
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static size_t count_words(const char *args)
{
	size_t n = 0;

	for (const char *at = args ? args : ""; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		n += *at != 0;
	}
	return n;
}

/* False: out of memory. */
static bool add_args(char **command, const char *args, const struct stands_for *names)
{
	char word[PATH_MAX];

	for (const char *at = args ? args : ""; *at;) {
		size_t n;

		at += strspn(at, " ");
		n = strcspn(at, " ");
		if (!n)
			break;
		snprintf(word, sizeof(word), "%.*s", (int)n, at);
		*command = fill_in(word, names);
		if (!*command++)
			return false;
		at += n;
	}
	return true;
}

char **vmm_command(const struct vmm *vmm, const char *program, const struct vmm_ask *ask)
{
	char append[128], mb[12], cpus[12], *device;
	const char *own = ask->device ? ask->device : vmm->device ? vmm->device : "";
	const struct stands_for bdf[] = { { "{bdf}", ask->bdf }, { NULL, NULL } };
	size_t n = 0, words = 0;
	char **command;
	bool done;

	snprintf(append, sizeof(append), APPEND, vmm->console);
	snprintf(mb, sizeof(mb), "%u", VMM_GUEST_MB);
	snprintf(cpus, sizeof(cpus), "%u", VMM_GUEST_CPUS);
	while (vmm->words[words])
		words++;
	command = calloc(words + count_words(ask->args) + 2, sizeof(*command));
	device = fill_in(own, bdf);
	done = command && device && (command[n++] = strdup(program));
	if (done) {
		const struct stands_for names[] = {
			{ "{kernel}", ask->kernel }, { "{initrd}", ask->initrd }, { "{append}", append },
			{ "{bdf}", ask->bdf }, { "{device}", device }, { "{mb}", mb }, { "{cpus}", cpus },
			{ NULL, NULL },
		};

		for (size_t i = 0; i < words && done; i++)
			done = (command[n++] = fill_in(vmm->words[i], names));
		done = done && add_args(command + n, ask->args, names);
	}
	free(device);
	if (done)
		return command;
	vmm_command_free(command);
	return NULL;
}

void vmm_command_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

bool vmm_says_death(const struct vmm *vmm, const char *line)
{
	for (const char *const *part = vmm->dying; *part; part++)
		if (strstr(line, *part))
			return true;
	return false;
}
