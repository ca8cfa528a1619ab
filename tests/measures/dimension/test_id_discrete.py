import json

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from repscape.measures.dimension._id_discrete import volume
from tests.golden.dadapy import peak_sets

PEER = json.loads((peak_sets.HERE / "further.json").read_text(encoding="utf-8"))["discrete"]


def test_volumes_of_whole_dimensions() -> None:
    line, plane = (volume(3, d) for d in (1, 2))
    assert (line, plane) == (pytest.approx(7), pytest.approx(25))
    cube = sum(abs(x) + abs(y) + abs(z) <= 2 for x in range(-2, 3) for y in range(-2, 3) for z in range(-2, 3))
    assert volume(2, 3) == pytest.approx(cube)


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


def test_one_hot_and_usual_radii() -> None:
    letters = np.random.default_rng(0).integers(0, 4, size=(200, 6))
    found = rs.id_discrete(np.eye(4)[letters].reshape(200, -1))
    assert found.x.tolist() == sorted(set(found.x.tolist()))
    assert np.isfinite(found.values).any()


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"must hold whole numbers. Got 0.5 at index \(1, 0\)"):
        rs.id_discrete(np.array([[0.0], [0.5], [1.0]]))
    with pytest.raises(DegenerateDataError, match="has no value at radii"):
        rs.id_discrete(100 * np.arange(10)[:, None], radii=(4,))
    with pytest.raises(InputError, match="radii"):
        rs.id_discrete(np.arange(10)[:, None], radii=(0,))
