"""Which representations are compared with which: the profiles of measures that take two."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..results import Place, Profile

SAME_DEPTH = 1e-9


@dataclass(frozen=True, slots=True)
class Pair:
    """One comparison, by the places' positions in the list of representations."""

    profile: Profile
    """What it is part of."""
    first: int
    """Position of the representation that the record is about."""
    second: int
    """Position of the one it is compared with."""


def pairs(places: Sequence[Place], profiles: Sequence[str]) -> list[Pair]:
    """Return the comparisons of the asked profiles, in order; layers are compared within a site."""
    stacks: dict[tuple[str, float | None, str], list[int]] = {}
    for position, place in enumerate(places):
        stacks.setdefault((place.model, place.step, place.layer.site), []).append(position)
    found: list[Pair] = []
    for stack in stacks.values():
        found += _within(stack)
    found += _between_models(places, stacks)
    found += _between_steps(places)
    return [pair for name in profiles for pair in found if pair.profile == name]


def _within(stack: Sequence[int]) -> Iterator[Pair]:
    if len(stack) < 2:
        return
    for position, following in itertools.pairwise(stack):
        yield Pair("next", position, following)
    for position in stack[1:]:
        yield Pair("first", position, stack[0])
    for position in stack[:-1]:
        yield Pair("last", position, stack[-1])
    for position, other in itertools.product(stack, stack):
        yield Pair("pairs", position, other)


def _between_models(places: Sequence[Place], stacks: dict[tuple[str, float | None, str], list[int]]) -> Iterator[Pair]:
    models = list(dict.fromkeys(place.model for place in places))
    steps = list(dict.fromkeys(place.step for place in places))
    for (one, two), step in itertools.product(itertools.combinations(models, 2), steps):
        sites = [[site for model, at, site in stacks if model == name and at == step] for name in (one, two)]
        shared = [(site, site) for site in sites[0] if site in sites[1]]
        # Models that name their sites differently are still compared: each site of one with each of the other.
        for left, right in shared or [(left, right) for left in sites[0] for right in sites[1]]:
            for first, second in itertools.product(stacks[one, step, left], stacks[two, step, right]):
                yield Pair("models", first, second)
                if abs(places[first].layer.depth - places[second].layer.depth) < SAME_DEPTH:
                    yield Pair("equal", first, second)


def _between_steps(places: Sequence[Place]) -> Iterator[Pair]:
    checkpoints: dict[tuple[str, str], list[int]] = {}
    for position, place in enumerate(places):
        if place.step is not None:
            checkpoints.setdefault((place.model, place.layer.key), []).append(position)
    for stack in checkpoints.values():
        for position, following in itertools.pairwise(stack):
            yield Pair("steps", position, following)
