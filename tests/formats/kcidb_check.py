# SPDX-License-Identifier: GPL-2.0-or-later
"""kcidb_check.py DIRECTORY NAME...: NAME.kcidb has a test for each check of NAME.ktap."""
import json
import re
import sys
from jsonschema import Draft202012Validator

ID = {"type": "string", "pattern": "^[a-z0-9_]+:[^\\0]*$"}
TEXT = {"type": "string", "pattern": "^[^\\0]*$"}


def strict(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": required,
            "properties": properties}


SCHEMA = strict(
    ["version", "tests"],
    version=strict(["major", "minor"], major={"const": 5}, minor={"const": 3}),
    tests={"type": "array", "items": strict(
        ["build_id", "id", "origin"], id=ID, build_id=ID,
        origin={"type": "string", "pattern": "^[a-z0-9_]+$"},
        environment=strict([], comment=TEXT, misc={"type": "object"}),
        path={"type": "string", "pattern": "^$|^[.a-zA-Z0-9_-]*$"}, comment=TEXT,
        status={"enum": ["FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP"]},
        number=strict(["value"], value={"type": "number"}, unit=TEXT,
                      prefix={"enum": ["metric", "binary"]}),
        start_time={"type": "string", "pattern": "^....-..-..T..:..:..(Z|[+-]..:..)$"})})

directory, *names = sys.argv[1:]
failed = 0


def complain(*text):
    global failed
    failed = 1
    print("not ok:", *text)


for name in names:
    with open(f"{directory}/{name}.kcidb", encoding="utf-8") as f:
        d = json.load(f)
    errors = [(list(e.absolute_path), e.message[:150]) for e in
              Draft202012Validator(SCHEMA).iter_errors(d)]
    if errors:
        complain(name, errors[:3])
        continue
    with open(f"{directory}/{name}.ktap", encoding="ascii") as f:
        wanted = [(m[3], {"FAIL"} if m[1] else {"SKIP"} if m[4] == "SKIP" else {"PASS", "DONE"})
                  for m in re.finditer(r"^(not )?ok (\d+) ([^#]+) # (SKIP|seen:)", f.read(), re.M)]
    tests = d["tests"]
    if len(tests) != len(wanted) or not wanted or len({t["id"] for t in tests}) != len(tests):
        complain(name, len(tests), "tests of", len(wanted), "checks, or an id twice")
    for t, (what, status) in zip(tests, wanted):
        slug = re.sub(r"[^A-Za-z0-9.-]", "_", what.replace("/", "."))
        if t["path"].split(".", 1)[1] != slug or t["status"] not in status:
            complain(name, t["path"], t["status"], "is not", what, status)
        # a figure only of what was executed; nobody judged it, or it is a ratio
        if "number" in t and (t["status"] == "SKIP" or t["number"]["value"] <= 0 or
                              (t["status"] == "DONE") != ("unit" in t["number"])):
            complain(name, t["path"], t["number"], t["status"])
        if t["environment"]["misc"]["emulated"] != name.startswith("recorded"):
            complain(name, t["path"], "is not marked")
sys.exit(failed)
