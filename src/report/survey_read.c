// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fts.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"
#include "base/memory.h"
#include "report/json_file.h"
#include "report/report.h"
#include "report/survey.h"

#define READERS_MAX 64
#define WATCH_US    20000

/* Shared with the readers; the records lie behind it. */
struct shared {
	_Alignas(64) atomic_size_t next; /* file to take */
	_Alignas(64) struct survey_record records[];
};

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/*
 * A link to a file is one, and to nothing the name of one that is missed; a pipe would be waited for.
 */
static bool is_wanted(const FTSENT *e)
{
	size_t n = strlen(e->fts_name);
	struct stat st;

	if (n < 5 || e->fts_name[0] == '.' || strcmp(e->fts_name + n - 5, ".json"))
		return false;
	return e->fts_info == FTS_F ||
	       (e->fts_info == FTS_SL && (stat(e->fts_accpath, &st) || S_ISREG(st.st_mode)));
}

static int grow(struct survey_files *files)
{
	size_t room = files->n ? 2 * files->n : 1;
	char **paths = realloc(files->paths, room * sizeof(*paths));
	int *errs;

	if (!paths)
		return -ENOMEM;
	files->paths = paths;
	errs = realloc(files->errs, room * sizeof(*errs));
	if (!errs)
		return -ENOMEM;
	files->errs = errs;
	return 0;
}

static int add_path(struct survey_files *files, const char *path, size_t length, int err)
{
	if (files->n == SURVEY_FILES_MAX) {
		log_error("more than %u files: name a directory with fewer", SURVEY_FILES_MAX);
		return -E2BIG;
	}
	if (!(files->n & (files->n - 1)) && grow(files)) /* it is full at each power of two */
		return -ENOMEM;
	files->paths[files->n] = strndup(path, length);
	if (!files->paths[files->n])
		return -ENOMEM;
	files->errs[files->n++] = err;
	return 0;
}

/*
 * A part of the tree that cannot be looked into could hide anything: it is named, once. Where not even
 * what kind of entry it is can be asked, that part is the directory of it.
 */
static int add_closed(struct survey_files *files, FTSENT *e)
{
	FTSENT *dir = e->fts_info == FTS_NS ? e->fts_parent : e;

	if (e->fts_errno == ENOENT && e->fts_level) /* removed just now */
		return 0;
	if (dir->fts_level <= 0 || e->fts_errno == ENOMEM) {
		log_error("cannot look into %s: %s", e->fts_path, strerror(e->fts_errno));
		return -e->fts_errno;
	}
	if (dir->fts_number)
		return 0;
	dir->fts_number = 1;
	return add_path(files, e->fts_path, dir->fts_pathlen, e->fts_errno);
}

static int walk(struct survey_files *files, FTS *fts)
{
	FTSENT *e;
	int ret = 0;

	while (!ret && (errno = 0, e = fts_read(fts))) {
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS) {
			ret = add_closed(files, e);
		} else if (e->fts_info == FTS_D && e->fts_level && e->fts_name[0] == '.') {
			fts_set(fts, e, FTS_SKIP);
		} else if (is_wanted(e)) {
			ret = add_path(files, e->fts_path, e->fts_pathlen, 0);
		}
	}
	if (!ret && errno) {
		ret = -errno;
		if (errno != ENOMEM)
			log_error("cannot look into %s: %s", fts->fts_path, strerror(errno));
	}
	return ret;
}

static int find_files(struct survey_files *files, const char *dir)
{
	char *const roots[] = { (char *)(uintptr_t)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	int ret = fts ? walk(files, fts) : -errno;

	if (fts)
		fts_close(fts);
	if (ret == -ENOMEM)
		log_error("out of memory for the names of files in %s", dir);
	if (ret || files->n)
		return ret;
	log_error("%s has no *.json file: name the directory that results were written to", dir);
	return -ENOENT;
}

/* Errors that reading logs are kept in the record. */
static void read_record(struct survey_record *rec, const char *path)
{
	struct result r = { 0 };
	const char *schema;
	json_t *root;

	rec->reader = getpid();
	rec->state = SURVEY_READING;
	log_keep(rec->why, sizeof(rec->why));
	root = json_file_read(path);
	schema = json_string_value(json_object_get(root, "schema"));
	if (root && (!schema || strncmp(schema, "mmiobench-result/", 17))) {
		rec->state = SURVEY_OTHER;
	} else if (!root || result_from_json(&r, root, path)) {
		rec->state = SURVEY_BROKEN;
	} else {
		survey_record_set(rec, &r);
		rec->state = SURVEY_RESULT;
	}
	log_keep(NULL, 0);
	if (memory_is_out() || (rec->state == SURVEY_BROKEN && !rec->why[0])) {
		rec->state = SURVEY_BROKEN;
		snprintf(rec->why, sizeof(rec->why), "out of memory for %s", path);
	}
	json_decref(root);
	result_free(&r);
}

static void read_share(struct shared *shared, const struct survey_files *files)
{
	size_t i;

	while ((i = atomic_fetch_add(&shared->next, 1)) < files->n)
		if (!files->errs[i])
			read_record(&shared->records[i], files->paths[i]);
}

/* 0, -errno: in the caller; the reader does not return. */
static int start_reader(struct shared *shared, const struct survey_files *files)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid < 0 ? -errno : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		read_share(shared, files);
	_exit(0);
}

/* What the dead one was at. */
static void bury(struct survey_files *files, pid_t pid, int status)
{
	for (size_t i = 0; i < files->n; i++) {
		struct survey_record *rec = &files->records[i];

		if (rec->reader != pid || rec->state != SURVEY_READING)
			continue;
		rec->state = SURVEY_BROKEN;
		snprintf(rec->why, sizeof(rec->why), "%s: the process that read it was ended by "
			 "signal %d: too little memory, or a bug", files->paths[i],
			 WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	}
}

static size_t count_readers(size_t n_files)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cpus < 1 ? 1 : cpus > READERS_MAX ? READERS_MAX : (size_t)cpus;

	return n_files / 4 + 1 < n ? n_files / 4 + 1 : n;
}

/* Until all have ended; each that died is replaced, while there are files. */
static int watch(struct shared *shared, struct survey_files *files, size_t running)
{
	int ret = 0, status;

	while (running) {
		pid_t pid = waitpid(-1, &status, WNOHANG);
		size_t next = atomic_load(&shared->next);

		if (pid < 0 && errno != EINTR)
			return -errno;
		if (pid > 0) {
			running--;
			if (!WIFEXITED(status))
				bury(files, pid, status);
			if (!ret && next < files->n) {
				ret = start_reader(shared, files);
				running += !ret;
			}
			continue;
		}
		log_progress("reading results: %zu of %zu", next < files->n ? next : files->n,
			     files->n);
		usleep(WATCH_US);
	}
	log_progress("%s", "");
	return ret;
}

static int read_all(struct survey_files *files, struct shared *shared)
{
	size_t readers = count_readers(files->n), running = 0;
	int ret = 0;

	fflush(NULL);
	while (running < readers && !ret) {
		ret = start_reader(shared, files);
		running += !ret;
	}
	if (running)
		ret = watch(shared, files, running);
	return ret;
}

static void set_closed(struct survey_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		struct survey_record *rec = &files->records[i];

		if (!files->errs[i])
			continue;
		rec->state = SURVEY_CLOSED;
		snprintf(rec->why, sizeof(rec->why), "cannot look into %s: %s", files->paths[i],
			 strerror(files->errs[i]));
	}
}

int survey_read(struct survey_files *files, const char *dir)
{
	struct survey_files new = { 0 };
	struct shared *shared;
	int ret = find_files(&new, dir);

	new.skip = strlen(dir);
	if (ret) {
		survey_files_free(&new);
		return ret;
	}
	new.records_bytes = sizeof(*shared) + new.n * sizeof(*new.records);
	shared = mmap(NULL, new.records_bytes, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		ret = -errno;
	} else {
		new.records = shared->records;
		set_closed(&new);
		ret = read_all(&new, shared);
	}
	if (!ret)
		ret = survey_mark_copies(new.records, new.n);
	if (ret) {
		log_error("cannot read the results of %s: %s", dir, strerror(-ret));
		survey_files_free(&new);
		return ret;
	}
	*files = new;
	return 0;
}

const char *survey_file_name(const struct survey_files *files, size_t i)
{
	const char *name = files->paths[i] + files->skip;

	return name + strspn(name, "/");
}

void survey_files_free(struct survey_files *files)
{
	if (files->records)
		munmap((char *)files->records - offsetof(struct shared, records),
		       files->records_bytes);
	for (size_t i = 0; i < files->n; i++)
		free(files->paths[i]);
	free(files->paths);
	free(files->errs);
	*files = (struct survey_files){ 0 };
}
