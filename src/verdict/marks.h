/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_MARKS_H
#define VERDICT_MARKS_H

#include "verdict/judge.h"

/*
 * What a reader of a result must not miss: reasons not to trust its figures or its verdict, and what
 * needs action at once. Every output shows these marks, in its own way.
 */
enum mark_kind {
	MARK_EMULATED,
	MARK_REPLAYED,
	MARK_ALL_ONES,
	MARK_NOT_ASKED,  /* the kernel maps pages otherwise than it is asked to */
	MARK_DISTURBED,
	MARK_NOTE,       /* what users of the machine must know, whatever the verdict */
	MARK_WINDOW,     /* the BAR does not hold what it held before */
	MARK_LEFT,       /* of a comparison: a run did not leave its device as it was found */
	MARK_WRONG,      /* a cell saw what must not be */
	MARKS
};

struct mark {
	enum mark_kind kind;
	char text[768];
};

struct marks {
	struct mark *v;  /* owned */
	size_t n;        /* without memory some are missing: base/memory.h */
};

const char *mark_word(enum mark_kind kind); /* "EMULATED" */
bool mark_is_bad(enum mark_kind kind);      /* else it is a caution */

void marks_add(struct marks *m, enum mark_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void marks_free(struct marks *m);

/* All of a run's. */
void marks_of_run(struct marks *m, const struct result *r, const struct verdict *v);

/* Its cells that saw what must not be; where: what stands before their ids, "guest, ". */
void marks_add_wrong(struct marks *m, const char *where, const struct result *r,
		     const struct verdict *v);

/* What became of the window: "stored to, then put back as found". */
const char *window_means(enum window_state state);

#endif
