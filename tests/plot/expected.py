# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds mmioplot's --data against values reckoned here from the raw ticks:
expected.py DATA.csv COMPARE.json|- SIDE... where a SIDE is FILE[,FILE...]; one, or the host's and the guest's. Exit status 3: they differ."""
import collections
import csv
import json
import math
import statistics
import sys

path, compare, *names = sys.argv[1:]
sides = [[json.load(open(f, encoding="utf-8")) for f in s.split(",")] for s in names]
PREFIX = ("host, ", "guest, ") if len(sides) > 1 else ("",)
LABELS = ("host", "guest") if len(sides) > 1 else ("",)
wrong = 0


def complain(text):
    global wrong
    wrong += 1
    if wrong <= 10:
        print(text)


def value_of(result, c, r, ticks):
    seconds, n = ticks / result["plan"]["clock"]["hz"], r["laps"] * c["lap_bytes"]
    return n / seconds if c["unit"] == "B/s" else seconds * 1e9 / (n / c["unit_bytes"])


def median_of(result, c):
    """None: not measured in every round."""
    if not c["rounds"] or any(r["status"] != "measured" for r in c["rounds"]):
        return None
    return statistics.median(value_of(result, c, r, statistics.median(r["ticks"]))
                             for r in c["rounds"])


def figure(side, id):
    medians = [median_of(r, c) for r in sides[side] for c in r["cells"] if c["id"] == id]
    return None if None in medians else statistics.median(medians)


def cells(side, experiment):
    for c in sides[side][0]["cells"]:
        if c["experiment"] == experiment:
            yield c


def is_up(c):
    return c["access_pattern"] == "seq" or c["access_pattern"].startswith("span")


def stem(c):
    return c["kernel"].removeprefix("load").removeprefix("store")


def expect_bw():
    """(panel, series, x, y): by size, the usual kernel and those with several sizes."""
    every = [c for s in range(len(sides)) for c in cells(s, "bw") if c["barrier"] == "none" and is_up(c)]
    shown = {stem(c) for c in every if stem(c) == "8" or
             len({e["region_bytes"] for e in every if stem(e) == stem(c)}) > 1}
    for s in range(len(sides)):
        for c in cells(s, "bw"):
            if c["barrier"] != "none" or not is_up(c) or stem(c) not in shown:
                continue
            panel = "loads" if c["direction"] == "load" else \
                "stores, flushed (arrived)" if c["flushed"] else "stores, posted (issue cost)"
            series = PREFIX[s] + c["mapping"] + ((f", {stem(c)} B" if stem(c).isdigit() else f", {stem(c)}")
                                                         if len(shown) > 1 else "")
            yield panel, series, c["region_bytes"], figure(s, c["id"])


def expect_widths():
    """(panel, series, value, kernel): over the region that most of the unusual kernels' cells are of."""
    wide = collections.Counter(c["region_bytes"] for c in cells(0, "bw")
                               if c["barrier"] == "none" and is_up(c) and stem(c) != "8")
    most = max(wide.values(), default=0)
    best = [r for r, n in wide.items() if n == most]
    region = 4096 if 4096 in best else best[0]
    for s in range(len(sides)):
        for c in cells(s, "bw"):
            if c["barrier"] == "none" and is_up(c) and c["region_bytes"] == region and \
                    (c["direction"] == "load" or c["flushed"]):
                yield ("loads" if c["direction"] == "load" else "stores, flushed (arrived)",
                       PREFIX[s] + c["mapping"], figure(s, c["id"]), c["kernel"])


def expect_barriers():
    for s in range(len(sides)):
        for c in cells(s, "lat"):
            if c["direction"] == "store" and not c["flushed"] and c["access_pattern"] != "single":
                yield ("8-byte stores back to back, the barrier after each",
                       PREFIX[s] + c["mapping"], figure(s, c["id"]), c["barrier"])


def expect_combine():
    shown = {}
    for s in range(len(sides)):
        for c in cells(s, "combine"):
            if c["access_pattern"] == "seq" and not c["shift_bytes"] and \
                    (c["mapping"] != "plain" or c["barrier"] == "none"):
                shown[LABELS[s], f"{c['mapping']}, {c['barrier']}", c["kernel"]] = figure(s, c["id"])
    best = max((v for v in shown.values() if v), default=0)
    for (panel, column, row), v in shown.items():
        yield panel, column, row, v / best if v else None


def expect_lines():
    for s in range(len(sides)):
        for c in cells(s, "combine"):
            if c["access_pattern"].startswith("lines"):
                yield ("8-byte stores going round N lines of 64 bytes, posted",
                       PREFIX[s] + c["mapping"], int(c["access_pattern"][5:]), figure(s, c["id"]))


def expect_order():
    for s in range(len(sides)):
        for c in cells(s, "order"):
            tries = sum(r["tries"] for res in sides[s] for d in res["cells"] if d["id"] == c["id"]
                        for r in d["rounds"])
            events = sum(r["events"] for res in sides[s] for d in res["cells"] if d["id"] == c["id"]
                         for r in d["rounds"])
            yield (LABELS[s], c["mapping"], f"{c['shape']}  {c['barrier']} | {c['barrier2']}",
                   1e6 * events / tries)


def samples(side, mapping):
    """All reads of a mapping, and whether they were timed one by one."""
    reads = [c for s in range(len(sides)) for c in cells(s, "lat") if c["direction"] == "load"]
    alone = any(c["access_pattern"] == "single" and median_of(sides[0][0], c) for c in reads)
    return sorted(value_of(res, c, r, t) for res in sides[side] for c in res["cells"]
                  if c["experiment"] == "lat" and c["mapping"] == mapping and c["direction"] == "load" and
                  (c["access_pattern"] == "single" if alone else c["barrier"] == "dep")
                  for r in c["rounds"] for t in r["ticks"])


def near(a, b):
    return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-8, abs_tol=1e-12)


def number(text):
    return float(text) if text else None


def hold(picture, wanted, key, value):
    """Rows of a picture against what was reckoned: the same places, each with its value."""
    found = {}
    for row in rows:
        if row["picture"] == picture and row["mark"] == "point":
            found[key(row)] = (value(row), row["measured"])
    wanted = {tuple(w[:3]) if picture in ("bw", "lines", "combine", "order") else (w[0], w[1], w[3]):
              w[3] if picture in ("bw", "lines", "combine", "order") else w[2] for w in wanted}
    if not wanted:
        complain(f"{picture}: nothing was expected: the check looks at nothing")
    for k in wanted.keys() ^ found.keys():
        complain(f"{picture}: {k} is {'missing' if k in wanted else 'too much'}")
    for k in wanted.keys() & found.keys():
        v, measured = found[k]
        if wanted[k] is None:
            if measured != "false" or v is not None:
                complain(f"{picture}: {k} was not measured, but is {v}")
        elif measured != "true" or not near(v, wanted[k]):
            complain(f"{picture}: {k} is {v}, not {wanted[k]}")


def hold_latency():
    for s in range(len(sides)):
        for mapping in {c["mapping"] for c in cells(s, "lat")}:
            all_ = samples(s, mapping)
            shown = [(number(r["y"]), number(r["x"])) for r in rows
                     if r["picture"] == "latency" and r["series"] == PREFIX[s] + mapping]
            if not all_:
                if shown != [(None, None)]:
                    complain(f"latency: {mapping} has no reads, but {len(shown)} points")
                continue
            if len(shown) != min(len(all_), 201):
                complain(f"latency: {len(shown)} points of {len(all_)} reads")
            for share, ns in shown:
                at = share * (len(all_) - 1)
                low = math.floor(at + 1e-9)
                v = all_[low] + (at - low) * (all_[min(low + 1, len(all_) - 1)] - all_[low])
                if not math.isclose(v, ns, rel_tol=1e-6):
                    complain(f"latency: {mapping} at {share} is {ns}, not {v}")


def hold_forest(cells_):
    shown = [r for r in rows if r["picture"] == "forest"]
    ratios = {}
    for c in cells_:
        if "ratio" not in c:
            continue
        v, (low, high) = c["ratio"]["guest_by_host"], c["ratio"]["interval"]
        ratios[c["id"]] = (v, low, high) if c["unit"] == "B/s" else (1 / v, 1 / high, 1 / low)
    worst = sorted(ratios, key=lambda i: (ratios[i][0], i))[:40]
    # rows are in the order of the picture, the file's is by word
    names = [r["y_name"].removesuffix(" *") for r in sorted(shown, key=lambda r: float(r["y"]))]
    if names != worst:
        complain(f"forest: rows are not the worst first: {names[:3]}, not {worst[:3]}")
    for r in shown:
        want = ratios.get(r["y_name"].removesuffix(" *"))
        if not want or not all(near(number(r[k]), w) for k, w in zip(("x", "low", "high"), want)):
            complain(f"forest: {r['y_name']} is {r['x']} [{r['low']}, {r['high']}], not {want}")
    if not worst:
        complain("forest: nothing was expected")


with open(path, encoding="utf-8", newline="") as f:
    rows = list(csv.DictReader(f))
for row in rows:
    if row["measured"] == "true" and row["mark"] == "point" and not (math.isfinite(float(row["x"])) and math.isfinite(float(row["y"]))):
        complain(f"no number: {row}")
hold("bw", expect_bw(), lambda r: (r["panel"], r["series"], number(r["x"])), lambda r: number(r["y"]))
hold("barriers", expect_barriers(), lambda r: (r["panel"], r["series"], r["y_name"]), lambda r: number(r["x"]))
hold_latency()
if any(True for s in range(len(sides)) for c in cells(s, "combine")):
    hold("widths", expect_widths(), lambda r: (r["panel"], r["series"], r["y_name"]), lambda r: number(r["x"]))
    hold("combine", expect_combine(), lambda r: (r["panel"], r["x_name"], r["y_name"]), lambda r: number(r["share"]))
    hold("lines", expect_lines(), lambda r: (r["panel"], r["series"], number(r["x"])), lambda r: number(r["y"]))
    hold("order", expect_order(), lambda r: (r["panel"], r["x_name"], r["y_name"]), lambda r: number(r["low"]))
if compare != "-":
    hold_forest(json.load(open(compare, encoding="utf-8"))["cells"])
sys.exit(3 if wrong else 0)
