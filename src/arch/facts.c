// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stddef.h>
#include "arch/aarch64.h"
#include "arch/info.h"
#include "arch/x86_64.h"

#define BARRIER(id, name, common, purposes, orders, what, ...)                                     \
	{ name, what, purposes, orders, common, #__VA_ARGS__ },

#define BARRIERS(name, NAME)                                                                       \
	const struct barrier name##_barriers[] = { NAME##_BARRIERS(BARRIER) { 0 } };
ARCHS(BARRIERS)

const struct arch_info arch_aarch64 = {
	.name = "aarch64",
	.go_name = "arm64",
	.clock = "CNTVCT_EL0",
	.device = "Device",
	.normal_nc = "Normal-NC",
	.write_back = "Write-Back",
	.asks = { [ASKS_DEVICE] = "Device-nGnRE", [ASKS_WRITECOMBINE] = "Normal-NC",
		  [ASKS_CACHED] = "Normal-WB", [ASKS_NONCACHED] = "Device-nGnRnE" },
	.barriers = aarch64_barriers,
	.ram_orders = ORDERS_NOTHING,   /* Arm ARM B2.3 */
	.alignment_tells_type = true,   /* Arm ARM B2.9 */
	.guest_sees_core = true,        /* VPIDR_EL2: Linux, arch/arm64/kvm */
	.kernel_may_demote = true,      /* NVIDIA's CONFIG_ARM64_WORKAROUND_NC_TO_NGNRE */
	.emulation_levels = true,       /* QEMU, target/arm/ptw.c */
};

const struct arch_info arch_x86_64 = {
	.name = "x86_64",
	.go_name = "amd64",
	.clock = "TSC",
	.device = "UC",
	.normal_nc = "WC",
	.write_back = "WB",
	.asks = { [ASKS_DEVICE] = "UC-", [ASKS_WRITECOMBINE] = "WC", [ASKS_CACHED] = "WB",
		  [ASKS_NONCACHED] = "UC-" },
	.barriers = x86_64_barriers,
	.ram_orders = ORDERS_WW | ORDERS_RW | ORDERS_RR, /* TSO: Intel SDM 3A 9.2.2 */
	.wc_loads_may_pass = true,      /* no cache's protocol is there to notice: Intel SDM 3A 12.3 */
	.always_gathers = true,         /* write buffers do: Intel SDM 3A 12.3.1 */
};
