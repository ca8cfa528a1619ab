import json
import math

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from repscape.measures.dimension._id_discrete import log_share
from repscape.measures.dimension._id_discrete_kernels import log_volumes
from tests.golden.dadapy import peak_sets

PEER = json.loads((peak_sets.HERE / "further.json").read_text(encoding="utf-8"))["discrete"]


def volume(radius: int, d: float, *, even: bool = False) -> float:
    return math.exp(log_volumes(radius, radius, d, even)[1])


def test_volumes_of_whole_dimensions() -> None:
    line, plane = (volume(3, d) for d in (1, 2))
    assert (line, plane) == (pytest.approx(7), pytest.approx(25))
    steps = [abs(x) + abs(y) + abs(z) for x in range(-4, 5) for y in range(-4, 5) for z in range(-4, 5)]
    assert volume(2, 3) == pytest.approx(sum(one <= 2 for one in steps))
    assert volume(4, 3, even=True) == pytest.approx(sum(one <= 4 and one % 2 == 0 for one in steps))


def test_volumes_too_large_for_a_number() -> None:
    """From 2,500 steps in 200 dimensions no number holds the volume; its logarithm is there, and goes on as a power."""
    assert log_volumes(1, 30_000, 200.0, False)[1] == pytest.approx(
        200 * math.log(2 * 30_000.5) - math.lgamma(201), abs=1e-2
    )
    near, far = (log_share(2.0, inner=r, outer=2 * r, even=False) for r in (90_000, 10**7))
    assert near == pytest.approx(far, abs=1e-4)
    found = rs.id_discrete(np.random.default_rng(0).integers(0, 30_000, (500, 2)))
    assert found.values[:3] == pytest.approx([2, 2, 2], abs=0.25)
    assert np.isfinite(rs.id_discrete(np.random.default_rng(0).integers(0, 3000, (500, 3))).values).all()


def test_equal_to_dadapy() -> None:
    """The peer's maximum is searched to about 1e-5; its volumes count the point itself, as ours do."""
    found = rs.id_discrete(peak_sets.lattice(), radii=(10, 20, 30), error="model")
    assert found.details["inner"].tolist() == [row[1] for row in PEER["mle"]]
    assert found.values == pytest.approx([float(row[2]) for row in PEER["mle"]], rel=2e-5)
    assert found.stderr == pytest.approx([float(row[3]) for row in PEER["mle"]], rel=1e-3)


def test_known_dimension_and_its_error() -> None:
    curves = [rs.id_discrete(np.random.default_rng(i).integers(0, 50, (400, 2)), radii=(8,)) for i in range(30)]
    values = [curve.values[0] for curve in curves]
    assert np.mean(values) == pytest.approx(2, abs=0.15)  # the edges of the lattice are felt
    assert 0.7 < np.mean([curve.stderr[0] for curve in curves]) / np.std(values, ddof=1) < 1.4


def test_one_hot_rows_stand_at_even_distances() -> None:
    """Counted against all points of the lattice, values would jump between even and odd radii: 5.6, 7.3, 10.2, 3.9."""
    letters = np.random.default_rng(0).integers(0, 4, size=(400, 10))
    points = np.eye(4)[letters].reshape(400, -1)
    found = rs.id_discrete(points)
    assert found.options["even"]
    assert (found.x % 2 == 0).all()
    assert np.abs(np.diff(found.values)).max() < 1
    assert not rs.id_discrete(letters, radii=(6, 12)).options["even"]
    grid = np.random.default_rng(0).integers(0, 60, (3000, 2))
    chess = rs.id_discrete(grid[grid.sum(axis=1) % 2 == 0], radii=(8, 9))
    assert chess.values == pytest.approx([2, 2], abs=0.15)


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"must hold whole numbers. Got 0.5 at index \(1, 0\)"):
        rs.id_discrete(np.array([[0.0], [0.5], [1.0]]))
    with pytest.raises(DegenerateDataError, match="has no value at radii"):
        rs.id_discrete(100 * np.arange(10)[:, None], radii=(4,))
    with pytest.raises(InputError, match="radii"):
        rs.id_discrete(np.arange(10)[:, None], radii=(0,))
