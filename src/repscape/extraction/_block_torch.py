"""How one block gets from the state it reads to the state it writes: the shortest way of additions and normalisations.

The states of a trace are points; a module whose output, perhaps scaled, is the difference of two of them is a way from one
to the other, and so is a normalisation. Names only tell attention and feed-forward parts apart, once what they add is known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import torch

from ._anatomy import Part
from ._fingerprint_torch import present
from ._trace_torch import Call, Trace

TOLERANCE = 1e-4  # of what a step adds; rounding stays two orders below in float32
ROUNDING = 4  # roundings of the whole stream that a difference may carry
LOOSEST = 0.3  # of what a step adds, where half precision rounds coarsely
PLAIN = 2e-3  # a factor this close to 1 is 1
CHANNELS = 256  # looked at, evenly spaced, of a wide stream
NORM = re.compile(r"norm|(^|[._])ln(_|\d|$)", re.IGNORECASE)
CROSS = re.compile(r"cross|enc_?dec|encoder_attn", re.IGNORECASE)
ATTENTION = re.compile(r"att(n|en)|mha", re.IGNORECASE)
MIXER = re.compile(r"mamba|mixer|ssm|conv|fourier|recurrent|lru|delta|retention|time_mix", re.IGNORECASE)
FEED_FORWARD = re.compile(r"mlp|ff|feed_?forward|moe|expert|glu|fc_?\d", re.IGNORECASE)
DENSE = re.compile(r"dense|lin|intermediate|output|proj", re.IGNORECASE)
KINDS = (("cross", CROSS), ("attn", ATTENTION), ("mixer", MIXER), ("mlp", FEED_FORWARD))


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a state of the stream to the next."""

    kind: str
    """attn, cross, mixer, mlp or other: whose output is added; norm: the stream itself is normalised."""
    part: Part | None
    """What is added; the normalisation, for norm. None where what hands it out runs more than once, so that its name would not
    say which state is meant."""
    reads: tuple[str, ...] = ()
    """Normalisations that read the state before the step, by path counted from the block."""
    beside: bool = False
    """Whether another branch is added to the same state at the same time."""


def is_norm(call: Call) -> bool:
    """Say whether a call is that of a normalisation."""
    return bool(NORM.search(call.kind) or NORM.search(call.path.rpartition(".")[2]))


@dataclass(frozen=True, slots=True)
class _Edge:
    """A step before it has a name."""

    start: int
    end: int
    call: Call
    scale: float = 1.0
    gain: str | None = None
    norm: bool = False


@dataclass(eq=False)
class Inside:
    """The states and calls of one block, while its steps are being found."""

    block: Call
    found: Trace
    module: torch.nn.Module
    states: dict[bytes, int] = field(default_factory=dict)
    """The bits of a state -> its number."""
    values: list[torch.Tensor] = field(default_factory=list)
    """(positions, channels) of each state, some of the channels."""
    made: dict[int, list[Call]] = field(default_factory=dict)
    """Calls that handed out a state."""
    read: dict[int, list[Call]] = field(default_factory=dict)
    """Calls that were given a state."""

    def __post_init__(self) -> None:
        ran = Counter(call.path for call in self.calls)
        self.once = {path for path, times in ran.items() if times == 1}  # the others' names would not say which state
        self.start, self.goal = self._number(self.block.given), self._number(self.block.found)
        for call in self.calls:
            if (number := self._number(call.given)) is not None:
                self.read.setdefault(number, []).append(call)
            if (number := self._number(call.found)) is not None:
                self.made.setdefault(number, []).append(call)

    @cached_property
    def calls(self) -> list[Call]:
        """Calls while the block ran, in the order in which they began; a module may be another block's as well."""
        return [call for call in self.found.calls if self.block.entered < call.entered and call.left < self.block.left]

    def adds(self) -> bool:
        """Say whether the block adds something to what it reads, whatever becomes of it."""
        return self.start is not None and any(not edge.norm for edge in self._edges(self.start))

    def steps(self) -> tuple[Step, ...]:
        """Return how the block gets from what it reads to what it writes; empty where that cannot be told."""
        if self.start is None or self.goal is None or self.start == self.goal:
            return ()
        ways: dict[int, list[_Edge]] = {self.start: []}
        for here in self._in_turn(ways):
            for edge in self._edges(here):
                ways.setdefault(edge.end, [*ways[here], edge])
            if self.goal in ways:
                return self._named(ways[self.goal])
        for here, way in ways.items():
            if pair := self._pair(here):
                return self._named([*way, *pair])
        return ()

    @staticmethod
    def _in_turn(ways: dict[int, list[_Edge]]) -> Iterator[int]:
        """Yield each state once, in the order in which it was reached; more may come while it goes on."""
        done = 0
        while done < len(ways):
            yield list(ways)[done]
            done += 1

    def _number(self, state: torch.Tensor | None) -> int | None:
        """Return the number of a state of the stream's size; equal states have one."""
        size = self.block.found.numel()  # type: ignore[union-attr]  # stack_of saw to it
        if state is None or state.numel() != size:
            return None
        width = self.block.found.shape[-1]  # type: ignore[union-attr]
        rows = state.detach().reshape(-1, width)
        number = self.states.setdefault(rows.contiguous().cpu().view(torch.uint8).numpy().tobytes(), len(self.states))
        if number == len(self.values):
            self.values.append(rows[:, :: max(1, width // CHANNELS)].to("cpu", torch.float64))
        return number

    def _since(self, state: int) -> int:
        """Return when a state came to be."""
        if state == self.start:
            return self.block.entered
        times = [call.left for call in self.made.get(state, [])] + [call.entered for call in self.read.get(state, [])]
        return min(times, default=self.block.left)

    def _maker(self, state: int) -> Call:
        """Return the outermost module that handed out a state, the first of equals; one that ran once if there is one."""
        return min(self.made[state], key=lambda call: (call.path not in self.once, call.path.count("."), call.left))

    def _edges(self, here: int) -> Iterator[_Edge]:
        """Yield the ways from one state to later ones: additions first."""
        for there in range(len(self.values)):
            if there != here and (self._since(there) > self._since(here) or there == self.goal):
                added = self._addition(here, there)
                if added is not None:
                    yield added
        for call in self.read.get(here, []):
            there_ = self._number(call.found)
            if is_norm(call) and there_ is not None and there_ != here:
                yield _Edge(here, there_, call, norm=True)

    def _candidates(self, here: int, there: int) -> list[int]:
        """Return states that some module handed out between two others."""
        until = self.block.left if there == self.goal else self._since(there)
        return [
            state
            for state, calls in self.made.items()
            if state not in (here, there) and min(call.left for call in calls) <= until
        ]

    def _addition(self, here: int, there: int) -> _Edge | None:
        """Return which module's output, scaled by a number or by one for each channel, leads from one state to another."""
        step = self.values[there] - self.values[here]
        candidates = self._candidates(here, there)
        length = float(step.norm())
        if not candidates or length == 0:
            return None
        outputs = torch.stack([self.values[state] for state in candidates])
        products = (outputs * step).sum(dim=(1, 2))
        squares = outputs.square().sum(dim=(1, 2)).clamp_min(1e-300)
        scales = products / squares
        misses = (step - scales[:, None, None] * outputs).square().sum(dim=(1, 2)).sqrt() / length
        best = int(torch.where((scales - 1).abs() < PLAIN, misses, misses + TOLERANCE).argmin())
        plain = None
        if float(misses[best]) < self._tolerance(there, length):
            scale = float(scales[best])
            plain = _Edge(here, there, self._maker(candidates[best]), 1.0 if abs(scale - 1) < PLAIN else scale)
            if plain.call.path in self.once:
                return plain
        named = [state for state in candidates if self._maker(state).path in self.once]
        return self._by_channel(here, there, step, named) or plain

    def _by_channel(self, here: int, there: int, step: torch.Tensor, candidates: list[int]) -> _Edge | None:
        """Return the same where a parameter of the block scales each channel (layer scale without a module)."""
        width = self.block.found.shape[-1]  # type: ignore[union-attr]
        for name, parameter in self.module.named_parameters():
            if parameter.numel() != width:
                continue
            gain = (
                present(self.module, name, parameter)
                .detach()
                .flatten()[:: max(1, width // CHANNELS)]
                .to("cpu", torch.float64)
            )
            for state in candidates:
                if float((step - gain * self.values[state]).norm() / step.norm()) < TOLERANCE:
                    return _Edge(here, there, self._maker(state), gain=name)
        return None

    def _tolerance(self, there: int, length: float) -> float:
        """Return which share of a step may be missed: rounding of the stream counts more where little is added."""
        eps = torch.finfo(self.block.found.dtype).eps  # type: ignore[union-attr]
        return min(LOOSEST, TOLERANCE + ROUNDING * eps * float(self.values[there].norm()) / length)

    def _pair(self, here: int) -> list[_Edge] | None:
        """Return the two modules whose outputs together lead to the block's output: branches side by side."""
        goal = self.goal
        if goal is None or here == goal:
            return None
        step = (self.values[goal] - self.values[here]).flatten()
        candidates = self._candidates(here, goal)
        if len(candidates) < 2 or float(step.norm()) == 0:
            return None
        outputs = torch.stack([self.values[state].flatten() for state in candidates])
        best: tuple[float, tuple[int, int], torch.Tensor] | None = None
        for one, two in torch.combinations(torch.arange(len(candidates))).tolist():
            columns = outputs[[one, two]].T
            scales = torch.linalg.lstsq(columns, step).solution
            miss = float((step - columns @ scales).norm() / step.norm())
            plain = bool(((scales - 1).abs() < PLAIN).all())
            if best is None or miss + (0 if plain else TOLERANCE) < best[0]:
                best = miss + (0 if plain else TOLERANCE), (one, two), scales
        if best is None or best[0] > self._tolerance(goal, float(step.norm())) + TOLERANCE:
            return None
        pair = []
        for place, scale in zip(best[1], best[2].tolist(), strict=True):
            maker = self._maker(candidates[place])
            pair.append(_Edge(here, goal, maker, 1.0 if abs(scale - 1) < PLAIN else scale))
        return sorted(pair, key=lambda edge: edge.call.left)

    def _named(self, way: list[_Edge]) -> tuple[Step, ...]:
        """Say what each step of a way is."""
        beside = len(way) > 1 and way[-1].start == way[-2].start
        return tuple(self._step(edge, beside and edge.start == way[-1].start) for edge in way)

    def _step(self, edge: _Edge, beside: bool) -> Step:
        part = Part(self._inner(edge.call.path), edge.scale, edge.gain, self.found.which(edge.call))
        if edge.norm:
            return Step("norm", part)
        readers = self.read.get(edge.start, [])
        told = [] if beside else self._ran_for(edge)
        norms = [call for call in readers if is_norm(call) and call.left < self._end(edge)]
        reads = tuple(dict.fromkeys(self._inner(call.path) for call in norms))
        return Step(self._kind(edge.call, told), part, reads, beside)

    def _ran_for(self, edge: _Edge) -> list[Call]:
        """Return the calls between a state and what is added to it, without those that only end there."""
        since = min((call.entered for call in self.read.get(edge.start, [])), default=self.block.entered)
        open_then = [f"{call.path}." for call in self.calls if call.entered < since < call.left]
        between = [call for call in self.calls if since <= call.entered and call.left <= edge.call.left]
        return [call for call in between if not call.path.startswith(tuple(open_then))]

    def _end(self, edge: _Edge) -> int:
        return self.block.left if edge.end == self.goal else self._since(edge.end)

    def _kind(self, call: Call, told: list[Call]) -> str:
        """Tell what a step adds, by the name of the module, else of those that ran for it."""
        own = self._inner(call.path)
        ran = [
            f"{self._inner(one.path)} {one.kind if ATTENTION.search(one.kind) else ''}"
            for one in told
            if not is_norm(one)
        ]
        for names, kinds in (([own], KINDS), (ran, KINDS), ([own, *ran], (("mlp", DENSE),))):
            for kind, pattern in kinds:
                if any(pattern.search(name) for name in names):
                    return kind
        return "other"

    def _inner(self, path: str) -> str:
        inside = f"{self.block.path}."
        return path.removeprefix(inside) if path.startswith(inside) else f"/{path}"
