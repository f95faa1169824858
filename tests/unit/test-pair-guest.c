// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "pair/cpio.h"
#include "pair/pair.h"
#include "pair/serial.h"
#include "pair/vmm.h"

/* What a serial line carried, and files as they come. */
struct heard {
	struct serial_file file;
	int file_error;
	char text[4096];
	unsigned int lines, kinds[SERIAL_KINDS];
	uint32_t status;
};

static int hear(void *arg, const struct serial_line *line)
{
	struct heard *h = arg;
	int ret;

	h->lines++;
	h->kinds[line->kind]++;
	if (line->kind == SERIAL_EXIT)
		h->status = line->number;
	if (line->kind == SERIAL_TEXT)
		snprintf(h->text + strlen(h->text), sizeof(h->text) - strlen(h->text), "%s|",
			 (const char *)line->payload);
	ret = serial_file_take(&h->file, line);
	h->file_error = h->file_error ? h->file_error : ret;
	return 0;
}

/* A file of n bytes that compress badly, in a name that the caller removes. */
static char *make_file(char *name, size_t n)
{
	int fd = mkstemp(name);
	uint32_t x = 1;

	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		assert_int_equal(write(fd, (char[]){ (char)(x >> 24) }, 1), 1);
	}
	close(fd);
	return name;
}

/* What serial_send_file() writes. The caller frees. */
static char *sent(const char *path, size_t *n)
{
	FILE *f = tmpfile();
	char *bytes;

	assert_non_null(f);
	assert_int_equal(serial_send(fileno(f), SERIAL_HELLO, 0, "6.12.0"), 0);
	assert_int_equal(serial_send_file(fileno(f), "guest.json", path, false), 0);
	assert_int_equal(serial_send(fileno(f), SERIAL_EXIT, 3, ""), 0);
	*n = (size_t)lseek(fileno(f), 0, SEEK_END);
	bytes = malloc(*n + 1);
	assert_int_equal(pread(fileno(f), bytes, *n, 0), *n);
	bytes[*n] = 0;
	fclose(f);
	return bytes;
}

static void check_whole(const struct heard *h, const char *path, size_t n)
{
	FILE *f = fopen(path, "r");
	char *want = malloc(n + 1);

	assert_int_equal(fread(want, 1, n, f), n);
	fclose(f);
	assert_int_equal(h->file_error, 0);
	assert_true(h->file.whole);
	assert_string_equal(h->file.name, "guest.json");
	assert_int_equal(h->file.n, n);
	assert_memory_equal(h->file.v, want, n);
	free(want);
}

/* In pieces of every size, with and without the terminal's carriage returns. */
static void test_files(void **state)
{
	static const size_t sizes[] = { 1, 2, 719, 720, 721, 100000 }, pieces[] = { 1, 7, 4096, 1u << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char name[] = "/tmp/test-pair.XXXXXX", *bytes;
		size_t n;

		bytes = sent(make_file(name, sizes[i]), &n);
		for (size_t k = 0; k < ARRAY_SIZE(pieces); k++) {
			struct heard h = { .status = 0 };
			struct serial_reader r = { .n = 0 };

			for (size_t at = 0; at < n; at += pieces[k])
				serial_read(&r, bytes + at, n - at < pieces[k] ? n - at : pieces[k], hear, &h);
			check_whole(&h, name, sizes[i]);
			assert_int_equal(h.status, 3);
			assert_int_equal(h.kinds[SERIAL_HELLO], 1);
			assert_int_equal(h.kinds[SERIAL_TEXT] + r.damaged, 0);
			serial_file_free(&h.file);
		}
		free(bytes);
		unlink(name);
	}
}

/* What follows the end of a file that was whole is not of it. */
static void test_behind_end(void **state)
{
	static const enum serial_kind kinds[] = { SERIAL_DATA, SERIAL_MEMORY, SERIAL_PAGES, SERIAL_END };
	struct serial_line begin = { .kind = SERIAL_BEGIN, .payload = "a", .n = 1 };
	struct serial_line end = { .kind = SERIAL_END, .payload = "0 00000000", .n = 10 };
	struct serial_line behind = { .number = 7, .payload = "x", .n = 1 };
	struct serial_file f = { .name = "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		behind.kind = kinds[i];
		assert_int_equal(serial_file_take(&f, &begin), 0);
		assert_int_equal(serial_file_take(&f, &end), 0);
		assert_true(f.whole);
		assert_int_equal(serial_file_take(&f, &behind), -EBADMSG);
		assert_false(f.whole);
	}
	serial_file_free(&f);
}

/* Whatever byte is changed, lost or doubled: the file is whole and right, or it is not said to be whole. */
static void test_damage(void **state)
{
	char name[] = "/tmp/test-pair.XXXXXX", *bytes;
	size_t n, told = 0;

	(void)state;
	bytes = sent(make_file(name, 2000), &n);
	for (size_t at = 0; at < n; at++)
		for (int how = 0; how < 3; how++) {
			struct heard h = { .status = 0 };
			struct serial_reader r = { .n = 0 };

			serial_read(&r, bytes, at, hear, &h);
			if (how == 0)
				serial_read(&r, (char[]){ (char)(bytes[at] ^ 4) }, 1, hear, &h);
			if (how == 2)
				serial_read(&r, (char[]){ bytes[at], bytes[at] }, 2, hear, &h);
			serial_read(&r, bytes + at + 1, n - at - 1, hear, &h);
			if (h.file.whole)
				check_whole(&h, name, 2000);
			else
				told++;
			serial_file_free(&h.file);
		}
	assert_true(told > n);
	free(bytes);
	unlink(name);
}

/* The kernel speaks between our lines, and in the middle of one. */
static void test_console(void **state)
{
	static const char noise[] = "[    1.0] usb: hello\r\nKernel panic - not syncing: x\r\n"
				    "\n{\"attempt\":\"a\"}\r\n";
	char line[SERIAL_LINE_MAX], all[2 * SERIAL_LINE_MAX];
	struct serial_reader r = { .n = 0 };
	struct heard h = { .status = 0 };
	int n;

	(void)state;
	assert_true(serial_format(line, sizeof(line), SERIAL_EXIT, 7, "", 0));
	n = snprintf(all, sizeof(all), "%s[ 2.0] begins %s@mmio X 7 - 12", noise, line);
	serial_read(&r, all, (size_t)n, hear, &h);
	serial_read(&r, "\n", 1, hear, &h);
	assert_string_equal(h.text, "[    1.0] usb: hello|Kernel panic - not syncing: x|{\"attempt\":\"a\"}|"
				    "[ 2.0] begins |@mmio X 7 - 12|");
	assert_int_equal(h.kinds[SERIAL_EXIT], 1);
	assert_int_equal(h.status, 7);
	assert_int_equal(r.damaged, 1);
}

/* A line without end, and names that would leave the directory. */
static void test_hostile(void **state)
{
	static const char *const names[] = { "../x", "a/b", ".x", "" };
	struct serial_reader r = { .n = 0 };
	struct heard h = { .status = 0 };
	struct serial_line line = { .kind = SERIAL_BEGIN };
	struct serial_file f = { .name = "" };

	(void)state;
	for (size_t i = 0; i < 3 * SERIAL_LINE_MAX; i++)
		serial_read(&r, "x", 1, hear, &h);
	assert_true(h.lines >= 2);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		line.n = strlen(names[i]);
		strcpy((char *)line.payload, names[i]);
		assert_int_equal(serial_file_take(&f, &line), -EBADMSG);
	}
	line.kind = SERIAL_DATA;
	assert_int_equal(serial_file_take(&f, &line), -EBADMSG);
	line.kind = SERIAL_END;
	assert_int_equal(serial_file_take(&f, &line), -EBADMSG);
	assert_int_equal(serial_format((char[8]){ "" }, 8, SERIAL_EXIT, 0, "", 0), 0);
	serial_file_free(&f);
}

/* As the kernel's sources say the format is. */
static void test_cpio(void **state)
{
	char *bytes;
	size_t n;
	FILE *f = open_memstream(&bytes, &n);

	(void)state;
	cpio_directory(f, "lib");
	cpio_bytes(f, "lib/a", 0644, "12345", 5);
	cpio_end(f);
	fclose(f);
	assert_int_equal(n % 4, 0);
	assert_memory_equal(bytes, "070701", 6);
	assert_memory_equal(bytes + 14, "000041ED", 8);
	assert_memory_equal(bytes + 94, "00000004", 8);
	assert_string_equal(bytes + 110, "lib");
	/* the second begins at a multiple of four, its bytes, too */
	assert_memory_equal(bytes + 116, "070701", 6);
	assert_memory_equal(bytes + 116 + 54, "00000005", 8);
	assert_string_equal(bytes + 116 + 110, "lib/a");
	assert_memory_equal(bytes + 116 + 116, "12345\0\0\0", 8);
	assert_string_equal(bytes + 116 + 124 + 110, "TRAILER!!!");
	free(bytes);
}

static void test_vmm(void **state)
{
	const struct vmm_ask ask = { "/boot/my kernel", "/tmp/i", "0000:01:00.0", NULL, " -x  {bdf} " };
	char names[96], *all;
	const struct vmm *v;
	char **words;
	size_t n = 0;

	(void)state;
	assert_string_equal(vmm_names(names, sizeof(names)), "qemu, kvmtool, cloud-hypervisor");
	for (size_t i = 0; (v = vmm_row(i)); i++) {
		FILE *f = open_memstream(&all, &n);

		words = vmm_command(v, "/bin/vmm", &ask);
		for (char **w = words; *w; w++)
			fprintf(f, "%s\n", *w);
		fclose(f);
		assert_non_null(strstr(all, "/bin/vmm\n"));
		assert_non_null(strstr(all, "/boot/my kernel\n"));
		assert_non_null(strstr(all, "0000:01:00.0"));
		assert_non_null(strstr(all, v->console));
		assert_non_null(strstr(all, "\n-x\n0000:01:00.0\n"));
		assert_null(strchr(all, '{'));
		assert_false(vmm_says_death(v, "hello"));
		assert_true(vmm_says_death(v, v->dying[0]));
		free(all);
		vmm_command_free(words);
	}
	v = vmm_row(0);
	assert_true(vmm_says_death(v, "error: kvm run failed Bad address"));
}

/* A path of root's with nothing of that name: which VMMs there are is said. */
static void test_no_vmm(void **state)
{
	char program[PATH_MAX];

	(void)state;
	setenv("PATH", "relative:/nowhere", 1);
	assert_null(vmm_find(NULL, program));
	assert_null(vmm_find("qemu", program));
	assert_null(vmm_find("nonsense", program));
}

/* Each launch once, the host's first before all, the probe behind it; both orders come. */
static void test_order(void **state)
{
	unsigned int guest_first = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct pair_step steps[PAIR_STEPS_MOST];
		unsigned int seen[3] = { 0 };
		size_t n = pair_order(steps, 3, seed, true);

		assert_int_equal(n, 7);
		assert_int_equal(steps[0].side, PAIR_HOST);
		assert_int_equal(steps[1].side, PAIR_PROBE);
		assert_int_equal(steps[2].side, PAIR_GUEST);
		for (size_t i = 0; i < n; i++)
			seen[steps[i].side]++;
		assert_int_equal(seen[PAIR_HOST], 3);
		assert_int_equal(seen[PAIR_GUEST], 3);
		guest_first += steps[3].side == PAIR_GUEST;
		for (size_t i = 3; i < n; i += 2)
			assert_int_equal(steps[i].launch, steps[i + 1].launch);
		assert_int_equal(pair_order(steps, 1, seed, false), 2);
	}
	assert_in_range(guest_first, 20, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),	cmocka_unit_test(test_damage),	cmocka_unit_test(test_behind_end),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_cpio),	cmocka_unit_test(test_vmm),
		cmocka_unit_test(test_no_vmm),	cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
