"""The table of measures: one row each.

Reading the table loads no measure: `fn=None` is imported at the call. A study builds the arguments from `takes`; plots, report
and command line read the row and never name a measure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import _check
from ._depths import SURROUNDINGS, depth_for, depth_for_gride
from ._rows_health import HEALTH_ROWS
from ._table import USUAL_NEIGHBORS, Measure


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


def _dimension_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the errors of TwoNN read."""
    return depth_for(options["error"])


def _gride_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the errors of Gride read."""
    return depth_for_gride(options["max_rank"]) if options["error"] == "auto" else 0


def _mle_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the error of id_mle reads."""
    return 0 if options["error"] in (None, "model") else max(100, 2 * int(options["k"]))


ISOMETRIES = ("rotation", "translation", "scaling", "permutation")
PROBE_VARIANTS: Mapping[tuple[str, Any], Mapping[str, Any]] = {
    ("metric", "balanced_accuracy"): {"label": "balanced accuracy of the probe"},
    ("metric", "macro_f1"): {"label": "macro F1 of the probe"},
    ("metric", "auc"): {"label": "AUC of the probe"},
    ("metric", "log_loss"): {
        "bounds": (0.0, math.inf), "label": "log-loss of the probe (nats)",
        "higher_means": "the readout tells the labels of unseen examples less well",
    },
    ("task", "values"): {"bounds": (-math.inf, 1.0), "label": "held-out R² of the probe"},
}  # fmt: skip
_ROWS = (
    Measure(
        "id_twonn", takes=("graph",), bounds=(0.0, math.inf), invariant_to=(*ISOMETRIES, "duplication"),
        higher_means="more directions of variation", reference="Facco et al. 2017", label="intrinsic dimension",
        neighbors=2, wants=_dimension_depth, merges=True,
    ),
    Measure(
        "id_twonn_fractions", takes=("graph",), bounds=(0.0, math.inf), invariant_to=(*ISOMETRIES, "duplication"), plot="curve",
        higher_means="more directions of variation", reference="Facco et al. 2017", label="intrinsic dimension",
        neighbors=2, wants=_dimension_depth, merges=True,
    ),
    Measure(
        "id_gride", takes=("graph",), bounds=(0.0, math.inf), invariant_to=(*ISOMETRIES, "duplication"), plot="curve",
        higher_means="more directions of variation", reference="Denti et al. 2022", label="intrinsic dimension",
        neighbors="max_rank", wants=_gride_depth, merges=True,
    ),
    Measure(
        "id_decimation", takes=("points",), bounds=(0.0, math.inf),
        invariant_to=("rotation", "translation", "scaling", "duplication"), plot="curve",
        higher_means="more directions of variation", reference="Facco et al. 2017", label="intrinsic dimension",
    ),
    Measure(
        "id_mle", takes=("graph",), bounds=(0.0, math.inf), invariant_to=(*ISOMETRIES, "duplication"),
        higher_means="more directions of variation", reference="Levina and Bickel 2005", label="intrinsic dimension",
        neighbors="k", wants=_mle_depth, merges=True,
    ),
    Measure(
        "id_correlation", takes=("points",), bounds=(0.0, math.inf), invariant_to=(*ISOMETRIES, "duplication"),
        higher_means="more directions of variation", reference="Grassberger and Procaccia 1983",
        label="correlation dimension",
    ),
    Measure(
        "id_isomap", takes=("graph",), bounds=(0.0, 1.0), invariant_to=(*ISOMETRIES, "duplication"), plot="curve",
        higher_means="so many coordinates keep less of the distances", reference="Tenenbaum et al. 2000",
        label="residual variance", neighbors="k", merges=True,
    ),
    Measure(
        "id_autoencoder", takes=("points",), bounds=(0.0, math.inf), invariant_to=("translation", "scaling", "duplication"),
        plot="curve", higher_means="so many coordinates rebuild less", reference="Hinton and Salakhutdinov 2006",
        label="held-out variance left",
    ),
    Measure(
        "id_pca", takes=("points",), bounds=(1.0, math.inf), invariant_to=ISOMETRIES,
        higher_means="more directions of variance", reference="Gao et al. 2017", label="linear dimension",
    ),
    Measure(
        "overlap_neighbors", takes=("graph",), arity=2, bounds=(0.0, 1.0), invariant_to=ISOMETRIES, symmetric=True,
        plot="matrix", higher_means="more alike", reference="Doimo et al. 2020", label="neighbourhood overlap", neighbors="k",
        wants=_sandwich_wants, column_options=("groups", "within"),
    ),
    Measure(
        "overlap_labels", takes=("graph", "labels"), bounds=(0.0, 1.0), invariant_to=ISOMETRIES,
        higher_means="neighbours share the label more often", reference="Doimo et al. 2020", label="label overlap",
        neighbors=_label_depth, wants=_label_wants, column_options=("exclude", "groups", "within"),
    ),
    Measure(
        "overlap_values", takes=("graph", "values"), bounds=(0.0, 1.0), invariant_to=ISOMETRIES,
        higher_means="neighbours have nearer values", reference="Doimo et al. 2020", label="value overlap", neighbors="k",
        wants=_sandwich_wants, column_options=("groups", "within"),
    ),
    Measure(
        "overlap_rbo", takes=("graph",), arity=2, bounds=(0.0, 1.0), invariant_to=ISOMETRIES, symmetric=True, plot="matrix",
        higher_means="more alike", reference="Webber et al. 2010", label="rank-biased overlap", neighbors=_listed_depth,
        wants=_sandwich_wants, column_options=("groups", "within"),
    ),
    Measure(
        "overlap_lcs", takes=("graph",), arity=2, bounds=(0.0, 1.0), invariant_to=ISOMETRIES, symmetric=True, plot="matrix",
        higher_means="more alike", reference="Hunt and Szymanski 1977", label="overlap in order", neighbors=_listed_depth,
        wants=_sandwich_wants, column_options=("groups", "within"),
    ),
    Measure(
        "overlap_edit", takes=("graph",), arity=2, bounds=(0.0, 1.0), invariant_to=ISOMETRIES, symmetric=True, plot="matrix",
        higher_means="more alike", reference="Levenshtein 1966", label="overlap by edits", neighbors=_listed_depth,
        wants=_sandwich_wants, column_options=("groups", "within"),
    ),
    Measure(
        "information_imbalance", takes=("points",), arity=2, bounds=(0.0, 2.0), invariant_to=ISOMETRIES, plot="matrix",
        higher_means="the first tells less about the second", reference="Glielmo et al. 2022", label="information imbalance",
        prepare=True,
    ),
    Measure(
        "sim_cka", takes=("points",), arity=2, bounds=(0.0, 1.0), invariant_to=ISOMETRIES, symmetric=True, plot="matrix",
        higher_means="more alike", reference="Kornblith et al. 2019", label="CKA", prepare=True,
        variants={("estimator", "debiased"): {"bounds": (-1.0, 1.0)}},
    ),
    Measure(
        "sim_cca", takes=("points",), arity=2, bounds=(0.0, 1.0), invariant_to=(*ISOMETRIES, "linear"), symmetric=True,
        plot="matrix", higher_means="more alike", reference="Hotelling 1936", label="mean CCA", prepare=True,
    ),
    Measure(
        "sim_svcca", takes=("points",), arity=2, bounds=(0.0, 1.0), invariant_to=ISOMETRIES, symmetric=True, plot="matrix",
        higher_means="more alike", reference="Raghu et al. 2017", label="SVCCA", prepare=True,
    ),
    Measure(
        "sim_pwcca", takes=("points",), arity=2, bounds=(0.0, 1.0), invariant_to=("translation", "scaling", "permutation"),
        plot="matrix", higher_means="more alike", reference="Morcos et al. 2018", label="PWCCA", prepare=True,
    ),
    Measure(
        "sim_procrustes", takes=("points",), arity=2, bounds=(0.0, math.pi / 2), invariant_to=ISOMETRIES, symmetric=True,
        plot="matrix", higher_means="less alike", reference="Williams et al. 2021", label="Procrustes angle", prepare=True,
        variants={
            ("form", "similarity"): {
                "bounds": (0.0, 1.0), "higher_means": "more alike", "label": "Procrustes similarity",
            },
            ("form", "size_and_shape"): {
                "bounds": (0.0, math.inf), "label": "Procrustes distance",
                "invariant_to": ("rotation", "translation", "permutation"),
            },
        },
    ),
    Measure(
        "sim_linreg", takes=("points",), arity=2, bounds=(-math.inf, 1.0),
        invariant_to=("rotation", "translation", "scaling", "linear"), plot="matrix",
        higher_means="the first predicts the second better",
        reference="Kornblith et al. 2019", label="held-out R²", prepare=True,
    ),
    Measure(
        "sim_cknna", takes=("points",), arity=2, invariant_to=("rotation", "scaling", "permutation"),
        plot="matrix", higher_means="more alike", reference="Huh et al. 2024", label="CKNNA", prepare=True,
    ),
    Measure(
        "sim_rsa", takes=("points",), arity=2, bounds=(-1.0, 1.0), invariant_to=("rotation", "scaling", "permutation"),
        symmetric=True, plot="matrix", higher_means="more alike", reference="Kriegeskorte et al. 2008", label="RSA",
        prepare=True,
    ),
    Measure(
        "select_category", takes=("points", "groups"), invariant_to=("rotation", "scaling", "permutation"),
        higher_means="more similar within groups than between", reference="Kriegeskorte et al. 2008",
        label="category selectivity",
    ),
    Measure(
        "cluster_agreement", takes=("points", "labels"), bounds=(-0.5, 1.0), invariant_to=ISOMETRIES,
        higher_means="clusters are closer to the labels", reference="Hubert and Arabie 1985", label="cluster agreement",
    ),
    *HEALTH_ROWS,
    Measure(
        "probe_linear", takes=("points", "labels"), bounds=(0.0, 1.0), invariant_to=("translation", "scaling"),
        higher_means="a linear readout tells the labels of unseen examples better", reference="Alain and Bengio 2017",
        label="probe accuracy", column_options=("groups", "split", "identity"), variants=PROBE_VARIANTS,
    ),
    Measure(
        "probe_mlp", takes=("points", "labels"), bounds=(0.0, 1.0), invariant_to=("translation", "scaling"),
        higher_means="a small network tells the labels of unseen examples better", reference="Hewitt and Liang 2019",
        label="MLP probe accuracy", column_options=("groups", "split", "identity"), variants=PROBE_VARIANTS,
    ),
    Measure(
        "probe_knn", takes=("points", "labels"), bounds=(0.0, 1.0), invariant_to=("rotation", "translation", "scaling"),
        higher_means="the nearest examples tell the labels of unseen ones better", reference="Fix and Hodges 1951",
        label="k-NN probe accuracy", column_options=("groups", "split"), variants=PROBE_VARIANTS,
    ),
    Measure(
        "probe_mdl", takes=("points", "labels"), bounds=(0.0, math.inf), invariant_to=("translation", "scaling"),
        higher_means="the labels take more bits to tell", reference="Voita and Titov 2020", label="code length (bits)",
    ),
    Measure(
        "probe_learning", takes=("points", "labels"), bounds=(0.0, 1.0), invariant_to=("translation", "scaling"), plot="curve",
        higher_means="a linear readout tells the labels of unseen examples better", reference="Alain and Bengio 2017",
        label="probe accuracy", column_options=("groups",), variants=PROBE_VARIANTS,
    ),
)  # fmt: skip

MEASURES: Mapping[str, Measure] = {row.name: row for row in _ROWS}


def measure(name: str | Measure) -> Measure:
    """Return the row of a measure; near names are offered for a typo."""
    if isinstance(name, Measure):
        return name
    _check.choice(name, "measure", "the table of measures", MEASURES)
    return MEASURES[name]
