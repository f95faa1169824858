#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the disassembly of every pair of litmus accesses with what its table row claims.

usage: pairs.py PROGRAM OBJDUMP DUMP-LOOPS...

In each: one 4-byte access of the first kind, exactly the barrier, one of the second kind, through
two different addresses, with nothing in between; and no call anywhere.
"""
import re
import subprocess
import sys

from disassembly import TABLES, Wrong, CALL, barrier_of, check_architectures, disassemble

ACCESS = {
    "aarch64": {"W": r"str (?P<value>w\d+), \[(?P<base>x\d+)\]$",
                "R": r"ldr (?P<value>w\d+), \[(?P<base>x\d+)\]$"},
    "x86_64": {"W": r"mov %(?P<value>e\w\w|r\d+d),\(%(?P<base>r\w+)\)$",
               "R": r"mov \(%(?P<base>r\w+)\),%(?P<value>e\w\w|r\d+d)$"},
}


def matches(patterns, texts):
    if len(texts) < len(patterns):
        return None
    found = [re.match(p, t) for p, t in zip(patterns, texts)]
    return found if all(found) else None


def check_pair(arch, kind, barrier, texts):
    for text in texts:
        if re.match(CALL[arch], text):
            raise Wrong(f"a call: {text}")
    between = barrier_of(arch, barrier)
    patterns = [ACCESS[arch][kind[0]], *between, ACCESS[arch][kind[1]]]
    found = [m for i in range(len(texts)) if (m := matches(patterns, texts[i:]))]
    found = [m for m in found if m[0]["base"] != m[-1]["base"] and m[0]["value"] != m[-1]["value"]]
    if len(found) != 1:
        raise Wrong(f"{kind} with {barrier} in between: found it {len(found)} times in {texts}, wanted it once, as "
                    f"{patterns}")


def main():
    program, objdump, dump = sys.argv[1], sys.argv[2], sys.argv[3:]
    lines = subprocess.run(dump, check=True, capture_output=True, text=True).stdout.splitlines()
    arch = lines[0].split()[1]
    rows = [line.split()[1:] for line in lines if line.startswith("pair ")]
    if check_architectures(lines, {**TABLES, "ACCESS": ACCESS}, "tests/kernels/pairs.py"):
        return 1
    functions = disassemble(objdump, program)
    wrong = 0
    for symbol, kind, barrier in rows:
        try:
            if symbol not in functions:
                raise Wrong("is not in the program")
            texts = [text for _, text in functions[symbol]]
            check_pair(arch, kind, barrier, texts)
            # false claims have to be found
            for k, b in ((kind[::-1] if kind in ("WR", "RW") else kind[0] + "RW"[kind[1] == "R"],
                          barrier), (kind, "none" if barrier != "none" else "read-flush")):
                try:
                    check_pair(arch, k, b, texts)
                except Wrong:
                    continue
                raise Wrong(f"the check accepts {k} with {b}")
        except Wrong as e:
            print(f"{symbol}: {e}")
            wrong += 1
    print(f"{arch}: {len(rows)} pairs checked, {wrong} wrong")
    return 1 if wrong or len(rows) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
