"""Small studies of made-up layers, for tests of figures and of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

import repscape as rs
from repscape._types import LayerInfo
from repscape.measures import Curve, Estimate
from repscape.results import MeasureInfo, Place, Record, Results

N, K = 60, 10
PLAN = rs.Plan(
    measures=[
        "id_twonn",
        ("id_gride", {"max_rank": 16}),
        ("overlap_neighbors", {"k": K}),
        ("overlap_labels", {"k": K}),
    ],
    labels="digit",
)
SCRIPT = "<script>alert(1)</script>"


def layers(count: int, *, names: str = "blocks.{}", site: str = "residual") -> list[LayerInfo]:
    """Return so many layers, shallow to deep."""
    return [LayerInfo(names.format(i), i, i / max(1, count - 1), site) for i in range(count)]


def states(infos: Sequence[LayerInfo], *, seed: int = 0, learned: float = 1.0) -> dict[LayerInfo, np.ndarray]:
    """Return layers in which the two halves of the examples part with depth."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 5))
    found = {}
    for info in infos:
        X = X + 0.3 * rng.normal(size=X.shape)
        found[info] = X + 5 * learned * info.depth * (np.arange(N) % 2)[:, None] * np.eye(5)[0]
    return found


def study(
    models: Mapping[str, Sequence[LayerInfo]],
    *,
    steps: Sequence[float] = (),
    plan: rs.Plan = PLAN,
    column: str = "digit",
) -> Results:
    """Measure models, at checkpoints where there are any; the later one the more it has learned."""
    source: dict[str, object] = {}
    for seed, (model, infos) in enumerate(models.items()):
        if steps:
            checkpoints = [(step, states(infos, seed=seed, learned=place)) for place, step in enumerate(steps)]
            source[model] = rs.Trajectory(checkpoints)
        else:
            source[model] = states(infos, seed=seed)
    given = source[""] if list(source) == [""] else source
    return rs.run(given, replace(plan, labels=column), columns={column: np.arange(N) % 2}, threads=1)


def by_hand(values: Sequence[float], *, info: MeasureInfo, **result: float) -> Results:
    """Return a depth profile of these very values; NaN stands for a record without a value."""
    places = [Place("net", layer) for layer in layers(len(values))]
    return Results(
        tuple(
            Record(info, info.name, "depth", place, Estimate(value=value, n=9, **result))  # type: ignore[arg-type]
            for place, value in zip(places, values, strict=True)
        )
    )


def curves(models: Mapping[str, int], *, x: Sequence[float], info: MeasureInfo) -> Results:
    """Return scale curves, of which the value at x in layer i is 10 i + x."""
    records = []
    for model, count in models.items():
        for layer in layers(count):
            curve = Curve(x=np.array(x, float), values=10.0 * layer.index + np.array(x), x_name="rank", n=9)
            records.append(Record(info, info.name, "depth", Place(model, layer), curve))
    return Results(tuple(records))
