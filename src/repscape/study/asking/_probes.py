"""Probes that a study folder keeps: fitted once on a stored layer, saved with all that it takes to ask them.

A kept probe says by itself which model it reads, how inputs become rows, and why its layer was taken, so that neither the rows
it learned from nor the results are needed again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ... import _check
from ..._types import LayerInfo
from ...errors import InputError, StoreError, StudyMismatchError, UnknownNameError
from ...findings import Recommended, recommended
from ...measures.probes import ABOUT, Probe, fit_probe, load_probe
from ...plan import Plan
from ...results import Results
from ...store import Store, open_store
from .._folder import StudyFolder
from .._run import run
from .._study import open_study
from .._there import NO_MODEL
from ..reading import STATES, read_source, read_study

BEST = "best"
FUNCTION = "predict"
READING = tuple(name for name in STATES if name != "batch_size")


@dataclass(frozen=True, slots=True)
class ProbeWanted:
    """Which probe of a study is wanted."""

    folder: Path
    """The study folder."""
    layer: str | int
    """"best", the name of a layer, or its number."""
    label: str | None
    """The column that the probe tells; None where the study reads one."""
    of: str | None
    """Which model, of a study of several."""


def settled_probe(asked: ProbeWanted) -> Probe:
    """Return the probe that the folder keeps, or fit one to the stored layer and keep it."""
    home = StudyFolder(asked.folder)
    home.check_inside()
    kept = _kept(asked.folder)
    places = home.stores()
    if not places and not kept:
        raise InputError(NO_MODEL.format(asked.folder, _instead(asked.folder)))
    if not places:
        return _of_kept(asked, kept)
    study = _Study.open(asked, places)
    layer, best = study.layer(asked.layer, kept)
    place = home.probes / Path(*(quote(part, safe="") for part in (study.of, study.label, layer.key) if part))
    about = study.about(layer, best)
    if not (place / ABOUT).is_file():
        probe = fit_probe(
            study.store[layer.key], study.labels, layer=layer.key, model=about["model"]["name"], about=about
        )
        probe.save(place)
        return probe
    probe = load_probe(place)
    for what, said in (("model", "another model's"), ("data", "other")):
        if probe.about[what]["fingerprint"] != about[what]["fingerprint"]:
            raise StudyMismatchError(
                f"{place} holds a probe that learned from {said} rows than those of {study.store.path}. "
                "Delete it, and it is fitted again."
            )
    if best and probe.about[BEST] != best:
        probe = replace(probe, about={**probe.about, BEST: best})
        probe.save(place)
    return probe


@dataclass(frozen=True, slots=True, eq=False)
class _Study:
    """A study folder with stored rows."""

    folder: Path
    of: str
    """The model; "" where there is one."""
    store: Store
    results: Results
    label: str
    labels: Any

    @classmethod
    def open(cls, asked: ProbeWanted, places: Mapping[str, Path]) -> _Study:
        """Read the store of the model, and the column of labels."""
        if asked.of is None and len(places) > 1:
            raise InputError(f"of of {FUNCTION} must say which model: the study has {', '.join(places)}.")
        if asked.of is not None and list(places) == [""]:
            raise InputError(f"of of {FUNCTION} names one of several models; {asked.folder} has one. Got {asked.of!r}.")
        of = str(_check.choice(next(iter(places)) if asked.of is None else asked.of, "of", FUNCTION, places))
        store = open_store(places[of])
        columns = dict(read_source(store).columns)
        home = StudyFolder(asked.folder)
        results = _results(home)
        plan = results.provenance.get("plan", {})
        label = _label(asked.label, [*plan.get("labels", ()), *plan.get("values", ())], columns)
        if label not in columns:
            columns = dict(read_source(store, home.columns() or _columns_of_files(asked.folder)).columns)
        _check.choice(label, "label", FUNCTION, columns)
        return cls(asked.folder, of, store, results, label, columns[label])

    def layer(self, asked: str | int, kept: Sequence[Probe]) -> tuple[LayerInfo, str]:
        """Return the layer, and where it is the best one in which words."""
        if asked != BEST or BEST in self.store:
            return self.store.info(named_layer(asked, [self.store.info(key) for key in self.store])), ""
        found = self._recommended(self.results)
        earlier = [probe for probe in kept if _tells(probe, self.of, self.label) and probe.about[BEST]]
        if found is None and earlier:
            return self.store.info(earlier[0].layer), str(earlier[0].about[BEST])
        if found is None:  # the study measured no probe
            plan = Plan(measures=["probe_linear"], labels=self.label)
            found = self._recommended(run(self.store, plan, columns={self.label: self.labels}), model="")
        if found is None:
            raise InputError(f"layer of {FUNCTION} must be named: no layer of {self.folder} has a probe with a value.")
        return self.store.info(found.layer.key), found.why

    def _recommended(self, results: Results, *, model: str | None = None) -> Recommended | None:
        """Return the layer that the page recommends, where it is one that the store holds."""
        found = recommended(results, model=self.of if model is None else model, column=self.label)
        return found if found is not None and found.layer.key in self.store else None

    def about(self, layer: LayerInfo, best: str) -> dict[str, Any]:
        """Return what is kept beside the weights."""
        made = self.store.provenance
        model = made["model"]
        return {
            "study_model": self.of,
            "label": self.label,
            "number": layer.index,
            BEST: best,
            "model": {
                "name": _whereabouts(self.folder, self.of, model["model"]),
                **{name: model[name] for name in ("revision", "dtype", "fingerprint")},
            },
            "data": {name: made["data"][name] for name in ("kind", "fingerprint")},
            "reading": {name: made["options"][name] for name in READING if name in made["options"]},
        }


def named_layer(asked: str | int, layers: Sequence[LayerInfo]) -> str:
    """Return the key of a layer that was asked for by its name or its number."""
    keys = [layer.key for layer in layers]
    if asked in keys:
        return str(asked)
    if not re.fullmatch(r"-?[0-9]{1,18}", str(asked)):
        raise UnknownNameError(
            f"layer of {FUNCTION} must be {BEST!r}, a number, or one of {', '.join(keys)}. "
            f"Got {asked!r}.{_check.near(asked, [BEST, *keys])}"
        )
    numbers = sorted({layer.index for layer in layers})
    number = int(asked) if int(asked) >= 0 else numbers[-1] + 1 + int(asked)
    found = [layer.key for layer in layers if layer.index == number]
    if len(found) != 1:
        what = f"means {' or '.join(found)}: give the name" if found else f"is none; there are {_span(numbers)}"
        raise UnknownNameError(f"layer of {FUNCTION}: number {asked} {what}.")
    return found[0]


def _span(numbers: Sequence[int]) -> str:
    whole = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{numbers[0]} to {numbers[-1]}" if whole else ", ".join(map(str, numbers))


def _kept(folder: Path) -> list[Probe]:
    return [load_probe(file.parent) for file in sorted(StudyFolder(folder).probes.rglob(ABOUT))]


def _of_kept(asked: ProbeWanted, kept: Sequence[Probe]) -> Probe:
    """Return a kept probe, where the rows that it learned from are gone."""
    labels = list(dict.fromkeys(probe.about["label"] for probe in kept))
    label = _check.choice(asked.label, "label", FUNCTION, labels) if asked.label is not None else _label(None, labels)
    models = list(dict.fromkeys(probe.about["study_model"] for probe in kept))
    of = _check.choice(models[0] if asked.of is None else asked.of, "of", FUNCTION, models)
    there = [probe for probe in kept if _tells(probe, of, label)]
    if asked.layer == BEST:
        there = [probe for probe in there if probe.about[BEST]]
        if not there:
            raise InputError(
                f"{asked.folder} keeps no probe of a best layer, and no rows to find it with. Name a layer."
            )
        return there[0]
    key = named_layer(asked.layer, [LayerInfo(probe.layer, probe.about["number"], 0.0, site="") for probe in there])
    return next(probe for probe in there if probe.layer == key)


def _tells(probe: Probe, of: str, label: str) -> bool:
    return bool(probe.about["study_model"] == of and probe.about["label"] == label)


def _results(home: StudyFolder) -> Results:
    """Return what the study found; nothing where it was stopped before, or was never run."""
    try:
        return open_study(home.path).results if home.is_study else Results(())
    except StoreError:
        return Results(())


def _instead(folder: Path) -> str:
    if not folder.is_dir():
        return "nothing: there is no such folder"
    return "a study of arrays, which names no model" if StudyFolder(folder).is_study else "no study"


def _label(asked: str | None, known: Sequence[str], columns: Mapping[str, Any] | None = None) -> str:
    if asked is not None:
        return asked
    if len(known) == 1:
        return known[0]
    said = f"has several: {', '.join(known)}" if known else "has no labels"
    there = f" Columns of its examples: {', '.join(map(str, columns))}." if columns else ""
    raise InputError(f"label of {FUNCTION} must name the column that the probe tells: the study {said}.{there}")


def _columns_of_files(folder: Path) -> Any:
    """Return the columns that a study read from files of their own, to be joined to its examples."""
    try:
        return read_study(folder).read_columns()
    except InputError:  # the folder of a recipe, which is not read again: all its columns stand in the store
        return {}


def _whereabouts(folder: Path, of: str, name: str) -> str:
    """Return where the model is, as it can be found from any folder."""
    if os.path.isdir(name):
        return os.path.abspath(name)
    try:
        models = read_study(folder).models
    except InputError:  # the folder of a recipe
        return name
    return name if models is None else models.models.get(of, name)
