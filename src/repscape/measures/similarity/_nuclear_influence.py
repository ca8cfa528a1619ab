"""What single examples, and pairs of them, do to the nuclear norm of the product of two sides: all that a rotation can align.

The norm follows the product C = sum a_i b_i' with the rotation R of its own singular directions, so that example i adds
a_i R b_i. R is made of the same examples: example j turns it, and a_i R b_i with it, by
h_ij = sum_{k<l} z_i,kl z_j,kl / (s_k + s_l), z_kl = p_k q_l - p_l q_k for the coordinates p and q of a and b along the singular
directions, s the singular values. That belongs to the pair: the squares of what single examples add hold its variance twice
(`uncertainty/_doubled.py`). Of its squares those count for which z_kl meets itself, which is nearly all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import svd

from ..points import IntArray
from ..uncertainty import influence_stderr
from ._pair_error import PairError, error_by_influence

Aligned = Literal["cosine", "angle", "distance"]
FloatArray = npt.NDArray[np.float64]
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class NuclearInfluence:
    """The nuclear norm of A'B, example by example."""

    shared: FloatArray
    """(n,) what each adds; their sum is the norm."""
    alone: FloatArray
    """(n,) how far each turns the rotation towards itself: with a jackknife's eyes it adds shared - alone / 2."""
    twice: float
    """Variance of the norm that belongs to pairs, which the squares of `shared` hold once too often."""


def nuclear_influence(a: FloatArray, b: FloatArray) -> NuclearInfluence:
    """Return what each example of a (n, d) and b (n, p) adds to the nuclear norm of a'b."""
    left, values, right = svd(a.T @ b, full_matrices=False, check_finite=False)
    p, q = a @ left, b @ right.T
    kept = values > ROUNDING * values[0] if values.size else np.zeros(0, dtype=np.bool_)
    both = p * q
    turned = (p[:, kept] ** 2).T @ q[:, kept] ** 2
    squares = turned + turned.T - 2 * both[:, kept].T @ both[:, kept]
    sums = values[kept, None] + values[kept]
    weights = 1 / sums
    alone = ((p[:, kept] ** 2 @ weights) * q[:, kept] ** 2 - (both[:, kept] @ weights) * both[:, kept]).sum(axis=1)
    # Each k < l stands twice in the matrix, and each pair i < j twice in the square of the sum over examples.
    twice = float(((squares / sums) ** 2).sum()) / 4
    for side, along, other in ((a, p, q), (b, q, p)):  # the wider side also turns out of its directions
        outside = np.maximum((side**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        room = min(side.shape[1], len(side) - 1) - int(kept.sum())
        if room > 0:
            away = outside @ other[:, kept] ** 2
            twice += float((away / values[kept]) @ (away / values[kept])) / room / 2
            alone += outside * (other[:, kept] ** 2 / values[kept]).sum(axis=1)
    return NuclearInfluence(both.sum(axis=1), alone, twice)


def aligned_error(  # house: two sides, what is made of their norm, and what comes and goes together
    aligned: Aligned, a: FloatArray, b: FloatArray, *, value: float, groups: IntArray | None
) -> PairError:
    """Return the error of what is left after the best rotation of b (n, p) onto a (n, d), by influence.

    "cosine": the nuclear norm over both lengths. "angle": its arccos. "distance": the length of the difference.
    """
    found, n = nuclear_influence(a, b), len(a)
    one, other = np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b)
    added = found.shared - found.alone / 2
    if aligned == "distance":
        slope, size = (1 / value if value > 0 else 0.0), 1.0
        influence = slope * n * ((one + other) / 2 - added)
    else:
        size = math.sqrt(float(one.sum() * other.sum()))
        cosine = float(found.shared.sum()) / size
        sine = math.sqrt(max(0.0, 1 - cosine**2))
        slope = 1.0 if aligned == "cosine" else -1 / sine if sine > 0 else 0.0
        influence = slope * n * (added / size - cosine / 2 * (one / one.sum() + other / other.sum()))
    own, twice = influence_stderr(influence, groups) ** 2, found.twice * (slope / size) ** 2
    # Variance that belongs to sets of k examples counts k times in the squares, k over 2 times in the surplus of pairs, and so
    # on with turning signs; from the first two on the series is taken for a geometric one.
    surplus = twice * own / (own + twice) if twice > 0 else 0.0
    return error_by_influence("influence", value, influence, extra=-surplus, groups=groups)
