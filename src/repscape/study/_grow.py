"""A study by the words of a command line: begun, gone on with, made larger, made smaller."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import _check
from .._types import LayerInfo, Progress
from ..errors import InputError, RepscapeError, StoreError
from ..examples import builtin_values
from ..plan import Plan
from ..results import Place, Results
from ..store import list_groups, remove_group
from ._contents import Contents
from ._defaults import fitted
from ._execute import Means
from ._expand import expanded
from ._folder import StudyFolder
from ._plans import without
from ._problems import Problem
from ._provenance import provenance
from ._run import Order, results_of, run_into, write_view
from ._schedule import scheduler_of
from ._study import Study, open_study
from ._trial import check_options
from .reading import ModelSource, Representation, Source, StudySpec, read_source, read_study, with_builtin

LAYERS = 2  # of made-up points, to try a plan on before the model's pass


@dataclass(frozen=True, slots=True)
class Running:
    """How a study is run."""

    threads: int | None = None
    scheduler: Any = None
    fail_fast: bool = False
    wait: bool = False
    """Whether to wait where another process writes to the folder."""
    tell: Callable[[str], None] | None = None
    """Is told who holds the folder, before waiting."""
    sync: bool = True
    progress: bool | Progress | None = None

    @property
    def means(self) -> Means:
        """The same for a run."""
        where = scheduler_of(self.scheduler)
        return Means.of(self.threads, None, scheduler=where, fail_fast=self.fail_fast, sync=self.sync)


def run_study(spec: StudySpec, folder: Path, how: Running | None = None) -> Results:
    """Run a study into its folder: states that are there are not extracted again, values that are there not computed.

    What cannot start is refused before anything is written, the model's pass included. What failed stands in `failed` of the
    results, and in their warnings.
    """
    how = how or Running()
    means = how.means
    plan, columns = spec.load()
    home = StudyFolder(folder)
    home.check_free()
    if spec.models is not None and spec.home is None:
        _check_start(spec.models, plan, columns)
    with home.writing(wait=how.wait, tell=how.tell):
        source = spec.opened(folder, progress=how.progress, sync=how.sync)
        found = read_source(source, columns)
        given = set(columns) - set(spec.kept)
        results = run_into(home, Order(found, plan, spec.origin(), given), means, progress=how.progress)
        for entries in spec.also:
            order = Order(found, Plan.from_dict(entries), spec.origin(), given)
            results = run_into(home, order, means, progress=how.progress)
    return results


def _check_start(models: ModelSource, plan: Plan | None, columns: Mapping[str, Any]) -> None:
    """Refuse a plan that the examples do not allow; their layers are made up."""
    examples = models.examples()
    if models.options.get("pool") == "token":
        return  # how many rows there will be the tokenizer says
    n = len(examples)
    layers = [LayerInfo(str(index), index, float(index)) for index in range(LAYERS)]
    points = np.random.default_rng(0).normal(size=(n, 2))
    own = {str(name): examples.table[name].to_numpy() for name in examples.table.columns}
    for name, values in columns.items():
        _check.same_rows(n, len(values), ("the examples", f"column {name!r}"), "run")
    one = Source(tuple(Representation(Place("", layer), points) for layer in layers), {**own, **columns}, images=None)
    settled_plan = fitted(plan, one)
    images = examples.inputs if examples.kind == "image" else None
    one = with_builtin(replace(one, images=images), settled_plan.columns)
    missing = [name for name in settled_plan.columns if name not in one.columns]
    if missing:  # what texts and proteins say by themselves
        one = replace(one, columns={**builtin_values(examples.inputs, kind=examples.kind), **one.columns})
    places = {r.place: str(position) for position, r in enumerate(one.representations)}
    check_options(expanded([settled_plan], one, places, provenance([settled_plan], one)), lambda key: True)


def add_to_study(
    folder: str | Path,
    *,
    plan: Mapping[str, Any] | None = None,
    columns: Sequence[str] = (),
    models: Sequence[str] = (),
    arrays: Sequence[str] = (),
    revisions: Sequence[str] = (),
    how: Running | None = None,
) -> Results:
    """Make a study larger; what it has is not computed again, and its own labels and columns stay.

    Parameters
    ----------
    folder : path
        The study.
    plan : mapping, optional
        Entries as of :meth:`Plan.to_dict`: further measures, labels, values. Measures without labels take the study's;
        labels without measures go to all of the study's measures that take some.
    columns : sequence of str
        Files of further labels and values, as "[NAME=]PATH[:COLUMN]".
    models : sequence of str
        Further models, as "[NAME=]MODEL"; the study's own examples go through them.
    arrays : sequence of str
        Further models as arrays, as "[NAME=]PATH[:KEY]".
    revisions : sequence of str
        Further checkpoints of the study's model.
    how : Running, optional
        Threads, waiting, and the like.

    Returns
    -------
    Results
        All of the study.
    """
    how = how or Running()
    study = open_study(folder)
    entries = {**study.plan.to_dict(), **(plan or {})}
    if models or arrays or revisions:
        _grow_source(study, models=models, arrays=arrays, revisions=revisions, how=how)
    spec = read_study(study.path)
    spec = replace(spec, also=()).with_given(columns=columns, plan=entries)
    return run_study(spec, study.path, how)


def _grow_source(
    study: Study, *, models: Sequence[str], arrays: Sequence[str], revisions: Sequence[str], how: Running
) -> None:
    """Write into study.toml what else it is made of; a first model without a name is called by its last part from now on."""
    home, spec = study.folder, read_study(study.path)
    if (models or revisions) and spec.models is None:
        raise InputError(f"{study.path} is a study of arrays: add --arrays NAME=PATH to it. Got models.")
    if arrays and spec.models is not None:
        raise InputError(f"{study.path} is a study of models: add --model NAME=MODEL to it. Got arrays.")
    if home.contents() is None:  # of 0.1: what it holds is known by its old names
        study.run(wait=how.wait)
    held = home.held()
    source = dict(held["source"])
    if revisions:
        before = list(source.get("revisions", ()))
        if not before:
            raise InputError(f"{study.path} is a study of one model, not of its checkpoints. Got revisions.")
        source["revisions"] = [*before, *(name for name in revisions if name not in before)]
    key = "arrays" if arrays else "model"
    own = source.get(key, {})
    own = {Path(own).stem if arrays else Path(own).name: own} if isinstance(own, str) and (models or arrays) else own
    if models:
        new = ModelSource.of(list(models), "").models
        new = {name or Path(model).name: model for name, model in new.items()}
    else:
        new = {name or Path(path).stem: path for name, path in StudySpec.of(list(arrays)).arrays.items()}
    for name, path in new.items():
        if own.get(name, path) != path:
            raise InputError(
                f"{study.path} has a model {name!r} already, which is {own[name]}: give {path} another name, NAME={path}."
            )
    if models or arrays:
        source[key] = {**own, **{name: _absolute(path) for name, path in new.items()}}
    with home.writing(wait=how.wait, tell=how.tell):
        if isinstance(held["source"].get(key), str) and (models or arrays):
            _rename(home, next(iter(own)), sync=how.sync)
        home.write_toml({**held, "source": source}, sync=how.sync)


def _absolute(path: str) -> str:
    return os.path.abspath(path) if os.path.exists(path) else path


def _rename(home: StudyFolder, name: str, *, sync: bool) -> None:
    """Give the model without a name one: first its store, then what the study consists of."""
    stores = home.stores()
    if "" in stores:
        target = home.store_place(name)
        target.parent.mkdir(exist_ok=True)
        stores[""].rename(target)
    contents = home.contents()
    if contents is not None:
        home.write_contents(contents.renamed("", name), sync=sync)


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
    contents = home.contents()
    if contents is None:
        raise StoreError(f"{home.path} has no contents that can be read.")
    variants = _variants(contents, measures)
    known = list(dict.fromkeys(place.model for place in contents.places))
    for name in models:
        _check.choice(name, "model", "remove", known)
    left = contents.without([(p.model, p.layer.key, p.step) for p in contents.places if p.model in models])
    left = replace(left, cells=tuple(cell for cell in left.cells if cell.variant not in variants))
    plans = [kept for plan in home.plans() if (kept := without(plan, variants)) is not None]
    if not left.cells or not plans:
        raise InputError(f"nothing of {home.path} would be left. Delete the folder instead.")
    with home.writing(wait=how.wait, tell=how.tell):
        _write_left(home, contents, left, plans, models=models, sync=how.sync)
        journal = home.journal(sync=how.sync)
        results = results_of(home, left, journal)
        write_view(home, results, sync=how.sync)
    return results


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
