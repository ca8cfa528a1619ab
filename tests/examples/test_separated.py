"""Cells and rows of csv, tsv and their kin: every spelling kept, no row shifted, what does not fit named by its line."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from repscape.errors import InputError, InputTypeError, MemoryBudgetError, UnknownNameError
from repscape.examples import as_numbers, read_columns, read_examples


def read(folder, content, name="t.csv", **options):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_examples(folder / name, text="text", **options)


def cells(folder, content, name="t.csv", **options):
    examples = read(folder, content, name, **options)
    return [
        list(examples.inputs),
        *(examples.table[c].tolist() for c in examples.table.columns if c not in ("id", "text")),
    ]


@pytest.mark.parametrize(
    "labels",
    [
        ["01", "1", "001"],
        ["1e5", "100000", "1E5"],
        ["+1", "-1", "0"],
        ["True", "False", "true"],
        ["NA", "null", "None"],
        ["2024-05-01", "2024-5-1", "01/05/2024"],
        ["3.9", "3.10", "3.1"],
        ["1_000", "1000", "１"],
        ["-0", "0", "00"],
        ["1.0", "1", "1."],
        [" 1", "1", "1 "],
        ["0x10", "16", "inf"],
        ["nan", "NaN", "n/a"],
        ["99999999999999999999", "99999999999999999998", "1"],
        ["9223372036854775808", "1", "2"],
        ["1e400", "1e401", "0.1"],
        ["0.1", "0.10", ".1"],
        ["½", "Ⅷ", "①"],
    ],
)
def test_a_label_keeps_its_spelling(labels, tmp_path):
    rows = [f"text {i},{labels[i % 3]}" for i in range(9)]
    examples = read(tmp_path, "text,label\n" + "\n".join(rows) + "\n", label="label")
    assert examples.table["label"].tolist() == [labels[i % 3] for i in range(9)]
    assert read_columns(f"{tmp_path / 't.csv'}:label")["label"].tolist() == examples.table["label"].tolist()
    balanced = read_examples(tmp_path / "t.csv", text="text", label="label", balance=2)
    assert balanced.table["label"].value_counts().to_dict() == dict.fromkeys(labels, 2)


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        (["1", "20", "-3"], np.int64),
        (["0.5", "-1.25", "1e-05"], np.float64),
        (["1", "2.5", "3"], None),
        (["a", "1", "2"], None),
    ],
)
def test_numbers_only_where_the_spelling_comes_back(column, dtype, tmp_path):
    table = read(tmp_path, "text,n\n" + "".join(f"t,{cell}\n" for cell in column)).table
    assert list(map(str, table["n"].tolist())) == column
    assert pd.api.types.is_numeric_dtype(table["n"].dtype) is (dtype is not None)


def test_integers_with_gaps_are_integers_again_where_no_gap_is_chosen(tmp_path):
    content = "text,n\na,1\nb,\nc,3\n"
    assert read(tmp_path, content).table["n"].dtype == np.float64
    assert read(tmp_path, content, rows=[0, 2]).table["n"].tolist() == [1, 3]
    assert read(tmp_path, content, rows=[0, 2]).table["n"].dtype == np.int64
    assert read(tmp_path, content, rows=[1]).table["n"].isna().all()
    with pytest.raises(InputError, match=r"1 of 3 examples have no label in column 'n', the first in row 1 \(id 1\)"):
        read(tmp_path, content, label="n")


def test_a_text_that_looks_like_a_number_is_text(tmp_path):
    examples = read(tmp_path, "text,label\n007,a\n1e5,b\nNA,c\n3.50,d\n")
    assert list(examples.inputs) == ["007", "1e5", "NA", "3.50"]
    assert list(read(tmp_path, "text,label\n7,a\n8,b\n").inputs) == ["7", "8"]
    (tmp_path / "n.csv").write_text("body,label\n7,1\n8,2\n")
    assert list(read_examples(tmp_path / "n.csv", text="body").inputs) == ["7", "8"]
    with pytest.raises(InputTypeError, match=r"row 0 \(id 0\): the text must be a string. Got int64 7"):
        read_examples(pd.DataFrame({"text": [7, 8]}), text="text")


def test_text_becomes_numbers_for_who_asks():
    spelled = np.array(["1.50", " 2", "+3e2", "NA", "", ".5"], dtype=object)
    np.testing.assert_array_equal(as_numbers(spelled, "column 's'"), [1.5, 2, 300, np.nan, np.nan, 0.5])
    for entry, message in (
        ("1_000", "row 0 holds '1_000'"),
        ("1,5", "written with a point"),
        ("0x1", "row 0"),
        (True, "True"),
    ):
        with pytest.raises(InputTypeError, match=f"column 's' is read as numbers; .*{message}"):
            as_numbers(np.array([entry, "1"], dtype=object), "column 's'")
    numbers = np.arange(3)
    assert as_numbers(numbers, "x") is numbers


# ---- separators and quotes


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("text;y\na, b;01\nc;02\n", "t.csv"),
        ("text|y\na, b|01\nc|02\n", "t.csv"),
        ("text\ty\na, b\t01\nc\t02\n", "t.csv"),
        ("text;y\na, b;01\nc;02\n", "t.tsv"),
        ('text,y\n"a, b",01\nc,02\n', "t.tsv"),
        ("sep=;\ntext;y\na, b;01\nc;02\n", "t.csv"),
        ("text;y;\na, b;01;\nc;02;\n", "t.csv"),
        ('"text";"y"\r\n"a, b";"01"\r\n"c";"02"', "t.csv"),
        ("text\ty\t\na, b\t01\t\nc\t02\t\n", "t.tsv"),
        ("text\ty\ra, b\t01\rc\t02\r", "t.tsv"),
    ],
)
def test_separators_are_found(content, name, tmp_path):
    assert cells(tmp_path, content, name) == [["a, b", "c"], ["01", "02"]]


def test_separators_may_be_told(tmp_path):
    assert cells(tmp_path, "text::y\na;b::01\n", separator="::") == [["a;b"], ["01"]]
    assert cells(tmp_path, "text y\na 01\n", separator=" ") == [["a"], ["01"]]
    assert cells(tmp_path, "text^y\na,b^01\n", separator="^") == [["a,b"], ["01"]]
    for separator in ("", '"', "\n", 3):
        with pytest.raises(InputError, match="separator must be text between two cells"):
            read(tmp_path, "text,y\na,01\n", separator=separator)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('text\ty\n5" disk\t01\n"Hello" he said\t02\n', ['5" disk', '"Hello" he said']),
        ('text\ty\n"open\t01\nplain\t02\n', ['"open', "plain"]),
        ('text\ty\n"one\t01\ntwo"\t02\n', ['"one', 'two"']),
        ('text\ty\n"Hi."\t01\nplain\t02\n', ['"Hi."', "plain"]),
        ('"text"\t"y"\n"one"\t"01"\n"two"\t"02"\n', ["one", "two"]),
        ('text\ty\n"a\ttab"\t01\ntwo\t02\n', ["a\ttab", "two"]),
        ('text\ty\n"line\nend"\t01\ntwo\t02\n', ["line\nend", "two"]),
        ('text\ty\n"say ""hi"""\t01\ntwo\t02\n', ['say "hi"', "two"]),
    ],
)
def test_quotes_in_tsv(content, expected, tmp_path):
    assert cells(tmp_path, content, "t.tsv") == [expected, ["01", "02"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('text,y\n"a, ""b""",01\n5" disk,02\n', ['a, "b"', '5" disk']),
        ('text,y\n"a\r\nb",01\nc,02\n', ["a\r\nb", "c"]),
        ('text,y\n "a, b" ,01\nc,02\n', ["a, b", "c"]),
        ('text,y\n"Dear,\nI am",01\nc,02\n', ["Dear,\nI am", "c"]),
        ("text,y\nit's,01\nc,02\n", ["it's", "c"]),
    ],
)
def test_quotes_in_csv(content, expected, tmp_path):
    assert cells(tmp_path, content) == [expected, ["01", "02"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,y\na,1\nb,2,3\n", r"line 3 has 3 cells, and the header 2 \(text, y\)"),
        ("text,y\na,1\nb\n", "line 3 has 1 cells, and the header 2"),
        ("text,y\na,1,\nb,2\n", "line 2 has 3 cells"),
        ("text,y\na,1,x\nb,2,y\n", "line 2 has 3 cells"),
        ("text\nhello, world\n", "line 2 has 2 cells, and the header 1"),
        ("text,y\n\n\na,1\n\nb\n", "line 6 has 1 cells"),
        ('text,y\n"a\nb",1\nc\n', "line 4 has 1 cells"),
        ('text,y\na,1\n"b,2\nc,3\n', "line 3: a quote is opened and never closed"),
        ('text,y\n"a" b,1\n', "line 2: something follows a closing quote"),
        ('text,y\n"a,1\nb,2\nc",3\n', "line 2: the quote that is opened there is closed some lines on"),
        ("text,y,y\na,1,2\n", "line 1, must have columns of different names. Got 'y' twice"),
        ("text,y\na,1\nb\x00,2\n", "line 3 holds a NUL byte"),
        ("text,y\na;1\nb;2\n", "line 2 has 1 cells"),
        ("text;y\na;1\nb\n", "line 3 has 1 cells, and the header 2"),
        ("\n\n", "it is empty"),
    ],
)
def test_what_does_not_fit_is_named_by_its_line(content, message, tmp_path):
    with pytest.raises(InputError, match=rf"t\.csv.*{message}"):
        read(tmp_path, content)


def test_blank_lines_shift_nothing(tmp_path):
    assert cells(tmp_path, "\n\ntext,y\n\na,1\n  \nb,2\n\n\n") == [["a", "b"], [1, 2]]
    (tmp_path / "one.csv").write_text("label\nx\n\ny\n\n")
    column = read_columns(tmp_path / "one.csv")["label"]
    assert [entry if isinstance(entry, str) else None for entry in column] == ["x", None, "y"]


def test_an_index_that_pandas_wrote_is_a_column(tmp_path):
    pd.DataFrame({"text": ["a", "b"], "y": ["01", "1"]}, index=["r", "s"]).to_csv(tmp_path / "t.csv")
    table = read_examples(tmp_path / "t.csv", text="text").table
    assert table["Unnamed: 0"].tolist() == ["r", "s"]
    assert table["y"].tolist() == ["01", "1"]


def test_long_cells_and_many_rows(tmp_path):
    long = "x" * 3_000_000
    assert cells(tmp_path, f'text,y\n"{long},",1\nb,2\n') == [[long + ",", "b"], [1, 2]]
    frame = pd.DataFrame({"text": [f'{i} "quoted", one' for i in range(5000)], "y": np.arange(5000) / 7})
    frame.to_csv(tmp_path / "many.csv", index=False)
    read_back = read_examples(tmp_path / "many.csv", text="text")
    assert list(read_back.inputs) == frame["text"].tolist()
    np.testing.assert_array_equal(read_back.table["y"], frame["y"])


# ---- encodings

ENCODED = "text,y\nnaïve ☃,01\nzwei,1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_encodings_that_can_be_told(encoding, name, tmp_path):
    data = ENCODED.encode(encoding)
    assert cells(tmp_path, gzip.compress(data) if name.endswith("gz") else data, name) == [
        ["naïve ☃", "zwei"],
        ["01", "1"],
    ]


def test_a_gzipped_file_by_another_name(tmp_path):
    assert cells(tmp_path, gzip.compress(b"text,y\na,01\n"), "t.csv") == [["a"], ["01"]]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_an_encoding_that_is_said(encoding, tmp_path):
    content = "text,y\ncafé,01\n".encode(encoding)
    assert cells(tmp_path, content, encoding=encoding) == [["café"], ["01"]]
    if encoding != "utf-16":
        with pytest.raises(InputError, match=r"must be UTF-8 text: line 2 holds the byte 0xe9.*encoding='latin-1'"):
            read(tmp_path, content)


@pytest.mark.parametrize("encoding", ["latin-one", "hex", "rot13", 5])
def test_what_is_no_encoding(encoding, tmp_path):
    with pytest.raises(UnknownNameError, match="encoding"):
        read(tmp_path, "text,y\na,1\n", encoding=encoding)


def test_the_wrong_encoding_is_told(tmp_path):
    with pytest.raises(InputError, match="is not in the encoding 'ascii': line 2 holds the byte 0xc3"):
        read(tmp_path, "text,y\ncafé,1\n", encoding="ascii")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["t.txt", "t.fasta"])
def test_line_ends(end, name, tmp_path):
    lines = ["one line", "two\x0blines\u2028"] if name == "t.txt" else [">p1\tA", "ACD", "EF", ">p2 x", "GHI"]
    (tmp_path / name).write_bytes((end.join(lines) + end).encode())
    examples = read_examples(tmp_path / name)
    assert list(examples.inputs) == (lines if name == "t.txt" else ["ACDEF", "GHI"])
    if name == "t.fasta":
        assert examples.table["id"].tolist() == ["p1", "p2"]


# ---- more than there is


def test_what_would_not_fit_into_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    with gzip.open(tmp_path / "t.csv.gz", "wb") as stream:
        for _ in range(8):
            stream.write(b"0,0\n" * (1 << 20))
    monkeypatch.setattr("repscape.examples._room.memory_available", lambda: 100_000_000)
    with pytest.raises(MemoryBudgetError, match=r"t.csv.gz, unpacked, would take .* of memory; 100 MB are free"):
        read_examples(tmp_path / "t.csv.gz")
    (tmp_path / "t.csv").write_bytes(b"text\n" + b"a\n" * 1_000_000)
    with pytest.raises(MemoryBudgetError, match="t.csv would take"):
        read_examples(tmp_path / "t.csv")


def test_two_hundred_thousand_columns(tmp_path):
    names = [f"c{i}" for i in range(200_000)]
    (tmp_path / "t.csv").write_text(",".join(names) + "\n" + ",".join(names) + "\n")
    (tmp_path / "t.jsonl").write_text("{" + ",".join(f'"{one}":1' for one in names) + "}\n")
    for name in ("t.csv", "t.jsonl"):
        with pytest.raises(InputError, match="has 200,000 columns; a table has at most 10,000"):
            read_examples(tmp_path / name)


def test_more_columns_than_a_table_has_in_parquet(tmp_path, monkeypatch):
    pd.DataFrame(np.zeros((1, 30)), columns=[f"c{i}" for i in range(30)]).to_parquet(tmp_path / "t.parquet")
    for place in ("_tables", "_separated"):
        monkeypatch.setattr(f"repscape.examples.{place}.MOST_COLUMNS", 20)
    with pytest.raises(InputError, match="t.parquet has 30 columns; a table has at most 20"):
        read_examples(tmp_path / "t.parquet")


def test_what_is_no_file(tmp_path):
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(InputError, match="t.csv"):
        read_examples(tmp_path / "t.csv")
    with pytest.raises(InputError, match="t.csv"):
        read_columns(tmp_path / "t.csv")
