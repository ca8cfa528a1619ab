"""Figures to files: the same bytes for the same results, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import _check, machine
from .._types import Progress
from ..errors import InputError, InputTypeError, StoreError
from ..results import Results
from ._choose import sketches
from ._paint import checked, paint
from .matplotlib import FORMATS, to_bytes


@dataclass(frozen=True, slots=True)
class Painted:
    """A figure as the content of its files."""

    size: tuple[float, float]
    """Width and height in inches."""
    files: Mapping[str, bytes]
    """By format: "png", "svg", "pdf"."""


def save_figures(
    results: Results,
    folder: str | Path,
    formats: Sequence[str] = ("png", "svg", "pdf"),
    *,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Draw the results and write every figure into a folder.

    Parameters
    ----------
    results : Results
        What :func:`repscape.run` returned.
    folder : path
        Made if it is not there; figures of the same name are replaced.
    formats : sequence of {"png", "svg", "pdf"}
        One file for each.
    progress : callable, optional
        Called as progress(done, total, what) after each figure.

    Returns
    -------
    tuple of Path
        The files, in the order of the figures.

    Raises
    ------
    UnknownNameError
        If a format is not known.
    InputError
        If none is named.
    StoreError
        If a file cannot be written, as on a full disk; no torn file is left.
    """
    folder = Path(folder)
    painted = save_painted(results, folder, formats, progress=progress)
    return tuple(folder / f"{name}.{ending}" for name, one in painted.items() for ending in one.files)


def save_painted(
    results: Results, folder: Path, formats: Sequence[str] = FORMATS, *, progress: Progress | None = None
) -> dict[str, Painted]:
    """Write every figure as :func:`save_figures` does, and return them by name, so that a page need not paint them again."""
    if isinstance(formats, str):
        raise InputTypeError(f"formats of save_figures must be a list such as ['png']. Got {formats!r}.")
    for name in formats:
        _check.choice(name, "formats", "save_figures", FORMATS)
    if not formats:
        raise InputError(f"formats of save_figures must name at least one of {', '.join(FORMATS)}. Got none.")
    painted = {}
    every = sketches(checked(results, "save_figures"))
    for done, sketch in enumerate(every):
        figure = paint(sketch)
        files = {ending: to_bytes(figure, ending) for ending in formats}
        for ending, content in files.items():
            write_whole(folder / f"{sketch.name}.{ending}", content, "figure")
        painted[sketch.name] = Painted(tuple(figure.get_size_inches()), files)
        if progress is not None:
            progress(done + 1, len(every), "figures")
    return painted


def write_whole(path: Path, content: bytes, what: str) -> None:
    """Write a file in one step: whoever reads sees the old one or the new one.

    Raises
    ------
    StoreError
        If it cannot be written, as on a full disk; what was there before still stands.
    """
    if not path.name:
        raise StoreError(f"{what} could not be written: {path} names no file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        machine.write_whole(path, content)
    except OSError as error:
        raise StoreError(f"{what} could not be written to {path}: {error}") from error
