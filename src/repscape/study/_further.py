"""Further layers of a model whose states are stored: read with those that are there, and kept if these come out the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import StudyMismatchError
from ..store import Store, open_store

Extract = Callable[..., Store]


def with_further_layers(extract: Extract, place: Path, options: Mapping[str, Any]) -> Store:
    """Extract into a store; one that lacks only layers is made again beside it, with the layers of both, and then replaced.

    Raises
    ------
    StudyMismatchError
        The store is of another model, of other data or options, or its rows come out otherwise today.
    """
    before = place.with_name(f".{place.name}-before")
    if before.is_dir() and not place.is_dir():  # stopped between the two renames
        before.rename(place)
    shutil.rmtree(before, ignore_errors=True)
    have = _layers_of(place)
    both = have if have is None else _together(have, options.get("layers", "all"))
    if have is None or both == have:
        return extract(to=place, **{**options, **({} if have is None else {"layers": have})})
    more = place.with_name(f".{place.name}-more")
    _check_rest(place, options)
    try:
        found = extract(to=more, **{**options, "layers": both})
    except StudyMismatchError:  # what an earlier attempt left was of something else
        shutil.rmtree(more)
        found = extract(to=more, **{**options, "layers": both})
    try:
        _check_same(open_store(place), found)
    except StudyMismatchError:
        shutil.rmtree(more)
        raise
    place.rename(before)
    more.rename(place)
    shutil.rmtree(before, ignore_errors=True)
    return open_store(place)


def _layers_of(place: Path) -> Any:
    """Return the layers that a whole store was asked for; None where there is none to be made larger."""
    if not (place / "zarr.json").is_file():
        return None
    held = open_store(place)
    return held.provenance.get("options", {}).get("layers") if held.complete else None


def _together(have: Any, wanted: Any) -> Any:
    """Return the layers of both."""
    if "all" in (have, wanted):
        return "all"
    both = [*_listed(have), *(layer for layer in _listed(wanted) if layer not in _listed(have))]
    if both == _listed(have):
        return have
    numbers = all(isinstance(layer, int) and layer >= 0 for layer in both)
    return sorted(both) if numbers else both


def _listed(layers: Any) -> list[Any]:
    return [layers] if isinstance(layers, str | int) else list(layers)


def _check_rest(place: Path, options: Mapping[str, Any]) -> None:
    """Refuse other options before the model's pass; another model, or other data, are refused by their rows."""
    known = open_store(place).provenance["options"]
    for name, value in options.items():
        if name in known and name != "layers" and known[name] != value:
            raise StudyMismatchError(
                f"{place} holds another extraction: {name} is {known[name]!r} there and {value!r} here. Choose another folder."
            )


def _check_same(held: Store, found: Store) -> None:
    """Refuse rows that are not those that were there."""
    for key in held:
        for start in range(0, held.rows, held.slab_rows):
            block = slice(start, start + held.slab_rows)
            if key not in found or not np.array_equal(held[key][block], found[key][block]):
                raise StudyMismatchError(
                    f"{held.path} holds states of another model or of other data: layer {key} comes out otherwise here. "
                    "Nothing was changed. Choose another folder, or give the model another name."
                )
