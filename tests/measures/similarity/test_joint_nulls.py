"""All pairs of a matrix under shared relabellings in one pass: each pair as it is by itself, whatever the widths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.measures import MEASURES
from repscape.measures.similarity import _crossed_null, _joint_null
from repscape.measures.uncertainty import Asked, Exchanges

FORMS: list[tuple[str, Mapping[str, Any]]] = [
    ("overlap_neighbors", {"k": 4}),
    ("sim_cka", {}),
    ("sim_rsa", {"compare": "spearman"}),
    ("sim_distance_correlation", {}),
    ("sim_cca", {}),
    ("sim_cca", {"average": "rho2", "ridge": 0.2}),
    ("sim_svcca", {"variance": 0.9}),
    *[("sim_procrustes", {"form": form}) for form in ("angular", "size_and_shape", "similarity")],
    *[("sim_bures", {"form": form}) for form in ("similarity", "angle", "distance")],
    ("sim_shape", {"alpha": 1.0}),
    ("sim_shape", {"alpha": 1.0, "form": "euclidean"}),
    ("sim_gulp", {}),
    ("sim_gulp", {"root": False, "ridge": 0.1}),
    ("sim_eigenspace", {}),
    ("sim_eigenspace", {"per": "columns"}),
    ("sim_match", {}),
    ("sim_match", {"form": "soft", "absolute": True}),
    ("sim_permutation", {}),
    ("sim_permutation", {"form": "distance"}),
    ("sim_jaccard", {"k": 4}),
    ("sim_rank", {"k": 4, "metric": "euclidean"}),
    ("sim_cknna", {"k": 4}),
    ("sim_cknna", {"k": 25, "normalize": False}),
    ("sim_cycle_knn", {"k": 2}),
    ("sim_linreg", {}),
    ("sim_linreg", {"folds": 3, "ridge": 0.1}),
    ("sim_predictivity", {}),
    ("sim_predictivity", {"summary": "median"}),
    ("overlap_rbo", {"k": 4}),
    ("overlap_rbo", {"p": 0.5}),
    ("information_imbalance", {}),
    ("information_imbalance", {"k": 3}),
]
RNG = np.random.default_rng(0)
LAYERS = [RNG.normal(size=(26, width)) for width in (3, 5, 4, 3)]
PAIRS = [(0, 2), (0, 3), (1, 2), (1, 3), (0, 1)]


def sides(name: str, options: Mapping[str, Any], layers: list[np.ndarray]) -> dict[int, Any]:
    row = MEASURES[name]
    if "graph" in row.takes:
        return {place: rs.knn_graph(X, 4) for place, X in enumerate(layers)}
    return {place: row.preparation()(X, {**row.options(), **options}) for place, X in enumerate(layers)}  # type: ignore[misc]


@pytest.mark.parametrize(("name", "options"), FORMS, ids=[f"{name} {options}" for name, options in FORMS])
@pytest.mark.parametrize("width", [2048, 6])
def test_one_pass_is_every_pair_by_itself(
    name: str, options: dict, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_crossed_null, "AT_ONCE", width)  # as if layers were wide
    monkeypatch.setattr(_joint_null, "WIDE_BYTES", 8 * 26 * width)
    row = MEASURES[name]
    held = sides(name, options, LAYERS)
    groups = np.arange(26) // 2
    for free in (Exchanges(None, None), Exchanges(groups, None)):
        together = row.joint_nulls()(held, PAIRS, Asked(6, 3, free, name), options={**row.options(), **options})  # type: ignore[misc]
        for (one, other), values in zip(PAIRS, together.values, strict=True):
            alone = row(held[one], held[other], **options, error=None, permutations=6, rng=3, groups=free.groups)
            assert values == pytest.approx(alone.null, abs=1e-10)


def test_where_there_is_no_one_pass() -> None:
    asked = Asked(6, 0, Exchanges(None, None), "sim_shape")
    for name, options in (
        ("sim_shape", {"alpha": 0.5}),
        ("sim_shape", {"folds": 2}),
        ("sim_bures", {"form": "riemannian"}),
        ("sim_rsa", {"compare": "kendall"}),
    ):
        row = MEASURES[name]
        given = {**row.options(), **options}
        assert row.joint_nulls()(sides(name, options, LAYERS), PAIRS, asked, options=given) is None  # type: ignore[misc]
    narrow = sides("sim_shape", {"alpha": 0.5}, [LAYERS[0], LAYERS[3]])
    row = MEASURES["sim_shape"]
    given = {**row.options(), "alpha": 0.5}
    found = row.joint_nulls()(narrow, [(0, 1)], asked, options=given)  # type: ignore[misc]
    alone = row(narrow[0], narrow[1], alpha=0.5, error=None, permutations=6, rng=0)
    assert found.values[0] == pytest.approx(alone.null)
    wide = sides("sim_cca", {}, [X[:8] for X in LAYERS])
    assert MEASURES["sim_cca"].joint_nulls()(wide, PAIRS, asked, options=MEASURES["sim_cca"].options()) is None  # type: ignore[misc]
