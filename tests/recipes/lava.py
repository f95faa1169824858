# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: lava.py BUNDLE
The test definition: by LAVA's own schema; and run as lava-test-shell runs it (sh -e, variables, then
the steps), with commands of LAVA's that print its signals, and a dispatcher that reads them."""
import os
import re
import sys
import tempfile
import voluptuous
import yaml
from lava_common.schemas.test import definition
from lava_common.schemas.test.testdef import validate
import common
from common import check, read, shell

FILE = os.path.join(common.TOP, "doc/ci/lava/mmiobench.yaml")
PAIR = os.path.join(common.TOP, "doc/ci/lava/mmiopair.yaml")
bundle = "file://" + os.path.abspath(sys.argv[1])
work = os.environ["TMPDIR"]
lava = common.commands(
    work + "/lava-bin",
    lava_test_case='case $2 in --result) ;; *) exit 1 ;; esac\n'
                   'echo "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=$1 RESULT=$3>"\n',
    lava_test_set='case $1 in start | stop) ;; *) exit 1 ;; esac\n'
                  'echo "<LAVA_SIGNAL_TESTSET $(echo "$@" | tr a-z A-Z)>"\n',
    lava_test_reference='[ "$2 $4" = "--result --reference" ] || exit 1\n'
                        'echo "<LAVA_SIGNAL_TESTREFERENCE $1 $3 $5>"\n')


def lint(text):
    try:
        d = yaml.safe_load(text)
        validate(d)
    except (yaml.YAMLError, voluptuous.Invalid) as e:
        return str(e)
    # the dispatcher puts values between quotes
    wrong = [k for k, v in d["params"].items() if not isinstance(v, str) or "'" in v]
    return f"no strings, or quotes in them: {wrong}" if wrong else ""


def lint_action(text):
    """Of the part of a job that doc/ci/README.md shows."""
    try:
        voluptuous.Schema(definition.schema())(yaml.safe_load(text)[0]["test"])
    except (yaml.YAMLError, voluptuous.Invalid) as e:
        return str(e)
    return ""


def run(file=FILE, **params):
    """(status, {set: {case: result}}, directory, console) of a job with those parameters."""
    d = yaml.safe_load(read(file))
    assert not params.keys() - d["params"].keys()
    lines = [f"{k}='{v}'" for k, v in {**d["params"], **params}.items()]
    cwd = tempfile.mkdtemp(dir=work)
    status, out, err = shell(["sh"], "\n".join([*lines, "set -e", "set -x", *d["run"]["steps"]]),
                             cwd, {}, lava)
    cases, name = {}, ""
    for signal, text in re.findall(r"<LAVA_SIGNAL_(\S+) ([^>]+)>", out):
        words = text.split()
        if signal == "TESTSET":
            name = words[1].lower() if words[0] == "START" else ""
        elif signal == "TESTCASE":
            case = dict(w.split("=") for w in words)
            before = cases.setdefault(name, {}).setdefault(case["TEST_CASE_ID"], case["RESULT"])
            assert before == case["RESULT"], "two results of one test case"
        elif signal == "TESTREFERENCE":
            cases.setdefault(name, {})[words[0]] = words[1]
    return status, cases, cwd, out + err


print("# doc/ci/lava")
common.notices(lint, read(FILE), [("  format: Lava-Test Test", "  format: Lava Test"),
                                  ("steps:", "step:"), ("  name: mmiobench", "  title: mmiobench"),
                                  ("BUNDLE: ''", "BUNDLE: 1"), ("os: [debian", "os: [[debian")])
example = common.example("LAVA")
common.notices(lint_action, example, [("    definitions:", "    definition:"), ("from: git", "from: got"),
                                      ("        name: mmiobench", "        title: mmiobench")])
shown = yaml.safe_load(example)[0]["test"]["definitions"][0]
check("the README's job names what is there", os.path.samefile(os.path.join(common.TOP, shown["path"]), FILE)
      and not shown["parameters"].keys() - yaml.safe_load(read(FILE))["params"].keys())
place = work + "/lava-opt"
kept = "file://" + work + "/kept.json"
status, cases, cwd, said = run(MMIOBENCH=place, BUNDLE=bundle, BAR=common.RAM, UPLOAD=kept)
host = cases.get("measured", {})
check("a job fetches the archive, measures and uploads", status == 0 and
      common.is_measured(work + "/kept.json") and host.get("mmiobench") == "pass" and
      cases.get("") == {"result": "pass"}, said)
check("each check is a test case", host.get("bw.ram.store8.4K.flushed") == "pass" and
      host.get("normal-nc") == "skip" and len(host) > 3, host)
check("without REFERENCE nothing is compared", set(cases) == {"measured", ""}, cases)
for compare, verdict in (("--fail-on regression --min-effect 99%", "pass"), ("", "unknown"),
                         ("--require preserved", "fail")):
    status, cases, _, said = run(MMIOBENCH=place, BAR=common.RAM, REFERENCE=kept, COMPARE=compare)
    guest = cases.get("compared", {})
    check(f"compared with the kept result, {compare or 'no option'}: {verdict}", status == 0 and
          guest.get("mmiocompare") == verdict and "bw.ram.store8.4K.flushed" in guest, said)
for what, params, where, case in (
        ("an archive that is not there", {"BUNDLE": kept + ".no"}, "", "bundle"),
        ("a program that is not there", {"MMIOBENCH": "/nowhere"}, "measured", "mmiobench"),
        ("options that are none", {"BAR": "--no-such"}, "measured", "mmiobench"),
        ("a reference that is not there", {"REFERENCE": kept + ".no"}, "compared", "mmiocompare"),
        ("an upload that fails", {"UPLOAD": "file:///nowhere/at/all"}, "", "result")):
    status, cases, _, said = run(**{"MMIOBENCH": place, "BAR": common.RAM, **params})
    check(f"{what} is a failed test case, and the job ends well",
          status == 0 and cases.get(where, {}).get(case) == "fail", said)
for status, verdict in ((1, "pass"), (77, "skip"), (2, "fail"), (99, "fail"), (139, "fail")):
    place = common.commands(f"{work}/status-{status}", mmiobench=f"exit {status}\n")
    _, cases, _, said = run(MMIOBENCH=place, REFERENCE=kept)
    check(f"mmiobench's status {status}: {verdict}, and nothing to compare",
          cases == {"measured": {"mmiobench": verdict}}, said)

print("# mmiopair.yaml")
common.notices(lint, read(PAIR), [("steps:", "step:"), ("BUNDLE: ''", "BUNDLE: 1"), ("  name:", "  title:")])
place, kept = work + "/lava-pair-opt", "file://" + work + "/pair.tar.xz"
status, cases, _, said = run(PAIR, MMIOBENCH=place, BUNDLE=bundle, PAIR="--no-such")
check("a job fetches the archive; options that are none are a failed test case", status == 0 and
      cases == {"compared": {"mmiopair": "fail"}}, said)
place = common.paired(place, work + "/lava-paired")
for gate, verdict in (("--require preserved", "fail"), ("", "fail")):
    status, cases, cwd, said = run(PAIR, MMIOBENCH=place, UPLOAD=kept, PAIR=f"-s 0000:01:00.0 --bar 2 {gate}")
    case = cases.get("compared", {})
    check(f"a demoted guest, {gate or 'no option'}: {verdict}, each check is a test case, and all is uploaded",
          status == 0 and case.get("mmiopair") == verdict and case.get("emulated__normal-nc") == "fail" and len(case) > 3 and
          cases.get("") == {"result": "pass"} and os.path.getsize(work + "/pair.tar.xz"), said)
for status, verdict in ((0, "pass"), (3, "unknown"), (1, "fail"), (2, "fail"), (99, "fail")):
    place = common.commands(f"{work}/pair-status-{status}", mmiopair=f"exit {status}\n")
    _, cases, _, said = run(PAIR, MMIOBENCH=place, UPLOAD=kept)
    check(f"mmiopair's status {status}: {verdict}", cases == {"compared": {"mmiopair": verdict}}, said)
common.shellchecked()
sys.exit(common.failed)
