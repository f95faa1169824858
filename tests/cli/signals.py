#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""signals.py TREE BDF WORK COUNT SEED COMMAND...: signals at random moments, on a machine of files.

Each turn starts COMMAND (mmiobench, told to store), sends a signal to it, to its child or to all of them
at a random moment of the run, and looks at what is left: BAR, COMMAND, power, driver, processes, files.
"""
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time

TREE, BDF, WORK, COUNT, SEED = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
COMMAND = sys.argv[6:]
DEVICE = f"{TREE}/sys/bus/pci/devices/{BDF}"
RESCUE = f"{TREE}/run/mmiobench/{BDF}"
OUT = f"{WORK}/out"
WAYS = [  # whom, signal, what the run then does: ends by it, goes on, or leaves it to --recover
    ("parent", "INT", "ends"), ("parent", "TERM", "ends"), ("parent", "HUP", "ends"),
    ("parent", "QUIT", "ends"), ("parent", "USR1", "ends"), ("parent", "ALRM", "ends"),
    ("parent", "PIPE", "goes on"), ("parent", "KILL", "is killed"), ("parent", "ABRT", "is killed"),
    ("parent", "SEGV", "is killed"), ("parent", "BUS", "is killed"),
    ("child", "KILL", "goes on"), ("child", "SEGV", "goes on"), ("child", "BUS", "goes on"),
    ("child", "ILL", "goes on"), ("child", "ABRT", "goes on"), ("child", "TERM", "goes on"),
    ("all", "INT", "ends"), ("all", "TERM", "ends"), ("all", "HUP", "ends"), ("all", "KILL", "is killed"),
    ("launches", "INT", "ends"), ("launches", "KILL", "ends"),
]


def state():
    def read(name, n=-1):
        with open(f"{DEVICE}/{name}", "rb") as f:
            return f.read(n)
    return (read("resource2"), read("config"), read("enable", 1), read("power/control", 2),
            os.path.lexists(f"{DEVICE}/driver"))


def files():
    return [f"{d}/{f}" for top in (f"{TREE}/run", OUT) for d, _, names in os.walk(top) for f in names
            if f not in ("r.json", "r-1.json", "r-2.json")]


def child_of(pid, run, seconds=5):
    """One that measures: it lives for milliseconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and run.poll() is None:
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as f:
                children = f.read().split()
        except OSError:
            return None
        if children:
            return int(children[0])
    return None


def send(run, whom, sig):
    """True when there was somebody to send it to."""
    pid = run.pid
    if whom == "child":
        pid = child_of(run.pid, run)
    try:
        if pid is None or run.poll() is not None:
            return False
        (os.killpg if whom == "all" else os.kill)(pid, sig)
    except ProcessLookupError:
        return False
    return True


def all_gone(group, seconds=30):
    """Nobody of its process group lives: the kernel ends the children of a parent that was killed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    os.killpg(group, signal.SIGKILL)
    return False


def lock_free():
    with open(f"{DEVICE}/config", "rb") as f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            return False


def bench(*options):
    return subprocess.run(COMMAND[:COMMAND.index("--bar")] + list(options), capture_output=True,
                          text=True)


def result():
    try:
        with open(f"{OUT}/r.json") as f:
            return json.load(f)
    except FileNotFoundError:
        return None


def interrupt_recover(rng):
    """--recover itself is ended at a random moment; true when it had come to its end."""
    run = subprocess.Popen(COMMAND[:COMMAND.index("--bar")] + ["--recover"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.uniform(0, 0.02))
    run.send_signal(rng.choice([signal.SIGTERM, signal.SIGINT, signal.SIGKILL]))
    run.wait(60)
    return not os.path.exists(RESCUE)


def recovered(before, rng):
    """What a killed run left: the next start says so and touches nothing, --recover puts it back."""
    now = state()
    start = bench("--bar", "2", "--quick", "--json", "/dev/null")
    if start.returncode != 2 or "--recover" not in start.stderr or state() != now:
        return f"the next start does not say so: {start}"
    over = interrupt_recover(rng)
    back = bench("--recover")
    if back.returncode or ("no killed run" if over else "put back") not in back.stdout:
        return f"not recovered: {back}"
    return "" if state() == before else "recovered, but it is not as before"


def faults_of(whom, sig, does, run, hit, text):
    if does == "ends" and hit and run.returncode not in (-sig, 0) and whom != "launches":
        yield f"status {run.returncode}: {text}"
    if does == "is killed" and run.returncode not in (-sig, 0):
        yield f"status {run.returncode}: {text}"
    if does == "goes on" or run.returncode == 0:
        if run.returncode or (whom != "launches" and result() is None):
            yield f"status {run.returncode}, no result: {text}"


def killed_cells():
    return sum(c["status"] == "killed" for c in (result() or {"cells": []})["cells"])


def turn(index, before):
    """What is wrong, and whether the signal met a run and something was left to recover."""
    rng = random.Random(SEED + index)
    whom, name, does = WAYS[index % len(WAYS)]
    sig, at = getattr(signal, "SIG" + name), rng.uniform(0, 1.5)
    for f in os.listdir(OUT):
        os.unlink(f"{OUT}/{f}")
    more = ["--launches", "2"] if whom == "launches" else []
    run = subprocess.Popen(COMMAND + more + ["--json", f"{OUT}/r.json"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, start_new_session=True)
    time.sleep(at)
    hit = send(run, whom, sig)
    # the descriptor is its children's, too: until they are gone
    text = run.communicate(timeout=240)[0]
    wrong = list(faults_of(whom, sig, does, run, hit, text))
    if not all_gone(run.pid):
        wrong.append("a process is left")
    if not lock_free():
        wrong.append("the lock is held")
    left = os.path.exists(RESCUE)
    if left and does != "is killed":
        wrong.append(f"it left something to put back: {text}")
    if left:
        wrong.append(recovered(before, rng))
    elif state() != before:
        wrong.append("it is not as before, and nothing says so")
    bench("--recover")  # a rescue file that was not whole yet goes
    wrong += [f"{f} is left" for f in files()]
    wrong = [w for w in wrong if w]
    for w in wrong:
        print(f"turn {index}, SIG{name} to {whom} after {at:.3f} s: {w}")
    return bool(wrong), hit, left, killed_cells() if whom == "child" and name != "TERM" else 0


def main():
    os.makedirs(OUT, exist_ok=True)
    before = state()
    turns = [turn(i, before) for i in range(COUNT)]
    wrong, hit, left, killed = (sum(t[i] for t in turns) for i in range(4))
    print(f"# {COUNT} signals, seed {SEED}: {hit} met a run, {left} left something to recover, "
          f"{killed} cells are recorded as killed")
    print(("not ok" if wrong else "ok") + " after each signal all is as before, or --recover puts it back")
    print(("ok" if hit else "not ok") + " some of them met a run")
    print(("ok" if killed or COUNT < len(WAYS) else "not ok") + " cells are recorded as killed")
    return int(wrong > 0 or not hit or (not killed and COUNT >= len(WAYS)))


sys.exit(main())
