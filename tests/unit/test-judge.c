// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "verdict/evidence.h"
#include "verdict/judge.h"
#include "verdict/witness_agreement.h"
#include "fixture.h"

#define OTHER_BOOT "aca2f632-b8d1-45aa-9b58-d9d27c027229"
#define MISALIGNED "SIGBUS/BUS_ADRALN"

/* What was observed, on top of a guest with a direct BAR. 0 and NULL: not. */
struct observed {
	const char *control, *wc;      /* alignment, through plain and wc */
	const char *boot, *journal;    /* the latest entry's boot and outcome */
	double store_ns;               /* 0: 5 ns; < 0: not measured */
	double ratio, host_ratio;      /* wc/plain of store throughput */
	double gain, host_gain;        /* of each other sign, over plain's */
	double load_ns;                /* dependent load through wc */
	double stream_ns;              /* a store of many in a row */
	double long_rate, plain_rate;  /* of 8-byte stores, long and flushed, in GB/s */
	const char *zva;               /* DC ZVA through wc; its control faults */
	const char *exclusive;
	const char *journal_time;      /* NULL: shortly before */
	enum memory_type witness;       /* UNKNOWN: none was given */
	unsigned int few_apart;        /* of 20 pairs of so few rounds that an interval is a range */
	int weak, plain_weak;          /* outcomes of MP in 1,000 tries; plain < 0: no such cell */
	bool zva_death;                /* an earlier boot's journal: the load worked, DC ZVA is open */
	const char *parts[2];          /* of the cores of host and guest; NULL: not known */
	const char *booted;            /* the guest; the witness looked from 03:00:00 for a minute */
	enum witness_host { ON_METAL, IN_A_VM, IN_AN_EMULATOR, OF_AN_EMULATOR, ON_UNKNOWN } host_is;
	const char *watched, *ran;     /* when; NULL: at a known time */
	enum witness_state state;      /* of what the witness saw */
	unsigned int nested;           /* it is a table for a VM in the VM */
	bool by_address, second, forced, fwb_known; /* second: another VM has it Device there */
	bool none;                     /* the record has the function, and nothing of it */
	enum witness_tables tables;
	const char *lack;              /* what of VMs could not be looked at */
	bool other_bar, other_part, other_vm, wc_erratum;
	struct pci_link link;          /* width 0: 16 GT/s x16, at all times */
	const char *listed, *host_listed; /* mapping whose pages the kernel lists with the other type */
	bool emulated, bare, unknown_machine, ram, no_wc, x86, wc_cell_faulted, earlier_death;
	bool xen;
	double plain_ns, host_plain_ns; /* dependent load through plain */
};

struct judge_case {
	const char *what;
	struct observed o;
	enum verdict_outcome word;
	enum effective effective;
	enum confidence confidence;
	const char *reason; /* part of it; NULL: any, but some */
};

#define PROVED  CONFIDENCE_PROVED
#define LIKELY  CONFIDENCE_LIKELY
#define UNKNOWN CONFIDENCE_UNKNOWN
#define NOTHING VERDICT_INCONCLUSIVE, EFFECTIVE_UNKNOWN, CONFIDENCE_UNKNOWN

#define ALL_SIGNS "all signs" /* a reason: each that there is */

static const struct judge_case cases[] = {
	/* trapped or direct */
	{ "a trapped BAR",
	  { .store_ns = 4000 }, VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, "leaves the VM" },
	{ "just below", { .store_ns = 1000 }, NOTHING, "fits several types" },
	{ "just above", { .store_ns = 1001 }, VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, NULL },
	{ "trapped on an emulated CPU too", { .store_ns = 4000, .emulated = true },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, NULL },
	{ "slow alone, fast in a row: a device that stalls",
	  { .store_ns = 4000, .stream_ns = 90 }, NOTHING, "nothing" },
	{ "slow alone and in a row", { .store_ns = 4000, .stream_ns = 3900 },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, NULL },
	{ "slow on bare metal is not trapped",
	  { .store_ns = 4000, .bare = true }, NOTHING, "nothing" },
	{ "slow where nobody knows", { .store_ns = 4000, .unknown_machine = true },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, NULL },
	{ "direct alone says little", { .store_ns = 5 }, NOTHING, "fits several types" },
	{ "no store, nothing else", { .store_ns = -1 }, NOTHING, "nothing that was observed" },

	/* the unaligned access */
	{ "it works, and the control faults", { .control = MISALIGNED, .wc = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "Normal memory only" },
	{ "it faults like Device", { .control = MISALIGNED, .wc = MISALIGNED },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "faulted like Device" },
	{ "a control that works proves nothing",
	  { .control = "works", .wc = "works" }, NOTHING, NULL },
	{ "nor does none at all", { .wc = "works" }, NOTHING, NULL },
	{ "nor a control that died otherwise", { .control = "SIGBUS/BUS_OBJERR", .wc = "works" },
	  NOTHING, NULL },
	{ "another fault", { .control = MISALIGNED, .wc = "SIGBUS/BUS_OBJERR" }, NOTHING, NULL },
	{ "a timeout", { .control = MISALIGNED, .wc = "timeout" }, NOTHING, NULL },
	{ "not run", { .wc = "not-run" }, NOTHING, NULL },
	{ "works, but a VMM may have emulated it",
	  { .control = MISALIGNED, .wc = "works", .store_ns = -1 }, NOTHING, "fits several types" },
	{ "works, and a VMM did", { .control = MISALIGNED, .wc = "works", .store_ns = 4000 },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, NULL },
	{ "loads only on bare metal",
	  { .control = MISALIGNED, .wc = "works", .store_ns = -1, .bare = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, NULL },

	/* Xen: a Device stage 2 costs the process its life, not the VM's */
	{ "Xen: killed by it, the control faulted", { .xen = true, .control = MISALIGNED, .wc = "killed" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "SIGKILL" },
	{ "Xen: on an emulated CPU too", { .xen = true, .control = MISALIGNED, .wc = "killed", .emulated = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "SIGKILL" },
	{ "Xen: killed for want of memory", { .xen = true, .control = MISALIGNED, .wc = "out-of-memory" },
	  NOTHING, NULL },
	{ "Xen: killed, and nobody knows what the control did", { .xen = true, .wc = "killed" }, NOTHING, NULL },
	{ "Xen: perhaps trapped, as no store was timed",
	  { .xen = true, .control = MISALIGNED, .wc = "killed", .store_ns = -1 }, NOTHING, "several types" },
	{ "KVM: killed is anybody's doing", { .control = MISALIGNED, .wc = "killed" }, NOTHING, NULL },
	{ "Xen: an earlier run was killed by it", { .xen = true, .boot = OTHER_BOOT, .journal = "killed" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "SIGKILL" },
	{ "Xen: an earlier run, for want of memory",
	  { .xen = true, .boot = OTHER_BOOT, .journal = "out-of-memory" }, NOTHING, NULL },
	{ "which hides no death", { .boot = OTHER_BOOT, .journal = "out-of-memory", .earlier_death = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "the machine died" },
	{ "KVM: an earlier run was killed", { .boot = OTHER_BOOT, .journal = "killed" }, NOTHING, NULL },

	/* a hypervisor that forces Write-Back does so through plain, too: no control */
	{ "a cache answers through plain: nothing is missing here",
	  { .x86 = true, .ratio = 1, .host_ratio = 6, .plain_ns = 4 }, NOTHING, NULL },
	{ "nor may one", { .x86 = true, .ratio = 1, .host_ratio = 6, .plain_ns = 30 }, NOTHING, NULL },
	{ "a device answers through plain: it is a control",
	  { .x86 = true, .ratio = 1, .host_ratio = 6, .plain_ns = 900 },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "the host shows 1, here 1" },
	{ "the host's plain is cached", { .x86 = true, .ratio = 1, .host_ratio = 6, .host_plain_ns = 4 },
	  NOTHING, NULL },
	{ "no ratio counts against a cached plain", { .ratio = 4, .plain_ns = 4 }, NOTHING, NULL },
	{ "nor does its order", { .weak = 5, .plain_ns = 4 }, NOTHING, NULL },
	{ "Write-Back through both", { .x86 = true, .ratio = 1, .host_ratio = 6, .plain_ns = 4, .load_ns = 4 },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, LIKELY, "cache" },
	{ "it is forced through both, though wc is a little slow", { .plain_ns = 4, .load_ns = 30 },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, LIKELY, "plain" },
	{ "a cache does not answer through wc", { .plain_ns = 4, .load_ns = 900 }, NOTHING, NULL },

	/* the journal */
	{ "an earlier boot died of it", { .boot = OTHER_BOOT, .journal = "" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "the machine died" },
	{ "on an emulated CPU too", { .boot = OTHER_BOOT, .journal = "", .emulated = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "boot aca2f632" },
	{ "this boot did not die: it reads this",
	  { .boot = FIXTURE_BOOT, .journal = "" }, NOTHING, NULL },
	{ "an open entry of this boot hides no death",
	  { .boot = FIXTURE_BOOT, .journal = "", .earlier_death = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "the machine died" },
	{ "the latest decides: the host was upgraded",
	  { .boot = OTHER_BOOT, .journal = "works", .earlier_death = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "lived" },
	{ "an earlier run lived", { .boot = OTHER_BOOT, .journal = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "lived" },
	{ "it lived, perhaps trapped", { .boot = OTHER_BOOT, .journal = "works", .store_ns = -1 },
	  NOTHING, NULL },
	{ "it ended otherwise", { .boot = OTHER_BOOT, .journal = "timeout" }, NOTHING, NULL },
	{ "bare metal died of something else", { .boot = OTHER_BOOT, .journal = "", .bare = true },
	  NOTHING, NULL },
	{ "died once, works now: the host was upgraded",
	  { .boot = OTHER_BOOT, .journal = "", .control = MISALIGNED, .wc = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "control" },
	{ "lived once, faults now",
	  { .boot = OTHER_BOOT, .journal = "works", .control = MISALIGNED, .wc = MISALIGNED },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "faulted like Device" },
	{ "died once, trapped now", { .boot = OTHER_BOOT, .journal = "", .store_ns = 4000 },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, "leaves the VM" },
	{ "a Ctrl-C tells nothing", { .boot = OTHER_BOOT, .journal = "interrupted" }, NOTHING, NULL },
	{ "and hides no death",
	  { .boot = OTHER_BOOT, .journal = "interrupted", .earlier_death = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "the machine died" },

	/* times */
	{ "the host gathers, the guest does not: it may be the boot",
	  { .ratio = 1.0, .host_ratio = 4 }, NOTHING, "fits several types" },
	{ "the host shows all signs, the guest none",
	  { .ratio = 1.0, .host_ratio = 4, .gain = 1, .host_gain = 3 },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, ALL_SIGNS },
	{ "the host's is another core",
	  { .ratio = 1.0, .host_ratio = 4, .gain = 1, .host_gain = 3, .parts = { "0xd4f", "0xd0c" } }, NOTHING, NULL },
	{ "the host's is the same core",
	  { .ratio = 1.0, .host_ratio = 4, .gain = 1, .host_gain = 3, .parts = { "0xd4f", "0xd4f" } },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, ALL_SIGNS },
	{ "the host's is not known",
	  { .ratio = 1.0, .host_ratio = 4, .gain = 1, .host_gain = 3, .parts = { NULL, "0xd4f" } },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, NULL },
	{ "x86: VMMs name CPUs as they like",
	  { .x86 = true, .ratio = 1, .host_ratio = 6, .parts = { "1", "2" } },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, NULL },
	{ "the guest is slower through wc",
	  { .ratio = 0.8, .host_ratio = 4, .gain = 0.7, .host_gain = 3 },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, NULL },
	{ "a guest that is not clearly without a sign",
	  { .ratio = 1.0, .host_ratio = 4, .gain = 1.3, .host_gain = 3 }, NOTHING, NULL },
	{ "a core that gathers stores at some boots: loads show it",
	  { .ratio = 1.0, .host_ratio = 4, .gain = 3, .host_gain = 3 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "what plain gains" },
	{ "a core that never gathers stores", { .ratio = 1.0, .gain = 3 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "what plain gains" },
	{ "signs, but not far enough apart", { .ratio = 1.0, .gain = 1.4 }, NOTHING, NULL },
	{ "the host shows no sign but loads, the guest none",
	  { .ratio = 1.0, .host_ratio = 1.0, .gain = 1, .host_gain = 3 },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, NULL },
	{ "an emulated CPU's signs", { .gain = 3, .emulated = true }, NOTHING, NULL },
	/* Gen4 x16: above 9.9 GB/s there are no 8-byte writes */
	{ "more 8-byte stores than the link carries, as the guest sees it", { .long_rate = 12, .plain_rate = 1 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "the link that this guest sees" },
	{ "on bare metal the link is real",
	  { .long_rate = 12, .plain_rate = 1, .load_ns = 900, .bare = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, NULL },
	{ "a host that knows the link",
	  { .long_rate = 12, .plain_rate = 1, .load_ns = 900, .ratio = 1, .host_ratio = 1 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "only gathered stores fit" },
	{ "not above what the link carries", { .long_rate = 9.5, .plain_rate = 9 }, NOTHING, NULL },
	/* a GPU that was idle when it was looked at; 2.5 GT/s x16 would carry 1.26 GB/s */
	{ "the link as it was while idle is no limit",
	  { .long_rate = 1.29, .plain_rate = 1.25, .load_ns = 900, .ratio = 1, .host_ratio = 1,
	    .link = { "2.5 GT/s PCIe", "16.0 GT/s PCIe", 16, 16 } }, NOTHING, NULL },
	{ "nor are lanes that were down",
	  { .long_rate = 1.29, .plain_rate = 1, .load_ns = 900, .bare = true,
	    .link = { "16.0 GT/s PCIe", "16.0 GT/s PCIe", 2, 16 } }, NOTHING, NULL },
	{ "nor is a link whose most is not known",
	  { .long_rate = 12, .plain_rate = 9, .load_ns = 900, .bare = true,
	    .link = { "16.0 GT/s PCIe", "", 16, 0 } }, NOTHING, NULL },
	{ "what it is trained to at most is",
	  { .long_rate = 12, .plain_rate = 9, .load_ns = 900, .bare = true,
	    .link = { "2.5 GT/s PCIe", "16.0 GT/s PCIe", 1, 16 } },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "only gathered stores fit" },
	/* all intervals are 1 % up and down: 10.06 to 10.26 against 9.57 to 9.77 and 9.9 */
	{ "above it, but plain is as near", { .long_rate = 10.16, .plain_rate = 9.67,
	  .load_ns = 900, .bare = true }, NOTHING, NULL },
	{ "plain may be above it", { .long_rate = 12, .plain_rate = 9.87, .load_ns = 900,
	  .bare = true }, NOTHING, NULL },
	{ "FLITs carry more", { .long_rate = 45, .plain_rate = 33, .load_ns = 900, .bare = true,
	  .link = { "64.0 GT/s PCIe", "64.0 GT/s PCIe", 16, 16 } }, NOTHING, NULL },
	{ "and may at lower speeds", { .long_rate = 45, .plain_rate = 33, .load_ns = 900, .bare = true,
	  .link = { "32.0 GT/s PCIe", "64.0 GT/s PCIe", 16, 16 } }, NOTHING, NULL },
	{ "plain is above it too: no such link", { .long_rate = 12, .plain_rate = 12 },
	  NOTHING, NULL },

	/* DC ZVA, exclusives */
	{ "DC ZVA works", { .control = MISALIGNED, .wc = "works", .zva = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "Normal memory only" },
	{ "DC ZVA contradicts the unaligned load",
	  { .control = MISALIGNED, .wc = "works", .zva = MISALIGNED }, NOTHING, "contradicts" },
	{ "DC ZVA is prohibited", { .zva = "prohibited" }, NOTHING, NULL },
	{ "an earlier boot died of DC ZVA, not of Device", { .zva_death = true }, NOTHING, NULL },

	/* reordering */
	{ "only wc reorders", { .weak = 5 }, VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "reordered" },
	{ "plain reorders, too", { .weak = 5, .plain_weak = 1 }, NOTHING, NULL },
	{ "plain was not measured", { .weak = 5, .plain_weak = -1 }, NOTHING, NULL },
	{ "two of a thousand may be none by chance", { .weak = 2 }, NOTHING, NULL },
	{ "three are not", { .weak = 3 }, VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, NULL },
	{ "exclusives work", { .exclusive = "works" }, NOTHING, NULL },

	/* the host's witness */
	{ "KVM mapped it Device", { .witness = MEMORY_DEVICE_NGNRE },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "stage 2 Device" },
	{ "KVM left it to the guest, and said so on an emulated CPU",
	  { .witness = MEMORY_NORMAL_NC, .emulated = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "stage 2 Normal-NC" },
	{ "KVM mapped it as memory: Write-Back or not", { .witness = MEMORY_NORMAL_WB },
	  NOTHING, "several types" },
	{ "and even when Normal shows", { .witness = MEMORY_NORMAL_WB, .control = MISALIGNED, .wc = "works" },
	  NOTHING, "several types" },
	{ "KVM mapped it as memory, and the CPU forces Write-Back",
	  { .witness = MEMORY_NORMAL_WB, .forced = true },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, PROVED, "forces Write-Back" },
	{ "and it does not", { .witness = MEMORY_NORMAL_WB, .fwb_known = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "leaves the type to the guest" },
	{ "left to the guest altogether", { .witness = MEMORY_BY_GUEST },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "stage 2 left to the guest" },
	{ "an entry of no type", { .witness = MEMORY_NORMAL_WT, .by_address = true, .x86 = true }, NOTHING, NULL },
	{ "x86: EPT or NPT without a type of its own", { .witness = MEMORY_BY_GUEST, .x86 = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "left to the guest" },
	{ "x86: UC without IPAT leaves WC", { .witness = MEMORY_UC, .x86 = true },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "stage 2 UC" },
	{ "x86: with IPAT it does not", { .witness = MEMORY_UC, .forced = true, .x86 = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "stage 2 UC (forced)" },
	{ "x86: memory with IPAT", { .witness = MEMORY_WB, .forced = true, .x86 = true },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, PROVED, "stage 2 WB (forced)" },
	{ "asked for by its address", { .witness = MEMORY_NORMAL_WB, .forced = true, .by_address = true },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, PROVED, NULL },
	{ "the table of a VM in the VM", { .witness = MEMORY_NORMAL_NC, .nested = 1 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "for a VM in" },
	{ "where a nested table's hole says nothing",
	  { .witness = MEMORY_NORMAL_NC, .nested = 1, .state = WITNESS_UNTOUCHED }, NOTHING, NULL },
	{ "nor where slots are not known",
	  { .witness = MEMORY_NORMAL_NC, .state = WITNESS_TRAPPED, .by_address = true, .store_ns = -1, .lack = "5.10" },
	  NOTHING, NULL },
	{ "nor is then a part of the BAR",
	  { .witness = MEMORY_DEVICE_NGNRE, .other_part = true, .store_ns = -1, .lack = "5.10" }, NOTHING, NULL },
	{ "not touched yet", { .witness = MEMORY_NORMAL_NC, .state = WITNESS_UNTOUCHED },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "not touched yet" },
	{ "no memory slot", { .witness = MEMORY_NORMAL_NC, .state = WITNESS_TRAPPED, .by_address = true, .store_ns = -1 },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, "no memory slot" },
	{ "what cannot be read", { .witness = MEMORY_NORMAL_NC, .state = WITNESS_UNREADABLE }, NOTHING, NULL },
	{ "two VMs, of which one is demoted", { .witness = MEMORY_NORMAL_NC, .second = true }, NOTHING, NULL },
	{ "two VMs that agree", { .witness = MEMORY_DEVICE_NGNRE, .second = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, NULL },
	{ "nothing, before the run", { .witness = MEMORY_NORMAL_NC, .none = true }, NOTHING, NULL },
	{ "nothing, while the run measured",
	  { .witness = MEMORY_NORMAL_NC, .none = true, .store_ns = -1, .watched = "2026-01-02T03:04:06Z" },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, "the only VM's tables" },
	{ "nothing that could be read",
	  { .witness = MEMORY_NORMAL_NC, .none = true, .watched = "2026-01-02T03:04:06Z",
	    .tables = WITNESS_TABLES_PROTECTED }, NOTHING, NULL },
	{ "memory, but no cache answers", { .witness = MEMORY_NORMAL_WB, .load_ns = 900 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "only a load's time" },
	{ "a witness that contradicts", { .witness = MEMORY_DEVICE_NGNRE, .control = MISALIGNED, .wc = "works" },
	  NOTHING, "contradicts" },
	{ "a witness of another VM", { .witness = MEMORY_DEVICE_NGNRE, .other_vm = true }, NOTHING, NULL },
	{ "a VM that has only another part of the BAR", { .witness = MEMORY_DEVICE_NGNRE, .other_part = true, .store_ns = -1 },
	  VERDICT_TRAPPED, EFFECTIVE_TRAPPED, LIKELY, "has the rest of this BAR" },
	{ "a witness of an earlier boot, with the BAR at the same address",
	  { .witness = MEMORY_NORMAL_NC, .booted = "2026-01-02T04:00:00Z" }, NOTHING, NULL },
	{ "it looked when the guest was booted",
	  { .witness = MEMORY_NORMAL_NC, .booted = "2026-01-02T03:00:30Z" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, NULL },
	{ "a guest's clock may be behind, or ahead",
	  { .witness = MEMORY_NORMAL_NC, .booted = "2026-01-02T03:05:00Z" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, NULL },
	{ "a witness of another device", { .witness = MEMORY_DEVICE_NGNRE, .other_bar = true },
	  NOTHING, NULL },

	/* a witness in a VM: the host below decides, and may know Normal-NC where this one does not */
	{ "a witness in a VM", { .witness = MEMORY_DEVICE_NGNRE, .host_is = IN_A_VM }, NOTHING, "several types" },
	{ "whatever it saw", { .witness = MEMORY_NORMAL_NC, .host_is = IN_A_VM }, NOTHING, "several types" },
	{ "or as memory", { .witness = MEMORY_NORMAL_WB, .forced = true, .host_is = IN_A_VM }, NOTHING, NULL },
	{ "and the rest decides",
	  { .witness = MEMORY_DEVICE_NGNRE, .host_is = IN_A_VM, .control = MISALIGNED, .wc = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "Normal memory only" },
	{ "perhaps in a VM, on an emulated CPU", { .witness = MEMORY_DEVICE_NGNRE, .host_is = IN_AN_EMULATOR },
	  NOTHING, NULL },
	{ "perhaps in a VM: KVM that nests leaves to the guest what this one leaves",
	  { .witness = MEMORY_NORMAL_NC, .host_is = IN_AN_EMULATOR },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "may be a VM itself" },
	{ "a machine that tells nothing", { .witness = MEMORY_DEVICE_NGNRE, .host_is = ON_UNKNOWN }, NOTHING, NULL },
	{ "an emulator's whole machine", { .witness = MEMORY_DEVICE_NGNRE, .host_is = OF_AN_EMULATOR },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "stage 2 Device" },

	/* clocks that were not set */
	{ "the guest's", { .witness = MEMORY_NORMAL_NC, .ran = "1970-01-01T00:00:11Z" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "a clock was not set" },
	{ "the host's", { .witness = MEMORY_DEVICE_NGNRE, .watched = "2025-12-31T23:59:59Z" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "a clock was not set" },
	{ "of a guest that died: one second is as old as the other",
	  { .boot = OTHER_BOOT, .journal = "", .journal_time = "1970-01-01T00:00:28Z",
	    .ran = "1970-01-01T00:00:11Z" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "probe again" },
	{ "a witness speaks of now, and such a journal does not",
	  { .boot = OTHER_BOOT, .journal = "", .journal_time = "1970-01-01T00:00:28Z",
	    .ran = "1970-01-01T00:00:11Z", .witness = MEMORY_NORMAL_NC },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "stage 2 Normal-NC" },
	{ "nor does an old one",
	  { .boot = OTHER_BOOT, .journal = "", .journal_time = "2026-01-01T00:00:28Z",
	    .witness = MEMORY_NORMAL_NC },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, PROVED, "stage 2 Normal-NC" },
	{ "a fresh one does",
	  { .boot = OTHER_BOOT, .journal = "", .witness = MEMORY_NORMAL_NC }, NOTHING, "contradicts" },

	/* the journal read beside a run */
	{ "it died after this run, in the same boot",
	  { .boot = FIXTURE_BOOT, .journal = "", .journal_time = "2026-01-02T03:10:00Z" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "the machine died" },
	{ "it died after this run, in another boot",
	  { .boot = OTHER_BOOT, .journal = "", .journal_time = "2026-01-02T03:10:00Z" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, "the machine died" },

	/* a kernel that maps WC as Device itself */
	{ "bare metal, and the kernel says so", { .bare = true, .wc_erratum = true },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, "erratum" },
	{ "a guest's kernel says so: no hypervisor is judged", { .wc_erratum = true },
	  VERDICT_INCONCLUSIVE, EFFECTIVE_DEVICE, LIKELY, "never asked" },

	{ "the guest gathers", { .ratio = 4 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "stores through wc gather" },
	{ "both gather", { .ratio = 4, .host_ratio = 4 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, NULL },
	{ "a wc cell that faulted is no evidence",
	  { .ratio = 4, .wc_cell_faulted = true }, NOTHING, NULL },
	{ "two pairs of 22 apart, of three rounds", { .ratio = 1, .few_apart = 2 }, NOTHING, NULL },
	{ "five pairs of 22", { .ratio = 1, .few_apart = 5 }, NOTHING, NULL },
	{ "six pairs of 22", { .ratio = 1, .few_apart = 6 }, VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY,
	  "stores through wc gather" },
	{ "no host to say that it could", { .ratio = 1.0 }, NOTHING, NULL },
	{ "nor does the host gather", { .ratio = 1.0, .host_ratio = 1.0 }, NOTHING, NULL },
	{ "neither apart nor the same", { .ratio = 1.3, .host_ratio = 4 }, NOTHING, NULL },
	{ "a cache answers",
	  { .load_ns = 3 }, VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, LIKELY, "cache" },
	{ "a cache answers, and it gathers", { .load_ns = 3, .ratio = 4 },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, LIKELY, NULL },
	{ "a cache answers, unaligned works",
	  { .load_ns = 3, .control = MISALIGNED, .wc = "works" },
	  VERDICT_WRITE_BACK, EFFECTIVE_WRITE_BACK, LIKELY, "only a load's time" },
	{ "a device answers", { .load_ns = 900 }, NOTHING, NULL },
	{ "works, and no cache answers", { .load_ns = 900, .control = MISALIGNED, .wc = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "only a load's time" },
	{ "works, and it is not clear whether a cache answers",
	  { .load_ns = 30, .control = MISALIGNED, .wc = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "not ruled out" },
	{ "a proof is worth more than a time that agrees",
	  { .ratio = 4, .control = MISALIGNED, .wc = "works" },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, "Normal memory only" },
	{ "but a strong time may contradict a proof",
	  { .ratio = 4, .boot = OTHER_BOOT, .journal = "" }, NOTHING, "contradicts itself" },
	{ "an emulated CPU's times: gathers", { .ratio = 4, .emulated = true }, NOTHING, NULL },
	{ "an emulated CPU's times: the same",
	  { .ratio = 1, .host_ratio = 4, .emulated = true }, NOTHING, NULL },
	{ "an emulated CPU's times: cached", { .load_ns = 3, .emulated = true }, NOTHING, NULL },
	{ "an emulated CPU's proof, against its times",
	  { .ratio = 4, .load_ns = 3, .emulated = true, .boot = OTHER_BOOT, .journal = "" },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, NULL },

	/* x86, and what is not judged */
	{ "x86: a UC guest", { .x86 = true, .ratio = 1, .host_ratio = 6 },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, LIKELY, NULL },
	{ "x86: a UC guest whose plain is somebody's WC",
	  { .x86 = true, .ratio = 1, .host_ratio = 6, .listed = "plain" }, NOTHING, NULL },
	{ "x86: a guest whose host's plain is somebody's WC",
	  { .x86 = true, .ratio = 1, .host_ratio = 6, .host_listed = "plain" }, NOTHING, NULL },
	{ "x86: no sign counts without a control",
	  { .x86 = true, .ratio = 6, .listed = "plain" }, NOTHING, NULL },
	{ "x86: nor one of loads", { .gain = 3, .listed = "plain" }, NOTHING, NULL },
	{ "x86: this guest's own kernel made it UC",
	  { .x86 = true, .ratio = 1, .host_ratio = 6, .listed = "wc" },
	  VERDICT_INCONCLUSIVE, EFFECTIVE_DEVICE, LIKELY, "kernel made it so itself" },
	{ "x86: a WC guest", { .x86 = true, .ratio = 6 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, NULL },
	{ "ram", { .ram = true, .ratio = 4, .load_ns = 2 }, NOTHING, "ordinary memory" },
	{ "a BAR without resourceN_wc", { .no_wc = true }, NOTHING, "resourceN_wc" },
	{ "bare metal, gathers", { .bare = true, .ratio = 4 },
	  VERDICT_PRESERVED, EFFECTIVE_NORMAL_NC, LIKELY, NULL },
	{ "bare metal, an erratum kernel",
	  { .bare = true, .control = MISALIGNED, .wc = MISALIGNED },
	  VERDICT_DEMOTED, EFFECTIVE_DEVICE, PROVED, NULL },
};

/* Cells that may be merged or overlap, and the dear ones that they are held against. */
static void add_timing_evidence(struct result *r, double gain)
{
	static const char *const cells[][2] = {
		{ "store8~stride64/4K/posted", "store8~one/4K/posted" },
		{ "load8+dep@each/64", "store8+load-back@each/64/posted" },
		{ "load8~stride64+dmb-oshld@64/4K", "load8~seq+dmb-oshld@64/4K" },
	};
	char id[96];

	for (int m = 0; m < 2; m++) {
		enum map_type mapping = m ? MAP_WC : MAP_PLAIN;

		for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
			for (int k = 0; k < 2; k++) {
				snprintf(id, sizeof(id), "probe/%s/%s", map_name(mapping), cells[i][k]);
				fixture_cell(r, id, m && k ? 800 / gain : 800);
			}
		snprintf(id, sizeof(id), "probe/%s/load8~stride64+dmb-oshld@each/4K", map_name(mapping));
		fixture_cell(r, id, m ? 800 * gain : 800);
	}
}

static void add_order(struct result *r, enum map_type mapping, uint64_t weak)
{
	struct cell_record *c;
	char id[96];

	snprintf(id, sizeof(id), "order/%s/MP:none:none/4K", map_name(mapping));
	c = fixture_counts(r, id, 1000, weak, "x");
	strcpy(c->spec.shape, "MP");
	strcpy(c->spec.barrier, "none");
	strcpy(c->spec.barrier2, "none");
}

/*
 * An emulator's whole machine and a VM that is nested in it, or in KVM on real hardware, look alike: both
 * have EL2, /dev/kvm, and no firmware of a vendor.
 */
static void set_witness_host(struct witness *w, enum witness_host host)
{
	w->env.virt.guest = host == ON_METAL ? ENV_BARE_METAL : host == ON_UNKNOWN ? ENV_GUEST_UNKNOWN : ENV_GUEST;
	w->env.virt.confidence = CONFIDENCE_LIKELY;
	w->env.emulated = host == IN_AN_EMULATOR || host == OF_AN_EMULATOR;
	assert_int_equal(0, fact_add(&w->env.facts, "boot_el", "/dev/kmsg", "EL2"));
	if (host == OF_AN_EMULATOR || host == IN_A_VM)
		assert_int_equal(0, fact_add(&w->env.facts, "smccc_version", "/dev/kmsg", "%s",
					     host == IN_A_VM ? "1.1" : "1.0"));
}

/* What the host's tables have of the run's BAR, at most twice: range is the first. */
static void make_witness(struct witness *w, struct witness_range *range, const struct observed *o,
			 const struct result *r)
{
	static struct pci_device function;
	static struct witness_vm vms[2];

	function = r->device;
	strcpy(function.driver, "vfio-pci");
	function.bars[r->bar.index] = r->bar;
	vms[0] = (struct witness_vm){ .pid = 812, .comm = "qemu", .nested = o->nested, .tables = o->tables,
				      .fwb = o->forced ? WITNESS_FWB_YES : o->fwb_known ? WITNESS_FWB_NO :
					     WITNESS_FWB_NOT_KNOWN };
	vms[1] = (struct witness_vm){ .pid = 813, .comm = "qemu" };
	*range = (struct witness_range){ .bar = r->bar.index, .size_bytes = r->bar.size_bytes,
					 .address = r->bar.phys_bytes, .type = o->witness, .forced = o->forced,
					 .state = o->state, .pid = 812, .comm = "qemu", .nested = o->nested,
					 .function = o->by_address ? -1 : 0 };
	*w = (struct witness){ .functions = &function, .n_functions = 1, .ranges = range,
			       .n_ranges = o->none ? 0 : 1, .vms = vms, .n_vms = 1,
			       .started = "2026-01-02T03:00:00Z", .duration_s = 60 };
	snprintf(w->arch, sizeof(w->arch), "%s", r->arch);
	if (o->lack)
		witness_lack(w, WITNESS_VM, "%s", o->lack);
	set_witness_host(w, o->host_is);
	if (o->watched)
		snprintf(w->started, sizeof(w->started), "%s", o->watched);
	if (o->second) {
		range[1] = range[0];
		range[1].pid = 813;
		range[1].type = MEMORY_DEVICE_NGNRE;
		w->n_ranges = w->n_vms = 2;
	}
	if (o->other_part) {
		range->offset_bytes = 4096;
		range->size_bytes = 4096;
		range->address += 4096;
	}
	if (o->other_vm)
		range->address += 1 << 24;
	if (o->other_bar)
		function.device++;
}

static void add_few(struct result *r, unsigned int apart)
{
	char id[96];

	fixture_rounds = 3;
	for (unsigned int i = 0; i < 20; i++) {
		snprintf(id, sizeof(id), "bw/plain/s%u/4K/posted", i);
		fixture_cell(r, id, 1e9);
		snprintf(id, sizeof(id), "bw/wc/s%u/4K/posted", i);
		fixture_cell(r, id, i < apart ? 2e9 : 1e9);
	}
	fixture_rounds = 7;
}

static void make(struct result *r, const struct observed *o, double ratio, double gain)
{
	struct cell_record *c;

	fixture_result(r);
	r->is_ram = o->ram;
	r->env.emulated = o->emulated;
	if (o->bare)
		r->env.virt.guest = ENV_BARE_METAL;
	if (o->unknown_machine)
		r->env.virt.guest = ENV_GUEST_UNKNOWN;
	if (o->x86)
		strcpy(r->arch, "x86_64");
	if (o->xen)
		strcpy(r->env.virt.hypervisor, "xen");
	if (o->listed)
		fixture_probe(r, "memtype", fixture_mapping(o->listed), "", 0, 0);
	if (o->link.width)
		r->device.link = o->link;
	if (o->no_wc)
		r->n_probes = 1;
	if (o->ran)
		snprintf(r->started, sizeof(r->started), "%s", o->ran);
	if (o->store_ns)
		fixture_store_ns(r, o->store_ns < 0 ? 0 : o->store_ns);
	if (o->control)
		fixture_probe(r, "alignment", MAP_PLAIN, o->control, 0, 0);
	if (o->wc)
		fixture_probe(r, "alignment", MAP_WC, o->wc, 0, 0);
	if (o->earlier_death)
		fixture_journal(r, "11111111-b8d1-45aa-9b58-d9d27c027229", "");
	if (o->boot) {
		fixture_journal(r, o->boot, o->journal);
		if (o->journal_time)
			strcpy(r->journal[r->n_journal - 1].time, o->journal_time);
	}
	if (o->zva_death) {
		fixture_journal(r, OTHER_BOOT, "works");
		fixture_journal(r, OTHER_BOOT, "");
		r->journal[r->n_journal - 1].probe.is = PROBE_DC_ZVA;
	}
	if (o->weak) {
		add_order(r, MAP_WC, (uint64_t)o->weak);
		if (o->plain_weak >= 0)
			add_order(r, MAP_PLAIN, (uint64_t)o->plain_weak);
	}
	if (o->zva) {
		fixture_probe(r, "dc-zva", MAP_PLAIN, MISALIGNED, 0, 0);
		fixture_probe(r, "dc-zva", MAP_WC, o->zva, 0, 0);
	}
	if (o->exclusive)
		fixture_probe(r, "exclusive", MAP_WC, o->exclusive, 0, 0);
	if (o->booted)
		assert_int_equal(0, fact_add(&r->env.facts, "booted", "/proc/stat", "%s", o->booted));
	if (o->wc_erratum)
		assert_int_equal(0, fact_add(&r->env.facts, "wc_erratum", "/dev/kmsg",
					     "Write combining PCI maps disabled"));
	if (gain > 0)
		add_timing_evidence(r, gain);
	if (o->stream_ns > 0)
		fixture_cell(r, "probe/wc/store8~one/4K/posted", o->stream_ns);
	if (o->long_rate > 0) {
		fixture_cell(r, "probe/plain/store8/64K/flushed", o->plain_rate * 1e9);
		fixture_cell(r, "probe/wc/store8/64K/flushed", o->long_rate * 1e9);
	}
	if (ratio > 0) {
		/* the best of several counts; small regions, barriers and loads do not */
		fixture_cell(r, "bw/plain/store8/4K/posted", 1e9);
		c = fixture_cell(r, "bw/wc/store8/4K/posted", ratio * 1e9);
		if (o->wc_cell_faulted) {
			c->rounds[2].status = CELL_FAULTED;
			assert_int_equal(0, cell_summarize(c, r->clock_hz));
		}
		fixture_cell(r, "bw/plain/store8/16K/posted", 1e9);
		fixture_cell(r, "bw/wc/store8/16K/posted", 0.7e9);
		fixture_cell(r, "bw/plain/store8/64/posted", 1e9);
		fixture_cell(r, "bw/wc/store8/64/posted", 9e9);
		fixture_cell(r, "bw/plain/store8+dsb-st@64/16K/posted", 1e9);
		fixture_cell(r, "bw/wc/store8+dsb-st@64/16K/posted", 9e9);
		fixture_cell(r, "bw/plain/load8/4K", 1e7);
		fixture_cell(r, "bw/wc/load8/4K", 9e7);
		fixture_cell(r, "bw/wc/store8/32K/posted", 9e9); /* no plain to compare with */
	}
	if (o->load_ns > 0 && !(gain > 0))
		fixture_cell(r, "probe/wc/load8+dep@each/64", o->load_ns);
	if (o->plain_ns > 0)
		fixture_cell(r, "probe/plain/load8+dep@each/64", o->plain_ns);
	if (o->few_apart)
		add_few(r, o->few_apart);
}

static void add_core(struct result *r, const char *part)
{
	if (!part)
		return;
	assert_int_equal(0, fact_add(&r->env.facts, "cpu_implementer", "/proc/cpuinfo", "0x41"));
	assert_int_equal(0, fact_add(&r->env.facts, "cpu_part", "/proc/cpuinfo", "%s", part));
}

static void assert_sane(const struct judge_case *c, const struct verdict *v)
{
	assert_int_equal(c->o.ram || c->o.no_wc, !v->judged);
	assert_int_equal(!c->o.ram && !c->o.no_wc && !c->o.bare, v->about_guest);
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];

		/* a line that says nothing counts for nothing, and tells why */
		assert_int_equal(e->says == 0, e->strength == STRENGTH_NONE);
		assert_true(e->observed[0] && e->threshold[0] && e->why[0]);
		assert_non_null(e->source);
	}
	for (unsigned int i = 0; i < v->n_advice; i++)
		assert_non_null(v->advice[i]);
	if (v->about_guest && !c->o.x86)
		assert_true(v->n_advice > 0);
}

static bool has_reason(const struct verdict *v, const char *reason)
{
	char all[64];
	int n = 1; /* wc against plain, beside those with two cells of probe */

	if (!reason)
		return true;
	if (strcmp(reason, ALL_SIGNS))
		return strstr(v->reason, reason) != NULL;
	for (const struct evidence_rule *r = judge_evidence_rules; r->line; r++)
		n += r->sign != NULL;
	snprintf(all, sizeof(all), "of %d signs the host shows %d, here %d", n, n, n);
	return strstr(v->reason, all) != NULL;
}

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct judge_case *c = &cases[i];
		struct judge_input in = { 0 };
		struct witness_range range[2];
		struct result run, host;
		struct witness witness;
		struct verdict v;

		struct observed on_host = c->o;

		on_host.listed = c->o.host_listed;
		on_host.plain_ns = c->o.host_plain_ns;
		make(&run, &c->o, c->o.ratio, c->o.gain);
		make(&host, &on_host, c->o.host_ratio, c->o.host_gain);
		add_core(&host, c->o.parts[0]);
		add_core(&run, c->o.parts[1]);
		make_witness(&witness, range, &c->o, &run);
		in.run = &run;
		in.host = c->o.host_ratio > 0 ? &host : NULL;
		in.witness = c->o.witness != MEMORY_UNKNOWN ? &witness : NULL;
		judge_input(&v, &in);
		if (v.outcome != c->word || v.effective != c->effective ||
		    v.confidence != c->confidence || !v.reason[0] || !has_reason(&v, c->reason))
			fail_msg("%s: %s, %s, confidence %d: \"%s\"", c->what,
				 verdict_outcome_name(v.outcome), effective_name(v.effective, run.arch),
				 (int)v.confidence, v.reason);
		assert_sane(c, &v);
		facts_free(&witness.env.facts);
		result_free(&run);
		result_free(&host);
	}
}

/* Advice is about what was found: nobody is told to upgrade a host that preserved. */
static void test_advice(void **state)
{
	struct observed o = { .boot = OTHER_BOOT, .journal = "" };
	struct verdict v;
	struct result r;

	(void)state;
	make(&r, &o, 0, 0);
	judge_run(&v, &r, NULL);
	/* what can stop the VM today comes first */
	assert_non_null(strstr(v.advice[0], "memcpy"));
	assert_non_null(strstr(v.advice[1], "6.9"));
	result_free(&r);
	o.journal = "works";
	make(&r, &o, 0, 0);
	judge_run(&v, &r, NULL);
	for (unsigned int i = 0; i < v.n_advice; i++)
		assert_null(strstr(v.advice[i], "6.9"));
	result_free(&r);
	o = (struct observed){ .bare = true };
	make(&r, &o, 0, 0);
	judge_run(&v, &r, NULL);
	assert_int_equal(0, v.n_advice);
	result_free(&r);
	o = (struct observed){ .no_wc = true };
	make(&r, &o, 0, 0);
	judge_run(&v, &r, NULL);
	assert_int_equal(0, v.n_advice);
	result_free(&r);
}

static bool is_advised(const struct verdict *v, const char *words)
{
	for (unsigned int i = 0; i < v->n_advice; i++)
		if (strstr(v->advice[i], words))
			return true;
	return false;
}

/* Nobody is told to bring a host to a kernel that it has, or is newer than. */
static void test_advice_host(void **state)
{
	static const struct {
		const char *release; /* NULL: not known */
		bool is_new;
	} rows[] = {
		{ "6.12.117+deb13-arm64", true }, { "6.9.0", true }, { "6.9", true }, { "7.0-rc1", true },
		{ "10.1", true },		  { "6.8.12", false }, { "6.1.0-50-arm64", false },
		{ "5.14.0-503.el9.aarch64", false }, { "5.9.1", false }, { NULL, false },
		{ "custom", false },		  { "", false },
	};
	struct observed o = { .boot = OTHER_BOOT, .journal = "", .witness = MEMORY_DEVICE_NGNRE };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const char *release = rows[i / 2].release;
		struct witness_range range[2];
		struct result run, host;
		struct witness witness;
		struct judge_input in = { .run = &run };
		struct verdict v;

		make(&run, &o, 0, 0);
		make(&host, &o, 0, 0);
		make_witness(&witness, range, &o, &run);
		facts_free(&host.env.facts);
		if (i % 2)
			in.host = &host;
		else
			in.witness = &witness;
		if (release)
			assert_int_equal(0, fact_add(i % 2 ? &host.env.facts : &witness.env.facts,
						     "kernel_release", "uname(2)", "%s", release));
		judge_input(&v, &in);
		assert_int_equal(VERDICT_DEMOTED, v.outcome);
		if (is_advised(&v, "Bring the host to") == rows[i / 2].is_new ||
		    is_advised(&v, "The host's kernel is new enough") != rows[i / 2].is_new)
			fail_msg("%s, by %s", release, i % 2 ? "its result" : "its witness");
		/* distributions carry it in older ones */
		assert_int_equal(!rows[i / 2].is_new, is_advised(&v, "8c47ce3e1d2c"));
		facts_free(&witness.env.facts);
		result_free(&run);
		result_free(&host);
	}
}

/* What is only likely says why, and what would prove it. */
static void test_doubt(void **state)
{
	static const struct {
		struct observed o;
		const char *doubt; /* part of it; NULL: there is none */
	} rows[] = {
		{ { .control = MISALIGNED, .wc = "works", .emulated = true }, "an emulated CPU's" },
		{ { .control = MISALIGNED, .wc = "works" }, "no load's time tells" },
		{ { .control = MISALIGNED, .wc = "works", .load_ns = 900 }, "only a load's time" },
		{ { .witness = MEMORY_NORMAL_NC }, NULL },
		{ { .witness = MEMORY_NORMAL_NC, .ran = "1970-01-01T00:00:11Z" }, "no line of the evidence" },
		{ { .ratio = 1.0, .gain = 1 }, NULL },
		{ { .load_ns = 3 }, "no line of the evidence is a proof" },
		{ { .boot = OTHER_BOOT, .journal = "", .journal_time = "2026-01-01T00:00:00Z" },
		  "no line of the evidence is a proof" },
		{ { .boot = OTHER_BOOT, .journal = "" }, NULL },
		{ { .store_ns = 4000 }, "no line of the evidence" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct witness_range range[2];
		struct witness witness;
		struct result r;
		struct judge_input in = { .run = &r };
		struct verdict v;

		make(&r, &rows[i].o, rows[i].o.ratio, rows[i].o.gain);
		make_witness(&witness, range, &rows[i].o, &r);
		in.witness = rows[i].o.witness != MEMORY_UNKNOWN ? &witness : NULL;
		judge_input(&v, &in);
		assert_int_equal(v.confidence == CONFIDENCE_LIKELY, verdict_doubt(&v) != NULL);
		if (!rows[i].doubt != !verdict_doubt(&v) ||
		    (rows[i].doubt && (!strstr(verdict_doubt(&v), rows[i].doubt) ||
				       !strstr(v.reason, rows[i].doubt))))
			fail_msg("row %zu: %s", i, v.reason);
		if (v.outcome == VERDICT_PRESERVED || v.outcome == VERDICT_DEMOTED)
			assert_int_equal(rows[i].doubt && !in.witness, is_advised(&v, "--witness"));
		assert_int_equal(rows[i].doubt && in.witness, is_advised(&v, "The witness that was given"));
		facts_free(&witness.env.facts);
		result_free(&r);
	}
}

/*
 * Device on an NVIDIA CPU whose kernel's log is cut: the kernel may have made it so itself, unless the
 * host saw it, or the VM died of it.
 */
static void test_own_demotion(void **state)
{
	static const struct observed times = { .ratio = 1, .host_ratio = 4, .gain = 1,
					       .host_gain = 3 };
	static const struct observed fault = { .control = MISALIGNED, .wc = MISALIGNED };
	static const struct observed death = { .boot = OTHER_BOOT, .journal = "" };
	static const struct observed host = { .witness = MEMORY_DEVICE_NGNRE };
	static const struct observed bare = { .control = MISALIGNED, .wc = MISALIGNED, .bare = true };
	static const struct observed nc = { .ratio = 4 };
	static const struct {
		const struct observed *o;
		const char *implementer, *cut, *config, *cmdline; /* NULL: not known */
		enum verdict_outcome word;
	} rows[] = {
		{ &times, "0x4e", "yes", NULL, "ro quiet", VERDICT_INCONCLUSIVE },
		{ &times, "0x4e", NULL, NULL, NULL, VERDICT_INCONCLUSIVE },
		{ &times, "0x4e", "yes", "yes", NULL, VERDICT_INCONCLUSIVE },
		{ &times, "0x4e", "no", NULL, NULL, VERDICT_DEMOTED },
		{ &times, "0x4e", "yes", "no", NULL, VERDICT_DEMOTED },
		{ &times, "0x41", "yes", NULL, "ro quiet", VERDICT_DEMOTED },
		{ &times, NULL, "yes", NULL, NULL, VERDICT_DEMOTED },
		/* a command line that asks for it, on any CPU, or forbids it */
		{ &times, "0x41", "yes", NULL, "ro mair_el1_nc_to_ngnre=1", VERDICT_INCONCLUSIVE },
		{ &times, "0x41", "yes", NULL, "mair_el1_nc_to_ngnre=on ro", VERDICT_INCONCLUSIVE },
		{ &times, "0x41", "no", NULL, "mair_el1_nc_to_ngnre=1", VERDICT_DEMOTED },
		{ &times, "0x4e", "yes", NULL, "mair_el1_nc_to_ngnre=0", VERDICT_DEMOTED },
		{ &times, "0x4e", "yes", NULL, "mair_el1_nc_to_ngnre=off", VERDICT_DEMOTED },
		/* stage 1 raises that fault; a stage 2 that is Device stops a VM of KVM's */
		{ &fault, "0x4e", "yes", NULL, NULL, VERDICT_INCONCLUSIVE },
		{ &death, "0x4e", "yes", NULL, NULL, VERDICT_DEMOTED },
		{ &host, "0x4e", "yes", NULL, NULL, VERDICT_DEMOTED },
		{ &bare, "0x4e", "yes", NULL, NULL, VERDICT_DEMOTED },
		{ &nc, "0x4e", "yes", NULL, NULL, VERDICT_PRESERVED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct observed *o = rows[i].o;
		struct result run, on_host;
		struct witness_range range[2];
		struct witness witness;
		struct judge_input in = { .run = &run };
		const char *const facts[][2] = { { "cpu_implementer", rows[i].implementer },
						 { "kmsg_cut", rows[i].cut },
						 { "config_nc_to_ngnre", rows[i].config },
						 { "cmdline", rows[i].cmdline } };
		struct verdict v;

		make(&run, o, o->ratio, o->gain);
		make(&on_host, o, o->host_ratio, o->host_gain);
		make_witness(&witness, range, o, &run);
		for (size_t f = 0; f < sizeof(facts) / sizeof(facts[0]); f++)
			if (facts[f][1])
				assert_int_equal(0, fact_add(&run.env.facts, facts[f][0], "", "%s",
							     facts[f][1]));
		in.host = o->host_ratio > 0 ? &on_host : NULL;
		in.witness = o->witness != MEMORY_UNKNOWN ? &witness : NULL;
		judge_input(&v, &in);
		if (v.outcome != rows[i].word)
			fail_msg("row %zu: %s: %s", i, verdict_outcome_name(v.outcome), v.reason);
		if (v.outcome == VERDICT_INCONCLUSIVE) {
			assert_int_equal(EFFECTIVE_DEVICE, v.effective);
			assert_non_null(strstr(v.reason, "journalctl -kb | grep nGnRE"));
			assert_non_null(strstr(v.evidence[v.n_evidence - 1].why, "does not go back so far"));
			assert_false(is_advised(&v, "6.9"));
		}
		facts_free(&witness.env.facts);
		result_free(&run);
		result_free(&on_host);
	}
}

/* A reason is read alone: it says what it is of. */
static void test_reason_subject(void **state)
{
	struct observed o = { .control = MISALIGNED, .wc = "works" };
	struct result r;
	struct verdict v;

	(void)state;
	make(&r, &o, 0, 0);
	judge_run(&v, &r, NULL);
	assert_memory_equal("unaligned access: works through wc", v.reason, 34);
	result_free(&r);
}

/* A death that another probe or mapping caused says nothing about this one. */
static void test_other_probes(void **state)
{
	struct observed o = { .boot = OTHER_BOOT, .journal = "" };
	struct verdict v;
	struct result r;

	(void)state;
	make(&r, &o, 0, 0);
	r.journal[0].probe.is = PROBE_EXCLUSIVE;
	judge_run(&v, &r, NULL);
	assert_int_equal(VERDICT_INCONCLUSIVE, v.outcome);
	r.journal[0].probe.is = PROBE_ALIGNMENT;
	r.journal[0].mapping.is = MAP_PLAIN;
	judge_run(&v, &r, NULL);
	assert_int_equal(VERDICT_INCONCLUSIVE, v.outcome);
	result_free(&r);
}

/* Emulated on either side: the comparison's times count for nothing. */
static void test_emulated_host(void **state)
{
	struct observed o = { .ratio = 1 };
	struct result run, host;
	struct verdict v;

	(void)state;
	make(&run, &o, 1, 0);
	make(&host, &o, 4, 0);
	host.env.emulated = true;
	judge_run(&v, &run, &host);
	assert_true(v.emulated);
	assert_int_equal(VERDICT_INCONCLUSIVE, v.outcome);
	result_free(&run);
	result_free(&host);
}

static void test_ratio(void **state)
{
	struct observed o = { 0 };
	struct wc_ratio ratio;
	struct result r;

	(void)state;
	make(&r, &o, 0, 0);
	ratio = judge_wc_ratio(&r);
	assert_true(ratio.most == 0);
	assert_null(ratio.id);
	result_free(&r);
	make(&r, &o, 2.5, 0);
	ratio = judge_wc_ratio(&r);
	assert_true(ratio.most > 2.49 && ratio.most < 2.51);
	assert_true(ratio.at_least > 2 && ratio.at_least <= ratio.most);
	assert_string_equal("store8/4K/posted", ratio.id);
	result_free(&r);
}

/* An old entry of the journal may speak of another host: it is strong, and no proof. */
static void test_old_journal(void **state)
{
	static const char *const outcomes[] = { "", "works" };
	static const char *const times[] = { "2026-01-01T00:00:00Z", "2026-01-02T05:00:00Z", "?" };
	struct observed o = { .boot = OTHER_BOOT };
	struct result r;
	struct verdict v;

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int t = 0; t < 3; t++) {
			o.journal = outcomes[i];
			make(&r, &o, 0, 0);
			strcpy(r.journal[0].time, times[t]);
			judge_run(&v, &r, NULL);
			assert_int_equal(CONFIDENCE_LIKELY, v.confidence);
			assert_int_equal(i ? VERDICT_PRESERVED : VERDICT_DEMOTED, v.outcome);
			assert_non_null(strstr(v.reason, "probe again"));
			result_free(&r);
		}
	}
}

/* The guest's own word against the witness'. */
static void test_held(void **state)
{
	static const struct {
		struct observed o;
		enum agreement agreement;
		const char *why;
	} rows[] = {
		{ { .control = MISALIGNED, .wc = "works" }, AGREEMENT_SILENT, "no witness" },
		{ { .witness = MEMORY_DEVICE_NGNRE, .other_bar = true }, AGREEMENT_SILENT, "another device" },
		{ { .witness = MEMORY_DEVICE_NGNRE }, AGREEMENT_SILENT, "cannot tell" },
		{ { .witness = MEMORY_DEVICE_NGNRE, .boot = OTHER_BOOT, .journal = "" }, AGREEMENT_AGREES,
		  "stage 2 Device" },
		{ { .witness = MEMORY_DEVICE_NGNRE, .control = MISALIGNED, .wc = "works" },
		  AGREEMENT_DISAGREES, "finds preserved (likely)" },
		{ { .witness = MEMORY_NORMAL_NC, .control = MISALIGNED, .wc = "works" },
		  AGREEMENT_AGREES, NULL },
		{ { .witness = MEMORY_NORMAL_NC, .boot = OTHER_BOOT, .journal = "" },
		  AGREEMENT_DISAGREES, "finds demoted" },
		{ { .witness = MEMORY_NORMAL_NC, .store_ns = 4000 }, AGREEMENT_DISAGREES, "trapped" },
		{ { .witness = MEMORY_DEVICE_NGNRE, .host_is = IN_A_VM, .control = MISALIGNED, .wc = "works" },
		  AGREEMENT_SILENT, "ran in a VM itself" },
		{ { .witness = MEMORY_DEVICE_NGNRE, .host_is = IN_AN_EMULATOR, .control = MISALIGNED, .wc = "works" },
		  AGREEMENT_SILENT, "may have run in a VM itself" },
		{ { .witness = MEMORY_NORMAL_NC, .host_is = IN_AN_EMULATOR, .control = MISALIGNED, .wc = "works" },
		  AGREEMENT_AGREES, NULL },
		/* an old death is no word of now */
		{ { .witness = MEMORY_NORMAL_NC, .boot = OTHER_BOOT, .journal = "",
		    .journal_time = "2026-01-01T00:00:28Z" }, AGREEMENT_SILENT, "cannot tell" },
		/* it may be either, says the guest, and the witness knows which */
		{ { .witness = MEMORY_NORMAL_WB, .forced = true, .control = MISALIGNED, .wc = "works" },
		  AGREEMENT_AGREES, NULL },
		{ { .witness = MEMORY_NORMAL_WB, .forced = true, .boot = OTHER_BOOT, .journal = "" },
		  AGREEMENT_DISAGREES, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct observed *o = &rows[i].o;
		struct witness_range range[2];
		struct witness witness;
		struct result run;
		struct judge_input in = { .run = &run };
		char why[256];

		make(&run, o, 0, 0);
		make_witness(&witness, range, o, &run);
		in.witness = o->witness != MEMORY_UNKNOWN ? &witness : NULL;
		if (judge_witness_agreement(&in, why, sizeof(why)) != rows[i].agreement ||
		    !strstr(why, rows[i].why ? rows[i].why : ""))
			fail_msg("row %zu: %s", i, why);
		facts_free(&witness.env.facts);
		result_free(&run);
	}
}

/* The window's first page decides, and what was seen ends before its last byte's next. */
static void test_witnessed_window(void **state)
{
	static const struct {
		uint64_t window, from, size;
		bool seen;
	} rows[] = {
		{ 0, 0, 4096, true },	       { 4096, 0, 4096, false },   { 4096, 0, 8192, true },
		{ 8192, 0, 8192, false },      { 0, 4096, 4096, false },   { 4096, 4096, 4096, true },
		{ 8191, 0, 8192, true },       { 8192, 4096, 4096, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct observed o = { .witness = MEMORY_DEVICE_NGNRE };
		struct witness_range range[2];
		struct witness w = { 0 };
		struct judge_input in = { .witness = &w };
		struct verdict v;
		struct result r;
		bool seen = false;

		fixture_result(&r);
		in.run = &r;
		make_witness(&w, range, &o, &r);
		r.offset_bytes = rows[i].window;
		range[0].offset_bytes = rows[i].from;
		range[0].size_bytes = rows[i].size;
		range[0].address = r.bar.phys_bytes + rows[i].from;
		judge_input(&v, &in);
		for (unsigned int k = 0; k < v.n_evidence; k++)
			seen |= !strcmp(v.evidence[k].line, "host witness") &&
				v.evidence[k].says == SAYS(EFFECTIVE_DEVICE);
		if (seen != rows[i].seen)
			fail_msg("row %zu: %s", i, v.reason);
		facts_free(&w.env.facts);
		result_free(&r);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal("preserved", verdict_outcome_name(VERDICT_PRESERVED));
	assert_string_equal("write-back", verdict_outcome_name(VERDICT_WRITE_BACK));
	assert_string_equal("Normal-NC", effective_name(EFFECTIVE_NORMAL_NC, "aarch64"));
	assert_string_equal("WC", effective_name(EFFECTIVE_NORMAL_NC, "x86_64"));
	assert_string_equal("UC", effective_name(EFFECTIVE_DEVICE, "x86_64"));
	for (int s = 0; s < STRENGTHS; s++)
		assert_non_null(strength_name((enum strength)s));
}

/* On an Altra both verdicts have a price: by the guest's facts, its host's, or what the witness says. */
static void test_advice_altra(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		bool preserved = i & 1;
		struct observed o = { .boot = OTHER_BOOT, .journal = preserved ? "works" : "",
				      .witness = preserved ? MEMORY_NORMAL_NC : MEMORY_DEVICE_NGNRE };
		struct witness_range range[2];
		struct result run, host;
		struct witness witness;
		struct judge_input in = { .run = &run };
		struct facts *const facts[] = { NULL, &run.env.facts, &host.env.facts, &witness.env.facts };
		struct verdict v;

		make(&run, &o, 0, 0);
		make(&host, &o, 0, 0);
		make_witness(&witness, range, &o, &run);
		if (i / 2 == 2)
			in.host = &host;
		else if (i / 2 == 3)
			in.witness = &witness;
		if (facts[i / 2])
			assert_int_equal(0, fact_add(facts[i / 2], "dmi_processor", "x",
						     "Ampere(R) Altra(R) Processor Q80-30"));
		judge_input(&v, &in);
		assert_int_equal(preserved ? VERDICT_PRESERVED : VERDICT_DEMOTED, v.outcome);
		assert_int_equal(i / 2 > 0, is_advised(&v, "erratum 82288"));
		assert_int_equal(i / 2 > 0 && !preserved, is_advised(&v, "Device protects"));
		facts_free(&witness.env.facts);
		result_free(&run);
		result_free(&host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),      cmocka_unit_test(test_old_journal),
		cmocka_unit_test(test_advice),	      cmocka_unit_test(test_advice_host),
		cmocka_unit_test(test_advice_altra),
		cmocka_unit_test(test_doubt),	      cmocka_unit_test(test_reason_subject),
		cmocka_unit_test(test_own_demotion),
		cmocka_unit_test(test_other_probes),  cmocka_unit_test(test_emulated_host),
		cmocka_unit_test(test_witnessed_window),
		cmocka_unit_test(test_held), cmocka_unit_test(test_ratio),	      cmocka_unit_test(test_names),
	};

	fixture_rounds = 7;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
