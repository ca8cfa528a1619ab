"""Intervals that hold for many values at once: the largest deviation among them, simulated from how they deviate together."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

FloatArray = npt.NDArray[np.float64]
SIMULATIONS = 20_000
LEVEL = 0.95


def standardised(deviations: FloatArray) -> FloatArray:
    """Return deviations with mean 0 and standard deviation 1; zeros where nothing deviates."""
    centred = deviations - deviations.mean()
    sd = float(centred.std(ddof=1))
    return centred / sd if sd > 0 else np.zeros_like(centred)


def with_intervals(
    frame: pd.DataFrame, deviations: FloatArray, center: str, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Add intervals and p for each row by itself and for all at once; deviations (draws, rows)."""
    degrees = deviations.shape[0] - 1
    largest = _largest(deviations, degrees, rng)
    value, stderr = frame[center].to_numpy(), frame["stderr"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(value == 0, 0.0, np.abs(value) / stderr)
    single, joint = float(stdtrit(degrees, (1 + LEVEL) / 2)), float(np.quantile(largest, LEVEL))
    beyond = largest.size - np.searchsorted(np.sort(largest), t)
    return frame.assign(
        low=value - single * stderr,
        high=value + single * stderr,
        low_simultaneous=value - joint * stderr,
        high_simultaneous=value + joint * stderr,
        p_value=2 * stdtr(degrees, -t),
        p_adjusted=np.where(np.isnan(t), np.nan, (1 + beyond) / (1 + largest.size)),
    )


def _largest(deviations: FloatArray, degrees: int, rng: np.random.Generator) -> FloatArray:
    """Simulate the largest |t| of so many values that deviate together as these do: multivariate t; NaN without errors."""
    known = [standardised(column) for column in deviations.T if np.isfinite(column).all()]
    if not known:
        return np.full(SIMULATIONS, np.nan)
    columns = np.stack(known, axis=1)
    if columns.shape[1] < deviations.shape[0]:  # fewer draws that deviate together in the same way
        values, vectors = np.linalg.eigh(columns.T @ columns / degrees)
        normal = rng.standard_normal((SIMULATIONS, columns.shape[1])) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    else:
        normal = rng.standard_normal((SIMULATIONS, deviations.shape[0])) @ columns / math.sqrt(degrees)
    scale = np.sqrt(rng.chisquare(degrees, SIMULATIONS) / degrees)
    return np.asarray(np.abs(normal).max(axis=1) / scale)
