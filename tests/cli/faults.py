#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""faults.py TREE BDF WORK COMMAND...: what may happen to a device during a run, on a machine of files.

Starts COMMAND (mmiobench, told to store) for each fault, waits until it stores, provokes the fault, and
holds exit status, result, messages and what is left of the device against the table below. The bytes of
a BAR that is a file are there whatever its configuration space says, so all that is looked at here is
what mmiobench makes of configuration space; the lab has devices that really fall silent.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import time

TREE, BDF, WORK, COMMAND = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
DEVICE = f"{TREE}/sys/bus/pci/devices/{BDF}"
PROBED = 64  # the access probes store before any cell runs
WORD = slice(PROBED, PROBED + 8)
failed = 0


def check(name, holds, more=""):
    global failed
    print(("ok " if holds else "not ok ") + name + (f" ({more})" if more and not holds else ""))
    failed += not holds


def poke(at, data):
    with open(f"{DEVICE}/config", "r+b") as f:
        f.seek(at)
        f.write(data)


def peek(at, n):
    with open(f"{DEVICE}/config", "rb") as f:
        f.seek(at)
        return f.read(n)


def content(n=-1):
    with open(f"{DEVICE}/resource2", "rb") as f:
        return f.read(n)


def remove():
    # hard links to the BAR's bytes: they live on, as those of a device do
    shutil.copytree(DEVICE, f"{WORK}/aside", symlinks=True, copy_function=os.link)
    os.unlink(f"{WORK}/aside/config")
    shutil.copy(f"{DEVICE}/config", f"{WORK}/aside/config")
    shutil.rmtree(DEVICE)


def rescan():
    if os.path.exists(f"{WORK}/aside"):
        os.rename(f"{WORK}/aside", DEVICE)


def bind():
    os.makedirs(f"{TREE}/sys/bus/pci/drivers/other", exist_ok=True)
    os.symlink("../../../../bus/pci/drivers/other", f"{DEVICE}/driver")


def unbind():
    if os.path.islink(f"{DEVICE}/driver"):
        os.unlink(f"{DEVICE}/driver")


def blink():
    poke(4, bytes(2))
    time.sleep(0.3)
    poke(4, b"\x02\x00")


def remove_and_rescan():
    remove()
    time.sleep(0.2)
    rescan()


def fall_silent():
    """Its configuration space is as it should be, and every read of the BAR gives ones."""
    with open(f"{DEVICE}/resource2", "r+b") as f:
        f.write(b"\xff" * os.path.getsize(f"{DEVICE}/resource2"))


def nothing():
    pass


IDS = struct.pack("<HH", 0x1af4, 0x1110)
# fault, what it does, what the result says of it, what undoes it; window; exit status; what the
# device is then left as: COMMAND and PMCSR
FAULTS = [
    ("decode off", lambda: poke(4, bytes(2)), "memory decode was turned off",
     lambda: poke(4, b"\x02\x00"), "restored", 0, (0, 8)),
    ("decode off and on", blink, "memory decode was turned off", nothing, "restored", 0, (2, 8)),
    ("D3", lambda: poke(0x44, b"\x0b\x00"), "put to sleep (D3)",
     lambda: poke(0x44, b"\x08\x00"), "restored", 0, (2, 11)),
    ("driver bound", bind, "driver other has taken", unbind, "lost", 1, (2, 8)),
    ("removed", remove, "was removed", rescan, "lost", 1, None),
    ("removed and found again", remove_and_rescan, "was removed", nothing, "lost", 1, (2, 8)),
    ("off", lambda: poke(0, b"\xff" * 4), "reads as ones", lambda: poke(0, IDS), "lost", 1, (2, 8)),
    ("another in its place", lambda: poke(0, b"\x86\x80\x00\x10"), "another device",
     lambda: poke(0, IDS), "lost", 1, (2, 8)),
    ("silent", fall_silent, "reads as all ones", nothing, "restored", 0, (2, 8)),
    ("BAR moved", lambda: poke(0x18, b"\0\0\0\x10"), "BAR was moved",
     lambda: poke(0x18, bytes(4)), "lost", 1, (2, 8)),
]


def recover(*options):
    return subprocess.run(COMMAND[:COMMAND.index("--bar")] + ["--recover", *options],
                          capture_output=True, text=True)


def run_until_stores(before):
    """The run, once it has visited some of its cells: each stores a value of its own."""
    run = subprocess.Popen(COMMAND + ["--json", f"{WORK}/r.json"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
    end, seen = time.monotonic() + 60, {before[WORD]}
    while len(seen) < 4:
        seen.add(content(WORD.stop)[WORD])
        if run.poll() is not None or time.monotonic() > end:
            run.kill()
            print(run.communicate()[0])
            raise SystemExit("it did not store")
        time.sleep(0.002)
    return run


def check_rounds(name, result, said):
    rounds = [r for c in result["cells"] for r in c["rounds"]]
    void = [r for r in rounds if said in r.get("why", "")]
    check(f"{name}: {len(void)} of {len(rounds)} visits are marked", void)
    check(f"{name}: none of them is measured, or has a figure",
          all(r["status"] != "measured" and not r["ticks"] and not r.get("tries")
              for r in rounds if r["status"] == "failed" or said in r.get("why", "")))
    check(f"{name}: others are measured", any(r["status"] == "measured" for r in rounds))
    check(f"{name}: the result says what happened", said in result.get("disturbance", {}).get("why", ""),
          result.get("disturbance"))


def check_fault(name, provoke, said, undo, window, status, left):
    before = content()
    run = run_until_stores(before)
    provoke()
    page = run.communicate(timeout=120)[0]
    with open(f"{WORK}/r.json") as f:
        result = json.load(f)
    check(f"{name}: exit status {status}", run.returncode == status, f"{run.returncode}\n{page}")
    check(f"{name}: the page says so", "DISTURBED" in page, page)
    check_rounds(name, result, said)
    check(f"{name}: the window is {window}", result["window"]["state"] == window,
          result["window"]["state"])
    if left:
        now = struct.unpack("<H", peek(4, 2)) + struct.unpack("<H", peek(0x44, 2))
        check(f"{name}: COMMAND and power are left as somebody has set them", now == left, now)
    if window == "lost":
        check(f"{name}: it says how to put it back", "--recover" in page, page)
        if undo is not nothing and name != "BAR moved":  # which a file cannot show
            back = recover()
            check(f"{name}: --recover cannot yet, and says so", back.returncode == 2 and
                  back.stderr, back)
        undo()
        back = recover()
        check(f"{name}: --recover puts it back", back.returncode == 0 and "put back" in back.stdout,
              back)
    else:
        undo()
    if provoke is fall_silent:  # a file keeps the ones; what was saved is back
        check(f"{name}: what was saved is back", content()[:PROBED] == before[:PROBED])
        with open(f"{DEVICE}/resource2", "r+b") as f:
            f.write(before)
    check(f"{name}: the window is as before in the end", content() == before)
    check(f"{name}: no file is left", not any(f for _, _, f in os.walk(f"{TREE}/run")))


for fault in FAULTS:
    check_fault(*fault)
sys.exit(failed > 0)
