"""What the protein recipes share: the sequences, the ESM-2 models and what stands in for them, and their layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..._types import ExampleKind, Examples
from ...errors import InputError, needs_extra
from ...examples import read_examples
from ...extraction import open_model
from ...study import extract
from .._order import Order
from ._models import Settled

if TYPE_CHECKING:
    from ...extraction import Model
    from ...store import Store

SUPERFAMILY, FAMILY = "superfamily", "family"
OTHER, MADE_UP = "other", "made up"
SMALL = "a small network with random weights"
RESIDUES = list("ACDEFGHIKLMNPQRSTVWY")
ESM2 = {"8M": (6, 320), "35M": (12, 480), "150M": (30, 640), "650M": (33, 1280), "3B": (36, 2560)}
"""Size -> (layers, width) of the published models."""
ESM2_NAME = re.compile(r"esm2_t\d+_(8M|35M|150M|650M|3B)_UR50D")
NARROWER = 20
SCCS = re.compile(r"[a-l]\.\d+\.\d+\.\d+")  # class, fold, superfamily, family: how ASTRAL files describe a domain
FAMILIES = (24, 3, 5, 60)  # superfamilies, families of each, sequences of each family, residues
FAMILY_CHANGES, MEMBER_CHANGES = 0.4, 0.2


@dataclass(frozen=True, slots=True)
class Proteins:
    """The sequences that go through the models."""

    examples: Examples
    """Sequences with what is known of them."""
    whose: str
    """Which of the study's data sets they are said to be, "other", or "made up"."""
    note: str
    """What they are, in a sentence for the report."""

    def stand_in_for(self, published: str) -> str:
        """Return what stands in for a data set of the study, in a few words; nothing where these are said to be it."""
        if self.whose == MADE_UP:
            return "made-up sequences"
        return "" if self.whose == published else "other sequences than the study's"

    @property
    def labelled(self) -> bool:
        """Whether superfamilies and families are known."""
        return {SUPERFAMILY, FAMILY} <= set(self.examples.table.columns)


def read_proteins(order: Order, *, whole: bool = False, kind: ExampleKind = "protein") -> Proteins:
    """Read the sequences of `--data`, or other examples for other models; without any, make sequences up.

    Parameters
    ----------
    order : Order
        With the options `limit` (0: no limit) and `data_is`, which says whose sequences they are.
    whole : bool
        Whether the limit takes whole superfamilies, so that labels keep their neighbours.
    kind : str
        What the examples are.
    """
    limit = order.options["limit"]
    if limit < 0:
        raise InputError(f"limit of the recipe {order.recipe.name} must be at least 1, or 0 for no limit. Got {limit}.")
    if order.data is None:
        if order.stand_in == "never":
            raise InputError(
                f"data of the recipe {order.recipe.name} must be a FASTA file or a table of sequences. Give --data FILE."
            )
        made = _limited(_made_up(order.rng), limit, order.rng, whole)
        note = (
            f"{len(made)} made-up sequences, random changes of random ancestors, stand in for proteins "
            "(no --data was given): no number below says anything about proteins."
        )
        return Proteins(made, MADE_UP, note)
    held = _with_families(read_examples(order.data, kind=kind))
    examples = _limited(held, limit, order.rng, whole)
    said = order.options["data_is"]
    note = f"{len(examples)} {'sequences' if kind == 'protein' else 'examples'} of {Path(order.data).name} were read."
    if said != OTHER and len(examples) == len(held):
        return Proteins(examples, said, f"{note} That they are the study's ({said}) was said, and cannot be checked.")
    return Proteins(examples, OTHER, note)


def forecast_proteins(order: Order) -> str:
    """Say what would be read."""
    if order.data is None:
        return "No --data is given: made-up sequences would stand in for proteins."
    there = "would be read" if Path(order.data).exists() else "is not on this machine"
    limit = order.options["limit"]
    return f"{order.data} {there}{f', at most {limit} sequences' if limit else ''}."


def esm2_size(model: str) -> str | None:
    """Return "8M", "35M", "150M", "650M" or "3B" for a published ESM-2 model by its hub id or folder, else None.

    Examples
    --------
    >>> esm2_size("facebook/esm2_t12_35M_UR50D"), esm2_size("facebook/esm1b_t33_650M_UR50S")
    ('35M', None)
    """
    found = ESM2_NAME.fullmatch(Path(model).name)
    return found[1] if found else None


def esm2_sizes(order: Order, settled: Settled) -> dict[str, str | None]:
    """Return for each model, by the name that figures show, the size of ESM-2 that it is or stands for.

    A network that bears the name of a published one, and has not about as many parameters, is none.
    """
    sizes: dict[str, str | None] = {}
    for name, model in order.models.items():
        size = esm2_size(model)
        if size is not None and not settled.stand_in:
            layers, width = ESM2[size]
            ratio = settled.parameters[name] / (12 * layers * width**2)  # of the blocks, which are nearly all
            size = size if 1 <= ratio < 1.2 else None
        sizes[settled.shown(name)] = size
    return sizes


def tiny_ones(order: Order, *, fewer: int = 1) -> Callable[[Path], Mapping[str, str]]:
    """Return what writes a small model for every ESM-2 model: its layers or a part of them, a twentieth of the width."""

    def make(folder: Path) -> dict[str, str]:
        try:
            from ._stand_in_torch import save_tiny_esm
        except ModuleNotFoundError as problem:
            raise needs_extra("the recipe", str(problem.name), "models") from problem
        made = {}
        for place, (name, model) in enumerate(order.models.items()):
            layers, width = ESM2[esm2_size(model) or "8M"]
            seed = order.rng + place
            made[name] = str(
                save_tiny_esm(folder / str(place), layers=layers // fewer, width=width // NARROWER, rng=seed)
            )
        return made

    return make


def stand_ins(settled: Settled, proteins: Proteins, published: str) -> str:
    """Return in a few words what stood in for the models and for a data set of the study; nothing where neither did."""
    return "; ".join(part for part in (SMALL if settled.stand_in else "", proteins.stand_in_for(published)) if part)


def extract_layers(
    order: Order,
    settled: Settled,
    examples: Examples,
    *,
    layers: str = "all",
    opened: Callable[[str], Model] = open_model,
) -> dict[str, Store]:
    """Read every layer of every model, the mean over residues, and return them by the names that figures show."""
    return {
        settled.shown(name): extract(
            opened(model),
            examples,
            to=order.folder / "activations" / f"{place}.zarr",
            layers=layers,
            progress=order.progress,
        )
        for place, (name, model) in enumerate(settled.models.items())
    }


def _with_families(examples: Examples) -> Examples:
    """Read superfamily and family from the descriptions of an ASTRAL FASTA file, where no columns say them."""
    table = examples.table
    if SUPERFAMILY in table or "description" not in table:
        return examples
    sccs = table["description"].astype(str).str.split().str[0].fillna("")
    if not sccs.map(lambda word: SCCS.fullmatch(word) is not None).all():
        return examples
    return replace(examples, table=table.assign(**{SUPERFAMILY: sccs.str.rpartition(".")[0], FAMILY: sccs}))


def _limited(examples: Examples, limit: int, rng: int, whole: bool) -> Examples:
    """Take so many sequences at random, or so many whole superfamilies that there are no more; in the order they came."""
    if not limit or limit >= len(examples):
        return examples
    draw = np.random.default_rng(rng)
    if not (whole and SUPERFAMILY in examples.table):
        return examples.take(np.sort(draw.permutation(len(examples))[:limit]))
    label = examples.table[SUPERFAMILY].to_numpy()
    kept: list[int] = []
    for name in draw.permutation(np.unique(label)):
        members = np.flatnonzero(label == name)
        if len(kept) + len(members) <= limit:
            kept.extend(members.tolist())
    if not kept:
        raise InputError(f"limit of the recipe must leave room for a superfamily. Got {limit}.")
    return examples.take(np.sort(np.array(kept)))


def _made_up(rng: int) -> Examples:
    """Make up families of sequences: an ancestor for each superfamily, changed for each family, and again for each member."""
    draw = np.random.default_rng(rng)
    superfamilies, families, members, length = FAMILIES
    rows = []
    for one in range(superfamilies):
        ancestor = draw.choice(RESIDUES, length)
        for two in range(families):
            founder = _changed(ancestor, FAMILY_CHANGES, draw)
            rows += [
                ("".join(_changed(founder, MEMBER_CHANGES, draw)), f"x.1.{one}", f"x.1.{one}.{two}")
                for _ in range(members)
            ]
    return read_examples(pd.DataFrame(rows, columns=["sequence", SUPERFAMILY, FAMILY]), kind="protein")


def _changed(sequence: np.ndarray, share: float, draw: np.random.Generator) -> np.ndarray:
    return np.where(draw.random(len(sequence)) < share, draw.choice(RESIDUES, len(sequence)), sequence)
