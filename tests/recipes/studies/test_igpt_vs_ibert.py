"""Two models at equal layers: from files as a lab saves them, and from small models whose neighbours are saved first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.recipes import RecipeRun, _run
from repscape.recipes.studies import _igpt_vs_ibert
from repscape.report.map._study import load_map
from repscape.study import import_arrays
from tests.cli.published import SITES, labels, publish
from tests.data_files import data_file

N, K, LAYERS = 150, 15, range(1, 50, 24)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lab")
    for seed, name in enumerate(("igpt", "ibert")):
        publish(home / name, n=N, layers=LAYERS, seed=seed)
    np.save(home / "classes.npy", labels(N))
    return home


def given(home: Path) -> list[str]:
    return [f"igpt={home / 'igpt'}", f"ibert={home / 'ibert'}"]


@pytest.fixture(scope="module")
def found(home: Path) -> RecipeRun:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_run, "save_painted", lambda results, where: {})
        return rs.run_recipe("igpt-vs-ibert", to=home / "out", models=given(home), data=home / "classes.npy")


def read(home: Path, model: str, site: str, index: int) -> tuple[np.ndarray, np.ndarray]:
    stem = home / model / site / f"layer{index}_post_mlp"
    return np.load(f"{stem}_indices.npy")[:, 1:], np.load(f"{stem}_dist.npy")[:, 1:]


def test_what_saved_neighbours_say_by_hand(home: Path, found: RecipeRun) -> None:
    kept = N * 9 // 10
    for site in SITES:
        for index in LAYERS:
            (ours, distances), (theirs, _) = (read(home, model, site, index) for model in ("igpt", "ibert"))
            log_mu = np.sort(np.log(distances[:, 1] / distances[:, 0]))
            expected = {
                "id_twonn(estimator='mle')": (N - 1) / log_mu.sum(),
                "id_twonn(estimator='mle', fraction=0.9)": (kept - 1)
                / (log_mu[:kept].sum() + (N - kept) * log_mu[kept - 1]),
                "id_twonn(estimator='trimmed')": kept / log_mu[:kept].sum(),
                f"overlap_neighbors(k={K})": np.mean(
                    [len(np.intersect1d(a, b)) / K for a, b in zip(ours, theirs, strict=True)]
                ),
                f"overlap_labels(k={K})": (labels(N)[ours] == labels(N)[:, None]).mean(),
            }
            held = [one for one in found.results.select(model="igpt", site=site) if one.place.layer.index == index]
            assert {one.variant: one.result.value for one in held} == pytest.approx(expected)


def test_only_the_closed_form_is_set_beside_files_of_ones_own(found: RecipeRun) -> None:
    assert [row.status for row in found.rows] == ["reproduced", "not run"]
    assert found.rows[0].ours.value == pytest.approx(0.9 / (0.9 + 0.1 * np.log(0.1)), abs=0.05)
    assert [note.partition(":")[0] for note in found.notes] == sorted(SITES)
    figures = {file.stem for file in (found.report.parent / "figures").glob("*.png")}
    assert figures == {"equal-layers", *(f"ten-percent-{site}" for site in SITES)}


def test_saved_neighbours_have_no_points_and_the_page_says_so_in_a_sentence(found: RecipeRun, tmp_path: Path) -> None:
    folder = found.report.parent
    again = rs.write_report(rs.load_results(folder), tmp_path / "again.html", study=folder)
    for page in (found.report, again):
        text = page.read_text(encoding="utf-8")
        assert (
            "Single examples are not shown: this study was made from saved neighbours, which hold no points.</p>"
            in text
        )
        assert 'id="map-layer"' not in text
        assert "Got {" not in text
    assert load_map(folder) is None


@pytest.mark.usefixtures("numbers_only")
@pytest.mark.parametrize("kind", ["neighbours", "points"])
def test_what_was_imported_is_shown_where_it_holds_points(home: Path, tmp_path: Path, kind: str) -> None:
    for seed, name in enumerate(("igpt", "ibert")):
        source = home / name
        if kind == "points":
            source = tmp_path / f"{name}.npz"
            np.savez(source, **{f"layer{i}": np.random.default_rng(seed).normal(size=(N, 6)) for i in range(3)})
        import_arrays(source, tmp_path / name)
    found = rs.run_recipe("igpt-vs-ibert", to=tmp_path / "out", models=given(tmp_path), options={"k": 5})
    shown = load_map(found.report.parent)
    assert (None if shown is None else [place.model for place in shown.places]) == (
        ["igpt"] * 3 + ["ibert"] * 3 if kind == "points" else None
    )


@pytest.mark.usefixtures("numbers_only")
def test_without_classes_label_overlap_is_left_out(home: Path, tmp_path: Path) -> None:
    result = rs.run_recipe("igpt-vs-ibert", to=tmp_path, models=given(home))
    assert {one.info.name for one in result.results} == {"id_twonn", "overlap_neighbors"}
    assert "label overlap is left out" in result.notes[0]


@pytest.mark.usefixtures("own_figures_only")
def test_small_models_stand_in_and_their_files_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_igpt_vs_ibert, "LAYERS", 2)
    result = rs.run_recipe(
        "igpt-vs-ibert", to=tmp_path, data=data_file("cifar10_test_5k_jpeg.npz"), options={"per_class": 15}
    )
    assert [row.status for row in result.rows] == ["stand-in", "stand-in"]
    assert result.rows[0].ours.value == pytest.approx(1.344, abs=0.05)
    assert result.rows[1].ours.value < 1e-9
    assert "stand in for igpt and ibert (no folder igpt or ibert)" in result.notes[0]
    assert "says anything about image GPT or image BERT" in result.notes[0]
    shown = load_map(tmp_path)
    assert {(place.model, place.layer.site) for place in shown.places} == {
        (f"{name}-stand-in", site) for name in ("igpt", "ibert") for site in SITES
    }
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as held:
        rows = np.concatenate([np.flatnonzero(held["labels"] == name)[:15] for name in range(10)])
        np.testing.assert_array_equal(shown.pictures, held["images"][rows])
        assert shown.table["class"].tolist() == held["labels"][rows].tolist()
    files = tmp_path / "activations" / "neighbours"
    assert {path.name for path in files.iterdir()} == {"igpt-stand-in", "ibert-stand-in"}
    assert {path.name for path in (files / "igpt-stand-in").iterdir()} == set(SITES)
    stored = rs.open_store(tmp_path / "activations" / "0.zarr")
    layer = next(key for key in stored if stored.info(key).site == "mlp" and stored.info(key).index == 2)
    points = np.asarray(stored[layer], dtype=np.float64)
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    saved = np.load(files / "igpt-stand-in" / "post_mlp" / "layer2_post_mlp_dist.npy")
    np.testing.assert_allclose(saved[:, :3], np.sort(apart, axis=1)[:, :3], atol=1e-9)


def test_files_that_say_something_else_are_seen(found: RecipeRun) -> None:
    """The difference that is set beside 0 is one that can be found."""
    from dataclasses import replace

    first, *others = found.results.records
    changed = replace(found.results, records=(replace(first, result=replace(first.result, value=0.5)), *others))
    same, moved = (_igpt_vs_ibert._ours(found.results, one, "")[1].value for one in (found.results, changed))
    assert same == 0
    assert moved == pytest.approx(abs(first.result.value - 0.5))


def test_what_cannot_be_compared_is_said(home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be two. Got 1"):
        rs.run_recipe("igpt-vs-ibert", to=tmp_path / "out", models=given(home)[:1])
    with pytest.raises(InputError, match="give --model igpt=DIR --model ibert=DIR"):
        rs.run_recipe("igpt-vs-ibert", to=tmp_path / "out", stand_in="never")
    assert not (tmp_path / "out").exists()
    assert rs.forecast_recipe("igpt-vs-ibert", models=given(home))[0] == (
        f"The neighbours saved in {home / 'igpt'} would be read."
    )
