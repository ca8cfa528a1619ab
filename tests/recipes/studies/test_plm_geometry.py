"""Layers of protein language models on real domains, beside the published curves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.recipes.materials._stand_in_torch import save_tiny_esm
from repscape.recipes.studies._plm_geometry import _published
from repscape.report.map._study import load_map
from tests.data_files import data_file

K = 10


@pytest.fixture(scope="module")
def domains(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Sixty short domains of six superfamilies, at most three of a family."""
    table = pd.read_csv(data_file("scope208_35pct_superfamilies.csv.gz"))
    table = table[table["seq"].str.len() < 75].groupby("family").head(3)
    largest = table["superfamily"].value_counts().index[:6]
    return table[table["superfamily"].isin(largest)].groupby("superfamily").head(12).reset_index(drop=True)


@pytest.fixture
def fasta(domains: pd.DataFrame, tmp_path: Path) -> Path:
    """The same as ASTRAL writes them: the family is in the description."""
    lines = [f">{row.sid} {row.family} (A:) {row.description}\n{row.seq}" for row in domains.itertuples()]
    (tmp_path / "astral.fa").write_text("\n".join(lines))
    return tmp_path / "astral.fa"


def test_the_shipped_curves_are_the_published_ones() -> None:
    held = json.loads(data_file("valeriani_plm_layerwise_curves.json").read_text())["curves"]
    kinds = {"chi_gt": "labels", "chi_first": "first", "chi_last": "last", "chi_next": "next"}
    shipped = {number.key: number.value for number in rs.list_recipes()["plm-geometry"].published}
    compared = 0
    for curve in held:
        size = curve["model"].partition("(")[2].rstrip(")")
        key = f"{kinds[curve['quantity']]}_{size}" if curve["quantity"] in kinds else "dimension_esm1b"
        values = [value for value in curve["value"] if value != 1]  # a layer with itself
        ours = [shipped[f"{key}.{i}"] for i in range(len(values))]
        np.testing.assert_allclose(ours, values, rtol=1e-4)
        compared += len(values)
    assert compared == len(shipped) - 6  # the peaks and plateaus come from elsewhere


def test_published_curves_are_laid_out_by_the_number_of_the_layer() -> None:
    """Whatever axis they came with: that of overlaps with the first layer was one short."""
    ends = {"first": (1, 12), "last": (0, 11), "next": (0, 11), "labels": (0, 12)}
    for kind, (low, high) in ends.items():
        lines = _published(rs.list_recipes()["plm-geometry"], kind)
        where = "SCOPe" if kind == "labels" else "ProteinNet"
        line = lines[f"published: ESM-2 35M, {where}"]
        np.testing.assert_allclose(line.x, np.arange(low, high + 1) / 12)
        assert len(line.values) == high - low + 1
        assert line.expected


@pytest.mark.usefixtures("own_figures_only")
def test_real_domains_through_small_networks(domains: pd.DataFrame, fasta: Path, tmp_path: Path) -> None:
    found = rs.run_recipe("plm-geometry", to=tmp_path / "out", data=fasta, stand_in="always")
    rows = {row.published.key: row for row in found.rows}
    assert {key.rpartition(".")[0] for key, row in rows.items() if row.status == "stand-in"} == {
        "peak", "plateau", *(f"{kind}_{size}" for kind in ("labels", "first", "last", "next") for size in ("8M", "35M")),
    }  # fmt: skip
    assert {row.status for row in found.rows} == {"stand-in", "not run"}
    assert all(rows[f"dimension_esm1b.{i}"].status == "not run" for i in range(34))
    for last, size, place in ((6, "8M", 0), (12, "35M", 1)):
        store = rs.open_store(tmp_path / "out" / "activations" / f"{place}.zarr")
        layers = [np.asarray(store[layer], dtype=np.float64) for layer in store.layers]
        assert len(layers) == last + 1
        near = [neighbours(x) for x in layers]
        first, final, following = (
            rows[f"{kind}_{size}.{at}"].ours.value for kind, at in (("first", 0), ("last", 1), ("next", 2))
        )
        assert np.isclose(first, shared(near[1], near[0]))
        assert np.isclose(final, shared(near[1], near[last]))
        assert np.isclose(following, shared(near[2], near[3]))
        for i in (0, last):
            assert np.isclose(rows[f"labels_{size}.{i}"].ours.value, remote_kin(layers[i], domains))
    drawn = {file.stem for file in (tmp_path / "out" / "figures").glob("*-by-depth.png")}
    assert drawn == {f"{kind}-by-depth" for kind in ("dimension", "labels", "first", "last", "next")}
    assert "at most " in found.notes[-1]
    shown = load_map(tmp_path / "out")
    assert len(shown.places) == 7 + 13
    assert shown.table["sequence"].tolist() == domains["seq"].tolist()
    assert shown.table["superfamily"].tolist() == domains["superfamily"].tolist()


def neighbours(x: np.ndarray) -> np.ndarray:
    distances = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")


def shared(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.mean([len(set(a[:K]) & set(b[:K])) / K for a, b in zip(one, two, strict=True)]))


def remote_kin(x: np.ndarray, domains: pd.DataFrame) -> float:
    """Share of the ten nearest domains of other families that are of the same superfamily."""
    superfamily, family = domains["superfamily"].to_numpy(), domains["family"].to_numpy()
    near = [row[:-1][family[row[:-1]] != family[i]][:K] for i, row in enumerate(neighbours(x))]
    return float(np.mean([superfamily[row] == superfamily[i] for i, row in enumerate(near)]))


@pytest.mark.usefixtures("numbers_only")
def test_what_counts_as_the_study(fasta: Path, tmp_path: Path) -> None:
    """A network of the right name and size on what are said to be the study's sequences; with random weights it differs."""
    own = save_tiny_esm(tmp_path / "esm2_t6_8M_UR50D", layers=6, width=320, rng=0)
    given = {"data": fasta, "models": [f"8M={own}"], "options": {"data_is": "scope"}}
    found = rs.run_recipe("plm-geometry", to=tmp_path / "out", **given)
    status = {row.published.key: row.status for row in found.rows}
    assert status["labels_8M.6"] == "differs"
    assert status["first_8M.0"] == "stand-in"  # SCOPe is not ProteinNet
    assert status["labels_35M.0"] == "not run"
    assert {r.place.model for r in found.results} == {"8M"}
    assert "was said, and cannot be checked" in found.notes[0]
    save_tiny_esm(own, layers=6, width=16, rng=0)
    small = rs.run_recipe("plm-geometry", to=tmp_path / "small", **given)
    assert {row.status for row in small.rows} == {"not run"}  # the name alone makes no ESM-2
    part = rs.run_recipe(
        "plm-geometry", to=tmp_path / "part", **{**given, "options": {"data_is": "scope", "limit": 50}}
    )
    assert "was said" not in part.notes[0]  # a part of the data is not the data


@pytest.mark.usefixtures("numbers_only")
def test_sequences_without_families_have_no_label_overlap(domains: pd.DataFrame, tmp_path: Path) -> None:
    domains[["sid", "seq"]].head(30).to_csv(tmp_path / "plain.csv", index=False)
    found = rs.run_recipe("plm-geometry", to=tmp_path / "out", data=tmp_path / "plain.csv", stand_in="always")
    assert "label overlap is left out" in found.notes[-1]
    assert {row.status for row in found.rows if row.published.key.startswith("labels")} == {"not run"}


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be at most 5. Got 6"):
        rs.run_recipe("plm-geometry", to=tmp_path, models=[f"{i}=a" for i in range(6)])
    with pytest.raises(InputError, match="limit of the recipe plm-geometry must be an int of at least 0"):
        rs.run_recipe("plm-geometry", to=tmp_path, options={"limit": -1})
    with pytest.raises(InputError, match="room for a superfamily. Got 3"):
        rs.run_recipe("plm-geometry", to=tmp_path, options={"limit": 3})
