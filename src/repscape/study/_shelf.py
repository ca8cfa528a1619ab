"""Where a recorder keeps the states of each step: a store for each in the study's folder, all of the same examples."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._types import Examples
from ..errors import StudyMismatchError
from ..store import open_store
from ._extract import extract
from ._folder import StudyFolder
from .reading import Trajectory

if TYPE_CHECKING:
    from ..extraction import Model

STEP = re.compile(r"step(\d+)")
OPTIONS = (
    *("layers", "site", "part", "pool", "include_special", "batch_size", "max_length", "too_long", "store_dtype"),
    *("template", "chat", "positions"),
)
"""Options of extract that a recorder hands on."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The stores of the steps that were recorded."""

    home: StudyFolder
    """The study's folder."""
    examples: Examples
    """What goes through the model at every step."""
    options: Mapping[str, Any]
    """Of extract, as they were given."""
    sync: bool
    """Whether each commit waits for the disk."""

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps whose states are whole, in order."""
        found = ((STEP.fullmatch(name), place) for name, place in self.home.stores().items())
        return tuple(sorted(int(match[1]) for match, place in found if match and open_store(place).complete))

    def check(self) -> None:
        """Refuse a folder of something else, of other examples, or of states that were read otherwise.

        Raises
        ------
        StudyMismatchError
            The message names what differs.
        """
        self.home.check_free()
        for step in self.steps[:1]:
            held = open_store(self._place(step)).provenance
            if held["data"]["fingerprint"] != self.examples.fingerprint():
                raise StudyMismatchError(
                    f"{self.home.path} holds a study of other examples ({held['data']['source']}). Choose another folder."
                )
            known = held["options"]
            for name, value in self.options.items():
                if known.get(name, "float32") != _plain(value):
                    raise StudyMismatchError(
                        f"{self.home.path} holds a study of other options: {name} is {known.get(name)!r} there and {value!r} "
                        "here. Choose another folder."
                    )

    def has(self, step: int) -> bool:
        """Whether the states of a step are whole; what a kill left of one is taken away, as the weights of then are gone."""
        place = self._place(step)
        if not place.is_dir() or not any(place.iterdir()):
            return False
        if open_store(place).complete:
            return True
        shutil.rmtree(place)
        return False

    def weights(self, step: int) -> str:
        """Return the fingerprint of the weights that a step was read from."""
        return str(open_store(self._place(step)).provenance["model"]["fingerprint"])

    def put(self, step: int, model: Model) -> None:
        """Read the states of a step."""
        place = self._place(step)
        place.parent.mkdir(parents=True, exist_ok=True)
        extract(model, self.examples, to=place, sync=self.sync, **self.options)

    def trajectory(self) -> Trajectory:
        """Return all steps, as what a study reads."""
        return Trajectory([(step, open_store(self._place(step))) for step in self.steps])

    def origin(self, model: str) -> dict[str, Any]:
        """Return what study.toml says of where they came from; the stores are found by the names of its revisions."""
        options = {name: _plain(value) for name, value in self.options.items() if value is not None}
        data = self.examples.source or "examples in memory"
        return {"model": model, "data": data, "revisions": [f"step{step}" for step in self.steps], "options": options}

    def _place(self, step: int) -> Path:
        return self.home.store_place(f"step{step}")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
