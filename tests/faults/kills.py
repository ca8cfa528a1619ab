"""Commands are killed, or asked to end, at any moment: `python -m tests.faults.kills FOLDER --kills 100 --signals 40`.

After a kill nothing is lost beyond the unit in work: what was there is there, what was finished is right, and the same command
ends as if nothing had happened. A signal is answered by one line and the exit code that says which it was.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import repscape as rs
from repscape.errors import RepscapeError
from tests.faults.forked import MORE, Ground, Words, faults_of, pause, spot

FOLDER = "struck"
START = 0.1  # seconds: from here on a signal must be answered
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
WORDS = "stopped; what was finished is kept"
Command = tuple[str, Callable[[Ground], Words]]


def COMMANDS() -> dict[str, Command]:
    """Return name -> (which whole study it begins with, "" for none; its words)."""

    def on(*words: object) -> Callable[[Ground], Words]:
        return lambda ground: (words[0], ground.home / FOLDER, *words[1:])

    return {
        "run": ("", lambda ground: ground.run_arrays(FOLDER)),
        "run --model": ("", lambda ground: ground.run_model(FOLDER)),
        "add": ("arrays", on("add", "-q", "--measures", MORE)),
        "extract": ("", lambda ground: ground.extract(f"{FOLDER}.zarr")),
        "report": ("arrays", on("report")),
        "import-arrays": ("", lambda ground: ("import-arrays", ground.arrays, "-o", ground.home / FOLDER)),
        "predict": ("texts", on("predict", "a the model", "--layer", "1")),
    }


class Trial:
    """One command, and what it makes when it is left alone."""

    def __init__(self, ground: Ground, name: str) -> None:
        self.ground, self.name = ground, name
        self.before, self.words = COMMANDS()[name]
        self.begin()
        begun = time.monotonic()
        code, said = ground.done(self.words(ground))
        self.seconds = time.monotonic() - begun
        assert code == 0, said
        self.folder, self.store = ground.home / FOLDER, ground.home / f"{FOLDER}.zarr"
        self.is_study = (self.folder / "study.toml").is_file()
        self.records = rs.load_results(self.folder).records if self.is_study else ()
        self.points = self.state()

    def begin(self) -> None:
        """Lay out what the command begins with."""
        self.ground.clear(FOLDER, f"{FOLDER}.zarr")
        if self.before:
            self.ground.copy(self.before, FOLDER)

    def state(self) -> dict[str, bytes]:
        """Return the rows of what was extracted or taken in."""
        for place in (self.store, self.folder):
            if (place / "zarr.json").is_file() or (place / "activations.zarr").is_dir():
                store = rs.open_store(place)
                return {key: np.asarray(store[key]).tobytes() for key in store}
        return {}

    def held(self) -> str | None:
        """Return what is wrong with what a stopped command left: something was lost, or is not what it would be."""
        if not (self.folder / "study.toml").is_file():
            return "the study is gone" if self.before else None
        known = {spot(record): record for record in self.records}
        try:
            held = {spot(record): record for record in rs.open_study(self.folder).results}
        except RepscapeError as error:  # before the first values there are none
            return None if not self.before and "no results" in str(error) else f"{error}"
        lost = [] if not self.before else rs.load_results(self.ground.home / self.before).records
        if any(spot(record) not in held for record in lost):
            return "values that were finished before are gone"
        return "a value differs" if any(known.get(place) != record for place, record in held.items()) else None

    def ended(self) -> str | None:
        """Run the command again, and return what is wrong with what it makes."""
        code, said = self.ground.done(self.words(self.ground))
        taken = "must be new or empty" in said  # what was stopped was as good as done
        if code and not taken:
            return f"again: exit {code}: {said}"
        if self.is_study:
            if rs.load_results(self.folder).records != self.records:
                return "the end has other values"
            if wrong := faults_of(self.folder):
                return "; ".join(wrong)
        if self.state() != self.points:
            return "the end has other rows"
        left = [path.name for path in self.ground.home.glob(f".{FOLDER}*") if "lock" not in path.name]
        return f"left: {left}" if left and not taken else None

    def killed(self, draw: random.Random) -> str | None:
        """Kill the command once; return what was wrong."""
        self.begin()
        pid = self.ground.begin(self.words(self.ground))
        time.sleep(pause(draw, self.seconds))
        os.kill(pid, signal.SIGKILL)
        self.ground.end(pid)
        return self.held() or self.ended()

    def signalled(self, draw: random.Random, number: signal.Signals) -> str | None:
        """Begin the command anew, as a shell does, and ask it to end; return what was wrong."""
        self.begin()
        words = [sys.executable, "-m", "repscape", *map(str, self.words(self.ground))]
        running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(START + pause(draw, 2 * self.seconds + 1))
        over = running.poll() is not None
        running.send_signal(number)
        _, said = running.communicate(timeout=600)
        if not over and running.returncode != 0:
            lines = [line for line in said.splitlines() if line and not line.startswith("Writing")]
            if running.returncode != CODES[number] or len(lines) != 1 or WORDS not in lines[0]:
                return f"{number.name}: exit {running.returncode}: {said[-800:]}"
        return self.held() or self.ended()


def main() -> None:
    """Kill and signal every command; print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=100, help="over all commands")
    parser.add_argument("--signals", type=int, default=40, help="over all commands")
    parser.add_argument("--only", default="", help="commands whose name has this in it")
    asked = parser.parse_args()
    ground = Ground(asked.folder)
    names = [name for name in COMMANDS() if asked.only in name]
    for place, name in enumerate(names):
        trial, draw = Trial(ground, name), random.Random(name)
        kills = len(range(place, asked.kills, len(names)))
        signals = len(range(place, asked.signals, len(names)))
        wrong = [said for _ in range(kills) if (said := trial.killed(draw))]
        for turn in range(signals):
            number = (signal.SIGINT, signal.SIGTERM)[turn % 2]
            wrong += [said] if (said := trial.signalled(draw, number)) else []
        {"command": name, "kills": kills, "signals": signals, "wrong": len(wrong), "said": wrong[:3]}


if __name__ == "__main__":
    main()
