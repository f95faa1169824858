#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the disassembly of every measuring loop against what its table row claims.

usage: disassembly.py PROGRAM OBJDUMP DUMP-LOOPS...

For each loop: exactly the accesses claimed, in order, of the claimed width, all through one base
and one value register; the barrier asked for, where it was asked for; no call; and at least 95 %
of each loop's instructions are those. What an instruction looks like is written down here once
more, apart from the product, on purpose.
"""
import re
import subprocess
import sys

SHARE = 0.95

# kernel: (regular expression with groups register, offset, base; how many bytes)
ACCESS = {
    "aarch64": {
        "store1": (r"strb w(\d+), \[x(\d+)(?:, #(\d+))?\]$", 1),
        "store2": (r"strh w(\d+), \[x(\d+)(?:, #(\d+))?\]$", 2),
        "store4": (r"str w(\d+), \[x(\d+)(?:, #(\d+))?\]$", 4),
        "store8": (r"str x(\d+), \[x(\d+)(?:, #(\d+))?\]$", 8),
        "load1": (r"ldrb w(\d+), \[x(\d+)(?:, #(\d+))?\]$", 1),
        "load2": (r"ldrh w(\d+), \[x(\d+)(?:, #(\d+))?\]$", 2),
        "load4": (r"ldr w(\d+), \[x(\d+)(?:, #(\d+))?\]$", 4),
        "load8": (r"ldr x(\d+), \[x(\d+)(?:, #(\d+))?\]$", 8),
    },
    "x86_64": {
        "store1": (r"movb? %([abcd]l|[sd]il|bpl|r\d+b),(0x[0-9a-f]+)?\(%(r\w+)\)$", 1),
        "store2": (r"movw? %([abcd]x|[sd]i|bp|r\d+w),(0x[0-9a-f]+)?\(%(r\w+)\)$", 2),
        "store4": (r"movl? %(e\w\w|r\d+d),(0x[0-9a-f]+)?\(%(r\w+)\)$", 4),
        "store8": (r"movq? %(r[a-z]\w|r\d+),(0x[0-9a-f]+)?\(%(r\w+)\)$", 8),
        "load1": (r"movzbl (0x[0-9a-f]+)?\(%(r\w+)\),%(e\w\w|r\d+d)$", 1),
        "load2": (r"movzwl (0x[0-9a-f]+)?\(%(r\w+)\),%(e\w\w|r\d+d)$", 2),
        "load4": (r"movl? (0x[0-9a-f]+)?\(%(r\w+)\),%(e\w\w|r\d+d)$", 4),
        "load8": (r"movq? (0x[0-9a-f]+)?\(%(r\w+)\),%(r[a-z]\w|r\d+)$", 8),
    },
}
# which groups of ACCESS are (register, base, offset)
GROUPS = {
    "aarch64": {"store": (1, 2, 3), "load": (1, 2, 3)},
    "x86_64": {"store": (1, 3, 2), "load": (3, 2, 1)},
}
BARRIER = {
    "aarch64": {
        "none": [],
        "dmb-oshst": [r"dmb oshst$"],
        "dgh": [r"(dgh|hint #0x6)$"],
        "dmb-oshld": [r"dmb oshld$"],
        "dmb-st": [r"dmb st$"],
        "dmb-sy": [r"dmb sy$"],
        "dsb-oshst": [r"dsb oshst$"],
        "dmb-osh": [r"dmb osh$"],
        "dsb-st": [r"dsb st$"],
        "dsb-sy": [r"dsb sy$"],
        "read-flush": [r"dsb sy$", r"ldr w\d+, \[x\d+\]$", r"dsb ld$"],
        "dep": [r"and x\d+, x\d+, xzr$", r"add x\d+, x\d+, x\d+$"],
    },
    "x86_64": {
        "none": [],
        "sfence": [r"sfence$"],
        "mfence": [r"mfence$"],
        "lfence": [r"lfence$"],
        "lock-or": [r"lock orl \$0x0,-0x84\(%rsp\)$"],
        "read-flush": [r"mfence$", r"mov \(%r\w+\),%\w+$", r"lfence$"],
        "dep": [r"and \$0x0,%\w+$", r"add %r\w+,%r\w+$"],
    },
}
# the only other instructions a loop may have: its counting
OVERHEAD = {
    "aarch64": r"(add x\d+, x\d+, #0x[0-9a-f]+(, lsl #12)?|cmp x\d+, x\d+|subs x\d+, x\d+, #0x1"
               r"|mov x\d+, x\d+|b\.ne \S+.*)$",
    "x86_64": r"(add \$0x[0-9a-f]+,%r\w+|cmp %r\w+,%r\w+|dec %r\w+|mov %r\w+,%r\w+|jne \S+.*)$",
}
BRANCH = {"aarch64": r"(?:b|b\.\w+|cbn?z\s+\S+,|tbn?z\s+\S+,)\s+([0-9a-f]+)\b",
          "x86_64": r"j\w+\s+([0-9a-f]+)\b"}
CALL = {"aarch64": r"(bl|blr)\b", "x86_64": r"call"}


class Wrong(Exception):
    pass


def disassemble(objdump, program):
    """symbol -> [(address, text)], padding left out"""
    out = subprocess.run([objdump, "-d", "--no-show-raw-insn", program], check=True,
                         capture_output=True, text=True).stdout
    functions, name = {}, None
    for line in out.splitlines():
        m = re.match(r"([0-9a-f]+) <(.+)>:$", line)
        if m:
            name = m[2]
            functions[name] = []
            continue
        m = re.match(r"\s*([0-9a-f]+):\s+(.*)$", line)
        if m and name:
            text = re.sub(r"\s+", " ", re.sub(r"\s*(//.*|<[^>]*>)$", "", m[2])).strip()
            functions[name].append((int(m[1], 16), text))
    return functions


def loops_of(arch, code):
    """[(first index, index of the branch back)], inner before outer"""
    index = {address: i for i, (address, _) in enumerate(code)}
    found = []
    for i, (address, text) in enumerate(code):
        m = re.match(BRANCH[arch], text)
        if m and int(m[1], 16) <= address:
            if int(m[1], 16) not in index:
                raise Wrong(f"branches out of itself: {text}")
            found.append((index[int(m[1], 16)], i))
    return sorted(found, key=lambda loop: loop[1] - loop[0])


def parse_access(arch, direction, match):
    register, base, offset = (match[g] for g in GROUPS[arch][direction])
    return register, base, int(offset or "0", 0)


def check_body(arch, row, body):
    """The straight line inside the innermost loop. Returns how many instructions are overhead."""
    pattern, width = ACCESS[arch][row["kernel"]]
    if width != row["width"]:
        raise Wrong(f"claims {row['width']} bytes, {row['kernel']} has {width}")
    wrap = row["span"] or row["block"]
    barrier = BARRIER[arch][row["barrier"]]
    at, done, registers, used = 0, 0, set(), 0
    while done < row["block"]:
        m = re.match(pattern, body[at]) if at < len(body) else None
        if not m:
            raise Wrong(f"access {done // width}: not {row['kernel']}: "
                        f"{body[at] if at < len(body) else 'the end'}")
        register, base, offset = parse_access(arch, row["direction"], m)
        if offset != done % wrap:
            raise Wrong(f"access {done // width} is at {offset}, not at {done % wrap}")
        registers.add((register, base))
        at, used, done = at + 1, used + 1, done + width
        if row["interval"] and done % row["interval"] == 0:
            for want in barrier:
                if at >= len(body) or not re.match(want, body[at]):
                    raise Wrong(f"no {row['barrier']} after {done} bytes")
                at, used = at + 1, used + 1
    if len(registers) != 1:
        raise Wrong(f"several registers: {registers}")
    for text in body[at:]:
        if not re.match(OVERHEAD[arch], text):
            raise Wrong(f"unasked: {text}")
    if used / len(body) < SHARE:
        raise Wrong(f"only {used} of {len(body)} instructions are accesses or barriers")


def check_rest(arch, row, rest):
    """What the outer loop has around the inner one: the barrier that ends a pass, and counting."""
    at_end = BARRIER[arch][row["barrier"]] if not row["interval"] else []
    texts = [t for t in rest if not re.match(OVERHEAD[arch], t)]
    if len(texts) != len(at_end) or not all(re.match(w, t) for w, t in zip(at_end, texts)):
        raise Wrong(f"around the inner loop: {texts}")


def check_row(arch, row, code):
    for _, text in code:
        if re.match(CALL[arch], text):
            raise Wrong(f"a call: {text}")
    loops = loops_of(arch, code)
    if len(loops) != (1 if row["span"] else 2):
        raise Wrong(f"{len(loops)} loops")
    first, last = loops[0]
    check_body(arch, row, [text for _, text in code[first:last + 1]])
    if not row["span"]:
        outer_first, outer_last = loops[1]
        check_rest(arch, row, [t for _, t in code[outer_first:first] + code[last + 1:outer_last + 1]])


def read_rows(command):
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = []
    for line in lines[1:]:
        symbol, kernel, direction, width, barrier, interval, span, block = line.split()
        rows.append({"symbol": symbol, "kernel": kernel, "direction": direction,
                     "width": int(width), "barrier": barrier, "interval": int(interval),
                     "span": int(span), "block": int(block)})
    return lines[0].split()[1], rows


def can_fail(arch, row, code):
    """The check must not be one that cannot fail: claims that are false have to be found."""
    false_claims = [{"width": row["width"] * 2}, {"block": row["block"] * 2},
                    {"span": 128 if row["span"] != 128 else 64}, {"kernel": "load8"
                     if row["kernel"] != "load8" else "store8"},
                    {"barrier": "read-flush" if row["barrier"] != "read-flush" else "dep"}]
    for claim in false_claims:
        try:
            check_row(arch, {**row, **claim}, code)
        except (Wrong, KeyError):
            continue
        raise Wrong(f"the check accepts a false claim: {claim}")
    padded = code[:]
    middle = loops_of(arch, code)[0][0] + 5
    for extra in ("nop", padded[middle][1]):
        try:
            check_row(arch, row, padded[:middle] + [(0, extra)] + padded[middle:])
        except Wrong:
            continue
        raise Wrong(f"the check accepts an extra instruction: {extra}")


def main():
    program, objdump, dump = sys.argv[1], sys.argv[2], sys.argv[3:]
    arch, rows = read_rows(dump)
    functions = disassemble(objdump, program)
    wrong = 0
    for row in rows:
        try:
            if row["symbol"] not in functions:
                raise Wrong("is not in the program")
            check_row(arch, row, functions[row["symbol"]])
            if row["barrier"] != "none":
                can_fail(arch, row, functions[row["symbol"]])
        except Wrong as e:
            print(f"{row['symbol']}: {e}")
            wrong += 1
    print(f"{arch}: {len(rows)} loops checked, {wrong} wrong")
    return 1 if wrong or len(rows) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
