"""Rows of tokens carry position, token and loss, however the extraction was stopped; models without a loss say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import transformers

import repscape as rs
from repscape.errors import InputError, StudyMismatchError
from repscape.extraction import open_model
from tests.extraction.tiny_models import COMMON, GPT, SIZES, TEXTS, save_tiny, word_tokenizer

TWICE = [*TEXTS, TEXTS[0], TEXTS[2]]


def saved(folder: Path, module: Any, *, front: str = "") -> Path:
    module.save_pretrained(folder)
    word_tokenizer(front=front).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = transformers.LlamaConfig(**SIZES, **COMMON, num_key_value_heads=2)
        return saved(tmp_path_factory.mktemp("llama"), transformers.LlamaForCausalLM(config), front="<s>")


def by_hand(folder: Path, texts: list[str]) -> np.ndarray:
    """The loss of every word, each text alone, from the library's own logits."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    found = []
    for text in texts:
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            said = torch.log_softmax(model(ids).logits[0].double(), dim=1)
        losses = [float("nan"), *(-float(said[place, ids[0, place + 1]]) for place in range(ids.shape[1] - 1))]
        found += losses[len(losses) - len(text.split()) :]
    return np.array(found)


def test_the_loss_is_that_of_each_token_given_those_before_it(llama: Path, tmp_path: Path) -> None:
    store = rs.extract(str(llama), TWICE, to=tmp_path / "s", pool="token")
    table = store.examples
    assert table.token.tolist() == [word for text in TWICE for word in text.split()]
    assert table.position.tolist() == [place for text in TWICE for place in range(len(text.split()))]
    np.testing.assert_allclose(table.loss, by_hand(llama, TWICE), atol=1e-5)
    assert "in nats" in store.state["loss"]
    assert "loss" not in store.layers
    bare = transformers.AutoModel.from_pretrained(llama)
    plain = rs.extract(bare, TWICE, to=tmp_path / "bare", pool="token", preprocess=word_tokenizer(front="<s>"))
    assert plain.layers == store.layers
    assert "loss" not in plain.examples
    assert "no causal language model with its head" in plain.state["loss"]
    np.testing.assert_array_equal(store["layers.2"][:], plain["layers.2"][:])


def test_a_stopped_extraction_goes_on_with_the_same_losses(llama: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    options: dict[str, Any] = {"pool": "token", "slab_rows": 2, "positions": "0:3", "store_dtype": "float16"}
    whole = rs.extract(str(llama), TWICE, to=tmp_path / "whole", **options)
    with pytest.raises(KeyboardInterrupt, match="4 of 9"):
        rs.extract(str(llama), TWICE, to=tmp_path / "s", progress=stop, **options)
    begun = rs.open_store(tmp_path / "s")
    assert len(begun.examples) == begun.rows < begun.total_rows
    again = rs.extract(str(llama), TWICE, to=tmp_path / "s", **options)
    pd.testing.assert_frame_equal(again.examples, whole.examples)
    assert again.examples.loss.dtype == np.float32
    assert not again.examples.loss.isna().any()
    for layer in whole:
        np.testing.assert_array_equal(again[layer][:], whole[layer][:])


def test_without_a_token_in_front_the_first_has_no_loss(tmp_path: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        module = transformers.GPT2LMHeadModel(transformers.GPT2Config(**GPT, **COMMON, n_positions=64))
    folder = saved(tmp_path / "gpt2", module)
    model = open_model(str(folder))
    assert type(model.module).__name__ == "GPT2Model"
    for name, opened in (("folder", model), ("at hand", open_model(module, preprocess=word_tokenizer()))):
        table = rs.extract(opened, TEXTS, to=tmp_path / name, pool="token", layers=-1).examples
        expected = by_hand(folder, TEXTS)
        assert np.isnan(expected).sum() == len(TEXTS)
        np.testing.assert_allclose(table.loss, expected, atol=1e-5)
    longer = [text for text in TEXTS if " " in text]
    later = rs.extract(model, longer, to=tmp_path / "later", pool="token", layers=-1, positions="1:").examples
    assert later.loss.notna().all()


def test_masked_models_have_no_loss(tmp_path: Path) -> None:
    folder = save_tiny("BERT", tmp_path / "bert")
    masked = transformers.BertForMaskedLM(transformers.BertConfig(**SIZES, **COMMON))
    for name, model in (("base", open_model(str(folder))), ("head", open_model(masked, preprocess=word_tokenizer()))):
        store = rs.extract(model, TEXTS, to=tmp_path / name, pool="token", layers=-1)
        assert "loss" not in store.examples
        assert store.state["loss"].startswith("none: ")


def test_a_column_of_the_data_is_not_overwritten(llama: Path, tmp_path: Path) -> None:
    data = pd.DataFrame({"text": TEXTS, "loss": range(len(TEXTS))})
    with pytest.raises(InputError, match=r"adds the columns example, position, token, loss; the data have loss"):
        rs.extract(str(llama), data, to=tmp_path / "s", pool="token")


def test_a_chat_template_that_changed_meanwhile_is_told(llama: Path, tmp_path: Path) -> None:
    def with_chat(day: str) -> Any:
        tokenizer = word_tokenizer(front="<s>")
        tokenizer.chat_template = "<s> " + day + " {{ messages[0]['content'] }}"
        return open_model(transformers.AutoModel.from_pretrained(llama), preprocess=tokenizer)

    def stop(done: int, total: int, what: str) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    options: dict[str, Any] = {"to": tmp_path / "s", "chat": True, "slab_rows": 2, "layers": -1}
    with pytest.raises(KeyboardInterrupt):
        rs.extract(with_chat("one"), TWICE, progress=stop, **options)
    assert rs.open_store(tmp_path / "s").state["prompt"] == "<s> one {text}"
    with pytest.raises(StudyMismatchError, match="begun with another prompt: '<s> one {text}'"):
        rs.extract(with_chat("two"), TWICE, **options)
    assert rs.extract(with_chat("one"), TWICE, **options).complete
