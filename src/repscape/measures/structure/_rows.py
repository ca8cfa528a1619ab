"""Rows of the table: clusters, and how selective a representation is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._table import ISOMETRIES, Measure

USUAL_SIZES = 100
LEAST_SIZES = 5
MANY = 10
"""One row in so many that is a copy of another is worth a word."""


def _chosen_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours without which there is no density: its k, or so few that k* can be chosen among them."""
    return LEAST_SIZES if options["k"] is None else int(options["k"])


def _chosen_wants(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours among which k* is chosen, where there are so many: its k, or the usual number where k is None."""
    return USUAL_SIZES if options["k"] is None else int(options["k"])


def _copies(result: Any) -> str:
    """Warn where many rows are copies: peaks are those of the points that differ."""
    merged = int(result.options["merged"])
    if merged * MANY < result.n:
        return ""
    return (
        f"{merged:,} of {result.n:,} rows are copies of others: density peaks take them for {result.n - merged:,} points, and "
        "know little where few are left (rounded values, repeated examples)."
    )


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
        column_options=("families",),
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
    Measure(
        "density_knn",
        family="density",
        title="Log density, k neighbours",
        takes=("graph",),
        invariant_to=("rotation", "translation", "permutation"),
        higher_means="points stand closer together",
        reference="Loftsgaarden and Quesenberry 1965",
        label="log density (nats)",
        neighbors="k",
        wants=USUAL_SIZES,
        merges=True,
        version=2,
    ),
    Measure(
        "density_kstar",
        family="density",
        title="Log density, adaptive neighbours",
        takes=("graph",),
        invariant_to=("rotation", "translation", "permutation"),
        higher_means="points stand closer together",
        reference="Rodriguez et al. 2018",
        label="log density (nats)",
        neighbors=_chosen_depth,
        wants=_chosen_wants,
        merges=True,
        version=2,
    ),
    Measure(
        "density_pak",
        family="density",
        title="Log density, point-adaptive",
        takes=("graph",),
        invariant_to=("rotation", "translation", "permutation"),
        higher_means="points stand closer together",
        reference="Rodriguez et al. 2018",
        label="log density (nats)",
        neighbors=_chosen_depth,
        wants=_chosen_wants,
        merges=True,
        version=2,
    ),
    Measure(
        "peaks_agreement",
        family="structure",
        title="Agreement of density peaks with labels",
        takes=("graph", "labels"),
        bounds=(-0.5, 1.0),
        invariant_to=ISOMETRIES,
        higher_means="peaks of the density are closer to the labels",
        reference="d'Errico et al. 2021",
        label="agreement of peaks with labels",
        tells=("peaks", "purity", "halo", "largest", "nmi", "populations"),
        neighbors=_chosen_depth,
        wants=USUAL_SIZES,
        merges=True,
        version=2,
        alarm=_copies,
    ),
)
