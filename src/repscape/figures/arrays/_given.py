"""What figures of several layers are given: a mapping of their names, each entry of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _check
from ...errors import InputTypeError


def by_name(given: Any, name: str, function: str, *, kind: type | None = None, alone: bool = False) -> dict[str, Any]:
    """Return the entries by name; with `alone` one of the kind may come without a name.

    Raises
    ------
    InputTypeError
        If it is no mapping, or an entry is of another kind.
    """
    what = "mapping of str" if kind is None else f"mapping of str to {kind.__name__}"
    if alone and kind is not None and isinstance(given, kind):
        return {"": given}
    if not isinstance(given, Mapping):
        either = f"one {kind.__name__}, or a {what}" if alone and kind is not None else f"a {what}"
        raise InputTypeError(f"{name} of {function} must be {either}. Got {_said(given)}.")
    for entry, one in given.items():
        if kind is not None and not isinstance(one, kind):
            raise InputTypeError(f"{name} of {function} must be a {what}. Got {_said(one)} for {entry!r}.")
    return dict(given)


def _said(value: Any) -> str:
    """Return a plain value as it is, and of anything larger its kind."""
    plain = value is None or isinstance(value, str | bytes | bool | int | float)
    return _check.shown(value) if plain else f"one of kind {type(value).__name__}"
