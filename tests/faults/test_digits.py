"""Numbers of thousands of digits, and brackets without end, wherever a number may be typed: refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repscape.errors import InputError, StoreError, UnknownNameError
from repscape.examples import read_columns, read_examples
from repscape.machine import thread_count
from repscape.study import StudyFolder
from tests.cli.helpers import call, layers

MANY, ODD, DEEP = "7" * 5000, "\u00b2", "[" * 5000


@pytest.mark.parametrize("word", [MANY, ODD, DEEP])
@pytest.mark.parametrize(
    "words",
    [
        ("--layers", "{}"),
        ("--measures", "id_mle(k={})"),
        ("--scheduler", "processes:{}"),
        ("--labels-from", "wide.npy:{}"),
    ],
)
def test_words_that_are_no_numbers(words: tuple[str, str], word: str, tmp_path: Path) -> None:
    np.save(tmp_path / "wide.npy", np.zeros((60, 2)))
    given = words[1].format(word).replace("wide.npy", str(tmp_path / "wide.npy"))
    measures = () if words[0] == "--measures" else ("--measures", "id_mle(k=3)")
    result = call("run", "--arrays", layers(tmp_path), *measures, words[0], given, "-q", "-o", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("Error: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("word", [MANY, DEEP])
def test_a_recipe_takes_no_such_number(word: str, tmp_path: Path) -> None:
    result = call("recipe", "curse", "--set", f"points={word}", "--dry-run", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "points of the recipe curse must be of kind int" in result.stderr


@pytest.mark.parametrize("word", [MANY, ODD])
def test_files_whose_numbers_are_none(word: str, tmp_path: Path) -> None:
    for name in ("v.vec", "v.bin", "v.txt"):
        (tmp_path / name).write_text(f"{word} 2\na 1 2\n")
        with pytest.raises(InputError):
            read_examples(tmp_path / name, kind="vectors")
    np.save(tmp_path / "wide.npy", np.zeros((5, 2)))
    with pytest.raises((InputError, UnknownNameError)):
        read_columns(f"{tmp_path / 'wide.npy'}:{word[:100]}")
    (tmp_path / "study" / "journal").mkdir(parents=True)
    (tmp_path / "study" / "journal" / "contents.json").write_text(f"repscape {word} 0\n")
    with pytest.raises(StoreError, match="torn"):
        StudyFolder(tmp_path / "study").contents()


def test_a_limit_of_threads_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for word in (MANY, ODD, "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", word)
        assert thread_count(None, "test") >= 1
