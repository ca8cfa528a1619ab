"""MNIST and KMNIST, whole, and digits in their place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import repscape as rs
from repscape.errors import InputError
from repscape.report.map._study import load_map
from tests.data_files import data_file


@pytest.mark.slow
@pytest.mark.usefixtures("own_figures_and_report")
def test_which_is_higher(tmp_path: Path) -> None:
    places = {name: str(data_file(f"{name}_test_10k.npz")) for name in ("mnist", "kmnist")}
    found = rs.run_recipe("mnist-kmnist", to=tmp_path, options=places)
    assert {row.status for row in found.rows} == {"reproduced"}
    assert len(found.rows) == 22
    assert "kmnist has the higher dimension: kmnist 17.96" in found.notes[-1]
    frame = found.results.select("overlap_values").to_frame()
    assert frame.set_index("group")["value"].between(0.003, 0.5).all()  # chance is 30 / 9,999
    assert found.report.exists()
    shown = load_map(tmp_path)
    assert shown.n == 20_000
    assert shown.pictures.shape[1:] == (28, 28, 3)
    images = np.concatenate([np.load(place)["images"] for place in places.values()])
    np.testing.assert_array_equal(shown.pictures[..., 0], images[shown.rows].reshape(-1, 28, 28))


@pytest.mark.usefixtures("numbers_only")
def test_digits_stand_in(tmp_path: Path) -> None:
    found = rs.run_recipe("mnist-kmnist", to=tmp_path, stand_in="always")
    assert {row.status for row in found.rows} == {"stand-in"}
    assert "stand in for MNIST and KMNIST (as was asked)" in found.notes[0]
    assert "kmnist has the higher dimension" in found.notes[-1]  # noise has many dimensions
    shown, digits = load_map(tmp_path), load_digits()
    assert list(shown.table.columns) == ["images", "label", "luminance"]
    assert [place.layer.name for place in shown.places] == ["pixels"]
    own = shown.rows < len(digits.images)
    assert shown.table["images"].tolist() == np.where(own, "mnist", "kmnist").tolist()
    pictures = shown.pictures[own][..., 0].reshape(-1).astype(float)
    assert np.corrcoef(pictures, digits.images[shown.rows[own]].reshape(-1))[0, 1] > 0.9999  # stretched, and no more


@pytest.mark.usefixtures("numbers_only")
def test_other_images_reproduce_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("mnist", "kmnist"):
        np.savez(
            tmp_path / f"{name}.npz",
            images=rng.integers(0, 255, (400, 6, 6), dtype=np.uint8),
            labels=rng.integers(0, 4, 400),
        )
    places = {name: str(tmp_path / f"{name}.npz") for name in ("mnist", "kmnist")}
    found = rs.run_recipe("mnist-kmnist", to=tmp_path / "out", options=places)
    assert {row.status for row in found.rows} == {"stand-in"}
    assert found.rows[0].ours.stand_in == "other images than the published ones (mnist)"
    assert "cannot be told" in found.notes[-1]
    with pytest.raises(InputError, match="nowhere"):
        rs.run_recipe("mnist-kmnist", to=tmp_path / "no", options={"mnist": "nowhere/here"}, stand_in="never")
