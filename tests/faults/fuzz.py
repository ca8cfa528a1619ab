"""Harm files by the thousand and read them: `python -m tests.faults.fuzz 10000 --table docs/faults.md`, or `make fuzz`.

A harmed file must give the same numbers, or one error in words. What else there is counts as found: a traceback, other numbers
than an independent reader finds (of files with a check sum: other numbers at all), more than 20 seconds, more than 2 GiB. Each
mutation is known by its kind and a seed; `--only KIND --seed N` repeats one.
"""

from __future__ import annotations

import argparse
import atexit
import collections
import faulthandler
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.faults.kinds import Kind, Told, plain
from tests.faults.mutations import mutated
from tests.faults.templates import TEMPLATES

SECONDS, BYTES = 20, 2 << 30
SAME, REFUSED, AS_SAID = "same", "refused", "as the file says"
TRACEBACK, SILENT, HANG, MEMORY, CRASH = "traceback", "silent difference", "hang", "over 2 GiB", "crash"
BAD = (TRACEBACK, SILENT, HANG, MEMORY, CRASH)
COMMAND_EACH = 8  # every so many mutations are read by a command too


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one harmed file."""

    kind: str
    seed: int
    way: str
    outcome: str
    said: str = ""
    seconds: float = 0.0
    grown: int = 0


def every_kind() -> tuple[Kind, ...]:
    """Return all kinds of files."""
    from tests.faults import arrays, models, tables, written

    return (*tables.KINDS, *arrays.KINDS, *written.KINDS, *models.KINDS)


class Bench:
    """Whole files of one kind, harmed and mended again."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        folder.mkdir(parents=True)
        kind.make(folder)
        self.files = sorted(file for file in folder.glob(kind.files) if file.is_file())
        assert self.files, kind.name
        self.whole = plain(kind.read(folder))
        self.said = None if kind.says is None else plain(kind.says(folder))
        if kind.says is not None and kind.same:
            assert self.said == self.whole, f"{kind.name}: the other reader reads whole files otherwise"

    def harmed(self, seed: int) -> Outcome:
        """Harm a file, read it, and put it back."""
        draw = np.random.default_rng([seed, *self.kind.name.encode()])
        file = self.files[int(draw.integers(0, len(self.files)))]
        content = file.read_bytes()
        new, way = mutated(content, self.kind.form, draw)
        before, begun = _held(), time.monotonic()
        try:
            file.write_bytes(new)
            outcome, said = self._read()
            if outcome not in BAD and self.kind.command is not None and seed % COMMAND_EACH == 0:
                outcome, said = self._commanded(outcome, said)
        finally:
            self._mend(file, content)
        seconds, grown = time.monotonic() - begun, _held(peak=True) - before
        if outcome not in BAD and grown > BYTES:
            outcome = MEMORY
        if outcome not in BAD and seconds > SECONDS:
            outcome = HANG
        return Outcome(self.kind.name, seed, f"{way} of {file.relative_to(self.folder)}", outcome, said, seconds, grown)

    def _mend(self, file: Path, content: bytes) -> None:
        file.write_bytes(content)
        shutil.rmtree(self.folder / "out", ignore_errors=True)

    def _read(self) -> tuple[str, str]:
        from repscape.errors import RepscapeError

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = plain(self.kind.read(self.folder))
            except (RepscapeError, Told) as error:
                said = str(error)
                return (REFUSED, said) if said.strip() else (TRACEBACK, "an error without words")
            except BaseException:
                return TRACEBACK, traceback.format_exc()
            if found == self.whole:
                return SAME, ""
            if self.kind.says is None:
                return SILENT, _difference(self.whole, found)
            try:
                other = plain(self.kind.says(self.folder))
            except Exception as error:
                other = f"the other reader: {type(error).__name__} {error}"
                return (AS_SAID, other) if not self.kind.same else (SILENT, other)
        agreed = found == other if self.kind.same else other != self.said
        return (AS_SAID, "") if agreed else (SILENT, _difference(other, found))

    def _commanded(self, outcome: str, said: str) -> tuple[str, str]:
        """Read by a command: exit code 0 or 1, and no traceback."""
        from typer.testing import CliRunner

        from repscape.cli import app

        assert self.kind.command is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = CliRunner(env={"COLUMNS": None}).invoke(app, list(map(str, self.kind.command(self.folder))))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return TRACEBACK, "".join(traceback.format_exception(result.exception))
        if result.exit_code not in (0, 1) or "Traceback" in result.output:
            return TRACEBACK, f"exit code {result.exit_code}: {result.output}"
        return outcome, said


def _difference(wanted: Any, found: Any) -> str:
    """Say where two answers part."""
    where: list[int] = []
    while isinstance(wanted, tuple) and isinstance(found, tuple) and len(wanted) == len(found):
        place = next(i for i, (one, two) in enumerate(zip(wanted, found, strict=True)) if one != two)
        wanted, found = wanted[place], found[place]
        where.append(place)
    return f"  at {where}: wanted {str(wanted)[:300]}\n  found {str(found)[:300]}"


def _held(*, peak: bool = False) -> int:
    """Bytes in memory; of the peak since the last question, which begins anew."""
    name = "VmHWM" if peak else "VmRSS"
    lines = Path("/proc/self/status").read_text().splitlines()
    held = next(int(line.split()[1]) for line in lines if line.startswith(name)) << 10
    Path("/proc/self/clear_refs").write_text("5")
    return held


# ---- in processes of their own, which may crash or hang


def _work(kind: str, seeds: list[int], folder: str, pipe: Any) -> None:
    """Harm files of a kind, one after another; tell each outcome."""
    os.environ["OMP_NUM_THREADS"] = "1"
    nowhere, crashes = os.open(os.devnull, os.O_WRONLY), os.open(f"{folder}.crash", os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    faulthandler.enable(crashes)
    (chosen,) = (one for one in every_kind() if one.name == kind)
    bench = Bench(chosen, Path(folder) / "files")
    bench.harmed(2**31)  # whatever loads late is loaded
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + BYTES + (1 << 29),) * 2)
    pipe.send(None)
    for seed in seeds:
        pipe.send(bench.harmed(seed))


def fuzz(kind: str, seeds: list[int]) -> list[Outcome]:
    """Harm files of a kind in a process of its own; go on behind a seed that crashes or hangs."""
    found: list[Outcome] = []
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.loaded"])
    while len(found) < len(seeds):
        with tempfile.TemporaryDirectory(prefix="repscape-fuzz-") as root:
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(kind, seeds[len(found) :], f"{root}/work", theirs))
            process.start()
            theirs.close()
            ended = _heard(ours, found, len(seeds))
            if ended is not None:
                said = Path(f"{root}/work.crash").read_text() if Path(f"{root}/work.crash").exists() else ""
                if not found and ended == CRASH and not said:
                    process.join()
                    raise RuntimeError(f"{kind} cannot be made; exit code {process.exitcode}")
                found.append(Outcome(kind, seeds[len(found)], "", ended, said))
            if process.is_alive() and ended is not None:
                os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
    return found


def _heard(pipe: Any, found: list[Outcome], wanted: int) -> str | None:
    """Listen; return what ended it before its time."""
    patience = 180.0  # until the first word
    while len(found) < wanted:
        if not pipe.poll(patience):
            return HANG
        try:
            one = pipe.recv()
        except EOFError:
            return CRASH
        patience = SECONDS * 2.0
        if one is not None:
            found.append(one)
    return None


def main() -> None:
    """Run, print what was found, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mutations", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="Kinds whose name holds this.")
    parser.add_argument("--table", type=Path, help="A page with the marks of the table in it.")
    given = parser.parse_args()
    kinds = [kind.name for kind in every_kind() if given.only is None or given.only in kind.name]
    each, more = divmod(given.mutations, len(kinds))
    outcomes: list[Outcome] = []
    begun = time.monotonic()
    os.environ.setdefault(TEMPLATES, tempfile.mkdtemp(prefix="repscape-faults-"))
    atexit.register(shutil.rmtree, os.environ[TEMPLATES], ignore_errors=True)
    for place, kind in enumerate(kinds):
        seeds = [given.seed + i for i in range(each + (place < more))]
        mine = fuzz(kind, seeds)
        outcomes += mine
        counted = collections.Counter(one.outcome for one in mine)
        sys.stdout.write(f"{kind}: {dict(counted)}, {max(one.seconds for one in mine):.1f} s\n")
        for one in mine:
            if one.outcome in BAD:
                sys.stdout.write(f"  {one.outcome}, seed {one.seed}, {one.way}\n{one.said}\n")
        sys.stdout.flush()
    bad = sum(one.outcome in BAD for one in outcomes)
    sys.stdout.write(f"{len(outcomes)} mutations, {bad} found, {time.monotonic() - begun:.0f} s\n")
    if given.table is not None:
        from tests.faults.table import sums_of, write_table

        write_table(given.table, sums_of(outcomes))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
