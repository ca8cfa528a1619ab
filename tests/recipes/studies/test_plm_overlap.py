"""Two protein language models, layer by layer: from models, and from all that can be saved of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.recipes.studies._plm_overlap import _drawn
from repscape.report.map._study import load_map
from tests.data_files import data_file

N, K = 60, 5
QUICK = {"k": K}
DEEP = 26  # normal dimensions of which 300 points show about twenty


@pytest.fixture
def layers() -> dict[str, dict[str, np.ndarray]]:
    """Two models of the same sixty points, whose second layers are turned copies of one another."""
    rng = np.random.default_rng(0)
    shared, turn = rng.normal(size=(N, 4)), np.linalg.qr(rng.normal(size=(4, 4)))[0]
    deep = {"layer0": rng.normal(size=(N, 3)), "layer1": shared, "layer2": rng.normal(size=(N, 3))}
    return {"one": deep, "two": {"layer0": rng.normal(size=(N, 3)), "layer1": shared @ turn}}


def matrix(results: rs.Results) -> dict[tuple[int, int], float]:
    return {
        (r.place.layer.index, r.other.layer.index): r.result.value
        for r in results.select("overlap_neighbors")
        if r.other is not None
    }


def by_hand(x: np.ndarray, y: np.ndarray) -> float:
    """Share of K neighbours in common, by sorting all distances."""
    near = []
    for points in (x, y):
        distances = np.linalg.norm(points[:, None] - points[None], axis=2)
        np.fill_diagonal(distances, np.inf)
        near.append(np.argsort(distances, axis=1)[:, :K])
    return float(np.mean([len(set(a) & set(b)) / K for a, b in zip(*near, strict=True)]))


def again(folder: Path) -> str:
    """Return what a later report of the folder says in place of the map."""
    text = rs.write_report(rs.load_results(folder), folder / "again.html", study=folder).read_text(encoding="utf-8")
    assert 'id="map-layer"' not in text
    assert "Got {" not in text
    return text.partition("Single examples are not shown: ")[2][:200]


@pytest.mark.usefixtures("own_figures_only")
def test_small_networks_stand_in_for_models_on_real_sequences(tmp_path: Path) -> None:
    data = data_file("scope208_35pct_superfamilies.csv.gz")
    found = rs.run_recipe("plm-overlap", to=tmp_path, data=data, options={"limit": 24, **QUICK}, stand_in="always")
    assert [row.status for row in found.rows] == ["stand-in", "not run", "not run"] * 2
    assert found.rows[0].ours.stand_in == "a small network with random weights; other sequences than the study's"
    assert found.rows[0].ours.value >= found.rows[3].ours.value > 0
    assert found.notes[0].startswith("Small ESM networks")
    assert "no number below says anything about the published models" in found.notes[0]
    assert "24 sequences of scope208" in found.notes[1]
    assert {r.place.model for r in found.results} == {"150M stand-in", "35M stand-in"}
    assert set(matrix(found.results)) == {(i, j) for i in range(11) for j in range(5)}
    assert (tmp_path / "figures" / "layers-of-two-models.png").exists()
    shown = load_map(tmp_path)
    assert len(shown.places) == 11 + 5
    assert {"seq", "superfamily", "family"} <= set(shown.table.columns)


@pytest.mark.parametrize("form", ["npz of both", "folder of npz", "folder of folders"])
@pytest.mark.usefixtures("numbers_only")
def test_saved_embeddings(layers: dict[str, dict[str, np.ndarray]], form: str, tmp_path: Path) -> None:
    data = tmp_path / ("saved.npz" if form == "npz of both" else "saved")
    if form == "npz of both":
        np.savez(data, **{f"{model}/{name}": x for model, held in layers.items() for name, x in held.items()})
    for model, held in layers.items() if form != "npz of both" else ():
        (data / model).mkdir(parents=True, exist_ok=True) if form == "folder of folders" else data.mkdir(exist_ok=True)
        if form == "folder of npz":
            np.savez(data / f"{model}.npz", **held)
            continue
        for name, x in held.items():
            np.save(data / model / f"{name}.npy", x)
    found = rs.run_recipe("plm-overlap", to=tmp_path / "out", data=data, options=QUICK)
    cells = matrix(found.results)
    assert cells[1, 1] == 1
    assert all(
        np.isclose(value, by_hand(layers["one"][f"layer{i}"], layers["two"][f"layer{j}"]))
        for (i, j), value in cells.items()
    )
    assert found.notes[-1].endswith(
        "layers of one and of two: most alike between layers 1 (layer1) and 1 (layer1), 1 ± 0."
    )
    assert {row.status for row in found.rows} == {"not run"}  # neither is called as a model of the study
    assert [place.model for place in load_map(tmp_path / "out").places] == ["one"] * 3 + ["two"] * 2


@pytest.mark.usefixtures("numbers_only")
def test_saved_neighbour_indices_of_two_of_three_models(
    layers: dict[str, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    names = {"esm2_t12_35M_UR50D": "one", "esm2_t30_150M_UR50D": "two", "other": "two"}
    for name, model in names.items():
        folder = tmp_path / "saved" / f"{name}-idx"
        folder.mkdir(parents=True)
        for i, x in enumerate(layers[model].values()):
            near = rs.knn_graph(x, 50).indices
            np.save(folder / f"{name}_rep{i}_{N}-idx.npy", np.column_stack([np.arange(N), near[:, :49]]))
    given: dict[str, Any] = {"data": tmp_path / "saved", "options": {**QUICK, "input_layer": False}}
    found = rs.run_recipe("plm-overlap", to=tmp_path / "out", **given)
    assert list({r.place.model: 0 for r in found.results}) == ["esm2_t30_150M_UR50D"]  # the default two, in their order
    assert set(matrix(found.results)) == {(1, 1), (1, 2)}
    assert matrix(found.results)[1, 1] == 1
    assert "id_twonn" not in {r.info.name for r in found.results}  # indices alone have no dimension
    assert "made from saved neighbours, which hold no points." in again(tmp_path / "out")
    named = rs.run_recipe("plm-overlap", to=tmp_path / "named", models=["esm2_t12_35M_UR50D", "other"], **given)
    assert set(matrix(named.results)) == {(1, 1), (2, 1)}
    with pytest.raises(UnknownNameError, match="Did you mean 'other'"):
        rs.run_recipe("plm-overlap", to=tmp_path / "no", models=["esm2_t12_35M_UR50D", "othr"], **given)


@pytest.mark.usefixtures("numbers_only")
def test_a_saved_matrix(tmp_path: Path) -> None:
    cells = np.random.default_rng(0).random((3, 4))
    np.save(tmp_path / "chi.npy", cells)
    found = rs.run_recipe("plm-overlap", to=tmp_path / "out", data=tmp_path / "chi.npy", models=["a=a", "b=b"])
    assert matrix(found.results) == {(i, j): cells[i, j] for i in range(3) for j in range(4)}
    assert rs.load_results(tmp_path / "out") == found.results
    assert "made from a saved matrix of overlaps, which holds no points." in again(tmp_path / "out")
    drawing, _ = _drawn(found.results, ("a", "b"), 10)
    np.testing.assert_array_equal(drawing.figure.axes[0].get_images()[0].get_array(), cells)
    assert drawing.figure.axes[0].get_ylabel() == "layer of a"
    plain = rs.run_recipe(
        "plm-overlap", to=tmp_path / "plain", data=tmp_path / "chi.npy", options={"input_layer": False}
    )
    assert set(matrix(plain.results)) == {(i, j) for i in (1, 2) for j in (1, 2, 3)}
    assert {r.place.model for r in plain.results} == {"first model"}  # whose they are nobody said
    np.save(tmp_path / "chi.npy", cells + 0.5)
    with pytest.raises(InputError, match="overlaps, from 0 to 1"):
        rs.run_recipe("plm-overlap", to=tmp_path / "no", data=tmp_path / "chi.npy")
    np.save(tmp_path / "chi.npy", cells[0])
    with pytest.raises(InputError, match=r"matrix of overlaps.*shape \(4,\)"):
        rs.run_recipe("plm-overlap", to=tmp_path / "no", data=tmp_path / "chi.npy")


@pytest.mark.usefixtures("numbers_only")
def test_saved_layers_of_the_very_study_count_only_by_your_word(tmp_path: Path) -> None:
    """Twenty dimensions as published: a stand-in's, unless the sequences are said to be the study's."""
    x = np.random.default_rng(0).normal(size=(300, 40))
    for model in ("esm2_t12_35M_UR50D", "esm2_t30_150M_UR50D"):
        (tmp_path / "saved" / model).mkdir(parents=True)
        for i, d in enumerate((5, DEEP, 6)):
            np.save(tmp_path / "saved" / model / f"layer{i}.npy", x[:, :d])
    given = {"data": tmp_path / "saved"}
    other = rs.run_recipe("plm-overlap", to=tmp_path / "a", **given)
    assert [row.status for row in other.rows][::3] == ["stand-in", "stand-in"]
    said = rs.run_recipe("plm-overlap", to=tmp_path / "b", options={"data_is": "proteinnet"}, **given)
    assert [row.status for row in said.rows][::3] == ["reproduced", "reproduced"]
    assert 18 < said.rows[0].ours.value < 22


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be two. Got 1"):
        rs.run_recipe("plm-overlap", to=tmp_path, models=["a"])
    with pytest.raises(InputError, match="k of the recipe plm-overlap must be an int of at least 1"):
        rs.run_recipe("plm-overlap", to=tmp_path, options={"k": 0})
    with pytest.raises(InputError, match="must be a FASTA file or a table"):
        rs.run_recipe("plm-overlap", to=tmp_path, stand_in="never")
    np.savez(tmp_path / "one.npz", **{"a/0": np.eye(9), "b/0": np.eye(9), "c/0": np.eye(9)})
    with pytest.raises(InputError, match="data hold 3 models, and two are compared: a, b, c"):
        rs.run_recipe("plm-overlap", to=tmp_path / "out", data=tmp_path / "one.npz")


@pytest.mark.usefixtures("numbers_only")
def test_without_data_sequences_are_made_up(tmp_path: Path) -> None:
    said = rs.forecast_recipe("plm-overlap", stand_in="always")
    assert "made-up sequences" in said[1]
    found = rs.run_recipe("plm-overlap", to=tmp_path, options={"limit": 20, **QUICK}, stand_in="always")
    assert "20 made-up sequences" in found.notes[1]
    assert found.rows[0].ours.stand_in == "a small network with random weights; made-up sequences"
