"""What every row of the table promises, as checks that raise AssertionError; the tests run them on all rows and on mutants."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import ortho_group

from repscape.errors import InputError, RepscapeWarning
from repscape.graph import knn_graph
from repscape.measures import Estimate, Measure

N, D = 150, 6
SMALL: Mapping[str, dict[str, Any]] = {
    "id_gride": {"max_rank": 16},
    "id_autoencoder": {"widths": (1, 2), "hidden": 8, "steps": 5},
    "probe_linear": {"metric": "log_loss"},  # accuracy moves in steps of one example, too coarse to see a change
    "probe_knn": {"metric": "log_loss"},
    "probe_learning": {"metric": "log_loss", "fractions": (0.2, 1.0)},
    "probe_mlp": {"width": 8, "epochs": 5, "rate": 0.01},
}
TOLERANCE = 1e-9
"""Two results closer than this are the same; two that should differ do so by far more."""


@dataclass(frozen=True)
class Data:
    """Two representations of the same examples, and their columns."""

    X: npt.NDArray[np.float64]
    Y: npt.NDArray[np.float64]
    columns: Mapping[str, npt.NDArray[Any]]


def sample(seed: int = 0) -> Data:
    """Draw data in which nothing is symmetric, equal or centred by accident."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size=N)
    centres = rng.normal(scale=1.5, size=(3, D))
    X = (centres[labels] + rng.normal(size=(N, D))) * np.linspace(0.6, 1.5, D) + 2.0
    Y = np.tanh(X @ rng.normal(size=(D, 4)) / 3) + 0.2 * rng.normal(size=(N, 4))
    values = X[:, 0] + 0.3 * rng.normal(size=N)
    return Data(X, Y, {"labels": labels, "groups": labels, "values": values})


def call(measure: Measure, data: Data, **options: Any) -> Any:
    """Call a measure on the data, with graphs where it takes graphs."""
    options = {**SMALL.get(measure.name, {}), **options}
    if "k" in measure.options() and "k" not in options:
        options["k"] = min(10, N - 1)
    sides = iter((data.X, data.Y))
    arguments = []
    for kind in measure.takes:
        if kind in data.columns:
            arguments.append(data.columns[kind])
            continue
        points = next(sides)
        if kind == "graph":
            depth = measure.depth(options, data.columns)
            arguments.append(points if measure.merges else knn_graph(points, depth))
        else:
            arguments.append(points)
    return measure(*arguments, **options)


def numbers(result: Any) -> npt.NDArray[np.float64]:
    """Return the value, or the values of a curve."""
    return np.atleast_1d(np.asarray(result.value if isinstance(result, Estimate) else result.values, dtype=float))


def transformed(data: Data, change: str) -> Data:
    """Change the first representation, or (permutation, duplication) the examples themselves."""
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
    return Data(data.X[rows], data.Y[rows], columns)


def check_invariance(measure: Measure, change: str) -> None:
    """A declared invariance holds; an undeclared one fails."""
    data = sample()
    before, after = numbers(call(measure, data)), numbers(call(measure, transformed(data, change)))
    apart = before.shape != after.shape or not np.allclose(before, after, rtol=TOLERANCE, atol=TOLERANCE)
    if change in measure.invariant_to:
        assert not apart, f"{measure.name} says that {change} changes nothing: {before} became {after}"
    else:
        assert apart, f"{measure.name} does not say that {change} changes nothing, and it does not: {before}"


def check_bounds(measure: Measure) -> None:
    """Values lie within the bounds, and so does what equal and unrelated representations give."""
    data = sample()
    unrelated = replace(data, Y=np.random.default_rng(5).normal(size=data.Y.shape))
    equal = replace(data, Y=data.X.copy())
    low, high = measure.bounds
    for case in (data, unrelated, equal):
        found = numbers(call(measure, case))
        assert np.isfinite(found).all()
        assert (found >= low).all(), f"{measure.name} gave {found.min()}, below {low}"
        assert (found <= high).all(), f"{measure.name} gave {found.max()}, above {high}"


def check_symmetry(measure: Measure) -> None:
    """A symmetric measure gives the same both ways; one that does not say so differs."""
    data = sample()
    there, back = numbers(call(measure, data)), numbers(call(measure, replace(data, X=data.Y, Y=data.X)))
    same = np.allclose(there, back, rtol=TOLERANCE, atol=TOLERANCE)
    assert same == measure.symmetric, (
        f"{measure.name}: {there} one way, {back} the other, symmetric={measure.symmetric}"
    )


def check_determinism(measure: Measure) -> None:
    """The same call gives the same result, whatever the global random state."""
    data = sample()
    np.random.seed(1)  # noqa: NPY002  # the point is that global state has no influence
    first = call(measure, data)
    np.random.seed(2)  # noqa: NPY002
    assert call(measure, data) == first


def check_input_untouched(measure: Measure) -> None:
    """Arrays that come in are not written to, and may be read-only."""
    data, before = sample(), sample()
    arrays, copies = ((case.X, case.Y, *case.columns.values()) for case in (data, before))
    for array in arrays:
        array.setflags(write=False)
    try:
        call(measure, data)
    except ValueError as error:  # numpy's, for writing to what is read-only
        raise AssertionError(f"{measure.name} does not take read-only input: {error}") from error
    for array, copy in zip(arrays, copies, strict=True):
        assert np.array_equal(array, copy), f"{measure.name} wrote to its input"


def check_nan_refused(measure: Measure) -> None:
    """NaN and infinity in a representation are refused."""
    for bad in (math.nan, math.inf):
        data = sample()
        data.X[17, 2] = bad
        try:
            found = call(measure, data)
        except InputError as error:
            assert "finite" in str(error), f"{measure.name} refuses {bad}, but does not say why: {error}"
        else:
            raise AssertionError(f"{measure.name} took {bad} and gave {found}")


def check_oracle(measure: Measure) -> None:
    """It agrees with slow, obvious code in tests/reference."""
    module = importlib.import_module(f"tests.reference.{measure.name}")
    data = sample(seed=3)
    for options in module.OPTIONS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RepscapeWarning)  # advice about few points, not about correctness
            found = numbers(call(measure, data, **options))
        expected = np.atleast_1d(module.slow(data.X, data.Y, data.columns, **options))
        assert np.allclose(found, expected, rtol=1e-7, atol=1e-10), (
            f"{measure.name}({options}): {found}, slowly {expected}"
        )
