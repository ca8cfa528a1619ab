"""Examples that belong together: named, kept in the study folder under its lock, and a column that measures can be cut by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...store import list_groups, read_arrays, remove_group, write_arrays
from ._jobs import Report

if TYPE_CHECKING:
    from ._example_set import ExampleSet
    from ._study_view import StudyView

GROUP = "selection|"
LONGEST = 80
OTHERS = "others"


class Selections:
    """What is selected and has a name; the first of several studies keeps it."""

    def __init__(self, held: ExampleSet) -> None:
        self._held = held

    @property
    def _home(self) -> StudyView:
        return self._held.views[0]

    def stamp(self) -> str:
        """Return a word that changes when a selection is kept or forgotten, by whomever."""
        folder = self._home.folder.explorer
        return str(folder.stat().st_mtime_ns) if folder.exists() else ""

    def every(self) -> list[dict[str, Any]]:
        """Return name, number of examples, how they were found and when they were kept."""
        path = self._home.folder.explorer
        names = [group for group in list_groups(path) if group.startswith(GROUP)]
        found = [read_arrays(path, group, only=())[1] for group in names]
        return sorted(found, key=lambda about: str(about["made"]))

    def rows(self, name: str) -> npt.NDArray[np.uint32]:
        """Return the examples of a selection.

        Raises
        ------
        UnknownNameError
            There is none of that name.
        """
        _check.choice(name, "selection", "explore", [held["name"] for held in self.every()])
        arrays, _ = read_arrays(self._home.folder.explorer, GROUP + name)
        return arrays["rows"].astype(np.uint32)

    def keep(self, name: str, rows: Sequence[int], recipe: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Keep a selection under a name, in place of the one that has it.

        Raises
        ------
        InputError
            The name is empty, long or has control characters; there are no rows, or some that are no examples.
        BusyError
            Another process writes to the study now.
        """
        if not name.strip() or len(name) > LONGEST or re.search(r"[\x00-\x1f\x7f]", name) or name != name.strip():
            raise InputError(
                f"name of a selection must be 1 to {LONGEST} letters, without spaces around it or line breaks. Got {name!r}."
            )
        held = np.unique(np.asarray(rows, dtype=np.int64)) if len(rows) else np.zeros(0, dtype=np.int64)
        if not held.size or held[0] < 0 or held[-1] >= self._held.n:
            raise InputError(f"rows of a selection must be examples, 0 to {self._held.n - 1}, one at least.")
        about = {
            "name": name,
            "n": int(held.size),
            "made": datetime.now(UTC).isoformat("T", "seconds"),
            "recipe": dict(recipe or {}),
        }
        with self._home.writing():
            write_arrays(self._home.folder.explorer, GROUP + name, {"rows": held}, attributes=about)
        return about

    def remove(self, name: str) -> None:
        """Forget a selection; columns that were made of it stay."""
        self.rows(name)
        with self._home.writing():
            remove_group(self._home.folder.explorer, GROUP + name)

    def column(self, name: str) -> tuple[str, list[str]]:
        """Return the column that a selection becomes: its name, and for each example the selection's name or "others"."""
        inside = np.zeros(self._held.n, dtype=bool)
        inside[self.rows(name)] = True
        if inside.all():
            raise InputError(f"selection {name!r} holds every example: there are no others to compare with.")
        word = name if name != OTHERS else f"{name} (selected)"
        values = [word if one else OTHERS for one in inside]
        known = self._home.folder.columns()
        column, number = f"selection {name}", 1
        while column in known and list(map(str, known[column])) != values:
            number += 1
            column = f"selection {name} ({number})"
        return column, values

    def measure(self, name: str, report: Report) -> str:
        """Measure the selection and all others, each by itself, with the measures of the study; return the column's name.

        Raises
        ------
        InputError
            The points of the study cannot be read again, or the selection is all examples.
        BusyError
            Another process writes to the study.
        """
        column, values = self.column(name)

        def tell(done: int, total: int, what: str) -> None:
            report(done / max(1, total), what)

        for view in self._held.views:
            plan = view.study.plan
            entries = [(item.measure, dict(item.options)) for item in plan.items]
            wanted = replace(plan, measures=entries, by=column, whole=False, profiles=("next",))
            view.study.run(wanted, columns={column: values}, progress=tell)
        return column
