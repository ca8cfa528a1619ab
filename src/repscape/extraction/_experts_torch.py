"""Mixtures whose experts are one module that is told which of them each position goes to, and with what weight."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from ..errors import InputError


def experts_of(module: torch.nn.Module) -> int | None:
    """Return how many experts a module holds; None where it is no such module."""
    stacked = [parameter for parameter in module.parameters(recurse=False) if parameter.ndim == 3]
    names = list(inspect.signature(module.forward).parameters)
    told = len(names) >= 3 and any(word in names[1] for word in ("index", "indices", "selected", "mask"))
    return int(stacked[0].shape[0]) if stacked and told and ("weight" in names[2] or "prob" in names[2]) else None


def routed(module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], *, how: str) -> torch.Tensor:
    """Return what a router decided, or what one expert adds.

    Parameters
    ----------
    module : torch.nn.Module
        The experts.
    args, kwargs
        What they are called with: states, the chosen experts of each position, and their weights.
    how : str
        "router", or "expert.7".

    Returns
    -------
    torch.Tensor
        (positions, experts) weights, 0 where an expert was not chosen; or (positions, d), what the expert adds, 0 likewise.
    """
    given = inspect.signature(module.forward).bind(*args, **kwargs).arguments
    states, chosen, weights = list(given.values())[:3]
    count = experts_of(module) or 0
    if weights is None or chosen is None or chosen.shape != weights.shape:
        raise InputError("part of extract: the router of this model hands its experts no weight for each choice.")
    if how == "router":
        dense = weights.new_zeros((*weights.shape[:-1], count))
        decided: torch.Tensor = dense.scatter_add_(-1, chosen.long(), weights)
        return decided
    own = torch.where(chosen == int(how.partition(".")[2]), weights, torch.zeros_like(weights))
    added: torch.Tensor = module.forward(states, chosen, own)
    return added
