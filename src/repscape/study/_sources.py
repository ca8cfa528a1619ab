"""What a study in a folder was made of, read again: states from its own stores, arrays from where study.toml says they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import InputError, RepscapeError
from ..machine import is_far
from ._folder import StudyFolder
from .reading import ModelSource, read_study


def own_source(home: StudyFolder) -> Any:
    """Return what :func:`repscape.run` takes as its source; no model is loaded.

    Raises
    ------
    InputError
        The points were in memory, or their files are gone.
    """
    try:
        spec = read_study(home.path)
    except InputError as error:
        raise InputError(
            f"the points of the study {home.path} were in memory and cannot be read again. Its results still open; to "
            f"add to it, give the data again: repscape.run(source, plan, folder={str(home.path)!r})."
        ) from error
    if spec.models is not None:
        return stored_source(spec.models, home)
    for path in (path for path in spec.arrays.values() if not is_far(path)):
        gone = Path(path.rpartition(":")[0] or path) if not Path(path).exists() else Path(path)
        if not gone.exists():
            raise InputError(
                f"the data of the study {home.path} are gone: there is no {path}. Its results, figures and page still open; to "
                f"add to it, put the data back or write where they are into {home.plan_file}."
            )
    return spec.source


def stored_source(models: ModelSource, home: StudyFolder) -> Any:
    """Return the states that were extracted into a study folder."""
    try:
        return models.extracted(home)
    except RepscapeError as error:
        raise InputError(
            f"the states of the study {home.path} cannot be read: {error} The same repscape run command extracts them again."
        ) from error
