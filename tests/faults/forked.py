"""Commands in processes forked from one that has imported everything, so that each costs its own work alone.

Used by scripts that begin with no thread: `races.py`, `kills.py` and `truncations.py`.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import repscape
import repscape as rs
from repscape.cli._main import main
from repscape.errors import RepscapeError
from tests.cli.helpers import layers
from tests.extraction.tiny_models import WORDS, save_tiny

Words = Sequence[object]
MEASURES = "id_twonn, overlap_labels(k=5), sim_cka"
MORE = "overlap_neighbors(k=5), health_spectrum"


def load_everything() -> None:
    """Import what any command may: a forked one then begins at once. No thread is started."""
    for module in pkgutil.walk_packages(repscape.__path__, "repscape."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


class Ground:
    """A folder with data, a tiny model, and a whole study of each."""

    def __init__(self, home: Path, *, drawing: bool = False) -> None:
        load_everything()
        self.home = home
        self.drawing = drawing
        home.mkdir(parents=True, exist_ok=True)
        self.arrays = layers(home)
        self.model = home / "bert"
        save_tiny("BERT", self.model)
        rng = np.random.default_rng(0)
        texts = [" ".join(rng.choice(WORDS[:16], 6)) for _ in range(60)]
        kinds = rng.choice(["good", "bad"], 60)
        pd.DataFrame({"text": texts, "kind": kinds}).to_csv(home / "t.csv", index=False)
        self.of_model = ("--model", self.model, "--data", home / "t.csv", "--text", "text", "--batch-size", 8)
        for folder, words in {"arrays": self.run_arrays("arrays"), "texts": self.run_model("texts")}.items():
            code, said = self.done(words)
            assert code == 0, (folder, said)

    def run_arrays(self, folder: str) -> Words:
        """Return the command that makes a study of arrays."""
        return (
            "run",
            "--arrays",
            self.arrays,
            "--label",
            "kind",
            "--measures",
            MEASURES,
            "-q",
            "-o",
            self.home / folder,
        )

    def run_model(self, folder: str) -> Words:
        """Return the command that makes a study of the model."""
        return ("run", *self.of_model, "--label", "kind", "--measures", "id_twonn, probe_linear(folds=2)", "-q", "-o",
                self.home / folder)  # fmt: skip

    def extract(self, store: str) -> Words:
        """Return the command that extracts the model's states."""
        return ("extract", *self.of_model, "-q", "-o", self.home / store)

    def copy(self, name: str, to: str) -> Path:
        """Return a copy of one of the whole studies."""
        return Path(shutil.copytree(self.home / name, self.home / to))

    def begin(self, words: Words) -> int:
        """Begin a command in a process of its own; what it says goes to a file."""
        pid = os.fork()
        if pid:
            return pid
        code = 70
        try:
            log = os.open(self.log(os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            os.dup2(log, 1)
            os.dup2(log, 2)
            if not self.drawing:
                _draw_nothing()
            sys.argv = ["repscape", *map(str, words)]
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def end(self, pid: int) -> tuple[int, str]:
        """Wait for a command; return its exit code, negative for a signal, and what it said."""
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        log = self.log(pid)
        said = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        log.unlink(missing_ok=True)
        return code, said

    def done(self, words: Words) -> tuple[int, str]:
        """Run a command to its end."""
        return self.end(self.begin(words))

    def log(self, pid: int) -> Path:
        """Return where a process writes what it says."""
        return self.home / f"said-{pid}"

    def clear(self, *names: str) -> None:
        """Delete what a trial made."""
        for name in names:
            place = self.home / name
            if place.is_dir():
                shutil.rmtree(place)
            place.unlink(missing_ok=True)


def _draw_nothing() -> None:
    from repscape.report import _refresh

    setattr(_refresh, "save_figures", lambda *given, **said: None)  # noqa: B010
    setattr(_refresh, "write_report", lambda *given, **said: None)  # noqa: B010


def faults_of(folder: Path, known: Sequence[rs.results.Record] = ()) -> list[str]:
    """Return what is wrong with a study that was left alone: damage, leftovers, values that differ from what is known."""
    try:
        study = rs.open_study(folder)
        wrong = [str(problem) for problem in study.problems()]
        values = {spot(record): record for record in known}
        held = study.results
        wrong += [f"{r.variant} differs" for r in held if spot(r) in values and values[spot(r)] != r]
    except RepscapeError as error:
        return [f"{type(error).__name__}: {error}"]
    return wrong + [f"{left} is left" for left in folder.glob(".*")]


def spot(record: Any) -> Any:
    """Return what a value is of."""
    return record.variant, record.profile, record.place, record.other, record.column


def pause(draw: random.Random, longest: float) -> float:
    """Return a moment within a command, more often an early one."""
    return longest * draw.random() ** 1.5


def counted(work: Callable[[int], str | None], count: int) -> tuple[int, list[str]]:
    """Do trials; return how many there were, and what was wrong."""
    return count, [said for trial in range(count) if (said := work(trial))]
