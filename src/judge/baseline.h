/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_BASELINE_H
#define JUDGE_BASELINE_H

#include "judge/compare.h"

/*
 * Runs kept under a name, that later runs of the same machine and device are held against. Pure:
 * what a baseline is called and where it belongs, and which facts make figures incomparable.
 */

enum baseline_rule {
	BASELINE_KEY,     /* which machine and device it is: others have their own */
	BASELINE_REFUSED, /* another value makes other figures */
	BASELINE_SHOWN,   /* what a baseline is there to test, or what says which run it was */
};

struct baseline_fact {
	const char *name;        /* what --ignore takes */
	enum baseline_rule rule;
	/* "" in buf: not known. NULL: the result's fact of that name. */
	void (*get)(char *buf, size_t n, const struct result *r);
};

#define BASELINE_KEYS  6         /* the first ones */
#define BASELINE_FACTS 32
extern const struct baseline_fact baseline_facts[BASELINE_FACTS];

#define BASELINE_VALUE 256       /* what is shown of a value, and kept of a key */

/* A fact's value, or its beginning; printable ASCII. */
void baseline_value(char value[BASELINE_VALUE], int fact, const struct result *r);

/* Its number below BASELINE_FACTS, -1: there is none. */
int baseline_find_fact(const char *name);

/* "arch, machine, cpu, ..." */
const char *baseline_fact_names(char *buf, size_t n);

/* Bits are 1 << a fact's number. */
#define BASELINE_FACT(fact) (UINT64_C(1) << (fact))

struct baseline_difference {
	int fact;
	char then[BASELINE_VALUE], now[BASELINE_VALUE]; /* "": not known */
	bool refused;            /* and not ignored */
	bool ignored;            /* it would have been refused */
};

struct baseline_differences {
	struct baseline_difference v[BASELINE_FACTS];
	size_t n, n_refused;
};

/*
 * All facts that any of now's runs has otherwise than the first of then's, each once, with the
 * first such run's value. What only one side knows is shown, not refused, unless it is a key: it
 * may well be the same.
 */
void baseline_compare(struct baseline_differences *d, const struct compare_side *then,
		      const struct compare_side *now, uint64_t ignored);

/* What a baseline is called; what says so, for messages. */
#define BASELINE_NAME_MAX 64
#define BASELINE_NAME_RULE                                                                         \
	"1 to 64 letters, digits, '.', '_' and '-', and a letter or digit is the first"
bool baseline_name_fits(const char *name);

/* Names of directories, by the keys: letters, digits and '-', different for different keys. */
#define BASELINE_DIR_MAX 128
void baseline_machine_dir(char dir[BASELINE_DIR_MAX], const struct result *r);
void baseline_device_dir(char dir[BASELINE_DIR_MAX], const struct result *r);

/* 0 when comparisons with that run could pass; -EINVAL, and in why what of it fails them all. */
int baseline_check_run(const struct result *r, char *why, size_t n);

/*
 * 0 when the runs, each by itself, found one memory type, or none at all; else -EINVAL, why, and in
 * *bad which run does not fit *first. A guest may not see that its host or VMM is another one.
 */
int baseline_check_types(const struct compare_side *runs, size_t *first, size_t *bad, char *why,
			 size_t n);

/* "preserved", ..., of the worst run; "none": there is no hypervisor to judge. */
const char *baseline_verdict_name(const struct compare_side *runs);

/* One that was read; as struct compare_ask has it. */
struct baseline {
	char name[BASELINE_NAME_MAX + 1];
	char saved[32];          /* ISO 8601, UTC */
	struct baseline_differences differences; /* to what it is held against */
};

#endif
