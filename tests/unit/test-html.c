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
#include "report/html.h"
#include "report/html_svg.h"
#include "report/html_write.h"
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

static void test_svg_is_written_again(void **state)
{
	FILE *out = begin();
	char why[64];

	(void)state;
	assert_int_equal(html_svg(out,
		"<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<!-- made -->\n<svg\n viewBox='0 0 9 9'>"
		"<title>a &lt;b&gt; \xc3\xa9\xe2\x80\xae</title><defs><path id='gp.1' class=\"verdict\" "
		"d='M0 0'/></defs><use xlink:href='#gp.1' fill=\"url(#pat)\" font-family='\"a\"'/>"
		"<g style='fill:none; stroke:rgb(1,2,3);'></g></svg>\n", "p1-", why, sizeof(why)), 0);
	expect(out, "<svg viewBox=\"0 0 9 9\"><title>a &lt;b&gt; \xc3\xa9?</title><defs>"
		    "<path id=\"p1-gp.1\" d=\"M0 0\"/></defs><use xlink:href=\"#p1-gp.1\" "
		    "fill=\"url(#p1-pat)\" font-family=\"&quot;a&quot;\"/>"
		    "<g fill=\"none\" stroke=\"rgb(1,2,3)\"></g></svg>");
}

/* One hostile or torn picture each; %s of the frame. */
static const char *const hostile[] = {
	"<script>alert(1)</script>",
	"<SCRIPT/>",
	"<foreignObject><p/></foreignObject>",
	"<style>a{}</style>",
	"<image href='x.png'/>",
	"<a href='#x'/>",
	"<animate attributeName='href'/>",
	"<set/>",
	"<iframe/>",
	"<g onload='a()'/>",
	"<g ONLOAD='a()'/>",
	"<use href='http://example.org/x'/>",
	"<use xlink:href='javascript:a()'/>",
	"<use href='data:image/svg+xml,x'/>",
	"<use href='#a\"b'/>",
	"<use href='#'/>",
	"<g id=''/>",
	"<g id='a b'/>",
	"<g fill='url(http://example.org/x)'/>",
	"<g fill='red url(x)'/>",
	"<g fill=' URL(#x)'/>",
	"<g fill='\\75rl(x)'/>",
	"<g style='background:red'/>",
	"<g style='fill:url(x)'/>",
	"<g style='fill'/>",
	"<g style='id:x'/>",
	"<g style='href:#x'/>",
	"<g fill='&#60;'/>",
	"<text>&#60;script&#62;</text>",
	"<text>&nbsp;</text>",
	"<text>a & b</text>",
	"<g fill='<'/>",
	"<title><g/></title>",
	"<desc><g></g></desc>",
	"<![CDATA[<script>]]>",
	"<!DOCTYPE svg [<!ENTITY a 'b'>]>",
	"<?xml-stylesheet href='x'?>",
	"<!-- never ends",
	"<g fill=red/>",
	"<g fill/>",
	"<g fill='red",
	"<g",
	"<g / >",
	"<",
	"<>",
	"<g>",
	"</g>",
	"</svg><g></svg>",
	"</svg></svg>",
};

static void test_svg_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		char svg[256], why[64];
		FILE *out = begin();

		snprintf(svg, sizeof(svg), "<svg><g></g>%s<path d=''/></svg>", hostile[i]);
		if (html_svg(out, svg, "p-", why, sizeof(why)) != -EINVAL)
			fail_msg("taken: %s", hostile[i]);
		if (!*why)
			fail_msg("no reason: %s", hostile[i]);
		expect(out, "");
	}
}

static void test_svg_torn(void **state)
{
	static const char *const torn[] = { "", "text", "<g></g>", "<svg/>x", "<svg/><svg/>",
					    "<svg>", "<svg></svg", "<svg/><script/>" };
	char svg[512] = "<svg>", why[64];

	(void)state;
	for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		FILE *out = begin();

		if (html_svg(out, torn[i], "p-", why, sizeof(why)) != -EINVAL)
			fail_msg("taken: %s", torn[i]);
		expect(out, "");
	}
	for (int i = 0; i < 64; i++)
		strcat(svg, "<g>");
	assert_int_equal(html_svg(stdout, svg, "p-", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "more than 32 elements in each other");
}

static void test_svg_tells_in_the_report(void **state)
{
	const struct html_picture v = { .name = "x", .title = "<t>", .caption = "<c>",
					.svg = "<svg><script/></svg>" };
	const struct html_pictures pictures = { &v, 1, NULL };
	struct result r;
	struct verdict verdict;
	FILE *out = begin();

	(void)state;
	fixture_result(&r);
	judge_run(&verdict, &r, NULL);
	assert_int_equal(html_result(out, &r, &verdict, &pictures), 0);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(page, "left out: its SVG has an element script."));
	assert_non_null(strstr(page, "<strong>&lt;t&gt;</strong> <span>&lt;c&gt;</span>"));
	free(page);
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_escapes),
		cmocka_unit_test(test_put_is_printable),
		cmocka_unit_test(test_put_is_bounded),
		cmocka_unit_test(test_json_ends_no_block),
		cmocka_unit_test(test_svg_is_written_again),
		cmocka_unit_test(test_svg_hostile),
		cmocka_unit_test(test_svg_torn),
		cmocka_unit_test(test_svg_tells_in_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
