"""Control tasks [Hewitt and Liang 2019] and shuffled labels: what a probe learns by itself, whatever the representation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ... import _check, _random
from ...errors import InputError
from .._result import Estimate
from ..uncertainty import shuffle_null
from ._folds import Folds
from ._held_out import Held, mean_score
from ._targets import Target

LEAST_SEEN = 0.5
"""Share of the held-out rows whose identity must be among the training rows for selectivity to mean something."""


@dataclass(frozen=True, slots=True)
class Control:
    """A task of random labels, one for each identity."""

    target: Target
    seen: float
    """Share of held-out rows whose identity is among the training rows: only these can be answered."""

    @property
    def selective(self) -> bool:
        """Whether held-out answers say anything; otherwise only what is memorised does."""
        return self.seen >= LEAST_SEEN


def control_task(target: Target, folds: Folds, *, identity: Any, rng: Any, function: str) -> Control:
    """Draw a label for each identity from the distribution of the labels; without identities each row is its own."""
    if target.kind == "values":
        raise InputError(f"control of {function} needs classes: random values tied to identities have no accuracy.")
    own = np.arange(target.n) if identity is None else _check.codes(identity, "identity", function, n=target.n)[1]
    drawn = _random.generator(rng, function).integers(target.n, size=int(own.max()) + 1)
    seen = []
    for outer in folds.outers:
        train, test = folds.rows(outer.train), folds.rows(outer.test)
        seen.append(np.isin(own[test], own[train]).mean())
    return Control(target.reordered(drawn[own]), float(np.mean(seen)))


def with_control(result: Estimate, control: Control, *, held: Sequence[Held], memorisation: float) -> Estimate:
    """Set selectivity beside the accuracy where it means something, and what is memorised in any case."""
    told: dict[str, float] = {"seen": control.seen, "memorisation": memorisation}
    if control.selective:
        reached = mean_score(control.target, held, "accuracy")
        told |= {"control": reached, "selectivity": result.details["accuracy"] - reached}
    return replace(result, details={**result.details, **told})


def with_null(  # house: what a null needs
    result: Estimate, target: Target, statistic: Callable[[Target], float], permutations: int, *, groups: Any, rng: Any
) -> Estimate:
    """Compare the value with that of shuffled labels; labels that are constant in every group go from group to group."""
    given = {
        "value": result.value,
        "permutations": permutations,
        "rng": _random.generator(rng, "permutations"),
        "less": result.options["metric"] == "log_loss",
    }
    first, group = np.arange(target.n), np.arange(target.n)
    if groups is not None:
        _, starts, members = np.unique(np.asarray(groups), return_index=True, return_inverse=True)
        if np.array_equal(target.truth, target.truth[starts][members]):
            first, group = starts, members
    null = shuffle_null(lambda order: statistic(target.reordered(first[order][group])), first.size, **given)
    how = f"{permutations} shuffles of the labels{' among groups' if first.size < target.n else ''}"
    return replace(
        result,
        p_value=null.p_value,
        options={**result.options, "null": how},
        details={**result.details, "shuffled": null.mean},
    )
