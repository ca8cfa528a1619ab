"""Rows of the table: is a representation fit for the question, or do hubs, one direction or one dimension decide?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._table import Measure

MANY_DIMENSIONS = 10
HALF = 0.5
HUB_SHARE = 0.1


def _rogue_alarm(found: Any) -> str:
    """Where one of many dimensions carries most of the distance between points."""
    if found.value <= HALF or found.chance > 1 / MANY_DIMENSIONS:
        return ""
    return (
        f"dimension {found.details['dimension']} alone carries {found.value:.0%} of the squared distances, so that it decides "
        "which points are neighbours. preprocess='drop_rogue' or 'standardise' shows what the other dimensions say"
    )


def _hub_alarm(found: Any) -> str:
    """Where one point is a neighbour of a tenth of all points, and stands in ten times as many lists as an even share."""
    details, k = found.details, found.options["k"]
    if details["largest_share"] <= HUB_SHARE or details["largest"] <= 10 * k:
        return ""
    return (
        f"point {details['hub']} is among the {k} nearest neighbours of {details['largest_share']:.0%} of the points, and "
        f"{details['antihubs']:.0%} are among nobody's: a few hubs decide overlaps"
    )


def _hub_wants(options: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Neighbours in which all but one point in a million finds k of its own once a twentieth is left out."""
    k = int(options["k"])
    return 0 if options["error"] in (None, "naive") else k + 3 * math.isqrt(k) + 3


_STILL = ("rotation", "scaling", "permutation")
ROWS: tuple[Measure, ...] = (
    Measure(
        "health_hubness",
        family="health",
        title="Hubness",
        takes=("graph",),
        invariant_to=(*_STILL, "translation"),
        higher_means="a few points are neighbours of many",
        reference="Radovanovic et al. 2010",
        label="hubness",
        neighbors="k",
        wants=_hub_wants,
        alarm=_hub_alarm,
        column_options=("groups",),
    ),
    Measure(
        "health_anisotropy",
        family="health",
        title="Anisotropy, mean cosine",
        takes=("points",),
        bounds=(-1.0, 1.0),
        invariant_to=_STILL,
        higher_means="points look into one direction",
        reference="Ethayarajh 2019",
        label="mean cosine of two points",
        column_options=("groups",),
    ),
    Measure(
        "health_concentration",
        family="health",
        title="Concentration of distances",
        takes=("points",),
        bounds=(0.0, math.inf),
        invariant_to=(*_STILL, "translation"),
        higher_means="distances differ more from each other",
        reference="Beyer et al. 1999",
        label="spread of distances",
        column_options=("groups",),
    ),
    Measure(
        "health_spectrum",
        family="health",
        title="Spectrum of the variance",
        takes=("points",),
        bounds=(0.0, 1.0),
        invariant_to=(*_STILL, "translation"),
        plot="curve",
        higher_means="this direction holds more of the variance",
        reference="Roy and Vetterli 2007",
        label="share of the variance",
        column_options=("groups",),
    ),
    Measure(
        "health_rogue",
        family="health",
        title="Rogue dimensions",
        takes=("points",),
        bounds=(0.0, 1.0),
        invariant_to=("translation", "scaling", "permutation"),
        higher_means="one dimension decides distances",
        reference="Timkey and van Schijndel 2021",
        label="largest share of one dimension",
        alarm=_rogue_alarm,
        column_options=("groups",),
    ),
)
