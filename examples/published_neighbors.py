"""Neighbour files as labs publish them: dimension with and without the 10 % heuristic, two models, labels, and back.

    python examples/published_neighbors.py

The same from a shell:

    repscape import-arrays files/small --model small --labels-from topic.npy -o layers
    repscape import-arrays files/large --model large -o layers
    repscape run layers --label topic -o study
    repscape export-arrays layers -o files-again
"""

from pathlib import Path

import numpy as np

import repscape as rs
from repscape.study import export_arrays, import_arrays

n, rng = 300, np.random.default_rng(0)
topic = np.arange(n) % 4


def publish(folder: Path, spread: float) -> None:
    """Write layer{i}_post_mlp_indices.npy (n, 16) and _dist.npy (n, 3), the point itself first."""
    folder.mkdir(parents=True)
    points = rng.normal(size=(n, 8))
    for layer in range(1, 10, 2):
        points = points + 0.2 * rng.normal(size=points.shape) + spread * np.eye(8)[topic]
        graph = rs.knn_graph(points, 15)
        np.save(folder / f"layer{layer}_post_mlp_indices.npy", np.column_stack([np.arange(n), graph.indices]))
        np.save(folder / f"layer{layer}_post_mlp_dist.npy", np.column_stack([np.zeros(n), graph.distances[:, :2]]))


for model, spread in (("small", 0.3), ("large", 0.9)):
    publish(Path("files") / model, spread)
    import_arrays(Path("files") / model, "layers", model=model, columns={"topic": topic})

fraction = {"estimator": "mle", "fraction": 0.9}
measures = ["id_twonn", ("id_twonn", {"estimator": "mle"}), ("id_twonn", fraction), "id_twonn_fractions"]
measures += [("overlap_neighbors", {"k": 15}), ("overlap_labels", {"k": 15})]
results = rs.run("layers", rs.Plan(measures=measures, labels="topic"), folder="study")

for name, chosen in (
    ("dimension, 90 % of the ratios", results.select(variant="id_twonn", model="large")),
    ("dimension, all of them       ", results.select(variant="id_twonn(estimator='mle')", model="large")),
    ("labels shared by neighbours  ", results.select("overlap_labels", model="large")),
    ("small and large at one depth ", results.select("overlap_neighbors", profile="equal")),
):
    print(name, np.array([record.result.value for record in chosen]).round(2))

back = export_arrays("layers", "files-again")
same = [file.read_bytes() == (Path("files") / file.relative_to("files-again")).read_bytes() for file in back]
print(f"{sum(same)} of {len(same)} files came back bit by bit")
