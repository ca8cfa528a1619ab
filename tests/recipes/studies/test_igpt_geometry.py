"""Image GPT along its layers: small ones on real images, which pass for nothing else, and which images are taken."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
import transformers
from PIL import Image

import repscape as rs
from repscape._types import Examples
from repscape.errors import InputError
from repscape.recipes import RecipeRun, _run
from repscape.recipes.materials._pictures import Pictures, first_of_classes, read_list, read_pictures
from repscape.recipes.studies import _igpt_geometry
from repscape.recipes.studies._igpt_geometry import _is_paper, published_peaks
from repscape.report.map._study import load_map
from tests.data_files import data_file

PER_CLASS = 20
CLASSES = ("3", "0", "9", "5")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> RecipeRun:
    folder = tmp_path_factory.mktemp("igpt")
    (folder / "classes.txt").write_text("\n".join(CLASSES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_igpt_geometry, "TINY", {"small": (2, 16), "medium": (3, 16), "large": (4, 16)})
        patch.setattr(_run, "save_painted", lambda results, where: {})  # the recipe's own are looked at
        return rs.run_recipe(
            "igpt-geometry",
            to=folder / "out",
            data=data_file("cifar10_test_5k_jpeg.npz"),
            options={"classes": str(folder / "classes.txt"), "per_class": PER_CLASS},
            stand_in="always",
        )


def test_every_number_is_of_a_stand_in_and_says_so(found: RecipeRun) -> None:
    assert len(found.rows) == 9
    assert {row.status for row in found.rows} == {"stand-in"}
    assert found.table["ours"].notna().all()
    for note in found.table["note"]:
        assert "with random weights, stand in for openai/imagegpt-small" in note
        assert "80 images of cifar10_test_5k_jpeg.npz rather than 300 x 300 of ImageNet" in note
    assert "says anything about image GPT on ImageNet" in found.notes[0]
    assert found.notes[1].startswith("small stand-in: the largest dimension ")
    assert "published peaks" not in (found.report.parent / "figures" / "labels-by-depth.svg").read_text()


def test_every_layer_is_read_at_three_sites(found: RecipeRun) -> None:
    places = pd.Series([one.place for one in found.results.select("id_twonn")])
    counts = places.map(lambda place: (place.model, place.layer.site)).value_counts().to_dict()
    for name, layers in (("small", 2), ("medium", 3), ("large", 4)):
        model = f"{name} stand-in"
        assert {site: counts[model, site] for site in ("residual", "norm1", "norm2")} == {
            "residual": layers + 1, "norm1": layers, "norm2": layers,
        }  # fmt: skip
    variants = {one.variant for one in found.results}
    assert variants == {
        "id_twonn", "id_decimation(fraction=0.98, rng=0)", "id_gride", "overlap_labels(k=10)", "overlap_labels(k=30)",
    }  # fmt: skip


def test_states_and_overlap_by_hand(found: RecipeRun) -> None:
    """The first images of the classes named, reduced to 8 x 8 pixels of 64 colours, through the model by itself."""
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as held:
        rows = np.concatenate([np.flatnonzero(held["labels"] == int(name))[:PER_CLASS] for name in CLASSES])
        images, labels = held["images"][rows], held["labels"][rows]
    levels = np.linspace(-1, 1, 4)
    small = [np.asarray(Image.fromarray(one).resize((8, 8), Image.Resampling.BILINEAR)) / 127.5 - 1 for one in images]
    near = np.abs(np.stack(small)[..., None] - levels).argmin(-1)
    tokens = (near @ [16, 4, 1]).reshape(len(rows), 64)
    folder = found.report.parent
    model = transformers.ImageGPTModel.from_pretrained(folder / "models" / "medium").eval()
    with torch.no_grad():
        states = model(torch.from_numpy(tokens), output_hidden_states=True).hidden_states[2].mean(1).numpy()
    store = rs.open_store(folder / "activations" / "1.zarr")
    layer = next(key for key in store if store.info(key).index == 2 and store.info(key).site == "residual")
    np.testing.assert_allclose(store[layer], states, atol=1e-4)
    apart = ((states[:, None] - states[None]).astype(np.float64) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    by_hand = (labels[apart.argsort(axis=1)[:, :10]] == labels[:, None]).mean()
    value = next(
        one.result.value
        for one in found.results.select(variant="overlap_labels(k=10)", model="medium stand-in", site="residual")
        if one.place.layer.index == 2
    )
    assert value == pytest.approx(by_hand, abs=2e-3)  # the library's own sums may swap two neighbours


def test_the_page_shows_the_images_in_every_layer_at_every_site(found: RecipeRun) -> None:
    shown = load_map(found.report.parent)
    sites = {(place.model, place.layer.site) for place in shown.places}
    assert sites == {
        (f"{name} stand-in", site) for name in ("small", "medium", "large") for site in ("residual", "norm1", "norm2")
    }
    assert len(shown.places) == 3 + 4 + 5 + 2 * (2 + 3 + 4)
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as held:
        rows = np.concatenate([np.flatnonzero(held["labels"] == int(name))[:PER_CLASS] for name in CLASSES])
        np.testing.assert_array_equal(shown.pictures, held["images"][rows])  # 80 fit the page, in their order
        assert shown.table["label"].tolist() == held["labels"][rows].tolist()
    assert 'id="map-layer"' in found.report.read_text(encoding="utf-8")


def test_the_first_images_of_each_class_on_the_list(tmp_path: Path) -> None:
    labels = np.array(["b", "a", "b", "b", "a", "c"])
    assert first_of_classes(labels, ["b", "a"], 2).tolist() == [0, 2, 1, 4]
    assert first_of_classes(labels, [], 1).tolist() == [1, 0, 5]
    with pytest.raises(InputError, match=r"must have 2 images: 'c' has 1, 'd' has 0\."):
        first_of_classes(labels, ["a", "c", "d"], 2)
    file = tmp_path / "classes.txt"
    file.write_text("n01440764\n\n n01443537 \n")
    assert read_list(str(file)) == ["n01440764", "n01443537"]
    file.write_text("a\na\n")
    with pytest.raises(InputError, match="none twice"):
        read_list(str(file))
    with pytest.raises(InputError, match="one class on each line"):
        read_list(str(tmp_path / "none.txt"))


def test_images_of_a_folder_become_small_ones(tmp_path: Path) -> None:
    """Only those that are picked are opened."""
    large = np.random.default_rng(0).integers(0, 255, (40, 48, 3), dtype=np.uint8)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        Image.fromarray(large).save(tmp_path / name / "0.png")
        (tmp_path / name / "1.png").write_bytes(b"broken")
    order = SimpleNamespace(data=str(tmp_path), recipe=SimpleNamespace(data=""), stand_in="auto")
    pictures = read_pictures(
        order, lambda labels: first_of_classes(labels, ["dog", "cat"], 1), of_digits=lambda labels: labels[:0]
    )
    assert pictures.labels.tolist() == ["dog", "cat"]
    assert pictures.examples.table["id"].tolist() == ["dog/0.png", "cat/0.png"]
    expected = np.asarray(Image.fromarray(large).resize((32, 32), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(pictures.examples.inputs[0], expected)


def test_which_images_can_be_those_of_the_paper() -> None:
    def pictures(names: list[str], count: int) -> Pictures:
        labels = np.repeat(names, count)
        table = pd.DataFrame({"id": np.arange(len(labels)), "label": labels})
        return Pictures(Examples("image", np.zeros((len(labels), 1)), table))

    names = [f"n{number:08d}" for number in range(300)]
    assert _is_paper(pictures(names, 300))
    assert not _is_paper(pictures(names, 299))
    assert not _is_paper(pictures(names[1:], 300))
    assert not _is_paper(pictures(["beach", *names[1:]], 300))


def test_published_peaks_are_level_stretches_with_gaps() -> None:
    line = published_peaks((25, 28))
    assert line.expected
    np.testing.assert_array_equal(line.values, [25, 25, np.nan, 28, 28, np.nan])


def test_nothing_stands_in_where_it_may_not(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be given with --data"):
        rs.run_recipe("igpt-geometry", to=tmp_path / "out", stand_in="never")
    assert not (tmp_path / "out").exists()
