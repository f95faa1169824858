# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the recipes share: checks, broken copies, commands."""
import json
import os
import re
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RAM = "--map ram --quick --tests bw"
failed = False
ran = []


def check(name, ok, what=""):
    global failed
    print(("ok " if ok else "not ok ") + name, flush=True)
    if not ok:
        failed = True
        print("".join(f"  | {line}\n" for line in str(what).splitlines()[-30:]), end="")
    return ok


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def write(text, *path):
    path = os.path.join(*path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def example(section):
    """The YAML that a section of doc/ci/README.md shows."""
    text = read(TOP, "doc/ci/README.md").split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.search(r"```yaml\n(.*?)```", text, re.S)[1]


def commands(directory, **scripts):
    """A directory of commands for PATH, each a shell script."""
    for name, script in scripts.items():
        os.chmod(write("#!/bin/sh\n" + script, directory, name.replace("_", "-")), 0o755)
    return directory


def paired(programs, directory):
    """A directory of the programs whose mmiopair measures nothing, since there is no device: the real one must take
    its words, and mmiocompare gets those for it, with what the lab's old host and its guest gave."""
    empty = directory + "/empty"
    commands(directory, mmiopair=f"""
case $* in --recover) exit 0 ;; esac
{programs}/mmiopair "$@" --dry-run --sysroot {empty} 2>{directory}/err
grep -q 'there is no sysfs in {empty}' {directory}/err || {{ cat {directory}/err >&2; exit 2; }}
out= words=
while [ $# -gt 0 ]; do
	case $1 in
	--out) out=$2; shift ;;
	--format | --require | --fail-on | --min-effect) words="$words $1=$2"; shift ;;
	esac
	shift
done
mkdir -p "$out"
cp {TOP}/tests/data/lab-bookworm-host.json "$out/host-1.json"
cp {TOP}/tests/data/lab-bookworm-guest.json "$out/guest-1.json"
exec {programs}/mmiocompare $words --json "$out/compare.json" --format markdown="$out/report.md" \\
	"$out/host-1.json" "$out/guest-1.json"
""")
    os.makedirs(empty, exist_ok=True)
    for name in "mmiobench", "mmiocompare":
        if not os.path.exists(f"{directory}/{name}"):
            os.symlink(f"{programs}/{name}", f"{directory}/{name}")
    return directory


def shell(interpreter, script, cwd, env, path=""):
    """(status, stdout, stderr) of a script, in an environment of its own."""
    env = {"PATH": f"{path}:{os.environ['PATH']}", "HOME": cwd, **env}
    file = write(script, tempfile.mkdtemp(dir=os.environ["TMPDIR"]), "script")
    ran.append((interpreter[0], file))
    p = subprocess.run([*interpreter, file], cwd=cwd, env=env, text=True, timeout=300,
                       stdin=subprocess.DEVNULL, capture_output=True)
    return p.returncode, p.stdout, p.stderr


def shellchecked():
    """What was run has nothing that shellcheck warns of; a failed cd ends it: all have errexit."""
    said = ""
    for name in ("sh", "bash"):
        files = [file for interpreter, file in ran if interpreter == name]
        if files:
            p = subprocess.run(["shellcheck", "-S", "warning", "-e", "SC2164", "-s", name, *files],
                               capture_output=True, text=True)
            said += p.stdout + p.stderr if p.returncode else ""
    check(f"shellcheck of its steps, {len(ran)} times run", ran and not said, said)


def notices(lint, text, changes):
    """lint(text) has no complaint, but for each copy with a word replaced, which must be there."""
    said = lint(text)
    check("its linter has no complaint", not said, said)
    for old, new in changes:
        said = lint(text.replace(old, new)) if old in text else ""
        check(f"its linter notices {(new or 'nothing instead of ' + old).strip()!r}", said)


def is_measured(file):
    """A result of mmiobench with figures in it."""
    try:
        d = json.loads(read(file))
    except (OSError, ValueError):
        return False
    return d["schema"] == "mmiobench-result/1" and any(c["status"] == "measured" for c in d["cells"])
