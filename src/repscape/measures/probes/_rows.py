"""Rows of the table: what can be read out of a representation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._table import Measure

PROBE_VARIANTS: Mapping[tuple[str, Any], Mapping[str, Any]] = {
    ("metric", "balanced_accuracy"): {"label": "balanced accuracy of the probe"},
    ("metric", "macro_f1"): {"label": "macro F1 of the probe"},
    ("metric", "auc"): {"label": "AUC of the probe"},
    ("metric", "log_loss"): {
        "bounds": (0.0, math.inf),
        "label": "log-loss of the probe (nats)",
        "higher_means": "the readout tells the labels of unseen examples less well",
    },
    ("task", "values"): {"bounds": (-math.inf, 1.0), "label": "held-out R² of the probe"},
}
ROWS: tuple[Measure, ...] = (
    Measure(
        "probe_linear",
        family="probe",
        title="Linear probe",
        takes=("points", "labels"),
        bounds=(0.0, 1.0),
        invariant_to=("translation", "scaling"),
        higher_means="a linear readout tells the labels of unseen examples better",
        reference="Alain and Bengio 2017",
        label="probe accuracy",
        column_options=("groups", "split", "identity"),
        variants=PROBE_VARIANTS,
    ),
    Measure(
        "probe_mlp",
        family="probe",
        title="MLP probe",
        takes=("points", "labels"),
        bounds=(0.0, 1.0),
        invariant_to=("translation", "scaling"),
        higher_means="a small network tells the labels of unseen examples better",
        reference="Hewitt and Liang 2019",
        label="MLP probe accuracy",
        column_options=("groups", "split", "identity"),
        variants=PROBE_VARIANTS,
    ),
    Measure(
        "probe_knn",
        family="probe",
        title="k-NN probe",
        takes=("points", "labels"),
        knows="rows",
        bounds=(0.0, 1.0),
        invariant_to=("rotation", "translation", "scaling"),
        higher_means="the nearest examples tell the labels of unseen ones better",
        reference="Fix and Hodges 1951",
        label="k-NN probe accuracy",
        column_options=("groups", "split"),
        variants=PROBE_VARIANTS,
    ),
    Measure(
        "probe_mdl",
        family="probe",
        title="Code length of a linear probe",
        takes=("points", "labels"),
        bounds=(0.0, math.inf),
        invariant_to=("translation", "scaling"),
        higher_means="the labels take more bits to tell",
        reference="Voita and Titov 2020",
        label="code length (bits)",
    ),
    Measure(
        "probe_learning",
        family="probe",
        title="Linear probe by training size",
        takes=("points", "labels"),
        bounds=(0.0, 1.0),
        invariant_to=("translation", "scaling"),
        plot="curve",
        higher_means="a linear readout tells the labels of unseen examples better",
        reference="Alain and Bengio 2017",
        label="probe accuracy",
        column_options=("groups",),
        variants=PROBE_VARIANTS,
    ),
)
