"""Whether what is named is a study at all: looked at before anything that reads it, and takes a second to load, is loaded."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError, StoreError

PLAN_FILE, RESULTS = "study.toml", "results.zarr"
NO_STUDY = f"folder of open_study must be a study folder, which holds {PLAN_FILE}. Got {{}}."
NO_PATH = "a study must be a study.toml or a folder that exists. Got {}."
NO_MODEL = (
    "study of predict must be the folder of a study of a model (repscape run --model M --data D --label COLUMN -o STUDY): "
    "only that can take new inputs. {} holds {}."
)
NO_EXPORT = "study of export_arrays must be a folder that exists. Got {}."


def look_for_study(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder that holds no study.

    Raises
    ------
    InputError
        Naming the folder.
    """
    if not (Path(folder) / PLAN_FILE).is_file():
        raise InputError(NO_STUDY.format(folder))


def look_for_results(folder: str | os.PathLike[str]) -> None:
    """Refuse what is neither a study folder nor results, by a StoreError."""
    home = Path(folder)
    if not ((home / PLAN_FILE).is_file() or (home / RESULTS).is_dir() or home.name == RESULTS):
        raise StoreError(f"no results in {folder}: there is no {RESULTS}. repscape run writes one.")


def look_for_predict(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder to ask that is not there, as of :func:`look_for_study`."""
    if not Path(folder).is_dir():
        raise InputError(NO_MODEL.format(folder, "nothing: there is no such folder"))


def look_for_export(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder to export from that is not there, as of :func:`look_for_study`."""
    if not Path(folder).exists():
        raise InputError(NO_EXPORT.format(folder))


def look_for_source(source: str) -> None:
    """Refuse a study.toml, a study folder, a store or layers that are not there, as of :func:`look_for_study`."""
    from ..examples import look_for_layers

    if source.endswith(".toml"):
        if not Path(source).is_file():
            raise InputError(NO_PATH.format(source))
    elif source:
        look_for_layers(f"={source}")
