"""What a request says, read word by word: what is missing or of another kind is refused with what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, overload

from ...errors import InputError

MISSING = object()
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    query: Mapping[str, str]
    """Of the address."""
    body: Mapping[str, Any]
    """Of what was sent."""
    method: str = "GET"
    """What is to be done."""

    def has(self, name: str) -> bool:
        """Whether it says something under a name."""
        return name in self.query or name in self.body

    def _read(self, name: str, default: Any) -> Any:
        found = self.body.get(name, self.query.get(name, MISSING))
        if found is MISSING or found == "":
            if default is MISSING:
                raise InputError(f"{name} is missing.")
            return default
        return found

    def text(self, name: str, default: Any = MISSING) -> str:
        """Return a text."""
        found = self._read(name, default)
        if not isinstance(found, str) or len(found) > LONGEST:
            raise InputError(f"{name} must be text of at most {LONGEST} letters. Got {type(found).__name__}.")
        return found

    @overload
    def integer(self, name: str) -> int: ...
    @overload
    def integer(self, name: str, default: int) -> int: ...
    @overload
    def integer(self, name: str, default: None) -> int | None: ...
    def integer(self, name: str, default: Any = MISSING) -> int | None:
        """Return a whole number."""
        found = self._read(name, default)
        return found if found is default else _whole(found, name)

    def number(self, name: str, default: Any = MISSING) -> float | None:
        """Return a finite number."""
        found = self._read(name, default)
        if found is default:
            return None if found is None else float(found)
        try:
            held = float(found)
        except (TypeError, ValueError):
            held = math.nan
        if not math.isfinite(held):
            raise InputError(f"{name} must be a number. Got {str(found)[:40]!r}.")
        return held

    def integers(self, name: str) -> list[int]:
        """Return whole numbers: a list, or a text with commas."""
        found = self._read(name, MISSING)
        parts = found.split(",") if isinstance(found, str) else found
        if not isinstance(parts, list):
            raise InputError(f"{name} must be whole numbers with commas. Got {type(found).__name__}.")
        return [_whole(part, name) for part in parts]

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return an object; an empty one where there is none."""
        found = self._read(name, {})
        if not isinstance(found, Mapping):
            raise InputError(f"{name} must be an object. Got {type(found).__name__}.")
        return found


def _whole(found: Any, name: str) -> int:
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    text = str(found).strip() if isinstance(found, str) else ""
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 15:
        raise InputError(f"{name} must be a whole number. Got {str(found)[:40]!r}.")
    return int(text)
