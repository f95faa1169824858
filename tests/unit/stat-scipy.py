#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""stat-scipy.py COMMAND...: see stat-scipy.test. COMMAND prints what src/stat makes of cases."""
import itertools
import math
import subprocess
import sys

import numpy as np
from scipy import stats

NEAR = 1e-9
EXACT_MOST = 60
RESAMPLES = 2000
failed = 0


def near(name, expected, value):
    global failed
    if not abs(expected - value) <= NEAR * max(1, abs(expected)):
        failed += 1
        if failed < 20:
            print(f"not ok: {name}: {value!r} is not {expected!r}")


def counted(a, b):
    """P(rank sum <= seen), P(>= seen) over every way to deal the numbers to the sides."""
    ranks = 2 * stats.rankdata(np.concatenate([a, b]))
    seen = ranks[:len(a)].sum()
    deals = itertools.combinations(range(len(ranks)), len(a))
    sums = np.array([ranks[list(deal)].sum() for deal in deals])
    return np.mean(sums <= seen), np.mean(sums >= seen)


def mann_whitney(a, b):
    """u, two-sided, less, greater, exact"""
    tied = len(np.unique(np.concatenate([a, b]))) < len(a) + len(b)
    exact = len(a) + len(b) <= EXACT_MOST
    u = stats.mannwhitneyu(a, b).statistic
    if exact and tied:
        less, greater = counted(a, b)
    elif np.all(np.concatenate([a, b]) == a[0]):
        less = greater = 1.0
    else:
        method = "exact" if exact else "asymptotic"
        less, greater = (stats.mannwhitneyu(a, b, alternative=side, method=method).pvalue
                         for side in ("less", "greater"))
        two = stats.mannwhitneyu(a, b, method=method).pvalue
        near("scipy with itself", two, min(1, 2 * min(less, greater)))
    return u, min(1, 2 * min(less, greater)), less, greater, exact


class Resampler:
    """GSL's gsl_rng_uniform_int over its mt19937, on numpy's generator of the same name."""

    def __init__(self, seed):
        self.bits = np.random.MT19937()
        self.bits._legacy_seeding(seed)  # init_genrand of Matsumoto and Nishimura, as GSL has it

    def index(self, n):
        scale = 0xFFFFFFFF // n
        while True:
            k = int(self.bits.random_raw()) // scale
            if k < n:
                return k


def bootstrap(a, b, seed):
    rng = Resampler(seed)
    ratios = []
    for _ in range(RESAMPLES):
        x = np.median([a[rng.index(len(a))] for _ in a])
        y = np.median([b[rng.index(len(b))] for _ in b])
        ratios.append(x / y)
    return (np.median(a) / np.median(b), *np.quantile(ratios, [0.025, 0.975, 0.05, 0.95]))


def holm(p):
    order, most, out = np.argsort(p, kind="stable"), 0, [0] * len(p)
    for i, at in enumerate(order):
        most = max(most, min(1, (len(p) - i) * p[at]))
        out[at] = most
    return out


def benjamini_hochberg(p):
    return [min(min(1, len(p) * q / sum(r <= q for r in p)) for q in p if q >= own) for own in p]


def pairs(rng):
    """Unequal sizes, ties, all equal, far apart, beyond what is exact."""
    for na, nb in itertools.product(range(1, 13), repeat=2):
        yield rng.lognormal(3, 0.1, na), rng.lognormal(3, 0.1, nb)
    for na, nb in itertools.product(range(1, 8), repeat=2):
        yield rng.integers(1, 5, na).astype(float), rng.integers(1, 5, nb).astype(float)
        yield np.full(na, 7.0), np.full(nb, 7.0)
        yield rng.normal(100, 1, na), rng.normal(300, 1, nb)
        yield rng.normal(300, 1, na), np.round(rng.normal(100, 1, nb))
    for na, nb in ((30, 30), (20, 40), (59, 1), (1, 59), (45, 15)):
        yield rng.lognormal(3, 0.1, na), rng.lognormal(3.05, 0.1, nb)
    for na, nb in ((31, 30), (30, 31), (60, 60), (5, 200), (200, 5), (1, 60), (60, 1)):
        yield rng.lognormal(3, 0.1, na), rng.lognormal(3.02, 0.1, nb)
        yield rng.integers(1, 9, na).astype(float), rng.integers(2, 9, nb).astype(float)
        yield np.full(na, 7.0), np.full(nb, 7.0)


def words(v):
    return " ".join(repr(float(x)) for x in v)


def check_pairs(rng, ask):
    cases = [(a, b, seed) for seed, (a, b) in enumerate(pairs(rng))]
    out = ask(f"pair {seed} {len(a)} {len(b)} {words(a)} {words(b)}" for a, b, seed in cases)
    ties = 0
    for at, ((a, b, seed), line) in enumerate(zip(cases, out)):
        got = [float(x) for x in line.split()]
        name = f"case {seed}, {len(a)} and {len(b)} numbers"
        for field, expected, value in zip(("u", "p", "p_less", "p_greater", "exact"),
                                          mann_whitney(a, b), got):
            near(f"{name}: {field}", expected, value)
        near(f"{name}: least p", min(1, 2 / math.comb(len(a) + len(b), len(a))), got[5])
        ties += len(np.unique(np.concatenate([a, b]))) < len(a) + len(b)
        # one in five: python is slow
        if at % 5 == 0:
            for field, expected, value in zip(("ratio", "low", "high", "low90", "high90"),
                                              bootstrap(a, b, seed or 4357), got[6:]):
                near(f"{name}: {field}", expected, value)
    print(f"{len(cases)} pairs, {ties} of them with ties")


def check_many(rng, ask):
    cases = [rng.uniform(0, 1, n) ** 3 for n in range(1, 40)]
    cases += [rng.integers(1, 6, n) / 50 for n in range(1, 20)]
    for p, line in zip(cases, ask(f"many {len(p)} {words(p)}" for p in cases)):
        got = [float(x) for x in line.split()]
        for i, expected in enumerate(holm(p) + benjamini_hochberg(p)):
            near(f"{len(p)} tests: adjusted {i}", expected, got[i])
    print(f"{len(cases)} sets of tests")


def further(na, nb, value, low, high, margin, alpha):
    """By another way round: the first k whose interval would do."""
    d, se = abs(math.log(value)), math.log(high / low) / 2 / stats.norm.isf(0.025)
    for k in range(1, 1001):
        then = se * math.sqrt((1 / (na + k) + 1 / (nb + k)) / (1 / na + 1 / nb))
        least = min(1, 2 / math.comb(na + nb + 2 * k, na + k))
        if d > margin:
            done = (d - stats.norm.isf(0.025) * then >= margin and
                    stats.norm.isf(alpha / 2) * then <= d and least <= alpha)
        else:
            done = d < margin and d + stats.norm.isf(0.05) * then <= margin and least / 2 <= 0.05
        if done:
            return k
    return 0


def check_further(rng, ask):
    cases = []
    for _ in range(300):
        value, spread = rng.lognormal(0, 0.06), rng.uniform(0.001, 0.2)
        cases.append((int(rng.integers(1, 31)), int(rng.integers(1, 31)), value,
                      value * math.exp(-spread), value * math.exp(spread * rng.uniform(0.5, 2)),
                      math.log1p(rng.choice([0, 0.01, 0.05])), rng.choice([0.05, 0.0125, 0.001])))
    cases.append((1, 1, 1.0, 1.0, 1.0, math.log1p(0.05), 0.05))
    cases.append((5, 5, 1.0, 0.99, 1.01, 0.0, 0.05))
    seen = set()
    for case, line in zip(cases, ask("further " + " ".join(repr(float(x)) if isinstance(x, float)
                                                           else str(x) for x in case)
                                     for case in cases)):
        near(f"further{case}", further(*case), int(line))
        seen.add(int(line))
    if len(seen) < 20 or 0 not in seen:
        near("cases of further that tell something", 20, len(seen))
    print(f"{len(cases)} estimates of what would decide")


def main():
    def ask(lines):
        done = subprocess.run(sys.argv[1:], input="\n".join(lines) + "\n", capture_output=True,
                              text=True, check=True)
        return done.stdout.splitlines()

    rng = np.random.default_rng(20261125)
    check_pairs(rng, ask)
    check_many(rng, ask)
    check_further(rng, ask)
    print(f"{failed} differences of more than {NEAR}")
    sys.exit(1 if failed else 0)


main()
