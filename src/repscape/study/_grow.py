"""A study by the words of a command line: begun, gone on with, made larger, made smaller."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import _check
from .._types import LayerInfo
from ..errors import InputError
from ..examples import builtin_values
from ..plan import Plan
from ..results import Place, Results
from ._defaults import fitted
from ._expand import expanded
from ._folder import StudyFolder
from ._provenance import provenance
from ._run import run_into
from ._running import Running
from ._settle import Order
from ._study import Study, open_study
from ._trial import check_options
from .reading import ModelSource, Representation, Source, StudySpec, read_source, read_study, with_builtin

LAYERS = 2  # of made-up points, to try a plan on before the model's pass


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
        _check_start(spec, plan, columns)
    with home.writing(wait=how.wait, tell=how.tell):
        source = spec.opened(folder, progress=how.progress, scheduler=how.scheduler, sync=how.sync)
        found = read_source(source, columns)
        given = set(columns) - set(spec.kept)
        results = run_into(home, Order(found, plan, spec.origin(), given), means, progress=how.progress)
        for entries in spec.also:
            order = Order(found, Plan.from_dict(entries), spec.origin(), given)
            results = run_into(home, order, means, progress=how.progress)
    return results


def _check_start(spec: StudySpec, plan: Plan | None, columns: Mapping[str, Any]) -> None:
    """Refuse a plan that the examples do not allow; their layers are made up."""
    examples = spec.examples()
    if spec.models is not None and spec.models.options.get("pool") == "token":
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
    check_options(expanded([settled_plan], one, places, about=provenance([settled_plan], one)), lambda key: True)


def add_to_study(
    folder: str | Path,
    *,
    plan: Mapping[str, Any] | None = None,
    columns: Sequence[str] = (),
    models: Sequence[str] = (),
    arrays: Sequence[str] = (),
    revisions: Sequence[str] = (),
    trust: Mapping[str, bool] | None = None,
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
    trust : mapping of str to bool, optional
        What the user grants now, whatever the study's files ask for: "allow_code", "trust_remote_code", "allow_pickle". A
        "module:function" among `models` was named now, and runs.
    how : Running, optional
        Threads, waiting, and the like.

    Returns
    -------
    Results
        All of the study.
    """
    how, granted = how or Running(), dict(trust or {})
    study = open_study(folder)
    entries = {**study.plan.to_dict(), **(plan or {})}
    if models or arrays or revisions:
        named = read_study(study.path).trusting(**granted).models
        if named is not None and not named.is_extracted(study.folder):  # its own are opened again
            named.check_trust()
        granted["allow_code"] = True  # those that were named now, and those of before that are whole
        _grow_source(study, models=models, arrays=arrays, revisions=revisions, how=how)
    spec = read_study(study.path).trusting(**granted)
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
    key = "arrays" if arrays else "model"
    if models:
        new = ModelSource.of(list(models), "-").models
        new = {name or Path(model).name: model for name, model in new.items()}
    else:
        new = {name or Path(path).stem: path for name, path in StudySpec.of(list(arrays)).arrays.items()}
    with home.writing(wait=how.wait, tell=how.tell):
        held = home.held()  # read here: another may have added to it meanwhile
        source = dict(held["source"])
        if revisions:
            source["revisions"] = _further(home, source.get("revisions", ()), revisions)
        if models or arrays:
            own = _named(source.get(key, {}), arrays=bool(arrays))
            for name, path in new.items():
                if own.get(name, path) != path:
                    raise InputError(
                        f"{study.path} has a model {name!r} already, which is {own[name]}: give {path} another name, "
                        f"NAME={path}."
                    )
            source[key] = {**own, **{name: _absolute(path) for name, path in new.items()}}
            if isinstance(held["source"].get(key), str):
                _rename(home, next(iter(own)), sync=how.sync)
        home.write_toml({**held, "source": source}, sync=how.sync)


def _further(home: StudyFolder, before: Sequence[str], revisions: Sequence[str]) -> list[str]:
    if not before:
        raise InputError(f"{home.path} is a study of one model, not of its checkpoints. Got revisions.")
    return [*before, *(name for name in revisions if name not in before)]


def _named(own: str | Mapping[str, str], *, arrays: bool) -> Mapping[str, str]:
    """Return name -> where; a first model without a name goes by the last part of where it is."""
    return {Path(own).stem if arrays else Path(own).name: own} if isinstance(own, str) else own


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
