"""Which tokens are read: windows of positions, templates, chat templates; and what is refused of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from repscape.errors import InputError
from repscape.extraction import Model, Window, iterate, open_model
from repscape.extraction._pool import Batch
from tests.extraction.tiny_models import COMMON, GPT, make_examples, save_tiny, word_tokenizer

CHAT = (
    "{{ '<s>' }}{% for m in messages %}the {{ m['content'] | trim }} a{% endfor %}"
    "{% if add_generation_prompt %} model{% endif %}"
)
LONG = "this text and each layer it has deep inside"


def tokenizer() -> Any:
    made = word_tokenizer(front="<s>")
    made.add_special_tokens({"bos_token": "<s>"})
    made.chat_template = CHAT
    return made


@pytest.fixture(scope="module")
def model() -> Model:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = transformers.GPT2Model(transformers.GPT2Config(**GPT, **COMMON, n_positions=16))
    return open_model(module, preprocess=tokenizer())


def read(model: Model, texts: list[str], **options: Any) -> np.ndarray:
    slabs = list(iterate(model, make_examples("text", texts), layers=-1, **options))
    return np.concatenate([state for slab in slabs for state in slab.states.values()])


SLICES = {
    "0:128": slice(0, 128), "-16:": slice(-16, None), ":-1": slice(-1), "2:4": slice(2, 4), "5": slice(5, 6),
    "-1": slice(-1, None), "-2": slice(-2, -1), "text": slice(None), "text 0:2": slice(2), "after -1": slice(-1, None),
    "7:-2": slice(7, -2),
}  # fmt: skip


def test_windows_count_as_slices_do() -> None:
    for said, expected in SLICES.items():
        window = Window.of(said)
        assert window is not None
        for count in range(12):
            first, end = window.bounds(count)
            assert list(range(count))[first:end] == list(range(count))[expected], (said, count)
    assert Window.of(None) is None
    assert Window.of(3) == Window(start=3, stop=4)


@pytest.mark.parametrize("said", ["", "3:3", "5:2", ":0", "0:2:1", "1,2", "middle", 1.5, True, "-1:-3"])
def test_what_is_no_window_is_refused(said: Any) -> None:
    with pytest.raises(InputError, match="positions of extract must"):
        Window.of(said)


def test_padding_on_either_side_does_not_count() -> None:
    real = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 0, 0, 0]]).bool()
    batch = Batch({"x": torch.zeros(3, 5)}, 3, real, attended=real)
    kept = batch.within(Window(start=1, stop=3))
    assert kept.real is not None
    assert kept.real.int().tolist() == [[0, 0, 0, 1, 1], [0, 1, 1, 0, 0], [0, 1, 0, 0, 0]]
    assert kept.positions(0) == [1, 2, 1, 2, 1]
    assert batch.within(Window(start=4)).short() == [0, 2]
    last = batch.within(Window(start=-1))
    assert last.positions(0) == [2, 4, 1]
    assert kept.take([2]).positions(0) == [1]
    with pytest.raises(InputError, match="inside a template or chat"):
        batch.within(Window(place="text"))
    with pytest.raises(InputError, match="count from the end"):
        replace(batch, real=None).within(Window(start=-1))


def test_patches_are_counted_without_the_class_token(tmp_path: Path) -> None:
    vit = open_model(str(save_tiny("ViT", tmp_path / "vit")))
    pictures = make_examples("image", np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8))
    whole = next(iter(iterate(vit, pictures, layers=-1, pool="token"))).states
    part = next(iter(iterate(vit, pictures, layers=-1, pool="token", positions="3:5"))).states
    every, some = (next(iter(states.values())) for states in (whole, part))
    np.testing.assert_allclose(some, every.reshape(2, 16, -1)[:, 3:5].reshape(4, -1), rtol=1e-5, atol=1e-5)
    with pytest.raises(InputError, match="ends before them"):
        list(iterate(vit, pictures, layers=-1, positions="16:"))


def test_a_window_is_what_is_pooled(model: Model) -> None:
    every = read(model, [LONG], pool="token")
    np.testing.assert_allclose(read(model, [LONG], positions="2:5")[0], every[2:5].mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(read(model, [LONG], positions="-1", pool="last")[0], every[-1], atol=1e-5)
    with pytest.raises(InputError, match=r"leave nothing of 1 of the 2 examples \(first: row 1\)"):
        read(model, [LONG, "one word"], positions="2:5")
    with pytest.raises(InputError, match="no meaning for pool 'cls'"):
        read(model, [LONG], positions="2:5", pool="cls")


def test_a_template_is_read_as_if_it_were_written_out(model: Model) -> None:
    template = "it has {text} of the model"
    written = read(model, ["it has one word of the model"], pool="token")
    np.testing.assert_allclose(read(model, ["one word"], template=template, pool="token"), written, atol=1e-5)
    for positions, rows in (
        ("before", [0, 1]),
        ("text", [2, 3]),
        ("after", [4, 5, 6]),
        ("text -1", [3]),
        ("after 0:2", [4, 5]),
    ):
        found = read(model, ["one word"], template=template, pool="token", positions=positions)
        np.testing.assert_allclose(found, written[rows], atol=1e-5, err_msg=positions)
    assert read(model, ["one word"], template=template, pool="last") == pytest.approx(written[-1:], abs=1e-5)


def test_what_is_too_long_is_cut_inside_the_template(model: Model) -> None:
    words = " ".join(["text"] * 40)
    options = {"template": "it {text} of the model", "max_length": 10, "pool": "token"}
    every = read(model, [words], **options)
    np.testing.assert_allclose(
        every, read(model, ["it text text text text text of the model"], pool="token"), atol=1e-5
    )
    with pytest.raises(InputError, match="leaves no room for it in row 0"):
        read(model, [words], **{**options, "max_length": 5})
    with pytest.raises(InputError, match="are longer than 9 tokens"):
        read(model, [words], **options, too_long="refuse")


def test_a_chat_begins_with_one_token_of_its_own(model: Model) -> None:
    from repscape.extraction import prompted

    chat = prompted(model, template=None, chat=True)
    batch = chat.encode(["one word "], first_row=0, max_length=None, too_long="truncate").batch(np.array([0]))
    said = tokenizer().convert_ids_to_tokens(batch.inputs["input_ids"][0].tolist())  # type: ignore[call-overload]
    assert said == ["<s>", "the", "one", "word", "a", "model"]
    assert batch.real is not None
    assert batch.real[0].tolist() == [False, True, True, True, True, True]
    assert batch.lead == 1
    found = read(model, ["one word "], chat=True, pool="token", positions="text")
    assert len(found) == 2
    both = read(model, ["one word"], chat=True, template="each {text}", pool="last", positions="before")
    np.testing.assert_allclose(both, read(model, ["the each"], pool="last"), atol=1e-5)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"template": "no place"}, r"must hold \{text\} once"),
        ({"template": "{text} and {text}"}, r"must hold \{text\} once"),
        ({"positions": "text"}, "Here there is none: give template="),
    ],
)
def test_prompts_that_cannot_be_are_refused(model: Model, options: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        read(model, ["one word"], **options)


def test_chats_that_cannot_be_are_refused(model: Model, tmp_path: Path) -> None:
    def with_chat(template: str | None) -> Model:
        encode: Any = model.encode
        other = tokenizer()
        other.chat_template = template
        return replace(model, encode=replace(encode, tokenizer=other))

    with pytest.raises(InputError, match="has no chat template"):
        read(with_chat(None), ["one word"], chat=True)
    with pytest.raises(InputError, match="chat template failed on one message"):
        read(with_chat("{{ raise_exception('only system') }}"), ["one word"], chat=True)
    whim = "{{ 'the ' if messages[0]['content'] | length > 9 else 'a ' }}{{ messages[0]['content'] }}"
    with pytest.raises(InputError, match="writes other words around text 0"):
        read(with_chat(whim), ["one"], chat=True)
    vit = open_model(str(save_tiny("ViT", tmp_path / "vit")))
    pictures = make_examples("image", np.zeros((2, 32, 32, 3), dtype=np.uint8))
    with pytest.raises(InputError, match=r"chat of extract is for texts that a tokenizer .* takes image"):
        list(iterate(vit, pictures, chat=True))
