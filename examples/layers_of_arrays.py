"""From arrays to a table, a figure and a report: the digits that scikit-learn carries, blurred layer by layer.

    python examples/layers_of_arrays.py

writes blurred-digits/report.html. The same from a shell, once the arrays lie in layers.npz:

    repscape run --arrays layers.npz --label digit -o blurred-digits
"""

import numpy as np
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits

import repscape as rs

digits = load_digits()
images, labels = digits.images[:600], digits.target[:600]

# Any dict of (n, d) arrays will do, shallow to deep; all of them are about the same n examples.
layers = {
    f"blur {width}": gaussian_filter(images, (0, width, width)).reshape(600, -1) for width in (0.0, 0.5, 1.0, 2.0)
}
np.savez("layers.npz", digit=labels, **layers)

plan = rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 20}), ("overlap_labels", {"k": 20})], labels="digit")
results = rs.run(layers, plan, columns={"digit": labels}, folder="blurred-digits")

table = results.to_frame().query("profile == 'depth'")
print(table.pivot(index="layer", columns="measure", values="value").loc[list(layers)].round(3))
print("report:", rs.write_report(results, "blurred-digits/report.html", title="Blurred digits"))
