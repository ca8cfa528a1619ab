"""A study that grows while it is looked at, selections that stay in it, and one that becomes a column for measures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import BusyError, InputError, StudyMismatchError, UnknownNameError
from repscape.explore.data import Explorer
from repscape.store import locked
from tests.explore.studies import CODE, N, graph, make_study, points


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A study of one model, to be changed."""
    return make_study(tmp_path, models=("base",))


def test_a_kept_selection_is_found_again_and_cuts_measures(grown):
    explorer = Explorer([grown])
    gallery = explorer.galleries[0]
    rows = np.flatnonzero(CODE == 2)
    gallery.selections.keep("space <only>", rows.tolist(), {"kind": "query", "text": "kind = space"})
    gallery.measure("space <only>")
    explorer.jobs.wait()
    assert [job.why for job in explorer.jobs.list()] == [""]
    explorer.close()

    again = Explorer([grown]).galleries[0]
    (held,) = again.selections.every()
    assert (held["name"], held["n"], held["recipe"]["text"]) == ("space <only>", rows.size, "kind = space")
    assert again.selections.rows("space <only>").tolist() == rows.tolist()

    results = rs.open_study(grown).results
    parts = {record.group for record in results if record.group is not None}
    assert parts == {"space <only>", "others"}
    (one,) = [
        record
        for record in results
        if record.group == "others" and record.info.name == "overlap_labels" and record.place.layer.name == "block3"
    ]
    others = CODE != 2
    alone = rs.overlap_labels(rs.knn_graph(points("base")["block3"][others], 10), CODE[others], k=10)
    assert one.result.value == pytest.approx(alone.value, abs=1e-12)
    assert any(
        "space <only>" in line["name"]
        for figure in again.records()["figures"]
        for p in figure["panels"]
        for line in p["lines"]
    )
    again.selections.remove("space <only>")
    assert again.selections.every() == []


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        ("", [1], "1 to 80"),
        ("a\nb", [1], "line breaks"),
        (" a", [1], "spaces"),
        ("x" * 81, [1], "80"),
        ("a", [], "one at least"),
        ("a", [N], "0 to 239"),
        ("a", [-1], "0 to 239"),
    ],
)
def test_what_is_no_selection_is_refused(study, name, rows, said):
    with pytest.raises(InputError, match=said):
        Explorer([study]).galleries[0].selections.keep(name, rows)


def test_a_selection_is_not_written_while_somebody_else_writes(study):
    selections = Explorer([study]).galleries[0].selections
    with locked(study), pytest.raises(BusyError, match="in use by process"):
        selections.keep("late", [1, 2])
    assert selections.every() == []


def test_a_selection_of_everything_has_no_others(study):
    selections = Explorer([study]).galleries[0].selections
    selections.keep("all", list(range(N)))
    with pytest.raises(InputError, match="every example"):
        selections.column("all")
    selections.remove("all")
    with pytest.raises(UnknownNameError, match="selection"):
        selections.rows("all")


def test_a_study_that_grows_is_read_anew_and_layers_keep_their_numbers(grown):
    explorer = Explorer([grown])
    held = explorer.galleries[0].held
    numbers = {layer.place.layer.key: number for number, layer in held.layers.items()}
    assert not held.grown()
    assert {offer.name for offer in explorer.galleries[0].values.offers()}.isdisjoint({"record:health_hubness|"})
    rs.open_study(grown).run(rs.Plan(measures=["health_hubness", "probe_knn"], labels="kind"))
    assert held.grown()
    values = explorer.galleries[0].values
    margin = next(offer for offer in values.offers() if offer.name.endswith("|margin"))
    right = next(offer for offer in values.offers() if offer.title.startswith("Right or wrong"))
    sure = values.get(margin.name, numbers["block3"])
    decided = sure != 0  # at 0 two classes are as likely, and the first of them was taken
    assert decided.mean() > 0.8
    np.testing.assert_array_equal((sure > 0)[decided], values.get(right.name, numbers["block3"])[decided] == 1)
    assert {layer.place.layer.key: number for number, layer in held.layers.items()} == numbers
    found = explorer.galleries[0].values.get("record:health_hubness|", numbers["block1"])
    true = rs.health_hubness(graph("base", "block1"), k=10, error=None).per_point
    np.testing.assert_allclose(found, true)


def test_a_study_whose_points_are_gone_has_the_map_of_its_graph(tmp_path):
    layers = points("base")
    rs.run(layers, rs.Plan(measures=["overlap_neighbors(k=10)"]), folder=tmp_path / "study", threads=1, sync=False)
    gallery = (explorer := Explorer([tmp_path / "study"])).galleries[0]
    meta = gallery.meta()
    assert (meta["map"], "pca" in meta["methods"]) == ("neighbors", False)
    assert "were in memory" in meta["notes"][0]
    gallery.warm()
    explorer.jobs.wait()
    last = next(iter(gallery.layouts.order()))
    xy = gallery.layouts.get("neighbors", last)
    assert xy.shape == (N, 2)
    assert rs.overlap_labels(rs.knn_graph(xy, 10), CODE, k=10, error=None).value > 0.9
    with pytest.raises(InputError, match="in memory"):
        gallery.held.near.neighbors(gallery.held.layers[last], 0, 200)
    indices, _ = gallery.held.near.neighbors(gallery.held.layers[last], 0, 10)
    assert indices.tolist() == graph("base", "block3").indices[0].tolist()
    explorer.close()
    again = Explorer([tmp_path / "study"]).galleries[0]
    np.testing.assert_array_equal(again.layouts.get("neighbors", last), xy)  # kept, and not computed again


def test_points_that_have_changed_since_are_refused(grown):
    explorer = Explorer([grown])
    held = explorer.galleries[0].held
    file = grown.parent / "study-base" / "block0.npy"
    np.save(file, np.load(file) + np.arange(N, dtype=np.float32)[:, None])
    number = next(number for number, layer in held.layers.items() if layer.place.layer.name == "block0")
    with pytest.raises(StudyMismatchError, match="have changed"):
        held.near.neighbors(held.layers[number], 0, 200)


def test_studies_stand_together_only_where_their_examples_are_the_same(tmp_path):
    rng = np.random.default_rng(0)
    columns = {
        "first": {"word": np.array(["a", "b", "c"] * 20)},
        "same": {"word": np.array(["a", "b", "c"] * 20), "score": rng.normal(size=60)},
        "other": {"word": np.array(["b", "a", "c"] * 20)},
        "none": {},
    }
    for name, held in columns.items():
        rs.run(
            {"layer": rng.normal(size=(60, 4))},
            rs.Plan(measures=["health_hubness(k=5)"], labels="word" if held else None),
            columns=held,
            folder=tmp_path / name,
            sync=False,
        )
    explorer = Explorer([tmp_path / name for name in columns])
    together = [[view.name for view in one.held.views] for one in explorer.galleries]
    assert together == [["first", "same", "none"], ["other"]]
    assert [note for note in explorer.galleries[0].meta()["notes"] if "taken to be the same" in note]
    assert not [note for note in explorer.galleries[1].meta()["notes"] if "taken to be the same" in note]
    explorer.close()
