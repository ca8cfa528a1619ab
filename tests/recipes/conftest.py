"""What tests of recipes share."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from repscape.figures import save_drawings, save_painted
from repscape.recipes import _run
from repscape.recipes.demo import DemoRun, train_demo
from repscape.recipes.demo._demo_torch import CHECKPOINTS

TRAINED = sorted({*CHECKPOINTS, *range(0, 901, 90)})
"""Steps at which the shared network is kept: those of the demo and of training-dynamics."""


@pytest.fixture(scope="package", autouse=True)
def no_pdf() -> Iterator[None]:
    """Let recipes write PNG and SVG: PDF takes half of the time of a figure, and tests of figures look at it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, save in (("save_painted", save_painted), ("save_drawings", save_drawings)):
            patch.setattr(_run, name, partial(save, formats=("png", "svg")))
        yield


@pytest.fixture
def own_figures_and_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the recipe's own figures and the report, and not those of the results, which take most of the time."""
    monkeypatch.setattr(_run, "save_painted", lambda *given: {})


@pytest.fixture
def own_figures_only(own_figures_and_report: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the recipe's own figures, and no report either."""

    def unwritten(results: Any, path: Path, **said: Any) -> Path:
        return path

    monkeypatch.setattr(_run, "write_report", unwritten)


@pytest.fixture
def numbers_only(own_figures_only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no figures and no report."""
    monkeypatch.setattr(_run, "save_drawings", lambda *given: None)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demo network, trained to its end once in a run of tests: by the process that asks first, while others wait."""
    home = tmp_path_factory.getbasetemp()
    file = (home.parent if "PYTEST_XDIST_WORKER" in os.environ else home) / "trained.pickle"
    with FileLock(file.with_suffix(".lock")):
        if not file.exists():
            file.write_bytes(pickle.dumps(train_demo(rng=0, checkpoints=TRAINED)))
    return pickle.loads(file.read_bytes())


def part_of(trained: DemoRun, steps: Sequence[int]) -> DemoRun:
    """Return the same training as if only these checkpoints had been kept, the last of them at its end."""
    kept = {checkpoint.step: checkpoint for checkpoint in trained.checkpoints}
    assert steps[-1] == max(kept), "the rate of every step depends on the last"
    return DemoRun(tuple(kept[step] for step in steps), trained.images, trained.labels, trained.ids)
