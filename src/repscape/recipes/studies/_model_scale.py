"""The steps of the recipe model-scale: the same examples through a family of sizes, every two compared."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InputError
from ...extraction import open_model
from ...figures import Drawing, Line, draw_lines
from ...measures import Estimate
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import run as run_study
from .._order import Order, Outcome, Shown
from ..materials import (
    Settled,
    esm2_sizes,
    extract_layers,
    forecast_models,
    forecast_proteins,
    read_proteins,
    settle,
    stand_ins,
    tiny_ones,
)
from ._dimensions import DIMENSION, peaks

if TYPE_CHECKING:
    from ..._types import LayerInfo
    from ...extraction import Model

OVERLAP = "overlap_neighbors"
PROTEINNET = "proteinnet"
MODELS = (2, 8)  # lines of a figure
FEWER = 3  # times fewer layers in what stands in
RESNET, RESNET_BLOCKS = ".th", "layer?.*"
FloatArray = npt.NDArray[np.float64]
SURE = 2.0
"""Errors from which on a difference is told."""


@dataclass(frozen=True, slots=True)
class Match:
    """The best matches of a smaller model's layers among those of a larger one."""

    smaller: str
    """Name of the one."""
    larger: str
    """Name of the other."""
    ratio: float
    """Parameters of the larger over those of the smaller."""
    depths: FloatArray
    """(m,) relative depth of each layer of the smaller."""
    matched: FloatArray
    """(m,) relative depth of the layer of the larger that shares most neighbours with it."""
    overlaps: FloatArray
    """(m,) what they share."""
    errors: FloatArray
    """(m,) standard errors of that."""
    chance: float
    """What unrelated layers would share."""

    @property
    def overlap(self) -> float:
        """Mean over the layers of the smaller model."""
        return float(self.overlaps.mean())

    @property
    def error(self) -> float:
        """Return the mean of the layers' errors: that of the overlap if layers err together, and else too large."""
        return float(self.errors.mean())

    @property
    def gap(self) -> float:
        """Mean distance in relative depth between a layer and its match."""
        return float(np.abs(self.depths - self.matched).mean())


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    _check(order)
    count = len(order.models)
    return [
        *forecast_models(order),
        forecast_proteins(order),
        f"{count * (count - 1) // 2} pairs of models would be compared, all their layers.",
    ]


def run(order: Order) -> Outcome:
    """Read every layer of every model, and compare all pairs."""
    _check(order)
    data = read_proteins(order, kind=order.options["kind"])
    settled = settle(order, tiny_ones(order, fewer=FEWER), opened=_opened)
    sizes = {settled.shown(name): size for name, size in settled.parameters.items()}
    stores = extract_layers(order, settled, data.examples, layers=_layers(order, settled), opened=_opened)
    by_size = {name: stores[name] for name in sorted(stores, key=lambda name: sizes[name])}
    results = run_study(
        by_size,
        Plan(measures=[(OVERLAP, {"k": order.options["k"]}), DIMENSION], profiles="models"),
        folder=order.folder,
        origin=order.origin(stand_in=settled.stand_in, parameters=sizes),
        threads=order.threads,
        progress=order.progress,
    )
    matches = _matches(results, sizes)
    return Outcome(
        results,
        tuple(peaks(results, esm2_sizes(order, settled), stand_ins(settled, data, PROTEINNET))),
        (_section(matches, sizes, order.options["k"]),),
        tuple(note for note in (settled.note, data.note, _verdict(matches)) if note),
        Shown(by_size, pictures=data.examples.inputs if data.examples.kind == "image" else None),
    )


def _check(order: Order) -> None:
    low, high = MODELS
    if not low <= len(order.models) <= high:
        raise InputError(f"models of the recipe {order.recipe.name} must be {low} to {high}. Got {len(order.models)}.")
    if order.options["k"] < 1:
        raise InputError(f"k of the recipe {order.recipe.name} must be at least 1. Got {order.options['k']}.")
    if order.options["kind"] != "protein" and not (order.own_models and order.data is not None):
        kind = order.options["kind"]
        raise InputError(f"kind={kind} of the recipe {order.recipe.name} goes with --data and models of your own.")


def _opened(model: str) -> Model:
    """Open a model; weights of a published ResNet bring no network with them."""
    if Path(model).suffix == RESNET:
        from ..materials import open_resnet

        return open_resnet(model)[0]
    return open_model(model)


def _layers(order: Order, settled: Settled) -> str:
    resnets = all(Path(model).suffix == RESNET for model in settled.models.values())
    asked = str(order.options["layers"])
    return RESNET_BLOCKS if resnets and asked == "all" else asked


def _matches(results: Results, sizes: Mapping[str, int]) -> list[Match]:
    """Find the best match of every layer, for all pairs of models from the smallest on."""
    found: dict[tuple[str, str], dict[LayerInfo, list[tuple[LayerInfo, Estimate]]]] = {}
    for record in results.select(OVERLAP, profile="models"):
        if record.other is not None and isinstance(record.result, Estimate):
            pair = found.setdefault((record.place.model, record.other.model), {})
            pair.setdefault(record.place.layer, []).append((record.other.layer, record.result))
    matches = []
    for one, two in itertools.combinations(sorted(sizes, key=lambda name: sizes[name]), 2):
        layers = sorted(found[one, two], key=lambda layer: layer.index)
        best = [max(found[one, two][layer], key=lambda held: held[1].value) for layer in layers]
        matches.append(
            Match(
                one,
                two,
                sizes[two] / sizes[one],
                np.array([layer.depth for layer in layers]),
                np.array([layer.depth for layer, _ in best]),
                np.array([estimate.value for _, estimate in best]),
                np.array([np.nan if estimate.stderr is None else estimate.stderr for _, estimate in best]),
                float(best[0][1].chance or 0.0),
            )
        )
    return matches


def _verdict(matches: Sequence[Match]) -> str:
    """Say which two are most alike and which least."""
    most, least = (choose(matches, key=lambda match: match.overlap) for choose in (max, min))
    said = f"{_said(most)} are the most alike: best matches share {most.overlap:.3f} of their neighbours"
    if most is least:
        return f"{said} (chance {most.chance:.3f}) and lie {most.gap:.2f} apart in relative depth."
    near = [
        m
        for m in matches
        if m is not most and not most.overlap - m.overlap > SURE * float(np.hypot(most.error, m.error))
    ]
    within = f"{len(near)} more pairs of models are within two errors of them"
    if least in near:
        return (
            f"No two models are shown to be more alike than others: best matches share {least.overlap:.3f} ({_said(least)}) "
            f"to {most.overlap:.3f} ({_said(most)}) of their neighbours (chance {least.chance:.3f})."
        )
    return (
        f"{said}, {most.gap:.2f} apart in relative depth; {_said(least)} the least, {least.overlap:.3f}, {least.gap:.2f} "
        f"apart (chance {least.chance:.3f}); {within}."
    )


def _said(match: Match) -> str:
    return f"{match.smaller} and {match.larger} ({match.ratio:.3g} times the parameters)"


def _section(matches: Sequence[Match], sizes: Mapping[str, int], k: int) -> Section:
    models = list(dict.fromkeys(match.smaller for match in matches))
    by_ratio = {f"{name} with larger": _against_ratio([m for m in matches if m.smaller == name]) for name in models}
    neighbours = [
        next(m for m in matches if m.smaller == name) for name in models
    ]  # the next larger of each comes first
    by_depth = {f"{m.smaller} to {m.larger}": Line(m.depths, m.matched) for m in neighbours}
    table = pd.DataFrame(
        {
            "smaller": [m.smaller for m in matches],
            "larger": [m.larger for m in matches],
            "parameters of the smaller": [sizes[m.smaller] for m in matches],
            "parameters of the larger": [sizes[m.larger] for m in matches],
            "ratio": [m.ratio for m in matches],
            "overlap of best matches": [m.overlap for m in matches],
            "error": [m.error for m in matches],
            "chance": [m.chance for m in matches],
            "distance in depth": [m.gap for m in matches],
        }
    )
    return Section(
        "Every two models",
        (
            "For each layer of the smaller model, the layer of the larger that shares most neighbours with it. The largest of "
            "several overlaps is high by chance too: the more layers the larger model has, the more so.",
        ),
        drawings=(
            Drawing(
                "overlap-by-ratio",
                draw_lines(
                    by_ratio,
                    x="parameters of the larger / of the smaller",
                    y="overlap of best matches",
                    heading="Overlap against the ratio of sizes",
                    log_x=max(m.ratio for m in matches) > 10 * min(m.ratio for m in matches),
                ),
                f"Share of {k} neighbours that a layer of the smaller model and its best match in the larger have in common, "
                "mean over layers, against how many times more parameters the larger has. Bands: 95 % intervals, at most.",
            ),
            Drawing(
                "matching-depths",
                draw_lines(
                    {**by_depth, "equal depth": Line([0, 1], [0, 1], expected=True)},
                    x="relative depth in the smaller model",
                    y="depth of its best match",
                    heading="Which depths match",
                ),
                "For each layer of a model, the relative depth of its best match in the next larger one.",
            ),
        ),
        tables={"every two models": table},
    )


def _against_ratio(matches: Sequence[Match]) -> Line:
    ordered = sorted(matches, key=lambda match: match.ratio)
    return Line(
        [match.ratio for match in ordered],
        [match.overlap for match in ordered],
        [match.error for match in ordered],
    )
