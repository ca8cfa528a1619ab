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
def report(tmp_path_factory):
    """A page in which every name that comes from outside is a script."""
    plan = rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 10})], labels="label", values=[])
    results = rs.run(SOURCE, plan, columns=COLUMNS, threads=1)
    found = map_examples(SOURCE, columns=COLUMNS)
    return rs.write_report(results, tmp_path_factory.mktemp("browser") / "report.html", title=SCRIPT, study=found)


@pytest.fixture(scope="module")
def visit(browser, report):
    """The page as one reader finds it; tests of it undo what they change, or do not mind."""
    found = Visit(browser, report)
    found.show_map()
    yield found
    found.context.close()


def test_the_layer_slider_moves_the_points_and_obeys_the_arrow_keys(visit):
    page = visit.page
    slider = page.locator("#map-layer")
    slider.fill("3")
    page.wait_for_timeout(200)
    before = visit.places()
    assert page.locator("#map-layer-name").inner_text().startswith("3")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.locator("#map-layer-name", has_text="2 ·").wait_for()
    page.wait_for_timeout(200)
    after = visit.places()
    assert len(before) == len(after) == N
    assert before != after
    assert "layer 2" in slider.get_attribute("aria-valuetext")


def test_a_click_on_a_point_shows_its_neighbours_in_two_layers(visit):
    page = visit.page
    page.locator("#map-layer").fill("3")
    page.locator("#map-colour").select_option("")
    page.locator("#map-plot .point").nth(N - 1).wait_for()
    boxes = [page.locator("#map-plot .scatterlayer .point").nth(i).bounding_box() for i in range(N)]
    middle = np.array([(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes])
    apart = np.linalg.norm(middle[:, None] - middle[None], axis=-1) + 1e9 * np.eye(N)
    lonely = int(apart.min(axis=1).argmax())
    page.mouse.click(*middle[lonely])
    page.locator("#map-neighbours").wait_for()
    assert page.locator("#map-example").input_value() == str(lonely)
    page.locator("#map-other").select_option("0")
    one, two = (_nearest(SOURCE[SCRIPT], index, lonely) for index in (3, 0))
    page.wait_for_timeout(200)
    assert visit.near("one") == one
    assert visit.near("two") == two
    assert f"{len(set(one) & set(two))} of the 10 nearest" in page.locator("#map-shared").inner_text()


def _nearest(model, index: int, row: int) -> list[int]:
    points = model[layers(4)[index]]
    away = np.linalg.norm(points - points[row], axis=1)
    away[row] = np.inf
    return np.argsort(away, kind="stable")[:10].tolist()


def test_a_neighbour_is_a_button_that_leads_on_and_texts_can_be_found(visit):
    page = visit.page
    page.locator("#map-find").fill("review that says")
    page.keyboard.press("Enter")
    page.locator("#map-card", has_text=TEXT).wait_for()
    wanted = visit.near("one")[0]
    page.locator("#map-one button").first.focus()
    page.keyboard.press("Enter")
    page.locator("#map-card", has_text=f"text number {wanted}").wait_for()
    assert page.locator("#map-example").input_value() == str(wanted)


def test_points_are_coloured_by_any_column(visit):
    page = visit.page
    fills = "nodes => [...new Set(nodes.map(node => node.style.fill))]"
    counts = {}
    for column in ("label", "length", ""):
        page.locator("#map-colour").select_option(column)
        page.wait_for_timeout(300)
        counts[column] = len(page.locator("#map-plot .scatterlayer .point").evaluate_all(fills))
    assert counts["label"] >= 2
    assert counts["length"] > 20
    assert counts[""] < counts["length"]
    assert page.locator("#map-colour option").all_inner_texts() == ["label", "length", "one colour"]


def test_another_model_has_its_own_layers(visit):
    visit.page.locator("#map-model").select_option("other")
    visit.page.locator("#map-layer-name", has_text=SCRIPT).wait_for()
    visit.page.locator("#map-model").select_option(SCRIPT)
    shown = visit.page.locator("#map-layer-name", has_text="blocks")
    shown.wait_for()
    assert shown.count() == 1


def test_figures_tell_value_error_layer_and_model_at_the_pointer(visit):
    page = visit.page
    figure = page.locator("figure[data-figure]").first
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
    page.locator("#map-colour").select_option("label")
    page.locator("#map-example").fill("1")
    page.locator("#map-example").press("Enter")
    page.locator("#map-card", has_text=f"{SCRIPT}1.txt").wait_for()
    legend = page.locator("#map-plot .legendtext")
    legend.first.wait_for()
    assert set(legend.evaluate_all("nodes => nodes.map(node => node.textContent)")) == {SCRIPT, BOLD}
    page.locator("#map-back").click()
    page.locator("#map-card", has_text=TEXT).wait_for()
    assert visit.faults == []


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
