"""Rows of the table: how many dimensions the points fill."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._table import INTRINSIC, ISOMETRIES, Measure
from ..uncertainty import depth_for, depth_for_gride
from ._rows_further import FURTHER


def _near_copies_alarm(found: Any) -> str:
    """What a reader must know of near copies."""
    from ._near_copies import said_of_near_copies

    return said_of_near_copies(found)


def _dimension_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the errors of TwoNN read."""
    return depth_for(options["error"])


def _gride_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the errors of Gride read."""
    return depth_for_gride(options["max_rank"]) if options["error"] == "auto" else 0


def _mle_depth(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours that the error of id_mle reads."""
    return 0 if options["error"] in (None, "model") else max(100, 2 * int(options["k"]))


ROWS: tuple[Measure, ...] = (
    Measure(
        "id_twonn",
        family="dimension",
        title="Intrinsic dimension, TwoNN",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=(*ISOMETRIES, "duplication"),
        higher_means="more directions of variation",
        reference="Facco et al. 2017",
        label="intrinsic dimension",
        neighbors=2,
        wants=_dimension_depth,
        column_options=("groups",),
        merges=True,
        alarm=_near_copies_alarm,
    ),
    Measure(
        "id_twonn_fractions",
        family="dimension",
        title="Intrinsic dimension, TwoNN by share of ratios",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=(*ISOMETRIES, "duplication"),
        plot="curve",
        higher_means="more directions of variation",
        reference="Facco et al. 2017",
        label="intrinsic dimension",
        neighbors=2,
        wants=_dimension_depth,
        merges=True,
        alarm=_near_copies_alarm,
    ),
    Measure(
        "id_gride",
        family="dimension",
        title="Intrinsic dimension, Gride by scale",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=(*ISOMETRIES, "duplication"),
        plot="curve",
        higher_means="more directions of variation",
        reference="Denti et al. 2022",
        label="intrinsic dimension",
        neighbors="max_rank",
        wants=_gride_depth,
        column_options=("groups",),
        merges=True,
        alarm=_near_copies_alarm,
    ),
    Measure(
        "id_decimation",
        family="dimension",
        title="Intrinsic dimension, TwoNN by number of points",
        quantity=INTRINSIC,
        takes=("points",),
        knows="distinct",
        bounds=(0.0, math.inf),
        invariant_to=("rotation", "translation", "scaling", "duplication"),
        plot="curve",
        higher_means="more directions of variation",
        reference="Facco et al. 2017",
        label="intrinsic dimension",
    ),
    Measure(
        "id_mle",
        version=2,
        family="dimension",
        title="Intrinsic dimension, maximum likelihood",
        quantity=INTRINSIC,
        takes=("graph",),
        bounds=(0.0, math.inf),
        invariant_to=(*ISOMETRIES, "duplication"),
        higher_means="more directions of variation",
        reference="Levina and Bickel 2005",
        label="intrinsic dimension",
        neighbors="k",
        wants=_mle_depth,
        column_options=("groups",),
        merges=True,
        alarm=_near_copies_alarm,
    ),
    Measure(
        "id_correlation",
        version=2,
        family="dimension",
        title="Correlation dimension",
        quantity=INTRINSIC,
        takes=("points",),
        knows="distinct",
        bounds=(0.0, math.inf),
        invariant_to=(*ISOMETRIES, "duplication"),
        higher_means="more directions of variation",
        reference="Grassberger and Procaccia 1983",
        label="correlation dimension",
        column_options=("groups",),
    ),
    Measure(
        "id_isomap",
        family="dimension",
        title="Residual variance, Isomap",
        takes=("graph",),
        bounds=(0.0, 1.0),
        invariant_to=(*ISOMETRIES, "duplication"),
        plot="curve",
        higher_means="so many coordinates keep less of the distances",
        reference="Tenenbaum et al. 2000",
        label="residual variance",
        neighbors="k",
        merges=True,
    ),
    Measure(
        "id_autoencoder",
        family="dimension",
        title="Variance left, autoencoder",
        takes=("points",),
        bounds=(0.0, math.inf),
        invariant_to=("translation", "scaling", "duplication"),
        plot="curve",
        higher_means="so many coordinates rebuild less",
        reference="Hinton and Salakhutdinov 2006",
        label="held-out variance left",
    ),
    Measure(
        "id_pca",
        version=2,
        family="dimension",
        title="Linear dimension, PCA",
        takes=("points",),
        bounds=(1.0, math.inf),
        invariant_to=ISOMETRIES,
        higher_means="more directions of variance",
        reference="Gao et al. 2017",
        label="linear dimension",
        column_options=("groups",),
    ),
    *FURTHER,
)
