// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/parse.h"
#include "base/path.h"
#include "run/child.h"
#include "witness/smaps.h"
#include "witness/trace_line.h"
#include "witness/tracefs.h"
#include "witness/watch.h"

#define TICK_MS      100   /* signals and the clock are looked at so often */
#define READS_MAX    64    /* of a flood of events, before the clock is looked at again */
#define LINE_BYTES   1024  /* at most; the kernel's are shorter than 300 */
#define THREADS_KNOWN 256

/* A thread and the process that it belongs to. */
struct thread {
	unsigned int tid, pid;
	bool ended;              /* before it could be asked: pid is tid */
	char comm[16];
};

struct watch {
	struct witness *w;
	const struct watch_ask *ask;
	double start_s;          /* of the trace's clock; < 0: the first event is the start */
	struct thread threads[THREADS_KNOWN]; /* by number, newest of those that fall together */
	char buf[65536];         /* read, not yet taken apart */
	size_t used;
	bool skipping;           /* the rest of a line that was too long */
	double told_s;
	size_t n_read;           /* VMMs whose smaps were read */
};

/* The number in a line "Tgid:	812" of /proc/TID/status; 0: not found. */
static unsigned int find_process(unsigned int tid)
{
	char text[1024], *at, word[16];
	unsigned int pid = 0;
	int ret = path_read(text, sizeof(text), "/proc/%u/status", tid);

	if (ret < 0 && ret != -ENOENT && ret != -ESRCH)
		log_warn("cannot read /proc/%u/status: %s: whose thread that is is not known", tid,
			 strerror(-ret));
	if (ret <= 0)
		return 0;
	at = strstr(text, "\nTgid:");
	if (!at || sscanf(at, "\nTgid: %15[0-9]", word) != 1 || parse_uint(word, INT32_MAX, &pid))
		return 0;
	return pid;
}

/* The VMM of a thread. Where that has ended meanwhile, the thread stands for it. */
static const struct thread *find_thread(struct watch *watch, const struct witness_event *e)
{
	struct thread *t = &watch->threads[e->pid % THREADS_KNOWN];

	if (t->tid == e->pid)
		return t;
	*t = (struct thread){ .tid = e->pid, .pid = find_process(e->pid) };
	if (!t->pid || path_read(t->comm, sizeof(t->comm), "/proc/%u/comm", t->pid) <= 0)
		memcpy(t->comm, e->comm, sizeof(t->comm));
	t->ended = !t->pid;
	if (t->ended)
		t->pid = t->tid;
	text_clean(t->comm);
	return t;
}

/*
 * Once for each VMM, while it has the BAR mapped, and not while events wait: the kernel walks all of
 * its memory for it.
 */
static void read_smaps(struct watch *watch)
{
	struct witness *w = watch->w;

	for (; watch->n_read < w->n_vmms; watch->n_read++)
		smaps_read(w->vmms[watch->n_read].flags, w->device.bars,
			   w->vmms[watch->n_read].pid);
}

/* 0 where there are too many VMMs, too: their mappings are on record. */
static int meet_vmm(struct witness *w, unsigned int pid, const char *comm)
{
	return witness_vmm(w, pid, comm) || w->n_vmms == WITNESS_VMMS_MAX ? 0 : -ENOMEM;
}

static void tell(struct watch *watch, const struct witness_event *e)
{
	char size[24];

	if (e->time_s < watch->told_s + 0.1)
		return;
	watch->told_s = e->time_s;
	log_progress("%.1f s: %s at 0x%" PRIx64 " mapped %s for %s[%u]", e->time_s,
		     format_size(size, sizeof(size), e->size_bytes), e->pa,
		     witness_type_name(witness_prot_type(watch->w, e->prot)), e->comm, e->pid);
}

static int take_event(struct watch *watch, struct witness_event *e)
{
	const struct thread *t = find_thread(watch, e);
	int ret;

	if (watch->ask->pid && t->pid != watch->ask->pid) {
		watch->w->lost += t->ended; /* perhaps it was the VMM's */
		return 0;
	}
	if (watch->start_s < 0)
		watch->start_s = e->time_s;
	e->pid = t->pid;
	memcpy(e->comm, t->comm, sizeof(e->comm));
	e->time_s = e->time_s > watch->start_s ? e->time_s - watch->start_s : 0;
	if (*path_sysroot())
		watch->w->duration_s = e->time_s;
	ret = witness_add(watch->w, e);
	if (ret <= 0)
		return ret;
	tell(watch, e);
	return meet_vmm(watch->w, e->pid, e->comm);
}

static int take_line(struct watch *watch, const char *line)
{
	struct witness_event e;
	uint64_t lost = 1;

	switch (trace_line_parse(line, &e, &lost)) {
	case TRACE_LINE_EVENT:
		return take_event(watch, &e);
	case TRACE_LINE_LOST:
	case TRACE_LINE_OTHER:
		watch->w->lost += lost;
	}
	return 0;
}

/* Whole lines of what was read; a rest stays for the next time. */
static int take_lines(struct watch *watch)
{
	char *line = watch->buf, *end;
	int ret = 0;

	while (!ret && (end = memchr(line, '\n', watch->used - (size_t)(line - watch->buf)))) {
		*end = 0;
		if (watch->skipping)
			watch->w->lost++;
		else if (*line)
			ret = take_line(watch, line);
		watch->skipping = false;
		line = end + 1;
	}
	watch->used -= (size_t)(line - watch->buf);
	memmove(watch->buf, line, watch->used);
	if (watch->used > LINE_BYTES) {
		watch->skipping = true;
		watch->used = 0;
	}
	return ret;
}

/* Reads until there is nothing more, or often enough: 0, or -errno after logging. */
static int drain(struct watch *watch, int fd, unsigned int reads)
{
	int ret = 0;

	while (!ret && reads--) {
		ssize_t n = read(fd, watch->buf + watch->used, sizeof(watch->buf) - watch->used);

		if (n < 0 && errno == EINTR)
			continue;
		if (!n || (n < 0 && errno == EAGAIN))
			return 0;
		if (n < 0) {
			ret = -errno;
			log_error("cannot read the trace: %s", strerror(errno));
			return ret;
		}
		watch->used += (size_t)n;
		ret = take_lines(watch);
	}
	return ret;
}

static bool has_ended(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return pidfd >= 0 && poll(&p, 1, 0) > 0;
}

static int watch_loop(struct watch *watch, int pipe_fd, int pidfd)
{
	double end_s = watch->start_s + watch->ask->timeout_s;

	for (;;) {
		struct pollfd p[] = { { .fd = pipe_fd, .events = POLLIN },
				      { .fd = pidfd, .events = POLLIN } };
		bool asked = child_signals_pending(), ended = has_ended(pidfd);
		bool late = monotonic_s() >= end_s;
		/* kernels differ in when they wake a poller: what is there is read in any case */
		int ret = drain(watch, pipe_fd, READS_MAX);

		if (ret)
			return ret;
		read_smaps(watch);
		if (asked || ended || late) {
			watch->w->end = asked ? WITNESS_END_SIGNAL :
					ended ? WITNESS_END_VMM :
						WITNESS_END_TIMEOUT;
			return 0;
		}
		if (!watch->w->n_ranges)
			log_progress("no mapping yet, %.0f s left", end_s - monotonic_s());
		poll(p, 2, TICK_MS);
	}
}

static int watch_probe(struct watch *watch, int pidfd)
{
	struct witness *w = watch->w;
	struct tracefs t;
	uint64_t missed = 0;
	int ret, ret2;

	ret = tracefs_open(&t, &w->device);
	if (ret)
		return ret;
	watch->start_s = monotonic_s(); /* the clock that the trace instance is set to */
	ret = watch_loop(watch, t.pipe_fd, pidfd);
	tracefs_stop(&t);
	if (!ret)
		ret = drain(watch, t.pipe_fd, UINT_MAX);
	w->has_hits = tracefs_hits(&t, &w->hits, &missed);
	w->lost += missed;
	w->duration_s = monotonic_s() - watch->start_s;
	ret2 = tracefs_close(&t);
	return ret ? ret : ret2 ? 1 : 0;
}

/* A recorded trace_pipe begins with the watch, so its first event is at its start. */
static int watch_record(struct watch *watch)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), "%s/trace_pipe", tracefs_find()), fd;

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		log_error("the recorded trace %s cannot be read: %s", path, strerror(errno));
		return ret;
	}
	watch->start_s = -1;
	ret = drain(watch, fd, UINT_MAX);
	watch->w->end = WITNESS_END_RECORD;
	close(fd);
	return ret;
}

/* 0 with a descriptor, or -errno after logging. */
static int open_vmm(unsigned int pid, int *pidfd)
{
	int ret;

	if (*path_sysroot()) {
		if (path_exists("/proc/%u", pid))
			return 0;
		log_error("--pid %u: there is no such process: name the VMM's", pid);
		return -ESRCH;
	}
	*pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (*pidfd >= 0)
		return 0;
	ret = -errno;
	log_error("--pid %u: %s: name the VMM's process, such as pidof qemu-system-aarch64", pid,
		  ret == -ESRCH ? "there is no such process" :
		  ret == -EINVAL || ret == -ENOENT ? "that is a thread" : strerror(-ret));
	return ret;
}

static int watch_signals_blocked(struct watch *watch, int pidfd)
{
	unsigned int pid = watch->ask->pid;
	char comm[16] = "?";
	int ret, ret2 = 0;

	if (pid && path_read(comm, sizeof(comm), "/proc/%u/comm", pid) > 0)
		text_clean(comm);
	ret = *path_sysroot() ? watch_record(watch) : watch_probe(watch, pidfd);
	/* a VMM that was named is told of even where nothing was seen of it */
	if (pid && ret >= 0)
		ret2 = meet_vmm(watch->w, pid, comm);
	read_smaps(watch);
	return ret2 ? ret2 : ret;
}

int watch_run(struct witness *w, const struct watch_ask *ask)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int ret = 0, pidfd = -1;

	if (!watch) {
		log_error("out of memory");
		return -ENOMEM;
	}
	watch->w = w;
	watch->ask = ask;
	if (ask->pid)
		ret = open_vmm(ask->pid, &pidfd);
	if (!ret) {
		child_signals_block();
		ret = watch_signals_blocked(watch, pidfd);
		log_progress("%s", "");
		child_signals_take();
		child_signals_unblock();
	}
	if (ret == -ENOMEM)
		log_error("out of memory");
	if (pidfd >= 0)
		close(pidfd);
	free(watch);
	return ret;
}
