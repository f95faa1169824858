#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""faults.py OUT [BAR-FILE]: the PC's side of faults.job, a witness from outside the machine.

After each fault it looks at the BAR's bytes in their backing file and at what the job has noted, and holds
them against the table; in the end, that every fault of the table was provoked.
"""
import glob
import json
import os
import re
import sys
import time

OUT, BAR = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
SECONDS = 800
MIB = 1 << 20
failed = 0

OFF = "memory decode was turned off"
# fault: exit status, window, what the result says happened, what state says right after the run where
# that is not as before
DECODE = {
    "decode-off": (0, "restored", OFF, "COMMAND 0000"),
    "decode-blinks": (0, "restored", OFF, None),
}
REMOVED = {
    "removed": (1, "lost", "was removed", "gone"),
    "removed-and-back": (1, "lost", "was removed", None),
}
TAKEN = {
    "vfio-bound": (1, "lost", "driver vfio-pci has taken", "driver vfio-pci"),
    "cpu-offline": (0, "restored", None, None),
    "second": (0, "restored", None, None),
}
GROUPS = {
    "oom-child": (0, "restored", None, None),
    "cpuset-start": (0, "restored", None, None),
    "cpuset-run": (0, "restored", None, None),
    "cpu-limit": (0, "restored", None, None),
    "node-near": (0, "restored", None, None),
    "node-far": (0, "restored", None, None),
}
POWER = {
    "d3": (0, "restored", "put to sleep (D3)", "PMCSR 000b"),
    "runtime-auto": (0, "restored", None, "control auto"),
    # five of them; the memory behind the BAR outlives each, and what meets one reads ones
    "reset": (0, "restored", "reads as all ones", None),
    "nvme-unbound": (0, "restored", None, None),
    "uio-allowed": (0, "restored", None, None),
    "slot-off": (1, "lost", "reads as ones: unplugged, off, or in reset", "COMMAND ffff"),
}
TABLE = {f"host-{k}": v for k, v in (DECODE | REMOVED | TAKEN | GROUPS if BAR else POWER).items()}
if BAR:
    TABLE |= {f"guest-{k}": v for k, v in REMOVED.items()}


def check(name, holds, more=""):
    global failed
    print(("ok " if holds else "not ok ") + name)
    if not holds:
        failed += 1
        print("".join(f"# {line}\n" for line in str(more).splitlines()), end="")


def text(name):
    try:
        with open(os.path.join(OUT, name), errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def data(name):
    try:
        with open(os.path.join(OUT, name), "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def bar():
    if not BAR:
        return None
    with open(BAR, "rb") as f:
        return f.read()


# the device is off, or its driver has the BAR: nobody can look
DARK = {"host-nvme", "host-vfio-asleep", "host-slot-dark"}


def check_window(name):
    """No file of ours is behind the BAR: what bystander.c stored there, and read before and after."""
    fill, before, after = (data(n) for n in ("window.fill", f"{name}.window.before",
                                             f"{name}.window.after"))
    whole = min(len(before), len(after)) > MIB
    wrong = [i for i, (a, b) in enumerate(zip(before, after)) if a != b]
    check(f"{name}: the window was looked at", whole, (len(before), len(after)))
    check(f"{name}: before, it is what was stored", whole and fill.startswith(before))
    if OTHERS.get(name) == check_locked_run:
        check(f"{name}: the window is not as before, as it says", whole and wrong)
        check(f"{name}: all that it held and does not now is kept", wrong and wrong[-1] < MIB and
              fill[:wrong[-1] + 1] in data(f"{name}.kept"), (wrong[:1], wrong[-1:]))
    else:
        check(f"{name}: the window is as before, seen by another program", whole and not wrong,
              f"{len(wrong)} bytes differ")


def check_as_before(name, before):
    """However a run ended: in the end, after --recover where that was needed, nothing is left of it."""
    if BAR:
        check(f"{name}: the window is as before, seen from outside", bar() == before)
    elif name not in DARK:
        check_window(name)
    check(f"{name}: COMMAND, power and driver are as before", text(f"{name}.before") and
          text(f"{name}.after") == text(f"{name}.before"), text(f"{name}.after"))
    check(f"{name}: no rescue file and no process is left", not text(f"{name}.alive") and
          (not text(f"{name}.files") or OTHERS.get(name) == check_locked_run),
          text(f"{name}.files") + text(f"{name}.alive"))


def check_rounds(name, result, said):
    rounds = [r for c in result["cells"] for r in c["rounds"]]
    void = [r for r in rounds if r["status"] in ("failed", "faulted")]
    check(f"{name}: no visit that failed has a figure", not any(r["ticks"] for r in void))
    check(f"{name}: visits before it are measured", any(r["status"] == "measured" for r in rounds))
    found = result.get("disturbance", {}).get("why", "")
    if said:
        check(f"{name}: {len(void)} of {len(rounds)} visits are marked", void)
    check(f"{name}: the result says what happened", said is None and not found or
          said is not None and said in found, found)


def check_starved(name, _, rounds):
    killed = [r for r in rounds if r["status"] == "killed"]
    check(f"{name}: the kernel killed it for want of memory", oom_kills(name), text(f"{name}.group"))
    check(f"{name}: each visit that was killed is marked", len(killed) == oom_kills(name) and
          all("signal 9 (Killed): for want of memory?" in r["why"] for r in killed),
          [r["why"] for r in killed])
    check(f"{name}: and has no figure", not any(r["ticks"] for r in killed))


def check_confined(name, result, rounds):
    check(f"{name}: it takes the CPU that is left, and says so", result["plan"]["cpu"] == 0 and
          {r["cpu"] for r in rounds} == {0}, result["plan"])
    check(f"{name}: another one is refused", text("cpuset-not.status").strip() == "2" and
          "pu:1 is none of the CPUs that this process may run on (0)" in text("cpuset-not.log"),
          text("cpuset-not.log"))


def check_limited(name, result, rounds):
    throttled = re.search("nr_throttled ([0-9]+)", text(f"{name}.group"))
    check(f"{name}: the kernel did stop it", throttled and int(throttled[1]), text(f"{name}.group"))
    check(f"{name}: it warns", "a cgroup gives this process 0.2 CPUs' time" in text(f"{name}.log"),
          text(f"{name}.log"))
    facts = {f["name"]: f["value"] for f in result["environment"]["facts"]}
    check(f"{name}: the result says so", facts.get("cpu_quota") == "0.2 CPUs' time", facts)
    check(f"{name}: visits in which it was stopped say so", any(r["preempted"] for r in rounds))


def check_node(name, result, rounds):
    """The device is on node 1; both CPUs may be used, or only that of node 0."""
    cpu, warning = (1, False) if name.endswith("near") else (0, True)
    why = f"pu:{cpu}, in NUMA node {cpu}, " + ("far from the device: no CPU near it is allowed"
                                              if warning else "near the device")
    check(f"{name}: the result says so", result["device"]["numa_node"] == 1 and
          result["plan"]["cpu_why"] == why, result["plan"])
    check(f"{name}: it was measured there", {r["cpu"] for r in rounds} == {cpu})
    said = re.search("no CPU near .* may be used here .*: it is measured from far away",
                     text(f"{name}.log"))
    check(f"{name}: it warns, or not", bool(said) == warning, text(f"{name}.log"))


EXTRAS = {"oom-child": check_starved, "cpuset-start": check_confined, "cpu-limit": check_limited,
          "node-near": check_node, "node-far": check_node}


def oom_kills(name):
    found = re.search("oom_kill ([0-9]+)", text(f"{name}.group"))
    return int(found[1]) if found else 0


def check_oom(name):
    """mmiobench itself was killed: as any SIGKILL."""
    check(f"{name}: it was killed", text(f"{name}.status").strip() == "137", text(f"{name}.status"))
    check(f"{name}: for want of memory", oom_kills(name), text(f"{name}.group"))
    check(f"{name}: an older result is whole", text(f"{name}.json") == '{"an": "older result"}\n',
          text(f"{name}.json")[:300])
    check(f"{name}: it says nothing that passes for success", not re.search("^saved ", text(f"{name}.log"), re.M),
          text(f"{name}.log"))
    check(f"{name}: it left something to recover", check_kill(name))


# a start that is refused: what it says, what the list says, a line of state
REFUSED = {
    # decode was off, and the kernel lets nobody turn it off again
    "locked": ("may not be tested: kernel is locked down", "resource2_wc no: kernel is locked down",
               "COMMAND 0000"),
    "locked-unseen": ("kernel lockdown, or a container's filter of system calls, forbids",
                      "may be tested", "COMMAND 0000"),
    "foreign-lock": ("process PID (bystander), which is no mmiobench, has locked", "may be tested",
                     "COMMAND 0002"),
    "left-lock": ("process PID, which has ended, has left", "may be tested", "COMMAND 0002"),
}
REFUSED_POWER = {
    "nvme": ("may not be tested: a driver has claimed it", "resource2_wc no: a driver has claimed it",
             "driver nvme"),
    "uio": ("may not be tested: a driver is bound", "resource2_wc no: a driver is bound",
            "driver uio_pci_generic"),
    "vfio-asleep": ("driver vfio-pci has it asleep in D3hot", "resource2_wc no: bound to vfio",
                    "driver vfio-pci"),
    "slot-dark": ("may not be tested: does not answer", "resource2_wc no: does not answer", "COMMAND ffff"),
}


def check_refused(name):
    says, listed, line = (REFUSED | REFUSED_POWER)[name.partition("-")[2]]
    check(f"{name}: exit status 2", text(f"{name}.status").strip() == "2", text(f"{name}.status"))
    says = says.replace("PID", text(f"{name.partition('-')[2]}.pid").strip())
    check(f"{name}: it says why", says in text(f"{name}.log"), text(f"{name}.log"))
    errors = [line for line in text(f"{name}.log").splitlines() if not line.startswith("mmiobench: note: ")]
    check(f"{name}: and no more", len(errors) == 1, text(f"{name}.log"))
    check(f"{name}: the list works", "status 0" in text(f"{name}.list") and
          listed in text(f"{name}.list"), text(f"{name}.list"))
    check(f"{name}: COMMAND, power and driver were not touched",
          line in text(f"{name}.before").splitlines() and
          text(f"{name}.left") == text(f"{name}.before"), text(f"{name}.left"))
    check(f"{name}: nothing is to be recovered", "no run has left" in text(f"{name}.recover"),
          text(f"{name}.recover"))
    if name == "host-nvme":
        check(f"{name}: the driver claims the BAR", " nvme" in text("nvme.iomem"), text("nvme.iomem"))


def check_claimed():
    """--allow-bound-driver does not lead past the kernel's own refusal."""
    check("nvme-allowed: the kernel maps it for nobody else", text("nvme-allowed.status").strip() == "2" and
          "nvme has claimed the BAR" in text("nvme-allowed.log"), text("nvme-allowed.log"))
    check("nvme-allowed: nothing was touched", text("nvme-allowed.left") == text("host-nvme.after"),
          text("nvme-allowed.left"))
    check("vfio-asleep: it was not woken", text("vfio-asleep.state") == "D3hot\n",
          text("vfio-asleep.state"))


def check_locked_run(name):
    """Locked down in mid-run: nothing can be put back, and both the run and --recover say so."""
    check(f"{name}: exit status 1", text(f"{name}.status").strip() == "1", text(f"{name}.log")[-900:])
    check(f"{name}: the window is lost, and it says so", '"state": "lost"' in text(f"{name}.json") and
          "could NOT be put back" in text(f"{name}.log"), text(f"{name}.log")[-900:])
    check(f"{name}: cells say why", "cannot be mapped: Operation not permitted" in text(f"{name}.json") and
          "the kernel is locked down, and lets nobody map BARs" in text(f"{name}.log"),
          text(f"{name}.log")[-900:])
    check(f"{name}: --recover says that it cannot", "the kernel was locked down since" in
          text(f"{name}.recover") and "status 2" in text(f"{name}.recover"), text(f"{name}.recover"))
    check(f"{name}: what the window held is kept", text(f"{name}.files"))


# the outcome of the probe through wc, what the run says, attempts on record before
CANNOT_WRITE = "cannot write the crash journal /run/j/journal: "
JOURNALS = {
    "journal-first": ("works", "lies in memory", 0),
    "journal-narrow": ("not-run", CANNOT_WRITE + "No space left on device", 1),
    "journal-full": ("not-run", CANNOT_WRITE + "No space left on device", 1),
    "journal-freed": ("works", "1 lines of the crash journal /run/j/journal are torn", 1),
    "journal-read-only": ("not-run", CANNOT_WRITE + "Read-only file system", 2),
}


def check_journal(name):
    """Without a record on disk the probe that can end a VM is not made; half of one is no death."""
    outcome, says, attempts = JOURNALS[name.partition("-")[2]]
    log = text(f"{name}.log")
    check(f"{name}: exit status 0", text(f"{name}.status").strip() == "0", log)
    check(f"{name}: it says what it can do", says in log, log)
    try:
        result = json.loads(text(f"{name}.json"))
    except ValueError as error:
        check(f"{name}: it wrote a result", False, error)
        return
    probes = {(p["name"], p["mapping"]): p for p in result["probes"]}
    risky = probes.get(("alignment", "wc"), {})
    check(f"{name}: the probe is told of as {outcome}", risky.get("outcome") == outcome and
          (outcome == "works" or risky["detail"] == "the crash journal cannot be written"), risky)
    control = probes.get(("alignment", "plain"), {})
    check(f"{name}: the harmless one was made", control.get("outcome") == "SIGBUS/BUS_ADRALN", control)
    check(f"{name}: no record is of a death", all(j["outcome"] == "works" for j in result["journal"]) and
          len(result["journal"]) == attempts, result["journal"])
    check(f"{name}: the window is restored", result["window"]["state"] == "restored")
    if name.endswith("full"):
        journal = text(f"{name}.journal")
        check(f"{name}: the record was cut", len(journal) == 4096 and
              journal[-100:].startswith('\n{"attempt":'), journal[-200:])


OTHERS = dict.fromkeys((f"host-{k}" for k in (REFUSED if BAR else REFUSED_POWER)), check_refused)
OTHERS |= ({"host-oom-run": check_oom, "host-oom-save": check_oom,
            **{f"host-{k}": check_journal for k in JOURNALS}} if BAR else
           {"host-locked-run": check_locked_run})


def check_fault(name):
    status, window, said, left = TABLE[name]
    log = text(f"{name}.log")
    check(f"{name}: exit status {status}", text(f"{name}.status").strip() == str(status), log)
    try:
        result = json.loads(text(f"{name}.json"))
    except ValueError as error:
        check(f"{name}: it wrote a result", False, error)
        return
    check_rounds(name, result, said)
    state = result["window"]["state"]
    check(f"{name}: the window is {window}", state == window, state)
    check(f"{name}: what is to be put back is kept", (window == "lost") ==
          os.path.exists(os.path.join(OUT, f"{name}.rescue")))
    after = text(f"{name}.left")
    check(f"{name}: the device is left as it was, or as somebody set it",
          left in after.splitlines() if left else after == text(f"{name}.before"), after)
    recover = text(f"{name}.recover")
    check(f"{name}: --recover says what it did", "status" not in recover and
          ("put back" if window == "lost" else "no run has left") in recover, recover)
    extra = name.partition("-")[2]
    if extra in EXTRAS:
        EXTRAS[extra](name, result, [r for c in result["cells"] for r in c["rounds"]])
    if name.endswith(("cpu-offline", "cpuset-run")):
        why = {c["why"] for c in result["cells"] if c["status"] == "failed"}
        gone = "cannot run on CPU 1: Invalid argument (it is offline, or a cpuset forbids it)"
        moved = "it was moved from CPU 1 to 0 in the middle: taken offline?"
        check(f"{name}: cells say that the CPU is gone", gone in why and why <= {gone, moved}, why)
    if name.endswith("second"):
        check(f"{name}: the second one is refused", text("second-2.status").strip() == "2" and
              f"another mmiobench (process {text('second.pid').strip()}) works on" in
              text("second-2.log"), text("second.pid") + text("second-2.log"))
    if name.endswith("reset"):
        check(f"{name}: the kernel did reset it, five times in this run",
              text("reset.provoked").split() == list("12345"), text("reset.provoked"))


def check_kill(name):
    """SIGKILL: when it left something, the next start says so and --recover puts it back."""
    left = os.path.exists(os.path.join(OUT, f"{name}.next"))
    if left:
        check(f"{name}: the next start says so", "--recover" in text(f"{name}.next") and
              "status 2" in text(f"{name}.next"), text(f"{name}.next"))
        check(f"{name}: --recover puts it back", "put back" in text(f"{name}.recover"),
              text(f"{name}.recover"))
    return left


def check_died():
    """The guest was killed: /run is gone with it, and so is what could be put back."""
    check("died: the guest was ended, and booted again", "QEMU ended" in text("guest.first") and
          not text("guest.second"), text("guest.first") + text("guest.second"))
    check("died: --recover says that nothing can be put back", "no run has left" in text("died.recover")
          and "status 0" in text("died.recover"), text("died.recover"))
    check("died: the next run is not held up", text("died.status").strip() == "0" and
          '"state":' in text("died.json"), text("died.log"))


def main():
    before, seen, left, end = bar(), set(), 0, time.monotonic() + SECONDS
    while not os.path.exists(os.path.join(OUT, "all.done")):
        if time.monotonic() > end:
            check(f"it came to its end within {SECONDS} s", False)
            break
        for path in sorted(glob.glob(os.path.join(OUT, "*-*.done"))):
            name = os.path.basename(path)[:-len(".done")]
            if name in seen:
                continue
            seen.add(name)
            if name == "host-after-guest":
                before = bar()
                open(os.path.join(OUT, f"{name}.go"), "w").close()
                continue
            if re.search("-kill-", name):
                left += check_kill(name)
            elif name in OTHERS:
                OTHERS[name](name)
            else:
                check_fault(name)
            check_as_before(name, before)
            open(os.path.join(OUT, f"{name}.go"), "w").close()
        time.sleep(0.05)
    wanted = set(TABLE) | set(OTHERS)
    check("each fault was provoked", wanted <= seen, wanted - seen)
    if not BAR:
        check_claimed()
    if BAR:
        kills = sum("-kill-" in name for name in seen)
        print(f"# {kills} runs were killed, {left} left something to recover")
        check("some kills left something", left)
        check_died()
        check("locked: ordinary memory is measured", text("locked-ram.status").strip() == "0",
              text("locked-ram.log"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
