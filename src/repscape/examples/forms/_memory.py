"""Hidden states that are in memory already: an array, a list, a cache, a table, AnnData."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import InputError
from ._anndata_files import of_anndata
from ._form import Form, Held
from ._frame import of_frame
from ._nested import spread
from ._plain import is_arraylike, saved


def held_in_memory(source: Any, form: Form, function: str, *, plain: bool = False) -> Held | None:
    """Return what an object holds; None where it is nothing that is known here, or a dict of layers (n, d) not wanted `plain`.

    Raises
    ------
    InputError
        If it has one axis, or is empty.
    """
    source = saved(source)
    if hasattr(source, "cache_dict"):  # TransformerLens: not a Mapping, but it holds one
        source = source.cache_dict
    if hasattr(source, "obsm") and hasattr(source, "obs_names"):
        return of_anndata(source)
    if hasattr(source, "columns") and hasattr(source, "to_numpy"):
        return of_frame(source, f"source of {function}")
    if isinstance(source, Mapping):
        held = spread(source, f"source of {function}") if source and (plain or _is_cache(source, form)) else None
    elif is_arraylike(source):
        if len(source.shape) < 2:
            raise InputError(
                f"source of {function} must have at least 2 axes, (n, d). Got shape {tuple(source.shape)}."
            )
        held = Held({"layer0" if len(source.shape) == 2 else "hidden_states": source})
    elif isinstance(source, list | tuple) and source and all(is_arraylike(one) for one in source):
        held = Held({"": list(map(saved, source))})
    else:
        return None
    if held is not None:
        held.certain, held.flatten = True, False
    return held


def is_model_source(value: Any) -> bool:
    """Whether a value in a dict is a whole model rather than one layer: a cache, a list of layers, AnnData."""
    value = saved(value)
    listed = (
        isinstance(value, list | tuple) and bool(value) and all(len(getattr(one, "shape", ())) >= 2 for one in value)
    )
    return listed or hasattr(value, "cache_dict") or (hasattr(value, "obsm") and hasattr(value, "obs_names"))


def _is_cache(source: Mapping[Any, Any], form: Form) -> bool:
    """Whether a dict needs more than its values taken as (n, d): it was said so, or values have more axes or are lists."""
    if form.told:
        return True
    values = [saved(value) for value in source.values()]
    return any("hook_" in str(name) for name in source) or any(
        isinstance(value, tuple) and any(map(is_arraylike, value)) for value in values
    )
