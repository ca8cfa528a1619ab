"""Many points in little memory: an answer, or a sentence that says what would fit; never a MemoryError."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import MemoryBudgetError
from repscape.machine import check_memory, within_memory
from repscape.measures import every_measure
from repscape.study import run

LIMIT = 2 << 30
SLOW = ("id_isomap", "select_category")  # seconds until they answer, or know; benchmarks/many_points.py waits for them
SCRIPT = f"SLOW = {SLOW!r}\n" + textwrap.dedent("""
    import resource, sys
    import numpy as np, repscape as rs
    from repscape.errors import MemoryBudgetError
    limit = int(sys.argv[1])
    calls = lambda X, n: {
        "sim_rsa": lambda: rs.sim_rsa(X, X[:, ::-1], compare="spearman"),
        "rdm": lambda: rs.rdm(X),
        "embed": lambda: rs.embed(X, method="mds"),
        "cluster_dbscan": lambda: rs.cluster_dbscan(X, eps=100.0),
        "cluster_hdbscan": lambda: rs.cluster_hdbscan(X, metric="cosine"),
        "id_isomap": lambda: rs.id_isomap(X, landmarks=n),
        "sim_procrustes": lambda: rs.sim_procrustes(X, X[:, ::-1]),
        "sim_cka": lambda: rs.sim_cka(X, X[:, ::-1]),
        "sim_svcca": lambda: rs.sim_svcca(X, X[:, ::-1]),
        "select_category": lambda: rs.select_category(X, np.arange(n) % 9),
    }
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for n in map(int, sys.argv[2:]):
        X = np.random.default_rng(0).normal(size=(n, 8)).astype(np.float32)
        for name, call in calls(X, n).items():
            if n > 20_000 and name in SLOW:
                continue
            try:
                call()
                print(n, name, "answered")
            except MemoryBudgetError as error:
                print(n, name, "refused:", error)
""")
QUADRATIC = ("sim_rsa", "rdm", "embed", "cluster_dbscan", "cluster_hdbscan", "id_isomap")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_many_points_in_two_gigabytes() -> None:
    sizes = ("20000", "50000")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(LIMIT), *sizes], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = {tuple(line.split(" ", 2)[:2]): line.split(" ", 2)[2] for line in done.stdout.splitlines()}
    assert {n for n, _ in said} == set(sizes)
    for (n, name), outcome in said.items():
        if name in QUADRATIC:
            assert re.search(rf"refused: .*{name}.* GiB", outcome), (n, said)
        else:
            assert outcome == "answered", (n, name, outcome)
    assert {name for _, name in said} >= set(QUADRATIC)


@pytest.mark.parametrize("name", sorted(every_measure()))
def test_every_measure_refuses_points_that_do_not_fit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function: Any = getattr(rs, name)
    assert inspect.signature(function) == inspect.signature(function.__wrapped__)
    monkeypatch.setattr("repscape.machine._memory.memory_available", lambda: 1 << 20)
    points = np.broadcast_to(np.float32(1), (1 << 20, 16))
    measure = every_measure()[name]
    if "points" not in measure.takes:
        with pytest.raises(MemoryBudgetError, match=rf"{name}.*would need at least 0.12 GiB; 0.00 GiB are free"):
            function(points, *[None] * (len(measure.takes) * measure.arity - 1))
        return
    with pytest.raises(MemoryBudgetError, match=rf"{name}, which works in float64, .* points would fit"):
        function(*[points] * measure.arity, *[None] * (len(measure.takes) - 1))


def test_what_fails_all_the_same_is_a_sentence() -> None:
    @within_memory
    def greedy(X: Any) -> Any:
        raise MemoryError

    with pytest.raises(MemoryBudgetError, match="greedy ran out of memory: .* GiB were free as it began"):
        greedy(np.eye(3))
    check_memory(1 << 20, "anyone")
    with pytest.raises(MemoryBudgetError, match="anyone would need at least .* Take less"):
        check_memory(1 << 60, "anyone", then="Take less.")


def test_a_unit_that_does_not_fit_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {"a": np.random.default_rng(0).normal(size=(60, 4))}
    monkeypatch.setattr("repscape.measures.dimension._id_isomap.memory_available", lambda: 1 << 10)
    with pytest.warns(match="1 unit of the study failed"):
        results = run(layers, rs.Plan(measures=["id_isomap", "id_twonn"]))
    (failed,) = results.failed
    assert "id_isomap would need" in failed.error
    assert [record.variant for record in results] == ["id_twonn"]
