"""What word-rsa shows: similarities within and between kinds, matrices, RSA, and clusters on the plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist, squareform

from ..._types import Examples
from ...figures import Drawing, draw_clusters, draw_rsa, draw_similarities, draw_strip
from ...measures import Estimate
from ...measures.similarity import rdm
from ...measures.structure import cluster_dbscan, cluster_members, embed
from ...report import Section
from ...results import Results

METRICS: tuple[Literal["euclidean", "cosine"], ...] = ("euclidean", "cosine")


def compared(
    shared: Mapping[str, Examples], own: Mapping[str, Estimate], *, results: Results, options: Mapping[str, Any]
) -> tuple[tuple[Section, ...], list[str]]:
    """Return sections for the report, and what was found in sentences.

    `shared` are the vectors of the words that both models have, `own` the selectivity of a model on words that are its own.
    """
    one, two = shared
    words = [str(word) for word in shared[one].table["word"]]
    groups = [str(group) for group in shared[one].table["group"]]
    both = {f"{model}, {len(words)} shared words": _found(results, "select_category", model) for model in shared}
    selectivity = {**own, **both}
    rsa = _found(results, "sim_rsa", one)
    vectors = {model: np.asarray(side.inputs) for model, side in shared.items()}
    alike = Section(
        "Similarities of words",
        (f"The {len(words)} words that both models have: {', '.join(words)}.",),
        (
            Drawing(
                "words-similarities",
                draw_similarities(vectors, words, groups=groups),
                "Cosine similarity of every two words. White lines part the kinds; a word with itself is left out.",
            ),
            Drawing(
                "words-within-between",
                draw_strip(selectivity),
                "One dot for each pair of words, within each kind and between kinds; bars are means. The ratio of the mean "
                "within to the mean between is the selectivity; p from shuffling the kinds.",
            ),
            Drawing(
                "words-rsa",
                draw_rsa(
                    *(rdm(side, metric="cosine") for side in vectors.values()),
                    names=(one, two),
                    found=rsa,
                    groups=groups,
                    metric="cosine dissimilarity",
                ),
                f"One dot for each pair of words: how unlike they are in {one} and in {two}.",
            ),
        ),
    )
    clusters, members, said = _clusters(vectors, words, options)
    found = [f"{model}: within / between {_said(entry)}." for model, entry in selectivity.items()]
    return (alike, clusters), [*found, f"RSA of {one} and {two}: r = {_said(rsa)}.", *members, *said]


def _clusters(
    vectors: Mapping[str, Any], words: list[str], options: Mapping[str, Any]
) -> tuple[Section, list[str], list[str]]:
    """Cluster the words on the t-SNE plane of each model, by both distances."""
    planes = {
        f"{model}, {metric}": embed(side, method="tsne", metric=metric, perplexity=options["perplexity"])
        for model, side in vectors.items()
        for metric in METRICS
    }
    code = {
        name: cluster_dbscan(plane, eps=options["eps"], min_points=options["min_points"])
        for name, plane in planes.items()
    }
    members = {name: cluster_members(code[name], words) for name in planes}
    rows = [
        (name, "in no cluster" if cluster < 0 else f"cluster {cluster}", len(held), ", ".join(held))
        for name, every in members.items()
        for cluster, held in every.items()
    ]
    listed = [f"{name}, {cluster}: {held}." for name, cluster, _, held in rows]
    nearest = {name: _nearest(plane) for name, plane in planes.items()}
    scale = (
        f"The scale of a t-SNE plane of {len(words)} points means nothing, and what an eps of {options['eps']:g} finds hangs "
        f"on it: the median distance to the nearest word is {', '.join(f'{d:.1f} ({name})' for name, d in nearest.items())}."
    )
    how = f"DBSCAN, eps {options['eps']:g} (the bar), at least {options['min_points']} points"
    figure = draw_clusters(planes, code, names=words, axes="t-SNE", details=how, radius=options["eps"])
    caption = (
        f"t-SNE (perplexity {options['perplexity']:g}) of Euclidean and of cosine distances, started from the principal "
        f"components. Lines lead to the centroid of each cluster; the bar is eps."
    )
    table = pd.DataFrame(rows, columns=["plane", "cluster", "words", "members"])
    section = Section(
        "Clusters of words", (scale,), (Drawing("words-clusters", figure, caption),), {"members of clusters": table}
    )
    return section, listed, [scale]


def _nearest(plane: Any) -> float:
    """Return the median distance of a word to its nearest neighbour on the plane."""
    apart = squareform(pdist(plane))
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(axis=0)))


def _found(results: Results, measure: str, model: str) -> Estimate:
    """Return the number of a model, or of the pair whose first it is."""
    found = next(record.result for record in results.select(measure, model=model))
    if not isinstance(found, Estimate):
        raise TypeError(f"{measure} gives an Estimate. Got {type(found).__name__}.")
    return found


def _said(found: Estimate) -> str:
    return f"{found.value:.4g}" + ("" if found.stderr is None else f" ± {found.stderr:.2g}")
