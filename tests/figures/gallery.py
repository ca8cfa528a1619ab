"""Every figure of docs/figures.md: by a name, what a painter is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

import repscape as rs
from repscape import figures
from repscape.figures import FigureSpec, Line, Margin
from repscape.results import MeasureInfo
from tests.figures.studies import by_hand, curves, layers, study

RNG = np.random.default_rng(0)
GROUPS = ["animal"] * 4 + ["tool"] * 3 + ["food"] * 3
X = RNG.normal(size=(10, 6)) + np.repeat(RNG.normal(size=(3, 6)), [4, 3, 3], axis=0)
Y = X + RNG.normal(size=X.shape)
HILLS = rs.cluster_peaks(
    rs.knn_graph(RNG.normal(size=(90, 2)) + 4 * np.repeat([[0, 0], [1, 0], [9, 9]], 30, axis=0), 30), id=2, z=1.0
)
WORDS = [f"word{i}" for i in range(10)]
PLANE = RNG.normal(size=(40, 2))
GIVEN = Callable[..., Any]


def probe(value: float, **details: object) -> rs.Estimate:
    return rs.Estimate(
        value=value,
        n=20,
        stderr=0.01,
        interval=(value - 0.02, value + 0.03),
        chance=0.5,
        options={"metric": "accuracy"},
        details={"confusion": np.array([[8, 2], [1, 9]]), "classes": np.array(["cat", "dog"]), **details},
    )


PROBES = {"h.0": probe(0.6, selectivity=0.1, shuffled=0.52), "h.1": probe(0.8, selectivity=0.3, shuffled=0.48)}


def of_results() -> Mapping[str, FigureSpec]:
    """Return a profile, heat maps, scale curves: of one model, of two, of checkpoints, with gaps."""
    share = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0))
    scale = MeasureInfo("scale", label="size", plot="curve")
    ids = rs.Plan(measures=["id_twonn"])
    pairs = rs.Plan(measures=[("overlap_neighbors", {"k": 10})], profiles=["models", "pairs"])
    every = {
        "two": study({"a": layers(4), "b": layers(3)}),
        "three": study({name: layers(3) for name in "abc"}, plan=pairs),
        "steps": study({"": layers(3)}, steps=range(11), plan=ids),
        "gaps": by_hand(
            [0.5, np.nan, 0.7, 0.2, np.nan, 0.6], info=share, stderr=0.03, chance=0.1, details={"ceiling": 0.9}
        ),
        "scale": curves({"net": 20}, x=(1, 2, 4, 64), info=scale),
        "few": curves({"a": 1, "b": 1}, x=(1, 2), info=scale),
    }
    return {
        f"{kind}: {sketch.name}": figures.specify(sketch)
        for kind, results in every.items()
        for sketch in figures.sketches(results)
    }


def of_arrays() -> Mapping[str, GIVEN]:
    """Return calls of every function that draws arrays; each takes a painter."""
    selective = {"wiki": rs.select_category(X, GROUPS), "tweets": rs.select_category(Y, GROUPS)}
    first, second = rs.rdm(X, metric="cosine"), rs.rdm(Y, metric="cosine")
    many = RNG.normal(size=210 * 209 // 2) ** 2
    names, distances = rs.second_level_rdm({f"{m} {i}": RNG.normal(size=(9, 4)) for m in "ab" for i in range(3)})
    clusters = {"wiki": np.repeat([0, 1, -1], [4, 3, 3])}
    lines = {
        "ours": Line([1, 10, 100], [1.0, 2.0, 4.0], [0.1, 0.2, 0.4]),
        "alone": Line([10], [3.0], [0.5]),
        "theory": Line([1, 100], [1.0, 4.0], expected=True),
    }
    cells = np.array([[0.9, 0.4, 0.1], [0.1, 0.3, np.nan]])
    rows, columns = Margin("small", [1, 2], [9.0, 5.0], [0.5, 0.25]), Margin("large", [1, 2, 3], [12.0, 7.0, 6.0])
    said: dict[str, Any] = {"label": "overlap", "curve_label": "dimension", "heading": "Two models"}
    shown: dict[str, Any] = {"x": "dimension", "y": "estimate", "heading": "Balls", "log_x": True}
    return {
        "draw_peaks": lambda **by: figures.draw_peaks({"h.0": HILLS, "h.1": HILLS}, labels=np.arange(90) // 30, **by),
        "draw_peak_flow": lambda **by: figures.draw_peak_flow(
            {"h.0": HILLS, "h.1": HILLS}, labels=np.arange(90) // 30, **by
        ),
        "draw_strip": lambda **by: figures.draw_strip(selective, **by),
        "draw_similarities": lambda **by: figures.draw_similarities(
            {"wiki": X, "tweets": Y}, WORDS, groups=GROUPS, **by
        ),
        "draw_rsa": lambda **by: figures.draw_rsa(first, second, names=("wiki", "tweets"), groups=GROUPS, **by),
        "draw_rsa, counted": lambda **by: figures.draw_rsa(many, many + 1, **by),
        "draw_embeddings": lambda **by: figures.draw_embeddings(
            {"h.0": PLANE, "h.1": PLANE**3}, labels=np.arange(40) % 20, name="kind", axes="PCA", **by
        ),
        "draw_embeddings, values": lambda **by: figures.draw_embeddings({"h": PLANE}, values=PLANE[:, 0], **by),
        "draw_clusters": lambda **by: figures.draw_clusters(
            {"wiki": X[:, :2]}, clusters, names=WORDS, details="by hand", radius=0.5, **by
        ),
        "draw_probes": lambda **by: figures.draw_probes({"linear": PROBES}, untrained=PROBES, heading="Reviews", **by),
        "draw_confusion": lambda **by: figures.draw_confusion(PROBES, **by),
        "draw_second_level": lambda **by: figures.draw_second_level(
            names, distances, models=[name.split()[0] for name in names], **by
        ),
        "draw_lines": lambda **by: figures.draw_lines(lines, **shown, **by),
        "draw_margins": lambda **by: figures.draw_margins(cells, rows=rows, columns=columns, **said, **by),
    }


@cache
def every_spec() -> Mapping[str, FigureSpec]:
    """Return what each of them shows."""
    drawn = {name: call(painter=lambda spec: spec) for name, call in of_arrays().items()}
    return {**of_results(), **drawn}
