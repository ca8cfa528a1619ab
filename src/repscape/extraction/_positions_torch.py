"""Which axis of a state is which, and which of its positions stand for the input: found out by changing what goes in.

Special positions (class, register and distillation tokens, prompts, what a model pads with) do not depend on the input when
they first come up; those of the input do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ._anatomy import Tap
from ._hooks import read_taps
from ._pool import Batch
from ._torch_model import Model, call_model, moved
from ._trace_torch import Call, trace


@dataclass(frozen=True, slots=True)
class Frame:
    """How the states of modules lie, where it is not (rows, positions, d) or (rows, channels, height, width)."""

    turned: frozenset[str] = frozenset()
    """Modules whose states are (positions, rows, d)."""
    flat: frozenset[str] = frozenset()
    """Modules whose states are (rows times positions, d)."""
    channels_last: frozenset[str] = frozenset()
    """Modules whose states are (rows, height, width, channels)."""
    offsets: Mapping[str, int] = field(default_factory=dict)
    """Modules whose states have more positions than there are tokens, and where the first token stands: the model puts
    prompts in front, or pads to a window."""

    def straight(self, state: torch.Tensor, module: str, batch: Batch) -> torch.Tensor:
        """Return a state with its rows first and its positions, as many as there are tokens, or its channels second."""
        if module in self.flat:
            return state.reshape(batch.rows, -1, state.shape[-1])
        if module in self.turned:
            state = state.transpose(0, 1)
        if module in self.channels_last:
            return state.permute(0, 3, 1, 2)
        if module in self.offsets and batch.real is not None:
            start = self.offsets[module]
            return state[:, start : start + batch.real.shape[1]]
        return state


def find_frame(model: Model, taps: Sequence[Tap], alone: Sequence[Batch]) -> Frame:
    """Tell how states lie from one input, and from another of another length where there is one."""
    states = _states(model, taps, alone[0])
    shapes = {name: tuple(state.shape) for name, state in states.items()}
    turned = frozenset(name for name, shape in shapes.items() if len(shape) == 3 and shape[0] > 1 == shape[1])
    flat = frozenset(name for name, shape in shapes.items() if len(shape) == 2 and shape[0] > 1)
    maps = [name for name, shape in shapes.items() if len(shape) == 4 and alone[0].real is None]
    last = frozenset(name for name in maps if _channels_last(model, name, shapes[name]))
    if alone[0].real is None:
        return Frame(turned, flat, last)
    tokens = alone[0].real.shape[1]
    longer = [name for name, shape in shapes.items() if len(shape) == 3 and shape[0 if name in turned else 1] > tokens]
    return Frame(turned, flat, last, _offsets(model, taps, alone, longer) if longer else {})


def _offsets(model: Model, taps: Sequence[Tap], alone: Sequence[Batch], longer: Sequence[str]) -> dict[str, int]:
    """Return where the first token stands in states with more positions than tokens, where that is the same for all inputs."""
    found: dict[str, set[int | None]] = {name: set() for name in longer}
    for batch in alone:
        starts = _first_tokens(model, batch)
        for name, state in _states(model, taps, batch).items():
            if name in found and state.ndim == 3:
                found[name].add(starts.get((_of_decoder(name), state.shape[0] * state.shape[1])))
    return {
        name: start for name, where in found.items() if len(where) == 1 and (start := next(iter(where))) is not None
    }


def find_special(model: Model, alone: Batch) -> dict[int, tuple[int, ...]]:
    """Find positions that do not depend on what goes in, by how many positions a state has: noise goes in twice."""
    if alone.real is not None:
        return {}
    generator = torch.Generator().manual_seed(0)
    noisy = [_noise(alone.inputs, generator) for _ in range(2)]
    if noisy[0] is None:
        return {}
    special: dict[int, tuple[int, ...]] = {}
    for _, differs in _first_states(model, noisy):
        if len(differs) not in special and differs.any():
            special[len(differs)] = tuple(torch.nonzero(~differs).flatten().tolist())
    return {positions: where for positions, where in special.items() if where}


@torch.inference_mode()
def _states(model: Model, taps: Sequence[Tap], batch: Batch) -> dict[str, torch.Tensor]:
    inputs = moved(batch.inputs, model.device, model.dtype)
    found = read_taps(
        model.module, taps, call=lambda: call_model(model, inputs), reduce=lambda state, _: state.detach().clone()
    )
    return {tap.module: found[tap.layer] for tap in taps}


def _channels_last(model: Model, name: str, shape: tuple[int, ...]) -> bool:
    """Say whether a map has its channels last: what a module normalises or shifts has one parameter for each."""
    sizes = {p.numel() for p in model.module.get_submodule(name).parameters() if p.ndim == 1}
    return shape[3] in sizes and shape[1] not in sizes


def _of_decoder(path: str) -> bool:
    """Say whether a module belongs to a decoder, whose first token stands in front of those of the text."""
    return "decoder" in path.split(".")


def _first_tokens(model: Model, alone: Batch) -> dict[tuple[bool, int], int]:
    """Return where the first token stands in states that have more positions than tokens: of a decoder or not, and how many.

    Left out are those in which the positions that depend on the tokens do not lie as the tokens do.
    """
    if not isinstance(alone.inputs, Mapping) or alone.real is None:
        return {}
    ids = next((value for value in alone.inputs.values() if _is_ids(value)), None)
    if ids is None:
        return {}
    swapped = torch.where(alone.real, ids.roll(1, dims=1), ids)
    inputs = {name: swapped if value is ids else value for name, value in alone.inputs.items()}
    changed = torch.nonzero((swapped != ids)[0]).flatten()
    starts: dict[tuple[bool, int], int | None] = {}
    for path, differs in _first_states(model, [alone.inputs, inputs]):
        key = _of_decoder(path), len(differs)
        if len(differs) > ids.shape[1] and key not in starts and differs.any():
            where = torch.nonzero(differs).flatten()
            start = int(where[0] - changed[0])
            starts[key] = start if torch.equal(where - start, changed) else None
    return {key: start for key, start in starts.items() if start is not None}


def _is_ids(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.ndim == 2 and not value.is_floating_point()


def _noise(inputs: Any, generator: torch.Generator) -> Any:
    """Return the inputs with noise in place of every map or sequence of numbers; None where there is none."""
    values = dict(inputs) if isinstance(inputs, Mapping) else dict(enumerate(inputs))
    maps = [name for name, value in values.items() if _is_map(value)]
    for name in maps:
        values[name] = torch.randn(values[name].shape, generator=generator).to(values[name].dtype)
    if not maps:
        return None
    return values if isinstance(inputs, Mapping) else tuple(values.values())


def _is_map(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point() and value.ndim >= 3


def _first_states(model: Model, inputs: Sequence[Any]) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield for each state (1, positions, d), as they come up, its module and which positions differ between two runs."""
    runs = [trace(model.module, _calling(model, moved(one, model.device, model.dtype))).calls for one in inputs]
    others = {path: iter([call for call in runs[1] if call.path == path]) for path in {call.path for call in runs[1]}}
    pairs = [(one, next(others.get(one.path, iter(())), None)) for one in runs[0]]  # experts may run for one input only
    events = [(one.entered, "given", one, two) for one, two in pairs if two is not None]
    events += [(one.left, "found", one, two) for one, two in pairs if two is not None]
    for _, name, one, two in sorted(events, key=lambda event: event[0]):
        pair = _by_position(one, name), _by_position(two, name)
        if pair[0] is not None and pair[1] is not None and pair[0].shape == pair[1].shape:
            yield one.path, (pair[0] != pair[1]).any(dim=1).cpu()


def _calling(model: Model, inputs: Any) -> Callable[[], Any]:
    return lambda: call_model(model, inputs)


def _by_position(call: Call, name: str) -> torch.Tensor | None:
    """Return a state of one input as (positions, d), or None where it is something else."""
    state: torch.Tensor | None = getattr(call, name)
    if state is None or state.ndim != 3 or 1 not in state.shape[:2]:
        return None
    return state.reshape(-1, state.shape[2])
