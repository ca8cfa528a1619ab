"""Dicts of dicts and lists of tensors, as caches of hidden states are, spread into arrays by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import InputError, InputTypeError
from ._form import Held
from ._plain import is_arraylike, saved

DEEPEST = 16
HOOK = re.compile(r"(^|\.)hook_(?P<what>\w+)$")
STREAM = re.compile(r"(embed|pos_embed|resid_\w+|attn_out|mlp_out|pre|post|mid|normalized|scale|out|in|mlp_in|attn_in)")
HEADS = frozenset({"q", "k", "v", "z", "rot_q", "rot_k", "result", "q_input", "k_input", "v_input"})


def spread(value: Any, where: str) -> Held:
    """Return the arrays of a cache by name; "a/b" is b inside a. A list of arrays stays a list: of layers, or of examples.

    Text, one for each example, becomes a column. What is neither stays out, with a note.

    Examples
    --------
    >>> held = spread({"h": {"3": np.eye(2)}, "names": ["x", "y"]}, "cache")
    >>> list(held.arrays), held.columns["names"].tolist()
    (['h/3'], ['x', 'y'])
    """
    held = Held()
    if is_arraylike(value):
        held.arrays[""] = value
    elif isinstance(value, list | tuple) and value:
        _add_list("", value, held, where, depth=0)
    elif isinstance(value, Mapping) and value:
        _add_mapping("", value, held, where, depth=0)
    else:
        raise InputTypeError(f"{where} must hold tensors, or dicts or lists of them. Got {type(value).__name__}.")
    hooked(held)
    return held


def hooked(held: Held) -> None:
    """Say the axes of arrays that bear the names of TransformerLens's hook points, and leave out what is no state of tokens."""
    for name in list(held.arrays):
        match = HOOK.search(name)
        if match is None or isinstance(held.arrays[name], list):
            continue
        array, what = held.arrays[name], match["what"]
        count = len(array.shape)
        if what in HEADS and count in (3, 4):  # of three the batch was taken away, and rows are tokens
            held.axes[name] = ("n", "tokens", "heads", "d") if count == 4 else ("n", "heads", "d")
        elif count == 3 and what not in HEADS and STREAM.fullmatch(what) and array.shape[-1] > 1:
            held.axes[name] = ("n", "tokens", "d")
        elif count == 2 and what not in HEADS and STREAM.fullmatch(what) and array.shape[-1] > 1:
            continue  # the batch was taken away: rows are tokens
        else:
            held.notes.append(f"left out {name} {tuple(array.shape)}: not the state of each token")
            del held.arrays[name]


def _add(name: str, value: Any, held: Held, where: str, *, depth: int) -> None:
    value = saved(value)
    if depth > DEEPEST:
        raise InputError(f"{where} is nested deeper than {DEEPEST} levels at {name!r}.")
    if is_arraylike(value):
        if name in held.arrays:
            raise InputError(f"{where} holds two arrays named {name!r}. Rename one.")
        held.arrays[name] = value
    elif isinstance(value, Mapping):
        _add_mapping(name, value, held, where, depth=depth)
    elif isinstance(value, list | tuple) and value:
        _add_list(name, value, held, where, depth=depth)
    elif value is not None:
        held.notes.append(f"left out {name} of type {type(value).__name__}: no array")


def _add_mapping(name: str, value: Mapping[Any, Any], held: Held, where: str, *, depth: int) -> None:
    for key, inner in value.items():
        _add(f"{name}/{key}" if name else str(key), inner, held, where, depth=depth + 1)


def _add_list(name: str, value: Any, held: Held, where: str, *, depth: int) -> None:
    """Add a list: of arrays, one for each layer or each example; of text or numbers, one for each example."""
    values = [saved(one) for one in value]
    if all(isinstance(one, str) for one in values):
        held.columns[name or "label"] = np.asarray(values)
    elif all(isinstance(one, bool | int | float | np.number) for one in values):
        held.arrays[name or "label"] = np.asarray(values)
    elif all(map(is_arraylike, values)):
        held.arrays[name] = values
    elif is_arraylike(values[0]) and isinstance(value, tuple):  # what a block returns: its state, then caches
        held.arrays[name] = values[0]
        held.notes.append(f"took the first of {len(values)} entries of {name}, which is an array")
    else:
        for place, one in enumerate(values):
            _add(f"{name}.{place}" if name else str(place), one, held, where, depth=depth + 1)
