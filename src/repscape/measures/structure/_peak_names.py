"""What a peak is called: by the commonest label of its points, or by the words that stand highest on it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ... import _check
from ...errors import InputError, InputTypeError
from ._peaks import Peaks

NAME = "peak_names"


def peak_names(peaks: Peaks, *, labels: Any = None, words: Any = None, most: int = 3) -> tuple[str, ...]:
    """Name each peak by the commonest label of its points, or by its words where the density is highest.

    Parameters
    ----------
    peaks : Peaks
        What :func:`repscape.cluster_peaks` returned for n points.
    labels : (n,) array, optional
        Label of each point; the name has its share, such as "dog 83%".
    words : (n,) array, optional
        In place of labels: what each point is, such as the words of word vectors. Copies of a word are said once.
    most : int >= 1
        Words of a name.

    Returns
    -------
    tuple of str
        One for each peak; its number where neither labels nor words are given. Points of the halo count where they have the
        peak's label.

    Raises
    ------
    InputError
        If both labels and words are given, or they are not one for each point.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(300, 2)) + np.repeat([[0, 0], [9, 9]], 150, axis=0)
    >>> sorted(rs.peak_names(rs.cluster_peaks(rs.knn_graph(X, 60)), labels=np.repeat(["cat", "dog"], 150)))
    ['cat 100%', 'dog 100%']
    """
    if not isinstance(peaks, Peaks):
        raise InputTypeError(f"peaks of {NAME} must be what rs.cluster_peaks returned. Got {type(peaks).__name__}.")
    _check.integer(most, "most", NAME, low=1)
    if labels is not None and words is not None:
        raise InputError(f"{NAME} takes labels or words. Got both.")
    n, m = peaks.labels.size, peaks.heights.size
    if labels is not None:
        kinds = _check.column(labels, "labels", NAME, n=n)
        return tuple(_commonest(kinds[peaks.labels == peak].tolist()) or str(peak) for peak in range(m))
    if words is not None:
        held = _check.column(words, "words", NAME, n=n)
        order = np.argsort(-peaks.log_density, kind="stable")
        return tuple(
            ", ".join(list(dict.fromkeys(map(str, held[order[peaks.labels[order] == peak]].tolist())))[:most])
            or str(peak)
            for peak in range(m)
        )
    return tuple(map(str, range(m)))


def _commonest(labels: list[Any]) -> str:
    """Return the commonest label and its share; "" of no labels."""
    if not labels:
        return ""
    label, number = Counter(labels).most_common(1)[0]
    return f"{label} {number / len(labels):.0%}"
