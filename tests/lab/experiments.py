#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks at what a run of all experiments in the lab left. Prints ok / not ok lines.

usage: experiments.py DIRECTORY DEVICE BAR
"""
import json
import os
import sys

directory, device, bar = sys.argv[1:]
failed = 0


def check(name, fact):
    global failed
    failed += not fact
    print("ok" if fact else "not ok", f"{device} {bar}: {name}")


with open(os.path.join(directory, "result.json")) as f:
    d = json.load(f)
with open(os.path.join(directory, "status")) as f:
    status = int(f.read())
cells = d["cells"]
names = ["bw", "combine", "lat", "doorbell", "early-ack", "order", "integrity", "scale"]
by = {name: [c for c in cells if c["experiment"] == name] for name in names}
fine = ("measured", "skipped", "too coarse")
for c in cells:
    if c["status"] not in fine:
        print("#", c["id"], c["status"], c["why"])
check(f"the run ends well (status {status})", status == 0)
check("each experiment has cells", all(by.values()))
check("no cell failed", all(c["status"] in fine for c in cells))
check("each skipped cell says why", all(c["why"] for c in cells if c["status"] == "skipped"))
# three rounds take what they take; it is a slow PC that needs longer for them
check(f"in its time, {d['duration_s']:.0f} s", d["duration_s"] <= 36 or d["plan"]["rounds_done"] == 3)
check("the window was put back", d["window"]["state"] in ("restored", "differs"))
check("nothing forbidden was seen", d["verdict"]["failed"] == [])
vector = [c for c in cells if c["kernel"].startswith(("store16", "store32", "store64", "load16",
                                                      "load32", "load64"))]
check("there are kernels of several registers", vector)
if bar == "trapped":
    check("and they are refused, not tried", all(c["status"] == "skipped" and not c["rounds"]
                                                 for c in vector))
else:
    # one more refusal for what 64 bytes at once need
    ran = [c for c in vector if "this CPU has no" not in c["why"] and c["mapping"] != "devmem"]
    # an emulator's clock that stops for a moment makes a cell too coarse: that ran, too
    check("and they ran", all(c["status"] in ("measured", "too coarse") for c in ran
                              if c["experiment"] != "integrity"))
if bar != "trapped":
    for name in ("bw", "combine", "lat", "doorbell", "scale"):
        check(f"{name} was measured on plain and wc",
              {"plain", "wc"} <= {c["mapping"] for c in by[name] if c["status"] == "measured"})
counted = [c for c in by["order"] + by["integrity"]]
if device == "ivshmem" and bar == "direct":
    sb = {c["barrier"]: c for c in by["order"]
          if c["shape"] == "SB" and c["mapping"] == "wc" and c["barrier"] == c["barrier2"]}
    check("all ten shapes were tried", len({c["shape"] for c in by["order"]
                                            if c["status"] == "measured"}) == 10)
    print("# SB on wc:", {b: (c.get("events"), c.get("tries")) for b, c in sb.items()})
    check("SB is seen without a barrier", sb["none"].get("events", 0) > 0)
    check("never with dmb sy", sb["dmb-sy"].get("tries", 0) > 0 and not sb["dmb-sy"]["events"])
    check("integrity looked at words of every set but unaligned",
          {c["shape"] for c in by["integrity"] if c.get("tries")} == {"aligned", "gaps", "contiguous"})
    check("unaligned ones are refused, lest the VM dies",
          all(c["status"] == "skipped" and "end this VM" in c["why"]
              for c in by["integrity"] if c["shape"] == "unaligned"))
if device == "testdev":
    check("without memory behind it nothing is said about order and integrity",
          counted and all(c["status"] == "skipped" for c in counted) and
          all("read back" in c["why"] for c in counted if c["kernel"] in ("store4", "store8")
              and c["shape"] != "unaligned"))
sys.exit(failed != 0)
