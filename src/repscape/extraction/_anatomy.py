"""Where one model keeps the parts of its blocks, and which states may be asked for by the name of a site.

Torch is not imported here: names are all that is needed. What they claim is checked, and what they do not know is found, by
running a probe through the model (`_examine_torch.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .._check import near
from .._types import LayerInfo
from ..errors import InputError, UnknownNameError
from ._families import FAMILIES, Family

FAMILY_SITES = ("norm1", "norm2", "attn", "mlp")  # what most blocks have; the others are named where they are there
PART_SITES = ("norm1", "norm2", "norm_mlp", "attn", "cross", "mixer", "mlp")
BLOCK_SITES = ("residual", *PART_SITES)
SITES = (*BLOCK_SITES, "final_norm")
EMBEDDING = "embedding"
USUAL_REASONS = {
    "norm1": "post-norm blocks: the first normalisation comes after attention and is norm2",
    "final_norm": "each block ends with its own normalisation, so the last residual is already normalised",
}


@dataclass(frozen=True, slots=True)
class Tap:
    """One place to read: which module, at which end, and what the result is called."""

    layer: LayerInfo
    """The name of what is read."""
    module: str
    """Module path."""
    end: Literal["input", "output"]
    """Whether the module's first input or its (first) output is read."""
    scale: float = 1.0
    """What the state is multiplied by: a block may scale what it adds to the stream."""
    gain: str | None = None
    """Parameter (d,) that it is multiplied by, by path, where each channel has a factor of its own."""
    call: tuple[int, int] | None = None
    """Which of the module's calls is meant, from 0, and how many there are, where one module stands at many depths."""
    span: tuple[int, int] | None = None
    """The channels that are kept, from and to; None: all."""
    how: str = ""
    """Of a mixture's experts, what is read: "router", the weights that they are called with, or what "expert.7" adds."""


@dataclass(frozen=True, slots=True)
class Part:
    """A module inside a block that hands out what a site stands for."""

    path: str
    """Module path, counted from the block; from the model where it begins with "/"."""
    scale: float = 1.0
    """What its output is multiplied by on its way into the stream."""
    gain: str | None = None
    """Parameter (d,) of the block that it is multiplied by, where it is one for each channel; counted from the block."""
    call: tuple[int, int] | None = None
    """Which of its calls is meant, and how many there are, where it serves more than one block."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One model's blocks and their parts."""

    name: str
    """What people call the family, or the model's class."""
    blocks: tuple[str, ...]
    """Module path of each block, first to last."""
    parts: Mapping[str, tuple[Part | None, ...]]
    """For each of `PART_SITES`, what stands for it in each block; None where that block has none."""
    final_norm: str | None
    """Module path of the normalisation after the last block."""
    normalised: bool | None = None
    """Whether the last residual has been normalised by its block; None where that is not known."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Sites that are not what their name says, or are not there, and why."""
    checked: bool = False
    """Whether a probe has run through the model and the sites were seen to add up."""
    family: Family | None = None
    """The row of the table that fits."""
    calls: tuple[tuple[int, int] | None, ...] = ()
    """Which call of its module each block is, and of how many, where one module stands at many depths; () where none does."""

    further: Anatomy | None = None
    """The blocks that follow in the same pass and read the same examples: a decoder behind its encoder."""

    def names(self) -> list[str]:
        """Return what each block is called: its path, and which call it is where one module stands at many depths."""
        return [
            block if call is None else f"{block}@{call[0]}"
            for block, call in zip(self.blocks, self.calls or (None,) * len(self.blocks), strict=True)
        ]

    def sites(self) -> list[str]:
        """Return the sites that this model has."""
        has = {"residual": True, "final_norm": self.final_norm is not None}
        has |= {site: any(part is not None for part in parts) for site, parts in self.parts.items()}
        own = {site for site in SITES if has.get(site) and site not in self.refused}
        own |= set() if self.further is None else set(self.further.sites())
        return [site for site in SITES if site in own]

    def taps(self, site: str) -> list[Tap]:
        """Return where to read a site at every depth, the embedding first."""
        if site not in self.sites():
            raise self._no_site(site)
        if self.further is None:
            return self._own_taps(site)
        alone, behind, at = replace(self, further=None), self.further, len(self.blocks) + 1
        last = at + len(behind.blocks)
        taps = [_moved(tap, 0, last) for tap in (alone.taps(site) if site in alone.sites() else [])]
        return taps + [_moved(tap, at, last) for tap in (behind.taps(site) if site in behind.sites() else [])]

    def _own_taps(self, site: str) -> list[Tap]:
        last = len(self.blocks)
        if site == "final_norm" and self.final_norm:
            return [Tap(LayerInfo(self.final_norm, last, 1.0, site), self.final_norm, "output")]
        infos = [LayerInfo(name, index, index / last, site) for index, name in enumerate(self.names(), start=1)]
        calls = self.calls or (None,) * last
        if site == "residual":
            embedding = Tap(LayerInfo(EMBEDDING, 0, 0.0), self.blocks[0], "input", call=calls[0])
            read = zip(infos, self.blocks, calls, strict=True)
            return [embedding, *(Tap(info, block, "output", call=call) for info, block, call in read)]
        read_parts = zip(infos, self.blocks, self.parts.get(site, ()), strict=True)
        return [_tap(info, block, part) for info, block, part in read_parts if part is not None]

    def why_not(self, site: str) -> str:
        """Say why there is no such site; empty where nothing is known of it."""
        return self.refused.get(site) or USUAL_REASONS.get(site, "")

    def _no_site(self, site: str) -> UnknownNameError:
        why = f" ({self.why_not(site)})" if self.why_not(site) else ""
        return UnknownNameError(
            f"site of extract: this model ({self.name}) has no {site!r}{why}. It has {', '.join(self.sites()) or 'none'}, "
            f"and any module by name or glob.{'' if site in SITES else near(site, SITES)}"
        )


def _moved(tap: Tap, first: int, last: int) -> Tap:
    """Give a place its index and depth in a model of several stacks; the embedding of a later one is named after its part."""
    index = tap.layer.index + first
    name = tap.layer.name
    if first and name == EMBEDDING:
        name = f"{tap.module.partition('.')[0]}.{EMBEDDING}"
    return replace(tap, layer=replace(tap.layer, name=name, index=index, depth=index / last))


def _tap(info: LayerInfo, block: str, part: Part) -> Tap:
    gain = part.gain and f"{block}.{part.gain}"
    return Tap(info, full_path(block, part.path), "output", part.scale, gain, part.call)


def full_path(block: str, path: str) -> str:
    """Return the path of a part of a block, counted from the model."""
    return path[1:] if path.startswith("/") else f"{block}.{path}"


def find_anatomies(names: Iterable[str], families: Sequence[Family] = FAMILIES) -> list[Anatomy]:
    """Find every stack of blocks that fits a row of the table."""
    known = dict.fromkeys(names)
    return [
        anatomy
        for family in families
        for name in known
        if name == family.blocks or name.endswith(f".{family.blocks}")
        if (anatomy := _fit(family, name, list(known))) is not None
    ]


def find_anatomy(names: Iterable[str], families: Sequence[Family] = FAMILIES) -> Anatomy | None:
    """Find the blocks of a model from its module names; None where no row of the table fits.

    Raises
    ------
    InputError
        More than one stack of blocks fits.

    Examples
    --------
    >>> names = ["h", "ln_f", *(f"h.{i}{p}" for i in (0, 1) for p in ("", ".ln_1", ".ln_2", ".attn", ".mlp"))]
    >>> find_anatomy(names).blocks
    ('h.0', 'h.1')
    """
    found = find_anatomies(names, families)
    if len(found) > 1:
        towers = ", ".join(anatomy.blocks[0].rpartition(".")[0] for anatomy in found)
        raise InputError(f"model of extract has more than one stack of blocks ({towers}). Hand in one of them alone.")
    return found[0] if found else None


def _fit(family: Family, stack: str, names: Sequence[str]) -> Anatomy | None:
    """Return the anatomy if the modules below `stack` are blocks of this family."""
    known = set(names)
    blocks = tuple(name for name in names if re.fullmatch(rf"{re.escape(stack)}\.\d+", name))
    final = f"{stack.removesuffix(family.blocks)}{family.final_norm}" if family.final_norm else None
    needed = [family.norm1, family.norm2, family.attn, family.mlp]
    fits = bool(blocks) and all(f"{block}.{part}" in known for block in blocks for part in needed if part)
    fits = fits and not any(f"{blocks[0]}.{part}" in known for part in family.absent)
    if not fits or (final is not None and final not in known):
        return None
    parts = {site: family.part(site) for site in PART_SITES}
    placed = {site: (Part(path) if path else None,) * len(blocks) for site, path in parts.items()}
    return Anatomy(family.name, blocks, placed, final, normalised=final is None, family=family)
