/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_SELF_CHECK_H
#define REPORT_SELF_CHECK_H

#include <stdio.h>
#include "report/reader.h"
#include "run/result.h"

/* The field "self_check" of a result, and what a page says of it. */

json_t *self_check_json(const struct self_check *s);

/* s as it is where root has no such field. */
void self_check_read(struct reader *rd, const json_t *root, struct self_check *s);

void self_check_text(FILE *out, const struct self_check *s);

#endif
