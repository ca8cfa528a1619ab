"""What a plan does to the points of a layer before anybody looks at them: centre, scale, whiten, leave out rogue dimensions.

The points that came in are never written to; what comes out is float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError

FloatArray = npt.NDArray[np.float64]
ROGUE_SHARE = 0.05
ROGUE_TIMES = 10.0
SHOWN = 8  # dimensions named in a note


def preprocessed(points: npt.NDArray[Any], steps: Sequence[str], name: str) -> tuple[npt.NDArray[Any], list[str]]:
    """Return the points after every step, and what a reader should know; without steps, the points as they are."""
    notes: list[str] = []
    for step in steps:
        points, note = STEPS[step](np.asarray(points, dtype=np.float64), name)
        notes += [f"{step}: {note}"] if note else []
    return points, notes


def _centre(points: FloatArray, name: str) -> tuple[FloatArray, str]:
    return points - points.mean(axis=0), ""


def _unit_norm(points: FloatArray, name: str) -> tuple[FloatArray, str]:
    largest = np.abs(points).max(axis=1, keepdims=True)
    if (zero := np.flatnonzero(largest == 0)).size:
        raise InputError(
            f"unit_norm of layer {name}: row {zero[0]} has length 0 and no direction ({zero.size} in all)."
        )
    scaled = points / largest  # squares of what is left neither overflow nor vanish
    return scaled / np.sqrt(np.einsum("ij,ij->i", scaled, scaled))[:, None], ""


def _standardise(points: FloatArray, name: str) -> tuple[FloatArray, str]:
    constant = np.ptp(points, axis=0) == 0
    spread = np.where(constant, 1.0, points.std(axis=0))
    found = (points - points.mean(axis=0)) / spread
    found[:, constant] = 0.0
    count = int(constant.sum())
    return found, f"{count} of {constant.size} dimensions are constant and became 0" if count else ""


def _drop_rogue(points: FloatArray, name: str) -> tuple[FloatArray, str]:
    """Leave out, largest first, dimensions with over 5 % of the variance and over ten times an even share.

    Timkey and van Schijndel (2021) show that one to five such dimensions decide similarities in most language models.
    """
    variance = points.var(axis=0)
    order = np.argsort(-variance, kind="stable")
    left, total = variance.size, float(variance.sum())
    rogue: list[int] = []
    for dimension in order.tolist():
        if variance[dimension] <= max(ROGUE_SHARE, ROGUE_TIMES / left) * total:
            break
        rogue.append(dimension)
        left -= 1
        total = float(variance[order[len(rogue) :]].sum())
    if not rogue:
        return points, ""
    named = ", ".join(map(str, sorted(rogue)[:SHOWN])) + (", ..." if len(rogue) > SHOWN else "")
    share = variance[rogue].sum() / variance.sum()
    said = f"left out {len(rogue)} of {variance.size} dimensions with {share:.0%} of the variance ({named})"
    return np.delete(points, rogue, axis=1), said


def _whiten(points: FloatArray, name: str) -> tuple[FloatArray, str]:
    n, d = points.shape
    if n <= d:
        raise InputError(f"whiten of layer {name} needs more points than dimensions. Got {n} points of {d} dimensions.")
    centred = points - points.mean(axis=0)
    scale = np.abs(centred).max() or 1.0
    # The singular values themselves, since squaring them in a covariance would lose the small ones.
    _, lengths, axes = np.linalg.svd(centred / scale, full_matrices=False)
    rank = int((lengths > lengths[0] * max(n, d) * np.finfo(np.float64).eps).sum())
    if rank < d:
        raise InputError(
            f"whiten of layer {name} needs variance in every direction: {d - rank} of {d} have none. Leave constant and "
            "repeated dimensions out, or take 'standardise'."
        )
    return (centred / scale) @ (axes.T / lengths) * np.sqrt(n), ""


STEPS: Mapping[str, Callable[[FloatArray, str], tuple[FloatArray, str]]] = {
    "centre": _centre,
    "unit_norm": _unit_norm,
    "standardise": _standardise,
    "drop_rogue": _drop_rogue,
    "whiten": _whiten,
}
