# SPDX-License-Identifier: GPL-2.0-or-later
# usage: troubleshooting.py SRCDIR
# A message is the format of a log_error(), log_warn(), log_note() or usage_error(), with "…" for each conversion and each macro that is no text.
import os
import re
import sys

DOC = "doc/troubleshooting.md"
CALL = re.compile(r'\b(?:log_(?:error|warn|note)|usage_error)\(\s*((?:"(?:[^"\\]|\\.)*"|PRI[a-zA-Z0-9]+|[A-Z][A-Z0-9_]*|\s)+)')
PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|(PRI[a-zA-Z0-9]+)|([A-Z][A-Z0-9_]*)')
CONVERSION = re.compile(r"%%|%[-+ #0]*(?:\d+\$)?(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|ll|[hlzjt])?[a-zA-Z]")


def message_of(expression):
    text = ""
    for literal, pri, macro in PIECE.findall(expression):
        text += "u" if pri else "…" if macro else literal
    text = text.replace('\\"', '"').replace("\\n", " ")
    text = CONVERSION.sub(lambda m: "%" if m[0] == "%%" else "…", text)
    # "%s%s%s" and "%s %s" are one gap to a reader of the message, "%s: %s" are two
    text = re.sub(r"…(?:/?…)+", "…", text)
    return text


def messages_of_source(top):
    found = {}
    for directory, _, files in os.walk(os.path.join(top, "src")):
        for file in sorted(files):
            if not file.endswith(".c"):
                continue
            path = os.path.join(directory, file)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            calls = len(re.findall(r"\b(?:log_(?:error|warn|note)|usage_error)\((?!const)", text))
            read = 0
            for m in CALL.finditer(text):
                read += 1
                where = f"{os.path.relpath(path, top)}:{text.count(chr(10), 0, m.start()) + 1}"
                found.setdefault(message_of(m[1]), where)
            if read != calls:
                yield None, f"{os.path.relpath(path, top)}: a message whose format is no literal"
    yield from found.items()


def messages_of_page(text):
    """Messages in the first column of the tables, but for the last section, which has no errors."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## It works"):
            break
        if not line.startswith("| `"):
            continue
        cells = [c.strip() for c in re.split(r"(?<=\s)\|(?=\s)", line.strip("|"))]
        for message in re.findall(r"`((?:[^`])*)`", cells[0]):
            found[message] = number
        if len(cells) != 3 or not cells[2]:
            found[f"(and the row does not say what to do) {line[:40]}"] = number
    return found


def compare(source, page):
    for message, where in source.items():
        if message not in page:
            yield (f"{where}: the message has no row. Add it to the table in {DOC} that fits, to a row "
                   f"with the same way out if there is one:\n    | `{message}` | what it means | "
                   "what to do |")
    for message, number in page.items():
        if message not in source:
            yield f"{DOC}:{number}: no message of the source is like this any more, take it out: {message}"


def main():
    top = sys.argv[1]
    source, problems = {}, []
    for message, where in messages_of_source(top):
        if message is None:
            problems.append(where)
        else:
            source[message] = where
    with open(os.path.join(top, DOC), encoding="utf-8") as f:
        page = messages_of_page(f.read())
    problems += compare(source, page)
    # what cannot fail checks nothing
    some = dict(list(source.items())[1:])
    if len(source) < 100 or not list(compare(some, page)) or not list(compare(source, some)):
        problems.append(f"the check finds nothing: {len(source)} messages")
    for problem in problems:
        print("not ok", problem)
    if not problems:
        print(f"ok {len(source)} messages, each with a row in {DOC}")
    return bool(problems)


sys.exit(main())
