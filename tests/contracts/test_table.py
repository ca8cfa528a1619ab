"""Every row of the table keeps its promises, and every check of a promise can fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape
from repscape.errors import InputError, InputTypeError
from repscape.graph import NeighborGraph
from repscape.measures import MEASURES, Measure
from repscape.measures._table import FOLDERS
from repscape.testing import check_alike, check_measure
from tests.contracts import contracts

ROWS = list(MEASURES.values())
BOTH = [row for row in ROWS if row.arity == 2]
SOURCE = Path(repscape.__file__).parent / "measures"
TESTS = Path(__file__).parents[1]
PREFIXES = tuple(
    f"_{word}_"
    for word in (
        *("id", "overlap", "sim", "probe", "select", "cluster", "health", "information", "density"),
        *("peaks", "quality"),
    )
)


def names(rows: list[Measure]) -> list[str]:
    return [row.name for row in rows]


CHECKS = [
    contracts.check_invariances,
    contracts.check_bounds,
    contracts.check_determinism,
    contracts.check_input_untouched,
    contracts.check_nan_refused,
    contracts.check_oracle,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_promises(row: Measure, check: Callable[[Measure, Any], None]) -> None:
    check(row, contracts.quick(row))


@pytest.mark.parametrize("row", BOTH, ids=names(BOTH))
def test_symmetry(row: Measure) -> None:
    contracts.check_symmetry(row, contracts.quick(row))


@pytest.mark.parametrize("row", BOTH, ids=names(BOTH))
def test_which_way_is_alike_is_said_and_true(row: Measure) -> None:
    assert row.alike in (1, -1)
    check_alike(row, contracts.quick(row))


def test_variants_say_which_way_is_alike() -> None:
    row = MEASURES["sim_procrustes"]
    for form, alike in (("angular", -1), ("similarity", 1), ("size_and_shape", -1)):
        under = row.under({"form": form})
        assert under.alike == alike
        check_alike(under, {"form": form})


def test_titles_are_names_for_people_and_tell_measures_apart() -> None:
    titles = [row.title for row in ROWS]
    assert len(set(titles)) == len(ROWS)
    assert MEASURES["id_twonn"].title == "Intrinsic dimension, TwoNN"
    assert not [title for title in titles if "_" in title or title != title.strip() or not title]


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_row_has_file_test_reference_and_words(row: Measure) -> None:
    folder = FOLDERS[row.family]
    assert (SOURCE / folder / f"_{row.name}.py").exists()
    assert (TESTS / "measures" / folder / f"test_{row.name}.py").exists()
    assert (TESTS / "reference" / f"{row.name}.py").exists()
    assert callable(getattr(repscape, row.name))
    assert row.higher_means
    assert row.reference
    assert row.label


def test_every_measure_file_has_a_row() -> None:
    files = {path.stem.removeprefix("_") for path in SOURCE.glob("*/_*.py") if path.stem.startswith(PREFIXES)}
    kernels = {name for name in files if name.endswith("kernels")}
    assert files - kernels == set(MEASURES)


# ---- mutants: each breaks one promise, and the check of that promise must see it


def rows_swapped(graph: NeighborGraph, labels: Any) -> float:
    """Neighbours of row i compared with the label of row n - 1 - i."""
    return float((labels[graph.indices] == labels[::-1][:, None]).mean())


def off_by_one(graph: NeighborGraph, labels: Any, *, k: int = 30) -> float:
    """One neighbour too few."""
    indices = graph.truncate(k - 1).indices
    assert indices is not None
    return float((labels[indices] == labels[:, None]).mean())


def writes(X: np.ndarray) -> float:
    """Centre in place."""
    X -= X.mean(axis=0)
    return float(X.std())


def spread(X: np.ndarray) -> float:
    """Forget to centre: a translation changes it."""
    return float(np.sqrt((X**2).sum(axis=1)).mean())


def one_sided(X: np.ndarray, Y: np.ndarray) -> float:
    return float(X.std() / Y.std())


LABELLED = MEASURES["overlap_labels"]
MUTANTS: list[tuple[str, Measure, Callable[[Measure, Any], None]]] = [
    (
        "uncentred",
        Measure("spread", fn=spread, invariant_to=("rotation", "translation", "permutation")),
        lambda row, options: contracts.check_invariance(row, "translation", options),
    ),
    (
        "undeclared invariance",
        Measure("spread", fn=spread, invariant_to=("permutation",)),
        lambda row, options: contracts.check_invariance(row, "rotation", options),
    ),
    ("rows swapped", replace(LABELLED, fn=rows_swapped, neighbors=10), contracts.check_oracle),
    ("k off by one", replace(LABELLED, fn=off_by_one, neighbors="k"), contracts.check_oracle),
    ("out of bounds", Measure("spread", fn=spread, bounds=(0.0, 1.0)), contracts.check_bounds),
    ("writes to its input", Measure("writes", fn=writes), contracts.check_input_untouched),
    ("not symmetric", Measure("one_sided", fn=one_sided, arity=2, symmetric=True), contracts.check_symmetry),
    ("symmetric and silent", replace(MEASURES["overlap_neighbors"], symmetric=False), contracts.check_symmetry),
    (
        "draws from global state",
        Measure("noisy", fn=lambda X: float(np.random.rand())),  # noqa: NPY002
        contracts.check_determinism,
    ),
    (
        "a distance that says it is alike",
        replace(MEASURES["sim_procrustes"], alike=1),
        check_alike,
    ),
    ("takes NaN", Measure("nanmean", fn=lambda X: float(np.nanmean(X))), contracts.check_nan_refused),
]


@pytest.mark.parametrize(
    ("row", "check"), [(row, check) for _, row, check in MUTANTS], ids=[name for name, *_ in MUTANTS]
)
def test_mutants_are_caught(row: Measure, check: Callable[[Measure, Any], None]) -> None:
    with pytest.raises(AssertionError) as caught:
        check(row, {})
    assert caught.type is AssertionError  # and no error on the way to it


# ---- somebody's own measure, all promises at once


def width(X: np.ndarray) -> float:
    """Root mean square distance from the centre."""
    if not np.isfinite(X).all():
        raise ValueError("X of width must be finite.")
    return float(np.linalg.norm(X - X.mean(axis=0)) / np.sqrt(len(X)))


WIDTH = Measure(
    "mylab.width", fn=width, bounds=(0.0, math.inf), invariant_to=("rotation", "translation", "permutation")
)


def test_an_own_measure_that_keeps_its_promises_passes() -> None:
    check_measure(WIDTH)
    check_measure(MEASURES["overlap_neighbors"])
    check_measure(MEASURES["id_gride"], options=contracts.quick(MEASURES["id_gride"]))


def test_every_broken_promise_of_an_own_measure_is_named() -> None:
    lying = replace(WIDTH, bounds=(0.0, 1.0), invariant_to=("rotation", "translation", "scaling"))
    with pytest.raises(AssertionError) as caught:
        check_measure(lying)
    bounds, scaling, permutation = str(caught.value).splitlines()
    assert bounds.endswith("above 1.0")
    assert "says that scaling changes nothing" in scaling
    assert "does not say that permutation changes nothing" in permutation
    with pytest.raises(AssertionError, match="took nan and gave"):
        check_measure(replace(WIDTH, fn=lambda X: width(np.nan_to_num(X))))
    with pytest.raises(AssertionError, match="fails on good data: KeyError: 'layer'"):
        check_measure(replace(WIDTH, fn=lambda X: {}["layer"]))


def test_a_check_leaves_the_global_random_state() -> None:
    np.random.seed(3)  # noqa: NPY002
    expected = np.random.rand()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    contracts.check_determinism(WIDTH)
    assert np.random.rand() == expected  # noqa: NPY002


def test_what_is_no_measure_of_ones_own_is_refused() -> None:
    with pytest.raises(InputTypeError, match="must be a Measure"):
        check_measure(width)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="built-in"):
        check_measure(replace(WIDTH, name="id_twonn"))
