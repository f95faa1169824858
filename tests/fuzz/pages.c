// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: report/text/result_text.c report/text/text.c compare/checks.c report/text/page.c report/text/explain_text.c report/html/html_result.c report/html/html_verdict.c report/html/html_machine.c report/format/csv.c report/format/format_bmf.c report/format/format_csv.c report/format/format_gab.c report/format/format_gobench.c report/format/format_kcidb.c report/format/format_ktap.c report/format/format_lava.c report/format/format_markdown.c report/format/format_openmetrics.c verdict/judge.c verdict/evidence.c verdict/advice.c verdict/violations.c plot/picture.c plot/script.c plot/data.c
/* All that can be made of a result that is accepted: no text in it is more than text. */
#include "config.h"
#include <stdlib.h>
#include "results.h"

FUZZ_TARGET(pages)
{
	struct result r;

	fuzz_begin();
	if (results_read(&r, 1, data, size) != 1)
		return 0;
	results_check_pages(&r);
	results_check_formats(&r);
	results_check_html(&r);
	results_check_pictures(&(const struct compare_side){ &r, 1 }, 1);
	result_free(&r);
	return 0;
}
