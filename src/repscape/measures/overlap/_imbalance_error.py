"""The error of information imbalance, over quarters of the examples or by leaving points out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import GraphDepthError, InputError
from ..uncertainty import DRAWS, Spread, jackknife, parts_of_groups
from ._imbalance_sides import NAME, Imbalance, Side, prepare

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ImbalanceError:
    """The errors of both directions, None where there is none."""

    name: str | None
    stderr: tuple[float | None, float | None] = (None, None)
    replicates: FloatArray | None = None
    degrees: float = math.inf

    def interval(self, value: float) -> tuple[float, float]:
        return Spread.of(value, self.stderr[0] or 0.0, min(self.degrees, 1e9)).interval


def imbalance_error(
    sides: tuple[Side, Side],
    ways: tuple[Imbalance, Imbalance | None],
    *,
    k: int,
    error: str | None,
    groups: IntArray | None,
) -> ImbalanceError:
    """Return the error asked for, or refuse one that cannot be had."""
    if error is None:
        return ImbalanceError(None)
    points = all(side.points is not None for side in sides)
    if groups is not None and points:
        least = min(groups.size - part.size for part in parts_of_groups(groups))
        if least > k + 1:
            return _over_groups(sides, ways[0].value, k, groups)
        if error == "auto":
            return ImbalanceError(None)
        raise InputError(
            f"error={error!r} of {NAME} with groups leaves groups out, and needs at least {k + 2} examples in the others. "
            f"Got {least} without the largest part of {groups.size}."
        )
    if points and error != "jackknife" and sides[0].n >= 4 * (k + 3):
        return _over_quarters(sides, ways, k)
    if error == "subsample":
        least = 4 * (k + 3)
        why = "Got a graph; error='jackknife' takes it." if not points else f"Got {sides[0].n} examples."
        raise InputError(
            f"error='subsample' of {NAME} with k={k} needs points on both sides, and at least {least} examples. {why}"
        )
    if ways[0].stderr is None or groups is not None:
        if error == "jackknife":
            raise GraphDepthError(
                f"error='jackknife' of {NAME} also looks up neighbour {k + 1}, which a graph given here does not hold, and "
                "groups need points. Give the points, or error='auto'."
            )
        return ImbalanceError(None)
    back = ways[1]
    return ImbalanceError("jackknife", (ways[0].stderr, None if back is None else back.stderr), ways[0].replicates)


def _over_quarters(sides: tuple[Side, Side], ways: tuple[Imbalance, Imbalance | None], k: int) -> ImbalanceError:
    """Return the error over quarters, relative to what they read and to how much single ranks vary there.

    Ranks among all points have a longer tail than ranks among a quarter, and the error of their mean grows with it.
    """
    quarters = list(zip(*(side.quarters(k) for side in sides), strict=True))
    ranks = [(_ranks(a, b, k), _ranks(b, a, k)) for a, b in quarters]
    found = np.array([[one.mean() for one in both] for both in ranks])
    part = np.array([a.n for a, _ in quarters]) / sides[0].n
    mean = found.mean(axis=0)
    values = np.array([ways[0].value, mean[1] if ways[1] is None else ways[1].value])
    varies = np.mean([[_variation(one) for one in both] for both in ranks], axis=0)
    longer = [
        1.0 if way is None else _variation(way.per_point) / max(of, 1e-12) for way, of in zip(ways, varies, strict=True)
    ]
    drawn = (found - mean) * (values / mean) * longer * np.sqrt(part / (1 - part))[:, None]
    there, back = (float(error) for error in drawn.std(axis=0, ddof=1))
    return ImbalanceError("subsample", (there, back), drawn[:, 0], DRAWS - 1)


def _variation(ranks: FloatArray) -> float:
    """Return the spread of ranks over their mean."""
    return float(ranks.std() / ranks.mean())


def _over_groups(sides: tuple[Side, Side], value: float, k: int, groups: IntArray) -> ImbalanceError:
    """Return the error by leaving out parts made of whole groups."""
    n, without = sides[0].n, []
    for part in parts_of_groups(groups):
        rest = np.setdiff1d(np.arange(n), part)
        first, second = (prepare(np.asarray(side.points)[rest], {"k": k}) for side in sides)
        without.append(float(_ranks(first, second, k).mean()))
    spread, replicates = jackknife(value, without)
    return ImbalanceError("jackknife over groups", (spread.stderr, None), replicates, len(without) - 1)


def _ranks(source: Side, target: Side, k: int) -> FloatArray:
    """Return what each point adds to the value from source to target, both points."""
    return 2 / source.n * target.ranks(source.graph.indices[:, :k])[0].mean(axis=1)  # type: ignore[index,no-any-return]
