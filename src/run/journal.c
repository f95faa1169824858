// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/file.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/log.h"
#include "run/journal.h"

#define JOURNAL_BYTES_MAX (16 << 20)
#define LINE_BYTES_MAX	  4096 /* ours are a tenth of it */
#define DUMP_FLAGS (JSON_COMPACT | JSON_SORT_KEYS)

/* The checksum covers everything else in the record. False: out of memory. */
static bool record_check(json_t *record, char *buf, size_t n)
{
	char *text = json_dumps(record, DUMP_FLAGS);
	bool done = text;

	if (text)
		snprintf(buf, n, "%016" PRIx64, hash_string(HASH_START, text));
	free(text);
	return done;
}

static int fsync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, ret;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

/* A VM's serial line, say: what is written there is out of the VM before it can die. Nothing is to be read. */
static bool is_terminal(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	bool is = fd >= 0 && isatty(fd);

	if (fd >= 0)
		close(fd);
	return is;
}

/*
 * A pipe would block, a device never end: only a regular file of a sane size is a journal, or, to be written to,
 * a terminal. It is appended to where nobody else can have put it, or a link to what root may write.
 */
static int open_journal(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600), ret = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		ret = -errno;
	else if (flags & O_WRONLY && isatty(fd))
		ret = fcntl(fd, F_SETFL, O_WRONLY) ? -errno : 0; /* all of a line, or an error */
	else if (flags & O_WRONLY && untrusted_path_entry(path, &st))
		ret = -EPERM;
	else if (!S_ISREG(st.st_mode))
		ret = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	else if (st.st_size > JOURNAL_BYTES_MAX)
		ret = -EFBIG;
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/*
 * A disk that is full after a "before", and has no room for how it ended, would make the next boot
 * believe in a death. Not all file systems can keep room.
 */
static int keep_room(int fd)
{
	struct stat st;

	if (isatty(fd))
		return 0;
	if (fstat(fd, &st))
		return -errno;
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, LINE_BYTES_MAX) &&
	    (errno == ENOSPC || errno == EDQUOT))
		return -errno;
	return 0;
}

/* One write(2), so that records of two processes do not mix; then down to the disk. */
static int append_line(const char *path, const char *line, bool first_of_two)
{
	int fd = open_journal(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW), ret = 0;
	size_t n = strlen(line);
	ssize_t put;

	if (fd < 0)
		return fd;
	ret = first_of_two ? keep_room(fd) : 0;
	if (ret)
		goto out;
	put = write(fd, line, n);
	if (put < 0 || (isatty(fd) ? tcdrain(fd) : fsync(fd)))
		ret = -errno;
	else if ((size_t)put != n)
		ret = -ENOSPC;
out:
	close(fd);
	return ret ? ret : fsync_directory(path);
}

static json_t *line_parse(const char *line);

static int journal_append(const struct journal_attempt *a, const char *event, const struct word *outcome)
{
	const struct result *r = a->result;
	const char *boot = fact_get(&r->env.facts, "boot_id");
	const char *kernel = fact_get(&r->env.facts, "kernel_release");
	char now[32], ids[16], check[20], *text, *line = NULL;
	json_t *record, *again;
	int ret;

	date_text(now, sizeof(now), time(NULL));
	snprintf(ids, sizeof(ids), "%04x:%04x", r->device.vendor, r->device.device);
	record = json_pack("{ss ss ss ss ss ss ss si sI ss ss ss ss}", "schema", JOURNAL_SCHEMA,
			   "attempt", a->id, "time", now, "boot_id", boot ? boot : "", "kernel",
			   kernel ? kernel : "", "bdf", r->device.bdf, "device", ids, "bar",
			   (int)r->bar.index, "bar_bytes", (json_int_t)r->bar.size_bytes, "probe",
			   word_text(&a->probe, &words_probe), "mapping",
			   word_text(&a->mapping, &words_mapping), "event", event, "outcome",
			   probe_outcome_text(outcome));
	/* a record without a checksum that fits is none: nothing may rest on it */
	text = record_check(record, check, sizeof(check)) &&
	       !json_object_set_new(record, "check", json_string(check)) ?
		       json_dumps(record, DUMP_FLAGS) : NULL;
	json_decref(record);
	/* where memory ends in the middle of it jansson 2.14 leaves keys out, and does not say so */
	again = text ? line_parse(text) : NULL;
	/* the newline in front ends a line that a crash may have torn */
	if (!again || asprintf(&line, "\n%s\n", text) < 0)
		line = NULL;
	ret = line ? append_line(a->path, line, !strcmp(event, "before")) : -ENOMEM;
	json_decref(again);
	free(text);
	free(line);
	if (ret)
		log_error("cannot write the crash journal %s: %s: choose another place with --journal",
			  a->path, strerror(-ret));
	return ret;
}

static int make_parent(const char *path)
{
	char copy[PATH_MAX], *dir;
	int ret = 0;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy)) {
		log_error("the crash journal's name is too long: choose another with --journal");
		return -ENAMETOOLONG;
	}
	dir = dirname(copy);
	/* a new directory is no safer than its entry in the one above */
	if (!mkdir(dir, 0700))
		ret = fsync_directory(dir);
	else if (errno != EEXIST)
		ret = -errno;
	if (ret)
		log_error("cannot make the directory %s for the crash journal: %s: choose another "
			  "place with --journal", dir, strerror(-ret));
	return ret;
}

/* The commonest mistake: a path of the VM's own memory, which dies with it. */
static void warn_in_memory(const char *path)
{
	char copy[PATH_MAX];
	struct statfs fs;

	snprintf(copy, sizeof(copy), "%s", path);
	if (is_terminal(path) || statfs(dirname(copy), &fs))
		return;
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		log_warn("the crash journal %s lies in memory: if the VM dies, so does the proof", path);
}

int journal_before(struct journal_attempt *a, const char *path, const struct result *result,
		   enum probe probe, enum map_type mapping)
{
	const char *boot = fact_get(&result->env.facts, "boot_id");
	struct timespec ts;
	int ret = make_parent(path);

	if (ret)
		return ret;
	clock_gettime(CLOCK_REALTIME, &ts);
	*a = (struct journal_attempt){ path, result, { .is = (int)probe }, { .is = (int)mapping }, "" };
	snprintf(a->id, sizeof(a->id), "%.8s-%d-%" PRIx64, boot ? boot : "unknown", (int)getpid(),
		 (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
	warn_in_memory(path);
	ret = journal_append(a, "before", &(struct word){ .is = OUTCOME_NONE });
	/* half written, it must not look like a death: the attempt is not made */
	if (ret) {
		log_mute(true);
		journal_append(a, "after", &(struct word){ .is = OUTCOME_NOT_MADE });
		log_mute(false);
	}
	return ret;
}

void journal_settle(struct result *result, const char *path)
{
	static const struct word survived = { .is = OUTCOME_SURVIVED };

	if (!fact_get(&result->env.facts, "boot_id"))
		return;
	for (size_t i = 0; i < result->n_journal; i++) {
		struct journal_record *j = &result->journal[i];
		struct journal_attempt a = { path, result, j->probe, j->mapping, "" };

		if (!j->this_boot || j->outcome.is != OUTCOME_NONE)
			continue;
		snprintf(a.id, sizeof(a.id), "%s", j->attempt);
		if (!journal_append(&a, "after", &survived))
			j->outcome = survived;
	}
}

int journal_after(const struct journal_attempt *a, const struct word *outcome)
{
	return journal_append(a, "after", outcome);
}

static const char *text_of(const json_t *record, const char *key)
{
	const char *s = json_string_value(json_object_get(record, key));

	return s ? s : "";
}

#define TEXT(member) { #member, offsetof(struct journal_record, member), \
		       sizeof(((struct journal_record *)NULL)->member), NULL }
#define WORD(member, longest, words) \
	{ #member, offsetof(struct journal_record, member), (longest) + 1, &(words) }

static const struct {
	const char *key;
	size_t at, size;
	const struct words *words; /* of a struct word */
} texts[] = {
	TEXT(attempt), TEXT(time), TEXT(boot_id), TEXT(kernel), WORD(probe, 23, words_probe),
	WORD(mapping, 15, words_mapping), WORD(outcome, 31, words_probe_outcome),
};

/*
 * Ours have text that fits and is printable ASCII, and an outcome once there is one. Anything else
 * would go to terminals and into a result, that nobody could read again.
 */
static bool texts_fit(const json_t *record)
{
	bool after = !strcmp(text_of(record, "event"), "after");

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *s = text_of(record, texts[i].key);

		if (strlen(s) >= texts[i].size)
			return false;
		for (; *s; s++)
			if (*s < ' ' || *s > '~')
				return false;
	}
	return after == (text_of(record, "outcome")[0] != 0);
}

/* The record of a line; NULL when it is torn or not ours. */
static json_t *line_parse(const char *line)
{
	bool is_long = strnlen(line, LINE_BYTES_MAX) == LINE_BYTES_MAX;
	json_t *record = is_long ? NULL : json_loads(line, 0, NULL), *check;
	char want[20];

	if (strcmp(text_of(record, "schema"), JOURNAL_SCHEMA) || !texts_fit(record))
		goto bad;
	check = json_object_get(record, "check");
	if (!json_is_string(check))
		goto bad;
	json_incref(check);
	json_object_del(record, "check");
	if (!record_check(record, want, sizeof(want)) || strcmp(want, json_string_value(check))) {
		json_decref(check);
		goto bad;
	}
	json_decref(check);
	return record;
bad:
	json_decref(record);
	return NULL;
}

static bool same_bar(const json_t *record, const struct result *r)
{
	char ids[16];

	snprintf(ids, sizeof(ids), "%04x:%04x", r->device.vendor, r->device.device);
	return !strcmp(text_of(record, "device"), ids) &&
	       !strcmp(text_of(record, "bdf"), r->device.bdf) &&
	       json_integer_value(json_object_get(record, "bar")) == (int)r->bar.index &&
	       (uint64_t)json_integer_value(json_object_get(record, "bar_bytes")) ==
		       r->bar.size_bytes;
}

struct journal_scan {
	struct result *result;
	size_t ignored;
	bool ours;               /* a line at least is one of ours, or begins so */
};

/* Keys are sorted, so that all our lines begin alike; torn, one may be shorter than that. */
static bool begins_as_ours(const char *line)
{
	static const char begin[] = "{\"attempt\":\"";
	size_t n = strcspn(line, "\n");

	return n && !strncmp(line, begin, n < strlen(begin) ? n : strlen(begin));
}

/* What is old is of little use, and a reader of results takes no more. */
static void drop_oldest(struct journal_scan *scan)
{
	struct result *r = scan->result;

	if (r->n_journal < RESULT_JOURNAL_MAX)
		return;
	r->n_journal--;
	memmove(r->journal, r->journal + 1, r->n_journal * sizeof(*r->journal));
}

static int scan_before(struct journal_scan *scan, const json_t *record)
{
	const char *boot = fact_get(&scan->result->env.facts, "boot_id");
	struct journal_record j = { 0 };

	drop_oldest(scan);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		void *at = (char *)&j + texts[i].at;

		if (texts[i].words)
			word_set(at, texts[i].words, text_of(record, texts[i].key));
		else
			strcpy(at, text_of(record, texts[i].key));
	}
	/* not known: then it is not said to be of another boot, which would prove that the VM died */
	j.this_boot = !boot || !j.boot_id[0] || !strcmp(boot, j.boot_id);
	return result_add_journal(scan->result, &j);
}

/* What cannot be read may be how an open attempt ended: then it is no death. */
static void note_torn(struct result *r)
{
	for (size_t i = 0; i < r->n_journal; i++)
		if (r->journal[i].outcome.is == OUTCOME_NONE)
			r->journal[i].outcome.is = OUTCOME_TORN;
}

static int scan_line(struct journal_scan *scan, const char *line)
{
	json_t *record = line_parse(line);
	struct result *r = scan->result;
	int ret = 0;

	scan->ours |= record || begins_as_ours(line);
	if (!record) {
		scan->ignored++;
		note_torn(r);
		return 0;
	}
	if (same_bar(record, r)) {
		if (!strcmp(text_of(record, "event"), "before"))
			ret = scan_before(scan, record);
		for (size_t i = 0; i < r->n_journal && !ret; i++)
			if (!strcmp(text_of(record, "event"), "after") &&
			    !strcmp(r->journal[i].attempt, text_of(record, "attempt")))
				word_set(&r->journal[i].outcome, &words_probe_outcome,
					 text_of(record, "outcome"));
	}
	json_decref(record);
	return ret;
}

static int scan_file(struct journal_scan *scan, const char *path)
{
	int fd = open_journal(path, O_RDONLY), ret = 0;
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *line = NULL;
	size_t cap = 0;

	if (fd == -ENOENT)
		return 0;
	if (!f)
		ret = fd < 0 ? fd : -ENOMEM;
	while (!ret && getline(&line, &cap, f) > 0)
		if (strcmp(line, "\n"))
			ret = scan_line(scan, line);
	if (!ret && ferror(f))
		ret = -errno;
	if (ret)
		log_error("cannot read the crash journal %s: %s: name a regular file with --journal",
			  path, strerror(-ret));
	free(line);
	if (f)
		fclose(f);
	return ret;
}

int journal_read(struct result *result, const char *path, size_t *ignored)
{
	struct journal_scan scan = { .result = result };
	int ret = is_terminal(path) ? 0 : scan_file(&scan, path);

	*ignored = scan.ignored;
	return ret;
}

static bool has_attempt(const struct result *r, const struct journal_record *j)
{
	for (size_t i = 0; i < r->n_journal; i++)
		if (!strcmp(r->journal[i].time, j->time) &&
		    !strcmp(r->journal[i].boot_id, j->boot_id) &&
		    word_is_same(&r->journal[i].probe, &j->probe) &&
		    word_is_same(&r->journal[i].mapping, &j->mapping))
			return true;
	return false;
}

/* The oldest first; of one second in the order that they came. */
static void sort_by_time(struct result *r)
{
	for (size_t i = 1; i < r->n_journal; i++) {
		struct journal_record j = r->journal[i];
		size_t k = i;

		for (; k && strcmp(r->journal[k - 1].time, j.time) > 0; k--)
			r->journal[k] = r->journal[k - 1];
		r->journal[k] = j;
	}
}

static int check_own(const struct result *r, const struct result *file, const char *path)
{
	for (size_t i = 0; i < r->n_journal; i++) {
		if (has_attempt(file, &r->journal[i]) || file->n_journal == RESULT_JOURNAL_MAX)
			continue;
		log_error("the crash journal %s is not the guest's: it lacks the attempt of %s, which "
			  "the guest's result has", path, r->journal[i].time);
		return -EXDEV;
	}
	return 0;
}

int journal_read_beside(struct result *result, const char *path, size_t *ignored)
{
	struct result file = *result;
	struct journal_scan scan = { .result = &file };
	int ret;

	file.journal = NULL;
	file.n_journal = 0;
	ret = scan_file(&scan, path);
	*ignored = scan.ignored;
	if (!ret && scan.ignored && !scan.ours) {
		log_error("%s is no crash journal of mmiobench: name the file that the guest's "
			  "mmiobench wrote (" JOURNAL_DEFAULT ", or its --journal)", path);
		ret = -EINVAL;
	}
	if (!ret && file.n_journal)
		ret = check_own(result, &file, path);
	for (size_t i = 0; i < file.n_journal && !ret; i++) {
		if (has_attempt(result, &file.journal[i]))
			continue;
		file.journal[i].beside = true;
		ret = result_add_journal(result, &file.journal[i]);
	}
	if (!ret)
		sort_by_time(result);
	free(file.journal);
	return ret ? ret : (int)file.n_journal;
}
