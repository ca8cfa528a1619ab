import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, StudyMismatchError
from repscape.report import map_examples, save_map
from repscape.report.map import _study
from repscape.report.map._study import load_map, save_missing, study_map
from repscape.store import StoreWriter
from repscape.study import StudySpec
from tests.figures.studies import N, layers, states
from tests.report.pages import read


def studied(folder, file, **plan):
    """Study a file of arrays as the command line does."""
    spec = StudySpec.of([str(file)], plan={"measures": [{"name": "id_twonn"}], **plan})
    plan, columns = spec.load()
    return rs.run(spec.source, plan, columns=columns, folder=folder, origin=spec.origin(), threads=1)


@pytest.fixture
def images(tmp_path):
    """A file of images with labels, and its study."""
    rng = np.random.default_rng(0)
    file = tmp_path / "images.npz"
    np.savez(
        file,
        images=rng.integers(0, 255, size=(N, 6, 5), dtype=np.uint8),
        label=np.arange(N) % 3,
        mass=rng.normal(size=N),
    )
    return tmp_path / "study", studied(tmp_path / "study", file)


def test_a_study_of_images_shows_them_with_every_column(images):
    found = study_map(images[0])
    assert found.pictures.shape == (N, 6, 6, 3)
    assert list(found.table.columns) == ["label", "mass"]
    assert [place.layer.name for place in found.places] == ["images"]


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "shown"),
    [
        ("images", (N, 6, 5), float, True),
        ("tokens", (N, 6, 5), float, False),
        ("photos", (N, 6, 5, 3), np.uint8, True),
        ("maps", (N, 6, 5, 7), np.uint8, False),
        ("layer", (N, 30), float, False),
    ],
)
def test_only_arrays_that_are_images_are_pictures(tmp_path, name, shape, dtype, shown):
    np.savez(tmp_path / "a.npz", **{name: np.random.default_rng(0).integers(0, 255, shape).astype(dtype)})
    studied(tmp_path / "study", tmp_path / "a.npz")
    assert (study_map(tmp_path / "study").pictures is not None) == shown


def test_what_was_laid_out_is_kept_and_read_back(images, monkeypatch):
    folder, _ = images
    first = study_map(folder)
    monkeypatch.setattr(_study, "lay_out", None)  # nothing is computed the second time
    again = study_map(folder)
    assert again.places == first.places
    assert again.notes == first.notes
    assert again.table.equals(first.table)
    np.testing.assert_array_equal(again.neighbors, first.neighbors)
    np.testing.assert_array_equal(again.pictures, first.pictures)
    np.testing.assert_allclose(again.coordinates["pca"], first.coordinates["pca"], rtol=1e-5, atol=1e-5)


def test_another_way_of_drawing_is_laid_out_anew(images):
    study_map(images[0])
    assert set(study_map(images[0], ["pca", "mds"]).coordinates) == {"pca", "mds"}


MODELS = {
    "one": ({"model": "none"}, ["activations.zarr"], [("", None)]),
    "two": (
        {"model": {"a": "none", "b": "none"}},
        ["activations/0.zarr", "activations/1.zarr"],
        [("a", None), ("b", None)],
    ),
    "revisions": (
        {"model": "none", "revisions": ["step5", "step70"]},
        ["activations/0.zarr", "activations/1.zarr"],
        [("", 5.0), ("", 70.0)],
    ),
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_study_of_models_is_shown_without_the_models(tmp_path, kind):
    origin, stores, places = MODELS[kind]
    folder, rng = tmp_path / "study", np.random.default_rng(0)
    (tmp_path / "texts.csv").write_text("text\n" + "".join(f"text {i}\n" for i in range(N)))
    table = pd.DataFrame({"id": np.arange(N), "text": [f"text {i}" for i in range(N)]})
    opened = []
    for name in stores:
        writer = StoreWriter.create(folder / name, {LayerInfo("h.0", 1, 1.0): (3, "float32")}, rows=N, examples=table)
        writer.append({LayerInfo("h.0", 1, 1.0): rng.normal(size=(N, 3)).astype(np.float32)})
        opened.append(rs.open_store(folder / name))
    source = {
        "one": opened[0],
        "two": dict(zip("ab", opened, strict=False)),
        "revisions": rs.Trajectory(list(zip((5, 70), opened, strict=False))),
    }[kind]
    given = {**origin, "data": str(tmp_path / "texts.csv"), "options": {"kind": "text"}}
    rs.run(source, rs.Plan(measures=["id_twonn"]), folder=folder, origin=given, threads=1)
    found = study_map(folder)
    assert [(place.model, place.step) for place in found.places] == places
    assert found.table["text"].tolist() == table["text"].tolist()
    assert found.pictures is None


def test_a_map_that_cannot_be_drawn_again_leaves_the_one_that_is_kept(images, tmp_path):
    study_map(images[0])
    (tmp_path / "images.npz").unlink()
    found = study_map(images[0], ["pca", "tsne"])
    assert set(found.coordinates) == {"pca"}
    assert found.notes[-1].startswith("No other map could be drawn: ")


def test_a_study_of_prepared_states_says_that_the_map_is_of_the_states_as_they_are(tmp_path):
    np.savez(tmp_path / "layers.npz", a=np.random.default_rng(0).normal(size=(N, 4)))
    studied(tmp_path / "study", tmp_path / "layers.npz", preprocess=["centre"])
    assert "after centre;" in study_map(tmp_path / "study").notes[-1]


def test_data_that_have_changed_since_are_not_shown(images, tmp_path):
    folder, results = images
    np.savez(tmp_path / "images.npz", images=np.zeros((N, 6, 5), np.uint8), label=np.arange(N) % 3, mass=np.zeros(N))
    with pytest.raises(StudyMismatchError, match="have changed"):
        study_map(folder)
    page = read(rs.write_report(results, tmp_path / "r.html", study=folder).read_text(encoding="utf-8"))
    (section,) = (s for s in page.all("section") if s.attributes["id"] == "examples")
    assert "Single examples are not shown" in section.text
    assert "have changed" in section.text


def test_only_the_layers_of_the_study_are_shown(tmp_path):
    np.savez(tmp_path / "layers.npz", **{f"layer{i}": np.random.default_rng(i).normal(size=(N, 4)) for i in range(4)})
    studied(tmp_path / "study", tmp_path / "layers.npz", layers=[1, 2])
    assert [place.layer.name for place in study_map(tmp_path / "study").places] == ["layer1", "layer2"]


def test_a_study_whose_source_was_in_memory_shows_what_was_saved(tmp_path):
    source, folder = states(layers(2)), tmp_path / "study"
    results = rs.run(source, rs.Plan(measures=["id_twonn"]), folder=folder, threads=1)
    text = rs.write_report(results, tmp_path / "r.html", study=folder).read_text(encoding="utf-8")
    assert "Single examples are not shown: the points of this study were in memory" in text
    save_map(map_examples(source), folder)
    text = rs.write_report(results, tmp_path / "r.html", study=folder).read_text(encoding="utf-8")
    assert "Single examples are not shown" not in text
    assert 'id="map-layer"' in text


@pytest.mark.parametrize("recipe", ["curse", "demo"])
def test_a_folder_of_a_recipe_that_keeps_no_map_says_it_in_a_sentence(tmp_path, recipe):
    source, folder = states(layers(2)), tmp_path / "study"
    origin = {"recipe": recipe, "models": {"a": "b"}, "data": "", "rng": 0}
    results = rs.run(source, rs.Plan(measures=["id_twonn"]), folder=folder, origin=origin, threads=1)
    page = read(rs.write_report(results, tmp_path / "r.html", study=folder).read_text(encoding="utf-8"))
    (section,) = (s for s in page.all("section") if s.attributes["id"] == "examples")
    assert section.all("p")[0].text == (
        f"Single examples are not shown: this folder of the recipe {recipe} keeps no map of them. "
        "The same recipe, run into this folder again, lays them out."
    )
    save_map(map_examples(source), folder)
    assert (
        study_map(folder, ["pca", "tsne"])
        .notes[-1]
        .startswith("No other map could be drawn: this folder of the recipe")
    )


def test_why_there_is_no_map_is_kept_for_the_same_data_alone(tmp_path):
    folder = tmp_path / "study"
    rs.run(states(layers(2)), rs.Plan(measures=["id_twonn"]), folder=folder, threads=1)
    save_missing("it was made from nothing.", folder)
    with pytest.raises(InputError, match=r"^it was made from nothing\.$"):
        study_map(folder)
    rs.run(states(layers(2), seed=1), rs.Plan(measures=["id_twonn"]), folder=tmp_path / "other", threads=1)
    (folder / "study.toml").write_bytes((tmp_path / "other" / "study.toml").read_bytes())
    with pytest.raises(InputError, match="were in memory"):
        study_map(folder)


def test_what_is_kept_of_other_data_is_not_used(tmp_path):
    source, folder = states(layers(2)), tmp_path / "study"
    save_map(map_examples(source), tmp_path / "study")
    assert load_map(folder) is not None
    rs.run(states(layers(2), seed=1), rs.Plan(measures=["id_twonn"]), folder=tmp_path / "other", threads=1)
    (folder / "study.toml").write_bytes((tmp_path / "other" / "study.toml").read_bytes())
    assert load_map(folder) is None


def test_the_command_that_repeats_a_study_folder_is_on_its_page(images, tmp_path):
    folder, results = images
    page = read(rs.write_report(results, tmp_path / "r.html", study=folder).read_text(encoding="utf-8"))
    (section,) = (s for s in page.all("section") if s.attributes["id"] == "repeat")
    assert section.all("code")[0].text == f"repscape run {folder / 'study.toml'} -o study-again"
