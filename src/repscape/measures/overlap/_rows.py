"""Rows of the table: which neighbours are kept, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._table import ISOMETRIES, USUAL_NEIGHBORS, Measure
from ..uncertainty import SURROUNDINGS


def _label_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that overlap_labels may walk through, from the sizes of classes and of excluded groups."""
    _, members = np.unique(columns["labels"], return_counts=True)
    fraction = options["class_fraction"]
    wanted = int(options["k"]) if fraction is None else max(1, int(members.max() * fraction))
    if options.get("exclude") is not None:
        _, sizes = np.unique(options["exclude"], return_counts=True)
        wanted = min(wanted + int(sizes.max()) - 1, int(members.sum()) - 1)
    return wanted


def _label_wants(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """One more for the error, which asks who moves up when a neighbour leaves."""
    return _label_depth(options, columns) + (options["error"] not in (None, "naive"))


def _sandwich_wants(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours around a point over which the error takes a local mean."""
    return 0 if options["error"] in (None, "naive") else SURROUNDINGS


def _listed_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that an overlap of ordered lists compares: its k, or the usual number where k is None."""
    return USUAL_NEIGHBORS if options["k"] is None else int(options["k"])


ROWS: tuple[Measure, ...] = (
    Measure(
        "overlap_neighbors",
        family="overlap",
        title="Neighbourhood overlap",
        alike=1,
        takes=("graph",),
        arity=2,
        bounds=(0.0, 1.0),
        invariant_to=ISOMETRIES,
        symmetric=True,
        plot="matrix",
        higher_means="more alike",
        reference="Doimo et al. 2020",
        label="neighbourhood overlap",
        neighbors="k",
        wants=_sandwich_wants,
        column_options=("groups", "within"),
        nulls=True,
    ),
    Measure(
        "overlap_labels",
        family="overlap",
        title="Label overlap",
        takes=("graph", "labels"),
        bounds=(0.0, 1.0),
        invariant_to=ISOMETRIES,
        higher_means="neighbours share the label more often",
        reference="Doimo et al. 2020",
        label="label overlap",
        neighbors=_label_depth,
        wants=_label_wants,
        column_options=("exclude", "groups", "within"),
    ),
    Measure(
        "overlap_values",
        family="overlap",
        title="Value overlap",
        takes=("graph", "values"),
        bounds=(0.0, 1.0),
        invariant_to=ISOMETRIES,
        higher_means="neighbours have nearer values",
        reference="Doimo et al. 2020",
        label="value overlap",
        neighbors="k",
        wants=_sandwich_wants,
        column_options=("groups", "within"),
    ),
    Measure(
        "overlap_rbo",
        family="overlap",
        title="Neighbourhood overlap, rank-biased",
        alike=1,
        takes=("graph",),
        arity=2,
        bounds=(0.0, 1.0),
        invariant_to=ISOMETRIES,
        symmetric=True,
        plot="matrix",
        higher_means="more alike",
        reference="Webber et al. 2010",
        label="rank-biased overlap",
        neighbors=_listed_depth,
        usual={"k": USUAL_NEIGHBORS},
        wants=_sandwich_wants,
        nulls="asked",
        column_options=("groups", "within"),
    ),
    Measure(
        "overlap_lcs",
        family="overlap",
        title="Neighbourhood overlap, in common order",
        alike=1,
        takes=("graph",),
        arity=2,
        bounds=(0.0, 1.0),
        invariant_to=ISOMETRIES,
        symmetric=True,
        plot="matrix",
        higher_means="more alike",
        reference="Hunt and Szymanski 1977",
        label="overlap in order",
        neighbors=_listed_depth,
        usual={"k": USUAL_NEIGHBORS},
        wants=_sandwich_wants,
        column_options=("groups", "within"),
    ),
    Measure(
        "overlap_edit",
        family="overlap",
        title="Neighbourhood overlap, by edits",
        alike=1,
        takes=("graph",),
        arity=2,
        bounds=(0.0, 1.0),
        invariant_to=ISOMETRIES,
        symmetric=True,
        plot="matrix",
        higher_means="more alike",
        reference="Levenshtein 1966",
        label="overlap by edits",
        neighbors=_listed_depth,
        usual={"k": USUAL_NEIGHBORS},
        wants=_sandwich_wants,
        column_options=("groups", "within"),
    ),
    Measure(
        "information_imbalance",
        family="overlap",
        title="Information imbalance",
        alike=-1,
        takes=("points",),
        arity=2,
        bounds=(0.0, 2.0),
        invariant_to=ISOMETRIES,
        plot="matrix",
        higher_means="the first tells less about the second",
        reference="Glielmo et al. 2022",
        label="information imbalance",
        prepare=True,
        nulls="asked",
        column_options=("groups", "within"),
    ),
)
