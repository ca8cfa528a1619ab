"""Rows of the table: further estimators of the dimension, each by another idea, and of data that are not continuous."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._result import note_of
from .._table import INTRINSIC, Measure
from ..uncertainty import depth_for_gride


def _corrected_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the errors of its scale curve read."""
    return depth_for_gride(options["max_rank"])


def _note_alarm(found: Any) -> str:
    """What the measure itself says beside its value."""
    return note_of(found)


_STILL = ("rotation", "translation", "scaling", "permutation", "duplication")
FURTHER: tuple[Measure, ...] = (
    Measure(
        "id_adaptive",
        family="dimension",
        title="Intrinsic dimension, adaptive neighbourhoods",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Di Noia et al. 2024",
        label="intrinsic dimension",
        neighbors=5,
        wants=100,
        merges=True,
        alarm=_note_alarm,
    ),
    Measure(
        "id_mada",
        version=2,
        family="dimension",
        title="Intrinsic dimension, MADA",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Farahmand et al. 2007",
        label="intrinsic dimension",
        neighbors="k",
        wants=100,
        merges=True,
    ),
    Measure(
        "id_mom",
        version=2,
        family="dimension",
        title="Intrinsic dimension, method of moments",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Amsaleg et al. 2018",
        label="intrinsic dimension",
        neighbors="k",
        wants=100,
        merges=True,
    ),
    Measure(
        "id_tle",
        family="dimension",
        title="Intrinsic dimension, tight localities",
        quantity=INTRINSIC,
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Amsaleg et al. 2019",
        label="intrinsic dimension",
    ),
    Measure(
        "id_ess",
        version=2,
        family="dimension",
        title="Intrinsic dimension, simplex skewness",
        quantity=INTRINSIC,
        bounds=(1.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Johnsson et al. 2015",
        label="intrinsic dimension",
    ),
    Measure(
        "id_danco",
        family="dimension",
        title="Intrinsic dimension, DANCo",
        quantity=INTRINSIC,
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Ceruti et al. 2014",
        label="intrinsic dimension",
        version=2,
    ),
    Measure(
        "id_fishers",
        family="dimension",
        title="Intrinsic dimension, Fisher separability",
        quantity="separability dimension",
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="points are more easily set apart",
        reference="Albergante et al. 2019",
        label="separability dimension",
    ),
    Measure(
        "id_mst",
        family="dimension",
        title="Intrinsic dimension, minimum spanning tree",
        quantity=INTRINSIC,
        bounds=(0.0, math.inf),
        invariant_to=("rotation", "translation", "scaling", "duplication"),
        higher_means="more directions of variation",
        reference="Costa and Hero 2004",
        label="intrinsic dimension",
        alarm=_note_alarm,
    ),
    Measure(
        "id_discrete",
        family="dimension",
        title="Intrinsic dimension of lattices by scale, I3D",
        quantity="lattice dimension",
        bounds=(0.0, math.inf),
        invariant_to=("permutation",),
        plot="curve",
        higher_means="more directions of variation",
        reference="Macocco et al. 2023",
        label="lattice dimension",
        version=2,
    ),
    Measure(
        "id_binary",
        family="dimension",
        title="Intrinsic dimension of bits, BID",
        quantity="binary dimension",
        bounds=(0.0, math.inf),
        invariant_to=("permutation",),
        higher_means="more independent bits",
        reference="Acevedo et al. 2025",
        label="binary dimension",
    ),
    Measure(
        "id_corrected",
        family="dimension",
        title="Intrinsic dimension, range that its bias leaves",
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=_STILL,
        higher_means="more directions of variation",
        reference="Facco et al. 2017",
        label="intrinsic dimension, raw",
        neighbors="max_rank",
        wants=_corrected_depth,
        merges=True,
        version=2,
    ),
    Measure(
        "id_knn_length",
        family="dimension",
        title="Intrinsic dimension, length of the neighbour graph",
        quantity=INTRINSIC,
        bounds=(0.0, math.inf),
        invariant_to=("rotation", "translation", "scaling", "duplication"),
        higher_means="more directions of variation",
        reference="Carter et al. 2010",
        label="intrinsic dimension",
    ),
    Measure(
        "id_disagreement",
        family="dimension",
        title="Disagreement of estimators of the dimension",
        takes=("graph",),
        bounds=(1.0, math.inf),
        invariant_to=_STILL,
        higher_means="estimators of the dimension disagree",
        reference="Levina and Bickel 2005",
        label="largest over smallest estimate",
        tells=("reasons",),
        neighbors="max_rank",
        wants=_corrected_depth,
        merges=True,
        version=2,
    ),
)
