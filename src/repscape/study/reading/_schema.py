"""What may stand in a study.toml: every entry's type, checked whole before anything is read or run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import InputTypeError

Test = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(test: Test) -> Test:
    return lambda value: isinstance(value, list | tuple) and all(map(test, value))


def _named(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(map(_text, value.values()))


def _either(*tests: Test) -> Test:
    return lambda value: any(test(value) for test in tests)


WORDS = (_either(_text, _list(_text)), "text or a list of text")
FORM = ("axes", "pool", "mask")  # what is said of the axes of arrays
NAMED = (_either(_text, _named), "text, or a table of names with text")
SOURCE: Mapping[str, tuple[Test, str]] = {
    "arrays": NAMED,
    "model": NAMED,
    "data": (_text, "text"),
    "columns": WORDS,
    "id_column": (_text, "text"),
    "separator": (_text, "text"),
    "encoding": (_text, "text"),
    "axes": WORDS,
    "pool": (_text, "text"),
    "mask": (_text, "text"),
    "revisions": (_list(_text), "a list of text"),
    "options": (lambda value: isinstance(value, Mapping), "a table"),
}
PLAN: Mapping[str, tuple[Test, str]] = {
    "measures": (
        _list(_either(_text, lambda value: isinstance(value, Mapping) and _text(value.get("name")))),
        "a list of names, or of tables with a name",
    ),
    "layers": (
        _either(_text, _number, _list(_either(_text, _number))),
        "text, a whole number, or a list of them",
    ),
    "labels": WORDS,
    "values": WORDS,
    "groups": (_text, "text"),
    "by": (_text, "text"),
    "whole": (lambda value: isinstance(value, bool), "true or false"),
    "preprocess": WORDS,
    "profiles": WORDS,
}


def check_source(held: Mapping[str, Any], where: str) -> None:
    """Refuse an entry of [source] of another type."""
    _check_types(held, SOURCE, where)


def check_plan(held: Mapping[str, Any], where: str) -> None:
    """Refuse an entry of [plan] of another type; names that are not known are for the plan itself."""
    _check_types(held, PLAN, where)


def check_further(held: Any, where: str) -> None:
    """Refuse what is no list of further plans."""
    if not isinstance(held, list | tuple) or not all(isinstance(plan, Mapping) for plan in held):
        raise InputTypeError(f"{where} must be a list of tables, each like [plan]. Got {held!r}.")
    for plan in held:
        check_plan(plan, where)


def _check_types(held: Mapping[str, Any], types: Mapping[str, tuple[Test, str]], where: str) -> None:
    for name, value in held.items():
        test, allowed = types.get(name, (lambda _: True, ""))
        if not test(value):
            raise InputTypeError(f"{name} in {where} must be {allowed}. Got {value!r}.")
