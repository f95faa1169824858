// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "judge/compare_cells.h"
#include "report/report.h"
#include "sides.h"

void files_add(struct files *f, const char *name)
{
	const char **names = realloc(f->names, (f->n + 1) * sizeof(*names));

	if (!names) {
		log_error("out of memory");
		exit(EXIT_INTERNAL);
	}
	f->names = names;
	names[f->n++] = name;
	if (f->n > COMPARE_RUNS_MAX) {
		log_error("more than %u results on a side: name fewer", COMPARE_RUNS_MAX);
		exit(EXIT_USAGE);
	}
}

int files_read(struct files *f)
{
	int ret = 0;

	f->results = f->n ? calloc(f->n, sizeof(*f->results)) : NULL;
	if (f->n && !f->results) {
		log_error("out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < f->n && !ret; i++)
		ret = result_read(&f->results[i], f->names[i]);
	return ret;
}

void files_free(struct files *f)
{
	for (size_t i = 0; f->results && i < f->n; i++)
		result_free(&f->results[i]);
	free(f->results);
	free(f->names);
}

bool name_is_directory(const char *name)
{
	struct stat st;

	return !stat(name, &st) && S_ISDIR(st.st_mode);
}

static void parse_part(const struct argp *argp, int argc, char **argv, void *input)
{
	if (!argp_parse(argp, argc, argv, 0, NULL, input))
		return;
	log_error("out of memory");
	exit(EXIT_INTERNAL);
}

bool sides_parse(const struct argp *argp, int argc, char **argv, void *input, unsigned int *side)
{
	int at = 1;

	while (at < argc && strcmp(argv[at], "--"))
		at++;
	parse_part(argp, at, argv, input);
	if (at == argc)
		return false;
	for (int i = at + 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		log_error("one -- parts the two sides: HOST.json... -- GUEST.json...");
		exit(EXIT_USAGE);
	}
	*side = 1;
	argv[at] = argv[0];
	parse_part(argp, argc - at, argv + at, input);
	return true;
}
