"""Which of an input's tokens are read: a stretch of them, counted over the real ones, or what stands where in a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..errors import InputError

PLACES = ("before", "text", "after")
SAID = re.compile(r"(?:(?P<place>before|text|after)\s*)?(?P<span>(?P<start>-?\d+)?(?P<colon>:)?(?P<stop>-?\d+)?)")
ALLOWED = (
    "a stretch of the real tokens such as '0:128', '-16:' or '5', or of those before, in or after the text of a template: "
    "'before', 'text', 'after', 'text 0:16'"
)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of positions, as Python slices count them."""

    place: str = ""
    """Of a prompt, what stands "before" the text, the "text", or what stands "after" it; "" for all of it."""
    start: int | None = None
    stop: int | None = None

    @classmethod
    def of(cls, said: Any) -> Window | None:
        """Read what `positions` says; None where it says nothing.

        Raises
        ------
        InputError
            It is no stretch, or one that is empty whatever the text.

        Examples
        --------
        >>> Window.of("0:128"), Window.of("text -1")
        (Window(place='', start=0, stop=128), Window(place='text', start=-1, stop=None))
        """
        if said is None:
            return None
        text = str(said).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""
        found = SAID.fullmatch(text)
        if found is None or not text or (found["stop"] is not None and not found["colon"]):
            raise InputError(f"positions of extract must be {ALLOWED}. Got {said!r}.")
        start, stop = (None if found[name] is None else int(found[name]) for name in ("start", "stop"))
        if start is not None and not found["colon"]:
            stop = start + 1 if start != -1 else None
        same_end = start is not None and stop is not None and (start < 0) == (stop < 0)
        if stop == 0 or (same_end and (start or 0) >= (stop or 0)):
            raise InputError(f"positions of extract must hold at least one position: {ALLOWED}. Got {said!r}.")
        return cls(found["place"] or "", start, stop)

    def bounds(self, count: int) -> tuple[int, int]:
        """Return the first position, and the one behind the last, of so many.

        Examples
        --------
        >>> Window(start=-2).bounds(5), Window(stop=3).bounds(2)
        ((3, 5), (0, 2))
        """
        first, end, _ = slice(self.start, self.stop).indices(count)
        return first, max(first, end)
