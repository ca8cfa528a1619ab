"""Sites that add up: what blocks add is found by what they do, in families that are in no table and in networks of nobody's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from repscape.errors import InputError, UnknownNameError
from repscape.extraction import Family, Model, list_layers, open_model, refused_sites
from tests.extraction.more_models import TEXTS_BY_FAMILY, one_by_one, picture_model, pictures, states_of, text_model
from tests.extraction.tiny_models import TEXTS, make_examples

PRE_NORM = ("gemma2", "glm4", "granite", "olmo2", "cohere", "phi", "falcon", "bloom", "opt", "qwen3_moe", "modernbert")
CLOSE: dict[str, Any] = {"atol": 2e-5, "rtol": 2e-5}


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    return {name: text_model(name) for name in TEXTS_BY_FAMILY}


def blocks_of(states: dict[str, np.ndarray]) -> list[str]:
    return [key for key in states if ":" not in key and key != "embedding"]


@pytest.mark.parametrize("name", PRE_NORM)
def test_what_attention_and_mlp_add_makes_the_next_residual(models: dict[str, Model], name: str) -> None:
    states = states_of(models[name], pool="token", site=("residual", "attn", "mlp"))
    before = states["embedding"]
    for block in blocks_of(states):
        added = (states[f"{block}:attn"], states[f"{block}:mlp"])
        np.testing.assert_allclose(states[block], before + added[0] + added[1], **CLOSE)
        assert min(np.abs(part).max() for part in added) > 1e-2
        before = states[block]


@pytest.mark.parametrize("name", [name for name in TEXTS_BY_FAMILY if name not in ("mamba", "longformer")])
def test_residuals_are_the_librarys_states_of_one_text_at_a_time(models: dict[str, Model], name: str) -> None:
    model = models[name]
    states = list(states_of(model, pool="token", batch_size=4).values())
    hidden = one_by_one(model, TEXTS)
    for depth, state in enumerate(states[:-1]):  # the library may hand out the last one normalised
        np.testing.assert_allclose(state, np.concatenate([one[depth][1:-1] for one in hidden]), **CLOSE)


@pytest.mark.parametrize(
    "name", ["gemma2", "glm4", "granite", "falcon", "bloom", "opt", "deberta-v2", "electra", "bart"]
)
def test_normalisations_read_the_stream(models: dict[str, Model], name: str) -> None:
    model = models[name]
    has = [site for site in ("norm1", "norm2") if site not in refused_sites(model)]
    states = states_of(model, pool="token", site=("residual", "attn", *has))
    taps = {tap.layer.key: tap.module for tap in list_layers(model)}
    before = states["embedding"]
    assert "norm2" in has
    for block in blocks_of(states):
        middle = before if name == "falcon" else before + states[f"{block}:attn"]
        for site, read in (("norm1", before), ("norm2", middle)):
            if site in has:
                with torch.no_grad():
                    expected = model.module.get_submodule(taps[f"{block}:{site}"])(torch.from_numpy(read)).numpy()
                np.testing.assert_allclose(states[f"{block}:{site}"], expected, **CLOSE)
        before = states[block]


@pytest.mark.parametrize("name", ["gemma2", "glm4", "granite", "olmo2", "cohere", "falcon", "bloom", "opt", "mamba"])
def test_the_final_norm_gives_the_models_last_state(models: dict[str, Model], name: str) -> None:
    model = models[name]
    final = states_of(model, TEXTS[:1], pool="token", site="final_norm", include_special=True)
    encoded = model.encode(TEXTS[:1], first_row=0, max_length=None, too_long="truncate")
    with torch.no_grad():
        last = model.run(**encoded.batch(np.array([0])).inputs).last_hidden_state[0].numpy()
    np.testing.assert_allclose(next(iter(final.values())), last, **CLOSE)


@pytest.mark.parametrize("name", ["vit", "deit", "beit", "dinov3_vit", "clip", "siglip", "data2vec", "vit_mae"])
def test_branches_of_vision_models_add_up(name: str) -> None:
    states = states_of(picture_model(name), pictures(), "image", pool="token", site=("residual", "attn", "mlp"))
    before = states["embedding"]
    for block in blocks_of(states):
        total = before + states[f"{block}:attn"] + states[f"{block}:mlp"]
        np.testing.assert_allclose(states[block], total, **CLOSE)
        before = states[block]


def test_a_site_that_is_not_there_says_what_is(models: dict[str, Model]) -> None:
    for name, site, message in (
        ("olmo2", "norm1", "nothing normalises the stream there; its blocks add post_attention_layernorm and"),
        ("cohere", "norm2", "one normalisation serves both branches of a block: norm1"),
        ("mamba", "attn", "its blocks add mixer"),
        ("fnet", "attn", "its blocks add fourier.self and output.dense"),
    ):
        with pytest.raises(UnknownNameError, match=rf"has no '{site}' \({message}.*It has residual"):
            states_of(models[name], site=site)
    assert models["glm4"].provenance()["last_residual_is_normalised"] is False
    assert models["electra"].provenance()["last_residual_is_normalised"] is True


def test_a_last_state_that_is_not_normalised_has_no_final_norm() -> None:
    model = picture_model("clip")  # its last normalisation reads the class token alone
    with pytest.raises(UnknownNameError, match=r"'final_norm' \(nothing normalises the stream behind the last block"):
        states_of(model, pictures(), "image", site="final_norm")
    assert model.provenance()["last_residual_is_normalised"] is False


# ---- networks of nobody's


class Branch(nn.Module):
    """Mixes positions, or widens each."""

    def __init__(self, width: int, mixes: bool) -> None:
        super().__init__()
        self.mixes, self.up, self.down = mixes, nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.cumsum(1) / 4 if self.mixes else x
        return self.down(torch.tanh(self.up(x)))


class Block(nn.Module):
    """A block whose way of adding is given by a word."""

    def __init__(self, way: str, width: int = 6) -> None:
        super().__init__()
        self.way = way
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_attn, self.ffn = Branch(width, True), Branch(width, False)
        self.inner_attn, self.inner_ffn = nn.LayerNorm(width), nn.LayerNorm(width)
        self.gamma_a, self.gamma_f = (nn.Parameter(torch.rand(width) + 0.5) for _ in range(2))
        self.alpha = nn.Parameter(torch.tensor(0.3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, f, n, m = self.self_attn, self.ffn, self.first, self.second
        if self.way == "plain":
            x = x + a(n(x))
            return x + f(m(x))
        if self.way == "post":
            x = n(x + a(x))
            return m(x + f(x))
        if self.way == "sandwich":
            x = x + self.inner_attn(a(n(x)))
            return x + self.inner_ffn(f(m(x)))
        if self.way == "layer scale":
            x = x + self.gamma_a * a(n(x))
            return x + self.gamma_f * f(m(x))
        if self.way == "learned scalar":
            x = x + self.alpha * a(n(x))
            return x + self.alpha * f(m(x))
        if self.way == "side by side":
            h = n(x)
            return x + 0.7 * a(h) + 0.7 * f(h)
        if self.way == "half hidden":
            x = x + a(n(x))
            return x + torch.relu(f(m(x)))  # no module hands this out
        raise ValueError(self.way)


class Network(nn.Module):
    """A stack of such blocks over sequences of numbers."""

    def __init__(self, way: str, between: str = "", depth: int = 3) -> None:
        super().__init__()
        self.stack, self.between = nn.ModuleList(Block(way) for _ in range(depth)), between
        self.end, self.head = nn.LayerNorm(6), nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for place, block in enumerate(self.stack):
            x = block(x)
            if self.between == "scaled" and place == 1:
                x = x * 1.1
        return self.head(self.end(x))


def network(way: str, **options: Any) -> Model:
    torch.manual_seed(0)
    family = options.pop("family", None)
    module = Network(way, **options)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return open_model(module, family=family)


def series() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(5, 7, 6)).astype(np.float32)


@pytest.mark.parametrize("way", ["plain", "sandwich", "layer scale", "learned scalar", "side by side"])
def test_networks_of_any_make_add_up(way: str) -> None:
    states = states_of(
        network(way), series(), "array", pool="token", site=("residual", "attn", "mlp", "norm1", "final_norm")
    )
    before = states["embedding"]
    for block in blocks_of(states)[:3]:
        np.testing.assert_allclose(states[block], before + states[f"{block}:attn"] + states[f"{block}:mlp"], **CLOSE)
        before = states[block]
    with torch.no_grad():
        expected = network(way).module.end(torch.from_numpy(before)).numpy()
    np.testing.assert_allclose(states["end:final_norm"], expected, **CLOSE)


def test_post_norm_of_any_make() -> None:
    model = network("post")
    states = states_of(model, series(), "array", pool="token", site=("residual", "attn", "mlp", "norm2"))
    module, before = model.module, states["embedding"]
    for number, block in enumerate(blocks_of(states)):
        part = module.stack[number]
        with torch.no_grad():
            middle = part.first(torch.from_numpy(before + states[f"{block}:attn"])).numpy()
            end = part.second(torch.from_numpy(middle + states[f"{block}:mlp"])).numpy()
        np.testing.assert_allclose(states[f"{block}:norm2"], middle, **CLOSE)
        np.testing.assert_allclose(states[block], end, **CLOSE)
        before = states[block]


def test_what_no_module_hands_out_is_refused_and_the_rest_is_not() -> None:
    model = network("half hidden")
    assert set(states_of(model, series(), "array")) == {"embedding", "stack.0", "stack.1", "stack.2"}
    with pytest.raises(
        UnknownNameError, match=r"no 'mlp' \(what its blocks add to the stream is not what any one or two"
    ):
        states_of(model, series(), "array", site="mlp")


def test_a_stream_that_changes_between_blocks_has_no_residual() -> None:
    model = network("plain", between="scaled")
    with pytest.raises(
        UnknownNameError, match=r"no 'residual' \(block stack.2 does not read what the block before wrote"
    ):
        states_of(model, series(), "array")
    assert list(states_of(model, series(), "array", layers=["stack.*"])) == ["stack.0", "stack.1", "stack.2"]
    assert len(states_of(model, series(), "array", site="attn")) == 3


@pytest.mark.parametrize(
    ("wrong", "site", "message"),
    [
        (
            {"attn": "self_attn.up"},
            "attn",
            r"stack.0.self_attn.up does not hand out what its place says; stack.0.self_attn does",
        ),
        ({"attn": "inner_attn"}, "attn", "inner_attn does not hand out"),
        ({"mlp": "self_attn"}, "mlp", r"stack.0.self_attn does not hand out what its place says; stack.0.ffn does"),
        ({"norm2": "first"}, "norm2", r"stack.0.first does not hand out what its place says; stack.0.second does"),
        ({"final_norm": "head"}, "final_norm", "head does not read the last residual"),
    ],
)
def test_a_family_that_says_what_is_not_so_is_refused(wrong: dict[str, str], site: str, message: str) -> None:
    said = {"norm1": "first", "norm2": "second", "attn": "self_attn", "mlp": "ffn", "final_norm": "end", **wrong}
    model = network("plain", family=Family("mine", "stack", **said))
    with pytest.raises(UnknownNameError, match=message):
        states_of(model, series(), "array", site=site)
    right = next(name for name in ("attn", "norm1") if name not in wrong)
    assert len(states_of(model, series(), "array", site=right)) == 3


def test_the_scaling_of_a_family_is_found_where_its_names_are_right() -> None:
    mine = Family("mine", "stack", norm1="first", norm2="second", attn="self_attn", mlp="ffn", final_norm="end")
    with pytest.raises(UnknownNameError, match="self_attn does not hand out what its place says"):
        states_of(network("sandwich", family=mine), series(), "array", site="attn")
    states = states_of(network("plain", family=mine), series(), "array", pool="token", site=("residual", "attn", "mlp"))
    np.testing.assert_allclose(
        states["stack.0"], states["embedding"] + states["stack.0:attn"] + states["stack.0:mlp"], **CLOSE
    )


def test_rows_of_layers_are_no_blocks() -> None:
    plain = open_model(nn.Sequential(*(nn.Linear(6, 6) for _ in range(4))))
    with pytest.raises(InputError, match="needs a model of a known family"):
        states_of(plain, series(), "array")


def test_stages_of_several_sizes_are_one_row_of_blocks() -> None:
    model = picture_model("swin")
    states = states_of(model, pictures(), "image", site=("residual", "attn", "mlp"))
    assert [states[f"encoder.layers.{stage}.blocks.1"].shape for stage in (0, 1)] == [(4, 16), (4, 32)]
    for stage in (0, 1):
        before, block = (states[f"encoder.layers.{stage}.blocks.{place}"] for place in (0, 1))
        added = (states[f"encoder.layers.{stage}.blocks.1:{site}"] for site in ("attn", "mlp"))
        np.testing.assert_allclose(block, before + sum(added), **CLOSE)
    whole = states_of(model, pictures(), "image", layers="encoder.layers.*")
    assert [state.shape for state in whole.values()] == [(4, 32), (4, 32)]


def test_what_the_listing_says() -> None:
    listed = list_layers(text_model("glm4"))
    assert next(tap.module for tap in listed if tap.layer.site == "mlp") == "layers.0.post_mlp_layernorm"
    assert refused_sites(text_model("olmo2")).keys() == {"norm1", "norm2"}
    assert refused_sites(open_model(nn.Linear(2, 2))) == {}


def test_half_precision_still_adds_up() -> None:
    for name in ("gemma2", "granite", "bloom"):
        module = text_model(name).module.to(torch.bfloat16)
        model = open_model(module, preprocess=text_model(name).encode.tokenizer)
        assert refused_sites(model) == {}
        assert len(states_of(model, TEXTS[:3], site="attn")) == 3
    assert len(make_examples("text", TEXTS)) == 7
