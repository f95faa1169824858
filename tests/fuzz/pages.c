// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: report/result_text.c report/text.c report/checks.c report/page.c report/explain_text.c report/html_result.c report/html_verdict.c report/html_machine.c report/csv.c report/format_bmf.c report/format_csv.c report/format_gab.c report/format_gobench.c report/format_kcidb.c report/format_ktap.c report/format_lava.c report/format_markdown.c report/format_openmetrics.c judge/judge.c judge/rules.c judge/advice.c judge/correct.c plot/picture.c plot/script.c plot/script_panel.c plot/layout.c plot/data.c
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
