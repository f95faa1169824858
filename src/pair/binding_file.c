// SPDX-License-Identifier: GPL-2.0-or-later
/* The state file: what it says, and what is taken for one when it is read. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "pair/binding.h"

#define SCHEMA	       "mmiopair bindings 1"
#define DUMP_FLAGS     (JSON_COMPACT | JSON_SORT_KEYS)
#define FILE_BYTES_MAX (256 << 10) /* GROUP_MAX functions of 400 bytes */

/* Of all else in it. False: out of memory. */
static bool check_of(const json_t *root, char *buf, size_t n)
{
	char *text = json_dumps(root, DUMP_FLAGS);
	bool done = text;

	if (text)
		snprintf(buf, n, "%016" PRIx64, hash_string(HASH_START, text));
	free(text);
	return done;
}

static json_t *member_json(const struct binding *m)
{
	return json_pack("{ss si si ss ss si ss ss sb}", "bdf", m->bdf, "vendor", (int)m->vendor, "device",
			 (int)m->device, "driver", m->driver, "override", m->override, "command",
			 m->has_command ? (int)m->command : -1, "power_control", m->power_control,
			 "autosuspend_delay_ms", m->autosuspend_delay_ms, "taken", (int)m->is_taken);
}

static json_t *file_json(const struct bindings *b)
{
	json_t *members = json_array(), *root;
	char check[20];

	for (size_t i = 0; i < b->n; i++)
		if (json_array_append_new(members, member_json(&b->v[i])))
			goto no_memory;
	root = json_pack("{ss ss ss ss si sO s{ss si si}}", "schema", SCHEMA, "bdf", b->bdf, "boot_id", b->boot_id,
			 "started", b->started, "pid", b->pid, "members", members, "vf", "pf", b->vf.pf, "numvfs",
			 (int)b->vf.numvfs, "autoprobe", b->vf.autoprobe);
	json_decref(members);
	if (root && check_of(root, check, sizeof(check)) &&
	    !json_object_set_new(root, "check", json_string(check)))
		return root;
	json_decref(root);
	return NULL;
no_memory:
	json_decref(members);
	return NULL;
}

/* Printable, and no way to another directory, to an option or to a second line. */
static bool is_name(const char *s)
{
	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~' || *p == '/')
			return false;
	return s[0] != '.' && s[0] != '-';
}

static bool is_delay(const char *s)
{
	return strspn(s + (*s == '-'), "0123456789") == strlen(s + (*s == '-')) && strcmp(s, "-");
}

/* Copies what fits. */
static bool take(char *to, size_t n, const char *from)
{
	return (size_t)snprintf(to, n, "%s", from) < n;
}

static bool member_read(struct binding *m, json_t *from)
{
	const char *bdf, *driver, *override, *control, *delay;
	int vendor, device, command, taken;

	if (json_unpack_ex(from, NULL, JSON_STRICT, "{ss si si ss ss si ss ss sb}", "bdf", &bdf, "vendor", &vendor,
			   "device", &device, "driver", &driver, "override", &override, "command", &command,
			   "power_control", &control, "autosuspend_delay_ms", &delay, "taken", &taken))
		return false;
	*m = (struct binding){ .vendor = (uint16_t)vendor, .device = (uint16_t)device, .has_command = command >= 0,
			       .command = (uint16_t)(command >= 0 ? command : 0), .is_taken = taken };
	return take(m->bdf, sizeof(m->bdf), bdf) && group_is_bdf(bdf) && take(m->driver, sizeof(m->driver), driver) &&
	       is_name(driver) && take(m->override, sizeof(m->override), override) && is_name(override) &&
	       take(m->power_control, sizeof(m->power_control), control) &&
	       (!*control || !strcmp(control, "auto") || !strcmp(control, "on")) &&
	       take(m->autosuspend_delay_ms, sizeof(m->autosuspend_delay_ms), delay) && is_delay(delay) &&
	       vendor >= 0 && vendor <= 0xffff && device >= 0 && device <= 0xffff && command >= -1 &&
	       command <= 0xffff;
}

static bool vf_read_json(struct vf_state *vf, const char *pf, int numvfs, int autoprobe)
{
	vf->numvfs = (unsigned int)numvfs;
	vf->autoprobe = autoprobe;
	return take(vf->pf, sizeof(vf->pf), pf) && (!*pf || group_is_bdf(pf)) && numvfs >= 0 && numvfs <= 0xffff &&
	       autoprobe >= -1 && autoprobe <= 1;
}

static bool root_read(struct bindings *b, json_t *root)
{
	const char *schema, *bdf, *boot, *started, *pf;
	int numvfs, autoprobe;
	json_t *members;

	if (json_unpack_ex(root, NULL, JSON_STRICT, "{ss ss ss ss si so s{ss si si !}}", "schema", &schema, "bdf", &bdf,
			   "boot_id", &boot, "started", &started, "pid", &b->pid, "members", &members, "vf", "pf", &pf,
			   "numvfs", &numvfs, "autoprobe", &autoprobe) ||
	    strcmp(schema, SCHEMA) || !json_is_array(members) || json_array_size(members) > GROUP_MAX)
		return false;
	if (!take(b->bdf, sizeof(b->bdf), bdf) || !group_is_bdf(bdf) || b->pid <= 0 ||
	    !take(b->boot_id, sizeof(b->boot_id), boot) || !take(b->started, sizeof(b->started), started) ||
	    !vf_read_json(&b->vf, pf, numvfs, autoprobe))
		return false;
	b->n = json_array_size(members);
	for (size_t i = 0; i < b->n; i++)
		if (!member_read(&b->v[i], json_array_get(members, i)))
			return false;
	return true;
}

/* The name tells the function, too: a file that was moved is none. */
static bool is_named(const struct bindings *b, const char *path)
{
	const char *name = strrchr(path, '/');

	return name && !strncmp(name, "/pair-", 6) && !strcmp(name + 6, b->bdf);
}

static int parse(struct bindings *b, const char *text, size_t n)
{
	json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	const char *said = json_string_value(json_object_get(root, "check"));
	char check[20], wanted[20];
	int ret = -EBADMSG;

	if (said && take(wanted, sizeof(wanted), said) && !json_object_del(root, "check") &&
	    check_of(root, check, sizeof(check)) && !strcmp(check, wanted) && root_read(b, root))
		ret = 0;
	json_decref(root);
	return ret;
}

/* A regular file, ours alone, of a sane size. */
static int open_checked(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno == ELOOP ? -EBADMSG : -errno;
	if (!fstat(fd, st) && S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH)) &&
	    st->st_size < FILE_BYTES_MAX)
		return fd;
	close(fd);
	return -EBADMSG;
}

int binding_file_read(struct bindings *b, const char *path)
{
	struct stat st;
	char *text;
	int fd = open_checked(path, &st), ret = -ENOMEM;

	memset(b, 0, sizeof(*b));
	b->lock = -1;
	if (fd < 0)
		return fd;
	text = malloc(FILE_BYTES_MAX);
	if (text) {
		ssize_t n = read(fd, text, FILE_BYTES_MAX); /* of a regular file: all of it */
		ret = n < 0 ? -errno : parse(b, text, (size_t)n);
	}
	free(text);
	close(fd);
	if (!ret && !is_named(b, path))
		ret = -EBADMSG;
	if (!ret && !take(b->path, sizeof(b->path), path))
		ret = -ENAMETOOLONG;
	return ret;
}

static int put(FILE *f, const void *what)
{
	return fprintf(f, "%s\n", (const char *)what) < 0 ? -EIO : 0;
}

/* Where memory ends in the middle of it, jansson leaves keys out and does not say so: what is written is read. */
static int checked_text(const struct bindings *b, char **text)
{
	struct bindings *again = malloc(sizeof(*again));
	json_t *root = file_json(b);
	int ret = -ENOMEM;

	*text = root ? json_dumps(root, DUMP_FLAGS) : NULL;
	json_decref(root);
	if (again && *text) {
		memset(again, 0, sizeof(*again));
		ret = parse(again, *text, strlen(*text));
	}
	free(again);
	if (ret)
		free(*text);
	return ret;
}

static int lock_file(struct bindings *b)
{
	int fd = open(b->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0600) || flock(fd, LOCK_EX | LOCK_NB))
		ret = -errno;
	if (ret) {
		close(fd);
		return ret;
	}
	if (b->lock >= 0)
		close(b->lock); /* of the file that this one replaced */
	b->lock = fd;
	return 0;
}

int binding_file_write(struct bindings *b)
{
	char *text;
	int ret = checked_text(b, &text);

	if (ret)
		return ret;
	ret = atomic_file_write(b->path, put, text);
	free(text);
	return ret ? ret : lock_file(b);
}

int binding_file_remove(struct bindings *b)
{
	int ret = unlink(b->path) && errno != ENOENT ? -errno : 0;

	if (ret)
		log_error("cannot remove %s: %s: remove it by hand", b->path, strerror(-ret));
	else if (b->lock >= 0) {
		close(b->lock);
		b->lock = -1;
	}
	return ret;
}
