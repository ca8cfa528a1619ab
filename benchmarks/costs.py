"""How the time of each measure grows, for the forecast of a study: `python benchmarks/costs.py [MEASURE]...`.

Each measure is called once to load it, then timed at four sizes, on one thread; what is printed is its processor time at 1,000
points of 64 features, and the powers of n and of d that go through the four. `src/repscape/study/reading/_costs.py` holds them.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np

import repscape as rs
from repscape.machine import single_threaded_torch
from repscape.measures import Measure, every_measure

SIZES = ((400, 32), (1600, 32), (400, 128), (1600, 128))
K = 100


def timed(measure: Measure, n: int, d: int) -> float:
    """Return the processor seconds of one call."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)) + 2 * (np.arange(n) % 5)[:, None]
    Y = X + rng.normal(size=(n, d))
    deep = max(K, measure.depth({}, {}))
    held = {"labels": np.arange(n) % 5, "values": X[:, 0], "groups": np.arange(n) % 5}
    first = "graph" if "graph" in measure.takes else "points"
    sides = [rs.knn_graph(side, min(n - 1, deep)) if first == "graph" else side for side in (X, Y)[: measure.arity]]
    more = [held[kind] for kind in measure.takes if kind in held]
    begun = time.process_time()
    getattr(rs, measure.name)(*sides, *more)
    return time.process_time() - begun


def main() -> None:
    """Print the numbers."""
    found = {}
    with single_threaded_torch():
        for name, measure in every_measure().items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            try:
                timed(measure, 200, 16)
                times = np.log([max(1e-5, timed(measure, n, d)) for n, d in SIZES])
            except Exception as error:  # of one measure: the others are timed
                found[name] = str(error)
                continue
            by_n = (times[1] + times[3] - times[0] - times[2]) / (2 * math.log(4))
            by_d = (times[2] + times[3] - times[0] - times[1]) / (2 * math.log(4))
            middle = times.mean() + by_n * math.log(1000 / 800) + by_d * math.log(64 / 64)
            found[name] = [
                round(math.exp(middle), 5),
                round(float(np.clip(by_n, 0, 3)), 1),
                round(float(np.clip(by_d, 0, 2)), 1),
            ]
            print(name, found[name], flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
