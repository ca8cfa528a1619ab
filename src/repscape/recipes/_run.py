"""Follow a recipe: its steps, the comparison with what was published, figures and report in one folder."""

from __future__ import annotations

import importlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np

from .. import _check
from .._types import Brief
from ..errors import InputError
from ..figures import save_drawings, save_painted, write_whole
from ..report import Section, map_examples, save_map, write_report
from ..report.map import load_map, save_missing
from ..results import Results, csv_of
from ..study import ModelSource
from ._compare import Row, compare, counted, to_frame
from ._order import Order, Shown, StandIn, Steps
from ._recipe import Recipe, list_recipes

if TYPE_CHECKING:
    import pandas as pd

FUNCTION = "run_recipe"
COMPARISON = "comparison.csv"


@dataclass(frozen=True, slots=True, repr=False)
class RecipeRun(Brief):
    """What a recipe found."""

    recipe: Recipe
    """Which recipe."""
    rows: tuple[Row, ...]
    """Every published number beside ours; each has a `status`."""
    results: Results
    """The study."""
    notes: tuple[str, ...]
    """What stood in for what, what was left out, what was found."""
    report: Path
    """The HTML page."""

    @property
    def table(self) -> pd.DataFrame:
        """Ours, published and status, one row for each published number."""
        return to_frame(self.rows)


def run_recipe(
    name: str,
    *,
    to: str | Path,
    models: Sequence[str] = (),
    data: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    stand_in: StandIn = "auto",
    rng: int = 0,
    threads: int | None = None,
    progress: bool = False,
    command: str | None = None,
) -> RecipeRun:
    """Repeat a published study.

    Parameters
    ----------
    name : str
        One of :func:`list_recipes`.
    to : path
        A new folder, or that of the same recipe with the same settings.
    models : sequence of str
        "MODEL" or "NAME=MODEL" in place of the published ones.
    data : path or str, optional
        In place of the published data.
    options : mapping, optional
        Options of the recipe, as its .toml lists them.
    stand_in : {"auto", "always", "never"}
        Where published models cannot be had, run the same steps on something small in their place, and say so; in any case;
        or in no case, with an error instead.
    rng : int
        Seed.
    threads : int, optional
        Threads in all; by default every core.
    progress : bool
        Draw progress bars on standard error.
    command : str, optional
        What repeats it, for the report.

    Returns
    -------
    RecipeRun
        Every published number beside ours, the results, and where the report is. The folder holds the study, comparison.csv,
        figures/ and report.html.

    Raises
    ------
    UnknownNameError
        If there is no such recipe or option.
    InputError
        If a model or the data cannot be read, or stand_in="never" and a published model cannot be had.
    StudyMismatchError
        If the folder holds another study.

    Examples
    --------
    >>> import tempfile, repscape as rs
    >>> found = rs.run_recipe("word-rsa", to=tempfile.mkdtemp(), stand_in="always")  # doctest: +SKIP
    >>> {row.status for row in found.rows}  # doctest: +SKIP
    {'stand-in'}
    """
    order = _order(
        name, to=to, models=models, data=data, options=options, stand_in=stand_in, rng=rng, threads=threads,
        progress=progress,
    )  # fmt: skip
    found = _steps(order.recipe).run(order)
    rows = compare(order.recipe.published, found.ours)
    table = to_frame(rows)
    write_whole(order.folder / COMPARISON, csv_of(table), "comparison")
    drawings = [drawing for section in found.sections for drawing in section.drawings]
    painted = save_painted(found.results, order.folder / "figures")
    save_drawings(drawings, order.folder / "figures")
    beside = Section(
        "Ours and published",
        (f"{order.recipe.about} Repeated: {order.recipe.study}", counted(rows)),
        tables={"ours beside what was published": table.loc[:, (table.notna() & (table != "")).any()]},
    )
    _keep(found.shown, order.folder)
    report = write_report(
        found.results,
        order.folder / "report.html",
        title=order.recipe.title,
        command=command or _command(order, options or {}),
        notes=found.notes,
        sections=[beside, *found.sections],
        study=order.folder,
        painted=painted,
    )
    return RecipeRun(order.recipe, rows, found.results, found.notes, report)


def forecast_recipe(
    name: str,
    *,
    to: str | Path = ".",
    models: Sequence[str] = (),
    data: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    stand_in: StandIn = "auto",
    rng: int = 0,
) -> list[str]:
    """Say what :func:`run_recipe` would do, and what of it is not on this machine; nothing is done.

    Parameters
    ----------
    name, to, models, data, options, stand_in, rng
        As of :func:`run_recipe`.

    Returns
    -------
    list of str
        Sentences.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.forecast_recipe("word-rsa", stand_in="always")[0]
    'Made-up vectors stand in for glove-wiki-gigaword-50 and glove-twitter-25.'
    """
    order = _order(name, to=to, models=models, data=data, options=options, stand_in=stand_in, rng=rng)
    return list(_steps(order.recipe).forecast(order))


def known_recipe(name: str) -> Recipe:
    """Return a recipe by its name, or offer near ones."""
    recipes = list_recipes()
    return recipes[_check.choice(name, "name", FUNCTION, recipes)]


def _order(
    name: str,
    *,
    to: str | Path,
    models: Sequence[str],
    data: str | Path | None,
    options: Mapping[str, Any] | None,
    stand_in: StandIn,
    rng: int = 0,
    threads: int | None = None,
    progress: bool = False,
) -> Order:
    recipe = known_recipe(name)
    _check.choice(stand_in, "stand_in", FUNCTION, get_args(StandIn))
    _check.integer(rng, "rng", FUNCTION, low=0, high=int(np.iinfo(np.int64).max))
    for what, said in (("models", models), ("data", data)):
        if said and what not in recipe.takes:
            raise InputError(f"the recipe {name} takes no {what}: {recipe.needs[what]}. Got {said!r}.")
    named = ModelSource.of(models, "-").models if models else recipe.models
    given = None if data is None else str(data)
    return Order(
        recipe,
        Path(to),
        dict(named),
        bool(models),
        given,
        recipe.chosen(options or {}),
        stand_in,
        rng,
        threads,
        progress,
    )


def _keep(shown: Shown | str, folder: Path) -> None:
    """Keep the map of the examples where this page and every later one finds it; or why there is none."""
    if isinstance(shown, str):
        save_missing(shown, folder)
    elif load_map(folder) is None:
        save_map(map_examples(shown.source, columns=shown.columns, pictures=shown.pictures), folder)


def _command(order: Order, given: Mapping[str, Any]) -> str:
    """Return what does the same from a shell."""
    words = ["repscape", "recipe", order.recipe.name]
    for name, model in order.models.items() if order.own_models else ():
        words += ["--model", f"{name}={model}" if name else model]
    words += ["--data", order.data] if order.data is not None else []
    for name, value in given.items():
        words += ["--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    words += ["--stand-in", order.stand_in] if order.stand_in != "auto" else []
    words += ["--seed", str(order.rng)] if order.rng else []
    return shlex.join([*words, "-o", str(order.folder)])


def _steps(recipe: Recipe) -> Steps:
    """Import the steps, so that a recipe costs nothing before it is followed."""
    return cast(Steps, importlib.import_module(f".studies._{recipe.name.replace('-', '_')}", __package__))
