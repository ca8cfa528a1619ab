"""The five estimates from all distances, one point after another; the largest over the smallest."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

OPTIONS = [{"k": 8, "max_rank": 8}]


def slow(X, Y, columns, *, k, max_rank):
    far = np.array([sorted(math.dist(x, y) for y in X)[1:] for x in X])
    twonn = (len(X) - 1) / np.log(far[:, 1] / far[:, 0]).sum()
    mle = (len(X) * (k - 1) - 1) / sum(math.log(r[k - 1] / r[j]) for r in far for j in range(k - 1))
    mom = 1 / np.mean([(r[k - 1] - (m := r[:k].mean())) / m for r in far])
    mada = 1 / np.mean([math.log(r[k - 1] / r[k // 2 - 1]) / math.log(2) for r in far])
    logs, n = np.log(far[:, max_rank - 1] / far[:, max_rank // 2 - 1]), max_rank // 2

    def unlikely(d):
        return -(
            (len(X) - 1) * math.log(d)
            + ((n - 1) * np.log(np.expm1(d * logs))).sum()
            - ((2 * n - 1) * d + 1) * logs.sum()
        )

    gride = minimize_scalar(unlikely, bounds=(0.05, 60), method="bounded", options={"xatol": 1e-12}).x
    values = [twonn, mle, mom, mada, gride]
    return max(values) / min(values)
