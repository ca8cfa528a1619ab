"""Measures of installed packages: found by entry point, warned of where they cannot be used, and never fatal."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.measures import MEASURES, PluginWarning, every_measure, is_builtin, measure
from tests.cli.helpers import call, layers

GOOD = """
import numpy as np
import repscape as rs

def far(X, Y):
    return float(np.abs(X.mean(axis=1) - Y.mean(axis=1)).mean())

def loud(X):
    return float(np.abs(X).mean())

FAR = rs.Measure("mylab.far", fn=far, arity=2, alike=-1, symmetric=True, title="Distance of the means", version="2.1")
BOTH = [FAR, rs.Measure("mylab.loud", fn=loud)]
"""


class Packages:
    """Installs small packages where Python looks for them, as pip would leave them."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def install(self, name: str, code: str, **points: str) -> None:
        (self.place / f"{name}.py").write_text(code, encoding="utf-8")
        about = self.place / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        listed = "".join(f"{point} = {value}\n" for point, value in points.items())
        (about / "entry_points.txt").write_text(f"[repscape.measures]\n{listed}", encoding="utf-8")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    place = tmp_path / "site"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    return Packages(place)


def test_a_measure_of_a_package_is_called_by_name_everywhere(packages: Packages, tmp_path: Path) -> None:
    packages.install("mylab_one", GOOD, all="mylab_one:BOTH")
    assert list(every_measure())[-2:] == ["mylab.far", "mylab.loud"]
    assert not is_builtin(measure("mylab.far"))
    plan = rs.Plan(measures=["mylab.loud", "mylab.far", "id_twonn"], profiles=["next"])
    again = rs.Plan.from_dict(plan.to_dict())
    assert [item.measure for item in again.items] == [item.measure for item in plan.items]
    X = np.random.default_rng(0).normal(size=(60, 4))
    results = rs.run({"a": X, "b": 2 * X}, again, folder=tmp_path / "study")
    (far,) = results.select("mylab.far")
    assert (far.info.alike, far.info.version, far.info.title) == (-1, "2.1", "Distance of the means")
    assert [item.variant for item in rs.open_study(tmp_path / "study").plan.items] == [
        "mylab.loud",
        "mylab.far",
        "id_twonn",
    ]
    done = call("measure", "mylab.loud, mylab.far", layers(tmp_path), "-q")
    assert (done.exit_code, "Distance of the means to next" in done.stdout) == (0, True)
    assert "mylab.loud" in call("info").stdout


def test_nothing_is_looked_for_while_the_table_has_the_name(packages: Packages) -> None:
    packages.install("mylab_broken", "raise OSError('no licence')", broken="mylab_broken:X")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert measure("id_twonn") is MEASURES["id_twonn"]
    with pytest.warns(
        PluginWarning, match="broken = 'mylab_broken:X' of mylab_broken does not load .OSError: no licence"
    ):
        assert list(every_measure()) == list(MEASURES)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("X = 3", "must be a Measure with fn, or a list of them. Got int; it is left out"),
        ("import repscape as rs\nX = [rs.Measure('id_pca', family='dimension')]", "must be a Measure with fn"),
        (
            "import repscape as rs\nX = rs.Measure('id_pca', fn=len)",
            "'id_pca' is a built-in measure, which nothing may",
        ),
        (
            "import repscape as rs\nX = rs.Measure('mylab spread', fn=len)",
            "does not load .InputError: name of Measure must",
        ),
        ("import nothing_of_this_name", "does not load .ModuleNotFoundError"),
        ("Y = 1", "does not load .AttributeError"),
    ],
)
def test_what_cannot_be_used_is_named_and_left_out(packages: Packages, code: str, said: str) -> None:
    module = f"mylab_{abs(hash(said))}"
    packages.install(module, code, thing=f"{module}:X")
    with pytest.warns(PluginWarning, match=said) as caught:
        assert list(every_measure()) == list(MEASURES)
    assert module in str(caught[0].message)


def test_of_two_packages_with_one_name_the_first_is_used_and_the_other_named(packages: Packages) -> None:
    packages.install("mylab_aa", GOOD, far="mylab_aa:FAR")
    packages.install("mylab_bb", GOOD, far="mylab_bb:FAR")
    with pytest.warns(
        PluginWarning, match=r"far = 'mylab_bb:FAR' of mylab_bb: 'mylab.far' is already that of far = 'mylab_aa:FAR'"
    ):
        found = every_measure()["mylab.far"]
    assert found.fn.__module__ == "mylab_aa"


def test_a_measure_that_nobody_brings_is_refused_with_the_way_to_hand_it_in() -> None:
    entries = {"measures": [{"name": "mylab.far"}]}
    with pytest.raises(UnknownNameError, match=r"Got 'mylab.far'.*hand\w* in as a Measure.*measures=.*entry points"):
        rs.Plan.from_dict(entries)
    own = rs.Measure("mylab.far", fn=lambda X: 1.0)
    assert rs.Plan.from_dict(entries, measures=[own]).items[0].measure is own
    with pytest.raises(UnknownNameError, match="Did you mean 'mylab.far'"):
        rs.Plan.from_dict({"measures": ["mylab.fare"]}, measures=[own])


def test_no_measure_stands_for_a_built_in_one() -> None:
    own = rs.Measure("sim_cka", fn=lambda X, Y: 1.0, arity=2)
    for plan in (lambda: rs.Plan(measures=[own]), lambda: rs.Plan.from_dict({"measures": ["sim_cka"]}, measures=[own])):
        with pytest.raises(
            InputError, match="name of Measure 'sim_cka' is that of a built-in measure.*'mylab.sim_cka'"
        ):
            plan()
    with pytest.raises(InputError, match="fn of Measure 'mine' must be a function"):
        rs.Plan(measures=[rs.Measure("mine", family="dimension")])
    assert rs.Plan(measures=[MEASURES["sim_cka"]]).items[0].measure is MEASURES["sim_cka"]


@pytest.mark.parametrize("name", ["", "two words", "my-lab", "mylab.", ".x", "1st", "../x", "a..b", "a(b)"])
def test_names_are_names(name: str) -> None:
    with pytest.raises(InputError, match="name of Measure must be a name, or names joined by dots"):
        rs.Measure(name, fn=len)
