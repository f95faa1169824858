# SPDX-License-Identifier: GPL-2.0-or-later
# usage: man_check.py SRCDIR HELP-DIRECTORY PROGRAM...
# Holds doc/man/PROGRAM.1 against HELP-DIRECTORY/PROGRAM.help, both ways.
import os
import re
import sys


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def help_options(text):
    """{"bar": ("", "N", "BAR 0..5; ..."), "slot": ("s", "SLOT", ...)}"""
    found, last = {}, None
    for line in text.splitlines():
        m = re.match(r" {2,6}(?:-(\S), )?--([a-z-]+)(?:=(\S+))?(?: +(.*))?$", line)
        if m:
            last = m[2]
            found[last] = [m[1] or "", m[3] or "", m[4] or ""]
        elif last and re.match(r" {20,}\S", line):
            found[last][2] += " " + line.strip()
        elif line.strip():
            last = None
    return found


def page_sections(page):
    """{"OPTIONS": [lines], ...}"""
    sections, name = {}, ""
    for line in page.splitlines():
        if line.startswith(".Sh "):
            name = line[4:]
        sections.setdefault(name, []).append(line)
    return sections


def page_items(lines, macro):
    """[(rest of the ".It MACRO" line, text below it)]"""
    items = []
    for line in lines or []:
        if line.startswith(f".It {macro} "):
            items.append([line[len(macro) + 5:], ""])
        elif line.startswith((".It ", ".El", ".Ss", ".Sh")):
            items.append(["", ""])
        elif items:
            text = re.sub(r"^\.[A-Z][a-z] ", "", line)
            text = re.sub(r"\bNs (= )?", "", text)
            items[-1][1] += " " + text
    return [(name, text) for name, text in items if name]


def page_options(lines):
    found = {}
    for name, text in page_items(lines, "Fl"):
        m = re.match(r"(?:(\S+) , Fl )?-([a-z-]+)(?: Ns = Ns Ar (\S+))?$", name)
        if not m:
            found[name] = ("", "a line that is no .It Fl s , Fl -slot Ns = Ns Ar SLOT", text)
            continue
        found[m[2]] = ((m[1] or "").replace("\\&", ""), m[3] or "", text)
    return found


def default_of(text):
    """The last parentheses of an option's help, which are its default: "(60)"."""
    found = re.findall(r"\(([^()]*)\)(?=:?$|: )", text.strip())
    return found[-1] if found else ""


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\\&", "")).strip()


def check_program(srcdir, name, text):
    path = os.path.join(srcdir, "doc/man", name + ".1")
    if not os.path.exists(path):
        yield f"{name} has no manual page: write doc/man/{name}.1, and add it to doc/local.mk"
        return
    page = read(path)
    where = f"doc/man/{name}.1"
    sections = page_sections(page)
    said, has = help_options(text), page_options(sections.get("OPTIONS"))
    if len(said) < 5:
        yield f"{name} --help: only {sorted(said)} were recognized as options"
    for option in sorted(said.keys() - has.keys()):
        short, arg, _ = said[option]
        yield (f"{where} lacks --{option}; add to OPTIONS: .It " +
               (f"Fl {short} , " if short else "") + f"Fl -{option}" +
               (f" Ns = Ns Ar {arg}" if arg else ""))
    for option in sorted(has.keys() - said.keys()):
        yield f"{where} has --{option}, which {name} --help does not know: take it out"
    for option in sorted(said.keys() & has.keys()):
        if said[option][:2] != list(has[option][:2]):
            yield f"{where}: --{option} is {said[option][:2]} in --help, {has[option][:2]} here"
        default = default_of(said[option][2])
        if default and default not in plain(has[option][2]):
            yield f"{where}: --{option} does not say its default ({default})"
    yield from check_statuses(where, name, text, sections)
    if "map" in said and "map" in has:
        for way in re.findall(r"(?:^|; (?:or )?)(\w+)(?=:|;)", said["map"][2]):
            if f".Cm {way} " not in "\n".join(sections["OPTIONS"]):
                yield f"{where}: --map does not have {way}; add to it: .Cm {way} : what it measures"
    for section, option in (("EXPERIMENTS", "tests"), ("FORMATS", "format")):
        if section in sections:
            yield from check_names(where, section, option, said, sections)


def check_statuses(where, name, text, sections):
    m = re.search(r"Exit status:(.*)", text, re.S)
    if not m:
        yield f"{name} --help does not end with \"Exit status:\""
        return
    said = set(re.findall(r"(?:^|[,:;] )(\d+) ", plain(m[1])))
    has = {line[4:] for line in sections.get("EXIT STATUS", []) if line.startswith(".It ")}
    if said != has:
        yield f"{where}: exit statuses {sorted(has)}, in --help {sorted(said)}"


def check_names(where, section, option, said, sections):
    names = said[option][2].split(":", 1)[1] if ":" in said[option][2] else ""
    if option == "tests":
        wanted = [n.strip() for n in names.split(",")]
    else:  # "text: the page; csv: ...", and what is behind a colon may have semicolons
        wanted = re.findall(r"(?:^|; )\s*([a-z-]+):", names)
    has = [name for name, _ in page_items(sections[section], "Cm")]
    if wanted != has or len(has) < 5:
        yield f"{where}, {section}: {', '.join(has)}; in --help {', '.join(wanted)}"


def check_environment(srcdir, names):
    """What the source asks for by name is in some page, and the other way round."""
    asked = set()
    for directory, _, files in os.walk(os.path.join(srcdir, "src")):
        for file in files:
            if file.endswith(".c"):
                asked |= set(re.findall(r'getenv\("([A-Z_]+)"\)', read(directory, file)))
    told = {}
    for file in sorted(os.listdir(os.path.join(srcdir, "doc/man"))):
        if file.endswith(".1"):
            lines = page_sections(read(srcdir, "doc/man", file)).get("ENVIRONMENT")
            for variable, _ in page_items(lines, "Ev"):
                told[variable] = file
    for variable in sorted(asked - told.keys()):
        yield f"the source reads {variable}, and ENVIRONMENT of no page in doc/man says so"
    for variable in sorted(told.keys() - asked - {"MMIOBENCH_OPTION"}):
        yield f"doc/man/{told[variable]}: nothing in src asks for {variable}"


def main():
    srcdir, helps, programs = sys.argv[1], sys.argv[2], sys.argv[3:]
    problems = 0
    for name in programs:
        found = list(check_program(srcdir, name, read(helps, name + ".help")))
        problems += len(found)
        for line in found:
            print("not ok", line)
        if not found:
            print(f"ok doc/man/{name}.1 and {name} --help")
    for line in check_environment(srcdir, programs):
        problems += 1
        print("not ok", line)
    # what cannot fail checks nothing
    helped = read(helps, programs[0] + ".help").replace("--json", "--jsonx")
    if len(list(check_program(srcdir, programs[0], helped))) < 2:
        problems += 1
        print("not ok a renamed option is not noticed")
    return problems != 0


sys.exit(main())
