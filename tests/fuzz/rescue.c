// SPDX-License-Identifier: GPL-2.0-or-later
// covers: restore/rescue.c restore/rescue_file.c restore/recover.c restore/window.c restore/power.c
/*
 * What a killed run left to be put back: a rescue file of any bytes, for a function whose BAR is a
 * file of zeros. Its checksum is made right, unless the input begins with '!': it stops no malice.
 * With '#' the BAR does not answer: its file is empty, and accesses fault.
 */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/hash.h"
#include "restore/rescue.h"
#include "restore/restore.h"
#include "fuzz.h"

#define BDF	  "0000:00:03.0"
#define DEVICE	  "sys/bus/pci/devices/" BDF "/"
#define BAR_BYTES 65536u
#define BOOT_ID	  "proc/sys/kernel/random/boot_id"
#define BOOT	  "f3b24a10-5ce1-4ea3-9d0b-45fba1bc2e3c"

static const struct pci_device device = {
	.bdf = BDF, .dev = 3, .vendor = 0x1af4, .device = 0x1110, .numa_node = -1, .memory_decode = true,
	.bars = { { .index = 0, .kind = BAR_MEMORY, .phys_bytes = 0x80000000, .size_bytes = BAR_BYTES,
		    .prefetchable = true, .has_file = true, .has_wc_file = true } },
};

static const uint8_t config[256] = { 0xf4, 0x1a, 0x10, 0x11, 2, 0, 0x10 };

static void put_device(bool answers)
{
	static const char zeros[BAR_BYTES];

	fuzz_require(fuzz_tree_put(BOOT_ID, BOOT "\n", strlen(BOOT) + 1) &&
		     fuzz_tree_put(DEVICE "config", config, sizeof(config)) &&
		     fuzz_tree_put(DEVICE "enable", "0\n", 2) &&
		     fuzz_tree_put(DEVICE "power/control", "on\n", 3) &&
		     fuzz_tree_put(DEVICE "resource0", zeros, answers ? sizeof(zeros) : 0), "no tree");
}

/* As long as a header is, from the one that we write with nothing but power to put back. */
static size_t header_bytes(void)
{
	static size_t n;
	struct rescue r;
	FILE *f;

	if (n)
		return n;
	rescue_begin(&r, &device, &device.bars[0], "2026-01-01T00:00:00Z");
	r.header.power.changed = true;
	fuzz_require(!rescue_keep(&r), "%s", fuzz_error());
	rescue_free(&r);
	f = fopen(fuzz_tree_path("run/mmiobench/" BDF), "re");
	fuzz_require(f && !fseek(f, 0, SEEK_END), "no rescue file");
	n = (size_t)ftell(f);
	fclose(f);
	return n;
}

/* The checksum is the header's last word, and 0 while it is made. */
static void put_rescue(const uint8_t *data, size_t size)
{
	bool as_it_is = size && data[0] == '!', marked = as_it_is || (size && data[0] == '#');
	uint8_t *bytes = (uint8_t *)fuzz_text(data + marked, size - marked);
	size_t n = size - marked, header = header_bytes();
	uint64_t check = 0;

	if (!as_it_is && n >= header) {
		memcpy(bytes + header - sizeof(check), &check, sizeof(check));
		check = hash_bytes(HASH_START, bytes, n);
		memcpy(bytes + header - sizeof(check), &check, sizeof(check));
	}
	fuzz_require(fuzz_tree_put("run/mmiobench/" BDF, bytes, n), "no rescue file");
	free(bytes);
}

/* restore_recover tells on stdout what it put back. */
static int recover(size_t *done, bool answers)
{
	const struct pci_list list = { (struct pci_device *)(uintptr_t)&device, 1 };
	const struct pci_select all = { 0 };
	struct restore_done all_done;
	FILE *terminal = stdout;
	const char *told;
	size_t n;
	int ret;

	stdout = fuzz_out();
	ret = restore_recover(&list, &all, false, &all_done);
	*done = all_done.n;
	told = fuzz_out_close(&n);
	stdout = terminal;
	fuzz_require(fuzz_is_clean(told, n), "%s", told);
	fuzz_require(ret ? !n : !*done == !n, "%d: %s", ret, told);
	fuzz_require(answers || !strstr(told, "bytes"), "what does not answer: %s", told);
	return ret;
}

/* Of the header only COMMAND is ours to write. */
static void check_config(void)
{
	uint8_t now[sizeof(config) + 1];
	FILE *f = fopen(fuzz_tree_path(DEVICE "config"), "re");

	fuzz_require(f && fread(now, 1, sizeof(now), f) == sizeof(config), "no configuration space");
	fclose(f);
	fuzz_require(!memcmp(now, config, 4) && !memcmp(now + 6, config + 6, 0x40 - 6), "its header");
}

/* The BAR has no other size than before, and the file is gone only where it was put back. */
static void check_after(int ret, size_t done, long bytes)
{
	FILE *f = fopen(fuzz_tree_path(DEVICE "resource0"), "re");

	fuzz_require(f && !fseek(f, 0, SEEK_END) && ftell(f) == bytes, "the BAR's file");
	fclose(f);
	fuzz_require(!access(fuzz_tree_path("run/mmiobench/" BDF), F_OK) == (ret != 0), "%d", ret);
	fuzz_require(ret ? !done && fuzz_error()[0] : done == 1, "%d without a word", ret);
}

static uint8_t bar_bytes[BAR_BYTES];

static void bar_read(uint8_t bytes[BAR_BYTES])
{
	FILE *f = fopen(fuzz_tree_path(DEVICE "resource0"), "re");

	fuzz_require(f && fread(bytes, 1, BAR_BYTES, f) == BAR_BYTES, "the BAR's file");
	fclose(f);
}

/* Where two windows are, as the input says; they may touch and overlap, as a run's do not. */
static void windows_save(struct window w[RESCUE_WINDOWS], const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < RESCUE_WINDOWS; i++) {
		unsigned int any = size ? data[size - 1] : 0, page = (i ? any + 1 + any / 8 % 7 : any) % 8;
		uint64_t at = 4096 * (uint64_t)page;
		struct map_range range = { &device, &device.bars[0], at, 4096 * (1 + at / 4096), true };

		fuzz_require(!window_save(&w[i], &range), "%s", fuzz_error());
		fuzz_require(w[i].n == range.length_bytes / 4 &&
			     !memcmp(w[i].words, bar_bytes + at, range.length_bytes), "window %zu", i);
	}
}

/* After a boot nothing is as it was: the file stays, and so does the BAR. */
static void check_other_boot(void)
{
	static const char other[] = "00000000-5ce1-4ea3-9d0b-45fba1bc2e3c\n", own[] = BOOT "\n";
	size_t done = 0;

	fuzz_require(fuzz_tree_put(BOOT_ID, other, strlen(other)), "no boot");
	fuzz_begin();
	fuzz_require(recover(&done, true) && !done && fuzz_error()[0], "of another boot");
	fuzz_require(fuzz_tree_put(BOOT_ID, own, strlen(own)), "no boot");
}

/* A new run is not held up by that, and nothing of it is left. */
static void check_run_after_boot(void)
{
	static const char other[] = "00000000-5ce1-4ea3-9d0b-45fba1bc2e3c\n", own[] = BOOT "\n";

	fuzz_require(fuzz_tree_put(BOOT_ID, other, strlen(other)), "no boot");
	fuzz_begin();
	fuzz_require(!restore_check(&device), "a new run is held up: %s", fuzz_error());
	fuzz_require(access(fuzz_tree_path("run/mmiobench/" BDF), F_OK), "the file stays");
	fuzz_require(fuzz_tree_put(BOOT_ID, own, strlen(own)), "no boot");
}

/* A run saves the BAR's bytes, is killed after it stored to all of it, and its windows come back. */
static void check_kept(const uint8_t *data, size_t size)
{
	struct window *w;
	struct rescue r;
	static uint8_t now[BAR_BYTES];
	size_t done = 0;

	for (size_t i = 0; i < BAR_BYTES; i++)
		bar_bytes[i] = size ? data[i % size] : 0;
	fuzz_require(fuzz_tree_put(DEVICE "resource0", bar_bytes, BAR_BYTES), "no BAR");
	rescue_begin(&r, &device, &device.bars[0], "2026-01-01T00:00:00Z");
	w = r.windows;
	windows_save(w, data, size);
	fuzz_require(!restore_check(&device) && !rescue_keep(&r), "%s", fuzz_error());
	fuzz_require(restore_check(&device) == -EBUSY, "another run would start beside it");
	rescue_unlock(&r);
	fuzz_require(restore_check(&device) == -EBUSY, "another run would start");
	memset(now, 0x5a, sizeof(now));
	fuzz_require(fuzz_tree_put(DEVICE "resource0", now, BAR_BYTES), "no BAR");
	for (size_t i = 0; i < RESCUE_WINDOWS; i++)
		memcpy(now + w[i].range.offset_bytes, bar_bytes + w[i].range.offset_bytes, 4 * w[i].n);
	check_other_boot();
	fuzz_begin();
	fuzz_require(!recover(&done, true) && done == 1, "%zu: %s", done, fuzz_error());
	bar_read(bar_bytes);
	fuzz_require(!memcmp(now, bar_bytes, BAR_BYTES), "the BAR");
	fuzz_require(!rescue_keep(&r), "%s", fuzz_error());
	rescue_free(&r);
	check_run_after_boot();
}

FUZZ_TARGET(rescue)
{
	bool answers = !size || data[0] != '#';
	size_t done = 0;
	int ret;

	fuzz_begin();
	fuzz_tree(NULL, 0);
	put_device(answers);
	put_rescue(data, size);
	restore_check(&device);
	put_rescue(data, size); /* of an earlier boot, it is gone */
	fuzz_begin();
	ret = recover(&done, answers);
	check_after(ret, done, answers ? BAR_BYTES : 0);
	check_config();
	if (!ret) { /* of a file that is in the way there is no other run */
		put_device(true);
		fuzz_begin();
		check_kept(data, size);
	}
	return 0;
}
