"""Steps of word-rsa: selectivity of each model, RSA of the two, clusters on the plane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..._types import Examples
from ...errors import InputError, MissingExtraError
from ...examples import choose_words, missing_words, read_examples, vector_models
from ...measures import Estimate
from ...measures.similarity import sim_rsa
from ...measures.structure import select_category
from ...plan import Plan
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from ._word_rsa_figures import compared

LAYER = "vectors"
WITHOUT = {"wiki": {"kiwi", "starfruit"}, "shared": {"spaceship", "stool", "kiwi", "watermelon", "starfruit"}}
"""Words that the published numbers leave out."""
FIRST = {
    "wiki": (50, "apple", (0.5204, -0.8314, 0.4996)),
    "twitter": (25, "apple", (0.85337, 0.011645, -0.033377)),
}
"""How the published vectors are known: dimensions, and how the vector of a word begins (to four digits)."""
PLAN = Plan(measures=["select_category", "sim_rsa"], groups="group", profiles=("models",))
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Models:
    """The two models, and what stands in for what."""

    first: Examples
    """Vectors of all its words."""
    second: Examples
    """The other's."""
    names: tuple[str, str]
    """What they are called."""
    stand_in: str = ""
    """What stood in for the published ones."""

    @property
    def sides(self) -> dict[str, Examples]:
        """By name."""
        return dict(zip(self.names, (self.first, self.second), strict=True))


def forecast(order: Order) -> list[str]:
    """Say what would be done."""
    names = list(order.models.values())
    made_up = f"Made-up vectors stand in for {' and '.join(names)}."
    said = [made_up] if _made_up(order) else [_found(model) for model in names]
    count = sum(len(members) for members in order.options["words"].values())
    return [*said, f"{count} words of {len(order.options['words'])} kinds are compared; nothing else is computed."]


def run(order: Order) -> Outcome:
    """Compare the two models."""
    models = _models(order)
    groups: Groups = order.options["words"]
    notes = [f"{models.stand_in}: no number below says anything about the published models."] if models.stand_in else []
    absent = {name: missing_words(side, groups) for name, side in models.sides.items()}
    for name, words in absent.items():
        if words:
            notes.append(f"{name} has no {', '.join(words)}.")
    if any(absent.values()) and order.options["missing"] == "raise":
        raise InputError(f"{' '.join(notes)} Give other words, or go on without them: --set missing=drop.")
    lacking = set().union(*absent.values())
    shared = {name: choose_words(side, _without(groups, lacking)) for name, side in models.sides.items()}
    layers = {name: {LAYER: side.inputs} for name, side in shared.items()}
    table = shared[models.names[0]].table
    results = run_study(
        layers,
        PLAN,
        columns={"group": table["group"].to_numpy()},
        folder=order.folder,
        origin=order.origin(stand_in=models.stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    numbers = tuple(_ours(models, order.recipe.options["words"].default))
    own = {
        f"{name}, {len(side)} words": _selectivity(side)
        for name in models.names
        if len(side := choose_words(models.sides[name], _without(groups, absent[name]))) > len(shared[name])
    }
    sections, found = compared(shared, own, results=results, options=order.options)
    return Outcome(results, numbers, sections, (*notes, *found), Shown(layers, dict(table[["word", "group"]])))


def _models(order: Order) -> Models:
    """Open the two models, or make some up where the published ones cannot be had."""
    if len(order.models) != 2:
        raise InputError(
            f"models of the recipe {order.recipe.name} must be two. Got {len(order.models)}: give --model twice."
        )
    names: tuple[str, str] = tuple(order.models)  # type: ignore[assignment]  # house: two, as was checked
    why = "as was asked"
    if not _made_up(order):
        try:
            first, second = (read_examples(model, kind="vectors") for model in order.models.values())
        except (InputError, MissingExtraError) as problem:
            if order.own_models or order.stand_in == "never":
                raise
            why = str(problem).rstrip(".")
        else:
            strange = [name for name, side in zip(FIRST, (first, second), strict=True) if not _is_published(name, side)]
            other = f"Other vectors than the published ones ({' and '.join(strange)})" if strange else ""
            return Models(first, second, names, other)
    first, second = (_drawn(order.options["words"], size, rng) for size, rng in ((50, order.rng), (25, order.rng + 1)))
    said = f"{order.recipe.stand_in} stand in for {' and '.join(order.models.values())} ({why})"
    return Models(first, second, names, said)


def _made_up(order: Order) -> bool:
    return order.stand_in == "always" and not order.own_models


def _drawn(groups: Groups, size: int, rng: int) -> Examples:
    """Draw vectors around a centre for each kind; they mean nothing."""
    draw = np.random.default_rng(rng)
    words = [word for members in groups.values() for word in members]
    centres = np.repeat(draw.normal(size=(len(groups), size)), [len(members) for members in groups.values()], axis=0)
    return read_examples(
        {"words": np.array(words), "vectors": centres + 0.8 + draw.normal(size=centres.shape)}, kind="vectors"
    )


def _is_published(name: str, side: Examples) -> bool:
    """Whether these are the vectors that the published numbers are of."""
    size, word, begins = FIRST[name]
    at = np.flatnonzero(side.table["word"] == word)
    inputs = np.asarray(side.inputs)
    return bool(at.size) and inputs.shape[1] == size and np.allclose(inputs[at[0], : len(begins)], begins, atol=1e-4)


def _ours(models: Models, groups: Groups) -> list[Ours]:
    """Return the published numbers again, each on the very words it was published for; without those words there is none."""
    first, second = models.sides.values()
    found = []
    for key, side, left_out in (
        ("selectivity_wiki", first, "wiki"),
        ("selectivity_twitter", second, "shared"),
        ("selectivity_wiki_shared", first, "shared"),
    ):
        words = _without(groups, WITHOUT[left_out])
        if not missing_words(side, words):
            chosen = choose_words(side, words)
            found.append(_as_ours(key, _selectivity(chosen), models.stand_in))
    words = _without(groups, WITHOUT["shared"])
    if not any(missing_words(side, words) for side in (first, second)):
        value = sim_rsa(*(choose_words(side, words).inputs for side in (first, second)))
        found.append(_as_ours("rsa", value, models.stand_in))
    return found


def _selectivity(words: Examples) -> Estimate:
    """Return within / between of words that carry their kind."""
    return select_category(words.inputs, words.table["group"].to_numpy())


def _as_ours(key: str, found: Estimate, stand_in: str) -> Ours:
    return Ours(key, found.value, found.stderr, stand_in)


def _without(groups: Groups, words: Iterable[str]) -> dict[str, list[str]]:
    left = set(words)
    return {group: [word for word in members if word not in left] for group, members in groups.items()}


def _found(model: str) -> str:
    """Say where a model would come from."""
    if Path(model).exists():
        return f"{model} would be read."
    known = vector_models().set_index("name")
    if model not in known.index:
        return f"{model} is no file and no name of gensim's downloader that is known here."
    try:
        from ...examples import is_here
    except MissingExtraError as problem:
        return f"{model}: {problem}"
    if is_here(model):
        return f"{model} is on this machine."
    return f"{model} would be fetched, {known['megabytes'][model]} MB."
