/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_REQUEST_H
#define MMIOBENCH_REQUEST_H

#include "mmiobench_options.h"

/*
 * The values of o->text: names that tables have, numbers, sizes, into o->request and the rest of o.
 * 0, -EINVAL, -ENOMEM after logging.
 */
int request_read(struct bench_options *o);

#endif
