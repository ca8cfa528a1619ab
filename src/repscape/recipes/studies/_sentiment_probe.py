"""The steps of the recipe sentiment-probe: every layer of a language model is asked whether a review is positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InputError
from ...extraction import open_model
from ...figures import Drawing, draw_confusion, draw_embeddings, draw_probes
from ...findings import best_layer, best_probed
from ...measures import Estimate
from ...measures.probes import probe_linear, probe_mlp
from ...measures.structure import embed
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...store import Store
from ...study import extract, predict
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from .._recipe import along
from ..materials import (
    LABEL,
    Settled,
    forecast_models,
    forecast_reviews,
    other_than_published,
    read_reviews,
    save_tiny,
    settle,
)

PEERS = ("probe_linear", {"penalties": [10.0], "shuffle": False})  # scikit-learn's C = 0.1, folds as the reviews come
OF_PEERS = Plan(measures=[PEERS]).items[0].variant
LESSON = ("train", "dev", "test")
OTHER_SEED = 1000  # so that the twin of what stands in, random itself, is another network
SHOWN = 24  # layers that t-SNE shows
Probed = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The lesson's own split: few reviews to learn from, others to choose by, others to report."""

    each: int
    """Reviews of each part."""
    linear: Probed
    """Layer -> what the linear probe said."""
    mlp: Probed
    """Layer -> what the probe with a hidden layer said."""


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    twin = ["So would its untrained twin."] if order.options["untrained"] else []
    return [
        *forecast_models(order),
        forecast_reviews(order),
        "Every layer would be probed, by a linear probe and by one with a hidden layer.",
        *twin,
    ]


def run(order: Order) -> Outcome:
    """Read every layer, probe it, choose one, and ask it."""
    if len(order.models) != 1:
        raise InputError(f"models of the recipe {order.recipe.name} must be one. Got {len(order.models)}.")
    reviews = read_reviews(order)
    settled = settle(order, lambda folder: save_tiny(folder, order))
    (model,) = settled.models.values()
    reading: dict[str, Any] = {"max_length": order.options["max_length"], "progress": order.progress}
    store = extract(model, reviews.examples, to=order.folder / "activations.zarr", **reading)
    labels = store.examples[LABEL].to_numpy()
    results = run_study(
        store,
        Plan(
            measures=[
                ("probe_linear", {"permutations": order.options["permutations"]}),
                PEERS,
                "probe_mlp",
                "probe_mdl",
            ],
            labels=LABEL,
        ),
        folder=order.folder,
        origin=order.origin(stand_in=settled.stand_in or reviews.stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    untrained = _untrained(order, model, reviews.examples, labels, reading) if order.options["untrained"] else None
    lesson = _lesson(order, store, labels)
    best = best_probed(results)
    if best is None:
        raise InputError(
            f"data of the recipe {order.recipe.name} give no probe a value: {'; '.join(results.warnings)}."
        )
    told = predict(order.folder, list(order.options["sentences"]))
    sections = (
        Section(
            "What each layer knows",
            (f"Best layer: {best.layer}, {best.words}.",),
            _probe_drawings(results, untrained, best.layer, lesson),
        ),
        Section(
            f"The lesson's split: {3 * lesson.each} reviews",
            (_lesson_words(lesson),),
            tables={"the lesson, layer by layer": _lesson_table(lesson)},
        ),
        Section("Layers on a plane", drawings=(_planes(order, store, labels),)),
        Section("New sentences", (f"Layer {told.layer} was asked.",), tables={"new sentences": told.to_frame()}),
    )
    asked = told.to_frame().to_dict("records")
    said = [f"{row['input']!r}: {row[LABEL]} ({row['probability']:.2f})." for row in asked]
    notes = (
        *_stood_in(settled, reviews.note),
        f"{len(store.layers)} layers: the embedding and {len(store.layers) - 1} blocks.",
        f"Best layer: {best.layer}, {best.words}.",
        _lesson_words(lesson),
        *said,
    )
    return Outcome(results, tuple(_ours(order, settled, store, results)), sections, notes, Shown(store))


def _stood_in(settled: Settled, reviews: str) -> list[str]:
    return [part for part in (f"{settled.stand_in}." if settled.stand_in else "", reviews) if part]


def _first(results: Results, measure: str) -> list[Any]:
    """Return the records of a measure's first variant, by depth."""
    own = [record for record in results if record.info.name == measure]
    return sorted((r for r in own if r.variant == own[0].variant), key=lambda r: r.place.layer.index)


def _untrained(order: Order, model: str, examples: Any, labels: Any, reading: Mapping[str, Any]) -> Probed:
    """Probe the same network with random weights."""
    from ..materials import untrained_twin

    twin = untrained_twin(open_model(model), rng=order.rng + OTHER_SEED)
    store = extract(twin, examples, to=order.folder / "activations" / "untrained.zarr", **reading)
    return {name: probe_linear(store[name], labels) for name in store}


def _lesson(order: Order, store: Store, labels: npt.NDArray[Any]) -> Lesson:
    """Probe every layer in the lesson's split; where there are too few reviews, in three parts of them all."""
    each = min(order.options["lesson"], len(labels) // 3)
    rows = np.sort(np.random.default_rng(order.rng).permutation(len(labels))[: 3 * each])
    split = np.random.default_rng(order.rng + 1).permutation(np.repeat(LESSON, each))
    states = {name: np.asarray(store[name])[rows] for name in store}
    return Lesson(
        each,
        {name: probe_linear(own, labels[rows], split=split) for name, own in states.items()},
        {name: probe_mlp(own, labels[rows], split=split, rng=order.rng) for name, own in states.items()},
    )


def _lesson_words(lesson: Lesson) -> str:
    found = {"linear": best_layer(lesson.linear), "MLP": best_layer(lesson.mlp)}
    each = lesson.each
    chosen = "; ".join(
        f"{name}: {one.details['layer']}, accuracy {one.value:.3f} ± {one.stderr or np.nan:.3f}"
        for name, one in found.items()
    )
    return f"The lesson's own split, {each} reviews to learn from, layer chosen on {each}, reported on {each} others: {chosen}."


def _lesson_table(lesson: Lesson) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (name, lesson.linear[name].details["dev_by_fold"][0], lesson.linear[name].value, lesson.linear[name].stderr,
             lesson.mlp[name].value, lesson.mlp[name].stderr)
            for name in lesson.linear
        ],
        columns=["layer", "loss on dev, linear", "accuracy on test, linear", "error", "accuracy on test, MLP", "error, MLP"],
    )  # fmt: skip


def _probe_drawings(results: Results, untrained: Probed | None, best: str, lesson: Lesson) -> tuple[Drawing, ...]:
    probes = {
        name: {r.place.layer.key: r.result for r in _first(results, measure)}
        for name, measure in (("linear", "probe_linear"), ("MLP", "probe_mlp"))
    }
    n = lesson.each
    twin = "" if untrained is None else " Dashed: a linear probe of the same network with random weights."
    return (
        Drawing(
            "probes-by-layer",
            draw_probes(probes, untrained=untrained, heading="Sentiment by layer"),
            "Accuracy on held-out reviews, mean over five folds; bands are 95 % intervals after Nadeau and Bengio. Dotted: the "
            f"most frequent label, and probes of shuffled labels.{twin}",
        ),
        Drawing(
            "probes-lesson",
            draw_probes({"linear": lesson.linear, "MLP": lesson.mlp}, heading=f"Learned from {n} reviews"),
            f"Accuracy on {n} test reviews of probes that learned from {n}; bands are 95 % intervals over the test reviews, "
            "as wide as so few make them.",
        ),
        Drawing(
            "confusion",
            draw_confusion({best: probes["linear"][best]}),
            f"What the linear probe of {best} takes reviews for that it has not seen; rows are the truth.",
        ),
    )


def _planes(order: Order, store: Store, labels: npt.NDArray[Any]) -> Drawing:
    """Draw the layers on the t-SNE plane; of very many layers some, evenly."""
    n = min(order.options["points"], len(labels))
    rows = np.sort(np.random.default_rng(order.rng).permutation(len(labels))[:n])
    places = np.unique(np.linspace(0, len(store.layers) - 1, min(SHOWN, len(store.layers))).round().astype(int))
    shown = [store.layers[place] for place in places]
    planes = {
        name: embed(np.asarray(store[name])[rows], method="tsne", perplexity=min(30.0, n / 4), rng=order.rng)
        for name in shown
    }
    figure = draw_embeddings(planes, labels=labels[rows], name=LABEL, axes="t-SNE")
    return Drawing(
        "planes",
        figure,
        f"t-SNE of {n} reviews, drawn at random, layer by layer, coloured by label. Distances between clusters mean nothing.",
    )


def _ours(order: Order, settled: Settled, store: Store, results: Results) -> list[Ours]:
    """Return the numbers to set beside the published; whatever is of another model or other texts says so."""
    published_model = settled.models == dict(order.recipe.models)
    found = [Ours("blocks", len(store.layers) - 1, stand_in="" if published_model else "another model")]
    rows = len([number for number in order.recipe.published if number.key.startswith("accuracy")])
    peers = [r.result for r in results if r.variant == OF_PEERS and isinstance(r.result, Estimate)]
    if len(peers) == rows:
        other = other_than_published(store, order.options["limit"])
        found += [Ours(along("accuracy", i), one.value, one.stderr, other) for i, one in enumerate(peers)]
    return found
