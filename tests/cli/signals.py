#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""signals.py TREE BDF WORK COUNT SEED COMMAND...: signals at random moments, on a machine of files.

Each turn starts COMMAND (mmiobench, told to store), sends a signal to it, to its child or to all of them
at a random moment of the run, and looks at what is left: BAR, COMMAND, power, driver, processes, files.
Some turns run at once, each on a copy of TREE. COUNT turns meet a run, those that came too late come anew.
"""
import concurrent.futures
import fcntl
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time

ORIGINAL, BDF, WORK, COUNT, SEED = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
TREE, COMMAND, DEVICE, RESCUE, OUT = "", [], "", "", ""  # of this process: see begin()
TRIES = 12
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


def begin():
    """Files of its own for this process."""
    global TREE, COMMAND, DEVICE, RESCUE, OUT
    TREE, OUT = f"{WORK}/tree-{os.getpid()}", f"{WORK}/out-{os.getpid()}"
    DEVICE, RESCUE = f"{TREE}/sys/bus/pci/devices/{BDF}", f"{TREE}/run/mmiobench/{BDF}"
    COMMAND = [TREE if a == ORIGINAL else a for a in sys.argv[6:]]
    shutil.copytree(ORIGINAL, TREE, symlinks=True)
    os.unlink(f"{DEVICE}/resource2_wc")
    os.link(f"{DEVICE}/resource2", f"{DEVICE}/resource2_wc")
    os.makedirs(OUT)


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


def stopped(run):
    """It is held where it is, and takes no signal before it goes on. False: it has ended."""
    os.kill(run.pid, signal.SIGSTOP)  # not by poll(), which would forget it
    while True:
        with open(f"/proc/{run.pid}/stat", encoding="utf-8", errors="replace") as f:
            mode = f.read().rpartition(")")[2].split()[0]
        if mode in "TZ":
            return mode == "T"
        time.sleep(0.0005)


def send(run, whom, sig):
    """True when it reached somebody who had not ended: whom it is to end cannot have come to its own end."""
    if whom == "child":
        pid = child_of(run.pid, run)
        try:
            if pid is not None and run.poll() is None:
                os.kill(pid, sig)
                return True
        except ProcessLookupError:
            pass
        return False
    if sig == signal.SIGPIPE and child_of(run.pid, run) is None:
        return False  # it ends a run that has not begun
    if not stopped(run):
        return False
    for s in (sig, signal.SIGCONT):
        (os.killpg if whom == "all" else os.kill)(run.pid, s)
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
    if back.returncode or ("no run has left" if over else "put back") not in back.stdout:
        return f"not recovered: {back}"
    return "" if state() == before else "recovered, but it is not as before"


def faults_of(whom, sig, does, run, hit, text):
    if not hit or does == "goes on":
        if run.returncode or (whom != "launches" and result() is None):
            yield f"status {run.returncode}, no result: {text}"
    elif run.returncode != -sig:
        yield f"status {run.returncode}: {text}"


def killed_cells():
    return sum(c["status"] == "killed" for c in (result() or {"cells": []})["cells"])


def signalled(index, at):
    """One run, and what is wrong after it; whether the signal met it, and left something to recover."""
    rng = random.Random(SEED + index)
    whom, name, does = WAYS[index % len(WAYS)]
    sig, before = getattr(signal, "SIG" + name), state()
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
    return [w for w in wrong if w], hit, left


def turn(index, longest):
    """What is wrong, how often something was left to recover, whether it met a run; cells that were killed."""
    whom, name, _ = WAYS[index % len(WAYS)]
    at, all_left = random.Random(SEED + index).uniform(0, longest), 0
    for _ in range(TRIES):
        wrong, hit, left = signalled(index, at)
        for w in wrong:
            print(f"turn {index}, SIG{name} to {whom} after {at:.3f} s: {w}", flush=True)
        all_left += left
        if wrong or hit:
            break
        at /= 2
    return bool(wrong), hit, all_left, killed_cells() if whom == "child" and name != "TERM" else 0


def run_alone():
    """How long a run is that no signal meets."""
    start, before = time.monotonic(), state()
    run = subprocess.run(COMMAND + ["--json", f"{OUT}/r.json"], capture_output=True, text=True)
    if run.returncode or state() != before:
        sys.exit(f"not ok a run alone: {run}")
    return time.monotonic() - start


def main():
    for sig in signal.SIGINT, signal.SIGQUIT:  # ignored in what a shell has put into the background
        signal.signal(sig, signal.SIG_DFL)
    begin()
    longest = run_alone()
    try:
        with concurrent.futures.ProcessPoolExecutor(2 * os.cpu_count(), multiprocessing.get_context("fork"),
                                                    begin) as pool:
            turns = list(pool.map(turn, range(COUNT), [longest] * COUNT))
    except (ImportError, PermissionError, FileNotFoundError):  # no semaphores: no /dev/shm
        turns = [turn(i, longest) for i in range(COUNT)]
    wrong, hit, left, killed = (sum(t[i] for t in turns) for i in range(4))
    print(f"# {COUNT} signals, seed {SEED}: {hit} met a run, {left} left something to recover, "
          f"{killed} cells are recorded as killed")
    missed = [WAYS[i % len(WAYS)][:2] for i in range(COUNT) if not turns[i][1]]
    checks = [(not wrong, "after each signal all is as before, or --recover puts it back"),
              (not missed, f"all of them met a run {missed or ''}"),
              (killed or COUNT < len(WAYS), "cells are recorded as killed")]
    for good, name in checks:
        print(("ok " if good else "not ok ") + name)
    return int(not all(good for good, _ in checks))


sys.exit(main())
