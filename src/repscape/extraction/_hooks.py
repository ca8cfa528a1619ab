"""Reads any number of places in a torch module during ONE forward pass.

A hook hands each tensor to `reduce` at once, on the device, so that what is kept is the pooled state and never all the
hidden states of a batch together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from .._types import LayerInfo
from ..errors import InputError, InputTypeError
from ._anatomy import Tap
from ._trace_torch import first_input, first_output

Reduce = Callable[[torch.Tensor, str], torch.Tensor]


def read_taps(
    model: torch.nn.Module, taps: Sequence[Tap], *, call: Callable[[], Any], reduce: Reduce
) -> dict[LayerInfo, torch.Tensor]:
    """Run the model once and return what every tap saw.

    Parameters
    ----------
    model : torch.nn.Module
        The module whose submodules are read.
    taps : sequence of Tap
        The places, each with a distinct layer.
    call : callable
        Runs the forward pass.
    reduce : callable
        Takes a state (a tensor of the model's dtype and device) and its module's name; returns what to keep, in memory of its
        own, since later modules may overwrite the state in place.

    Returns
    -------
    dict of LayerInfo to torch.Tensor
        In the order of `taps`.

    Raises
    ------
    InputError
        A module did not run, or ran more than once, in this pass.
    InputTypeError
        A module handed out something without a tensor in it.
    """
    seen: dict[LayerInfo, torch.Tensor] = {}
    handles = []
    try:
        for tap in taps:
            module = model.get_submodule(tap.module)
            if tap.end == "input":
                hook = _input_hook(tap, seen, reduce)
                handles.append(module.register_forward_pre_hook(hook, with_kwargs=True))
            else:
                gain = model.get_parameter(tap.gain).detach() if tap.gain else None
                handles.append(module.register_forward_hook(_output_hook(tap, seen, reduce, gain)))
        call()
    finally:
        for handle in handles:
            handle.remove()
    silent = [tap.module for tap in taps if tap.layer not in seen]
    if silent:
        raise InputError(
            f"layers of extract: module {silent[0]!r} did not run in the model's forward pass"
            f"{f' (nor did {len(silent) - 1} others)' if len(silent) > 1 else ''}. Ask for those that do."
        )
    return {tap.layer: seen[tap.layer] for tap in taps}


def _input_hook(tap: Tap, seen: dict[LayerInfo, torch.Tensor], reduce: Reduce) -> Callable[..., None]:
    def hook(_: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        _keep(tap, seen, reduce, state=first_input(args, kwargs))

    return hook


def _output_hook(
    tap: Tap, seen: dict[LayerInfo, torch.Tensor], reduce: Reduce, gain: torch.Tensor | None
) -> Callable[..., None]:
    def hook(_: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
        _keep(tap, seen, reduce, state=first_output(output), kind=type(output).__name__, gain=gain)

    return hook


def _keep(
    tap: Tap,
    seen: dict[LayerInfo, torch.Tensor],
    reduce: Reduce,
    *,
    state: Any,
    kind: str = "no tensor",
    gain: torch.Tensor | None = None,
) -> None:
    """Scale, reduce and keep one state."""
    if not isinstance(state, torch.Tensor):
        raise InputTypeError(
            f"layers of extract: the {tap.end} of module {tap.module!r} must be a tensor, or a tuple or dict that "
            f"starts with one. Got {kind}."
        )
    if tap.layer in seen:
        raise InputError(
            f"layers of extract: module {tap.module!r} ran more than once in one forward pass (its weights are shared "
            "between depths), so its name does not say which state is meant."
        )
    state = state if tap.scale == 1 else state * tap.scale
    seen[tap.layer] = reduce(state if gain is None else state * gain, tap.module)
