/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdint.h>

/* The signal by which the kernel refused an access. */
struct fault {
	int signal;              /* 0: none */
	int code;
	uint64_t offset_bytes;   /* in the mapping */
};

#endif
