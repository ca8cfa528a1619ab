"""Records made by hand: values, errors and deviations that a test chooses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repscape._types import LayerInfo
from repscape.measures import MEASURES, Estimate
from repscape.results import MeasureInfo, Place, Record, Results

ID = MeasureInfo.of(MEASURES["id_twonn"])
CHI = MeasureInfo.of(MEASURES["overlap_neighbors"])
SHARE = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0), title="share of all")
DRAWS = np.random.default_rng(0).normal(size=(12, 100))


def place(i: int, last: int = 4, model: str = "", step: float | None = None) -> Place:
    return Place(model, LayerInfo(f"h.{i}", i, i / last), step=step)


def profile(
    values: Sequence[float],
    stderr: float | None = None,
    *,
    info: MeasureInfo = SHARE,
    variant: str | None = None,
    deviations: np.ndarray | None = None,
    model: str = "",
    step: float | None = None,
    chance: float | None = None,
) -> list[Record]:
    """Return a value for each layer; deviations are (layers, draws)."""
    return [
        Record(
            info,
            variant or info.name,
            "depth",
            place(i, max(1, len(values) - 1), model, step),
            Estimate(v, n=9, stderr=stderr, chance=chance, replicates=None if deviations is None else deviations[i]),
        )
        for i, v in enumerate(values)
    ]


def steps(values: Sequence[float], stderr: float | None, *, info: MeasureInfo = CHI) -> list[Record]:
    """Return comparisons of each layer and the next."""
    return [
        Record(info, info.name, "next", place(i), Estimate(v, n=9, stderr=stderr), other=place(i + 1))
        for i, v in enumerate(values)
    ]


def pairs(values: dict[tuple[int, int], float], stderr: float | None, *, info: MeasureInfo = CHI) -> list[Record]:
    """Return comparisons of layers of models A and B."""
    return [
        Record(
            info, info.name, "models", place(i, model="A"), Estimate(v, n=9, stderr=stderr), other=place(j, model="B")
        )
        for (i, j), v in values.items()
    ]


def said(records: Sequence[Record]) -> dict[str, list[str]]:
    """Return kind -> its sentences."""
    found: dict[str, list[str]] = {}
    for one in Results(tuple(records)).conclusions():
        found.setdefault(one.kind, []).append(one.text)
    return found
