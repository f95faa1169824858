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
#include "base/xalloc.h"
#include "compare/survey_files.h"
#include "record/json_file.h"
#include "record/result_file.h"

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

/* What is found in the directory, before there are records of it. */
struct found {
	struct found_path {
		char *path;      /* owned */
		int err;         /* not 0: it is a directory that cannot be looked into */
	} *v;
	size_t n;
};

static int add_path(struct found *found, const FTSENT *e, size_t length, int err)
{
	if (found->n == SURVEY_FILES_MAX) {
		log_error("more than %u files: name a directory with fewer", SURVEY_FILES_MAX);
		return -E2BIG;
	}
	if (!(found->n & (found->n - 1))) /* it is full at each power of two */
		found->v = xrealloc(found->v, found->n ? 2 * found->n : 1, sizeof(*found->v));
	found->v[found->n].path = xstrdup(e->fts_path);
	found->v[found->n].path[length] = '\0';
	found->v[found->n++].err = err;
	return 0;
}

/*
 * A part of the tree that cannot be looked into could hide anything: it is named, once. Where not even
 * what kind of entry it is can be asked, that part is the directory of it.
 */
static int add_closed(struct found *found, FTSENT *e)
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
	return add_path(found, e, dir->fts_pathlen, e->fts_errno);
}

static int walk(struct found *found, FTS *fts)
{
	FTSENT *e;
	int ret = 0;

	while (!ret && (errno = 0, e = fts_read(fts))) {
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS) {
			ret = add_closed(found, e);
		} else if (e->fts_info == FTS_D && e->fts_level && e->fts_name[0] == '.') {
			fts_set(fts, e, FTS_SKIP);
		} else if (is_wanted(e)) {
			ret = add_path(found, e, e->fts_pathlen, 0);
		}
	}
	if (!ret && errno) {
		ret = -errno;
		log_error("cannot look into %s: %s", fts->fts_path, strerror(errno));
	}
	return ret;
}

static int find_files(struct found *found, const char *dir)
{
	char *const roots[] = { (char *)(uintptr_t)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	int ret = -errno;

	if (!fts) {
		log_error("cannot look into %s: %s", dir, strerror(-ret));
		return ret;
	}
	ret = walk(found, fts);
	fts_close(fts);
	if (ret || found->n)
		return ret;
	log_error("%s has no *.json file: name the directory that results were written to", dir);
	return -ENOENT;
}

/* Errors that reading logs are kept in the record. */
static void read_record(struct survey_record *rec)
{
	struct result r = { 0 };
	const char *schema;
	json_t *root;

	rec->reader = getpid();
	rec->state = SURVEY_READING;
	log_keep(rec->why, sizeof(rec->why));
	root = json_file_read(rec->path);
	schema = json_string_value(json_object_get(root, "schema"));
	if (root && (!schema || strncmp(schema, "mmiobench-result/", 17))) {
		rec->state = SURVEY_OTHER;
	} else if (!root || result_from_json(&r, root, rec->path)) {
		rec->state = SURVEY_BROKEN;
	} else {
		survey_record_set(rec, &r);
		rec->state = SURVEY_RESULT;
	}
	log_keep(NULL, 0);
	if (memory_is_out() || (rec->state == SURVEY_BROKEN && !rec->why[0])) {
		rec->state = SURVEY_BROKEN;
		snprintf(rec->why, sizeof(rec->why), "out of memory for %s", rec->path);
	}
	json_decref(root);
	result_free(&r);
}

static void read_share(struct shared *shared, const struct survey_files *files)
{
	size_t i;

	while ((i = atomic_fetch_add(&shared->next, 1)) < files->n)
		if (shared->records[i].state == SURVEY_UNREAD)
			read_record(&shared->records[i]);
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
			 "signal %d: too little memory, or a bug", rec->path,
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

/* The records take the paths over. */
static void name_records(struct survey_files *files, const struct found *found, const char *dir)
{
	for (size_t i = 0; i < files->n; i++) {
		struct survey_record *rec = &files->records[i];

		rec->path = found->v[i].path;
		rec->file = rec->path + strlen(dir);
		rec->file += strspn(rec->file, "/");
		if (!found->v[i].err)
			continue;
		rec->state = SURVEY_CLOSED;
		snprintf(rec->why, sizeof(rec->why), "cannot look into %s: %s", rec->path,
			 strerror(found->v[i].err));
	}
}

static int make_records(struct survey_files *files, const struct found *found, const char *dir)
{
	size_t bytes = sizeof(struct shared) + found->n * sizeof(*files->records);
	struct shared *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (shared == MAP_FAILED)
		return -errno;
	*files = (struct survey_files){ shared->records, found->n, bytes };
	name_records(files, found, dir);
	ret = read_all(files, shared);
	if (!ret)
		survey_mark_copies(files->records, files->n);
	return ret;
}

int survey_read(struct survey_files *files, const char *dir)
{
	struct survey_files new = { 0 };
	struct found found = { 0 };
	int ret = find_files(&found, dir);

	if (!ret) {
		ret = make_records(&new, &found, dir);
		if (ret)
			log_error("cannot read the results of %s: %s", dir, strerror(-ret));
	}
	for (size_t i = new.n; i < found.n; i++) /* that no record has taken over */
		free(found.v[i].path);
	free(found.v);
	if (ret)
		survey_files_free(&new);
	else
		*files = new;
	return ret;
}

void survey_files_free(struct survey_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free((char *)(uintptr_t)files->records[i].path);
	if (files->records)
		munmap((char *)files->records - offsetof(struct shared, records), files->bytes);
	*files = (struct survey_files){ 0 };
}
