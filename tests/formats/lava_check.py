# SPDX-License-Identifier: GPL-2.0-or-later
"""lava_check.py DIRECTORY NAME...: NAME.lava has a signal for each check of NAME.ktap."""
import decimal
import re
import sys
from checking import complain, finish, ktap_checks, slug, text_of

directory, *names = sys.argv[1:]


def parameters(words):
    """What a signal says, by the documentation: KEY=VALUE, parted by blanks."""
    return {k.lower(): v for k, v in (w.split("=") for w in words)}


try:
    from lava_dispatcher.actions.test.shell import handle_testcase
except ImportError:
    print("SKIP lava-dispatcher is missing: the signals are taken apart by the documentation only")
    handle_testcase = parameters

for name in names:
    lines = text_of(f"{directory}/{name}.lava").splitlines()
    wanted = ktap_checks(f"{directory}/{name}.ktap")
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
        case = slug(what)
        if name.startswith("recorded"):
            case = "emulated__" + case
        if signal != "TESTCASE" or data.get("test_case_id") != case or data["result"] != outcome:
            complain(name, text, "is not", what, outcome)
        ids.add(case)
        if set(data) - {"test_case_id", "result", "units", "measurement"} or (
                ("units" in data) != ("measurement" in data)):
            complain(name, text)
        if "measurement" in data and (not decimal.Decimal(data["measurement"]) > 0 or
                                      data["units"] not in ("B/s", "ns", "ratio")):
            complain(name, text)
    if len(ids) != len(wanted):
        complain(name, "a test case twice")
finish()
