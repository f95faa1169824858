// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: report/witness_read.c report/reader.c report/witness_write.c report/witness_text.c
/* A witness that is accepted is written, and read again as the same; its page is clean. */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "report/json_file.h"
#include "report/report.h"
#include "results.h"

static char *write_again(const struct witness *w)
{
	json_t *root = json_witness(w);
	char *text = json_dumps(root, JSON_REAL_PRECISION(17));

	fuzz_require(text, "it cannot be written");
	json_decref(root);
	return text;
}

static void check_page(const struct witness *w)
{
	const char *page;
	size_t n;

	witness_text(fuzz_out(), w, NULL);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
}

/* It can be judged by, and of no BAR is more mapped than there is. */
static void check_seen(const struct witness *w)
{
	struct witness_seen seen;
	char why[96] = "";

	fuzz_require(witness_prots_usable(w, why, sizeof(why)), "%s", why);
	for (unsigned int i = 0; i < PCI_BARS; i++)
		fuzz_require(!witness_bar_seen(&seen, w, i) && seen.bytes <= w->device.bars[i].size_bytes &&
			     seen.type < WITNESS_TYPES, "BAR %u: %" PRIu64, i, seen.bytes);
}

static void check_told(const uint8_t *data, size_t size, const char *text)
{
	/* a VMM that is there twice is one, BARs are put in order */
	static const char *const computed[] = { "type", "vmms", "bars", NULL };
	json_t *in = json_loadb((const char *)data, size, 0, NULL), *out = json_loads(text, 0, NULL);

	results_check_told(in, out, computed);
	json_decref(in);
	json_decref(out);
}

FUZZ_TARGET(witness)
{
	struct witness w, again;
	char *first, *second;
	int ret;

	fuzz_begin();
	ret = witness_read(&w, fuzz_file(data, size));
	if (ret) {
		fuzz_require(ret == -EINVAL && fuzz_error()[0], "refused with %d without a word", ret);
		return 0;
	}
	check_seen(&w);
	check_page(&w);
	first = write_again(&w);
	check_told(data, size, first);
	fuzz_require(!witness_read(&again, fuzz_file(first, strlen(first))), "%s", fuzz_error());
	second = write_again(&again);
	fuzz_require(!strcmp(first, second), "%s\nreads as\n%s", first, second);
	free(first);
	free(second);
	witness_free(&w);
	witness_free(&again);
	return 0;
}
