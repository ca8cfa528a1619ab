"""What a recipe is: the study it repeats, what that takes, its defaults, and the published values. Read from <name>.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from .. import _check
from ..errors import InputError

FUNCTION = "run_recipe"
NEEDS = ("models", "data", "memory", "disk", "time")
GIVEN = ("models", "data")
KEYS = ("title", "study", "about", "needs", "takes", "models", "stand_in", "data", "options", "published")
ENTRY = ("key", "what", "value", "at", "values", "tolerance", "source")


@dataclass(frozen=True, slots=True)
class Published:
    """A number that the study gives."""

    key: str
    """What the steps call it."""
    what: str
    """What it is, in words."""
    value: float
    """The number."""
    tolerance: float
    """How far ours may be from it and still be the same: what its digits, or the reading of a figure, leave open."""
    source: str
    """Where it is given."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that the steps leave to the user."""

    default: Any
    """What is taken by default; another value must be of the same kind."""
    about: str
    """What it does."""
    choices: tuple[Any, ...] = ()
    """What is allowed, where that is a list."""
    low: int = 1
    """The least that a whole number, or one in a list, may be; other numbers are larger than 0."""
    words: tuple[str, ...] = ()
    """Words that are allowed in place of a value of the kind of the default, such as "auto"."""

    def check(self, value: Any, name: str, where: str) -> None:
        """Refuse a value that is not of the kind of the default, or out of its range."""
        if self.choices:
            _check.choice(value, name, where, self.choices)
            return
        if isinstance(value, str) and value in self.words:
            return
        if not _same_kind(value, self.default):
            kind = type(self.default).__name__
            words = "".join(f", or {word!r}" for word in self.words)
            raise InputError(f"{name} of {where} must be of kind {kind}, as {self.default!r}{words}. Got {value!r}.")
        listed = isinstance(value, list) and bool(self.default)
        if listed and not (value and all(_same_kind(entry, self.default[0]) for entry in value)):
            raise InputError(f"{name} of {where} must be a list such as {self.default!r}. Got {value!r}.")
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, int) and not isinstance(entry, bool):
                _check.integer(entry, name, where, low=self.low if isinstance(self.default, int | list) else 1)
            elif isinstance(entry, float) and not 0 < entry < float("inf"):
                raise InputError(f"{name} of {where} must be a number larger than 0. Got {entry!r}.")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A published study that can be repeated."""

    name: str
    """The word on the command line."""
    title: str
    """What it asks."""
    study: str
    """What is repeated, to be cited."""
    about: str
    """What is done, in a few sentences."""
    needs: Mapping[str, str]
    """What it takes: models, data, memory, disk, time."""
    takes: tuple[str, ...] = GIVEN
    """What may be given in place of the published: "models", "data"."""
    models: Mapping[str, str] = field(default_factory=dict)
    """The published models by name, as a hub id, a name of gensim's downloader, or a path."""
    stand_in: str = ""
    """What runs in their place where they cannot be had; nothing where there is no need of it."""
    data: str = ""
    """The published data, if they have a name."""
    options: Mapping[str, Option] = field(default_factory=dict)
    """What can be chosen."""
    published: tuple[Published, ...] = ()
    """The numbers to compare with."""

    @classmethod
    def read(cls, text: str, name: str) -> Recipe:
        """Read a recipe from the text of its .toml.

        Raises
        ------
        InputError
            If an entry is missing.
        UnknownNameError
            If an entry is not known; near names are offered.
        """
        held = tomllib.loads(text)
        _check.known_options(held, KEYS, f"the recipe {name}")
        missing = [key for key in ("title", "study", "about", "needs") if not held.get(key)]
        missing += [f"needs.{key}" for key in NEEDS if key not in held.get("needs", {})]
        if missing:
            raise InputError(f"the recipe {name} must say {', '.join(missing)}.")
        _check.known_options(held["needs"], NEEDS, f"needs of the recipe {name}")
        options = {key: _option(entry) for key, entry in held.pop("options", {}).items()}
        published = tuple(number for entry in held.pop("published", []) for number in _numbers(entry, name))
        takes = tuple(held.pop("takes", GIVEN))
        return cls(name, **held, takes=takes, options=options, published=published)

    def chosen(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return every option, those given in place of the defaults.

        Raises
        ------
        UnknownNameError
            If an option does not exist, or its value is not one of those allowed.
        InputError
            If a value is not of the kind of the default.
        """
        where = f"the recipe {self.name}"
        _check.known_options(given, self.options, where)
        for key, value in given.items():
            self.options[key].check(value, key, where)
        return MappingProxyType({key: given.get(key, option.default) for key, option in self.options.items()})


def list_recipes() -> dict[str, Recipe]:
    """Return every recipe by name.

    Parameters
    ----------
    None

    Returns
    -------
    dict of str to Recipe
        In the order of their names.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.list_recipes()["word-rsa"].models["twitter"]
    'glove-twitter-25'
    """
    found = {
        file.name.removesuffix(".toml"): file for file in (files(__package__) / "studies").iterdir() if _is_recipe(file)
    }
    return {name: Recipe.read(found[name].read_text(encoding="utf-8"), name) for name in sorted(found)}


def known_recipe(name: str) -> Recipe:
    """Return a recipe by its name, or offer near ones."""
    recipes = list_recipes()
    return recipes[_check.choice(name, "name", FUNCTION, recipes)]


def _is_recipe(file: Traversable) -> bool:
    return file.name.endswith(".toml")


def _option(entry: Mapping[str, Any]) -> Option:
    _check.known_options(entry, ("default", "about", "choices", "low", "words"), "an option of a recipe")
    return Option(
        entry["default"],
        entry["about"],
        tuple(entry.get("choices", ())),
        entry.get("low", 1),
        tuple(entry.get("words", ())),
    )


def _numbers(entry: Mapping[str, Any], name: str) -> list[Published]:
    """Read one published number, or a row of them: `at` names the places where `values` stand."""
    _check.known_options(entry, ENTRY, f"a published value of {name}")
    shared = float(entry["tolerance"]), str(entry["source"])
    if "value" in entry:
        return [Published(entry["key"], entry["what"], float(entry["value"]), *shared)]
    places = zip(entry["at"], entry["values"], strict=True)
    return [
        Published(along(entry["key"], place), f"{entry['what']}, {at}", float(value), *shared)
        for place, (at, value) in enumerate(places)
    ]


def along(key: str, place: int) -> str:
    """Return what the steps call the number at one place of a row of numbers."""
    return f"{key}.{place}"


def _same_kind(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return type(value) is type(default)
    return isinstance(value, int | float if isinstance(default, float) else type(default))
