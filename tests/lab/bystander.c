// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What somebody who is not mmiobench does with a function, in the lab. bystander FILE COMMAND:
 * load, store	words of the BAR that FILE maps, to stdout or from stdin: all of the first MiB, where
 *		mmiobench works, and one of each page behind it. A load waits for the end of stdin: the
 *		mapping may be older than what forbids to make it.
 * lock		locks FILE until stdin ends
 * leave	the same, but who locks it ends at once, and a child stays
 * hold [ADDRESS BYTES]	has FILE mapped until stdin ends, and accesses nothing
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DENSE (1u << 20)
#define PAGE  4096u

static void wait_for_end(void)
{
	while (getchar() != EOF)
		;
}

static volatile uint64_t *map(int fd, size_t *size)
{
	struct stat st;
	void *bar;

	if (fstat(fd, &st))
		return NULL;
	*size = (size_t)st.st_size;
	bar = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return bar == MAP_FAILED ? NULL : bar;
}

/* Single accesses of 8 bytes; a BAR that is mapped is of whole pages. */
static int copy(volatile uint64_t *bar, size_t size, int stores)
{
	uint64_t word;

	for (size_t at = 0; at < size; at += at < DENSE ? sizeof(word) : PAGE) {
		if (stores && fread(&word, sizeof(word), 1, stdin) != 1)
			return 1;
		if (stores)
			bar[at / sizeof(word)] = word;
		else
			word = bar[at / sizeof(word)];
		if (!stores && fwrite(&word, sizeof(word), 1, stdout) != 1)
			return 1;
	}
	return fflush(stdout) != 0;
}

static int window(const char *file, int stores)
{
	int fd = open(file, O_RDWR);
	size_t size;
	volatile uint64_t *bar = fd < 0 ? NULL : map(fd, &size);

	if (!bar) {
		perror(file);
		return 2;
	}
	if (!stores)
		wait_for_end();
	return copy(bar, size, stores);
}

static int lock(const char *file, int leave)
{
	int fd = open(file, O_RDONLY);

	if (fd < 0 || flock(fd, LOCK_EX)) {
		perror(file);
		return 2;
	}
	if (!leave || !fork())
		wait_for_end();
	return 0;
}

static int hold(const char *file, off_t address, size_t size)
{
	int fd = open(file, O_RDWR);
	void *bar = MAP_FAILED;

	if (fd >= 0 && size)
		bar = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, address);
	else if (fd >= 0)
		bar = (void *)map(fd, &size);
	if (!bar || bar == MAP_FAILED) {
		perror(file);
		return 2;
	}
	puts("held");
	fflush(stdout);
	wait_for_end();
	return 0;
}

int main(int argc, char **argv)
{
	const char *command = argc >= 3 ? argv[2] : "";

	if (!strcmp(command, "load") || !strcmp(command, "store"))
		return window(argv[1], *command == 's');
	if (!strcmp(command, "lock") || !strcmp(command, "leave"))
		return lock(argv[1], !strcmp(command, "leave"));
	if (!strcmp(command, "hold"))
		return hold(argv[1], argc > 4 ? (off_t)strtoull(argv[3], NULL, 0) : 0,
			    argc > 4 ? strtoull(argv[4], NULL, 0) : 0);
	return 2;
}
