"""Any torch module: what goes in, where it runs, and what identifies it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.extraction import iterate, list_layers, open_model
from repscape.extraction._fingerprint_torch import fingerprint
from tests.extraction.tiny_models import make_examples


class Mixer(nn.Module):
    """Embeds characters and mixes them; takes what a tokenizer would give."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.mix = nn.Embedding(128, 4), nn.Linear(4, 4)

    def forward(self, ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.mix(self.embed(ids)) * attention_mask[..., None]


def characters(texts: list[str]) -> dict[str, torch.Tensor]:
    """Put a "[" in front of each text, and pad with zeros."""
    codes = [[ord(c) for c in f"[{text}"] for text in texts]
    longest = max(map(len, codes))
    ids = torch.tensor([code + [0] * (longest - len(code)) for code in codes])
    return {
        "ids": ids,
        "attention_mask": (ids != 0).long(),
        "special_tokens_mask": ((ids == 0) | (ids == ord("["))).long(),
    }


def test_masks_of_a_preprocess_are_used() -> None:
    module, texts = Mixer(), ["abc", "d", "efghij"]
    model = open_model(module, preprocess=characters)
    (slab,) = iterate(model, make_examples("text", texts), layers="mix", batch_size=2)
    (leading,) = iterate(model, make_examples("text", texts), layers="mix", pool="cls")
    with torch.no_grad():
        for row, text in enumerate(texts):
            alone = module.mix(module.embed(torch.tensor([ord(c) for c in text])))
            np.testing.assert_allclose(next(iter(slab.states.values()))[row], alone.mean(0).numpy(), atol=1e-6)
        front = module.mix(module.embed(torch.tensor([ord("[")]))).numpy()
    np.testing.assert_allclose(next(iter(leading.states.values())), np.repeat(front, 3, axis=0), atol=1e-6)


def test_arrays_need_no_preprocess_and_texts_do() -> None:
    module = nn.Sequential(nn.Linear(3, 2))
    (slab,) = iterate(open_model(module), make_examples("vectors", np.eye(3)), layers="0")
    with torch.no_grad():
        np.testing.assert_allclose(next(iter(slab.states.values())), module(torch.eye(3)).numpy(), rtol=1e-6)
    with pytest.raises(InputError, match=r"preprocess of open_model is needed .* Got inputs of type str"):
        list(iterate(open_model(module), make_examples("text", ["a"]), layers="0"))
    with pytest.raises(InputError, match="max_length of extract needs a tokenizer"):
        list(iterate(open_model(module), make_examples("vectors", np.eye(3)), layers="0", max_length=4))


def test_an_unknown_architecture_lists_its_modules() -> None:
    model = open_model(nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU())))
    assert [tap.layer.key for tap in list_layers(model)] == ["0", "1", "1.0"]
    assert model.provenance()["family"] is None


def test_another_dtype_works_on_a_copy() -> None:
    module = nn.Linear(2, 2)
    model = open_model(module, dtype="bf16")
    assert model.dtype == torch.bfloat16
    assert module.weight.dtype == torch.float32
    assert open_model(module).module is module


def test_the_fingerprint_tells_weights_apart() -> None:
    one, two = nn.Linear(100, 100), nn.Linear(100, 100)
    two.load_state_dict(one.state_dict())
    assert fingerprint(one) == fingerprint(two)
    loss = two(torch.ones(1, 100)).square().sum()
    loss.backward()
    torch.optim.SGD(two.parameters(), lr=1e-3).step()
    assert fingerprint(one) != fingerprint(two)
    assert fingerprint(one) != fingerprint(one.to(torch.bfloat16))


def test_wrong_kinds_are_named() -> None:
    with pytest.raises(InputTypeError, match="must be a torch.nn.Module. Got list"):
        open_model([1])
    with pytest.raises(UnknownNameError, match="dtype of extract must be one of .* Did you mean 'float32'"):
        open_model(nn.Linear(2, 2), dtype="float23")
    with pytest.raises(InputError, match="device of extract must be auto, cpu, or one that torch can use here"):
        open_model(nn.Linear(2, 2), device="cuda" if not torch.cuda.is_available() else "cuda:99")
