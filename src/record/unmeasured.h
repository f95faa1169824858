/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_UNMEASURED_H
#define RECORD_UNMEASURED_H

#include "record/result.h"

/* Cells that did not end well for one reason. */
struct unmeasured {
	enum cell_status status;
	const struct cell_record *first; /* its why is the reason */
	size_t n;
};

/*
 * Each distinct reason for which cells have no figure, by status, then by how many have it. Reasons that
 * differ in figures only are one: "at least 3 ms a round", "2 threads". *v is the caller's to free. 0,
 * -ENOMEM.
 */
int unmeasured_list(struct unmeasured **v, size_t *n, const struct result *r);

#endif
