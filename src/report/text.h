/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdio.h>
#include "judge/judge.h"

/* Pieces of terminal pages. */
#define TEXT_COLUMNS       100
#define TEXT_COLUMNS_LEAST 60

/*
 * How wide a page on out may be: on a terminal its width (COLUMNS, if that is set), but neither less
 * than TEXT_COLUMNS_LEAST nor more than TEXT_COLUMNS; elsewhere TEXT_COLUMNS, so that what is kept in
 * files looks the same everywhere.
 */
unsigned int text_columns(FILE *out);

/* Colours only on a terminal that has them, and not where NO_COLOR is set (no-color.org). */
enum text_style { TEXT_PLAIN, TEXT_GOOD, TEXT_BAD, TEXT_UNSURE, TEXT_HEAD };

void text_style_begin(FILE *out, enum text_style style);
void text_style_end(FILE *out);

/*
 * Prints words, broken at blanks before text_columns; lines after the first begin with indent
 * blanks. label fills the first line up to there. Control characters become '?'.
 */
void text_wrapped(FILE *out, const char *label, int indent, const char *words);

/* "3.81 GB/s" (10^9), "812 ns", "1.20 us": three digits. */
const char *text_rate(char *buf, size_t n, double bytes_per_s);
const char *text_ns(char *buf, size_t n, double ns);

/* A cell's median in its unit, or its status in a word. c may be NULL: "-". */
const char *text_cell(char *buf, size_t n, const struct cell_record *c);

/* Why a verdict from an emulated CPU may be proved although its times mean nothing. */
extern const char text_emulated_rests[];

/* Labelled lines: guest or bare metal, and why; ids and names. */
void text_machine(FILE *out, const struct env *env);
void text_device(FILE *out, const struct pci_device *d);

/* "bare metal", "in a VM": a host that is a VM itself is no guest of the comparison. */
const char *text_role(const struct result *r);

/* What became of the window, for the page. */
const char *text_window(enum window_state state);

/* What a verdict claims, without the word and the confidence before it; points into text. */
const char *text_claim(const char *text);

/* Its word and confidence: "demoted (confidence: proved)"; on bare metal the type's. */
void text_short(char *buf, size_t n, const struct result *r, const struct verdict *v);

/* The verdict in one sentence, for people; the word itself is in the JSON. */
void text_verdict(char *buf, size_t n, const struct result *r, const struct verdict *v);

/* What the verdict means for whoever uses the machine, in plain words; NULL: no hypervisor is judged. */
const char *text_means(const struct verdict *v, const struct result *r);

/* Machine, CPU and marks of a result, as labelled lines. */
void text_environment(FILE *out, const struct result *r);

#endif
