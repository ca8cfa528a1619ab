"""FisherS by loops over pairs, and the sphere's dimension by root finding."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

OPTIONS = [{"condition": 3.0}]


def slow(X, Y, columns, *, condition=10.0):
    n = len(X)
    centred = X - X.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / n)
    kept = values > values.max() / condition
    white = centred @ axes[:, kept] / np.sqrt(values[kept])
    unit = white / np.linalg.norm(white, axis=1, keepdims=True)
    cosines = np.array([unit[i] @ unit[j] for i in range(n) for j in range(n) if i != j])
    found = {}
    for step in range(20):
        alpha = 0.6 + 0.02 * step
        p = (cosines >= alpha).mean()
        if p > 0:
            # of a sphere of d dimensions: p = (1 - alpha^2)^((d - 1) / 2) / (alpha sqrt(2 pi d))
            def log(d, a=alpha, p=p):
                return (d - 1) / 2 * math.log(1 - a**2) - math.log(a * math.sqrt(2 * math.pi * d) * p)

            found[alpha] = brentq(log, 1e-6, 1e4)
    target = 0.9 * max(found)
    return found[min(found, key=lambda alpha: (round(abs(alpha - target), 9), -found[alpha]))]
