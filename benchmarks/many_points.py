"""Many points in 2 GB: what measures of all pairs, and of deep neighbourhoods, do there: `python benchmarks/many_points.py`.

Each call runs in a process of its own whose address space is held to 2 GiB, with 20,000 and 50,000 points in 8 dimensions. It
must answer, or say in one sentence what would fit; a MemoryError or a kill would end the script. Prints a table for
docs/faults.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping

LIMIT = 2 << 30
SIZES = (20_000, 50_000)
CALLS: Mapping[str, str] = {
    "sim_rsa": "rs.sim_rsa(X, Y)",
    "sim_rsa, Spearman": 'rs.sim_rsa(X, Y, compare="spearman")',
    "sim_cknna": "rs.sim_cknna(X, Y, k=10)",
    "information_imbalance": "rs.information_imbalance(X, Y)",
    "id_isomap": "rs.id_isomap(X)",
    "id_isomap, all points as landmarks": "rs.id_isomap(X, landmarks=len(X))",
    "embed, t-SNE": 'rs.embed(X, method="tsne")',
    "embed, MDS": 'rs.embed(X, method="mds")',
    "sim_procrustes": "rs.sim_procrustes(X, Y)",
    "sim_cka": "rs.sim_cka(X, Y)",
}
SCRIPT = """
import resource, sys, time
import numpy as np, repscape as rs
from repscape.errors import MemoryBudgetError
X = np.random.default_rng(0).normal(size=({n}, 8)).astype(np.float32)
Y = X[:, ::-1] * np.arange(1, 9, dtype=np.float32)
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
begun = time.process_time()
try:
    {call}
    print("answered", end="")
except MemoryBudgetError as error:
    print("said what would fit", end="")
    print(error, file=sys.stderr)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f" in {{time.process_time() - begun:.1f}} s of processor time, {{peak / 1e6:.2f}} GB at the peak")
"""


def outcome(call: str, n: int, *, patience: float) -> str:
    """Return what a call came to."""
    script = SCRIPT.format(n=n, limit=LIMIT, call=call)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        return f"at work after {patience:.0f} s, when it was stopped"
    if done.returncode:
        raise SystemExit(f"{call} with {n} points ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout.strip()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patience", type=float, default=600.0, help="seconds for one call")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    print(f"| call | {' | '.join(f'{n:,} points' for n in SIZES)} |\n|---|---|---|")
    for name, call in CALLS.items():
        if asked.only in name:
            found = [outcome(call, n, patience=asked.patience) for n in SIZES]
            print(f"| {name} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
