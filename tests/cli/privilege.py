#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a command and watches what it and its children may do as root.

usage: privilege.py PARENT-CAPABILITIES COMMAND...
PARENT-CAPABILITIES: hexadecimal, the most that the parent may ever have after it gave up the others.
"""
import os
import subprocess
import sys


def status(pid):
    """{field: value} of /proc/PID/status; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
            return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    except OSError:
        return {}


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return f.read().split()
    except OSError:
        return []


def watch(process, most):
    """What was seen of the parent, of children, and of children that had given up everything."""
    seen = {"parent": set(), "child": set(), "free": set()}
    while process.poll() is None:
        own = status(process.pid)
        if own.get("Name", "").startswith("mmiobench"):
            seen["parent"].add(int(own.get("CapPrm", "0"), 16))
        for pid in children(process.pid):
            fields = status(pid)
            if "CapEff" not in fields:
                continue
            seen["child"].add(int(fields["CapPrm"], 16))
            if int(fields["CapPrm"], 16) == 0 and int(fields["CapEff"], 16) == 0:
                seen["free"].add((pid, fields.get("NoNewPrivs", "")))
    return seen


def main():
    most = int(sys.argv[1], 16)
    process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
    seen = watch(process, most)
    mine = int(status(os.getpid())["CapPrm"], 16)
    # before it has given them up it has ours, and so has a child before it has its mappings
    after = {caps for caps in seen["parent"] if caps & ~most == 0}
    checks = [
        ("it ends well", process.returncode == 0),
        ("the parent gives up what it does not need", after == {mine & most}),
        ("the parent has no other set of them", seen["parent"] <= {mine, mine & most}),
        ("children measure without any", len(seen["free"]) > 5),
        ("children gain none", all(caps & ~most == 0 for caps in seen["child"])),
        ("children can gain none", all(no == "1" for _, no in seen["free"])),
    ]
    for name, good in checks:
        print("ok" if good else "not ok", name)
    if not all(good for _, good in checks):
        print({k: sorted(map(str, v))[:9] for k, v in seen.items()}, "mine", hex(mine))
        sys.exit(1)


main()
