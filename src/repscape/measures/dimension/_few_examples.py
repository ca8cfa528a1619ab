"""Does a dimension rest on few examples? A clump of near-identical ones may carry most of its variance.

Another sample may lack the clump, and no error from a sample that holds it, or lacks it, tells. Such a value keeps its error,
and says that it rests on few examples; nothing is concluded of it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .._result import Curve, Estimate
from ..uncertainty import FEW, effective_examples
from ._near_copies import WITHOUT, NearCopies

FloatArray = npt.NDArray[np.float64]
EXPONENTIAL = 9
"""Kurtosis of log r_2 / r_1 where points fill their dimension evenly: n_eff is n / 9."""
N_EFF, SAID = "n_eff", "few examples"


def examples_behind(scores: FloatArray, copies: NearCopies) -> float:
    """Return on how many examples the sum of scores (n,) rests, near copies of one another counted as one."""
    centred = scores - scores.mean()
    if copies.group is not None:
        centred = np.bincount(copies.group, weights=centred)
    return effective_examples(centred)


def few(n_eff: float, n: int, *, moved: float, stderr: float) -> bool:
    """Whether so few examples decide, fewer than half of what evenly filled dimensions have, or near copies move the value."""
    return n_eff < min(FEW, n / EXPONENTIAL / 2) or moved > stderr


def flagged(found: Estimate, n_eff: float) -> Estimate:
    """Return an estimate that says whether it rests on few examples."""
    moved, stderr = abs(found.details[WITHOUT] - found.value), math.nan if found.stderr is None else found.stderr
    said = {"rests_on": SAID} if few(n_eff, found.n, moved=moved, stderr=stderr) else {}
    return replace(found, options={**found.options, **said}, details={**found.details, N_EFF: n_eff})


def flagged_curve(found: Curve, n_eff: FloatArray) -> Curve:
    """Return a curve that says at which places it rests on few examples; near copies alone decide only with the error known."""
    stderr = np.full(found.x.size, np.nan) if found.stderr is None else found.stderr
    moved = np.abs(np.asarray(found.details[WITHOUT]) - found.values)
    places = [
        few(float(n_eff[i]), found.n, moved=float(moved[i]), stderr=float(stderr[i])) for i in range(found.x.size)
    ]
    said: dict[str, Any] = {}
    if any(places):
        at = ", ".join(f"{x:g}" for x, is_few in zip(found.x, places, strict=True) if is_few)
        said = {"rests_on": f"{SAID} at {found.x_name} {at}"}
    details = {**found.details, N_EFF: n_eff, "rests_on_few": np.array(places)}
    return replace(found, options={**found.options, **said}, details=details)
