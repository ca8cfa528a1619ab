"""Where a model's blocks are, found out by what they do: like modules in a row, each reading the state the last one wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from ._block_torch import NORM_CLASS, Inside, Step, is_norm
from ._trace_torch import Call, Trace, first_output


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a stack."""

    path: str
    """Module path."""
    kind: str
    """Its class."""
    steps: tuple[Step, ...]
    """How it gets from the state it reads to the one it writes; empty where that cannot be told."""
    call: tuple[int, int] | None = None
    """Which of its module's calls it is, and of how many, where one module stands at many depths."""
    adds: bool = True
    """Whether it is seen to add something to the state it reads."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The blocks of a model, and what stands behind them."""

    blocks: tuple[Block, ...]
    """First to last."""
    breaks: tuple[str, ...]
    """Blocks that do not read what the block before wrote."""
    final_norm: str | None
    """The normalisation that reads what the last block wrote and gives the model's last state."""


def stack_of(found: Trace, paths: Sequence[str]) -> list[Call] | None:
    """Return the calls of the modules at `paths`, or None unless each ran exactly once and all keep one size of state."""
    by_path = defaultdict(list)
    for call in found.calls:
        by_path[call.path].append(call)
    if not paths or any(len(by_path[path]) != 1 for path in paths):
        return None
    calls = [by_path[path][0] for path in paths]
    if any(call.given is None or call.found is None for call in calls):
        return None
    sizes = {state.numel() for call in calls for state in (call.given, call.found) if state is not None}
    return calls if len(sizes) == 1 else None


def find_stacks(found: Trace, ahead: str = "") -> list[list[Call]]:
    """Return lists of like modules that might be the blocks of one stream, the likeliest first; paths begin with `ahead`.

    Where each reads what the one before wrote the list is whole; then the longest, then the outermost comes first. A model
    with like modules elsewhere too works in stages of their own sizes: their lists are joined.
    """
    groups: dict[str, dict[int, str]] = defaultdict(dict)
    kinds: dict[str, set[str]] = defaultdict(set)
    among = [call for call in found.calls if call.path.startswith(ahead)]
    for call in among:
        parent, _, place = call.path.rpartition(".")
        if place.isdigit():
            groups[parent][int(place)] = call.path
            kinds[call.kind].add(call.path)
    stacks = [stack_of(found, [places[i] for i in sorted(places)]) for places in groups.values()]
    alone = [calls for calls in stacks if calls and len(calls) > 1 and {c.path for c in calls} >= kinds[calls[0].kind]]
    alone += [] if alone else _staged(stacks, kinds)
    alone += _shared_stacks(among)
    return sorted(alone, key=lambda calls: (bool(breaks(calls)), -len(calls), calls[0].path.count(".")))


def _staged(stacks: Sequence[list[Call] | None], kinds: dict[str, set[str]]) -> list[list[Call]]:
    """Join the lists of a model that works in stages of their own sizes, where like modules stand in these lists alone."""
    found: dict[str, list[Call]] = defaultdict(list)
    for calls in stacks:
        if calls and not breaks(calls) and len({call.kind for call in calls}) == 1:
            found[calls[0].kind] += calls
    whole = [calls for kind, calls in found.items() if {call.path for call in calls} == kinds[kind]]
    sizes = [[call.found.numel() for call in calls if call.found is not None] for calls in whole]
    return [
        sorted(calls, key=lambda call: call.entered) for calls, of in zip(whole, sizes, strict=True) if len(set(of)) > 1
    ]


def _shared_stacks(among: Sequence[Call]) -> list[list[Call]]:
    """Return runs of calls in which a module comes again and again: each reads what the one before wrote."""
    kinds: dict[str, list[Call]] = defaultdict(list)
    for call in among:
        if call.given is not None and call.found is not None and call.given.numel() == call.found.numel():
            kinds[call.kind].append(call)
    runs = []
    for kind, calls in kinds.items():
        apart = [call for call in calls if not any(one.entered < call.entered < one.left for one in calls)]
        again = len({call.path for call in apart}) < len(apart)
        if again and len(apart) > 1 and not breaks(apart) and not NORM_CLASS.search(kind) and _ever_new(apart):
            runs.append(apart)
    return runs


def _ever_new(calls: Sequence[Call]) -> bool:
    """Say whether each call changes the state: what hands on what it was given (dropout) is no block."""
    return not any(same(call.given, call.found) for call in calls)


def breaks(calls: Sequence[Call]) -> tuple[str, ...]:
    """Return the blocks that do not read what the one before wrote; a stage of another size may."""
    return tuple(
        two.path for one, two in pairwise(calls) if _sized(one) == _sized(two) and not same(one.found, two.given)
    )


def _sized(call: Call) -> int:
    return 0 if call.found is None else call.found.numel()


def read_structure(module: torch.nn.Module, found: Trace, stack: Sequence[Call]) -> Structure:
    """Find out how each block of a stack adds to the stream, and what normalises the stream behind the last."""
    blocks = []
    for call in stack:
        inside = Inside(call, found, module.get_submodule(call.path))
        steps = inside.steps()
        adds = bool(steps) or inside.adds()
        blocks.append(Block(call.path, call.kind, steps, found.which(call), adds))
    return Structure(tuple(blocks), breaks(stack), final_norm(found, stack[-1]))


def final_norm(found: Trace, last: Call) -> str | None:
    """Return the path of the normalisation between the last block and the model's last state."""
    wanted = _outputs(found.output)
    for call in found.calls:
        if call.entered > last.left and is_norm(call) and same(call.given, last.found):
            return call.path if not wanted or any(same(call.found, state) for state in wanted) else None
    return None


def _outputs(output: object) -> list[torch.Tensor]:
    """Return the last states that a model names: of an encoder and a decoder, where it has both."""
    if not isinstance(output, dict):
        return []
    named = (first_output(output), output.get("encoder_last_hidden_state"))
    return [state for state in named if isinstance(state, torch.Tensor)]


def same(one: torch.Tensor | None, two: torch.Tensor | None) -> bool:
    """Say whether two states hold the same values, whatever their shapes."""
    return one is not None and two is not None and torch.equal(one.flatten(), two.flatten())
