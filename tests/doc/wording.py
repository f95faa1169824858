# SPDX-License-Identifier: GPL-2.0-or-later
"""README.md and mmiobench(1) say of each verdict what the programs say: wording.py SRCDIR."""
import re
import sys

top = sys.argv[1]


def read(name):
    with open(f"{top}/{name}", encoding="utf-8") as f:
        return f.read()


source = re.sub(r'\\\n', "", read("src/verdict/wording.c"))
macros = dict(re.findall(r'^#define (\w+)\s+(".*")$', source, re.M))
table = re.search(r"wording\[VERDICTS\] = \{(.*?)\n\};", source, re.S).group(1)
rows = re.split(r"\[VERDICT_(\w+)\] = ", table)[1:]
failed = len(rows) < 10 # a name and a row for each
for name, row in zip(rows[::2], rows[1::2]):
    for macro, text in macros.items():
        row = row.replace(macro, text)
    means = re.findall(r'"([^"]*)"', re.sub(r'"\s*"', "", row))[1]
    for document in "README.md", "doc/man/mmiobench.1":
        there = means in " ".join(read(document).split())
        print(f"{'ok' if there else 'not ok'} {document}: {name.lower()}: {means}")
        failed |= not there
sys.exit(failed)
