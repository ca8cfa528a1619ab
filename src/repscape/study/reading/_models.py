"""Models and data by name: what a command line or a study.toml says of an extraction, a forecast of it, and the work."""

from __future__ import annotations

import itertools
import math
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ... import _check
from ..._types import Examples, Progress
from ...errors import InputError
from ...examples import Chosen, GivenColumns, Wanted, choose_examples
from ...extraction import names_function, open_model
from ...machine import whole_folder
from ...store import Store, open_store
from .._extract import extract
from .._folder import StudyFolder
from .._further import with_further_layers
from .._trust import check_granted, said_function
from ._sampled import Forecast, sampled
from ._source import Trajectory

OPENING = ("device", "device_map", "dtype", "revision", "tower", "trust_remote_code", "allow_pickle")
FORM = ("kind", "text", "sequence", "image", "split", "id_column", "separator", "encoding", "stream")
CHOICE = ("label", "limit", "balance", "rows", "rng")
PROMPT = ("template", "chat", "positions")
STATES = (
    *("layers", "site", "part", "pool", "include_special", "batch_size", "max_length", "too_long", "store_dtype"),
    *PROMPT,
)
TRUST = ("trust_remote_code", "allow_pickle")
"""Options that let what comes with a model or with data run code."""
COUNTS = ("limit", "balance", "max_length", "batch_size")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """One or several models, or revisions of one, and the examples that go through them."""

    models: Mapping[str, str]
    """Name -> hub id, folder or "module:function"; the name is "" where there is one model without a name."""
    data: str
    """What :func:`repscape.read_examples` reads."""
    revisions: tuple[str, ...] = ()
    """Checkpoints of one model, in the order of training."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of read_examples and of extract, by name."""
    asks: tuple[str, ...] = ()
    """What a file asked for that only the user can grant: options of TRUST, or "allow_code" for a "module:function"."""
    file: str = field(default="the study's file", compare=False)
    """Which file that is."""

    def __post_init__(self) -> None:
        _check.known_options(self.options, (*FORM, *CHOICE, *STATES, *OPENING), "a study of models")
        if self.revisions and len(self.models) > 1:
            raise InputError(f"revisions are checkpoints of one model. Got {len(self.models)} models.")
        named = {"model": list(self.models.values()), "data": [self.data], "revision": list(self.revisions)}
        named["revision"] += [self.options["revision"]] if self.options.get("revision") is not None else []
        for what, words in named.items():
            if not all(isinstance(word, str) and word for word in words):
                raise InputError(f"{what} must be a name or a path. Got {_check.shown(words)}.")
        for name in COUNTS:
            if self.options.get(name) is not None and self.options[name] != "auto":
                _check.integer(self.options[name], name, "a study of models", low=1)

    @classmethod
    def of(cls, models: Sequence[str], data: str, *, revisions: Sequence[str] = (), **options: Any) -> ModelSource:
        """Take models written as "MODEL" or "NAME=MODEL"; several without a name are named after their last part.

        Examples
        --------
        >>> ModelSource.of(["org/small", "big=org/large"], "texts.csv").models
        {'small': 'org/small', 'big': 'org/large'}
        """
        named: dict[str, str] = {}
        for entry in models:
            name, sign, model = entry.partition("=")
            if not sign or os.path.exists(entry):
                name, model = ("" if len(models) == 1 else Path(entry).name), entry
            if name in named:
                raise InputError(f"models must be of different names. Got {name!r} twice: write NAME={model}.")
            named[name] = model
        if len(revisions) == 1:
            return cls(named, data, options={**options, "revision": revisions[0]})
        return cls(named, data, tuple(revisions), options)

    def trusting(self, *, allow_code: bool = False, **granted: bool) -> ModelSource:
        """Return the source with what the user grants in this very call: `allow_code`, `trust_remote_code`, `allow_pickle`."""
        given = {name for name, value in {"allow_code": allow_code, **granted}.items() if value}
        options = {**self.options, **dict.fromkeys(given - {"allow_code"}, True)}
        return replace(self, options=options, asks=tuple(name for name in self.asks if name not in given))

    def choose(self, columns: GivenColumns | None = None) -> Chosen:
        """Find the examples, join columns from elsewhere to them and choose those that are wanted; no input is loaded."""
        asked = Wanted(**self._picked((*FORM, "allow_pickle")))
        return choose_examples(self.data, asked, columns=columns, **self._picked(CHOICE))

    def examples(self, columns: GivenColumns | None = None) -> Examples:
        """Read the examples; columns from elsewhere help to choose them, and stay where they are."""
        chosen = self.choose(columns)
        found = chosen.load()
        return replace(found, table=found.table.drop(columns=list(chosen.given)))

    def extract(
        self,
        folder: Path,
        *,
        columns: Callable[[], GivenColumns] | None = None,
        progress: bool | Progress | None = None,
        states: Path | None = None,
        scheduler: Any = None,
        sync: bool = True,
    ) -> Any:
        """Extract every model into the folder, or go on with what is there; return what `run` takes as its source.

        `columns` reads those from elsewhere that help to choose the examples; it is called only where examples have to be read.
        `states` is a study folder of the same models and examples: what is whole there is taken, and no model is loaded for it.
        """
        home, examples = StudyFolder(folder), _Once(self, columns)
        own = None if states is None else StudyFolder(states)
        revisions = dict(zip(self.revisions, steps_of(self.revisions), strict=True))
        stores = {}
        for position, name in enumerate(revisions or self.models):
            place = home.store_place(name, position)
            found = None if own is None else _whole(own.store_place(name, position), place)
            if found is None:
                self.check_trust()
                one = replace(self, revisions=(), options={**self.options, **({"revision": name} if revisions else {})})
                model = next(iter(self.models.values())) if revisions else self.models[name]
                options = {**one.extraction, "progress": progress, "scheduler": scheduler, "sync": sync}
                found = with_further_layers(partial(extract, model, examples.read()), place, options)
            stores[name] = found
        if revisions:
            return Trajectory([(step, stores[name]) for name, step in revisions.items()])
        return stores[""] if tuple(stores) == ("",) else stores

    def is_extracted(self, home: StudyFolder) -> bool:
        """Whether the states of every model are whole in a study folder."""
        return all(place.is_dir() and open_store(place).complete for place in self._places(home).values())

    def extracted(self, home: StudyFolder) -> Any:
        """Return the states in a study folder, as what `run` takes as its source; no model is loaded."""
        stores = {name: open_store(place) for name, place in self._places(home).items()}
        if self.revisions:
            return Trajectory(list(zip(steps_of(self.revisions), stores.values(), strict=True)))
        return stores[""] if tuple(stores) == ("",) else stores

    def _places(self, home: StudyFolder) -> dict[str, Path]:
        return {name: home.store_place(name, position) for position, name in enumerate(self.revisions or self.models)}

    def forecast(self, folder: Path, *, columns: GivenColumns | None = None) -> dict[str, Forecast]:
        """Say what each model's extraction will take, from a pass over a few examples spread over the data."""
        self.check_trust()
        examples = self.examples(columns)
        return {name: self._forecast(model, examples, folder) for name, model in self.models.items()}

    @property
    def extraction(self) -> dict[str, Any]:
        """The options of :func:`repscape.extract`."""
        return self._picked((*STATES, *OPENING))

    def origin(self) -> dict[str, Any]:
        """Return the [source] table of a study.toml; paths that exist become absolute."""
        models = {name: _absolute(model) for name, model in self.models.items()}
        held = {name: value for name, value in self.options.items() if value is not None}
        revisions = {"revisions": list(self.revisions)} if self.revisions else {}
        return {"model": models.get("", models), "data": _absolute(self.data), **revisions, "options": held}

    def check_trust(self) -> None:
        """Refuse to run what a file alone asks to be run."""
        models = list(self.models.values())
        what = {
            "allow_code": said_function([model for model in models if names_function(model)]),
            "trust_remote_code": f"code that came with {', '.join(models)}",
            "allow_pickle": f"whatever the pickles of {', '.join((*models, self.data))} say",
        }
        check_granted({name: what[name] for name in self.asks}, self.file)

    def _picked(self, names: Sequence[str]) -> dict[str, Any]:
        return {name: self.options[name] for name in names if self.options.get(name) is not None}

    def _forecast(self, model: str, examples: Examples, folder: Path) -> Forecast:
        return sampled(open_model(model, **self._picked(OPENING)), examples, folder, options=self._picked(STATES))


@dataclass(slots=True)
class _Once:
    """The examples, read at the first need: who finds all states need not have the data."""

    source: ModelSource
    columns: Callable[[], GivenColumns] | None
    _held: Examples | None = None

    def read(self) -> Examples:
        if self._held is None:
            self._held = self.source.examples(self.columns() if self.columns else None)
        return self._held


def _whole(there: Path, here: Path) -> Store | None:
    """Return a whole store; one of another folder is taken over, file by file without copying where the disk allows it."""
    if not there.is_dir():
        return None
    held = open_store(there)
    if not held.complete or here.resolve() == there.resolve():
        return held if held.complete else None
    if not here.exists():
        with whole_folder(here) as beside:
            shutil.copytree(there, beside, copy_function=_linked, dirs_exist_ok=True)
    return open_store(here)


def _linked(source: str, target: str) -> None:
    """Give a file another name: the files of a store are never changed, only replaced."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def steps_of(revisions: Sequence[str]) -> list[float]:
    """Return the training step of each revision: the number in its name, or its place where not all have one.

    Examples
    --------
    >>> steps_of(["step0", "step512", "step1000"]), steps_of(["early", "late"])
    ([0.0, 512.0, 1000.0], [0.0, 1.0])
    """
    found = [re.search(r"(\d+)(?!.*\d)", revision) for revision in revisions]
    steps = [float(match[1]) if match else math.nan for match in found]
    rising = all(later > earlier for earlier, later in itertools.pairwise(steps))
    return steps if rising and not any(map(math.isnan, steps)) else [float(place) for place in range(len(revisions))]


def _absolute(name: str) -> str:
    return os.path.abspath(name) if os.path.exists(name) else name
