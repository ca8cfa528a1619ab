"""Parts of a layer as representations of their own: heads, the units of a feed-forward part, a router's weights, experts.

They are found by running a few tokens: the output projection of attention is the linear map that hands out what attention
adds, and what it reads, cut into as many pieces as there are heads, is what the heads hand out. Which channels of a joint map
are values shows where one position is run alone: attention can then only hand on that position's value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import torch

from .. import _check
from ..errors import InputError
from ._anatomy import Anatomy, Tap
from ._experts_torch import experts_of
from ._structure_torch import same
from ._trace_torch import Call, Trace, trace

PARTS = ("heads", "units", "router", "experts")
HEAD_SITES = ("output", "q", "k", "v")
COUNTS = ("num_heads", "num_attention_heads", "n_heads", "n_head", "num_attn_heads", "nhead", "heads")
WIDTHS = ("v_head_dim", "head_dim", "attention_head_size", "d_head", "dim_head")
ONE = {
    "q": ("q", "query", "q_proj", "q_lin", "to_q", "wq", "query_proj", "linear_q", "q_b_proj"),
    "k": ("k", "key", "k_proj", "k_lin", "to_k", "wk", "key_proj", "linear_k"),
    "v": ("v", "value", "v_proj", "v_lin", "to_v", "wv", "value_proj", "linear_v"),
}
JOINT = ("c_attn", "qkv", "query_key_value", "wqkv", "qkv_proj", "in_proj", "attn_qkv", "w_pack")
CLOSE = 1e-4  # relative: what one position hands on is its value up to rounding


def part_taps(
    module: torch.nn.Module,
    anatomy: Anatomy | None,
    call: Callable[[], Any],
    *,
    part: str,
    sites: str | Sequence[str],
    alone: Callable[[], Any] | None = None,
) -> list[Tap]:
    """Find where the parts of every block are read.

    Parameters
    ----------
    module : torch.nn.Module
        The model.
    anatomy : Anatomy or None
        Its blocks.
    call : callable
        Runs one short input through it.
    part : {"heads", "units", "router", "experts"}
        Which parts.
    sites : str or sequence of str
        Of heads: "output" (also "residual", the default of extract), "q", "k", "v".
    alone : callable, optional
        Runs one position alone, where that can be done.

    Returns
    -------
    list of Tap
        Block by block, part by part.

    Raises
    ------
    InputError, UnknownNameError
        The model has no such parts, or they cannot be told apart; the message says why.
    """
    _check.choice(part, "part", "extract", PARTS)
    named = ["output" if site == "residual" else site for site in ([sites] if isinstance(sites, str) else sites)]
    wrong = [site for site in named if site not in (HEAD_SITES if part == "heads" else ("output",))]
    if wrong:
        has = ", ".join(HEAD_SITES) if part == "heads" else "no sites of their own"
        raise InputError(f"site of extract: with part={part!r} it may be {has}. Got {wrong[0]!r}.")
    if anatomy is None or "residual" not in anatomy.sites():
        raise InputError(
            f"part of extract: {part!r} needs a model whose blocks are found. Got one that is read by name."
        )
    with torch.inference_mode():
        single = None if alone is None else _tried(module, alone)
        finder = _Finder(module, anatomy, trace(module, call), single)
    taps = [tap for site in dict.fromkeys(named) for tap in finder.taps(part, site)]
    if not taps:
        raise InputError(
            f"part of extract: this model ({anatomy.name}) has no {part!r} that can be told apart: {finder.why}."
        )
    return sorted(taps, key=lambda tap: tap.layer.index)


def _tried(module: torch.nn.Module, alone: Callable[[], Any]) -> Trace | None:
    """Run one position alone; None where the model does not take it."""
    try:
        return trace(module, alone)
    except (RuntimeError, ValueError, IndexError, TypeError):
        return None


@dataclass(slots=True)
class _Finder:
    """Finds parts in a model that has just run."""

    module: torch.nn.Module
    anatomy: Anatomy
    found: Trace
    single: Trace | None
    why: str = "nothing was found"

    def taps(self, part: str, site: str) -> list[Tap]:
        """Return the places of all parts of one kind."""
        blocks = [tap for tap in self.anatomy.taps("residual") if tap.end == "output"]
        if part in ("router", "experts"):
            return [tap for block in blocks for tap in self._routed(block, part)]
        branch = "attn" if part == "heads" else "mlp"
        if branch not in self.anatomy.sites():
            self.why = self.anatomy.why_not(branch) or f"its blocks have no {branch}"
            return []
        added = {tap.layer.name: tap for tap in self.anatomy.taps(branch)}
        found = []
        for block in blocks:
            last = self._projection(block, added[block.layer.name]) if block.layer.name in added else None
            if last is None:
                continue
            if part == "units":
                found.append(self._tap(block, last, "input", "units"))
            else:
                found += self._heads(block, last, site)
        return found

    def _routed(self, block: Tap, part: str) -> list[Tap]:
        """Return the places of a mixture's router, or of its experts."""
        self.why = "no block hands experts the choice and the weights of a router"
        for call in self._inside(block):
            count = experts_of(self.module.get_submodule(call.path))
            if count is None:
                continue
            router = replace(self._tap(block, call, "input", "router"), how="router")
            if part == "router":
                return [router]
            layers = [replace(router.layer, part=f"expert.{number}") for number in range(count)]
            return [replace(router, layer=layer, how=f"expert.{at}") for at, layer in enumerate(layers)]
        return []

    def _heads(self, block: Tap, last: Call, site: str) -> list[Tap]:
        """Return the places of one block's heads."""
        width = last.given.shape[-1] if last.given is not None else 0
        heads = self._head_count(block, last, width)
        if heads is None:
            self.why = f"{last.path} reads {width} channels, and no module around it says of how many heads"
            return []
        wide = width // heads
        if site == "output":
            return self._cut(block, last, "input", [(f"head.{at}", at * wide) for at in range(heads)], wide)
        linear = self._nearest(block, last, ONE[site])
        if linear is not None:
            return self._separate(block, linear, site, heads=heads, wide=wide)
        joint = self._nearest(block, last, JOINT)
        if joint is None:
            self.why = f"no linear map of {block.module} hands out {site} alone, or all of q, k and v"
            return []
        return self._joint(block, joint, last, site, heads=heads, wide=wide)

    def _separate(self, block: Tap, linear: Call, site: str, *, heads: int, wide: int) -> list[Tap]:
        """Return the places of q, k or v where each has a map of its own."""
        width = 0 if linear.found is None else linear.found.shape[-1]
        count = heads if site == "q" else max(1, width // wide)
        if width % count or (site != "q" and (width % wide or heads % count)):
            self.why = f"{linear.path} hands out {width} channels, which are no {site} of heads of {wide}"
            return []
        name = "head" if count == heads else "kv_head"
        each = width // count
        return self._cut(block, linear, "output", [(f"{name}.{at}", at * each) for at in range(count)], each, site=site)

    def _joint(
        self, block: Tap, joint: Call, last: Call, site: str, *, heads: int, wide: int
    ) -> list[Tap]:  # house: one map
        """Return the places of q, k or v in what a joint map hands out."""
        width = 0 if joint.found is None else joint.found.shape[-1]
        groups = (width // wide - heads) // 2
        if groups < 1 or width != (heads + 2 * groups) * wide or heads % groups:
            self.why = f"{joint.path} hands out {width} channels, which are no q, k and v of {heads} heads of {wide}"
            return []
        for starts in _layouts(heads, groups, wide):
            if self._hands_on(joint, last, starts["v"], wide=wide):
                name = "head" if groups == heads or site == "q" else "kv_head"
                places = [(f"{name}.{at}", start) for at, start in enumerate(starts[site])]
                return self._cut(block, joint, "output", places, wide, site=site)
        self.why = f"which channels of {joint.path} are q, k and v cannot be told from one position run alone"
        return []

    def _hands_on(self, joint: Call, last: Call, starts: Sequence[int], *, wide: int) -> bool:
        """Say whether one position alone gives each head the value that stands at `starts`."""
        calls = {} if self.single is None else {call.path: call for call in self.single.calls}
        made, read = calls.get(joint.path), calls.get(last.path)
        if made is None or read is None or made.found is None or read.given is None:
            return False
        one, two = made.found.flatten(), read.given.flatten()
        if len(one) != joint.found.shape[-1] or len(two) != last.given.shape[-1]:  # type: ignore[union-attr]
            return False
        each = len(two) // wide // len(starts)
        values = torch.cat([one[start : start + wide].repeat(each) for start in starts])
        return bool((values - two).norm() <= CLOSE * two.norm())

    def _nearest(self, block: Tap, last: Call, names: Sequence[str]) -> Call | None:
        """Return the linear map of one of some names that stands nearest to the output projection."""
        calls = [call for call in self._inside(block) if call.left <= last.entered and self._linear(call)]
        named = [call for call in calls if call.path.rpartition(".")[2].lower() in names]
        return max(named, key=lambda call: _shared(call.path, last.path), default=None)

    def _projection(self, block: Tap, part: Tap) -> Call | None:
        """Return the linear map whose output a branch hands on: itself, through its last module, or a normalisation."""
        out = self._call(part)
        inside = [call for call in self._inside(block) if self._linear(call) and call.left <= out.left]
        exact = [call for call in inside if same(call.found, out.found)]
        if exact:
            return exact[-1]
        before = [call for call in inside if call.left <= out.entered and same(call.found, out.given)]
        if not before:
            self.why = f"what {part.module} hands out is not what one linear map does"
        return before[-1] if before else None

    def _head_count(self, block: Tap, last: Call, width: int) -> int | None:
        """Return of how many heads the modules around a projection speak."""
        path = last.path
        while path and path != block.module.rpartition(".")[0]:
            path = path.rpartition(".")[0]
            for module in self.module.get_submodule(path).modules():  # itself, then what stands beside the projection
                for owner in (module, getattr(module, "config", None)):
                    count = _told(owner, width)
                    if count is not None:
                        return count
        return _told(getattr(self.module, "config", None), width)

    def _linear(self, call: Call) -> bool:
        module = self.module.get_submodule(call.path)
        weight = getattr(module, "weight", None)
        return isinstance(weight, torch.Tensor) and weight.ndim == 2 and not isinstance(module, torch.nn.Embedding)

    def _call(self, tap: Tap) -> Call:
        calls = [call for call in self.found.calls if call.path == tap.module]
        return calls[tap.call[0] if tap.call else 0]

    def _inside(self, block: Tap) -> list[Call]:
        whole = self._call(block)
        return [call for call in self.found.calls if whole.entered < call.entered and call.left < whole.left]

    def _tap(self, block: Tap, call: Call, end: Any, part: str, site: str = "") -> Tap:
        return Tap(replace(block.layer, site=site, part=part), call.path, end, call=self.found.which(call))

    def _cut(  # house: where, and which channels
        self, block: Tap, call: Call, end: str, places: Sequence[tuple[str, int]], wide: int, *, site: str = ""
    ) -> list[Tap]:
        whole = self._tap(block, call, end, "", site)
        return [
            replace(whole, layer=replace(whole.layer, part=name), span=(start, start + wide)) for name, start in places
        ]


def _shared(one: str, two: str) -> int:
    """Return how many modules two paths have in common from the model on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("."), two.split("."), strict=False)))


def _told(owner: Any, width: int) -> int | None:
    """Return the number of heads of which a module or a config speaks, if so many channels can be those of such heads."""
    widths = [wide for name in WIDTHS if isinstance(wide := getattr(owner, name, None), int)]
    for name in COUNTS:
        count = getattr(owner, name, None)
        if not isinstance(count, int) or not 0 < count <= width or width % count:
            continue
        if not widths or width // count in widths:
            return count
    return None


def _layouts(heads: int, groups: int, wide: int) -> list[dict[str, list[int]]]:
    """Return where q, k and v may begin: one kind after the other, or group after group with its q, k and v."""
    after = {
        "q": [at * wide for at in range(heads)],
        "k": [(heads + at) * wide for at in range(groups)],
        "v": [(heads + groups + at) * wide for at in range(groups)],
    }
    each = heads // groups
    step = (each + 2) * wide
    grouped = {
        "q": [group * step + at * wide for group in range(groups) for at in range(each)],
        "k": [group * step + each * wide for group in range(groups)],
        "v": [group * step + (each + 1) * wide for group in range(groups)],
    }
    return [after, grouped]
