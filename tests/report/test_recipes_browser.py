"""Reports of recipes in Chromium: the map of single examples, with their pictures and their words."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import repscape as rs
from repscape.recipes import _run
from repscape.report.map._study import load_map
from tests.report.visits import Visit


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Two recipes: a network that learns digits, hardly, and words whose vectors are made up."""
    home = tmp_path_factory.mktemp("recipes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_run, "save_painted", lambda *given: {})
        patch.setattr(_run, "save_drawings", lambda *given: None)
        digits = rs.run_recipe("training-dynamics", to=home / "digits", options={"steps": 4, "checkpoints": 2})
        words = rs.run_recipe("word-rsa", to=home / "words", stand_in="always")
    return digits.report, words.report


def seen(locator) -> np.ndarray:
    """Return a picture as it stands on the screen, as 8 x 8 pixels again."""
    shot = Image.open(io.BytesIO(locator.screenshot())).convert("L")
    return np.asarray(shot.resize((8, 8), Image.Resampling.BOX), dtype=float)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def choose(visit: Visit) -> int:
    """Click the point that lies farthest from all others; return its number."""
    middle = np.array(visit.places())
    apart = np.linalg.norm(middle[:, None] - middle[None], axis=-1) + 1e9 * np.eye(len(middle))
    lonely = int(apart.min(axis=1).argmax())
    visit.click_point(lonely)
    visit.page.locator("#map-neighbours").wait_for()
    assert visit.page.locator("#map-example").input_value() == str(lonely)
    return lonely


def test_a_click_shows_the_digit_and_the_pictures_of_its_neighbours(browser, followed):
    visit, kept = Visit(browser, followed[0]), load_map(followed[0].parent)
    visit.show_map()
    page = visit.page
    assert page.locator("#map-colour").evaluate("node => node.selectedOptions[0].text") == "digit"
    before = visit.places()
    page.locator("#map-layer").fill("1")
    page.locator("#map-layer-name", has_text="1 ·").wait_for()
    assert visit.places() != before
    before = visit.places()
    page.locator("#map-layer").fill("2")
    page.locator("#map-layer-name", has_text="2 ·").wait_for()
    assert visit.places() != before
    chosen = choose(visit)
    every, labels = held_out(kept)
    page.locator("#map-card .picture").scroll_into_view_if_needed()
    assert alike(seen(page.locator("#map-card .picture")), every[chosen]) > 0.98
    last = next(i for i, place in enumerate(kept.places) if (place.step, place.layer.index) == (4, 2))
    near = kept.neighbors[last, chosen].tolist()
    assert visit.near("one") == near
    assert [int(text) for text in page.locator("#map-one .class").all_inner_texts()] == labels[near].tolist()
    tiles = page.locator("#map-one .picture")
    assert tiles.count() == len(near)
    found = [seen(tiles.nth(i)) for i in range(len(near))]
    assert min(alike(one, every[row]) for one, row in zip(found, near, strict=True)) > 0.9
    assert visit.faults == []
    visit.context.close()


def held_out(kept):
    """Return the digits that the page shows, from scikit-learn's own table."""
    digits = load_digits()
    place = {image.astype(np.uint8).tobytes(): row for row, image in enumerate(digits.images)}
    shown = (kept.pictures[..., 0] * (16 / 255)).round().astype(np.uint8)
    rows = [place[image.tobytes()] for image in shown]
    return digits.images[rows], digits.target[rows]


def test_a_click_shows_the_word_and_those_near_it_in_both_models(browser, followed):
    visit, kept = Visit(browser, followed[1]), load_map(followed[1].parent)
    visit.show_map()
    chosen = choose(visit)
    words = kept.table["word"].to_numpy()
    assert words[chosen] in visit.page.locator("#map-card").inner_text()
    for side, model in (("one", 0), ("two", 1)):  # a model of one layer has another model's beside it
        shown = visit.page.locator(f"#map-{side} .words").all_inner_texts()
        assert shown == words[kept.neighbors[model, chosen]].tolist()
    assert visit.faults == []
    visit.context.close()
