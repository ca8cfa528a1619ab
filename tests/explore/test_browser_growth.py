"""A study that grows while a page shows it: by another process, and by the page's own button."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from tests.explore.studies import CODE, Served, graph, make_study, points
from tests.explore.visit import Visit


@pytest.fixture
def growing(tmp_path, browser):
    """A study of one model, a page on it, and its folder."""
    folder = make_study(tmp_path, models=("base",))
    served = Served.of(folder)
    visit = Visit(browser, served.address)
    yield visit, folder
    assert visit.faults == []
    visit.context.close()
    code, said = served.end()
    assert code == 130, said


def curves(visit) -> list[str]:
    """Return the titles of what the panel of results draws."""
    return visit.page.locator(".body h2, .body h3").all_inner_texts()


def test_growth_is_shown_where_one_is_and_a_selection_is_measured(growing):
    visit, folder = growing
    page = visit.page
    place = page.evaluate("repscape.data.meta.layers.find((one) => one.key === 'block1').number")
    page.evaluate(f"repscape.state.set({{a: {place}, row: 7, zoom: 2}})")
    page.locator("#tab-results").click()
    page.locator("svg.curve").first.wait_for()
    before = curves(visit)
    rs.open_study(folder).run(rs.Plan(measures=["health_hubness"]))
    visit.until("document.querySelector('.live').textContent === 'The study has grown.'")
    visit.until(f"document.querySelectorAll('.body h2, .body h3').length > {len(before)}")
    assert any("ubness" in title for title in set(curves(visit)) - set(before))
    now = visit.state()
    assert (now["a"], now["row"], now["zoom"], now["tab"]) == (place, 7, 2, "results")
    page.locator("#colour").select_option("value:record:health_hubness|")
    visit.until("repscape.pane.a.colouring?.kind === 'number'")
    shown = page.evaluate("Array.from(repscape.pane.a.colouring.values)")
    np.testing.assert_allclose(shown, rs.health_hubness(graph("base", "block1"), k=10, error=None).per_point, rtol=1e-6)

    page.locator("#colour").select_option("column:kind")
    page.locator(".legend .entry", has_text="space").click()
    page.locator("#keep-name").fill("of space")
    page.locator(".keep button").click()
    page.locator(".kept-list .measure").click()
    page.locator("#tab-results").click()
    inside = CODE == 2
    alone = rs.overlap_neighbors(
        *(rs.knn_graph(points("base")[name][inside], 10) for name in ("block0", "block1")), k=10, error=None
    )
    said = f"{alone.value:.3f}"[:4]
    visit.until(
        "Array.from(document.querySelectorAll('svg.curve .at'), (node) => node.getAttribute('aria-label'))"
        f".some((words) => words.includes('of space') && words.includes({said!r}))"
    )
