"""A folder of tables: splits by name, labels spelled as they are, and nothing of what systems leave behind."""

from __future__ import annotations

import pytest

from repscape.errors import InputError, UnknownNameError
from repscape.examples import read_examples


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.csv").write_text("text,y\na,01\nb,1\n")
    (tmp_path / "test-set.csv").write_text("text,y\nc,001\n")
    (tmp_path / "._train.csv").write_bytes(b"\x00resource")
    return tmp_path


def test_splits_follow_names(folder):
    found = read_examples(folder, split="train", label="y")
    assert (list(found.inputs), found.table["y"].tolist()) == (["a", "b"], ["01", "1"])
    assert list(read_examples(folder, split="test").inputs) == ["c"]
    for split in (None, "dev", ""):
        with pytest.raises(UnknownNameError, match="split of .* must be one of test, train. Got"):
            read_examples(folder, split=split)
    (folder / "test-set.csv").unlink()
    assert len(read_examples(folder)) == 2


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("1", "01", ["1", "01"]),
        ("1", "2", [1, 2]),
        ("1", "2.5", ["1", "2.5"]),
        ("0.5", "1.5", [0.5, 1.5]),
        ("", "7", [None, "7"]),
    ],
)
def test_parts_of_a_split_are_one_column(first, second, expected, tmp_path):
    for number, cell in ((2, first), (10, second)):
        (tmp_path / f"train-{number}.csv").write_text(f"text,y\nt{number},{cell}\n")
    table = read_examples(tmp_path).table
    assert table["text"].tolist() == ["t2", "t10"]
    assert [None if entry != entry or entry is None else entry for entry in table["y"]] == expected


def test_parts_of_other_columns_are_refused(folder):
    (folder / "train-2.csv").write_text("text,z\nd,1\n")
    with pytest.raises(InputError, match="must have the same columns. train-2.csv has text, z, train.csv has text, y"):
        read_examples(folder, split="train")


def test_encoding_and_separator_are_those_of_the_files(tmp_path):
    (tmp_path / "train.csv").write_bytes("text^y\ncafé^1\n".encode("latin-1"))
    found = read_examples(tmp_path, separator="^", encoding="latin-1")
    assert list(found.inputs) == ["café"]
