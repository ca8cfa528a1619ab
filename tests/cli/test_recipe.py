from __future__ import annotations

import json
from pathlib import Path

import pytest

from repscape import list_recipes
from repscape.recipes import _run
from repscape.recipes.studies import _word_rsa
from tests.cli.helpers import call


def test_recipes_are_listed_and_described() -> None:
    said = call("recipe", "--list").stdout
    assert all(name in said for name in list_recipes())
    assert {one["name"] for one in json.loads(call("recipe", "--list", "--json").stdout)} == set(list_recipes())
    one = call("recipe", "word-rsa", "--list").stdout
    assert "glove-twitter-25" in one
    assert "missing=raise" in one


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = call("recipe", "word-rsa", "--dry-run", "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "What would be done:" in result.stdout
    assert "20 words of 3 kinds" in result.stdout
    assert not list(tmp_path.iterdir())


def test_the_table_is_there_for_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_word_rsa, "compared", lambda *given, **options: ((), []))
    for name in ("save_painted", "save_drawings"):
        monkeypatch.setattr(_run, name, lambda *given: {})
    result = call("recipe", "word-rsa", "--stand-in", "always", "-o", tmp_path / "out", "-q", "--json")
    assert [row["status"] for row in json.loads(result.stdout)["table"]] == ["stand-in"] * 4


def test_a_recipe_ends_in_its_table(tmp_path: Path) -> None:
    result = call("recipe", "word-rsa", "--stand-in", "always", "--set", "eps=30", "-o", tmp_path / "out", "-q")
    assert result.exit_code == 0
    assert "Made-up vectors" in result.stdout
    assert result.stdout.count("stand-in") >= 4
    assert "an eps of 30 finds" in result.stdout
    assert "--set eps=30" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["recipe"], 2, "give NAME, or --list"),
        (["recipe", "word-rsa"], 2, "give -o DIR"),
        (["recipe", "word-rsa", "--set", "eps", "-o", "x"], 2, "OPTION=VALUE"),
        (["recipe", "word-rs", "-o", "x"], 1, "Did you mean 'word-rsa'"),
        (["recipe", "word-rsa", "--set", "epz=3", "-o", "x"], 1, "Did you mean 'eps'"),
        (["recipe", "word-rsa", "--set", "missing=skip", "-o", "x"], 1, "'raise', 'drop'"),
        (["recipe", "word-rsa", "--stand-in", "maybe", "-o", "x"], 1, "'auto', 'always', 'never'"),
    ],
)
def test_wrong_words_are_refused(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == code
    assert said in result.stderr
    assert not list(tmp_path.iterdir())


def test_word_vectors_that_can_be_named_are_listed() -> None:
    assert "glove-wiki-gigaword-50" in call("info", "--vectors").stdout
    assert json.loads(call("info", "--vectors", "--json").stdout)[0]["dimensions"] == 50
