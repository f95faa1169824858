// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/trace_line.c
/* A line of trace_pipe: an event, written again as the kernel does, is the same event. */
#include "config.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "witness/trace_line.h"
#include "fuzz.h"

static void check_event(const struct witness_event *e, const char *line)
{
	struct witness_event again;
	uint64_t lost = 0, micros = (uint64_t)(e->time_s * 1e6 + 0.5);
	char text[512];

	fuzz_require(fuzz_is_ascii(e->comm) && e->pid, "'%s'", line);
	fuzz_require(e->time_s >= 0 && e->time_s <= INT32_MAX + 1.0, "%g s", e->time_s);
	snprintf(text, sizeof(text), "%16s-%-7u [001] d..1. %5" PRIu64 ".%06" PRIu64 ": map_1: "
		 "(f+0x0/0x90) ipa=0x%" PRIx64 " size=0x%" PRIx64 " pa=0x%" PRIx64 " prot=0x%" PRIx64, e->comm,
		 e->pid, micros / 1000000, micros % 1000000, e->ipa, e->size_bytes, e->pa, e->prot);
	fuzz_require(trace_line_parse(text, &again, &lost) == TRACE_LINE_EVENT && !lost, "'%s' of '%s'",
		     text, line);
	fuzz_require(again.ipa == e->ipa && again.size_bytes == e->size_bytes && again.pa == e->pa &&
		     again.prot == e->prot && again.pid == e->pid &&
		     again.time_s - e->time_s < 1e-6 && e->time_s - again.time_s < 1e-6,
		     "'%s' of '%s'", text, line);
	/* a name of blanks is no name */
	fuzz_require(!strcmp(again.comm, e->comm), "'%s' of '%s'", text, line);
}

FUZZ_TARGET(trace)
{
	char *line = fuzz_text(data, size);
	struct witness_event e = { .pid = 77 };
	uint64_t lost = 0;

	fuzz_begin();
	switch (trace_line_parse(line, &e, &lost)) {
	case TRACE_LINE_EVENT:
		fuzz_require(!lost, "'%s'", line);
		check_event(&e, line);
		break;
	case TRACE_LINE_LOST:
		fuzz_require(e.pid == 77 && lost && lost <= INT64_MAX, "'%s'", line);
		break;
	case TRACE_LINE_OTHER:
		fuzz_require(e.pid == 77 && !lost, "'%s' is nothing, but set", line);
	}
	free(line);
	return 0;
}
