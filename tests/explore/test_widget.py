"""The explorer in a notebook, without a notebook: its script as one module, questions through the kernel, and its picture."""

from __future__ import annotations

import json
import re
import sys

import numpy as np
import pytest

import repscape as rs
from repscape.errors import MissingExtraError
from repscape.explore import explore
from repscape.explore._bundle import bundle
from tests.explore.studies import K, N, graph


@pytest.fixture(scope="module")
def widget(study):
    """What study.explore() returns in a notebook."""
    found = rs.open_study(study).explore(notebook=True)
    yield found
    found.close()


def answer(widget, monkeypatch, **asked):
    """Ask as the page does; return what was sent back."""
    sent = []
    monkeypatch.setattr(type(widget), "send", lambda self, content, buffers: sent.append((content, buffers)))
    widget._asked(widget, {"number": 7, "words": {}, "body": {}, "method": "GET", **asked}, [])
    ((content, (buffer,)),) = sent
    assert content["number"] == 7
    return content, buffer


def test_questions_are_answered_as_the_server_answers_them(widget, monkeypatch):
    words = {"model": "tuned", "layer": "block2", "row": "5", "k": str(K)}
    told, content = answer(widget, monkeypatch, name="neighbors", words=words)
    true = graph("tuned", "block2")
    assert told["status"] == 200
    assert json.loads(content) == {"indices": true.indices[5].tolist(), "distances": true.distances[5].tolist()}
    told, content = answer(widget, monkeypatch, name="neighbors", words={**words, "k": "0"})
    assert told["status"] == 400
    assert "k of neighbors" in json.loads(content)["error"]
    widget._explorer.jobs.wait()
    told, content = answer(widget, monkeypatch, name="positions", words={"method": "pca", "place": "0"})
    assert np.frombuffer(content, "<f4").shape == (2 * N,)
    assert answer(widget, monkeypatch, name="nothing")[0]["status"] == 404


def test_the_picture_stands_beside_the_widget(widget):
    data, _ = widget._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert data["image/png"][:4] == b"\x89PNG"
    assert data["text/plain"] == f"ExplorerWidget(study: 8 layers of {N} examples)"


def test_the_script_is_one_module_that_needs_no_other(tmp_path):
    text = bundle()
    assert re.findall(r"^import |^export (?!default)", text, flags=re.MULTILINE) == []
    assert text.count("export default") == 1
    (tmp_path / "a.js").write_text('import { one, two as second } from "./b.js";\nexport const sum = one + second;\n')
    (tmp_path / "b.js").write_text("const hidden = 1;\nexport const one = hidden;\nexport const two = 2;\n")
    found = bundle(tmp_path, "a.js")
    assert found.index("const hidden") < found.index("const { one, two: second }")
    assert "return { one, two };" in found


def test_a_missing_anywidget_is_told_with_the_pip_line(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "repscape.explore._widget_anywidget", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install 'repscape\[notebook\]'"):
        explore(study, notebook=True)


def test_outside_a_notebook_nothing_is_a_widget(study, monkeypatch):
    told = []
    monkeypatch.setattr("repscape.explore.web.Server.run", lambda self: (self.explorer.close(), self.socket.close()))
    assert explore(study, browser=False, tell=told.append) is None
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", told[0])
