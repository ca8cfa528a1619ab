"""What stands for each representation in comparisons: its points, prepared once and held while others need them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import RepscapeError
from ..measures import Measure
from ._tasks import named

Key = tuple[int, int]


class Sides:
    """Prepared representations by position, within a bounded memory.

    Comparisons are handed out in tiles: those among two runs of representations that fit into memory together. Within a tile
    each representation is loaded and prepared once. An error there is raised where that representation is read.
    """

    def __init__(
        self,
        measure: Measure,
        options: Mapping[str, Any],
        load: Callable[[int], tuple[str, Any]],
        *,
        memory: int,
    ) -> None:
        self._reads = "points" in measure.takes
        self._preparation = measure.preparation()
        self._options = {**measure.options(), **options} if self._preparation else {}
        self._load = load
        self._memory = memory
        self._held: dict[int, Any] = {}

    def __getitem__(self, position: int) -> Any:
        side = self._held[position]
        if isinstance(side, Exception):
            raise side
        return side

    def tiles(self, wanted: Sequence[Key]) -> Iterator[list[Key]]:
        """Yield the comparisons tile by tile; what a tile needs is held until the next one is asked for."""
        if not self._reads:
            yield list(wanted)
            return
        positions = sorted({position for key in wanted for position in key})
        self._hold(positions[:1])
        largest = max((int(getattr(side, "nbytes", 0)) for side in self._held.values()), default=0)
        room = max(2, self._memory // max(1, largest))
        run = len(positions) if len(positions) <= room else room // 2
        place = {position: rank // run for rank, position in enumerate(positions)}
        tiles: dict[Key, list[Key]] = {}
        for first, second in wanted:
            tiles.setdefault((place[first], place[second]), []).append((first, second))
        for tile in tiles.values():
            self._hold({position for key in tile for position in key})
            yield tile

    def _hold(self, needed: Sequence[int] | set[int]) -> None:
        self._held = {position: side for position, side in self._held.items() if position in needed}

        for position in needed:
            if position not in self._held:
                self._held[position] = self._prepared(position)

    def _prepared(self, position: int) -> Any:
        name = ""
        try:
            name, points = self._load(position)
            return self._preparation(points, self._options) if self._preparation else points
        except RepscapeError as error:  # raised where it is read
            return named(error, name) if name else error
        except Exception as error:
            return error
