"""Choosing where to read a model: sites of its blocks, layers by number, name or glob, or any module."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._check import near
from .._types import LayerInfo
from ..errors import InputError, UnknownNameError
from ._anatomy import SITES, Anatomy, Tap, find_anatomy
from ._families import FAMILIES, Family

if TYPE_CHECKING:
    import torch


def select_taps(
    model: torch.nn.Module,
    *,
    layers: str | int | Sequence[str | int] = "all",
    sites: str | Sequence[str] = "residual",
    family: Family | None = None,
    anatomy: Anatomy | None = None,
) -> list[Tap]:
    """Choose where to read a model.

    Parameters
    ----------
    model : torch.nn.Module
        Any module.
    layers : "all", or index, name or glob, or several
        Indices count the embedding as 0 and may be negative; names and globs are block names or any module path
        (``*`` stays between two dots, ``**`` crosses them).
    sites : str or sequence of str
        Where in each block, see `SITES`; anything else is taken as the name or glob of modules.
    family : Family, optional
        Where this model keeps its parts, for one that is not in the table.
    anatomy : Anatomy, optional
        Where they are as far as is known already; by default what the names of the modules say.

    Returns
    -------
    list of Tap
        In the order asked for, none twice.

    Raises
    ------
    UnknownNameError
        The model has no such site, layer or module; near names are offered.
    """
    names = [name for name, _ in model.named_modules(remove_duplicate=False) if name]
    wanted_sites = [sites] if isinstance(sites, str) else list(sites)
    wanted = [layers] if isinstance(layers, str | int) else list(layers)
    if anatomy is None:
        anatomy = find_anatomy(names, FAMILIES if family is None else (family,))
    if not wanted or not wanted_sites:
        raise InputError("layers and site of extract must name at least one place each. Got none.")
    named = "all" not in wanted and not any(isinstance(entry, int) for entry in wanted)
    unread = anatomy is None or (wanted_sites == ["residual"] and "residual" in anatomy.refused)
    if named and unread:
        return _module_taps(names, [str(entry) for entry in wanted])
    taps: list[Tap] = []
    modules: list[Tap] = []
    for site in wanted_sites:
        if site not in SITES:
            modules += _module_taps(names, [site])
        elif anatomy is None:
            raise InputError(
                f"site of extract: {site!r} needs a model of a known family ({', '.join(f.name for f in FAMILIES)}), or one "
                "whose blocks each read what the one before wrote. Name its modules instead, such as "
                f"layers={_example_glob(names)!r}; it has {_some(names)}."
            )
        else:
            taps += anatomy.taps(site)
    chosen = choose_taps(taps, wanted, names)
    taken = {(tap.module, tap.end) for tap in chosen}
    return list(dict.fromkeys([*chosen, *(tap for tap in modules if (tap.module, tap.end) not in taken)]))


def choose_taps(taps: list[Tap], wanted: Sequence[str | int], names: list[str]) -> list[Tap]:
    """Keep the wanted layers; a name that is no block's is looked for among all modules."""
    if "all" in wanted or not taps:
        return taps
    chosen: list[Tap] = []
    last = max(tap.layer.index for tap in taps)
    for entry in wanted:
        if isinstance(entry, int):
            index = entry if entry >= 0 else entry + last + 1
            found = [tap for tap in taps if tap.layer.index == index]
            if not found:
                first = min(tap.layer.index for tap in taps)
                raise InputError(
                    f"layers of extract: an index must be in [{first}, {last}], or negative to count from the end. "
                    f"Got {entry}."
                )
        else:
            pattern = _pattern(entry)
            found = [tap for tap in taps if pattern.fullmatch(tap.layer.name) or _is_part(tap, pattern)]
            found = found or _module_taps(names, [entry])
        chosen += found
    return chosen


def _is_part(tap: Tap, pattern: re.Pattern[str]) -> bool:
    """Say whether a pattern names a part of a layer, such as h.3/head.7."""
    return bool(tap.layer.part) and pattern.fullmatch(f"{tap.layer.name}/{tap.layer.part}") is not None


def _module_taps(names: list[str], patterns: Sequence[str]) -> list[Tap]:
    """Read the output of every module whose path matches one of the patterns, in the model's order."""
    found: set[str] = set()
    for entry in patterns:
        pattern = _pattern(entry)
        matches = {name for name in names if pattern.fullmatch(name)}
        if not matches:
            raise UnknownNameError(
                f"layers of extract: no module is called {entry!r}. It has {_some(names)}.{near(entry, names)}"
            )
        found |= matches
    ordered = [name for name in names if name in found]
    return [
        Tap(LayerInfo(name, index, index / len(ordered), ""), name, "output")
        for index, name in enumerate(ordered, start=1)
    ]


def _pattern(glob: str) -> re.Pattern[str]:
    """Turn a glob over module paths into a regular expression: ``*`` stays between two dots, ``**`` crosses them."""
    parts = re.split(r"(\*\*|\*|\?)", glob)
    return re.compile("".join({"**": ".*", "*": "[^.]*", "?": "[^.]"}.get(part, re.escape(part)) for part in parts))


def _some(names: list[str], most: int = 8) -> str:
    """List the first few module names."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _example_glob(names: list[str]) -> str:
    """Return a glob that would work on this model."""
    numbered = re.compile(r"(^|\.)\d+$")
    return next((numbered.sub(r"\1*", name) for name in names if numbered.search(name)), names[0])
