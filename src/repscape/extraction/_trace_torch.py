"""One forward pass watched from inside: what every module was given and what it handed out, in the order of the calls.

Only a probe of a few tokens is ever traced, so that keeping everything costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch

STREAM_NAMES = ("hidden_states", "hidden_state", "x", "input")  # what a block calls its first argument


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of one module."""

    path: str
    """Its module path."""
    kind: str
    """Its class."""
    given: torch.Tensor | None
    """The first floating-point tensor that went in, as it was then."""
    found: torch.Tensor | None
    """The first tensor that came out, as it was then."""
    entered: int
    """When it began, in events."""
    left: int
    """When it ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """All calls of one forward pass, and what the model handed out."""

    calls: tuple[Call, ...]
    """In the order in which they began."""
    output: Any
    """What the model returned."""

    def which(self, call: Call) -> tuple[int, int] | None:
        """Return which of its module's calls one is, and how many there are; None where it is the only one."""
        times = [one.entered for one in self.calls if one.path == call.path]
        return None if len(times) == 1 else (times.index(call.entered), len(times))


@torch.inference_mode()
def trace(module: torch.nn.Module, call: Callable[[], Any]) -> Trace:
    """Run the model once and keep a copy of every state on its way."""
    clock = iter(range(10**9))
    open_calls: list[tuple[torch.Tensor | None, int]] = []
    calls: list[Call] = []
    handles = []

    def before(_: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        open_calls.append((_copied(first_input(args, kwargs)), next(clock)))

    def after(path: str, kind: str) -> Callable[..., None]:
        def hook(_: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
            given, entered = open_calls.pop()
            calls.append(Call(path, kind, given, _copied(first_output(output)), entered, next(clock)))

        return hook

    try:
        for path, part in module.named_modules():
            if path:
                handles.append(part.register_forward_pre_hook(before, with_kwargs=True))
                handles.append(part.register_forward_hook(after(path, type(part).__name__)))
        output = call()
    finally:
        for handle in handles:
            handle.remove()
    return Trace(tuple(sorted(calls, key=lambda one: one.entered)), output)


def first_input(args: Iterable[Any], kwargs: dict[str, Any]) -> torch.Tensor | None:
    """Return the state that a module was given: its first floating-point tensor, by place or by name."""
    named = [kwargs[name] for name in STREAM_NAMES if name in kwargs]
    return next((state for state in (*args, *named, *kwargs.values()) if _is_state(state)), None)


def first_output(output: Any) -> Any:
    """Return the state that a module handed out: itself, or the first entry of a tuple, list or dict."""
    if isinstance(output, dict) and output:
        return next(iter(output.values()))
    if isinstance(output, tuple | list) and output:
        return output[0]
    return output


def _is_state(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _copied(state: Any) -> torch.Tensor | None:
    return state.detach().clone() if _is_state(state) else None  # a later module may write over it
