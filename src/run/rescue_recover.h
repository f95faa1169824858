/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_RESCUE_RECOVER_H
#define RUN_RESCUE_RECOVER_H

#include "pci/list.h"
#include "pci/select.h"

struct rescue_done {
	size_t n;
	size_t n_differing;      /* of them: words did not keep their value, which is told */
};

/*
 * Puts back what runs on the selected functions have left behind (rescue.h), with a line on stdout for
 * each, and removes the files; dry_run: only the line, with what would be put back. 0, or
 * -errno after logging, then the file stays, with what is still to be put back. Nothing is stored where
 * the device may be another than the run's, or somebody else's by now.
 */
int rescue_recover(const struct pci_list *list, const struct pci_select *select, bool dry_run,
		   struct rescue_done *done);

/* Warns of what is there for it, as far as one may read it; changes nothing. */
void rescue_tell(const struct pci_list *list, const struct pci_select *select);

#endif
