"""Study folders that repscape 0.1 wrote: they open, report, and take more; nothing that was finished is computed again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import StudyMismatchError
from repscape.study import _blocks, _compute, add_to_study, diff_studies
from repscape.study._folder import StudyFolder

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(params=["study_v1", "models_v1", "arrays_v1"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy; that of arrays with its data beside it."""
    place = Path(shutil.copytree(GOLDEN / request.param, tmp_path / request.param))
    file = place / "study.toml"
    shutil.copy(GOLDEN / "layers.npz", tmp_path / "layers.npz")
    file.write_text(file.read_text().replace("/tmp/words/layers.npz", str(tmp_path / "layers.npz")))
    return place


def test_it_opens_reports_and_takes_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rs.load_results(folder)
    study = rs.open_study(folder)
    assert study.results.records == before.records
    assert study.report().is_file()
    name = before.records[0].place.layer.key
    assert (
        study.graph(name, model=before.records[0].place.model).k
        == before.provenance["graphs"][next(iter(before.provenance["graphs"]))]["k"]
    )
    asked: list[str] = []
    real = _compute._called

    def called(call: Any, *rest: Any) -> Any:
        asked.append(call.item.variant)
        return real(call, *rest)

    monkeypatch.setattr(_compute, "_called", called)
    monkeypatch.setattr(_blocks, "build_graphs", lambda *_, **__: pytest.fail("a graph was built"))
    after = add_to_study(folder, plan={"measures": [{"name": "overlap_labels", "k": 7}]})
    assert set(asked) == {"overlap_labels(k=7)"}
    assert {r.column for r in after.select("overlap_labels")} == {"kind"}
    assert [r for r in after if r.variant != "overlap_labels(k=7)"] == list(before)
    assert StudyFolder(folder).format == 2
    assert rs.load_results(folder).records == after.records
    asked.clear()
    assert rs.open_study(folder).run().records == after.records
    assert asked == []
    assert diff_studies(folder, folder) == []


def test_other_data_are_refused(tmp_path: Path) -> None:
    place = Path(shutil.copytree(GOLDEN / "arrays_v1", tmp_path / "s"))
    with np.load(GOLDEN / "layers.npz") as held:
        arrays = {**held, "b": held["b"] + 1}
    before = rs.load_results(place)
    with pytest.raises(StudyMismatchError, match="holds a study of other data"):
        rs.run({"a": arrays["a"], "b": arrays["b"]}, folder=place, columns={"kind": arrays["kind"]})
    assert rs.load_results(place) == before
