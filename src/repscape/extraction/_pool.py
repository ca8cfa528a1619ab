"""One vector per example (or per token) out of a hidden state, computed on the device before anything moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from ..errors import InputError
from ._copies import digest
from ._window import Window

POOLS = ("mean", "max", "first", "last", "cls", "token", "flatten")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a module is called with, and which positions of its states stand for the input itself."""

    inputs: Mapping[str, Any] | tuple[Any, ...]
    """Keyword or positional arguments of the module."""
    rows: int
    """Inputs in the batch."""
    real: torch.Tensor | None = None
    """(rows, positions) bool: neither padding nor special tokens; None: every position from `lead` on."""
    lead: int = 0
    """Special tokens in front of each input, such as [CLS]."""
    attended: torch.Tensor | None = None
    """(rows, positions) bool: not padding; None where no position is."""
    special: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Where `real` is None: which positions are special (class token, registers, ...) in a state of so many positions."""
    of_text: torch.Tensor | None = None
    """(rows, positions) bool: tokens of the text itself, where a prompt stands around it."""
    whole: torch.Tensor | None = None
    """What `real` was before a window narrowed it; None where none did."""
    window: Window | None = None
    """The window, where `real` is None: each state's own positions are counted."""

    def with_special(self) -> Batch:
        """Return the batch with special tokens counted as real."""
        return replace(self, real=self.attended, special={}, lead=0)

    def within(self, window: Window) -> Batch:
        """Return the batch with only those positions real that lie in a window; padding on either side does not count.

        Raises
        ------
        InputError
            The window is told of a prompt's text, and there is no prompt, or which tokens are the text's is not known.
        """
        if window.place and self.of_text is None:
            raise InputError(
                f"positions of extract: {window.place!r} is counted from the text inside a template or chat, whose tokens a "
                "fast tokenizer tells. Here there is none: give template= or chat=True, or a stretch such as '0:128'."
            )
        if self.real is None and min(window.start or 0, window.stop or 0) < 0:
            raise InputError(
                "positions of extract count from the end where inputs are of tokens. Got inputs without any."
            )
        if self.real is None:
            return replace(self, window=window)
        inside = self.real
        if window.place and self.of_text is not None:
            behind = self.of_text.int().cumsum(dim=1)
            begun, ended = behind > 0, (behind == behind[:, -1:]) & ~self.of_text
            place = {"before": ~begun, "text": self.of_text, "after": begun & ended}[window.place]
            inside = inside & place
        counts = inside.sum(dim=1)
        bounds = torch.tensor([window.bounds(int(count)) for count in counts], device=inside.device)
        order = inside.int().cumsum(dim=1) - 1
        kept = inside & (order >= bounds[:, :1]) & (order < bounds[:, 1:])
        return replace(self, real=kept, whole=self.real)

    def short(self) -> list[int]:
        """Return which inputs have no real position."""
        return [] if self.real is None else torch.nonzero(~self.real.any(dim=1)).flatten().tolist()

    def positions(self, pooled_rows: int) -> list[int]:
        """Return for each row of the pool "token" which of its input's real positions it is."""
        if self.real is not None:
            order = (self.real if self.whole is None else self.whole).int().cumsum(dim=1) - 1
            places: list[int] = order[self.real].tolist()
            return places
        each = pooled_rows // self.rows
        first = 0 if self.window is None else max(0, self.window.start or 0)
        return [*range(first, first + each)] * self.rows

    def take(self, rows: Sequence[int]) -> Batch:
        """Return some of the inputs, without the columns that are padding for all of them."""
        places = torch.as_tensor(rows)
        columns = None if self.attended is None else torch.nonzero(self.attended[places].any(dim=0)).flatten()

        def picked(value: torch.Tensor) -> torch.Tensor:
            some = value[places.to(value.device)]
            whole = self.attended is None or value.ndim < 2 or value.shape[1] != self.attended.shape[1]
            return some if whole or columns is None else some[:, columns.to(value.device)]

        if isinstance(self.inputs, Mapping):
            inputs: Mapping[str, Any] | tuple[Any, ...] = {name: picked(value) for name, value in self.inputs.items()}
        else:
            inputs = tuple(picked(value) for value in self.inputs)
        masks = {name: getattr(self, name) for name in ("real", "attended", "of_text", "whole")}
        kept: dict[str, Any] = {name: picked(mask) for name, mask in masks.items() if mask is not None}
        return replace(self, inputs=inputs, rows=len(rows), **kept)

    def digests(self) -> list[bytes]:
        """Return what tells the inputs apart; every tensor must have a row for each. Padding does not count."""
        named = list(self.inputs.items()) if isinstance(self.inputs, Mapping) else list(enumerate(self.inputs))
        values = [(str(name), value.detach().cpu()) for name, value in named]
        return [digest(*self._parts(values, row)) for row in range(self.rows)]

    def _parts(self, values: list[tuple[str, torch.Tensor]], row: int) -> Iterator[bytes | str]:
        mask = None if self.attended is None else self.attended[row]
        for name, value in values:
            own = value[row]
            own = own[mask] if mask is not None and own.ndim and own.shape[0] == len(mask) else own
            yield f"{name} {own.dtype} {tuple(own.shape)}"
            yield own.contiguous().flatten().view(torch.uint8).numpy().tobytes()

    def kept(self, positions: int) -> list[int]:
        """Return the positions of a state that stand for the input, where no mask says so."""
        special = set(self.special.get(positions, range(self.lead)))
        own = [position for position in range(positions) if position not in special]
        return own if self.window is None else own[slice(*self.window.bounds(len(own)))]

    def leads(self, positions: int) -> bool:
        """Say whether a special token stands in front."""
        return self.lead > 0 or 0 in self.special.get(positions, ())

    def counts(self, pool: str, pooled_rows: int) -> list[int]:
        """Return how many pooled rows each input gave."""
        if pool == "token" and self.real is not None:
            counts: list[int] = self.real.sum(dim=1).tolist()
            return counts
        return [pooled_rows // self.rows] * self.rows


def pool_state(state: torch.Tensor, pool: str, *, batch: Batch, name: str) -> torch.Tensor:
    """Pool the states of one batch at one place.

    Parameters
    ----------
    state : torch.Tensor
        (rows, positions, d) tokens or patches, (rows, channels, height, width) maps, or (rows, d).
    pool : {"mean", "max", "first", "last", "cls", "token", "flatten"}
        "mean" and "max" run over the real positions, "first" and "last" take one of them, "cls" takes the special token in
        front, "token" keeps each real position as a row of its own, "flatten" joins them.
    batch : Batch
        Says which positions are real.
    name : str
        The module's name, for messages.

    Returns
    -------
    torch.Tensor
        float32 on the same device, in memory of its own: (rows, d), or (all real positions, d) for "token".
    """
    if state.shape[0] != batch.rows:
        raise InputError(
            f"layers of extract: the state of {name!r} must start with the batch, ({batch.rows}, ...). "
            f"Got shape {tuple(state.shape)}."
        )
    if batch.real is not None and state.ndim > 3:
        raise InputError(
            f"layers of extract: the state of {name!r} must be (rows, positions, d) for inputs of tokens. "
            f"Got shape {tuple(state.shape)}."
        )
    if state.ndim != 3 and (batch.whole is not None or batch.window is not None):
        raise InputError(
            f"positions of extract: the state of {name!r} must have positions in a row, (rows, positions, d). "
            f"Got shape {tuple(state.shape)}."
        )
    if state.ndim == 2 and pool not in ("token", "cls"):
        return state.to(torch.float32, copy=True)
    if state.ndim == 4 and pool == "flatten":
        return state.flatten(1).to(torch.float32, copy=True)
    if state.ndim == 4 and pool in ("mean", "max", "token"):
        return _ROWS[pool](state.flatten(2).transpose(1, 2), None)
    if state.ndim != 3:
        kind = {2: "one vector for each example", 4: "a map of channels"}.get(state.ndim, "neither tokens nor a map")
        raise InputError(
            f"pool of extract: {pool!r} has no meaning for {name!r}, which is {kind} (shape {tuple(state.shape)}). "
            f"{'Use mean, max, token or flatten.' if state.ndim == 4 else 'Use mean.' if state.ndim == 2 else ''}"
        )
    if pool == "cls":
        if not batch.leads(state.shape[1]):
            raise InputError(
                "pool of extract: 'cls' needs a special token in front, and this model has none. Use first."
            )
        return state[:, 0].to(torch.float32, copy=True)
    if batch.real is None:
        kept = batch.kept(state.shape[1])
        if not kept:
            raise InputError(f"positions of extract: the state of {name!r} ends before them: it has {state.shape[1]}.")
        return _ROWS[pool](state if len(kept) == state.shape[1] else state[:, kept], None)
    if state.shape[1] != batch.real.shape[1]:
        raise InputError(
            f"layers of extract: the state of {name!r} must have a position for each token, "
            f"{tuple(batch.real.shape)}. Got shape {tuple(state.shape)}."
        )
    return _ROWS[pool](state, batch.real)


def _mean(state: torch.Tensor, real: torch.Tensor | None) -> torch.Tensor:
    if real is None:
        return state.mean(dim=1, dtype=torch.float32)
    weights = real.to(torch.float32) / real.sum(dim=1, keepdim=True)
    return torch.bmm(weights[:, None], state.to(torch.float32))[:, 0]  # (b, 1, t) by (b, t, d): no masked copy is made


def _max(state: torch.Tensor, real: torch.Tensor | None) -> torch.Tensor:
    if real is not None:
        state = state.masked_fill(~real[..., None], -torch.inf)
    return state.amax(dim=1).to(torch.float32)


def _first(state: torch.Tensor, real: torch.Tensor | None) -> torch.Tensor:
    at = 0 if real is None else real.int().argmax(dim=1)
    return state[torch.arange(len(state), device=state.device), at].to(torch.float32)


def _last(state: torch.Tensor, real: torch.Tensor | None) -> torch.Tensor:
    at = -1 if real is None else real.shape[1] - 1 - real.flip(1).int().argmax(dim=1)
    return state[torch.arange(len(state), device=state.device), at].to(torch.float32)


def _token(state: torch.Tensor, real: torch.Tensor | None) -> torch.Tensor:
    return (state.flatten(0, 1) if real is None else state[real]).to(torch.float32, copy=True)


def _flatten(state: torch.Tensor, real: torch.Tensor | None) -> torch.Tensor:
    if real is None:
        return state.flatten(1).to(torch.float32, copy=True)
    counts = real.sum(dim=1)
    if not bool((counts == counts[0]).all()):
        raise InputError(
            "pool of extract: 'flatten' needs inputs of one length. Got "
            f"{int(counts.min())} to {int(counts.max())} tokens. Use mean, or token."
        )
    return state[real].view(len(state), -1).to(torch.float32)


_ROWS = {"mean": _mean, "max": _max, "first": _first, "last": _last, "token": _token, "flatten": _flatten}
