"""What DADApy 0.3.4 gives for peaks, adaptive and discrete dimensions, written down for the tests: peaks.npz and further.json.

In the environment of make_golden.py, with the folder of real data as the argument:

    dadapy-env/bin/python tests/golden/dadapy/make_peaks.py DATA
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

import numpy as np
import peak_sets
from dadapy import Data
from dadapy.id_discrete import IdDiscrete

MAXK = 100
LEAST = 5


def peaks_of(X: np.ndarray, dimension: float, *, k: int | None, z: float, maxk: int = MAXK) -> dict[str, np.ndarray]:
    """Run the peer's advanced density peaks, with PAk or with k neighbours."""
    peer = Data(coordinates=X, maxk=maxk)
    peer.compute_distances(maxk=maxk)
    peer.set_id(dimension)
    if k is None:
        peer.compute_kstar()
        peer.compute_density_PAk()
    else:
        peer.set_kstar(k)
        peer.compute_density_kNN(k=k)
    labels = np.asarray(peer.compute_clustering_ADP(Z=z, halo=False))
    centers = np.asarray(peer.cluster_centers)
    halo = np.asarray(peer.compute_clustering_ADP(Z=z, halo=True)) < 0
    return {
        "labels": labels.astype(np.int16),
        "centers": centers,
        "halo": halo,
        "saddles": np.asarray(peer.log_den_bord),
        "saddle_errors": np.asarray(peer.log_den_bord_err),
        "points": np.asarray(peer.bord_indices),
        "density": np.asarray(peer.log_den),
    }


def adaptive(X: np.ndarray) -> dict[str, object]:
    """Run the peer's iteration of k* and dimension, and its binomial estimator."""
    found: dict[str, object] = {}
    peer = Data(coordinates=X, maxk=MAXK)
    ids, errors, sizes, *_ = peer.return_ids_kstar_gride(n_iter=5)
    found["gride"] = [f"{x:.10g}" for x in ids]
    found["gride_errors"] = [f"{x:.10g}" for x in errors]
    found["gride_sizes"] = np.asarray(sizes)[-1].astype(int).tolist()
    peer = Data(coordinates=X, maxk=MAXK)
    ids, errors, sizes, *_ = peer.return_ids_kstar_binomial(n_iter=5, r=0.5, plot_mv=False)
    found["binomial"] = [f"{x:.10g}" for x in ids]
    found["binomial_errors"] = [f"{x:.10g}" for x in errors]
    for bayes in (True, False):
        peer = Data(coordinates=X, maxk=MAXK)
        peer.compute_distances(maxk=MAXK)
        value, error, _, _ = peer.compute_id_binomial_k(20, 0.5, bayes=bayes)
        found["fixed_bayes" if bayes else "fixed_mle"] = [f"{value:.10g}", f"{error:.10g}"]
    return found


def discrete() -> dict[str, object]:
    """Run the peer's lattice estimator at fixed radii, and its binary one."""
    lattice, found = peak_sets.lattice(), {}
    for method in ("mle", "bayes"):
        peer = IdDiscrete(lattice, maxk=lattice.shape[0] - 1, condensed=False)
        peer.compute_distances(metric="manhattan")
        rows = []
        for outer, inner in ((10, 5), (20, 10), (30, 15)):
            value, error, _ = peer.compute_id_binomial_lk(outer, inner, method=method, plot=False)
            rows.append([outer, inner, f"{float(value):.10g}", f"{float(error):.10g}"])
        found[method] = rows
    return found


def binary() -> dict[str, object]:
    """Run the peer's binary dimension: a random search, whose last digits are its own."""
    import jax
    from dadapy.hamming import BID, Hamming

    jax.config.update("jax_enable_x64", True)
    bits = peak_sets.bits()
    rows = []
    for low, high in ((0.0, 0.2), (0.0, 0.5), (0.05, 0.4)):
        held = Hamming(coordinates=2 * bits - 1, verbose=0)
        held.compute_distances()
        held.D_histogram(compute_flag=1)
        peer = BID(H=held, alphamin=low, alphamax=high, Nsteps=200_000, export_results=0, L=bits.shape[1])
        peer.computeBID()
        rows.append([low, high, f"{peer.d0:.6g}", f"{peer.d1:.6g}", f"{peer.logKL:.6g}"])
    return {"rows": rows}


def main(folder: Path) -> None:
    """Write what the peer says."""
    arrays: dict[str, np.ndarray] = {}
    for name in ("own", "blobs", *peak_sets.REAL):
        X = peak_sets.real(name, folder) if name in peak_sets.REAL else peak_sets.made(name)
        for k, z in ((None, 1.65), (16, 1.6)):
            found = peaks_of(X, peak_sets.DIMENSION[name], k=k, z=z)
            if name in peak_sets.REAL:
                found = {key: found[key] for key in ("labels", "centers")} | {
                    "density": found["density"][:: peak_sets.KEPT]
                }
            arrays |= {f"{name}/{'pak' if k is None else k}/{key}": value for key, value in found.items()}
    further: dict[str, object] = {"made_with": {name: version(name) for name in ("dadapy", "numpy", "scipy")}}
    with redirect_stdout(io.StringIO()):
        further |= {"adaptive": adaptive(peak_sets.made("own")), "discrete": discrete(), "binary": binary()}
    np.savez_compressed(peak_sets.HERE / "peaks.npz", **arrays)
    (peak_sets.HERE / "further.json").write_text(json.dumps(further, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
