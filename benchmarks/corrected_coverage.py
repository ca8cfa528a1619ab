"""How often the range of id_corrected holds the true dimension, and how wide it is: a table of docs/landscape.md.

    python benchmarks/corrected_coverage.py draw ranges.jsonl     draw, and go on where it was stopped
    python benchmarks/corrected_coverage.py table ranges.jsonl    the table, with the samples of each row

What is kept of a sample is its curve and the covariance of that, which take the time; `table` inverts them. Each sample is
judged as it is, without the family that it is of, and without all families in which the same pulls at the raw value (KINDS).
Every second sample has 5 % of noise. No sample of the table that is inverted is among them; runs from SPARE on were looked at
while the rule of inversion was chosen, and are in no row.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
from corrected_table import FAMILIES, noisy

import repscape as rs
from repscape.measures.dimension._id_corrected import covariance_of, spans_of

DIMENSIONS = (2, 4, 7, 10, 15, 25)
POINTS = (1000, 300, 10000)
RUNS = (200, 60, 6)
SPARE = 1000
KINDS = {"falls off": ("gaussian", "exponential"), "edges": ("cube", "simplex"), "bends": ("torus", "loops")}


def draw(path: Path) -> None:
    """Draw what is missing, the spare samples first."""
    done = set()
    if path.exists():
        done = {(r["family"], r["n"], r["run"]) for r in map(json.loads, path.open(encoding="utf-8"))}
    with path.open("a", encoding="utf-8") as held:
        for n, runs in zip(POINTS, RUNS, strict=True):
            spare = range(SPARE, SPARE + 24) if n == POINTS[0] else ()
            for key in ((family, n, run) for run in (*spare, *range(runs)) for family in FAMILIES):
                if key not in done:
                    held.write(json.dumps(drawn(*key)) + "\n")
                    held.flush()


def drawn(family: str, n: int, run: int) -> dict[str, object]:
    """Return the scale curve of one sample and the covariance of its logarithm."""
    rng = np.random.default_rng([5, list(FAMILIES).index(family), n, run])
    d = int(rng.choice(DIMENSIONS))
    curve = rs.id_gride(noisy(FAMILIES[family](n, d, rng), 0.05 * (run % 2), rng), max_rank=64)
    covariance = np.round(covariance_of(curve), 9).tolist()
    return {"family": family, "n": n, "run": run, "d": d, "curve": curve.values.tolist(), "covariance": covariance}


def holds(row: dict[str, object], without: tuple[str, ...]) -> float:
    """Return 1 where the families that are left hold the truth, 0 where they do not, NaN where none is left: no range then."""
    low, high = spread(row, without)
    return math.nan if math.isnan(low) else float(low <= row["d"] <= high)


def spread(row: dict[str, object], without: tuple[str, ...] = ()) -> tuple[float, float]:
    """Return the range that the families which are left give; NaN where none is."""
    left = [span for name, span in row["families"].items() if name.split(",")[0] not in without]
    return (min(one.low for one in left), max(one.high for one in left)) if left else (math.nan, math.nan)


def table(path: Path) -> None:
    """Print the table."""
    cells = defaultdict(list)
    for row in map(json.loads, path.open(encoding="utf-8")):
        if row["run"] < SPARE:
            row["families"] = spans_of(np.array(row["curve"]), np.array(row["covariance"]), n=row["n"])
            cells[row["family"], row["n"]].append(row)
    heads = (
        "family",
        "n",
        "samples",
        "holds the truth",
        "without its family",
        "without its kind",
        "median low to high",
    )
    print(f"| {' | '.join((*heads, 'at least'))} |")
    print("|---" * 8 + "|")
    for n in POINTS:
        for family in FAMILIES:
            rows = cells[family, n]
            if not rows:
                continue
            kind = next((names for names in KINDS.values() if family in names), (family,))
            found = [np.array([holds(row, without) for row in rows]) for without in ((), (family,), kind)]
            shares = [f"{np.nansum(one) / one.size:.3f}, none {np.isnan(one).mean():.3f}" for one in found]
            ranges = np.array([spread(row) for row in rows]) / np.array([row["d"] for row in rows])[:, None]
            low, high = np.nanmedian(ranges, axis=0)
            print(
                f"| {family} | {n:,} | {len(rows)} | {' | '.join(shares)} | {low:.2f} to {high:.2f} | "
                f"{np.isinf(ranges[:, 1]).mean():.2f} |"
            )


def main() -> None:
    """Draw, or print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("draw", "table"))
    parser.add_argument("ranges", type=Path)
    given = parser.parse_args()
    (draw if given.what == "draw" else table)(given.ranges)


if __name__ == "__main__":
    main()
