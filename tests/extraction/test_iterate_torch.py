"""From examples to slabs: order, resuming, memory that runs out, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from repscape.errors import InputError, InputTypeError, MemoryBudgetError, UnknownNameError
from repscape.extraction import Layout, Model, Slab, iterate, open_model
from repscape.extraction._iterate_torch import fitting_tokens, out_of_memory
from repscape.extraction._sites import select_taps
from tests.extraction.tiny_models import TEXTS, WORDS, make_examples, save_tiny


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return open_model(str(save_tiny("BERT", tmp_path_factory.mktemp("models") / "bert")))


def many_texts(n: int = 40) -> Any:
    draw = np.random.default_rng(3)
    return make_examples("text", [" ".join(draw.choice(WORDS, draw.integers(1, 30))) for _ in range(n)])


def joined(slabs: list[Slab]) -> dict[str, np.ndarray]:
    return {layer.key: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}


class Frugal(nn.Module):
    """Fails as a GPU does when a batch holds more rows than it has room for."""

    def __init__(self, room: int, error: Exception) -> None:
        super().__init__()
        self.part, self.room, self.error, self.seen = nn.Linear(3, 2), room, error, []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > self.room:
            raise self.error
        self.seen.append(len(x))
        return self.part(x)


def test_slabs_come_in_order_and_cover_everything(model: Model) -> None:
    slabs = list(iterate(model, many_texts(), slab_rows=16))
    assert [(slab.start, slab.stop) for slab in slabs] == [(0, 16), (16, 32), (32, 40)]
    for slab in slabs:
        np.testing.assert_array_equal(slab.example, np.arange(slab.start, slab.stop))
        assert all(state.dtype == np.float32 for state in slab.states.values())


def test_a_resumed_run_gives_the_same_bits(model: Model) -> None:
    examples = many_texts()
    whole = list(iterate(model, examples, slab_rows=8, batch_size=3, site=["residual", "norm2"]))
    again = list(iterate(model, examples, site=["residual", "norm2"], layout=whole[0].layout, start_row=16))
    assert again[0].start == 16
    for one, two in zip(whole[2:], again, strict=True):
        for layer, state in one.states.items():
            np.testing.assert_array_equal(state, two.states[layer])
    assert list(iterate(model, examples, layout=whole[0].layout, start_row=40)) == []


def test_tokens_keep_their_example_and_position(model: Model) -> None:
    slabs = list(iterate(model, make_examples("text", TEXTS), pool="token", slab_rows=3, batch_size=2))
    example = np.concatenate([slab.example for slab in slabs])
    position = np.concatenate([slab.position for slab in slabs])
    counts = [len(text.split()) for text in TEXTS]
    np.testing.assert_array_equal(example, np.repeat(np.arange(len(TEXTS)), counts))
    np.testing.assert_array_equal(position, np.concatenate([np.arange(count) for count in counts]))
    tokens = joined(slabs)
    means = joined(list(iterate(model, make_examples("text", TEXTS))))
    for key, state in means.items():
        for row in range(len(TEXTS)):
            np.testing.assert_allclose(tokens[key][example == row].mean(0), state[row], atol=1e-5)


def test_layers_and_sites_together_equal_each_alone(model: Model) -> None:
    examples = many_texts(10)
    together = joined(list(iterate(model, examples, site=["residual", "norm2", "attn", "mlp"])))
    assert len(together) == 4 + 3 * 3
    for key, site in (("encoder.layer.1:attn", "attn"), ("encoder.layer.2", "residual")):
        alone = joined(list(iterate(model, examples, layers=key.partition(":")[0], site=site)))
        np.testing.assert_array_equal(alone[key], together[key])


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_out_of_memory_halves_the_batches_and_tells(error: Exception) -> None:
    frugal = Frugal(3, error)
    vectors = make_examples("array", np.random.default_rng(0).normal(size=(20, 3)))
    slabs = list(iterate(open_model(frugal), vectors, layers="part", slab_rows=10))
    assert frugal.seen == [2] * 10
    assert slabs[0].layout == slabs[1].layout
    assert slabs[0].layout.batch_tokens == 2
    with torch.no_grad():
        expected = frugal.part(torch.from_numpy(vectors.inputs).float()).numpy()
    np.testing.assert_allclose(joined(slabs)["part"], expected, rtol=1e-5, atol=1e-6)


def test_when_not_even_one_input_fits_it_says_so() -> None:
    frugal = Frugal(0, torch.OutOfMemoryError("CUDA out of memory"))
    vectors = make_examples("array", np.ones((4, 3)))
    with pytest.raises(MemoryBudgetError, match="A single input of 1 tokens does not fit in memory"):
        list(iterate(open_model(frugal), vectors, layers="part"))


def test_the_budget_is_tried_on_the_model() -> None:
    frugal = Frugal(40, torch.OutOfMemoryError("CUDA out of memory"))
    model = open_model(frugal)
    encoded = model.encode(np.ones((512, 3)), first_row=0, max_length=None, too_long="truncate")
    tokens = fitting_tokens(model, select_taps(frugal, layers="part"), encoded, pool="mean")
    assert tokens == 32  # 4096, halved until 40 rows are enough
    assert frugal.seen == [32, 32]


def test_what_memory_running_out_looks_like() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    assert out_of_memory(caught.value)
    assert out_of_memory(MemoryError())
    assert not out_of_memory(RuntimeError("shapes differ"))


def test_other_errors_are_told_with_their_place_and_no_smaller_batch_is_tried() -> None:
    broken = Frugal(0, RuntimeError("shapes differ"))
    with pytest.raises(
        InputError, match=r"'Frugal' failed at .*test_iterate_torch\.py, line \d+: RuntimeError: shapes differ"
    ):
        list(iterate(open_model(broken), make_examples("array", np.ones((4, 3))), layers="part"))


def test_long_texts_are_cut_and_counted_or_refused(model: Model) -> None:
    examples = make_examples("text", ["the model reads every word of this text", "a word", "one state for each layer"])
    (slab,) = iterate(model, examples, max_length=6)  # four words and two special tokens
    (cut,) = iterate(model, make_examples("text", ["the model reads every", "a word", "one state for each"]))
    assert slab.truncated == 2
    assert cut.truncated == 0
    for one, two in zip(slab.states.values(), cut.states.values(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
    with pytest.raises(InputError, match=r"2 of rows 0 to 2 are longer than 4 tokens \(first: row 0 with 8\)"):
        list(iterate(model, examples, max_length=6, too_long="refuse"))


def test_dropout_is_off_and_training_is_put_back() -> None:
    module = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5), nn.BatchNorm1d(3))
    module[2].eval()
    vectors = make_examples("array", np.random.default_rng(0).normal(size=(8, 3)))
    one, two = (joined(list(iterate(open_model(module), vectors, layers="2"))) for _ in range(2))
    np.testing.assert_array_equal(one["2"], two["2"])
    assert module[0].training
    assert module[1].training
    assert not module[2].training
    assert int(module[2].num_batches_tracked) == 0


def test_half_precision_is_close_and_handed_out_as_float32(tmp_path: Path) -> None:
    folder = str(save_tiny("Llama", tmp_path / "llama"))
    full, half = (joined(list(iterate(open_model(folder, dtype=d), many_texts(10)))) for d in ("auto", "bf16"))
    for key, state in full.items():
        assert half[key].dtype == np.float32
        assert 0 < np.abs(half[key] - state).max() < 0.05 * np.abs(state).max()


def test_overflow_is_refused_by_layer() -> None:
    module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    with torch.no_grad():
        module[1].weight[0, 0] = torch.inf
    with pytest.raises(
        InputError, match=r"layer '1' is not finite for 4 of the rows from example 0 on \(dtype float32\)"
    ):
        list(iterate(open_model(module), make_examples("array", np.ones((4, 3))), layers="*"))


def test_token_rows_of_different_layers_must_match() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2))
    images = make_examples("image", np.random.default_rng(0).normal(size=(2, 3, 8, 8)))
    with pytest.raises(InputError, match=r"same number of positions. Got \[18, 72\] rows"):
        list(iterate(open_model(module), images, layers="*", pool="token"))
    (slab,) = iterate(open_model(module), images, layers="0", pool="token")
    assert next(iter(slab.states.values())).shape == (72, 4)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pool": "men"}, UnknownNameError, "pool of extract must be one of .*Did you mean 'mean'"),
        ({"site": "norm1"}, UnknownNameError, "has no 'norm1'"),
        ({"site": "nrm2"}, UnknownNameError, "no module is called 'nrm2'"),
        ({"layers": 9}, InputError, r"must be in \[0, 3\]"),
        ({"batch_size": 0}, InputError, "batch_size of extract must be an int of at least 1. Got 0"),
        ({"batch_size": "many"}, InputError, "batch_size of extract must be an int"),
        ({"slab_rows": 0}, InputError, "slab_rows of extract"),
        ({"start_row": 3}, InputError, r"must be a multiple of slab_rows \(512\). Got 3"),
        ({"start_row": 99}, InputError, "start_row of extract"),
        ({"max_length": 2}, InputError, r"max_length of extract must be an int in \[3, 512\]"),
        ({"max_length": 600}, InputError, r"max_length of extract must be an int in \[3, 512\]"),
        ({"too_long": "cut"}, UnknownNameError, "too_long of extract must be one of"),
        ({"layout": Layout(4, batch_rows=1), "start_row": 2}, InputError, r"slab_rows \(4\)"),
    ],
)
def test_options_are_checked_before_anything_runs(
    model: Model, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iterate(model, make_examples("text", TEXTS), **options)


def test_empty_and_missing_texts_are_named(model: Model) -> None:
    with pytest.raises(InputError, match=r"Got 3 empty or missing ones \(rows 1, 2, 4\)"):
        iterate(model, make_examples("text", ["a", "", " \n", "word", float("nan")]))
    with pytest.raises(InputError, match="must hold at least one example"):
        iterate(model, make_examples("text", []))


def test_the_kind_of_examples_must_fit(model: Model) -> None:
    with pytest.raises(InputTypeError, match="takes text. Got image"):
        iterate(model, make_examples("image", np.zeros((2, 4, 4, 3), np.uint8)))
