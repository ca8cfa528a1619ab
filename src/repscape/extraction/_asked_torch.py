"""Which places of a model are read, where that takes a pass of a short input to find out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .._types import Examples
from ..errors import InputError
from ._anatomy import SITES, Tap
from ._examine_torch import examine
from ._parts_torch import part_taps
from ._sites import choose_taps
from ._torch_model import Encoded, Model, call_model, moved


def with_anatomy(
    model: Model, examples: Examples, encode: Callable[..., Encoded], *, layers: Any, site: str | Sequence[str]
) -> Model:
    """Look for the blocks of a module of the user's own with the shortest input, where a site of blocks is asked for."""
    wanted = [layers] if isinstance(layers, str | int) else list(layers)
    sites = [site] if isinstance(site, str) else list(site)
    by_depth = "all" in wanted or any(isinstance(entry, int) for entry in wanted)
    asked = any(entry in SITES for entry in sites) and (by_depth or model.known_anatomy() is not None)
    if model.anatomy is not None or model.encode.probe() is not None or not asked:
        return model
    encoded = encode(examples.inputs, first_row=0)
    inputs = moved(encoded.batch(np.array([int(np.argmin(encoded.lengths))])).inputs, model.device, model.dtype)
    return replace(
        model, anatomy=examine(model.module, lambda: call_model(model, inputs), family=model.family) or model.anatomy
    )


def asked_parts(
    model: Model, examples: Examples, encode: Callable[..., Encoded], *, part: str, layers: Any, site: Any, pool: str
) -> list[Tap]:
    """Find the parts of layers that are asked for, with the shortest input and with one position of it alone."""
    if pool == "flatten":
        raise InputError("pool of extract: 'flatten' joins the positions of whole layers. Use token for parts of them.")
    probe = model.encode.probe() or encode(examples.inputs, first_row=0)
    batch = probe.batch(np.array([int(np.argmin(probe.lengths))]))
    inputs = moved(batch.inputs, model.device, model.dtype)
    single = None
    if batch.real is not None and isinstance(inputs, Mapping):
        single = {name: value[:, :1] for name, value in inputs.items() if value.ndim > 1}
    taps = part_taps(
        model.module,
        model.known_anatomy(),
        lambda: call_model(model, inputs),
        part=part,
        sites=site,
        alone=None if single is None else lambda: call_model(model, single),
    )
    names = [name for name, _ in model.module.named_modules(remove_duplicate=False) if name]
    return choose_taps(taps, [layers] if isinstance(layers, str | int) else list(layers), names)
