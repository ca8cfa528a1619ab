"""ESS with angles one by one, and the expected sine by numerical integration."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy.integrate import quad

OPTIONS = [{"k": 6}]


def sine(d):
    if d == 1:
        return 0.0
    weight = quad(lambda t: math.sin(t) ** (d - 2), 0, math.pi)[0]
    return quad(lambda t: math.sin(t) ** (d - 1), 0, math.pi)[0] / weight


def slow(X, Y, columns, *, k, average="mean"):
    table, local = [sine(d) for d in range(1, 30)], []
    for x in X:
        near = np.array(sorted(X, key=lambda y: math.dist(x, y))[1 : k + 1])
        near = near - near.mean(axis=0)
        area, weight = 0.0, 0.0
        for a, b in combinations(near, 2):
            lengths = math.sqrt((a @ a) * (b @ b))
            weight += lengths
            area += lengths * math.sqrt(1 - min(1.0, (a @ b / lengths) ** 2))
        d = next(d for d in range(1, 29) if table[d] > area / weight)
        local.append(d + (area / weight - table[d - 1]) / (table[d] - table[d - 1]))
    return (np.mean if average == "mean" else np.median)(local)
