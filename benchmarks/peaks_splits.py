"""How often density peaks split one distribution, and tell mixtures apart: tables of docs/landscape.md.

    python benchmarks/peaks_splits.py draw samples.jsonl     draw, the small samples first; goes on where it was stopped
    python benchmarks/peaks_splits.py table samples.jsonl    the tables of what is there, with the samples of each cell

A line for each sample: the largest significance of a split, by the graph's own dimension and by the true one, so that another
fit of the thresholds can be held against the same samples; and the peaks that the peer's conventions find.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from landscape_samples import DRAWS, mixture
from scipy.stats import beta

import repscape as rs
from repscape.measures.structure import split_significance, split_threshold

DEPTH, PEERS = 100, 12
"""Neighbours, and in so many of the large samples fixed conventions are tried beside the calibrated one."""
SEEN = 400
DIMENSIONS = (2, 5, 10, 20, 30)
DECIDED = {1000: DIMENSIONS, 20000: (20, 30)}
"""Runs of so many normal points of these dimensions below SEEN were seen when thresholds were decided: not in the table."""
APART = (3, 4, 5, 6, 8)
KINDS = (2, 5, 10, 20)
BOTH, HARD = (2, 10), (20, 30)
STAGES = (
    ("splits", ("normal", "ball", "heavy"), 1000, DIMENSIONS, 400),
    ("mixtures", KINDS, 1000, BOTH, 50),
    ("splits", ("normal",), 5000, DIMENSIONS, 400),
    ("splits", ("normal",), 20000, DIMENSIONS, 400),
    ("splits", ("normal",), 1000, DIMENSIONS, 800),
    ("splits", ("normal",), 20000, HARD, 800),
    ("mixtures", KINDS, 5000, BOTH, 10),
    ("splits", ("ball", "heavy"), 5000, DIMENSIONS, 400),
    ("splits", ("ball", "heavy"), 20000, DIMENSIONS, 50),
    ("mixtures", KINDS, 20000, BOTH, 5),
    ("mixtures", KINDS, 5000, BOTH, 20),
    ("splits", ("ball", "heavy"), 20000, DIMENSIONS, 400),
)
"""What is drawn first; the runs of a cell are those up to its number."""
Key = tuple[str, str | int, int, int, int, int]
"""Table, distribution or kinds, points, dimension, distance of centres, run."""


def keys() -> Iterator[Key]:
    """Yield every sample, in the order in which they are wanted."""
    for table, rows, n, dimensions, runs in STAGES:
        for run in range(runs):
            for row in rows:
                for d in dimensions:
                    for apart in (0,) if table == "splits" else APART:
                        yield table, row, n, d, apart, run


def told(key: Key) -> dict[str, float]:
    """Return what one sample says."""
    table, row, n, d, apart, run = key
    if table == "mixtures":
        rng = np.random.default_rng([7, n, d, int(row), apart, run])
        graph = rs.knn_graph(mixture(n, d, kinds=int(row), apart=apart, rng=rng), DEPTH)
        return {"auto": rs.cluster_peaks(graph).centers.size, "peer": rs.cluster_peaks(graph, z=1.65).centers.size}
    graph = rs.knn_graph(DRAWS[str(row)](n, d, np.random.default_rng([99, n, d, run])), DEPTH)
    own, dimension = split_significance(graph, density="pak", k=DEPTH)
    found = {"own": min(round(own, 5), 1e9), "id": round(dimension, 5)}
    if n <= 1000 or run < PEERS:
        found["peer"] = rs.cluster_peaks(graph, z=1.65).centers.size
        found["peer_given"] = rs.cluster_peaks(graph, z=1.65, id=float(d)).centers.size
        found["knn"] = rs.cluster_peaks(graph, z=1.6, density="knn", k=16).centers.size
    if n <= 1000:
        found["given"] = min(round(split_significance(graph, density="pak", k=DEPTH, id=float(d))[0], 5), 1e9)
    return found


def draw(path: Path) -> None:
    """Draw what is missing."""
    done = set()
    if path.exists():
        done = {tuple(json.loads(line)["key"]) for line in path.read_text(encoding="utf-8").splitlines()}
    with path.open("a", encoding="utf-8") as held:
        for key in keys():
            if key not in done:
                done.add(key)
                held.write(json.dumps({"key": key} | told(key)) + "\n")
                held.flush()


def decided(table: str, name: str, n: int, d: int, _apart: int, run: int) -> bool:
    """Whether a sample was seen before the thresholds were what they are."""
    return (table, name) == ("splits", "normal") and run < SEEN and d in DECIDED.get(n, ())


def splits_of(row: dict[str, float], n: int, d: int) -> dict[str, bool | None]:
    """Return by which conventions one sample was split."""
    found = {name: row[name] > 1 if name in row else None for name in ("peer", "peer_given", "knn")}
    found["auto"] = row["own"] >= split_threshold(n, row["id"], density="pak", k=DEPTH, given=False)
    given = row.get("given")
    found["auto_given"] = given >= split_threshold(n, d, density="pak", k=DEPTH, given=True) if given else None
    return found


def tables(path: Path) -> None:
    """Print both tables."""
    cells = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if decided(*row["key"]):
            continue
        cells[tuple(row["key"][:5])].append(row)
    names = ("auto", "auto_given", "peer", "peer_given", "knn")
    print("| distribution | n | d | samples | " + " | ".join(names) + " | upper 99 % limit of auto |")
    print("|---" * (5 + len(names)) + "|")
    order = {name: place for place, name in enumerate(DRAWS)}
    for cell in sorted((c for c in cells if c[0] == "splits"), key=lambda c: (order[c[1]], c[2], c[3])):
        _, name, n, d, _ = cell
        rows = [splits_of(row, n, d) for row in cells[cell]]
        auto = sum(bool(row["auto"]) for row in rows)
        limit = beta.ppf(0.99, auto + 1, len(rows) - auto) if auto < len(rows) else 1.0
        shares = [[row[name] for row in rows if row[name] is not None] for name in names]
        shown = " | ".join(f"{np.mean(share):.3f}" if share else "-" for share in shares)
        print(f"| {name} | {n:,} | {d} | {len(rows)} | {shown} | {limit:.3f} |")
    print("\n| n | d | kinds | samples | " + " | ".join(f"{a} sd" for a in APART) + " |\n" + "|---" * 9 + "|")
    for n, d, kinds in sorted({(c[2], c[3], c[1]) for c in cells if c[0] == "mixtures"}):
        held = [cells["mixtures", kinds, n, d, apart] for apart in APART]
        right = [np.mean([row["auto"] == kinds for row in rows]) if rows else np.nan for rows in held]
        print(f"| {n:,} | {d} | {kinds} | {min(map(len, held))} | {' | '.join(f'{r:.2f}' for r in right)} |")


def main() -> None:
    """Draw, or print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("draw", "table"))
    parser.add_argument("samples", type=Path)
    given = parser.parse_args()
    (draw if given.what == "draw" else tables)(given.samples)


if __name__ == "__main__":
    main()
