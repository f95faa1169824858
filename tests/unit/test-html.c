// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands between text of others and a browser: escaping, JSON in a script block, SVG. */
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "report/html/html.h"
#include "report/html/html_page.h"
#include "report/html/html_write.h"
#include "fixture.h"

static char *page;
static size_t length;

static FILE *begin(void)
{
	FILE *out = open_memstream(&page, &length);

	assert_non_null(out);
	return out;
}

static void expect(FILE *out, const char *wanted)
{
	assert_int_equal(fclose(out), 0);
	assert_string_equal(page, wanted);
	free(page);
}

static void test_put_escapes(void **state)
{
	FILE *out = begin();

	(void)state;
	html_put(out, "<b title=\"%s\">%s</b> %d %u %zu %%", "\"><img src=x onerror='a()'>",
		 "</b><script>&amp;", -1, 2u, (size_t)3);
	expect(out, "<b title=\"&quot;&gt;&lt;img src=x onerror=&#39;a()&#39;&gt;\">&lt;/b&gt;&lt;script&gt;"
		    "&amp;amp;</b> -1 2 3 %");
}

static void test_put_is_printable(void **state)
{
	FILE *out = begin();

	(void)state;
	/* U+202E, a control of C1, a byte of no character, escapes of a terminal */
	html_put(out, "%s", "a\xe2\x80\xae" "b\xc2\x9b" "c\xff" "d\033[1m\x7f\x09" "e");
	expect(out, "a?b?c?d?[1m??e");
}

static void test_put_is_bounded(void **state)
{
	size_t n = 2 << 20;
	char *text = malloc(n + 1);
	FILE *out = begin();

	(void)state;
	memset(text, '<', n);
	text[n] = '\0';
	html_put(out, "%s", text);
	assert_int_equal(fclose(out), 0);
	assert_true(length < 5 * HTML_TEXT_MOST);
	assert_non_null(strstr(page, "&lt; [... 2097152 bytes in all: see the raw data]"));
	free(page);
	free(text);
}

static void test_json_ends_no_block(void **state)
{
	const char *text = "</script><!--<script>&\xe2\x80\xa8]]>\xe2\x80\xae\xc3\xa9";
	FILE *out = begin();
	json_t *again;

	(void)state;
	assert_int_equal(html_put_json(out, json_pack("{ss sf}", text, text, "x", 0.1)), 0);
	assert_int_equal(fclose(out), 0);
	assert_null(strpbrk(page, "<>&\n"));
	for (const char *p = page; *p; p++)
		assert_in_range(*p, ' ', '~');
	again = json_loads(page, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(again, text)), text);
	assert_true(json_real_value(json_object_get(again, "x")) == 0.1);
	json_decref(again);
	free(page);
	assert_int_equal(html_put_json(stdout, NULL), -ENOMEM);
}

/* RFC 4648's own examples; an image's data cannot end it. */
static void test_pictures_are_images(void **state)
{
	static const char *const texts[][2] = { { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
						{ "foobar", "Zm9vYmFy" }, { "\xff\"><b>", "/yI+PGI+" } };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char words[] = "\"<w>\"", svg[16];
		struct html_picture v = { .name = "x", .title = "<t>", .words = words, .svg = svg,
					  .n = strlen(texts[i][0]) };
		const struct html_pictures pictures = { &v, 1, NULL };
		char want[128];
		FILE *out = begin();

		snprintf(svg, sizeof(svg), "%s", texts[i][0]);
		html_pictures(out, &pictures);
		assert_int_equal(fclose(out), 0);
		snprintf(want, sizeof(want),
			 "<img alt=\"&quot;&lt;w&gt;&quot;\" src=\"data:image/svg+xml;base64,%s\">",
			 texts[i][1]);
		assert_non_null(strstr(page, want));
		assert_non_null(strstr(page, "<strong>&lt;t&gt;</strong>"));
		free(page);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_escapes),
		cmocka_unit_test(test_put_is_printable),
		cmocka_unit_test(test_put_is_bounded),
		cmocka_unit_test(test_json_ends_no_block),
		cmocka_unit_test(test_pictures_are_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
