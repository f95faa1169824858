# SPDX-License-Identifier: GPL-2.0-or-later
"""series_check.py DIRECTORY NAME...: NAME.gab-bigger, .gab-smaller and .bmf against NAME.json."""
import math
import sys
from jsonschema import Draft202012Validator
from checking import by_hand, complain, finish, is_emulated, load, ratio_name

# github-action-benchmark's README: custom benchmarks
GAB = {"type": "array", "items": {
    "type": "object", "additionalProperties": False, "required": ["name", "unit", "value"],
    "properties": {"name": {"type": "string", "minLength": 1}, "unit": {"enum": ["B/s", "ns", "ratio"]},
                   "value": {"type": "number", "exclusiveMinimum": 0},
                   "range": {"type": "string", "pattern": "^[0-9.e+-]+ to [0-9.e+-]+$"},
                   "extra": {"type": "string"}}}}
# bencher.dev, Bencher Metric Format; names as long as it takes; no other fields
BMF = {"type": "object", "propertyNames": {"minLength": 1, "maxLength": 1024}, "additionalProperties": {
    "type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[a-z-]{1,64}$"},
    "additionalProperties": {
        "type": "object", "required": ["value"], "additionalProperties": False,
        "properties": {k: {"type": "number"} for k in ("value", "lower_value", "upper_value")}}}}

directory, *names = sys.argv[1:]


def validated(name, schema):
    d = load(f"{directory}/{name}")
    for error in Draft202012Validator(schema).iter_errors(d):
        complain(name, list(error.absolute_path), error.message[:200])
    return d


def want(d):
    """Name to unit, value, bounds or None."""
    if "figures" in d:
        for c in d["cells"]:
            if "ratio" in c:
                yield c["id"], c["unit"], c["ratio"]["guest_by_host"], c["ratio"]["interval"]
        return
    for c in d["cells"]:
        if c["status"] == "measured" and c["unit"] != "events":
            # ticks set by hand: the value is computed again, here only that there is one
            s = c["summary"] if len(c["rounds"]) == c["summary"]["n"] and not by_hand(d) else None
            yield (c["id"], c["unit"], s and s["median"],
                   "any" if not s else s["median_interval"] if s["coverage"] >= 0.95 else None)


def near(a, b):
    return b is None or math.isclose(a, b, rel_tol=1e-9)


for name in names:
    d = load(f"{directory}/{name}.json")
    emulated = is_emulated(d)
    mark = "emulated: " if emulated else ""
    wanted = list(want(d))
    bmf = validated(f"{name}.bmf", BMF)
    if list(bmf) != [mark + w[0] for w in wanted] or not wanted:
        complain(name, "bmf has other cells")
    for (key, measures), (i, unit, value, bounds) in zip(bmf.items(), wanted):
        (measure, metric), = measures.items()
        ratios = "guest-by-host-" if d.get("changes") is None else "after-by-before-"
        expected = ({"B/s": ratios + "rate", "ns": ratios + "time"} if "figures" in d else
                    {"B/s": "bytes-per-second", "ns": "nanoseconds"})[unit]
        if measure != expected or not near(metric.get("value", 0), value):
            complain(name, key, measures, value)
        if bounds != "any" and [metric.get("lower_value"), metric.get("upper_value")] != (
                [None, None] if bounds is None else [metric.get("lower_value")
                                                     if near(metric.get("lower_value", 0), bounds[0])
                                                     else "?", metric.get("upper_value")
                                                     if near(metric.get("upper_value", 0), bounds[1])
                                                     else "?"]):
            complain(name, key, "bounds", metric, bounds)
    for direction, unit in ("bigger", "B/s"), ("smaller", "ns"):
        gab = validated(f"{name}.gab-{direction}", GAB)
        these = [w for w in wanted if w[1] == unit]
        end = ratio_name(d) if "figures" in d else ""
        if [e["name"] for e in gab] != [mark + w[0] + end for w in these]:
            complain(name, direction, "has other cells")
        for e, w in zip(gab, these):
            if not near(e["value"], w[2]) or ("EMULATED" in e["extra"]) != emulated:
                complain(name, direction, e, w)
            if w[3] != "any" and ("range" in e) != (w[3] is not None):
                complain(name, direction, e["name"], "range")
finish()
