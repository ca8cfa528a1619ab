"""Write what peers give on two small representations, and the table of names in docs/moving.md that is made of it.

    python tests/golden/peers/make.py           # runs the peers that can be imported, keeps what others gave
    python tests/golden/peers/make.py --page    # writes the table alone

The peers are no dependency of the tests. resi (package repsim), netrep and msid are imported from where they lie.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import types
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "moving.md"
START, STOP = "<!-- peers: begin -->", "<!-- peers: end -->"
GIT = {"repsim": "resi 24ab9e5", "netrep": "netrep 0186b8a", "msid": "imd", "rtd": "RTD"}


def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2024)
    X = rng.normal(size=(60, 5)) * [2, 1.5, 1, 0.7, 0.5] + 0.5
    return X, np.tanh(X @ rng.normal(size=(5, 4)) / 2) + 0.3 * rng.normal(size=(60, 4))


def outputs(X: np.ndarray, Y: np.ndarray) -> dict[tuple[str, str, str], object]:
    """(package, their call, our call) -> function."""
    Z = Y @ np.ones((4, 5)) / 4 + X  # as wide as X
    found: dict[tuple[str, str, str], object] = {}

    def resi(module: str, name: str, ours: str, *, theirs: str = "", **options: object) -> None:
        def call() -> float:
            held = importlib.import_module(f"repsim.measures.{module}")
            return float(getattr(held, name)(X, Y, "nd", **options))

        found["repsim", theirs or f"{name}(R, Rp, 'nd')", ours] = call

    resi("correlation_match", "hard_correlation_match", "rs.sim_match(X, Y)")
    resi("correlation_match", "soft_correlation_match", "rs.sim_match(X, Y, form='soft')")
    resi("distance_correlation", "distance_correlation", "rs.sim_distance_correlation(X, Y)")
    resi("eigenspace_overlap", "eigenspace_overlap_score", "rs.sim_eigenspace(X, Y, per='columns')")
    resi("gulp", "gulp", "rs.sim_gulp(X, Y, root=False)")
    resi("gulp", "gulp", "rs.sim_gulp(X, Y, root=False, ridge=0.1)", theirs="gulp(R, Rp, 'nd', lmbda=0.1)", lmbda=0.1)
    resi("nearest_neighbor", "jaccard_similarity", "rs.sim_jaccard(X, Y)", n_jobs=1)
    resi("nearest_neighbor", "rank_similarity", "rs.sim_rank(X, Y)", n_jobs=1)
    resi("nearest_neighbor", "second_order_cosine_similarity", "rs.sim_second_order(X, Y)", n_jobs_neighbors=1)
    resi("procrustes", "permutation_procrustes", "rs.sim_permutation(X, Y, form='distance')")
    resi("procrustes", "permutation_angular_shape_metric", "rs.sim_permutation(X, Y)")
    resi("procrustes", "procrustes_size_and_shape_distance", "rs.sim_procrustes(X, Y, form='size_and_shape')")
    resi("procrustes", "orthogonal_angular_shape_metric_centered", "rs.sim_procrustes(X, Y)")
    resi("statistics", "magnitude_difference", "rs.sim_magnitude(X, Y)")
    resi("statistics", "uniformity_difference", "rs.sim_uniformity(X, Y)")
    resi("statistics", "concentricity_difference", "rs.sim_concentricity(X, Y)")
    resi("cka", "centered_kernel_alignment", "rs.sim_cka(X, Y)")

    def functional(name: str, ours: str) -> None:
        def call() -> float:
            held = importlib.import_module("repsim.measures.output_similarity")
            return float(getattr(held, name)()(X[:, :4], Y))

        found["repsim", f"{name}()(output_a, output_b)", ours] = call

    functional("Disagreement", "rs.sim_disagreement(X[:, :4], Y)")
    functional("JSD", "rs.sim_jsd(X[:, :4], Y)")

    def netrep(alpha: float, method: str) -> None:
        def call() -> float:
            from netrep.metrics import LinearMetric

            return float(LinearMetric(alpha=alpha, score_method=method).fit_score(X, Y))

        ours = f"rs.sim_shape(X, Y, alpha={alpha}, form={method!r})"
        found["netrep", f"LinearMetric(alpha={alpha}, score_method={method!r}).fit_score(X, Y)", ours] = call

    for alpha in (1.0, 0.5, 0.1):
        netrep(alpha, "angular")
    netrep(0.5, "euclidean")

    def rtd() -> float:
        from ripser import ripser

        def run(text: str, lower: np.ndarray) -> dict[int, list[tuple[float, float]]]:
            n = round((1 + (1 + 8 * lower.size) ** 0.5) / 2)
            D = np.zeros((n, n))
            D[np.tril_indices(n, -1)] = lower
            held = ripser(D + D.T, maxdim=1, distance_matrix=True)["dgms"]
            return {k: [(a, b) for a, b in bars if np.isfinite(b)] for k, bars in enumerate(held)}

        sys.modules["ripserplusplus"] = types.SimpleNamespace(run=run)  # type: ignore[assignment]  # that needs a graphics card
        from rtd import barcodes

        return float(barcodes.rtd1(X, Y, pdist_device="cpu"))

    found["rtd", "rtd1(X, Y)", "rs.sim_rtd(X, Y)"] = rtd

    def dcor(name: str, ours: str) -> None:
        def call() -> float:
            import dcor

            return float(getattr(dcor, name)(X, Y))

        found["dcor", f"{name}(X, Y)", ours] = call

    dcor("distance_correlation", "rs.sim_distance_correlation(X, Y)")
    dcor("u_distance_correlation_sqr", "rs.sim_distance_correlation(X, Y, estimator='unbiased')")

    def calibrated() -> float:
        import torch
        from calibrated_similarity import calibrate

        import repscape as rs
        from repscape.measures.uncertainty import shuffles

        orders = shuffles(60, 99, rng=np.random.default_rng(0))
        score = calibrate(
            torch.from_numpy(X),
            torch.from_numpy(Y),
            lambda a, b: torch.tensor(rs.sim_cka(a.numpy(), b.numpy(), error=None).value, dtype=torch.float64),
            K=99,
            perm_fn=lambda n, device: torch.from_numpy(next(orders)),
        )[0]
        return float(score)

    found["calibrated-similarity", "calibrate(X, Y, cka, K=99)", "rs.sim_cka(X, Y, permutations=99).calibrated"] = (
        calibrated
    )
    del Z
    return found


def version(package: str) -> str:
    return GIT.get(package) or f"{package} {importlib.metadata.version(package)}"


def write_page(entries: list[dict[str, object]]) -> None:
    rows = [f"| {e['version']} | `{e['theirs']}` | `{e['here']}` |" for e in entries]
    table = "\n".join(["| package | there | here, equal to 1e-6 |", "|---|---|---|", *rows])
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(STOP)[1]
    PAGE.write_text(f"{before}{START}\n\n{table}\n\n{STOP}{after}", encoding="utf-8")


def main() -> None:
    target = HERE / "values.json"
    known = json.loads(target.read_text()) if target.exists() else []
    if "--page" not in sys.argv:
        X, Y = sample()
        held = {(e["theirs"], e["here"]): e for e in known}
        for (package, theirs, here), call in outputs(X, Y).items():
            try:
                value = call()  # type: ignore[operator]
            except ImportError as error:
                sys.stderr.write(f"{package}: {error}\n")
                continue
            held[theirs, here] = {"version": version(package), "theirs": theirs, "here": here, "value": value}
        known = list(held.values())
        target.write_text(json.dumps(known, indent=1) + "\n")
    write_page(known)


if __name__ == "__main__":
    main()
