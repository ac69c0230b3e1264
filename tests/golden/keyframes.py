#!/usr/bin/env python3
"""Golden values for src/domain/keyframes.rs, in exact fractions; knows nothing of the Rust code.

Monotone cubic interpolation: Fritsch and Butland (1984), weighted harmonic mean of the secants inside, a limited
three-point estimate at the ends. Evaluated as a cubic in Newton's form, not in Hermite's basis.

    python3 tests/golden/keyframes.py > tests/golden/keyframes.json
"""

import json
from fractions import Fraction as F


def tangents(t, v):
    n = len(t)
    h = [F(t[i + 1] - t[i]) for i in range(n - 1)]
    d = [F(v[i + 1] - v[i]) / h[i] for i in range(n - 1)]
    if n == 2:
        return [d[0], d[0]]

    def end(h0, h1, d0, d1):
        m = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
        if m * d0 <= 0:
            return F(0)
        if d0 * d1 <= 0 and abs(m) > 3 * abs(d0):
            return 3 * d0
        return m

    inner = []
    for i in range(1, n - 1):
        if d[i - 1] * d[i] <= 0:
            inner.append(F(0))
        else:
            w1, w2 = 2 * h[i] + h[i - 1], h[i] + 2 * h[i - 1]
            inner.append((w1 + w2) / (w1 / d[i - 1] + w2 / d[i]))
    return [end(h[0], h[1], d[0], d[1]), *inner, end(h[-1], h[-2], d[-1], d[-2])]


def value(keys, at):
    t, v = [k["at"] for k in keys], [k["value"] for k in keys]
    if at <= t[0]:
        return F(v[0])
    if at >= t[-1]:
        return F(v[-1])
    i = max(j for j in range(len(t)) if t[j] <= at)
    h, s = F(t[i + 1] - t[i]), F(at - t[i])
    secant = F(v[i + 1] - v[i]) / h
    ease = keys[i]["ease"]
    if ease == "hold":
        return F(v[i])
    if ease == "linear":
        return v[i] + secant * s
    m = tangents(t, v)
    # Newton's form on the doubled nodes t_i, t_i, t_i+1, t_i+1.
    c2 = (secant - m[i]) / h
    c3 = (m[i + 1] - 2 * secant + m[i]) / h**2
    return v[i] + m[i] * s + c2 * s**2 + c3 * s**2 * (s - h)


def case(points, eases=("smooth",)):
    keys = [{"at": at, "value": v, "ease": eases[i % len(eases)]} for i, (at, v) in enumerate(points)]
    first, last = keys[0]["at"], keys[-1]["at"]
    times = {first - 1_000_000, first, last, last + 1}
    times |= {first + (last - first) * k // 37 for k in range(38)}
    times |= {k["at"] + e for k in keys for e in (-1, 0, 1)}
    return {"keys": keys, "samples": [[at, float(value(keys, at))] for at in sorted(times)]}


S = 1_000_000
CASES = [
    case([(0, 960_000), (4 * S, 1_400_000)]),
    case([(0, 0), (1 * S, 100_000), (2 * S, 100_000), (3 * S, 0)]),
    case([(0, 540_000), (700_000, 900_123), (2_100_000, 1_500_456), (2_500_000, 1_510_000), (6 * S, 300_000)]),
    case([(33_367, 1), (66_733, 1_000_000), (100_100, 999_999), (133_467, 5)]),
    case([(0, 10), (1 * S, 20), (5 * S, 21), (5 * S + 1, 4_000_000), (9 * S, 4_000_001)]),
    case([(-2 * S, -500_000), (0, 0), (3 * S, 700_000)], ("linear",)),
    case([(0, 100), (1 * S, 300), (2 * S, 200)], ("hold",)),
    case([(0, 0), (1 * S, 250_000), (3 * S, 900_000), (4 * S, 880_000), (8 * S, 0)], ("smooth", "linear", "hold")),
    case([(0, 1_080_000), (500_000, 1_080_000), (1 * S, 720_000), (1_500_000, 360_000), (2 * S, 360_000)]),
]

if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]")
