// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: record/read.c witness/witness_fields.c witness/witness.c verdict/stage2.c compare/witnessed.c compare/witnessed_fields.c report/text/witness_text.c report/text/witnessed_text.c
/* A witness that is accepted is written, and read again as the same; its page is clean. */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "record/json_file.h"
#include "report/report.h"
#include "results.h"

static char *write_again(const struct witness *w)
{
	json_t *root = witness_json(w);
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

/* With itself as a guest's: it is refused, or all of it can be told. */
static void check_combined(const struct witness *w)
{
	struct witnessed both;
	char why[320] = "";
	const char *page;
	size_t n;

	if (witnessed_check(w, w, why, sizeof(why))) {
		fuzz_require(fuzz_is_ascii(why) && why[0], "'%s'", why);
		return;
	}
	fuzz_require(!witnessed_make(&both, w, w, false), "out of memory");
	fuzz_require(witnessed_status(&both) >= 0 && both.worst && both.worst->why[0], "no verdict");
	witnessed_text(fuzz_out(), &both);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
	fuzz_require(!witnessed_write(&both, fuzz_tree_path("witnessed.json")), "%s", fuzz_error());
	witnessed_free(&both);
}

static void check_told(const uint8_t *data, size_t size, const char *text)
{
	/* BARs are put in order */
	static const char *const computed[] = { "below", "bars", NULL };
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
	fuzz_tree(NULL, 0);
	ret = witness_read(&w, fuzz_file(data, size));
	if (ret) {
		fuzz_require(ret == -EINVAL && fuzz_error()[0], "refused with %d without a word", ret);
		return 0;
	}
	check_page(&w);
	check_combined(&w);
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
