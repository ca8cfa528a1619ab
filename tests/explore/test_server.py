"""The server by its paths: what it answers, and to whom it does not."""

from __future__ import annotations

import json
import re
import socket

import numpy as np
import pytest

from tests.explore.studies import K, N, Served, columns, graph

KEY = re.compile(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{20,}")


def near(served: Served, **words) -> tuple[list[int], list[float]]:
    found = served.json("/api/neighbors", **words)
    assert set(found) == {"indices", "distances"}
    return found["indices"], found["distances"]


def test_the_first_line_is_the_address_alone(served):
    assert KEY.fullmatch(served.address)


def test_the_server_listens_on_loopback_alone(served):
    port = int(served.base.rpartition(":")[2])
    with socket.socket() as outside:
        outside.settimeout(1)
        own = socket.gethostbyname(socket.gethostname())
        if own.startswith("127."):
            own = "127.0.0.2"  # another loopback address: bound to all, it would answer here too
        assert outside.connect_ex((own, port)) != 0


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/meta", "/api/neighbors", "/nowhere", "/api/state"])
def test_without_the_token_every_path_is_refused(served, path):
    assert served.ask(path)[0] == 403
    assert served.ask(path, token="wrong")[0] == 403
    assert served.ask(path, headers={"cookie": f"repscape-{served.base.rpartition(':')[2]}=wrong"})[0] == 403


def test_the_cookie_that_the_first_page_leaves_is_enough(served):
    status, headers, content = served.ask("/", token=served.token)
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/html")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert served.ask("/api/state", headers={"cookie": cookie.partition(";")[0]})[0] == 200
    assert b"token" not in content


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1.evil.example"])
def test_a_name_that_was_pointed_here_is_refused(served, host):
    assert served.ask("/api/state", token=served.token, headers={"host": host})[0] == 403


def test_another_page_may_not_change_anything(served):
    body = {"name": "mine", "rows": [1]}
    headers = {"origin": "http://evil.example", "content-type": "application/json"}
    assert served.ask("/api/selections", token=served.token, headers=headers, body=body)[0] == 403
    assert served.json("/api/selections") == []


def test_no_script_runs_but_the_pages_own(served):
    _, headers, content = served.ask("/", token=served.token)
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert b"style=" not in content
    assert re.findall(rb"<script(?! type=\"module\" src=)", content) == []
    assert re.findall(rb"https?://", content) == []


@pytest.mark.parametrize("k", [1, K, 64, 100, N - 1])
@pytest.mark.parametrize(("model", "layer"), [("base", "block0"), ("tuned", "block3")])
def test_neighbours_are_those_of_knn_graph(served, model, layer, k):
    true = graph(model, layer, k)
    for row in (0, 17, N - 1):
        indices, distances = near(served, model=model, layer=layer, row=row, k=k)
        assert indices == true.indices[row].tolist()
        np.testing.assert_allclose(distances, true.distances[row], rtol=1e-12)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"k": 0}, "[1, 239]"),
        ({"k": N}, "(n - 1)"),
        ({"k": "many"}, "whole number"),
        ({"k": "1e400"}, "whole number"),
        ({"row": -1}, "[0, 239]"),
        ({"row": N}, "[0, 239]"),
        ({"layer": "blok0"}, "block0"),
        ({"model": "bse"}, "base"),
        ({"model": ""}, "model='base'"),
        ({"step": 3}, "step"),
        ({"row": ""}, "row is missing"),
        ({"set": 7}, "set"),
    ],
)
def test_bad_words_are_refused_with_what_is_allowed(served, words, said):
    asked = {"model": "base", "layer": "block0", "row": 0, "k": 3, **words}
    status, _, content = served.ask("/api/neighbors", token=served.token, **asked)
    assert status == 400
    assert said in json.loads(content)["error"]


def test_what_is_no_path_is_not_there(served):
    for path in ("/nowhere", "/static/nothing.js", "/static/..%2f_explore.py", "/api/nothing"):
        assert served.ask(path, token=served.token)[0] == 404


def test_texts_come_as_they_are(served):
    (found,) = served.json("/api/rows", rows="3")
    assert found["text"] == columns()["text"][3]
    assert found["kind"] == columns()["kind"][3]


def test_the_meta_says_what_there_is(served):
    meta = served.json("/api/meta")
    assert (meta["n"], len(meta["layers"]), meta["text"]) == (N, 8, "text")
    assert {"turnover", "turnover_other", "agreement:kind", "dimension", "hubness", "density", "cluster"} <= {
        offer["name"] for offer in meta["offers"]
    }
