// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "report/json_file.h"

#define DUMP_RAW    (JSON_REAL_PRECISION(10))
#define DUMP_PRETTY (DUMP_RAW | JSON_INDENT(1))

json_t *json_text(const char *s)
{
	json_t *text = json_string(s);
	char *copy;

	if (text || !s)
		return text;
	copy = strdup(s);
	for (char *p = copy; p && *p; p++)
		if (*p & 0x80)
			*p = '?';
	text = copy ? json_string(copy) : NULL;
	free(copy);
	return text;
}

json_t *json_hex(uint64_t v)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%" PRIx64, v);
	return json_string(buf);
}

static int write_beside(const json_t *root, const char *path, char *temporary, size_t flags)
{
	int fd = mkstemp(temporary), ret = 0;
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		ret = -errno;
		close(fd);
		return ret;
	}
	errno = 0;
	if (json_dumpf(root, f, flags) || fputc('\n', f) == EOF || fflush(f) || fsync(fd))
		ret = errno ? -errno : -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	return ret;
}

int json_file_write(json_t *root, const char *path, bool pretty)
{
	size_t flags = pretty ? DUMP_PRETTY : DUMP_RAW;
	char temporary[PATH_MAX];
	int ret = 0;

	if (!root) {
		log_error("out of memory for the JSON of %s", path);
		return -ENOMEM;
	}
	if (!strcmp(path, "-")) {
		if (json_dumpf(root, stdout, flags) || fputc('\n', stdout) == EOF ||
		    fflush(stdout))
			ret = -EIO;
	} else if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
		   sizeof(temporary)) {
		ret = -ENAMETOOLONG;
		temporary[0] = 0;
	} else {
		ret = write_beside(root, path, temporary, flags);
		if (ret)
			unlink(temporary);
	}
	json_decref(root);
	if (ret)
		log_error("cannot write %s: %s: choose another place with --json FILE", path,
			  strerror(-ret));
	return ret;
}

static json_t *json_says(unsigned int says, const char *arch)
{
	json_t *list = json_array();

	for (int e = EFFECTIVE_UNKNOWN + 1; e < EFFECTIVES; e++)
		if (says & SAYS(e))
			json_array_append_new(list, json_string(effective_name(e, arch)));
	return list;
}

json_t *json_verdict(const struct verdict *v, const char *arch)
{
	json_t *evidence = json_array(), *advice = json_array();

	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];

		json_array_append_new(evidence,
				      json_pack("{ss ss ss so ss ss ss}", "line", e->line,
						"observed", e->observed, "threshold", e->threshold,
						"says", json_says(e->says, arch), "strength",
						strength_name(e->strength), "why", e->why, "source",
						e->source));
	}
	for (unsigned int i = 0; i < v->n_advice; i++)
		json_array_append_new(advice, json_string(v->advice[i]));
	return json_pack("{ss ss ss sb sb ss so so}", "normal_nc", verdict_word_name(v->word),
			 "effective", effective_name(v->effective, arch), "confidence",
			 confidence_name(v->confidence), "about_guest", v->about_guest, "emulated",
			 v->emulated, "reason", v->reason, "evidence", evidence, "advice", advice);
}
