"""What every row of the table promises beside the checks of `repscape.testing`: options for tests, and the slow oracles."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from repscape import testing
from repscape.errors import InputError, RepscapeWarning
from repscape.measures import Measure

SMALL: Mapping[str, dict[str, Any]] = {
    "id_gride": {"max_rank": 16},
    "id_autoencoder": {"widths": (1, 2), "hidden": 8, "steps": 5},
    "probe_linear": {"metric": "log_loss"},  # accuracy moves in steps of one example, too coarse to see a change
    "probe_knn": {"metric": "log_loss"},
    "probe_learning": {"metric": "log_loss", "fractions": (0.2, 1.0)},
    "probe_mlp": {"width": 8, "epochs": 5, "rate": 0.01},
}


def small(measure: Measure) -> Mapping[str, Any]:
    """Return options that make a measure quick, and fine enough to see a change."""
    return SMALL.get(measure.name, {})


def check_says_finite(measure: Measure) -> None:
    """The table's own say what is wrong with a NaN."""
    data = testing.sample()
    data.X[17, 2] = np.nan
    with pytest.raises(InputError, match="finite"):
        testing.call(measure, data, small(measure))


def check_oracle(measure: Measure) -> None:
    """It agrees with slow, obvious code in tests/reference."""
    module = importlib.import_module(f"tests.reference.{measure.name}")
    data = testing.sample(seed=3)
    for options in module.OPTIONS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RepscapeWarning)  # advice about few points, not about correctness
            found = testing.numbers(testing.call(measure, data, {**small(measure), **options}))
        expected = np.atleast_1d(module.slow(data.X, data.Y, data.columns, **options))
        assert np.allclose(found, expected, rtol=1e-7, atol=1e-10), (
            f"{measure.name}({options}): {found}, slowly {expected}"
        )
