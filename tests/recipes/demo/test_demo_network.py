"""The demo network learns real digits, repeats itself, and is read at the places the names say."""

import numpy as np
import pytest
import torch

from repscape._types import LayerInfo
from repscape.errors import UnknownNameError
from repscape.recipes.demo import _demo_torch
from repscape.recipes.demo._demo_torch import CHECKPOINTS, DemoRun, train_demo
from tests.recipes.conftest import part_of


@pytest.fixture
def run(trained: DemoRun) -> DemoRun:
    return part_of(trained, CHECKPOINTS)


def short(monkeypatch: pytest.MonkeyPatch, *steps: int) -> None:
    monkeypatch.setattr(_demo_torch, "CHECKPOINTS", steps)


def test_learns_from_untrained_to_trained(run: DemoRun) -> None:
    accuracy = [checkpoint.accuracy for checkpoint in run.checkpoints]
    assert [checkpoint.step for checkpoint in run.checkpoints] == list(CHECKPOINTS)
    assert accuracy[0] < 0.25
    assert accuracy[-1] >= 0.96
    for checkpoint in run.checkpoints:
        assert checkpoint.accuracy == pytest.approx(checkpoint.correct.mean())
        assert checkpoint.stderr == pytest.approx(checkpoint.correct.std() / np.sqrt(len(run.labels)))


def test_held_out_images_are_balanced_and_real(run: DemoRun) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows = [int(name.removeprefix("digit-")) for name in run.ids]
    np.testing.assert_array_equal(np.bincount(run.labels), np.full(10, 60))
    np.testing.assert_array_equal(run.images, (digits.images[rows] / 16).astype(np.float32))
    np.testing.assert_array_equal(run.labels, digits.target[rows])


def test_capture_reads_what_a_forward_pass_by_hand_gives(run: DemoRun) -> None:
    states = run.capture(CHECKPOINTS[-1], run.images[:50])
    assert {layer.site for layer in states} == {"residual", "norm1", "norm2"}
    assert len(states) == 7 + 6 + 6
    model = _demo_torch._untrained(torch.Generator())
    model.load_state_dict(run.checkpoints[-1].state)
    with torch.no_grad():
        images = torch.from_numpy(run.images[:50])
        patches = images.reshape(50, 4, 2, 4, 2).transpose(2, 3).reshape(50, 16, 4)
        x = model.embed(patches) + model.position
        np.testing.assert_allclose(states[LayerInfo("embedding", 0, 0.0)], x.mean(1), atol=1e-5)
        for i, block in enumerate(model.blocks):
            name, depth = f"blocks.{i}", (i + 1) / 6
            np.testing.assert_allclose(
                states[LayerInfo(name, i + 1, depth, "norm1")], block.norm1(x).mean(1), atol=1e-5
            )
            x = x + block.attn(block.norm1(x))
            np.testing.assert_allclose(
                states[LayerInfo(name, i + 1, depth, "norm2")], block.norm2(x).mean(1), atol=1e-5
            )
            x = x + block.mlp(block.norm2(x))
            np.testing.assert_allclose(states[LayerInfo(name, i + 1, depth)], x.mean(1), atol=1e-5)


def test_capture_takes_the_held_out_images_unless_told(run: DemoRun) -> None:
    everything, some = run.capture(0), run.capture(0, run.images[:7])
    for layer, state in everything.items():
        assert state.shape == (600, 48)
        np.testing.assert_allclose(state[:7], some[layer], atol=1e-5)


def test_unknown_checkpoint_is_named(run: DemoRun) -> None:
    with pytest.raises(UnknownNameError, match=r"step of capture must be one of 0, 10, .* Got 11"):
        run.capture(11)


def test_same_rng_same_bits_and_nothing_global_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch, 0, 3)
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    np_before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two, other = train_demo(rng=1), train_demo(rng=1), train_demo(rng=2)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads
    np.testing.assert_array_equal(np_before, np.random.get_state()[1])  # noqa: NPY002
    assert one.ids == two.ids != other.ids
    for name, value in one.checkpoints[-1].state.items():
        assert torch.equal(value, two.checkpoints[-1].state[name])
    assert not torch.equal(one.checkpoints[-1].state["head.weight"], other.checkpoints[-1].state["head.weight"])


def test_shuffled_labels_teach_nothing(trained: DemoRun, monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch, 0, 100)
    assert train_demo(rng=0, shuffle_labels=True).checkpoints[-1].accuracy < 0.2
    assert next(one.accuracy for one in trained.checkpoints if one.step == 90) > 0.4


def test_progress_is_told_and_may_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch, 0, 30)
    told: list[tuple[int, int, str]] = []
    train_demo(progress=lambda *news: told.append(news))
    assert [news[:2] for news in told] == [(20, 30), (30, 30)]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    threads = torch.get_num_threads()
    with pytest.raises(KeyboardInterrupt):
        train_demo(progress=stop)
    assert torch.get_num_threads() == threads
