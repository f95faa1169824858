# SPDX-License-Identifier: GPL-2.0-or-later
"""kcidb_check.py DIRECTORY NAME...: NAME.kcidb has a test for each check of NAME.ktap."""
import sys
from jsonschema import Draft202012Validator
from checking import complain, finish, ktap_checks, load, slug

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

for name in names:
    d = load(f"{directory}/{name}.kcidb")
    errors = [(list(e.absolute_path), e.message[:150]) for e in
              Draft202012Validator(SCHEMA).iter_errors(d)]
    if errors:
        complain(name, errors[:3])
        continue
    wanted = ktap_checks(f"{directory}/{name}.ktap")
    tests = d["tests"]
    if len(tests) != len(wanted) or not wanted or len({t["id"] for t in tests}) != len(tests):
        complain(name, len(tests), "tests of", len(wanted), "checks, or an id twice")
    for t, (what, outcome) in zip(tests, wanted):
        told = "pass" if t["status"] == "DONE" else t["status"].lower()
        if t["path"].split(".", 1)[1] != slug(what) or told != outcome:
            complain(name, t["path"], t["status"], "is not", what, outcome)
        # a figure only of what was executed; nobody judged it, or it is a ratio
        if "number" in t and (t["status"] == "SKIP" or t["number"]["value"] <= 0 or
                              (t["status"] == "DONE") != ("unit" in t["number"])):
            complain(name, t["path"], t["number"], t["status"])
        if t["environment"]["misc"]["emulated"] != name.startswith("recorded"):
            complain(name, t["path"], "is not marked")
finish()
