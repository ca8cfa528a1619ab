"""Two writers of one folder begin at nearly one time, again and again: `python -m tests.faults.races FOLDER --count 500`.

Whatever the order, each ends well or says in one line who was in its way; what is left opens, is whole, and holds the values
that it would hold without a race.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

import repscape as rs
from tests.faults.forked import MORE, Ground, Words, faults_of, pause

FOLDER = "raced"
Pair = tuple[Callable[[Ground], object], Callable[[Ground], Words], Callable[[Ground], Words]]


def _study(ground: Ground) -> object:
    return ground.copy("arrays", FOLDER)


def _texts(ground: Ground) -> object:
    return ground.copy("texts", FOLDER)


def _on(*words: object) -> Callable[[Ground], Words]:
    """Return a command on the raced folder, which stands second."""
    return lambda ground: (words[0], ground.home / FOLDER, *words[1:])


ADD = _on("add", "-q", "--measures", MORE)
ADD_OTHER = _on("add", "-q", "--measures", "health_hubness(k=5)")
REMOVE = _on("remove", "--measures", "sim_cka")
REPORT = _on("report")
PREDICT = _on("predict", "a the model", "--layer", "1")


def PAIRS() -> dict[str, Pair]:
    """Return name -> (what is there before, one writer, the other)."""
    nothing = lambda ground: None  # noqa: E731
    run, model = (lambda ground: ground.run_arrays(FOLDER)), (lambda ground: ground.run_model(FOLDER))
    extract = lambda ground: ground.extract(f"{FOLDER}.zarr")  # noqa: E731
    take = lambda ground: ("import-arrays", ground.arrays, "-o", ground.home / FOLDER)  # noqa: E731
    no_wait = lambda ground: (*ground.run_arrays(FOLDER), "--no-wait")  # noqa: E731
    return {
        "run, run": (nothing, run, run),
        "run, run --no-wait": (nothing, run, no_wait),
        "add, add the same": (_study, ADD, ADD),
        "add, add another": (_study, ADD, ADD_OTHER),
        "run, add": (_study, run, ADD),
        "add, remove": (_study, ADD, REMOVE),
        "add, report": (_study, ADD, REPORT),
        "add, check --repair": (_study, ADD, _on("check", "--repair")),
        "report, report": (_study, REPORT, REPORT),
        "plot, plot": (_study, _on("plot", "--formats", "svg"), _on("plot", "--formats", "svg")),
        "import-arrays, import-arrays": (nothing, take, take),
        "predict, predict": (_texts, PREDICT, PREDICT),
        "predict, add": (_texts, PREDICT, ADD_OTHER),
        "extract, extract": (nothing, extract, extract),
        "run --model, run --model": (nothing, model, model),
    }


def raced(ground: Ground, pair: Pair, draw: random.Random, *, longest: float) -> str | None:
    """Race once; return what was wrong."""
    before, one, other = pair
    ground.clear(FOLDER, f"{FOLDER}.zarr")
    before(ground)
    first = ground.begin(one(ground))
    time.sleep(pause(draw, longest))
    second = ground.begin(other(ground))
    ends = [ground.end(first), ground.end(second)]
    for code, said in ends:
        if code not in (0, 1) or "Traceback" in said:
            return f"exit {code}: {said}"
        if code == 1 and said.count("Error: ") != 1:
            return f"exit 1 without one sentence: {said}"
    if all(code for code, _ in ends):
        return f"both gave up: {ends}"
    if (ground.home / FOLDER / "study.toml").is_file():
        known = [*rs.load_results(ground.home / "arrays"), *rs.load_results(ground.home / "texts")]
        return "; ".join(faults_of(ground.home / FOLDER, known)) or None
    for place in (ground.home / f"{FOLDER}.zarr", ground.home / FOLDER):
        if place.is_dir() and not rs.open_store(place).complete:
            return f"{place} is not whole"
    left = [path.name for path in ground.home.glob(f".{FOLDER}*")]
    return f"left: {left}" if left else None


def main() -> None:
    """Race every pair; print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most, for each pair")
    parser.add_argument("--only", default="", help="pairs whose name has this in it")
    asked = parser.parse_args()
    ground = Ground(asked.folder)
    for name, pair in PAIRS().items():
        if asked.only not in name:
            continue
        draw, begun, wrong, done = random.Random(name), time.monotonic(), [], 0
        ground.clear(FOLDER, f"{FOLDER}.zarr")
        pair[0](ground)
        alone = time.monotonic()
        ground.done(pair[1](ground))
        longest = time.monotonic() - alone
        while done < asked.count and time.monotonic() - begun < asked.seconds:
            said = raced(ground, pair, draw, longest=longest)
            wrong += [said] if said else []
            done += 1


if __name__ == "__main__":
    main()
