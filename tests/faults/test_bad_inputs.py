"""Every row of the table of bad inputs, and the page that is made of it."""

from __future__ import annotations

from typing import Any

import pytest

import repscape.errors
from tests.faults.bad_inputs import COMMAND, PAGE, USAGE, Row, names, outcome, page, rows

ROWS = rows()


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return names()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.given}")
def test_a_bad_input_gets_its_error_in_words(row: Row, known: dict[str, Any]) -> None:
    kind, code, said = outcome(row, known)
    assert (kind, code) == (row.error, row.code), said
    assert len(said) > 20
    assert "Traceback" not in said
    assert said.strip()[-1] in ".?)!" or row.code == 2 or ": " in said, said


def test_the_table_is_whole() -> None:
    assert len(ROWS) >= 200
    assert len({(row.section, row.given) for row in ROWS}) == len(ROWS)
    assert all(row.cure and row.given for row in ROWS)
    for row in ROWS:
        assert row.code == (2 if row.error == USAGE else 1)
        assert row.error == USAGE or issubclass(getattr(repscape.errors, row.error), repscape.errors.RepscapeError)
        assert row.error != USAGE or row.call.startswith(COMMAND)


def test_the_page_is_made_of_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.faults.bad_inputs"
