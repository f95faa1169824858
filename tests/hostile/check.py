#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Gives hostile files to the programs: check.py DATA BUILD WORK [EMULATOR...].

Of each run: it ends by itself, with the exit status that was to be, within bounds of memory and CPU time
that are far above what it needs; it says nothing to a terminal but text; a refusal is one line that
names the file and the cause; it writes nowhere but where it was told to: no file is there afterwards, and
for texts that are paths strace tells what it tried to write.
"""
import base64
import glob
import html.parser
import json
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import xml.etree.ElementTree as tree

from terminal import Terminal

DATA, BUILD, WORK = (os.path.abspath(d) for d in sys.argv[1:4])
EMULATOR = sys.argv[4:]
PATH = 9  # which of make.py's TEXTS is a path
HOST, GUEST = DATA + "/lab-bookworm-host.json", DATA + "/lab-bookworm-guest.json"
WITNESS = DATA + "/lab-trixie-witness.json"
CPU_S = 120
WALL_S = 900  # no bound on a slow machine: it ends what waits for something that never comes
WILD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
                  "|[\U000e0000-\U000e0fff]")
failed = ran = most_mib = 0


def formats():
    """All that there are, by what is said of one that is not."""
    p = subprocess.run([*EMULATOR, BUILD + "/mmiocompare", "--format", "none", HOST], capture_output=True, text=True,
                       check=False)
    return re.search(r"choose from (.*), then", p.stderr)[1].split(", ")


FORMATS = formats()


def say(ok, name, why=""):
    global failed
    failed += not ok
    if not ok:
        print("not ok", ascii(name)[1:-1], ascii(why))


class Bounds:
    """A sanitizer's shadow or an emulator leaves no bound on addresses, and needs more of memory."""
    def __init__(self):
        self.address_bytes = 2 << 30
        ok = not EMULATOR and subprocess.run([BUILD + "/mmiocompare", "--version"], stdout=subprocess.DEVNULL, check=False,
                                             stderr=subprocess.DEVNULL, preexec_fn=self.set).returncode == 0
        self.rss_mib = 600 if ok else 3000
        if not ok:
            self.address_bytes = resource.RLIM_INFINITY

    def set(self):
        os.setpgrp()
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (self.address_bytes, self.address_bytes))


bounds = Bounds()
LIGHT = bounds.address_bytes == resource.RLIM_INFINITY
watched = [f"{WORK}/{d}" for d in ("home", "tmp", "cwd")]
environment = dict(os.environ, HOME=watched[0], TMPDIR=watched[1], TERM="xterm-256color")
for variable in ("NO_COLOR", "COLUMNS", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
    environment.pop(variable, None)


def all_files(*directories):
    found = {}
    for top in directories:
        for directory, directories_in, files in os.walk(top):
            # what fontconfig keeps of fonts says nothing of a result
            directories_in[:] = [d for d in directories_in if d not in (".cache", "fontconfig")]
            for name in files + directories_in:
                st = os.lstat(f"{directory}/{name}")
                found[f"{directory}/{name}"] = (st.st_size, st.st_mtime_ns) if stat.S_ISREG(st.st_mode) else st.st_mode
    return found


class Watch(threading.Timer):
    """Kills a process, and those that it started, when it takes too long."""
    def __init__(self, pid):
        super().__init__(WALL_S, self.stop)
        self.pid, self.hung = pid, False
        self.start()

    def stop(self):
        self.hung = True
        os.killpg(self.pid, signal.SIGKILL)


def run(name, want, program, *arguments, text=None, lines=None, terminal=False, tracer=()):
    """Returns stdout; want is an exit status or several, text what stderr must hold, lines how many."""
    global ran, most_mib
    ran += 1
    command = [*tracer, *EMULATOR, f"{BUILD}/{program}", *arguments]
    name = f"{name}: {program} {' '.join(arguments)}"[:300]
    before = all_files(*watched)
    screen = Terminal() if terminal else None
    with open(WORK + "/out", "w+b") as out, open(WORK + "/err", "w+b") as err:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=screen.end if screen else out,
                             stderr=screen.end if screen else err, cwd=watched[2],
                             env=environment, preexec_fn=bounds.set)
        watch = Watch(p.pid)
        _, status, usage = os.wait4(p.pid, 0)
        watch.cancel()
        p.returncode = status = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        out, err = screen.close() if screen else out.read(), err.read().decode(errors="backslashreplace")
    mib = usage.ru_maxrss >> 10
    if os.environ.get("SLOW"):
        print(f"{usage.ru_utime + usage.ru_stime:.2f} s {mib} MiB", ascii(name))
    most_mib = max(most_mib, mib)
    say(status in (want if isinstance(want, tuple) else (want,)), name, f"exit status {status}, not {want}: {err[-400:]}")
    say(not watch.hung, name, f"no end after {WALL_S} s")
    say(mib < bounds.rss_mib, name, f"{mib} MiB")
    say(all_files(*watched) == before, name, f"wrote outside: {set(all_files(*watched)) ^ set(before)}")
    say(text is None or text in err, name, f"does not say {text!r}: {err[-400:]}")
    say(lines is None or err.count("\n") == lines, name, f"not {lines} lines: {err[-400:]}")
    err_wild = WILD.search(err)
    say(not err_wild and "\\x" not in err, name, f"stderr has {err[-400:]!r}")
    return out


def plain(name, data, colours=False):
    """Only text, as UTF-8; on a terminal our own colours as well, and the progress line's beginning."""
    text = data.decode(errors="surrogateescape")
    if colours:
        text = re.sub("\x1b\\[[0-9;]*m|\r\x1b\\[K|\r(?=\n)", "", text)
    found = WILD.search(text.replace("\r\n", "\n")) or re.search("[\ud800-\udfff]", text)
    say(not found, name, f"has {found and text[max(0, found.start() - 40):found.end() + 10]!r}")
    return text


IMAGE = "data:image/svg+xml;base64,"


class Page(html.parser.HTMLParser):
    """No script but the report's own and data, nothing that a click or a load would run."""
    def __init__(self, text):
        super().__init__()
        self.problems, self.scripts, self.images = [], 0, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("iframe", "object", "embed", "base", "link", "form", "foreignobject"):
            self.problems.append(tag)
        if tag == "script" and dict(attrs).get("type") != "application/json":
            self.scripts += 1
        for key, value in attrs:
            if tag == "img" and key == "src" and value.startswith(IMAGE):
                self.images.append(base64.b64decode(value.removeprefix(IMAGE), validate=True))
                continue
            if key.startswith("on") or re.match(r"\s*(javascript|data|vbscript):", value or "", re.I):
                self.problems.append(f"<{tag} {key}={value!r}>")


def check_html(name, data):
    page = Page(plain(name, data))
    say(not page.problems and page.scripts == 1, name, f"{page.problems} {page.scripts} scripts")
    for image in page.images:
        check_svg(name, image)


def check_svg(name, data):
    for e in tree.fromstring(data).iter():
        tag = e.tag.split("}")[-1]
        bad = [k for k, v in e.attrib.items() if k.split("}")[-1].startswith("on")
               or ("href" in k and not v.startswith("#"))]
        say(tag not in ("script", "foreignObject", "image", "a", "style") and not bad, name, f"{tag} {bad}")
    plain(name, data)


def lighten():
    """Where there is no bound large files take minutes, and say the same as where there is one."""
    for d in "refused", "taken", "taken/hosts", "journals", "witnesses":
        for name in os.listdir(f"{WORK}/{d}"):
            st = os.lstat(f"{WORK}/{d}/{name}")
            if stat.S_ISREG(st.st_mode) and 512 * st.st_blocks > 1 << 20:
                os.remove(f"{WORK}/{d}/{name}")


def refused():
    """Every file once, and each sort of file in every way that there is."""
    expected = {}
    with open(WORK + "/expected", encoding="utf-8") as f:
        for line in f:
            name, text = line.rstrip("\n").split("\t")
            if os.path.exists(f"{WORK}/refused/{name}"):
                expected[name] = text
    for name, text in expected.items():
        file = f"{WORK}/refused/{name}"
        err = {"text": text, "lines": 1}
        run("refused", 2, "mmiocompare", HOST, file, **err)
        if re.match("(gzip|empty|sparse|deep-array|many-objects|why-bidi|key-esc|cut-100)[.]", name):
            run("first", 2, "mmiocompare", file, GUEST, **err)
            run("one", 2, "mmiocompare", "--format", "csv", file, **err)
            run("several", 2, "mmiocompare", HOST, "--", GUEST, file, **err)
            run("plot", 2, "mmioplot", "--data", "-", file, **err)
            run("pair", 2, "mmioplot", "--data", "-", HOST, file, **err)
            run("report", 2, "mmioplot", "--html", WORK + "/never", HOST, file, **err)
            run("witness", 2, "mmiocompare", "--witness", file, HOST, GUEST, lines=1)
            run("journal", (1, 2), "mmiocompare", "--journal", file, HOST, GUEST)
    return expected


def journals():
    """Lines of a crash journal that nobody should believe, or that there are too many of."""
    with open(GUEST, encoding="utf-8") as f:
        d = json.load(f)
    d["journal"] = []
    with open(WORK + "/unread.json", "w", encoding="utf-8") as f:
        json.dump(d, f)
    for name in sorted(os.listdir(WORK + "/journals")):
        lines = None if name in ("many", "bar") else 1
        out = run("journal", (1, 3), "mmiocompare", "--explain", "--journal", f"{WORK}/journals/{name}", HOST,
                  WORK + "/unread.json", text="torn or not mmiobench's" if lines else None, lines=lines)
        plain("journal " + name, out)


def witnesses():
    with open(WITNESS, encoding="utf-8") as f:
        guest = json.load(f)
    facts = guest["environment"]["facts"]
    guest["environment"]["facts"] = [f for f in facts if f["name"] not in ("boot_id", "booted")]
    guest["vms"], guest["mappings"] = [], guest["mappings"][2:]
    with open(WORK + "/guest-witness.json", "w", encoding="utf-8") as f:
        json.dump(guest, f)
    for name in sorted(os.listdir(WORK + "/witnesses")):
        options, read = ["--witness", f"{WORK}/witnesses/{name}", HOST, GUEST], name.startswith("read-")
        text = None if read else "not a mmiobench-witness/2"
        out = run("witness", 1 if read else 2, "mmiocompare", "--explain", *options, text=text, lines=int(not read))
        plain("witness " + name, out)
        if read:
            check_html("report of " + name, run("witness", 0, "mmioplot", "--html", "-", *options))
            out = run("witness", 0, "mmiocompare", f"{WORK}/witnesses/{name}", WORK + "/guest-witness.json")
            plain("two witnesses " + name, out)


def odd_files(directory):
    """Not even files: what is opened must not wait, run on, or lead round in a circle."""
    os.mkfifo(directory + "/fifo.json")
    os.mkdir(directory + "/directory.json")
    os.symlink("loop.json", directory + "/loop.json")
    os.symlink("nothing", directory + "/dangling.json")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(directory + "/socket.json")
    with open(f"{directory}/\x1b[2J\u202e\n.json", "w", encoding="utf-8") as f:
        f.write("{")
    for name, text in (("fifo.json", "empty"), ("directory.json", "irectory"), ("loop.json", "symbolic links"),
                       ("dangling.json", "No such file"), ("socket.json", "No such device"), ("\x1b[2J\u202e\n.json", "not JSON"),
                       ("/dev/zero", "a device"), ("/dev/null", "a device"), ("/dev/full", "a device"), ("", "directory")):
        file = name if name.startswith("/") else f"{directory}/{name}"
        run("odd", 2, "mmiocompare", HOST, file, text=text, lines=1)
        run("odd", 2, "mmiocompare", "--witness", file, HOST, GUEST, lines=1)
        run("odd", 1 if name.startswith("\x1b") else 2, "mmiocompare", "--journal", file, HOST, GUEST)
        run("odd", 2, "mmioplot", "--html", WORK + "/never", HOST, file, lines=1)


class Offer(threading.Thread):
    """A result with 10^7 cells, each as good as a recorded one, to whoever reads the pipe."""
    def __init__(self, pipe):
        super().__init__(daemon=True)
        self.pipe, self.taken = pipe, 0

    def cells(self):
        with open(GUEST, encoding="utf-8") as f:
            d = json.load(f)
        cell = next(c for c in d["cells"] if c["status"] == "measured" and c["rounds"][0].get("ticks"))
        cell["rounds"] = [dict(cell["rounds"][0], ticks=[1])]
        start = f'{cell["experiment"]}/{cell["mapping"]}/'
        cell["id"] = start + "HERE"
        before, behind = json.dumps(cell).split("HERE")
        head, tail = json.dumps(dict(d, cells=[])).split('"cells": []')
        yield head + '"cells": ['
        for i in range(0, 10**7, 1000):
            yield ("," if i else "") + ",".join(f"{before}{k}{behind}" for k in range(i, i + 1000))
        yield "]" + tail

    def run(self):
        try:
            with open(self.pipe, "wb", buffering=0) as f:
                for text in self.cells():
                    self.taken += f.write(text.encode())
        except BrokenPipeError:
            pass


def many_cells():
    """7 GB of them: as a file they are refused by its size, see sparse.json; from a pipe while they are read."""
    pipe = WORK + "/many-cells"
    os.mkfifo(pipe)
    for program, *arguments in (("mmiocompare", HOST, pipe), ("mmiocompare", "--format", "csv", pipe),
                                ("mmioplot", "--html", WORK + "/never", HOST, pipe), ("mmioplot", "--data", "-", pipe),
                                ("mmioplot", "--format", "png", "--output", WORK + "/never", pipe)):
        offer = Offer(pipe)
        offer.start()
        run("10^7 cells", 2, program, *arguments, text="memory", lines=1)
        offer.join(60)
        say(not offer.is_alive() and 1 << 20 < offer.taken < 64 << 20, "10^7 cells", f"{offer.taken} bytes were read")


def survey(expected):
    """Among all of them: each is named, none costs another."""
    os.link(WORK + "/taken/text-00.json", WORK + "/refused/good.json")
    text = plain("survey", run("survey", (1, 2, 3), "mmiocompare", "--json", WORK + "/survey.json", WORK + "/refused"))
    plain("survey on a terminal", run("survey", (1, 2, 3), "mmiocompare", WORK + "/refused", terminal=True), colours=True)
    with open(WORK + "/survey.json", encoding="utf-8") as f:
        s = json.load(f)
    others = {"array.json", "object.json", "fraction.json", "long-key.json", "schema-esc.json", "schema-bidi.json"} & set(expected)
    good = {"good.json", "same-ids.json"}
    # pipes, sockets and directories are no files; a link to nothing is one that is missed
    unreadable = {u["file"] for u in s["unreadable"]}
    links = {"dangling.json", "loop.json"}
    say(links < unreadable, "survey", f"links that lead nowhere: {links - unreadable}")
    unreadable -= links
    missing = set(expected) - others - good - unreadable
    say(s["n_results"] == len(good) and s["n_other"] == len(others) and len(unreadable) == len(expected) - len(others)
        and not missing, "survey", f"{s['n_results']} results, {s['n_other']} others, {len(unreadable)} unreadable of "
        f"{len(expected)}; missing {missing}, others {set(expected) & set(os.listdir(WORK + '/refused')) - unreadable}")
    say("good.json" not in unreadable and "cannot be read" in text, "survey", "the page")
    run("survey", (0, 77), "mmioplot", "--data", "-", WORK + "/refused")


def formats_of(n, name, want, *files):
    formats = [a for f in FORMATS for a in ("--format", f"{f}={WORK}/format-{f}")]
    run(name, want, "mmiocompare", *formats, *files)
    for f in FORMATS:
        with open(f"{WORK}/format-{f}", "rb") as out:
            plain(f"{f} of {name} {n}", out.read())


def texts(n, guest, host):
    """Everything that is written, in as few runs as can be."""
    formats_of(n, "result", 0, guest)
    formats_of(n, "pair", (0, 1, 3), host, guest)
    plain(f"page of {n}", run("pair", (0, 1, 3), "mmiocompare", "--json", WORK + "/compare.json", "--explain", host, guest))
    with open(WORK + "/compare.json", "rb") as f:
        json.loads(plain(f"JSON of {n}", f.read()))
    plain(f"page of {n} on a terminal", run("pair", (0, 1, 3), "mmiocompare", "--explain", host, guest, terminal=True), colours=True)


def svg(n, out, *files):
    run("svg", 0, "mmioplot", "--output", out + "/", *files)
    for picture in os.listdir(out):
        say(re.fullmatch(r"[a-z-]+\.svg", picture), n, picture)
        with open(f"{out}/{picture}", "rb") as f:
            check_svg(f"{picture} of {n}", f.read())


def report(n, *files):
    check_html(f"report of {n}", run("report", 0, "mmioplot", "--html", "-", *files))


def pictures(n, *files):
    out = f"{WORK}/pictures-{n}-{len(files)}"
    plain(f"values of {n}", run("values", 0, "mmioplot", "--data", "-", *files))
    if os.environ["GNUPLOT"]:
        svg(n, out, *files)
        plain(f"terminal's picture of {n}", run("terminal", 0, "mmioplot", "--terminal", *files))
        if n == "text-00.json":
            run("png", 0, "mmioplot", "--format", "png", "--output", out + "-png/", *files)
            plain("in a terminal", run("terminal", 0, "mmioplot", *files, terminal=True), colours=True)
    if len(files) > 1 or not os.path.isdir(files[0]):
        report(n, *files)


WRITES = re.compile(r"\b(creat|open_by_handle_at|mkdir|mkdirat|mknod|mknodat|rename|renameat2?|link|linkat|symlink|"
                    r"symlinkat|unlink|unlinkat|rmdir|truncate|chmod|fchmodat2?|chown|lchown|fchownat|utimensat|utimes|"
                    r"setxattr|mount|execve|open|openat2?)\((.*)")


def written(log):
    """Paths that calls would create, change or remove, whether they could or not; programs that were executed."""
    with open(log, encoding="utf-8", errors="surrogateescape") as f:
        for line in f:
            m = WRITES.search(line)
            if not m or (m[1].startswith("open") and not re.search(r"\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)\b", line)):
                continue
            # each path has its own directory; a link's first one stays as it is
            paths = re.findall(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"', m[2])
            for directory, path in paths[m[1] in ("link", "linkat"):1 if m[1] == "execve" else None]:
                yield m[1], os.path.normpath(os.path.join(directory or watched[2], path))


def paths():
    """A text that is a path, at each of the places that a group of texts has (make.py): what is written to, named or not."""
    strace = shutil.which("strace")
    if LIGHT or not strace:
        print("# skipped: what is written to, by strace")
        return
    out = WORK + "/traced"
    os.mkdir(out)
    # fontconfig's and the C library's own
    allowed = (out + "/", watched[0] + "/.cache/", "/dev/null", "/dev/tty")
    programs = {"mmiocompare", "mmioplot", "gnuplot"}  # anywhere: PATH is searched
    tracer = [strace, "-f", "-y", "-s", "4096", "-e", "trace=file", "-o", WORK + "/strace"]
    formats = [a for f in FORMATS for a in ("--format", f"{f}={out}/{f}")]
    runs = [("mmiocompare", (0, 1, 3), *formats), ("mmioplot", 0, "--html", out + "/report"), ("mmioplot", 0, "--data", out + "/data")]
    if os.environ["GNUPLOT"]:
        runs.append(("mmioplot", 0, "--output", out + "/pictures/"))
    for i in PATH - 3, PATH - 2, PATH - 1, PATH:
        files = [f"{WORK}/taken/{d}text-{i:02}.json" for d in ("hosts/", "")]
        for program, want, *options in runs:
            run("traced", want, program, *options, *files, tracer=tracer)
            seen = set(written(WORK + "/strace"))
            bad = {(call, path) for call, path in seen
                   if not (os.path.basename(path) in programs if call == "execve" else (path + "/").startswith(allowed))}
            say(not bad, f"{program} {options[-1]} of text {i}", f"writes to, or runs: {bad}")
            say(any(path.startswith(out) for _, path in seen), f"{program} {options[-1]} of text {i}", "strace saw nothing written")


def stray():
    """What texts would have written: TEXTS has no other names. Behind ../../../.. is the root, or a directory on the way."""
    return {f for f in glob.glob("/*pwned*") + glob.glob("/tmp/*pwned*") + glob.glob(WORK + "/**/*pwned*", recursive=True)}


def taken():
    directory = WORK + "/taken"
    names = sorted(n for n in os.listdir(directory) if n.endswith(".json"))
    for n in names:
        guest, host = f"{directory}/{n}", f"{directory}/hosts/{n}"
        if n.startswith("text-") and int(n[5:7]) % 4:
            # each field meets each text: in every output, if not in every way to ask for it
            run("page", 0, "mmiocompare", "--format", "text", guest)
            if not EMULATOR:
                formats_of(n, "pair", (0, 1, 3), host, guest)
                report(n, host, guest)
                if os.environ["GNUPLOT"]:
                    svg(n, f"{WORK}/pictures-{n}", host, guest)
            continue
        if n == "no-cells.json":
            run("nothing", 77, "mmioplot", "--data", "-", guest)
        elif n in ("cells.json", "rounds.json", "samples.json"):
            check_html(f"report of {n}", run("large", 0, "mmioplot", "--html", "-", host, guest))
        else:
            texts(n, guest, host)
            pictures(n, host, guest)
            pictures(n, guest)
    plain("survey of them", run("survey", (0, 1, 3), "mmiocompare", directory))
    pictures("all", directory)


def main():
    for d in watched:
        os.makedirs(d)
    stray_before = stray()
    say(not stray_before, "stray files", f"remove {stray_before} first: nothing could be seen")
    if LIGHT:
        lighten()
    inputs = all_files(WORK + "/taken")
    expected = refused()
    journals()
    witnesses()
    odd_files(WORK + "/refused")
    if not LIGHT:
        many_cells()
    survey(expected)
    taken()
    paths()
    say(not stray(), "stray files", f"{stray()}")
    say(all_files(WORK + "/taken") == inputs, "inputs", "were changed")
    left = {d for top in watched for d in os.listdir(top)} - {".cache", "fontconfig"}
    say(not left and not os.path.exists(WORK + "/never"), "left behind", str(left))
    print(f"{'not ok' if failed else 'ok'} {ran} runs, {failed} failures, at most {most_mib} MiB")
    return bool(failed)


sys.exit(main())
