#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""restore.py OUT BAR-FILE: the PC's side of restore.job, a witness from outside the machine.

Looks at the BAR's bytes in its backing file while and after mmiobench runs in the lab: the patterns
that the cells claim are there, and the window is put back after every kind of end.
"""
import json
import os
import struct
import sys
import time

OUT, BAR = sys.argv[1], sys.argv[2]
PROBED = 64  # the first bytes, which probes use before any cell runs
failed = 0


def bar():
    with open(BAR, "rb") as f:
        return f.read()


def path(name):
    return os.path.join(OUT, name)


def wait_for(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            print(f"not ok {what}: did not come within {seconds} s")
            sys.exit(1)
        time.sleep(0.02)


def check(name, holds):
    global failed
    print(("ok " if holds else "not ok ") + name)
    failed += not holds


def result(name):
    with open(path(name + ".json")) as f:
        return json.load(f)


def done(name):
    wait_for(lambda: os.path.exists(path(name + ".done")), f"{name}: the end of the run")
    with open(path(name + ".done")) as f:
        return int(f.read())


def go(name):
    open(path(name + ".go"), "w").close()


def claims(d, offset):
    """8 bytes at offset as each cell that covers them claims to have stored them"""
    for c in d["cells"]:
        if c["direction"] == "store" and offset < c["region_bytes"]:
            p = int(c["pattern"], 16)
            yield struct.pack("<Q", p) if c["width_bytes"] == 8 else \
                struct.pack("<I", p & 0xffffffff) * 2


def check_left(before):
    status, after, d = done("leave"), bar(), result("leave")
    stored = max(c["region_bytes"] for c in d["cells"] if c["direction"] == "store"
                 and c["status"] == "measured")
    words = [after[o:o + 8] in set(claims(d, o)) for o in range(0, stored, 8)]
    check(f"leave: exit status 0 (it is {status})", status == 0)
    check(f"leave: all {len(words)} words stored are as claimed, seen from outside", all(words))
    check("leave: nothing else was touched", after[stored:] == before[stored:])


def check_back(name, before, wanted_status):
    status = done(name)
    check(f"{name}: exit status {status}", status in wanted_status)
    check(f"{name}: the window is back, seen from outside", bar() == before)


def main():
    before = bar()
    check_left(before)
    with open(BAR, "r+b") as f:
        f.write(before)
    go("leave")
    check_back("normal", before, [0])
    go("normal")
    for name, status in (("interrupted", [130]), ("killed", [0])):
        wait_for(lambda: bar()[PROBED:] != before[PROBED:], f"{name}: stores")
        open(path(name + ".stored"), "w").close()
        check_back(name, before, status)
        go(name)
    killed = [c for c in result("killed")["cells"] if c["status"] == "killed"]
    check(f"killed: {len(killed)} cells are recorded as killed", killed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
