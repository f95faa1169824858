# SPDX-License-Identifier: GPL-2.0-or-later
"""Results to be told in other formats: data.py RECORDED-DIRECTORY WORK-DIRECTORY.

recorded_host, recorded_guest: of the lab, emulated. real_*: the same with the mark taken off and
ticks set by hand; the guest is slower in one gating cell. bad: a cell faulted, one was skipped, one
is not there, two saw what must not be. before, after: of one machine. hostile*: text that means something in every format.
"""
import copy
import json
import sys

recorded, work = sys.argv[1:]
HOSTILE = '"><b>|`x`\\ *a* [l](http://e) # TODO @me ,=1; RESULT=pass %s \u4e2d\u00e9 &amp; ]]> {x="1"} <!-- www.e.com a@e.com #1 $x$ :tada:'
GATE, OTHER = "bw/wc/load8/4K", "bw/wc/store8/64/posted"


def load(name):
    with open(name, encoding="utf-8") as f:
        return json.load(f)


def save(name, d):
    with open(f"{work}/{name}.json", "w", encoding="utf-8") as f:
        json.dump(d, f)


def real(d, minute, factor=1):
    d = copy.deepcopy(d)
    d["started"] = f"2026-01-02T03:{minute:02d}:05Z"
    d["environment"]["emulated_cpu"] = {"value": False, "why": ""}
    for i, c in enumerate(d["cells"]):
        c["rounds"] = [dict(c["rounds"][0], laps=1000, status="measured", ticks=[
            round((100000 + 1000 * i + 200 * k + 10 * minute) * (factor if c["id"] == GATE else 1))])
            for k in range(8)]
        c.update(status="measured", why="")
    d["plan"].update(rounds_planned=8, rounds_done=8)
    return d


def cells(d):
    return {c["id"]: c for c in d["cells"]}


# cells that count events are only in a run of ordinary memory
ram = load(f"{work}/ram.json")
# whatever runs this test
ram["environment"]["emulated_cpu"] = {"value": False, "why": ""}
save("ram", ram)
counting = [c for c in ram["cells"] if c["unit"] == "events" and c["experiment"] == "integrity"
            and c["status"] == "measured"][:3]
for c in counting:
    c["mapping"] = "wc"
    c["id"] = c["id"].replace("/ram/", "/wc/")
    for r in c["rounds"]:
        r.update(events=0, note="")

host, guest = load(f"{recorded}/lab-bookworm-host.json"), load(f"{recorded}/lab-bookworm-guest.json")
save("recorded_host", host)
save("recorded_guest", guest)
for d in host, guest:
    for c in counting:
        d["cells"].append(copy.deepcopy(c))


def timed_only(d, minute, factor=1):
    n = len(counting)
    new = dict(d, cells=d["cells"][:-n])
    new = real(new, minute, factor)
    new["cells"] += copy.deepcopy(d["cells"][-n:])
    return new


real_host, real_guest = timed_only(host, 1), timed_only(guest, 2, 1.5)
real_host2 = timed_only(host, 3)
save("real_host", real_host)
save("real_host2", real_host2)
save("real_guest", real_guest)

bad = timed_only(guest, 4)
c = bad["cells"][3]
c["rounds"][1].update(status="faulted", ticks=[], why="SIGBUS/BUS_OBJERR at offset 0x40",
                      fault={"signal": 7, "code": 3, "offset": "0x40"})
c.update(status="faulted", why="SIGBUS/BUS_OBJERR at offset 0x40")
bad["cells"][4].update(status="skipped", why="by hand", rounds=[])
del bad["cells"][4]["summary"]
cells(bad)[OTHER]["id"] = "bw/wc/store8/128/posted"
for c in bad["cells"][-2:]:
    for r in c["rounds"]:
        r.update(events=2, note="at 0x40 0x1 was read, not 0x2")
    c["events"] = 2 * len(c["rounds"])
bad["cells"][6]["region_bytes"] = 2 ** 34 + 1
bad["window"]["state"] = "lost"
save("bad", bad)

# earlier and later, whose environment and figures differ
for name, minute, text in ("before", 7, "quiet"), ("after", 8, HOSTILE):
    d = timed_only(guest, minute, minute / 7)
    for fact in d["environment"]["facts"]:
        if fact["name"] == "cmdline":
            fact["value"] = text
    save(name, d)

for name, minute in ("hostile", 5), ("hostile2", 6):
    d = timed_only(guest, minute)
    d["command"] = HOSTILE
    d["device"].update(device_name=HOSTILE[:60], vendor_name=HOSTILE[:60])
    for fact in d["environment"]["facts"]:
        if fact["name"] in ("kernel_release", "cmdline", "cpu_model"):
            fact["value"] = HOSTILE
    if not any(f["name"] == "cpu_model" for f in d["environment"]["facts"]):
        d["environment"]["facts"].append({"name": "cpu_model", "value": HOSTILE, "source": "by hand"})
    d["environment"]["virtualization"]["why"] = HOSTILE[:100]
    c = d["cells"][5]
    c.update(status="failed", why=HOSTILE[:110])
    c["rounds"][0].update(status="failed", why=HOSTILE[:110], ticks=[])
    c = d["cells"][6]
    c.update(status="skipped", why="=HYPERLINK(1) # SKIP", rounds=[])
    c.pop("summary", None)
    save(name, d)
