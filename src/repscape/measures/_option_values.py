"""Whether an option can mean what it was given, from the annotations of the function: told before an hour of extraction."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union

from .. import _check
from ..errors import InputTypeError

NUMBERS = (int, float, bool)


def check_values(given: Mapping[str, Any], function: Callable[..., Any], name: str) -> None:
    """Refuse a word that is none of the words an option takes, and a word where only numbers will do.

    Ranges, and what depends on the data, the function itself refuses in its own words.
    """
    hints = _hints(function)
    for option, value in given.items():
        words, others = _taken_apart(hints.get(option, Any))
        only_numbers = bool(others) and all(kind in NUMBERS for kind in others)
        spelled = [word for word in words if isinstance(word, str)]
        if isinstance(value, str) and only_numbers and not spelled:
            kind = "a number" if float in others else "an int"
            raise InputTypeError(f"{option} of {name} must be {kind}{' or None' * bool(words)}. Got {value!r}.")
        if (words and not others) or (isinstance(value, str) and only_numbers):
            _check.choice(value, option, name, words)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):  # somebody's own function, annotated with names that only a type checker knows
        return {}


def _taken_apart(hint: Any) -> tuple[list[Any], list[Any]]:
    """Return the values that an annotation spells out, None among them, and the types beside them."""
    kind = typing.get_origin(hint)
    if kind is Literal:
        return list(typing.get_args(hint)), []
    if kind in (Union, types.UnionType):
        parts = [_taken_apart(part) for part in typing.get_args(hint)]
        return [word for words, _ in parts for word in words], [other for _, others in parts for other in others]
    return ([None], []) if hint is type(None) else ([], [hint])
