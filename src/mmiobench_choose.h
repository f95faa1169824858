/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_CHOOSE_H
#define MMIOBENCH_CHOOSE_H

#include "mmiobench_options.h"
#include "pci/list.h"
#include "run/plan.h"

/*
 * The BAR that is meant, and the window in it. That only one may be tested does not say that it is
 * meant: a selector must match one function, whatever the others' state. Without a selector there must be
 * one free function of a class with memory in its BARs, and no consent but --bar counts.
 *
 * 0. Or after logging EXIT_USAGE: what is meant is not clear, or is refused, or has no such window;
 * EXIT_NOTHING: nothing may be tested, named or not.
 */
int choose_bar(struct target *target, const struct bench_options *o, const struct pci_list *list);

/* --offset and --length in so many bytes. 0, EXIT_USAGE after logging. */
int choose_window(struct target *target, const struct bench_options *o, uint64_t bytes);

#endif
