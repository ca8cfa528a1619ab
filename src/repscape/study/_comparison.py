"""What two models are compared by: measures whose chance is known, with the null that the largest of all pairs needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .. import _check
from ..errors import InputError
from ..measures import measure, measures_from_text

USUAL_COMPARISON = ("overlap_neighbors", "sim_cka(estimator='debiased')")
"""Of two models, every layer with every layer."""
PERMUTATIONS = 200
"""Relabellings of measures that work out all pairs of a matrix in one pass."""
PROTOCOLS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # Huh et al. 2024: neighbours by inner product of rows of length 1, ten of them; the best pair of layers is reported.
        "platonic": {"measures": ("overlap_neighbors(k=10)",), "preprocess": ("unit_norm",)},
        # Yu et al. 2025: CKNNA of ten neighbours, of rows of length 1.
        "repa": {"measures": ("sim_cknna(k=10)",)},
    }
)
"""Comparisons as published studies of alignment make them."""


def comparison(
    measures: Sequence[Mapping[str, Any]] | None, *, protocol: str | None = None, permutations: int | None = None
) -> dict[str, Any]:
    """Return the entries of a plan that compares two models.

    Parameters
    ----------
    measures : list of dict, optional
        As :func:`measures_from_text` reads them; the usual ones if none are named.
    protocol : {"platonic", "repa"}, optional
        In place of measures.
    permutations : int, optional
        Relabellings for every measure that takes them and does not say; by default 200 where one pass does for all pairs.

    Raises
    ------
    InputError
        If measures and a protocol are named.
    UnknownNameError
        If there is no such protocol or measure.
    """
    if protocol is not None and measures:
        raise InputError(
            "protocol and measures of compare exclude each other: a protocol names its measures. Got both."
        )
    if permutations is not None:
        _check.integer(permutations, "permutations", "compare", low=0)
    given = {} if protocol is None else dict(PROTOCOLS[_check.choice(protocol, "protocol", "compare", PROTOCOLS)])
    asked = measures or [
        entry for text in given.get("measures", USUAL_COMPARISON) for entry in measures_from_text(text)
    ]
    given["measures"] = [_with_null(entry, permutations) for entry in asked]
    if "preprocess" in given:
        given["preprocess"] = list(given["preprocess"])
    return given


def _with_null(entry: Mapping[str, Any], permutations: int | None) -> Mapping[str, Any]:
    """Return the entry with relabellings, where it takes them and says nothing."""
    row = measure(entry["name"])
    wanted = PERMUTATIONS if permutations is None and row.nulls is True else permutations
    if not wanted or row.arity != 2 or "permutations" not in row.options() or "permutations" in entry:
        return entry
    return {**entry, "permutations": wanted}
