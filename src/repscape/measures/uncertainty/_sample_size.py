"""How many examples? Any measure against their number, and from a pilot the number that an error or a difference takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, ndtri

from ... import _check, _random
from ...errors import DegenerateDataError, InputError
from .._result import NORMAL_95, Curve, Estimate
from .._rows import measure as row_of
from .._table import REPRESENTATIONS, Measure

Rows = npt.NDArray[np.int64]
NAME = "sample_size_curve"
LEAST = 20
HALVINGS = 6
USUAL_DRAWS = 20


def sample_size_curve(
    X: Any,
    measure: str | Measure | tuple[str | Measure, Mapping[str, Any]],
    *,
    sizes: Sequence[int] | None = None,
    draws: int = 10,
    rng: int | np.random.Generator = 0,
    columns: Mapping[str, Any] | None = None,
) -> Curve:
    """Follow a measure over random subsets of the examples, and tell whether it still moves at the end.

    Each subset is drawn without replacement and measured from scratch, its neighbour graph included. Fewer examples do not
    only spread a value: they move it, since neighbours are farther away and chance is larger.

    Parameters
    ----------
    X : (n, d) array, or a pair of them
        Points; (X, Y) for a measure that compares two representations of the same examples.
    measure : str, Measure or (name, options)
        Any row of the table, or your own.
    sizes : sequence of int, optional
        Increasing numbers of examples, at most n. None: n, n / 2, n / 4 ..., down to 20 examples or what the measure needs, at
        most six halvings.
    draws : int
        Subsets of each size below n.
    rng : int or numpy Generator
        For the subsets.
    columns : mapping, optional
        What the measure takes beside points: "labels", "values", "groups", each (n,).

    Returns
    -------
    Curve
        x is the number of examples, values the mean over the subsets (of a curve: its last value); stderr, the sd over the
        subsets, at n the value's own error, or the sd at n / 2 where it has none. details: "sd" (m,), NaN at n; "draws" (m,);
        "moves", the value at n minus that at the size nearest n / 2; "flag", True where that is more than two standard
        errors (of the value at n and of the mean at n / 2 together): the value is still on its way, and n is too small.

    Raises
    ------
    InputError
        If a size is out of range, or the measure needs columns that are not given.
    DegenerateDataError
        If the measure has no value on a subset.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((1600, 12))
    >>> curve = rs.sample_size_curve(X, ("id_twonn", {"estimator": "mle"}))
    >>> curve.x.astype(int).tolist(), bool(curve.values[0] < curve.values[-1] < 12)
    ([25, 50, 100, 200, 400, 800, 1600], True)
    """
    name, options = measure if isinstance(measure, tuple) else (measure, {})
    row = row_of(name)
    row.check_options(options)
    points = tuple(_check.points(side, "X", NAME) for side in (X if isinstance(X, tuple) else (X,)))
    held = _columns(row, dict(columns or {}), points)
    _check.integer(draws, "draws", NAME, low=2)
    generator = _random.generator(rng, NAME)
    n = points[0].shape[0]
    used = _sizes(sizes, n, row.depth(options, held))
    found = [[_of(row, options, points, held, r) for r in _subsets(n, size, draws, generator)] for size in used]
    values = np.array([np.mean([value for value, _ in some]) for some in found])
    spread = np.array([np.std([v for v, _ in some], ddof=1) if len(some) > 1 else math.nan for some in found])
    half = int(np.argmin(np.abs(np.array(used) - n / 2)))
    error = spread.copy()
    if used[-1] == n:
        own = found[-1][0][1]
        error[-1] = spread[half] if math.isnan(own) else own
    moves = float(values[-1] - values[half])
    doubt = math.hypot(error[-1], spread[half] / math.sqrt(draws))
    return Curve(
        x=np.array(used, dtype=np.float64),
        values=values,
        x_name="examples",
        n=n,
        stderr=error,
        options={"measure": row.name, **options, "draws": draws},
        details={
            "sd": spread,
            "draws": np.array([len(some) for some in found]),
            "moves": moves,
            "flag": bool(half < len(used) - 1 and abs(moves) > 2 * doubt),
        },
    )


def sample_size(
    measure: str | Measure | tuple[str | Measure, Mapping[str, Any]],
    X: Any,
    *,
    error: float | None = None,
    difference: float | None = None,
    power: float = 0.8,
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
        The pilot. (X, Y), two layers of the same examples, for a difference, or for a measure that compares two.
    error : float, optional
        The standard error wanted.
    difference : float, optional
        The difference between two layers to be found. Neither error nor difference: the one that the pilot shows.
    power : float in (0, 1)
        With what probability it is to be found.
    columns : mapping, optional
        As in :func:`sample_size_curve`.

    Returns
    -------
    Estimate
        value: the number of examples, rounded up; interval, 95 %, for what the pilot's error is not known exactly. n, examples
        of the pilot. details: "stderr", the pilot's, of the value or of the difference; "difference", the pilot's own (NaN for
        one layer); "correlation" of the two layers' errors.

    Raises
    ------
    InputError
        If both an error and a difference are wanted, X is not what they are about, or the measure gives no error here.

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
    pilots = tuple(_check.points(side, "X", function) for side in (X if isinstance(X, tuple) else (X,)))
    paired = error is None
    if len(pilots) != max(row.arity, 2 if paired else 1) or (paired and row.arity == 2):
        raise InputError(
            f"X of {function} must be two layers (X, Y) for a difference of a measure of one representation, and what "
            f"{row.name} takes ({row.arity} array(s)) for an error. Got {len(pilots)} array(s) for "
            f"{'a difference' if paired else 'an error'}."
        )
    for given, word in ((error, "error"), (difference, "difference")):
        if given is not None:
            _check.number(given, word, function, low=0, open_ends="l")
    _check.number(power, "power", function, low=0, high=1, open_ends="lh")
    sides = [(side,) for side in pilots] if paired else [pilots]
    found = [_with_error(row, options, side, _columns(row, dict(columns or {}), side), function) for side in sides]
    stderr, together, apart, draws = _pilot_error(found)
    between = abs(apart) if difference is None else difference
    wanted = between / (NORMAL_95 + float(ndtri(power))) if error is None else error
    if wanted == 0:
        raise InputError(f"{function} needs a difference other than 0: no number of examples tells equal layers apart.")
    n = pilots[0].shape[0]
    needed = n * (stderr / wanted) ** 2
    low, high = (needed * (draws - 1) / float(chdtri(draws - 1, tail)) for tail in (0.025, 0.975))
    return Estimate(
        value=float(math.ceil(needed)),
        n=n,
        interval=(low, high),
        options={
            "measure": row.name,
            **options,
            "error": error,
            "difference": between if paired else None,
            "power": power,
        },
        details={"stderr": stderr, "difference": apart, "correlation": together},
    )


def _with_error(
    row: Measure, options: Mapping[str, Any], sides: tuple[npt.NDArray[Any], ...], held: dict[str, Any], function: str
) -> Estimate:
    """Return the pilot's result, which must be one number with an error."""
    found = _measured(row, options, sides, held, np.arange(sides[0].shape[0]))
    if not isinstance(found, Estimate) or found.stderr is None:
        raise InputError(
            f"measure of {function} must give one number with an error on the pilot. {row.name} gives none."
        )
    return found


def _pilot_error(found: list[Estimate]) -> tuple[float, float, float, int]:
    """Return the error of the value or the difference, the correlation, the difference, and the draws that they rest on."""
    draws = min((USUAL_DRAWS if one.replicates is None else one.replicates.shape[0]) for one in found)
    errors = [float(one.stderr or 0.0) for one in found]
    if len(found) == 1:
        return errors[0], math.nan, math.nan, draws
    rows = [one.replicates for one in found if one.replicates is not None]
    together = 0.0
    if len(rows) == len(found) and len({one.size for one in rows}) == 1:
        together = float(np.nan_to_num(np.atleast_2d(np.corrcoef(np.stack(rows)))[0, 1]))
    square = errors[0] ** 2 + errors[1] ** 2 - 2 * together * errors[0] * errors[1]
    return math.sqrt(max(square, 0.0)), together, found[0].value - found[1].value, draws


def _columns(row: Measure, given: dict[str, Any], points: tuple[npt.NDArray[Any], ...]) -> dict[str, Any]:
    """Return the columns that the measure takes, checked."""
    if len(points) != row.arity:
        raise InputError(f"X of {NAME} must be {row.arity} array(s) for {row.name}. Got {len(points)}.")
    n = points[0].shape[0]
    _check.same_rows(n, points[-1].shape[0], ("X", "Y"), NAME)
    needed = [kind for kind in row.takes if kind not in REPRESENTATIONS]
    missing = [kind for kind in needed if kind not in given]
    if missing:
        raise InputError(f"{row.name} takes {', '.join(missing)}: give {NAME} columns={{{missing[0]!r}: ...}}.")
    return {kind: _check.column(given[kind], kind, NAME, n=n) for kind in needed}


def _sizes(asked: Sequence[int] | None, n: int, depth: int) -> list[int]:
    least = max(LEAST, depth + 2)
    if asked is None:
        return sorted({n, *(n >> halving for halving in range(1, HALVINGS + 1) if n >> halving >= least)})
    sizes = [_check.integer(size, "sizes", NAME, low=max(3, depth + 1), high=n, why="the examples") for size in asked]
    if not sizes or sorted(set(sizes)) != sizes:
        raise InputError(f"sizes of {NAME} must increase. Got {sizes}.")
    return sizes


def _subsets(n: int, size: int, draws: int, rng: np.random.Generator) -> list[Rows]:
    if size == n:
        return [np.arange(n)]
    return [np.sort(rng.permutation(n)[:size]) for _ in range(draws)]


def _of(  # house: what a call of a measure needs
    row: Measure, options: Mapping[str, Any], points: tuple[npt.NDArray[Any], ...], held: Mapping[str, Any], rows: Rows
) -> tuple[float, float]:
    """Return the measure's value and error on some of the examples."""
    result = _measured(row, options, points, held, rows)
    if isinstance(result, Estimate):
        return result.value, math.nan if result.stderr is None else result.stderr
    return float(result.values[-1]), math.nan if result.stderr is None else float(result.stderr[-1])


def _measured(  # house: what a call of a measure needs
    row: Measure, options: Mapping[str, Any], points: tuple[npt.NDArray[Any], ...], held: Mapping[str, Any], rows: Rows
) -> Estimate | Curve:
    """Measure some of the examples."""
    own = {kind: column[rows] for kind, column in held.items()}
    cut = {
        name: np.asarray(value)[rows] if name in row.column_options and value is not None else value
        for name, value in options.items()
    }
    sides = iter([side[rows] for side in points])
    least = row.depth(cut, own)
    depth = max(least, min(row.enough(cut, own), rows.size - 1))
    arguments: list[Any] = []
    for kind in row.takes:
        if kind in own:
            arguments.append(own[kind])
        else:
            side = next(sides)
            arguments.append(row.as_taken(side, depth) if kind == "graph" else side)
    try:
        return row(*arguments, **cut)
    except DegenerateDataError as error:
        raise DegenerateDataError(f"{row.name} has no value on a subset of {rows.size} examples: {error}") from error
