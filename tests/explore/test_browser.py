"""The explorer in Chromium, driven as a reader drives it; what it shows is compared with graphs and tables made here."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest

import repscape as rs
from tests.explore.studies import CODE, FORMULA, LAYERS, K, N, columns, graph, points
from tests.explore.visit import Visit

TURNOVER = "value:turnover"


@pytest.fixture(scope="module")
def visit(browser, served):
    found = Visit(browser, served.address)
    yield found
    found.context.close()


@pytest.fixture(autouse=True)
def afresh(request):
    """Begin each test at the last layer of the first model, and end it without a fault."""
    if "visit" not in request.fixturenames:
        yield
        return
    visit = request.getfixturevalue("visit")
    visit.page.evaluate(
        "repscape.state.set({a: repscape.usual.a, b: repscape.usual.b, two: false, row: -1, pick: null, map: 'pca', k: 10,"
        " tab: 'example', colour: 'column:kind', sort: '', up: false, x: 0, y: 0, zoom: 1})"
    )
    visit.until("!repscape.mask && repscape.pane.a.colouring?.kind === 'class'")
    yield
    assert visit.faults == []
    assert visit.outside == []


def strip_of(visit, which: int = 0) -> list[list[int]]:
    """Return the neighbours that the strip shows, layer by layer."""
    visit.page.locator("svg.strip").nth(which).wait_for()
    held = (
        visit.page.locator("svg.strip")
        .nth(which)
        .locator(".chip")
        .evaluate_all("all => all.map((n) => [n.dataset.at, n.dataset.rank, n.dataset.row].map(Number))")
    )
    found = [[-1] * K for _ in range(LAYERS)]
    for at, rank, row in held:
        found[at][rank] = row
    return found


def test_the_token_leaves_the_address_and_a_second_tab_needs_none(visit, served):
    assert "token" not in visit.page.url
    second = visit.context.new_page()
    second.goto(f"{served.base}/")
    second.wait_for_selector("#explorer[data-ready]")
    assert second.locator(".pane").first.is_visible()
    second.close()


def test_an_address_without_the_token_is_refused(browser, served):
    context = browser.new_context()
    page = context.new_page()
    assert page.goto(f"{served.base}/").status == 403
    assert "token" in page.locator("body").inner_text()
    context.close()


def test_the_slider_moves_the_points_to_the_principal_plane_of_the_layer(visit):
    assert visit.layer().endswith("block3")
    slider = visit.page.locator("input.layer").first
    slider.focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.until("repscape.data.name(repscape.state.now.a).endsWith('block2') && repscape.pane.a.plane.share === 1")
    assert "block2" in slider.get_attribute("aria-valuetext")
    visit.until("repscape.pane.a.plane.to === repscape.data.here(`xy pca ${repscape.state.now.a}`).xy")
    shown = np.array(visit.page.evaluate("Array.from(repscape.pane.a.plane.to)")).reshape(N, 2)
    X = points("base")["block2"].astype(float)
    left, values, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    true = left[:, :2] * values[:2]
    apart = [np.linalg.norm(one[:, None] - one[None], axis=-1) for one in (shown, true)]
    np.testing.assert_allclose(apart[0] / apart[0].max(), apart[1] / apart[1].max(), atol=1e-4)


def test_play_goes_through_the_layers_and_stops(visit):
    visit.page.locator(".play").first.click()
    visit.until("repscape.data.name(repscape.state.now.a).endsWith('block0')")
    visit.until("repscape.data.name(repscape.state.now.a).endsWith('block1')")
    visit.page.locator(".play").first.click()
    assert visit.page.locator(".play").first.get_attribute("aria-pressed") == "false"
    assert visit.page.evaluate("repscape.pane.a.timer") is None


def test_a_click_shows_the_true_neighbours_in_every_layer(visit):
    row = 40
    visit.page.mouse.click(*visit.pixel(row))
    visit.until("repscape.state.now.row >= 0")
    row = visit.state()["row"]  # two points may share a pixel
    visit.until(f"repscape.near.a.length === {K}")
    assert strip_of(visit) == [graph("base", f"block{layer}").indices[row].tolist() for layer in range(LAYERS)]
    visit.until(f"document.querySelectorAll('.body .list .brief').length === {K}")
    assert visit.listed() == graph("base", "block3").indices[row].tolist()
    shown = [float(text) for text in visit.page.locator(".body .value").all_inner_texts()]
    np.testing.assert_allclose(shown, graph("base", "block3").distances[row], rtol=6e-3)
    kept = visit.page.locator("svg.strip .kept").all_text_contents()
    lists = [set(graph("base", f"block{layer}").indices[row].tolist()) for layer in range(LAYERS)]
    assert kept == [f"{len(lists[i] & lists[i + 1])}/{K}" for i in range(LAYERS - 1)]


def test_two_panes_compare_two_models(visit):
    visit.page.locator("#two").click()
    visit.page.evaluate("repscape.choose(12)")
    visit.until("document.querySelectorAll('svg.strip').length === 2")
    assert visit.layer("b").startswith("tuned")
    one, two = graph("base", "block3").indices[12].tolist(), graph("tuned", "block3").indices[12].tolist()
    assert (strip_of(visit, 0)[3], strip_of(visit, 1)[3]) == (one, two)
    visit.until("document.querySelector('.shared') !== null")
    assert visit.page.locator(".shared").inner_text().startswith(f"{len(set(one) & set(two))} of the 10")
    x, y = visit.pixel(12, "b")
    visit.page.mouse.move(x - 200, y)
    visit.page.mouse.wheel(0, -300)
    visit.until("repscape.state.now.zoom > 1")
    assert visit.page.evaluate("[repscape.pane.a.plane.camera.zoom === repscape.pane.b.plane.camera.zoom]") == [True]


def test_colour_by_turnover_is_that_of_the_measure(visit):
    visit.page.evaluate("repscape.go('a', repscape.data.line(repscape.state.now.a)[1].number)")
    visit.page.locator("#colour").select_option(TURNOVER)
    visit.until("repscape.pane.a.colouring.kind === 'number'")
    shown = np.array(visit.page.evaluate("Array.from(repscape.pane.a.colouring.values)"))
    kept = rs.overlap_neighbors(graph("base", "block1"), graph("base", "block2"), k=K, error=None).per_point
    np.testing.assert_allclose(shown, 1 - kept, atol=1e-6)
    visit.page.locator("#tab-table").click()
    visit.page.get_by_label("Sort by", exact=True).select_option(TURNOVER)
    visit.until("document.querySelectorAll('.body .list .value').length > 50")
    order = np.lexsort((np.arange(N), kept))
    assert visit.listed()[:20] == order[:20].tolist()


def test_a_lasso_becomes_a_csv(visit):
    spots = visit.pixels()
    inside = spots[CODE[0] == CODE]
    left, top = np.min(inside, axis=0) - 6
    right, bottom = np.max(inside, axis=0) + 6
    page = visit.page
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 3)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.locator("#as-csv").wait_for()
    chosen = set(page.evaluate("Array.from(repscape.rows())"))
    assert set(np.flatnonzero(CODE[0] == CODE).tolist()) <= chosen
    within = (spots > (left + 1, top + 1)).all(axis=1) & (spots < (right - 1, bottom - 1)).all(axis=1)
    assert set(np.flatnonzero(within).tolist()) == chosen
    with page.expect_download() as waiting:
        page.locator("#as-csv").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"), newline="")))
    assert {int(row["row"]) for row in rows} == chosen
    known = columns()
    assert all(row["text"] == known["text"][int(row["row"])] for row in rows if not row["text"].startswith("'"))
    page.reload()
    page.wait_for_selector("#explorer[data-ready]")
    visit.until("repscape.mask && repscape.pane.a.plane.to")
    assert set(page.evaluate("Array.from(repscape.rows())")) == chosen  # the address holds the lasso


def test_a_formula_in_a_text_is_no_formula_in_the_csv(visit):
    page = visit.page
    page.evaluate("repscape.select({kind: 'rows', rows: [5]})")
    page.locator("#as-csv").wait_for()
    with page.expect_download() as waiting:
        page.locator("#as-csv").click()
    (row,) = csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"), newline=""))
    assert (row["text"], row["id"]) == (f"'{FORMULA}", "'=e5")


def test_search_and_query_find_what_they_say(visit):
    page = visit.page
    page.keyboard.press("/")
    page.locator("#query").wait_for()
    visit.until("document.activeElement.id === 'query'")
    page.keyboard.type("FUR")
    page.keyboard.press("Enter")
    visit.until("repscape.mask !== null")
    texts, mass = columns()["text"], columns()["mass"]
    assert page.evaluate("Array.from(repscape.rows())") == [i for i in range(N) if "fur" in texts[i]]
    page.locator("#query").fill("kind != animal and (mass > 0.5 or text ~ soup)")
    page.keyboard.press("Enter")
    visit.until("repscape.state.now.pick.text.startsWith('kind') && repscape.mask !== null")
    true = [i for i in range(N) if CODE[i] != 0 and (np.float32(mass[i]) > 0.5 or "soup" in texts[i])]
    assert page.evaluate("Array.from(repscape.rows())") == true
    page.locator("#query").fill("kind = anmal")
    page.keyboard.press("Enter")
    page.locator(".alert").wait_for()
    assert "animal" in page.locator(".alert").inner_text()
    page.locator(".alert button").click()


def test_what_is_being_typed_outlives_the_panel_around_it(visit):
    """An answer that comes late draws the panel again: it took the field, and with it the words and the focus."""
    page = visit.page
    page.keyboard.press("/")
    page.locator("#query").wait_for()
    visit.until("document.activeElement.id === 'query'")
    page.keyboard.type("fu")
    page.evaluate("repscape.frame.panel()")
    page.keyboard.type("r")
    assert page.locator("#query").input_value() == "fur"
    page.keyboard.press("Enter")
    visit.until("repscape.mask !== null")
    page.locator("#clear").click()
    visit.until("repscape.mask === null && document.querySelector('#query').value === ''")


def test_what_a_group_has_in_common(visit):
    page = visit.page
    page.locator(".legend .entry", has_text="food").click()
    page.locator(".differences .word").first.wait_for()
    assert page.locator("#selected").inner_text() == f"{(CODE == 1).sum()} of {N} examples"
    assert set(page.locator(".differences .word").all_inner_texts()[:4]) == {"bread", "soup", "salt", "cheese"}
    assert page.locator(".apart tbody th").first.inner_text().startswith("kind: food")


def test_a_cell_of_a_matrix_leads_to_the_examples_that_make_the_difference(visit):
    page = visit.page
    page.locator("#tab-results").click()
    matrix = page.locator("svg.matrix").first
    matrix.wait_for()
    cell = matrix.locator(".cell").nth(1)
    here, there = (int(cell.get_attribute(f"data-{name}")) for name in ("here", "there"))
    cell.click()
    visit.until(f"repscape.state.now.two && repscape.state.now.a === {here} && repscape.state.now.b === {there}")
    visit.until("document.querySelectorAll('.body .list .value').length > 50")
    names = [page.evaluate(f"repscape.data.layers.get({place}).key") for place in (here, there)]
    models = [page.evaluate(f"repscape.data.layers.get({place}).model") for place in (here, there)]
    one, two = (graph(model, name) for model, name in zip(models, names, strict=True))
    kept = rs.overlap_neighbors(one, two, k=K, error=None).per_point
    assert visit.listed()[:10] == np.lexsort((np.arange(N), kept))[:10].tolist()
    page.go_back()
    visit.until("!repscape.state.now.two && repscape.state.now.tab === 'results'")


def test_the_back_button_goes_back_to_what_was_seen(visit):
    page = visit.page
    page.evaluate("repscape.choose(7)")
    page.locator("#tab-groups").click()
    page.evaluate("repscape.choose(9)")
    visit.until("location.hash.includes('row=9')")
    page.go_back()
    visit.until("repscape.state.now.row === 7 && repscape.state.now.tab === 'groups'")
    page.go_forward()
    visit.until("location.hash.includes('row=9')")
    assert visit.state()["row"] == 9


def test_a_view_can_be_sent(visit, browser, served):
    visit.page.evaluate(
        "repscape.state.set({row: 33, two: true, a: 1, b: 6, colour: 'value:hubness', x: .2, y: .1, zoom: 2,"
        " sort: 'column:mass'})"
    )
    visit.until("location.hash.includes('row=33')")
    words = ("a", "b", "two", "row", "colour", "x", "y", "zoom", "sort", "tab")
    address = f"{served.address}{visit.page.evaluate('location.hash')}"
    other = Visit(browser, address)
    assert {word: other.state()[word] for word in words} == {word: visit.state()[word] for word in words}
    assert other.faults == []
    other.context.close()


def test_everything_by_keyboard(visit):
    page = visit.page
    page.locator(".map").first.focus()
    page.keyboard.press("ArrowRight")
    visit.until("repscape.state.now.row >= 0")
    first = visit.state()["row"]
    page.keyboard.press("ArrowUp")
    visit.until(f"repscape.state.now.row !== {first}")
    page.keyboard.press("[")
    visit.until("repscape.data.name(repscape.state.now.a).endsWith('block2')")
    page.keyboard.press("2")
    visit.until("repscape.state.now.two")
    page.keyboard.press("t")
    visit.until("document.activeElement.id === 'tab-table'")
    page.keyboard.press("ArrowRight")
    visit.until("repscape.state.now.tab === 'groups'")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog").is_hidden()
    page.locator("svg.strip .chip").first.focus()
    page.keyboard.press("ArrowDown")
    chip = page.evaluate("Number(document.activeElement.dataset.row)")
    page.keyboard.press("Enter")
    visit.until(f"repscape.state.now.row === {chip}")
    page.locator(".map").first.focus()
    page.keyboard.press("Escape")
    visit.until("repscape.state.now.row === -1")
    named = "button, select, input, [tabindex='0']"
    nameless = page.locator(f".rsx :is({named})").evaluate_all(
        "all => all.filter((n) => n.checkVisibility() && !(n.ariaLabel || n.textContent.trim() || n.labels?.length))"
        ".map((n) => n.outerHTML)"
    )
    assert nameless == []


def test_hostile_texts_do_nothing(visit):
    page = visit.page
    page.evaluate("repscape.choose(3)")
    visit.until("document.querySelector('.card dd.text') !== null")
    assert page.locator(".card dd.text").inner_text() == columns()["text"][3]
    page.mouse.move(*visit.pixel(3))
    page.locator("#tab-table").click()
    page.evaluate("repscape.select({kind: 'query', text: 'onerror'})")
    visit.until("repscape.mask !== null")
    page.locator("#keep-name").fill("<b onclick=alert(1)>x</b>")
    page.locator(".keep button").click()
    page.locator(".kept-list .link").wait_for()
    assert page.locator(".kept-list .link").inner_text() == "<b onclick=alert(1)>x</b>"
    page.locator(".forget").click()
    page.locator(".kept-list").wait_for(state="detached")
    assert page.evaluate("window.harmed") is None


def test_pictures_are_files(visit):
    page = visit.page
    with page.expect_download() as waiting:
        page.locator("#png").click()
    assert waiting.value.path().read_bytes()[:4] == b"\x89PNG"
    with page.expect_download() as waiting:
        page.locator("#svg").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert len(re.findall("<circle", text)) > 0.9 * N
    assert "<script" not in text


def test_the_neighbour_map_needs_only_the_graph(visit):
    page = visit.page
    page.locator("#map-method").select_option("neighbors")
    visit.until("repscape.data.here(`xy neighbors ${repscape.state.now.a}`) !== undefined")
    shown = np.array(
        page.evaluate("Array.from(repscape.data.here(`xy neighbors ${repscape.state.now.a}`).xy)")
    ).reshape(N, 2)
    near = rs.knn_graph(shown.astype(np.float32), K)
    agree = rs.overlap_labels(near, CODE, k=K, error=None).value
    assert agree > 0.9  # as in the layer itself: kinds stay apart


def test_a_phone_shows_map_strip_and_panel(browser, served):
    found = Visit(browser, f"{served.address}#row=4", has_touch=True)
    found.page.set_viewport_size({"width": 390, "height": 844})
    found.page.locator("svg.strip").first.wait_for()
    boxes = [found.page.locator(name).first.bounding_box() for name in (".map", ".dock", "aside")]
    assert all(box["width"] > 330 and box["x"] >= 0 and box["x"] + box["width"] <= 391 for box in boxes)
    assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
    assert found.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert found.faults == []
    found.context.close()


def test_light_and_dark(visit):
    page = visit.page
    paper = page.evaluate("getComputedStyle(document.querySelector('.pane')).backgroundColor")
    page.locator("#scheme").click()
    assert page.evaluate("getComputedStyle(document.querySelector('.pane')).backgroundColor") != paper
    page.locator("#scheme").click()
    assert page.evaluate("getComputedStyle(document.querySelector('.pane')).backgroundColor") == paper


def test_webgl_draws_the_same_points_where_it_is_asked_for(browser, served):
    found = Visit(browser, served.address.replace("/?", "/?painter=webgl&"))
    kind = found.page.evaluate("repscape.pane.a.plane.painter.kind")
    gl = found.page.evaluate("Boolean(document.createElement('canvas').getContext('webgl2'))")
    assert kind == ("webgl" if gl else "raster")
    found.page.evaluate("repscape.choose(1)")
    found.until("repscape.pane.a.plane.frames > 1")
    assert found.page.evaluate("repscape.pane.a.plane.points.width") > 100
    assert [fault for fault in found.faults if "GL Driver" not in fault] == []
    found.context.close()
