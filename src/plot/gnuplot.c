// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/privilege.h"
#include "plot/gnuplot.h"

#define NOT_FOUND 127

struct run {
	int script, said; /* its stdin and stderr: files in memory */
	int pipe[2];	  /* its stdout */
	pid_t pid;
	char *out;
	size_t n, room;
};

/* The user's variables may name files of commands to read first. */
static void clean_environment(void)
{
	static const char *const unwanted[] = { "GNUTERM",
						"GNUPLOT_LIB",
						"GNUPLOT_DRIVER_DIR",
						"GNUPLOT_PS_DIR",
						"GNUPLOT_FONTPATH",
						"GDFONTPATH",
						"GNUPLOT_DEFAULT_GDFONT",
						"GNUFITLOG",
						"GNUHELP",
						"PAGER",
						"COLUMNS",
						"LINES" };

	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		unsetenv(unwanted[i]);
	/* numbers with a point, and no message in another language */
	setenv("LC_ALL", "C.UTF-8", 1);
}

static _Noreturn void not_started(const struct run *run)
{
	dprintf(run->said, "it cannot be started: %s", strerror(errno));
	_exit(NOT_FOUND - 1);
}

/* A gnuplot in the current directory may have come with somebody's results. */
static int clean_path(void)
{
	const char *path = getenv("PATH"), *end;
	char *kept = path ? calloc(1, strlen(path) + 2) : NULL;
	int ret;

	if (!path)
		return 0;
	if (!kept)
		return -ENOMEM;
	for (; *path; path = *end ? end + 1 : end) {
		end = strchrnul(path, ':');
		if (*path == '/')
			snprintf(kept + strlen(kept), (size_t)(end - path) + 2, "%s%.*s",
				 *kept ? ":" : "", (int)(end - path), path);
	}
	ret = setenv("PATH", *kept ? kept : "/usr/bin:/bin", 1) ? -errno : 0;
	free(kept);
	return ret;
}

static _Noreturn void become_gnuplot(const struct run *run)
{
	const struct rlimit cpu = { GNUPLOT_SECONDS, GNUPLOT_SECONDS }, core = { 0, 0 };
	static const char name[] = "gnuplot";
	char *argv[] = { (char *)(uintptr_t)name, (char *)(uintptr_t) "-d", (char *)(uintptr_t) "-",
			 NULL };

	if (dup2(run->script, STDIN_FILENO) < 0 || dup2(run->pipe[1], STDOUT_FILENO) < 0 ||
	    dup2(run->said, STDERR_FILENO) < 0)
		not_started(run);
	if (privilege_keep(PRIVILEGE_NONE) || clean_path())
		not_started(run);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	clean_environment();
	execvp(name, argv);
	if (errno == ENOENT)
		_exit(NOT_FOUND);
	not_started(run);
}

static int open_memory(const char *name, const char *text, size_t n)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < n;) {
		ssize_t more = write(fd, text + done, n - done);

		if (more < 0 && errno != EINTR) {
			int ret = -errno;

			close(fd);
			return ret;
		}
		done += more > 0 ? (size_t)more : 0;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int start(struct run *run, const char *script, size_t n)
{
	int ret;

	run->script = open_memory("script", script, n);
	if (run->script < 0)
		return run->script;
	run->said = open_memory("said", "", 0);
	ret = run->said < 0 ? run->said : 0;
	if (!ret && pipe2(run->pipe, O_CLOEXEC))
		ret = -errno;
	if (ret)
		goto close_said;
	run->pid = fork();
	if (!run->pid)
		become_gnuplot(run);
	if (run->pid > 0) {
		close(run->pipe[1]);
		return 0;
	}
	ret = -errno;
	close(run->pipe[0]);
	close(run->pipe[1]);
close_said:
	if (run->said >= 0)
		close(run->said);
	close(run->script);
	return ret;
}

/* One more byte than was read always has room, for the NUL. */
static int grow(struct run *run)
{
	char *v;

	if (run->room - run->n > 1)
		return 0;
	if (run->room >= GNUPLOT_MOST)
		return -EFBIG;
	run->room = run->room ? 2 * run->room : 1 << 16;
	v = realloc(run->out, run->room);
	if (!v)
		return -ENOMEM;
	run->out = v;
	return 0;
}

static int read_all(struct run *run)
{
	double end = monotonic_s() + GNUPLOT_SECONDS;

	for (;;) {
		struct pollfd p = { .fd = run->pipe[0], .events = POLLIN };
		double left = end - monotonic_s();
		ssize_t n;
		int ret = grow(run);

		if (ret)
			return ret;
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)(left * 1000) + 1) <= 0)
			continue;
		n = read(run->pipe[0], run->out + run->n, run->room - run->n - 1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			break;
		run->n += n > 0 ? (size_t)n : 0;
	}
	run->out[run->n] = 0;
	return 0;
}

/* What it said first, on one line. */
static void read_said(const struct run *run, char *buf, size_t size)
{
	ssize_t n = pread(run->said, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = 0;
	for (char *p = buf; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	text_clean(buf);
}

static int explain(const struct run *run, int ret, int status)
{
	char said[400];

	read_said(run, said, sizeof(said));
	if (ret == -ETIMEDOUT)
		log_error(
			"gnuplot did not end within %d s and was stopped: draw fewer pictures with "
			"--plots",
			GNUPLOT_SECONDS);
	else if (ret)
		log_error("cannot read what gnuplot draws: %s", strerror(-ret));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		log_error(
			"gnuplot is not installed: install the Debian package gnuplot-nox; --data "
			"works without it");
	else if (WIFSIGNALED(status))
		log_error("gnuplot was ended by signal %d: %s", WTERMSIG(status), said);
	else
		log_error("gnuplot failed: %s", said[0] ? said : "it drew nothing");
	if (ret)
		return ret;
	return WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND ? -ENOENT : -EIO;
}

int gnuplot_run(const char *script, size_t script_n, char **out, size_t *n)
{
	struct run run = { .script = -1 };
	int ret = start(&run, script, script_n), status = 0;
	char said[8];

	if (ret) {
		log_error("cannot start gnuplot: %s", strerror(-ret));
		return ret;
	}
	ret = read_all(&run);
	if (ret)
		kill(run.pid, SIGKILL);
	while (waitpid(run.pid, &status, 0) < 0 && errno == EINTR)
		;
	read_said(&run, said, sizeof(said));
	/* it goes on after many an error: whatever it complains of, the picture is not as meant */
	if (ret || status || said[0] || !run.n)
		ret = explain(&run, ret, status);
	close(run.pipe[0]);
	close(run.said);
	close(run.script);
	if (ret) {
		free(run.out);
		return ret;
	}
	*out = run.out;
	*n = run.n;
	return 0;
}
