"""From arrays of any axes to (n, d) for each layer: layers and heads taken apart, tokens pooled, what is ambiguous refused.

An array of two axes is (n, d). One of three may be layers of examples, examples of tokens, or images: what decides is what the
caller says, what the form itself says, or how many rows the labels beside it have; where nothing does, it is refused.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._told_apart import NUMBERS
from ._form import MASKS, Form, Held
from ._plain import as_array, native
from ._pooled import pooled, positions

Array = npt.NDArray[Any]
IMAGE_RATIO = 4  # of the sides of what may be an image
ORDER = ("n", "tokens", "d")
HOW = (
    "Say which axis is which: axes='n,tokens,d' with pool='mean', axes='layers,n,d' or axes='n,layers,d' (on the command line "
    "--axes and --pool), or reshape it to (n, d)"
)


@dataclass(slots=True)
class Arranged:
    """Arrays told apart by axes."""

    layers: dict[tuple[str, str], Any] = field(default_factory=dict)
    """(name, part) -> (n, d), for arrays that were taken apart or pooled."""
    rest: dict[str, Any] = field(default_factory=dict)
    """Arrays that stay as they are: layers (n, d), images, columns."""
    notes: list[str] = field(default_factory=list)
    tokens: Any = None
    """(example, position) of every row, where each token is one."""
    taken: set[str] = field(default_factory=set)
    """Names of arrays that `layers` are made of."""


def arranged(held: Held, form: Form, where: Any, *, function: str) -> Arranged:
    """Take arrays apart by their axes.

    Raises
    ------
    InputError
        If an array has more than two axes and nothing says which they are, or they are not those that were said.
    """
    found = Arranged(notes=list(held.notes))
    plain = {name: _plain(value, f"{name} in {where}", function) for name, value in held.arrays.items()}
    arrays = {
        inner: one
        for name, value in plain.items()
        for inner, one in _opened(name, value, form, known=name in held.axes).items()
    }
    mask, mask_name = _mask(arrays, form, where, found)
    lengths = form.lengths | {len(values) for values in held.columns.values()}
    lengths |= {int(a.shape[0]) for a in arrays.values() if not isinstance(a, list) and len(a.shape) == 1}
    deep = [n for n, array in arrays.items() if n != mask_name and (isinstance(array, list) or len(array.shape) > 1)]
    for name, array in arrays.items():
        if name == mask_name:
            continue
        known = None if form.axes and _count(array) == len(form.axes) else held.axes.get(name)
        axes = known or _axes_of(array, form, lengths=lengths, alone=len(deep) == 1)
        if axes is None:
            _check_flat(name, array, where, form=form, held=held)
            found.rest[name] = array
        else:
            _take_apart(name, array, axes, form=form, mask=mask, found=found, where=where, alone=len(deep) == 1)
    if form.told and not found.layers:
        shapes = ", ".join(f"{name} {_shape(array)}" for name, array in arrays.items())
        what = (
            f"the axes ({', '.join(form.axes)}) that were said"
            if form.axes
            else f"tokens, which pool={form.pool!r} is over"
        )
        raise InputError(f"{where} must hold an array with {what}. Got {shapes or 'none'}.")
    return found


def _plain(value: Any, name: str, function: str) -> Any:
    """Return a list of examples as arrays, anything else as one array."""
    if isinstance(value, list):
        return [as_array(one, f"{name}[{place}]", function) for place, one in enumerate(value)]
    return as_array(value, name, function)


def _opened(name: str, value: Any, form: Form, *, known: bool) -> dict[str, Any]:
    """Return the layers of a list by name; one that has an entry for each example stays a list."""
    if not isinstance(value, list) or known:
        return {name: value}
    counts = {len(one.shape) for one in value}
    if len(counts) > 1:
        raise InputError(
            f"{name or 'a list'} must hold arrays of as many axes each. Got {', '.join(map(_shape, value[:4]))}."
        )
    count, rows = counts.pop(), {one.shape[0] for one in value}
    of_examples = (
        "n" not in form.axes if form.axes else count == 1 or (count == 2 and (bool(form.pool) or len(rows) > 1))
    )
    if of_examples:
        return {name: value}
    return {f"{name}.{place}" if name else f"layer{place}": one for place, one in enumerate(value)}


def _mask(arrays: Mapping[str, Any], form: Form, where: Any, found: Arranged) -> tuple[Any, str | None]:
    """Return the mask of real tokens and, where it lies beside the states, its name."""
    if isinstance(form.mask, str):
        if form.mask not in arrays:
            raise InputError(
                f"mask {form.mask!r} must be an array of {where}. It has {', '.join(arrays)}."
                f"{_check.near(form.mask, arrays)}"
            )
        return _bool(arrays[form.mask], form.mask), form.mask
    if form.mask is not None:
        return _bool(as_array(form.mask, "mask", "pool"), "mask"), None
    name = next((name for name in MASKS if name in arrays), "")
    if not name or not (form.pool or len(arrays[name].shape) == 2):
        return None, None
    found.notes.append(f"took {name} {_shape(arrays[name])} for the mask of real tokens")
    return _bool(arrays[name], name), name


def _bool(mask: Any, name: str) -> Array:
    array = np.asarray(mask)
    if array.ndim != 2 or not np.isin(array, (0, 1)).all():
        raise InputError(f"{name} must be (n, tokens) of true and false, 1 and 0. Got {array.shape} {array.dtype}.")
    return array.astype(bool)


def _count(array: Any) -> int:
    """Return the number of axes, that of the examples among them."""
    return 1 + len(array[0].shape) if isinstance(array, list) else len(array.shape)


def _axes_of(array: Any, form: Form, *, lengths: frozenset[int], alone: bool) -> tuple[str, ...] | None:
    """Return what the axes of an array are; None where it is (n, d) already, a column, or an image."""
    if isinstance(array, list):
        return form.axes or (("d",) if len(array[0].shape) == 1 else ("tokens", "d") if form.pool else None)
    count = len(array.shape)
    if form.axes:
        return form.axes if count == len(form.axes) and array.dtype.kind in NUMBERS else None
    if count != 3 or array.dtype.kind not in NUMBERS:
        return None
    if form.pool:
        return ORDER
    if array.dtype.kind != "f":
        return None
    rows, middle, _ = array.shape
    if alone and middle in lengths and rows not in lengths:
        return "layers", "n", "d"
    if alone and not lengths and rows < middle:
        return "layers", "n", "d"
    return None


def _check_flat(name: str, array: Any, where: Any, *, form: Form, held: Held) -> None:
    """Refuse what has more than two axes and looks like no image."""
    if isinstance(array, list):
        raise InputError(
            f"{name} in {where} is a list of arrays of different lengths. If they are the tokens of one example each, say "
            "pool='mean' (or first, last, max); if they are layers, each must have a row for every example."
        )
    count = len(array.shape)
    if count <= 2 or array.dtype.kind not in NUMBERS:
        return
    if form.axes:
        _check_axes(array, form.axes, f"{name} in {where}")
    sides = array.shape[1:3]
    image = array.dtype.kind != "f" or max(sides) <= IMAGE_RATIO * max(1, min(sides))
    if held.flatten and (image or count > 3):
        return
    raise InputError(
        f"{name} in {where} has {count} axes, {_shape(array)}, and nothing says which of them are examples, layers or tokens. "
        f"{HOW}."
    )


def _take_apart(  # house: what a form says of one array
    name: str, array: Any, axes: Sequence[str], *, form: Form, mask: Any, found: Arranged, where: Any, alone: bool
) -> None:
    """Add every layer and head of an array as rows (n, d)."""
    how = form.pool or "mean"
    said = f"{name} in {where}"
    if "tokens" in axes and not form.pool:
        found.notes.append(f"{name}: the mean over tokens; pool= (--pool) takes another")
    if not form.axes and "layers" in axes and "n" in axes:
        n, count = array.shape[list(axes).index("n")], array.shape[list(axes).index("layers")]
        found.notes.append(
            f"took {name} {_shape(array)} for {count} layers of {n} examples; axes= (--axes) says otherwise"
        )
    examples = list(array) if "n" not in axes else None
    if examples is not None and not isinstance(array, list) and array.ndim == len(axes):
        examples = [array]
    one = examples[0] if examples else array
    inner = [axis for axis in axes if axis != "n"] if examples is not None else list(axes)
    _check_axes(one, inner, said)
    sizes: list[tuple[str, int]] = [
        (axis, one.shape[inner.index(axis)]) for axis in ("layers", "heads") if axis in inner
    ]
    order = [axis for axis, _ in sizes]
    places = [dict(zip(order, place, strict=True)) for place in itertools.product(*(range(size) for _, size in sizes))]
    keys = [(_layer_name(name, at, alone=alone), f"head.{at['heads']}" if "heads" in at else "") for at in places]
    if examples is not None:
        found.layers |= dict(zip(keys, _of_examples(examples, inner, places, how=how, name=name), strict=True))
        real: Any = [one.shape[inner.index("tokens")] for one in examples] if "tokens" in inner else None
    else:
        real = None
        for key, at in zip(keys, places, strict=True):
            states = _picked(array, inner, at, said)
            found.layers[key] = native(np.asarray(_pooled(states, how, mask, said) if "tokens" in inner else states))
            real = (np.ones(states.shape[:2], bool) if mask is None else mask) if "tokens" in inner else None
    if how == "token" and real is not None:
        found.tokens = positions(real)
    found.taken.add(name)


def _check_axes(array: Any, axes: Sequence[str], said: str) -> None:
    if len(array.shape) != len(axes):
        raise InputError(
            f"{said} must have the axes ({', '.join(axes)}) that were said. Got {len(array.shape)} axes, {_shape(array)}."
        )


def _layer_name(name: str, at: Mapping[str, int], *, alone: bool) -> str:
    """Name one of several layers of an array by its place; those of an only array need no more."""
    if "layers" not in at:
        return name or "layer0"
    plain = alone and (
        name == "" or re.fullmatch(r"(?i)(hidden_?states?|states?|activations?|acts?|x|layers?|array)", name)
    )
    return f"layer{at['layers']}" if plain else f"{name}.{at['layers']}"


def _picked(array: Any, axes: Sequence[str], at: Mapping[str, int], said: str) -> Any:
    """Take one layer and head of an array, its axes left in the order n, tokens, d."""
    _check_axes(array, axes, said)
    lead, rest = axes[: len(at)], list(axes[len(at) :])
    if set(lead) == set(at) and rest == [axis for axis in ORDER if axis in axes]:
        return array[tuple(at[axis] for axis in lead)] if at else array  # stays on disk where it lies there
    held = np.asarray(array)
    left = [axis for axis in axes if axis not in at]
    picked = held[tuple(at.get(axis, slice(None)) for axis in axes)]
    return picked.transpose([left.index(axis) for axis in ORDER if axis in left])


def _pooled(states: Any, how: str, mask: Any, said: str) -> Array:
    if mask is not None and mask.shape != tuple(states.shape[:2]):
        raise InputError(
            f"the mask of {said} must be (n, tokens), {tuple(states.shape[:2])}. Got {mask.shape}: is it of other examples?"
        )
    return pooled(states, how, mask, name=said)


def _of_examples(  # house: one example, its axes, and which parts of it
    examples: Sequence[Any], axes: Sequence[str], places: Sequence[Mapping[str, int]], *, how: str, name: str
) -> list[Array]:
    """Return the rows of every layer and head; each example is read once, and no more of it kept than its rows."""
    widths = {one.shape[list(axes).index("d")] for one in examples}
    if len(widths) > 1:
        raise InputError(f"the examples of {name} must be of one width. Got {', '.join(map(str, sorted(widths)))}.")
    rows: list[list[Array]] = [[] for _ in places]
    for number, one in enumerate(examples):
        held = np.asarray(one)
        for kept, at in zip(rows, places, strict=True):
            part = np.asarray(_picked(held, axes, at, f"{name}[{number}]"))
            row = pooled(part[None], how, None, name=f"{name}[{number}]") if "tokens" in axes else part[None].copy()
            kept.append(native(row))
    return [np.concatenate(kept) for kept in rows]


def _shape(array: Any) -> str:
    return f"a list of {len(array)}" if isinstance(array, list) else str(tuple(array.shape))
