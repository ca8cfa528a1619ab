"""Runs a few tokens through a model when it is opened, and keeps of its sites what adds up.

One pass over one short input, watched from inside. What names claim is compared with what the blocks do; a site that is not
what it says is replaced by the module that is, where there is one, or refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from ._anatomy import FAMILY_SITES, PART_SITES, Anatomy, Part, find_anatomies, full_path
from ._families import FAMILIES, Family
from ._structure_torch import Block, Structure, find_stacks, read_structure, same, stack_of
from ._trace_torch import Trace, trace

ADDED = ("attn", "cross", "mixer", "mlp")


def examine(
    module: torch.nn.Module, call: Callable[[], Any], *, family: Family | None = None, inside: str = ""
) -> Anatomy | None:
    """Find the blocks of a model and the sites that can be read, from one pass of `call`.

    Parameters
    ----------
    module : torch.nn.Module
        The model.
    call : callable
        Runs one short input through it.
    family : Family, optional
        Where the user says that the blocks keep their parts.
    inside : str, optional
        Path of the part of the model, such as a decoder, whose blocks are meant; all of it by default.

    Returns
    -------
    Anatomy or None
        None where no stack of blocks was found.
    """
    found = trace(module, call)
    ahead = f"{inside}." if inside else ""
    names = [name for name, _ in module.named_modules() if name and name.startswith(ahead)]
    claims = find_anatomies(names, FAMILIES if family is None else (family,))
    ran = [(claim, stack) for claim in claims if (stack := stack_of(found, claim.blocks)) is not None]
    if len(ran) == 1:
        claim, stack = ran[0]
        return _Findings(found, claim, read_structure(module, found, stack), family is not None).anatomy()
    if family is not None:
        return claims[0] if claims else None
    for stack in find_stacks(found, ahead):
        structure = read_structure(module, found, stack)
        if any(block.adds for block in structure.blocks):
            empty = (None,) * len(stack)
            parts = dict.fromkeys(PART_SITES, empty)
            blank = Anatomy(type(module).__name__, tuple(call.path for call in stack), parts, None)
            return _Findings(found, blank, structure, told=False).anatomy()
    return None


@dataclass(frozen=True, slots=True)
class _Findings:
    """What names claim of a model beside what it was seen to do."""

    found: Trace
    claim: Anatomy
    structure: Structure
    told: bool
    """Whether the user said where parts are: then they are not replaced, only refused."""

    def anatomy(self) -> Anatomy:
        """Return the anatomy with every site that holds, and why the others do not."""
        parts: dict[str, tuple[Part | None, ...]] = {}
        refused: dict[str, str] = {}
        for site in PART_SITES:
            parts[site], why = self._site(site)
            if why:
                refused[site] = why
        if self.structure.breaks:
            refused["residual"] = (
                f"block {self.structure.breaks[0]} does not read what the block before wrote: something else changes the "
                "stream in between"
            )
        final, why = self._final_norm()
        if why:
            refused["final_norm"] = why
        calls = tuple(block.call for block in self.structure.blocks)
        return replace(
            self.claim,
            parts=parts,
            final_norm=final,
            normalised=self._normalised(),
            refused=refused,
            checked=True,
            calls=calls if any(calls) else (),
        )

    def _site(self, site: str) -> tuple[tuple[Part | None, ...], str]:
        """Return what stands for a site in each block, and why it is refused, if it is."""
        blocks = self.structure.blocks
        seen = [_PLACES[site](block) for block in blocks]
        claimed = self.claim.parts[site]
        parts: list[Part | None] = []
        for block, place, name in zip(blocks, seen, claimed, strict=True):
            if place is not None and name is not None and self._alike(block.path, name, place):
                parts.append(name)
            elif place is not None and name is not None and self.told:
                return claimed, (
                    f"{block.path}.{name.path} does not hand out what its place says; {block.path}.{place.path} does"
                )
            else:
                parts.append(place)
        unknown = [block.path for block in blocks if not block.steps]
        if unknown and site in FAMILY_SITES:
            return tuple(parts), _unexplained(unknown, blocks)
        rare = site not in FAMILY_SITES and not any(claimed)
        return tuple(parts), "" if any(parts) or rare else _nothing(site, blocks, any(claimed))

    def _alike(self, block: str, one: Part, two: Part) -> bool:
        """Say whether two modules of a block hand out the same."""
        if (one.path, two.scale, two.gain) == (two.path, 1.0, None):
            return two.call is None
        outputs = [
            [call.found for call in self.found.calls if call.path == full_path(block, part.path)] for part in (one, two)
        ]
        plain = (two.scale, two.gain) == (1.0, None)
        return plain and all(len(found) == 1 for found in outputs) and same(outputs[0][0], outputs[1][0])

    def _final_norm(self) -> tuple[str | None, str]:
        """Return the path of the final normalisation, and why there is none where names claim one."""
        claimed, seen = self.claim.final_norm, self.structure.final_norm
        if claimed is not None and claimed != seen:
            offered = f"; {seen} does" if seen else ": read it by name"
            why = f"{claimed} does not read the last residual and give the model's last state{offered}"
            return (claimed, why) if self.told or seen is None else (seen, "")
        if seen is None and self._normalised() is False:
            return None, "nothing normalises the stream behind the last block"
        return seen, ""

    def _normalised(self) -> bool | None:
        steps = self.structure.blocks[-1].steps
        return steps[-1].kind == "norm" if steps else self.claim.normalised


def _unexplained(unknown: Sequence[str], blocks: Sequence[Block]) -> str:
    some = "its blocks add" if len(unknown) == len(blocks) else f"block {unknown[0]} adds"
    return (
        f"what {some} to the stream is not what any one or two of their modules hand out, so that nothing adds up to the "
        "residual"
    )


def _nothing(site: str, blocks: Sequence[Block], claimed: bool) -> str:
    """Say why a site is not there, where more is known than that the table has none."""
    added = list(dict.fromkeys(step.part.path for step in blocks[-1].steps if step.kind != "norm" and step.part))
    what = f"its blocks add {' and '.join(added)}" if added else ""
    if site in ADDED and any(step.kind == site and step.part is None for step in blocks[-1].steps):
        return "the module that hands it out runs more than once in a block, so that its name does not say which state is meant"
    if site in ADDED and what:
        return what
    if site == "norm2" and any(step.beside for step in blocks[-1].steps):
        return "one normalisation serves both branches of a block: norm1"
    if (site == "norm1" and not claimed and blocks[-1].steps and blocks[-1].steps[-1].kind == "norm") or not what:
        return ""
    return f"nothing normalises the stream there; {what}"


def _only(block: Block, kind: str) -> int | None:
    """Return the place of the one step of a kind; None where there is none, or more than one."""
    places = [place for place, step in enumerate(block.steps) if step.kind == kind]
    return places[0] if len(places) == 1 else None


def _added(kind: str) -> Callable[[Block], Part | None]:
    def part(block: Block) -> Part | None:
        place = _only(block, kind)
        return None if place is None else block.steps[place].part

    return part


def _norm_before(block: Block, place: int | None, which: int) -> Part | None:
    """Return what normalises the state that a step reads."""
    if place is None:
        return None
    if place and block.steps[place - 1].kind == "norm":
        return block.steps[place - 1].part
    reads = block.steps[place].reads
    return Part(reads[which]) if len(reads) > which else None


def _norm1(block: Block) -> Part | None:
    place = _only(block, "attn")
    return _norm_before(block, 0 if place is None and block.steps else place, 0)


def _norm2(block: Block) -> Part | None:
    place = _only(block, "cross")
    place = _only(block, "mlp") if place is None else place
    if place is None or (place == 0 and not block.steps[0].beside):
        return None
    return _norm_before(block, place, 1 if block.steps[place].beside else 0)


def _norm_mlp(block: Block) -> Part | None:
    place = _only(block, "mlp")
    return None if place is None or _only(block, "cross") is None else _norm_before(block, place, 0)


_PLACES: dict[str, Callable[[Block], Part | None]] = {
    "norm1": _norm1,
    "norm2": _norm2,
    "norm_mlp": _norm_mlp,
    **{site: _added(site) for site in ADDED},
}
