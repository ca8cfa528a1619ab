"""Folders that are no model, or not a whole one: each is refused in one sentence, before any data are read."""

from __future__ import annotations

import json
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import repscape as rs
from repscape.errors import InputError, InputTypeError, MissingExtraError
from repscape.extraction import _hf_load, iterate, open_model
from tests.extraction.tiny_models import TEXTS, make_examples, save_tiny, word_tokenizer

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 440449768\n"
Change = Callable[[Path], Any]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("saved")
    return {name: save_tiny(name, root / name) for name in ("BERT", "ViT", "GPT-2")}


def without(*patterns: str) -> Change:
    return lambda folder: [file.unlink() for pattern in patterns for file in folder.glob(pattern)]


def written(name: str, content: str | bytes) -> Change:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def cut(name: str, share: float) -> Change:
    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return change


def configured(**entries: Any) -> Change:
    def change(folder: Path) -> None:
        held = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(held | entries))

    return change


def sharded(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))


def foreign(folder: Path) -> None:
    save_file({"features.0.weight": torch.ones(3)}, folder / "model.safetensors", metadata={"format": "pt"})


def with_tokens(**tokens: Any) -> Change:
    def change(folder: Path) -> None:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        tokenizer.add_tokens(**tokens)
        tokenizer.save_pretrained(folder)

    return change


CASES: dict[str, tuple[str, Change, str]] = {
    "weights are a pointer": ("BERT", written("model.safetensors", POINTER), "model.safetensors in .* is a pointer file"),
    "the tokenizer is a pointer": ("BERT", written("tokenizer.json", POINTER), "tokenizer.json in .* is a pointer file"),
    "the config is a pointer": ("BERT", written("config.json", POINTER), "config.json in .* is a pointer file"),
    "a processor is a pointer": ("ViT", written("preprocessor_config.json", POINTER), "git lfs pull"),
    "weights are cut off": ("BERT", cut("model.safetensors", 0.9), r"is cut off: it has [\d,]+ bytes and should have [\d,]+"),
    "the header is cut off": ("BERT", cut("model.safetensors", 0.01), "is no safetensors file, or its beginning is damaged"),
    "weights are empty": ("BERT", written("model.safetensors", b""), "is no safetensors file"),
    "weights are text": ("BERT", written("model.safetensors", "<html>Not found</html>" * 9), "is no safetensors file"),
    "weights are of something else": ("BERT", foreign, r"do not fill the network; \d+ parts would be random"),
    "weights are of other shapes": ("BERT", configured(hidden_size=64), "weights are of other shapes than config.json"),
    "a shard is missing": ("BERT", sharded, "lacks model-00002-of-00002.safetensors, one of the 2 files of its weights"),
    "no weights": ("BERT", without("*.safetensors"), "has a config and no weights"),
    "no config": ("BERT", without("config.json"), "has no config.json. The folder must be one that save_pretrained wrote"),
    "no tokenizer": ("BERT", without("tokenizer*", "special*"), r"has no tokenizer \(tokenizer.json, or"),
    "half a tokenizer": ("BERT", without("tokenizer.json"), "cannot be loaded. .*backend tokenizer"),
    "no processor": ("ViT", without("preprocessor*"), "has no image processor"),
    "a broken processor": ("ViT", written("preprocessor_config.json", "{"), "cannot be loaded"),
    "a broken config": ("BERT", written("config.json", "{not json"), "config.json' cannot be read"),
    "a config of another library": ("BERT", written("config.json", '{"arch": "resnet"}'), "is no config of the transformers"),
    "a config that is a list": ("BERT", written("config.json", "[1, 2]"), "is no config of the transformers library"),
    "a model of the future": ("BERT", written("config.json", '{"model_type": "bert9"}'), "architecture is not known to"),
    "numbers that do not fit": ("BERT", configured(num_attention_heads=5), "not a multiple of the number of attention heads"),
    "a quantisation without its package": (
        "BERT", configured(quantization_config={"quant_method": "gptq", "bits": 4}), "It needs a package that is not installed"
    ),
    "code for attention": (
        "BERT", configured(_attn_implementation="org/kernel"), "for code from 'org/kernel', which runs only with"
    ),
    "code for the attention of a part": (
        "BERT", configured(text_config={"attn_implementation": "org/kernel"}), "for code from 'org/kernel'"
    ),
    "a tokenizer of another model": (
        "BERT", with_tokens(new_tokens=[*"bcdefghijklmnopqrstuvwxyz0123456789"]), "beyond the model's 40 embed"
    ),
    "a tokenizer that is no tokenizer": ("BERT", written("tokenizer.json", '{"version": "1.0"}'), "cannot be loaded"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_whole_model_is_refused_in_one_sentence(saved: dict[str, Path], tmp_path: Path, case: str) -> None:
    base, change, message = CASES[case]
    folder = tmp_path / "model"
    shutil.copytree(saved[base], folder)
    change(folder)
    with pytest.raises(InputError, match=message) as caught:
        open_model(str(folder))
    said = str(caught.value)
    assert said.startswith("model of extract: ")
    assert "\n" not in said
    assert str(folder) in said


def test_it_is_refused_before_the_data_are_read(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(saved["BERT"], folder)
    (folder / "model.safetensors").write_text(POINTER)
    with pytest.raises(InputError, match="git-lfs"):
        rs.extract(str(folder), str(tmp_path / "no-such-data.csv"), to=tmp_path / "run.zarr")


def test_tokens_added_for_padding_alone_do_no_harm(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(saved["GPT-2"], folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "<padding>", "additional_special_tokens": [f"<{i}>" for i in range(30)]})
    tokenizer.save_pretrained(folder)
    (padded,) = iterate(open_model(str(folder)), make_examples("text", TEXTS))
    (usual,) = iterate(open_model(str(saved["GPT-2"])), make_examples("text", TEXTS))
    for one, two in zip(padded.states.values(), usual.states.values(), strict=True):
        assert abs(one - two).max() < 1e-5
    with pytest.raises(
        InputError, match=r"row 1 has token \d+ \('<29>'\), and the model has embeddings for 40 tokens only"
    ):
        list(iterate(open_model(str(folder)), make_examples("text", ["a word", "a <29>"])))


def test_a_tokenizer_without_a_pad_token_pads_all_the_same(saved: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(saved["GPT-2"], folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = None
    tokenizer.save_pretrained(folder)
    model = open_model(str(folder))
    assert model.encode.tokenizer.pad_token_id is None
    (slab,) = iterate(model, make_examples("text", TEXTS), batch_size=7)
    (alone,) = iterate(model, make_examples("text", TEXTS), batch_size=1)
    for one, two in zip(slab.states.values(), alone.states.values(), strict=True):
        assert abs(one - two).max() < 1e-5


def test_an_adapter_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": "org/base", "peft_type": "LORA"})
    )
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    if _hf_load.importlib.util.find_spec("peft") is None:
        with pytest.raises(MissingExtraError, match=r"is an adapter for 'org/base'.*pip install peft"):
            open_model(str(tmp_path))
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA"}))
    with pytest.raises(InputError, match="does not name the model that it belongs to"):
        open_model(str(tmp_path))


def test_an_adapter_is_merged_into_its_model(
    saved: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(saved["BERT"])}))
    save_file({"delta": torch.tensor([0.5])}, tmp_path / "adapter_model.safetensors")

    class Adapted:  # what peft does, in two lines
        def __init__(self, base: Any, delta: torch.Tensor) -> None:
            self.base, self.delta = base, delta

        @classmethod
        def from_pretrained(cls, base: Any, folder: str) -> Adapted:
            return cls(base, load_file(f"{folder}/adapter_model.safetensors")["delta"])

        def merge_and_unload(self) -> Any:
            with torch.no_grad():
                self.base.encoder.layer[0].output.dense.bias.add_(self.delta)
            return self.base

    peft = types.ModuleType("peft")
    peft.PeftModel = Adapted  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "peft", peft)
    find = _hf_load.importlib.util.find_spec
    monkeypatch.setattr(
        _hf_load.importlib.util, "find_spec", lambda name, *rest: peft if name == "peft" else find(name, *rest)
    )
    model, base = open_model(str(tmp_path)), open_model(str(saved["BERT"]))
    assert model.provenance()["adapter_of"] == str(saved["BERT"])
    assert model.provenance()["fingerprint"] != base.provenance()["fingerprint"]
    (one,), (two,) = (iterate(each, make_examples("text", TEXTS[:2]), layers=[0, 1]) for each in (model, base))
    same = [bool((a == b).all()) for a, b in zip(one.states.values(), two.states.values(), strict=True)]
    assert same == [True, False]


def test_a_model_of_sound_is_refused_by_kind() -> None:
    config = transformers.Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, conv_dim=(8,), conv_kernel=(3,),
        conv_stride=(2,), num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    with pytest.raises(InputTypeError, match="must take text or images. Got one that takes audio"):
        open_model(transformers.Wav2Vec2Model(config), preprocess=word_tokenizer())


def test_a_model_that_wants_more_than_tokens_is_refused() -> None:
    config = transformers.BrosConfig(vocab_size=40, hidden_size=32, num_hidden_layers=1, num_attention_heads=4)
    with pytest.raises(
        InputError, match=r"'BrosModel' cannot be run on a few tokens alone: ValueError: You have to specify bbox"
    ):
        open_model(transformers.BrosModel(config), preprocess=word_tokenizer())
