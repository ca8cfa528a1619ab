"""Values that need no label: by hand, from a store, from plain images, and what is the user's own wins."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.examples import builtin_values

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, size=(40, 6, 5), dtype=np.uint8)
PLAN = rs.Plan(measures=[("overlap_values", {"k": 5})], values=["luminance"])


def test_texts_and_proteins_by_hand() -> None:
    found = builtin_values(["two words", "ü"], kind="text")
    assert {name: v.tolist() for name, v in found.items()} == {"length": [9, 1], "words": [2, 1]}
    found = builtin_values(["AARX", "XX"], kind="protein")
    assert found["length"].tolist() == [4, 2]
    assert found["composition:A"].tolist() == [0.5, 0]
    assert found["hydrophobicity"][0] == pytest.approx((1.8 + 1.8 - 4.5) / 3)
    assert np.isnan(found["hydrophobicity"][1])
    assert len([name for name in found if name.startswith("composition:")]) == 20
    assert builtin_values(np.eye(3), kind="vectors") == {}


def test_images_by_hand() -> None:
    red = np.zeros((2, 2, 3), dtype=np.uint8)
    red[0, :, 0] = 255
    found = builtin_values(red[None], kind="image")
    assert found["luminance"] == pytest.approx([0.1495])
    assert found["contrast"] == pytest.approx([0.1495])
    clear = np.concatenate([red, np.full((2, 2, 1), 255, dtype=np.uint8)], axis=2)
    assert builtin_values(clear[None], kind="image")["luminance"] == pytest.approx([0.1495])
    assert builtin_values(np.full((1, 2, 2), 0.25), kind="image")["luminance"] == [0.25]
    with pytest.raises(InputError, match="are of images"):
        builtin_values(np.zeros((1, 2, 2, 5)), kind="image")


def test_a_plan_names_them_on_plain_images(tmp_path) -> None:
    np.savez(tmp_path / "x.npz", images=IMAGES)
    results = rs.run(tmp_path / "x.npz", PLAN)
    own = {"luminance": IMAGES.reshape(40, -1).mean(axis=1) / 255}
    expected = rs.run({"images": IMAGES.reshape(40, -1)}, PLAN, columns=own)
    assert results.records[0].result.value == pytest.approx(expected.records[0].result.value)
    other = rs.run(tmp_path / "x.npz", PLAN, columns={"luminance": RNG.random(40)})
    assert other.records[0].result.value != results.records[0].result.value
    with pytest.raises(UnknownNameError, match="reads column 'length'"):
        rs.run(tmp_path / "x.npz", rs.Plan(measures=[("overlap_values", {"k": 5})], values=["length"]))


def test_extraction_keeps_them_beside_the_columns_of_the_data(tmp_path) -> None:
    torch = pytest.importorskip("torch", reason="torch is an extra")
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(30, 4))
    np.savez(tmp_path / "x.npz", images=IMAGES.astype(np.float32) / 255, contrast=np.arange(40.0))
    examples = rs.read_examples(tmp_path / "x.npz", kind="image")
    store = rs.extract(net, examples, to=tmp_path / "run.zarr", layers="*")
    assert store.examples["luminance"].to_numpy() == pytest.approx(IMAGES.reshape(40, -1).mean(axis=1) / 255, rel=1e-6)
    assert store.examples["contrast"].tolist() == np.arange(40.0).tolist()
    assert len(rs.run(store, PLAN)) > 0
