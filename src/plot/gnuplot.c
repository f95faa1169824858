// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"
#include "base/privilege.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "plot/gnuplot.h"

#define NOT_FOUND 127

/* Its standard streams: files in memory. */
struct run {
	FILE *file[3];
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
	dprintf(fileno(run->file[STDERR_FILENO]), "it cannot be started: %s", strerror(errno));
	_exit(NOT_FOUND - 1);
}

/* A gnuplot in the current directory may have come with somebody's results. */
static int clean_path(void)
{
	const char *path = getenv("PATH"), *end;
	char *kept;
	int ret;

	if (!path)
		return 0;
	kept = xcalloc(strlen(path) + 2, 1);
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

/* Bounded in time, on the clock and of a CPU, and in what it writes. */
static void set_bounds(void)
{
	const struct rlimit cpu = { GNUPLOT_SECONDS, GNUPLOT_SECONDS }, core = { 0, 0 };
	const struct rlimit size = { GNUPLOT_MOST, GNUPLOT_MOST };

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	setrlimit(RLIMIT_FSIZE, &size);
	signal(SIGALRM, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	alarm(GNUPLOT_SECONDS);
}

static _Noreturn void become_gnuplot(const struct run *run)
{
	static const char name[] = "gnuplot";
	char *argv[] = { (char *)(uintptr_t)name, (char *)(uintptr_t) "-d", (char *)(uintptr_t) "-",
			 NULL };

	for (int i = 0; i < 3; i++)
		if (dup2(fileno(run->file[i]), i) < 0)
			not_started(run);
	if (privilege_keep(PRIVILEGE_NONE) || clean_path())
		not_started(run);
	set_bounds();
	clean_environment();
	execvp(name, argv);
	if (errno == ENOENT)
		_exit(NOT_FOUND);
	not_started(run);
}

static void close_streams(const struct run *run)
{
	for (int i = 0; i < 3; i++)
		if (run->file[i])
			fclose(run->file[i]);
}

/* None of them is one of ours, which dup2() would close. NULL: errno says why. */
static FILE *open_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC), high = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *file = high < 0 ? NULL : fdopen(high, "w+");
	int error = errno;

	if (high >= 0 && !file)
		close(high);
	if (fd >= 0)
		close(fd);
	errno = error;
	return file;
}

static int open_streams(struct run *run)
{
	static const char *const names[] = { "script", "drawn", "said" };

	*run = (struct run){ { NULL } };
	for (int i = 0; i < 3; i++) {
		run->file[i] = open_memory(names[i]);
		if (!run->file[i])
			return -errno;
	}
	return 0;
}

/* It stands at its beginning, for gnuplot to read. */
static int write_script(const struct run *run, void (*write)(FILE *out, const void *what),
			const void *what)
{
	FILE *f = run->file[STDIN_FILENO];

	write(f, what);
	if (fflush(f))
		return -errno;
	if (ferror(f))
		return -EIO;
	rewind(f);
	return 0;
}

/* All that it wrote. 0, -EIO. */
static int read_drawn(const struct run *run, char **out, size_t *n)
{
	FILE *f = run->file[STDOUT_FILENO];
	struct stat st;
	size_t size = fstat(fileno(f), &st) ? 0 : (size_t)st.st_size;

	*out = xcalloc(size + 1, 1);
	rewind(f);
	*n = fread(*out, 1, size, f);
	if (*n == size && size)
		return 0;
	if (size)
		log_error("cannot read what gnuplot draws: %s", strerror(errno));
	else
		log_error("gnuplot failed: %s", "it drew nothing");
	free(*out);
	return -EIO;
}

/* What it said first, on one line. */
static void read_said(const struct run *run, char *buf, size_t size)
{
	FILE *f = run->file[STDERR_FILENO];

	rewind(f);
	buf[fread(buf, 1, size - 1, f)] = 0;
	for (char *p = buf; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	text_clean(buf);
}

/* gnuplot goes on after many errors: any message means that the picture is not as it should be. */
static int check_end(int status, const char *said)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND) {
		log_error(
			"gnuplot is not installed: install the Debian package gnuplot-nox; --data "
			"works without it");
		return -ENOENT;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		log_error("gnuplot did not end within %d s and was stopped: draw fewer pictures with "
			  "--plots",
			  GNUPLOT_SECONDS);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		log_error("gnuplot wrote more than %u MiB and was stopped: draw smaller pictures "
			  "with --size",
			  GNUPLOT_MOST >> 20);
	else if (WIFSIGNALED(status))
		log_error("gnuplot was ended by signal %d: %s", WTERMSIG(status), said);
	else if (status || *said)
		log_error("gnuplot failed: %s", *said ? said : "it does not say why");
	else
		return 0;
	return -EIO;
}

static int run_once(const struct run *run, char **out, size_t *n)
{
	pid_t pid = fork();
	int status, ret;
	char said[400];

	if (!pid)
		become_gnuplot(run);
	if (pid < 0) {
		ret = -errno;
		log_error("cannot start gnuplot: %s", strerror(errno));
		return ret;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	read_said(run, said, sizeof(said));
	ret = check_end(status, said);
	return ret ? ret : read_drawn(run, out, n);
}

int gnuplot_run(void (*write)(FILE *out, const void *what), const void *what, char **out, size_t *n)
{
	struct run run;
	int ret = open_streams(&run);

	if (!ret)
		ret = write_script(&run, write, what);
	if (ret)
		log_error("cannot start gnuplot: %s", strerror(-ret));
	else
		ret = run_once(&run, out, n);
	close_streams(&run);
	return ret;
}
