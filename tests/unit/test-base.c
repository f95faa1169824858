// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/fact.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "fixture.h"

struct number {
	const char *text;
	int ret;
	uint64_t value;
};

static const struct number plain[] = {
	{ "0", 0, 0 },
	{ "1", 0, 1 },
	{ "010", 0, 10 }, /* decimal: nobody means octal */
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "0x10", 0, 16 },
	{ "0XfF", 0, 255 },
	{ "0xffffffffffffffff", 0, UINT64_MAX },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "0x10000000000000000", -ERANGE, 0 },
	{ "99999999999999999999999999", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "\t1", -EINVAL, 0 },
	{ "1\n", -EINVAL, 0 },
	{ "0x", -EINVAL, 0 },
	{ "0x-1", -EINVAL, 0 },
	{ "0x 1", -EINVAL, 0 },
	{ "0x0x1", -EINVAL, 0 },
	{ "x10", -EINVAL, 0 },
	{ "ff", -EINVAL, 0 },
	{ "1.5", -EINVAL, 0 },
	{ "1e3", -EINVAL, 0 },
	{ "0b1", -EINVAL, 0 },
	{ "12Q", -EINVAL, 0 },
	{ "nan", -EINVAL, 0 },
};

static const struct number sizes[] = {
	{ "64", 0, 64 },
	{ "4K", 0, 4096 },
	{ "4k", 0, 4096 },
	{ "1KiB", 0, 1024 },
	{ "2M", 0, 2 << 20 },
	{ "1GiB", 0, 1 << 30 },
	{ "1g", 0, 1 << 30 },
	{ "3T", 0, 3ull << 40 },
	{ "0x10K", 0, 16384 },
	{ "0K", 0, 0 },
	{ "16777215T", 0, 16777215ull << 40 },
	{ "16777216T", -ERANGE, 0 },
	{ "18446744073709551615K", -ERANGE, 0 },
	{ "12Q", -EINVAL, 0 },
	{ "1KB", -EINVAL, 0 }, /* 1000 or 1024? nobody knows */
	{ "1Ki", -EINVAL, 0 },
	{ "1KIB", -EINVAL, 0 },
	{ "1KiBs", -EINVAL, 0 },
	{ "1 K", -EINVAL, 0 },
	{ "1KK", -EINVAL, 0 },
	{ "K", -EINVAL, 0 },
	{ "iB", -EINVAL, 0 },
	{ "1iB", -EINVAL, 0 },
	{ "1B", -EINVAL, 0 },
	{ "1P", -EINVAL, 0 },
	{ "-4K", -EINVAL, 0 },
	{ "4K ", -EINVAL, 0 },
	{ "4.5K", -EINVAL, 0 },
	{ "0xK", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
};

static void check(const struct number *v, size_t n, int (*parse)(const char *s, uint64_t *out))
{
	for (size_t i = 0; i < n; i++) {
		uint64_t out = 4711;

		if (parse(v[i].text, &out) != v[i].ret || out != (v[i].ret ? 4711 : v[i].value))
			fail_msg("\"%s\" gives %llu", v[i].text, (unsigned long long)out);
	}
}

static void test_u64(void **state)
{
	(void)state;
	check(plain, sizeof(plain) / sizeof(plain[0]), parse_u64);
}

static void test_size(void **state)
{
	(void)state;
	check(sizes, sizeof(sizes) / sizeof(sizes[0]), parse_size);
}

static void test_uint(void **state)
{
	unsigned int v = 77;

	(void)state;
	assert_int_equal(-ERANGE, parse_uint("6", 5, &v));
	assert_int_equal(-ERANGE, parse_uint("4294967296", UINT32_MAX, &v));
	assert_int_equal(-EINVAL, parse_uint("-1", 5, &v));
	assert_int_equal(-EINVAL, parse_uint("1K", 5000, &v));
	assert_int_equal(77, v);
	assert_int_equal(0, parse_uint("5", 5, &v));
	assert_int_equal(5, v);
	assert_int_equal(0, parse_uint("4294967295", UINT32_MAX, &v));
	assert_int_equal(UINT32_MAX, v);
}

static void test_percent(void **state)
{
	static const char *const bad[] = { "", "%", "5", "0.05", "-5%", "+5%", " 5%", "5 %", "5%%",
					   "5%x", ".5%", "5.%", "5,0%", "1e1%", "nan%", "inf%",
					   "1000%",
					   "1.1234567%", "0x5%" };
	static const struct {
		const char *text;
		double value;
	} good[] = { { "5%", 0.05 },	{ "0.5%", 0.005 }, { "0%", 0 },	    { "100%", 1 },
		     { "2.25%", 0.0225 }, { "999%", 9.99 }, { "1.000000%", 0.01 } };
	double v = 47;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse_percent(bad[i], &v) != -EINVAL || v != 47)
			fail_msg("\"%s\" gives %g", bad[i], v);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (parse_percent(good[i].text, &v) || v != good[i].value)
			fail_msg("\"%s\" gives %.17g", good[i].text, v);
}

static void test_format_size(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} v[] = {
		{ 0, "0" },	      { 1, "1" },	       { 1023, "1023" },
		{ 1024, "1K" },	      { 1025, "1025" },	       { 1536, "1536" },
		{ 983040, "960K" },   { 1 << 20, "1M" },       { 16 << 20, "16M" },
		{ 1ull << 30, "1G" }, { 1ull << 40, "1T" },    { 1ull << 50, "1024T" },
		{ 3ull << 60, "3145728T" }, { UINT64_MAX, "18446744073709551615" },
	};
	char buf[24];
	uint64_t back;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		assert_string_equal(v[i].text, format_size(buf, sizeof(buf), v[i].bytes));
		assert_int_equal(0, parse_size(buf, &back));
		assert_int_equal(v[i].bytes, back);
	}
}

static void test_list_has(void **state)
{
	(void)state;
	assert_true(list_has("bw", "bw"));
	assert_true(list_has("probe,bw,lat", "probe"));
	assert_true(list_has("probe,bw,lat", "bw"));
	assert_true(list_has("probe,bw,lat", "lat"));
	assert_true(list_has(",,bw,", "bw"));
	assert_true(list_has(",bw", ""));
	assert_true(list_has("bw,", ""));
	assert_false(list_has("bw", ""));
	assert_false(list_has("probe,bw,lat", "b"));
	assert_false(list_has("probe,bw,lat", "w"));
	assert_false(list_has("probe,bw,lat", "bw,lat2"));
	assert_false(list_has("probe,bw2", "bw"));
	assert_false(list_has("", "bw"));
	assert_false(list_has(",", "bw"));
}

static void test_hash(void **state)
{
	(void)state;
	/* FNV-1a's own test vectors (draft-eastlake-fnv, appendix C) */
	assert_int_equal(0xcbf29ce484222325, hash_bytes(HASH_START, "", 0));
	assert_int_equal(0xaf63dc4c8601ec8c, hash_bytes(HASH_START, "a", 1));
	assert_int_equal(0x85944171f73967e8, hash_bytes(HASH_START, "foobar", 6));
	/* a string's end counts, so that "ab" "c" is not "a" "bc" */
	assert_int_equal(hash_bytes(HASH_START, "a", 2), hash_string(HASH_START, "a"));
	assert_int_not_equal(hash_string(hash_string(HASH_START, "ab"), "c"),
			     hash_string(hash_string(HASH_START, "a"), "bc"));
	/* splitmix64 with seed 0 and seed 0x9e3779b97f4a7c15: its first two numbers */
	assert_int_equal(0xe220a8397b1dcdaf, hash_mix(0));
	assert_int_equal(0x6e789e6aa1b965f4, hash_mix(0x9e3779b97f4a7c15));
}

static void test_facts(void **state)
{
	struct facts f = { 0 };

	(void)state;
	assert_null(fact_get(&f, "a"));
	assert_int_equal(0, fact_add(&f, "a", "here", "%d%s", 4, "2"));
	assert_int_equal(0, fact_add(&f, "b", "there", "%s", ""));
	assert_int_equal(0, fact_add(&f, "a", "elsewhere", "later"));
	assert_string_equal("42", fact_get(&f, "a"));
	assert_string_equal("", fact_get(&f, "b"));
	assert_null(fact_get(&f, "A"));
	assert_int_equal(3, f.n);
	assert_string_equal("there", f.v[1].source);
	facts_free(&f);
	assert_int_equal(0, f.n);
	assert_null(fact_get(&f, "a"));
	facts_free(&f);
}

static void test_clean(void **state)
{
	char s[] = "a\033[1mb\n\302\233\377 ~";

	(void)state;
	assert_string_equal("a?[1mb????" " ~", text_clean(s));
}

static void test_tame(void **state)
{
	static const struct {
		const char *text, *printable;
	} t[] = {
		{ "", "" },
		{ "plain ~", "plain ~" },
		{ "\u00e9\u4e2d\U0001f600", "\u00e9\u4e2d\U0001f600" },
		{ "a\033[1mb\n\177", "a?[1mb??" },
		{ "a\xc2\x9b" "1m", "a??1m" },              /* C1 */
		{ "a\x9b" "1m\xff", "a?1m?" },              /* no UTF-8 */
		{ "a\xe4\xb8", "a??" },                    /* cut off */
		{ "a\xc0\xaf\xe0\x80\xaf", "a?????" },     /* overlong */
		{ "a\xed\xa0\x80\xf4\x90\x80\x80", "a???????" }, /* a surrogate, beyond Unicode */
		{ "a\u202eb\u2066\u200f\u2028", "a???b?????????" },
		{ "a\U000e0041\ufeff", "a???????" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char s[32];

		snprintf(s, sizeof(s), "%s", t[i].text);
		assert_int_equal(!strcmp(t[i].text, t[i].printable), text_is_printable(s));
		assert_string_equal(t[i].printable, text_printable(s));
		assert_true(text_is_printable(s));
	}
}

static void make(const char *dir)
{
	char path[512];

	assert_int_equal(0, mkdir(fixture_path(path, sizeof(path), dir), 0700));
}

static void test_path(void **state)
{
	char root[512], path[512], buf[16], small[4];

	(void)state;
	make("root");
	make("root/sys");
	fixture_path(root, sizeof(root), "root");
	path_set_sysroot(root);
	assert_string_equal(root, path_sysroot());
	fixture_write(fixture_path(path, sizeof(path), "root/sys/f"), "x86\0arm\0 \n\n", 11);
	fixture_write(fixture_path(path, sizeof(path), "root/sys/empty"), "", 0);
	fixture_write(fixture_path(path, sizeof(path), "root/sys/blank"), " \n", 2);

	assert_int_equal(0, path_make(path, sizeof(path), "/sys/%s%d", "f", 1));
	assert_string_equal(path + strlen(root), "/sys/f1");
	assert_int_equal(0, strncmp(path, root, strlen(root)));
	assert_int_equal(-ENAMETOOLONG, path_make(path, strlen(root), "/sys/f"));
	assert_int_equal(-ENAMETOOLONG, path_make(path, strlen(root) + 6, "/sys/f"));
	assert_int_equal(0, path_make(path, strlen(root) + 7, "/sys/f"));

	assert_true(path_exists("/sys/%s", "f"));
	assert_false(path_exists("/sys/g"));
	assert_false(path_exists("/sys/%05000d", 0));

	assert_int_equal(7, path_read(buf, sizeof(buf), "/sys/f"));
	assert_string_equal("x86 arm", buf);
	assert_int_equal(3, path_read(small, sizeof(small), "/sys/f"));
	assert_string_equal("x86", small);
	assert_int_equal(0, path_read(buf, sizeof(buf), "/sys/empty"));
	assert_string_equal("", buf);
	assert_int_equal(0, path_read(buf, sizeof(buf), "/sys/blank"));
	assert_int_equal(-ENOENT, path_read(buf, sizeof(buf), "/sys/g"));
	assert_int_equal(-EISDIR, path_read(buf, sizeof(buf), "/sys"));
	assert_int_equal(-ENAMETOOLONG, path_read(buf, sizeof(buf), "/%05000d", 0));

	assert_int_equal(0, path_write("12", "/sys/%s", "empty"));
	assert_int_equal(2, path_read(buf, sizeof(buf), "/sys/empty"));
	assert_string_equal("12", buf);
	/* nothing is truncated: tracefs would remove everybody's probes */
	assert_int_equal(0, path_write("3", "/sys/empty"));
	assert_int_equal(2, path_read(buf, sizeof(buf), "/sys/empty"));
	assert_string_equal("32", buf);
	assert_int_equal(-ENOENT, path_write("12", "/sys/g"));
	assert_false(path_exists("/sys/g"));
	path_set_sysroot("");
}

static void test_link_name(void **state)
{
	char root[512], path[512], buf[16], small[5];

	(void)state;
	make("links");
	path_set_sysroot(fixture_path(root, sizeof(root), "links"));
	assert_int_equal(0, symlink("../../bus/pci/drivers/vfio-pci",
				    fixture_path(path, sizeof(path), "links/driver")));
	assert_int_equal(0, symlink("nvme", fixture_path(path, sizeof(path), "links/short")));
	fixture_write(fixture_path(path, sizeof(path), "links/file"), "", 0);
	assert_int_equal(0, path_link_name(buf, sizeof(buf), "/driver"));
	assert_string_equal("vfio-pci", buf);
	assert_int_equal(0, path_link_name(small, sizeof(small), "/%s", "short"));
	assert_string_equal("nvme", small);
	assert_int_equal(-ENAMETOOLONG, path_link_name(small, sizeof(small), "/driver"));
	assert_int_equal(-EINVAL, path_link_name(buf, sizeof(buf), "/file"));
	assert_int_equal(-ENOENT, path_link_name(buf, sizeof(buf), "/none"));
	path_set_sysroot("");
}

/* What a file or a device says can neither colour a terminal nor make a second line. */
static void test_log(void **state)
{
	char text[4096], big[5000];

	(void)state;
	fixture_stderr_begin();
	log_error("%s", "a\033[31m\nb\tc\177\302\233d \303\251");
	assert_int_equal(1, fixture_stderr_end(text, sizeof(text)));
	assert_string_equal("a?[31m?b?c???d \303\251\n", strchr(text, ' ') + 1);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	fixture_stderr_begin();
	log_warn("%s", big);
	log_progress("not shown: %d", 1);
	assert_int_equal(1, fixture_stderr_end(text, sizeof(text)));
	assert_non_null(strstr(text, ": warning: xxx"));
}

/* A machine without a clock has no time. */
static void test_date(void **state)
{
	static const struct {
		const char *text;
		bool known;
	} rows[] = {
		{ "2026-01-02T03:04:05Z", true },  { "2026-01-01T00:00:00Z", true },
		{ "2025-12-31T23:59:59Z", false }, { "1970-01-01T00:00:11Z", false },
		{ "", false },			   { "?", false },
		{ "2026-01-02T03:04:05", false },  { "2026-01-02T03:04:05Z ", false },
		{ "2026-01-02T03:04:05Z0", false },
	};
	time_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (date_known(rows[i].text, &t) != rows[i].known)
			fail_msg("%s", rows[i].text);
	assert_true(date_known("2026-01-02T03:04:05Z", &t));
	assert_int_equal(1767323045, t);
}

static void test_words(void **state)
{
	char buf[8] = "";

	(void)state;
	text_append(buf, sizeof(buf), "%s", "abc");
	text_append(buf, sizeof(buf), "-%d", 12);
	assert_string_equal(buf, "abc-12");
	text_append(buf, sizeof(buf), "%s", "xyz"); /* what fits */
	assert_string_equal(buf, "abc-12x");
	assert_true(text_has_word("one", "one"));
	assert_true(text_has_word("a one", "one"));
	assert_true(text_has_word("ones one two", "one"));
	assert_false(text_has_word("ones gone", "one"));
	assert_false(text_has_word("", "one"));
}

static void test_join(void **state)
{
	char *none[] = { NULL }, *words[] = { "a", "", "b c", NULL };
	char *s = memory_join("X=1 ", words);

	(void)state;
	assert_string_equal(s, "X=1 a  b c");
	free(s);
	s = memory_join("", none);
	assert_string_equal(s, "");
	free(s);
}

/* Below the sysroot, and with what an open or a read says. */
static void test_path_open(void **state)
{
	unsigned char bytes[4] = { 0 };
	char dir[] = "/tmp/test-base-XXXXXX", path[64];
	FILE *f;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x", dir);
	f = fopen(path, "w");
	assert_int_equal(6, fwrite("ab\0\377\n\n", 1, 6, f));
	assert_int_equal(0, fclose(f));
	path_set_sysroot(dir);
	assert_int_equal(4, path_read_bytes(bytes, sizeof(bytes), "/%s", "x"));
	assert_memory_equal(bytes, "ab\0\377", 4);
	fd = path_open(O_RDONLY, "/x");
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	f = path_fopen("/x");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(-ENOENT, path_open(O_RDONLY, "/y"));
	assert_int_equal(-ENOENT, path_read_bytes(bytes, sizeof(bytes), "/y"));
	assert_int_equal(-EISDIR, path_read_bytes(bytes, sizeof(bytes), "/"));
	assert_int_equal(-ENAMETOOLONG, path_open(O_RDONLY, "/%5000d", 1));
	assert_null(path_fopen("/%5000d", 1));
	assert_int_equal(ENAMETOOLONG, errno);
	path_set_sysroot("");
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u64),	    cmocka_unit_test(test_size),
		cmocka_unit_test(test_uint),	    cmocka_unit_test(test_format_size),
		cmocka_unit_test(test_percent),	    cmocka_unit_test(test_list_has),
		cmocka_unit_test(test_hash),	    cmocka_unit_test(test_words),
		cmocka_unit_test(test_join),	    cmocka_unit_test(test_path_open),
		cmocka_unit_test(test_facts),	    cmocka_unit_test(test_clean),
		cmocka_unit_test(test_tame),
		cmocka_unit_test(test_path),	    cmocka_unit_test(test_link_name),
		cmocka_unit_test(test_log),	    cmocka_unit_test(test_date),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
