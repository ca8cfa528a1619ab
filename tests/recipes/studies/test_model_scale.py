"""A family of sizes on the same examples, every two compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.recipes.materials._stand_in_torch import save_tiny_esm
from repscape.recipes.studies._model_scale import _matches
from repscape.report.map._study import load_map
from tests.data_files import data_file


@pytest.fixture
def domains(tmp_path: Path) -> Path:
    table = pd.read_csv(data_file("scope208_35pct_superfamilies.csv.gz"))
    table[table["seq"].str.len() < 60].head(40).to_csv(tmp_path / "domains.csv", index=False)
    return tmp_path / "domains.csv"


@pytest.mark.usefixtures("own_figures_only")
def test_three_sizes_of_small_networks_on_real_domains(domains: Path, tmp_path: Path) -> None:
    sizes = {"b": (2, 32), "a": (1, 16), "c": (3, 48)}
    models = [
        f"{name}={save_tiny_esm(tmp_path / name, layers=layers, width=width, rng=0)}"
        for name, (layers, width) in sizes.items()
    ]
    found = rs.run_recipe("model-scale", to=tmp_path / "out", data=domains, models=models, options={"k": 5})
    assert {row.status for row in found.rows} == {"not run"}  # none of them is ESM-2
    pairs = {(r.place.model, r.other.model) for r in found.results.select("overlap_neighbors") if r.other is not None}
    assert pairs == {("a", "b"), ("a", "c"), ("b", "c")}  # from the smallest on
    assert found.notes[-1].startswith(
        "No two models are shown to be more alike than others: best matches share 0.335 (a and"
    )
    assert {file.stem for file in (tmp_path / "out" / "figures").glob("*.png")} >= {
        "overlap-by-ratio",
        "matching-depths",
    }
    shown = load_map(tmp_path / "out")
    assert [(place.model, place.layer.index) for place in shown.places] == [
        ("a", 0), ("a", 1), *(("b", i) for i in range(3)), *(("c", i) for i in range(4)),
    ]  # fmt: skip
    assert shown.table["seq"].tolist() == pd.read_csv(domains)["seq"].tolist()
    assert shown.pictures is None


@pytest.mark.usefixtures("numbers_only")
def test_all_five_sizes_are_stood_in_for(tmp_path: Path) -> None:
    found = rs.run_recipe("model-scale", to=tmp_path, options={"limit": 12, "k": 3}, stand_in="always")
    assert [row.status for row in found.rows] == ["stand-in"] * 6
    assert all(row.ours.stand_in == "a small network with random weights; made-up sequences" for row in found.rows)
    assert len({r.place.model for r in found.results.select("id_twonn")}) == 5
    assert {r.place.model for r in found.results} == {
        f"{size} stand-in" for size in ("8M", "35M", "150M", "650M", "3B")
    }
    assert found.notes[0].startswith("Small ESM networks")


def test_the_best_match_of_a_copied_layer_is_the_copy() -> None:
    rng = np.random.default_rng(0)
    x, y, z = (rng.normal(size=(80, 4)) for _ in range(3))
    results = rs.run(
        {"large": {"0": z, "1": y, "2": rng.normal(size=(80, 4)), "3": x}, "small": {"0": y, "1": x * 2}},
        rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles="models"),
    )
    (match,) = _matches(results, {"large": 10, "small": 100})  # the order is that of the sizes
    assert (match.smaller, match.larger, match.ratio) == ("large", "small", 10)
    assert match.matched[[1, 3]].tolist() == [0, 1]
    assert match.overlaps[[1, 3]].tolist() == [1, 1]
    results = rs.run(
        {"small": {"0": y, "1": x * 2}, "large": {"0": z, "1": y, "2": rng.normal(size=(80, 4)), "3": x}},
        rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles="models"),
    )
    (match,) = _matches(results, {"large": 100, "small": 10})
    np.testing.assert_allclose(match.matched, [1 / 3, 1])
    assert match.overlap == 1
    assert np.isclose(match.gap, 1 / 6)
    assert np.isclose(match.chance, 5 / 79)


@pytest.mark.usefixtures("numbers_only")
def test_residual_networks_on_images(tmp_path: Path) -> None:
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as held:
        np.savez(tmp_path / "images.npz", images=held["images"][::100], labels=held["labels"][::100])
    models = [
        f"{depth}={data_file(f'models/resnet{depth}-{sha256}.th')}"
        for depth, sha256 in ((20, "12fca82f"), (32, "d509ac18"))
    ]
    found = rs.run_recipe(
        "model-scale",
        to=tmp_path / "out",
        data=tmp_path / "images.npz",
        models=models,
        options={"kind": "image", "k": 5},
    )
    frame = found.results.select("overlap_neighbors").to_frame()
    assert len(frame) == 9 * 15  # blocks of the one, blocks of the other
    first, last = frame.iloc[0], frame.iloc[-1]
    assert min(first["value"], last["value"]) > 5 * first["chance"]  # trained alike, they see alike
    assert "50 examples of images.npz were read" in found.notes[0]
    with np.load(tmp_path / "images.npz") as held:
        np.testing.assert_array_equal(load_map(tmp_path / "out").pictures, held["images"])


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be 2 to 8. Got 1"):
        rs.run_recipe("model-scale", to=tmp_path, models=["a=b"])
    with pytest.raises(
        InputError, match="kind=image of the recipe model-scale goes with --data and models of your own"
    ):
        rs.run_recipe("model-scale", to=tmp_path, options={"kind": "image"})
