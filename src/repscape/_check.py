"""All validation of what callers hand in. Messages name the argument, what is allowed, and what came."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InputError, InputTypeError, UnknownNameError

_NO_LABELS = (list, tuple, set, frozenset, Mapping, np.ndarray, complex, np.complexfloating)
FINITE_BLOCK = 1 << 22  # elements looked at in one go, so that checking a memory-map never loads it whole


def points(X: Any, name: str, function: str, *, least: int = 3) -> npt.NDArray[Any]:
    """Return X as a real numeric (n, d) array with finite entries, without copying where that can be avoided."""
    array = plain_array(X, name, function)
    if array.dtype.kind not in "fiub":
        raise InputTypeError(
            f"{name} of {function} must hold real numbers (float, int or bool). Got dtype {array.dtype}."
        )
    if array.ndim != 2:
        hint = " Flatten images first: X.reshape(len(X), -1)." if array.ndim > 2 else ""
        raise InputError(f"{name} of {function} must be 2-D, (n points, d features). Got shape {array.shape}.{hint}")
    if array.shape[0] < least or array.shape[1] < 1:
        raise InputError(
            f"{name} of {function} must have at least {least} points and 1 feature. Got shape {array.shape}."
        )
    finite(array, name, function)
    return array


def plain_array(values: Any, name: str, function: str) -> npt.NDArray[Any]:
    """Return values as an array; refuse rows of different lengths, and a mask, which numpy would drop without a word."""
    if isinstance(values, np.ma.MaskedArray) and (masked := int(np.ma.getmaskarray(values).sum())):
        raise InputError(
            f"{name} of {function} must not be masked: {masked} of {values.size} entries are, and their mask would be lost. "
            "Fill them in, or leave those examples out."
        )
    try:
        return np.asarray(values)
    except ValueError as problem:  # numpy's word for lists of different lengths
        raise InputError(f"{name} of {function} must have rows of one length. {str(problem)[:120]}.") from problem


def finite(array: npt.NDArray[Any], name: str, function: str) -> None:
    """Refuse NaN and infinity, naming the first place."""
    if array.dtype.kind != "f":
        return
    rows = max(1, FINITE_BLOCK // max(1, math.prod(array.shape[1:])))
    for start in range(0, array.shape[0], rows):
        bad = ~np.isfinite(array[start : start + rows])
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            place = (place[0] + start, *place[1:])
            raise InputError(
                f"{name} of {function} must be finite. Got {array[place]} at index {place} "
                f"({int(bad.sum())} such entries in rows {start} to {min(start + rows, array.shape[0]) - 1})."
            )


def integer(value: Any, name: str, function: str, *, low: int, high: int | None = None, why: str = "") -> int:
    """Return an int in [low, high]; `why` says where the bound comes from."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | np.integer)
        or value < low
        or (high is not None and value > high)
    ):
        allowed = f"an int in [{low}, {high}]" if high is not None else f"an int of at least {low}"
        raise InputError(f"{name} of {function} must be {allowed}{f' ({why})' if why else ''}. Got {shown(value)}.")
    return int(value)


def number(
    value: Any, name: str, function: str, *, low: float = -math.inf, high: float = math.inf, open_ends: str = ""
) -> float:
    """Return a float in [low, high]; "l" or "h" in `open_ends` leaves that end out."""
    ok = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    ok = ok and math.isfinite(value) and low <= value <= high
    ok = ok and not ("l" in open_ends and value == low) and not ("h" in open_ends and value == high)
    if not ok:
        left, right = ("(" if "l" in open_ends else "["), (")" if "h" in open_ends else "]")
        raise InputError(
            f"{name} of {function} must be a number in {left}{low:g}, {high:g}{right}. Got {shown(value)}."
        )
    return float(value)


def choice(value: Any, name: str, function: str, allowed: Iterable[Any]) -> Any:  # house: reads as one sentence
    """Return value if it is one of `allowed`; offer near names for a typo."""
    options = list(allowed)
    if not any(value is option or (type(value) is type(option) and value == option) for option in options):
        raise UnknownNameError(
            f"{name} of {function} must be one of {', '.join(map(repr, options))}. "
            f"Got {shown(value)}.{near(value, [o for o in options if isinstance(o, str)])}"
        )
    return value


def shown(value: Any) -> str:
    """Write a value for a message: numpy's numbers and texts as Python's own.

    Examples
    --------
    >>> shown(np.int64(1)), shown([np.float32(0.5), "a"]), shown(np.str_("b"))
    ('1', "[0.5, 'a']", "'b'")
    """
    if isinstance(value, np.generic):
        return repr(value.item())
    if type(value) in (list, tuple):
        inside = ", ".join(map(shown, value))
        return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(value) == 1)})"
    return repr(value)


def near(word: Any, known: Iterable[str]) -> str:
    """Return ' Did you mean ...?' for near names, or nothing.

    Examples
    --------
    >>> near("id_twon", ["id_twonn", "id_gride"])
    " Did you mean 'id_twonn'?"
    """
    close = difflib.get_close_matches(str(word), list(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""


def known_options(given: Mapping[str, Any], allowed: Iterable[str], function: str) -> None:
    """Refuse option names that the function does not take."""
    names = list(allowed)
    for name in given:
        if name not in names:
            raise UnknownNameError(
                f"{function} has no option {name!r}. It takes {', '.join(names) or 'none'}.{near(name, names)}"
            )


def column(values: Any, name: str, function: str, *, n: int) -> npt.NDArray[Any]:
    """Return a 1-D array of length n without missing entries: labels, groups or values of the n examples."""
    # A list is looked at entry by entry first: numpy would turn None, NaN and numbers among words into words.
    array = plain_array(values, name, function)
    if isinstance(values, list | tuple) and array.dtype.kind in "US":
        array = np.array(values, dtype=object)
    if array.ndim != 1 or array.shape[0] != n:
        raise InputError(f"{name} of {function} must have shape ({n},), one entry for each point. Got {array.shape}.")
    if array.dtype.kind in "cV":
        raise InputTypeError(f"{name} of {function} must hold text, numbers or dates. Got dtype {array.dtype}.")
    if array.dtype.kind == "f":
        finite(array, name, function)
    if array.dtype.kind == "O":
        for place, entry in enumerate(array):
            if isinstance(entry, _NO_LABELS):
                raise InputTypeError(
                    f"{name} of {function} must hold text, numbers or dates. Got {type(entry).__name__} at index {place}."
                )
    if array.dtype.kind in "OmM":
        missing = np.flatnonzero([_is_missing(entry) for entry in array])
        if missing.size:
            raise InputError(
                f"{name} of {function} has {missing.size} missing entries, the first at index {missing[0]}. "
                "Leave those examples out or give them a label of their own."
            )
    return array


def _is_missing(entry: Any) -> bool:
    """Whether an entry is None, NaN, NaT or pandas' NA, which compares to nothing."""
    if entry is None or type(entry).__name__ in ("NAType", "NaTType"):
        return True
    return bool(np.isnat(entry)) if isinstance(entry, np.datetime64 | np.timedelta64) else bool(entry != entry)


_NUMBERS = (int, float, np.integer, np.floating)


def codes(labels: Any, name: str, function: str, *, n: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return (the distinct labels sorted, the (n,) int code of each point)."""
    array = column(labels, name, function, n=n)
    if array.dtype.kind == "O":
        kinds = {"number" if isinstance(e, _NUMBERS) and not isinstance(e, bool) else type(e).__name__ for e in array}
        if len(kinds) > 1:
            raise InputTypeError(f"{name} of {function} must be of one kind. Got {', '.join(sorted(kinds))} mixed.")
    distinct, inverse = np.unique(array, return_inverse=True)
    return distinct, inverse.astype(np.int64)


def same_rows(n: int, m: int, names: tuple[str, str], function: str) -> None:  # house: reads as one sentence
    """Refuse two representations of different numbers of examples."""
    if n != m:
        raise InputError(
            f"{names[0]} and {names[1]} of {function} must describe the same examples, row by row. Got {n} and {m} rows."
        )
