"""The steps of the recipe plm-overlap: every layer of one protein language model against every layer of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..._types import LayerInfo
from ...errors import InputError
from ...figures import Drawing, Margin, draw_margins
from ...findings import alike_words
from ...plan import Plan
from ...report import Section
from ...results import Place, Results
from ...study import run as run_study
from ...study.reading import Representation, read_source
from .._order import NO_POINTS, Order, Outcome, Shown
from ..materials import (
    esm2_size,
    esm2_sizes,
    extract_layers,
    forecast_models,
    forecast_proteins,
    matrix_results,
    read_proteins,
    saved_models,
    settle,
    stand_ins,
    tiny_ones,
    two_of,
)
from ._dimensions import DIMENSION, layer_curve, peaks

OVERLAP = "overlap_neighbors"
PROTEINNET = "proteinnet"
FEWER = 3  # times fewer layers in what stands in
SAVED_DATA = "saved arrays, of sequences that nothing tells"
NO_EXAMPLES = "this study was made from a saved matrix of overlaps, which holds no points."


@dataclass(frozen=True, slots=True)
class Sides:
    """The two models' layers, wherever they came from."""

    source: Mapping[str, Any]
    """Name in figures -> layers."""
    sizes: Mapping[str, str | None]
    """Name in figures -> the size of ESM-2 that it is or stands for."""
    stand_in: str
    """What stood in for the study's models or sequences, in a few words."""
    notes: tuple[str, ...]
    """The same in sentences."""


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    _check(order)
    data = None if order.data is None else Path(order.data)
    if data is not None and data.suffix == ".npy":
        return [f"The overlaps in {data} would be drawn; nothing is computed."]
    if data is not None and (found := saved_models(data)):
        return [f"The saved layers of {', '.join(found)} in {data} would be read, and two of them compared."]
    return [*forecast_models(order), forecast_proteins(order), "Every pair of their layers would be compared."]


def run(order: Order) -> Outcome:
    """Compare all pairs of layers."""
    _check(order)
    data = None if order.data is None else Path(order.data)
    if data is not None and data.suffix == ".npy":
        return _of_matrix(order, data)
    found = {} if data is None else saved_models(data)
    sides = _of_saved(order, found) if found else _of_models(order)
    representations = read_source(sides.source).representations
    plan = _plan(order, representations)
    results = run_study(
        sides.source,
        plan,
        folder=order.folder,
        origin=order.origin(stand_in=sides.stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    drawing, best = _drawn(results, tuple(sides.source), order.options["k"])
    return Outcome(
        results,
        tuple(peaks(results, sides.sizes, sides.stand_in)),
        (Section("Layer by layer", drawings=(drawing,)),),
        (*sides.notes, best),
        Shown(sides.source) if any(one.points is not None for one in representations) else NO_POINTS,
    )


def _check(order: Order) -> None:
    if len(order.models) != 2:
        raise InputError(f"models of the recipe {order.recipe.name} must be two. Got {len(order.models)}.")
    if order.options["k"] < 1:
        raise InputError(f"k of the recipe {order.recipe.name} must be at least 1. Got {order.options['k']}.")


def _of_models(order: Order) -> Sides:
    proteins = read_proteins(order)
    settled = settle(order, tiny_ones(order, fewer=FEWER))
    stores = extract_layers(order, settled, proteins.examples)
    return Sides(
        stores,
        esm2_sizes(order, settled),
        stand_ins(settled, proteins, PROTEINNET),
        tuple(part for part in (settled.note, proteins.note) if part),
    )


def _of_saved(order: Order, found: Mapping[str, Any]) -> Sides:
    chosen = two_of(found, order.models, own=order.own_models)
    said = order.options["data_is"] == PROTEINNET
    return Sides(
        chosen,
        {name: esm2_size(name) for name in chosen},
        "" if said else SAVED_DATA,
        (f"The saved layers of {' and '.join(chosen)} were read from {Path(str(order.data)).name}; no model was run.",),
    )


def _of_matrix(order: Order, data: Path) -> Outcome:
    """Draw saved overlaps: models whose names are not given have none."""
    named = tuple(order.models) if order.own_models else ("first model", "second model")
    k = order.options["k"]
    results = matrix_results(data, (named[0], named[1]), k=k, input_layer=order.options["input_layer"])
    results.save(order.folder)
    drawing, best = _drawn(results, named, k)
    read = f"The overlaps were read from {data.name}, rows first model; k = {k} is your word, and they have no errors."
    return Outcome(results, (), (Section("Layer by layer", drawings=(drawing,)),), (read, best), NO_EXAMPLES)


def _plan(order: Order, representations: Sequence[Representation]) -> Plan:
    """Ask for overlaps, and for dimensions where there are points; leave out the input layer if that is wanted."""
    points = all(one.points is not None for one in representations)
    measures: list[Any] = [(OVERLAP, {"k": order.options["k"]}), *([DIMENSION] if points else [])]
    last = max(one.place.layer.index for one in representations)
    layers = "all" if order.options["input_layer"] else list(range(1, last + 1))
    return Plan(measures=measures, layers=layers, profiles="models")


def _drawn(results: Results, models: Sequence[str], k: int) -> tuple[Drawing, str]:
    """Draw the heat map with its margins, and say where the models are most alike."""
    pairs = {(r.place, r.other): r.result for r in results.select(OVERLAP, profile="models")}
    layers = [
        _layers(place for pair in pairs for place in pair if place is not None and place.model == m) for m in models
    ]
    cells = np.array(
        [
            [pairs[Place(models[0], one), Place(models[1], two)].value for two in layers[1]]  # type: ignore[union-attr]
            for one in layers[0]
        ]
    )
    margins = [_margin(results, model, stack) for model, stack in zip(models, layers, strict=True)]
    label = f"neighbourhood overlap, k = {k}"
    figure = draw_margins(
        cells,
        rows=margins[0],
        columns=margins[1],
        label=label,
        curve_label="dimension",
        heading="Layers of two models",
    )
    said = alike_words(results.select(OVERLAP, profile="models").records)
    best = f"Share of {k} neighbours, layers of {models[0]} and of {models[1]}: {said}."
    curves = (
        " Along the margins: the intrinsic dimension (TwoNN), bands are 95 % intervals."
        if margins[0].curve is not None
        else ""
    )
    return Drawing(
        "layers-of-two-models", figure, f"Share of {k} neighbours that two layers have in common.{curves}"
    ), best


def _layers(places: Any) -> list[LayerInfo]:
    return sorted({place.layer for place in places}, key=lambda layer: layer.index)


def _margin(results: Results, model: str, layers: Sequence[LayerInfo]) -> Margin:
    numbers = [layer.index for layer in layers]
    curve = layer_curve(results, DIMENSION, model)
    if curve is None:
        return Margin(model, numbers)
    at = {number: place for place, number in enumerate(curve.layers)}
    rows = [at.get(number, -1) for number in numbers]
    values, errors = np.append(curve.values, np.nan)[rows], np.append(curve.stderr, np.nan)[rows]
    return Margin(model, numbers, values, errors)
