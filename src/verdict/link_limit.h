/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_LINK_LIMIT_H
#define VERDICT_LINK_LIMIT_H

#include "pci/device.h"

/*
 * What a PCIe link can carry at most, each way. Pure. DLLPs, flow control and the device are left
 * out, so that real rates stay below. A guest's link may be virtual: it says what the VMM made up.
 */

/*
 * A TLP's bytes beside its payload: 4DW header (64-bit address) 16, sequence number 2, LCRC 4,
 * framing 2 or more (PCIe base spec 2.1.2, 3.6, 4.2.2.3). FLIT mode (64 GT/s) has other ones, so
 * that its ceilings are rough.
 */
#define CEILING_TLP_BYTES 24u

/* Bytes per second after the line code; 0: not known, or no such speed. */
double link_limit_raw(const struct pci_link *link);

/*
 * The same of the fastest and widest that the function can be trained to, whatever the link was when
 * it was looked at: idle GPUs are at 2.5 GT/s, and are back at full speed when something is done.
 */
double link_limit_most(const struct pci_link *link);

/* It may be in FLIT mode, which has less around each TLP, at any speed. */
bool link_limit_may_flit(const struct pci_link *link);

/* The part of it that is left when each TLP carries so many bytes. */
double link_limit_share(unsigned int payload_bytes);

#endif
