"""What to compute: measures with their options, on which layers, with which columns."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from . import _check
from ._types import Brief, LayerInfo
from .errors import InputError, InputTypeError, UnknownNameError
from .measures import Measure, measure, measures_from_text

Entry = str | Measure | tuple[str | Measure, Mapping[str, Any]]
NAME, NONE = "name", "none"
PREPROCESS = ("none", "centre", "unit_norm", "standardise", "drop_rogue", "whiten")
NEIGHBORS = ("exact", "approximate")
PROFILES = ("next", "first", "last", "pairs", "models", "equal", "steps")
DEFAULT = ("id_twonn", "id_gride", "overlap_neighbors")
DEFAULT_WITH_LABELS = (*DEFAULT, "overlap_labels")


@dataclass(frozen=True, slots=True, repr=False)
class Item(Brief):
    """One measure with the options it was given."""

    measure: Measure
    """The row of the table."""
    options: Mapping[str, Any]
    """Options that differ from, or repeat, the function's own defaults."""

    @property
    def variant(self) -> str:
        """The measure and its options as one would write the call."""
        given = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{self.measure.name}({given})" if given else self.measure.name

    def grouped(self, column: str) -> Item:
        """Return it with these groups counted as wholes, where its errors and nulls can and it does not say itself."""
        if "groups" not in self.measure.column_options or "groups" in self.options:
            return self
        return Item(self.measure, dict(sorted({**self.options, "groups": column}.items())))


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Brief):
    """What a study computes.

    Examples
    --------
    >>> import repscape as rs
    >>> plan = rs.Plan(measures=["id_twonn", "overlap_labels(k=10)", ("id_gride", {"max_rank": 8})], labels="label")
    >>> [item.variant for item in plan.items]
    ['id_twonn', 'overlap_labels(k=10)', 'id_gride(max_rank=8)']
    """

    measures: Sequence[Entry] | None = None
    """Names, calls as on the command line ("overlap_labels(k=10)"), (name, options) pairs, or your own Measure. None: dimension
    by TwoNN and Gride, neighbourhood overlap, and label overlap where there are labels."""
    layers: str | int | Sequence[str | int] = "all"
    """"all", or names, globs such as "h.*", or index numbers (negative ones count from the last layer)."""
    labels: str | Sequence[str] | None = None
    """Column, or columns, of class labels; "label" where a measure takes labels and none is named."""
    values: str | Sequence[str] = ()
    """Column, or columns, of continuous values."""
    groups: str | None = None
    """Column of groups, for measures that compare groups; where none does, groups are counted as wholes in the errors, nulls
    and folds of all measures that take them as an option and are not told otherwise."""
    by: str | None = None
    """Column whose values cut the examples into parts that are studied each by itself."""
    whole: bool = False
    """With `by`: whether all examples together are studied too, as the group "all"."""
    preprocess: str | Sequence[str] = ()
    """What is done to the points of every layer, in this order, before graphs and measures: "centre" (take off the mean),
    "unit_norm" (rows of length 1), "standardise" (dimensions of mean 0 and sd 1), "drop_rogue" (leave out dimensions that carry
    most of the variance), "whiten" (uncorrelated dimensions of variance 1); or "none". With `by`, each part by itself."""
    neighbors: str = "exact"
    """How graphs are built: "exact", or "approximate" for a million wide points and more; then every result that read a graph
    says in its options what share of the neighbours was found."""
    profiles: str | Sequence[str] = PROFILES
    """Which comparisons measures of two representations make: with the next, first and last layer, all pairs of a model's
    layers, all pairs between two models, layers of two models at equal depth, one layer at successive checkpoints."""
    items: tuple[Item, ...] = field(init=False, repr=False, compare=False)
    """The measures, resolved."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _names(self.values))
        object.__setattr__(self, "profiles", _names(self.profiles))
        for name in self.profiles:
            _check.choice(name, "profiles", "Plan", PROFILES)
        object.__setattr__(self, "preprocess", _steps(self.preprocess))
        _check.choice(self.neighbors, "neighbors", "Plan", NEIGHBORS)
        if self.whole and self.by is None:
            raise InputError("whole of Plan goes with by=COLUMN: without it all examples are studied together.")
        asked = (DEFAULT_WITH_LABELS if self.labels else DEFAULT) if self.measures is None else self.measures
        if isinstance(asked, str) or not isinstance(asked, Sequence):
            raise InputTypeError(f"measures of Plan must be a list such as ['id_twonn']. Got {asked!r}.")
        items = tuple(_item(entry) for entry in asked)
        if not items:
            raise InputError("measures of Plan must name at least one measure. Got an empty list.")
        if self.groups is not None and not any("groups" in item.measure.takes for item in items):
            items = tuple(item.grouped(self.groups) for item in items)
        twice = [item.variant for place, item in enumerate(items) if item.variant in {i.variant for i in items[:place]}]
        if twice:
            raise InputError(f"measures of Plan must not repeat: {', '.join(twice)}.")
        if not self.labels and any("labels" in item.measure.takes for item in items):
            object.__setattr__(self, "labels", "label")
        for item in items:
            self._check_columns(item)
        object.__setattr__(self, "items", items)

    def _check_columns(self, item: Item) -> None:
        for kind, there in (("values", bool(self.values)), ("groups", self.groups is not None)):
            if kind in item.measure.takes and not there:
                example = "['score']" if kind == "values" else repr(kind.removesuffix("s"))
                raise InputError(
                    f"{item.measure.name} takes {kind}, and the plan names none: Plan(..., {kind}={example})."
                )
        for name in item.measure.column_options:
            if item.options.get(name) is not None and not isinstance(item.options[name], str):
                raise InputTypeError(
                    f"{name} of {item.measure.name} in a plan must be the name of a column. "
                    f"Got {type(item.options[name]).__name__}; give the values to run: columns={{'{name}': ...}}."
                )

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns of class labels."""
        return _names(self.labels)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the examples that the plan reads."""
        named = [item.options[n] for item in self.items for n in item.measure.column_options if item.options.get(n)]
        single = [name for name in (self.groups, self.by) if name is not None]
        return tuple(dict.fromkeys([*self.label_columns, *self.values, *single, *map(str, named)]))

    def chosen(self, *models: Sequence[LayerInfo]) -> list[list[LayerInfo]]:
        """Return the layers of each model that the plan asks for, in the order they came.

        Numbers count within each model, so that -1 is the last layer of every one.

        Raises
        ------
        UnknownNameError
            If a name, glob or number matches no layer of any model.
        """
        if isinstance(self.layers, str) and self.layers == "all":
            return [list(layers) for layers in models]
        wanted: set[tuple[int, int]] = set()
        for pattern in [self.layers] if isinstance(self.layers, str | int) else self.layers:
            found = {
                (model, place)
                for model, layers in enumerate(models)
                for place, layer in enumerate(layers)
                if _matches(layer, pattern, layers)
            }
            if not found:
                known = list(dict.fromkeys(layer.key for layers in models for layer in layers))
                raise UnknownNameError(
                    f"layers of Plan: {pattern!r} matches none of {', '.join(known[:12])}{' ...' if len(known) > 12 else ''}."
                    f"{_check.near(pattern, known)}"
                )
            wanted |= found
        return [
            [layer for place, layer in enumerate(layers) if (model, place) in wanted]
            for model, layers in enumerate(models)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values, for study.toml and provenance; a user's own Measure by its name alone."""
        return {
            "measures": [{NAME: item.measure.name, **_written(item.options)} for item in self.items],
            "layers": self.layers if isinstance(self.layers, str | int) else list(self.layers),
            "labels": list(self.label_columns),
            "values": list(self.values),
            **{name: value for name, value in (("groups", self.groups), ("by", self.by)) if value is not None},
            **({"whole": True} if self.whole else {}),
            **({"preprocess": list(self.preprocess)} if self.preprocess else {}),
            **({"neighbors": self.neighbors} if self.neighbors != "exact" else {}),
            "profiles": list(self.profiles),
        }

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], *, measures: Iterable[Measure] = ()) -> Plan:
        """Read what :meth:`to_dict` gave, or the [plan] table of a study.toml.

        Parameters
        ----------
        entries : mapping
            Plain values.
        measures : iterable of Measure
            Your own measures that the plan may name. Those of installed packages are found without.

        Raises
        ------
        UnknownNameError
            If a measure is neither built in nor handed in nor brought by a package.

        Examples
        --------
        >>> Plan.from_dict(Plan(measures=[("id_gride", {"max_rank": 8})]).to_dict()).items[0].variant
        'id_gride(max_rank=8)'
        """
        allowed = [entry.name for entry in fields(cls) if entry.init]
        _check.known_options(entries, allowed, "Plan")
        given = dict(entries)
        if "measures" in given:
            own = tuple(measures)
            given["measures"] = [_resolved(_entry(entry), own) for entry in given["measures"]]
        return cls(**given)


def check_words(entries: Mapping[str, Any]) -> None:
    """Refuse measures, their options, profiles and steps that are not known, whatever else a plan will hold."""
    for name in entries.get("profiles", ()):
        _check.choice(name, "profiles", "Plan", PROFILES)
    _steps(entries.get("preprocess", ()))
    rows = [(measure(entry[NAME]), dict(entry)) for entry in entries.get("measures", ())]
    for row, options in rows:
        del options[NAME]
        row.check_options({name: None if value == NONE else value for name, value in options.items()})


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _steps(asked: str | Sequence[str]) -> tuple[str, ...]:
    """Return the steps of preprocessing; "none" is no step."""
    steps = _names(asked)
    for step in steps:
        _check.choice(step, "preprocess", "Plan", PREPROCESS)
    if len(set(steps)) < len(steps) or ("none" in steps and len(steps) > 1):
        raise InputError(f"preprocess of Plan must name each step once, or 'none' alone. Got {list(steps)!r}.")
    return () if steps == ("none",) else steps


def _item(entry: Entry) -> Item:
    entry = _called(entry) if isinstance(entry, str) else entry
    name, options = (entry[0], entry[1]) if isinstance(entry, tuple | list) and len(entry) == 2 else (entry, {})
    if not isinstance(name, str | Measure) or not isinstance(options, Mapping):
        raise InputTypeError(
            f"an entry of measures of Plan must be a name, a Measure, or (name, {{option: value}}). Got {entry!r}."
        )
    row = measure(name)
    if NAME in options:
        raise InputError(f"options of {row.name} in a plan must not be called {NAME!r}: in a file that is its name.")
    row.check_options(options)
    return Item(row, {name: _plain(options[name]) for name in sorted(options)})


def _entry(entry: str | Mapping[str, Any]) -> Entry:
    if isinstance(entry, str):
        return entry
    options = dict(entry)
    if not isinstance(options.get(NAME), str):
        raise InputError(f"an entry of measures must be a name or a table with a name. Got {entry!r}.")
    return options.pop(NAME), {name: None if value == NONE else value for name, value in options.items()}


def _called(entry: str) -> Entry:
    """Read "overlap_labels(k=10)"; a bare name stays as it is."""
    if "(" not in entry:
        return entry
    (call, *more) = measures_from_text(entry)
    if more:
        raise InputError(f"an entry of measures of Plan must be one measure. Got {len(more) + 1} in {entry!r}.")
    return _entry(call)


def _resolved(entry: Entry, own: Sequence[Measure]) -> Entry:
    """Put the rows of measures that were handed in, or that packages bring, in the place of their names."""
    entry = _called(entry) if isinstance(entry, str) else entry
    if isinstance(entry, tuple) and isinstance(entry[0], str):
        return measure(entry[0], own), entry[1]
    return measure(entry, own) if isinstance(entry, str) else entry


def _matches(layer: LayerInfo, pattern: str | int, layers: Iterable[LayerInfo]) -> bool:
    if isinstance(pattern, int):
        last = max(other.index for other in layers)
        return layer.index == (pattern if pattern >= 0 else last + 1 + pattern)
    return pattern in (layer.name, layer.key) or fnmatch.fnmatchcase(layer.key, pattern)


def _plain(value: Any) -> Any:
    """Return numpy's numbers, arrays and tuples as Python's own numbers and lists: what can be written down and compared."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _written(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options for a TOML file, which has no None."""
    return {name: NONE if value is None else value for name, value in options.items()}
