# SPDX-License-Identifier: GPL-2.0-or-later
"""openmetrics_check.py DIRECTORY NAME...: NAME.openmetrics parses, and says what NAME.json does."""
import math
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from checking import by_hand, clean, complain, finish, is_emulated, load, text_of

directory, *names = sys.argv[1:]

for name in names:
    text = text_of(f"{directory}/{name}.openmetrics")
    d = load(f"{directory}/{name}.json")
    families = list(openmetrics(text))
    samples = [s for f in families for s in f.samples]
    older = [s for f in prometheus(text) for s in f.samples]
    if [(s.name, s.labels, s.value) for s in samples] != [(s.name, s.labels, s.value) for s in older]:
        complain(name, "is another thing to the older parser")
    if not all(f.type == "gauge" and f.documentation for f in families):
        complain(name, [f.name for f in families if f.type != "gauge" or not f.documentation])
    if len({(s.name, tuple(sorted(s.labels.items()))) for s in samples}) != len(samples):
        complain(name, "has a sample twice")
    comparison = "figures" in d
    if not all(s.labels["emulated"] == str(is_emulated(d)).lower() for s in samples):
        complain(name, "a sample without the right mark")
    prefix = "mmiocompare" if comparison else "mmiobench"
    words = {s.labels["verdict"]: s.value for s in samples if s.name == prefix + "_verdict"}
    if len(words) != 5 or sum(words.values()) != 1:
        complain(name, words)
    if comparison or not by_hand(d):
        word = d["verdict"]["normal_nc"]
        if words.get(word) != 1:
            complain(name, word, words)
    values = {(s.name, s.labels.get("cell")): s.value for s in samples}
    for c in d["cells"]:
        if comparison:
            what = "guest_by_host" if d["changes"] is None else "after_by_before"
            want = {f"mmiocompare_{what}_ratio":
                    c["ratio"]["guest_by_host"] if "ratio" in c else None}
        else:
            median = None
            if c["status"] == "measured" and c["unit"] != "events":
                # of ticks set by hand: computed again
                median = c["summary"]["median"] if not by_hand(d) else "any"
            want = {"mmiobench_cell_rate_bytes_per_second": median if c["unit"] == "B/s" else None,
                    "mmiobench_cell_time_seconds": median if c["unit"] == "ns" else None}
            if c["unit"] == "ns" and isinstance(median, float):
                want["mmiobench_cell_time_seconds"] = median * 1e-9
        for metric, value in want.items():
            found = values.get((metric, c["id"]))
            if (value is None) != (found is None) or (
                    isinstance(value, float) and not math.isclose(found, value, rel_tol=1e-9)):
                complain(name, c["id"], metric, found, value)
    if not comparison:
        info, = (s for s in samples if s.name == "mmiobench_run_info")
        facts = {f["name"]: f["value"] for f in d["environment"]["facts"]}
        if info.labels["kernel"] != clean(facts["kernel_release"])[:159]:
            complain(name, info)
    else:
        status, = (s.value for s in samples if s.name == "mmiocompare_exit_status")
        if status != d["exit_status"]:
            complain(name, status)
finish()
