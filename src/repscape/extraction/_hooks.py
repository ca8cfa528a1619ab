"""Reads any number of places in a torch module during ONE forward pass.

A hook hands each tensor to `reduce` at once, on the device, so that what is kept is the pooled state and never all the
hidden states of a batch together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from .._types import LayerInfo
from ..errors import InputError, InputTypeError
from ._anatomy import Tap
from ._experts_torch import routed
from ._fingerprint_torch import present
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
    readers: dict[tuple[str, str], _Reader] = {}
    for tap in taps:
        readers.setdefault((tap.module, tap.end), _Reader(tap.module, tap.end, model, reduce)).taps.append(tap)
    handles = []
    try:
        handles += [reader.hooked() for reader in readers.values()]
        call()
    finally:
        for handle in handles:
            handle.remove()
    silent = [reader.module for reader in readers.values() if not reader.runs]
    if silent:
        raise InputError(
            f"layers of extract: module {silent[0]!r} did not run in the model's forward pass"
            f"{f' (nor did {len(silent) - 1} others)' if len(silent) > 1 else ''}. Ask for those that do."
        )
    for reader in readers.values():
        reader.check_runs()
    seen = {layer: state for reader in readers.values() for layer, state in reader.seen.items()}
    return {tap.layer: seen[tap.layer] for tap in taps}


@dataclass(slots=True)
class _Reader:
    """What is read at one end of one module."""

    module: str
    end: str
    model: torch.nn.Module
    reduce: Reduce
    taps: list[Tap] = field(default_factory=list)
    seen: dict[LayerInfo, torch.Tensor] = field(default_factory=dict)
    runs: int = 0

    def hooked(self) -> Any:
        """Register the hook and return its handle."""
        module = self.model.get_submodule(self.module)
        if self.end == "input":
            return module.register_forward_pre_hook(self._before, with_kwargs=True)
        return module.register_forward_hook(self._after)

    def _before(self, module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        for tap in self.taps:
            if tap.how:
                self.seen[tap.layer] = self.reduce(routed(module, args, kwargs, how=tap.how), self.module)
        self._keep(first_input(args, kwargs), "no tensor")

    def _after(self, _: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
        self._keep(first_output(output), type(output).__name__)

    def _keep(self, state: Any, kind: str) -> None:
        """Scale, reduce and keep one state."""
        if not isinstance(state, torch.Tensor):
            raise InputTypeError(
                f"layers of extract: the {self.end} of module {self.module!r} must be a tensor, or a tuple or dict that "
                f"starts with one. Got {kind}."
            )
        run, self.runs = self.runs, self.runs + 1
        whole: dict[tuple[float, str | None], torch.Tensor] = {}
        for tap in self.taps:
            if tap.call is None and run:
                raise InputError(
                    f"layers of extract: module {self.module!r} ran more than once in one forward pass (its weights are "
                    "shared between depths), so its name does not say which state is meant."
                )
            if tap.how or (tap.call is not None and tap.call[0] != run):
                continue
            if (tap.scale, tap.gain) not in whole:  # the heads of a layer are cut out of what is reduced once
                here = state if tap.scale == 1 else state * tap.scale
                if tap.gain:
                    gain = present(self.model, tap.gain, self.model.get_parameter(tap.gain)).detach()
                    here = here * gain.to(here.device, here.dtype)
                whole[tap.scale, tap.gain] = self.reduce(here, self.module)
            reduced = whole[tap.scale, tap.gain]
            self.seen[tap.layer] = reduced if tap.span is None else reduced[..., slice(*tap.span)]

    def check_runs(self) -> None:
        """Refuse a pass in which a module came more, or less, often than when the model was opened."""
        for tap in self.taps:
            if tap.call is not None and tap.call[1] != self.runs:
                raise InputError(
                    f"layers of extract: module {self.module!r} ran {self.runs} times in this pass and {tap.call[1]} times "
                    "when the model was opened, so that which state belongs to which depth is not known."
                )
