# SPDX-License-Identifier: GPL-2.0-or-later
"""Results over a span of time, and what a picture of them has at its axes.

labels.py make RESULT.json DIRECTORY SECONDS: six results over so many seconds.
labels.py hold PICTURE.svg PAGE: of each panel two to seven times below, none over another or cut, and
two values or more beside it. Exit status 3: it is not so.
"""
import collections
import datetime
import json
import os
import re
import sys
import xml.etree.ElementTree as tree

TIME = r"(?:\d{4}-\d\d-\d\d|\d\d:\d\d(?::\d\d)?|[A-Z][a-z][a-z] \d\d?)"
VALUE = r"[\d.]+ (?:[kMGT]?B/s|[num]?s)"
SVG = "{http://www.w3.org/2000/svg}"
WIDTH = 8  # pixels of a character, at most
wrong = []


def make(source, directory, seconds):
    with open(source, encoding="utf-8") as f:
        d = json.load(f)
    os.mkdir(directory)
    first = datetime.datetime(2026, 1, 2, 3, 54, 5)
    for i in range(6):
        at = first + datetime.timedelta(seconds=float(seconds) * i // 5)
        with open(f"{directory}/{i}.json", "w", encoding="utf-8") as f:
            json.dump(dict(d, started=at.strftime("%Y-%m-%dT%H:%M:%SZ")), f)


def texts(path):
    """Each text with its place and where it is anchored."""
    for g in tree.parse(path).getroot().iter(SVG + "g"):
        place = re.search(r"translate\(([\d.]+),([\d.]+)\)", g.get("transform", ""))
        text = "".join(t for e in g.findall(SVG + "text") for t in e.itertext()).strip()
        if place and text:
            yield float(place[1]), float(place[2]), g.get("text-anchor", ""), text


def hold_svg(path):
    rows, values = collections.defaultdict(list), collections.Counter()
    for x, y, anchor, text in texts(path):
        if anchor == "middle" and re.fullmatch(TIME, text):
            rows[y].append((x, text))
            if x + WIDTH * len(text) / 2 > 960:
                wrong.append(f"{text} is cut at the edge")
        elif anchor == "end" and re.fullmatch(VALUE, text):
            values[x] += 1
        elif re.search(r"e\+\d", text):
            wrong.append(f"{text} is no label")
    if not rows or not values or min(values.values()) < 2:
        wrong.append(f"too few labels: {dict(rows)}, {values}")
    for row in rows.values():
        row.sort()
        if not 2 * len(values) <= len(row) <= 7 * len(values):
            wrong.append(f"{len(row)} times of {len(values)} panels")
        for (x, a), (to, b) in zip(row, row[1:]):
            if to - x < WIDTH * (len(a) + len(b)) / 2:
                wrong.append(f"{a} touches {b}")


def hold_page(path):
    with open(path, encoding="utf-8") as f:
        panels = re.split(r"^ +\+-+\+ *$|^.*[^-] \+-+\+ *$", f.read(), flags=re.M)[2::2]
    if not panels:
        wrong.append("no panels on the page")
    for p in panels:
        line = p.strip("\n").split("\n")[0]
        if not re.fullmatch(rf" *{TIME}(?: {{2,}}{TIME}){{1,6}} *", line):
            wrong.append(f"on the page: {line}")


if sys.argv[1] == "make":
    make(*sys.argv[2:])
else:
    hold_svg(sys.argv[2])
    hold_page(sys.argv[3])
for each in wrong[:10]:
    print(each)
sys.exit(3 if wrong else 0)
