"""Whether unrelated representations read 0 once chance is known, and how often the best of many unrelated pairs passes.

    python benchmarks/beyond_chance.py run --keep runs.jsonl --hours 8
    python benchmarks/beyond_chance.py table --keep runs.jsonl --page docs/beyond_chance.md

Every run is one line of the kept file, so that the script may be stopped at any time and goes on where it was; measures take
turns of a few seconds, and the table says how many runs each really had. Unrelated networks have no common input: each has a
latent space of its own, and every layer is read from the layer before, so that layers of one network go together and networks
do not.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from beyond_chance_table import write_tables

import repscape as rs
from repscape.measures import MEASURES
from repscape.measures.uncertainty import Asked, Exchanges, Largest

FORMS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "sim_cka, debiased": ("sim_cka", {"estimator": "debiased"}),
    "sim_cka, rbf": ("sim_cka", {"kernel": "rbf"}),
    "sim_shape, whitened": ("sim_shape", {"alpha": 0.1}),
    "sim_bures, angle": ("sim_bures", {"form": "angle"}),
}
NO_NULL = ("sim_imd", "sim_uniformity", "sim_magnitude", "sim_concentricity")
"""Measures that no relabelling changes."""
SLOWEST = ("sim_rtd", "sim_idcor")
"""Measures of which one pair under relabelling takes a second."""
TURN = 3.0
"""Seconds of the processor for one measure before the next has its turn."""
SHARES = (0.0, 0.1, 0.2, 0.4, 0.6)
CELLS = ((200, 64), (200, 4096), (1000, 512), (5000, 64))
"""Examples and widths of pairs without a common input."""
WIDE = ("sim_match", "sim_permutation", "sim_shape", "sim_predictivity")
"""Measures whose cost grows with the third power of the width: they are not asked about thousands of units."""
MOST = 20.0
"""Seconds that a single pair may take; a measure that would take longer is not asked."""
STAGES = (
    {"level": 60, "slow": 5, "power": 5, "chance": 2},
    {"level": 300, "slow": 40, "power": 20, "chance": 5},
    {"level": 1000, "slow": 200, "power": 60, "chance": 5},
    {"level": 1000, "slow": 1000, "power": 60, "chance": 10},
)
"""Runs of each kind, all of a stage before any of the next; measures whose null is worked out pair by pair are slow."""


def measures() -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return every measure of two representations that has a null, and a few of their forms."""
    plain = {
        row.name: (row.name, {})
        for row in MEASURES.values()
        if row.arity == 2 and "permutations" in row.options() and row.name not in NO_NULL
    }
    return {**plain, **FORMS}


def network(
    rng: np.random.Generator, n: int, widths: Sequence[int], common: np.ndarray | None = None, share: float = 0.0
) -> list[np.ndarray]:
    """Layers of one network, each read from the one before; `share` of its latent variance is `common`."""
    state = rng.normal(size=(n, 6))
    if common is not None:
        state = math.sqrt(1 - share) * state + math.sqrt(share) * common
    found = []
    for width in widths:
        state = np.tanh(state @ rng.normal(size=(state.shape[1], width)) / math.sqrt(state.shape[1]))
        state = state + 0.05 * rng.normal(size=state.shape)
        found.append(state)
    return found


class WithData(Asked):
    """The relabellings, after the order that changes nothing: values and nulls of a whole matrix in one pass."""

    def orders(self, n: int) -> list[np.ndarray]:
        """Return the data's own order, and those drawn."""
        return [np.arange(n), *super().orders(n)]


def sides_of(name: str, given: Mapping[str, Any], layers: Sequence[np.ndarray]) -> tuple[list[Any], dict[str, Any]]:
    """Return the layers as the measure holds them, and the options that go with them."""
    row = MEASURES[name]
    options = {**row.options(), **given}
    if "graph" in row.takes:
        k = min(10, layers[0].shape[0] // 4)
        return [rs.knn_graph(X, k) for X in layers], {**given, "k": k}
    prepare = row.preparation()
    return [X if prepare is None else prepare(X, options) for X in layers], dict(given)


def compared(
    form: tuple[str, Mapping[str, Any]], one: Sequence[np.ndarray], two: Sequence[np.ndarray], draws: int, seed: int
) -> Largest:
    """Return all pairs of layers with their shared null: in one pass where the measure has one, pair by pair where not."""
    name, given = form
    row = MEASURES[name].under(given)
    held, options = sides_of(name, given, [*one, *two])
    pairs = [(i, len(one) + j) for i in range(len(one)) for j in range(len(two))]
    together, drawn = row.joint_nulls(), None
    if together is not None:
        asked = WithData(draws, seed, Exchanges(None, None), name)
        drawn = together(dict(enumerate(held)), pairs, asked, options={**row.options(), **options})
    if drawn is not None:
        return Largest(drawn.values[:, 0], drawn.values[:, 1:], less=row.alike == -1)
    found = [row(held[i], held[j], **options, error=None, permutations=draws, rng=seed) for i, j in pairs]
    values, nulls = [entry.value for entry in found], [entry.null for entry in found]
    return Largest(np.array(values), np.stack(nulls), less=row.alike == -1)


def size(title: str, what: str) -> tuple[int, int, int]:
    """Return examples, layers and relabellings of a run; 19 relabellings keep a level of 5 % as exactly as 199 do."""
    name = measures()[title][0]
    if name in SLOWEST:
        return 40, 2, 19
    return 48, 24 if what == "level" else 8, 19


def level_run(title: str, seed: int, *, share: float = 0.0, what: str = "level") -> dict[str, Any]:
    """Compare all layers of two networks."""
    n, layers, draws = size(title, what)
    rng = np.random.default_rng([seed, 7])
    common = rng.normal(size=(n, 6)) if share else None
    # Outputs are of as many classes; whitening in one pass wants layers of one width.
    same = MEASURES[measures()[title][0]].equal_width or title == "sim_shape, whitened"
    widths = [5] * layers if same else np.linspace(3, 8, layers).round().astype(int).tolist()
    one, two = (network(rng, n, widths, common, share) for _ in range(2))
    found = compared(measures()[title], one, two, draws, seed)
    best = int(found.observed.argmax())
    alone = (1 + int((found.drawn[best] >= found.observed[best]).sum())) / (1 + draws)
    return {
        "hit": any(entry.above for entry in found.each()),
        "alone": alone <= 0.05,
        "best": found.sign * float(found.observed[best]),
        "by_chance": found.best_by_chance(),
        "n": n,
        "layers": layers,
        "draws": draws,
    }


def power_run(title: str, seed: int, share: float) -> dict[str, Any]:
    """Compare all layers of two networks that share some of their latent space."""
    return level_run(title, seed, share=share, what="power")


def chance_run(title: str, seed: int, n: int, d: int) -> dict[str, Any]:
    """Compare two representations without a common input; of measures without a null the value and its error."""
    rng = np.random.default_rng([seed, n, d])
    X, Y = rng.normal(size=(2, n, d))[:, : 60 if title == "sim_rtd" else n]  # its cost grows with their third power
    if title in NO_NULL:
        found = MEASURES[title](X / math.sqrt(d), Y / math.sqrt(d), error="subsample")
        return {"value": found.value, "stderr": found.stderr}
    name, given = measures()[title]
    held, options = sides_of(name, given, [X, Y])
    found = MEASURES[name](*held, **options, error=None, permutations=19)
    return {"value": found.value, "chance": found.chance, "calibrated": found.calibrated}


def tasks(done: Mapping[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, Callable[[int], dict[str, Any]]]]:
    """Yield what is left to do: what it belongs to, its key, and the run."""
    for title, (name, _) in sorted(measures().items(), key=lambda entry: not MEASURES[entry[1][0]].nulls):
        kind = "level" if MEASURES[name].nulls else "slow"
        yield kind, f"level|{title}", lambda seed, t=title: level_run(t, seed)  # type: ignore[misc]
    for share in SHARES:
        for title in measures():
            yield "power", f"power|{title}|{share:g}", lambda seed, a=(title, share): power_run(a[0], seed, a[1])  # type: ignore[misc]
    for n, d in CELLS:
        for title in (*measures(), *NO_NULL):
            if title.split(",")[0] in WIDE and d > 1000:
                continue
            before = [
                entry["seconds"] for key, held in done.items() for entry in held if key.startswith(f"chance|{title}|")
            ]
            if not before or max(before) * 8 < MOST or f"chance|{title}|{n}|{d}" in done:
                yield "chance", f"chance|{title}|{n}|{d}", lambda seed, a=(title, n, d): chance_run(a[0], seed, *a[1:])  # type: ignore[misc]


def run(keep: Path, hours: float, kinds: Sequence[str]) -> None:
    """Take turns until everything of these kinds has its goal or the time is over."""
    done = read(keep)
    stop = time.monotonic() + 3600 * hours
    for goals in STAGES:
        left = True
        while left and time.monotonic() < stop:
            left = False
            for what, key, once in [task for task in tasks(done) if task[0] in kinds]:
                spent = time.process_time()
                while len(done[key]) < goals[what] and time.process_time() - spent < TURN and not refused(done[key]):
                    left = True
                    done[key].append({"key": key, **timed(once, len(done[key]))})
                    with keep.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(done[key][-1]) + "\n")
                if time.monotonic() > stop:
                    return


def timed(once: Callable[[int], dict[str, Any]], seed: int) -> dict[str, Any]:
    """Run once; seconds are the processor's."""
    start = time.process_time()
    try:
        entry = once(seed)
    except rs.errors.RepscapeError as error:
        entry = {"refused": str(error)}
    return {**entry, "seconds": round(time.process_time() - start, 4)}


def refused(entries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the measure will not compare these."""
    return any("refused" in entry for entry in entries)


def read(keep: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the finished runs by key; a line that a kill cut off is left out."""
    done: dict[str, list[dict[str, Any]]] = defaultdict(list)
    lines = keep.read_text(encoding="utf-8").splitlines() if keep.exists() else []
    for line in lines:
        if line.endswith("}"):
            entry = json.loads(line)
            done[entry["key"]].append(entry)
    return done


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("--keep", type=Path, default=Path("beyond_chance.jsonl"))
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--kinds", nargs="*", choices=list(STAGES[0]), default=list(STAGES[0]))
    parser.add_argument("--page", type=Path, default=Path("docs/beyond_chance.md"))
    arguments = parser.parse_args()
    if arguments.what == "run":
        run(arguments.keep, arguments.hours, arguments.kinds)
    else:
        write_tables(read(arguments.keep), arguments.page, no_null=NO_NULL, shares=SHARES, cells=CELLS)


if __name__ == "__main__":
    main()
