"""Example tables: every kind of column comes back as it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repscape.store._table import arrays_of, table_of

COLUMNS = {
    "ints": [1, 2, 3],
    "small": np.array([1, 2, 3], dtype=np.int8),
    "floats": [0.5, np.nan, np.inf],
    "flags": [True, False, True],
    "text": ["a", "", "naïve ☃"],
    "gaps": ["a", None, "c"],
    "nullable": pd.array([1, None, 3], dtype="Int64"),
    "maybe": pd.array([True, None, False], dtype="boolean"),
    "dates": pd.to_datetime(["2020-01-01", None, "2021-02-03"]),
    "spans": pd.to_timedelta([1, 2, 3], unit="s"),
    "lists": [[1, 2], [], [{"a": None}]],
    "mixed": [1, "a", None],
    "half": pd.Series(["\ud800", "b", "c\0"], dtype=object),
    "<script>alert('x')</script>": [1, 2, 3],
    "": [1, 2, 3],
}


def back(table):
    arrays, attributes = arrays_of(table)
    assert all(array.dtype.kind != "O" or all(isinstance(x, str) for x in array) for array in arrays.values())
    return table_of(
        {
            name: array.astype(np.dtypes.StringDType()) if array.dtype.kind == "O" else array
            for name, array in arrays.items()
        },
        attributes,
    )


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_comes_back(name):
    table = pd.DataFrame({name: COLUMNS[name]})
    pd.testing.assert_frame_equal(back(table), table)


def test_columns_keep_their_order_and_rows():
    table = pd.DataFrame(COLUMNS).set_axis([7, 8, 9])
    got = back(table)
    assert list(got.columns) == list(COLUMNS)
    assert list(got.index) == [0, 1, 2]
    assert back(table.iloc[:0]).shape == (0, len(COLUMNS))


def test_categories_become_their_values():
    table = pd.DataFrame({"c": pd.Categorical(["b", "a", "b"]), "n": pd.Categorical([3, 1, 3])})
    got = back(table)
    assert got["c"].tolist() == ["b", "a", "b"]
    assert got["n"].tolist() == [3, 1, 3]
    assert got["n"].dtype == np.int64


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(), st.integers(), st.floats(allow_nan=False), st.lists(st.text()))))
def test_any_mixture_comes_back(entries):
    column = pd.Series(entries, dtype=object)
    got = back(pd.DataFrame({"x": column}))["x"]
    missing = column.isna()
    assert got[~missing].tolist() == column[~missing].tolist()
    assert got[missing].isna().all()
