"""Checks that a measure keeps what its row promises: the table's own, yours, or one that a package brings.

They call the measure on a small data set made here (150 examples in three groups, nothing symmetric, equal or centred by
accident) and on changes of it. A check that finds nothing wrong says nothing; one that does raises AssertionError.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _check
from .errors import InputTypeError, RepscapeWarning
from .graph import knn_graph
from .measures import TRANSFORMATIONS, Estimate, Measure

FloatArray = npt.NDArray[np.float64]
Options = Mapping[str, Any]
NONE: Options = MappingProxyType({})
N, D = 150, 6
TOLERANCE = 1e-9
"""Two results closer than this are the same; two that should differ do so by far more."""


def check_measure(measure: Measure, *, options: Options = NONE) -> None:
    """Check everything that the row of a measure promises.

    - It answers, with finite values within its bounds, also for unrelated and for equal representations.
    - What `invariant_to` declares changes nothing; what it does not declare changes something.
    - Of two representations: `symmetric` says whether they may be exchanged, `alike` which way is more alike.
    - The same call gives the same result, whatever the global random state.
    - Arrays that come in are not written to, and may be read-only.
    - NaN and infinity are refused by a ValueError (:class:`repscape.errors.InputError` is one).

    Parameters
    ----------
    measure : Measure
        The row.
    options : mapping
        Options of every call, such as fewer steps; k is 10 where the function has an option of that name and none is given.

    Raises
    ------
    AssertionError
        With every promise that does not hold, each in a line.
    InputTypeError
        If it is no Measure.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> def spread(X):
    ...     if not np.isfinite(X).all():
    ...         raise ValueError("X of spread must be finite.")
    ...     return float(X.std(axis=0).mean())
    >>> row = rs.Measure("mylab.spread", fn=spread, bounds=(0, np.inf), invariant_to=("translation", "permutation"))
    >>> rs.testing.check_measure(row)
    """
    if not isinstance(measure, Measure):
        raise InputTypeError(f"measure of check_measure must be a Measure. Got {type(measure).__name__}.")
    _check.known_options(options, measure.options(), measure.name)
    wrong = []
    for name, check in _checks(measure).items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RepscapeWarning)  # advice about few points, not about promises
                check(measure, options)
        except AssertionError as error:
            wrong.append(f"{name}: {error}")
        except Exception as error:  # whatever somebody's function may raise on data that it should take
            wrong.append(f"{name}: raised {type(error).__name__}: {error}")
    if wrong:
        listed = "\n".join(f"- {line}" for line in wrong)
        raise AssertionError(f"{measure.name} does not keep what its row promises:\n{listed}")


def check_bounds(measure: Measure, options: Options = NONE) -> None:
    """Values lie within the bounds, and so does what equal and unrelated representations give."""
    low, high = measure.bounds
    for case in _cases():
        found = numbers(call(measure, case, options))
        _hold(found.size > 0 and bool(np.isfinite(found).all()), f"{measure.name} gave {found}, which is not finite")
        _hold(bool((found >= low).all()), f"{measure.name} gave {found.min()}, below its bound {low}")
        _hold(bool((found <= high).all()), f"{measure.name} gave {found.max()}, above its bound {high}")


def check_invariance(measure: Measure, change: str, options: Options = NONE) -> None:
    """A declared invariance holds; an undeclared one fails.

    `change` is done to the first representation ("rotation", "translation", "scaling", "linear"), or to the examples of both
    ("permutation", "duplication").
    """
    _check.choice(change, "change", "check_invariance", TRANSFORMATIONS)
    data = sample()
    before, after = (numbers(call(measure, case, options)) for case in (data, transformed(data, change)))
    apart = not _same(before, after)
    if change in measure.invariant_to:
        _hold(not apart, f"{measure.name} says that {change} changes nothing: {before} became {after}")
    else:
        _hold(apart, f"{measure.name} does not say that {change} changes nothing, and it does not: {before}")


def check_symmetry(measure: Measure, options: Options = NONE) -> None:
    """A symmetric measure gives the same both ways; one that does not say so differs."""
    data = sample()
    there, back = (numbers(call(measure, one, options)) for one in (data, replace(data, X=data.Y, Y=data.X)))
    same = _same(there, back)
    _hold(
        same == measure.symmetric, f"{measure.name}: {there} one way, {back} the other, symmetric={measure.symmetric}"
    )


def check_alike(measure: Measure, options: Options = NONE) -> None:
    """Equal representations are more alike than unrelated ones, in the direction that the row declares."""
    if measure.alike is None:
        return
    _, unrelated, equal = (numbers(call(measure, case, options)) for case in _cases())
    more = bool((measure.alike * (equal - unrelated) > 0).all())
    _hold(
        more,
        f"{measure.name} gives {equal} for equal and {unrelated} for unrelated representations, alike={measure.alike}",
    )


def check_determinism(measure: Measure, options: Options = NONE) -> None:
    """The same call gives the same result, whatever the global random state."""
    data = sample()
    state = np.random.get_state()  # noqa: NPY002  # the point is that global state has no influence
    try:
        np.random.seed(1)  # noqa: NPY002
        first = call(measure, data, options)
        np.random.seed(2)  # noqa: NPY002
        second = call(measure, data, options)
    finally:
        np.random.set_state(state)  # noqa: NPY002
    _hold(first == second, f"{measure.name} gave {first} and, called again, {second}")


def check_input_untouched(measure: Measure, options: Options = NONE) -> None:
    """Arrays that come in are not written to, and may be read-only."""
    data, before = sample(), sample()
    arrays, copies = ((case.X, case.Y, *case.columns.values()) for case in (data, before))
    for array in arrays:
        array.setflags(write=False)
    try:
        call(measure, data, options)
    except ValueError as error:  # numpy's, for writing to what is read-only
        raise AssertionError(f"{measure.name} does not take read-only input: {error}") from error
    for array, copy in zip(arrays, copies, strict=True):
        _hold(np.array_equal(array, copy), f"{measure.name} wrote to its input")


def check_nan_refused(measure: Measure, options: Options = NONE) -> None:
    """NaN and infinity in a representation are refused by a ValueError."""
    for bad in (math.nan, math.inf):
        data = sample()
        data.X[17, 2] = bad
        try:
            found = call(measure, data, options)
        except ValueError:
            continue
        raise AssertionError(f"{measure.name} took {bad} and gave {found}; it must raise a ValueError")


@dataclass(frozen=True, slots=True)
class Data:
    """Two representations of the same examples, and their columns."""

    X: FloatArray
    """(n, d)"""
    Y: FloatArray
    """(n, p)"""
    columns: Mapping[str, npt.NDArray[Any]]
    """labels, groups and values, (n,) each."""


def sample(seed: int = 0) -> Data:
    """Draw data in which nothing is symmetric, equal or centred by accident."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size=N)
    centres = rng.normal(scale=1.5, size=(3, D))
    X = (centres[labels] + rng.normal(size=(N, D))) * np.linspace(0.6, 1.5, D) + 2.0
    Y = np.tanh(X @ rng.normal(size=(D, 4)) / 3) + 0.2 * rng.normal(size=(N, 4))
    values = X[:, 0] + 0.3 * rng.normal(size=N)
    return Data(X, Y, {"labels": labels, "groups": labels.copy(), "values": values})


def transformed(data: Data, change: str) -> Data:
    """Change the first representation, or (permutation, duplication) the examples themselves."""
    rng = np.random.default_rng(7)
    n, d = data.X.shape
    if change == "translation":
        return replace(data, X=data.X + rng.normal(scale=3, size=d))
    if change == "scaling":
        return replace(data, X=data.X * 3.7)
    if change in ("rotation", "linear"):
        turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
        return replace(data, X=data.X @ (turn if change == "rotation" else turn * np.geomspace(0.2, 5, d)))
    rows = rng.permutation(n) if change == "permutation" else np.append(np.arange(n), rng.choice(n, n // 5, False))
    return Data(data.X[rows], data.Y[rows], {name: column[rows] for name, column in data.columns.items()})


def call(measure: Measure, data: Data, options: Options = NONE) -> Any:
    """Call a measure on the data, with graphs where it takes graphs."""
    given = dict(options)
    if "k" in measure.options() and "k" not in given:
        given["k"] = 10
    sides = iter((data.X, data.Y))
    arguments: list[Any] = []
    for kind in measure.takes:
        if kind in data.columns:
            arguments.append(data.columns[kind])
            continue
        points = next(sides)
        graph = kind == "graph" and not measure.merges
        arguments.append(knn_graph(points, measure.depth(given, data.columns)) if graph else points)
    return measure(*arguments, **given)


def numbers(result: Any) -> FloatArray:
    """Return the value, or the values of a curve."""
    return np.atleast_1d(np.asarray(result.value if isinstance(result, Estimate) else result.values, dtype=np.float64))


def _checks(measure: Measure) -> dict[str, Callable[[Measure, Options], None]]:
    """Return the checks that a measure can be asked, by name."""
    found: dict[str, Callable[[Measure, Options], None]] = {"bounds": check_bounds}
    for change in TRANSFORMATIONS:
        found[f"invariance under {change}"] = lambda row, options, change=change: check_invariance(row, change, options)  # type: ignore[misc]
    if measure.arity == 2:
        found |= {"symmetry": check_symmetry, "alike": check_alike}
    return found | {
        "determinism": check_determinism,
        "input untouched": check_input_untouched,
        "NaN refused": check_nan_refused,
    }


def _cases() -> tuple[Data, Data, Data]:
    """Return the sample, two unrelated representations, and two equal ones."""
    data = sample()
    unrelated = replace(data, Y=np.random.default_rng(5).normal(size=data.Y.shape))
    return data, unrelated, replace(data, Y=data.X.copy())


def _same(one: FloatArray, other: FloatArray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE))


def _hold(kept: bool, otherwise: str) -> None:
    if not kept:
        raise AssertionError(otherwise)
