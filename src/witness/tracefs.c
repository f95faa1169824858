// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/path.h"
#include "witness/tracefs.h"
#include "witness/witness.h"

#define GROUP      "mmiowitness"
#define INSTANCES  "%s/instances"
#define INSTANCE   INSTANCES "/" GROUP "-%s"
#define EVENT_NAME "map_%s"
#define EVENT_DIR  INSTANCE "/events/" GROUP "/" EVENT_NAME

#define LOCK_TRIES 200 /* of 50 ms: setting up and cleaning up take milliseconds */

/* KVM's largest block: what reaches into a BAR begins at most so far before it. */
#define BLOCK_BYTES_MAX ((uint64_t)1 << 30)

const char *tracefs_find(void)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (path_exists("%s/trace", roots[i]) || path_exists(INSTANCES, roots[i]))
			return roots[i];
	return NULL;
}

int tracefs_filter(char *buf, size_t n, const struct pci_device *dev)
{
	size_t used = 0;

	for (int i = 0; i < PCI_BARS; i++) {
		const struct bar *bar = &dev->bars[i];
		int len;

		if (!witness_watches(bar))
			continue;
		len = snprintf(buf + used, n - used,
			       "%s(pa >= 0x%" PRIx64 " && pa < 0x%" PRIx64 ")", used ? " || " : "",
			       bar->phys_bytes & ~(BLOCK_BYTES_MAX - 1),
			       bar->phys_bytes + bar->size_bytes);
		if (len < 0 || (size_t)len >= n - used)
			return -ENOSPC;
		used += (size_t)len;
	}
	return used ? 0 : -ENODEV;
}

/* A directory, locked for us alone. -EWOULDBLOCK: it is somebody's. */
static int lock_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/* One mmiowitness at a time makes and sweeps. */
static int lock_instances(const char *root)
{
	char path[PATH_MAX];
	int fd = path_make(path, sizeof(path), INSTANCES, root);

	for (int i = 0; !fd; i++) {
		fd = lock_directory(path);
		if (fd != -EWOULDBLOCK || i == LOCK_TRIES)
			break;
		fd = 0;
		usleep(50000);
	}
	if (fd == -EWOULDBLOCK)
		log_error("another mmiowitness is being started and does not get on: end it first");
	else if (fd < 0)
		log_error("%s cannot be locked: %s", path, strerror(-fd));
	return fd;
}

/*
 * Event and instance of that id, as far as they are there. The instance's own files are closed.
 * An event that somebody else enabled too, in the top instance, stays.
 */
static int remove_id(const char *root, const char *id)
{
	char path[PATH_MAX], command[96];
	int ret, ret2;

	/* not there, or not enabled: both are fine */
	path_write("0", EVENT_DIR "/enable", root, id, id);
	snprintf(command, sizeof(command), "-:" GROUP "/" EVENT_NAME, id);
	ret = path_write(command, "%s/kprobe_events", root);
	ret = ret == -ENOENT ? 0 : ret;
	if (ret)
		log_error("the probe " GROUP "/" EVENT_NAME " cannot be removed (%s): echo '%s' >> "
			  "%s/kprobe_events", id, strerror(-ret), command, root);
	ret2 = path_make(path, sizeof(path), INSTANCE, root, id);
	if (!ret2 && rmdir(path) && errno != ENOENT) {
		ret2 = -errno;
		log_error("the trace instance %s cannot be removed (%s): rmdir it when nobody "
			  "reads it",
			  path, strerror(errno));
	}
	return ret ? ret : ret2;
}

/* Ids are ours and safe in file names and commands. */
static bool id_valid(const char *id)
{
	size_t n = strspn(id, "0123456789_");

	return n && !id[n] && n < sizeof(((struct tracefs *)NULL)->id);
}

/* 1 when the id was a dead one's and is gone, 0 when it lives. */
static int sweep_id(const char *root, const char *id)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), INSTANCE, root, id), fd;

	if (ret)
		return ret;
	fd = lock_directory(path);
	if (fd == -EWOULDBLOCK)
		return 0;
	if (fd < 0 && fd != -ENOENT)
		return fd;
	ret = remove_id(root, id);
	if (fd >= 0)
		close(fd);
	return ret ? ret : 1;
}

static int sweep_instances(const char *root)
{
	static const char prefix[] = GROUP "-";
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), INSTANCES, root), swept = 0;
	struct dirent *e;
	DIR *d;

	if (ret)
		return ret;
	d = opendir(path);
	if (!d)
		return -errno;
	while (ret >= 0 && (e = readdir(d))) {
		const char *id = e->d_name + sizeof(prefix) - 1;

		if (strncmp(e->d_name, prefix, sizeof(prefix) - 1) || !id_valid(id))
			continue;
		ret = sweep_id(root, id);
		swept += ret > 0;
	}
	closedir(d);
	return ret < 0 ? ret : swept;
}

/* Events whose instance somebody removed by hand. "p:mmiowitness/map_801 kvm_pgtable_..." */
static int sweep_events(const char *root)
{
	static const char prefix[] = "p:" GROUP "/map_";
	char path[PATH_MAX], *line = NULL;
	int ret = path_make(path, sizeof(path), "%s/kprobe_events", root), swept = 0;
	size_t size = 0;
	FILE *f;

	if (ret)
		return ret;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (ret >= 0 && getline(&line, &size, f) > 0) {
		char *id = line + sizeof(prefix) - 1;

		if (strncmp(line, prefix, sizeof(prefix) - 1))
			continue;
		id[strcspn(id, " \n")] = 0;
		if (!id_valid(id))
			continue;
		ret = sweep_id(root, id);
		swept += ret > 0;
	}
	free(line);
	fclose(f);
	return ret < 0 ? ret : swept;
}

static int sweep_locked(const char *root)
{
	int instances = sweep_instances(root), events;

	if (instances < 0)
		return instances;
	events = sweep_events(root);
	if (events < 0)
		return events;
	if (instances + events)
		log_note("removed what %d mmiowitness that did not end well had left in %s",
			 instances + events, root);
	return instances + events;
}

int tracefs_sweep(const char *root)
{
	int fd = lock_instances(root), ret;

	if (fd < 0)
		return fd;
	ret = sweep_locked(root);
	close(fd);
	return ret;
}

/* A fresh instance, locked. Its name has our pid, which another container may use, too. */
static int make_instance(struct tracefs *t)
{
	char path[PATH_MAX];
	int ret;

	snprintf(t->id, sizeof(t->id), "%d", (int)getpid());
	for (int i = 2;; i++) {
		ret = path_make(path, sizeof(path), INSTANCE, t->root, t->id);
		if (ret)
			break;
		if (!mkdir(path, 0700)) {
			t->lock_fd = lock_directory(path);
			ret = t->lock_fd < 0 ? t->lock_fd : 0;
			if (ret)
				rmdir(path);
			break;
		}
		ret = -errno;
		if (ret != -EEXIST || i == 100)
			break;
		snprintf(t->id, sizeof(t->id), "%d_%d", (int)getpid(), i);
	}
	if (ret)
		log_error("the trace instance %s cannot be made: %s", path, strerror(-ret));
	return ret;
}

/*
 * Lines as trace_line.h reads them, whatever the top instance is set to: its options are inherited.
 * Kernels without an option print as if it were off.
 */
static int set_format(const struct tracefs *t)
{
	static const char *const options[] = { "context-info", "norecord-tgid", "nolatency-format",
					       "noraw", "nohex", "nobin", "nofields", "noblock" };
	int ret;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		ret = path_write(options[i], INSTANCE "/trace_options", t->root, t->id);
		if (ret && ret != -EINVAL)
			return ret;
	}
	return path_write("mono", INSTANCE "/trace_clock", t->root, t->id);
}

static const struct {
	int error;
	const char *cause;
} probe_errors[] = {
	{ -EPERM, "kernel lockdown forbids kprobes: boot with lockdown=none or integrity" },
	{ -EACCES, "kernel lockdown forbids kprobes: boot with lockdown=none or integrity" },
	{ -ENOENT, "the kernel does not find " TRACEFS_SYMBOL },
	{ -EADDRNOTAVAIL, "there are several " TRACEFS_SYMBOL " in this kernel" },
	{ -EOPNOTSUPP, "this kernel forbids a kprobe there" },
};

/* -EOPNOTSUPP where the cause is known: then no probe can be set on this machine. */
static int log_probe_error(const struct tracefs *t, int ret)
{
	const char *cause = NULL;

	for (size_t i = 0; i < sizeof(probe_errors) / sizeof(*probe_errors); i++)
		if (probe_errors[i].error == ret)
			cause = probe_errors[i].cause;
	ret = cause ? -EOPNOTSUPP : ret;
	cause = cause ? cause : strerror(-ret);
	log_error("the kprobe cannot be set: %s (see %s/error_log)", cause, t->root);
	return ret;
}

/* The first four arguments behind the table: arm64 passes them in x1 to x4. */
static int make_event(const struct tracefs *t, const struct pci_device *dev)
{
	char command[256], filter[1024];
	int ret;

	snprintf(command, sizeof(command), "p:" GROUP "/" EVENT_NAME " " TRACEFS_SYMBOL
		 " ipa=%%x1:x64 size=%%x2:x64 pa=%%x3:x64 prot=%%x4:x64", t->id);
	ret = path_write(command, "%s/kprobe_events", t->root);
	if (ret)
		return log_probe_error(t, ret);
	ret = tracefs_filter(filter, sizeof(filter), dev);
	if (!ret)
		ret = path_write(filter, EVENT_DIR "/filter", t->root, t->id, t->id);
	if (ret) {
		log_error("the kernel does not take the event filter: %s", strerror(-ret));
		return ret;
	}
	ret = path_write("1", EVENT_DIR "/enable", t->root, t->id, t->id);
	return ret ? log_probe_error(t, ret) : 0;
}

static int open_pipe(struct tracefs *t)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), INSTANCE "/trace_pipe", t->root, t->id);

	if (!ret) {
		t->pipe_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		ret = t->pipe_fd < 0 ? -errno : 0;
	}
	if (ret)
		log_error("%s cannot be opened: %s", path, strerror(-ret));
	return ret;
}

static int open_locked(struct tracefs *t, const struct pci_device *dev)
{
	int ret = sweep_locked(t->root);

	if (ret >= 0)
		ret = make_instance(t);
	if (ret)
		return ret;
	ret = set_format(t);
	if (ret)
		log_error("the trace instance cannot be set up: %s", strerror(-ret));
	if (!ret)
		ret = open_pipe(t);
	if (!ret)
		ret = make_event(t, dev);
	return ret;
}

int tracefs_open(struct tracefs *t, const struct pci_device *dev)
{
	struct tracefs new = { .root = tracefs_find(), .lock_fd = -1, .pipe_fd = -1 };
	int fd, ret;

	if (!new.root) {
		log_error("tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
		return -ENOENT;
	}
	fd = lock_instances(new.root);
	if (fd < 0)
		return fd;
	ret = open_locked(&new, dev);
	if (ret)
		tracefs_close(&new);
	else
		*t = new;
	close(fd);
	return ret;
}

void tracefs_stop(const struct tracefs *t)
{
	int ret = path_write("0", EVENT_DIR "/enable", t->root, t->id, t->id);

	if (ret)
		log_warn("the probe cannot be turned off: %s", strerror(-ret));
}

bool tracefs_hits(const struct tracefs *t, uint64_t *hits, uint64_t *missed)
{
	char path[PATH_MAX], *line = NULL, name[64], event[64];
	bool found = false;
	size_t size = 0;
	FILE *f;

	if (path_make(path, sizeof(path), "%s/kprobe_profile", t->root))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	snprintf(event, sizeof(event), EVENT_NAME, t->id);
	while (!found && getline(&line, &size, f) > 0)
		found = sscanf(line, " %63s %" SCNu64 " %" SCNu64, name, hits, missed) == 3 &&
			!strcmp(name, event);
	free(line);
	fclose(f);
	return found;
}

/* The lock is held until all is gone: nobody may take us for dead meanwhile. */
int tracefs_close(struct tracefs *t)
{
	int ret;

	if (t->pipe_fd >= 0)
		close(t->pipe_fd);
	ret = t->lock_fd >= 0 ? remove_id(t->root, t->id) : 0;
	if (t->lock_fd >= 0)
		close(t->lock_fd);
	t->pipe_fd = t->lock_fd = -1;
	return ret;
}
