// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay: the targets, one a line.
 * replay TARGET FILE...: each file once, as an engine would. Ends by a signal where something does
 * not hold; 1: a file cannot be read.
 */
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

/* what needs libwitness.a, without which there is no mmiowitness */
#ifdef FUZZ_WITNESS
#define WITNESS_TARGETS(X) X(recording)
#else
#define WITNESS_TARGETS(X)
#endif
#define TARGETS(X)                                                                                 \
	X(bindings) X(compare) X(env) X(journal) X(page_table) X(pages) X(rescue) X(result) X(select) \
	X(serial) X(size) X(survey) X(sysfs) X(text) X(witness) WITNESS_TARGETS(X)

#define DECLARE(name) int target_##name(const uint8_t *data, size_t size);
#define ROW(name) { #name, target_##name },
TARGETS(DECLARE)

static const struct {
	const char *name;
	int (*run)(const uint8_t *data, size_t size);
} targets[] = { TARGETS(ROW) };

#define TARGETS_N (sizeof(targets) / sizeof(targets[0]))

/* All of it in memory of just its size, so that a sanitizer sees a byte too many read. */
static uint8_t *file_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	long size = f && !fseek(f, 0, SEEK_END) ? ftell(f) : -1;
	uint8_t *bytes = size < 0 ? NULL : malloc((size_t)size + !size);

	*n = (size_t)size;
	if (!bytes || fseek(f, 0, SEEK_SET) || fread(bytes, 1, *n, f) != *n) {
		fprintf(stderr, "replay: cannot read %s: %s\n", path, strerror(errno));
		exit(1);
	}
	fclose(f);
	return bytes;
}

static void replay(size_t target, const char *path)
{
	size_t n;
	uint8_t *bytes = file_read(path, &n);

	/* the last such line names the culprit */
	fprintf(stderr, "%s %s\n", targets[target].name, path);
	targets[target].run(bytes, n);
	free(bytes);
}

int main(int argc, char **argv)
{
	size_t i = 0;

	if (argc == 1)
		for (; i < TARGETS_N; i++)
			puts(targets[i].name);
	if (argc < 3)
		return argc != 1;
	while (i < TARGETS_N && strcmp(targets[i].name, argv[1]))
		i++;
	if (i == TARGETS_N) {
		fprintf(stderr, "replay: there is no target %s\n", argv[1]);
		return 1;
	}
	for (int k = 2; k < argc; k++)
		replay(i, argv[k]);
	return 0;
}
