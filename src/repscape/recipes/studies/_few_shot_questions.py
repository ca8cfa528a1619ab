"""The questions of the recipe few-shot-landscape: read, matched between numbers of shots, or made up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...errors import InputError
from ...examples import read_examples
from .._order import Order

COLUMNS = ("subject", "answer")
SHOTS = "shots"
OWN_IDS = "source_id"  # what read_examples calls ids of a table that are not one for each row
SUBJECTS = {
    "films": "wonderful moving brilliant funny",
    "books": "warm superb charming gripping",
    "games": "dull awful clumsy boring",
    "plays": "flat dreadful tedious silly",
}
ANSWERS = ("actor", "scene", "story", "film")
FILLER = "the was a with an and one that they saw in it"
MADE_UP = 240
EXAMPLES = (0, 2)


def questions(order: Order) -> tuple[dict[str, pd.DataFrame], str]:
    """Return a table of prompts for each number of shots, the same questions row by row, and what is to be said of them."""
    limit = order.options["limit"]
    if order.data is None:
        return (
            {f"{shots} shots": _made_up(min(limit, MADE_UP), shots, order.rng) for shots in EXAMPLES},
            f"Made-up questions stand in for {order.recipe.data}: no number says anything about questions.",
        )
    held = read_examples(order.data).table
    lacking = [name for name in ("text", *COLUMNS) if name not in held]
    if lacking:
        raise InputError(
            f"data of the recipe {order.recipe.name} must have the columns text, {', '.join(COLUMNS)}. It lacks "
            f"{', '.join(lacking)}: {Path(order.data).name} has {', '.join(map(str, held.columns))}."
        )
    if SHOTS not in held:
        return {"prompts": held.head(limit)}, ""
    unknown = np.flatnonzero(held[SHOTS].isna())
    if unknown.size:
        raise InputError(f"shots of {_file(order)} must be a number in every row. Got none in row {unknown[0]}.")
    parts = {_named(shots): own for shots, own in held.groupby(SHOTS, sort=True)}
    matched, note = _matched(order, parts)
    return {name: own.head(limit) for name, own in matched.items()}, note


def _file(order: Order) -> str:
    return Path(str(order.data)).name


def _named(shots: Any) -> str:
    return f"{shots:g} shots" if isinstance(shots, float) else f"{shots} shots"


def _matched(order: Order, parts: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], str]:
    """Bring the same questions into the same rows of all parts: by their ids where there are any, else as they come.

    Rows of the file are numbered through, so that without this no two parts would hold the same examples.
    """
    first, *others = parts
    by_id = OWN_IDS in parts[first]
    found = {name: own.drop(columns="id").reset_index(drop=True) for name, own in parts.items()}
    note = ""
    if by_id:
        for name, own in found.items():
            if (again := own[OWN_IDS].duplicated()).any():
                raise InputError(
                    f"id of {_file(order)} must name each question once for each number of shots. Got "
                    f"{own[OWN_IDS][again].iloc[0]!r} twice of {name}."
                )
        kept = [one for one in found[first][OWN_IDS] if all(one in set(found[name][OWN_IDS]) for name in others)]
        left_out = sum(len(own) - len(kept) for own in found.values())
        found = {name: own.set_index(OWN_IDS).loc[kept].rename_axis("id").reset_index() for name, own in found.items()}
        if left_out:
            note = f"{left_out} prompts are left out: their questions do not stand there for every number of shots."
    remedy = "Number the questions in a column id, the same for each number of shots."
    for name in others:
        if len(found[name]) != len(found[first]):
            raise InputError(
                f"{_file(order)} must hold the same questions for each number of shots, in the same order. Got "
                f"{len(found[first])} of {first} and {len(found[name])} of {name}. {remedy}"
            )
        for column in COLUMNS:
            unlike = np.flatnonzero(found[name][column].to_numpy() != found[first][column].to_numpy())
            if unlike.size:
                row = int(unlike[0])
                raise InputError(
                    f"{_file(order)} must hold the same questions for each number of shots, in the same order. Got {column} "
                    f"{found[first][column][row]!r} in row {row} of {first} and {found[name][column][row]!r} of {name}."
                    f"{'' if by_id else f' {remedy}'}"
                )
    return found, note


def asked_of(order: Order, tables: Mapping[str, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Return the columns that peaks can be set beside, and of the others in words why not."""
    table = next(iter(tables.values()))
    if len(table) <= order.options["k"]:
        raise InputError(
            f"k of the recipe {order.recipe.name} must be smaller than the number of questions of each number of shots, "
            f"{len(table)}. Got {order.options['k']}."
        )
    kinds = {column: table[column].dropna().unique() for column in COLUMNS}
    asked = [column for column, found in kinds.items() if len(found) > 1]
    alone = [
        f"Every question has the {column} {found[0]}: there is nothing to set peaks beside."
        for column, found in kinds.items()
        if len(found) == 1
    ]
    if not asked:
        raise InputError(
            f"data of the recipe {order.recipe.name} must hold two subjects or two answers at least. {' '.join(alone)}"
        )
    return asked, alone


def _made_up(count: int, shots: int, rng: int) -> pd.DataFrame:
    """Write questions of a subject's words that end in an answer's, after so many solved ones of the same subject."""
    draw = np.random.default_rng(rng)
    subjects, answers = draw.choice(list(SUBJECTS), count), draw.choice(ANSWERS, count)

    def question(subject: str) -> str:
        words = [*draw.choice(FILLER.split(), 6), *draw.choice(SUBJECTS[subject].split(), 3)]
        return " ".join(draw.permutation(words))

    def prompt(subject: str, answer: str) -> str:
        solved = [f"{question(subject)} {draw.choice(ANSWERS)}" for _ in range(shots)]
        return " ".join([*solved, question(subject), answer])

    texts = [prompt(str(subject), str(answer)) for subject, answer in zip(subjects, answers, strict=True)]
    return pd.DataFrame({"text": texts, "subject": subjects, "answer": answers})
