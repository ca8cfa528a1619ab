"""What holds for every recipe, and how ours is set beside what was published."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.recipes._compare import compare, counted, to_frame
from repscape.recipes._order import Ours
from repscape.recipes._recipe import Published, Recipe, along

ROOT = Path(__file__).parents[2]
RECIPES = rs.list_recipes()
TEXT = """
title = "Peaks"
study = "Someone (2020)"
about = "Peaks are looked for."
models = { small = "org/small" }
[needs]
models = "one"
data = "none"
memory = "1 GiB"
disk = "none"
time = "a second"
[options.k]
default = 10
about = "neighbours"
[options.share]
default = 0.5
about = "share"
[options.way]
default = "up"
choices = ["up", "down"]
about = "direction"
[[published]]
key = "peak"
what = "peak"
value = 20
tolerance = 1
source = "figure 2"
[[published]]
key = "curve"
what = "overlap"
at = ["layer 0", "layer 1"]
values = [0.1, 0.2]
tolerance = 0.001
source = "table 1"
"""


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_whole(name: str) -> None:
    one = RECIPES[name]
    assert one.title.endswith("?")
    assert all(one.needs.values())
    assert one.published, "a recipe sets something beside what was published"
    assert len({number.key for number in one.published}) == len(one.published)
    assert all(number.tolerance > 0 and number.source for number in one.published)
    assert (ROOT / "docs" / "recipes" / f"{name}.md").exists()
    assert (ROOT / "tests" / "recipes" / "studies" / f"test_{name.replace('-', '_')}.py").exists()


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_says_what_it_would_do_and_does_nothing(name: str, tmp_path: Path) -> None:
    said = rs.forecast_recipe(name, to=tmp_path / "new")
    assert said
    assert all(line.endswith(".") for line in said)
    assert not list(tmp_path.iterdir())


def test_a_recipe_is_read_from_its_text() -> None:
    one = Recipe.read(TEXT, "peaks")
    assert one.published[0] == Published("peak", "peak", 20.0, 1.0, "figure 2")
    assert [number.key for number in one.published[1:]] == [along("curve", 0), along("curve", 1)]
    assert one.published[2].what == "overlap, layer 1"
    assert one.chosen({"k": 3, "way": "down"}) == {"k": 3, "share": 0.5, "way": "down"}
    assert one.chosen({"share": 1})["share"] == 1


def test_what_a_recipe_cannot_be_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no option 'titel'.*'title'"):
        Recipe.read(TEXT.replace("title", "titel", 1), "peaks")
    with pytest.raises(InputError, match=r"must say needs\.time"):
        Recipe.read(TEXT.replace('time = "a second"', ""), "peaks")
    one = Recipe.read(TEXT, "peaks")
    with pytest.raises(UnknownNameError, match="no option 'kk'.*Did you mean 'k'"):
        one.chosen({"kk": 3})
    with pytest.raises(UnknownNameError, match="'up', 'down'. Got 'left'"):
        one.chosen({"way": "left"})
    for wrong in ("ten", 2.5, True):
        with pytest.raises(InputError, match="kind int, as 10"):
            one.chosen({"k": wrong})
    with pytest.raises(UnknownNameError, match="Did you mean 'word-rsa'"):
        rs.run_recipe("word-rs", to="nowhere")


def test_status_says_what_a_number_is_worth() -> None:
    published = [Published(key, key, 20.0, 1.0, "figure 2") for key in "abcd"]
    ours = [Ours("a", 20.9), Ours("b", 21.1, 0.5), Ours("c", 20.0, stand_in="a tiny model")]
    rows = compare(published, ours)
    assert [row.status for row in rows] == ["reproduced", "differs", "stand-in", "not run"]
    assert counted(rows) == "4 published numbers: 1 reproduced, 1 differs, 1 stand-in, 1 not run."
    table = to_frame(rows)
    assert table["ours"].tolist()[:3] == [20.9, 21.1, 20.0]
    assert math.isnan(table["ours"][3])
    assert table["note"].tolist() == ["", "", "a tiny model", ""]
    with pytest.raises(UnknownNameError, match="number of a recipe"):
        compare(published, [Ours("e", 1.0)])


def test_a_number_that_is_not_one_reproduces_nothing() -> None:
    assert compare([Published("a", "a", 1.0, 9.0, "table 1")], [Ours("a", math.nan)])[0].status == "differs"
