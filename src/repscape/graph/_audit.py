"""Products are checked, whoever computed them: exactness takes no library's word.

The certificate builds on one promise: that a computed product of two encoded rows is within its bound of the true one. Here
every tile is held to it by loops of our own. The weighted sum of each of its rows is compared with one product, which finds
whatever is wrong by more than the errors allowed to a whole row: a tile that was not written or belongs to other rows, rows
that changed places, a wrong block. And `DRAWN` entries of each row, drawn anew for each tile, are computed again, which
finds what is wrong a little and often. A tile of 1024 x 1024 costs five products of rows for each of its rows, not 1024.

With REPSCAPE_POISON=1 in the environment every tile is filled before its product with values that no check passes, so that
what a library leaves unwritten is found for certain, however well the memory of before would have fitted.
"""

from __future__ import annotations

import functools
import logging
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _kernels_audit
from ._certify import Bound, Encoded, FloatArray, Products

DRAWN = 2
POISON = "REPSCAPE_POISON"


class Audit:
    """Products, and how often they missed the bound that the certificate builds on."""

    def __init__(self, products: Products) -> None:
        self.products = products
        self._missed: list[int] = []
        self._poison = poisoned()

    def multiply(self, a: Encoded, b: Encoded, room: Any) -> npt.NDArray[Any]:
        """Return the products of the rows of a with those of b, checked."""
        if self._poison:
            self.products.poison(room)
        tile = self.products.multiply(a, b, room)
        self.note(missed(tile, a, b, products=self.products))
        return tile

    def note(self, number: int) -> None:
        """Remember that something missed the bound so many times; from any thread."""
        if number:
            self._missed.append(int(number))

    @property
    def broken(self) -> bool:
        """Whether any product missed its bound: then nothing that rests on these products is certain."""
        return bool(self._missed)

    def warn(self) -> None:
        """Say it where products were broken."""
        warn(self.products.name, sum(self._missed))


def poisoned() -> bool:
    """Whether tiles are to be filled before their products with what no check passes."""
    return os.environ.get(POISON, "0") not in ("", "0")


def warn(name: str, missed: int) -> None:
    """Log that products missed their bound, where they did."""
    if missed:
        logging.getLogger("repscape").warning(
            "%s products on this machine missed their error bound %d times. None was used: the answer was found another way "
            "and is right, but a library or the memory may be faulty.",
            name,
            missed,
        )


def missed(tile: npt.NDArray[Any], a: Encoded, b: Encoded, *, products: Products) -> int:
    """Count rows and drawn pairs of a tile that are further from the true products than their bound allows."""
    a_rows, a_step = products.plain(a.rows)
    b_rows, b_step = products.plain(b.rows)
    weights = weights_of(len(b.norm))
    fold = np.zeros(a_rows.shape[1])
    _kernels_audit.folded(b_rows, b_step, weights, fold)
    allowed = allowance(products.bound, tile.dtype, features=a_rows.shape[1], width=len(weights))
    seed = a.start * 0x9E3779B1 + b.start + 1
    found: int = _kernels_audit.missed(
        tile, a_rows, a_step, a.norm, b_rows, b_step, b.norm, weights, fold, *allowed, DRAWN, seed
    )  # fmt: skip
    return found


def allowance(bound: Bound, dtype: npt.DTypeLike, *, features: int, width: int) -> tuple[float, float, float, float]:
    """Return (own rounding, relative, absolute, tiny) as the loops take them."""
    own = (features + width + 16) * 2.0**-52
    relative = bound.rounding + 4 * bound.unit
    return own, relative, bound.product - bound.rounding, bound.underflow(dtype)


def weights_of(width: int) -> FloatArray:
    """Weights of the columns of a tile, all different: columns that changed places are seen."""
    return _drawn(1 << max(10, (width - 1).bit_length()))[:width]


@functools.cache
def _drawn(width: int) -> FloatArray:
    return np.random.default_rng(0).uniform(1, 2, width)
