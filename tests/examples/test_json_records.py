"""Records in JSON: lists and lines whatever the file is called, and every number and text as it was written."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from repscape.errors import InputError, InputTypeError
from repscape.examples import read_examples

LINES = '{"text": "a", "y": "01"}\n{"text": "b", "y": "1"}\n'
LIST = '[{"text": "a", "y": "01"},\n {"text": "b", "y": "1"}]'


def read(folder, content, name="t.json", **options):
    (folder / name).write_text(content, encoding="utf-8")
    return read_examples(folder / name, text="text", **options)


@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.ndjson"])
@pytest.mark.parametrize(
    "content", [LINES, LIST, "\n\n" + LINES, "  " + LIST + "  \n", LINES.replace("\n", "\r\n"), "\ufeff" + LIST]
)
def test_lists_and_lines_by_either_name(content, name, tmp_path):
    examples = read(tmp_path, content, name)
    assert list(examples.inputs) == ["a", "b"]
    assert examples.table["y"].tolist() == ["01", "1"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2"], "text"),
        ([1, 2], "i"),
        ([1, None], "f"),
        ([1.5, 2], "f"),
        ([True, False], "b"),
        (["a", None], "text"),
        ([12345678901234567890, 1], "text"),
    ],
)
def test_a_column_has_the_kind_of_its_values(values, kind, tmp_path):
    records = [{"text": "t", "y": value} for value in values]
    column = read(tmp_path, json.dumps(records)).table["y"]
    assert [None if pd.isna(entry) else entry for entry in column] == (
        list(map(str, values)) if values[0] == 12345678901234567890 else values
    )
    assert kind == "text" or column.dtype.kind == kind


def test_integers_that_a_float_cannot_hold_stay_whole(tmp_path):
    large = 2**60 + 1
    table = read(tmp_path, json.dumps([{"text": "a", "y": large}, {"text": "b"}])).table
    assert table["y"].tolist()[0] == large
    assert read(tmp_path, json.dumps([{"text": "a", "y": large}, {"text": "b", "y": 0.5}])).table["y"].tolist() == [
        large,
        0.5,
    ]


def test_labels_of_two_kinds_are_not_mixed(tmp_path):
    examples = read(tmp_path, '[{"text": "a", "y": 1}, {"text": "b", "y": "01"}]')
    assert examples.table["y"].tolist() == [1, "01"]
    with pytest.raises(InputTypeError, match="must be of one kind. Got int, str mixed"):
        read_examples(tmp_path / "t.json", text="text", label="y", balance=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "a", "text": "b"}\n{"text": "c"}', "columns of different names. Got 'text' twice"),
        ('[{"text": "a", "y": {"z": 1, "z": 2}}]', "columns of different names. Got 'z' twice"),
        ('{"text": ["a", "b"]}', "must hold a list of records.*It holds one record alone"),
        ('{"text": "a"}', "must hold a list of records"),
        ('{"data": [{"text": "a"}],\n "n": 1}', "must hold a list of records"),
        ('[{"text": "a"}, 3]', "record 1 must be a record.*Got int"),
        ('{"text": "a"}\n["b"]\n', "line 2 must be a record.*Got list"),
        ('{"text": "a"}\n{"text": \n', "line 2 is no JSON"),
        ('[{"text": "a"},', "is no JSON"),
        ("[" * 200_000, "is nested too deeply"),
        ('{"text": "a", "y": ' + "[" * 100_000 + "]" * 100_000 + "}\n", "nested too deeply|is no JSON"),
        ('[{"text": "a", "y": ' + "7" * 5000 + "}]", "an integer of 5,000 digits"),
        ('[{"text": "a", "y": "\\ud800"}]', r"row 0, column 'y': '\\ud800' at position 0 is half a surrogate pair"),
        (
            '[{"text": "good"}, {"text": "a\\udc00b"}]',
            "row 1, column 'text': .* at position 1 is half a surrogate pair",
        ),
        ('[{"text": "a", "\\ud83d": 1}]', "whose name|the name of column"),
        ("[]", "holds no example"),
        ("", "holds no example"),
    ],
    ids=range(17),
)
def test_what_is_no_list_of_records(content, message, tmp_path):
    with pytest.raises(InputError, match=rf"t\.json.*({message})"):
        read(tmp_path, content)


def test_half_a_surrogate_pair_in_a_frame_and_a_list():
    frame = pd.DataFrame({"text": pd.Series(["a", "b\ud800"], dtype=object)})
    for source in (frame, ["a", "b\ud800"]):
        with pytest.raises(InputError, match="row 1, column 'text': .* at position 1 is half a surrogate pair"):
            read_examples(source)
    assert list(read_examples(["\U0001f600"]).inputs) == ["😀"]
