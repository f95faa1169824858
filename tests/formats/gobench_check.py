# SPDX-License-Identifier: GPL-2.0-or-later
"""gobench_check.py result DIRECTORY NAME... | compare DIRECTORY NAME:HOST:GUEST...: each line has the
format's grammar, and each round of each measured cell is there once with its own median."""
import math
import re
import statistics
import sys
from checking import complain, finish, is_emulated, load, text_of

kind, directory, *names = sys.argv[1:]


def parse(path):
    """Yields a configuration, a name and a value for each result line; strict: no other lines."""
    config, units = {}, {}
    text = text_of(path)
    if not text.endswith("\n"):
        complain(path, "ends within a line")
    for line in text.split("\n")[:-1]:
        if line.startswith("#"):
            continue
        key = re.fullmatch(r"([a-z][^\sA-Z:]*):(?:[ \t]+(\S.*))?", line)
        unit = re.fullmatch(r"Unit (\S+)((?: [a-z]+=[a-z]+)+)", line)
        fields = line.split()
        if key:
            config[key[1]] = key[2] or ""
        elif unit:
            units[unit[1]] = unit[2]
        elif (re.fullmatch(r"Benchmark[A-Z]\S*-[1-9][0-9]*", fields[0]) and len(fields) == 4
              and re.fullmatch("[1-9][0-9]*", fields[1]) and fields[3] in units):
            yield dict(config), fields[0][len("Benchmark"):], float(fields[2]), fields[3]
        else:
            complain(path, "has the line", line)


def want(d):
    """Every round's median, of what was measured."""
    hz = d["plan"]["clock"]["hz"]
    for c in d["cells"]:
        if c["status"] != "measured" or c["unit"] == "events":
            continue
        for r in c["rounds"]:
            ticks, moved = statistics.median(r["ticks"]), r["laps"] * c["lap_bytes"]
            value = (moved / (ticks / hz) if c["unit"] == "B/s" else
                     ticks / hz * 1e9 / (moved / c["unit_bytes"]))
            yield (f"{c['id'][0].upper()}{c['id'][1:]}-{c['threads']}", value,
                   c["unit"].replace("ns", "ns/op"))


for name in names:
    name, *sides = name.split(":")
    words = ("before", "after") if name in ("strange", "changed") else ("host", "guest")
    found = list(parse(f"{directory}/{name}.gobench"))
    all_of = [(s, load(f"{directory}/{f}.json")) for s, f in
              zip(words, sides)] or [(None, load(f"{directory}/{name}.json"))]
    wanted = [(side, d, w) for side, d in all_of for w in want(d)]
    if len(found) != len(wanted) or not found:
        complain(name, len(found), "lines for", len(wanted), "rounds")
        continue
    for (config, bench, value, unit), (side, d, w) in zip(found, wanted):
        emulated = "yes" if is_emulated(d) else "no"
        if (bench, unit) != (w[0], w[2]) or not math.isclose(value, w[1], rel_tol=1e-9):
            complain(name, bench, value, unit, "is not", w)
        if (config.get("goos"), config.get("side"), config.get("emulated")) != (
                "linux", side, emulated):
            complain(name, bench, config)
finish()
