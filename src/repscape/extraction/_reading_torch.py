"""How a model's states lie in a batch, and which inputs may share one: found out by running a few inputs.

Two inputs run alone and together; what is read of each must be the same. Where padding changes it, only inputs of one length
share a batch; where even that changes it, each runs alone; where an input run twice gives two states, the model is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch

from .._types import LayerInfo
from ..errors import InputError
from ._anatomy import Tap
from ._hooks import read_taps
from ._pool import Batch, pool_state
from ._torch_model import Encoded, Model
from ._trace_torch import Call, trace

Sharing = Literal["any", "equal", "none"]
AGREE = {torch.float64: 1e-8, torch.float32: 1e-3}  # relative; a mask that is not obeyed shows in the first digits
AGREE_HALF = 0.1  # relative: where half precision rounds coarsely


@dataclass(frozen=True, slots=True)
class Reading:
    """What running a few inputs showed."""

    sharing: Sharing = "any"
    """Which inputs may share a batch: any, those of equal length, or none."""
    turned: frozenset[str] = frozenset()
    """Modules whose states are (positions, rows, d)."""
    longer: frozenset[str] = frozenset()
    """Modules whose states have more positions than there are tokens: the model pads to a window, at the end."""
    special: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Positions that do not depend on the input, by how many positions a state has."""
    by_row: bool = False
    """Whether every tensor that the model is called with has a row for each input."""

    def straight(self, state: torch.Tensor, module: str, positions: int | None) -> torch.Tensor:
        """Return a state with its rows first and its positions, as many as there are tokens, second."""
        if module in self.turned:
            state = state.transpose(0, 1)
        return state[:, :positions] if module in self.longer and positions is not None else state


@torch.inference_mode()
def forward(
    model: Model, taps: Sequence[Tap], batch: Batch, *, pool: str, reading: Reading
) -> dict[LayerInfo, torch.Tensor]:
    """Run one batch and return the pooled state of every tap, still on the device."""
    device = model.device
    here = replace(
        batch,
        inputs=moved(batch.inputs, device, model.dtype),
        real=None if batch.real is None else batch.real.to(device),
    )
    positions = None if here.real is None else here.real.shape[1]

    def reduce(state: torch.Tensor, name: str) -> torch.Tensor:
        return pool_state(reading.straight(state, name, positions), pool, batch=here, name=name)

    return read_taps(model.module, taps, call=lambda: call_model(model, here.inputs), reduce=reduce)


def call_model(model: Model, inputs: Any) -> Any:
    """Call the model with the inputs of a batch."""
    return model.run(**inputs) if isinstance(inputs, Mapping) else model.run(*inputs)


def moved(inputs: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """Move tensors to the model, floating-point ones in its type."""
    if isinstance(inputs, Mapping):
        return {name: moved(value, device, dtype) for name, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(moved(value, device, dtype) for value in inputs)
    if isinstance(inputs, torch.Tensor):
        return inputs.to(device, dtype if inputs.is_floating_point() else inputs.dtype)
    return inputs


def find_reading(model: Model, taps: Sequence[Tap], probe: Encoded, *, pool: str) -> Reading:
    """Run a few inputs alone and together, and return how the model is to be read.

    Parameters
    ----------
    model : Model
        Opened, and not training.
    taps : sequence of Tap
        What will be read.
    probe : Encoded
        At least one input; more of different and of equal lengths show more.
    pool : str
        How positions become a row.

    Raises
    ------
    InputError
        The same input gives other states when it runs again, or states have no row for each input.
    """
    one, other, equal = _chosen(probe.lengths)
    alone = probe.batch(np.array([one]))
    turned, longer = _layout(model, taps, alone)
    found = Reading(turned=turned, longer=longer, special=_special(model, alone))
    tries = [(name, row) for name, row in (("any", other), ("equal", equal)) if row is not None]
    if not tries:
        return found
    found = replace(found, by_row=_by_row(alone, 1) and _by_row(probe.batch(np.array([one, tries[0][1]])), 2))
    trial = _Trial(model, taps, probe, "mean" if pool == "flatten" else pool, found)
    first = trial.pooled([one])
    for sharing, row in tries:
        if pool == "flatten" and sharing == "any":
            continue
        if trial.agree(trial.pooled([one, row]), [first, trial.pooled([row])]):
            return replace(found, sharing="any" if other is None else sharing)  # type: ignore[arg-type]
    if not trial.agree(trial.pooled([one]), [first]):
        raise InputError(
            f"model of extract: {model.name!r} gives other states when the same input runs again (a random mask, random "
            "hashing, or dropout that stays on), so its states are no property of the input. Switch that off, or take "
            "another model."
        )
    return replace(found, sharing="none")


@dataclass(frozen=True, slots=True)
class _Trial:
    """Runs inputs of a probe."""

    model: Model
    taps: Sequence[Tap]
    probe: Encoded
    pool: str
    reading: Reading

    def pooled(self, rows: list[int]) -> list[list[torch.Tensor]]:
        """Return the pooled rows of each input at each tap."""
        batch = replace(self.probe.batch(np.array(rows)), special=self.reading.special)
        states = forward(self.model, self.taps, batch, pool=self.pool, reading=self.reading).values()
        return [list(torch.split(state, batch.counts(self.pool, len(state)))) for state in states]

    def agree(self, together: list[list[torch.Tensor]], alone: list[list[list[torch.Tensor]]]) -> bool:
        """Say whether inputs that ran together have the states that they have alone."""
        limit = AGREE.get(self.model.dtype, AGREE_HALF)
        for tap, states in enumerate(together):
            for row, state in enumerate(states):
                wanted = alone[row][tap][0]
                if state.shape != wanted.shape or float((state - wanted).norm()) > limit * float(wanted.norm()):
                    return False
        return True


def _chosen(lengths: Any) -> tuple[int, int | None, int | None]:
    """Return an input of middling length, a shorter one, and another of the same length; None where there is none."""
    shortest = int(np.argmin(lengths))
    longer = np.flatnonzero(lengths > lengths[shortest])
    one = int(longer[np.argsort(lengths[longer], kind="stable")[len(longer) // 2]]) if len(longer) else shortest
    same = [int(row) for row in np.flatnonzero(lengths == lengths[one]) if row != one]
    return one, shortest if shortest != one else None, same[0] if same else None


def _by_row(batch: Batch, rows: int) -> bool:
    values = batch.inputs.values() if isinstance(batch.inputs, Mapping) else batch.inputs
    return all(isinstance(value, torch.Tensor) and value.ndim > 0 and value.shape[0] == rows for value in values)


@torch.inference_mode()
def _layout(model: Model, taps: Sequence[Tap], alone: Batch) -> tuple[frozenset[str], frozenset[str]]:
    """Tell from one input which states have their positions first, and which are padded to a window."""
    inputs = moved(alone.inputs, model.device, model.dtype)
    states = read_taps(
        model.module, taps, call=lambda: call_model(model, inputs), reduce=lambda state, _: state.detach().clone()
    )
    shapes = {tap.module: states[tap.layer].shape for tap in taps}
    turned = frozenset(name for name, shape in shapes.items() if len(shape) == 3 and shape[0] > 1 == shape[1])
    if alone.real is None:
        return turned, frozenset()
    tokens = alone.real.shape[1]
    longer = frozenset(
        name
        for name, shape in shapes.items()
        if len(shape) == 3 and shape[0 if name in turned else 1] > tokens and _pads_at_the_end(model, alone, name)
    )
    return turned, longer


def _pads_at_the_end(model: Model, alone: Batch, name: str) -> bool:
    """Say whether the first positions of a longer state, and no others, are the tokens of the input."""
    ids = next((v for v in alone.inputs.values() if _is_ids(v)), None) if isinstance(alone.inputs, Mapping) else None
    if ids is None or alone.real is None:
        return False
    swapped = torch.where(alone.real, ids.roll(1, dims=1), ids)
    changed = {key: swapped if value is ids else value for key, value in alone.inputs.items()}  # type: ignore[union-attr]
    real = alone.real[0]
    for positions, differs in _first_states(model, [alone.inputs, changed]):
        if positions > len(real) and differs.any():
            return bool((differs[: len(real)] >= real).all()) and not bool(differs[len(real) :].any())
    return False


def _is_ids(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.ndim == 2 and not value.is_floating_point()


def _special(model: Model, alone: Batch) -> dict[int, tuple[int, ...]]:
    """Find positions that do not depend on what goes in, such as class and register tokens: noise goes in twice."""
    if alone.real is not None:
        return {}
    generator = torch.Generator().manual_seed(0)
    noisy = [_noise(alone.inputs, generator) for _ in range(2)]
    if noisy[0] is None:
        return {}
    special: dict[int, tuple[int, ...]] = {}
    for positions, differs in _first_states(model, noisy):
        if positions not in special and differs.any():
            special[positions] = tuple(torch.nonzero(~differs).flatten().tolist())
    return {positions: where for positions, where in special.items() if where}


def _noise(inputs: Any, generator: torch.Generator) -> Any:
    """Return the inputs with noise in place of every map or sequence of numbers; None where there is none."""
    if isinstance(inputs, Mapping):
        made = {name: _noise(value, generator) for name, value in inputs.items()}
        if all(value is None for value in made.values()):
            return None
        return {name: inputs[name] if value is None else value for name, value in made.items()}
    if isinstance(inputs, tuple):
        values = [_noise(value, generator) for value in inputs]
        if all(value is None for value in values):
            return None
        return tuple(old if new is None else new for old, new in zip(inputs, values, strict=True))
    if isinstance(inputs, torch.Tensor) and inputs.is_floating_point() and inputs.ndim >= 3:
        return torch.randn(inputs.shape, generator=generator).to(inputs.dtype)
    return None


def _first_states(model: Model, inputs: Sequence[Any]) -> Iterator[tuple[int, torch.Tensor]]:
    """Yield for each state (1, positions, d), in the order in which they come up, which positions differ between two runs."""
    runs = [trace(model.module, _calling(model, moved(one, model.device, model.dtype))).calls for one in inputs]
    others = {name: iter([call for call in runs[1] if call.path == name]) for name in {call.path for call in runs[1]}}
    for one in runs[0]:
        two = next(others.get(one.path, iter(())), None)  # experts of a mixture may run for one input only
        for name in ("given", "found"):
            pair = None if two is None else (_by_position(one, name), _by_position(two, name))
            if pair and pair[0] is not None and pair[1] is not None and pair[0].shape == pair[1].shape:
                yield len(pair[0]), (pair[0] != pair[1]).any(dim=1).cpu()


def _calling(model: Model, inputs: Any) -> Callable[[], Any]:
    return lambda: call_model(model, inputs)


def _by_position(call: Call, name: str) -> torch.Tensor | None:
    """Return a state of one input as (positions, d), or None where it is something else."""
    state: torch.Tensor | None = getattr(call, name)
    if state is None or state.ndim != 3 or 1 not in state.shape[:2]:
        return None
    return state.reshape(-1, state.shape[2])
