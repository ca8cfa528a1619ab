"""Word vectors: GloVe and word2vec text, binary, KeyedVectors, gensim's names, npz."""

from __future__ import annotations

import gzip
import os
import pickle

import numpy as np
import pytest

from repscape.errors import InputError
from repscape.examples import read_examples
from tests.data_files import data_file

WORDS = ["the", "new york", "☃", "123"]
VECTORS = (np.random.default_rng(0).normal(size=(4, 12)) * 3).round(4).astype(np.float32)
LINES = [f"{word} {' '.join(f'{x:.4f}' for x in row)}" for word, row in zip(WORDS, VECTORS, strict=True)]


def check(source, words=WORDS, **options):
    examples = read_examples(source, **options)
    assert examples.kind == "vectors"
    assert examples.table["id"].tolist() == words
    assert examples.table["word"].tolist() == words
    np.testing.assert_allclose(examples.inputs, VECTORS, rtol=1e-6)


@pytest.mark.parametrize("name", ["glove.txt", "glove.vec", "glove.txt.gz"])
@pytest.mark.parametrize("header", ["", "4 12\n"])
def test_text(tmp_path, name, header):
    text = header + "\n".join(LINES) + "\n"
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    check(tmp_path / name)
    check(tmp_path / name, kind="vectors")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([*LINES, "odd 1 2 3"], "line 5 must be a word and 12 finite numbers. Got 'odd 1 2 3'"),
        ([*LINES, LINES[0].replace(".", "x")], "line 5 must be"),
        ([*LINES, "nan " + " ".join(["nan"] * 12)], "line 5 must be"),
        (["5 12", *LINES], "must hold 5 word vectors. Got 4"),
        ([], "at least 1"),
    ],
)
def test_text_that_is_wrong(tmp_path, lines, message):
    (tmp_path / "v.vec").write_text("\n".join(lines))
    with pytest.raises(InputError, match=message):
        read_examples(tmp_path / "v.vec", kind="vectors")


def test_npz(tmp_path):
    np.savez(tmp_path / "v.npz", words=WORDS, vectors=VECTORS, rank=np.arange(4), other=np.arange(3))
    check(tmp_path / "v.npz")
    assert list(read_examples(tmp_path / "v.npz").table.columns) == ["id", "word", "rank"]
    np.savez(tmp_path / "w.npz", words=WORDS[:3], vectors=VECTORS)
    with pytest.raises(InputError, match=r"\(3,\) and \(4, 12\)"):
        read_examples(tmp_path / "w.npz")
    with pytest.raises(InputError, match="named words and vectors. Got x"):
        read_examples({"x": VECTORS}, kind="vectors")


def test_real_glove():
    examples = read_examples(data_file("glove_twitter_25d_12k.npz"))
    assert (examples.kind, examples.inputs.shape) == ("vectors", (11925, 25))
    with np.load(data_file("glove_twitter_25d_12k.npz")) as held:
        assert examples.table["word"].tolist() == held["words"].tolist()


@pytest.fixture
def keyed():
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    keyed = models.KeyedVectors(12)
    keyed.add_vectors(["the", "york", "☃", "123"], VECTORS)
    return keyed


def test_gensim_forms(tmp_path, keyed):
    words = ["the", "york", "☃", "123"]
    check(keyed, words)
    keyed.save_word2vec_format(str(tmp_path / "v.bin"), binary=True)
    check(tmp_path / "v.bin", words)
    keyed.save_word2vec_format(str(tmp_path / "v.txt"))
    check(tmp_path / "v.txt", words)
    keyed.save(str(tmp_path / "v.kv"))
    with pytest.raises(InputError, match=r"v\.kv is a pickle of gensim's.*allow_pickle=True \(--allow-pickle\)"):
        read_examples(tmp_path / "v.kv")
    check(tmp_path / "v.kv", words, allow_pickle=True)
    for name, message in (
        ("v.bin", "truncated or damaged: its header promises 4 vectors"),
        ("v.kv", "cannot be read as"),
    ):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:60])
        with pytest.raises(InputError, match=f"{name}.*{message}"):
            read_examples(tmp_path / name, allow_pickle=True)


class Canary:
    """Leaves a folder behind when it is unpickled."""

    def __init__(self, file):
        self.file = str(file)

    def __reduce__(self):
        return os.mkdir, (self.file,)


@pytest.mark.parametrize("name", ["v.kv", "v.model", "words.npz", "words.npy"])
def test_a_received_file_runs_nothing(tmp_path, name):
    canary = Canary(tmp_path / "sung")
    if name.endswith(".npz"):
        np.savez(tmp_path / name, words=np.array([canary, "b"], dtype=object), vectors=np.eye(2))
    elif name.endswith(".npy"):
        np.save(tmp_path / name, np.array([canary, "b"], dtype=object), allow_pickle=True)
    else:
        (tmp_path / name).write_bytes(pickle.dumps(canary))
    with pytest.raises(InputError, match="pickle"):
        read_examples(tmp_path / name)
    assert not (tmp_path / "sung").exists()


def test_pickles_are_read_for_who_says_so(tmp_path):
    np.savez(tmp_path / "words.npz", words=np.array(["sun", "new york"], dtype=object), vectors=np.eye(2))
    with pytest.raises(InputError, match="words in .*words.npz cannot be read: it holds pickled"):
        read_examples(tmp_path / "words.npz")
    assert read_examples(tmp_path / "words.npz", allow_pickle=True).table["word"].tolist() == ["sun", "new york"]
    (tmp_path / "v.kv").write_bytes(pickle.dumps(Canary(tmp_path / "sung")))
    with pytest.raises(InputError, match="cannot be read as gensim KeyedVectors"):
        read_examples(tmp_path / "v.kv", allow_pickle=True)
    assert (tmp_path / "sung").exists()


def test_gensim_downloader_names(tmp_path, keyed, monkeypatch):
    import gensim.downloader

    words = ["the", "york", "☃", "123"]
    monkeypatch.setattr(gensim.downloader, "BASE_DIR", str(tmp_path))
    for name, binary in (("glove-tiny-12", False), ("word2vec-tiny-12", True)):
        (tmp_path / name).mkdir()
        keyed.save_word2vec_format(str(tmp_path / name / f"{name}.gz"), binary=binary)
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('code of a download must not run')")
        check(name, words, kind="vectors")

    def offline(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(gensim.downloader, "load", offline)
    with pytest.raises(InputError, match="'glove-x-1' is no file, and gensim could not fetch it: no network"):
        read_examples("glove-x-1", kind="vectors")
