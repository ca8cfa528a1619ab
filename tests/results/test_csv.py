"""Cells that a spreadsheet would run are written as text, numbers as numbers; what is read back is what was written."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import repscape as rs
from repscape.report import Section
from repscape.results import csv_of, read_csv
from tests.faults.stranger import HOSTILE
from tests.report.pages import read

STARTS = ("=", "+", "-", "@", "\t", "\r")
WORDS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''=1",
    "-",
    "+",
    "=",
    "--1",
    "-1-1",
    "+a",
    "=-0.5",
    "-0x1",
)
NUMBERS = ("-0.5", "+1", "-1e-3", "-.5", "+5.", "-inf", "-nan")


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_formulas_are_text_and_numbers_are_numbers(tmp_path) -> None:
    frame = pd.DataFrame({"text": WORDS, "value": -np.arange(16.0) - 0.5, "=name": ["a"] * 16})
    content = csv_of(frame)
    head, *rows = cells(content)
    assert head == ["text", "value", "'=name"]
    assert [row[0] for row in rows] == [f"'{word}" for word in WORDS]
    assert [row[1] for row in rows] == [str(value) for value in frame["value"]]
    (tmp_path / "t.csv").write_bytes(content)
    pd.testing.assert_frame_equal(read_csv(tmp_path / "t.csv"), frame)
    assert [row[0] for row in cells(csv_of(pd.DataFrame({"a": NUMBERS})))[1:]] == list(NUMBERS)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), min_size=1), st.data())
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject) -> None:
    texts = ["a word"] + [data.draw(st.sampled_from(("", *STARTS, "'="))) + text for text in texts]  # a column of texts
    content = csv_of(pd.DataFrame({"a": texts}))
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    file.write_bytes(content)
    assert read_csv(file)["a"].tolist() == texts
    for (cell,) in cells(content):
        assert not cell.startswith(STARTS) or pd.to_numeric(cell, errors="coerce") == pd.to_numeric(cell)


def test_results_and_the_page_s_downloads_are_written_like_that(tmp_path) -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(60, 4)), np.array(HOSTILE[3:6])[np.arange(60) % 3]
    columns = {"=kind": labels, "by": labels}
    results = rs.run({"@layer": X, "-b": X[:, :2]}, rs.Plan(measures=[("overlap_labels", {"k": 3})], labels="=kind", by="by"),
                     columns=columns)  # fmt: skip
    results.save(tmp_path)
    frame = read_csv(tmp_path / "results.csv")
    assert set(frame["layer"]) == {"@layer", "-b"}
    assert set(frame["group"].dropna()) == set(HOSTILE[3:6])
    rows = cells((tmp_path / "results.csv").read_bytes())
    own = Section("own", tables={"own": pd.DataFrame({"=a": ["=1"]})})
    page = read(rs.write_report(results, tmp_path / "r.html", sections=[own]).read_text(encoding="utf-8"))
    links = [a for a in page.all("a") if a.attributes.get("download", "").endswith(".csv")]
    assert len(links) == 2
    for link in links:
        rows += cells(_bytes(link.attributes["href"]))
    bad = [cell for row in rows for cell in row if cell.startswith(STARTS)]
    assert all(pd.notna(pd.to_numeric(cell)) for cell in bad)
    assert any(cell.startswith("'@layer") for row in rows for cell in row)


def _bytes(href: str) -> bytes:
    import base64
    import gzip

    body = base64.b64decode(href.partition("base64,")[2])
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
