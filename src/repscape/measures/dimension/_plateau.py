"""From a curve over scale to the one number of a profile: the value where the curve is level, if it is."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputTypeError, RepscapeWarning
from .._result import NORMAL_95, Curve, Estimate, normal_interval

FloatArray = npt.NDArray[np.float64]


def plateau(curve: Curve, *, tolerance: float = 0.05, least: int = 3) -> Estimate:
    """Return the value of a scale curve on its plateau: its longest level stretch.

    Scales agree when their values differ by no more than `tolerance` of their mean, or by no more than 1.96 standard errors of
    the difference. The plateau is the longest run of successive scales that all agree with one another; of runs equally long
    the one with the smallest relative range. A curve that falls or rises all the way has none, and then there is no one
    dimension to report: the curve itself is the answer.

    Parameters
    ----------
    curve : Curve
        Values over scale, such as :func:`id_gride` and :func:`id_decimation` give. NaN ends a run.
    tolerance : float in [0, 1)
        Relative difference that does not matter. With 0 only errors count, and with many points they see every slope.
    least : int of at least 2
        Scales that a plateau has.

    Returns
    -------
    Estimate
        value: the mean over the plateau, NaN where there is none, with a warning. stderr: of that mean, from the replicates of
        the curve, else the largest on the plateau. details: "first" and "last", the scales where it begins and ends (NaN), and
        "length", how many scales the longest run has.

    Raises
    ------
    InputTypeError
        If `curve` is not a Curve.
    InputError
        If tolerance or least is out of range.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> noisy = rs.synthetic.swiss_roll(4000, noise=0.1)
    >>> found = rs.plateau(rs.id_gride(noisy))
    >>> round(found.value, 1), found.details["first"] > 2
    (2.0, True)
    """
    name = "plateau"
    if not isinstance(curve, Curve):
        raise InputTypeError(f"curve of {name} must be a Curve, such as id_gride gives. Got {type(curve).__name__}.")
    _check.number(tolerance, "tolerance", name, low=0, high=1, open_ends="h")
    _check.integer(least, "least", name, low=2)
    level = _agree(curve, tolerance)
    runs = [(stop - start, -_range(curve.values[start:stop]), start) for start, stop in _runs(level)]
    length, _, start = max(runs, default=(0, 0.0, 0))
    options = {"tolerance": tolerance, "least": least, "curve": dict(curve.options)}
    if length < least:
        warnings.warn(
            f"{name}: no {least} successive values agree within their errors or {tolerance:.0%} (longest run: {length}): "
            f"the value depends on the {curve.x_name}; report the curve.",
            RepscapeWarning,
            stacklevel=2,
        )
        details: dict[str, Any] = {"first": math.nan, "last": math.nan, "length": length}
        return Estimate(value=math.nan, n=curve.n, dropped=curve.dropped, options=options, details=details)
    stretch = slice(start, start + length)
    value = float(curve.values[stretch].mean())
    stderr, replicates = _error(curve, stretch)
    return Estimate(
        value=value,
        n=curve.n,
        stderr=stderr,
        interval=None if stderr is None else normal_interval(value, stderr),
        dropped=curve.dropped,
        options=options,
        details={"first": float(curve.x[start]), "last": float(curve.x[start + length - 1]), "length": length},
        replicates=replicates,
    )


def _agree(curve: Curve, tolerance: float) -> npt.NDArray[np.bool_]:
    """Return (m, m) whether two values differ by less than matters, or than their errors allow."""
    apart = np.abs(curve.values[:, None] - curve.values)
    middle = np.abs(curve.values[:, None] + curve.values) / 2
    error = np.zeros_like(apart)
    if curve.replicates is not None:
        error = (curve.replicates[:, :, None] - curve.replicates[:, None]).std(axis=0, ddof=1)
    elif curve.stderr is not None:
        error = np.hypot(*np.meshgrid(curve.stderr, curve.stderr))
    agree: npt.NDArray[np.bool_] = (apart <= tolerance * middle) | (apart <= NORMAL_95 * error)
    return agree


def _runs(level: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (start, stop) of the longest run from each start in which all values agree with one another."""
    runs = []
    for start in range(level.shape[0]):
        stop = start
        while stop < level.shape[0] and level[start : stop + 1, stop].all():
            stop += 1
        runs.append((start, stop))
    return [run for run in runs if run[1] > run[0]]


def _range(values: FloatArray) -> float:
    return float(np.ptp(values) / abs(values.mean())) if values.mean() else 0.0


def _error(curve: Curve, stretch: slice) -> tuple[float | None, FloatArray | None]:
    """Return the standard error of the mean over the stretch, and its replicates."""
    if curve.replicates is not None:
        replicates: FloatArray = curve.replicates[:, stretch].mean(axis=1)
        return float(replicates.std(ddof=1)), replicates
    if curve.stderr is None or np.isnan(curve.stderr[stretch]).all():
        return None, None
    return float(np.nanmax(curve.stderr[stretch])), None
