# SPDX-License-Identifier: GPL-2.0-or-later
"""A result whose every text wants to be markup: hostile.py RESULT.json OUT.json [STARTED]."""
import itertools
import json
import sys

TEXTS = ["<script>hacked=1</script>", "\"><img src=x onerror=hacked=1>", "'><svg onload=hacked=1>",
         "</script><svg onload=hacked=1>", "]]>--><b onclick=hacked=1>", "\u00e9&lt;b&gt;&#60;\u4e2d",
         "</pre></table></details>", "javascript:hacked=1", "W" * 32, "${hacked=1}{{hacked=1}}%s%n"]
LONG = "".join(TEXTS) + "<script>hacked=1</script>" + "W" * 60000
next_text = itertools.cycle(TEXTS).__next__


def spoil(o, *keys):
    room = {"barrier": 23, "barrier2": 23, "speed": 23, "max_speed": 23, "hypervisor": 31, "version": 31,
            "time": 31}
    for key in keys:
        o[key] = next_text().encode()[:room.get(key)].decode(errors="ignore")


def main():
    source, out, *started = sys.argv[1:]
    with open(source, encoding="utf-8") as f:
        d = json.load(f)
    # the reader takes a command of any length and with any characters
    d["command"] = LONG + "\x01\x1b[31m\n\t\x7f\u202e\u2028" + "<img src=x onerror=hacked=1>" * 80000
    if started:
        d["started"] = started[0]
    spoil(d["tool"], "version")
    env = d["environment"]
    # what decides about the verdict stays as it is
    for f in env["facts"]:
        spoil(f, "source")
        if f["name"] in ("kernel_release", "cpu_model", "machine"):
            spoil(f, "value")
    env["facts"] += [{"name": n, "value": v, "source": n} for n, v in
                     [("cmdline", LONG)] + [(t, t) for t in TEXTS]]
    spoil(env["virtualization"], "hypervisor", "why")
    env["emulated_cpu"]["why"] = TEXTS[0]
    device = d["device"]
    spoil(device, "vendor_name", "device_name", "class_name", "driver")
    device["device_name"] = TEXTS[0] + TEXTS[3]
    spoil(device["link"], "speed", "max_speed")
    device["link"]["width"] = 16
    for key in "plain", "wc":
        d["asks"][key] = TEXTS[7] if key == "plain" else "<b>hacked</b>"
    for p in d["probes"]:
        spoil(p, "detail")
    for j in d["journal"]:
        spoil(j, "time", "kernel")
    spoil(d["plan"], "cpu_why")
    d["plan"]["clock"]["name"] = "<b>clock</b>"
    for c in d["cells"][4:]:
        spoil(c, "barrier", "barrier2")
        c["id"] = f"{c['id'][:40]}{next_text()}"
        if c["status"] != "measured":
            spoil(c, "why")
    faulted = d["cells"][3]
    faulted.update(status="faulted", why=TEXTS[1])
    faulted["rounds"][0].update(status="faulted", why=TEXTS[1])
    with open(out, "w", encoding="utf-8") as f:
        json.dump(d, f)


main()
