# SPDX-License-Identifier: GPL-2.0-or-later
"""Results with every experiment that has a picture: make_results.py RECORDED-DIRECTORY WORK.

host, guest: of an arm64 machine that is not emulated, ticks by rule. second, third: more runs of the
guest's side. gaps: the guest with cells that were not measured. strange: text that means something to gnuplot, XML
or a terminal. huge: as many cells as a reader takes, of values that no axis holds.
"""
import copy
import json
import sys

recorded, work = sys.argv[1:]
HZ = 1e9
SIZES = (64, 256, 1024, 4096, 16384, 65536, 1048576)
STORES = ("store8", "store16_pair", "store16_q", "store64_st1")
BARRIERS = ("none", "dmb-oshst", "dsb-st")
SHAPES = ("MP", "SB", "CoRR")
HOSTILE = ("`touch pwned` $(touch pwned) '; !touch pwned; '' \"a\" @HOME %s %d {/=99 big} x^2_y "
           "<script>alert(1)</script> &amp; \\n \\ \u4e2d\u00e9 ]]> ")


def load(name):
    with open(f"{recorded}/{name}", encoding="utf-8") as f:
        return json.load(f)


def save(name, d):
    with open(f"{work}/{name}.json", "w", encoding="utf-8") as f:
        json.dump(d, f)


def size_name(n):
    for unit, factor in (("M", 1 << 20), ("K", 1 << 10)):
        if n % factor == 0:
            return f"{n // factor}{unit}"
    return str(n)


def cell(id, experiment, mapping, kernel, region, unit, value, **more):
    """A cell whose rounds' medians are value, 1 % more and 1 % less, and so on."""
    load_ = kernel.startswith("load")
    c = {"id": id, "experiment": experiment, "mapping": mapping, "kernel": kernel,
         "barrier": "none", "barrier2": "", "shape": "", "place": "",
         "direction": "load" if load_ else "store", "access_pattern": "seq", "threads": 1,
         "width_bytes": 8, "interval_bytes": 0, "doorbell_bytes": 0, "shift_bytes": 0,
         "region_bytes": region, "lap_bytes": region, "unit_bytes": 8,
         "flushed": id.endswith("/flushed"),
         "flush_through": "plain" if id.endswith("/flushed") else "",
         "unit": unit, "status": "measured", "why": ""}
    if not load_:
        c["pattern"] = "0x8877665544332211"
    c.update(more)
    rounds = []
    for r in range(8):
        laps = 1000
        ns = laps * c["lap_bytes"] * 1e9 / value if unit == "B/s" else \
            laps * c["lap_bytes"] / c["unit_bytes"] * value
        rounds.append({"status": "measured", "laps": laps, "cpu": 0, "migrated": False,
                       "preempted": 0, "ticks": [round(ns * (1 + 0.01 * (r - 3) + 0.001 * k))
                                                 for k in range(3)]})
    c["rounds"] = rounds
    return c


def litmus(mapping, shape, barrier, events):
    c = cell(f"order/{mapping}/{shape}:{barrier}:{barrier}/4K", "order", mapping, "store4", 4096,
             "events", 1, barrier=barrier, barrier2=barrier, shape=shape, place="near",
             access_pattern="", threads=2, width_bytes=4, unit_bytes=4)
    for i, r in enumerate(c["rounds"]):
        r.update(laps=0, ticks=[], tries=10000, events=events if i == 0 else 0,
                 note="y was 1, x was 0" if i == 0 and events else "")
    c.update(tries=80000, events=events)
    return c


def single(mapping, base):
    """Reads timed one by one: a long tail."""
    c = cell(f"lat/{mapping}/load8~single/64", "lat", mapping, "load8", 64, "ns", 1,
             access_pattern="single", lap_bytes=8)
    for i, r in enumerate(c["rounds"]):
        r.update(laps=1, ticks=[round(base * (1 + 0.02 * k)) + (5000 if k == 19 and i == 0 else 0)
                                for k in range(20)])
    return c


def bandwidths(speeds):
    for mapping, speed in speeds.items():
        for kernel in ("store8", "load8", "store32_pair"):
            for size in SIZES:
                if kernel == "load8" and size > 65536:
                    continue
                slow = 1e7 if kernel == "load8" else speed * (2 if kernel == "store32_pair" else 1)
                for end in ("",) if kernel == "load8" else ("/posted", "/flushed"):
                    yield cell(f"bw/{mapping}/{kernel}/{size_name(size)}{end}", "bw", mapping, kernel,
                               size, "B/s", slow * (1 + 0.1 * SIZES.index(size)))
        for kernel in ("store4", "store16_q", "load4"):
            for end in ("",) if kernel == "load4" else ("/posted", "/flushed"):
                yield cell(f"bw/{mapping}/{kernel}/4K{end}", "bw", mapping, kernel, 4096, "B/s",
                           speed / 2)


def combining(speeds):
    for mapping, speed in speeds.items():
        for i, kernel in enumerate(STORES):
            for barrier in BARRIERS:
                plus = "" if barrier == "none" else f"+{barrier}@64"
                yield cell(f"combine/{mapping}/{kernel}{plus}/4K/posted", "combine", mapping, kernel,
                           4096, "B/s", speed * (1 + i) / (1 + BARRIERS.index(barrier)),
                           barrier=barrier, interval_bytes=0 if barrier == "none" else 64)
        for n in (1, 2, 4, 8, 16, 32):
            yield cell(f"combine/{mapping}/store8~lines{n}/4K/posted", "combine", mapping, "store8",
                       4096, "B/s", speed / (1 if n < 8 else n / 4), access_pattern=f"lines{n}")


def latencies(speeds):
    for mapping, speed in speeds.items():
        for i, barrier in enumerate(BARRIERS):
            plus = "" if barrier == "none" else f"+{barrier}@each"
            yield cell(f"lat/{mapping}/store8{plus}/64/posted", "lat", mapping, "store8", 64, "ns",
                       8e9 / speed + 30 * i, barrier=barrier, access_pattern="span64",
                       interval_bytes=0 if barrier == "none" else 8)
        yield cell(f"lat/{mapping}/load8+dep@each/64", "lat", mapping, "load8", 64, "ns", 900,
                   barrier="dep", access_pattern="span64", interval_bytes=8)
        yield single(mapping, 900 if mapping == "plain" else 800)


def orders(speeds):
    for mapping in speeds:
        for shape in SHAPES:
            for barrier in ("none", "dmb-sy"):
                # forbidden on Device: a failure that must show
                seen = 40 if shape == "SB" and barrier == "none" else 0
                yield litmus(mapping, shape, barrier, seen)


def result(template, minute, speeds):
    d = copy.deepcopy(template)
    d["started"] = f"2026-01-02T03:{minute:02d}:05Z"
    d["environment"]["emulated_cpu"] = {"value": False, "why": ""}
    d["plan"].update(rounds_planned=8, rounds_done=8)
    d["plan"]["clock"]["hz"] = HZ
    d["device"]["link"] = {"speed": "16.0 GT/s PCIe", "max_speed": "16.0 GT/s PCIe", "width": 16,
                           "max_width": 16}
    d["cells"] = [c for kind in (bandwidths, combining, latencies, orders) for c in kind(speeds)]
    return d


def gaps(d, minute):
    d = copy.deepcopy(d)
    d["started"] = f"2026-01-02T03:{minute:02d}:05Z"
    statuses = {"bw/wc/store8/4K/posted": "skipped", "lat/wc/store8+dsb-st@each/64/posted": "timeout",
                "combine/wc/store16_q/4K/posted": "faulted", "lat/wc/load8~single/64": "too coarse"}
    for c in d["cells"]:
        if c["id"] in statuses:
            c.update(status=statuses[c["id"]], why="by hand", rounds=[])
    return d


def strange(d):
    d = copy.deepcopy(d)
    clean = "".join(ch if " " <= ch <= "~" else "?" for ch in HOSTILE)
    d["command"] = HOSTILE + "\x1b[31m \n set output 'pwned'\nload 'x'\nEOD\n!touch pwned"
    d["device"]["vendor_name"] = clean[:80]
    d["device"]["device_name"] = "'\n!touch pwned\n"[:1] + clean[80:150]
    for f in d["environment"]["facts"]:
        if f["name"] == "kernel_release":
            f["value"] = clean
    for c in d["cells"]:
        if c["id"].startswith("lat/plain/store8+dsb-st"):
            c["barrier"] = "`touch pwned`%s'"
            c["id"] = c["id"].replace("dsb-st", c["barrier"])
        if c["id"].startswith("combine/wc/store16_q"):
            c["kernel"] = "store'%d\"<b>@x"
            c["id"] = c["id"].replace("store16_q", c["kernel"])
    return d


def huge(d):
    d = copy.deepcopy(d)
    values = (1e-200, 1, 1e15)
    d["cells"] = []
    for i in range(9999):
        kernel, size = f"store{i % 40}x", 64 << (i % 11)
        c = cell(f"bw/wc/{kernel}/{i}/posted", "bw", "wc", kernel, size, "B/s", 1e9)
        c["rounds"] = [dict(c["rounds"][0], laps=(1 << 62) if i % 2 else 1,
                            ticks=[1 if i % 3 else 1 << 62])]
        d["cells"].append(c)
    for i in range(0, 9999, 50):
        d["cells"][i].update(experiment="lat", kernel="load8", direction="load", unit="ns", barrier="dep",
                             id=f"lat/wc/load8+dep@each/{i}")
        d["cells"][i].pop("pattern", None)
    assert values
    return d


def main():
    host, guest = load("lab-bookworm-host.json"), load("lab-bookworm-guest.json")
    fast = {"plain": 1.0e9, "wc": 11e9}
    slow = {"plain": 0.9e9, "wc": 0.95e9}
    save("host", result(host, 1, fast))
    save("guest", result(guest, 2, slow))
    save("second", result(guest, 3, {m: v * 1.01 for m, v in slow.items()}))
    save("third", result(guest, 4, {m: v * 0.99 for m, v in slow.items()}))
    save("gaps", gaps(result(guest, 5, slow), 5))
    save("strange", strange(result(guest, 6, slow)))
    save("huge", huge(result(guest, 7, slow)))


main()
