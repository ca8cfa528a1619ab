"""Randomness comes in through one door: the keyword `rng`, an int or a Generator, never global state."""

from __future__ import annotations

import numpy as np

from .errors import InputTypeError


def generator(rng: int | np.random.Generator, function: str) -> np.random.Generator:
    """Return a Generator; an int seeds a fresh one, so that the same int always gives the same draws."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise InputTypeError(
            f"rng of {function} must be a non-negative int or a numpy Generator (numpy.random.default_rng(0)). Got {rng!r}."
        )
    return np.random.default_rng(int(rng))
