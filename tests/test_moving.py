"""The names that docs/moving.md gives: each is there, with those options, and what is said to be missing is."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import repscape as rs

PAGE = Path(__file__).parents[1] / "docs" / "moving.md"
ROWS = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
SPANS = [span for line in ROWS for span in re.findall(r"`([^`]+)`", line) if re.search(r"\brs\.", span)]


def unknown(span: str) -> list[str]:
    """Return the names and options of a span of code that repscape does not have."""
    found = [name for name in re.findall(r"\brs\.(\w+)", span) if name not in rs.__all__]
    try:
        tree = ast.parse(span)
    except SyntaxError:
        return [*found, span]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "rs" and not found:
            known = inspect.signature(getattr(rs, call.func.attr)).parameters
            found += [f"{call.func.attr}({key.arg}=)" for key in call.keywords if key.arg and key.arg not in known]
    return found


def named_here(row: str) -> list[str]:
    """Return the functions whose names hold what a row calls missing: words written as code, or in capitals."""
    missing = row.split("|")[1]
    words = re.findall(r"\w+", " ".join(re.findall(r"`(\w+)`", missing)))
    words += [word for word in re.findall(r"\w+", re.sub(r"`[^`]*`", "", missing)) if sum(map(str.isupper, word)) > 1]
    parts = {part: name for name in rs.__all__ for part in (name.lower(), *name.lower().split("_"))}
    return [f"{word}: {parts[word.lower()]}" for word in words if word.lower() in parts]


@pytest.mark.parametrize("span", sorted(set(SPANS)))
def test_what_stands_here_is_there(span: str) -> None:
    assert unknown(span) == []


def test_what_is_said_to_be_missing_is() -> None:
    rows = [row for row in ROWS if "| not here |" in row]
    assert len(rows) >= 4
    assert [name for row in rows for name in named_here(row)] == []


def test_both_would_notice() -> None:
    assert unknown("rs.id_nothing(X)") == ["id_nothing"]
    assert unknown("rs.id_mle(X, kk=3)") == ["id_mle(kk=)"]
    assert named_here("| DANCo, ESS, MiND_ML, TLE | not here | |") == ["DANCo: id_danco", "ESS: id_ess", "TLE: id_tle"]
