"""Two coordinates for every point from its neighbour graph alone: t-SNE without the points and without a second search.

The stored graph holds the very distances that t-SNE asks for, and exactly. One thread a layout: the loops of the library wait
for one another longer than they work (8 s on one thread, 34 s on two, 1,500 points); whoever has several layouts draws them
side by side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ... import _check, _random
from ...errors import InputError
from ...graph import NeighborGraph
from ...machine import library_threads

FloatArray = npt.NDArray[np.float64]
NAME = "embed_graph"
USUAL = 30.0
LISTED = 3  # neighbours a unit of perplexity: the library's own rule
DRAWN = 1e-4  # spread of a first layout that is drawn, as in the paper
GIVEN = (
    1.0  # of one that is given: from so little as the other, places are forgotten (correlation .0 to .9 instead of .98)
)


def embed_graph(
    g: NeighborGraph,
    *,
    perplexity: float | None = None,
    start: Any = None,
    rng: int | np.random.Generator = 0,
) -> FloatArray:
    """Return two coordinates for every point by t-SNE [1]_ from the neighbours that a graph holds.

    Parameters
    ----------
    g : NeighborGraph
        With indices and distances.
    perplexity : float, optional
        How many neighbours count; the graph must hold 3 times as many and one more. By default 30, or as many as it holds
        allow.
    start : (n, 2) array, optional
        Where points lie at first, on any scale: principal components, or the layout of the layer before, which keeps like
        places alike. By default drawn.
    rng : int or numpy Generator
        Draws the start.

    Returns
    -------
    (n, 2) array
        Coordinates. Neither distances between clusters nor their sizes mean anything.

    Raises
    ------
    InputError
        If the graph holds no distances, too few neighbours, or `start` is not (n, 2).

    References
    ----------
    .. [1] van der Maaten, Hinton (2008). Visualizing data using t-SNE. Journal of Machine Learning Research 9.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.measures.structure import embed_graph
    >>> X = np.repeat(np.eye(2) * 9, 30, axis=0) + np.random.default_rng(0).normal(size=(60, 2))
    >>> found = embed_graph(rs.knn_graph(X, 20))
    >>> found.shape, bool(np.linalg.norm(found[:30].mean(0) - found[30:].mean(0)) > found[:30].std())
    ((60, 2), True)
    """
    from sklearn.manifold import TSNE

    if g.indices is None or g.distances is None:
        raise InputError(f"g of {NAME} must hold indices and distances. Got a graph without.")
    most = (g.k - 1) / LISTED
    if most < 1:
        raise InputError(f"g of {NAME} must hold at least {LISTED + 1} neighbours of each point. Got k={g.k}.")
    wanted = min(USUAL, most) if perplexity is None else perplexity
    _check.number(wanted, "perplexity", NAME, low=1, high=most)  # a third of the neighbours held
    generator = _random.generator(rng, NAME)
    first = generator.normal(size=(g.n, 2)) if start is None else np.array(start, dtype=np.float64)
    if first.shape != (g.n, 2) or not np.isfinite(first).all():
        raise InputError(f"start of {NAME} must be a finite array ({g.n}, 2). Got shape {first.shape}.")
    first = _scaled(first, DRAWN if start is None else GIVEN, generator)
    # The library takes the first entry of each row for the point itself, and leaves it out.
    own = np.arange(g.n)[:, None]
    columns = np.hstack([own, g.indices])
    distances = np.hstack([np.zeros((g.n, 1)), g.distances])
    held = csr_array((distances.ravel(), columns.ravel(), np.arange(0, columns.size + 1, g.k + 1)), shape=(g.n, g.n))
    model = TSNE(perplexity=wanted, metric="precomputed", init=first.astype(np.float32), random_state=0)
    with library_threads(1):
        return np.asarray(model.fit_transform(held), dtype=np.float64)


def _scaled(first: FloatArray, wide: float, generator: np.random.Generator) -> FloatArray:
    """Return it centred, so wide, and with no two points on one spot, which would never part."""
    centred = first - first.mean(axis=0)
    spread = float(centred[:, 0].std()) or float(centred.std()) or 1.0
    shaken: FloatArray = wide * (centred / spread + 0.01 * generator.normal(size=first.shape))
    return shaken
