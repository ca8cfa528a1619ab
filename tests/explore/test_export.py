"""The explorer as files: the same page on any file host, the same answers, nothing from anywhere else."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.explore import export_explorer
from tests.cli.helpers import call
from tests.explore.studies import LAYERS, K, N, columns, graph
from tests.explore.test_browser import Visit, strip_of


class Quiet(SimpleHTTPRequestHandler):
    """A file host that says nothing."""

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(study, tmp_path_factory):
    """The study as files, written by the command."""
    out = tmp_path_factory.mktemp("host") / "site"
    said = call("export-explorer", study, "-o", out, "--map", "neighbors")
    assert said.exit_code == 0, said.stderr
    assert said.stdout.strip() == str(out / "index.html")
    return out


@pytest.fixture
def visit(browser, site):
    """A reader of the site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.parent))) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        found = Visit(browser, f"http://127.0.0.1:{host.server_port}/site/index.html")
        yield found
        found.context.close()
        host.shutdown()
    assert (found.faults, found.outside) == ([], [])


def test_the_site_answers_as_the_server_does(visit):
    page = visit.page
    assert page.title() == "study · repscape"
    page.evaluate("repscape.choose(40)")
    visit.until(f"repscape.near.a.length === {K}")
    assert strip_of(visit) == [graph("base", f"block{layer}").indices[40].tolist() for layer in range(LAYERS)]
    visit.until(f"document.querySelectorAll('.body .list .brief').length === {K}")
    shown = [float(text) for text in page.locator(".body .value").all_inner_texts()]
    np.testing.assert_allclose(shown, graph("base", "block3").distances[40], rtol=6e-3)

    page.evaluate("repscape.select({kind: 'query', text: 'fur and not soup'})")
    visit.until("repscape.mask !== null")
    texts = columns()["text"]
    assert page.evaluate("Array.from(repscape.rows())") == [
        i for i in range(N) if "fur" in texts[i] and "soup" not in texts[i]
    ]
    page.locator(".differences .word").first.wait_for()

    page.evaluate("repscape.state.set({two: true, colour: 'value:turnover_other'})")
    visit.until("repscape.pane.b.colouring?.kind === 'number' && repscape.pane.a.colouring.kind === 'number'")
    other = rs.overlap_neighbors(graph("base", "block3"), graph("tuned", "block3"), k=K, error=None).per_point
    np.testing.assert_allclose(page.evaluate("Array.from(repscape.pane.a.colouring.values)"), 1 - other, atol=1e-6)

    page.evaluate("repscape.state.set({map: 'neighbors', tab: 'results'})")
    page.locator("svg.matrix").first.wait_for()
    visit.until("repscape.data.here(`xy neighbors ${repscape.state.now.a}`) !== undefined")
    assert page.locator(".keep, .measure").count() == 0  # what needs a server is not offered


def test_a_folder_with_something_else_is_left_alone(study, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match="new folder"):
        export_explorer(study, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_cannot_be_written_is_refused(study, tmp_path, monkeypatch):
    with pytest.raises(UnknownNameError, match="neighbors"):
        export_explorer(study, tmp_path / "site", methods=["neighbours"])
    monkeypatch.setattr("repscape.explore._export.MOST", N - 1)
    with pytest.raises(InputError, match="at most 239"):
        export_explorer(study, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_site_is_written_again_over_itself(site, study):
    before = {file.name for file in Path(site / "data").iterdir()}
    (site / "data" / "left.bin").write_bytes(b"")
    export_explorer(study, site, methods=["neighbors"])
    assert {file.name for file in Path(site / "data").iterdir()} == before
