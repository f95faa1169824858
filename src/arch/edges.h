/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_EDGES_H
#define ARCH_EDGES_H

/*
 * What a barrier promises, of both architectures: a result is judged anywhere. An edge is two
 * accesses of one CPU to different addresses, in program order: W a store, R a load.
 */
enum edge { EDGE_WW, EDGE_WR, EDGE_RW, EDGE_RR, EDGES };

#define EDGE_BIT(e) (1u << (e))
#define EDGES_ALL   (EDGE_BIT(EDGES) - 1)

extern const char *const edge_names[EDGES]; /* "WW", ... */

/* By uname -m's name and the barrier's; 0: it orders nothing, or is not known. */
unsigned int barrier_edges(const char *arch, const char *barrier);

/* The one that everybody knows to order everything: "dmb-sy", "mfence". */
const char *barrier_full(const char *arch);

#endif
