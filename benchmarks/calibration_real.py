"""Do the 95 % intervals hold on real data? A large real set is the population; samples are drawn from it without replacement.

    python benchmarks/calibration_real.py POPULATIONS FOLDER [--n 500] [--runs 1000] [--only PATTERN] [--seed 3]
    python benchmarks/calibration_real.py POPULATIONS FOLDER --table docs/calibration.md

POPULATIONS is what `benchmarks/populations.py` built. FOLDER keeps one JSON file for each population and size, written every 20
runs: stopped, the same command goes on. Samples of a finite population spread less than fresh ones, and intervals are narrowed
before they are held against that spread: by sqrt(1 - f^3) for dimensions from r2 / r1 and r4 / r2, by sqrt(1 - f) for the rest
(f = n / N; for Gride at larger ranks the truth lies between that and 1).
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
from scipy.stats import beta

import repscape as rs
from repscape._types import LayerInfo
from repscape.results import MeasureInfo, Place, Record, Results

STORED, KEEP = 100, 20
SLOW = ("probe_*", "information_imbalance", "sim_cknna", "sim_linreg")
"""Numbers that cost ten times what the others do."""
MARK, END = "<!-- written by benchmarks/calibration_real.py --table -->\n", "<!-- end of the real sets -->\n"
COLUMNS = ("value", "stderr", "low", "high", "few")


def numbers(
    sample: Mapping[str, np.ndarray], wanted: str = "*", slow: bool = True
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every number that has an error, by name, as far as the name is wanted."""
    for name, measure in every_number(sample):
        if fnmatch.fnmatch(name, wanted) and (slow or not any(fnmatch.fnmatch(name, one) for one in SLOW)):
            yield name, measure


def every_number(sample: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every number that has an error, by name."""
    first, second = sample["L0"], sample["L1"]
    g, h = (rs.knn_graph(side, STORED, threads=1) for side in (first, second))
    yield "id_twonn", lambda: rs.id_twonn(g)
    yield "id_twonn mle", lambda: rs.id_twonn(g, estimator="mle")
    yield "id_twonn difference", lambda: apart(rs.id_twonn(g), rs.id_twonn(h))
    yield "id_gride", lambda: rs.id_gride(g)
    yield "id_mle", lambda: rs.id_mle(g)
    yield "id_correlation", lambda: rs.id_correlation(first)
    yield "id_pca", lambda: rs.id_pca(first)
    for name in ("overlap_neighbors", "overlap_rbo", "overlap_lcs", "overlap_edit"):
        yield name, lambda name=name: getattr(rs, name)(g, h, k=30)
    if "y" in sample:
        yield "overlap_labels", lambda: rs.overlap_labels(g, sample["y"], k=30)
        yield "overlap_labels classes", lambda: rs.overlap_labels(g, sample["y"], k=10, weights="classes")
        yield (
            "overlap_labels difference",
            lambda: apart(*(rs.overlap_labels(one, sample["y"], k=30) for one in (g, h))),
        )
        yield "probe_knn", lambda: rs.probe_knn(second, sample["y"])
        yield "probe_linear", lambda: rs.probe_linear(second, sample["y"])
    if "v" in sample:
        yield "overlap_values", lambda: rs.overlap_values(g, sample["v"], k=30)
    yield "information_imbalance", lambda: rs.information_imbalance(first, second)
    for name in ("cka", "cca", "svcca", "pwcca", "procrustes", "rsa", "linreg", "cknna"):
        yield f"sim_{name}", lambda name=name: getattr(rs, f"sim_{name}")(first, second)
    yield "sim_cka debiased", lambda: rs.sim_cka(first, second, estimator="debiased")
    yield "health_hubness", lambda: rs.health_hubness(g)
    for name in ("concentration", "anisotropy", "rogue"):
        yield f"health_{name}", lambda name=name: getattr(rs, f"health_{name}")(first)


def apart(one: rs.Estimate, other: rs.Estimate) -> rs.Estimate:
    """Return the difference of two layers as the package's own table has it."""
    info, last = MeasureInfo("number"), enumerate((one, other))
    records = [Record(info, "number", "depth", Place("", LayerInfo(f"{i}", i, float(i))), found) for i, found in last]
    row = Results(tuple(records)).differences().iloc[0]
    few = {"rests_on": "few examples"} if any("rests_on" in found.options for found in (one, other)) else {}
    return rs.Estimate(
        row["difference"], n=one.n, stderr=row["stderr"], interval=(row["low"], row["high"]), options=few
    )


def noted(sample: Mapping[str, np.ndarray], wanted: str = "*", slow: bool = True) -> dict[str, list[float]]:
    """Measure one sample: value, error, interval and whether it rests on few examples; NaN where there is none."""
    found: dict[str, list[float]] = {}
    for name, measure in numbers(sample, wanted, slow):
        try:
            one = measure()
        except rs.errors.InputError:  # fewer examples than dimensions, a class too small: no such number on this set
            continue
        if isinstance(one, rs.Curve):
            for place, x in enumerate(one.x):
                few = float(one.details["rests_on_few"][place])
                found[f"{name} rank {x:g}"] = [one.values[place], one.stderr[place], *one.interval[place], few]
            continue
        low, high = one.interval or (math.nan, math.nan)
        stderr = math.nan if one.stderr is None else one.stderr
        found[name] = [one.value, stderr, low, high, float("rests_on" in one.options)]
    return found


def run(  # house: a cell
    population: Path, file: Path, *, n: int, runs: int, slow_runs: int = 200, seed: int, wanted: str = "*"
) -> None:
    """Do the runs that are missing from a file."""
    with np.load(population) as held:
        whole = {name: held[name] for name in held.files}
    size = len(whole["L0"])
    done = json.loads(file.read_text()) if file.exists() else {"N": size, "n": n, "runs": 0, "numbers": {}}
    warnings.simplefilter("ignore")
    for draw in range(done["runs"], runs):
        rows = np.random.default_rng([seed, draw]).permutation(size)[:n]
        sample = {key: column[rows] for key, column in whole.items()}
        for name, entry in noted(sample, wanted, slow=draw < slow_runs).items():
            done["numbers"].setdefault(name, []).append(entry)
        done["runs"] = draw + 1
        if done["runs"] % KEEP == 0 or done["runs"] == runs:
            part = file.with_suffix(".part")
            part.write_text(json.dumps(done))
            part.replace(file)


def judged(rows: np.ndarray, name: str, share: float) -> tuple[float, float]:
    """Return the stated error over the true spread, and which share of the intervals holds the mean; rows as COLUMNS.

    Samples that say they rest on few examples are scored apart: they do not count here.
    """
    rows = rows[rows[:, 4] == 0] if (rows[:, 4] == 0).sum() > 1 else rows
    value, stderr, low, high = rows[:, :4].T
    pairs = name.startswith("id_twonn") or name in ("id_gride rank 2", "id_gride rank 4")
    shrink = math.sqrt(1 - (share**3 if pairs else share))
    mean, known = value.mean(), np.isfinite(low)
    if not known.any():
        return math.nan, math.nan
    holds = (value + (low - value) * shrink <= mean) & (mean <= value + (high - value) * shrink)
    return float(np.nanmean(stderr) * shrink / value.std(ddof=1)), float(holds[known].mean())


def fails(ratio: float, covers: float, runs: int) -> bool:
    """Whether a cell is off beyond the noise: its 99.9 % interval outside 92 to 98 %, or its error a quarter too large."""
    hits = round(covers * runs)
    low = beta.ppf(0.0005, hits, runs - hits + 1) if hits else 0.0
    high = beta.ppf(0.9995, hits + 1, runs - hits) if hits < runs else 1.0
    return bool(high < 0.92 or low > 0.98 or not 0.85 <= ratio <= 1.25)


def cell(held: Mapping[str, Any], name: str) -> str:
    """Say of one number on one set: coverage, error over spread, and what else there is to know."""
    rows = np.array(held["numbers"].get(name, []), dtype=np.float64)
    if not rows.size:
        return ""
    ratio, covers = judged(rows, name, held["n"] / held["N"])
    few, known = rows[:, 4].mean(), np.isfinite(rows[:, 2]).mean()
    said = "no error" if math.isnan(ratio) else f"{covers:.3f}, {ratio:.2f}"
    said += " *" if not math.isnan(ratio) and fails(ratio, covers, len(rows)) else ""
    said += f" (an error in {known:.0%})" if 0 < known < 1 else ""
    said += f" ({len(rows)} runs)" if len(rows) < held["runs"] else ""
    return said + (f" ({few:.0%} on few)" if few else "")


def table(folder: Path) -> str:
    """Write what the files hold as markdown, a table for each size: a row for each number, a column for each population."""
    every = {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
    lines = []
    for n in sorted({held["n"] for held in every.values()}):
        sets = {stem.removesuffix(f"-{n}"): held for stem, held in every.items() if held["n"] == n}
        names = list(dict.fromkeys(name for held in sets.values() for name in held["numbers"]))
        lines += [f"### Samples of {n:,}", ""]
        lines.append(
            "| number | " + " | ".join(f"{name} ({held['runs']:,} runs)" for name, held in sets.items()) + " |"
        )
        lines.append("|---|" + "---|" * len(sets))
        lines += [f"| `{name}` | " + " | ".join(cell(held, name) for held in sets.values()) + " |" for name in names]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("populations", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument(
        "--slow-runs", type=int, default=200, help="runs of numbers that cost ten times what the others do"
    )
    parser.add_argument("--only", default="*", help="a pattern such as 'resnet20-*'")
    parser.add_argument("--numbers", default="*", help="a pattern such as 'id_*'; another folder for each")
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
            run(
                population,
                file,
                n=asked.n,
                runs=asked.runs,
                slow_runs=asked.slow_runs,
                seed=asked.seed,
                wanted=asked.numbers,
            )
            print(file, flush=True)


if __name__ == "__main__":
    main()
