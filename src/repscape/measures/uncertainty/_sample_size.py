"""How many examples? Any measure against their number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import DegenerateDataError, InputError
from .._result import Curve, Estimate
from .._rows import measure as row_of
from .._table import REPRESENTATIONS, Measure

Rows = npt.NDArray[np.int64]
NAME = "sample_size_curve"
LEAST = 20
HALVINGS = 6


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
    held = columns_of(row, dict(columns or {}), points)
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


def columns_of(row: Measure, given: dict[str, Any], points: tuple[npt.NDArray[Any], ...]) -> dict[str, Any]:
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
    result = measured(row, options, points, held, rows)
    if isinstance(result, Estimate):
        return result.value, math.nan if result.stderr is None else result.stderr
    return float(result.values[-1]), math.nan if result.stderr is None else float(result.stderr[-1])


def measured(  # house: what a call of a measure needs
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
