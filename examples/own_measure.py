"""A measure of your own, next to the built-in ones, over checkpoints of a "network" that learns to ignore noise.

python examples/own_measure.py
"""

import numpy as np

import repscape as rs

rng = np.random.default_rng(0)
signal, noise = rng.normal(size=(500, 3)), rng.normal(size=(500, 12))


def checkpoint(step: int) -> dict[str, np.ndarray]:
    """Return the layers after so many steps: the noise dies out with training, deep layers first."""
    return {f"layer{depth}": np.hstack([signal, noise * np.exp(-step * depth / 50)]) for depth in (1, 2, 3)}


def loudness(points: np.ndarray) -> float:
    """Root mean square of the representation."""
    return float(np.sqrt((points**2).mean()))


own = rs.Measure("loudness", fn=loudness, takes=("points",), higher_means="larger numbers", label="RMS")
steps = rs.Trajectory([(step, checkpoint(step)) for step in (0, 20, 60)])
results = rs.run(steps, rs.Plan(measures=[("id_twonn", {"estimator": "mle"}), own], layers="all"))

for measure in ("id_twonn", "loudness"):
    chosen = results.select(measure)
    rows = [[r.result.value for r in chosen if r.place.step == step] for step in (0, 20, 60)]
    print(measure, "by step (rows) and layer (columns)")
    print(np.array(rows).round(2))
