"""Curvature of the path that a prompt's tokens take through a layer."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import spread_by_influence, within_bounds
from ._spectra import FloatArray

NAME = "quality_curvature"
SHUFFLES = 10


@within_memory
def quality_curvature(
    X: Any,
    groups: Any,
    *,
    convention: Literal["differences", "states"] = "differences",
    lag: int = 1,
    error: Literal["auto", "influence"] | None = "auto",
) -> Estimate:
    r"""Mean angle between successive steps of a path, prompt by prompt: how much the path over the tokens bends [1]_.

    Parameters
    ----------
    X : (n, d) array
        Token rows, in the order of the tokens within each prompt.
    groups : (n,) array
        The prompt of each row; those of fewer than 3 rows have no angle and are left out.
    convention : {"differences", "states"}
        "differences": between x_i+1 - x_i and x_i+2 - x_i+1. "states": between the states x_i and x_i+lag themselves, as
        released code has it under the same name; that depends on where 0 lies.
    lag : int
        For "states".
    error : {"auto", "influence", None}
        Over prompts, of two at least.

    Returns
    -------
    Estimate
        value in [0, pi], in radians: 0 on a straight path. chance is the value with the tokens of each prompt in random
        order, near 2 pi / 3 in many dimensions; a random walk has pi / 2. dropped: rows of prompts without an angle. details:
        "prompts"; "angles" how many; "undefined" how many more have a step of length 0, as where a state is repeated: they
        are left out.

    Raises
    ------
    DegenerateDataError
        If no prompt has an angle.

    References
    ----------
    .. [1] Hosseini, Fedorenko (2023). Large language models implicitly learn to straighten neural sentence trajectories to
       construct a predictive representation of natural language. NeurIPS 36.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> turn = np.linspace(0, np.pi, 7)  # half a circle in six steps
    >>> arc = np.column_stack([np.cos(turn), np.sin(turn)])
    >>> round(rs.quality_curvature(arc, np.zeros(7)).value * 6 / np.pi, 6)
    1.0
    """
    _check.choice(convention, "convention", NAME, ("differences", "states"))
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    _check.integer(lag, "lag", NAME, low=1)
    points = _check.points(X, "X", NAME).astype(np.float64)
    n = points.shape[0]
    _, code = _check.codes(groups, "groups", NAME, n=n)
    paths = np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])
    found = [_angles(points[rows], convention, lag) for rows in paths]
    kept = [place for place, (angles, _) in enumerate(found) if angles.size]
    if not kept:
        raise DegenerateDataError(
            f"{NAME} needs a prompt with three different rows in succession: none of {len(paths)} prompts has an angle."
        )
    by_path = np.array([found[place][0].mean() for place in kept])
    value = float(by_path.mean())
    spread: dict[str, Any] = {}
    if error is not None and by_path.size > 1:
        spread = spread_by_influence(value, by_path)
        spread.pop("replicates")  # of prompts, not of rows
        spread["interval"] = within_bounds(value, spread["interval"], low=0.0, high=math.pi)
    used = sum(paths[place].size for place in kept)
    return Estimate(
        value=value,
        n=used,
        chance=_shuffled(points, [paths[place] for place in kept], convention=convention, lag=lag),
        dropped=n - used,
        options={"convention": convention, "lag": lag, "error": "influence" if spread else None},
        details={
            "prompts": len(kept),
            "angles": sum(found[place][0].size for place in kept),
            "undefined": sum(bad for _, bad in found),
        },
        **spread,
    )


def _angles(path: FloatArray, convention: str, lag: int) -> tuple[FloatArray, int]:
    """Return the angles along a path, and how many are not defined."""
    steps = np.diff(path, axis=0) if convention == "differences" else path
    ahead = 1 if convention == "differences" else lag
    if steps.shape[0] <= ahead:
        return np.empty(0), 0
    scale = np.abs(steps).max(axis=1, keepdims=True)
    moves = scale[:, 0] > 0
    unit = np.divide(steps, scale, out=np.zeros_like(steps), where=scale > 0)
    unit[moves] /= np.sqrt(np.einsum("ij,ij->i", unit[moves], unit[moves]))[:, None]
    defined = moves[:-ahead] & moves[ahead:]
    one, other = unit[:-ahead][defined], unit[ahead:][defined]
    # The half-angle form keeps its digits near 0 and pi, where the arc cosine loses half of them.
    chord, sum_ = np.linalg.norm(one - other, axis=1), np.linalg.norm(one + other, axis=1)
    return 2 * np.arctan2(chord, sum_), int((~defined).sum())


def _shuffled(points: FloatArray, paths: list[np.ndarray], *, convention: str, lag: int) -> float | None:
    """Return the mean of the value over random orders of each prompt's rows; None where these have no angle."""
    rng = np.random.default_rng(0)
    means = []
    for _ in range(SHUFFLES):
        found = [_angles(points[rng.permutation(rows)], convention, lag)[0] for rows in paths]
        means += [np.mean([angles.mean() for angles in found if angles.size])] if any(a.size for a in found) else []
    return float(np.mean(means)) if means else None
