"""Two writers of one folder begin at nearly one time, again and again: `python -m tests.faults.races FOLDER --count 500`.

Whatever the order, each ends well or says in one line who was in its way. What is left opens, is whole, and holds the values
that it would hold without a race, those of both where both ended well.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs
from tests.faults.forked import MORE, OTHER, Code, Ground, Words, faults_of, load_everything, pause

FOLDER = "raced"
STORE = f"{FOLDER}.zarr"
Command = Callable[[Ground], Words]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two commands on one folder."""

    before: str
    """Which whole study lies there; "" for none."""
    one: Command
    other: Command
    holds: frozenset[str] = frozenset()
    """Measures, and models, that the study has once both have ended well."""
    texts: bool = False
    """Whether a model is run."""

    @property
    def kind(self) -> str:
        """Of what the study is."""
        return "texts" if self.texts else "arrays"


def _on(*words: object) -> Command:
    """Return a command on the raced folder, which stands second."""
    return lambda ground: (words[0], ground.home / FOLDER, *words[1:])


def _with(place: int) -> Command:
    return lambda ground: ("add", ground.home / FOLDER, "-q", "--arrays", f"more{place}={ground.more[place]}")


def _run(ground: Ground) -> Words:
    return ground.run_arrays(FOLDER)


def _run_no_wait(ground: Ground) -> Words:
    return (*_run(ground), "--no-wait")


def _run_model(ground: Ground) -> Words:
    return ground.run_model(FOLDER)


def _extract(ground: Ground) -> Words:
    return ground.extract(STORE)


def _import(ground: Ground) -> Words:
    return ("import-arrays", ground.arrays, "-o", ground.home / FOLDER)


ADD = _on("add", "-q", "--measures", MORE)
ADD_OTHER = _on("add", "-q", "--measures", OTHER)
REMOVE = _on("remove", "--measures", "sim_cka")
REPORT = _on("report", "-q")
PLOT = _on("plot", "--formats", "svg")
REPAIR = _on("check", "--repair")
PREDICT = _on("predict", "a the model", "--layer", "1")
USUAL = frozenset({"id_twonn", "overlap_labels", "sim_cka"})
WITH_MORE = USUAL | {"overlap_neighbors", "health_spectrum"}
PAIRS: Mapping[str, Pair] = {
    "run, run": Pair("", _run, _run, USUAL),
    "run, run --no-wait": Pair("", _run, _run_no_wait, USUAL),
    "add, add the same": Pair("arrays", ADD, ADD, WITH_MORE),
    "add, add another": Pair("arrays", ADD, ADD_OTHER, WITH_MORE | {"health_hubness"}),
    "add a model, add another": Pair("arrays", _with(0), _with(1), USUAL | {"one", "more0", "more1"}),
    "run, add": Pair("arrays", _run, ADD, WITH_MORE),
    "add, remove": Pair("arrays", ADD, REMOVE, WITH_MORE - {"sim_cka"}),
    "add, report": Pair("arrays", ADD, REPORT, WITH_MORE),
    "add, check --repair": Pair("arrays", ADD, REPAIR, WITH_MORE),
    "report, report": Pair("arrays", REPORT, REPORT, USUAL),
    "plot, plot": Pair("arrays", PLOT, PLOT, USUAL),
    "import-arrays, import-arrays": Pair("", _import, _import),
    "extract, extract": Pair("", _extract, _extract, texts=True),
    "predict, predict": Pair("texts", PREDICT, PREDICT, frozenset({"id_twonn"}), texts=True),
    "predict, add": Pair("texts", PREDICT, ADD_OTHER, frozenset({"id_twonn", "health_hubness"}), texts=True),
    "run --model, run --model": Pair("", _run_model, _run_model, frozenset({"id_twonn"}), texts=True),
}


class Race:
    """One pair, and what it makes when one command is done after the other."""

    def __init__(self, ground: Ground, pair: Pair) -> None:
        self.ground, self.pair = ground, pair
        self.begin()
        begun = time.monotonic()
        self.alone = [ground.done(command(ground)) for command in (pair.one, pair.other)]
        self.longest = (time.monotonic() - begun) / 2
        self.known = self.records()
        self.rows = rows_of(ground)

    def begin(self) -> None:
        """Lay out what there is before."""
        self.ground.clear(FOLDER, STORE)
        if self.pair.before:
            self.ground.copy(self.pair.before, FOLDER)

    def records(self) -> tuple[rs.results.Record, ...]:
        """Return what the study holds."""
        is_study = (self.ground.home / FOLDER / "study.toml").is_file()
        return rs.load_results(self.ground.home / FOLDER).records if is_study else ()

    def run(self, draw: random.Random) -> str:
        """Race once; return what was wrong, "" for nothing."""
        ground = self.ground
        self.begin()
        both = [self.pair.one, self.pair.other]
        draw.shuffle(both)
        first = ground.begin(both[0](ground))
        time.sleep(pause(draw, self.longest))
        second = ground.begin(both[1](ground))
        ends = [ground.end(first), ground.end(second)]
        wrong = [self.said(code, said) for code, said in ends]
        if all(code for code, _ in ends):
            wrong.append(f"both gave up: {ends}")
        wrong += self.held(well=not any(code for code, _ in ends))
        return "; ".join(filter(None, wrong))

    def said(self, code: Code, said: str) -> str:
        """Say what is wrong with how a command ended."""
        if code not in (0, 1) or "Traceback" in said or "defect" in said:
            return f"exit {code}: {said}"
        return f"exit 1 without one sentence: {said}" if code == 1 and said.count("Error: ") != 1 else ""

    def held(self, *, well: bool) -> list[str]:
        """Say what is wrong with what is left."""
        home, wrong = self.ground.home, []
        if (home / FOLDER / "study.toml").is_file():
            wrong += faults_of(home / FOLDER, self.known)
            records = self.records()
            has = {record.info.name for record in records} | {record.place.model for record in records if record.place}
            wrong += [f"{name} is gone" for name in sorted(self.pair.holds - has) if well]
        elif self.known:
            wrong.append("there is no study")
        if rows_of(self.ground) != self.rows:
            wrong.append("rows differ")
        return wrong + [f"left: {path.name}" for path in home.glob(f".{FOLDER}*")]


def rows_of(ground: Ground) -> dict[str, bytes]:
    """Return the rows of what was extracted, or taken in."""
    for place in (ground.home / STORE, ground.home / FOLDER):
        if (place / "zarr.json").is_file() or (place / "activations.zarr").is_dir():
            store = rs.open_store(place)
            return {key: np.asarray(store[key]).tobytes() for key in store} if store.complete else {}
    return {}


def race(ground: Ground, name: str, *, count: int, seconds: float = float("inf"), seed: int = 0) -> dict[str, Any]:
    """Race a pair; return how often, and what was wrong."""
    trial, draw = Race(ground, PAIRS[name]), random.Random(f"{name} {seed}")
    begun, wrong, done = time.monotonic(), [], 0
    wrong += [f"one after the other: {end}" for end in trial.alone if end[0] and PAIRS[name].before]
    while done < count and time.monotonic() - begun < seconds:
        said = trial.run(draw)
        wrong += [said] if said else []
        done += 1
    spent = round(time.monotonic() - begun)
    return {"pair": name, "races": done, "wrong": len(wrong), "seconds": spent, "said": wrong[:3]}


def main() -> None:
    """Race every pair; print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most, for each pair")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="pairs whose name has this in it")
    parser.add_argument("--of", choices=["arrays", "texts"], help="studies of arrays, or of a model; both by default")
    asked = parser.parse_args()
    names = [name for name, pair in PAIRS.items() if asked.only in name and (asked.of or pair.kind) == pair.kind]
    texts = any(PAIRS[name].texts for name in names)
    if texts:  # without a model's libraries a process is smaller, and quicker to fork
        load_everything()
    ground = Ground(asked.folder, texts=texts)
    for name in names:
        trial = PAIRS[name]
        ground.clear(FOLDER, STORE)
        if trial.before:
            ground.copy(trial.before, FOLDER)
        ground.warm([trial.one(ground)])
    bad = 0
    for name in names:
        found = race(ground, name, count=asked.count, seconds=asked.seconds, seed=asked.seed)
        bad += found["wrong"]
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
