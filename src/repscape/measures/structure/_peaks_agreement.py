"""Do the peaks of the density agree with labels? Layer by layer."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import InputError
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate
from ._peak_names import peak_names
from ._peaks import cluster_peaks

NAME = "peaks_agreement"


@within_memory
def peaks_agreement(
    g: NeighborGraph,
    labels: Any,
    *,
    z: float | Literal["auto"] = "auto",
    k: int | None = None,
    density: Literal["pak", "kstar", "knn"] | None = None,
    id: float | Estimate | Literal["gride", "twonn"] | None = None,
    score: Literal["ari", "nmi"] = "ari",
    duplicates: Literal["merge", "raise"] = "merge",
) -> Estimate:
    """Agreement of density peaks with labels: adjusted Rand index, or normalised mutual information.

    Parameters
    ----------
    g : NeighborGraph
        Of n points, with indices and distances; a hundred neighbours leave room to choose.
    labels : (n,) array
        Class of each point; at least two classes.
    z : float >= 0 or "auto"
        How many errors a peak must stand above its saddles, as in :func:`cluster_peaks`.
    k : int, optional
        None: PAk, which chooses its neighbours among up to 100 of those stored. A number: the density of so many neighbours.
        ``k=16, z=1.6`` is the convention of a study of language models under few-shot learning [2]_.
    density : {"pak", "kstar", "knn"}, optional
        Where it is not to follow from k.
    id : float > 0, Estimate, "gride" or "twonn", optional
        The intrinsic dimension, as in :func:`cluster_peaks`. None: the graph's own.
    score : {"ari", "nmi"}
        "ari": share of pairs of points on which both agree, 0 for chance [1]_. "nmi": mutual information over the mean of the
        entropies; above 0 by chance.
    duplicates : {"merge", "raise"}
        "merge": identical rows are one point of the density; each still counts with its own label. "raise" refuses them.

    Returns
    -------
    Estimate
        value in [-0.5, 1]; 1 where peaks are the classes, 0 where there is one peak. chance is 0 for "ari". per_point (n,): the
        share of the others in a point's peak that have its class; NaN for a point alone. details: "ari", "nmi", "peaks" (how
        many), "halo" (the share of points in it), "largest" (the share of the points in the largest peak), "purity" (the share
        of points that have the commonest class of their peak), "populations" (m,) the points of each peak, the highest first,
        "peak" (n,) the peak of each point, "names" (m,) the commonest class of each with its share, and "heights",
        "height_errors" (m,) and "tree" (m - 1, 4) as :func:`cluster_peaks` has them. ``options["merged"]`` counts rows that
        are copies of others. The number of peaks has no error: over subsets of the points it falls with their number.

    Raises
    ------
    GraphDepthError
        If the graph holds fewer than k neighbours that are no copies of each other, or than five.
    InputError
        If there is one class only, z, k or id is out of range, or duplicates="raise" meets copies.

    References
    ----------
    .. [1] Hubert, Arabie (1985). Comparing partitions. Journal of Classification 2.
    .. [2] Doimo, Serra, Ansuini, Cazzaniga (2024). The representation landscape of few-shot learning and fine-tuning in large
       language models. NeurIPS 37.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.repeat([[0.0, 0.0], [9.0, 9.0]], 100, axis=0) + np.random.default_rng(0).normal(size=(200, 2))
    >>> rs.peaks_agreement(rs.knn_graph(X, 60), np.repeat(["cat", "dog"], 100)).value
    1.0
    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    _check.choice(score, "score", NAME, ("ari", "nmi"))
    _check.choice(density, "density", NAME, ("pak", "kstar", "knn", None))
    chosen: Literal["pak", "kstar", "knn"] = density or ("pak" if k is None else "knn")
    peaks = cluster_peaks(g, z=z, density=chosen, k=k, id=id, duplicates=duplicates)
    n = peaks.labels.size
    classes, code = _check.codes(labels, "labels", NAME, n=n)
    if classes.size < 2:
        raise InputError(f"labels of {NAME} must hold at least 2 classes. Got only {str(classes[0])!r}.")
    table = np.zeros((peaks.centers.size, classes.size), dtype=np.int64)
    np.add.at(table, (peaks.labels, code), 1)
    scores = {
        "ari": float(adjusted_rand_score(code, peaks.labels)),
        "nmi": float(np.clip(normalized_mutual_info_score(code, peaks.labels), 0.0, 1.0)),
    }
    alone = peaks.populations[peaks.labels] == 1
    return Estimate(
        value=scores[score],
        n=n,
        per_point=(table[peaks.labels, code] - 1) / np.where(alone, np.nan, peaks.populations[peaks.labels] - 1),
        chance=0.0 if score == "ari" else None,
        options={**peaks.options, "score": score},
        details={
            **scores,
            "peaks": peaks.centers.size,
            "halo": float(peaks.halo.mean()),
            "largest": float(peaks.populations.max() / n),
            "purity": float(table.max(axis=1).sum() / n),
            "populations": peaks.populations,
            "peak": peaks.labels,
            "names": np.array(peak_names(peaks, labels=labels)),
            "heights": peaks.heights,
            "height_errors": peaks.errors,
            "tree": peaks.tree,
        },
    )
