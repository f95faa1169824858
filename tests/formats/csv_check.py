# SPDX-License-Identifier: GPL-2.0-or-later
"""csv_check.py result|compare DIRECTORY NAME...: NAME.csv says what NAME.json does."""
import csv
import math
import sys
from checking import clean, complain, finish, load

kind, directory, *names = sys.argv[1:]


def cell_text(text):
    """No formulas."""
    text = clean(text)
    return "'" + text if text[:1] in ("=", "+", "-", "@") and text else text


def same(field, value):
    if value is None:
        return field == ""
    if isinstance(value, bool):
        return field == ("true" if value else "false")
    if isinstance(value, str):
        return field == cell_text(value)
    if isinstance(value, int):
        return field == str(value)
    return field != "" and math.isclose(float(field), value, rel_tol=1e-9)


WHAT = ("id experiment mapping kernel barrier barrier2 shape place direction access_pattern threads "
        "width_bytes interval_bytes doorbell_bytes shift_bytes region_bytes lap_bytes unit_bytes "
        "flushed flush_through unit status why").split()


def want_result(d, c):
    want = {k: c[k] for k in WHAT}
    s = c.get("summary") if c["status"] == "measured" else None
    # what was stored in a file is computed again when it is read: only where it was not set by hand
    if not s:
        want.update(median=None, median_low=None, median_high=None, coverage=None)
    counts = c["unit"] == "events" and c["rounds"]
    want.update(tries=c["tries"] if counts else None, events=c["events"] if counts else None,
                rounds=len(c["rounds"]))
    if s and d["started"] == original.get("started"):
        want.update(median=s["median"], median_low=s["median_interval"][0],
                    median_high=s["median_interval"][1], coverage=s["coverage"])
    facts = {f["name"]: f["value"] for f in d["environment"]["facts"]}
    want.update(kernel_release=facts.get("kernel_release", ""), started=d["started"],
                emulated=d["environment"]["emulated_cpu"]["value"], replayed=d["replayed"],
                bar=d["bar"]["index"] if d["bar"] else None)
    return want


def want_compare(d, c):
    want = {k: c[k] for k in ("id", "unit", "state", "gate")}
    for side in "host", "guest":
        s = c[side] or {"status": "absent", "why": ""}
        want.update({f"{side}_status": s["status"], f"{side}_why": s["why"],
                     f"{side}_median": s.get("median"), f"{side}_n": s.get("n")})
    want.update(comparison="guest by host" if d["changes"] is None else "after by before")
    ratio, test = c.get("ratio"), c.get("test")
    want.update(ratio=ratio and ratio["guest_by_host"], ratio_low=ratio and ratio["interval"][0],
                ratio_high=ratio and ratio["interval"][1])
    for k in "p", "p_adjusted", "p_same":
        want[k] = test and test[k]
    want.update(word=test["word"] if test else "", further=test.get("further") if test else None,
                judged=d["figures"]["judged"], verdict=d["verdict"]["normal_nc"],
                exit_status=d["exit_status"], emulated=d["host"]["emulated"] or
                d["guest"]["emulated"])
    return want


wrongs = 0
for name in names:
    d = load(f"{directory}/{name}.json")
    original = d if name.startswith("recorded") or name == "ram" else {}
    with open(f"{directory}/{name}.csv", newline="", encoding="ascii") as f:
        rows = list(csv.DictReader(f, strict=True))
    if len(rows) != len(d["cells"]) or not rows:
        complain(f"{name}: {len(rows)} rows of {len(d['cells'])} cells")
        continue
    for row, c in zip(rows, d["cells"]):
        want = (want_result if kind == "result" else want_compare)(d, c)
        wrongs += bool(row.get("wrong"))
        if None in row or None in row.values():
            complain(f"{name}: {c['id']}: a field too many or too few")
        for key, value in want.items():
            if not same(row[key], value):
                complain(f"{name}: {c['id']}: {key} is {row[key]!r}, not {value!r}")
if kind == "result" and "bad" in names and wrongs != 2:
    complain(f"{wrongs} cells are said to be wrong, not 2")
finish()
