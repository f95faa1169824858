# SPDX-License-Identifier: GPL-2.0-or-later
"""What inject.py runs, on which files, and what must be true of those afterwards."""
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

TOP, BUILD = (os.path.abspath(os.environ[v]) for v in ("srcdir", "top_builddir"))
INJECT = f"{BUILD}/tests/inject/inject.so"
DATA = f"{TOP}/tests/data"
PROGRAMS = ("mmiobench", "mmiocompare", "mmioplot", "mmiowitness", "tests/inject/mmio-parts",
            "tests/witness/mmiowitness-recorded")
OLD = b'{"an": "older result"}\n'

try:
    from jsonschema import Draft202012Validator as Validator
except ImportError:
    Validator = None


def program(name):
    return f"{BUILD}/{name}"


def without_fault(argv, **kw):
    return subprocess.run(argv, capture_output=True, text=True, check=False, **kw)


def schema_errors(d):
    kind = d.get("schema", "").replace("/", "-")
    path = f"{TOP}/results/{kind}.schema.json"
    if not Validator or not os.path.exists(path):
        return [] if os.path.exists(path) else ["not a result"]
    with open(path, encoding="utf-8") as f:
        return [e.message[:100] for e in Validator(json.load(f)).iter_errors(d)]


class Scenario:
    good = (0,)      # how it ends when nothing fails
    share = 1        # of the faults
    files = ()       # that it promises
    same = True      # each run writes the same bytes
    needs = None     # a command, without which it is skipped
    kills = False    # it is killed between any two calls, too

    def __init__(self, work):
        self.work, self.name = work, type(self).__name__
        self.new = {}
        self.make()
        self.known = set(os.listdir(work)) | {"out", "err", "inject.state", "tree"} | set(self.files)

    def make(self):
        pass

    def env(self):
        return {}

    def path(self, name):
        return os.path.join(self.work, name)

    def promised(self):
        return [self.path(f) for f in self.files]

    def reset(self):
        for path in self.promised():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(OLD)

    def learn(self, base):
        """What the files are when nothing failed."""
        type(self).expected = {f: self.read(f) for f in self.files}

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def file_state(self, path):
        name = os.path.relpath(path, self.work)
        if not os.path.exists(path):
            return "gone"
        data = self.read(name)
        if data == OLD:
            return "old"
        if self.same:
            return "new" if data == self.expected[name] else "torn, or not what it is without a fault"
        return self.whole(name, data)

    def whole(self, name, data):
        if not data:
            return "empty"
        if not name.endswith(".json"):
            want = self.expected[name]
            return "new" if len(data.splitlines()) == len(want.splitlines()) else "torn"
        try:
            d = json.loads(data)
        except ValueError as e:
            return f"no JSON: {e}"
        bad = schema_errors(d) + self.incomplete(d, json.loads(self.expected[name]))
        return "new" if not bad else f"not complete: {bad[:3]}"

    def incomplete(self, d, want):
        # what happened to the device is told only where something did
        other = (d.keys() ^ want.keys()) - {"disturbance"}
        return [f"other keys: {other}"] if other else []

    def check_left(self, run):
        return self.check_files(run)

    def check_files(self, run, killed=False):
        left = set(os.listdir(self.work)) - self.known
        for name in left:
            path = self.path(name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        return self.unsaid({name for name in left if not (killed and self.is_draft(name))}, run)

    def is_draft(self, name):
        """What a promised file is before it has its name."""
        return re.sub(r"^\.(.*)\.[0-9a-f]{8}$", r"\1", name) in self.files

    def unsaid(self, left, run):
        """What cannot be removed is said."""
        left = [name for name in left if f"{name}: " not in run.err or "by hand" not in run.err]
        return [f"files are left: {sorted(left)}"] if left else []

    def check_killed(self):
        return []

    def check_success(self, base, run, vague):
        if self.same and run.out != base.out and not run.err and not vague:
            return ["the page is another, and nothing is said"]
        return []


class Compare(Scenario):
    """A comparison in every format that it has."""
    good = (1,)
    formats = ("csv", "markdown", "ktap", "gobench", "gab-bigger", "gab-smaller", "bmf", "openmetrics")
    files = ("compare.json",) + tuple(f"c.{f}" for f in formats)

    def command(self):
        return [program("mmiocompare"), "--explain", "--json", "compare.json"] + \
            [f"--format={f}=c.{f}" for f in self.formats] + \
            [f"{DATA}/lab-bookworm-host.json", f"{DATA}/lab-bookworm-guest.json"]


class BeforeAfter(Compare):
    """Earlier against later results."""
    kills = True
    files = ("compare.json",)

    def make(self):
        with open(f"{DATA}/lab-bookworm-guest.json", encoding="utf-8") as f:
            d = json.load(f)
        d["started"] = "2026-12-24T19:30:34Z"
        with open(self.path("later.json"), "w", encoding="utf-8") as f:
            json.dump(d, f)

    def command(self):
        return [program("mmiocompare"), "--json", "compare.json", f"{DATA}/lab-bookworm-guest.json", "later.json"]


class Survey(Scenario):
    """A directory of results, some of them odd."""
    good = (1,)
    files = ("survey.json",)

    def make(self):
        os.mkdir(self.path("fleet"))
        without_fault([sys.executable, f"{TOP}/tests/survey/make-fleet", f"{DATA}/lab-bookworm-guest.json",
                       self.path("fleet"), "12"])
        with open(self.path("fleet/torn.json"), "w", encoding="utf-8") as f:
            f.write("{")

    same = False     # a file that cannot be read is told of as such

    def command(self):
        return [program("mmiocompare"), "--json", "survey.json", "fleet"]

    def incomplete(self, d, want):
        bad = super().incomplete(d, want)
        if d["n_files"] != want["n_files"] or \
           d["n_results"] + d["n_other"] + len(d["unreadable"]) != d["n_files"]:
            bad.append("files are missing")
        if any(not f["why"] for f in d["unreadable"]):
            bad.append("a file is unreadable, and it does not say why")
        return bad

    def check_success(self, base, run, vague):
        last = (run.out.splitlines() or [""])[-1]
        return [] if last.startswith("status ") else ["the page is cut off"]


class Plot(Scenario):
    """Pictures of a pair, and their figures."""
    needs = "gnuplot"
    pictures = ("bw", "forest")
    ending = "svg"

    def make(self):
        type(self).files = tuple(f"p/{p}.{self.ending}" for p in self.pictures) + ("data.csv",)
        os.mkdir(self.path("p"))

    def command(self):
        return [program("mmioplot"), "--plots", ",".join(self.pictures), "--format", self.ending,
                "--output", "p/", "--data", "data.csv",
                f"{DATA}/lab-bookworm-host.json", f"{DATA}/lab-bookworm-guest.json"]


class PlotPng(Plot):
    ending = "png"
    pictures = ("bw",)


class PlotTerminal(Scenario):
    """On stdout, nothing else."""
    needs = "gnuplot"

    def command(self):
        return [program("mmioplot"), "--terminal", "--size", "90x30", "--plots", "bw",
                f"{DATA}/lab-bookworm-host.json", f"{DATA}/lab-bookworm-guest.json"]


class Html(Scenario):
    """A report with all in it, or without pictures, and then not called good."""
    needs = "gnuplot"
    files = ("report.html",)

    def file_state(self, path):
        state = super().file_state(path)
        data = self.read("report.html") if os.path.exists(path) else b""
        without = b"gnuplot failed, and mmioplot said why" in data
        return "new" if without and data.endswith(b"</html>\n") else state

    def check_success(self, base, run, vague):
        return [] if self.read("report.html") == self.expected["report.html"] else ["it lacks pictures"]

    def command(self):
        return [program("mmioplot"), "--html", "report.html", "--plots", "bw",
                f"{DATA}/lab-bookworm-host.json", f"{DATA}/lab-bookworm-guest.json"]


class Ram(Scenario):
    """A run of ordinary memory."""
    files = ("r.json", "r.csv")
    same = False
    cells = ["--tests", "lat", "--sizes", "64", "--kernels", "store8,load8"]

    def command(self):
        return [program("mmiobench"), "--map", "ram", "--quick", *self.cells, "--json", "r.json",
                "--format", "csv=r.csv"]

    def incomplete(self, d, want):
        bad = super().incomplete(d, want)
        if [c["id"] for c in d["cells"]] != [c["id"] for c in want["cells"]]:
            bad.append("other cells")
        for c in d["cells"]:
            if c["status"] == "measured" and len(c["rounds"]) != d["plan"]["rounds_done"]:
                bad.append(f"{c['id']} lacks rounds")
            if c["status"] not in ("measured", "not run") and not c["why"]:
                bad.append(f"{c['id']} does not say why it was not measured")
        return bad

    def check_success(self, base, run, vague):
        return [] if "VERDICT" in run.out and "saved" in run.out else ["the page is cut off"]


class Machine(Scenario):
    """One of plain files."""
    bdf = "0000:00:03.0"

    def make(self):
        self.tree = self.path("tree")
        without_fault([f"{TOP}/tests/replay/make-tree", f"{TOP}/tests/cli/machine", self.tree])
        self.dir = f"{self.tree}/sys/bus/pci/devices/{self.bdf}"
        with open(f"{self.dir}/resource2", "wb") as f:
            f.write(os.urandom(1 << 16))
            f.truncate(4 << 20)
        os.unlink(f"{self.dir}/resource2_wc")
        os.link(f"{self.dir}/resource2", f"{self.dir}/resource2_wc")
        with open(f"{self.dir}/config", "r+b") as f: # decode off: it is turned on, and off again
            f.seek(4)
            f.write(bytes(2))
        self.before = self.device()

    def device(self):
        """Whatever a run may change."""
        def read(name, at, n):
            with open(f"{self.dir}/{name}", "rb") as f:
                f.seek(at)
                return f.read(n)
        return {"window": hashlib.sha256(read("resource2", 0, 1 << 20)).hexdigest(),
                "config": read("config", 0, 4096), "enable": read("enable", 0, 1),
                "power/control": read("power/control", 0, 2),
                "driver": os.path.lexists(f"{self.dir}/driver")}

    def bench(self):
        return [program("mmiobench"), "--sysroot", self.tree, "--journal", self.path("journal")]

    def rescue_files(self):
        top = f"{self.tree}/run/mmiobench"
        return os.listdir(top) if os.path.isdir(top) else []

    def check_device(self, run):
        changed = [k for k, v in self.device().items() if v != self.before[k]]
        files = self.rescue_files()
        if not changed and not files:
            return []
        bad = []
        if not run.err and run.status >= 0: # a library may have ended it
            bad.append(f"as it was not before, and nothing is said: {changed} {files}")
        if "left to that driver" in run.err: # the kernel did not say that there is none
            self.make_again()
            return []
        p = without_fault([*self.bench(), "--recover"])
        changed = [k for k, v in self.device().items() if v != self.before[k]]
        if changed or self.rescue_files():
            bad.append(f"not as before: {changed} {self.rescue_files()}, and --recover does not mend it: "
                       f"{p.stderr}")
            self.make_again()
        return bad

    def check_killed(self):
        """Either all is as before, or the next start says what is not, and --recover puts it back."""
        bad, now = [], self.device()
        if self.bdf in self.rescue_files():
            p = without_fault([*self.bench(), "-s", self.bdf, "--bar", "2", "--quick", "--json", "/dev/null"])
            if p.returncode != 2 or "--recover" not in p.stderr or self.device() != now:
                bad.append(f"the next start does not say so: {p}")
            p = without_fault([*self.bench(), "--recover"])
            if p.returncode or "put back" not in p.stdout:
                bad.append(f"not recovered: {p}")
        elif now != self.before:
            bad.append("it is not as before, and no file says so")
        without_fault([*self.bench(), "--recover"]) # one that was not whole yet goes
        if self.device() != self.before or self.rescue_files():
            bad.append(f"not as before: {self.rescue_files()}")
            self.make_again()
        return bad + self.check_lock()

    def make_again(self):
        shutil.rmtree(self.tree)
        self.make()

    def check_left(self, run):
        return super().check_left(run) + self.check_device(run) + self.check_lock()

    def check_lock(self):
        bad = []
        with open(f"{self.dir}/config", "rb") as f:
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                bad.append("the device is still locked")
        return bad


class List(Machine):
    """What there is."""

    def command(self):
        return [*self.bench(), "--list"]


class Refused(Machine):
    """A function that a driver has: whatever fails, it is not touched."""
    good = (2,)

    def command(self):
        return [*self.bench(), "-s", "00:01.0", "--bar", "4", "--quick", "--json", "r.json"]

    def check_success(self, base, run, vague):
        return []


class Bar(Machine, Ram):
    """A run on a BAR that is stored to."""
    kills = True

    def command(self):
        return [*self.bench(), "-s", "00:03.0", "--bar", "2", "--quick", *self.cells, "--length", "64K",
                "--json", "r.json", "--format", "csv=r.csv"]

    def check_success(self, base, run, vague):
        return Ram.check_success(self, base, run, vague)


class Launches(Bar):
    """Several, each executed anew."""
    files = ("r-1.json", "r-2.json")

    def command(self):
        return [*self.bench(), "-s", "00:03.0", "--bar", "2", "--quick", *self.cells, "--length", "64K",
                "--launches", "2", "--json", "r.json"]

    def check_success(self, base, run, vague):
        return [] if "VERDICT" in run.out and "r-2.json" in run.out else ["the page is cut off"]


class Threads(Bar):
    """Cells whose threads meet."""
    kills = False
    cells = ["--tests", "scale"]

    def check_success(self, base, run, vague):
        """What lacked a thread is no figure."""
        said = any("thread" in r.get("why", "") for c in json.loads(self.read("r.json"))["cells"]
                   for r in c["rounds"])
        lacks = run.fault and run.fault.site.function == "thread"
        return (["a thread was lacking, and no round says so"] if lacks and not said else []) + \
            super().check_success(base, run, vague)


class SelfCheck(Launches):
    """A against A, which is written into all of them."""
    kills = False
    files = tuple(f"r-{i}.json" for i in range(1, 6))

    def command(self):
        return [*self.bench(), "-s", "00:03.0", "--bar", "2", "--quick", *self.cells, "--length", "64K",
                "--launches", "5", "--self-check", "--json", "r.json"]

    def incomplete(self, d, want):
        if "self_check" not in d:
            want = {k: v for k, v in want.items() if k != "self_check"}
        return super().incomplete(d, want)

    def check_success(self, base, run, vague):
        bad = super().check_success(base, run, vague)
        return bad + [f"{f} lacks the self-check" for f in self.files
                      if "self_check" not in json.loads(self.read(f))]


class Recover(Machine):
    """What a killed run has left is put back."""
    kills = True

    def make(self):
        super().make()
        p = subprocess.Popen([*self.bench(), "-s", "00:03.0", "--bar", "2", "--quick", "--length", "64K"],
                             cwd=self.work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not any(os.path.getsize(f"{self.tree}/run/mmiobench/{f}") > 4096
                      for f in self.rescue_files() if not f.endswith(".new")):
            if p.poll() is not None:
                raise RuntimeError("it ended before it could be killed")
        p.kill()
        p.wait()
        os.rename(self.tree, self.path("killed"))

    def reset(self):
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(self.path("killed"), self.tree, symlinks=True)

    def make_again(self):
        pass

    def check_success(self, base, run, vague):
        return super().check_success(base, run, False)

    def command(self):
        return [*self.bench(), "--recover"]


class Journal(Scenario):
    """The crash journal round an attempt: none is made that is not on disk, none is left open."""
    journal = "new/journal"

    def command(self):
        return [program("tests/inject/mmio-parts"), "journal", self.journal]

    def make(self):
        os.mkdir(self.path("new"))

    def reset(self):
        shutil.rmtree(self.path("new"), ignore_errors=True)

    def check_left(self, run):
        """An attempt that was made stands there: the rest of the file never hides it."""
        events, path = [], self.path(self.journal)
        for line in open(path, encoding="utf-8").read().split("\n") if os.path.exists(path) else []:
            try:
                events += [json.loads(line)[key] for key in ("event", "outcome")] if line else []
            except ValueError:
                events.append("torn")
        bad = super().check_left(run)
        if "attempted" in run.out and events[:2] != ["before", ""]:
            bad.append(f"attempted, and the journal does not say so: {events}")
        if run.status == 0 and events != ["before", "", "after", "works"]:
            bad.append(f"it succeeded, and the journal says {events}")
        if run.status == 1 and "attempted" not in run.out and events[-2:] not in ([], ["after", "not-made"]):
            bad.append(f"not attempted, and the journal may be read as a death: {events}")
        return bad


class DevMem(Scenario):
    """A BAR through /dev/mem."""

    def make(self):
        with open(self.path("mem"), "wb") as f:
            f.truncate(4 << 20)

    def env(self):
        return {"INJECT_DEVMEM": self.path("mem")}

    def command(self):
        return [program("tests/inject/mmio-parts"), "devmem"]


class Witness(Scenario):
    """A recorded host, whose kernel answers."""
    needs = program("tests/witness/mmiowitness-recorded")
    files = ("witness.json",)
    same = False

    def make(self):
        host = f"{TOP}/tests/witness/bookworm/host"
        without_fault([f"{TOP}/tests/replay/make-tree", f"{host}/tree", self.path("tree")])
        shutil.copy(f"{host}/recording", self.path("recording"))

    def env(self):
        return {"MMIOWITNESS_RECORDING": self.work}

    def command(self):
        return [self.needs, "-d", "1af4:1110", "--json", "witness.json"]

    def check_success(self, base, run, vague):
        pages = [re.sub("[0-9]+", "0", r.out) for r in (run, base)] # it has times
        told = run.err or run.out.count("NOT SEEN") > base.out.count("NOT SEEN") or "cannot read" in run.out
        return [] if pages[0] == pages[1] or told or vague else ["the page is another, and nothing is said"]


ALL = [Witness, List, Refused, Ram, Bar, Threads, Launches, SelfCheck, Recover, Journal, DevMem, Compare,
       BeforeAfter, Survey, Plot, PlotPng, PlotTerminal, Html]
