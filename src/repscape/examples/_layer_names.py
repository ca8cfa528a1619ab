"""In which order layers stand that are known by their names alone, and how deep each of them is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from .._types import LayerInfo

LONGEST = 18  # digits of a number in a name that counts layers
FIRST = re.compile(r"(?i)(^|[._/-])(hook_)?((pos|tok|token|word)?_?emb(ed|edding|eddings)?(_tokens)?|inputs?|wte|wpe)$")
"""Names of what comes before the first block."""


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts layer2 before layer10.

    Examples
    --------
    >>> sorted(["layer10", "layer2", "embed"], key=natural_key)
    ['embed', 'layer2', 'layer10']
    """
    parts = [(part.lstrip("0"), part) for part in re.split(r"(\d+)", name)]
    return [(1, len(digits), f"{digits} {part}") if i % 2 else (0, 0, part) for i, (digits, part) in enumerate(parts)]


def layer_infos(names: Iterable[str], *, ordered: bool = True) -> list[LayerInfo]:
    """Place layers by the one number in which their names differ, else by their order.

    Where layers of several kinds lie together (layer.3.attn beside layer.3.mlp, or an embedding before and a norm behind them),
    each kind is placed by its number. `ordered` says whether the order of the names means anything: some
    formats sort them.

    Examples
    --------
    >>> [(info.index, info.depth) for info in layer_infos(["block4", "block1"])]
    [(4, 1.0), (1, 0.25)]
    >>> [(info.name, info.index) for info in layer_infos(["embed", "layer.10", "layer.9"])]
    [('embed', 0), ('layer.10', 2), ('layer.9', 1)]
    """
    wanted = list(names)
    numbers = _numbers(wanted)
    places = numbers if numbers is not None else _by_kind(wanted, ordered=ordered)
    last = max(places, default=0)
    return [
        LayerInfo(name, place, place / last if last else 0.0, site="")
        for name, place in zip(wanted, places, strict=True)
    ]


def _by_kind(names: Sequence[str], *, ordered: bool) -> list[int]:
    """Return a place for each name: kinds that are counted stand between what comes before them and what comes after."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in names:
        kinds[re.sub(r"\d+", "#", name)].append(name)
    counted: dict[str, int] = {}
    for members in kinds.values():
        numbers = _numbers(members) if len(members) > 1 else None
        counted |= dict(zip(members, numbers, strict=True)) if numbers is not None else {}
    if not counted:
        line = list(names) if ordered else sorted(names, key=lambda name: (not FIRST.search(name), natural_key(name)))
        return [line.index(name) for name in names]
    several = len({re.sub(r"\d+", "#", name) for name in counted}) > 1
    others = [name for name in names if name not in counted]
    begin = next(i for i, name in enumerate(names) if name in counted)
    first = [name for name in others if FIRST.search(name) or (ordered and names.index(name) < begin)]
    if several and not others:
        return [counted[name] for name in names]
    line = [*first, *sorted(counted, key=lambda name: counted[name]), *(name for name in others if name not in first)]
    return [line.index(name) for name in names]


def _numbers(names: Sequence[str]) -> list[int] | None:
    """Return the number that tells the names apart, or None where they differ in more than one."""
    split = [re.split(r"(\d+)", name) for name in names]
    if len({len(parts) for parts in split}) != 1:
        return None
    differing = [i for i in range(len(split[0])) if len({parts[i] for parts in split}) > 1]
    if len(differing) != 1 or differing[0] % 2 == 0:
        return None
    digits = [parts[differing[0]] for parts in split]
    if max(map(len, digits)) > LONGEST:
        return None
    numbers = list(map(int, digits))
    return numbers if len(set(numbers)) == len(numbers) else None
