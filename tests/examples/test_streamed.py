"""Streams: read once, the same examples as from a table; their texts are not in memory, and a stopped run goes on."""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import repscape as rs
from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.examples import read_examples

RECORDS: list[dict[str, Any]] = [
    {"text": f"words {i} of a té\u4e16t", "label": i % 3, "stars": None if i == 2 else 1.5, "from": "here"}
    for i in range(60)
]


def same(streamed: rs.examples.Examples, read: rs.examples.Examples) -> None:
    assert streamed.fingerprint() == read.fingerprint()
    assert list(streamed.inputs) == list(read.inputs)
    pd.testing.assert_frame_equal(streamed.table, read.table.drop(columns="text"))


def test_a_stream_gives_what_a_table_gives(tmp_path: Path) -> None:
    options = {"text": "text"}
    table = read_examples(pd.DataFrame(RECORDS), **options)
    same(read_examples(iter(RECORDS), **options), table)
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(lines)
    same(
        read_examples(tmp_path / "a.jsonl.gz", stream=True, **options),
        read_examples(tmp_path / "a.jsonl.gz", **options),
    )
    pd.DataFrame(RECORDS).to_parquet(tmp_path / "a.parquet")
    same(
        read_examples(tmp_path / "a.parquet", stream=True, **options), read_examples(tmp_path / "a.parquet", **options)
    )
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    assert list(read_examples(tmp_path / "a.txt", stream=True).inputs) == ["one", "two"]
    assert read_examples(iter(["MKV", "acd*"]), kind="protein").inputs[1] == "ACD"


def test_an_iterable_data_set_is_a_stream() -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    held = datasets.Dataset.from_dict({"text": ["a b", "c"], "label": [1, 0]}, features=features).to_iterable_dataset()
    found = read_examples(held)
    assert list(found.inputs) == ["a b", "c"]
    assert found.table.label_name.tolist() == ["good", "bad"]


def test_of_an_endless_stream_the_first_are_read() -> None:
    counted: list[int] = []

    def endless() -> Iterator[str]:
        for number in itertools.count():
            counted.append(number)
            yield f"text {number}"

    found = read_examples(endless(), limit=5)
    assert list(found.inputs) == [f"text {number}" for number in range(5)]
    assert len(counted) == 5
    some = found.take(np.array([4, 0]))
    assert list(some.inputs) == ["text 4", "text 0"]
    assert some.inputs[-1] == "text 0"
    assert "2 texts in a temporary file" in repr(some.inputs)


def test_texts_are_not_held_in_memory() -> None:
    tracemalloc.start()
    found = read_examples(f"{number} " + "x" * 10_000 for number in range(5_000))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 5_000
    assert most < 12 << 20  # of 50 MB
    assert found.inputs[4_999].startswith("4999 ")


def test_a_stopped_extraction_of_a_stream_goes_on(tmp_path: Path) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    class Letters(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.out = torch.nn.Linear(2, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(x)

    def counted(texts: list[str]) -> torch.Tensor:
        return torch.tensor([[float(len(text)), float(text.count("1"))] for text in texts])

    torch.manual_seed(0)
    options: dict[str, Any] = {"layers": "out", "preprocess": counted, "slab_rows": 10}
    net = Letters()
    whole = rs.extract(net, pd.DataFrame(RECORDS)[["text", "label"]], to=tmp_path / "whole", **options)
    stream = ({"text": record["text"], "label": record["label"]} for record in RECORDS)
    with pytest.raises(KeyboardInterrupt, match="20 of 60"):
        rs.extract(net, stream, to=tmp_path / "s", progress=stop, **options)
    stream = ({"text": record["text"], "label": record["label"]} for record in RECORDS)
    again = rs.extract(net, stream, to=tmp_path / "s", **options)
    np.testing.assert_array_equal(again["out"][:], whole["out"][:])
    assert again.examples.label.tolist() == whole.examples.label.tolist()
    other = ({"text": record["text"] + "!", "label": record["label"]} for record in RECORDS)
    with pytest.raises(rs.errors.StudyMismatchError, match=r"data\.fingerprint"):
        rs.extract(net, other, to=tmp_path / "s", **options)


@pytest.mark.parametrize(
    ("entries", "options", "error", "match"),
    [
        ([], {}, InputError, "holds no example"),
        (["a", {"text": "b"}], {}, InputTypeError, "entry 1 must be text"),
        ([3], {}, InputTypeError, "entry 0 must be text"),
        ([{"a": "x", "b": "y"}], {}, InputError, "Say text=NAME. Columns of text: a, b"),
        ([{"a": "x"}], {"text": "b"}, UnknownNameError, "no column 'b'"),
        (["a", " "], {}, InputError, "entry 1: the text is empty"),
        (["a"], {"balance": 3, "label": "x"}, InputError, "Take limit"),
        (["a"], {"kind": "image"}, InputError, "as it is a stream"),
    ],
)
def test_what_is_no_stream_of_examples_is_refused(entries: Any, options: Any, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        read_examples(iter(entries), **options)


def test_other_files_and_what_is_in_memory_are_no_streams(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nx\n")
    with pytest.raises(InputError, match=r"\.jsonl, \.ndjson, \.txt, \.parquet"):
        read_examples(tmp_path / "a.csv", stream=True)
    with pytest.raises(InputError, match="in memory already"):
        read_examples(["a"], stream=True)
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n[1]\n')
    with pytest.raises(InputError, match="line 2 must be a record"):
        read_examples(tmp_path / "a.jsonl", stream=True)
    with pytest.raises(InputError, match="encoding and separator"):
        read_examples(tmp_path / "a.jsonl", stream=True, encoding="utf-8")
