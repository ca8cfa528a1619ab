"""A null that many pairs of representations share: the orders that are drawn, and the values under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ... import _random
from ._null import Exchanges, IntArray, enough_arrangements, shuffles

ROWS = 1000
"""Examples of which every pair is looked at; of more, so many stand for all."""


@dataclass(frozen=True, slots=True)
class JointNull:
    """Values of pairs of representations under shared relabellings."""

    values: npt.NDArray[np.float64]
    """(pairs, draws)"""
    name: str
    """What was relabelled, for the options of a result."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The null that is wanted: the same orders as a comparison by itself would draw."""

    permutations: int
    rng: int | np.random.Generator
    free: Exchanges
    function: str

    def orders(self, n: int) -> Sequence[IntArray]:
        """Return the orders of n examples."""
        enough_arrangements(n, self.permutations, within=self.free.within, groups=self.free.groups)
        source = _random.generator(self.rng, self.function)
        return list(shuffles(n, self.permutations, rng=source, within=self.free.within, groups=self.free.groups))

    def rows(self, n: int) -> IntArray | None:
        """Return the examples that stand for all where all pairs are looked at, None for all of them."""
        return None if n <= ROWS else np.sort(np.random.default_rng([n, 3]).permutation(n)[:ROWS])

    def name(self, n: int) -> str:
        """Return what the null is called where all pairs are looked at."""
        of = "" if n <= ROWS else f", of {ROWS:,} examples, brought to the exact moments of {n:,}"
        return f"{self.permutations} shuffles of the {self.free.name}{of}"
