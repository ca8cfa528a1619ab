"""Models by the name of another library: sentence-transformers itself, and stand-ins that answer as timm and open_clip do."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import repscape as rs
from repscape.errors import InputError, MissingExtraError
from repscape.extraction import names_function, open_model
from tests.extraction.tiny_models import make_examples, save_tiny

PICTURES = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), dtype=np.uint8)
SIDE, PATCH, WIDTH = 16, 8, 8


class Block(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(WIDTH), torch.nn.LayerNorm(WIDTH)
        self.attn, self.mlp = torch.nn.Linear(WIDTH, WIDTH), torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self.norm1(x).cumsum(dim=1))
        return x + self.mlp(self.norm2(x))


class Vision(torch.nn.Module):
    image_size = SIDE

    def __init__(self) -> None:
        super().__init__()
        self.patch = torch.nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.cls = torch.nn.Parameter(torch.randn(1, 1, WIDTH))
        self.blocks = torch.nn.Sequential(Block(), Block(), Block())
        self.norm = torch.nn.LayerNorm(WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        return self.norm(self.blocks(torch.cat([self.cls.expand(len(x), -1, -1), x], dim=1)))[:, 0]


class Clip(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.visual, self.words = Vision(), torch.nn.Embedding(50, WIDTH)
        self.resblocks = torch.nn.Sequential(Block(), Block(), Block())

    def encode_image(self, image: torch.Tensor) -> torch.Tensor:
        return self.visual(image)

    def encode_text(self, text: torch.Tensor) -> torch.Tensor:
        return self.resblocks(self.words(text))


def transform(picture: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(picture.resize((SIDE, SIDE)))).permute(2, 0, 1) / 255


class Words:
    """Ten tokens for every text: 1 in front, 2 behind, 0 where there is nothing."""

    def __call__(self, texts: list[str]) -> torch.Tensor:
        ids = torch.zeros(len(texts), 10, dtype=torch.long)
        for row, text in enumerate(texts):
            own = [1, *(3 + len(word) for word in text.split()[:8]), 2]
            ids[row, : len(own)] = torch.tensor(own)
        return ids

    def decode(self, ids: list[int]) -> str:
        return "x" * (ids[0] - 3)


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"vit_tiny": Vision}
    timm: Any = ModuleType("timm")
    timm.__version__ = "0"
    timm.is_model, timm.list_models = made.__contains__, lambda: list(made)
    timm.create_model = lambda source, pretrained: made[source]() if pretrained else None
    timm.data = SimpleNamespace(
        resolve_model_data_config=lambda module: {"input_size": (3, SIDE, SIDE)},
        create_transform=lambda input_size, is_training: transform,
    )
    clip: Any = ModuleType("open_clip")
    clip.__version__ = "0"
    clip.list_pretrained = lambda: [("ViT-S", "small"), ("ViT-S", "large")]
    clip.list_pretrained_tags_by_model = lambda model: ["small", "large"]
    clip.create_model_and_transforms = lambda source, pretrained: (Clip(), None, transform)
    clip.get_tokenizer = lambda source: Words()
    found = importlib.util.find_spec
    monkeypatch.setitem(sys.modules, "timm", timm)
    monkeypatch.setitem(sys.modules, "open_clip", clip)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: name if name in ("timm", "open_clip") else found(name)
    )
    torch.manual_seed(0)


@pytest.mark.usefixtures("libraries")
def test_a_model_of_timm_is_read_like_any_other(tmp_path: Path) -> None:
    model = open_model("timm:vit_tiny")
    store = rs.extract(model, PICTURES, to=tmp_path / "s", pool="token", site=["residual", "final_norm"])
    assert store.layers == ("embedding", "blocks.0", "blocks.1", "blocks.2", "norm:final_norm")
    assert store.rows == 3 * 4  # four patches; the class token is found out and left out
    with torch.inference_mode():
        pictures = torch.stack([transform(_picture(one)) for one in PICTURES])
        x = model.module.patch(pictures).flatten(2).transpose(1, 2)  # type: ignore[operator]
    np.testing.assert_allclose(store["embedding"][:], x.reshape(-1, WIDTH).numpy(), atol=1e-6)
    assert store.provenance["model"]["model"] == "timm:vit_tiny"
    with pytest.raises(InputError, match=r"timm has no 'vit_tny'.*Did you mean 'vit_tiny'"):
        open_model("timm:vit_tny")
    with pytest.raises(InputError, match="a model of timm has one"):
        open_model("timm:vit_tiny", tower="text")


def _picture(array: np.ndarray) -> Any:
    from PIL import Image

    return Image.fromarray(array)


@pytest.mark.usefixtures("libraries")
def test_both_towers_of_open_clip(tmp_path: Path) -> None:
    seen = rs.extract("open_clip:ViT-S/small", PICTURES, to=tmp_path / "seen")
    assert seen.layers == ("embedding", "visual.blocks.0", "visual.blocks.1", "visual.blocks.2")
    texts = ["a dog ran", "one two three four five six seven eight nine ten", "a dog ran"]
    said = rs.extract("open_clip:ViT-S/small", texts, to=tmp_path / "said", tower="text", pool="token")
    assert said.layers == ("embedding", "resblocks.0", "resblocks.1", "resblocks.2")
    assert said.examples.groupby("example").size().tolist() == [3, 8, 3]
    assert said.examples.token.tolist()[:3] == ["x", "xxx", "xxx"]
    assert said.state["truncated"] == 1
    np.testing.assert_array_equal(said["resblocks.1"][:3], said["resblocks.1"][-3:])
    with pytest.raises(InputError, match=r"say which weights .* small, large\. Got ''"):
        open_model("open_clip:ViT-S")
    with pytest.raises(InputError, match="no weights for 'ViT-Z'"):
        open_model("open_clip:ViT-Z/small")


def test_a_sentence_embedding_is_the_librarys_own(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    modules = importlib.import_module("sentence_transformers.sentence_transformer.modules")
    folder = save_tiny("BERT", tmp_path / "bert")
    inner = modules.Transformer(str(folder), max_seq_length=8)
    whole = SentenceTransformer(
        modules=[inner, modules.Pooling(32, "mean"), modules.Dense(32, 6), modules.Normalize()], device="cpu"
    )
    whole.save(str(tmp_path / "sentences"))
    texts = ["the model reads every word of this text and keeps one state", "a word"]
    name = f"sentence-transformers:{tmp_path / 'sentences'}"
    store = rs.extract(name, texts, to=tmp_path / "s", site=["residual", "sentence_embedding"])
    assert store.layers[-2:] == ("encoder.layer.2", "sentence_embedding")
    np.testing.assert_allclose(store["sentence_embedding"][:], whole.encode(texts), atol=1e-6)
    assert store.state["truncated"] == 1  # eight tokens are what the library was told
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no safetensors"):
        open_model(f"sentence-transformers:{tmp_path / 'empty'}")
    with pytest.raises(InputError, match="has one. Got 'text'"):
        open_model(name, tower="text")


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name != "torch" else name)
    for name, extra in (("timm:resnet18", "timm"), ("open_clip:ViT-B-32/openai", "open_clip")):
        assert not names_function(name)
        with pytest.raises(MissingExtraError, match=rf"pip install 'repscape\[{extra}\]'"):
            open_model(name)
    with pytest.raises(InputError, match="not for a model that another library opens"):
        open_model("timm:resnet18", revision="main")


def test_a_torchvision_that_does_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from repscape.extraction._library_torch import opening

    with pytest.raises(MissingExtraError, match="needs a torchvision built for this torch"), opening("timm", "x"):
        raise RuntimeError("operator torchvision::nms does not exist")
    with pytest.raises(MissingExtraError, match="cannot be imported here"), opening("timm", "x"):
        raise ImportError("no huggingface_hub")


def test_a_model_may_lie_on_several_devices(tmp_path: Path) -> None:
    folder = save_tiny("GPT-2", tmp_path / "gpt2")
    texts = make_examples("text", ["the model reads", "one word", "deep inside the layer"])
    plain = rs.extract(str(folder), texts, to=tmp_path / "plain", site=["residual", "final_norm"])
    spread = {"wte": "cpu", "wpe": "cpu", "h.0": "cpu", "h.1": "disk", "h.2": "cpu", "ln_f": "disk"}
    for number, device_map in enumerate(("auto", spread)):
        model = open_model(str(folder), device_map=device_map)  # type: ignore[arg-type]
        there = rs.extract(model, texts, to=tmp_path / str(number), site=["residual", "final_norm"])
        assert there.provenance["model"]["fingerprint"] == plain.provenance["model"]["fingerprint"]
        assert there.provenance["model"]["device_map"] == str(device_map)
        for layer in plain:
            np.testing.assert_allclose(there[layer][:], plain[layer][:], atol=1e-6)
    for options, match in (
        ({"device_map": "gpu"}, "must be 'auto'"),
        ({"device_map": "auto", "device": "cpu"}, "say the same thing"),
    ):
        with pytest.raises(InputError, match=match):
            open_model(str(folder), **options)
    with pytest.raises(InputError, match="for a transformers model by name"):
        open_model(torch.nn.Linear(2, 2), device_map="auto")
