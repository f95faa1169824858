# SPDX-License-Identifier: GPL-2.0-or-later
"""markdown_check.py DIRECTORY NAME...: NAME.html has only our elements, whole tables, and the verdict
first."""
import sys
from html.parser import HTMLParser
from checking import complain, finish

directory, *names = sys.argv[1:]

OURS = set("h3 p strong ul li table thead tbody tr th td code span details summary".split())


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.bad, self.rows, self.text, self.open = [], [], [], "", []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)
        if tag not in OURS or any(k != "align" for k, v in attrs):
            self.bad.append((tag, attrs))
        if tag == "table":
            self.rows.append([])
        if tag == "tr":
            self.rows[-1].append(0)
        if tag in ("td", "th"):
            self.rows[-1][-1] += 1

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append(("/" + tag, self.open[-3:]))

    def handle_comment(self, data):
        self.bad.append(("comment", data))

    def handle_data(self, data):
        self.text += data


for name in names:
    with open(f"{directory}/{name}.html", encoding="utf-8") as f:
        page = Page()
        page.feed(f.read())
    words = page.text.split("\n")
    problems = list(page.bad)
    problems += [("open", t) for t in page.open]
    # a column too many would have been cut off, one too few filled up: so the ends are looked at
    problems += [("table", t) for t in page.rows if len(set(t)) != 1 or len(t) < 2]
    if page.tags[:3] != ["h3", "p", "strong"] or page.tags.count("strong") > 3:
        problems.append(("verdict", page.tags[:4]))
    if "hostile" in name or "strange" in name or "broken" in name:
        for what in ("`x`\\ *a* [l](http://e) # TODO @me", '"><b>|`x`\\ *a*'):
            if what not in page.text:
                problems.append(("text", what))
    if name == "changed":
        problems += [("text", what) for what in (
            "cmdline: quiet before, \"><b>|`x`\\ *a* [l](http",
            "after by before") if what not in page.text]
    if ("EMULATED" in page.text) != name.startswith("recorded"):
        problems.append(("emulated", words[:4]))
    if problems:
        complain(name, problems[:8])
finish()
