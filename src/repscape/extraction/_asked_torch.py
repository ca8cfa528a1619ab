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
from ._hf_prompt import Prompt
from ._parts_torch import PARTS, part_taps
from ._sites import choose_taps
from ._slab_torch import readied
from ._torch_model import Encoded, Model, call_model, evaluating, moved
from ._window import Window

TOGETHER = 64


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


def prompted(model: Model, *, template: str | None, chat: bool | None) -> Model:
    """Return the model with a prompt around every text it reads.

    Raises
    ------
    InputError
        It takes no texts through a tokenizer, or the tokenizer cannot write the prompt.
    """
    if template is None and not chat:
        return model
    encode: Any = model.encode
    if not hasattr(encode, "prompted") or model.encode.kinds != ("text",):
        raise InputError(
            f"{'chat' if chat else 'template'} of extract is for texts that a tokenizer of the transformers library reads. "
            f"Got {model.name!r}, which takes {' or '.join(model.encode.kinds)}."
        )
    made = Prompt.of(encode.tokenizer, template=template, chat=bool(chat), name=model.name)
    return replace(model, encode=encode.prompted(made))


def check_window(
    model: Model, examples: Examples, encode: Callable[..., Encoded], *, window: Window, include_special: bool
) -> None:
    """Refuse texts without a token in a window, before any of them runs; whoever has an encoder of their own learns it later.

    Raises
    ------
    InputError
        The window is empty for some of the examples.
    """
    if model.encode.probe() is None:
        return
    short: list[int] = []
    for start in range(0, len(examples), TOGETHER):
        encoded = encode(examples.inputs[start : start + TOGETHER], first_row=start)
        batch = encoded.batch(np.arange(len(encoded.lengths)))
        short += [start + row for row in readied(batch, include_special=include_special, window=window).short()]
        if batch.real is None:
            return
    if short:
        raise InputError(
            f"positions of extract leave nothing of {len(short)} of the {len(examples)} examples (first: row {short[0]}). "
            "Take other positions, or leave those examples out."
        )


def asked_parts(
    model: Model, examples: Examples, encode: Callable[..., Encoded], *, part: str, layers: Any, site: Any, pool: str
) -> list[Tap]:
    """Find the parts of layers that are asked for, with the shortest input and with one position of it alone."""
    if pool == "flatten":
        raise InputError("pool of extract: 'flatten' joins the positions of whole layers. Use token for parts of them.")
    taps = _parts(model, model.encode.probe() or encode(examples.inputs, first_row=0), part=part, site=site)
    names = [name for name, _ in model.module.named_modules(remove_duplicate=False) if name]
    return choose_taps(taps, [layers] if isinstance(layers, str | int) else list(layers), names)


def list_parts(model: Model) -> dict[str, list[Tap] | str]:
    """Return for every kind of part (heads, units, router, experts) where it is read in each block, or why there is none.

    Empty where the model needs an example to run: one with a `preprocess` of its own.
    """
    probe = model.encode.probe()
    found: dict[str, list[Tap] | str] = {}
    with evaluating(model.module):
        for part in PARTS if probe is not None else ():
            try:
                found[part] = _parts(model, probe, part=part, site="residual")  # type: ignore[arg-type]
            except InputError as error:
                found[part] = str(error)
    return found


def _parts(model: Model, probe: Encoded, *, part: str, site: Any) -> list[Tap]:
    """Find parts with the shortest input of a few, and with one position of it alone."""
    batch = probe.batch(np.array([int(np.argmin(probe.lengths))]))
    inputs = moved(batch.inputs, model.device, model.dtype)
    single = None
    if batch.real is not None and isinstance(inputs, Mapping):
        single = {name: value[:, :1] for name, value in inputs.items() if value.ndim > 1}
    return part_taps(
        model.module,
        model.known_anatomy(),
        lambda: call_model(model, inputs),
        part=part,
        sites=site,
        alone=None if single is None else lambda: call_model(model, single),
    )
