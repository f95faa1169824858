/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_JSON_MEMORY_H
#define REPORT_JSON_MEMORY_H

#include <stddef.h>

/* What jansson has taken since the last json_memory_watch, and not given back. */
void json_memory_watch(void);
size_t json_memory_bytes(void);

#endif
