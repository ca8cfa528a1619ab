"""Matching module names against the table, and choosing layers by index, name and glob."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from repscape._types import LayerInfo
from repscape.errors import InputError, UnknownNameError
from repscape.extraction._sites import FAMILIES, Family, Tap, find_anatomy, select_taps

PARTS = ("", ".ln_1", ".ln_2", ".attn", ".mlp")


def names_of(prefix: str, blocks: int = 2) -> list[str]:
    return [f"{prefix}h", f"{prefix}ln_f", *(f"{prefix}h.{i}{part}" for i in range(blocks) for part in PARTS)]


def network(blocks: int = 3) -> nn.Module:
    """A module whose blocks look like GPT-2's; it is never run."""

    def block() -> nn.Module:
        return nn.ModuleDict(
            {"ln_1": nn.LayerNorm(2), "attn": nn.Linear(2, 2), "ln_2": nn.LayerNorm(2), "mlp": nn.ReLU()}
        )

    return nn.ModuleDict({"h": nn.ModuleList(block() for _ in range(blocks)), "ln_f": nn.LayerNorm(2)})


def keys(taps: list[Tap]) -> list[str]:
    return [tap.layer.key for tap in taps]


def test_a_model_is_found_inside_a_head_or_wrapper() -> None:
    for prefix in ("", "transformer.", "module.model."):
        anatomy = find_anatomy(names_of(prefix))
        assert anatomy is not None
        assert anatomy.blocks == (f"{prefix}h.0", f"{prefix}h.1")
        assert anatomy.final_norm == f"{prefix}ln_f"


def test_every_part_of_every_block_must_be_there() -> None:
    for missing in ("h.1.ln_2", "h.0.attn", "ln_f"):
        assert find_anatomy([name for name in names_of("") if name != missing]) is None


def test_a_look_alike_is_not_taken_for_the_family() -> None:
    llama = next(family for family in FAMILIES if family.name == "Llama-like")
    parts = ("", ".input_layernorm", ".post_attention_layernorm", ".self_attn", ".mlp")
    names = ["layers", "norm", *(f"layers.0{part}" for part in parts)]
    assert find_anatomy(names).family is llama
    assert find_anatomy([*names, "layers.0.pre_feedforward_layernorm"]) is None


def test_two_towers_are_refused() -> None:
    with pytest.raises(InputError, match=r"more than one stack of blocks \(text.h, image.h\)"):
        find_anatomy([*names_of("text."), *names_of("image.")])


def test_blocks_keep_their_order_beyond_ten() -> None:
    anatomy = find_anatomy(names_of("", blocks=12))
    assert anatomy.blocks == tuple(f"h.{i}" for i in range(12))


def test_indices_depths_and_ends() -> None:
    taps = select_taps(network(), sites=["residual", "norm1", "final_norm"])
    assert taps[0] == Tap(LayerInfo("embedding", 0, 0.0), "h.0", "input")
    assert taps[3] == Tap(LayerInfo("h.2", 3, 1.0), "h.2", "output")
    assert taps[4] == Tap(LayerInfo("h.0", 1, 1 / 3, "norm1"), "h.0.ln_1", "output")
    assert taps[7] == Tap(LayerInfo("ln_f", 3, 1.0, "final_norm"), "ln_f", "output")
    assert len(taps) == 4 + 3 + 1


def test_layers_by_index_name_and_glob() -> None:
    model = network()
    assert keys(select_taps(model, layers=[0, -1])) == ["embedding", "h.2"]
    assert keys(select_taps(model, layers=2, sites="mlp")) == ["h.1:mlp"]
    assert keys(select_taps(model, layers=["h.*"])) == ["h.0", "h.1", "h.2"]
    assert keys(select_taps(model, layers=["h.1", "embedding", "h.1"])) == ["h.1", "embedding"]
    assert keys(select_taps(model, layers="h.*.attn")) == ["h.0.attn", "h.1.attn", "h.2.attn"]
    assert keys(select_taps(model, layers=[3], sites=["norm2", "final_norm"])) == ["h.2:norm2", "ln_f:final_norm"]
    assert keys(select_taps(model, sites=["residual", "h.?.mlp"]))[-1] == "h.2.mlp"
    assert keys(select_taps(model, sites=["residual", "h.*"])) == keys(select_taps(model))


def test_a_star_stays_between_two_dots() -> None:
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Linear(2, 2))
    assert keys(select_taps(model, layers="*")) == ["0", "1"]
    assert keys(select_taps(model, layers="**")) == ["0", "0.0", "0.1", "1"]
    assert [tap.layer.depth for tap in select_taps(model, layers="0.*")] == [0.5, 1.0]


def test_what_is_not_there_is_refused_with_near_names() -> None:
    with pytest.raises(UnknownNameError, match=r"no module is called 'h.1.atn'.*Did you mean 'h.1.attn'"):
        select_taps(network(), layers="h.1.atn")
    with pytest.raises(InputError, match=r"must be in \[0, 3\], or negative.*Got 4"):
        select_taps(network(), layers=4)
    with pytest.raises(InputError, match="at least one place each"):
        select_taps(network(), layers=[])
    with pytest.raises(InputError, match=r"'residual' needs a model of a known family .*layers='\*'"):
        select_taps(nn.Sequential(nn.Linear(2, 2)))
    with pytest.raises(UnknownNameError, match="no module is called 'norm3'"):
        select_taps(network(), sites="norm3")


def test_a_family_of_ones_own() -> None:
    block = nn.ModuleDict({"pre": nn.LayerNorm(2), "mix": nn.Linear(2, 2), "post": nn.LayerNorm(2), "feed": nn.ReLU()})
    model = nn.ModuleDict({"stack": nn.ModuleList([block]), "end": nn.LayerNorm(2)})
    mine = Family("mine", "stack", "pre", "post", "mix", "feed", "end")
    taps = select_taps(model, sites=["norm1", "attn", "final_norm"], family=mine)
    assert [tap.module for tap in taps] == ["stack.0.pre", "stack.0.mix", "end"]
    assert isinstance(model.get_submodule(taps[0].module), torch.nn.LayerNorm)
