"""Which layer of another model each layer is most alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..measures import Estimate
from ..results import Results

if TYPE_CHECKING:
    import pandas as pd

LESS = "less"  # as in "less alike", "tells less about"


def best_matches(results: Results, measure: str | None = None) -> pd.DataFrame:
    """Return, for every layer of one model, the layer of another that is most alike.

    Parameters
    ----------
    results : Results
        With all pairs of layers of two models: `Plan(profiles=["models"])`, which is also what runs where nothing is said and
        there are several models.
    measure : str, optional
        Only this measure; by default all that compare two representations.

    Returns
    -------
    pandas.DataFrame
        One row for each measure and layer: variant (the measure with its options), model, layer, depth, other_model,
        other_layer, other_depth, value, stderr and chance (NaN where there is none). Layers stand in their order; where
        several match equally well the first is named.

    Raises
    ------
    InputError
        If no pairs of layers of two models are among the results.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.findings import best_matches
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> model = {"a": X, "b": X @ np.diag([1, 1, 1, 5, 5, 5])}
    >>> found = rs.run({"one": model, "two": model}, rs.Plan(measures=["sim_cka"], profiles=["models"]))
    >>> best_matches(found)[["layer", "other_layer"]].values.tolist()
    [['a', 'a'], ['b', 'b']]
    """
    import pandas as pd

    pairs: dict[tuple[str, str, str, str], list[tuple[float, dict[str, object]]]] = {}
    for record in results.select(measure, profile="models"):
        place, other, result = record.place, record.other, record.result
        if other is None or not isinstance(result, Estimate):
            continue
        row = {
            "variant": record.variant,
            "model": place.model,
            "layer": place.layer.key,
            "depth": place.layer.depth,
            "other_model": other.model,
            "other_layer": other.layer.key,
            "other_depth": other.layer.depth,
            "value": result.value,
            "stderr": np.nan if result.stderr is None else result.stderr,
            "chance": np.nan if result.chance is None else result.chance,
        }
        key = (record.variant, place.model, place.layer.key, other.model)
        pairs.setdefault(key, []).append((_distance(result.value, record.info.higher_means), row))
    if not pairs:
        wanted = "compare layers of two models" if measure is None else f"be of {measure} over layers of two models"
        raise InputError(f"results of best_matches must {wanted}: Plan(profiles=['models']). Got none such.")
    return pd.DataFrame([min(held, key=lambda one: one[0])[1] for held in pairs.values()])


def _distance(value: float, higher_means: str) -> float:
    """Return what is smallest for the most alike; NaN comes last."""
    if np.isnan(value):
        return np.inf
    return float(value if LESS in higher_means.split() else -value)
