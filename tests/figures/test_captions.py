import numpy as np

from repscape.figures import alternative, caption, sketches
from repscape.results import MeasureInfo
from tests.figures.studies import by_hand, curves, layers, study


def captions(results):
    return {sketch.name: caption(sketch) for sketch in sketches(results)}


def test_a_caption_says_what_bands_dots_and_larger_values_are():
    found = captions(study({"net": layers(3)}))
    assert "Bands: 95 % intervals (error: " in found["overlap_labels"]
    assert "Dotted: what unrelated data would give." in found["overlap_labels"]
    assert "Higher: neighbours share the label more often." in found["overlap_labels"]
    assert "Bands: 95 % intervals" in found["id_gride"]
    assert "Bands" not in found["overlap_neighbors-pairs"]


def test_bands_that_are_not_drawn_are_not_promised():
    info = MeasureInfo("plain")
    assert "Bands" not in captions(by_hand([1.0, 2.0], info=info))["plain"]
    found = captions(study({"": layers(2)}, steps=range(9)))
    assert "Errors are in the table" in found["overlap_labels"]
    assert (
        "Errors are in the table" not in captions(curves({"m": 20}, x=(1, 2), info=MeasureInfo("c", plot="curve")))["c"]
    )


def test_the_alternative_text_gives_the_range():
    (sketch,) = sketches(by_hand([3.0, 1.5, np.nan], info=MeasureInfo("plain", label="size")))
    assert "2 values from 1.5 (layer blocks.1) to 3 (layer blocks.0)" in alternative(sketch)
    (sketch,) = sketches(by_hand([np.nan], info=MeasureInfo("plain")))
    assert "no finite value" in alternative(sketch)
