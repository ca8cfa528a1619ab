"""The dimension of a model's layers as a curve, and the two numbers that studies give of it: the peak and the plateau."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...measures import Estimate
from ...results import Results
from .._order import Ours
from .._recipe import along

DIMENSION = "id_twonn"
PEAKS_OF = ("35M", "650M", "3B")
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LayerCurve:
    """A value of every layer of a model, shallow to deep; of the layers of one site."""

    layers: tuple[int, ...]
    """(m,) numbers of the layers."""
    depths: FloatArray
    """(m,) 0 for the input, 1 for the last layer."""
    values: FloatArray
    """(m,) values."""
    stderr: FloatArray
    """(m,) standard errors, NaN where there is none."""

    @property
    def peak(self) -> int:
        """Return the place of the highest value."""
        return int(np.argmax(self.values))

    @property
    def plateau(self) -> int:
        """Return the place of the lowest value from the peak on."""
        return self.peak + int(np.argmin(self.values[self.peak :]))


def layer_curve(results: Results, measure: str, model: str, *, profile: str = "depth") -> LayerCurve | None:
    """Return a measure along the layers of a model; None where it was not measured."""
    found = sorted(
        (r for r in results if (r.info.name, r.profile, r.place.model) == (measure, profile, model)),
        key=lambda r: r.place.layer.index,
    )
    kept = [(r.place.layer, r.result) for r in found if isinstance(r.result, Estimate)]
    if not kept:
        return None
    return LayerCurve(
        tuple(layer.index for layer, _ in kept),
        np.array([layer.depth for layer, _ in kept]),
        np.array([one.value for _, one in kept]),
        np.array([np.nan if one.stderr is None else one.stderr for _, one in kept]),
    )


def peaks(results: Results, sizes: Mapping[str, str | None], stand_in: str) -> list[Ours]:
    """Return `peak` and `plateau` of those ESM-2 models whose published values are known.

    Parameters
    ----------
    results : Results
        With the dimension of every layer.
    sizes : mapping of str to str
        Name of the model in the results -> the size of ESM-2 that it is or stands for.
    stand_in : str
        What stood in for the study's models or sequences.
    """
    found = []
    for model, size in sizes.items():
        curve = layer_curve(results, DIMENSION, model)
        if curve is None or size not in PEAKS_OF:
            continue
        for key, place in (("peak", curve.peak), ("plateau", curve.plateau)):
            stderr = float(curve.stderr[place])
            found.append(
                Ours(
                    along(key, PEAKS_OF.index(size)),
                    float(curve.values[place]),
                    None if np.isnan(stderr) else stderr,
                    stand_in,
                )
            )
    return found
