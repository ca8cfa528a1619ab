"""Checks of what a measure promises, for anyone's: each raises AssertionError that says what failed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InputTypeError
from .measures import TRANSFORMATIONS, Estimate, Measure
from .measures import measure as row_of

__all__ = [
    "TRANSFORMATIONS",
    "check_alike",
    "check_bounds",
    "check_determinism",
    "check_input_untouched",
    "check_invariance",
    "check_invariances",
    "check_measure",
    "check_nan_refused",
    "check_symmetry",
]

Options = Mapping[str, Any] | None
N, D, NEIGHBORS = 150, 6, 10
TOLERANCE = 1e-9
"""Two results closer than this are the same; two that should differ do so by far more."""
REASONS = ("finite", "nan", "infinity")
"""Words of which a refusal of NaN must hold one."""


@dataclass(frozen=True)
class Sample:
    """Two representations of the same examples, and their columns."""

    X: npt.NDArray[np.float64]
    Y: npt.NDArray[np.float64]
    columns: Mapping[str, npt.NDArray[Any]]


def check_measure(measure: Measure, *, options: Options = None) -> None:
    """Check that a measure keeps what its row promises, on 150 examples of two representations, 6 and 4 wide.

    Values are finite and within `bounds`; each of rotation, translation, scaling, linear maps, permutation and duplication
    changes nothing if `invariant_to` names it, and something if not; two representations may be exchanged if the measure is
    `symmetric`, and may not if not; equal ones are more alike than unrelated ones, the way `alike` says; the same call gives
    the same result, whatever the global random state; arrays that come in may be read-only and are left as they are; NaN and
    infinity are refused.

    Parameters
    ----------
    measure : Measure
        Your own, or a row of the table.
    options : mapping, optional
        Options of the call, such as few steps where the defaults take long. "k", where the measure has it, is 10 if not said.

    Raises
    ------
    AssertionError
        The measure breaks a promise; the message names each that it breaks, and what came out.
    InputError
        The name is that of a built-in measure, or an option is none of the function's.
    InputTypeError
        `measure` is no Measure.

    Examples
    --------
    >>> import math, numpy as np, repscape as rs
    >>> from repscape.testing import check_measure
    >>> def spread(X):
    ...     if not np.isfinite(X).all():
    ...         raise ValueError("X of spread must be finite.")
    ...     return float(np.linalg.norm(X - X.mean(axis=0)) / len(X) ** 0.5)
    >>> kept = ("rotation", "translation", "permutation")
    >>> check_measure(rs.Measure("mylab.spread", fn=spread, bounds=(0, math.inf), invariant_to=kept))
    >>> check_measure(rs.Measure("mylab.spread", fn=spread, bounds=(0, math.inf), invariant_to=(*kept, "scaling")))
    Traceback (most recent call last):
    AssertionError: mylab.spread says that scaling changes nothing: [4.08232521] became [15.10460327]
    """
    if not isinstance(measure, Measure):
        raise InputTypeError(f"measure of check_measure must be a Measure. Got {type(measure).__name__}.")
    measure, given = row_of(measure), dict(options or {})
    measure.check_options(given)
    measure = measure.under(given)
    checks: list[Callable[[], None]] = [
        lambda: check_bounds(measure, given),
        lambda: check_invariances(measure, given),
    ]
    if measure.arity == 2:
        checks += [lambda: check_symmetry(measure, given), lambda: check_alike(measure, given)]
    for check in (check_determinism, check_input_untouched, check_nan_refused):
        checks.append(lambda check=check: check(measure, given))  # type: ignore[misc]
    broken: list[str] = []
    for run in checks:
        try:
            run()
        except AssertionError as error:
            broken.append(str(error))
    if broken:
        raise AssertionError("\n".join(dict.fromkeys(broken)))


def check_bounds(measure: Measure, options: Options = None) -> None:
    """Check that values lie within the bounds, as does what equal and unrelated representations give."""
    data = draw_sample()
    unrelated = replace(data, Y=np.random.default_rng(5).normal(size=data.Y.shape))
    equal = replace(data, Y=data.X.copy())
    low, high = measure.bounds
    for case in (data, unrelated, equal):
        found = numbers_of(called(measure, case, options))
        _require(bool(np.isfinite(found).all()), f"{measure.name} gave {found}, which is not finite")
        _require(bool((found >= low).all()), f"{measure.name} gave {found.min()}, below {low}")
        _require(bool((found <= high).all()), f"{measure.name} gave {found.max()}, above {high}")


def check_invariance(measure: Measure, change: str, options: Options = None) -> None:
    """Check that a declared invariance holds, or that an undeclared one fails."""
    check_invariances(measure, options, changes=(change,))


def check_invariances(measure: Measure, options: Options = None, *, changes: Sequence[str] = TRANSFORMATIONS) -> None:
    """Check that declared invariances hold and undeclared ones fail; the sample as it is, is measured once for all."""
    data = draw_sample()
    before = numbers_of(called(measure, data, options))
    broken = []
    for change in changes:
        after = numbers_of(called(measure, _transformed(data, change), options))
        if _same(before, after) == (change in measure.invariant_to):
            continue
        if change in measure.invariant_to:
            broken.append(f"{measure.name} says that {change} changes nothing: {before} became {after}")
        else:
            broken.append(f"{measure.name} does not say that {change} changes nothing, and it does not: {before}")
    _require(not broken, "\n".join(broken))


def check_symmetry(measure: Measure, options: Options = None) -> None:
    """Check that a symmetric measure gives the same both ways, and that one that does not say so differs."""
    data = draw_sample()
    there = numbers_of(called(measure, data, options))
    back = numbers_of(called(measure, replace(data, X=data.Y, Y=data.X), options))
    said = f"{measure.name}: {there} one way, {back} the other, symmetric={measure.symmetric}"
    _require(_same(there, back) == measure.symmetric, said)


def check_alike(measure: Measure, options: Options = None) -> None:
    """Check that equal representations are more alike than unrelated ones, in the direction that the row declares."""
    if measure.alike is None:
        return
    data = draw_sample()
    noise = replace(data, Y=np.random.default_rng(5).normal(size=data.Y.shape))
    equal, unrelated = (numbers_of(called(measure, case, options)) for case in (replace(data, Y=data.X.copy()), noise))
    said = (
        f"{measure.name} gives {equal} for equal and {unrelated} for unrelated representations, alike={measure.alike}"
    )
    _require(bool((measure.alike * (equal - unrelated) > 0).all()), said)


def check_determinism(measure: Measure, options: Options = None) -> None:
    """Check that the same call gives the same result, whatever the global random state."""
    data = draw_sample()
    found = []
    with _global_states_kept():
        for seed in (1, 2):
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002  # the point is that global state has no influence
            found.append(called(measure, data, options))
    _require(found[0] == found[1], f"{measure.name} gave {found[0]}, and {found[1]} when called again")


def check_input_untouched(measure: Measure, options: Options = None) -> None:
    """Check that arrays that come in are not written to, and may be read-only."""
    data, before = draw_sample(), draw_sample()
    arrays, copies = ((case.X, case.Y, *case.columns.values()) for case in (data, before))
    for array in arrays:
        array.setflags(write=False)
    called(measure, data, options, doing="read-only arrays")
    for array, copy in zip(arrays, copies, strict=True):
        _require(np.array_equal(array, copy), f"{measure.name} wrote to its input")


def check_nan_refused(measure: Measure, options: Options = None) -> None:
    """Check that NaN and infinity in a representation are refused by an error that says why."""
    for side in ("X", "Y")[: measure.arity]:
        for bad in (math.nan, math.inf):
            data = draw_sample()
            getattr(data, side)[17, 2] = bad
            try:
                found = call(measure, data, options)
            except ValueError as error:
                why = f"{measure.name} refuses {bad}, but does not say why: {error}"
                _require(any(word in str(error).lower() for word in REASONS), why)
            except Exception as error:
                raise AssertionError(f"{measure.name} met {bad} with {_error(error)}, no ValueError") from error
            else:
                raise AssertionError(f"{measure.name} took {bad} and gave {found}")


def draw_sample(seed: int = 0) -> Sample:
    """Draw data in which nothing is symmetric, equal or centred by accident."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size=N)
    centres = rng.normal(scale=1.5, size=(3, D))
    X = (centres[labels] + rng.normal(size=(N, D))) * np.linspace(0.6, 1.5, D) + 2.0
    Y = np.tanh(X @ rng.normal(size=(D, 4)) / 3) + 0.2 * rng.normal(size=(N, 4))
    values = X[:, 0] + 0.3 * rng.normal(size=N)
    return Sample(X, Y, {"labels": labels, "groups": labels, "values": values})


def call(measure: Measure, data: Sample, options: Options = None) -> Any:
    """Call a measure on a sample, with graphs where it takes graphs."""
    given = dict(options or {})
    if "k" in measure.options():
        given.setdefault("k", NEIGHBORS)
    sides = iter((data.X, data.Y))
    arguments: list[Any] = []
    for kind in measure.takes:
        if kind in data.columns:
            arguments.append(data.columns[kind])
            continue
        points = next(sides)
        if measure.equal_width:
            points = points[:, : min(data.X.shape[1], data.Y.shape[1])]
        least = measure.depth(given, data.columns)
        arguments.append(measure.as_taken(points, least) if kind == "graph" else points)
    return measure(*arguments, **given)


def called(measure: Measure, data: Sample, options: Options = None, *, doing: str = "good data") -> Any:
    """Call a measure on data that it has to take."""
    try:
        return call(measure, data, options)
    except Exception as error:
        raise AssertionError(f"{measure.name} fails on {doing}: {_error(error)}") from error


def numbers_of(result: Any) -> npt.NDArray[np.float64]:
    """Return the value, or the values of a curve."""
    return np.atleast_1d(np.asarray(result.value if isinstance(result, Estimate) else result.values, dtype=float))


def _transformed(data: Sample, change: str) -> Sample:
    """Change the first representation, or (permutation, duplication) the examples themselves."""
    from scipy.stats import ortho_group  # slow to import

    rng = np.random.default_rng(7)
    if change == "rotation":
        return replace(data, X=data.X @ ortho_group.rvs(D, random_state=3))
    if change == "translation":
        return replace(data, X=data.X + rng.normal(scale=3, size=D))
    if change == "scaling":
        return replace(data, X=data.X * 3.7)
    if change == "linear":
        return replace(data, X=data.X @ (ortho_group.rvs(D, random_state=3) * np.geomspace(0.2, 5, D)))
    rows = (
        rng.permutation(N) if change == "permutation" else np.concatenate([np.arange(N), rng.choice(N, N // 5, False)])
    )
    columns = {name: column[rows] for name, column in data.columns.items()}
    return Sample(data.X[rows], data.Y[rows], columns)


@contextmanager
def _global_states_kept() -> Iterator[None]:
    ours, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)  # noqa: NPY002


def _same(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE))


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _require(kept: bool, said: str) -> None:
    if not kept:
        raise AssertionError(said)
