/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_TEXT_LIST_H
#define REPORT_TEXT_LIST_H

#include <stdio.h>
#include "pci/list.h"
#include "pci/policy.h"
#include "pci/select.h"

/* mmiobench --list: every selected function with its BARs and whether each may be tested. */
void list_text_print(FILE *out, const struct pci_list *list, const struct pci_select *sel,
		     const struct policy_ask *ask);

/* mmiobench --list-kernels: the rows of the architecture's tables. */
void list_text_kernels(FILE *out);

#endif
