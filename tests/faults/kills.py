"""Commands are killed, or asked to end, at any moment: `python -m tests.faults.kills FOLDER --kills 100 --signals 40`.

After a kill nothing is lost beyond the unit in work: what was there is there, what was finished is right, and the same command
ends as if nothing had happened. A signal is answered by one line and the exit code that says which it was. Killed are processes
forked from a warm one; signals go to commands begun anew as a shell does, from the first tenth of a second on.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import repscape as rs
from repscape.errors import RepscapeError
from tests.faults.browsing import look, lost
from tests.faults.forked import MORE, Code, Ground, Words, faults_of, load_everything, pause, spot
from tests.faults.races import STORE, rows_of

FOLDER = STORE.partition(".")[0]
START = 0.1  # seconds: from here on a signal must be answered
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
TOLD = ("stopped; what was finished is kept", "The explorer has ended")
TAKEN = "must be new or empty"
EXPLORE = "explore"
Command = tuple[str, Callable[[Ground], Words]]


def COMMANDS() -> dict[str, Command]:
    """Return name -> (which whole study it begins with, "" for none; its words)."""

    def on(*words: object) -> Callable[[Ground], Words]:
        return lambda ground: (words[0], ground.home / FOLDER, *words[1:])

    return {
        "run": ("", lambda ground: ground.run_arrays(FOLDER)),
        "run --model": ("", lambda ground: ground.run_model(FOLDER)),
        "add": ("arrays", on("add", "-q", "--measures", MORE)),
        "extract": ("", lambda ground: ground.extract(STORE)),
        "report": ("arrays", on("report", "-q")),
        "import-arrays": ("", lambda ground: ("import-arrays", ground.arrays, "-q", "-o", ground.home / FOLDER)),
        "predict": ("texts", on("predict", "a the model", "--layer", "1")),
        EXPLORE: ("arrays", on(EXPLORE, "--no-browser")),
    }


class Trial:
    """One command, and what it makes when it is left alone."""

    def __init__(self, ground: Ground, name: str) -> None:
        self.ground, self.name = ground, name
        self.before, self.words = COMMANDS()[name]
        self.folder = ground.home / FOLDER
        self.begin()
        begun = time.monotonic()
        code, said = self.done()
        self.seconds = time.monotonic() - begun
        assert code == 0, (name, code, said)
        self.is_study = (self.folder / "study.toml").is_file()
        self.records = rs.load_results(self.folder).records if self.is_study else ()
        self.rows = rows_of(ground)

    def begin(self) -> None:
        """Lay out what the command begins with."""
        self.ground.clear(FOLDER, STORE)
        if self.before:
            self.ground.copy(self.before, FOLDER)

    def done(self) -> tuple[Code, str]:
        """Run the command to its end; an explorer until all that it can keep is kept."""
        pid = self.ground.begin(self.words(self.ground))
        if self.name != EXPLORE:
            return self.ground.end(pid)
        looked, why = self.ground.end(look(self.ground, pid))
        os.kill(pid, signal.SIGINT)
        code, said = self.ground.end(pid)
        return (0 if (looked, code) == (0, CODES[signal.SIGINT]) else f"{looked}, {code}"), said + why

    def held(self) -> str:
        """Return what is wrong with what a stopped command left: something was lost, or is not what it would be."""
        if not (self.folder / "study.toml").is_file():
            return "the study is gone" if self.before else ""
        known = {spot(record): record for record in self.records}
        try:
            if self.name == EXPLORE and (said := lost(self.ground, self.folder)):
                return said
            held = {spot(record): record for record in rs.open_study(self.folder).results}
        except RepscapeError as error:  # before the first values there are none
            return "" if not self.before and "no results" in str(error) else f"{type(error).__name__}: {error}"
        before = [] if not self.before else rs.load_results(self.ground.home / self.before).records
        if any(spot(record) not in held for record in before):
            return "values that were finished before are gone"
        return "a value differs" if any(known.get(place) != record for place, record in held.items()) else ""

    def ended(self) -> str:
        """Run the command again, and return what is wrong with what it makes."""
        code, said = self.done()
        taken = TAKEN in said  # what was stopped was as good as done
        if code and not taken:
            return f"again: exit {code}: {said}"
        if self.is_study:
            if rs.load_results(self.folder).records != self.records:
                return "the end has other values"
            if wrong := faults_of(self.folder):
                return "; ".join(wrong)
        if rows_of(self.ground) != self.rows:
            return "the end has other rows"
        left = [path.name for path in self.ground.home.glob(f".{FOLDER}*") if "lock" not in path.name]
        return f"left: {left}" if left and not taken else ""

    def killed(self, draw: random.Random) -> str:
        """Kill the command once; return what was wrong."""
        self.begin()
        pid = self.ground.begin(self.words(self.ground))
        looker = look(self.ground, pid) if self.name == EXPLORE else 0
        after = pause(draw, self.seconds)
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
        self.ground.end(pid)
        if looker:
            self.ground.end(looker)
        said = self.held() or self.ended()
        return said and f"killed after {after:.3f} s: {said}"

    def signalled(self, draw: random.Random, number: signal.Signals) -> str:
        """Begin the command anew, as a shell does, and ask it to end; return what was wrong."""
        self.begin()
        words = [sys.executable, "-m", "repscape", *map(str, self.words(self.ground))]
        told = self.ground.home / "told"
        with told.open("w") as out:
            running = subprocess.Popen(words, stdout=out, stderr=subprocess.PIPE, text=True)
        log = self.ground.log(running.pid)
        log.symlink_to(told)
        looker = look(self.ground, running.pid) if self.name == EXPLORE else 0
        after = START + pause(draw, 2 * self.seconds + 3)
        time.sleep(after)
        over = running.poll() is not None
        running.send_signal(number)
        _, said = running.communicate(timeout=600)
        log.unlink()
        if looker:
            self.ground.end(looker)
        early = over or (running.returncode == 0 and self.name != EXPLORE)  # it was quicker
        lines = said.splitlines()
        well = running.returncode == CODES[number] and len(lines) == 1 and any(word in lines[0] for word in TOLD)
        if not early and not well:
            return f"{number.name} after {after:.3f} s: exit {running.returncode}: {said[-800:]}"
        said = self.held() or self.ended()
        return said and f"{number.name} after {after:.3f} s: {said}"


def struck(ground: Ground, name: str, *, kills: int, signals: int, seed: int = 0) -> dict[str, Any]:
    """Kill and signal one command; return how often, and what was wrong."""
    trial, draw, begun = Trial(ground, name), random.Random(f"{name} {seed}"), time.monotonic()
    wrong = [said for _ in range(kills) if (said := trial.killed(draw))]
    for turn in range(signals):
        said = trial.signalled(draw, (signal.SIGINT, signal.SIGTERM)[turn % 2])
        wrong += [said] if said else []
    spent = round(time.monotonic() - begun)
    found = {"command": name, "kills": kills, "signals": signals, "wrong": len(wrong)}
    return {**found, "seconds": spent, "said": wrong[:3]}


def main() -> None:
    """Kill and signal every command; print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=100, help="over all commands")
    parser.add_argument("--signals", type=int, default=40, help="over all commands")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="commands whose name has this in it")
    asked = parser.parse_args()
    load_everything()
    ground = Ground(asked.folder)
    names = [name for name in COMMANDS() if asked.only in name]
    for name in names:
        if name != EXPLORE:
            before, words = COMMANDS()[name]
            ground.clear(FOLDER, STORE)
            if before:
                ground.copy(before, FOLDER)
            ground.warm([words(ground)])
    bad = 0
    for place, name in enumerate(names):
        kills, signals = (len(range(place, count, len(names))) for count in (asked.kills, asked.signals))
        found = struck(ground, name, kills=kills, signals=signals, seed=asked.seed)
        bad += found["wrong"]
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
