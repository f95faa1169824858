#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that somebody else made: make.py DATA DIRECTORY.

In DIRECTORY/refused each file must be refused with the text that DIRECTORY/expected names, a line
"FILE<tab>TEXT" each; in DIRECTORY/taken each is a result that may be read, and that tries everything a
result can say to a terminal, a browser, gnuplot or a file system, its host's in taken/hosts. A result of
10^7 cells would have gigabytes: sparse.json stands for what is too long, many-objects.json for what is
not, and would be as many; check.py offers 10^7 through a pipe.
"""
import copy
import gzip
import json
import os
import sys

ESC = "\x1b[2J\x1b]0;title\x07"
BIDI = "\u202egnp.exe\u2066"
TEXTS = [
    '"; system("touch pwned"); "', "'; !touch pwned\n", "`touch pwned`", "@pwned", "$pwned{}", "{/Symbol=40 a}_b^c~d{.6-}",
    'set output "pwned"', "\\n\\\"; load 'pwned'", "%s%n%1$s", "../../../../tmp/pwned", "</script><svg onload=pwned()>",
    "<!--", "javascript:pwned()", "-pwned", "=1+1", "{{pwned}}", "&lt;", "\u00e9\u4e2d\U0001f600", " ", "",
]


def dump(d):
    return json.dumps(d, ensure_ascii=False, separators=(",", ":"))


def put(path, data):
    with open(path, "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)


def cells(f, n, cell):
    """A result's text up to its cells, with n of them, each like cell but for its id."""
    text = dump(cell)
    head, tail = text.split(f'"id":{json.dumps(cell["id"])}', 1)
    for i in range(n):
        f.write(f'{"," if i else ""}{head}"id":"{cell["experiment"]}/{cell["mapping"]}/{i}"{tail}')


def write_cells(path, result, n):
    rest = dict(result, cells=[])
    with open(path, "w", encoding="utf-8") as f:
        head, tail = dump(rest).split('"cells":[]')
        f.write(head + '"cells":[')
        cells(f, n, result["cells"][1])
        f.write("]" + tail)


def at(d, path):
    for key in path:
        d = d[key]
    return d


class Refused:
    def __init__(self, directory, base):
        self.directory, self.base, self.expected = directory, base, []

    def raw(self, name, data, text):
        put(f"{self.directory}/{name}.json", data)
        self.expected.append((name + ".json", text))

    def set(self, name, path, value, text):
        """The base with one value replaced, given as Python's or, "=...", as JSON's text."""
        d = copy.deepcopy(self.base)
        literal = isinstance(value, str) and value.startswith("=")
        at(d, path[:-1])[path[-1]] = "\0here" if literal else value
        self.raw(name, dump(d).replace('"\\u0000here"', value[1:]) if literal else dump(d), text)

    def text(self):
        """No JSON, or none of ours."""
        whole = dump(self.base)
        self.raw("empty", "", "empty")
        self.raw("blank", " \n" * 1000, "not JSON")
        self.raw("null", "null", "not JSON")
        self.raw("array", "[]", "not a mmiobench-result/1")
        self.raw("object", "{}", "missing")
        self.raw("gzip", gzip.compress(whole.encode()), "compressed")
        self.raw("utf16", whole.encode("utf-16"), "UTF-16")
        self.raw("utf16be", whole.encode("utf-16-be"), "UTF-16")
        self.raw("bom", b"\xef\xbb\xbf" + whole.encode(), "byte order mark")
        self.raw("twice", whole + whole, "not JSON")
        self.raw("nul", whole.replace('"tool"', '"to\\u0000ol"'), "not JSON")
        self.raw("nul-byte", whole.replace('"tool"', '"to\0ol"'), "not JSON")
        self.raw("surrogate", whole.replace('"tool"', '"to\\ud800ol"'), "not JSON")
        self.raw("surrogates", whole.replace('"tool"', '"to\\udc00\\ud800ol"'), "not JSON")
        self.raw("latin1", whole.replace('"tool"', '"to\xe9l"').encode("latin-1"), "not JSON")
        self.raw("overlong", whole.encode().replace(b'"tool"', b'"to\xc0\xafl"'), "not JSON")
        self.raw("escape", whole.replace('"tool"', '"to\x1b[31mol"'), "not JSON")
        self.raw("duplicate", '{"schema":"mmiobench-result/1",' + whole[1:], "duplicate")
        self.raw("html", "<!DOCTYPE html><script>pwned()</script>", "not JSON")
        for end in range(0, 200):
            cut = 1 + end * (len(whole.encode()) - 2) // 199
            self.raw(f"cut-{end:03}", whole.encode()[:cut], "not JSON")

    def size(self):
        """More than anybody writes. The reader must not need memory or time in proportion."""
        n = 1000000
        self.raw("deep-array", "[" * n, "not JSON")
        self.raw("deep-object", '{"a":' * n, "not JSON")
        self.raw("deep-closed", "[" * n + "]" * n, "not JSON")
        self.set("deep-inside", ["cells"], "=" + "[" * n + "]" * n, "not JSON")
        self.raw("digits", '{"schema":' + "9" * 20 * n + "}", "not JSON")
        self.raw("fraction", '{"schema":0.' + "9" * 20 * n + "}", "wrong type")
        self.raw("long-key", '{"' + "k" * 20 * n + '":1}', "missing")
        self.set("many-arrays", ["cells"], "=[" + "[]," * 20 * n + "[]]", "memory")
        self.set("many-objects", ["cells"], "=[" + "{}," * 20 * n + "{}]", "memory")
        self.set("many-numbers", ["cells"], "=[" + "1," * 30 * n + "1]", "memory")
        self.set("many-keys", ["environment"], "={" + ",".join(f'"{i:x}":1' for i in range(4 * n)) + "}", "memory")
        self.set("cells-20000", ["cells"], [{}] * 20000, "too long a list")
        self.set("ticks-2m", ["cells", 1, "rounds", 0, "ticks"], [1] * 2 * n, "too long a list")
        self.set("facts", ["environment", "facts"], [{}] * 2000, "too long a list")
        self.set("long-id", ["cells", 1, "id"], "bw/plain/" + "x" * n, "too long")
        with open(f"{self.directory}/sparse.json", "wb") as f:
            f.truncate(100 << 30)
        self.expected.append(("sparse.json", "64 MiB"))

    def values(self):
        cell = ["cells", 1]
        for name, value in (("inf", "=1e999"), ("nan", "=NaN"), ("infinity", "=Infinity"), ("minus-inf", "=-1e999"),
                            ("wide", "=123456789012345678901234567890"), ("hexadecimal", "=0x10"), ("octal", "=007")):
            self.set("laps-" + name, cell + ["rounds", 0, "laps"], value, "not JSON")
        for name, value in (("negative", -1), ("real", 1.5), ("minus-zero", "=-0.0"), ("null", None), ("text", "1"), ("list", [1])):
            self.set("laps-" + name, cell + ["rounds", 0, "laps"], value, "laps")
            self.set("n-" + name, cell + ["threads"], value, "threads")
        for name, value in (("zero", 0), ("minus-zero", "=-0.0"), ("tiny", 1e-300), ("huge", 1e300), ("negative", -1.0)):
            self.set("hz-" + name, ["plan", "clock", "hz"], value, "hz")
        self.set("ns-huge", ["probes", 0, "load_ns"], 1e300, "load_ns")
        self.set("duration-huge", ["duration_s"], 1e300, "duration_s")
        self.set("window-wraps", ["window", "length_bytes"], "=9223372036854775808", "not JSON")
        self.set("window-beyond", ["window", "length_bytes"], (1 << 63) - 1, "window.length_bytes")
        self.set("offset-beyond", ["window", "offset_bytes"], (1 << 63) - 1, "window.length_bytes")
        self.set("bar-6", ["bar", "index"], 6, "bar.index")
        self.set("rounds-negative", ["plan", "rounds_done"], -5, "rounds_done")
        self.set("none-measured", cell + ["rounds"], [], "rounds")
        self.set("same-ids", ["cells", 2], self.base["cells"][1], "two cells")
        self.set("id-alone", cell + ["id"], "../../etc/passwd", "id")
        for name, text in (("esc", ESC), ("newline", "a\nb"), ("del", "a\x7fb"), ("c1", "a\x9bb"), ("bidi", BIDI),
                           ("separator", "a\u2028b"), ("mark", "a\u200fb"), ("tag", "a\U000e0041b")):
            self.set("why-" + name, ["plan", "cpu_why"], text, "control characters")
            self.set("fact-" + name, ["environment", "facts", 0, "value"], text, "control characters")
        self.set("schema-esc", ["schema"], ESC, "schema")
        self.set("schema-bidi", ["schema"], BIDI, "schema")
        d = copy.deepcopy(self.base)
        d[ESC + BIDI] = d.pop("plan")
        self.raw("key-esc", dump(d), "plan")


def spoil(o, i, *rooms):
    for n, (key, room) in enumerate(rooms):
        if key in o and o[key]:
            text = TEXTS[(i + n) % len(TEXTS)].replace("\n", " ")
            o[key] = text.encode()[:room].decode(errors="ignore") or "-"


def spoiled(base, i):
    """Every text that decides nothing is one of TEXTS, each at some i."""
    d = copy.deepcopy(base)
    d["command"] = "".join(TEXTS) + ESC + BIDI
    spoil(d["tool"], i, ("version", 31))
    for n, f in enumerate(d["environment"]["facts"]):
        if f["name"] != "boot_id":
            spoil(f, i + n, ("value", 60000), ("source", 127))
    spoil(d["environment"]["virtualization"], i, ("hypervisor", 31), ("why", 100))
    spoil(d["environment"]["emulated_cpu"], i, ("why", 63))
    spoil(d["device"], i, ("vendor_name", 60), ("device_name", 60), ("class_name", 60), ("driver", 31))
    spoil(d["device"]["link"], i, ("speed", 23), ("max_speed", 23))
    spoil(d["asks"], i, ("plain", 23), ("wc", 23))
    spoil(d["plan"], i, ("cpu_why", 100))
    spoil(d["plan"]["clock"], i, ("name", 15))
    for n, p in enumerate(d["probes"]):
        spoil(p, i + n, ("detail", 100))
    for n, j in enumerate(d["journal"]):
        spoil(j, i + n, ("time", 31), ("kernel", 63), ("outcome", 31))
    for n, c in enumerate(d["cells"][1:]):
        spoil(c, i + n, ("kernel", 23), ("barrier", 23), ("access_pattern", 15), ("place", 15), ("why", 100))
        start = f'{c["experiment"]}/{c["mapping"]}/'
        c["id"] = start + TEXTS[(i + n) % len(TEXTS)].replace("\n", " ")[:40] + str(n)
    return d


def extreme(base):
    """The largest and the smallest that the reader takes."""
    d = copy.deepcopy(base)
    most = (1 << 63) - 1
    for i, c in enumerate(d["cells"]):
        for r in c["rounds"]:
            r["ticks"] = [[most, 1, 0][(i + k) % 3] for k in range(len(r["ticks"]))]
            if "tries" not in r:
                r["laps"] = most if i % 2 else 1
        if i % 5 == 0 and "tries" not in c:
            c["lap_bytes"] = c["region_bytes"] = most
    d["duration_s"] = 0
    return d


def record(recorded, **changes):
    """A line of a crash journal, with a checksum that holds: anybody can compute it."""
    d = dict(recorded, **changes)
    d.pop("check")
    sum_ = 0xcbf29ce484222325
    # as jansson writes it
    text = json.dumps(d, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("\\u001b", "\\u001B")
    for byte in text.encode() + b"\0":
        sum_ = (sum_ ^ byte) * 0x100000001b3 % (1 << 64)
    return dump(dict(d, check=f"{sum_:016x}")) + "\n"


def journals(directory, data):
    """What follows the guest's own journal; each is read, with a word about lines that are none."""
    with open(data + "/lab-bookworm-journal", encoding="utf-8") as f:
        own = f.read()
    recorded = json.loads(own)
    n = 1000000

    def journal(name, text):
        put(f"{directory}/{name}", own + text)

    for i, key in enumerate(("kernel", "time", "probe", "mapping", "attempt", "boot_id", "outcome")):
        journal(f"esc-{key}", record(recorded, **{key: (ESC, BIDI)[i % 2], "event": "before"}))
    journal("long", record(recorded, kernel="k" * 4 * n))
    journal("values", "[" + "{}," * 5 * n + "{}]\n")
    journal("deep", "[" * n + "\n")
    journal("torn", "x\n" * 8 * n)
    journal("many", "".join(record(recorded, attempt=str(i)) for i in range(40000)))
    journal("nul", "\0" * n + "\n" + record(recorded, attempt="\0"))
    journal("bar", record(recorded, bar=1e300) + record(recorded, bar_bytes=-1) + record(recorded, bar=None))


def witnesses(directory, data):
    """What mmiowitness might have seen: each is read or refused, and never shown as it is."""
    with open(data + "/lab-trixie-witness.json", encoding="utf-8") as f:
        base = json.load(f)

    def witness(name, change):
        d = copy.deepcopy(base)
        change(d)
        put(f"{directory}/{name}.json", dump(d))

    def texts(d):
        d["command"] = "".join(TEXTS) + ESC + BIDI
        for n, f in enumerate(d["environment"]["facts"]):
            spoil(f, n, ("value", 60000), ("source", 127))
        spoil(d["functions"][0], 3, ("vendor_name", 60), ("device_name", 60), ("class_name", 60), ("driver", 31))
        d["mappings"][0]["comm"] = d["vms"][0]["comm"] = '"; `pwned`</b>'
        d["mappings"][2]["path"] = '"; `pwned`</b>' * 8
        d["lacks"] = [{"what": "driver", "why": '"; `pwned`</b>' * 10}]

    def many(d):
        d["mappings"] = [dict(d["mappings"][0], offset_bytes=i, size_bytes=128, address=hex(0x8000000000 + i))
                         for i in range(0, 1 << 24, 256)]

    first = ("mappings", 0)
    witness("read-texts", texts)
    witness("read-many", many)
    witness("comm-esc", lambda d: at(d, first).update(comm=ESC[:15]))
    witness("comm-bidi", lambda d: at(d, ("vms", 0)).update(comm=BIDI))
    witness("too-many", lambda d: d.update(mappings=d["mappings"][:1] * 70000))
    witness("wraps", lambda d: at(d, first).update(offset_bytes=(1 << 63) - 1, size_bytes=(1 << 63) - 1))
    witness("path-esc", lambda d: at(d, first).update(path=ESC))
    witness("why-bidi", lambda d: d.update(lacks=[{"what": "vm", "why": BIDI}]))
    witness("lacks", lambda d: d.update(lacks=[{"what": "vm", "why": "x"}] * 1000))
    witness("negative", lambda d: at(d, first).update(pid=-1))
    witness("nowhere", lambda d: at(d, first).update(function=1 << 40))
    witness("backwards", lambda d: d["mappings"].reverse())
    witness("bars", lambda d: d["functions"][0]["bars"].extend(d["functions"][0]["bars"] * 3))
    witness("functions", lambda d: d.update(functions=d["functions"] * 2000))


def taken(directory, guest, host):
    for i in range(len(TEXTS)):
        put(f"{directory}/text-{i:02}.json", dump(spoiled(guest, i)))
        put(f"{directory}/hosts/text-{i:02}.json", dump(spoiled(host, i)))
    put(f"{directory}/extreme.json", dump(extreme(guest)))
    put(f"{directory}/hosts/extreme.json", dump(extreme(host)))
    d = copy.deepcopy(guest)
    d["cells"] = []
    put(f"{directory}/no-cells.json", dump(d))
    for name, result in (("", guest), ("hosts/", host)):
        d = copy.deepcopy(result)
        d["cells"][1]["rounds"] = [dict(d["cells"][1]["rounds"][0], ticks=list(range(1, 1000001)))]
        put(f"{directory}/{name}samples.json", dump(d))
        d = copy.deepcopy(result)
        d["cells"][1]["rounds"] *= 10000 // len(d["cells"][1]["rounds"])
        put(f"{directory}/{name}rounds.json", dump(d))
        write_cells(f"{directory}/{name}cells.json", result, 10000)


def main():
    data, directory = sys.argv[1], sys.argv[2]
    results = []
    for name in "guest", "host":
        with open(f"{data}/lab-bookworm-{name}.json", encoding="utf-8") as f:
            results.append(json.load(f))
    for name in "refused", "taken", "taken/hosts", "journals", "witnesses":
        os.makedirs(f"{directory}/{name}", exist_ok=True)
    refused = Refused(directory + "/refused", results[0])
    refused.text()
    refused.size()
    refused.values()
    with open(f"{directory}/expected", "w", encoding="utf-8") as f:
        f.writelines(f"{name}\t{text}\n" for name, text in refused.expected)
    taken(directory + "/taken", *results)
    journals(directory + "/journals", data)
    witnesses(directory + "/witnesses", data)


if __name__ == "__main__":
    main()
