"""A study made smaller, or mended: what nobody asks for, or cannot be used, is taken away once the rest is written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import _check
from ..errors import InputError, RepscapeError, StoreError
from ..plan import Plan
from ..results import Results
from ..store import list_groups, remove_group
from ._contents import Contents
from ._folder import StudyFolder
from ._plans import without
from ._problems import Problem
from ._run import results_of, write_view
from ._running import Running
from ._study import open_study


def remove_from_study(
    folder: str | Path, *, measures: Sequence[Any] = (), models: Sequence[str] = (), how: Running | None = None
) -> Results:
    """Take measures or models out of a study, with all that was computed of them.

    Parameters
    ----------
    folder : path
        The study.
    measures : sequence
        Entries of a plan: a name alone is every variant of the measure, a name with options that one.
    models : sequence of str
        Names of models, as in the results.
    how : Running, optional
        Waiting, and the like.

    Returns
    -------
    Results
        What is left.

    Raises
    ------
    UnknownNameError
        There is no such measure or model in it.
    InputError
        Nothing would be left.
    """
    how = how or Running()
    study = open_study(folder)
    home = study.folder
    if home.contents() is None:
        study.run(wait=how.wait)
    with home.writing(wait=how.wait, tell=how.tell):  # from here on nobody adds to what is read
        contents = home.contents()
        if contents is None:
            raise StoreError(f"{home.path} has no contents that can be read.")
        left, plans = _left(home, contents, measures=measures, models=models)
        _write_left(home, contents, left, plans, models=models, sync=how.sync)
        journal = home.journal(sync=how.sync)
        results = results_of(home, left, journal)
        write_view(home, results, sync=how.sync)
    return results


def _left(
    home: StudyFolder, contents: Contents, *, measures: Sequence[Any], models: Sequence[str]
) -> tuple[Contents, list[Plan]]:
    """Return what is left of a study, and the plans for it; refuse what is not there, and to leave nothing."""
    variants = _variants(contents, measures)
    known = list(dict.fromkeys(place.model for place in contents.places))
    for name in models:
        _check.choice(name, "model", "remove", known)
    left = contents.without([(p.model, p.layer.key, p.step) for p in contents.places if p.model in models])
    left = replace(left, cells=tuple(cell for cell in left.cells if cell.variant not in variants))
    plans = [kept for plan in home.plans() if (kept := without(plan, variants)) is not None]
    if not left.cells or not plans:
        raise InputError(f"nothing of {home.path} would be left. Delete the folder instead.")
    return left, plans


def _variants(contents: Contents, measures: Sequence[Any]) -> list[str]:
    held = list(dict.fromkeys(cell.variant for cell in contents.cells))
    found: list[str] = []
    for entry in measures:
        name = entry["name"]
        options = {key: value for key, value in entry.items() if key != "name"}
        wanted = Plan.from_dict({"measures": [entry]}).items[0].variant if options else name
        own = [v for v in held if (v == wanted if options else v.partition("(")[0] == name)]
        if not own:
            _check.choice(wanted, "measures", "remove", held)
        found += own
    return found


def _write_left(
    home: StudyFolder, contents: Contents, left: Contents, plans: Sequence[Plan], *, models: Sequence[str], sync: bool
) -> None:
    """Write what is left first, and then delete what nobody asks for any more."""
    stores = home.stores()
    held = home.held()
    source = dict(held.get("source", {}))
    for key in ("model", "arrays"):
        if isinstance(source.get(key), Mapping):
            source[key] = {name: path for name, path in source[key].items() if name not in models}
    about = {**left.about, "plan": plans[0].to_dict()}
    left = replace(left, about=about)
    home.write_plans(plans, left, source, sync=sync)
    home.write_contents(left, sync=sync)
    journal = home.journal(sync=sync)
    kept = set(left.keys)
    units = journal.read(list(contents.graphs.values())).units
    journal.drop([key for key in list(journal.entries) if key not in kept])
    used = {
        name for key, unit in units.items() if key in kept for name in ((unit.graph or {}).get("names") or {}).values()
    }
    for name in list_groups(home.graphs):
        if name not in used:
            remove_group(home.graphs, name)
    for name in models:
        if name in stores:
            shutil.rmtree(stores[name])
    gone = {c.variant.partition("(")[0] for c in contents.cells} - {c.variant.partition("(")[0] for c in left.cells}
    for name in gone:
        for file in home.figures.glob(f"{name}*"):
            if not file.stem[len(name) :][:1].isalnum() and file.stem[len(name) :][:1] != "_":
                file.unlink()


def repair_study(folder: str | Path, how: Running | None = None) -> tuple[Problem, ...]:
    """Take away what is damaged in a study, compute it again where the data can be read, and return what is left.

    Parameters
    ----------
    folder : path
        The study.
    how : Running, optional
        Waiting, and the like.

    Returns
    -------
    tuple of Problem
        What could not be mended here, each with what mends it.
    """
    how = how or Running()
    study = open_study(folder)
    with study.folder.writing(wait=how.wait, tell=how.tell):
        for problem in study.problems():
            if problem.mend is not None:
                problem.mend()
        contents = study.folder.contents()
        if contents is not None:
            journal = study.folder.journal(sync=how.sync)
            write_view(study.folder, results_of(study.folder, contents, journal), sync=how.sync)
    try:
        open_study(folder).run(wait=how.wait, threads=how.threads)
    except RepscapeError as error:
        return (*open_study(folder).problems(), Problem(str(error), "What is whole stays as it is."))
    return open_study(folder).problems()
