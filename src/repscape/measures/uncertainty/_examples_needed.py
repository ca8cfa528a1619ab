"""How many examples does an error or a difference take? A pilot study says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, ndtri

from ... import _check
from ...errors import InputError
from .._result import NORMAL_95, Curve, Estimate
from .._rows import measure as row_of
from .._table import Measure
from ._sample_size import LEAST, columns_of, measured

USUAL_DRAWS = 20
ROUNDING = 1e-9
"""Errors below this share of the value are none."""


def sample_size(
    measure: str | Measure | tuple[str | Measure, Mapping[str, Any]],
    X: Any,
    *,
    error: float | None = None,
    difference: float | None = None,
    power: float = 0.8,
    at: float | None = None,
    columns: Mapping[str, Any] | None = None,
) -> Estimate:
    """How many examples give an error of so much, or tell two layers apart, by a pilot study.

    Variances fall as 1 / n, so that an error of e takes n (stderr / e)^2 examples, and a true difference D is found at the 5 %
    level with probability `power` from n (z(.975) + z(power))^2 (stderr of the difference / D)^2 [1]_. Layers share the
    examples, and the error of their difference is that of the pair.

    Parameters
    ----------
    measure : str, Measure or (name, options)
        Any row of the table that has an error, or your own.
    X : (n, d) array, or a pair of them
        The pilot. (X, Y), two layers of the same examples, for a difference, or for a measure that compares two; for a
        difference between two comparisons ((X, Y), (X2, Y2)).
    error : float, optional
        The standard error wanted.
    difference : float, optional
        The difference between two layers to be found. Neither error nor difference: the one that the pilot shows.
    power : float in (0, 1)
        With what probability it is to be found.
    at : float, optional
        Of a measure that gives a curve the x that is meant, such as the rank of :func:`id_gride`.
    columns : mapping, optional
        As in :func:`sample_size_curve`.

    Returns
    -------
    Estimate
        value: the number of examples, rounded up, and no fewer than 20 and what the measure needs; interval, 95 %, for what the
        pilot's error is not known exactly. n, examples of the pilot. details: "stderr", the pilot's, of the value or of the
        difference; "difference", the pilot's own (NaN for
        one layer); "correlation" of the two layers' errors.
        options["rests_on"] is "few examples" where the pilot's value is: its error, and so the answer, is little to go by.

    Raises
    ------
    InputError
        If both an error and a difference are wanted, X is not what they are about or differs in examples, or the measure
        gives no error over examples here, or one of 0.

    References
    ----------
    .. [1] Cohen (1988). Statistical power analysis for the behavioral sciences. Erlbaum.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> X, labels = rng.normal(size=(400, 5)), rng.integers(2, size=400)
    >>> wanted = rs.sample_size(("overlap_labels", {"k": 10}), X, error=0.005, columns={"labels": labels})
    >>> bool(wanted.interval[0] < wanted.value < wanted.interval[1])
    True
    """
    function = "sample_size"
    name, options = measure if isinstance(measure, tuple) else (measure, {})
    row = row_of(name)
    row.check_options(options)
    if error is not None and difference is not None:
        raise InputError(f"{function} answers one question: give error or difference, not both.")
    paired = error is None
    sides = _pilots(X, row, paired=paired, function=function)
    for given, word in ((error, "error"), (difference, "difference")):
        if given is not None:
            _check.number(given, word, function, low=0, open_ends="l")
    _check.number(power, "power", function, low=0, high=1, open_ends="lh")
    held = [columns_of(row, dict(columns or {}), side) for side in sides]
    found = [_with_error(row, options, side, own, at) for side, own in zip(sides, held, strict=True)]
    stderr, together, apart, draws = _pilot_error(found)
    if not stderr > ROUNDING * max(abs(one.value) for one in found):
        raise InputError(
            f"X of {function} must be a pilot on which {row.name} varies. Got {found[0].value:.4g} "
            f"{'twice ' if paired else ''}with an error of 0: nothing that varies, of which no number of examples follows."
        )
    between = abs(apart) if difference is None else difference
    wanted = between / (NORMAL_95 + float(ndtri(power))) if error is None else error
    if wanted == 0:
        raise InputError(f"{function} needs a difference other than 0: no number of examples tells equal layers apart.")
    n, least = sides[0][0].shape[0], float(max(LEAST, row.depth(options, held[0]) + 2))
    needed = n * (stderr / wanted) ** 2
    low, high = (max(least, needed * (draws - 1) / float(chdtri(draws - 1, tail))) for tail in (0.025, 0.975))
    return Estimate(
        value=float(math.ceil(max(least, needed))),
        n=n,
        interval=(low, max(high, float(math.ceil(max(least, needed))))),
        options={
            "measure": row.name,
            **options,
            "error": error,
            "difference": between if paired else None,
            "power": power,
            **({} if at is None else {"at": at}),
            **({"rests_on": "few examples"} if any("rests_on" in one.options for one in found) else {}),
        },
        details={"stderr": stderr, "difference": apart, "correlation": together},
    )


def _pilots(X: Any, row: Measure, *, paired: bool, function: str) -> list[tuple[npt.NDArray[Any], ...]]:
    """Return what each value is measured on, checked: arrays of the same examples."""
    given = X if isinstance(X, tuple | list) and not _is_points(X) else (X,)
    parts = tuple(given) if paired else (tuple(given),)
    parts = tuple(tuple(one) if isinstance(one, tuple | list) and not _is_points(one) else (one,) for one in parts)
    if len(parts) != (2 if paired else 1) or any(len(one) != row.arity for one in parts):
        wanted = ("two layers (X, Y)", "two comparisons ((X, Y), (X2, Y2))") if paired else ("one array", "(X, Y)")
        raise InputError(
            f"X of {function} must be {wanted[row.arity - 1]} for {'a difference' if paired else 'an error'} of {row.name}, "
            f"which takes {row.arity} array(s). Got {', '.join(f'{len(one)} array(s)' for one in parts)}."
        )
    checked = [tuple(_check.points(side, "X", function) for side in one) for one in parts]
    for one in checked:
        for side in one:
            _check.same_rows(checked[0][0].shape[0], side.shape[0], ("X", "Y"), function)
    return checked


def _is_points(X: Any) -> bool:
    """Whether something is an array of points, and no pair of them."""
    return hasattr(X, "shape") or (isinstance(X, list) and np.ndim(X[0] if X else 0) < 2)


def _with_error(
    row: Measure,
    options: Mapping[str, Any],
    sides: tuple[npt.NDArray[Any], ...],
    held: dict[str, Any],
    at: float | None,
) -> Estimate:
    """Return the pilot's result, which must be one number with an error over examples."""
    found = measured(row, options, sides, held, np.arange(sides[0].shape[0]))
    if isinstance(found, Curve):
        found = _value_at(found, at, row.name)
    elif at is not None:
        raise InputError(
            f"at of sample_size is for a measure that gives a curve. Got {at!r}; {row.name} gives one number."
        )
    if "spread_over" in found.options:
        raise InputError(
            f"measure of sample_size must have an error over examples. The ± of {row.name} is over "
            f"{found.options['spread_over']}, which more examples need not make smaller."
        )
    if found.stderr is None or not math.isfinite(found.stderr):
        raise InputError(
            f"measure of sample_size must give one number with an error on the pilot. {row.name} gives none."
        )
    return found


def _value_at(curve: Curve, at: float | None, name: str) -> Estimate:
    """Return one value of a curve with its error."""
    places = np.flatnonzero(curve.x == at) if at is not None else np.empty(0)
    if not places.size:
        known = ", ".join(f"{x:g}" for x in curve.x)
        if at is None:
            raise InputError(
                f"measure of sample_size must give one number with an error on the pilot. {name} gives none, but a curve: "
                f"say with at= which {curve.x_name}, one of {known}."
            )
        raise InputError(f"at of sample_size must be one of {known}, the {curve.x_name} of {name}. Got {at!r}.")
    place = int(places[0])
    few = bool(np.broadcast_to(curve.details.get("rests_on_few", "rests_on" in curve.options), curve.x.shape)[place])
    return Estimate(
        value=float(curve.values[place]),
        n=curve.n,
        stderr=None if curve.stderr is None else float(curve.stderr[place]),
        replicates=None if curve.replicates is None else curve.replicates[:, place],
        options={name: value for name, value in curve.options.items() if name != "rests_on"}
        | ({"rests_on": "few examples"} if few else {}),
    )


def _pilot_error(found: list[Estimate]) -> tuple[float, float, float, int]:
    """Return the error of the value or the difference, the correlation, the difference, and the draws that they rest on."""
    draws = min((USUAL_DRAWS if one.replicates is None else one.replicates.shape[0]) for one in found)
    errors = [float(one.stderr or 0.0) for one in found]
    if len(found) == 2:  # probes are compared row by row, by an error of its own
        errors = [float(one.details.get("stderr_paired", own)) for one, own in zip(found, errors, strict=True)]
    if len(found) == 1:
        return errors[0], math.nan, math.nan, draws
    rows = [one.replicates for one in found if one.replicates is not None]
    together = 0.0
    if len(rows) == len(found) and len({one.size for one in rows}) == 1:
        together = float(np.nan_to_num(np.atleast_2d(np.corrcoef(np.stack(rows)))[0, 1]))
    square = errors[0] ** 2 + errors[1] ** 2 - 2 * together * errors[0] * errors[1]
    return math.sqrt(max(square, 0.0)), together, found[0].value - found[1].value, draws
