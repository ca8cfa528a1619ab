"""DANCo's laws written out: the likelihood on a fine grid, the angles one by one, the divergences by numerical integration."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

OPTIONS = [{"k": 8}, {"k": 6, "version": "distances"}]


def concentration(e):
    if e < 0.53:
        return 2 * e + e**3 + 5 * e**5 / 6
    if e < 0.85:
        return -0.4 + 1.39 * e + 0.43 / (1 - e)
    return 1 / (e**3 - 4 * e**2 + 3 * e) if e < 1 else 1e6


def statistics(X, k):
    rho, nus, taus = [], [], []
    for x in X:
        near = sorted(X, key=lambda y: math.dist(x, y))[1 : k + 2]
        rho.append(math.dist(x, near[0]) / math.dist(x, near[-1]))
        arms = [y - x for y in near[:k]]
        angles = [
            math.acos(max(-1.0, min(1.0, a @ b / math.sqrt((a @ a) * (b @ b))))) for a, b in combinations(arms, 2)
        ]
        s, c = np.mean(np.sin(angles)), np.mean(np.cos(angles))
        nus.append(math.atan2(s, c))
        e = math.hypot(s, c)
        taus.append(concentration(min(e, 1.0)))

    def loss(d):
        return -sum(math.log(d) + d * math.log(r) + (k - 1) * math.log(1 - r**d) for r in rho)

    d = minimize_scalar(loss, bounds=(0.1, 50), method="bounded", options={"xatol": 1e-11}).x
    return d, np.mean(nus), np.mean(taus)


def ball(n, k, d):
    rng = np.random.default_rng([n, k, d])
    points = rng.normal(size=(n, d))
    points *= rng.random(size=(n, 1)) ** (1 / d) / np.linalg.norm(points, axis=1, keepdims=True)
    return statistics(points, k)


def divergence(told, other, k):
    """Of the other's law from the told one's: of the nearest distance, and of the angle."""

    def law(r, d):
        return math.log(k * d) + (d - 1) * math.log(r) + (k - 1) * math.log(max(1 - r**d, 1e-300))

    lengths = quad(
        lambda r: math.exp(law(r, told[0])) * (law(r, told[0]) - law(r, other[0])), 1e-12, 1, epsabs=1e-12, limit=300
    )[0]

    def mises(t, nu, tau):
        return tau * (math.cos(t - nu) - 1)

    norms = [
        math.log(quad(lambda t, one=one: math.exp(mises(t, *one[1:])), -math.pi, math.pi, epsabs=1e-12)[0])
        for one in (told, other)
    ]

    def part(t):
        own, its = mises(t, *told[1:]) - norms[0], mises(t, *other[1:]) - norms[1]
        return math.exp(own) * (own - its)

    return lengths + quad(part, -math.pi, math.pi, epsabs=1e-12)[0]


def slow(X, Y, columns, *, k, version="danco"):
    told = statistics(X, k)
    if version == "distances":
        return told[0]
    tried = min(X.shape[1], max(3, 2 * math.ceil(told[0]) + 3))
    found = np.array([divergence(told, ball(len(X), k, d), k) for d in range(1, tried + 1)])
    place = int(found.argmin())
    if not 1 < place < tried - 1:
        return place + 1
    return place + 1 + np.poly1d(np.polyfit([-1, 0, 1], found[place - 1 : place + 2], 2)).deriv().r[0]
