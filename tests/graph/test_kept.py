"""What was measured of this machine is kept, and a file that is not as it was written is not believed."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from repscape.graph import _choose, _kept, _trial, get_ready, knn_graph


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _choose._faster.cache_clear()
    yield tmp_path / "repscape"
    _choose._faster.cache_clear()


def test_what_is_kept_is_read(folder):
    assert _kept.kept(64, "this") is None
    _kept.keep(64, "this", ("int8", "bf16"))
    _kept.keep(128, "this", ())
    assert (_kept.kept(64, "this"), _kept.kept(128, "this")) == (("int8", "bf16"), ())
    assert (_kept.kept(65, "this"), _kept.kept(64, "another processor")) == (None, None)
    assert [path.name for path in folder.iterdir()] == ["products-1.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"[" * 30_000,
        b'{"version": 2, "faster": {}}',
        b'{"version": 1, "faster": []}',
        b'{"version": 1, "faster": {"this": ["int8"]}}',
        b'{"version": 1, "faster": {"this": {"64": "int8"}}}',
        b'{"version": 1, "faster": {"this": {"64": ["os.system"]}}}',
        b" " * 70_000,
    ],
)
def test_other_files_are_nothing_and_are_replaced(folder, content):
    folder.mkdir()
    (folder / "products-1.json").write_bytes(content)
    assert _kept.kept(64, "this") is None
    _kept.keep(64, "this", ("bf16",))
    assert _kept.kept(64, "this") == ("bf16",)


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    _kept.keep(64, "this", ("bf16",))
    assert _kept.kept(64, "this") is None


def test_products_are_measured_once(folder, monkeypatch):
    measured = []
    monkeypatch.setattr(_trial, "seconds", lambda products, *_: measured.append(products.name) or 1.0)
    assert _choose._faster(32) == ()
    _choose._faster.cache_clear()  # as in the next process
    assert _choose._faster(32) == ()
    assert sorted(measured) == ["bf16", "float32", "int8"]
    held = json.loads((folder / "products-1.json").read_text())
    assert [list(entry) for entry in held["faster"].values()] == [["32"]]


def test_many_graphs_are_worth_what_one_is_not(monkeypatch):
    imported = []
    monkeypatch.setattr(_choose.importlib, "import_module", imported.append)
    monkeypatch.setattr(_choose, "_at_hand", lambda: True)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert not get_ready([(30_000, 512)])
    assert not get_ready([(2_000, 512)] * 50)  # each too small for it
    assert imported == []
    assert get_ready([(30_000, 512)] * 13)
    assert imported == ["torch"]
    imported.clear()
    _kept.keep(512, _choose._processor_name(), ())
    assert not get_ready([(30_000, 512)] * 13)  # known to be of no use here
    assert imported == []


def test_a_wrong_entry_changes_no_answer(monkeypatch):
    X = np.random.default_rng(0).normal(size=(500, 32))
    honest = knn_graph(X, 9)
    monkeypatch.setattr(_choose, "_may_pay", lambda _: True)
    for entry in (("int8", "bf16"), ("bf16",), ()):
        _kept.keep(32, _choose._processor_name(), entry)
        _choose._faster.cache_clear()
        graph = knn_graph(X, 9)
        np.testing.assert_array_equal(graph.indices, honest.indices)
        np.testing.assert_allclose(graph.distances, honest.distances, rtol=1e-12, atol=0)
