# SPDX-License-Identifier: GPL-2.0-or-later
"""lava_check.py DIRECTORY NAME...: NAME.lava has a signal for each check of NAME.ktap."""
import decimal
import re
import sys

directory, *names = sys.argv[1:]
failed = 0


def complain(*text):
    global failed
    failed = 1
    print("not ok:", *text)


def parameters(words):
    """What a signal says, by the documentation: KEY=VALUE, parted by blanks."""
    return {k.lower(): v for k, v in (w.split("=") for w in words)}


try:
    from lava_dispatcher.actions.test.shell import handle_testcase
except ImportError:
    print("SKIP lava-dispatcher is missing: the signals are taken apart by the documentation only")
    handle_testcase = parameters

for name in names:
    with open(f"{directory}/{name}.lava", encoding="ascii") as f:
        lines = f.read().splitlines()
    with open(f"{directory}/{name}.ktap", encoding="ascii") as f:
        wanted = [(m[3], "fail" if m[1] else "skip" if m[4] == "SKIP" else "pass") for m in
                  re.finditer(r"^(not )?ok (\d+) ([^#]+) # (SKIP|seen:)", f.read(), re.M)]
    # the dispatcher's expression for a signal, anywhere in what the console says
    found = re.findall(r"<LAVA_SIGNAL_(\S+) ([^>]+)>", "\n".join(lines))
    if len(found) != len(wanted) or len(lines) != 2 * len(wanted) or not wanted:
        complain(name, len(found), "signals of", len(wanted), "checks")
    ids = set()
    for (signal, text), (what, outcome) in zip(found, wanted):
        try:
            data = handle_testcase(text.split())
        except Exception as e:
            complain(name, text, e)
            continue
        slug = re.sub(r"[^A-Za-z0-9.-]", "_", what.replace("/", "."))
        if name.startswith("recorded"):
            slug = "emulated__" + slug
        if signal != "TESTCASE" or data.get("test_case_id") != slug or data["result"] != outcome:
            complain(name, text, "is not", what, outcome)
        ids.add(slug)
        if set(data) - {"test_case_id", "result", "units", "measurement"} or (
                ("units" in data) != ("measurement" in data)):
            complain(name, text)
        if "measurement" in data and (not decimal.Decimal(data["measurement"]) > 0 or
                                      data["units"] not in ("B/s", "ns", "ratio")):
            complain(name, text)
    if len(ids) != len(wanted):
        complain(name, "a test case twice")
sys.exit(failed)
