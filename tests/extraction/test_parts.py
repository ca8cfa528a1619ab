"""Parts of layers: heads, units, routers and experts, checked against what they add up to."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.extraction import Model, open_model
from tests.extraction.more_models import states_of
from tests.extraction.tiny_models import TEXTS, make_examples
from tests.extraction.zoo_check import opened

CLOSE = {"atol": 2e-5, "rtol": 2e-5}
PROJECTIONS = {
    "bert": "encoder.layer.{}.attention.output.dense",
    "gpt2": "h.{}.attn.c_proj",
    "llama": "layers.{}.self_attn.o_proj",
    "gemma2": "layers.{}.self_attn.o_proj",
    "phi3": "layers.{}.self_attn.o_proj",
    "bloom": "h.{}.self_attention.dense",
    "albert": "",
    "mixtral": "layers.{}.self_attn.o_proj",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    return {family: opened(family, tmp_path_factory.mktemp(family)) for family in PROJECTIONS}


def through(model: Model, path: str, state: np.ndarray) -> np.ndarray:
    """Return what a module makes of rows."""
    with torch.no_grad():
        return model.module.get_submodule(path)(torch.from_numpy(np.ascontiguousarray(state))).numpy()


@pytest.mark.parametrize("family", ["bert", "gpt2", "llama", "phi3", "bloom", "mixtral"])
def test_heads_through_the_output_projection_are_what_attention_adds(models: dict[str, Model], family: str) -> None:
    model = models[family]
    heads = states_of(model, part="heads", pool="token")
    attn = states_of(model, site="attn", pool="token")
    for depth, block in enumerate(model.anatomy.names()):
        each = [heads[f"{block}/head.{at}"] for at in range(4)]
        assert [head.shape[1] for head in each] == [8] * 4
        added = through(model, PROJECTIONS[family].format(depth), np.concatenate(each, axis=1))
        np.testing.assert_allclose(added, attn[f"{block}:attn"], **CLOSE)
    assert len(heads) == 12


@pytest.mark.parametrize(("family", "groups"), [("llama", 2), ("phi3", 2), ("bloom", 4), ("gpt2", 4), ("gemma2", 2)])
def test_the_first_position_hands_on_its_value(models: dict[str, Model], family: str, groups: int) -> None:
    model = models[family]  # causal: the first token attends to itself alone
    options = {"part": "heads", "pool": "first", "include_special": True}
    heads, values = (states_of(model, site=site, **options) for site in ("output", "v"))
    kind = "head" if groups == 4 else "kv_head"
    assert len(values) == 3 * groups
    for key, head in heads.items():
        block, _, number = key.partition("/head.")
        np.testing.assert_allclose(head, values[f"{block}/{kind}.{int(number) // (4 // groups)}:v"], **CLOSE)


def test_queries_and_keys_of_a_joint_map_give_the_heads(models: dict[str, Model]) -> None:
    model = models["gpt2"]
    found = states_of(
        model, TEXTS[:1], part="heads", pool="token", include_special=True, site=("output", "q", "k", "v"), layers=[2]
    )
    for at in range(4):
        head, q, k, v = (found[f"h.1/head.{at}{site}"] for site in ("", ":q", ":k", ":v"))
        scores = q @ k.T / math.sqrt(8) + np.triu(np.full((len(q), len(q)), -np.inf), 1)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        np.testing.assert_allclose(weights / weights.sum(axis=1, keepdims=True) @ v, head, **CLOSE)


def test_units_through_the_last_map_are_what_the_feed_forward_part_adds(models: dict[str, Model]) -> None:
    for family, last in (("gpt2", "h.1.mlp.c_proj"), ("llama", "layers.1.mlp.down_proj")):
        model = models[family]
        block = model.anatomy.names()[1]
        units = states_of(model, part="units", pool="token")[f"{block}/units"]
        added = states_of(model, site="mlp", pool="token")[f"{block}:mlp"]
        assert units.shape[1] == 48
        np.testing.assert_allclose(through(model, last, units), added, **CLOSE)


def test_experts_add_up_and_routers_choose_two(models: dict[str, Model]) -> None:
    model = models["mixtral"]
    router = states_of(model, part="router", pool="token")
    experts = states_of(model, part="experts", pool="token")
    added = states_of(model, site="mlp", pool="token")
    for block in model.anatomy.names():
        weights = router[f"{block}/router"]
        assert weights.shape[1] == 4
        assert ((weights > 0).sum(axis=1) == 2).all()
        np.testing.assert_allclose(weights.sum(axis=1), 1, **CLOSE)
        each = [experts[f"{block}/expert.{at}"] for at in range(4)]
        np.testing.assert_allclose(sum(each), added[f"{block}:mlp"], **CLOSE)
        for at, one in enumerate(each):
            np.testing.assert_array_equal(np.abs(one).max(axis=1) > 0, weights[:, at] > 0)


def test_one_module_at_many_depths_has_heads_at_each(models: dict[str, Model]) -> None:
    heads = states_of(models["albert"], part="heads")
    firsts = [key for key in heads if key.endswith("/head.0")]
    assert [key.partition("@")[2] for key in firsts] == ["0/head.0", "1/head.0", "2/head.0"]
    assert not np.array_equal(heads[firsts[0]], heads[firsts[1]])


def test_parts_are_chosen_like_layers(models: dict[str, Model]) -> None:
    model = models["llama"]
    assert list(states_of(model, part="heads", layers=[-1])) == [f"layers.2/head.{at}" for at in range(4)]
    assert list(states_of(model, part="heads", layers="layers.*/head.3")) == [f"layers.{at}/head.3" for at in range(3)]
    assert list(states_of(model, part="units", layers="layers.1")) == ["layers.1/units"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"part": "heads", "site": "mlp"}, "with part='heads' it may be output, q, k, v"),
        ({"part": "units", "site": "q"}, "with part='units' it may be no sites of their own"),
        ({"part": "router"}, "no block hands experts the choice and the weights of a router"),
        ({"part": "heads", "pool": "flatten"}, "Use token for parts of them"),
    ],
)
def test_what_is_no_part_is_refused(models: dict[str, Model], options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        states_of(models["gpt2"], **options)
    with pytest.raises(UnknownNameError, match="Got 'head'. Did you mean 'heads'"):
        states_of(models["gpt2"], part="head")
    plain = open_model(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))
    with pytest.raises(InputError, match="needs a model whose blocks are found"):
        states_of(plain, np.eye(4, dtype=np.float32), "array", part="heads")


def test_heads_are_representations_like_layers(models: dict[str, Model], tmp_path: Path) -> None:
    store = rs.extract(
        models["bert"], make_examples("text", TEXTS), to=tmp_path / "run.zarr", part="heads", layers=[1, 3]
    )
    assert store.layers[:2] == ("encoder.layer.0/head.0", "encoder.layer.0/head.1")
    info = store.info("encoder.layer.2/head.3")
    assert (info.name, info.part, info.index, info.depth) == ("encoder.layer.2", "head.3", 3, 1.0)
    frame = rs.run(store, rs.Plan(measures=["id_pca", "sim_cka"])).to_frame()
    assert len(frame[frame.measure == "id_pca"]) == 8
    assert (frame.measure == "sim_cka").sum() >= 28
