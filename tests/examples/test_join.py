"""Columns from elsewhere: by id where both have ids, refused where ids disagree, row by row only where there are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.examples import GivenColumns, Rows, read_examples

IDS = ["d7", "d1", "d12", "d3", "d2"]
FAMILY = {"d7": "01", "d1": "1", "d12": "b", "d3": "1", "d2": "01"}


@pytest.fixture
def fasta(tmp_path):
    records = [f">{one} chain {i}\nACD{'EF' * i}\n" for i, one in enumerate(IDS)]
    (tmp_path / "p.fasta").write_text("".join(records))
    return tmp_path / "p.fasta"


def families(folder, ids, *, name="fam.csv", id_column="id", header="family"):
    (folder / name).write_text(f"{id_column},{header}\n" + "".join(f"{one},{FAMILY.get(one, 'x')}\n" for one in ids))
    return f"{folder / name}:{header}"


@pytest.mark.parametrize("order", [IDS, sorted(IDS), IDS[::-1], ["d2", "d7", "d3", "d12", "d1"]])
def test_labels_follow_their_ids(order, fasta, tmp_path):
    examples = read_examples(fasta, columns=families(tmp_path, order), label="family")
    assert examples.table["id"].tolist() == IDS
    assert examples.table["family"].tolist() == [FAMILY[one] for one in IDS]


def test_limit_rows_and_balance_choose_after_the_join(fasta, tmp_path):
    columns = families(tmp_path, sorted(IDS))
    for options in ({"limit": 3}, {"rows": [4, 0]}, {"limit": 2, "rows": [1, 2, 3]}):
        table = read_examples(fasta, columns=columns, label="family", **options).table
        assert table["family"].tolist() == [FAMILY[one] for one in table["id"]]
    with pytest.raises(InputError, match="smallest class. Got 2; class 'b' has 1"):
        read_examples(fasta, columns=columns, label="family", balance=2)
    assert sorted(read_examples(fasta, columns=columns, label="family", balance=1).table["family"]) == ["01", "1", "b"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (IDS[:-1], "must have the ids of the examples of .*p.fasta: it lacks 'd2'"),
        ([*IDS[:-1], "d99"], "it lacks 'd2'; it has 'd99', which they have not"),
        ([*IDS, "d99"], "it has 'd99', which they have not"),
        (["D7", *IDS[1:]], "it lacks 'd7'; it has 'D7'"),
        ([" d7", *IDS[1:]], "it lacks 'd7'; it has ' d7'"),
        ([*IDS, "d7"], "must have different ids. 'd7' stands in rows 0 and 5"),
        (["", *IDS[1:]], "must have an id in every row. Row 0 has none"),
        (
            [f"q{i}" for i in range(9)],
            "lacks 'd7', 'd1', 'd12', 'd3', 'd2'; .* and 4 more.* Say which column holds the ids",
        ),
    ],
)
def test_ids_that_disagree_are_named(ids, message, fasta, tmp_path):
    with pytest.raises(InputError, match=message):
        read_examples(fasta, columns=families(tmp_path, ids))


def test_ids_may_stand_in_another_column(fasta, tmp_path):
    columns = families(tmp_path, sorted(IDS), id_column="sid")
    with pytest.raises(InputError, match="of the examples must have shape|must be"):
        read_examples(fasta, columns=str(families(tmp_path, IDS[:3], id_column="sid", name="short.csv")))
    table = read_examples(fasta, columns=columns, id_column="sid", label="family").table
    assert table["family"].tolist() == [FAMILY[one] for one in IDS]
    with pytest.raises(UnknownNameError, match="id_column must be a column of .* Got 'sidd'.* Did you mean 'sid'"):
        read_examples(fasta, columns=columns.replace(":family", ""), id_column="sidd")


@pytest.mark.parametrize("order", [IDS, sorted(IDS), [*IDS[::-1], "d99"]])
def test_a_column_of_ids_under_another_name_is_never_taken_row_by_row(order, fasta, tmp_path):
    columns = families(tmp_path, order, id_column="sid")
    if order == IDS:
        assert read_examples(fasta, columns=columns).table["family"].tolist() == [FAMILY[one] for one in IDS]
        return
    with pytest.raises(
        InputError, match=r"column 'sid' of .*fam\.csv holds the ids .* in another order.*--id-column sid"
    ):
        read_examples(fasta, columns=columns)


@pytest.mark.parametrize("spelt", [lambda one: f"{one}.1", str.lower, lambda one: f"sp|{one}|NAME"])
def test_ids_that_are_spelt_differently_are_not_taken_row_by_row_either(spelt, tmp_path):
    names = [f"P{i}x" for i in range(6)]
    source = tmp_path / "some.fa"
    source.write_text("".join(f">{name}\nMKVLL{'ACDEFG'[i]}A\n" for i, name in enumerate(names)))
    table = tmp_path / "fam.csv"
    table.write_text("family,entry\n" + "".join(f"f{i % 2},{spelt(names[i])}\n" for i in (3, 1, 5, 0, 2, 4)))
    with pytest.raises(InputError, match=r"column 'entry' of .* in another order.*Write them as there \('P0x'\)"):
        read_examples(source, columns=f"{table}:family")
    table.write_text("family,entry\n" + "".join(f"f{i % 2},{spelt(name)}\n" for i, name in enumerate(names)))
    found = read_examples(source, columns=f"{table}:family").table
    assert found["family"].tolist() == [f"f{i % 2}" for i in range(6)]


def test_numbers_of_ones_own_are_not_taken_for_ids():
    rows = Rows(3, "the data", ids=[2, 0, 1])
    found, notes = GivenColumns.of(pd.DataFrame({"rank": [0, 1, 2], "kind": ["a", "b", "c"]})).joined(rows, "run")
    assert (found["kind"].tolist(), notes) == (["a", "b", "c"], [])


def test_ids_of_the_examples_may_stand_in_another_column():
    table = pd.DataFrame({"text": ["a", "b", "c"], "key": ["k3", "k1", "k2"], "id": [9, 9, 9]})
    given = {"id": ["k1", "k2", "k3"], "label": ["one", "two", "three"]}
    found = read_examples(table, columns=given, id_column="key").table
    assert found["id"].tolist() == ["k3", "k1", "k2"]
    assert found["label"].tolist() == ["three", "one", "two"]
    assert found["source_id"].tolist() == [9, 9, 9]
    for wrong in (["k1", "k1", "k2"], ["k1", None, "k2"]):
        with pytest.raises(InputError, match="ids of the DataFrame, in column 'key', must differ"):
            read_examples(table.assign(key=wrong), id_column="key")


def test_ids_that_repeat_among_the_examples_still_join():
    table = pd.DataFrame({"text": ["a", "b", "c"], "id": ["p", "q", "p"]})
    found = read_examples(table, columns={"id": ["q", "p"], "label": ["1", "2"]}).table
    assert found["label"].tolist() == ["2", "1", "2"]


@pytest.mark.parametrize("ids", [[3, 1, 2], ["3", "1", "2"], [3.0, 1.0, 2.0], pd.array([3, 1, 2], dtype="Int64")])
def test_ids_are_compared_as_they_are_written(ids):
    table = pd.DataFrame({"text": ["a", "b", "c"], "id": [1, 2, 3]})
    found = read_examples(table, columns=pd.DataFrame({"id": ids, "y": ["c", "a", "b"]})).table
    assert found["y"].tolist() == ["a", "b", "c"]
    with pytest.raises(InputError, match="it lacks '1'; it has '01'"):
        read_examples(table, columns={"id": ["01", "2", "3"], "y": ["a", "b", "c"]})


def test_row_by_row_only_where_there_are_no_ids_and_the_count_fits(fasta, tmp_path):
    (tmp_path / "rows.csv").write_text("family\n" + "\n".join(FAMILY[one] for one in IDS) + "\n")
    found = read_examples(fasta, columns=f"{tmp_path / 'rows.csv'}:family", limit=2).table
    assert found["family"].tolist() == [FAMILY[one] for one in found["id"]]
    np.save(tmp_path / "two.npy", np.arange(2))
    with pytest.raises(
        InputError, match=r"column 'two' of the examples must have shape \(5,\).* Got \(2,\). A column 'id'"
    ):
        read_examples(fasta, columns=str(tmp_path / "two.npy"), limit=2)


def test_ids_without_a_partner():
    """The texts have no ids: row numbers may be meant, an order that can be seen, and nothing else."""
    texts = ["a", "b", "c"]
    for ids in ([2, 0, 1], ["2", "0", "1"]):
        found = read_examples(texts, columns={"id": ids, "y": ["c", "a", "b"]}).table
        assert found["y"].tolist() == ["a", "b", "c"]
    for ids in ([1, 2, 3], ["r1", "r2", "r10"], [5, 7, 20]):
        assert read_examples(texts, columns={"id": ids, "y": ["a", "b", "c"]}).table["y"].tolist() == ["a", "b", "c"]
    for ids in ([3, 1, 2], ["r2", "r1", "r10"], ["b", "a", "c"]):
        with pytest.raises(
            InputError, match="has ids, not in order, and the examples of the list have none to join them by"
        ):
            read_examples(texts, columns={"id": ids, "y": ["a", "b", "c"]})


def test_a_part_of_the_data_takes_its_part_of_the_columns():
    given = GivenColumns.of({"id": ["a", "b", "c", "d"], "y": [1, 2, 3, 4]})
    joined, notes = given.joined(Rows(2, "the examples", np.array(["c", "a"])), "run")
    assert joined["y"].tolist() == [3, 1]
    assert notes == ["2 of 4 rows of columns are of no example here and were left out"]
    with pytest.raises(InputError, match="it has 'b', 'd', which they have not"):
        given.joined(Rows(2, "the examples", np.array(["c", "a"]), part=False), "run")


def test_files_join_each_by_its_own_ids(fasta, tmp_path):
    one = families(tmp_path, sorted(IDS))
    assert list(read_examples(fasta, columns=tmp_path / "fam.csv").table["family"]) == [FAMILY[one] for one in IDS]
    two = families(tmp_path, IDS[::-1], name="other.csv")
    found = read_examples(fasta, columns=[one, f"again={two}"]).table
    assert found["family"].tolist() == found["again"].tolist() == [FAMILY[one] for one in IDS]
    with pytest.raises(InputError, match="two files hold a column 'family'.*NAME="):
        read_examples(fasta, columns=[one, two])


def test_frames_are_columns():
    texts = pd.DataFrame({"text": ["a", "b"], "id": ["x", "y"]})
    frame = pd.DataFrame({"label": ["2", "1"]}, index=pd.Index(["y", "x"], name="id"))
    assert read_examples(texts, columns=frame).table["label"].tolist() == ["1", "2"]
    unnamed = pd.DataFrame({"label": ["1", "2"], 3: [5, 6]}, index=["q", "r"])
    assert read_examples(texts, columns=unnamed).table["3"].tolist() == [5, 6]
    with pytest.raises(InputError, match="columns of different names. Got label twice"):
        read_examples(texts, columns=pd.DataFrame([[1, 2], [3, 4]], columns=["label", "label"]))
    with pytest.raises(InputTypeError, match="Got 2 levels of names"):
        read_examples(texts, columns=pd.DataFrame([[1], [2]], columns=pd.MultiIndex.from_tuples([("a", "b")])))
    for wrong in (pd.Series([1, 2]), [1, 2], np.arange(2), 3):
        with pytest.raises(InputTypeError, match="columns must be a mapping of names to arrays, a DataFrame, or files"):
            read_examples(texts, columns=wrong)
    with pytest.raises(InputError, match="column 'y' of columns must have an entry for each of its 2 ids. Got 3"):
        read_examples(texts, columns={"id": ["x", "y"], "y": [1, 2, 3]})
