"""What the recipes of labelled texts share: the texts, the small model that may stand in, how the published ones are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..._types import Examples
from ...errors import InputError, MissingExtraError, needs_extra
from ...examples import read_examples
from ...store import Store
from .._order import Order

LABEL = "label"
SPLIT = "train"  # of a data set on the hub
MINILM, REVIEWS_3000 = "3bdefe86d0703ebf", "b5d26a96471b4b00"
"""How the fingerprints of the published model and texts begin: all-MiniLM-L6-v2, and 3,000 of 5,000 reviews drawn by pandas."""
MADE_UP = 240
WORDS = {
    "positive": "wonderful moving brilliant funny warm superb charming gripping",
    "negative": "dull awful clumsy boring flat dreadful tedious silly",
    "": "the film was a story with an actor and one scene that they saw in it",
}


@dataclass(frozen=True, slots=True)
class Reviews:
    """The texts that go through the models."""

    examples: Examples
    """Texts with their labels."""
    stand_in: str
    """What stood in for the published texts; nothing where they are the ones that were asked for."""
    note: str
    """What they are, in a sentence."""


def read_reviews(order: Order) -> Reviews:
    """Read the texts of `--data`, else the published data set, else make some up."""
    limit = order.options["limit"]
    if limit < 30:
        raise InputError(f"limit of the recipe {order.recipe.name} must be at least 30. Got {limit}.")
    why = "as was asked"
    if order.data is not None or order.stand_in != "always":
        name = order.data or order.recipe.data
        try:
            examples = _drawn(name, limit, order)
        except (InputError, MissingExtraError) as problem:
            if order.data is not None or order.stand_in == "never":
                raise
            why = str(problem).rstrip(".")
        else:
            return Reviews(examples, "", f"{len(examples)} texts of {Path(name).name} were read.")
    made = read_examples(_made_up(min(limit, MADE_UP), order.rng), text="text", label=LABEL)
    note = f"{len(made)} made-up texts stand in for {order.recipe.data} ({why}): no number says anything about reviews."
    return Reviews(made, "made-up texts", note)


def forecast_reviews(order: Order) -> str:
    """Say which texts would be read."""
    limit = order.options["limit"]
    if order.data is not None:
        there = "would be read" if Path(order.data).exists() else "is not on this machine, and would be fetched"
        return f"{order.data} {there}, at most {limit} texts."
    if order.stand_in == "always":
        return f"Made-up texts would stand in for {order.recipe.data}."
    return f"{limit} texts of {order.recipe.data} would be fetched; where that cannot be, made-up texts stand in."


def save_tiny(folder: Path, order: Order) -> dict[str, str]:
    """Write a small BERT with random weights for every model of the recipe."""
    try:
        from ._stand_in_text_torch import save_tiny_bert
    except ModuleNotFoundError as problem:
        raise needs_extra("the recipe", str(problem.name), "models") from problem
    words = " ".join(WORDS.values()).split()
    return {
        name: str(save_tiny_bert(folder / str(place), words, layers=6, rng=order.rng + place))
        for place, name in enumerate(order.models)
    }


def other_than_published(store: Store, limit: int) -> str:
    """Return in what a store differs from the published one, in a few words; nothing where it does not."""
    made = store.provenance
    apart = [
        "another model" if not made["model"]["fingerprint"].startswith(MINILM) else "",
        "other texts" if not made["data"]["fingerprint"].startswith(REVIEWS_3000) or limit != 3000 else "",
        "" if made["options"]["max_length"] == 128 else "other lengths",
    ]
    return ", ".join(part for part in apart if part)


def _drawn(name: str, limit: int, order: Order) -> Examples:
    """Draw texts as pandas does, which is how the published ones were drawn; fewer are the first of more."""
    held = read_examples(name, split=None if Path(name).exists() else SPLIT, label=LABEL)
    if len(held) <= limit:
        return held
    return held.take(pd.Series(np.arange(len(held))).sample(limit, random_state=order.rng).to_numpy())


def _made_up(count: int, rng: int) -> pd.DataFrame:
    """Write texts of neutral words and, most of the time, words of their own kind."""
    draw = np.random.default_rng(rng)
    kinds = np.array(["negative", "positive"])[np.arange(count) % 2]
    vocabulary: Mapping[str, list[str]] = {kind: words.split() for kind, words in WORDS.items()}
    other = {"negative": "positive", "positive": "negative"}

    def text(kind: str) -> str:
        told = [kind if draw.random() < 0.75 else other[kind] for _ in range(3)]
        words = [*draw.choice(vocabulary[""], 8), *(draw.choice(vocabulary[one]) for one in told)]
        return " ".join(draw.permutation(words))

    return pd.DataFrame({"text": [text(kind) for kind in kinds], LABEL: kinds})
