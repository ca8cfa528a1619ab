"""Published trained networks through the public door: ports that are right give the published behaviour."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, processors
from torch import nn
from torch.nn import functional

from repscape.extraction import LOSS, iterate, list_layers, open_model
from tests.data_files import data_file
from tests.extraction.tiny_models import make_examples

STORY = (
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
    "One day, she saw a big, red ball. She wanted to play with it, but it was too high."
)


class Block(nn.Module):
    """Two convolutions beside a shortcut that drops every other pixel and pads channels with zeros."""

    def __init__(self, wide_in: int, wide: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(wide_in, wide, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(wide)
        self.stride, self.more = stride, (wide - wide_in) // 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        short = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more, self.more))
        return functional.relu(y + short)


class CifarResNet(nn.Module):
    """Three stages of residual blocks for 32 x 32 images."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        stages = [[Block(16, 16, 1)], [Block(16, 32, 2)], [Block(32, 64, 2)]]
        for stage, wide in zip(stages, (16, 32, 64), strict=True):
            stage += [Block(wide, wide, 1) for _ in range(blocks - 1)]
        self.layer1, self.layer2, self.layer3 = (nn.Sequential(*stage) for stage in stages)
        self.linear = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def normalised(images: np.ndarray) -> torch.Tensor:
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return torch.from_numpy(((images / 255 - mean) / std).astype(np.float32)).permute(0, 3, 1, 2)


# What differs is the depth; the network between these two is read by the recipe resnet-depths, with its accuracy.
@pytest.mark.parametrize(("name", "blocks", "known"), [("20-12fca82f", 3, 0.81), ("56-4bfd9763", 9, 0.84)])
def test_cifar_resnets_name_the_images(name: str, blocks: int, known: float) -> None:
    weights = torch.load(data_file(f"models/resnet{name}.th"), weights_only=True, map_location="cpu")["state_dict"]
    module = CifarResNet(blocks)
    module.load_state_dict({key.removeprefix("module."): value for key, value in weights.items()})
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as file:
        images, labels = file["images"][::5], file["labels"][::5]
    model = open_model(module, preprocess=normalised)
    slabs = list(iterate(model, make_examples("image", images), layers=["layer?.*", "linear"]))
    states = {layer.key: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}
    assert list(states) == [f"layer{i}.{j}" for i in (1, 2, 3) for j in range(blocks)] + ["linear"]
    assert states["layer1.0"].shape == (1000, 16)
    accuracy = (states["linear"].argmax(1) == labels).mean()
    assert accuracy == pytest.approx(known, abs=0.01)
    with torch.no_grad():
        read = module.linear(torch.from_numpy(states[f"layer3.{blocks - 1}"])).numpy()
    np.testing.assert_allclose(states["linear"], read, atol=1e-4)


@dataclass
class Stories:
    """The llama2.c file, as arrays."""

    sizes: dict[str, int]
    arrays: dict[str, np.ndarray]
    pieces: list[str]
    scores: list[float]


def read_stories() -> Stories:
    raw = data_file("models/stories260K.bin").read_bytes()
    names = ("dim", "hidden", "layers", "heads", "kv", "vocab", "seq")
    sizes = dict(zip(names, struct.unpack("7i", raw[:28]), strict=True))
    dim, hidden, layers = sizes["dim"], sizes["hidden"], sizes["layers"]
    kv = dim // sizes["heads"] * sizes["kv"]
    shapes = {
        "embed": (sizes["vocab"], dim),
        "norm1": (layers, dim),
        "q": (layers, dim, dim),
        "k": (layers, kv, dim),
        "v": (layers, kv, dim),
        "o": (layers, dim, dim),
        "norm2": (layers, dim),
        "gate": (layers, hidden, dim),
        "down": (layers, dim, hidden),
        "up": (layers, hidden, dim),
        "norm": (dim,),
    }
    flat, arrays, at = np.frombuffer(raw, np.float32, offset=28), {}, 0
    for name, shape in shapes.items():
        arrays[name] = flat[at : at + np.prod(shape)].reshape(shape)
        at += np.prod(shape)
    pieces, scores = [], []
    table, at = data_file("models/tok512.bin").read_bytes(), 4
    while at < len(table):
        score, length = struct.unpack("fi", table[at : at + 8])
        pieces.append(table[at + 8 : at + 8 + length].decode().replace(" ", "▁"))
        scores.append(score)
        at += 8 + length
    return Stories(sizes, arrays, pieces, scores)


def greedy_tokens(stories: Stories, text: str) -> list[int]:
    """Merge the best-scoring pair until none is left, as llama2.c does."""
    tokens = [stories.pieces.index(letter) for letter in "▁" + text.replace(" ", "▁")]
    known = {piece: i for i, piece in enumerate(stories.pieces)}
    while True:
        pairs = [known.get(stories.pieces[a] + stories.pieces[b]) for a, b in pairwise(tokens)]
        ranked = [(stories.scores[pair], -i) for i, pair in enumerate(pairs) if pair is not None]
        if not ranked:
            return tokens
        i = -max(ranked)[1]
        tokens[i : i + 2] = [pairs[i]]


def hidden_by_hand(stories: Stories, tokens: list[int]) -> tuple[list[np.ndarray], np.ndarray]:
    """Run the network in numpy with the file's own (interleaved) rotary layout; residuals and scores of each token."""
    w, heads, kv = stories.arrays, stories.sizes["heads"], stories.sizes["kv"]
    size, n = stories.sizes["dim"] // heads, len(tokens)

    def norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * weight

    angle = np.arange(n)[:, None] / 10000 ** (np.arange(0, size, 2) / size)
    turn = np.exp(1j * angle)[:, None]

    def rotate(x: np.ndarray) -> np.ndarray:
        turned = (x[..., 0::2] + 1j * x[..., 1::2]) * turn
        return np.stack([turned.real, turned.imag], -1).reshape(x.shape)

    x = w["embed"][tokens].astype(np.float64)
    states = [x]
    for i in range(stories.sizes["layers"]):
        y = norm(x, w["norm1"][i])
        q, k = rotate((y @ w["q"][i].T).reshape(n, heads, size)), rotate((y @ w["k"][i].T).reshape(n, kv, size))
        v = (y @ w["v"][i].T).reshape(n, kv, size)
        k, v = np.repeat(k, heads // kv, 1), np.repeat(v, heads // kv, 1)
        scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(size) + np.triu(np.full((n, n), -np.inf), 1)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        x = x + np.einsum("hij,jhd->ihd", weights, v).reshape(n, -1) @ w["o"][i].T
        y = norm(x, w["norm2"][i])
        gate = y @ w["gate"][i].T
        x = x + (gate / (1 + np.exp(-gate)) * (y @ w["up"][i].T)) @ w["down"][i].T
        states.append(x)
    return states, norm(x, w["norm"]) @ w["embed"].T


def save_llama(stories: Stories, folder: Path) -> None:
    """Write the network and its tokenizer as a Llama of the transformers library."""
    s, w = stories.sizes, stories.arrays
    size = s["dim"] // s["heads"]
    config = transformers.LlamaConfig(
        vocab_size=s["vocab"],
        hidden_size=s["dim"],
        intermediate_size=s["hidden"],
        num_hidden_layers=s["layers"],
        num_attention_heads=s["heads"],
        num_key_value_heads=s["kv"],
        max_position_embeddings=s["seq"],
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
    )

    def halves(weight: np.ndarray) -> np.ndarray:  # interleaved rotary pairs become two halves
        return weight.reshape(-1, size // 2, 2, s["dim"]).swapaxes(1, 2).reshape(weight.shape)

    places: dict[str, Callable[[int], np.ndarray]] = {
        "input_layernorm": lambda i: w["norm1"][i],
        "post_attention_layernorm": lambda i: w["norm2"][i],
        "self_attn.q_proj": lambda i: halves(w["q"][i]),
        "self_attn.k_proj": lambda i: halves(w["k"][i]),
        "self_attn.v_proj": lambda i: w["v"][i],
        "self_attn.o_proj": lambda i: w["o"][i],
        "mlp.gate_proj": lambda i: w["gate"][i],
        "mlp.up_proj": lambda i: w["up"][i],
        "mlp.down_proj": lambda i: w["down"][i],
    }
    state = {f"layers.{i}.{name}.weight": get(i) for i in range(s["layers"]) for name, get in places.items()}
    state |= {"embed_tokens.weight": w["embed"], "norm.weight": w["norm"]}
    module = transformers.LlamaForCausalLM(config)
    module.model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})
    module.save_pretrained(folder)

    known = {piece: i for i, piece in enumerate(stories.pieces)}
    merges = [
        (stories.scores[i], -i, piece[:cut], piece[cut:])
        for piece, i in known.items()
        for cut in range(1, len(piece))
        if piece[:cut] in known and piece[cut:] in known and not piece.startswith("<0x")
    ]
    pairs = [(left, right) for _, _, left, right in sorted(merges, reverse=True)]
    core = Tokenizer(models.BPE(known, pairs, unk_token="<unk>", byte_fallback=True))
    core.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    core.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    begin = stories.pieces[1].strip()
    core.post_processor = processors.TemplateProcessing(f"{begin} $A", special_tokens=[(begin, 1)])
    transformers.PreTrainedTokenizerFast(tokenizer_object=core, unk_token="<unk>").save_pretrained(folder)


def test_stories_as_a_llama(tmp_path: Path) -> None:
    stories = read_stories()
    stories.pieces[:3] = ["<unk>", "<s>", "</s>"]
    save_llama(stories, tmp_path)
    model = open_model(str(tmp_path))
    texts = [STORY, "One day, a cat saw a dog."]
    slabs = list(iterate(model, make_examples("text", texts), pool="token"))
    assert [tap.layer.site for tap in list_layers(model)][-1] == "final_norm"
    for row, text in enumerate(texts):
        tokens = [1, *greedy_tokens(stories, text)]
        hidden, scores = hidden_by_hand(stories, tokens)
        mine = slabs[0].example == row
        assert mine.sum() == len(tokens) - 1  # all but the token in front
        states = dict(slabs[0].states)
        losses = states.pop(LOSS)[mine].ravel()
        for state, expected in zip(states.values(), hidden, strict=True):
            np.testing.assert_allclose(state[mine], expected[1:], atol=2e-4)
        likely = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
        np.testing.assert_allclose(losses, -likely[np.arange(len(tokens) - 1), tokens[1:]], atol=2e-3)
        surprise = -likely[np.arange(len(tokens) - 1), tokens[1:]].mean()
        assert surprise < 2  # nats a token, where knowing nothing gives log 512 = 6.2
