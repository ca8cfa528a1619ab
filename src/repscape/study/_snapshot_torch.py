"""A copy of a network that trains, to be read while the network itself stays untouched, and chance as it was."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from ..errors import InputError, InputTypeError

HOOKS = ("_forward_hooks", "_forward_pre_hooks")
SHARDED = ("FullyShardedDataParallel", "FSDPModule", "DeepSpeedEngine")


def bare(module: Any) -> torch.nn.Module:
    """Return the network inside wrappers that share its parameters among processes, or that compile it.

    Raises
    ------
    InputError
        If each process holds a part of the parameters alone.
    InputTypeError
        If it is no network.
    """
    inner = module
    while True:
        if any(kind.__name__ in SHARDED for kind in type(inner).__mro__):
            raise InputError(
                f"model of Recorder is a {type(inner).__name__}, whose parameters are spread over processes: none of them can "
                "read it alone. Record checkpoints after training: rs.Trajectory."
            )
        if isinstance(inner, torch.nn.parallel.DistributedDataParallel | torch.nn.DataParallel):
            inner = inner.module
        elif isinstance(getattr(inner, "_orig_mod", None), torch.nn.Module):
            inner = inner._orig_mod
        else:
            break
    if not isinstance(inner, torch.nn.Module):
        raise InputTypeError(f"model of Recorder must be a torch.nn.Module. Got {type(inner).__name__}.")
    return inner


def snapshot(module: torch.nn.Module) -> torch.nn.Module:
    """Return a copy of a network as it is now, without gradients and without the hooks that others put on it.

    A copy, since a pass through the network itself would leave traces: hooks that count, buffers and caches made where no
    gradient can flow, modes of parts. torch's own hooks, which compute weights, stay.
    """
    try:
        with torch.no_grad():
            copied = copy.deepcopy(module)
    except RuntimeError as problem:
        raise InputError(
            f"model of Recorder cannot be copied: {str(problem)[:200]} Weights that hooks compute have a newer form that can: "
            "torch.nn.utils.parametrizations."
        ) from problem
    for part in copied.modules():
        for name in HOOKS:
            hooks: dict[int, Any] = getattr(part, name)
            for key in [key for key, hook in hooks.items() if not type(hook).__module__.startswith("torch.")]:
                del hooks[key]
    return copied


@contextmanager
def same_chance() -> Iterator[None]:
    """Put the random numbers of torch, of its devices, of numpy and of Python back to where they were."""
    drawn = random.getstate()
    of_numpy = np.random.get_state()  # noqa: NPY002  # what the user's training draws from, to be left as it is
    of_torch = torch.get_rng_state()
    of_cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]
    of_mps = torch.mps.get_rng_state() if torch.backends.mps.is_available() else None
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        random.setstate(drawn)
        np.random.set_state(of_numpy)  # noqa: NPY002
        torch.set_rng_state(of_torch)
        if of_cuda:
            torch.cuda.set_rng_state_all(of_cuda)
        if of_mps is not None:
            torch.mps.set_rng_state(of_mps)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
