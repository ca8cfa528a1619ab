"""The steps of the recipe few-shot-landscape: density peaks by layer beside subjects and answers, by examples in the prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...errors import InputError
from ...examples import read_examples
from ...figures import Drawing, Line, draw_embeddings, draw_lines, draw_peak_flow, draw_peaks
from ...findings import highest_words
from ...graph import distinct_graph, distinct_rows
from ...measures.structure import Peaks, cluster_peaks, embed
from ...plan import Plan
from ...report import Section
from ...results import Record, Results
from ...store import Store
from ...study import extract
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from ..materials import forecast_models, save_tiny, settle
from ._few_shot_questions import COLUMNS, asked_of, questions

PEAKS = "peaks_agreement"
SHOWN = 3


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    texts = (
        f"{order.data} would be read." if order.data else f"Made-up questions would stand in for {order.recipe.data}."
    )
    return [
        *forecast_models(order),
        texts,
        f"Peaks at the last token would be found in every layer, k = {order.options['k']}, z = {order.options['z']}.",
    ]


def run(order: Order) -> Outcome:
    """Read every layer at the last token, find peaks, and set them beside subjects and answers."""
    if len(order.models) != 1:
        raise InputError(f"models of the recipe {order.recipe.name} must be one. Got {len(order.models)}.")
    tables, about = questions(order)
    asked, alone = asked_of(order, tables)
    made = "" if order.data else about
    settled = settle(order, lambda folder: save_tiny(folder, order))
    (model,) = settled.models.values()
    stores: dict[str, Store] = {}
    for name, table in tables.items():
        examples = read_examples(table, text="text", label=list(COLUMNS))
        to = order.folder / "activations" / f"{name}.zarr"
        reading = {"pool": "last", "max_length": order.options["max_length"], "progress": order.progress}
        stores[name] = extract(model, examples, to=to, **reading)
    layers, alike = _apart(order, stores)
    convention = {"k": order.options["k"], "z": order.options["z"]}
    results = run_study(
        stores if len(stores) > 1 else next(iter(stores.values())),
        Plan(
            measures=["id_twonn", (PEAKS, convention), "overlap_labels"],
            layers=layers,
            labels=list(asked),
        ),
        folder=order.folder,
        origin=order.origin(stand_in=settled.stand_in or made),
        threads=order.threads,
        progress=order.progress,
    )
    sections = (
        Section("Peaks by layer", drawings=_by_layer(results, stores)),
        Section("Topography", drawings=tuple(_topography(order, stores, layers))),
    )
    notes = (
        *([f"{settled.stand_in}."] if settled.stand_in else []),
        *([about] if about else []),
        *alone,
        *([f"Left out, since most prompts end in one and the same state there: {', '.join(alike)}."] if alike else []),
        *_found(results, stores),
    )
    first = next(iter(stores.values()))
    apart = "another model" if settled.stand_in or order.own_models else ""
    ours = (Ours("blocks", len(first.layers) - 1, stand_in=apart),)
    return Outcome(results, ours, sections, notes, Shown(first))


def _apart(order: Order, stores: Mapping[str, Store]) -> tuple[list[str], list[str]]:
    """Return the layers in which prompts differ, and those in which most end alike, as their last token alone would."""
    kept: list[str] = []
    alike: list[str] = []
    for layer in next(iter(stores.values())).layers:
        states = [np.asarray(store[layer]) for store in stores.values()]
        differ = all(len(np.unique(own, axis=0)) > len(own) / 2 for own in states)
        (kept if differ else alike).append(layer)
    if not kept:
        raise InputError(
            f"text of the recipe {order.recipe.name} must end in different states: in every layer most prompts end in one and "
            f"the same, as copies do, prompts of words that the model does not know, or prompts "
            f"cut off at max_length={order.options['max_length']} before they differ."
        )
    return kept, alike


def _records(results: Results, name: str, column: str) -> list[Record]:
    held = [r for r in results.select(PEAKS) if r.place.model == name and r.column == column]
    return sorted(held, key=lambda r: r.place.layer.index)


def _values(results: Results, name: str, column: str, detail: str | None = None) -> tuple[list[float], list[float]]:
    """Return the layers' places and a measure of them, for one kind of prompts."""
    held = _records(results, name, column)
    values = [r.result.details[detail] if detail else r.result.value for r in held]  # type: ignore[union-attr]
    return [float(r.place.layer.index) for r in held], [float(value) for value in values]


def _models(results: Results) -> list[str]:
    return list(dict.fromkeys(r.place.model for r in results.select(PEAKS)))


def _columns(results: Results) -> list[str]:
    """Return the columns that peaks were set beside, in any layer."""
    return [str(column) for column in dict.fromkeys(r.column for r in results.select(PEAKS))]


def _by_layer(results: Results, stores: Mapping[str, Store]) -> tuple[Drawing, ...]:
    names = _models(results)

    def lines(column: str, detail: str | None = None) -> dict[str, Line]:
        return {name or next(iter(stores)): Line(*_values(results, name, column, detail)) for name in names}

    agreement = [
        Drawing(
            f"peaks-{column}",
            draw_lines(lines(column), x="layer", y="adjusted Rand index", heading=f"Peaks and {column}s"),
            f"Agreement of density peaks with the column {column}: 1 where peaks are its values, 0 by chance; no errors.",
        )
        for column in _columns(results)
    ]
    if not agreement:
        return ()
    number = draw_lines(lines(_columns(results)[0], "peaks"), x="layer", y="peaks", heading="Number of peaks")
    return (*agreement, Drawing("number-of-peaks", number, "Peaks that stand out, layer by layer; no errors."))


def _topography(order: Order, stores: Mapping[str, Store], layers: Sequence[str]) -> list[Drawing]:
    """Draw the trees of peaks of a few layers, where their examples go from layer to layer, and their density on planes."""
    found = []
    for name, store in stores.items():
        shown = [layers[place] for place in np.unique(np.linspace(0, len(layers) - 1, SHOWN).round().astype(int))]
        labels = store.examples[COLUMNS[0]].to_numpy()
        peaks = {layer: _peaks(order, np.asarray(store[layer])) for layer in layers}
        few = {layer: peaks[layer] for layer in shown}
        marked = name.replace(" ", "-")
        found.append(
            Drawing(
                f"topography-{marked}",
                draw_peaks(few, labels=labels),
                f"{name}: peaks and the passes between them, named by the commonest subject of each and its share.",
            )
        )
        if len(layers) > 1:
            found.append(
                Drawing(
                    f"flow-{marked}",
                    draw_peak_flow(peaks, labels=labels),
                    f"{name}: stacks are peaks, as high as their share of the prompts; streams are the prompts that two share.",
                )
            )
        planes = {layer: embed(np.asarray(store[layer]), method="pca") for layer in shown}
        found.append(
            Drawing(
                f"density-{marked}",
                draw_embeddings(
                    planes,
                    values={layer: _standing(peaks[layer]) for layer in shown},
                    name="share of prompts in a lower density",
                    axes="principal axis",
                ),
                f"{name}: the prompts of a few layers on their principal plane, coloured by how densely they stand.",
            )
        )
    return found


def _peaks(order: Order, states: np.ndarray) -> Peaks:
    rows, _ = distinct_rows(states)  # prompts that end in one state are one point
    graph = distinct_graph(states, min(100, rows.size - 1), rounding=True)
    return cluster_peaks(graph, z=order.options["z"], density="knn", k=order.options["k"])


def _standing(peaks: Peaks) -> np.ndarray:
    """Return (n,) the share of points in a lower density: layers have densities in units of their own."""
    height = peaks.log_density
    return np.searchsorted(np.sort(height), height) / height.size


def _found(results: Results, stores: Mapping[str, Store]) -> list[str]:
    """Say how well peaks agree with each column, and where, as far as that is known."""
    return [
        f"{name or next(iter(stores))}: agreement of peaks with {column}, "
        f"{highest_words(_records(results, name, column))}."
        for name in _models(results)
        for column in _columns(results)
    ]
