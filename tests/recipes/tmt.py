# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: tmt.py BUNDLE
The plans and tests: Debian has no tmt, so by the keys and values that tmt's specification has (and by
"tmt lint" where it is installed); and run as tmt runs them: bash with errexit and pipefail."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import yaml
from jsonschema import Draft7Validator
import common
from common import check, read, shell

DIRECTORY = os.path.join(common.TOP, "doc/ci/tmt")
bundle = os.path.abspath(sys.argv[1])
work = os.environ["TMPDIR"]
STRINGS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
CORE = {"summary": {"type": "string", "maxLength": 80}, "description": {"type": "string"},
        "contact": STRINGS, "enabled": {"type": "boolean"}, "id": {"type": "string"},
        "order": {"type": "integer"}, "tag": STRINGS,
        "tier": {"type": ["string", "integer", "null"]},
        "environment": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}}


def step(how, **keys):
    return {"type": "object", "required": ["how"], "additionalProperties": False, "properties": {
        "how": {"enum": [how]}, "name": {"type": "string"}, "summary": {"type": "string"},
        "order": {"type": "integer"}, "where": STRINGS, **keys}}


def closed(required, **keys):
    return Draft7Validator({"type": "object", "required": required, "additionalProperties": False,
                            "properties": {**CORE, **keys}})


SHELL = step("shell", script=STRINGS)
PLAN = closed(
    ["execute"], prepare=SHELL, finish=SHELL, **{"environment-file": STRINGS},
    discover=step("fmf", test=STRINGS, filter=STRINGS, exclude=STRINGS, url={"type": "string"},
                  ref={"type": "string"}, path={"type": "string"}),
    provision=step("connect", guest={"type": "string"}, user={"type": "string"},
                   port={"type": "integer", "minimum": 0, "maximum": 65535}, key=STRINGS,
                   password={"type": "string"}, become={"type": "boolean"}, role={"type": "string"}),
    execute=step("tmt", duration={"type": "string"}, **{"exit-first": {"type": "boolean"}}),
    report=step("junit", file={"type": "string"}))
TEST = closed(
    ["test"], test={"type": "string"}, component=STRINGS, require=STRINGS, recommend=STRINGS,
    path={"type": "string", "pattern": "^/"}, framework={"enum": ["shell", "beakerlib"]},
    duration={"type": "string", "pattern": "^[0-9]+[smhd]?$"}, manual={"type": "boolean"},
    tty={"type": "boolean"},
    result={"enum": "respect xfail pass info warn error fail custom restraint".split()})


def merged(parent, child):
    """fmf: a child has what its parent has; KEY+ adds to it."""
    d = dict(parent)
    for key, value in child.items():
        if not key.endswith("+"):
            d[key] = value
        elif isinstance(value, dict):
            d[key[:-1]] = {**d.get(key[:-1], {}), **value}
        else:
            d[key[:-1]] = d[key[:-1]] + value
    return d


def leaves(name, node, parent):
    children = {k: v for k, v in node.items() if k.startswith("/")}
    d = merged(parent, {k: v for k, v in node.items() if k not in children})
    if not children:
        yield name, d
    for child, value in children.items():
        yield from leaves(name + child, value, d)


def tree(texts):
    """{"/plan/host": {...}, "/measure": {...}} of {"plan": text, ...}"""
    return {k: d for name, text in sorted(texts.items())
            for k, d in leaves("/" + name, yaml.safe_load(text), {})}


def lint_texts(texts):
    try:
        nodes = tree(texts)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as e:
        return str(e)
    said = [f"{name}: {'.'.join(map(str, e.path))}: {e.message}" for name, d in nodes.items()
            for e in (PLAN if "execute" in d else TEST).iter_errors(d)]
    said += [f"{name}: {d['discover']['test']} is no test" for name, d in nodes.items()
             if "test" in d.get("discover", {}) and not tests_of(nodes, d)]
    return "\n".join(said)


def tests_of(nodes, plan):
    """Names of the tests that a plan discovers, in their order; its own are regular expressions."""
    wanted = plan["discover"].get("test", "")
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return sorted((n for n, d in nodes.items() if "test" in d and any(re.search(w, n) for w in wanted)),
                  key=lambda n: (str(nodes[n].get("order", 50)), n))


def run(name, files, **environment):
    """([(test, status)], directory of the plan's data, output) of a plan, with files beside it."""
    plan = nodes[name]
    guest = tempfile.mkdtemp(dir=work)
    place, data = guest + "/tree", guest + "/data"
    shutil.copytree(DIRECTORY, place)
    os.mkdir(data)
    for file, target in files.items():
        shutil.copy(file, os.path.join(place, target))
    env = {**{k: str(v) for k, v in plan["environment"].items()}, "TMT_PLAN_DATA": data,
           "TMT_TREE": place, **environment}
    status, out, err = shell(["bash"], "set -eo pipefail\n" + plan["prepare"]["script"], place, env)
    results, said = [("prepare", status)], out + err
    for test in tests_of(nodes, plan) if not status else []:
        status, out, err = shell(["bash"], "set -eo pipefail\n" + nodes[test]["test"], place, env)
        results.append((test, status))
        said += out + err
    return results, data, said


print("# doc/ci/tmt")
texts = {os.path.basename(f)[:-4]: read(f) for f in sorted(glob.glob(DIRECTORY + "/*.fmf"))}
check("it is a tree of fmf", read(DIRECTORY, ".fmf/version").strip() == "1")
for file, changes in (
        ("plan", [("how: connect", "how: podman"), ("    script:", "    scripts:"),
                  ("        guest: host", "        machine: host"), ("execute:", "run:"),
                  ("test: /measure", "test: /nothing"), ("provision+:", "provisoin+:")]),
        ("measure", [("duration: 15m", "duration: 15 min"), ("test: |", "script: |")]),
        ("pair", [("duration: 30m", "duration: long"), ("summary:", "headline:")]),
        ("compare", [("order: 20", "order: late"), ("duration:", "durations:")])):
    print(f"# {file}.fmf")
    common.notices(lambda text, file=file: lint_texts({**texts, file: text}), texts[file], changes)
nodes = tree(texts)
if shutil.which("tmt"):
    p = subprocess.run(["tmt", "--root", DIRECTORY, "lint"], capture_output=True, text=True)
    check("tmt lint", p.returncode == 0, p.stdout + p.stderr)
else:
    print("# tmt is not installed: by the keys of its specification only")

archive = {bundle: os.path.basename(bundle)}
opt = {"MMIOBENCH": work + "/tmt-opt", "BAR": common.RAM}
results, data, said = run("/plan/host", archive, **opt)
host = data + "/result.json"
check("/plan/host unpacks the archive and measures", results == [("prepare", 0), ("/measure", 0)] and
      common.is_measured(host), said)
for plan, reference, more, status in (
        ("/plan/guest", "host.json", {}, 1),
        ("/plan/guest", "host.json", {"COMPARE": ""}, 3),
        ("/plan/again", "before.json", {"COMPARE": "--fail-on regression --min-effect 99%"}, 0)):
    results, data, said = run(plan, {**archive, host: reference}, **opt, **more)
    check(f"{plan} compares with {reference}, {more.get('COMPARE', 'as it is') or 'no option'}: {status}",
          results == [("prepare", 0), ("/measure", 0), ("/compare", status)] and
          "KTAP version 1" in read(data, "compare.ktap") and os.path.getsize(data + "/compare.json"), said)
results, _, said = run("/plan/guest", archive, **opt)
check("without a reference the comparison is an error", results[-1] == ("/compare", 2), said)
results, _, said = run("/plan/host", {}, **opt)
check("without an archive nothing is measured", len(results) == 1 and results[0][1], said)
os.makedirs(work + "/whole/d")
subprocess.run(["tar", "-xJf", bundle, "--strip-components=1", "-C", work + "/whole/d"], check=True)
common.paired(work + "/whole/d", work + "/stub/d")
stub = f"{work}/mmiobench-0-{re.sub('.*-', '', os.path.basename(bundle))[:-7]}.tar.xz"
subprocess.run(["tar", "-cJf", stub, "-C", work + "/stub", "d"], check=True)
for more, status in (({}, 1), ({"COMPARE": "--no-such"}, 2)):
    results, data, said = run("/plan/pair", {stub: os.path.basename(stub)}, MMIOBENCH=work + "/tmt-pair-opt", **more)
    check(f"/plan/pair says {status} of a demoted guest, {more.get('COMPARE', 'as it is')}",
          results == [("prepare", 0), ("/pair", status)] and
          (status == 2 or ("KTAP version 1" in read(data, "compare.ktap") and
                           os.path.getsize(data + "/pair/report.md"))), said)
common.shellchecked()
sys.exit(common.failed)
