# SPDX-License-Identifier: GPL-2.0-or-later
"""Has each call that may fail do so, one at a time, and looks at what the program makes of it.

usage: inject.py [-v] [SCENARIO[/FUNCTION]...]    run by inject.test

A scenario is a command on files of its own. It runs once to learn its call sites (inject.so counts
them), then once for each site and errno, with that one call failing. After each run:
- it ended by itself, not by a signal, and left no process, no lock and no file that was not asked for;
- the device is as it was, or what is not is said, and --recover puts it back;
- each file that was asked for is the older one, or new and whole; never torn, never gone;
- a run that ends as if nothing had failed has all that it promises; another one says why.
INJECT_MOST is how many faults a scenario has at most, spread over its sites; 0 is all. INJECT_EVERY=1 has
besides the first call fail at every site of EVERY that no scenario before has met, and SIGKILL come before
and after each call that changes something (KILLS), where a scenario has kills.
"""
import concurrent.futures
import errno
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

import scenarios

FUNCTIONS = re.findall(r'"(\w+)"', open(os.path.join(os.path.dirname(__file__), "shared.h"),
                                        encoding="utf-8").read())
SITES, FRAMES = 16384, 12
HEAD, SITE = struct.Struct("<QQ"), struct.Struct(f"<QQIBB26s{FRAMES}Q")
VAGUE = ("access", "stat", "readlink")
# mmiowitness reads facts there: one that is missing is told as not known
FACTS = ("env_collect",)
ERRNOS = {
    "open": "EACCES EMFILE", "read": "EIO short", "write": "ENOSPC EIO short", "close": "EIO",
    "mmap": "ENOMEM EPERM", "fork": "EAGAIN", "exec": "EACCES", "fsync": "EIO", "rename": "EIO",
    "unlink": "EIO", "mkdir": "ENOSPC", "mkstemp": "ENOSPC", "memfd": "EMFILE", "fchmod": "EPERM",
    "ftruncate": "EIO", "flock": "ENOLCK", "affinity": "EINVAL", "stat": "EACCES", "statfs": "EIO",
    "access": "EACCES", "dup": "EMFILE", "pipe": "EMFILE", "opendir": "EMFILE", "readdir": "EIO",
    "readlink": "EIO", "malloc": "ENOMEM", "thread": "EAGAIN", "create": "ENOSPC EROFS",
}
EVERY = ("open", "create", "mmap", "fork", "write", "fsync", "rename", "affinity", "thread")
KILLS = ("create", "write", "mmap", "fsync", "rename", "unlink", "mkdir")
WORDS = ("short", "kill", "killed")
TIMEOUT_S = 120
# They do not survive it when they are out of memory. They are asked before anything is touched, which is
# looked at all the same.
FRAGILE = re.compile(r"lib(hwloc|pci|udev|bpf|elf|z|gsl)\b")


class Site:
    def __init__(self, values, program):
        self.program, self.known_where = program, None
        self.id, self.count, function, self.library, self.own, caller, *frames = values
        self.caller = caller.rstrip(b"\0").decode()
        self.function = FUNCTIONS[function]
        self.frames = [f for f in frames if f]

    def where(self):
        """The program's functions on the way to the call, innermost first."""
        if self.known_where is None:
            self.known_where = self.find_where()
        return self.known_where

    def find_where(self):
        if not self.frames or not shutil.which("addr2line"):
            return hex(self.id)
        out = subprocess.run(["addr2line", "-sfe", self.program] + [hex(f - 1) for f in self.frames],
                             capture_output=True, text=True, check=False).stdout.split("\n")
        calls = [f"{name} ({line})" for name, line in zip(out[::2], out[1::2])]
        return " < ".join(calls[:5]) + (f" [{self.caller}]" if self.library else "")


class Fault:
    def __init__(self, site, nth, err):
        self.site, self.nth, self.err = site, nth, err

    def env(self):
        number = self.err if self.err in WORDS else str(getattr(errno, self.err))
        return f"{self.site.function}:{self.site.id:x}:{self.nth}:{number}"

    def is_kill(self):
        return self.err in ("kill", "killed")

    def __str__(self):
        return f"{self.site.function} {self.err}, call {self.nth} of {self.site.count}"


class Run:
    """What a command did: status, out, err, the sites' counts, and what it left."""

    def __init__(self, scenario, fault=None):
        state = scenario.path("inject.state")
        with open(state, "wb") as f:
            f.truncate(HEAD.size + SITES * SITE.size)
        env = dict(os.environ, LD_PRELOAD=scenarios.INJECT, INJECT_STATE=state, LC_ALL="C",
                   **scenario.env())
        if fault:
            env["INJECT_FAIL"] = fault.env()
        self.timeout, self.fault = False, fault
        with open(scenario.path("out"), "w+b") as out, open(scenario.path("err"), "w+b") as err:
            p = subprocess.Popen(scenario.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                 env=env, cwd=scenario.work, start_new_session=True)
            try:
                self.status = p.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.timeout = True
            self.left = processes_of(p.pid)
            # the kernel ends the children of one that was killed
            end = time.monotonic() + 30
            while fault and fault.is_kill() and self.left and time.monotonic() < end:
                time.sleep(0.01)
                self.left = processes_of(p.pid)
            for pid in self.left:
                os.kill(pid, signal.SIGKILL)
            if self.timeout:
                self.status = p.wait()
            out.seek(0)
            err.seek(0)
            self.out, self.err = (f.read().decode("utf-8", "replace") for f in (out, err))
        with open(state, "rb") as f:
            data = f.read()
        self.hits, full = HEAD.unpack_from(data)
        if full:
            sys.exit("the table of sites is full: make INJECT_SITES larger")
        every = (SITE.unpack_from(data, HEAD.size + i * SITE.size) for i in range(SITES))
        self.sites = [Site(v, scenario.command()[0]) for v in every if v[0]]


def processes_of(session):
    left = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            left.append(int(name))
    return left


def vague(fault):
    """True where the program cannot know more than that something is not known."""
    if not fault:
        return False
    if fault.site.function in VAGUE or (fault.site.library and "jansson" not in fault.site.caller):
        return True
    return fault.site.function in ("open", "read", "dup") and \
        any(name in fault.site.where() for name in FACTS)


def is_fragile(fault):
    """fts_open() of glibc 2.36 does not survive it either; it is asked for names only."""
    return fault.site.function == "malloc" and \
        (FRAGILE.match(fault.site.caller) or "find_files" in fault.site.where())


def names_cause(run, fault):
    # what cannot be seen is taken for not there, which is safe; so can be what a library says
    if vague(fault):
        return run.err
    if fault.site.function == "malloc" or fault.err == "ENOMEM":
        return re.search("memory", run.err)
    if fault.err == "short":
        return run.err
    return os.strerror(getattr(errno, fault.err)) in run.err


def problems(scenario, base, run, fault):
    """Whatever is not as it must be; an empty list is good."""
    found = []
    if run.timeout:
        found.append(f"no end within {TIMEOUT_S} s")
    elif run.status < 0 and not is_fragile(fault):
        found.append(f"ended by {signal.Signals(-run.status).name}")
    elif run.status not in (0, 1, 2, 3, 77, 99) and run.status > 0:
        found.append(f"exit status {run.status}")
    elif run.status != base.status and run.status > 0 and not names_cause(run, fault):
        found.append(f"exit status {run.status}, not {base.status}, and stderr does not say why")
    if fault and run.hits and fault.site.function == "fsync" and not names_cause(run, fault):
        found.append("what may not be on disk is not said")
    if run.left:
        found.append(f"processes are left: {run.left}")
    found += scenario.check_left(run)
    for path in scenario.promised():
        state = scenario.file_state(path)
        if state not in ("old", "new"):
            found.append(f"{os.path.basename(path)}: {state}")
        elif state == "old" and run.status == base.status:
            found.append(f"{os.path.basename(path)} was not written, and the exit status hides it")
        if state != "new" and re.search(rf"^(\w+: )?saved\b.*{re.escape(os.path.basename(path))}$",
                                        run.out + run.err, re.M):
            found.append(f"{os.path.basename(path)} is said to be saved: {state}")
    if run.status == base.status:
        found += scenario.check_success(base, run, vague(fault))
    return found


def kill_problems(scenario, run, fault):
    """What SIGKILL must not leave. Of a file that was being written it leaves the draft, of no other any."""
    found = [f"processes are left: {run.left}"] if run.left else []
    if run.timeout:
        found.append(f"no end within {TIMEOUT_S} s")
    found += [f"{os.path.basename(path)}: {state}" for path in scenario.promised()
              for state in [scenario.file_state(path)] if state not in ("old", "new")]
    return found + scenario.check_files(run, killed=True) + scenario.check_killed()


def is_endless(site):
    """hwloc 2.9 does not come to an end there; no kernel's sysfs answers like that."""
    return site.function == "readdir" and site.caller.startswith("libhwloc")


def spread(sites):
    """The first and the last call of each site, with each errno; first calls first."""
    faults = []
    for which in (0, 1):
        for site in sites:
            nth = (1, site.count)[which]
            if which and nth == 1:
                continue
            for err in ERRNOS[site.function].split():
                faults.append(Fault(site, nth, err))
    return faults


def choose(sites, most):
    """Each function has its share, evenly spread over its sites."""
    by_function = {}
    for fault in spread(sorted(sites, key=lambda s: (s.library, s.id))):
        by_function.setdefault((fault.site.function, fault.site.library), []).append(fault)
    if not most:
        return [f for faults in by_function.values() for f in faults]
    chosen, queues = [], sorted(by_function.values(), key=len)
    for i, faults in enumerate(queues):
        share = max(1, (most - len(chosen)) // (len(queues) - i))
        n = min(share, len(faults))
        chosen += [faults[k * len(faults) // n] for k in range(n)]
    return chosen


def every(sites, met):
    """The first call of each site that is not in met; of a library's, of each place that called it."""
    faults = []
    for site in sites:
        key = (site.program, site.function, *site.frames[:1]) if site.library else site.id
        if site.function in EVERY and key not in met:
            met.add(key)
            errnos = ERRNOS[site.function].split()
            faults += [Fault(site, 1, err) for err in errnos[:1 if site.library else None]]
    return faults


def moves(site):
    """A stream writes where its buffer is full: another length of a time before it, and that is elsewhere."""
    return site.library and site.function == "write"


def kills(sites, met):
    """Before the first call of each site that changes something, after it and after the last one; of a site
    that a scenario before had, after the first."""
    faults = []
    for site in (s for s in sites if s.function in KILLS):
        moments = {(1, "killed")} if site.id in met else {(1, "kill"), (1, "killed"), (site.count, "killed")}
        met.add(site.id)
        faults += [Fault(site, nth, err) for nth, err in sorted(moments)]
    return faults


class Suite:
    met, killed = set(), set()

    def __init__(self, make, most, verbose, only):
        self.make, self.most, self.verbose, self.only = make, most, verbose, only
        self.lock, self.local = threading.Lock(), threading.local()
        self.failed, self.missed = 0, []
        self.base = None

    def scenario(self):
        """One per thread: each has files of its own."""
        if not hasattr(self.local, "scenario"):
            self.local.scenario = self.make(tempfile.mkdtemp(prefix="mmiobench-inject-"))
            with self.lock:
                self.works.append(self.local.scenario.work)
        return self.local.scenario

    def one(self, fault):
        scenario = self.scenario()
        scenario.reset()
        run = Run(scenario, fault)
        if fault.is_kill():
            found = kill_problems(scenario, run, fault)
        else:
            found = problems(scenario, self.base, run, fault)
        with self.lock:
            if not run.hits:
                self.missed.append(fault)
            if found or self.verbose:
                self.failed += bool(found)
                print(f"{'not ok' if found else 'ok'} {scenario.name}: {fault}: "
                      f"{fault.site.where()}")
                for text in found:
                    print(f"  {text}")
                for line in run.err.split("\n")[:6]:
                    if line:
                        print(f"  | {line[:200]}")
                sys.stdout.flush()

    def baseline(self):
        scenario = self.scenario()
        scenario.reset()
        self.base = Run(scenario)
        if self.base.status not in scenario.good:
            sys.exit(f"not ok {scenario.name}: without a fault: status {self.base.status}: {self.base.err}")
        scenario.learn(self.base)
        bad = problems(scenario, self.base, self.base, None)
        if bad or not self.base.sites:
            sys.exit(f"not ok {scenario.name}: without a fault: {bad}: {self.base.err}")

    def run(self):
        self.works = []
        try:
            self.baseline()
            sites = [s for s in self.base.sites if not is_endless(s) and
                     (not self.only or s.function in self.only)]
            must = []
            if os.environ.get("INJECT_EVERY"):
                must = every(sites, self.met) + (kills(sites, self.killed) if self.make.kills else [])
            faults = must + choose(sites, self.most)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(self.one, faults))
        finally:
            for work in self.works:
                shutil.rmtree(work, ignore_errors=True)
        name = self.make.__name__
        for fault in self.missed:
            if fault in must and not moves(fault.site):
                print(f"not ok {name}: not met: {fault}: {fault.site.where()}")
                self.failed += 1
        if len(self.missed) * 4 > len(faults):
            print(f"not ok {name}: {len(self.missed)} of {len(faults)} faults were not met")
            self.failed += 1
        print(f"{'not ok' if self.failed else 'ok'} {name}: {len(faults)} faults at {len(sites)} call "
              f"sites, {self.failed} not as they must be, {len(self.missed)} not met")
        sys.stdout.flush()
        return self.failed


def symbols(path, which):
    out = subprocess.run(["nm", "-D", which, path], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].partition("@")[0] for line in out.splitlines()}


def not_wrapped():
    """What the programs call of EVERY, by whatever name, that inject.so does not see."""
    calls = re.compile(r"_*(f?open(at)?|mmap|v?fork|clone3?|posix_spawnp?|p?writev?2?|f(data)?sync|link(at)?|"
                       r"rename(at2?)?|(sched|pthread)_setaffinity(_np)?|pthread_create)(64)?(_2|_chk)?")
    programs = [p for p in map(scenarios.program, scenarios.PROGRAMS) if os.path.exists(p)]
    return [f"{os.path.basename(p)}: {name}" for p in programs for name in
            symbols(p, "--undefined-only") - symbols(scenarios.INJECT, "--defined-only") if calls.fullmatch(name)]


def main():
    args = sys.argv[1:]
    verbose = "-v" in args
    wanted = [a for a in args if a != "-v"]
    most = int(os.environ.get("INJECT_MOST", "0"))
    unseen = not_wrapped()
    failed = len(unseen)
    print(f"{'not ok' if unseen else 'ok'} all calls of {', '.join(EVERY)} are wrapped {unseen or ''}")
    for make in scenarios.ALL:
        only = [w.partition("/")[2] for w in wanted if w.partition("/")[0] == make.__name__]
        if make.needs and not shutil.which(make.needs):
            print(f"# skipped: {make.__name__}: {os.path.basename(make.needs)} is missing")
        elif not wanted or only:
            failed += Suite(make, most * make.share, verbose, [o for o in only if o]).run()
    sys.exit(1 if failed else 0)


main()
