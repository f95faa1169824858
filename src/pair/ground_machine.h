/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_GROUND_MACHINE_H
#define PAIR_GROUND_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parts of ground.c: what the machine and its kernel have, whatever the device. They change and log nothing. */

struct machine_lack {
	char text[256];          /* what is missing, and what is known of why */
	const char *remedy;
};

/* True: it is missing. */
bool machine_lacks_kvm(struct machine_lack *lack);
bool machine_lacks_iommu(struct machine_lack *lack);
bool machine_lacks_vfio(struct machine_lack *lack);

bool machine_has_iommu(void);
bool machine_kvm_is_protected(void); /* and takes no device page */

/* What the VMM and this program need themselves, and a machine that is not to swap at once. */
#define MACHINE_SPARE_MB 192u

/* False: not known, or no limit. */
bool machine_free_mb(uint64_t *mb);
bool machine_cgroup_mb(uint64_t *mb, char *where, size_t n); /* where: "/sys/fs/cgroup/x/memory.max" */
bool machine_lockable_mb(uint64_t *mb);

#endif
