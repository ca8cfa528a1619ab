"""Do the 95 % intervals hold on real data? A large real set is the population; samples are drawn from it without replacement.

    python benchmarks/calibration_real.py POPULATIONS FOLDER [--n 500] [--runs 1000] [--only PATTERN] [--seed 3]
    python benchmarks/calibration_real.py POPULATIONS FOLDER --table docs/calibration.md

POPULATIONS is what `benchmarks/populations.py` built. FOLDER keeps one JSON file for each population and size, written every 25
runs: stopped, the same command goes on. Samples of a finite population spread less than fresh ones, and intervals are narrowed
before they are held against that spread: by sqrt(1 - f^3) for dimensions from r2 / r1, by sqrt(1 - f) for the rest (f = n / N).
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import math
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs

STORED, KEEP = 100, 25
MARK, END = "<!-- written by benchmarks/calibration_real.py --table -->\n", "<!-- end of the real sets -->\n"
COLUMNS = ("value", "stderr", "low", "high", "few")


def numbers(sample: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every number that has an error, by name."""
    first, second = sample["L0"], sample["L1"]
    g, h = (rs.knn_graph(side, STORED, threads=1) for side in (first, second))
    yield "id_twonn", lambda: rs.id_twonn(g)
    yield "id_twonn mle", lambda: rs.id_twonn(g, estimator="mle")
    for name in ("overlap_neighbors", "overlap_rbo", "overlap_lcs", "overlap_edit"):
        yield name, lambda name=name: getattr(rs, name)(g, h, k=30)
    if "y" in sample:
        yield "overlap_labels", lambda: rs.overlap_labels(g, sample["y"], k=30)
        yield "overlap_labels classes", lambda: rs.overlap_labels(g, sample["y"], k=10, weights="classes")
    if "v" in sample:
        yield "overlap_values", lambda: rs.overlap_values(g, sample["v"], k=30)
    for name in ("sim_cka", "sim_cca", "sim_svcca", "sim_pwcca", "sim_procrustes", "sim_rsa"):
        yield name, lambda name=name: getattr(rs, name)(first, second)
    yield "sim_cka debiased", lambda: rs.sim_cka(first, second, estimator="debiased")
    yield "health_hubness", lambda: rs.health_hubness(g)
    yield "health_concentration", lambda: rs.health_concentration(first)


def noted(sample: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """Measure one sample: value, error, interval and whether it rests on few examples; NaN where there is none."""
    found = {}
    for name, measure in numbers(sample):
        try:
            one = measure()
        except rs.errors.InputError:  # fewer examples than dimensions: no such number on this set
            continue
        low, high = one.interval or (math.nan, math.nan)
        stderr = math.nan if one.stderr is None else one.stderr
        found[name] = [one.value, stderr, low, high, float("rests_on" in one.options)]
    return found


def run(population: Path, file: Path, *, n: int, runs: int, seed: int) -> None:
    """Do the runs that are missing from a file."""
    with np.load(population) as held:
        whole = {name: held[name] for name in held.files}
    size = len(whole["L0"])
    done = json.loads(file.read_text()) if file.exists() else {"N": size, "n": n, "runs": 0, "numbers": {}}
    warnings.simplefilter("ignore")
    for draw in range(done["runs"], runs):
        rows = np.random.default_rng([seed, draw]).permutation(size)[:n]
        for name, entry in noted({key: column[rows] for key, column in whole.items()}).items():
            done["numbers"].setdefault(name, []).append(entry)
        done["runs"] = draw + 1
        if done["runs"] % KEEP == 0 or done["runs"] == runs:
            part = file.with_suffix(".part")
            part.write_text(json.dumps(done))
            part.replace(file)


def judged(rows: np.ndarray, name: str, share: float) -> tuple[float, float]:
    """Return the stated error over the true spread, and which share of the intervals holds the mean; rows as COLUMNS."""
    value, stderr, low, high = rows[:, :4].T
    shrink = math.sqrt(1 - (share**3 if name.startswith("id_twonn") else share))
    mean, known = value.mean(), np.isfinite(low)
    if not known.any():
        return math.nan, math.nan
    holds = (value + (low - value) * shrink <= mean) & (mean <= value + (high - value) * shrink)
    return float(np.nanmean(stderr) * shrink / value.std(ddof=1)), float(holds[known].mean())


def table(folder: Path) -> str:
    """Write what the files hold as markdown: a row for each number, a column for each population."""
    files = sorted(folder.glob("*.json"))
    sets = {file.stem: json.loads(file.read_text()) for file in files}
    names = list(dict.fromkeys(name for held in sets.values() for name in held["numbers"]))
    lines = ["| number | " + " | ".join(f"{name} ({held['runs']} runs)" for name, held in sets.items()) + " |"]
    lines.append("|---|" + "---|" * len(sets))
    for name in names:
        cells = []
        for held in sets.values():
            rows = np.array(held["numbers"].get(name, []), dtype=np.float64)
            ratio, covers = judged(rows, name, held["n"] / held["N"]) if rows.size else (math.nan, math.nan)
            if not rows.size:
                cells.append("")
                continue
            few = rows[:, 4].mean()
            said = "no error" if math.isnan(ratio) else f"{covers:.3f}, {ratio:.2f}"
            cells.append(said + (f" ({few:.0%} on few)" if few else ""))
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("populations", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--only", default="*", help="a pattern such as 'resnet20-*'")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--table", type=Path, metavar="PAGE", help="write the table between its marks on this page")
    asked = parser.parse_args()
    if asked.table:
        before, _, rest = asked.table.read_text(encoding="utf-8").partition(MARK)
        after = rest.partition(END)[2]
        asked.table.write_text(f"{before}{MARK}\n{table(asked.folder)}\n{END}{after}", encoding="utf-8")
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    os.nice(10)
    for population in sorted(asked.populations.glob("*.npz")):
        if fnmatch.fnmatch(population.stem, asked.only):
            file = asked.folder / f"{population.stem}-{asked.n}.json"
            run(population, file, n=asked.n, runs=asked.runs, seed=asked.seed)
            print(file, flush=True)


if __name__ == "__main__":
    main()
