"""Hugging Face data sets: saved, from files, as objects; splits, classes and images."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from repscape.errors import InputError, UnknownNameError
from repscape.examples import read_examples

datasets = pytest.importorskip("datasets", reason="datasets is not installed")
Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")


@pytest.fixture
def texts():
    features = datasets.Features(
        {
            "sentence": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["neg", "pos"]),
            "n": datasets.Value("int32"),
        }
    )
    rows = {"sentence": ["a", "b", "c"], "label": [0, 1, 0], "n": [1, 2, 3]}
    return datasets.Dataset.from_dict(rows, features=features)


def test_a_saved_folder(tmp_path, texts):
    texts.save_to_disk(tmp_path / "one")
    examples = read_examples(tmp_path / "one", label="label", limit=2)
    assert examples.kind == "text"
    assert list(examples.table.columns) == ["id", "sentence", "label", "n", "label_name"]
    assert all(examples.table["label_name"] == examples.table["label"].map({0: "neg", 1: "pos"}))
    assert list(examples.inputs) == [["a", "b", "c"][i] for i in examples.table["id"]]


def test_splits(tmp_path, texts):
    both = datasets.DatasetDict({"train": texts, "test": texts.select([2])})
    both.save_to_disk(tmp_path / "two")
    for source in (tmp_path / "two", both):
        assert list(read_examples(source, split="test").inputs) == ["c"]
        with pytest.raises(UnknownNameError, match="must be one of train, test. Got None"):
            read_examples(source)
        with pytest.raises(UnknownNameError, match="must be one of train, test. Got 'dev'"):
            read_examples(source, split="dev")
    assert len(read_examples(datasets.DatasetDict({"all": texts}))) == 3
    with pytest.raises(UnknownNameError, match="no split 'dev'"):
        read_examples(texts, split="dev")


def test_missing_labels_of_the_hub(texts):
    unlabelled = texts.map(lambda row: {"label": -1 if row["sentence"] == "b" else row["label"]})
    with pytest.raises(InputError, match=r"1 of 3 examples have no label in column 'label', the first in row 1"):
        read_examples(unlabelled, label="label")
    assert len(read_examples(unlabelled)) == 3


def test_images_and_a_broken_one():
    pictures = [np.full((4, 4, 3), i, dtype=np.uint8) for i in range(3)]
    encoded = []
    for picture in pictures:
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, format="PNG")
        encoded.append({"bytes": stream.getvalue(), "path": None})
    features = datasets.Features(
        {"img": datasets.Image(), "label": datasets.Value("int64"), "note": datasets.Value("string")}
    )
    rows = {"img": encoded, "label": [0, 1, 2], "note": ["x", "y", "z"]}
    held = datasets.Dataset.from_dict(rows, features=features)
    examples = read_examples(held, label="label", rows=[2, 0])
    assert examples.kind == "image"
    np.testing.assert_array_equal(examples.inputs, [pictures[2], pictures[0]])
    assert list(examples.table.columns) == ["id", "label", "note"]
    assert list(read_examples(held, text="note").inputs) == ["x", "y", "z"]
    alone = read_examples(held.select_columns(["img"]))
    assert alone.table["id"].tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="column 'note' of the data set holds no images"):
        read_examples(held, image="note")
    with pytest.raises(UnknownNameError, match="Did you mean 'img'"):
        read_examples(held, image="imgs")
    encoded[1] = {"bytes": b"broken", "path": None}
    with pytest.raises(InputError, match="row 1, column 'img' is no image"):
        read_examples(datasets.Dataset.from_dict(rows | {"img": encoded}, features=features))


def test_a_folder_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "data").mkdir()
    pd.DataFrame({"text": ["a", "b"], "y": [0, 1]}).to_csv(tmp_path / "data" / "train.csv", index=False)
    examples = read_examples(tmp_path / "data", label="y")
    assert list(examples.inputs) == ["a", "b"]


def test_names_on_the_hub(texts, monkeypatch):
    asked = []

    def load_dataset(name, config=None):
        asked.append((name, config))
        if name == "owner/absent":
            raise ConnectionError("Couldn't reach the Hub")
        return datasets.DatasetDict({"train": texts})

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    assert list(read_examples("owner/name").inputs) == ["a", "b", "c"]
    assert list(read_examples("glue:sst2", split="train").inputs) == ["a", "b", "c"]
    assert asked == [("owner/name", None), ("glue", "sst2")]
    with pytest.raises(InputError, match=r"Couldn't reach the Hub. Without a network, give a folder saved by"):
        read_examples("owner/absent")
