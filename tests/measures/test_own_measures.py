"""Measures of one's own, handed in or brought by an installed package, are worked with like those of the table."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.measures import PluginWarning, every_measure

RNG = np.random.default_rng(0)
ONE = {name: RNG.normal(size=(40, 3)) for name in "abc"}
TWO = {name: ONE[name] + 0.1 * RNG.normal(size=(40, 3)) for name in "cab"}
"""The layers of the first model with a little noise, in another order."""
MATCHES = [["a", "a"], ["b", "b"], ["c", "c"]]

PACKAGE = """
import numpy as np
import repscape as rs

CALLS = []


def apart(X, Y):
    CALLS.append(1)
    return float(np.linalg.norm(X - Y))


APART = rs.Measure(
    "theirlab.apart", fn=apart, takes=("points",), arity=2, symmetric=True, alike=-1, higher_means="further apart"
)
AGAIN = rs.Measure("theirlab.apart", fn=apart, takes=("points",), arity=2, alike=1)
"""


def own(calls: list[int], **changed: Any) -> rs.Measure:
    """Return a distance that counts its calls."""

    def apart(X: np.ndarray, Y: np.ndarray) -> float:
        calls.append(1)
        return float(np.linalg.norm(X - Y))

    declared = {"symmetric": True, "alike": -1, "higher_means": "further apart", **changed}
    return rs.Measure("mylab.apart", fn=apart, takes=("points",), arity=2, **declared)


def study(entry: str | rs.Measure, folder: Path | None = None) -> rs.Results:
    plan = rs.Plan(measures=[entry], profiles=["models"])
    return rs.run({"one": ONE, "two": TWO}, plan, folder=folder)


def matched(results: rs.Results) -> list[list[str]]:
    found = rs.best_matches(results)
    return sorted(found[["layer", "other_layer"]].values.tolist())


def install(site: Path, package: str, points: str, code: str = PACKAGE) -> None:
    """Lay a package and its entry points where an installer would."""
    (site / f"{package}.py").write_text(code)
    about = site / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[repscape.measures]\n{points}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder on the path, and forget what was imported from it."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_the_best_match_by_a_distance_is_the_nearest_layer() -> None:
    assert matched(study(own([]))) == MATCHES
    farthest = matched(study(own([], alike=1)))  # the same words for people, and the other declaration
    assert all(layer != other for layer, other in farthest)


def test_a_measure_that_does_not_say_which_way_is_more_alike_has_no_best_match() -> None:
    with pytest.raises(InputError, match="which way is more alike"):
        rs.best_matches(study(own([], alike=None)))


def test_a_name_may_stand_in_a_namespace_and_none_may_be_a_built_in_one() -> None:
    assert {record.info.name for record in study(own([]))} == {"mylab.apart"}
    for name in ("my lab", "mylab.", ".apart", "mylab..apart", "1st", ""):
        with pytest.raises(InputError, match="name of Measure"):
            rs.Measure(name, fn=np.mean)
    with pytest.raises(InputError, match="'id_twonn' is that of a built-in measure"):
        rs.Plan(measures=[rs.Measure("id_twonn", fn=np.mean)])


def test_a_plan_with_an_own_measure_is_read_back() -> None:
    row = own([])
    plan = rs.Plan(measures=[row, "id_twonn"], profiles=["models"])
    back = rs.Plan.from_dict(plan.to_dict(), measures=[row])
    assert back.items == plan.items
    assert back.to_dict() == plan.to_dict()
    with pytest.raises(UnknownNameError, match="handed in as a Measure"):
        rs.Plan.from_dict(plan.to_dict())


def test_a_second_run_into_the_folder_computes_nothing_and_a_new_version_everything(tmp_path: Path) -> None:
    calls: list[int] = []
    first = study(own(calls), tmp_path / "study")
    made = len(calls)
    assert made == 9
    again = study(own(calls), tmp_path / "study")
    assert len(calls) == made
    assert [r.result for r in again] == [r.result for r in first]
    newer = study(own(calls, version=2), tmp_path / "study")
    assert len(calls) == 2 * made
    assert 2 in {record.info.version for record in newer}


def test_a_measure_of_an_installed_package_works_by_its_name(site: Path, tmp_path: Path) -> None:
    install(site, "theirlab", "apart = theirlab:APART")
    first = study("theirlab.apart", tmp_path / "study")
    theirs = importlib.import_module("theirlab")
    assert matched(first) == MATCHES
    assert len(theirs.CALLS) == 9
    again = study("theirlab.apart", tmp_path / "study")
    assert [r.result for r in again] == [r.result for r in first]
    assert len(theirs.CALLS) == 9
    plan = rs.Plan(measures=["theirlab.apart"])
    assert rs.Plan.from_dict(plan.to_dict()).items == plan.items


def test_of_two_packages_with_one_name_the_first_is_used_and_a_warning_names_both(site: Path) -> None:
    install(site, "alab", "apart = alab:APART")
    install(site, "blab", "apart = blab:AGAIN")
    with pytest.warns(PluginWarning, match=r"of blab: 'theirlab.apart' is already that of .* of alab"):
        found = every_measure()
    assert found["theirlab.apart"].alike == -1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "raise RuntimeError('no licence')",
            r"bad = 'broken:BAD' of broken does not load \(RuntimeError: no licence\)",
        ),
        ("", r"bad = 'broken:BAD' of broken does not load \(AttributeError"),
        ("BAD = 3", "bad = 'broken:BAD' of broken must be a Measure with fn, or a list of them. Got int"),
        (
            "import repscape as rs\nBAD = rs.Measure('id_twonn', fn=len)",
            "'broken:BAD' of broken: 'id_twonn' is a built-in measure",
        ),
    ],
)
def test_what_cannot_be_used_is_named_and_stops_nobody(site: Path, code: str, said: str) -> None:
    install(site, "broken", "bad = broken:BAD", code)
    install(site, "theirlab", "apart = theirlab:APART")
    with pytest.warns(PluginWarning, match=said):
        found = every_measure()
    assert "theirlab.apart" in found
    assert found["id_twonn"].fn is None
