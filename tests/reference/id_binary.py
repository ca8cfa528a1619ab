"""BID: the divergence written out, and a general optimiser by gradients."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize

OPTIONS = [{"threshold": 2.0, "high": 0.95}]


def slow(X, Y, columns, *, threshold, high):
    bits = threshold < X
    n = len(X)
    apart = [int((bits[i] != bits[j]).sum()) for i in range(n) for j in range(n) if i != j]
    seen = {r: apart.count(r) / len(apart) for r in sorted(set(apart))}
    below = [r for r in seen if sum(p for q, p in seen.items() if q <= r) <= high]
    kept = [r for r in seen if r <= max(below)]
    share = np.array([seen[r] for r in kept]) / sum(seen[r] for r in kept)

    def loss(at):
        d = [at[0] + at[1] * r for r in kept]
        if min(x - r for x, r in zip(d, kept, strict=True)) <= -1:
            return 1e3
        law = [
            math.exp(math.lgamma(x + 1) - math.lgamma(r + 1) - math.lgamma(x - r + 1) - x * math.log(2))
            for x, r in zip(d, kept, strict=True)
        ]
        return float((share * np.log(share / (np.array(law) / sum(law)))).sum())

    starts = [(5.0, 0.0), (4.0, 0.3), (6.0, -0.2)]
    best = min(
        (minimize(loss, at, method="Powell", options={"xtol": 1e-12, "ftol": 1e-16}) for at in starts),
        key=lambda f: f.fun,
    )
    return minimize(loss, best.x, method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-17, "maxiter": 9999}).x[0]
