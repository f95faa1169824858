/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_JUDGE_H
#define VERDICT_JUDGE_H

#include "record/result.h"
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

enum verdict_outcome {
	VERDICT_INCONCLUSIVE,
	VERDICT_PRESERVED,
	VERDICT_DEMOTED,
	VERDICT_TRAPPED,
	VERDICT_WRITE_BACK,
	VERDICTS
};

/* Whose stage 2 is judged; bits, for tables of what holds under several. */
enum hypervisor { HYPERVISOR_KVM = 1, HYPERVISOR_XEN = 2, HYPERVISOR_OTHER = 4 };

/* How much one line says. */
enum strength { STRENGTH_NONE, STRENGTH_WEAK, STRENGTH_STRONG, STRENGTH_PROOF, STRENGTHS };

/*
 * What a verdict is called proved for, as README.md and method.md have it. Only such facts are of
 * STRENGTH_PROOF; all else that counts is STRENGTH_STRONG, and leaves "likely", however much agrees:
 * times, a journal or a witness of another or unknown time, a witness that may run in a VM itself.
 *
 * No access proves Normal-NC in a VM: an unaligned load that works leaves Write-Back as well, and that it
 * is no cache that answers only a time tells. That the BAR is a device's is no fact that a guest has, and
 * KVM maps a device's memory Write-Back, too, where the driver's VMA is cacheable (nvgrace-gpu). The
 * host's witness tells the two apart.
 */
#define JUDGE_PROVED                                                                               \
	"architectural facts alone (an access that worked or faulted with its control, the page tables "   \
	"that the host's witness saw, a death on record) leave one type; times alone never prove"

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
	bool hypervisors;        /* the Device that it shows was not made by the guest's kernel */
	bool superseded;         /* it counts for nothing, as there is newer word: pages show it */
	bool discounted;         /* it rests on times, and the CPU is an emulator's */
	bool no_doubt;           /* what cannot be told apart stays open: see judge.c */
	char why[224];           /* what it means, or why it counts for nothing */
	const char *source;      /* where the rule comes from */
};

#define EVIDENCE_MAX 20
#define ADVICE_MAX   8

struct verdict {
	enum effective effective;
	enum confidence confidence;
	enum verdict_outcome outcome;
	bool judged;             /* false: nothing was mapped WC (ram, no resourceN_wc) */
	enum hypervisor hypervisor; /* means nothing without about_guest */
	bool about_guest;        /* false: not judged, or bare metal: no hypervisor to judge */
	bool emulated;           /* times counted for nothing */
	bool hidden;             /* not judged: the VMM does not show that the BAR is prefetchable */
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
	const struct witness *witness; /* the host's page tables */
	bool only_now;                 /* an old journal is not heard: there is newer word */
};

void judge_input(struct verdict *v, const struct judge_input *in);

/* The facts of the host, by its own result or by its witness; NULL: neither is there. */
const struct facts *judge_host_facts(const struct judge_input *in);

/* One without a name is taken for KVM, unless its host is known to have none. */
enum hypervisor judge_hypervisor(const struct judge_input *in);

/* The same without a witness; host may be NULL. */
void judge_run(struct verdict *v, const struct result *run, const struct result *host);

/* The v->n_evidence lines, strongest first and else as they stand; those that count for nothing are the last. */
void verdict_strongest_first(const struct verdict *v, const struct evidence *lines[EVIDENCE_MAX]);

/* The types that every line of at least that strength is compatible with: SAYS() bits. */
unsigned int verdict_types(const struct verdict *v, enum strength least);

/* Why it is likely and not proved; NULL: it is proved, or nothing is known. */
const char *verdict_doubt(const struct verdict *v);

const char *verdict_outcome_name(enum verdict_outcome w); /* "preserved", "demoted", ... */

enum verdict_outcome effective_outcome(enum effective e);

/* From what a guest must not have to what it should: higher is better. */
int verdict_goodness(enum verdict_outcome w);
const char *strength_name(enum strength s);

/* By the names of the run's architecture: "Device", "Normal-NC"; "UC", "WC". */
const char *effective_name(enum effective e, const char *arch);

/* advice.c: fills v->advice from the verdict; and of a BAR that nothing was mapped WC of. */
void judge_advise(struct verdict *v, const struct judge_input *in);
void judge_advise_unmapped(struct verdict *v, const struct judge_input *in);

#endif
