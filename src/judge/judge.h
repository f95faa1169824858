/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "run/result.h"
#include "witness/witness.h"

/*
 * From what was observed to which memory type the WC mapping really has, and from that to whether
 * the hypervisor preserved what was asked for. Pure. Only here does a type become "effective".
 */

/* What a mapping really is. Device stands for UC on x86, Normal-NC for WC. */
enum effective {
	EFFECTIVE_UNKNOWN,
	EFFECTIVE_DEVICE,
	EFFECTIVE_NORMAL_NC,
	EFFECTIVE_WRITE_BACK,
	EFFECTIVE_TRAPPED,
	EFFECTIVES
};

enum verdict_word {
	VERDICT_INCONCLUSIVE,
	VERDICT_PRESERVED,
	VERDICT_DEMOTED,
	VERDICT_TRAPPED,
	VERDICT_WRITE_BACK,
	VERDICTS
};

/* How much one line says. Several strong lines that agree are still "likely": none is a proof. */
enum strength { STRENGTH_NONE, STRENGTH_WEAK, STRENGTH_STRONG, STRENGTH_PROOF, STRENGTHS };

#define SAYS(effective) (1u << (effective))
#define SAYS_ANYTHING                                                                              \
	(SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK) |         \
	 SAYS(EFFECTIVE_TRAPPED))

/* One line of evidence about the WC mapping. */
struct evidence {
	const char *line;        /* "isolated store", the rule's name */
	char observed[128];
	char threshold[96];
	unsigned int says;       /* SAYS() of every type that it is compatible with; 0: nothing */
	enum strength strength;  /* NONE: shown, counts for nothing */
	bool unheard;            /* it rests on times, and the CPU is an emulator's */
	bool no_doubt;           /* what cannot be told apart stays open: see judge.c */
	char why[224];           /* what it means, or why it counts for nothing */
	const char *source;      /* where the rule comes from */
};

#define EVIDENCE_MAX 20
#define ADVICE_MAX   6

struct verdict {
	enum effective effective;
	enum confidence confidence;
	enum verdict_word word;
	bool judged;             /* false: nothing was mapped WC (ram, no resourceN_wc) */
	bool about_guest;        /* false: not judged, or bare metal: no hypervisor to judge */
	bool emulated;           /* times counted for nothing */
	bool contradiction;      /* no type is left that all lines allow */
	struct evidence evidence[EVIDENCE_MAX];
	unsigned int n_evidence;
	char reason[480];        /* one sentence */
	const char *advice[ADVICE_MAX];
	unsigned int n_advice;
};

/* What there is to judge by; only run is needed. */
struct judge_input {
	const struct result *run;
	const struct result *host;     /* a run of the same BAR on the host: a reference */
	const struct witness *witness; /* what the host saw KVM do with the BAR */
};

void judge_input(struct verdict *v, const struct judge_input *in);

/* The same without a witness; host may be NULL. */
void judge_run(struct verdict *v, const struct result *run, const struct result *host);

/* The types that every line of at least that strength is compatible with: SAYS() bits. */
unsigned int verdict_types(const struct verdict *v, enum strength least);

/* Why it is likely and not proved; NULL: it is proved, or nothing is known. */
const char *verdict_doubt(const struct verdict *v);

const char *verdict_word_name(enum verdict_word w); /* "preserved", "demoted", ... */

/* From what a guest must not have to what it should: higher is better. */
int verdict_goodness(enum verdict_word w);
const char *strength_name(enum strength s);

/* By the names of the run's architecture: "Device", "Normal-NC"; "UC", "WC". */
const char *effective_name(enum effective e, const char *arch);

/* advice.c: fills v->advice from the verdict. */
void judge_advise(struct verdict *v, const struct judge_input *in);

#endif
