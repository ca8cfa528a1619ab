"""The examples of a page: those of a study folder, those that were given, or words that say why there are none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _check
from .._types import Progress
from ..errors import InputTypeError, RepscapeError
from ..measures.structure import METHODS
from ..study import StudyFolder, read_study
from ._together import joined_maps
from .map import ExampleMap, study_map

ASK = (
    "The page can show single examples: where they lie in each layer, and which are near. Give write_report the folder of the "
    "study, study='DIR', or what repscape.report.map_examples(source, columns=...) returns."
)


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples to be shown, or why not."""

    map: ExampleMap | None = None
    """What is shown."""
    missing: str = ASK
    """Why nothing is."""
    command: str | None = None
    """What repeats the study, where a study folder says it."""
    opens: str = "pca"
    """The map that the page opens on: the one that was asked for."""

    @classmethod
    def of(cls, study: Any, maps: Sequence[str] = (), *, progress: Progress | None = None) -> Examples:
        """Take what `write_report` was given; a source that cannot be read again is a matter for the page, not an error.

        Raises
        ------
        InputTypeError
            If it is neither a path, nor a mapping of names to paths, nor an ExampleMap.
        UnknownNameError
            If there is no such map.
        """
        for name in maps:
            _check.choice(name, "maps", "write_report", METHODS)
        if study is None:
            return cls()
        if isinstance(study, ExampleMap):
            return cls(study, "")
        methods = tuple(dict.fromkeys(["pca", *maps]))
        opens = maps[0] if maps else "pca"
        if isinstance(study, Mapping):
            found, missing = joined_maps(study, methods, progress=progress)
            return cls(found, missing, opens=opens)
        if not isinstance(study, str | Path):
            raise InputTypeError(
                f"study of write_report must be a study folder or what map_examples returns. Got {type(study).__name__}."
            )
        folder = Path(study)
        try:
            found, missing = study_map(folder, methods, progress=progress), ""
        except RepscapeError as error:
            found, missing = None, f"Single examples are not shown: {error}"
        return cls(found, missing, _command(folder), opens)


def _command(folder: Path) -> str | None:
    """Return the command that repeats a study from its study.toml, where that says what was read."""
    try:
        read_study(StudyFolder(folder).plan_file)
    except RepscapeError:
        return None
    return shlex.join(["repscape", "run", str(StudyFolder(folder).plan_file), "-o", f"{folder.name}-again"])
