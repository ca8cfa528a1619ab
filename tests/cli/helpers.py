"""Call the command line in this process, and make small inputs for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from repscape.cli import app

N = 60


def call(*words: object) -> Result:
    """Run a command; an error that is nobody's fault but ours stops the test."""
    # COLUMNS unset: tables are as wide as where no terminal is, whoever runs the tests.
    result = CliRunner(env={"COLUMNS": None}).invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@contextmanager
def svg_alone() -> Iterator[None]:
    """Let studies draw their figures as SVG alone meanwhile: PNG and PDF take four fifths of the time."""
    from repscape.figures import save_painted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("repscape.report._refresh.save_painted", partial(save_painted, formats=("svg",)))
        yield


@contextmanager
def without_drawing() -> Iterator[None]:
    """Draw nothing and write no page meanwhile; both take most of a command's time, and many tests look at neither."""

    with pytest.MonkeyPatch.context() as patch:
        for name in ("save_painted", "write_report"):
            patch.setattr(f"repscape.report._refresh.{name}", lambda *given, **said: {})
        yield


def layers(folder: Path, **changes: np.ndarray) -> Path:
    """Write layers.npz with three layers, labels and scores; arrays given by name replace or join them."""
    rng = np.random.default_rng(0)
    labels = np.arange(N) % 3
    first = rng.normal(size=(N, 6))
    arrays = {
        "layer0": first,
        "layer1": first + 2 * labels[:, None],
        "layer2": first[:, :4] + 4 * labels[:, None],
        "kind": labels,
        "score": rng.normal(size=N),
    }
    file = folder / "layers.npz"
    np.savez(file, **{**arrays, **changes})
    return file


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its content."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
