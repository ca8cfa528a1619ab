"""The steps of the recipe layer-quality: every layer asked how good it is, without labels and with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError
from ...figures import Drawing, Line, draw_lines
from ...findings import suggest_layers
from ...measures import Estimate
from ...plan import Plan
from ...report import Section
from ...results import Record, Results
from ...store import Store
from ...study import extract
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from ..materials import LABEL, forecast_models, forecast_reviews, read_reviews, save_tiny, settle

SET = ("quality_rankme", "quality_entropy", "quality_collapse")
TOKENS = ("quality_entropy", "quality_curvature")
DECADES = 100.0
"""Values that span more stand on a logarithmic axis."""
WIDTH = 64
"""Features from which on there are ranks enough for the exponent of the spectrum."""


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    return [
        *forecast_models(order),
        forecast_reviews(order),
        f"Every layer would be asked for its quality, the tokens of {order.options['prompts']} texts among it.",
    ]


def run(order: Order) -> Outcome:
    """Read every layer twice, pooled and token by token, and ask."""
    if len(order.models) != 1:
        raise InputError(f"models of the recipe {order.recipe.name} must be one. Got {len(order.models)}.")
    reviews = read_reviews(order)
    settled = settle(order, lambda folder: save_tiny(folder, order))
    (model,) = settled.models.values()
    reading: dict[str, Any] = {"max_length": order.options["max_length"], "progress": order.progress}
    store = extract(model, reviews.examples, to=order.folder / "activations.zarr", **reading)
    few = reviews.examples.take(np.arange(min(order.options["prompts"], len(reviews.examples))))
    tokens = extract(model, few, to=order.folder / "activations" / "tokens.zarr", pool="token", **reading)
    running: dict[str, Any] = {"threads": order.threads, "progress": order.progress}
    results = run_study(
        store,
        Plan(measures=_asked(store), labels=LABEL),
        folder=order.folder,
        origin=order.origin(stand_in=settled.stand_in or reviews.stand_in),
        **running,
    )
    paths = run_study(
        {layer: np.asarray(tokens[layer]) for layer in tokens.layers},
        Plan(measures=[("quality_entropy", {"groups": "prompt"}), "quality_curvature"], groups="prompt"),
        columns={"prompt": tokens.examples["example"].to_numpy()},
        **running,
    )
    entropy = _by_layer(paths, "quality_entropy")
    most = max(float(np.max(np.asarray(record.result.value))) for record in entropy)  # type: ignore[union-attr]
    advice = suggest_layers(results)
    stood = settled.stand_in or reviews.stand_in
    notes = (
        *([f"{settled.stand_in}."] if settled.stand_in else []),
        reviews.note,
        f"The largest normalised entropy of a layer, mean over its prompts, is {most:.3f}; above 1 it cannot be.",
        *(one.evidence for one in advice),
        *(f"{said.words}." for one in advice for said in one.spoken),
        *(f"{one.leaning.words}: it leans to {one.leaning.layer.name}." for one in advice if one.leaning is not None),
    )
    ours = (Ours("most", most, stand_in=stood or "another model and other texts"),)
    sections = (
        Section("The set of texts", drawings=tuple(_drawing(results, name, "of texts") for name in SET)),
        Section("Token by token", drawings=tuple(_drawing(paths, name, "of prompts") for name in TOKENS)),
    )
    return Outcome(results, ours, sections, notes, Shown(store))


def _asked(store: Store) -> list[Any]:
    """Return the measures that a layer of this width and so many texts can answer."""
    n, width = store[store.layers[0]].shape
    asked: list[Any] = ["id_twonn", *SET, "quality_influence", "overlap_labels"]
    asked += ["quality_linearity"] if n > 4 * width else []
    return [*asked, "quality_alpha"] if min(n - 1, width) >= WIDTH else asked


def _by_layer(results: Results, name: str) -> list[Record]:
    held = [r for r in results.select(name) if r.profile == "depth" and isinstance(r.result, Estimate)]
    return sorted(held, key=lambda r: r.place.layer.index)


def _drawing(results: Results, name: str, of: str) -> Drawing:
    """Draw a measure by layer, and its chance."""
    held = _by_layer(results, name)
    found = [r.result for r in held]
    at = [float(r.place.layer.index) for r in held]
    errors = [np.nan if one.stderr is None else float(one.stderr) for one in found]
    lines = {"layers": Line(at, [one.value for one in found], errors)}  # type: ignore[union-attr]
    if all(one.chance is not None for one in found):
        lines["chance"] = Line(at, [float(one.chance) for one in found], expected=True)  # type: ignore[arg-type]
    info = held[0].info
    values = [one.value for one in found if np.isfinite(one.value)]  # type: ignore[union-attr]
    wide = np.isinf(info.bounds[1]) and min(values, default=0.0) > 0 and max(values) > DECADES * min(values)
    figure = draw_lines(lines, x="layer", y=info.label, heading=f"{info.title} {of}", log_y=bool(wide))
    return Drawing(
        f"{name.replace('_', '-')}-{of.split()[-1]}",
        figure,
        f"{info.title}, {of}: larger means that {info.higher_means}. Bands: 95 % intervals.",
    )
