/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_TRACE_LINE_H
#define WITNESS_TRACE_LINE_H

#include <stdint.h>
#include "witness/witness.h"

/*
 * One line of a trace_pipe, as the kernel's print_trace_line and print_lost_events write them:
 *
 *   "       CPU 0/KVM-812     [001] d..1.   12.345678: map_801: (kvm_pgtable_stage2_map+0x0/0x90)
 *   ipa=0x8000000000 size=0x200000 pa=0x8000000000 prot=0x16", on one line
 *   CPU:1 [LOST 12 EVENTS]
 */
enum trace_line {
	TRACE_LINE_OTHER, /* not understood: an event may have been in it */
	TRACE_LINE_EVENT,
	TRACE_LINE_LOST,
};

/*
 * Fills event, whose time_s is the trace's clock and whose pid and comm are those of the thread; or
 * lost, 1 where the kernel does not know how many. line: without its newline; any bytes.
 */
enum trace_line trace_line_parse(const char *line, struct witness_event *event, uint64_t *lost);

#endif
