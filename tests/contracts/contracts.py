"""What every row of the table promises: the package's own checks, quick options for them, and agreement with slow code."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from repscape.errors import RepscapeWarning
from repscape.measures import Measure
from repscape.testing import call as call_measure
from repscape.testing import (
    check_bounds,
    check_determinism,
    check_input_untouched,
    check_invariance,
    check_invariances,
    check_measure,
    check_nan_refused,
    check_symmetry,
    draw_sample,
    numbers_of,
)

__all__ = [
    "check_bounds",
    "check_determinism",
    "check_input_untouched",
    "check_invariance",
    "check_invariances",
    "check_measure",
    "check_nan_refused",
    "check_oracle",
    "check_symmetry",
    "quick",
]

SMALL: Mapping[str, Mapping[str, Any]] = {
    "id_gride": {"max_rank": 16},
    "sim_idcor": {"draws": 2, "error": None},
    **{name: {"error": None} for name in ("sim_cycle_knn", "sim_jaccard", "sim_rank", "sim_second_order", "sim_imd")},
    "sim_rtd": {"error": None},  # their errors compare halves twenty times; what is checked is the value
    "id_corrected": {"max_rank": 16},
    "id_discrete": {"step": 0.1, "radii": (120,)},  # the sample is of real numbers
    "id_binary": {"threshold": 2.0, "high": 1.0, "error": None},
    "id_mst": {"draws": 2},
    "id_knn_length": {"k": 3, "draws": 2},
    "id_disagreement": {"k": 8, "max_rank": 8},
    "id_autoencoder": {"widths": (1, 2), "hidden": 8, "steps": 5},
    "peaks_agreement": {"z": 0.3},  # many peaks, so that their agreement moves
    "quality_alpha": {"ranks": (1, 5)},  # six dimensions have no eleventh rank
    "quality_capacity": {"draws": 8, "points": 100},  # all of them: whichever are drawn changes the value
    "probe_linear": {"metric": "log_loss"},  # accuracy moves in steps of one example, too coarse to see a change
    "probe_knn": {"metric": "log_loss"},
    "probe_learning": {"metric": "log_loss", "fractions": (0.2, 1.0)},
    "probe_mlp": {"width": 8, "epochs": 5, "rate": 0.01},
}


def quick(measure: Measure) -> Mapping[str, Any]:
    """Return options with which a measure is quick, and sees small changes."""
    return SMALL.get(measure.name, {})


def check_oracle(measure: Measure, usual: Mapping[str, Any]) -> None:
    """It agrees with slow, obvious code in tests/reference."""
    module = importlib.import_module(f"tests.reference.{measure.name}")
    data = draw_sample(seed=3)
    for options in module.OPTIONS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RepscapeWarning)  # advice about few points, not about correctness
            found = numbers_of(call_measure(measure, data, {**usual, **options}))
        expected = np.atleast_1d(module.slow(data.X, data.Y, data.columns, **options))
        assert np.allclose(found, expected, rtol=1e-7, atol=1e-10), (
            f"{measure.name}({options}): {found}, slowly {expected}"
        )
