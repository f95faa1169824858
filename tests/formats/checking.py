# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks of formats share."""
import json
import re
import sys

problems = 0


def complain(*text):
    global problems
    problems += 1
    print("not ok:", *text)


def finish():
    sys.exit(1 if problems else 0)


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def text_of(path):
    """Text of a format: printable ASCII and line ends, or an error."""
    with open(path, encoding="ascii", newline="") as f:
        return f.read()


def clean(text):
    """As the programs clean what others wrote: each byte that is no printable ASCII."""
    return "".join(chr(b) if 32 <= b < 127 else "?" for b in text.encode())


def slug(name):
    return re.sub(r"[^A-Za-z0-9.-]", "_", name.replace("/", "."))


def by_hand(result):
    """Ticks were set by data.py: the summary in the file is not theirs."""
    return result["started"].startswith("2026-01-02T03:")


def is_emulated(d):
    if "figures" in d:
        return d["host"]["emulated"] or d["guest"]["emulated"]
    return d["environment"]["emulated_cpu"]["value"]


def ratio_name(comparison):
    """What stands behind a series of ratios."""
    return " guest by host" if comparison["changes"] is None else " after by before"


def ktap_checks(path):
    """[(name, "pass", "fail" or "skip")]; what is no check is left out."""
    return [(m[2], "fail" if m[1] else "skip" if m[3] == "SKIP" else "pass") for m in
            re.finditer(r"^(not )?ok \d+ ([^#]+) # (SKIP|seen:)", text_of(path), re.M)]
