# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the pictures of a directory against the files: expected_fleet.py DATA.csv SURVEY.json DIRECTORY.
Verdicts are mmiocompare's, figures are reckoned here. Exit status 3: they differ."""
import collections
import csv
import datetime
import json
import math
import pathlib
import statistics
import sys

path, survey, directory = sys.argv[1:]
GATES = {"rate of stores that have arrived": "bw/wc/store8/4K/flushed", "rate of loads": "bw/wc/load8/4K"}
wrong = []
with open(path, encoding="utf-8", newline="") as f:
    rows = list(csv.DictReader(f))


def fact(d, name):
    return next((f["value"] for f in d["environment"]["facts"] if f["name"] == name), "")


def median_of(d, id):
    c = next(c for c in d["cells"] if c["id"] == id)
    return statistics.median(r["laps"] * c["lap_bytes"] * d["plan"]["clock"]["hz"] /
                             statistics.median(r["ticks"]) for r in c["rounds"])


# kernel and machine: how many results, and of which verdicts
wanted = collections.defaultdict(collections.Counter)
for c in json.load(open(survey, encoding="utf-8"))["clusters"]:
    wanted[c["kernel"], f"{c['machine']}, {c['where']}"][c["verdict"]] += c["n"]
found = {(r["y_name"], r["x_name"]): r for r in rows if r["picture"] == "verdicts"}
for k in wanted.keys() | found.keys():
    if k not in wanted or k not in found:
        wrong.append(f"verdicts: {k} is {'missing' if k in wanted else 'too much'}")
        continue
    n, row = sum(wanted[k].values()), found[k]
    bad = {w: m for w, m in wanted[k].items() if w in ("demoted", "trapped", "write-back")}
    if float(row["low"]) != n or (row["alarm"] == "true") != bool(bad) or \
            not math.isclose(float(row["share"]), sum(bad.values()) / n, abs_tol=1e-9):
        wrong.append(f"verdicts: {k} is {row['low']}, {row['share']}, not {wanted[k]}")
    for w, m in bad.items():
        if f"{w} {m}" not in row["text"]:
            wrong.append(f"verdicts: {k} says {row['text']}, not {w} {m}")

# each result's figures at its time
points = collections.Counter()
for file in pathlib.Path(directory).rglob("*.json"):
    d = json.loads(file.read_text(encoding="utf-8"))
    where = "bare metal" if d["environment"]["virtualization"]["machine"] == "bare metal" else "guest of kvm"
    series = f"{fact(d, 'dmi_sys_vendor')} {fact(d, 'dmi_product_name')}, {where}"
    at = datetime.datetime.fromisoformat(d["started"].replace("Z", "+00:00")).timestamp()
    for panel, id in GATES.items():
        points[panel, series, at, f"{median_of(d, id):.7g}"] += 1
shown = collections.Counter((r["panel"], r["series"], float(r["x"]), f"{float(r['y']):.7g}")
                            for r in rows if r["picture"] == "history")
for k in (points - shown) + (shown - points):
    wrong.append(f"history: {k} is {'missing' if k in points else 'too much'}")
if not wanted or not points:
    wrong.append("nothing was expected")
print("\n".join(wrong[:10]))
sys.exit(3 if wrong else 0)
