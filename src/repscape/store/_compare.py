"""Say by name how the study in a folder differs from the one asked for."""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._arrays import list_groups, read_group
from ._table import arrays_of, table_of

if TYPE_CHECKING:
    import pandas as pd


def differences(have: Any, want: Any, name: str, *, free: Collection[str] = ()) -> Iterator[str]:
    """Say each entry that differs, by its dotted name; the outermost entries in `free` may.

    Examples
    --------
    >>> list(differences({"model": {"id": "a", "seed": 0}}, {"model": {"id": "b", "seed": 0}}, ""))
    ["model.id is 'a' there and 'b' here"]
    """
    if isinstance(have, dict) and isinstance(want, dict):
        for key in dict.fromkeys([*have, *want]):
            inner = f"{name}.{key}" if name else key
            if key in free:
                continue
            if key not in have or key not in want:
                yield f"{inner} is {'only there' if key in have else 'only here'}"
            else:
                yield from differences(have[key], want[key], inner)
    elif have != want:
        yield f"{name} is {reprlib.repr(have)} there and {reprlib.repr(want)} here"


def other_examples(path: Path, examples: pd.DataFrame | None) -> Iterator[str]:
    """Say how the stored example table differs from this one."""
    kept = "examples" in list_groups(path)
    if examples is None or not kept:
        if kept != (examples is not None):
            yield f"the examples are {'only there' if kept else 'only here'}"
        return
    have, want = table_of(*read_group(path, "examples")), table_of(*arrays_of(examples))
    if list(have.columns) != list(want.columns):
        yield f"the examples have columns {list(have.columns)} there and {list(want.columns)} here"
    elif len(have) == len(want):
        for column in have.columns:
            if not have[column].equals(want[column]):
                yield f"the examples' column {column!r} differs"
