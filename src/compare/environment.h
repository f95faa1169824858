/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_ENVIRONMENT_H
#define COMPARE_ENVIRONMENT_H

#include "compare/compare_cells.h"

/*
 * Earlier and later runs of one machine: which facts of its environment have changed, and which of
 * these make other figures of the same hardware. Pure.
 */

enum environment_rule {
	ENVIRONMENT_KEY,         /* which machine and device it is: equal before and after */
	ENVIRONMENT_REFUSED,     /* another value makes other figures */
	ENVIRONMENT_SHOWN,       /* what a comparison is there to test, or what tells the runs apart */
};

struct environment_fact {
	const char *name;        /* what --ignore takes */
	enum environment_rule rule;
	/* Where its value is: in the file of a result, by get ("" in buf: not known), or, of neither,
	 * the result's fact of that name. */
	const char *path;
	void (*get)(char *buf, size_t n, const struct result *r);
};

#define ENVIRONMENT_FACTS 31
extern const struct environment_fact environment_facts[ENVIRONMENT_FACTS];

#define ENVIRONMENT_VALUE 256    /* what is shown of a value */

/* A fact's value, or its beginning; printable ASCII. */
void environment_value(char value[ENVIRONMENT_VALUE], int fact, const struct result *r);

/* Its number below ENVIRONMENT_FACTS, -1: there is none. */
int environment_find_fact(const char *name);

/* "arch, machine, cpu, ...": those that --ignore leads past */
const char *environment_fact_names(char *buf, size_t n);

/* Bits are 1 << a fact's number. */
#define ENVIRONMENT_FACT(fact) (UINT64_C(1) << (fact))

/*
 * Whether both are of one machine and device: all key facts are equal, and known but for
 * the machine's name.
 */
bool environment_same_machine(const struct result *a, const struct result *b);

struct environment_change {
	int fact;
	char before[ENVIRONMENT_VALUE], after[ENVIRONMENT_VALUE]; /* "": not known */
	bool refused;            /* and not ignored */
	bool ignored;            /* it would have been refused */
};

struct environment_changes {
	struct environment_change v[ENVIRONMENT_FACTS];
	size_t n, n_refused;
};

/*
 * All facts that any run after has otherwise than the first run before, each once, with the first
 * such run's value. What only one side knows is shown, not refused, unless it is a key: it may well
 * be the same.
 */
void environment_compare(struct environment_changes *c, const struct compare_side *before,
			 const struct compare_side *after, uint64_t ignored);

#endif
