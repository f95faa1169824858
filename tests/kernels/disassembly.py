#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the disassembly of every measuring loop with what its table row claims.

usage: disassembly.py PROGRAM OBJDUMP DUMP-LOOPS...

For each loop: exactly the accesses claimed, in order, of the claimed width, all through one base
and one value register; the barrier asked for, where it was asked for; no call; after the last loads
what waits for them; and at least 95 % of each loop's instructions are those. What an instruction of the
manuals' form looks like, moves and does is written down here once more, apart from the product, on purpose.
Of architectures that the program is not built for the patterns must be there, too.
"""
import os
import re
import subprocess
import sys

SHARE = 0.95

# what may follow a base register; offsets and registers are compared
AT = r"\[x(?P<base>\d+)(?:, #(?P<offset>-?\d+))?\]$"
FROM = r"(?P<offset>0x[0-9a-f]+)?\(%(?P<base>r\w+)\)"
TO = FROM + "$"
LEA = r"lea (?P<offset>0x[0-9a-f]+)?\(%(?P<base>r\w+)\),%rdi$"
# registers as the manuals name them: how they are disassembled, and the bytes of one
REGISTER = {"Wt": (r"w(?P<reg>\d+)", 4), "Xt": (r"x(?P<reg>\d+)", 8), "Qt": ("(?P<reg>q0)", 16),
            "r8": (r"(?P<reg>[abcd]l|[sd]il|bpl|r\d+b)", 1), "r16": (r"(?P<reg>[abcd]x|[sd]i|bp|r\d+w)", 2),
            "r32": (r"(?P<reg>e\w\w|r\d+d)", 4), "r64": (r"(?P<reg>r[a-z]\w|r\d+)", 8),
            "xmm": ("(?P<reg>xmm0)", 16), "ymm": ("(?P<reg>ymm0)", 32), "zmm": ("(?P<reg>zmm0)", 64)}


def access_of_aarch64(form):
    """Parts, bytes, direction, pointer's place in the block, what moves it where it walks."""
    mnemonic, operands = form.split(" ", 1)
    name = mnemonic.lower()
    direction = "store" if name.startswith("st") else "load"
    if operands == "{4 x 2D}":
        return ([name + r" (?P<reg>\{v0\.2d-v3\.2d\}), \[x(?P<base>\d+)\](?P<post>, #64)?$"], 64, direction,
                0, None)
    if name.endswith("64b"):
        return [name + r" (?P<reg>x0), \[x(?P<base>\d+)\]$"], 64, direction, 0, r"add x\d+, x\d+, #0x40$"
    first, *second = operands.split(", ")
    register, width = REGISTER[first]
    width = {"b": 1, "h": 2}.get(name[3:], width)
    if not second:
        return [f"{name} {register}, {AT}"], width, direction, 0, None
    if second != [first + "2"]:
        raise KeyError(operands)
    letter = first[0].lower()
    both = rf"(?P<reg>{letter}\d+), (?P=reg)" if direction == "store" else rf"(?P<reg>{letter}\d+, {letter}\d+)"
    # 7 bits with a sign, in registers: half of what they reach is below
    return [f"{name} {both}, {AT}"], 2 * width, direction, 64 * width, None


def access_of_x86_64(form):
    special = re.match(r"REP (STOSB|MOVSB) of (\d+)$|MOVDIR64B m512$", form)
    if special:
        count = rf"mov \$0x{int(special[2] or 0):x},%ecx$"
        parts = {"STOSB": [LEA, count, r"rep stos %(?P<reg>al),%es:\(%rdi\)$"],
                 "MOVSB": [LEA, r"mov %(?P<reg>rsp),%rsi$", count, r"rep movsb %ds:\(%rsi\),%es:\(%rdi\)$"],
                 None: [LEA, r"movdir64b \(%(?P<reg>rsp)\),%rdi$"]}[special[1]]
        return parts, int(special[2] or 64), "store", 0, None
    mnemonic, to, source = re.match(r"(\w+) (\w+), (\w+)$", form).groups()
    name, direction = mnemonic.lower(), "store" if to[0] == "m" else "load"
    memory, register = (to, source) if to[0] == "m" else (source, to)
    width = int(memory[1:]) // 8
    pattern, register_bytes = REGISTER[register]
    if name == "movzx": # zero-extends: what it is called depends on both
        name = {1: "movzb", 2: "movzw"}[width] + {4: "l", 8: "q"}[register_bytes]
    elif width != register_bytes:
        raise KeyError(form)
    text = f"{name}[bwlq]? %{pattern},{TO}" if direction == "store" else f"{name}[bwlq]? {FROM},%{pattern}$"
    return [text], width, direction, 0, None


def access_of(arch, row):
    """What the instruction that the row names looks like, where the manual's form tells all of it."""
    try:
        return ACCESS[arch](row["form"])
    except (KeyError, ValueError, AttributeError):
        raise Wrong(f"kernel {row['kernel']}: no pattern for its instruction, \"{row['form']}\"") from None


ACCESS = {"aarch64": access_of_aarch64, "x86_64": access_of_x86_64}


# a C loop's accesses, however the compiler addresses them
IN_C = {
    "aarch64": {"store8_c": r"str x\w+, \[x.*$", "load8_c": r"ldr x\w+, \[x.*$"},
    "x86_64": {"store8_c": r"movq? %r\w+,[^,]*\(%r.*\)$", "load8_c": r"movq? [^,]*\(%r.*\),%r\w+$"},
}
VECTOR = r".*(%[xyz]mm\d|\b[qv]\d+\b)"
BELL = {
    "aarch64": {4: r"str w\d+, \[x\d+\]$", 8: r"str x\d+, \[x\d+\]$"},
    "x86_64": {4: r"mov %(e\w\w|r\d+d),\(%r\w+\)$", 8: r"mov %(r[a-z]\w|r\d+),\(%r\w+\)$"},
}
# barriers that are no instruction of their own name
BARRIER = {
    "aarch64": {
        "none": [],
        "dgh": [r"(dgh|hint #0x6)$"],
        "read-flush": [r"dsb sy$", r"ldr w\d+, \[x\d+\]$", r"dsb ld$"],
        "load-back": [r"ldr x\d+, " + AT, r"and x\d+, x\d+, xzr$", r"add x\d+, x\d+, x\d+$"],
        "dep": [r"and x\d+, x\d+, xzr$", r"add x\d+, x\d+, x\d+$"],
    },
    "x86_64": {
        "none": [],
        "lock-or": [r"lock orl \$0x0,-0x84\(%rsp\)$"],
        "read-flush": [r"mfence$", r"mov \(%r\w+\),%\w+$", r"lfence$"],
        "load-back": [r"mov " + FROM + r",%r\w+$", r"and \$0x0,%\w+$", r"add %r\w+,%r\w+$"],
        "dep": [r"and \$0x0,%\w+$", r"add %r\w+,%r\w+$"],
    },
}


def barrier_of(arch, name):
    return BARRIER[arch].get(name, [name.replace("-", " ") + "$"])


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
# two instructions of one width, for claims that are false
FORMS = {"aarch64": ("STR Xt", "LDR Xt"), "x86_64": ("MOV m64, r64", "MOV r64, m64")}


class Wrong(Exception):
    pass


# each has a row for each architecture
TABLES = {"ACCESS": ACCESS, "IN_C": IN_C, "BELL": BELL, "BARRIER": BARRIER, "OVERHEAD": OVERHEAD, "WAIT": WAIT,
          "LEAVE": LEAVE, "BRANCH": BRANCH, "CALL": CALL, "FORMS": FORMS}
ROW = re.compile(r'(register_kernel|kernel|kernel_in_c) (\w+), (?:store|load), \d+, "([^"]*)"')


def check_architecture(arch, barriers, tables):
    """What it lacks, in words: nothing here needs a program that is built for it."""
    lacks = [f"no row of {arch} in {name}" for name, table in tables.items() if arch not in table]
    if lacks:
        return lacks
    lacks = [f"BARRIER has {name}, which is no barrier" for name in BARRIER[arch] if name not in barriers]
    for name, instructions in barriers.items():
        if ";" in instructions:
            lacks.append(f"barrier {name}: a ; in its row, \"{instructions}\", hides what is behind it: several "
                         f"instructions are a macro in src/arch/{arch}.S")
        elif name not in BARRIER[arch] and instructions != name.replace("-", " "):
            lacks.append(f"barrier {name}: no row in BARRIER says what \"{instructions}\" looks like")
    source = os.path.join(os.path.dirname(__file__), f"../../src/arch/{arch}.S")
    try:
        with open(source) as f:
            kernels = [m.groups() for m in map(ROW.match, f) if m]
    except FileNotFoundError:
        return lacks + [f"no src/arch/{arch}.S"]
    for macro, kernel, form in kernels:
        try:
            if macro == "kernel_in_c":
                IN_C[arch][kernel]
            else:
                access_of(arch, {"kernel": kernel, "form": form})
        except KeyError:
            lacks.append(f"kernel {kernel}: no row in IN_C")
        except Wrong as e:
            lacks.append(str(e))
    return lacks if kernels else lacks + [f"no kernel in src/arch/{arch}.S"]


def check_architectures(lines, tables, where):
    """Of all that the program knows; how many lack something."""
    known = {line.split()[1]: {} for line in lines if line.startswith("known ")}
    for line in lines:
        if line.startswith("barrier "):
            _, arch, name, instructions = line.split(" ", 3)
            known[arch][name] = instructions
    lacks = [f"{arch}: {text}: see {where}" for arch, barriers in known.items()
             for text in check_architecture(arch, barriers, tables)]
    if len(known) < 2:
        lacks.append("the program knows no two architectures")
    print("".join(f"{text}\n" for text in lacks), end="")
    return len(lacks)


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


def instruction(body, at):
    return f"\"{body[at]}\"" if at < len(body) else "the end"


def check_body(arch, row, body):
    """The straight line inside the innermost loop."""
    parts, width, direction, ahead, step = access_of(arch, row)
    if (width, direction) != (row["width"], row["direction"]):
        raise Wrong(f"claims a {row['direction']} of {row['width']} bytes, {row['form']} is a {direction} of "
                    f"{width}")
    close = [(f"barrier {row['barrier']}", part) for part in barrier_of(arch, row["barrier"])]
    if row["bell"]:
        close.append((f"a doorbell of {row['bell']} bytes", BELL[arch][row["bell"]]))
    steps = step and not stays(row)
    if steps:
        parts.append(step)
    at, registers, offsets = 0, set(), []
    for i in range(row["accesses"]):
        found = {}
        for part in parts:
            m = re.match(part, body[at]) if at < len(body) else None
            if not m:
                raise Wrong(f"access {i}: found {instruction(body, at)}, wanted {row['form']}, which is {part!r}")
            found.update(m.groupdict())
            at += 1
        if found.get("post") or steps:
            offset = i * width
        else:
            offset = int(found.get("offset") or "0", 0) + ahead
        want = offset_of(row, i)
        if want is not None and offset != want:
            raise Wrong(f"access {i} is at {offset}, not at {want}")
        offsets.append(offset)
        registers.add((found["reg"], found["base"]))
        if row["interval"] and (i + 1) * width % row["interval"] == 0:
            for what, want in close:
                m = re.match(want, body[at]) if at < len(body) else None
                if not m:
                    raise Wrong(f"after {(i + 1) * width} bytes: found {instruction(body, at)}, wanted {what}, "
                                f"which is {want!r}")
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
    at_end = barrier_of(arch, row["barrier"]) if not row["interval"] else []
    texts = [t for t in rest if not re.match(OVERHEAD[arch], t)]
    if len(texts) != len(at_end) or not all(re.match(w, t) for w, t in zip(at_end, texts)):
        raise Wrong(f"around the inner loop: found {texts}, wanted barrier {row['barrier']}, which is {at_end}")


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
            raise Wrong(f"a function of {row['direction']}s ends: found {texts[before:at + 1]}, wanted "
                        f"{'' if row['direction'] == 'load' else 'no '}{WAIT[arch]!r} first")


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
        if line.startswith(("known ", "barrier ", "pair ")):
            continue
        symbol, kernel, direction, width, barrier, interval, pattern, bell, block, n, form = line.split(" ", 10)
        rows.append({"symbol": symbol, "kernel": kernel, "direction": direction,
                     "width": int(width), "barrier": barrier, "interval": int(interval),
                     "pattern": pattern, "bell": int(bell), "block": int(block),
                     "accesses": int(n), "form": form})
    return lines[0].split()[1], rows, lines


def can_fail(arch, row, code):
    """The check must not be one that cannot fail: claims that are false have to be found."""
    false_claims = [{"width": row["width"] * 2}, {"accesses": row["accesses"] * 2},
                    {"accesses": row["accesses"] // 2},
                    {"pattern": "one" if row["pattern"] != "one" else "seq"},
                    {"form": FORMS[arch][row["form"] == FORMS[arch][0]]},
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
    arch, rows, lines = read_rows(dump)
    if check_architectures(lines, TABLES, "tests/kernels/disassembly.py"):
        return 1
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
