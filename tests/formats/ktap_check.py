# SPDX-License-Identifier: GPL-2.0-or-later
"""ktap_check.py DIRECTORY: the KTAP's grammar, and that it fails where the exit status is 1."""
import glob
import os
import re
import sys
from checking import complain, finish, load, text_of

directory, = sys.argv[1:]

LINE = re.compile(r"(not )?ok ([0-9]+) ([^#]+) # (SKIP|seen:) ([^#]*)")


def parse(path):
    lines = text_of(path).splitlines()
    if lines[0] != "KTAP version 1" or not re.fullmatch("1\\.\\.[1-9][0-9]*", lines[1]):
        complain(path, "begins with", lines[:2])
    checks = {}
    for line in lines[2:]:
        if line.startswith("# "):
            continue
        m = LINE.fullmatch(line)
        if not m or int(m[2]) != len(checks) + 1 or m[3] in checks:
            complain(path, "has the line", line)
            continue
        checks[m[3]] = "fail" if m[1] else "skip" if m[4] == "SKIP" else "pass"
    if len(checks) != int(lines[1][3:]):
        complain(path, "does not keep to its plan")
    return checks


FAILED = {"faulted", "killed", "timeout", "failed"}
for path in sorted(glob.glob(f"{directory}/*.ktap")):
    name = os.path.basename(path)[:-5]
    checks = parse(path)
    d = load(f"{directory}/{name}.json")
    cells = {c["id"]: c for c in d["cells"]}
    if "exit_status" in d:
        if ("fail" in checks.values()) != (d["exit_status"] == 1):
            complain(name, checks, "but exit status", d["exit_status"])
        for i, c in cells.items():
            if c["state"] in ("failed", "absent") and checks.get(i) != "fail":
                complain(name, i, c["state"], checks.get(i))
            if c["gate"] and i not in checks:
                complain(name, i, "is a gating cell and not told")
        continue
    for i, c in cells.items():
        want = "fail" if c["status"] in FAILED else None if c["status"] == "measured" else "skip"
        if want and checks.get(i) != want:
            complain(name, i, c["status"], checks.get(i))
        if c["unit"] == "events" and i not in checks:
            complain(name, i, "is a correctness test and not told")
    if name == "bad" and (checks["window"] != "fail" or sum(
            checks[i] == "fail" for i, c in cells.items() if c["unit"] == "events") != 2):
        complain(name, "what was stored astray is not told", checks)
if not glob.glob(f"{directory}/*.ktap"):
    complain("no file")
finish()
