"""Bias and spread of every dimension estimator on manifolds whose dimension is known; writes the tables of docs/dimension.md.

    python benchmarks/dimension_table.py                  # about a quarter of an hour on one core; goes on where it was stopped
    python benchmarks/dimension_table.py --table          # only write the tables from what is there

Seeds are fixed: seed s draws the s-th sample of every manifold. One line of JSON a sample is kept in dimension_table.jsonl.
"""

from __future__ import annotations

import argparse
import itertools
import json
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

import repscape as rs
from repscape.errors import DegenerateDataError, RepscapeWarning
from repscape.synthetic import ball, sphere, swiss_roll, torus

FloatArray = npt.NDArray[np.float64]
HERE = Path(__file__).parent
KEPT = HERE / "dimension_table.jsonl"
PAGE = HERE.parent / "docs" / "dimension.md"
MARKS = ("<!-- tables: benchmarks/dimension_table.py --table -->", "<!-- end of tables -->")
DIMENSIONS = (1, 2, 5, 10, 20, 30)
SEEDS = {500: 10, 2000: 10, 10_000: 5}
"""Samples of each size."""
FEWEST = 5
"""Samples from which on a spread is worth telling."""
DEPTH = 64
ISOMAP = {"size": 500, "seeds": 5, "most": 10}
"""Isomap is slow: one size, fewer samples, dimensions up to 10."""


def gaussian(n: int, dim: int, *, rng: int) -> FloatArray:
    return np.random.default_rng(rng).normal(size=(n, dim))


def sphere_by_torus(n: int, dim: int, *, rng: int) -> FloatArray:
    """Half of the dimension from a sphere, half from a flat torus of the same radius."""
    half = dim // 2
    return np.hstack([sphere(n, half, rng=rng), torus(n, dim - half, rng=rng + 1000)])


def roll(n: int, dim: int, *, rng: int) -> FloatArray:
    return swiss_roll(n, rng=rng)


MANIFOLDS: Mapping[tuple[str, int], Callable[..., FloatArray]] = {
    **{("ball", d): ball for d in DIMENSIONS},
    **{("sphere", d): sphere for d in DIMENSIONS},
    **{("Gaussian", d): gaussian for d in DIMENSIONS},
    **{("flat torus", d): torus for d in DIMENSIONS},
    ("Swiss roll", 2): roll,
    ("sphere x torus", 4): sphere_by_torus,
    ("sphere x torus", 10): sphere_by_torus,
}

NEIGHBORS: Mapping[str, Callable[[rs.NeighborGraph], float]] = {
    "TwoNN fit": lambda g: rs.id_twonn(g).value,
    "TwoNN mle": lambda g: rs.id_twonn(g, estimator="mle").value,
    "TwoNN bayes": lambda g: rs.id_twonn(g, estimator="bayes").value,
    "Gride 8": lambda g: float(rs.id_gride(g, max_rank=8).values[-1]),
    "Gride 32": lambda g: float(rs.id_gride(g, max_rank=32).values[-1]),
    "Gride 64": lambda g: float(rs.id_gride(g, max_rank=64).values[-1]),
    "MLE 10": lambda g: rs.id_mle(g, k=10, error=None).value,
    "MLE 20": lambda g: rs.id_mle(g, k=20, error=None).value,
    "MLE 20 mean": lambda g: rs.id_mle(g, k=20, average="mean", error=None).value,
    "MLE 20 median": lambda g: rs.id_mle(g, k=20, average="median", error=None).value,
}
POINTS: Mapping[str, Callable[[FloatArray], float]] = {
    "correlation": lambda X: rs.id_correlation(X, error=None).value,
    "participation": lambda X: rs.id_pca(X, error=None).value,
    "corrected": lambda X: rs.id_pca(X, correct=True, error=None).value,
    "threshold .95": lambda X: rs.id_pca(X, criterion="threshold").value,
    "Kaiser": lambda X: rs.id_pca(X, criterion="kaiser").value,
    "broken stick": lambda X: rs.id_pca(X, criterion="broken_stick").value,
    "largest gap": lambda X: rs.id_pca(X, criterion="maxgap").value,
}
FURTHER: Mapping[str, Callable[[FloatArray], float]] = {
    "MADA": lambda X: rs.id_mada(X, error=None).value,
    "MOM": lambda X: rs.id_mom(X, error=None).value,
    "TLE": lambda X: rs.id_tle(X, error=None).value,
    "ESS": lambda X: rs.id_ess(X, error=None).value,
    "DANCo": lambda X: rs.id_danco(X).value,
    "FisherS": lambda X: rs.id_fishers(X).value,
    "kNN length": lambda X: rs.id_knn_length(X).value,
    "tree length": lambda X: rs.id_mst(X).value,
}
FURTHER_SEEDS = {500: 10, 2000: 5}
"""Samples of each size; at 10,000 points some of them take minutes."""
GROUPS = {
    "Distances to neighbours": ["TwoNN fit", "TwoNN mle", "TwoNN bayes", "Gride 8", "Gride 32", "Gride 64"],
    "Distances to neighbours, continued": ["MLE 10", "MLE 20", "MLE 20 mean", "MLE 20 median", "correlation"],
    "Further estimators": list(FURTHER),
    "Linear dimension": ["participation", "corrected", "threshold .95", "Kaiser", "broken stick", "largest gap"],
    "Elbow of Isomap's residual variance": ["Isomap"],
}


def estimates(X: FloatArray, wanted: set[str]) -> Iterator[tuple[str, float]]:
    """Yield (estimator, value) for those still wanted."""
    if wanted & NEIGHBORS.keys():
        g = rs.knn_graph(X, DEPTH, threads=1)
        yield from ((name, NEIGHBORS[name](g)) for name in NEIGHBORS if name in wanted)
    yield from ((name, POINTS[name](X)) for name in POINTS if name in wanted)
    for name in (one for one in FURTHER if one in wanted):
        try:
            yield name, FURTHER[name](X)
        except DegenerateDataError:  # no such number on a line
            yield name, float("nan")
    if "Isomap" in wanted:
        yield "Isomap", rs.id_isomap(X, max_dim=20).details["elbow"]


def work() -> Iterator[tuple[str, int, int, int, set[str]]]:
    """Yield (manifold, d, n, seed, estimators); sample by sample through all manifolds, so that a part is a whole table."""
    for n, seeds in SEEDS.items():
        yield from ((name, d, n, seed, {*NEIGHBORS, *POINTS}) for seed in range(seeds) for name, d in MANIFOLDS)
    for n, seeds in FURTHER_SEEDS.items():
        yield from ((name, d, n, seed, set(FURTHER)) for seed in range(seeds) for name, d in MANIFOLDS)
    for seed in range(ISOMAP["seeds"]):
        yield from ((name, d, ISOMAP["size"], seed, {"Isomap"}) for name, d in MANIFOLDS if d <= ISOMAP["most"])


def run() -> None:
    """Measure what is missing."""
    known = read()
    with KEPT.open("a", encoding="utf-8") as out, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", RepscapeWarning
        )  # the prior of "bayes" moves its value: the table shows by how much
        for name, d, n, seed, wanted in work():
            missing = wanted - known[name, d, n, seed].keys()
            if missing:
                found = dict(estimates(MANIFOLDS[name, d](n, d, rng=seed), missing))
                out.write(json.dumps({"manifold": name, "d": d, "n": n, "seed": seed, "values": found}) + "\n")
                out.flush()


def read() -> dict[tuple[str, int, int, int], dict[str, float]]:
    """Return the values kept, by manifold, dimension, points and seed."""
    known: dict[tuple[str, int, int, int], dict[str, float]] = defaultdict(dict)
    if KEPT.exists():
        for text in KEPT.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            known[line["manifold"], line["d"], line["n"], line["seed"]].update(line["values"])
    return known


def cell(values: list[float], d: int) -> str:
    """Return bias and spread as text; nothing where nothing was measured."""
    held = [value for value in values if np.isfinite(value)]
    if not values:
        return ""
    if len(held) < len(values):
        return f"none in {len(values) - len(held)} of {len(values)}"
    spread = f" ± {np.std(held, ddof=1):.2f}" if len(held) >= FEWEST else ""
    return f"{np.mean(held) - d:+.2f}{spread}"


def tables(known: Mapping[tuple[str, int, int, int], Mapping[str, float]]) -> str:
    """Return every table as markdown."""
    parts = []
    for (title, names), n in itertools.product(GROUPS.items(), SEEDS):
        rows = {key: [known.get((*key, n, seed), {}) for seed in range(SEEDS[n])] for key in MANIFOLDS}
        if not any(one in sample for samples in rows.values() for sample in samples for one in names):
            continue
        parts += [
            f"### {title}, n = {n:,}",
            "",
            f"| manifold | d | {' | '.join(names)} |",
            "|---" * (len(names) + 2) + "|",
        ]
        for (name, d), samples in rows.items():
            cells = [cell([sample[one] for sample in samples if one in sample], d) for one in names]
            if any(cells):
                parts.append(f"| {name} | {d} | {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts)


def write_page() -> None:
    """Put the tables between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n\n{tables(read())}\n{MARKS[1]}{after}", encoding="utf-8")


def main() -> None:
    """Run, then write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="store_true", help="only write the tables")
    if not parser.parse_args().table:
        run()
    write_page()


if __name__ == "__main__":
    main()
