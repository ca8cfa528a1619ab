"""Errors over networks as well as examples: several seeds, or checkpoints, as draws of one kind of network.

A mean over S networks on the same examples varies because another S networks would differ, and because other examples would
move all of them together. The variance of its S values over networks holds the first, and what examples do to each network by
itself; what examples do to all of them alike is the covariance of the networks' deviations over common subsets:

    SE^2 = var over networks / S + mean covariance between two networks,

which is the variance of the mean whatever the two parts are. Degrees of freedom after Satterthwaite.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from ..errors import InputError
from ..results import Place
from ._profile_entries import Entry, comparable, pairs_of, place_of
from ._simultaneous import LEVEL

FloatArray = npt.NDArray[np.float64]
OVER = ("examples", "networks", "checkpoints")
SAID = {
    "networks": "networks and examples: what another draw of both would give",
    "checkpoints": "checkpoints and examples: what another draw of both would give",
}
NAME = "paired_differences and simultaneous_bands"


@dataclass(frozen=True, slots=True)
class Draws:
    """One value, or difference, in each network."""

    first: Entry
    """Where it was found in the first network."""
    values: FloatArray
    """(networks,)"""
    deviations: FloatArray
    """(subsets, networks) over common subsets of the examples."""

    @property
    def between(self) -> float:
        """Variance over networks."""
        return float(self.values.var(ddof=1))

    @property
    def shared(self) -> float:
        """Variance that the examples give to all networks alike."""
        together = np.atleast_2d(np.cov(self.deviations, rowvar=False))
        count = self.values.size
        return max(0.0, float(together.sum() - np.trace(together)) / (count * (count - 1)))

    def row(self) -> dict[str, float | int]:
        """Return mean, error and degrees of freedom."""
        own, shared, count = self.between / self.values.size, self.shared, self.values.size
        total = own + shared
        spread = own**2 / (count - 1) + shared**2 / (self.deviations.shape[0] - 1)
        return {
            "mean": float(self.values.mean()),
            "stderr": math.sqrt(total),
            "degrees": total**2 / spread if spread > 0 else math.inf,
            "networks": count,
            "sd_networks": math.sqrt(self.between),
        }


def draws_of(entries: Sequence[Entry], over: str) -> Iterator[list[Entry]]:
    """Yield the entries of one layer in all networks (models, or checkpoints of a model)."""
    found: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        place = entry.record.place
        rest = place.step if over == "networks" else place.model
        found.setdefault((*entry.family, place.layer.index, rest), []).append(entry)
    for held in found.values():
        if len(held) < 2:
            what = "models" if over == "networks" else "checkpoints"
            raise InputError(
                f"over={over!r} of {NAME} needs every layer in two {what} at least. Layer "
                f"{held[0].record.place.layer.name!r} is in one."
            )
        yield held


def bands_over(entries: Sequence[Entry], over: str) -> pd.DataFrame:
    """Return the mean of every layer over networks, with intervals over networks and examples."""
    drawn = [
        Draws(held[0], np.array([e.value for e in held]), np.stack([e.deviations for e in held], axis=1))
        for held in draws_of(entries, over)
    ]
    return _table(drawn, [{} for _ in drawn], "value", over)


def differences_over(entries: Sequence[Entry], against: str, over: str) -> pd.DataFrame:
    """Return the mean difference between layers over networks, with intervals over networks and examples."""
    if against == "best":
        raise InputError(
            f"against='best' goes with over='examples': the best layer may be another in each of the {over}. Take 'previous', "
            "'first', 'last' or a layer."
        )
    pairs: dict[tuple[object, ...], list[tuple[Entry, Entry]]] = {}
    for line in comparable(list(entries), "layers"):
        for a, b in pairs_of(line, "layers", against):
            rest = _rest(a.record.place, over)
            key = (*a.family, a.record.place.layer.index, b.record.place.layer.index, rest)
            pairs.setdefault(key, []).append((a, b))
    drawn: list[Draws] = []
    beside: list[dict[str, object]] = []
    for held in pairs.values():
        list(draws_of([a for a, _ in held], over))  # refuses what is in one network alone
        values = np.array([a.value - b.value for a, b in held])
        drawn.append(Draws(held[0][0], values, np.stack([a.deviations - b.deviations for a, b in held], axis=1)))
        beside.append({"against_layer": held[0][1].record.place.layer.name})
    return _table(drawn, beside, "difference", over)


def _rest(place: Place, over: str) -> object:
    return place.step if over == "networks" else place.model


def _table(drawn: Sequence[Draws], beside: Sequence[dict[str, object]], center: str, over: str) -> pd.DataFrame:
    """Return one row for each value; all rows at once by Bonferroni, since few networks tell little of how rows go together."""
    if not drawn:
        raise InputError(f"results of {NAME} hold nothing to compare over {over}.")
    blank = replace(drawn[0].first.record.place, model="", step=None)
    rows = []
    for one, more in zip(drawn, beside, strict=True):
        found = one.row()
        record = replace(one.first.record, place=replace(blank, layer=one.first.record.place.layer))
        mean, stderr, degrees = found.pop("mean"), found["stderr"], min(found["degrees"], 1e9)
        single, joint = (float(stdtrit(degrees, 1 - (1 - LEVEL) / 2 / count)) for count in (1, len(drawn)))
        t = 0.0 if mean == 0 else abs(mean) / stderr if stderr > 0 else math.inf
        p = float(2 * stdtr(degrees, -t))
        rows.append(
            {
                **place_of(replace(one.first, record=record)),
                **more,
                center: mean,
                **found,
                "low": mean - single * stderr,
                "high": mean + single * stderr,
                "low_simultaneous": mean - joint * stderr,
                "high_simultaneous": mean + joint * stderr,
                "p_value": p,
                "p_adjusted": min(1.0, p * len(drawn)),
                "over": SAID[over],
            }
        )
    table = pd.DataFrame(rows)
    if center == "difference":
        table["same_within"] = np.maximum(table["high_simultaneous"], -table["low_simultaneous"])
    return table
