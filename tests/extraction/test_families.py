"""Every family of the table, from tiny random models: each site is the state its name says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from repscape.errors import UnknownNameError
from repscape.extraction import Model, iterate, list_layers, open_model
from repscape.extraction._torch_model import moved
from tests.extraction.tiny_models import CONFIGS, examples_for, save_tiny

NORM_LAST_IN_STATES = {"GPT-2", "ImageGPT", "Llama", "GPT-NeoX", "ESM", "T5"}
POST_NORM = {"BERT", "RoBERTa", "DistilBERT"}
SITES = ("residual", "norm1", "norm2", "attn", "mlp")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    root = tmp_path_factory.mktemp("models")
    return {name: open_model(str(save_tiny(name, root / name))) for name in CONFIGS}


def states_of(model: Model, name: str, **options: Any) -> dict[str, np.ndarray]:
    options = {"pool": "token", **options}
    slabs = list(iterate(model, examples_for(name), **options))
    return {layer.key: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}


def by_hand(model: Model, name: str, **options: Any) -> tuple[Any, list[torch.Tensor]]:
    """Run each example alone, without padding; return the last output and where its real tokens are."""
    examples = examples_for(name)
    encoded = model.encode(examples.inputs, first_row=0, max_length=None, too_long="truncate")
    outputs = []
    for row in range(len(examples)):
        batch = encoded.batch(np.array([row]))
        with torch.no_grad():
            inputs = moved(batch.inputs, model.device, model.dtype)
            inputs.pop("attention_mask", None)
            output = model.run(**inputs, output_hidden_states=True)
        outputs.append(output)
    return outputs


def real_part(name: str, state: torch.Tensor) -> torch.Tensor:
    """Cut the special tokens off one example's state."""
    front = {"BERT": 1, "RoBERTa": 1, "DistilBERT": 1, "Llama": 1, "ESM": 1, "ViT": 1, "DINOv2": 1}.get(name, 0)
    back = {"BERT": 1, "RoBERTa": 1, "DistilBERT": 1, "ESM": 1, "T5": 1}.get(name, 0)
    return state[0, front : state.shape[1] - back]


@pytest.mark.parametrize("name", CONFIGS)
def test_residual_and_final_norm_against_the_librarys_hidden_states(models: dict[str, Model], name: str) -> None:
    model = models[name]
    sites = ["residual"] if name in POST_NORM else ["residual", "final_norm"]
    states = list(states_of(model, name, site=sites).values())
    outputs = by_hand(model, name)
    hidden = [torch.cat([real_part(name, output.hidden_states[i]) for output in outputs]).numpy() for i in range(4)]
    last_hidden = torch.cat([real_part(name, output.last_hidden_state) for output in outputs]).numpy()
    for ours, theirs in zip(states[:3], hidden[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5, rtol=1e-5)
    if name in POST_NORM:
        np.testing.assert_allclose(states[3], hidden[3], atol=1e-5, rtol=1e-5)
        return
    norm = model.module.get_submodule(list_layers(model)[-1].module)
    with torch.no_grad():
        np.testing.assert_allclose(norm(torch.from_numpy(states[3])).numpy(), states[4], atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(states[4], last_hidden, atol=1e-5, rtol=1e-5)
    if name in NORM_LAST_IN_STATES:
        np.testing.assert_allclose(states[4], hidden[3], atol=1e-5, rtol=1e-5)
        assert np.abs(states[3] - hidden[3]).max() > 0.1
    else:
        np.testing.assert_allclose(states[3], hidden[3], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", sorted(set(CONFIGS) - POST_NORM))
def test_block_input_and_attention_and_mlp_make_the_block_output(models: dict[str, Model], name: str) -> None:
    states = states_of(models[name], name, site=SITES)
    blocks = [key for key in states if ":" not in key and key != "embedding"]
    before = states["embedding"]
    for block in blocks:
        total = before + states[f"{block}:attn"] + states[f"{block}:mlp"]
        np.testing.assert_allclose(states[block], total, atol=1e-5, rtol=1e-5)
        assert np.abs(states[f"{block}:attn"]).max() > 1e-3
        before = states[block]


@pytest.mark.parametrize("name", CONFIGS)
def test_normalisations_read_what_they_should(models: dict[str, Model], name: str) -> None:
    model = models[name]
    sites = [site for site in SITES if not (site == "norm1" and name in POST_NORM)]
    states = states_of(model, name, site=sites)
    taps = {tap.layer.key: tap.module for tap in list_layers(model)}

    def normed(key: str, state: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return model.module.get_submodule(taps[key])(torch.from_numpy(state)).numpy()

    before = states["embedding"]
    for block in [key for key in states if ":" not in key and key != "embedding"]:
        if name not in POST_NORM:
            np.testing.assert_allclose(states[f"{block}:norm1"], normed(f"{block}:norm1", before), atol=1e-5, rtol=1e-5)
        middle = before if name == "GPT-NeoX" else before + states[f"{block}:attn"]
        np.testing.assert_allclose(states[f"{block}:norm2"], normed(f"{block}:norm2", middle), atol=1e-5, rtol=1e-5)
        before = states[block]


@pytest.mark.parametrize("name", sorted(POST_NORM))
def test_a_post_norm_block_ends_with_its_own_normalisation(models: dict[str, Model], name: str) -> None:
    model = models[name]
    states = states_of(model, name, site=("residual", "norm2", "mlp"))
    for block in [key for key in states if ":" not in key and key != "embedding"]:
        last = "output_layer_norm" if name == "DistilBERT" else "output.LayerNorm"
        total = torch.from_numpy(states[f"{block}:norm2"] + states[f"{block}:mlp"])
        with torch.no_grad():
            expected = model.module.get_submodule(f"{block}.{last}")(total).numpy()
        np.testing.assert_allclose(states[block], expected, atol=1e-5, rtol=1e-5)
    assert model.provenance()["last_residual_is_normalised"] is True


@pytest.mark.parametrize("name", sorted(POST_NORM))
def test_norm1_of_a_post_norm_block_is_refused_by_name(models: dict[str, Model], name: str) -> None:
    with pytest.raises(UnknownNameError, match="has no 'norm1' .*post-norm.*It has residual, norm2, attn, mlp"):
        iterate(models[name], examples_for(name), site="norm1")
    with pytest.raises(UnknownNameError, match="no 'final_norm'"):
        iterate(models[name], examples_for(name), site="final_norm")


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("pool", ["mean", "last", "max"])
def test_batches_and_order_do_not_matter(models: dict[str, Model], name: str, pool: str) -> None:
    model, examples = models[name], examples_for(name)
    one = states_of(model, name, pool=pool, batch_size=1)
    many = states_of(model, name, pool=pool, batch_size=64)
    reverse = np.arange(len(examples))[::-1]
    slabs = list(iterate(model, examples.take(reverse), pool=pool, batch_size=2, slab_rows=3))
    for key, state in one.items():
        np.testing.assert_allclose(many[key], state, atol=1e-5, rtol=1e-5)
        backwards = np.concatenate([next(v for k, v in s.states.items() if k.key == key) for s in slabs])
        np.testing.assert_allclose(backwards[::-1], state, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", CONFIGS)
def test_mean_leaves_padding_and_special_tokens_out(models: dict[str, Model], name: str) -> None:
    states = states_of(models[name], name, pool="mean")
    outputs = by_hand(models[name], name)
    for row, output in enumerate(outputs):
        for key, i in (("embedding", 0), (list(states)[2], 2)):
            expected = real_part(name, output.hidden_states[i]).mean(0).numpy()
            np.testing.assert_allclose(states[key][row], expected, atol=1e-5, rtol=1e-5)
