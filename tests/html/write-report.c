// SPDX-License-Identifier: GPL-2.0-or-later
/* write-report RESULT.json [GUEST.json]: the HTML report on stdout, without pictures. */
#include "config.h"
#include <stdio.h>
#include "report/html.h"
#include "report/report.h"

int main(int argc, char **argv)
{
	static struct result runs[2];
	struct html_pictures pictures = { .why_none = "this is a test." };
	struct comparison c;
	struct verdict v;

	for (int i = 1; i < argc && i < 3; i++)
		if (result_read(&runs[i - 1], argv[i]))
			return 2;
	if (argc == 2) {
		judge_run(&v, &runs[0], NULL);
		return html_result(stdout, &runs[0], &v, &pictures) ? 1 : 0;
	}
	if (argc != 3 || compare_make(&c, &runs[0], &runs[1]))
		return 2;
	return html_comparison(stdout, &c, &pictures) ? 1 : 0;
}
