"""Files of a study, a store, a probe are cut short, again and again: `python -m tests.faults.truncations FOLDER --count 30`.

What is wrong is named; repair tried, a study holds the values that it held before, or says what a person must do. A store and
a saved probe, which cannot be made again from what is there, refuse to be read; an extraction that goes on over a harmed store
says so, or makes it whole.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs
from repscape.errors import RepscapeError
from repscape.study import repair_study
from tests.faults.browsing import look
from tests.faults.forked import Ground, load_everything

FOLDER = "cut"
BY_HAND = ("study.toml", "activations")
"""Beginnings of what only its maker can give again: the plan of the study, and the states of a model."""
Cut = Callable[[Ground, str, str], str]


def cut_study(ground: Ground, name: str, file: str) -> str:
    """Look at, and repair, the copy of a study in which a file was cut; return what was wrong."""
    folder = ground.home / FOLDER
    whole = rs.load_results(ground.home / name)
    try:
        found = rs.open_study(folder).problems()
    except RepscapeError as error:
        return "" if Path(file).parts[0] in str(error) else str(error)
    if not found:
        return "nothing was noticed"
    try:
        left = repair_study(folder)
    except RepscapeError as error:
        return "" if file.startswith(BY_HAND) and Path(file).parts[0] in str(error) else str(error)
    if file.startswith(BY_HAND):  # unless what was cut off is what it would be without: defaults at the end of a plan
        same = (folder / file).read_bytes() == (ground.home / name / file).read_bytes()
        return "" if left or same else "said to be mended, which it cannot be"
    if left:
        return f"left {[str(problem) for problem in left]}"
    return "" if rs.load_results(folder).records == whole.records else "other values after repair"


def cut_store(ground: Ground, name: str, file: str) -> str:
    """Read the copy of a store in which a file was cut, and extract into it again; return what was wrong."""
    try:
        if _rows(ground.home / FOLDER) == _rows(ground.home / name):
            return "nothing was noticed"
        return "other rows"
    except RepscapeError:
        pass
    code, said = ground.done(ground.extract(FOLDER))
    if code == 1 and said.count("Error: ") == 1 and "Traceback" not in said:
        return ""
    if code:
        return f"exit {code}: {said}"
    return "" if _rows(ground.home / FOLDER) == _rows(ground.home / name) else "other rows after extracting again"


def _rows(store: Path) -> Any:
    held = rs.open_store(store)
    return {key: np.asarray(held[key]).tobytes() for key in held}, held.examples.to_csv(), json.dumps(held.provenance)


def cut_probe(ground: Ground, name: str, file: str) -> str:
    """Load the copy of a probe in which a file was cut; return what was wrong."""
    try:
        rs.load_probe(ground.home / FOLDER)
    except RepscapeError:
        return ""
    return "nothing was noticed"


def _says_as_much(whole: Path, cut: Path) -> bool:
    """Whether nothing was cut but line breaks at the end, or digests that tell copies of inputs, which are computed again."""
    return whole.read_bytes().rstrip(b"\n") == cut.read_bytes() or whole.name == "inputs.digests"


def files_of(folder: Path) -> list[str]:
    """Return every file below a folder that says something."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and file.stat().st_size)


def kinds_of(home: Path) -> dict[str, list[str]]:
    """Return the files below a folder by kind: of two whose names differ in digits and digests alone, one is like the other."""
    kinds: dict[str, list[str]] = {}
    for file in files_of(home):
        kinds.setdefault(re.sub("[0-9a-f]{16,}|[0-9]+", "*", file), []).append(file)
    return kinds


def cuts(ground: Ground, name: str, way: Cut, *, count: int) -> Iterator[dict[str, Any]]:
    """Cut files of every kind below a folder; yield a sum for each of its entries."""
    home = ground.home / name
    kinds = kinds_of(home)
    for top in dict.fromkeys(kind.partition("/")[0] for kind in kinds):
        own = {kind: files for kind, files in kinds.items() if kind.partition("/")[0] == top}
        draw, wrong, done, begun = random.Random(top), [], 0, time.monotonic()
        for files in own.values():
            for turn in range(count):
                file = files[turn % len(files)]
                size = (home / file).stat().st_size
                length = (0, size - 1)[turn] if turn < 2 else draw.randrange(size)
                ground.clear(FOLDER)
                place = ground.copy(name, FOLDER) / file
                place.write_bytes(place.read_bytes()[:length])
                said = "" if _says_as_much(home / file, place) else way(ground, name, file)
                wrong += [f"{file} cut to {length} of {size}: {said}"] if said else []
                done += 1
        spent = round(time.monotonic() - begun)
        found = {"of": f"{name}/{top}", "kinds": len(own), "cuts": done, "wrong": len(wrong), "seconds": spent}
        yield {**found, "said": wrong[:3]}


def main() -> None:
    """Cut every file of a study of arrays, of one of a model, of a store and of a probe; print a line of JSON for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=30, help="of every kind of file")
    parser.add_argument("--of", choices=["arrays", "texts", "store", "probe"], help="all by default")
    asked = parser.parse_args()
    load_everything()
    ground = Ground(asked.folder, drawing=True)
    ground.clear("store", "probe")
    for words in (("predict", ground.home / "texts", "a", "--layer", "1"), ground.extract("store")):
        code, said = ground.done(words)
        assert code == 0, said
    explorer = ground.begin(("explore", ground.home / "arrays", "--no-browser"))
    assert ground.end(look(ground, explorer))[0] == 0
    os.kill(explorer, signal.SIGINT)
    assert ground.end(explorer)[0] == 130
    rng = np.random.default_rng(0)
    rs.fit_probe(rng.normal(size=(40, 3)), np.arange(40) % 2).save(ground.home / "probe")
    ways: dict[str, Cut] = {"arrays": cut_study, "texts": cut_study, "store": cut_store, "probe": cut_probe}
    bad = 0
    for name, way in ways.items():
        for found in cuts(ground, name, way, count=asked.count) if asked.of in (None, name) else ():
            bad += found["wrong"]
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
