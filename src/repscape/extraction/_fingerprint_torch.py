"""What tells a network's weights from those of another, wherever they lie: on devices, or offloaded by accelerate."""

from __future__ import annotations

import hashlib
from typing import Any

import torch

FINGERPRINT_ENTRIES = 4096  # drawn from each parameter, evenly spaced


def fingerprint(module: torch.nn.Module) -> str:
    """Sha256 over the names, shapes and types of all parameters and buffers, and evenly spaced entries of each.

    Reading a sample keeps it quick for billions of parameters; training, even one step, changes nearly every entry.
    """
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        if not isinstance(value, torch.Tensor):
            continue
        digest.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
        flat = present(module, name, value).detach().reshape(-1)
        sample = flat[:: max(1, len(flat) // FINGERPRINT_ENTRIES)].cpu().contiguous()
        digest.update(sample.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def present(module: torch.nn.Module, name: str, value: torch.Tensor) -> torch.Tensor:
    """Return a parameter with its entries; one that was offloaded lies in what its module's hook loads it from."""
    if not value.is_meta:
        return value
    path, _, own = name.rpartition(".")
    hook: Any = getattr(module.get_submodule(path), "_hf_hook", None)
    for one in getattr(hook, "hooks", (hook,)):
        held = getattr(one, "weights_map", None)
        if held is not None and own in held:
            return torch.as_tensor(held[own])
    return value.new_zeros(0, device="cpu")
