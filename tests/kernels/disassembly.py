#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the disassembly of every measuring loop against what its table row claims.

usage: disassembly.py PROGRAM OBJDUMP DUMP-LOOPS...

For each loop: exactly the accesses claimed, in order, of the claimed width, all through one base
and one value register; the barrier asked for, where it was asked for; no call; after the last loads
what waits for them; and at least 95 % of each loop's instructions are those. What an instruction looks like is written down here once
more, apart from the product, on purpose.
"""
import re
import subprocess
import sys

SHARE = 0.95

# what may follow a base register; offsets and registers are compared
AT = r"\[x(?P<base>\d+)(?:, #(?P<offset>-?\d+))?\]$"
TO = r"(?P<offset>0x[0-9a-f]+)?\(%(?P<base>r\w+)\)$"
FROM = r"(?P<offset>0x[0-9a-f]+)?\(%(?P<base>r\w+)\)"
LEA = r"lea (?P<offset>0x[0-9a-f]+)?\(%(?P<base>r\w+)\),%rdi$"
COUNT = r"mov \$0x40,%ecx$"
# kernel: (regular expression, or those of all instructions of an access, bytes)
ACCESS = {
    "aarch64": {
        "store1": (r"strb w(?P<reg>\d+), " + AT, 1),
        "store2": (r"strh w(?P<reg>\d+), " + AT, 2),
        "store4": (r"str w(?P<reg>\d+), " + AT, 4),
        "store8": (r"str x(?P<reg>\d+), " + AT, 8),
        "store16_pair": (r"stp (?P<reg>x\d+), (?P=reg), " + AT, 16),
        "store16_q": (r"str (?P<reg>q0), " + AT, 16),
        "store32_pair": (r"stp (?P<reg>q0), q0, " + AT, 32),
        "store64_st1": (r"st1 (?P<reg>\{v0\.2d-v3\.2d\}), \[x(?P<base>\d+)\](?P<post>, #64)?$", 64),
        "store64_st4": (r"st4 (?P<reg>\{v0\.2d-v3\.2d\}), \[x(?P<base>\d+)\](?P<post>, #64)?$", 64),
        "store64_st64b": (r"st64b (?P<reg>x0), \[x(?P<base>\d+)\]$", 64),
        "load64_ld64b": (r"ld64b (?P<reg>x0), \[x(?P<base>\d+)\]$", 64),
        "load1": (r"ldrb w(?P<reg>\d+), " + AT, 1),
        "load2": (r"ldrh w(?P<reg>\d+), " + AT, 2),
        "load4": (r"ldr w(?P<reg>\d+), " + AT, 4),
        "load8": (r"ldr x(?P<reg>\d+), " + AT, 8),
        "load16_pair": (r"ldp (?P<reg>x\d+, x\d+), " + AT, 16),
        "load16_np": (r"ldnp (?P<reg>x\d+, x\d+), " + AT, 16),
        "load16_q": (r"ldr (?P<reg>q0), " + AT, 16),
        "load32_pair": (r"ldp (?P<reg>q0, q1), " + AT, 32),
        "load64_ld1": (r"ld1 (?P<reg>\{v0\.2d-v3\.2d\}), \[x(?P<base>\d+)\](?P<post>, #64)?$", 64),
    },
    "x86_64": {
        "store1": (r"movb? %(?P<reg>[abcd]l|[sd]il|bpl|r\d+b)," + TO, 1),
        "store2": (r"movw? %(?P<reg>[abcd]x|[sd]i|bp|r\d+w)," + TO, 2),
        "store4": (r"movl? %(?P<reg>e\w\w|r\d+d)," + TO, 4),
        "store8": (r"movq? %(?P<reg>r[a-z]\w|r\d+)," + TO, 8),
        "store16_sse": (r"movaps %(?P<reg>xmm0)," + TO, 16),
        "store32_avx": (r"vmovaps %(?P<reg>ymm0)," + TO, 32),
        "store64_avx512": (r"vmovaps %(?P<reg>zmm0)," + TO, 64),
        "store8_nt": (r"movntiq? %(?P<reg>r[a-z]\w|r\d+)," + TO, 8),
        "store16_nt": (r"movntps %(?P<reg>xmm0)," + TO, 16),
        "store32_nt": (r"vmovntps %(?P<reg>ymm0)," + TO, 32),
        "store64_nt": (r"vmovntps %(?P<reg>zmm0)," + TO, 64),
        "store8_diri": (r"movdiri %(?P<reg>r[a-z]\w|r\d+)," + TO, 8),
        "store64_dir64b": ((LEA, r"movdir64b \(%(?P<reg>rsp)\),%rdi$"), 64),
        "store64_stosb": ((LEA, COUNT, r"rep stos %(?P<reg>al),%es:\(%rdi\)$"), 64),
        "store64_movsb": ((LEA, r"mov %(?P<reg>rsp),%rsi$", COUNT,
                           r"rep movsb %ds:\(%rsi\),%es:\(%rdi\)$"), 64),
        "load1": (r"movzbl " + FROM + r",%(?P<reg>e\w\w|r\d+d)$", 1),
        "load2": (r"movzwl " + FROM + r",%(?P<reg>e\w\w|r\d+d)$", 2),
        "load4": (r"movl? " + FROM + r",%(?P<reg>e\w\w|r\d+d)$", 4),
        "load8": (r"movq? " + FROM + r",%(?P<reg>r[a-z]\w|r\d+)$", 8),
        "load16_sse": (r"movaps " + FROM + r",%(?P<reg>xmm0)$", 16),
        "load32_avx": (r"vmovaps " + FROM + r",%(?P<reg>ymm0)$", 32),
        "load64_avx512": (r"vmovaps " + FROM + r",%(?P<reg>zmm0)$", 64),
        "load16_nt": (r"movntdqa " + FROM + r",%(?P<reg>xmm0)$", 16),
    },
}
# what steps the pointer after each access, where the access cannot: part of it
STEP = {"store64_st64b": r"add x\d+, x\d+, #0x40$", "load64_ld64b": r"add x\d+, x\d+, #0x40$"}
# a C loop's accesses, however the compiler addresses them
IN_C = {
    "aarch64": {"store8_c": r"str x\w+, \[x.*$", "load8_c": r"ldr x\w+, \[x.*$"},
    "x86_64": {"store8_c": r"movq? %r\w+,[^,]*\(%r.*\)$", "load8_c": r"movq? [^,]*\(%r.*\),%r\w+$"},
}
VECTOR = r".*(%[xyz]mm\d|\b[qv]\d+\b)"
# the pointer stands so far into the block
BIAS = {"store16_pair": 512, "load16_pair": 512, "load16_np": 512, "store32_pair": 1024,
        "load32_pair": 1024}
BELL = {
    "aarch64": {4: r"str w\d+, \[x\d+\]$", 8: r"str x\d+, \[x\d+\]$"},
    "x86_64": {4: r"mov %(e\w\w|r\d+d),\(%r\w+\)$", 8: r"mov %(r[a-z]\w|r\d+),\(%r\w+\)$"},
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
        "load-back": [r"ldr x\d+, " + AT, r"and x\d+, x\d+, xzr$", r"add x\d+, x\d+, x\d+$"],
        "dep": [r"and x\d+, x\d+, xzr$", r"add x\d+, x\d+, x\d+$"],
    },
    "x86_64": {
        "none": [],
        "sfence": [r"sfence$"],
        "mfence": [r"mfence$"],
        "lfence": [r"lfence$"],
        "lock-or": [r"lock orl \$0x0,-0x84\(%rsp\)$"],
        "read-flush": [r"mfence$", r"mov \(%r\w+\),%\w+$", r"lfence$"],
        "load-back": [r"mov " + FROM + r",%r\w+$", r"and \$0x0,%\w+$", r"add %r\w+,%r\w+$"],
        "dep": [r"and \$0x0,%\w+$", r"add %r\w+,%r\w+$"],
    },
}
# the only other instructions a loop may have: its counting
OVERHEAD = {
    "aarch64": r"((add|sub) x\d+, x\d+, #0x[0-9a-f]+(, lsl #12)?|cmp x\d+, x\d+|subs x\d+, x\d+, #0x1"
               r"|mov x\d+, x\d+|b\.ne \S+.*)$",
    "x86_64": r"((add|sub) \$0x[0-9a-f]+,%r\w+|cmp %r\w+,%r\w+|dec %r\w+|mov %r\w+,%r\w+|jne \S+.*)$",
}
# what a function of loads has before it returns, and what may stand between
WAIT = {"aarch64": r"dsb ld$", "x86_64": r"lfence$"}
LEAVE = {"aarch64": r"(ldp x\d+, x\d+, \[sp.*|ldr x\d+, \[sp.*|add sp, sp, .*|autiasp|nop)$",
         "x86_64": r"(vzeroupper|pop %\w+|add \$0x[0-9a-f]+,%rsp|nop.*)$"}
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


def stays(row):
    return row["pattern"] in ("one", "single") or row["pattern"].startswith("span")


def offset_of(row, i):
    """Where access i of a block belongs; None: only its set is known."""
    pattern, width = row["pattern"], row["width"]
    number = int(re.search(r"\d*$", pattern)[0] or 0)
    if pattern == "seq":
        return i * width
    if pattern == "reverse":
        return row["block"] - (i + 1) * width
    if pattern.startswith("stride"):
        return i * number
    if pattern.startswith("span"):
        return i * width % number
    if pattern.startswith("lines"):
        group, rest = divmod(i, 8 * number)
        word, line = divmod(rest, number)
        return group * 64 * number + line * 64 + word * 8
    if pattern.startswith("words"):
        line, word = divmod(i, number)
        return line * 64 + word * 8
    return None if pattern == "random" else 0


def check_random(row, offsets):
    if sorted(offsets) != list(range(0, row["block"], row["width"])):
        raise Wrong("not each word once")
    strides = {b - a for a, b in zip(offsets, offsets[1:])}
    if len(strides) < len(offsets) // 8:
        raise Wrong(f"only {len(strides)} different strides: that is not random")


def check_body(arch, row, body):
    """The straight line inside the innermost loop."""
    pattern, width = ACCESS[arch][row["kernel"]]
    if width != row["width"]:
        raise Wrong(f"claims {row['width']} bytes, {row['kernel']} has {width}")
    close = BARRIER[arch][row["barrier"]] + ([BELL[arch][row["bell"]]] if row["bell"] else [])
    parts = (pattern,) if isinstance(pattern, str) else pattern
    if row["kernel"] in STEP and not stays(row):
        parts += (STEP[row["kernel"]],)
    at, registers, offsets = 0, set(), []
    for i in range(row["accesses"]):
        found = {}
        for part in parts:
            m = re.match(part, body[at]) if at < len(body) else None
            if not m:
                raise Wrong(f"access {i}: not {row['kernel']}: "
                            f"{body[at] if at < len(body) else 'the end'}")
            found.update(m.groupdict())
            at += 1
        if found.get("post") or row["kernel"] in STEP and not stays(row):
            offset = i * width
        else:
            offset = int(found.get("offset") or "0", 0) + BIAS.get(row["kernel"], 0)
        want = offset_of(row, i)
        if want is not None and offset != want:
            raise Wrong(f"access {i} is at {offset}, not at {want}")
        offsets.append(offset)
        registers.add((found["reg"], found["base"]))
        if row["interval"] and (i + 1) * width % row["interval"] == 0:
            for want in close:
                m = re.match(want, body[at]) if at < len(body) else None
                if not m:
                    raise Wrong(f"no {row['barrier']} or doorbell after {(i + 1) * width} bytes")
                back = m.groupdict()
                if back and (back["base"], back["offset"]) != (found["base"], found["offset"]):
                    raise Wrong(f"access {i}: {body[at]} is not of what was stored")
                at += 1
    if row["pattern"] == "random":
        check_random(row, offsets)
    if len(registers) != 1:
        raise Wrong(f"several registers: {registers}")
    for text in body[at:]:
        if not re.match(OVERHEAD[arch], text):
            raise Wrong(f"unasked: {text}")
    # one access alone is timed as such
    if at / len(body) < SHARE and row["pattern"] != "single":
        raise Wrong(f"only {at} of {len(body)} instructions are accesses or barriers")


def check_rest(arch, row, rest):
    """What the outer loop has around the inner one: the barrier that ends a pass, and counting."""
    at_end = BARRIER[arch][row["barrier"]] if not row["interval"] else []
    texts = [t for t in rest if not re.match(OVERHEAD[arch], t)]
    if len(texts) != len(at_end) or not all(re.match(w, t) for w, t in zip(at_end, texts)):
        raise Wrong(f"around the inner loop: {texts}")


def check_c(arch, row, code):
    """The compiler's own loop: its accesses and no others, no vectors; the share is only told."""
    first, last = loops_of(arch, code)[0]
    body = [text for _, text in code[first:last + 1]]
    accesses = [text for text in body if re.match(IN_C[arch][row["kernel"]], text)]
    others = [text for text in body if text not in accesses and ("(" in text or "[" in text)]
    if not accesses or others or any(re.match(VECTOR, text) for text in body):
        raise Wrong(f"the compiler made something else: {body}")
    print(f"{row['symbol']}: {len(accesses)} of {len(body)} instructions are the accesses")


def check_end(arch, row, code):
    """The last loads have returned before the function does; stores are not waited for."""
    texts = [text for _, text in code]
    ends = [i for i, text in enumerate(texts) if re.match(r"ret\b", text)]
    if not ends:
        raise Wrong("never returns")
    for at in ends:
        before = at - 1
        while before > 0 and re.match(LEAVE[arch], texts[before]):
            before -= 1
        if bool(re.match(WAIT[arch], texts[before])) != (row["direction"] == "load"):
            raise Wrong(f"a {row['direction']} ends with {texts[before:at + 1]}")


def check_row(arch, row, code):
    for _, text in code:
        if re.match(CALL[arch], text):
            raise Wrong(f"a call: {text}")
    check_end(arch, row, code)
    if row["kernel"] in IN_C[arch]:
        check_c(arch, row, code)
        return
    loops = loops_of(arch, code)
    if len(loops) != (1 if stays(row) else 2):
        raise Wrong(f"{len(loops)} loops")
    first, last = loops[0]
    check_body(arch, row, [text for _, text in code[first:last + 1]])
    if not stays(row):
        outer_first, outer_last = loops[1]
        check_rest(arch, row, [t for _, t in code[outer_first:first] + code[last + 1:outer_last + 1]])


def read_rows(command):
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = []
    for line in lines[1:]:
        if line.startswith("pair "):
            continue
        symbol, kernel, direction, width, barrier, interval, pattern, bell, block, n = line.split()
        rows.append({"symbol": symbol, "kernel": kernel, "direction": direction,
                     "width": int(width), "barrier": barrier, "interval": int(interval),
                     "pattern": pattern, "bell": int(bell), "block": int(block),
                     "accesses": int(n)})
    return lines[0].split()[1], rows


def can_fail(arch, row, code):
    """The check must not be one that cannot fail: claims that are false have to be found."""
    false_claims = [{"width": row["width"] * 2}, {"accesses": row["accesses"] * 2},
                    {"accesses": row["accesses"] // 2},
                    {"pattern": "one" if row["pattern"] != "one" else "seq"},
                    {"kernel": "load8" if row["kernel"] != "load8" else "store8"},
                    {"barrier": "read-flush" if row["barrier"] != "read-flush" else "dep"},
                    {"bell": 8 if row["bell"] != 8 else 0},
                    {"direction": "store" if row["direction"] == "load" else "load"}]
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
            if row["barrier"] != "none" and row["interval"]:
                can_fail(arch, row, functions[row["symbol"]])
        except Wrong as e:
            print(f"{row['symbol']}: {e}")
            wrong += 1
    print(f"{arch}: {len(rows)} loops checked, {wrong} wrong")
    return 1 if wrong or len(rows) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
