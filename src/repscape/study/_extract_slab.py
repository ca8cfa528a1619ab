"""A worker's side of an extraction whose slabs are handed out one by one: the model is opened once and stays."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..extraction import Layout, open_model
from ..machine import place_of, unpacked
from ._extract_share import Committed, Share

if TYPE_CHECKING:
    from ..extraction import Slab

PATIENCE = 10.0  # seconds for which earlier rows are waited for, before another slab gets its turn


def slab_at(asked: tuple[int, Mapping[str, Any] | None], shared: bytes) -> Iterator[Slab]:
    """Yield the slab that begins at an example; nothing where rows that it copies have not come yet."""
    start, layout = asked
    try:
        yield _opened(shared).slab(start, layout)
    except TimeoutError:
        return


def forget() -> None:
    """Let the model go."""
    _opened.cache_clear()


@functools.lru_cache(maxsize=1)
def _opened(shared: bytes) -> _Extractor:
    share: Share = unpacked(shared)
    return _Extractor(share, open_model(share.model, **share.opening))


@dataclass(slots=True)
class _Extractor:
    """A model, and the pass over the examples that it is in."""

    share: Share
    model: Any
    _slabs: Iterator[Slab] | None = None
    _passed: int = 0
    """Example up to which this pass has come."""
    _wanted: int = 0

    def slab(self, start: int, layout: Mapping[str, Any] | None) -> Slab:
        """Return a slab: of this pass, if it has not gone past it."""
        if self._slabs is None or start < self._passed:
            self._slabs = self._pass_from(start, layout)
        self._wanted = start
        slabs, self._slabs = self._slabs, None  # an error ends the pass
        found = next(slabs)
        self._slabs, self._passed = slabs, found.stop
        return found

    def _pass_from(self, start: int, layout: Mapping[str, Any] | None) -> Iterator[Slab]:
        from ..extraction import iterate

        share = self.share
        earlier = Committed(place_of(share.path), by_token=share.by_token, patience=PATIENCE)
        told = Layout(**layout) if layout is not None else None
        known: dict[str, Any] = {"layout": told, "digests": earlier.digests(start) if start else None}
        return iterate(
            self.model, share.examples, start_row=start, earlier=earlier, mine=self._mine, **known, **share.options
        )

    def _mine(self, number: int, rows: int) -> bool:
        return number * rows == self._wanted
