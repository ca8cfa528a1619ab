"""The steps of the recipe language-geometry: the geometry of every layer beside what a probe reads from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ...findings import best_probed, highest_words, suggest_layers
from ...measures import Estimate
from ...plan import Plan
from ...report import Section
from ...results import Record, Results
from ...store import Store
from ...study import extract
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from .._recipe import along
from ..materials import (
    LABEL,
    MARK,
    Settled,
    forecast_models,
    forecast_reviews,
    other_than_published,
    read_reviews,
    save_tiny,
    settle,
)

DIMENSION, NEXT, SHARED, PROBE = "id_twonn", "overlap_neighbors", "overlap_labels", "probe_linear"
HEAD = {DIMENSION: "dimension", NEXT: "overlap with the next layer", SHARED: "label overlap", PROBE: "probe accuracy"}


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    return [*forecast_models(order), forecast_reviews(order), "Every layer would be measured and probed."]


def run(order: Order) -> Outcome:
    """Read every layer, measure its geometry, probe it, and set them side by side."""
    reviews = read_reviews(order)
    settled = settle(order, lambda folder: save_tiny(folder, order))
    stores = {
        settled.shown(name): extract(
            model,
            reviews.examples,
            to=order.folder / "activations" / f"{place}.zarr",
            max_length=order.options["max_length"],
            progress=order.progress,
        )
        for place, (name, model) in enumerate(settled.models.items())
    }
    k = order.options["k"]
    results = run_study(
        stores,
        Plan(
            measures=[DIMENSION, (NEXT, {"k": k}), (SHARED, {"k": k, "weights": "classes"}), PROBE],
            labels=LABEL,
            profiles="next",
        ),
        folder=order.folder,
        origin=order.origin(stand_in=settled.stand_in or reviews.stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    tables = {name or "layer by layer": _table(results, name) for name in stores}
    section = Section("Geometry beside probes", tuple(_words(results, tables)), tables=tables)
    stood_in = [part for part in (f"{settled.stand_in}." if settled.stand_in else "", reviews.note) if part]
    ours = tuple(_ours(order, settled, stores, results))
    return Outcome(results, ours, (section,), (*stood_in, *section.paragraphs), Shown(stores))


def _of(results: Results, measure: str, model: str) -> list[tuple[Record, Estimate]]:
    """Return the values of a measure at every layer of a model, by depth."""
    found = [(r, r.result) for r in results.select(measure, model=model) if isinstance(r.result, Estimate)]
    return sorted(found, key=lambda pair: pair[0].place.layer.index)


def _table(results: Results, model: str) -> pd.DataFrame:
    columns = {}
    for measure, head in HEAD.items():
        found = _of(results, measure, model)
        layers = [record.place.layer.key for record, _ in found]
        columns[head] = pd.Series([one.value for _, one in found], layers)
        columns[f"error of {head}"] = pd.Series([one.stderr for _, one in found], layers)
    order = [record.place.layer.key for record, _ in _of(results, DIMENSION, model)]
    return pd.DataFrame(columns).reindex(order).rename_axis("layer").reset_index()


def _words(results: Results, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say of each model what its geometry advises, what its probes say, and whether they agree."""
    said = []
    for name, table in tables.items():
        model = name if name in {r.place.model for r in results} else ""
        advice = next(one for one in suggest_layers(results, measure=DIMENSION) if one.model == model)
        best = best_probed(results.select(PROBE, model=model), model=model)
        overlap, accuracy = table.set_index("layer")[HEAD[SHARED]], table.set_index("layer")[HEAD[PROBE]]
        shared = highest_words([record for record, _ in _of(results, SHARED, model)])
        agree = overlap.corr(accuracy, method="spearman")
        probed = f" Best by the probe: {best.layer}, {best.words}." if best is not None else ""
        said.append(
            f"{name}: label overlap, {shared}; its rank correlation with the probe's accuracy over {len(table)} layers is "
            f"{agree:.2f}.{probed} {advice.evidence}"
        )
    return said


def _ours(order: Order, settled: Settled, stores: Mapping[str, Store], results: Results) -> list[Ours]:
    """Return the numbers of the model with as many layers as the published one has."""
    rows = sum(number.key.startswith("dimension") for number in order.recipe.published)
    found = []
    for model, store in list(stores.items())[:1]:
        if len(store.layers) != rows:
            continue
        other = other_than_published(store, order.options["limit"]) or (MARK if settled.stand_in else "")
        for key, measure in (("dimension", DIMENSION), ("overlap", SHARED)):
            unlike = "" if key == "dimension" or order.options["k"] == 30 else f"{order.options['k']} neighbours"
            said = ", ".join(part for part in (other, unlike) if part)
            values = _of(results, measure, model)
            found += [Ours(along(key, i), one.value, one.stderr, said) for i, (_, one) in enumerate(values)]
    return found
