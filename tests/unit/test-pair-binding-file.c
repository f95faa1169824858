// SPDX-License-Identifier: GPL-2.0-or-later
/* The state file: what is no file of ours, or of another boot, is never acted upon. */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/hash.h"
#include "base/path.h"
#include "fake-tree.h"
#include "pair/binding.h"

#define BDF	"0000:01:00.0"
#define DIR	"/sys/bus/pci/devices/" BDF "/"
#define KEPT	"/run/mmiobench/pair-" BDF
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static struct bindings b, again;
static char path[PATH_MAX];

static int begin(void **state)
{
	(void)state;
	tree_begin();
	tree_put(BOOT_ID, "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	tree_put(DIR "vendor", "0x1b36\n");
	tree_put(DIR "device", "0x0010\n");
	tree_put(DIR "config", "");
	tree_put(DIR "driver_override", "mmiopair\n");
	tree_put(DIR "power/control", "auto\n");
	assert_int_equal(bindings_begin(&b, BDF), 0);
	b.n = 1;
	b.v[0] = (struct binding){ .bdf = BDF, .vendor = 0x1b36, .device = 0x10, .override = "", .power_control = "auto",
				   .has_command = true, .command = 0x106, .autosuspend_delay_ms = "-1" };
	b.vf = (struct vf_state){ .pf = "0000:02:00.0", .autoprobe = 1 };
	assert_int_equal(bindings_keep(&b), 0);
	path_make(path, sizeof(path), KEPT);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (b.lock >= 0)
		close(b.lock);
	tree_end();
	return 0;
}

static void test_same(void **state)
{
	(void)state;
	assert_int_equal(binding_file_read(&again, path), 0);
	assert_int_equal(again.n, 1);
	assert_memory_equal(&again.v[0], &b.v[0], sizeof(b.v[0]));
	assert_memory_equal(&again.vf, &b.vf, sizeof(b.vf));
	assert_string_equal(again.boot_id, b.boot_id);
	assert_string_equal(again.started, b.started);
	assert_int_equal(again.pid, getpid());
	assert_true(again.v[0].is_taken);
}

static void test_private(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	chmod(path, 0666);
	assert_int_equal(binding_file_read(&again, path), -EBADMSG);
}

static size_t slurp(char *text, size_t n)
{
	FILE *f = fopen(path, "r");
	size_t got = fread(text, 1, n - 1, f);

	text[got] = 0;
	fclose(f);
	return got;
}

/* Wherever it ends, and whichever byte differs. */
static void test_torn(void **state)
{
	char text[4096];
	size_t n = slurp(text, sizeof(text));

	(void)state;
	for (size_t i = 0; i + 1 < n; i++) { /* the newline at its end may be lost */
		tree_put_bytes(KEPT, text, i);
		assert_int_equal(binding_file_read(&again, path), -EBADMSG);
	}
	for (size_t i = 0; i + 1 < n; i++) {
		text[i] ^= 1;
		tree_put_bytes(KEPT, text, n);
		assert_int_equal(binding_file_read(&again, path), -EBADMSG);
		text[i] ^= 1;
	}
	tree_put_bytes(KEPT, text, n);
	assert_int_equal(binding_file_read(&again, path), 0);
}

/* Puts value in place of a member's key, or of the file's own, under a checksum that is right. */
static void put_changed(const char *text, const char *key, json_t *value, bool of_member)
{
	json_t *root = json_loads(text, 0, NULL), *member = json_array_get(json_object_get(root, "members"), 0);
	char check[20], *dump;

	json_object_del(root, "check");
	json_object_set_new(of_member ? member : root, key, value);
	dump = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(check, sizeof(check), "%016" PRIx64, hash_string(HASH_START, dump));
	free(dump);
	json_object_set_new(root, "check", json_string(check));
	dump = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	tree_put(KEPT, dump);
	free(dump);
	json_decref(root);
}

static void test_hostile(void **state)
{
	static const struct {
		const char *key, *text;
		json_int_t number;
		bool of_member;
	} rows[] = {
		{ "bdf", "../../../../etc", 0, true },
		{ "bdf", "0000:01:00.0/../x", 0, true },
		{ "bdf", "0000:01:00.1", 0, false }, /* not as it is named */
		{ "driver", "../../../tmp/x", 0, true },
		{ "driver", "..", 0, true },
		{ "driver", "-r", 0, true },
		{ "driver", "a\nb", 0, true },
		{ "driver", "0123456789012345678901234567890123456789012345678901234567890123", 0, true },
		{ "override", "a/b", 0, true },
		{ "power_control", "off", 0, true },
		{ "autosuspend_delay_ms", "1; reboot", 0, true },
		{ "autosuspend_delay_ms", "-", 0, true },
		{ "command", NULL, 0x10000, true },
		{ "command", NULL, -2, true },
		{ "vendor", NULL, -1, true },
		{ "pid", NULL, 0, false },
		{ "pid", NULL, -1, false },
		{ "schema", "mmiopair bindings 2", 0, false },
		{ "more", "", 0, false },
		{ "more", "", 0, true },
		{ "members", "", 0, false },
		{ "vf", "", 0, false },
	};
	char text[4096];

	(void)state;
	slurp(text, sizeof(text));
	put_changed(text, "pid", json_integer(77), false);
	assert_int_equal(binding_file_read(&again, path), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		put_changed(text, rows[i].key, rows[i].text ? json_string(rows[i].text) : json_integer(rows[i].number),
			    rows[i].of_member);
		if (binding_file_read(&again, path) != -EBADMSG)
			fail_msg("taken: row %zu, %s", i, rows[i].key);
	}
}

static void test_many_members(void **state)
{
	json_t *many = json_array();
	char text[4096];

	(void)state;
	slurp(text, sizeof(text));
	for (int i = 0; i <= GROUP_MAX; i++)
		json_array_append_new(many, json_object());
	put_changed(text, "members", many, false);
	assert_int_equal(binding_file_read(&again, path), -EBADMSG);
}

/* Nothing is left in a window here. */
static int when_free(const char *bdf, void *arg)
{
	(void)bdf, (void)arg;
	return 0;
}

static int recover(size_t *done, bool dry_run)
{
	const struct pci_select all = { 0 };
	FILE *own = stdout;
	int ret;

	stdout = fopen("/dev/null", "w");
	ret = bindings_recover(dry_run, &all, when_free, NULL, done);
	fclose(stdout);
	stdout = own;
	return ret;
}

static void unlock(void)
{
	close(b.lock);
	b.lock = -1;
}

static void assert_override(const char *expected)
{
	char now[64];

	assert_true(path_read(now, sizeof(now), DIR "driver_override") >= 0);
	assert_string_equal(now, expected);
}

static void test_foreign_is_left(void **state)
{
	size_t done;

	(void)state;
	unlock();
	tree_put(KEPT, "{}");
	assert_int_equal(recover(&done, false), -EBADMSG);
	assert_int_equal(done, 0);
	assert_non_null(strstr(tree_log(), "nothing was put back; look at it, and remove it"));
	assert_override("mmiopair");
	assert_true(path_exists(KEPT));
	/* no run begins over it */
	assert_int_equal(bindings_keep(&b), -EEXIST);
	assert_non_null(strstr(tree_log(), "is in the way"));
	tree_remove(KEPT);
	tree_link(KEPT, BOOT_ID);
	assert_int_equal(recover(&done, false), -EBADMSG);
}

static void test_other_names(void **state)
{
	size_t done;

	(void)state;
	unlock();
	tree_put("/run/mmiobench/pair-nothing", "{}");
	tree_put("/run/mmiobench/.pair-" BDF ".01234567", "{");
	tree_put("/run/mmiobench/0000:05:00.0", "mmiobench's own");
	assert_int_equal(recover(&done, true), 0);
	assert_int_equal(done, 1);
	assert_non_null(strstr(tree_log(), "pair-nothing is no file of mmiopair"));
	assert_true(path_exists("/run/mmiobench/pair-nothing"));
	assert_true(path_exists("/run/mmiobench/0000:05:00.0"));
	assert_false(path_exists("/run/mmiobench/.pair-" BDF ".01234567")); /* a draft of a killed run */
}

static void test_earlier_boot(void **state)
{
	size_t done;

	(void)state;
	unlock();
	tree_put(BOOT_ID, "00000000-5ce1-4ea3-9d0b-45fba1bc2e3c\n");
	assert_false(bindings_are_left(BDF));
	assert_int_equal(recover(&done, true), 0);
	assert_true(path_exists(KEPT));
	assert_int_equal(recover(&done, false), 0);
	assert_int_equal(done, 0);
	assert_override("mmiopair");
	assert_false(path_exists(KEPT));
}

static void test_boot_unknown(void **state)
{
	size_t done;

	(void)state;
	unlock();
	tree_remove(BOOT_ID);
	assert_int_equal(recover(&done, false), -ENOENT);
	assert_non_null(strstr(tree_log(), "which boot"));
	assert_true(path_exists(KEPT));
}

static void test_dry_run(void **state)
{
	size_t done;

	(void)state;
	unlock();
	assert_true(bindings_are_left(BDF));
	assert_int_equal(recover(&done, true), 0);
	assert_int_equal(done, 1);
	assert_override("mmiopair");
	assert_true(path_exists(KEPT));
}

static void test_selected(void **state)
{
	const struct pci_select other = { .slot = "0000:05:00.0" }, by_id = { .id = "1b36:0010" };
	size_t done;

	(void)state;
	unlock();
	assert_int_equal(bindings_recover(true, &other, when_free, NULL, &done), 0);
	assert_int_equal(done, 0);
	assert_int_equal(bindings_recover(true, &by_id, when_free, NULL, &done), 0);
	assert_int_equal(done, 1);
}

static void test_directory_of_others(void **state)
{
	char dir[PATH_MAX];
	size_t done;

	(void)state;
	unlock();
	path_make(dir, sizeof(dir), "/run/mmiobench");
	chmod(dir, 0777);
	assert_int_equal(recover(&done, false), -EPERM);
	assert_override("mmiopair");
	assert_int_equal(bindings_keep(&b), -EPERM);
	assert_non_null(strstr(tree_log(), "others may write to it"));
	chmod(dir, 0700);
}

static void test_no_directory(void **state)
{
	size_t done = 7;

	(void)state;
	tree_remove(KEPT);
	tree_remove("/run/mmiobench");
	assert_int_equal(recover(&done, false), 0);
	assert_int_equal(done, 0);
}

/* A name that would lead elsewhere is not kept, either: nothing is changed. */
static void test_odd_override(void **state)
{
	(void)state;
	strcpy(b.v[0].override, "a/b");
	assert_int_equal(bindings_keep(&b), -EBADMSG);
	assert_non_null(strstr(tree_log(), "so nothing is changed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, begin, end),
		cmocka_unit_test_setup_teardown(test_private, begin, end),
		cmocka_unit_test_setup_teardown(test_torn, begin, end),
		cmocka_unit_test_setup_teardown(test_hostile, begin, end),
		cmocka_unit_test_setup_teardown(test_many_members, begin, end),
		cmocka_unit_test_setup_teardown(test_foreign_is_left, begin, end),
		cmocka_unit_test_setup_teardown(test_other_names, begin, end),
		cmocka_unit_test_setup_teardown(test_earlier_boot, begin, end),
		cmocka_unit_test_setup_teardown(test_boot_unknown, begin, end),
		cmocka_unit_test_setup_teardown(test_dry_run, begin, end),
		cmocka_unit_test_setup_teardown(test_selected, begin, end),
		cmocka_unit_test_setup_teardown(test_directory_of_others, begin, end),
		cmocka_unit_test_setup_teardown(test_no_directory, begin, end),
		cmocka_unit_test_setup_teardown(test_odd_override, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
