"""What DADApy 0.3.4 gives on kept inputs, written down for the tests.

DADApy pins numpy below 2, so it runs in an environment of its own:

    python3.11 -m venv dadapy-env
    dadapy-env/bin/pip install dadapy==0.3.4 "numpy<2"
    dadapy-env/bin/python tests/golden/dadapy/make_golden.py

The inputs are made once and kept beside this script (inputs.npz): no generator has to give the same draws again. Numbers
are kept as they print with ten digits.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from dadapy import DensityEstimation, IdEstimation, MetricComparisons

HERE = Path(__file__).parent
N = 600


def make_inputs() -> dict[str, np.ndarray]:
    """Draw two related representations and three classes of unequal size."""
    rng = np.random.default_rng(20240611)
    labels = rng.choice(3, p=[0.6, 0.3, 0.1], size=N)
    core = rng.normal(size=(N, 4)) + 1.2 * rng.normal(size=(3, 4))[labels]
    X = np.tanh(core @ rng.normal(size=(4, 8)) / 2) + 0.05 * rng.normal(size=(N, 8))
    Y = core[:, :3] + 0.4 * rng.normal(size=(N, 3))
    return {"X": X, "Y": Y, "Z": rng.normal(size=(N, 2)), "labels": labels}


def digits(values: object) -> object:
    """Return numbers as they print with ten digits."""
    flat = np.atleast_1d(np.asarray(values, dtype=float))
    printed = [f"{number:.10g}" for number in flat]
    return printed if np.ndim(values) else printed[0]


def measured(data: dict[str, np.ndarray]) -> dict[str, object]:
    """Run the peer; every rank is held (maxk = N - 1), so that none is drawn at random."""
    X, Y, Z, labels = (data[name] for name in ("X", "Y", "Z", "labels"))
    ids = IdEstimation(coordinates=X, maxk=N - 1)
    gride, gride_error, scale = ids.return_id_scaling_gride(range_max=128)
    fit, _, _ = ids.compute_id_2NN(algorithm="base", mu_fraction=0.9)
    mle, _, _ = ids.compute_id_2NN(algorithm="ml", mu_fraction=1)
    bayes, bayes_error, _ = ids.compute_id_2NN_wprior(alpha=2, beta=5)
    peer = MetricComparisons(coordinates=X, maxk=N - 1)
    found = {
        "gride": gride,
        "gride_error": gride_error,
        "gride_scale": scale,
        "twonn_fit": fit,
        "twonn_mle": mle,
        "twonn_bayes": bayes,
        "twonn_bayes_error": bayes_error,
        "labels_plain": peer.return_label_overlap(labels, k=30, weighted=False),
        "labels_classes": peer.return_label_overlap(labels, k=30, weighted=True),
        "labels_fraction": peer.return_label_overlap(labels, class_fraction=0.2, weighted=False),
        "labels_fraction_classes": peer.return_label_overlap(labels, class_fraction=0.2, weighted=True),
        "data_overlap": peer.return_data_overlap(coordinates=Y, k=30),
        "data_overlap_unrelated": peer.return_data_overlap(coordinates=Z, k=30),
    }
    for name, other in (("Y", Y), ("Z", Z)):
        for k in (1, 5):
            there, back = peer.return_information_imbalace(other, k=k, subset_size=N)
            found[f"imbalance_{name}_{k}"], found[f"imbalance_{name}_{k}_reverse"] = there[0], back[0]
    return found


def densities(X: np.ndarray) -> dict[str, object]:
    """Run the peer's densities in four dimensions, on 100 neighbours."""

    def fresh() -> DensityEstimation:
        peer = DensityEstimation(coordinates=X, maxk=100)
        peer.compute_distances(maxk=100)
        peer.set_id(4.0)
        return peer

    by_size, by_trend = fresh(), fresh()
    by_size.compute_kstar()
    by_trend.compute_kstar()
    return {
        "kstar": by_size.kstar.tolist(),
        "density_kstar": digits(by_size.compute_density_kstarNN()[0]),
        "density_pak": digits(by_trend.compute_density_PAk()[0]),
        "density_knn_10": digits(fresh().compute_density_kNN(k=10)[0]),
    }


def main() -> None:
    """Make the inputs where they are not there, and write what the peer says of them."""
    inputs = HERE / "inputs.npz"
    if not inputs.exists():
        np.savez_compressed(inputs, **make_inputs())
    with np.load(inputs) as held:
        found = measured({name: held[name] for name in held.files})
        density = densities(held["X"])
    expected = {
        "made_with": {name: version(name) for name in ("dadapy", "numpy", "scipy", "scikit-learn")},
        **{name: digits(value) for name, value in found.items()},
    }
    (HERE / "density.json").write_text(json.dumps(density, indent=1) + "\n", encoding="utf-8")
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
