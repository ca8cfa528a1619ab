"""Where each model family keeps its parts: a table, and how a model's modules are matched against it.

Matching looks at module names alone, never at a model's class or configuration, so that a model inside a head, a
wrapper or somebody's own code is found as well. Torch is not imported here: names are all that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .._check import near
from .._types import LayerInfo
from ..errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import torch

BLOCK_SITES = ("residual", "norm1", "norm2", "attn", "mlp")
SITES = (*BLOCK_SITES, "final_norm")
EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Family:
    """Where one architecture keeps its parts; paths are module names, those of a block counted from the block."""

    name: str
    """What people call it."""
    blocks: str
    """The list of blocks."""
    norm1: str | None
    """The normalisation before attention; None where there is none (post-norm blocks)."""
    norm2: str
    """The normalisation that follows attention."""
    attn: str
    """What attention adds to the stream, as it is before the sum."""
    mlp: str
    """What the feed-forward part adds to the stream, as it is before the sum."""
    final_norm: str | None = None
    """The normalisation after the last block; None where the block itself ends with one."""
    absent: tuple[str, ...] = ()
    """Parts that a block of a look-alike has and that would give the others another meaning."""

    def part(self, site: str) -> str | None:
        """Return the path inside a block that a site stands for, or None where the family has none."""
        return {"norm1": self.norm1, "norm2": self.norm2, "attn": self.attn, "mlp": self.mlp}[site]


FAMILIES = (
    Family(
        "BERT or RoBERTa", "encoder.layer", None, "attention.output.LayerNorm", "attention.output.dense", "output.dense"
    ),
    Family("DistilBERT", "transformer.layer", None, "sa_layer_norm", "attention", "ffn"),
    Family("GPT-2 or ImageGPT", "h", "ln_1", "ln_2", "attn", "mlp", "ln_f"),
    Family(
        "Llama-like",
        "layers",
        "input_layernorm",
        "post_attention_layernorm",
        "self_attn",
        "mlp",
        "norm",
        absent=("pre_feedforward_layernorm",),  # Gemma 2 normalises what attention returns as well
    ),
    Family("GPT-NeoX", "layers", "input_layernorm", "post_attention_layernorm", "attention", "mlp", "final_layer_norm"),
    Family(
        "ESM",
        "encoder.layer",
        "attention.LayerNorm",
        "LayerNorm",
        "attention.output.dense",
        "output.dense",
        "encoder.emb_layer_norm_after",
    ),
    Family(
        "T5 encoder",
        "encoder.block",
        "layer.0.layer_norm",
        "layer.1.layer_norm",
        "layer.0.SelfAttention",
        "layer.1.DenseReluDense",
        "encoder.final_layer_norm",
    ),
    Family("ViT", "layers", "layernorm_before", "layernorm_after", "attention", "mlp", "layernorm"),
    Family("DINOv2", "encoder.layer", "norm1", "norm2", "layer_scale1", "layer_scale2", "layernorm"),
    Family("plain pre-norm transformer", "blocks", "norm1", "norm2", "attn", "mlp", "norm", absent=("ls1",)),
)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One model's blocks, as found through a row of the table."""

    family: Family
    """The row that fits."""
    blocks: tuple[str, ...]
    """Module path of each block, first to last."""
    final_norm: str | None
    """Module path of the final normalisation."""

    def sites(self) -> list[str]:
        """Return the sites that this model has."""
        has = [site for site in BLOCK_SITES if site == "residual" or self.family.part(site) is not None]
        return has + (["final_norm"] if self.final_norm else [])

    def taps(self, site: str) -> list[Tap]:
        """Return where to read a site at every depth, the embedding first."""
        last = len(self.blocks)
        if site == "final_norm" and self.final_norm:
            return [Tap(LayerInfo(self.final_norm, last, 1.0, site), self.final_norm, "output")]
        part = "" if site == "residual" else self.family.part(site) if site in BLOCK_SITES else None
        if part is None:
            raise self._no_site(site)
        taps = [Tap(LayerInfo(EMBEDDING, 0, 0.0), self.blocks[0], "input")] if site == "residual" else []
        for index, block in enumerate(self.blocks, start=1):
            path = f"{block}.{part}" if part else block
            taps.append(Tap(LayerInfo(block, index, index / last, site), path, "output"))
        return taps

    def _no_site(self, site: str) -> UnknownNameError:
        why = {
            "norm1": " (post-norm blocks: the first normalisation comes after attention and is norm2)",
            "final_norm": " (each block ends with its own normalisation, so the last residual is already normalised)",
        }.get(site, "")
        return UnknownNameError(
            f"site of extract: this model ({self.family.name}) has no {site!r}{why}. It has {', '.join(self.sites())}, "
            f"and any module by name or glob.{near(site, SITES)}"
        )


@dataclass(frozen=True, slots=True)
class Tap:
    """One place to read: which module, at which end, and what the result is called."""

    layer: LayerInfo
    """The name of what is read."""
    module: str
    """Module path."""
    end: Literal["input", "output"]
    """Whether the module's first input or its (first) output is read."""


def find_anatomy(names: Iterable[str], families: Sequence[Family] = FAMILIES) -> Anatomy | None:
    """Find the blocks of a model from its module names; None where no row of the table fits.

    Examples
    --------
    >>> names = ["h", "ln_f", *(f"h.{i}{p}" for i in (0, 1) for p in ("", ".ln_1", ".ln_2", ".attn", ".mlp"))]
    >>> find_anatomy(names).blocks
    ('h.0', 'h.1')
    """
    known = dict.fromkeys(names)
    found = [
        anatomy
        for family in families
        for name in known
        if name == family.blocks or name.endswith(f".{family.blocks}")
        if (anatomy := _fit(family, name, list(known))) is not None
    ]
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
    return Anatomy(family, blocks, final) if fits and (final is None or final in known) else None


def select_taps(
    model: torch.nn.Module,
    *,
    layers: str | int | Sequence[str | int] = "all",
    sites: str | Sequence[str] = "residual",
    family: Family | None = None,
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
    anatomy = find_anatomy(names, FAMILIES if family is None else (family,))
    if not wanted or not wanted_sites:
        raise InputError("layers and site of extract must name at least one place each. Got none.")
    if anatomy is None and "all" not in wanted and not any(isinstance(entry, int) for entry in wanted):
        return _module_taps(names, [str(entry) for entry in wanted])
    taps: list[Tap] = []
    modules: list[Tap] = []
    for site in wanted_sites:
        if site not in SITES:
            modules += _module_taps(names, [site])
        elif anatomy is None:
            raise InputError(
                f"site of extract: {site!r} needs a model of a known family ({', '.join(f.name for f in FAMILIES)}). "
                f"Name its modules instead, such as layers={_example_glob(names)!r}; it has {_some(names)}."
            )
        else:
            taps += anatomy.taps(site)
    chosen = _choose(taps, wanted, names)
    taken = {(tap.module, tap.end) for tap in chosen}
    return list(dict.fromkeys([*chosen, *(tap for tap in modules if (tap.module, tap.end) not in taken)]))


def _choose(taps: list[Tap], wanted: list[str | int], names: list[str]) -> list[Tap]:
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
            found = [tap for tap in taps if pattern.fullmatch(tap.layer.name)]
            found = found or _module_taps(names, [entry])
        chosen += found
    return chosen


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
