"""The steps of the recipe igpt-geometry: dimension and label overlap along image GPT."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...errors import DegenerateDataError
from ...figures import Drawing, Line, draw_lines
from ...findings import highest_words
from ...measures import Curve, rounded
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import extract
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from .._recipe import along
from ..materials import (
    Pictures,
    Settled,
    first_of_classes,
    forecast_models,
    forecast_pictures,
    read_list,
    read_pictures,
    settle,
)
from ._dimensions import LayerCurve, layer_curve

NAMES = ("small", "medium", "large")
TINY = {"small": (6, 32), "medium": (8, 48), "large": (10, 64)}
"""Layers and width of what stands in."""
SITES = ("residual", "norm1", "norm2")
READ = "norm1"
"""The site of the paper's numbers: its released code reads every block after the first normalisation."""
TWONN, DECIMATION, LABELS = "id_twonn", "id_decimation", "overlap_labels"
FRACTION, POINTS = 0.98, 90_000 // 32
"""Of the ratios, and points of a subset, that the paper's dimensions are of."""
K, DEEP_K = 10, 30
CLEAR = 2.0  # errors from which on a difference is told
PAPER = 300  # classes, and images of each
FEW = 50  # digits of a class, where they stand in
SYNSET = re.compile(r"n\d{8}")  # what a class of ImageNet is called


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    classes = len(read_list(order.options["classes"]))
    return [
        *forecast_models(order),
        forecast_pictures(order),
        f"The first {order.options['per_class']} images of {classes or 'all'} classes would be read, layer by layer at "
        f"{len(SITES)} sites.",
    ]


def run(order: Order) -> Outcome:
    """Read the models on the images, and measure every layer."""
    classes, count = read_list(order.options["classes"]), order.options["per_class"]
    pictures = read_pictures(
        order,
        lambda labels: first_of_classes(labels, classes, count),
        of_digits=lambda labels: first_of_classes(labels, [], min(count, FEW)),
        split="train",
    )
    settled = settle(order, lambda folder: _tiny(folder, order))
    stand_in = "; ".join(filter(None, (settled.stand_in, pictures.stand_in)))
    stores = {
        settled.shown(name): extract(
            model,
            pictures.examples,
            to=order.folder / "activations" / f"{place}.zarr",
            site=SITES,
            progress=order.progress,
        )
        for place, (name, model) in enumerate(settled.models.items())
    }
    results = run_study(
        stores,
        Plan(
            measures=[
                TWONN,
                (DECIMATION, {"fraction": FRACTION, "rng": order.rng}),
                "id_gride",
                (LABELS, {"k": K}),
                (LABELS, {"k": DEEP_K}),
            ],
            labels="label",
        ),
        folder=order.folder,
        origin=order.origin(stand_in=stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    read = results.select(site=READ)
    notes = [f"{stand_in}: no number below says anything about image GPT on ImageNet."] if stand_in else []
    shown = {name: settled.shown(name) for name in settled.models}
    return Outcome(
        results,
        tuple(number for name in NAMES if name in shown for number in _ours(order, settled, pictures, read, name)),
        (_section(read, list(stores), published=not stand_in and _is_paper(pictures)),),
        (*notes, *(_peaks(read, model) for model in stores)),
        Shown(stores, pictures=pictures.examples.inputs),
    )


def _tiny(folder: Path, order: Order) -> dict[str, str]:
    """Write image GPTs with random weights for the names of the recipe."""
    from ..materials import save_tiny_imagegpt

    sizes = {name: TINY[name] for name in order.models}
    return {
        name: str(save_tiny_imagegpt(folder / name, layers=layers, width=width, rng=order.rng + place))
        for place, (name, (layers, width)) in enumerate(sizes.items())
    }


def _is_paper(pictures: Pictures) -> bool:
    """Whether these can be the images of the paper: as many, of as many classes, called as those of ImageNet."""
    names, counts = np.unique(pictures.labels.astype(str), return_counts=True)
    return len(names) == PAPER and set(counts) == {PAPER} and all(map(SYNSET.fullmatch, names))


def _ours(order: Order, settled: Settled, pictures: Pictures, results: Results, name: str) -> list[Ours]:
    """Set the peaks of one model beside those of the paper."""
    parts = [settled.stand_in, pictures.stand_in]
    if not settled.stand_in and settled.models[name] != order.recipe.models[name]:
        parts.append(f"{settled.models[name]} rather than {order.recipe.models[name]}")
    if not pictures.stand_in and not _is_paper(pictures):
        images = pictures.examples
        parts.append(f"{len(images)} images of {Path(images.source).name} rather than {PAPER} x {PAPER} of ImageNet")
    other, place = "; ".join(filter(None, parts)), NAMES.index(name)
    model = settled.shown(name)
    dimension, labels = _dimension(results, model), _labels(results, model)
    top, best = dimension.peak, labels.peak
    return [
        Ours(along("id_peak", place), float(dimension.values[top]), _known(dimension.stderr[top]), other),
        Ours(along("label_peak", place), float(labels.values[best]), float(labels.stderr[best]), other),
        Ours(along("label_depth", place), float(labels.depths[best]), None, other),
    ]


def _known(stderr: float) -> float | None:
    return None if np.isnan(stderr) else float(stderr)


def _labels(results: Results, model: str) -> LayerCurve:
    """Return the label overlap along the layers, at the larger k."""
    found = layer_curve(results.select(variant=f"{LABELS}(k={DEEP_K})"), LABELS, model)
    if found is None:
        raise DegenerateDataError(f"{LABELS} has no answer for any layer of {model}.")
    return found


def _dimension(results: Results, model: str) -> LayerCurve:
    """Return the dimension along the layers at the paper's scale: of subsets as near to its 2,812 points as there are."""
    curves = [
        (record.place.layer, record.result, int(np.abs(record.result.x - POINTS).argmin()))
        for record in sorted(results.select(DECIMATION, model=model), key=lambda one: one.place.layer.index)
        if isinstance(record.result, Curve)
    ]
    if not curves:
        raise DegenerateDataError(f"{DECIMATION} has no answer for any layer of {model}.")
    return LayerCurve(
        tuple(layer.index for layer, _, _ in curves),
        np.array([layer.depth for layer, _, _ in curves]),
        np.array([curve.values[place] for _, curve, place in curves]),
        np.array([curve.stderr[place] if curve.stderr is not None else np.nan for _, curve, place in curves]),
    )


def _section(results: Results, models: Sequence[str], *, published: bool) -> Section:
    said = (
        ("dimension", "intrinsic dimension", "Dimension along image GPT (TwoNN, decimated)", _dimension, (25, 28, 32)),
        ("labels", f"label overlap, k = {DEEP_K}", "Neighbours of the same class", _labels, (0.15, 0.27, 0.35)),
    )
    drawings = []
    for name, y, heading, along_layers, peaks in said:
        lines: dict[str, Line] = {}
        for model in models:
            curve = along_layers(results, model)
            lines[model] = Line(curve.depths, curve.values, curve.stderr)
        if published:
            lines["published peaks"] = published_peaks(peaks)
        caption = f"{heading}, after the first normalisation of every block, against relative depth; bands are 95 % intervals."
        drawings.append(
            Drawing(f"{name}-by-depth", draw_lines(lines, x="relative depth", y=y, heading=heading), caption)
        )
    return Section("By relative depth", drawings=tuple(drawings))


def published_peaks(values: Sequence[float]) -> Line:
    """Return one dashed line with a level stretch for every published peak, and gaps between."""
    x = np.tile([0.0, 1.0, np.nan], len(values))
    return Line(x, np.where(np.isnan(x), np.nan, np.repeat(np.asarray(values, dtype=np.float64), 3)), expected=True)


def _peaks(results: Results, model: str) -> str:
    dimension = _dimension(results, model)
    top = dimension.peak
    highest = rounded(dimension.values[top], _known(dimension.stderr[top]))
    below = dimension.values[top] - dimension.values
    clear = below > CLEAR * np.hypot(dimension.stderr, dimension.stderr[top])  # an unknown error tells nothing
    shared = highest_words(results.select(variant=f"{LABELS}(k={DEEP_K})", model=model).records)
    return (
        f"{model}: the largest dimension is {highest}, at depth {dimension.depths[top]:.2f}, with {int((~clear).sum()) - 1} "
        f"more of {clear.size} layers within two errors of it; label overlap (k = {DEEP_K}), {shared}."
    )
