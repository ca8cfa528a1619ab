"""The steps of the recipe plm-geometry: dimension and neighbourhoods of protein language models from layer to layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...figures import Drawing, Line, draw_lines
from ...measures import Estimate
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from .._recipe import Recipe, along
from ..materials import (
    FAMILY,
    SUPERFAMILY,
    Proteins,
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
from ._dimensions import DIMENSION, LayerCurve, layer_curve, peaks

SCOPE, PROTEINNET = "scope", "proteinnet"
SHARED, LABELS = "overlap_neighbors", "overlap_labels"
CURVES = {
    "labels": (LABELS, "depth", SCOPE),
    "first": (SHARED, "first", PROTEINNET),
    "last": (SHARED, "last", PROTEINNET),
    "next": (SHARED, "next", PROTEINNET),
}
"""What a published curve is called -> measure, profile, the study's sequences."""
SAID = {
    "labels": "share of neighbours in the superfamily",
    "first": "overlap with the first layer",
    "last": "overlap with the last layer",
    "next": "overlap with the next layer",
}
LAYERS = {"8M": 6, "35M": 12}
"""The models of the published curves, and their last layers."""
PUBLISHED_K = 10
ESM1B, ESM1B_MODEL = "dimension_esm1b", "esm1b_t33_650M_UR50S"
MOST = 5  # models: eight lines fit a figure


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    _check(order)
    return [
        *forecast_models(order),
        forecast_proteins(order),
        "Every layer would be measured, and compared with others.",
    ]


def run(order: Order) -> Outcome:
    """Measure every layer of every model."""
    _check(order)
    proteins = read_proteins(order, whole=True)
    settled = settle(order, tiny_ones(order))
    stores = extract_layers(order, settled, proteins.examples)
    notes = [note for note in (settled.note, proteins.note) if note]
    if not proteins.labelled:
        notes.append(f"The sequences have no {SUPERFAMILY} and {FAMILY}: label overlap is left out.")
    results = run_study(
        stores,
        _plan(order.options["k"], proteins),
        folder=order.folder,
        origin=order.origin(stand_in=settled.stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    notes += [_ceiling(results, order.options["k"])] if proteins.labelled else []
    shown = [settled.shown(name) for name in settled.models]
    section = Section("Against what was published", drawings=tuple(_drawings(order.recipe, results, shown)))
    return Outcome(results, tuple(_ours(order, results, settled, proteins)), (section,), tuple(notes), Shown(stores))


def _check(order: Order) -> None:
    if len(order.models) > MOST:
        raise InputError(f"models of the recipe {order.recipe.name} must be at most {MOST}. Got {len(order.models)}.")
    if order.options["k"] < 1:
        raise InputError(f"k of the recipe {order.recipe.name} must be at least 1. Got {order.options['k']}.")


def _plan(k: int, proteins: Proteins) -> Plan:
    measures: list[Any] = [DIMENSION, (SHARED, {"k": k})]
    if not proteins.labelled:
        return Plan(measures=measures, profiles=("first", "last", "next"))
    measures.append((LABELS, {"k": k, "exclude": FAMILY}))
    return Plan(measures=measures, labels=SUPERFAMILY, profiles=("first", "last", "next"))


def _ceiling(results: Results, k: int) -> str:
    found = next(r.result for r in results.select(LABELS) if isinstance(r.result, Estimate))
    return (
        f"With these superfamilies and families at most {found.details['ceiling']:.3f} of {k} neighbours can be of the same "
        f"superfamily and another family; unrelated sequences would give {found.chance:.3f}."
    )


def _ours(order: Order, results: Results, settled: Settled, proteins: Proteins) -> list[Ours]:
    """Set our layers beside the published ones by their numbers, where model and k are those of the study."""
    models = {settled.shown(name): model for name, model in order.models.items()}
    sizes = esm2_sizes(order, settled)
    instead = {whose: stand_ins(settled, proteins, whose) for whose in (SCOPE, PROTEINNET)}
    ours = peaks(results, sizes, instead[PROTEINNET])
    for name, model in models.items():
        if Path(model).name == ESM1B_MODEL:
            ours += _beside(ESM1B, layer_curve(results, DIMENSION, name), instead[PROTEINNET], last=33)
        size = sizes[name]
        if size not in LAYERS or order.options["k"] != PUBLISHED_K:
            continue
        for kind, (measure, profile, whose) in CURVES.items():
            curve = layer_curve(results, measure, name, profile=profile)
            ours += _beside(f"{kind}_{size}", curve, instead[whose], last=LAYERS[size])
    return ours


def _beside(key: str, curve: LayerCurve | None, stand_in: str, *, last: int) -> list[Ours]:
    """Return the values of a curve under the keys of the published one; a model with other layers has none."""
    if curve is None or curve.layers[-1] not in (last - 1, last):  # the last layer has no next one
        return []
    errors = [None if np.isnan(error) else float(error) for error in curve.stderr]
    return [Ours(along(key, i), float(value), errors[i], stand_in) for i, value in enumerate(curve.values)]


def _published(recipe: Recipe, kind: str) -> dict[str, Line]:
    """Return published curves by relative depth: the number of a layer over that of the last, whatever axis they came with."""
    lines = {}
    for size, last in LAYERS.items():
        values = _row(recipe, f"{kind}_{size}")
        start = 1 if kind == "first" else 0
        whose = {SCOPE: "SCOPe", PROTEINNET: "ProteinNet"}[CURVES[kind][2]]
        depths = np.arange(start, start + len(values)) / last
        lines[f"published: ESM-2 {size}, {whose}"] = Line(depths, values, expected=True)
    return lines


def _row(recipe: Recipe, key: str) -> list[float]:
    return [one.value for one in recipe.published if one.key.rpartition(".")[0] == key]


def _drawings(recipe: Recipe, results: Results, models: Sequence[str]) -> list[Drawing]:
    dashed = "Dashed or dotted: the published curves, which are of those models and sequences alone."
    values = _row(recipe, ESM1B)
    published = {
        "published: ESM-1b, ProteinNet": Line(np.arange(len(values)) / (len(values) - 1), values, expected=True)
    }
    drawings = [
        _drawing(
            "dimension-by-depth",
            {**_lines(results, DIMENSION, "depth", models), **published},
            y="intrinsic dimension",
            heading="Dimension from layer to layer",
            caption=f"Intrinsic dimension (TwoNN) by relative depth, bands are 95 % intervals. {dashed}",
        )
    ]
    for kind, (measure, profile, _) in CURVES.items():
        lines = _lines(results, measure, profile, models)
        if lines:
            drawings.append(
                _drawing(
                    f"{kind}-by-depth",
                    {**lines, **_published(recipe, kind)},
                    y="overlap",
                    heading=SAID[kind].capitalize(),
                    caption=f"The {SAID[kind]}, by relative depth, bands are 95 % intervals. {dashed}",
                )
            )
    return drawings


def _lines(results: Results, measure: str, profile: str, models: Sequence[str]) -> dict[str, Line]:
    curves = {model or "ours": layer_curve(results, measure, model, profile=profile) for model in models}
    return {name: Line(curve.depths, curve.values, curve.stderr) for name, curve in curves.items() if curve is not None}


def _drawing(name: str, lines: Mapping[str, Line], *, y: str, heading: str, caption: str) -> Drawing:
    return Drawing(name, draw_lines(lines, x="relative depth", y=y, heading=heading), caption)
