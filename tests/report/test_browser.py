"""The page in Chromium: what a reader does with it, and what a text that is a script must not do."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import repscape as rs
from repscape.report import map_examples
from repscape.results import MeasureInfo
from tests.figures.studies import SCRIPT, by_hand, layers, states
from tests.report.visits import Visit

N = 60
BOLD = "<b>fine</b> &amp; well"
TEXT = f"A review that says {SCRIPT} and no more."


SOURCE = {SCRIPT: states(layers(4), seed=0), "other": states(layers(4, names=f"{SCRIPT}.{{}}"), seed=1)}
COLUMNS = {
    "label": np.where(np.arange(N) % 2, SCRIPT, BOLD),
    "file": np.array([f"{SCRIPT}{i}.txt" for i in range(N)]),
    "text": np.array([TEXT, *(f"text number {i}" for i in range(1, N))]),
    "length": np.arange(N) / 7,
}


@pytest.fixture(scope="module")
def report_results():
    plan = rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 10})], labels="label", values=[])
    return rs.run(SOURCE, plan, columns=COLUMNS, threads=1)


@pytest.fixture(scope="module")
def report(report_results, tmp_path_factory):
    """A page in which every name that comes from outside is a script."""
    found = map_examples(SOURCE, columns=COLUMNS)
    return rs.write_report(
        report_results, tmp_path_factory.mktemp("browser") / "report.html", title=SCRIPT, study=found
    )


@pytest.fixture(scope="module")
def visit(browser, report):
    """The page as one reader finds it; tests of it undo what they change, or do not mind."""
    found = Visit(browser, report)
    found.show_map()
    yield found
    found.context.close()


def test_the_first_screen_holds_sentences_curve_and_map(visit):
    page = visit.page
    page.evaluate("scrollTo(0, 0)")
    for part in (".said li", "#curve .plot", "#map-canvas", ".take"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 900, part
    assert page.locator("#map-colour").evaluate("node => node.selectedOptions[0].text") == "label"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900), (2560, 1440)])
def test_it_does_so_on_a_phone_and_on_a_wide_screen(visit, width, height):
    page = visit.page
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    for part in (".said li", "#curve .plot", "#map-canvas"):
        box = page.locator(part).first.bounding_box()
        assert box["height"] > 20, part
        assert box["y"] + box["height"] <= height + 1, part
        assert box["x"] + box["width"] <= width, part
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_contents_stay_and_say_where_one_is(visit):
    page = visit.page
    page.locator(".bar nav a", has_text="Findings").click()
    page.wait_for_function("() => document.querySelector('.bar nav a[aria-current]')?.textContent === 'Findings'")
    assert page.locator(".bar").bounding_box()["y"] == 0
    page.evaluate("scrollTo(0, 0)")


def test_the_layer_slider_moves_the_points_and_obeys_the_arrow_keys(visit):
    page = visit.page
    slider = page.locator("#map-layer")
    slider.fill("3")
    before = visit.places()
    assert page.locator("#map-layer-name").inner_text().startswith("3")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.locator("#map-layer-name", has_text="2 ·").wait_for()
    after = visit.places()
    assert len(before) == len(after) == N
    assert before != after
    assert "layer 2" in slider.get_attribute("aria-valuetext")


def test_a_click_on_a_point_shows_its_neighbours_beside_the_map(visit):
    page = visit.page
    page.locator("#map-layer").fill("3")
    middle = np.array(visit.places())
    apart = np.linalg.norm(middle[:, None] - middle[None], axis=-1) + 1e9 * np.eye(N)
    lonely = int(apart.min(axis=1).argmax())
    visit.click_point(lonely)
    page.locator("#map-neighbours").wait_for()
    assert page.locator("#map-example").input_value() == str(lonely)
    page.locator("#map-other").select_option("0")
    one, two = (_nearest(SOURCE[SCRIPT], index, lonely) for index in (3, 0))
    page.wait_for_timeout(200)
    assert visit.near("one") == one
    assert visit.near("two") == two
    assert f"{len(set(one) & set(two))} of the 10 nearest" in page.locator("#map-shared").inner_text()
    first = page.locator("#map-one li").first.bounding_box()
    assert first["y"] + first["height"] < 900  # without scrolling
    page.locator("#map-close").click()
    assert page.locator("#curve .plot").is_visible()


def test_the_map_is_used_by_keyboard_alone(visit):
    page = visit.page
    page.locator("#map-canvas").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#map-example").input_value() == "0"
    page.keyboard.press("ArrowRight")
    assert page.locator("#map-example").input_value() == "1"
    before = visit.places()
    page.keyboard.press("+")
    assert np.ptp(np.array(visit.places())[:, 0]) > 1.2 * np.ptp(np.array(before)[:, 0])
    page.keyboard.press("0")
    np.testing.assert_allclose(visit.places(), before, atol=1e-6)
    page.keyboard.press("Escape")
    assert page.locator("#example").is_hidden()


def test_a_class_of_the_legend_is_lit_alone(visit):
    page = visit.page
    page.locator("#map-colour").select_option(label="label")
    together = visit.colours()
    chip = page.locator("#map-legend button").first
    chip.click()
    alone = visit.colours()
    assert sum(a == b for a, b in zip(together, alone, strict=True)) == N // 2
    page.locator("#map-legend button").first.click()
    assert visit.colours() == together


def _nearest(model, index: int, row: int) -> list[int]:
    points = model[layers(4)[index]]
    away = np.linalg.norm(points - points[row], axis=1)
    away[row] = np.inf
    return np.argsort(away, kind="stable")[:10].tolist()


def test_a_neighbour_is_a_button_that_leads_on_and_texts_can_be_found(visit):
    page = visit.page
    page.locator("#side-example").click()
    page.locator("#map-find").fill("review that says")
    page.keyboard.press("Enter")
    page.locator("#map-card", has_text=TEXT).wait_for()
    wanted = visit.near("one")[0]
    page.locator("#map-one button").first.focus()
    page.keyboard.press("Enter")
    page.locator("#map-card", has_text=f"text number {wanted}").wait_for()
    assert page.locator("#map-example").input_value() == str(wanted)


def test_points_are_coloured_by_any_column_and_by_what_was_measured_of_each(visit, report_results):
    page = visit.page
    counts = {}
    for column in ("label", "length", "one colour"):
        page.locator("#map-colour").select_option(label=column)
        counts[column] = len(set(visit.colours()))
    assert counts["label"] == 2
    assert counts["length"] > 20
    assert counts["one colour"] == 1
    own = "Label overlap of label"
    assert page.locator("#map-colour option").all_inner_texts() == ["label", "length", own, "one colour"]
    page.locator("#map-colour").select_option(label=own)
    page.locator("#map-layer").fill("2")
    (record,) = (r for r in report_results if _is_overlap(r, layers(4)[2].key))
    colours, values = visit.colours(), record.result.per_point
    same = [[colours[i] == colours[j] for i in range(N)] for j in range(N)]
    assert same == (values[:, None] == values[None, :]).tolist()
    page.locator("#map-colour").select_option(label="label")


def _is_overlap(record, key: str) -> bool:
    place = record.place
    return record.info.name == "overlap_labels" and place.model == SCRIPT and place.layer.key == key


def test_another_model_has_its_own_layers(visit):
    visit.page.locator("#map-model").select_option("other")
    visit.page.locator("#map-layer-name", has_text=SCRIPT).wait_for()
    visit.page.locator("#map-model").select_option(SCRIPT)
    shown = visit.page.locator("#map-layer-name", has_text="blocks")
    shown.wait_for()
    assert shown.count() == 1


def test_figures_tell_value_error_layer_and_model_at_the_pointer(visit):
    page = visit.page
    figure = page.locator("main > section figure[data-figure]").nth(1)
    figure.scroll_into_view_if_needed()
    figure.locator(".point").first.wait_for()
    figure.locator(".point").first.hover(force=True)
    hover = figure.locator(".hoverlayer text").first
    hover.wait_for()
    said = hover.text_content()
    assert SCRIPT in said
    assert "layer 0" in said
    assert "±" in said
    assert not figure.locator("img").is_visible()


def test_tables_sort_and_give_their_csv(visit, tmp_path):
    page = visit.page
    section = page.locator("#measure-0")
    section.locator("summary", has_text="Table:").first.click()
    button = section.locator("th button", has_text="value").first
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    column = section.locator("thead th").all_inner_texts().index("value")
    shown = [
        float(row.locator("td").nth(column).get_attribute("data-value")) for row in section.locator("tbody tr").all()
    ]
    assert shown == sorted(shown, reverse=True)
    with page.expect_download() as waiting:
        section.locator("a[download]").first.click()
    waiting.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted((float(row["value"]) for row in rows), reverse=True) == pytest.approx(shown)
    assert {row["model"] for row in rows} == {SCRIPT, "other"}


def test_light_and_dark_by_a_button(visit):
    page = visit.page
    paint = "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    light = page.evaluate(paint)
    page.locator("#scheme").click()
    dark = page.evaluate(paint)
    tick = page.locator("figure .xtick text").first.evaluate("node => getComputedStyle(node).fill")
    page.locator("#scheme").click()
    assert page.evaluate(paint) == light
    assert sum(map(int, light[0][4:-1].split(","))) > 600 > 150 > sum(map(int, dark[0][4:-1].split(",")))
    assert tick == dark[1]


def test_scripts_among_the_examples_appear_and_do_nothing_else(visit):
    page = visit.page
    assert page.title() == SCRIPT
    page.locator("#side-example").click()
    page.locator("#map-example").fill("1")
    page.locator("#map-example").press("Enter")
    page.locator("#map-details summary").click()
    page.locator("#map-columns", has_text=f"{SCRIPT}1.txt").wait_for()
    assert page.locator("#map-legend button").all_inner_texts() == [BOLD, SCRIPT]
    page.locator("#map-back").click()
    page.locator("#map-card", has_text=TEXT).wait_for()
    x, y = visit.places()[0]
    box = page.locator("#map-canvas").bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.locator("#map-tip", has_text="example").wait_for()
    assert visit.faults == []


def test_on_paper_everything_is_there(browser, report, tmp_path):
    found = Visit(browser, report)
    found.show_map()
    found.page.emulate_media(media="print")
    assert not found.page.locator(".controls").first.is_visible()
    assert found.page.locator("#curve img").is_visible()
    found.page.pdf(path=str(tmp_path / "page.pdf"))
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    found.context.close()


def test_a_dark_reader_finds_a_dark_page(browser, report):
    found = Visit(browser, report, color_scheme="dark")
    colour = found.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, colour[4:-1].split(","))) < 150
    assert found.page.locator("#scheme").inner_text() == "Light"
    assert found.faults == []
    found.context.close()


def test_markup_that_slips_in_is_refused(browser, tmp_path):
    path = rs.write_report(
        by_hand([0.5, 0.75, 0.25], info=MeasureInfo("share")), tmp_path / "report.html", title="Shares"
    )
    evil = (
        "<script>document.title = 'broken'</script>"
        "<img src='https://example.org/x.png' onerror=\"document.title='broken'\">"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", f"{evil}</main>"), encoding="utf-8")
    found = Visit(browser, path)
    assert found.page.title() == "Shares"
    refused = [did for did in found.did if "Content Security Policy" in did]
    assert any("script-src" in did for did in refused)
    assert any("example.org" in did for did in refused)
    found.context.close()


def test_without_scripts_the_figures_and_tables_are_still_there(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("figure img").first.is_visible()
    assert page.locator("#examples .no-script").is_visible()
    page.locator("#measure-0 summary", has_text="Table:").first.click()
    assert page.locator("#measure-0 tbody tr").first.is_visible()
    context.close()
