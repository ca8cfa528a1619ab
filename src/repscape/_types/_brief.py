"""Reprs that fit on a screen: arrays by their shape, long lists by their start, what is as usual left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from types import MappingProxyType
from typing import Any

import numpy as np

ROOM = 800
"""Characters of a repr: what a notebook or a traceback shows without scrolling."""
LEAST = 24
"""Characters that a value deep inside another still gets."""
MORE = "…"
ENDS: Mapping[type, tuple[str, str]] = MappingProxyType({list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}")})


class Brief:
    """A dataclass whose repr stays short, whatever it holds; declare it with ``@dataclass(repr=False)``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return brief(self)


def brief(value: Any, room: int = ROOM) -> str:
    """Return the repr of a value in at most `room` characters.

    Examples
    --------
    >>> brief({"points": np.zeros((1000, 3)), "names": [f"h.{i}" for i in range(100)]}, 90)
    "{'points': <float64 (1000, 3)>, 'names': ['h.0', 'h.1', … 98 more]}"
    """
    if isinstance(value, Brief):
        shown = [field for field in _fields(value) if field.repr and not _usual(getattr(value, field.name), field)]
        named = (f"{field.name}={brief(getattr(value, field.name), _part(room))}" for field in shown)
        said = _bracketed(named, len(shown), (f"{type(value).__name__}(", ")"), room)
    elif isinstance(value, Mapping):
        entries = (f"{brief(key, LEAST)}: {brief(entry, _part(room))}" for key, entry in value.items())
        said = _bracketed(entries, len(value), ("{", "}"), room)
    elif type(value) in ENDS:
        said = _bracketed((brief(entry, _part(room)) for entry in value), len(value), ENDS[type(value)], room)
    elif isinstance(value, np.ndarray) and value.ndim:
        said = f"<{value.dtype} {value.shape}>"
    elif hasattr(value, "shape") and not isinstance(value, np.generic | np.ndarray):
        said = f"<{type(value).__name__} {tuple(value.shape)}>"
    elif isinstance(value, str | bytes):
        said = repr(value[:room])  # a text of a million signs is not written out first
    else:
        said = repr(value)
    return cut(said, room)


def cut(text: str, room: int = ROOM) -> str:
    """Return a text in at most `room` characters."""
    return text if len(text) <= room else text[: max(1, room - len(MORE))] + MORE


def _fields(value: Any) -> tuple[Field[Any], ...]:
    return fields(value)


def _part(room: int) -> int:
    return max(LEAST, room // 3)


def _usual(held: Any, field: Field[Any]) -> bool:
    """Whether a field holds its default, and need not be said."""
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    if default is MISSING or isinstance(held, np.ndarray):
        return False
    if isinstance(held, Mapping | tuple | list) and not held:
        return isinstance(default, Mapping | tuple | list) and not default
    return held is default or (type(held) is type(default) and bool(held == default))


def _bracketed(entries: Iterator[str], count: int, ends: tuple[str, str], room: int) -> str:
    """Join entries as far as there is room, and count the rest without looking at them."""
    more = len(f", {MORE} {count} more")
    left = room - len(ends[0]) - len(ends[1])
    shown: list[str] = []
    for place, entry in enumerate(entries, start=1):
        left -= len(entry) + 2
        if left < (0 if place == count else more):
            break
        shown.append(entry)
    rest = count - len(shown)
    if ends == ENDS[tuple] and count == 1:
        ends = ("(", ",)")
    return f"{ends[0]}{', '.join([*shown, *([f'{MORE} {rest} more'] if rest else [])])}{ends[1]}"
