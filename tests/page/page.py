# SPDX-License-Identifier: GPL-2.0-or-later
# usage: page.py DATA WORK    programs from $top_builddir, under $MB_EMULATOR
# Each page on terminals of several widths: no line is longer, nothing is lost or cut, figures of a column
# end together, the verdict stands on the last screen; colour only where a terminal has it.
import os
import re
import subprocess
import sys

from terminal import Terminal

data, work = sys.argv[1:]
WIDTHS = (60, 71, 80, 93, 100, 132)
failed = 0


def program(name, *arguments):
    return [*os.environ.get("MB_EMULATOR", "").split(),
            os.path.join(os.environ["top_builddir"], name), *arguments]


def run(command, columns=None, rows=24, **environment):
    """What the command prints, on a terminal of so many columns; None: into a pipe."""
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    env |= {"TERM": "xterm"} | environment
    if columns is None:
        return subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, check=False).stdout.decode()
    terminal = Terminal(columns, rows)
    subprocess.run(command, env=env, stdout=terminal.end, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL, check=False)
    return terminal.close().decode().replace("\r\n", "\n")


def plain(text):
    """Without colour, and without when and how long: programs that run anew differ in that."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-01T00:00:00Z", text)
    text = re.sub(r"watched for \d\.\d s", "watched for 0.0 s", text)
    return re.sub(r"\033\[[0-9;]*m", "", text)


def check(name, problem):
    global failed
    failed += bool(problem)
    print(f"not ok {name}: {problem}" if problem else f"ok {name}")


def words(text):
    """A colon may part on a narrow page what two columns part on a wide one."""
    return {word.rstrip(":") for word in text.split()}


def lost(wide, narrow):
    """Words of the wide page that the narrow one lacks."""
    missing = words(wide) - words(narrow) - {"-"}  # no figure in a part of a table: no row there
    return f"lost {sorted(missing)[:8]}" if missing else ""


def too_long(text, columns):
    long = [line for line in text.splitlines() if len(line) > columns]
    return f"{len(long[0])} columns: {long[0]}" if long else ""


# a figure with its unit, or a status; what a column of figures is made of
FIGURE = r"(?:[\d.]+ (?:[kMGT]?B/s|[num]?s|ppm)|-|skipped)"


def ragged(text):
    """Rows below each other that have as many figures must end at one column."""
    before = None
    for line in text.splitlines():
        ends = [m.end() for m in re.finditer(r"(?<=\s)" + FIGURE + r"(?=\s|$)", line)]
        here = (len(ends), ends) if len(ends) >= 2 and line.startswith("  ") else None
        if here and before and here[0] == before[0] and here[1] != before[1]:
            return f"figures are not below each other: {line}"
        before = here
    return ""


def verdict_far(text, rows):
    last = text.rstrip("\n").splitlines()[-(rows - 1):]
    return "" if any(line.startswith("VERDICT") for line in last) else "no VERDICT on the last screen"


def verdict_late(text, rows):
    """The word at the end must be told on the first screen."""
    first = [line for line in text.splitlines()[:rows - 1] if line.startswith("in short")]
    words = re.findall(r"(?m)^VERDICT +(\w+(?: metal)?)", text)
    return "" if first and words and first[0].split("in short", 1)[1].lstrip().startswith(words[0]) else \
        f"{words} is not on the first screen"


host, guest = (os.path.join(data, f"lab-bookworm-{side}.json") for side in ("host", "guest"))


def all_of(text):
    return text


def without_outcomes(text):
    """On a narrow page litmus shapes stand without their outcomes."""
    shapes = "MP SB LB S R 2+2W CoRR CoWW CoWR CoRW".split()
    return "\n".join(line[:7] + line[43:] if line[:2] == "  " and line[2:7].strip() in shapes else line
                     for line in text.splitlines())


def without_names(text):
    """On a narrow page names of files go, and names of devices are cut at the edge."""
    text = re.sub(r" resource\d(_wc)?\b| - ", " ", text)
    return re.sub(r"(?m)^([0-9a-f:.]{12} \[[0-9a-f:]{9}\]).*", r"\1", text)


def nothing(text):
    return ""


# page: command, what must be there at any width
PAGES = {
    "the demoted guest's page": (program("mmiocompare", "--format", "text", guest), all_of),
    "its explanation": (program("mmiocompare", "--explain", guest), all_of),
    "a BAR's page": (program("mmiocompare", "--format", "text", f"{work}/bar.json"), all_of),
    "the other sections": (program("mmiocompare", "--format", "text", f"{work}/more.json"),
                           without_outcomes),
    "a comparison": (program("mmiocompare", host, guest), all_of),
    "a directory of results": (program("mmiocompare", data), all_of),
    "a run and another of the same": (program("mmiocompare", f"{work}/bar.json", f"{work}/again.json"), all_of),
    "the kernels": (program("mmiobench", "--list-kernels"), all_of),
    # the path of the directory is broken
    "an empty list": (program("mmiobench", "--sysroot", f"{work}/none", "--list"), nothing),
}
os.makedirs(f"{work}/none/sys/bus/pci/devices", exist_ok=True)
for name in ("arm64-guest", "x86-server", "malformed"):
    PAGES[f"the list of {name}"] = (program("mmiobench", "--sysroot", f"{work}/{name}", "--list"),
                                    nothing if name == "malformed" else without_names)
if os.path.exists(f"{work}/witness"):
    os.environ["MMIOWITNESS_RECORDING"] = f"{work}/witness"
    PAGES["the witness"] = (program("tests/witness/mmiowitness-recorded"), all_of)

for name, (command, must) in PAGES.items():
    pipe = plain(run(command))
    check(f"{name}, in a pipe", too_long(pipe, 100) or ragged(pipe) or
          ("escapes in a pipe" if "\033" in run(command) else "") or ("nothing" if len(pipe) < 40 else ""))
    for columns in WIDTHS:
        text = plain(run(command, columns))
        check(f"{name}, {columns} columns", too_long(text, min(columns, 100)) or
              lost(must(pipe), text) or ragged(text))
    text = plain(run(command, 100))
    if text != pipe:
        check(f"{name}: a terminal of 100 columns", "differs from a pipe")

for name in ("the demoted guest's page", "a BAR's page", "a comparison"):
    for columns, rows in ((80, 24), (100, 24), (60, 30)):
        check(f"the verdict of {name}, {columns}x{rows}",
              verdict_far(plain(run(PAGES[name][0], columns, rows)), rows) or
              verdict_late(plain(run(PAGES[name][0], columns, rows)), rows))

page = PAGES["the demoted guest's page"][0]
check("COLUMNS before the terminal's width",
      too_long(plain(run(page, 100, COLUMNS="64")), 64) or
      ("COLUMNS=x is not ignored" if plain(run(page, 100, COLUMNS="x")) != plain(run(page)) else ""))
check("a terminal that is too narrow", too_long(plain(run(page, 20)), 60))
check("colour on a terminal", "" if "\033[1;31mVERDICT" in run(page, 100) else "the verdict has none")
check("no colour with NO_COLOR", "escapes" if "\033" in run(page, 100, NO_COLOR="1") else "")
check("colour with an empty NO_COLOR", "" if "\033" in run(page, 100, NO_COLOR="") else "none")
check("no colour on a dumb terminal", "escapes" if "\033" in run(page, 100, TERM="dumb") else "")
# what cannot fail checks nothing
if not (too_long("x" * 61, 60) and lost("a b", "a") and ragged("  a  1 ns  2 ns\n  b  10 ns  2 ns") and
        verdict_far("VERDICT\n" + "x\n" * 30, 24) and verdict_late("in short   preserved\nVERDICT    demoted", 24)):
    check("the checks", "find nothing")
sys.exit(failed != 0)
