"""The door for examples: forms, kinds, columns, choosing rows, and every bad input with its row named."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from repscape._types import Examples
from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.examples import read_examples
from tests.data_files import data_file

TABLE = pd.DataFrame(
    {
        "text": ["good", 'a "quoted", one', "null", "naïve ☃\nsecond line", "tab\there"],
        "label": [1, 0, 1, 0, 1],
        "score": [0.5, None, 1.5, 2.5, 3.5],
    }
)


def save(table, path):
    if ".csv" in path.name:
        table.to_csv(path, index=False)
    elif ".tsv" in path.name:
        table.to_csv(path, index=False, sep="\t")
    elif ".jsonl" in path.name:
        table.to_json(path, orient="records", lines=True)
    elif ".json" in path.name:
        table.to_json(path, orient="records")
    else:
        table.to_parquet(path)
    return path


@pytest.mark.parametrize(
    "name", ["a.csv", "a.csv.gz", "a.tsv", "a.jsonl", "a.jsonl.gz", "a.json", "a.parquet", "A.CSV"]
)
def test_tables_in_every_form(tmp_path, name):
    path = tmp_path / name
    save(TABLE, tmp_path / name.lower()).rename(path)
    examples = read_examples(path, label="label")
    assert examples.kind == "text"
    assert list(examples.inputs) == TABLE["text"].tolist()
    assert list(examples.table.columns) == ["id", "text", "label", "score"]
    assert examples.table["id"].tolist() == [0, 1, 2, 3, 4]
    assert examples.table["label"].tolist() == [1, 0, 1, 0, 1]
    np.testing.assert_array_equal(examples.table["score"].astype(float), TABLE["score"])
    assert examples.source == str(path)


def test_plain_lines(tmp_path):
    (tmp_path / "a.txt").write_text("first, line\r\n  second\n", newline="")
    assert list(read_examples(tmp_path / "a.txt").inputs) == ["first, line", "  second"]


def test_words_that_look_like_gaps_are_words(tmp_path):
    (tmp_path / "a.csv").write_text("text,n,mood,m\nNA,1,None,1\nnan,NA,sad,\nnull,3,,3\n")
    examples = read_examples(tmp_path / "a.csv", text="text")
    assert list(examples.inputs) == ["NA", "nan", "null"]
    assert examples.table["mood"].tolist()[:2] == ["None", "sad"]
    assert examples.table["mood"].isna().tolist() == [False, False, True]
    assert examples.table["n"].tolist() == ["1", "NA", "3"]
    np.testing.assert_array_equal(examples.table["m"], [1, np.nan, 3])


def test_real_reviews():
    source = data_file("imdb_5k.csv.gz")
    examples = read_examples(source, text="text", label="label", rows=np.arange(0, 5000, 5))
    frame = pd.read_csv(source).iloc[::5]
    assert list(examples.inputs) == frame["text"].tolist()
    assert list(examples.table.columns) == ["id", "text", "label", "rating", "file"]
    assert examples.table["file"].tolist() == frame["file"].tolist()


def test_real_proteins():
    source = data_file("scope208_35pct_superfamilies.csv.gz")
    examples = read_examples(source, sequence="seq", label="superfamily", balance=3)
    assert examples.kind == "protein"
    assert len(examples) == 3 * 129
    assert set(examples.table["superfamily"].value_counts()) == {3}
    frame = pd.read_csv(source).set_index("sid")
    assert [s.upper() for s in frame.loc[examples.table["sid"], "seq"]] == list(examples.inputs)


def test_fasta(tmp_path):
    text = ">d1 a.1.1 (A:) globin\nglls\n RLRK*\n\n;old comment\n>d2\nACDX\n"
    (tmp_path / "a.fasta").write_text(text)
    with gzip.open(tmp_path / "b.fa.gz", "wt") as stream:
        stream.write(text)
    for name in ("a.fasta", "b.fa.gz"):
        examples = read_examples(tmp_path / name)
        assert examples.kind == "protein"
        assert list(examples.inputs) == ["GLLSRLRK", "ACDX"]
        assert examples.table["id"].tolist() == ["d1", "d2"]
        assert examples.table["description"].tolist() == ["a.1.1 (A:) globin", ""]


def test_objects():
    assert list(read_examples(["a", "b"]).inputs) == ["a", "b"]
    assert read_examples(["ACD"], kind="protein").kind == "protein"
    vectors = read_examples(np.eye(3))
    assert (vectors.kind, vectors.inputs.shape) == ("array", (3, 3))
    mapping = read_examples({"x": np.eye(3), "label": [0, 1, 2], "other": [1, 2]})
    assert mapping.kind == "array"
    assert list(mapping.table.columns) == ["id", "label"]
    words = read_examples({"words": np.array(["a", "b"]), "vectors": np.eye(2)})
    assert (words.kind, words.table["id"].tolist()) == ("vectors", ["a", "b"])
    again = read_examples(words, rows=[1])
    assert isinstance(again, Examples)
    np.testing.assert_array_equal(again.inputs, [[0, 1]])
    with pytest.raises(InputTypeError, match="must be a path.* Got int"):
        read_examples(3)


def test_arrays_from_files(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.eye(4), y=np.ones((4, 2)), label=np.arange(4))
    examples = read_examples(f"{tmp_path}/a.npz:y", limit=2)
    assert examples.kind == "array"
    np.testing.assert_array_equal(examples.inputs, np.ones((2, 2)))
    assert examples.table["label"].tolist() == examples.table["id"].tolist()
    with pytest.raises(InputError, match=r"which array.* Got x \(4, 4\), y \(4, 2\)"):
        read_examples(tmp_path / "a.npz")
    np.save(tmp_path / "a.npy", np.eye(4))
    assert read_examples(tmp_path / "a.npy").inputs.shape == (4, 4)


def test_limit_is_shuffled_by_seed_and_nested():
    texts = [f"t{i}" for i in range(100)]
    ten, twenty = read_examples(texts, limit=10), read_examples(texts, limit=20)
    assert list(ten.inputs) == list(twenty.inputs)[:10]
    assert list(ten.inputs) == [f"t{i}" for i in ten.table["id"]]
    assert list(ten.inputs) != texts[:10]
    assert list(read_examples(texts, limit=10, rng=1).inputs) != list(ten.inputs)
    assert list(read_examples(texts, limit=10, rng=np.random.default_rng(0)).inputs) == list(ten.inputs)
    assert sorted(read_examples(texts, limit=1000).inputs) == sorted(texts)
    assert list(read_examples(texts).inputs) == texts


def test_balance_draws_the_same_from_every_class():
    table = pd.DataFrame({"text": [f"t{i}" for i in range(100)], "label": ["a"] * 70 + ["b"] * 30})
    examples = read_examples(table, label="label", balance=20)
    assert examples.table["label"].value_counts().to_dict() == {"a": 20, "b": 20}
    assert examples.table["label"].tolist() != sorted(examples.table["label"])
    assert list(examples.inputs) == [f"t{i}" for i in examples.table["id"]]
    with pytest.raises(InputError, match="smallest class. Got 31; class 'b' has 30"):
        read_examples(table, label="label", balance=31)
    with pytest.raises(InputError, match="needs label="):
        read_examples(table, balance=2)
    with pytest.raises(InputError, match="not both"):
        read_examples(table, label="label", balance=2, limit=3)


def test_rows_by_number(tmp_path):
    texts = [f"t{i}" for i in range(10)]
    np.save(tmp_path / "rows.npy", np.array([7, 2, 5]))
    for rows in ([7, 2, 5], np.array([7, 2, 5]), tmp_path / "rows.npy", str(tmp_path / "rows.npy")):
        examples = read_examples(texts, rows=rows)
        assert list(examples.inputs) == ["t7", "t2", "t5"]
        assert examples.table["id"].tolist() == [7, 2, 5]
    assert set(read_examples(texts, rows=[7, 2, 5], limit=2).inputs) < {"t7", "t2", "t5"}
    for rows, message in (
        ([10], r"\[0, 9\]"),
        ([-1], r"\[0, 9\]"),
        ([1, 1], "repeat"),
        ([0.5], "row numbers"),
        ([], "row"),
    ):
        with pytest.raises((InputError, InputTypeError), match=message):
            read_examples(texts, rows=rows)


def test_ids_tell_rows_apart():
    own = read_examples(pd.DataFrame({"text": ["a", "b"], "id": ["x", "y"]}))
    assert list(own.table.columns) == ["id", "text"]
    assert own.table["id"].tolist() == ["x", "y"]
    twice = read_examples(pd.DataFrame({"text": ["a", "b"], "id": ["x", "x"]}))
    assert twice.table["id"].tolist() == [0, 1]
    assert twice.table["source_id"].tolist() == ["x", "x"]


def test_which_column():
    assert list(read_examples(pd.DataFrame({"words": ["a"], "n": [1]})).inputs) == ["a"]
    assert list(read_examples(pd.DataFrame({"a": ["x"], "sentence": ["y"]})).inputs) == ["y"]
    assert list(read_examples(pd.DataFrame({"a": ["x"], "seq": ["ACD"]}), kind="protein").inputs) == ["ACD"]
    table = pd.DataFrame({"title": ["a"], "body": ["b"]})
    with pytest.raises(InputError, match=r"Say text=NAME. Columns of text: title, body"):
        read_examples(table)
    with pytest.raises(UnknownNameError, match=r"no column 'boddy'. It has title, body. Did you mean 'body'"):
        read_examples(table, text="boddy")
    with pytest.raises(UnknownNameError, match="Did you mean 'title'"):
        read_examples(table, text="body", label="titel")
    with pytest.raises(InputError, match="no column of|none"):
        read_examples(pd.DataFrame({"n": [1]}))


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"text": ["a", "  ", "c"], "id": ["x", "y", "z"]}, {}, r"row 1 \(id 'y'\): the text is empty"),
        ({"text": ["a", None, "c"]}, {}, r"row 1 \(id .*1.*\): the text is missing"),
        ({"text": ["a", "b", 3]}, {}, r"row 2 .*must be a string. Got int 3"),
        ({"text": ["a", "b", ["c"]]}, {}, r"row 2 .*Got list"),
        ({"text": ["a", "b"], "y": [None, 1]}, {"label": "y"}, r"1 of 2 examples have no label in column 'y'.*row 0"),
        ({"seq": ["ACD", "AC1D"]}, {"sequence": "seq"}, r"row 1 .*'1' at position 2 is no residue"),
        ({"seq": ["AC-D"]}, {"sequence": "seq"}, r"Gaps of an alignment"),
        ({"seq": ["*"]}, {"sequence": "seq"}, r"sequence is empty"),
    ],
)
def test_rows_that_cannot_be_used_are_named(table, options, message):
    with pytest.raises((InputError, InputTypeError), match=message):
        read_examples(pd.DataFrame(table), **options)


def test_bad_rows_may_be_left_out():
    table = pd.DataFrame({"text": ["a", "", "c"], "y": [0, 1, None]})
    assert list(read_examples(table, label="y", rows=[0]).inputs) == ["a"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "cannot be read as a table"),
        ("a.csv", b"text\n", "holds no example"),
        ("a.csv", "text\ncafé\n".encode("latin1"), "must be UTF-8"),
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "cannot be read as a table"),
        ("a.csv.gz", b"text\nno gzip\n", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"text\n" + b"long\n" * 1000, mtime=0)[:40], "cannot be read"),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', "line 2 is no JSON"),
        ("a.jsonl", b'"a"\n', "line 1 must be a record"),
        ("a.json", b'{"text": "a"}', "must hold a list of records"),
        ("a.parquet", b"PAR1 not", "cannot be read as parquet"),
        ("a.fasta", b"ACD\n", "line 1: a FASTA file begins with a '>' line"),
        ("a.txt", b"one\n\nthree\n", r"row 1 .*the text is (empty|missing)"),
        ("a.docx", b"", "must be a file with suffix"),
        ("a.csv", b"text,text\na,b\n", "line 1, must have columns of different names. Got 'text' twice"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_examples(tmp_path / name)
    assert name in str(caught.value)


def test_what_is_not_there(tmp_path):
    for source in (tmp_path / "absent.csv", "absent.csv", "./absent", "a/b/c"):
        with pytest.raises(InputError, match="exists, or a name on the hub"):
            read_examples(source)
    np.save(tmp_path / "layer1.npy", np.eye(3))
    with pytest.raises(InputError, match="holds arrays: there is no model"):
        read_examples(tmp_path)
    with pytest.raises(UnknownNameError, match="kind of the examples must be one of"):
        read_examples(["a"], kind="txt")
    with pytest.raises(InputError, match="'text' or 'protein', as it is a table. Got 'image'"):
        read_examples(pd.DataFrame({"text": ["a"]}), kind="image")
    with pytest.raises(InputError, match="kind of the examples is 'text', but"):
        read_examples(read_examples(np.eye(3)), kind="text")


def test_the_fingerprint_follows_the_data(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in ("a", "b", "c")))
    prints = [
        read_examples(tmp_path / "a.jsonl").fingerprint(),
        read_examples(["a", "b", "c"]).fingerprint(),
        read_examples(["a", "c", "b"]).fingerprint(),
        read_examples(["a", "b", "c"], rows=[0, 2, 1]).fingerprint(),
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
