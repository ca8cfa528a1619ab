"""ResNets of several depths: the published ones on images at hand, and untrained ones that pass for nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

import repscape as rs
from repscape.errors import InputError
from repscape.report.map._study import load_map
from tests.data_files import data_file

FIGURES = {"dimension-accuracy", "id_twonn", "overlap_neighbors-models", "sim_cka-models"}


def weights(*depths: str) -> list[str]:
    return [f"resnet{depth[:2]}={data_file(f'models/resnet{depth}.th')}" for depth in depths]


@pytest.mark.slow
def test_the_published_networks(tmp_path: Path) -> None:
    found = rs.run_recipe(
        "resnet-depths",
        to=tmp_path,
        models=weights("20-12fca82f", "32-d509ac18"),
        data=data_file("cifar10_test_5k_jpeg.npz"),
    )
    assert [row.status for row in found.rows] == ["stand-in", "reproduced"]
    assert found.rows[1].ours.value == pytest.approx(0.809)
    assert found.rows[0].ours.stand_in == "1000 images of cifar10_test_5k_jpeg.npz"
    assert "accuracy 0.809" in found.notes[-1]
    assert "of resnet32 (0.820)" in found.notes[-1]
    maps = found.results.to_frame().query("profile == 'models'")
    assert maps.groupby("measure").size().to_dict() == {"overlap_neighbors": 9 * 15, "sim_cka": 9 * 15}
    assert {file.stem for file in (tmp_path / "figures").glob("*.svg")} == FIGURES
    _check_by_hand(found.results, tmp_path)
    shown = load_map(tmp_path)
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as held:
        rows = np.arange(1000)[shown.rows] * 5
        np.testing.assert_array_equal(shown.pictures, held["images"][rows])
        assert shown.table["label"].tolist() == held["labels"][rows].tolist()
    assert found.rows[0].published.value == 0.9173  # the table's test error is 8.27 %
    near = maps.query("measure == 'sim_cka'").groupby("index")["value"].idxmax()
    matched = maps.loc[near, "other_depth"].to_numpy()
    assert np.corrcoef(np.sort(maps["depth"].unique()), matched)[0, 1] > 0.9  # like depths are most alike


def _check_by_hand(results: rs.Results, folder: Path) -> None:
    """Overlap and CKA of the last blocks, from the stored rows."""
    one, other = (rs.open_store(folder / "activations" / f"{place}.zarr") for place in (0, 1))
    X, Y = (np.asarray(store[list(store)[-1]], dtype=np.float64) for store in (one, other))
    assert X.shape == Y.shape == (1000, 64)
    near = [NearestNeighbors(n_neighbors=30).fit(points).kneighbors(return_distance=False) for points in (X, Y)]
    shared = np.mean([len(np.intersect1d(a, b)) / 30 for a, b in zip(*near, strict=True)])
    X, Y = X - X.mean(0), Y - Y.mean(0)
    alike = (X.T @ Y).ravel() @ (X.T @ Y).ravel() / (np.linalg.norm(X.T @ X) * np.linalg.norm(Y.T @ Y))
    for measure, expected in (("overlap_neighbors", shared), ("sim_cka", alike)):
        value = next(
            record.result.value
            for record in results.select(measure)
            if record.place.layer.depth == record.other.layer.depth == 1
        )
        assert value == pytest.approx(expected, abs=1e-6)


@pytest.mark.usefixtures("own_figures_only")
def test_untrained_networks_stand_in_and_say_so(tmp_path: Path) -> None:
    found = rs.run_recipe("resnet-depths", to=tmp_path, stand_in="always", options={"images": 60, "k": 10})
    assert {row.status for row in found.rows} == {"stand-in"}
    assert "random weights stand in for resnet20, resnet32, resnet56 (as was asked)" in found.notes[0]
    assert "digits, enlarged, stand in for uoft-cs/cifar10" in found.notes[0]
    assert {record.place.model for record in found.results} == {
        "resnet20 stand-in", "resnet32 stand-in", "resnet56 stand-in",
    }  # fmt: skip
    shown = load_map(tmp_path)
    assert len(shown.places) == 9 + 15 + 27
    assert shown.pictures.shape == (60, 32, 32, 3)
    assert {"label"} <= set(shown.table.columns)


def test_weights_that_are_none_of_ours(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no nowhere\.th"):
        rs.run_recipe("resnet-depths", to=tmp_path, models=["a=nowhere.th", "b=nowhere.th"])
    (tmp_path / "bad.th").write_bytes(b"no weights")
    with pytest.raises(InputError, match=r"bad\.th cannot be read"):
        rs.run_recipe("resnet-depths", to=tmp_path / "out", models=[f"a={tmp_path / 'bad.th'}", "b=nowhere.th"])
    with pytest.raises(InputError, match=r"two or more. Got 1"):
        rs.run_recipe("resnet-depths", to=tmp_path / "out", models=["a=nowhere.th"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("key", ["missing", "changed"])
def test_other_weights_reproduce_nothing(key: str, tmp_path: Path) -> None:
    """Even where the file bears the published name."""
    import torch

    from repscape.recipes.materials._resnet_torch import CifarResNet, open_resnet

    held = {f"module.{name}": value for name, value in CifarResNet(3).state_dict().items()}
    if key == "missing":
        del held["module.linear.bias"]
    torch.save({"state_dict": held}, tmp_path / "resnet20-12fca82f.th")
    if key == "missing":
        with pytest.raises(InputError, match="holds no CIFAR ResNet"):
            open_resnet(str(tmp_path / "resnet20-12fca82f.th"))
    else:
        model, sha = open_resnet(str(tmp_path / "resnet20-12fca82f.th"))
        assert sha == ""
        assert sum(one.numel() for one in model.module.parameters()) == 269_722  # as He et al. count: 0.27 million
