"""The word exercise, whole, on vectors that are at hand; and on made-up ones, which pass for nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.recipes import RecipeRun, _run
from repscape.recipes.studies import _word_rsa
from repscape.report import map_examples
from repscape.report.map._study import load_map
from tests.data_files import data_file

FIGURES = {"words-similarities", "words-within-between", "words-rsa", "words-clusters"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> RecipeRun:
    return rs.run_recipe(
        "word-rsa", to=tmp_path_factory.mktemp("words"), models=given_models(), options={"missing": "drop"}
    )


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the recipe's own figures, which take most of the time."""
    monkeypatch.setattr(_word_rsa, "compared", lambda *given, **options: ((), []))


def given_models() -> list[str]:
    return [f"wiki={data_file('glove_6B_50d_subset.npz')}", f"twitter={data_file('glove_twitter_25d_12k.npz')}"]


def test_every_published_number_is_reproduced(found: RecipeRun) -> None:
    assert [row.status for row in found.rows] == ["reproduced"] * 4
    np.testing.assert_allclose(found.table["ours"], [2.876, 1.239, 2.337, 0.7143], atol=5e-4)
    held = pd.read_csv(found.report.parent / "comparison.csv")
    assert held["status"].tolist() == ["reproduced"] * 4
    assert held["published"].tolist() == [2.876, 1.239, 2.337, 0.7143]


def test_missing_words_and_members_of_clusters_are_said(found: RecipeRun) -> None:
    said = "\n".join(found.notes)
    assert "wiki has no kiwi, starfruit." in said
    assert "twitter has no spaceship, stool, kiwi, watermelon, starfruit." in said
    assert "wiki, euclidean, cluster 2: apple, banana, pear, orange, peach." in said
    assert "twitter, euclidean, in no cluster: space, planet" in said
    assert "scale of a t-SNE plane" in said


def test_figures_and_report_are_written(found: RecipeRun) -> None:
    folder = found.report.parent
    assert {file.stem for file in (folder / "figures").glob("*.svg")} >= FIGURES
    page = found.report.read_text(encoding="utf-8")
    assert "Ours and published" in page
    assert "repscape recipe word-rsa" in page
    assert {record.info.name for record in found.results} == {"select_category", "sim_rsa"}


def test_the_page_shows_the_words_beside_their_neighbours(found: RecipeRun) -> None:
    shown = load_map(found.report.parent)
    assert [place.model for place in shown.places] == ["wiki", "twitter"]
    words = shown.table["word"].tolist()
    assert shown.table.set_index("word")["group"][["chair", "apple", "planet"]].tolist() == [
        "furniture",
        "fruit",
        "space",
    ]
    with np.load(data_file("glove_6B_50d_subset.npz")) as held:
        vectors = dict(zip(held["words"].tolist(), held["vectors"], strict=True))
    own = np.array([vectors[word] for word in words], dtype=np.float64)
    near = np.linalg.norm(own - own[words.index("apple")], axis=1).argsort()[1]
    assert words[shown.neighbors[0, words.index("apple"), 0]] == words[near]


def test_missing_words_stop_it_unless_they_are_dropped(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="wiki has no kiwi, starfruit.*--set missing=drop"):
        rs.run_recipe("word-rsa", to=tmp_path, models=given_models())
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_figures")
def test_other_vectors_than_the_published_ones_reproduce_nothing(tmp_path: Path) -> None:
    """Even where they are the published ones but for one number."""
    with np.load(data_file("glove_6B_50d_subset.npz")) as held:
        words, vectors = held["words"], held["vectors"].copy()
    vectors[np.flatnonzero(words == "apple")[0], 0] += 0.01
    np.savez(tmp_path / "other.npz", words=words, vectors=vectors)
    models = [f"wiki={tmp_path / 'other.npz'}", given_models()[1]]
    found = rs.run_recipe("word-rsa", to=tmp_path / "out", models=models, options={"missing": "drop"})
    assert {row.status for row in found.rows} == {"stand-in"}
    assert found.table["note"].str.contains("Other vectors than the published ones").all()


@pytest.mark.usefixtures("no_figures")
def test_made_up_vectors_stand_in_and_say_so(tmp_path: Path) -> None:
    found = rs.run_recipe("word-rsa", to=tmp_path, stand_in="always")
    assert {row.status for row in found.rows} == {"stand-in"}
    assert found.notes[0].startswith("Made-up vectors")
    assert "says anything about the published models" in found.notes[0]
    assert "Made-up vectors" in found.report.read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_figures")
def test_a_map_that_is_kept_is_not_laid_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out = []
    monkeypatch.setattr(_run, "map_examples", lambda *given, **said: laid_out.append(1) or map_examples(*given, **said))
    for _ in range(2):
        found = rs.run_recipe("word-rsa", to=tmp_path, stand_in="always")
        assert 'id="map-colour"' in found.report.read_text(encoding="utf-8")
    assert laid_out == [1]


def test_published_models_that_cannot_be_had_are_an_error_where_nothing_may_stand_in(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no-such-vectors"):
        rs.run_recipe("word-rsa", to=tmp_path, models=["a=no-such-vectors.npz", "b=no-such-vectors.npz"])
    with pytest.raises(InputError, match="must be two. Got 1"):
        rs.run_recipe("word-rsa", to=tmp_path, models=given_models()[:1])
