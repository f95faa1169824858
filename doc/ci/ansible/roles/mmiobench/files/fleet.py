#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the mmiobench role does on the controlling machine: is a result there, and the summary.

fleet.py whole FILE OPTION...    0: a whole result of mmiobench with these options, 1: not
fleet.py summary --results DIR --mmiocompare PROGRAM --accept N,... [OPTION of mmiocompare]...
    The plan on stdin: {machine: {"host": its host or "", "devices": [name, ...]}, ...}. Compares
    DIR/HOST/DEVICE.json with DIR/GUEST/DEVICE.json for each guest, writes DIR/summary.json and
    DIR/summary.txt, prints the latter. 0: all results are there and all pairs accepted, 1: not.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys

MISSING = "no comparison"


def read_json(path):
    """The file's object; none where there is no file, or half of one."""
    try:
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def is_whole(path, options=()):
    """A result that was fetched, and of these options; not one that a failed run was to replace."""
    data = read_json(path)
    if not data or data.get("schema") != "mmiobench-result/1":
        return False
    if os.path.exists(os.path.splitext(path)[0] + ".failed"):
        return False
    command = str(data.get("command"))
    return not options or command.endswith(" " + " ".join(options))


def printable(text):
    """One line without control characters: some of it comes from machines."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def why_failed(path):
    """One line from what Ansible said of the task that failed; it has said nothing when it was lost."""
    failed = read_json(path)
    if not failed:
        return "was not run to its end" if os.path.exists(path) else "was not run"
    if failed.get("unreachable") or failed.get("task", "").startswith("Stop where"):
        return "unreachable: " + printable(failed.get("msg", "no cause is known"))
    status = failed.get("rc")
    said = [line for line in failed.get("stderr", "").splitlines() if line.strip()]
    if failed.get("task") == "Measure" and isinstance(status, int):
        if status < 0:
            return f"mmiobench was killed by signal {-status}"
        known = {124: "mmiobench did not end in time and was ended",
                 137: "mmiobench did not end in time and was killed",
                 77: "nothing to test: " + (said[-1] if said else "")}
        other = f"mmiobench ended with status {status}: {said[-1] if said else ''}"
        return printable(known.get(status, other))
    return printable(f"{failed.get('task', '')}: {failed.get('msg', '')}")


def compare(job):
    """One pair's row: what mmiocompare says of it."""
    args, guest, host, device = job
    files = [os.path.join(args.results, side, device + ".json") for side in (host, guest)]
    out = os.path.join(args.results, guest, device + ".compare.json")
    row = {"guest": guest, "host": host, "device": device, "verdict": MISSING, "status": None, "why": ""}
    lost = [side for side, file in zip((host, guest), files) if not is_whole(file)]
    if os.path.exists(out):
        os.unlink(out)
    if lost:
        row["why"] = "no result of " + " and ".join(lost)
        return row
    try:
        run = subprocess.run([args.mmiocompare, "--json", out] + args.options + files, check=False,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, errors="replace")
    except OSError as cause:
        row["why"] = printable(cause)
        return row
    verdict = (read_json(out) or {}).get("verdict")
    if run.returncode not in (0, 1, 3) or not verdict:
        row["why"] = printable(run.stderr) or f"mmiocompare ended with status {run.returncode}"
        return row
    row["status"] = run.returncode
    # of a machine without a hypervisor, and of ordinary memory, there is nothing to judge
    row["verdict"] = verdict["normal_nc"] if verdict["about_guest"] else "none"
    row["why"] = printable(verdict["reason"])
    return row


def table(head, rows):
    """Aligned columns; the last one is as long as it is."""
    rows = [head] + rows
    widths = [max(len(row[i]) for row in rows) for i in range(len(head) - 1)]
    return ["  ".join([c.ljust(w) for c, w in zip(row, widths)] + [row[-1]]).rstrip() for row in rows]


def tell(plan, results, failures, pairs, accept):
    """The summary's lines: what passes first, so that the end has what to look at; the last one says it all."""
    pairs = sorted(pairs, key=lambda p: p["status"] not in accept)
    lines = table(["guest", "device", "host", "verdict", "status", "why"], [
        [p["guest"], p["device"], p["host"], p["verdict"], str(p["status"] if p["status"] is not None else "-"),
         p["why"]] for p in pairs])
    if failures:
        lines += [""] + table(["failed", "device", "cause"], failures)
    compared = [p for p in pairs if p["status"] is not None]
    good = [p for p in compared if p["status"] in accept]
    lines += ["", f"{len(plan)} machines: {results} results, {len(failures)} failed; "
              f"{len(pairs)} pairs: {len(good)} pass, {len(compared) - len(good)} do not, "
              f"{len(pairs) - len(compared)} not compared"]
    return lines, not failures and len(good) == len(pairs) and results > 0


def summary(args):
    plan = json.load(sys.stdin)
    accept = [int(n) for n in args.accept.split(",")]
    wanted = [(m, d) for m in sorted(plan) for d in plan[m].get("devices", [])]
    failures = [[m, "-", "nothing is known of it: it was lost before it was measured, or has no devices"]
                for m in sorted(plan) if not plan[m].get("devices")]
    failures += [[m, d, why_failed(os.path.join(args.results, m, d + ".failed"))]
                 for m, d in wanted if not is_whole(os.path.join(args.results, m, d + ".json"))]
    results = len(wanted) - sum(f[1] != "-" for f in failures)
    jobs = [(args, m, plan[m]["host"], d) for m, d in wanted if plan[m].get("host")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pairs = list(pool.map(compare, jobs))
    lines, good = tell(plan, results, failures, pairs, accept)
    with open(os.path.join(args.results, "summary.json"), "w", encoding="utf-8") as f:
        json.dump({"pairs": pairs, "good": good, "results": results, "failed": [
            {"machine": m, "device": d, "why": w} for m, d, w in failures]}, f, indent=1)
        f.write("\n")
    text = "\n".join(lines) + "\n"
    with open(os.path.join(args.results, "summary.txt"), "w", encoding="utf-8") as f:
        f.write(text)
    sys.stdout.write(text)
    return 0 if good else 1


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "whole":
        return 0 if is_whole(sys.argv[2], sys.argv[3:]) else 1
    parser = argparse.ArgumentParser(allow_abbrev=False, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["summary"])
    parser.add_argument("--results", required=True)
    parser.add_argument("--mmiocompare", required=True)
    parser.add_argument("--accept", default="0")
    args, args.options = parser.parse_known_args()
    return summary(args)


if __name__ == "__main__":
    sys.exit(main())
