"""Extraction into a store: the same bits however often it is stopped, and nothing of another model or of other data."""

from __future__ import annotations

import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import repscape as rs
from repscape.errors import InputError, StoreError, StudyMismatchError, UnknownNameError
from repscape.store import StoreWriter
from tests.killed import started

KILLS = 6
N = 240


def network(seed: int = 0) -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torch.nn.Sequential(torch.nn.Linear(6, 32), torch.nn.Tanh(), torch.nn.Linear(32, 4))


def points(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(N, 6)).astype(np.float32)


def files(folder: Path) -> dict[str, bytes]:
    """Every byte of a store that counts; when it was created may differ."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and "provenance" not in p.parts[len(folder.parts)]
    }


def test_rows_are_the_modules_outputs(tmp_path) -> None:
    store = rs.extract(network(), points(), to=tmp_path / "s", layers="*", slab_rows=64)
    with torch.inference_mode():
        expected = network()(torch.from_numpy(points())).numpy()
    np.testing.assert_allclose(store["2"][:], expected, atol=1e-6)
    assert store.layers == ("0", "1", "2")
    assert store.complete
    assert store.provenance["data"]["n"] == N
    assert list(store.examples.columns) == ["id"]


def test_interrupted_and_resumed_gives_the_same_bytes(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    rs.extract(network(), points(), to=tmp_path / "whole", layers="*", slab_rows=32)

    def stop(done: int, total: int, what: str) -> None:
        if done >= 96:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="of 240 examples are in .*the same command goes on"):
        rs.extract(network(), points(), to=tmp_path / "s", layers="*", slab_rows=32, progress=stop)
    held = rs.open_store(tmp_path / "s")
    assert 32 <= held.rows < N
    told: list[int] = []
    rs.extract(
        network(), points(), to=tmp_path / "s", layers="*", slab_rows=32, progress=lambda done, *_: told.append(done)
    )
    assert told[0] == held.rows
    assert files(tmp_path / "s") == files(tmp_path / "whole")


def test_a_finished_store_is_not_computed_again(tmp_path) -> None:
    net = network()
    rs.extract(net, points(), to=tmp_path / "s", layers="*")
    net.register_forward_hook(lambda *_: pytest.fail("the model ran again"))
    again = rs.extract(net, points(), to=tmp_path / "s", layers="*")
    assert again.complete


def extract_into(folder: Path, told: Connection) -> None:
    """Extract into a folder in slabs of 120 rows, telling of each."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(6, 256), torch.nn.Tanh(), torch.nn.Linear(256, 64))
    X = np.random.default_rng(0).normal(size=(3000, 6)).astype(np.float32)
    rs.extract(net, X, to=folder, layers="*", slab_rows=25, progress=lambda done, *_: told.send(done))


def test_kill_nine_at_random_moments(tmp_path) -> None:
    whole = started(extract_into, tmp_path / "whole")
    draw, seen = random.Random(0), [0]
    for _ in range(KILLS):
        process, told = started(extract_into, tmp_path / "s")
        for _ in range(draw.randint(3, 20)):  # of 120, so that no kill comes too late
            told.recv()
        time.sleep(draw.uniform(0, 0.02))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        seen.append(rs.open_store(tmp_path / "s").rows)
    assert seen == sorted(seen)
    assert 0 < seen[1] < 3000
    last = started(extract_into, tmp_path / "s")
    for process, _ in (whole, last):
        process.join()
        assert process.exitcode == 0
    assert files(tmp_path / "s") == files(tmp_path / "whole")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": network(1)}, "provenance.model.fingerprint"),
        ({"examples": points(1)}, "provenance.data.fingerprint"),
        ({"layers": ["0", "1"]}, "provenance.options.layers"),
        ({"pool": "max"}, "provenance.options.pool is 'mean' there and 'max' here"),
    ],
)
def test_another_extraction_is_refused_by_name(change: dict, message: str, tmp_path) -> None:
    call = {"model": network(), "examples": points(), "layers": "*", "to": tmp_path / "s"}
    rs.extract(call.pop("model"), call.pop("examples"), **call)
    before = files(tmp_path / "s")
    call |= change
    with pytest.raises(StudyMismatchError, match=message):
        rs.extract(call.pop("model", network()), call.pop("examples", points()), **call)
    with pytest.raises(StudyMismatchError, match="resume=False"):
        rs.extract(network(), points(), to=tmp_path / "s", layers="*", resume=False)
    assert files(tmp_path / "s") == before


def test_a_full_disk_leaves_a_store_that_goes_on(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = StoreWriter.append, []

    def append(self: StoreWriter, arrays: object, **options: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise StoreError("the disk is full")
        return real(self, arrays, **options)

    monkeypatch.setattr(StoreWriter, "append", append)
    with pytest.raises(StoreError, match="the disk is full"):
        rs.extract(network(), points(), to=tmp_path / "s", layers="*", slab_rows=32)
    assert rs.open_store(tmp_path / "s").rows == 64
    rs.extract(network(), points(), to=tmp_path / "s", layers="*", slab_rows=32)
    rs.extract(network(), points(), to=tmp_path / "whole", layers="*", slab_rows=32)
    assert files(tmp_path / "s") == files(tmp_path / "whole")


def test_token_rows_keep_their_example_and_position(tmp_path) -> None:
    import transformers

    from repscape.extraction._hf_model import wrap_pretrained
    from tests.extraction.tiny_models import CONFIGS, TEXTS, WORDS, word_tokenizer

    model = wrap_pretrained(transformers.BertModel(CONFIGS["BERT"]()), word_tokenizer(front="[CLS]", back="[SEP]"))
    store = rs.extract(model, TEXTS, to=tmp_path / "s", pool="token")
    table = store.examples
    words = [text.split() for text in TEXTS]
    assert len(table) == store[store.layers[0]].shape[0] == sum(map(len, words))
    assert table["example"].tolist() == [i for i, text in enumerate(words) for _ in text]
    assert table["position"].tolist() == [p for text in words for p in range(len(text))]
    assert set(sum(words, [])) <= set(WORDS)  # noqa: RUF017
    assert table["token"].tolist() == [word for text in words for word in text]
    assert list(table.columns)[-3:] == ["example", "position", "token"]
    given = pd.DataFrame({"text": TEXTS, "kind": list(range(len(TEXTS)))})  # the texts are not repeated token by token
    columns = list(rs.extract(model, given, to=tmp_path / "given", pool="token").examples)
    assert "kind" in columns
    assert "text" not in columns
    mean = rs.extract(model, TEXTS, to=tmp_path / "mean")
    for key in store.layers:
        for i in range(len(TEXTS)):
            np.testing.assert_allclose(store[key][:][table["example"] == i].mean(axis=0), mean[key][i], atol=1e-5)


def test_bad_input(tmp_path) -> None:
    with pytest.raises(UnknownNameError, match="'3'"):
        rs.extract(network(), points(), to=tmp_path / "s", layers="3")
    with pytest.raises(UnknownNameError, match="pool of extract must be one of"):
        rs.extract(network(), points(), to=tmp_path / "s", layers="*", pool="average")
    with pytest.raises(InputError, match="no/such/model"):
        rs.extract("no/such/model", ["a text"], to=tmp_path / "s")
    with pytest.raises(InputError, match="no/such/data.csv"):
        rs.extract(network(), "no/such/data.csv", to=tmp_path / "s")
    assert not (tmp_path / "s").exists()
