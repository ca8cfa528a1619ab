"""Rows of the table: clusters, and how selective a representation is."""

from __future__ import annotations

from .._table import ISOMETRIES, Measure

ROWS: tuple[Measure, ...] = (
    Measure(
        "select_category",
        family="structure",
        title="Category selectivity",
        takes=("points", "groups"),
        invariant_to=("rotation", "scaling", "permutation"),
        higher_means="more similar within groups than between",
        reference="Kriegeskorte et al. 2008",
        label="category selectivity",
    ),
    Measure(
        "cluster_agreement",
        family="structure",
        title="Agreement of clusters with labels",
        takes=("points", "labels"),
        bounds=(-0.5, 1.0),
        invariant_to=ISOMETRIES,
        higher_means="clusters are closer to the labels",
        reference="Hubert and Arabie 1985",
        label="cluster agreement",
    ),
)
