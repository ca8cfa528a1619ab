"""Persistent homology by ripser, a package that may be absent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...errors import MissingExtraError

FloatArray = npt.NDArray[np.float64]


def bars(matrix: FloatArray, dimension: int, *, function: str) -> FloatArray:
    """Return the (m, 2) birth and death of the finite bars of one dimension of an (n, n) matrix of distances.

    Raises
    ------
    MissingExtraError
        If ripser is not installed.
    """
    try:
        from ripser import ripser
    except ImportError as error:
        raise MissingExtraError(
            f"{function} finds bars with ripser, which is not installed: pip install 'repscape[topology]'."
        ) from error
    found = np.asarray(ripser(matrix, maxdim=dimension, distance_matrix=True)["dgms"][dimension], dtype=np.float64)
    finite: FloatArray = found[np.isfinite(found[:, 1])]
    return finite
