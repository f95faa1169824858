# SPDX-License-Identifier: GPL-2.0-or-later
"""What a browser shows of reports: report_check.py WORK-DIRECTORY NAME...

Of each NAME there are NAME.html and NAME.page, the terminal's; NAME.raw lists the files that went in,
ID FILE on a line. A check is a function that yields what is wrong. Each must find nothing in every
report, and something in the copy that was broken for it.
"""
import glob
import json
import os
import re
import sys
import time

from browser import Browser

PHONE, DESKTOP = (390, 844), (1280, 800)
CSP = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")

# Opens and measures in the page; no part of the report is trusted to say that it is right.
SEEN = """[".question", "h1", ".sentence"].map(s => {
    const e = document.querySelector("#verdict " + s), r = e.getBoundingClientRect();
    const top = document.elementFromPoint(r.left + 4, r.top + r.height / 2);
    return [s, r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth
        && r.height > 0 && e.contains(top) && e.textContent.length > 5];
})"""
CONTRAST = """(() => {
    const parse = c => (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    const light = c => { const [r, g, b] = parse(c).slice(0, 3).map(v => { v /= 255;
        return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
        return .2126 * r + .7152 * g + .0722 * b; };
    const behind = e => { for (; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] === 1) return getComputedStyle(e).backgroundColor; }
        return "rgb(255, 255, 255)"; };
    const bad = new Set();
    document.querySelectorAll("details").forEach(d => d.open = true);
    for (const e of document.querySelectorAll("body *:not(script)")) {
        if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
            continue;
        const a = light(getComputedStyle(e).color), b = light(behind(e));
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5)
            bad.add(`${e.localName}.${e.className} ${ratio.toFixed(1)}`);
    }
    return [...bad];
})()"""
# what sorting by each column gives, upwards and downwards, as what the cells show or hold
SORTED = """[...document.querySelectorAll("table.sortable")].map(t =>
    [...t.tHead.rows[0].cells].map((h, i) => [h.classList.contains("number"), t.tBodies[0].rows.length,
        ...["ascending", "descending"].map(way => {
            const b = h.querySelector("button");
            if (!b) return null;
            b.click();
            return [h.getAttribute("aria-sort") === way, [...t.tBodies[0].rows].map(r =>
                r.cells[i].dataset.v === undefined ? r.cells[i].textContent : +r.cells[i].dataset.v)];
        })]))"""
FOREIGN = """(() => {
    const allowed = new Set(("html head meta title style body header footer nav section article div p h1 h2"
        + " h3 span strong code dl dt dd ol li a table thead tbody tr th td button input details"
        + " summary pre figure figcaption script noscript img").split(" "));
    const image = /^data:image\\/svg\\+xml;base64,[A-Za-z0-9+\\/]+=*$/;
    const found = [];
    for (const e of document.querySelectorAll("*")) {
        if (!allowed.has(e.localName))
            found.push(`<${e.localName}>`);
        for (const a of e.attributes)
            if (a.name.startsWith("on") || /^(style|srcset|action|formaction)$/.test(a.name)
                || (a.name === "src" && !(e.localName === "img" && image.test(a.value)))
                || (/href$/.test(a.name) && !/^#/.test(a.value)))
                found.push(`${e.localName} ${a.name}=${a.value.slice(0, 40)}`);
    }
    const scripts = [...document.scripts].filter(s => s.type !== "application/json");
    if (scripts.length !== 1)
        found.push(`${scripts.length} scripts`);
    const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
    found.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map(id => `id ${id} twice`));
    for (const e of document.querySelectorAll("a")) {
        const href = e.getAttribute("href") || "#";
        if (!document.getElementById(href.slice(1)))
            found.push(`a link to nothing: ${href}`);
    }
    return found;
})()"""

# what is wider than its box, which says so, and at whose end one can come; what is not says nothing
LOST = """new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))).then(() =>
    [...document.querySelectorAll("table, pre, figure img")].map((e, i) => {
        const box = e.closest(".scroll"), name = `${e.localName} ${i}`;
        if (!box)
            return `${name} has no box`;
        const hint = [...box.parentElement.children].find(c => c.classList.contains("hint"));
        const wide = box.scrollWidth > box.clientWidth;
        if (hint.checkVisibility() !== wide)
            return `${name} ${wide ? "does not say that it is wider" : "is not wider"}`;
        box.scrollLeft = 1e6;
        const over = box.scrollWidth - box.clientWidth - box.scrollLeft;
        return wide && (over > 1 || getComputedStyle(box).overflowX !== "auto")
            ? `${name} has ${over} pixels that nobody sees` : "";
    }).filter(s => s))"""


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def verdict_is_seen(b, path, _):
    """Without scrolling, on a phone and on a desktop, in the light and in the dark."""
    for size in PHONE, DESKTOP:
        for dark in False, True:
            b.open(path, *size, dark=dark, mobile=size == PHONE)
            for what, seen in b.run(SEEN):
                if not seen:
                    yield f"{what} is not seen at {size}"


def nothing_overflows(b, path, _):
    for width in 320, 390, 768, 1280:
        b.open(path, width, 800, mobile=width < 500)
        b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        if b.run("document.scrollingElement.scrollWidth > innerWidth"):
            yield f"wider than {width}"


def nothing_is_lost(b, path, _):
    """Pictures and tables that are too wide scroll in a box of their own, and say so."""
    for width in 320, 390, 1280:
        b.open(path, width, 800, mobile=width < 500)
        b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        yield from (f"at {width}: {e}" for e in b.run(LOST))


def is_quiet(b, path, _):
    """No errors on the console, no dialogs, nothing loaded."""
    b.open(path)
    b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    yield from b.complaints()
    yield from (url[:60] for url in b.requests() if not url.startswith("data:image/svg+xml;base64,"))


def ordered(values, figures, down):
    known = [v for v in values if (isinstance(v, (int, float)) if figures else v != "")]
    if values[:len(known)] != known:
        return False  # what has none is not last
    if figures:
        return all(a >= c if down else a <= c for a, c in zip(known, known[1:]))
    return True  # words: by the browser's own collation


def pictures_are_seen(b, path, _):
    """A browser draws each of them, of its size, and says what it shows to who cannot see it."""
    b.open(path)
    for i, seen in enumerate(b.run("""Promise.all([...document.images].map(e => e.decode().then(
            () => e.naturalWidth === 960 && e.naturalHeight > 120 && e.alt.length > 20, () => false)))""")):
        if not seen:
            yield f"picture {i} is not seen"


def tables_sort(b, path, _):
    b.open(path)
    tables = b.run(SORTED)
    if not tables:
        yield "no tables"
    for t, columns in enumerate(tables):
        first = None
        for i, (figures, n, *ways) in enumerate(columns):
            for down, way in enumerate(ways):
                if not way or not way[0] or len(way[1]) != n:
                    yield f"table {t}, column {i} does not sort"
                elif not ordered(way[1], figures, down):
                    yield f"table {t}, column {i} is in no order: {way[1][:8]}"
            # the same rows, the other way round
            if not figures and all(ways) and not first:
                up, down = ([v for v in way[1] if v != ""] for way in ways)
                if sorted(up) != sorted(down) or (len(set(up)) > 1 and up == down):
                    yield f"table {t}, column {i} sorts one way only"


def tables_filter(b, path, _):
    b.open(path)
    got = b.run("""(() => { const i = document.querySelector("input[type=search]");
        if (!i) return ["no input", 0, 0];
        const rows = () => [...i.nextElementSibling.querySelectorAll("tbody tr")].filter(r => !r.hidden);
        const all = rows(), one = all[3].textContent;
        i.value = one.slice(0, 14).replace(/ .*/, "") + " no-such-word";
        i.dispatchEvent(new Event("input"));
        const none = rows().length;
        i.value = "";
        i.dispatchEvent(new Event("input"));
        return ["", none, all.length - rows().length]; })()""")
    if got != ["", 0, 0]:
        yield f"the filter does not: {got}"


def is_legible(b, path, _):
    for dark in False, True:
        b.open(path, dark=dark)
        for e in b.run(CONTRAST):
            yield f"{'dark' if dark else 'light'}: {e}"


def stays_text(b, path, _):
    """Nothing of others is an element, an attribute that acts, or runs; also without the policy."""
    bare = path.replace(".html", ".bare.html")
    with open(bare, "w", encoding="utf-8") as f:
        f.write(CSP.sub("", read(path)))
    for each in path, bare:
        b.open(each)
        b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        b.run("document.querySelectorAll('button').forEach(e => e.click())")
        yield from b.run(FOREIGN)
        if b.run("String(window.hacked)") != "undefined":
            yield "a script of others ran"
        yield from b.complaints()
    os.remove(bare)


def shows_text(b, path, files):
    """Names of devices that look like markup are there, to be read."""
    b.open(path)
    for _, file in files:
        name = json.loads(read(file))["device"]
        if name and not b.run(f"document.body.innerText.includes({json.dumps(name['device_name'])})"):
            yield f"no {name['device_name']}"


def same_words(b, path, _):
    """The verdict, its reason and its advice are the terminal's."""
    page = " ".join(read(path.replace(".html", ".page").replace(".broken", "")).split())
    b.open(path)
    for s in b.run("""[...document.querySelectorAll("#verdict .sentence, #verdict li")]
            .map(e => e.textContent)"""):
        if " ".join(s.split()) not in page:
            yield f"the terminal does not say: {s}"
        if "(confidence" in page and re.match(r"[^( ]*\)", s):
            yield f"begins within a bracket: {s}"


def told_without_script(b, path, _):
    b.open(path, script=False)
    seen = b.run("""[document.querySelector("h1").textContent.length > 5,
        document.querySelectorAll("table tbody tr").length > 5,
        [...document.querySelectorAll("button")].every(e => !e.checkVisibility()),
        document.querySelector("#raw noscript").textContent.includes("raw-")]""")
    if seen != [True] * 4:
        yield f"without scripts: {seen}"
    b.open(path, *PHONE, script=False, mobile=True)
    if not b.run("[...document.querySelectorAll('figure .hint')].every(e => e.checkVisibility())"):
        yield "without scripts no picture says that it is wider than a phone"


def prints(b, path, _):
    """Dark ink on white, also where the screen is dark; the whole width."""
    b.open(path, 794, 1123, dark=True, media="print")
    if b.run("""getComputedStyle(document.body).backgroundColor""") != "rgb(255, 255, 255)":
        yield "not on white"
    if b.run("document.querySelector('nav').checkVisibility()"):
        yield "links are printed"
    if b.run("document.scrollingElement.scrollWidth > innerWidth"):
        yield "wider than the paper"
    yield from (f"printed, {e}" for e in b.run(CONTRAST))
    if not b.pdf().startswith(b"%PDF"):
        yield "no PDF"


def told(data):
    """What was measured: the verdict is made of it again, and some files have ten digits."""
    if isinstance(data, dict):
        return {k: told(v) for k, v in data.items() if k not in ("verdict", "summary")}
    if isinstance(data, list):
        return [told(v) for v in data]
    return data


def raw_is_whole(b, path, files):
    """What went in comes out, by a download as well."""
    b.open(path)
    directory = os.path.dirname(os.path.abspath(path)) + "/downloads"
    for old in glob.glob(directory + "/*"):
        os.remove(old)
    b.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=directory)
    for name, file in files:
        original = told(json.loads(read(file)))
        text = b.run(f"document.getElementById('{name}').textContent")
        if told(json.loads(text)) != original:
            yield f"{name} is not {file}"
        button = f"document.querySelector('button[data-raw={name}]')"
        saved = f"{directory}/{b.run(button + '.dataset.file')}"
        b.run(button + ".click()")
        for _ in range(100):
            if os.path.exists(saved) and not glob.glob(directory + "/*.crdownload"):
                break
            time.sleep(0.1)
        if not os.path.exists(saved) or told(json.loads(read(saved))) != original:
            yield f"the download of {name} is not {file}"


def is_small(_, path, files):
    allowance = 64 << 10  # style, script, words; pictures
    allowance += sum(len(s) for s in re.findall(r"<img [^>]*>", read(path)))
    limit = allowance + 2 * sum(os.path.getsize(file) for _, file in files)
    if os.path.getsize(path) > limit:
        yield f"{os.path.getsize(path)} bytes, more than {limit}"


def replace(old, new):
    def change(text):
        broken = re.sub(old, lambda _: new, text, count=1, flags=re.S)
        assert broken != text, f"no {old} to break"
        return broken
    return change


def no_policy(change):
    return lambda text: change(CSP.sub("", text))


SCRIPT = r"<script>//.*?</script>"
CHECKS = [
    (verdict_is_seen, replace("<header>", "<header>" + "<br>" * 40)),
    (nothing_overflows, replace("</header>", "</header><pre>" + "x" * 400 + "</pre>")),
    (nothing_is_lost, no_policy(replace("[.]hint[.]more { display: block; }", ""))),
    (nothing_is_lost, no_policy(replace("overflow-x: auto", "overflow-x: hidden"))),
    (nothing_is_lost, no_policy(replace("toggle[(]\"more\", more[)]", "add(\"more\")"))),
    (is_quiet, replace("</header>", "</header><script>let x = 1</script>")),
    (is_quiet, no_policy(replace("</header>", "</header><img alt='' src='x.png'>"))),
    (is_quiet, no_policy(replace("</header>", "</header><script>no_such_name()</script>"))),
    (pictures_are_seen, replace(";base64,PD94", ";base64,PDxx")),
    (pictures_are_seen, replace("img-src data:; ", "")),
    (tables_sort, replace(SCRIPT, "")),
    (tables_sort, no_policy(replace(r"return a - b;", "return 1;"))),
    (tables_sort, no_policy(replace(r"return missing\(a\) - missing\(b\);", "return 0;"))),
    (tables_filter, no_policy(replace(r"row.hidden =", "row.shown ="))),
    (is_legible, no_policy(replace("--soft: #565d66", "--soft: #b0b0b0"))),
    (is_legible, no_policy(replace("--link: #82b7ff", "--link: #333"))),
    (stays_text, replace("</header>", "</header><b>x</b>")),
    (stays_text, replace("data:image/svg[+]xml;base64,", "data:image/svg+xml,<b>")),
    (stays_text, replace("</header>", "</header><p onclick='a()'>x</p>")),
    (stays_text, replace("</header>", "</header><script>hacked = 1</script>")),
    (stays_text, replace("</header>", "</header><a href='http://example.org/'>x</a>")),
    (stays_text, replace("</header>", "</header><p id='verdict'>x</p>")),
    (stays_text, replace("href=\"#figures\"", "href=\"#nothing\"")),
    (shows_text, replace("<p class=\"subject\">.*$", "")),
    (same_words, replace('class="sentence">', 'class="sentence">x')),
    (told_without_script, replace("<noscript>.*?</noscript>", "<noscript></noscript>")),
    (told_without_script, no_policy(replace("figure [.]hint { display: block; }", ""))),
    (prints, no_policy(replace("@media screen and", "@media"))),
    (raw_is_whole, replace('"rounds_planned":', '"rounds_planned":1')),
    (is_small, replace("</footer>", "</footer><!--" + "x" * (4 << 20) + "-->")),
]


def main():
    work, *names = sys.argv[1:]
    failed = 0
    os.makedirs(f"{work}/downloads", exist_ok=True)
    with Browser() as b:
        for name in names:
            path = f"{work}/{name}.html"
            files = [line.split() for line in read(f"{work}/{name}.raw").splitlines()]
            for check in dict.fromkeys(check for check, _ in CHECKS):
                wrong = list(check(b, path, files))
                print("not ok" if wrong else "ok", name, check.__name__, *wrong[:5], sep=" ", flush=True)
                failed |= bool(wrong)
        name = names[0]
        files = [line.split() for line in read(f"{work}/{name}.raw").splitlines()]
        for i, (check, change) in enumerate(CHECKS):
            path = f"{work}/{name}.broken.html"
            with open(path, "w", encoding="utf-8") as f:
                f.write(change(read(f"{work}/{name}.html")))
            wrong = list(check(b, path, files))
            print("ok" if wrong else "not ok", f"{check.__name__} can fail, {i}:", *wrong[:1], flush=True)
            failed |= not wrong
    return failed


if __name__ == "__main__":
    sys.exit(main())
