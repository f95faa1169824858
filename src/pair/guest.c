// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "pair/guest.h"
#include "pair/guest_memory.h"
#include "pair/program.h"
#include "pair/serial.h"
#include "run/child.h"

#define LOG_MOST    (4u << 20) /* a guest that writes without end fills no disk */
#define JOURNAL_MOST (64u << 10)
#define DRAIN_MOST  (1u << 20)
#define AGAIN_MOST  2
#define GONE_S	    2.0
#define JOURNAL_LINE "{\"attempt\":"
#define RESULT_NAME "guest.json"
#define PAGE_NAME   "guest.log"

struct guest {
	const struct guest_ask *ask;
	struct guest_outcome *out;
	pid_t pid;
	int in, said, errors;    /* the VMM's stdin, stdout and stderr; -1: closed */
	FILE *log, *journal;
	size_t logged, journaled;
	struct serial_reader reader;
	struct serial_file file;
	unsigned int asked_again;
	bool file_came;          /* whole, this time */
	bool file_damaged;       /* one of those that came this time */
	bool over;               /* out->end is set */
	char error[200];         /* the last thing that the VMM said */
	char error_line[512];    /* what it says now */
	size_t error_n;
	double begin_s;
};

static void finish(struct guest *g, enum guest_end end, const char *why)
{
	if (g->over)
		return;
	g->over = true;
	g->out->end = end;
	snprintf(g->out->why, sizeof(g->out->why), "%.*s", (int)sizeof(g->out->why) - 1, why);
	text_printable(g->out->why);
}

static void log_bytes(struct guest *g, const char *bytes, size_t n)
{
	if (g->logged + n > LOG_MOST) {
		if (g->logged <= LOG_MOST)
			fputs("\n[more was said than is kept]\n", g->log);
		g->logged = LOG_MOST + 1;
		return;
	}
	g->logged += n;
	fwrite(bytes, 1, n, g->log);
}

static int put_bytes(FILE *out, const void *file)
{
	const struct serial_file *f = file;

	return fwrite(f->v, 1, f->n, out) == f->n ? 0 : -EIO;
}

/* A file has come: it is ours, and only under the names that we expect. */
static void keep_file(struct guest *g)
{
	const char *path = !strcmp(g->file.name, RESULT_NAME) ? g->ask->json :
			   !strcmp(g->file.name, PAGE_NAME) ? g->ask->page : NULL;
	int ret = path ? atomic_file_write(path, put_bytes, &g->file) : 0;
	char why[320];

	if (!ret)
		return;
	snprintf(why, sizeof(why), "cannot write %s: %s", path, strerror(-ret));
	finish(g, GUEST_NOT_STARTED, why);
}

static void take_exit(struct guest *g, const struct serial_line *line)
{
	static const char again[] = "again\n";

	g->out->status = line->number > INT_MAX ? INT_MAX : (int)line->number;
	if (g->file_came && !g->file_damaged) {
		finish(g, GUEST_DONE, "");
	} else if (g->asked_again++ < AGAIN_MOST) {
		g->file_came = g->file_damaged = false;
		if (write(g->in, again, strlen(again)) < 0)
			finish(g, GUEST_GARBLED, "the VMM takes nothing for its serial line");
	} else {
		finish(g, GUEST_GARBLED, "what came over the serial line was damaged, three times: does something "
		       "else write to it?");
	}
}

static void take_text(struct guest *g, const struct serial_line *line)
{
	const char *text = (const char *)line->payload, *journal = strstr(text, JOURNAL_LINE);

	if (journal && g->journal && g->journaled < JOURNAL_MOST)
		g->journaled += (size_t)fprintf(g->journal, "%s\n", journal);
	else
		log_bytes(g, text, line->n), log_bytes(g, "\n", 1);
	if (strstr(text, "Kernel panic"))
		finish(g, GUEST_PANICKED, strstr(text, "Kernel panic"));
}

static int take_line(void *guest, const struct serial_line *line)
{
	struct guest *g = guest;
	int ret;

	switch (line->kind) {
	case SERIAL_TEXT:
		take_text(g, line);
		break;
	case SERIAL_HELLO:
		if (*g->out->kernel)
			break; /* once: its time runs from then on */
		snprintf(g->out->kernel, sizeof(g->out->kernel), "%.*s", (int)sizeof(g->out->kernel) - 1,
			 (const char *)line->payload);
		text_clean(g->out->kernel);
		g->out->boot_s = monotonic_s() - g->begin_s;
		break;
	case SERIAL_FAIL:
		finish(g, GUEST_FAILED, (const char *)line->payload);
		break;
	case SERIAL_EXIT:
		take_exit(g, line);
		break;
	default:
		ret = serial_file_take(&g->file, line);
		if (!ret && line->kind == SERIAL_END && !g->file.whole)
			ret = guest_memory_fetch(&g->file, g->pid, (uint64_t)VMM_GUEST_MB << 20);
		if (ret == -EBADMSG) {
			g->file_damaged = true;
			serial_file_free(&g->file);
		} else if (ret) {
			finish(g, GUEST_FAILED, strerror(-ret));
		} else if (g->file.whole && line->kind == SERIAL_END) {
			g->file_came = true;
			keep_file(g);
		}
	}
	return g->over;
}

/* It has said a line. */
static void take_error(struct guest *g)
{
	g->error_line[g->error_n] = 0;
	text_printable(g->error_line);
	if (g->error_n)
		snprintf(g->error, sizeof(g->error), "%.*s", (int)sizeof(g->error) - 1, g->error_line);
	g->error_n = 0;
	if (vmm_says_death(g->ask->vmm, g->error))
		finish(g, GUEST_DIED, g->error);
}

static void take_errors(struct guest *g, const char *bytes, size_t n)
{
	log_bytes(g, bytes, n);
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n' || g->error_n == sizeof(g->error_line) - 1)
			take_error(g);
		else if (bytes[i] != '\r')
			g->error_line[g->error_n++] = bytes[i];
	}
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* What is there to be read. */
static void take_bytes(struct guest *g, int *fd)
{
	char bytes[4096];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n <= 0) {
		if (!n || (errno != EINTR && errno != EAGAIN))
			close_end(fd);
		if (*fd < 0 && fd == &g->errors)
			take_error(g); /* what has no newline */
	} else if (fd == &g->said) {
		serial_read(&g->reader, bytes, (size_t)n, take_line, g);
	} else {
		take_errors(g, bytes, (size_t)n);
	}
}

static void look_at_clock(struct guest *g)
{
	double now = monotonic_s() - g->begin_s;
	char why[160];

	if (child_signals_pending()) {
		finish(g, GUEST_INTERRUPTED, "a signal came");
	} else if (!*g->out->kernel && now > g->ask->boot_s) {
		snprintf(why, sizeof(why), "it did not come up in %.0f s", g->ask->boot_s);
		finish(g, GUEST_NO_BOOT, why);
	} else if (*g->out->kernel && now > g->out->boot_s + g->ask->run_s) {
		snprintf(why, sizeof(why), "no result came in %.0f s from when it was up", g->ask->run_s);
		finish(g, GUEST_HUNG, why);
	}
}

static void watch(struct guest *g)
{
	while (!g->over && (g->said >= 0 || g->errors >= 0)) {
		struct pollfd ends[2] = { { g->said, POLLIN, 0 }, { g->errors, POLLIN, 0 } };

		if (poll(ends, 2, 100) > 0) {
			/* what it says about its end comes first */
			if (ends[1].revents)
				take_bytes(g, &g->errors);
			if (ends[0].revents && !g->over)
				take_bytes(g, &g->said);
		}
		look_at_clock(g);
	}
	if (!g->over) {
		char why[320];

		snprintf(why, sizeof(why), "%s", *g->error ? g->error : "it said nothing");
		finish(g, GUEST_VMM_ENDED, why);
	}
}

static int take_rest(void *guest, const struct serial_line *line)
{
	if (line->kind == SERIAL_TEXT)
		take_text(guest, line);
	return 0;
}

/* What the guest said before it died is in the pipe, such as its journal: that is no end any more. */
static void drain(struct guest *g)
{
	char bytes[4096];

	for (size_t all = 0; g->said >= 0 && all < DRAIN_MOST; all += sizeof(bytes)) {
		struct pollfd end = { g->said, POLLIN, 0 };
		ssize_t n = poll(&end, 1, 0) > 0 ? read(g->said, bytes, sizeof(bytes)) : 0;

		if (n <= 0)
			break;
		serial_read(&g->reader, bytes, (size_t)n, take_rest, g);
	}
	serial_read(&g->reader, "\n", 1, take_rest, g);
}

static _Noreturn void become_vmm(const struct guest_ask *ask, int ends[3], pid_t parent)
{
	/* a terminal's Ctrl-C is for us */
	setsid();
	program_prepare(parent, SIGKILL);
	for (int i = 0; i < 3; i++)
		dup2(ends[i], i);
	execv(ask->command[0], ask->command);
	dprintf(STDERR_FILENO, "cannot execute %s: %s\n", ask->command[0], strerror(errno));
	_exit(127);
}

/* 0 or -errno. */
static int start(struct guest *g)
{
	int pipes[3][2], ends[3], ret;
	pid_t parent = getpid();

	for (int i = 0; i < 3; i++) {
		if (!pipe2(pipes[i], O_CLOEXEC))
			continue;
		ret = -errno;
		while (i--)
			close(pipes[i][0]), close(pipes[i][1]);
		return ret;
	}
	for (int i = 0; i < 3; i++)
		ends[i] = pipes[i][i != 0];
	fflush(NULL);
	g->pid = fork();
	if (!g->pid)
		become_vmm(g->ask, ends, parent);
	ret = g->pid < 0 ? -errno : 0;
	for (int i = 0; i < 3; i++)
		close(ends[i]);
	g->in = pipes[0][1];
	g->said = pipes[1][0];
	g->errors = pipes[2][0];
	return ret;
}

/* With all that it has started, where it is a script around the VMM: until they are gone they have the device. */
static void end_vm(struct guest *g)
{
	const struct timespec tick = { .tv_nsec = 1000 * 1000 };
	double end = monotonic_s() + GONE_S;
	int status;

	if (g->pid <= 0)
		return;
	kill(-g->pid, SIGKILL);
	kill(g->pid, SIGKILL);
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	while (!kill(-g->pid, SIGKILL) && monotonic_s() < end)
		nanosleep(&tick, NULL);
}

static int open_files(struct guest *g)
{
	const char *path = g->ask->log;

	g->log = fopen(path, "we");
	if (g->log)
		setvbuf(g->log, NULL, _IOLBF, 0);
	if (g->log && g->ask->journal) {
		path = g->ask->journal;
		g->journal = fopen(path, "ae");
	}
	if (g->log && (g->journal || !g->ask->journal))
		return 0;
	snprintf(g->out->why, sizeof(g->out->why), "cannot write %s: %s", path, strerror(errno));
	return -errno;
}

/* A journal that is not whole on disk is no proof. */
static void close_files(struct guest *g)
{
	if (g->journal) {
		if (fflush(g->journal) || fsync(fileno(g->journal)))
			log_warn("cannot write the journal %s: %s", g->ask->journal, strerror(errno));
		fclose(g->journal);
	}
	if (g->log)
		fclose(g->log);
}

void guest_run(const struct guest_ask *ask, struct guest_outcome *out)
{
	struct guest *g = calloc(1, sizeof(*g));
	int ret;

	*out = (struct guest_outcome){ .end = GUEST_NOT_STARTED };
	if (!g) {
		snprintf(out->why, sizeof(out->why), "out of memory");
		return;
	}
	g->ask = ask;
	g->out = out;
	g->in = g->said = g->errors = -1;
	g->begin_s = monotonic_s();
	if (!open_files(g)) {
		ret = start(g);
		if (ret)
			finish(g, GUEST_NOT_STARTED, strerror(-ret));
		else
			watch(g);
		drain(g);
		if (ask->look && (out->end == GUEST_DONE || out->end == GUEST_DIED))
			ask->look(ask->arg, g->pid);
		end_vm(g);
	}
	out->all_s = monotonic_s() - g->begin_s;
	close_files(g);
	close_end(&g->in);
	close_end(&g->said);
	close_end(&g->errors);
	serial_file_free(&g->file);
	free(g);
}
