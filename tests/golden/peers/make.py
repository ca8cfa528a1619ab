"""Write what peers give on two small representations, and the table of names in docs/moving.md that is made of it.

    python tests/golden/peers/make.py           # runs the peers that can be imported, keeps what others gave
    python tests/golden/peers/make.py --page    # writes the table alone

The peers are no dependency of the tests. What pip does not bring is imported from checkouts on PYTHONPATH: resi (package
repsim), netrep, RTD, imd (package msid), platonic-rep (module metrics), IDCorrelation (package utils), and of
similarity-repository the folder similarity/registry/diffscore/diffscore/analysis (module similarity_measures).
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "moving.md"
START, STOP = "<!-- peers: begin -->", "<!-- peers: end -->"
GIT = {
    "repsim": "resi 24ab9e5",
    "netrep": "netrep 0186b8a",
    "msid": "imd 292de7c",
    "rtd": "RTD",
    "metrics": "platonic-rep dcd76ba",
    "utils": "IDCorrelation a0eda95",
    "similarity_measures": "similarity-repository 035b3be",
}
Calls = dict[tuple[str, str, str], Callable[[], object]]
"""(package, their call, our call) -> their call, made."""


def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2024)
    X = rng.normal(size=(60, 5)) * [2, 1.5, 1, 0.7, 0.5] + 0.5
    return X, np.tanh(X @ rng.normal(size=(5, 4)) / 2) + 0.3 * rng.normal(size=(60, 4))


def outputs(X: np.ndarray, Y: np.ndarray) -> Calls:
    found: Calls = {}

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
    return found


def neighbours(X: np.ndarray, Y: np.ndarray) -> Calls:
    """Of platonic-rep, on rows of unit length, a thousand times as long: it adds 1e-6 where it divides."""
    found: Calls = {}
    A, B = (1e3 * points / np.linalg.norm(points, axis=1, keepdims=True) for points in (X, Y))
    graphs = "rs.knn_graph(X, 10, metric='cosine'), rs.knn_graph(Y, 10, metric='cosine')"

    def platonic(name: str, ours: str, **options: object) -> None:
        def call() -> float:
            import torch

            sys.modules["torchaudio"] = audio = types.ModuleType("torchaudio")  # for a distance that is not asked for
            audio.functional = sys.modules["torchaudio.functional"] = types.ModuleType("functional")  # type: ignore[attr-defined]
            held = importlib.import_module("metrics").AlignmentMetrics
            return float(getattr(held, name)(torch.from_numpy(A), torch.from_numpy(B), **options))

        said = "".join(f", {key}={value}" for key, value in options.items())
        found["metrics", f"AlignmentMetrics.{name}(A, B{said})", ours] = call

    platonic("mutual_knn", f"rs.overlap_neighbors({graphs}, k=10)", topk=10)
    platonic("cycle_knn", "rs.sim_cycle_knn(X, Y, k=10)", topk=10)
    platonic("cknna", "rs.sim_cknna(X, Y, k=10)", topk=10)
    platonic("lcs_knn", f"10 * rs.overlap_lcs({graphs}, k=10).value", topk=10)
    unit = "*(P / np.linalg.norm(P, axis=1, keepdims=True) for P in (X, Y))"
    platonic("cka", f"rs.sim_cka({unit})")
    platonic("unbiased_cka", f"rs.sim_cka({unit}, estimator='debiased')")
    return found


def geometry(X: np.ndarray, Y: np.ndarray) -> Calls:
    """Of imd, pyriemann, similarity-repository and IDCorrelation."""
    found: Calls = {}

    def imd(ours: str, **options: str) -> None:
        def call() -> float:
            held = importlib.import_module("msid.msid")
            held.slq_red_var = exact_heat
            return float(held.msid_score(X, Y, **options))

        said = "".join(f", {key}={value!r}" for key, value in options.items())
        found["msid", f"msid_score(x, y{said}), heat traces from all eigenvalues", ours] = call

    imd("rs.sim_imd(X, Y)")
    imd("rs.sim_imd(X, Y, mode='l2')", msid_mode="l2")
    imd("rs.sim_imd(X, Y, normalize='complete')", normalize="complete")
    imd("rs.sim_imd(X, Y, normalize='none')", normalize="none")
    K, L = (points @ points.T for points in (X - X.mean(axis=0), Y - Y.mean(axis=0)))

    def riemann(name: str, theirs: str, ours: str, a: np.ndarray, b: np.ndarray) -> None:
        def call() -> float:
            return float(getattr(importlib.import_module("pyriemann.utils.distance"), name)(a, b))

        found["pyriemann", theirs, ours] = call

    small = 1e-9 * np.eye(60)
    whole = [60 * kernel / np.trace(kernel) + 0.1 * np.eye(60) for kernel in (K, L)]
    riemann(
        "distance_wasserstein",
        "distance_wasserstein(K, L)",
        "rs.sim_bures(X, Y, form='distance')",
        K + small,
        L + small,
    )
    riemann(
        "distance_riemann",
        "distance_riemann(n K / tr K + I / 10, n L / tr L + I / 10)",
        "rs.sim_bures(X, Y, form='riemannian', ridge=0.1)",
        *whole,
    )

    def bures(kind: str, ours: str) -> None:
        def call() -> float:
            import torch

            held = importlib.import_module("similarity_measures").measures[f"{kind}/bures"]
            return float(held(torch.from_numpy(K), torch.from_numpy(L)))

        found["similarity_measures", f"{kind}/bures (K, L), of diffscore", ours] = call

    bures("similarity", "rs.sim_bures(X, Y)")
    bures("distance", "rs.sim_bures(X, Y, form='distance')")

    def idcor() -> float:
        import torch

        held = importlib.import_module("utils.metrics")
        return float(held.id_correlation(torch.from_numpy(X[:, :4]), torch.from_numpy(Y), return_pvalue=False)["corr"])

    ours = "rs.sim_idcor(*((P - P.mean(0)) / P.std(0) for P in (X[:, :4], Y)), reading='raw')"
    found["utils", "id_correlation(x, y, return_pvalue=False)['corr']", ours] = idcor
    return found


def exact_heat(laplacian: object, steps: int, vectors: int, times: np.ndarray, rademacher: bool) -> np.ndarray:
    """What imd estimates from random vectors and a few steps, in full."""
    values = np.linalg.eigvalsh(laplacian.toarray())  # type: ignore[attr-defined]
    return np.exp(-np.outer(times, values)).sum(axis=1)


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
        calls = outputs(X, Y) | neighbours(X, Y) | geometry(X, Y)
        for (package, theirs, here), call in calls.items():
            try:
                value = call()
            except ImportError as error:
                sys.stderr.write(f"{package}: {error}\n")
                continue
            held[theirs, here] = {"version": version(package), "theirs": theirs, "here": here, "value": value}
        known = list(held.values())
        target.write_text(json.dumps(known, indent=1) + "\n")
    write_page(known)


if __name__ == "__main__":
    main()
