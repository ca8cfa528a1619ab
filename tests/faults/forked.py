"""Commands in processes forked from a warm one, so that each costs its own work alone: a tenth of a second instead of three.

The warm process has imported everything and done every command once on the very data, so that what loads or compiles late is
there. Nothing runs in it while it forks: a child has its own event loop, locks and pools. What a command does to files is the
same as in a process of its own; only the imports, which write nothing, are not raced.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import random
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import repscape
import repscape as rs
from repscape.cli._main import main
from repscape.errors import RepscapeError
from tests.extraction.tiny_models import WORDS, save_tiny

Words = Sequence[object]
Code = int | str
N = 40
MEASURES = "id_twonn, overlap_labels(k=5), sim_cka"
MORE = "overlap_neighbors(k=5), health_spectrum"
OTHER = "health_hubness(k=5)"
HANGS = "hangs"
PATIENCE = 120.0  # seconds until a command that does not end counts as hanging


def load_everything() -> None:
    """Import what any command may: a forked one then begins at once."""
    for module in pkgutil.walk_packages(repscape.__path__, "repscape."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


class Ground:
    """A folder with data and whole studies of them: of arrays, and of a tiny model where `texts` is set.

    Where `drawing` is not set no figure is painted and no page laid out, which takes most of a command's time: their files are
    written all the same.
    """

    def __init__(self, home: Path, *, texts: bool = True, drawing: bool = False) -> None:
        self.home, self.drawing = home, drawing
        home.mkdir(parents=True, exist_ok=True)
        self.arrays, self.more = _layers(home / "layers.npz", 0), [_layers(home / f"more{i}.npz", i) for i in (1, 2)]
        self.studies = {"arrays": self.run_arrays("arrays")}
        if texts:
            self.model = home / "bert"
            save_tiny("BERT", self.model)
            rng = np.random.default_rng(0)
            said = [" ".join(rng.choice(WORDS[:16], 6)) for _ in range(N)]
            pd.DataFrame({"text": said, "kind": rng.choice(["good", "bad"], N)}).to_csv(home / "t.csv", index=False)
            self.of_model = ("--model", self.model, "--data", home / "t.csv", "--text", "text", "--batch-size", 8)
            self.studies["texts"] = self.run_model("texts")
        for folder, words in self.studies.items():
            self.clear(folder)
            code, said = self.done(words)
            assert code == 0, (folder, said)

    def warm(self, commands: Iterable[Words]) -> None:
        """Do commands in this process, so that those which are forked from it find everything loaded."""
        from typer.testing import CliRunner

        from repscape.cli import app

        os.environ["TOKENIZERS_PARALLELISM"] = "false"  # a forked one would only say that it is switched off
        if not self.drawing:
            draw_nothing()
        for words in commands:
            found = CliRunner().invoke(app, [str(word) for word in words])
            assert found.exit_code == 0, (words, found.output)
        gc.collect()
        gc.freeze()

    def run_arrays(self, folder: str) -> Words:
        """Return the command that makes a study of arrays."""
        words = ("run", "--arrays", f"one={self.arrays}", "--label", "kind", "--measures", MEASURES, "-q")
        return (*words, "-o", self.home / folder)

    def run_model(self, folder: str) -> Words:
        """Return the command that makes a study of the model."""
        words = ("run", *self.of_model, "--label", "kind", "--measures", "id_twonn, overlap_labels(k=5)", "-q")
        return (*words, "-o", self.home / folder)

    def extract(self, store: str) -> Words:
        """Return the command that extracts the model's states."""
        return ("extract", *self.of_model, "-q", "-o", self.home / store)

    def copy(self, name: str, to: str) -> Path:
        """Return a copy of one of the whole studies."""
        return Path(shutil.copytree(self.home / name, self.home / to))

    def begin(self, words: Words) -> int:
        """Begin a command in a process of its own; what it says goes to a file."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 3.12 warns of threads, which are idle here
            pid = os.fork()
        if pid:
            return pid
        code = 70
        try:
            log = os.open(self.log(os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            if not self.drawing:
                draw_nothing()
            sys.argv = ["repscape", *map(str, words)]
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException:
            sys.__excepthook__(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def end(self, pid: int, *, patience: float = PATIENCE) -> tuple[Code, str]:
        """Wait for a command; return its exit code, negative for a signal, and what it said."""
        code: Code = HANGS
        until = time.monotonic() + patience
        while code == HANGS:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                break
            else:
                time.sleep(0.002)
        said = self.said(pid)
        self.log(pid).unlink(missing_ok=True)
        return code, said

    def done(self, words: Words) -> tuple[Code, str]:
        """Run a command to its end."""
        return self.end(self.begin(words))

    def log(self, pid: int) -> Path:
        """Return where a process writes what it says."""
        return self.home / f"said-{pid}"

    def said(self, pid: int) -> str:
        """Return what a process has said so far."""
        log = self.log(pid)
        return log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""

    def clear(self, *names: str) -> None:
        """Delete what a trial made."""
        for name in names:
            place = self.home / name
            if place.is_dir():
                shutil.rmtree(place)
            place.unlink(missing_ok=True)


def _layers(file: Path, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    labels = np.arange(N) % 3
    first = rng.normal(size=(N, 5))
    np.savez(file, layer0=first, layer1=first[:, :4] + 2 * labels[:, None], kind=labels)
    return file


def draw_nothing() -> None:
    """Paint no figure in this process; the files are written without."""
    from repscape.figures import _save
    from repscape.report import _build, _refresh

    for place, name, stub in (
        (_save, "paint", lambda sketch: None),
        (_save, "to_bytes", lambda figure, ending: b"<svg></svg>"),
        (_refresh, "save_painted", lambda *given, **said: {}),
        (_build, "page", lambda content, title: "<html></html>"),
    ):
        assert hasattr(place, name), (place, name)
        setattr(place, name, stub)


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
