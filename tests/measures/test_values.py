"""Values one can hold: numbers that are numbers, reprs that fit on a screen, and cards in which nothing foreign is markup."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape import Curve, Estimate, Measure, Plan
from repscape._types import Examples, LayerInfo
from repscape.errors import InputError
from repscape.results import Failure, MeasureInfo, Place, Record, Results
from repscape.store import StoreWriter
from repscape.study import Prediction

HOSTILE = "<script>alert('x')</script>\"&"
LONG = 2000
"""Characters of a repr at most."""
RNG = np.random.default_rng(0)
MANY = Estimate(
    21.043,
    n=5000,
    stderr=0.68,
    interval=(19.7, 22.4),
    per_point=RNG.normal(size=5000),
    options={f"option{i}": "word" * 50 for i in range(80)},
    details={f"detail{i}": RNG.normal(size=900) for i in range(80)},
    replicates=RNG.normal(size=300),
)
CURVE = Curve(np.arange(5000.0), RNG.normal(size=5000), "rank", n=9000, stderr=np.ones(5000))


def record(name: str, result: Estimate | Curve, layer: str = "h.0") -> Record:
    info = MeasureInfo(name.split("(")[0], label=name, title=name)
    return Record(info, name, "depth", Place(name, LayerInfo(layer, 0, 0.0)), result)


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return one of each, as large as they come."""
    folder = tmp_path_factory.mktemp("values")
    source = {f"block.{i}.with.a.long.name": RNG.normal(size=(12, 3)) for i in range(120)}
    plan = Plan(measures=[("health_anisotropy", {}), *(Measure(f"own{i}", fn=np.mean) for i in range(3))])
    ran = rs.run(source, plan, folder=folder / "study")
    layers = {
        LayerInfo(name, i, i / 119): (points.shape[1], "float32") for i, (name, points) in enumerate(source.items())
    }
    writer = StoreWriter.create(folder / "store", layers, rows=12)
    writer.append({layer: source[layer.name].astype("float32") for layer in layers})
    writer.close()
    return {
        "Estimate": MANY,
        "Curve": CURVE,
        "NeighborGraph": rs.knn_graph(RNG.normal(size=(3000, 4)), 50),
        "Store": rs.open_store(folder / "store"),
        "Results": ran,
        "Record": record("m(" + "a" * 5000 + ")", MANY),
        "Plan": Plan(measures=[Measure(f"own{i}", fn=np.mean, higher_means="more " * 200) for i in range(300)]),
        "Study": rs.open_study(folder / "study"),
    }


@pytest.mark.parametrize("name", ["Estimate", "Curve", "NeighborGraph", "Store", "Results", "Record", "Plan", "Study"])
def test_a_repr_names_its_class_and_fits_on_a_screen(values: dict[str, Any], name: str) -> None:
    said = repr(values[name])
    assert said.startswith(name)
    assert len(said) < LONG
    assert len(str(values[name])) < LONG


def test_an_estimate_is_a_number() -> None:
    assert float(MANY) == 21.043
    assert (f"{MANY:.2f}", f"{MANY:>8.1f}", f"{MANY}", str(MANY)) == ("21.04", "    21.0", "21.0 ± 0.7", "21.0 ± 0.7")
    assert "±" not in str(Estimate(21.043, n=9))
    assert np.isnan(float(Estimate(float("nan"), n=9)))


def test_a_curve_has_intervals_its_own_or_those_of_a_normal_estimate() -> None:
    curve = Curve([1, 2], [5, 7], "rank", n=9, stderr=[1, 2])
    assert np.allclose(curve.interval, [[5 - 1.96, 5 + 1.96], [7 - 3.92, 7 + 3.92]], atol=1e-3)
    own = Curve([1, 2], [5, 7], "rank", n=9, stderr=[1, 2], interval=[[4, 9], [6, 8]])
    assert own.interval.tolist() == [[4, 9], [6, 8]]
    assert Curve([1, 2], [5, 7], "rank", n=9).interval is None
    with pytest.raises(InputError, match=r"interval of Curve must be \(2, 2\)"):
        Curve([1, 2], [5, 7], "rank", n=9, interval=[[4, 9]])


def hostile_curve() -> Curve:
    return Curve([1, 2], [5, 7], HOSTILE, n=9, stderr=[1, 1], options={"o": HOSTILE}, details={HOSTILE: 1})


def hostile_estimate() -> Estimate:
    return Estimate(5, n=9, per_point=np.arange(9.0), options={HOSTILE: HOSTILE}, details={HOSTILE: 1})


@pytest.mark.parametrize(
    "value",
    [
        hostile_estimate(),
        hostile_curve(),
        Results(
            (record(HOSTILE, hostile_estimate(), HOSTILE), record(HOSTILE, hostile_curve(), HOSTILE)),
            warnings=(HOSTILE,),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_card_escapes_what_comes_from_outside(value: Any) -> None:
    page = value._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert HOSTILE not in page


@pytest.mark.parametrize("name", ["Estimate", "Curve", "NeighborGraph", "Store", "Results", "Study"])
def test_a_notebook_shows_a_card_with_a_picture(values: dict[str, Any], name: str) -> None:
    """Well-formed markup, and a picture in it that a reader of the screen hears of."""
    page = values[name]._repr_html_()
    root = ElementTree.fromstring(page.replace("<br>", "<br/>").replace(' open=""', ""))
    pictures = root.findall(".//{http://www.w3.org/2000/svg}svg")
    assert pictures
    assert all(picture.get("aria-label") for picture in pictures)
    assert len(page) < 60_000


def test_a_card_tells_what_there_is(values: dict[str, Any]) -> None:
    graph, store, study = (values[name]._repr_html_() for name in ("NeighborGraph", "Store", "Study"))
    assert "50 nearest neighbours of 3,000 points" in graph
    assert "100.00% with float32 products" in graph or "products" in graph
    assert "block.0.with.a.long.name" in store
    assert "120 layers" in study
    bare = rs.NeighborGraph.from_arrays(indices=np.array([[1, 2], [0, 2], [0, 1]]))._repr_html_()
    assert "2 to 2 times" in bare
    merged = rs.knn_graph(np.repeat(RNG.normal(size=(20, 3)), 2, axis=0), 3)
    assert "40 points" in merged._repr_html_()


def test_what_holds_many_examples_says_how_many_and_no_more() -> None:
    texts = [f"text {i} " + "word " * 400 for i in range(3000)]
    table = pd.DataFrame({"id": range(3000), "label": ["x" * 100] * 3000})
    held = [
        Examples("text", texts, table),
        rs.Trajectory([(step, {f"h.{i}": np.zeros((500, 40)) for i in range(60)}) for step in range(40)]),
        rs.fit_probe(RNG.normal(size=(90, 400)), np.arange(90) % 9, penalties=1.0),
        Prediction(tuple(texts), np.zeros(3000), None, np.arange(3000), "label", "h.0", "why " * 900),
        Failure("unit " * 900, "measure", "error " * 900),
        *rs.suggest_layers(Results(tuple(record("id_twonn", Estimate(5.0, n=9), f"h.{i}") for i in range(90)))),
    ]
    for one in held:
        assert repr(one).startswith(type(one).__name__)
        assert len(repr(one)) < LONG


def test_cards_of_large_values_stay_small(values: dict[str, Any]) -> None:
    assert "<svg" in MANY._repr_html_()
    assert "<svg" in CURVE._repr_html_()
    assert len(values["Results"]._repr_html_()) < 100_000
