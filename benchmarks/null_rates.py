"""How often each measure of two representations rejects where there is nothing: plain rows, near-copies, and strata.

    python benchmarks/null_rates.py run --keep rates.jsonl [--runs 1000]
    python benchmarks/null_rates.py table --keep rates.jsonl --page docs/calibration.md

The two representations have no common input. "families": rows come in twelve families of four near-copies, the same in both;
whole families are exchanged. "strata": both read the same two-valued label and nothing else in common; rows are exchanged
within it. Beside each, in "row by row", what becomes of the same data where that is not said. Nineteen relabellings keep a
level of 5 % exactly. Every run is a line of the kept file: stopped, the same command goes on; measures take turns.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from beyond_chance import SLOWEST, measures, sides_of
from scipy.stats import beta

import repscape as rs
from repscape.measures import MEASURES

DESIGNS = ("plain", "families", "strata")
DRAWS, TURN = 19, 1.0
MARK, END = "<!-- written by benchmarks/null_rates.py table -->\n", "<!-- end of the null rates -->\n"


def drawn(design: str, n: int, rng: np.random.Generator) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Return two representations without a common input, and how their rows may be exchanged."""
    if design == "families":
        family = np.repeat(np.arange(n // 4), 4)
        sides = [rng.normal(size=(n // 4, 5))[family] + 0.1 * rng.normal(size=(n, 5)) for _ in range(2)]
        return sides, {"groups": family}
    sides = [rng.normal(size=(n, 5)) for _ in range(2)]
    if design == "plain":
        return sides, {}
    label = np.arange(n) % 2
    return [side + 2 * label[:, None] * rng.normal(size=5) for side in sides], {"within": label}


def once(title: str, design: str, seed: int) -> dict[str, Any]:
    """Whether the test rejects, as it should be asked and row by row."""
    name, given = measures()[title]
    n = 40 if name in SLOWEST else 48
    sides, exchanged = drawn(design, n, np.random.default_rng([seed, DESIGNS.index(design), 11]))
    (one, two), options = sides_of(name, given, sides)
    asked = {**options, "error": None, "permutations": DRAWS, "rng": seed}
    try:
        found = [MEASURES[name](one, two, **asked, **exchanged).p_value]
        if exchanged:
            found.append(MEASURES[name](one, two, **asked).p_value)
    except rs.errors.DegenerateDataError:  # dimensions of near-copies
        found = []
    return {"rejects": [bool(p is not None and p <= 0.05) for p in found]}


def run(keep: Path, runs: int) -> None:
    """Take turns until every measure has so many runs of each design."""
    warnings.simplefilter("ignore")
    done = read(keep)
    keys = [(title, design) for title in measures() for design in DESIGNS]
    left = keys
    while left:
        for title, design in left:
            spent = time.process_time()
            while len(done[title, design]) < runs and time.process_time() - spent < TURN:
                entry = once(title, design, len(done[title, design]))
                done[title, design].append(entry["rejects"])
                with keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": [title, design], **entry}) + "\n")
        left = [key for key in keys if len(done[key]) < runs]


def read(keep: Path) -> dict[tuple[str, str], list[list[bool]]]:
    """Return the finished runs; a line that a kill cut off is left out."""
    done: dict[tuple[str, str], list[list[bool]]] = defaultdict(list)
    for line in keep.read_text(encoding="utf-8").splitlines() if keep.exists() else []:
        if line.endswith("}"):
            entry = json.loads(line)
            done[tuple(entry["key"])].append(entry["rejects"])  # type: ignore[index]
    return done


def table(done: dict[tuple[str, str], list[list[bool]]]) -> str:
    """Write the rates as markdown; an asterisk where the 99 % interval lies outside 3 to 7 %."""
    heads = ("measure", "runs", "plain", "families", "row by row", "strata", "row by row")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for title in measures():
        cells, runs = [], []
        for design in DESIGNS:
            rows = [row for row in done[title, design] if row]
            runs.append(len(rows))
            columns = 1 if design == "plain" else 2
            cells += [
                said(np.array([row[column] for row in rows]), star=column == 0) if rows else ""
                for column in range(columns)
            ]
        lines.append(f"| `{title}` | {min(runs):,} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def said(rejected: np.ndarray, *, star: bool) -> str:
    """Return a rate, marked where it is known to lie outside 3 to 7 %."""
    hits, runs = int(rejected.sum()), rejected.size
    low = beta.ppf(0.005, hits, runs - hits + 1) if hits else 0.0
    high = beta.ppf(0.995, hits + 1, runs - hits) if hits < runs else 1.0
    outside = star and not math.isnan(low) and (low > 0.07 or high < 0.03)
    return f"{hits / runs:.3f}{' *' if outside else ''}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("--keep", type=Path, default=Path("null_rates.jsonl"))
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--page", type=Path, default=Path("docs/calibration.md"))
    asked = parser.parse_args()
    if asked.what == "run":
        run(asked.keep, asked.runs)
        return
    before, _, rest = asked.page.read_text(encoding="utf-8").partition(MARK)
    after = rest.partition(END)[2]
    asked.page.write_text(f"{before}{MARK}\n{table(read(asked.keep))}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
