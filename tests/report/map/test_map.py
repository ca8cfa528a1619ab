import base64
import json

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.examples import sheet, thumbnails
from repscape.measures.structure import principal_plane
from repscape.report import map_examples
from repscape.report.map._numbers import affordable, drawn, fitted, rows_of
from repscape.report.map._page import FINE, map_json
from tests.figures.studies import N, layers, states

SOURCE = states(layers(3))


def unpacked(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=kind)


@pytest.mark.parametrize("shape", [(50, 7), (20, 90)], ids=["more points than features", "more features than points"])
def test_principal_components_are_those_of_the_decomposition(shape):
    X = np.random.default_rng(0).normal(size=shape) * np.linspace(3, 1, shape[1]) + 100
    coordinates, shares = principal_plane(X.astype(np.float32))
    expected = rs.embed(X.astype(np.float32), method="pca")
    signs = np.sign((coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(coordinates * signs, expected, rtol=1e-5, atol=1e-4)
    values = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    np.testing.assert_allclose(shares, values[:2] / values.sum(), rtol=1e-5)


def test_identical_points_lie_on_one_spot():
    coordinates, shares = principal_plane(np.ones((5, 3)))
    assert not coordinates.any()
    assert not shares.any()


def test_maps_are_mirrored_or_turned_to_fit_the_one_before():
    before = np.random.default_rng(0).normal(size=(30, 2))
    np.testing.assert_allclose(fitted(before * [-1, 1], before, "pca"), before)
    angle = 0.7
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(fitted(before @ rotation, before, "tsne"), before - before.mean(axis=0), atol=1e-12)


def test_neighbours_are_the_nearest_of_all_by_brute_force():
    found = map_examples(SOURCE)
    for place, points in enumerate(SOURCE.values()):
        away = np.linalg.norm(points[:, None] - points[None], axis=-1)
        np.fill_diagonal(away, np.inf)
        np.testing.assert_array_equal(found.neighbors[place], np.argsort(away, axis=1, kind="stable")[:, :10])
    assert found.notes == ()


def test_fewer_examples_are_drawn_and_it_is_said():
    found = map_examples(SOURCE, columns={"number": np.arange(N)}, most=20, neighbors=4)
    assert found.rows.shape == (20,)
    assert (np.diff(found.rows) > 0).all()
    assert found.table["number"].tolist() == found.rows.tolist()
    points = SOURCE[next(iter(SOURCE))][found.rows]
    away = np.linalg.norm(points[:, None] - points[None], axis=-1) + 1e9 * np.eye(20)
    np.testing.assert_array_equal(found.neighbors[0], np.argsort(away, axis=1)[:, :4])
    assert found.notes == ("20 of 60 examples are shown, drawn at random; neighbours are the nearest among these.",)


def test_the_draw_is_the_same_for_the_same_seed_and_another_for_another():
    assert drawn(1000, 50, 0).tolist() == drawn(1000, 50, 0).tolist()
    assert drawn(1000, 50, 0).tolist() != drawn(1000, 50, 1).tolist()
    assert drawn(50, 50, 0).tolist() == list(range(50))


def test_many_layers_leave_room_for_fewer_examples():
    few = affordable(100_000, 10, neighbors=10, methods=["pca"], each=300, budget=3_000_000)
    many = affordable(100_000, 500, neighbors=10, methods=["pca"], each=300, budget=3_000_000)
    assert few == 3_000_000 // (10 * 24 + 300)
    assert 20 <= many < few


def test_rows_on_disk_are_read_in_blocks():
    class Disk:
        shape, slab_rows = (1000, 1 << 15), 100
        reads = ()

        def __getitem__(self, part):
            self.reads += ((part.start, part.stop),)
            return np.arange(1000)[part, None] * np.ones(3)

    disk = Disk()
    rows = np.array([3, 5, 700, 999])
    assert rows_of(disk, rows)[:, 0].tolist() == rows.tolist()
    assert max(stop - start for start, stop in disk.reads) <= 512
    assert len(disk.reads) < 1000 / 512 + 1


def test_the_page_gets_coordinates_that_fill_a_square_with_axes_alike():
    found = map_examples(SOURCE)
    xy = unpacked(map_json(found)["methods"]["pca"], "<i2").reshape(3, N, 2)
    assert np.abs(xy).max(axis=(1, 2)).tolist() == [FINE] * 3
    span = np.ptp(found.coordinates["pca"], axis=1)
    np.testing.assert_allclose(
        np.ptp(xy.astype(float), axis=1) / FINE, 2 * span / span.max(axis=1, keepdims=True), atol=1e-3
    )


def test_columns_are_classes_scales_or_texts():
    columns = {
        "digit": np.arange(N) % 10,
        "side": np.arange(N) % 2 > 0,
        "mass": np.where(np.arange(N) == 4, np.nan, np.arange(N) / 3),
        "name": np.array([f"n{i}" for i in range(N)]),
        "gap": np.array([None if i == 7 else "yes" for i in range(N)], dtype=object),
        "long": np.array(["x" * 1000] * N),
    }
    held = {column["name"]: column for column in map_json(map_examples(SOURCE, columns=columns))["columns"]}
    kinds = {name: column["kind"] for name, column in held.items()}
    assert kinds == {
        "digit": "class",
        "side": "class",
        "mass": "number",
        "name": "text",
        "gap": "class",
        "long": "text",
    }
    assert held["digit"]["levels"] == [str(i) for i in range(10)]
    assert held["mass"]["values"][3:6] == [1.0, None, 1.66667]
    assert held["gap"]["values"][6:8] == [0, -1]
    assert held["long"]["values"][0] == "x" * 239 + "…"
    json.dumps(held, allow_nan=False)


def test_pictures_of_any_numbers_become_equal_thumbnails_in_one_sheet():
    images = np.zeros((5, 8, 6))
    images[2, 1, 1] = 16.0
    small = thumbnails(images)
    assert small.shape == (5, 8, 8, 3)
    assert small[2, 1, 2].tolist() == [255] * 3
    large = thumbnails([np.full((300, 200, 3), 7, np.uint8), np.full((10, 480), 9, np.uint8)])
    assert large.shape == (2, 48, 48, 3)
    content, kind, across = sheet(small)
    assert (content[:4], kind, across) == (b"\x89PNG", "image/png", 3)


@pytest.mark.parametrize("wrong", [[np.zeros(3)], [np.zeros((2, 2, 7))], [np.array([["a"]])], []])
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(InputError, match="pictures of map_examples"):
        thumbnails(wrong)


def test_bad_requests_are_refused():
    with pytest.raises(UnknownNameError, match="tsne"):
        map_examples(SOURCE, methods=["tsen"])
    with pytest.raises(InputError, match="pictures of map_examples must be 60"):
        map_examples(SOURCE, pictures=np.zeros((3, 8, 8)))
    with pytest.raises(InputError, match="must hold points"):
        map_examples({"a": rs.knn_graph(SOURCE[next(iter(SOURCE))], 5)})
    with pytest.raises(InputError, match="most of map_examples"):
        map_examples(SOURCE, most=1)


def test_t_sne_is_offered_beside_principal_components():
    found = map_examples(SOURCE, methods=["pca", "tsne"], most=40)
    assert set(found.coordinates) == {"pca", "tsne"}
    assert np.isfinite(found.coordinates["tsne"]).all()
    assert not np.allclose(found.coordinates["tsne"], found.coordinates["pca"])


def test_inputs_are_left_as_they_were():
    before = {layer: points.copy() for layer, points in SOURCE.items()}
    columns = pd.DataFrame({"label": np.arange(N) % 3})
    map_examples(SOURCE, columns={"label": columns["label"].to_numpy()})
    assert all(np.array_equal(before[layer], SOURCE[layer]) for layer in SOURCE)
