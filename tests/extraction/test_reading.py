"""A state belongs to its input alone, not to its neighbours, padding or chance; and which positions stand for the input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import repscape as rs
from repscape.errors import InputError
from repscape.extraction import Model, iterate, open_model
from repscape.study._extraction_job import ExtractionJob
from tests.extraction.more_models import (
    PICTURES_BY_FAMILY,
    SPECIAL,
    one_by_one,
    picture_model,
    pictures,
    shaken,
    states_of,
    text_model,
)
from tests.extraction.tiny_models import TEXTS, make_examples, save_tiny

CLOSE: dict[str, Any] = {"atol": 2e-5, "rtol": 2e-5}


def alone(model: Model, inputs: Any, kind: str = "text", **options: Any) -> dict[str, np.ndarray]:
    """Read each input by itself."""
    each = [states_of(model, inputs[row : row + 1], kind, **options) for row in range(len(inputs))]
    return {key: np.concatenate([one[key] for one in each]) for key in each[0]}


def assert_alike(one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> None:
    assert list(one) == list(two)
    for key, state in one.items():
        np.testing.assert_allclose(state, two[key], err_msg=key, **CLOSE)


# ---- texts


@pytest.mark.parametrize(
    ("family", "pool"),
    [
        ("fnet", "mean"),
        ("fnet", "last"),
        ("longformer", "token"),
        ("xlnet", "token"),
        ("mamba", "token"),
        ("bart", "mean"),
        ("deberta-v2", "token"),
        ("opt", "last"),
    ],
)
def test_the_states_of_a_text_do_not_depend_on_the_batch(family: str, pool: str) -> None:
    model = text_model(family)
    site = "attn" if family == "opt" else "residual"
    together = states_of(model, TEXTS, pool=pool, batch_size=7, site=site)
    assert_alike(together, alone(model, TEXTS, pool=pool, site=site))


def layout_of(model: Model, **options: Any) -> Any:
    return next(iterate(model, make_examples("text", TEXTS), **options)).layout


def test_texts_of_one_length_share_a_batch_where_padding_shows() -> None:
    assert layout_of(text_model("fnet")).equal_lengths
    assert not layout_of(text_model("electra")).equal_lengths
    assert layout_of(text_model("electra")).batch_rows is None


class Reader(nn.Module):
    """Embeds tokens and does with them what it is told to."""

    def __init__(self, way: str, width: int = 6) -> None:
        super().__init__()
        self.way, self.embed, self.mix = way, nn.Embedding(300, width), nn.Linear(width, width)
        self.prompt, self.end = nn.Parameter(torch.randn(3, width)), nn.Linear(width, width)

    def forward(self, ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        x = self.embed(ids)
        rows, tokens = ids.shape
        if self.way == "swallows the mask":
            return self.end(self.mix(x) + x.mean(1, keepdim=True))
        if self.way == "looks at its neighbours":
            return self.end(self.mix(x) + x.mean((0, 1)))
        if self.way == "draws":
            return self.end(x + 0.1 * torch.randn_like(x))
        x = x * attention_mask[..., None]
        if self.way == "positions first":
            return self.end(self.mix(x).transpose(0, 1))
        if self.way == "flattens":
            return self.end(self.mix(x).reshape(rows * tokens, -1))
        if self.way == "pads to a window":
            return self.end(self.mix(nn.functional.pad(x, (0, 0, 0, -tokens % 8))))
        if self.way == "pads to a window in front":
            return self.end(self.mix(nn.functional.pad(x, (0, 0, -tokens % 8, 0))))
        if self.way == "puts prompts in front":
            return self.end(torch.cat([self.prompt.expand(rows, -1, -1), self.mix(x)], dim=1))
        return self.end(self.mix(x))


def letters(texts: list[str]) -> dict[str, torch.Tensor]:
    """Pad to the right; a bracket stands around every text."""
    codes = [[1, *text.encode(), 2] for text in texts]
    longest = max(map(len, codes))
    ids = torch.tensor([code + [0] * (longest - len(code)) for code in codes])
    return {"ids": ids, "attention_mask": (ids != 0).long(), "special_tokens_mask": (ids < 3).long()}


def letters_to_the_right(texts: list[str]) -> dict[str, torch.Tensor]:
    """Pad to the left."""
    found = letters(texts)
    order = torch.stack([torch.cat([row.eq(0).nonzero(), row.ne(0).nonzero()]).flatten() for row in found["ids"]])
    return {name: value.gather(1, order) for name, value in found.items()}


def reader(way: str, preprocess: Any = letters) -> Model:
    torch.manual_seed(0)
    return open_model(Reader(way).eval(), preprocess=preprocess)


STRINGS = ["abc", "d", "efghijk", "lmn", "opqr", "stuvwxyz", "aaa"]


@pytest.mark.parametrize("preprocess", [letters, letters_to_the_right])
@pytest.mark.parametrize(
    "way",
    [
        "plain",
        "positions first",
        "flattens",
        "pads to a window",
        "puts prompts in front",
        "swallows the mask",
        "looks at its neighbours",
    ],
)
@pytest.mark.parametrize("pool", ["mean", "first", "token"])
def test_modules_of_every_kind_give_what_a_text_has_alone(way: str, preprocess: Any, pool: str) -> None:
    model = reader(way, preprocess)
    together = states_of(model, STRINGS, layers="end", pool=pool, batch_size=7)
    expected = []
    for text in STRINGS:
        given = letters([text])
        given.pop("special_tokens_mask")
        with torch.no_grad():
            state = model.module(**given)
        state = state.transpose(0, 1) if way == "positions first" else state
        state = state[None] if way == "flattens" else state
        start = 3 if way == "puts prompts in front" else 0
        real = state[0, start + 1 : start + 1 + len(text)].numpy()
        expected.append({"mean": real.mean(0, keepdims=True), "first": real[:1], "token": real}[pool])
    np.testing.assert_allclose(together["end"], np.concatenate(expected), **CLOSE)


def test_a_module_that_mixes_a_batch_runs_its_inputs_one_by_one() -> None:
    (slab,) = iterate(reader("looks at its neighbours"), make_examples("text", STRINGS), layers="end")
    assert slab.layout.batch_rows == 1
    (slab,) = iterate(reader("swallows the mask"), make_examples("text", STRINGS), layers="end")
    assert slab.layout.equal_lengths


def test_a_window_in_front_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"the state of 'end' must have a position for each token"):
        states_of(reader("pads to a window in front"), STRINGS, layers="end")


def test_padding_without_a_mask_runs_one_by_one() -> None:
    def padded(texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        found = letters(texts)
        return found["ids"], found["attention_mask"]  # not named: nobody can know which positions are real

    model = reader("swallows the mask", padded)
    assert_alike(states_of(model, STRINGS, layers="end", batch_size=7), alone(model, STRINGS, layers="end"))


@pytest.mark.parametrize("options", [{}, {"batch_size": 1}, {"pool": "token"}])
def test_states_that_are_drawn_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"'Reader' gives other states when the same input runs again"):
        states_of(reader("draws"), STRINGS, layers="end", **options)


def test_dropout_of_its_own_making_is_refused() -> None:
    class Noisy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Conv2d(3, 4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.part(nn.functional.dropout(x, 0.5, training=True))

    with pytest.raises(InputError, match="a random mask, random hashing, or dropout that stays on"):
        states_of(open_model(Noisy()), np.random.default_rng(0).random((4, 3, 8, 8)), "image", layers="part")


def test_tokens_of_many_streams_are_refused() -> None:
    class Streams(Reader):
        def forward(self, ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.end(self.embed(ids)[:, :, None].expand(-1, -1, 2, -1))

    with pytest.raises(
        InputError, match=r"must be \(rows, positions, d\) for inputs of tokens. Got shape \(1, 6, 2, 6\)"
    ):
        states_of(open_model(Streams(""), preprocess=letters), ["abc", "x", "abcd"], layers="end")


# ---- special tokens


@pytest.mark.parametrize("family", sorted(SPECIAL))
def test_special_tokens_of_vision_models_are_left_out(family: str) -> None:
    model, lead = picture_model(family), SPECIAL[family]
    patches = states_of(model, pictures(), "image", pool="token")
    everything = states_of(model, pictures(), "image", pool="token", include_special=True)
    for key, state in patches.items():
        assert state.shape == (4 * 16, 32)
        whole = everything[key].reshape(4, 16 + lead, 32)
        np.testing.assert_allclose(state.reshape(4, 16, 32), whole[:, lead:], **CLOSE)
    means = states_of(model, pictures(), "image")
    np.testing.assert_allclose(means[key], patches[key].reshape(4, 16, 32).mean(1), **CLOSE)
    if lead:
        np.testing.assert_allclose(states_of(model, pictures(), "image", pool="cls")[key], whole[:, 0], **CLOSE)
    else:
        with pytest.raises(InputError, match="'cls' needs a special token in front"):
            states_of(model, pictures(), "image", pool="cls")


@pytest.mark.parametrize("family", ["vit", "deit", "dinov3_vit", "siglip"])
def test_patches_are_the_librarys_own(family: str) -> None:
    model, lead = picture_model(family), SPECIAL[family]
    states = list(states_of(model, pictures(), "image", pool="token").values())
    hidden = one_by_one(model, pictures())
    for depth, state in enumerate(states[:-1]):
        np.testing.assert_allclose(state, np.concatenate([one[depth][lead:] for one in hidden]), **CLOSE)


def test_detection_tokens_stand_behind_the_patches() -> None:
    model = picture_model("yolos")
    patches = states_of(model, pictures(), "image", pool="token", site="norm1")
    everything = states_of(model, pictures(), "image", pool="token", site="norm1", include_special=True)
    for key, state in patches.items():
        whole = everything[key].reshape(4, 1 + 16 + 3, 32)
        np.testing.assert_allclose(state.reshape(4, 16, 32), whole[:, 1:17], **CLOSE)


def test_a_masked_autoencoder_sees_every_patch_in_its_place() -> None:
    model = picture_model("vit_mae")
    module = model.module
    states = states_of(model, pictures(), "image", pool="token")
    assert module.config.mask_ratio == 0.75
    assert model.provenance()["random_mask"] == "off"
    plain = shaken(PICTURES_BY_FAMILY["vit"]())
    plain.load_state_dict(module.state_dict(), strict=False)
    encoded = model.encode(pictures(), first_row=0, max_length=None, too_long="truncate")
    with torch.no_grad():
        pixels = encoded.batch(np.arange(4)).inputs["pixel_values"]
        patches = module.embeddings.patch_embeddings(pixels) + module.embeddings.position_embeddings[:, 1:]
    np.testing.assert_allclose(states["embedding"], patches.reshape(64, 32).numpy(), **CLOSE)
    assert_alike(states, states_of(model, pictures(), "image", pool="token"))


def test_maps_with_their_channels_last() -> None:
    model = picture_model("sam")
    with torch.no_grad():
        encoded = model.encode(pictures(), first_row=0, max_length=None, too_long="truncate")
        hidden = model.run(**encoded.batch(np.arange(4)).inputs, output_hidden_states=True).hidden_states
    for state, expected in zip(states_of(model, pictures(), "image").values(), hidden, strict=True):
        assert expected.shape == (4, 4, 4, 32)
        np.testing.assert_allclose(state, expected.mean((1, 2)).numpy(), **CLOSE)


@pytest.mark.parametrize(("family", "width"), [("swin", 32), ("convnext", 32)])
def test_stages_have_no_special_tokens(family: str, width: int) -> None:
    model = picture_model(family)
    layers = "encoder.layers.*" if family == "swin" else "encoder.stages.*"
    with torch.no_grad():
        encoded = model.encode(pictures(), first_row=0, max_length=None, too_long="truncate")
        last = model.run(**encoded.batch(np.arange(4)).inputs, output_hidden_states=True).hidden_states[-1]
    mean = last.mean((2, 3)) if last.ndim == 4 else last.mean(1)
    state = list(states_of(model, pictures(), "image", layers=layers).values())[-1]
    assert state.shape == (4, width)
    np.testing.assert_allclose(state, mean.numpy(), **CLOSE)


class Patches(nn.Module):
    """A vision transformer of somebody's own: tokens in front, behind, or none."""

    def __init__(self, front: int, behind: int) -> None:
        super().__init__()
        self.cut = nn.Conv2d(3, 6, 4, 4)
        self.front, self.behind = (nn.Parameter(torch.randn(count, 6)) for count in (front, behind))
        self.block = nn.TransformerEncoderLayer(6, 2, 12, batch_first=True)
        self.end = nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.cut(x).flatten(2).transpose(1, 2)
        rows = len(x)
        x = torch.cat([self.front.expand(rows, -1, -1), x, self.behind.expand(rows, -1, -1)], dim=1)
        return self.end(self.block(x))


@pytest.mark.parametrize(("front", "behind"), [(1, 0), (0, 0), (3, 0), (0, 2), (1, 2)])
def test_tokens_of_a_vision_model_at_hand(front: int, behind: int) -> None:
    torch.manual_seed(0)
    module = Patches(front, behind).eval()
    images = np.zeros((3, 3, 16, 16), dtype=np.float32)  # with a border that is the same in all, as digits have
    images[:, :, 5:11, 5:11] = np.random.default_rng(0).random((3, 3, 6, 6))
    with torch.no_grad():
        whole = module(torch.from_numpy(images)).numpy()
    model = open_model(module)
    state = states_of(model, images, "image", layers="end")["end"]
    np.testing.assert_allclose(state, whole[:, front : front + 16].mean(1), **CLOSE)
    everything = states_of(model, images, "image", layers="end", include_special=True)["end"]
    np.testing.assert_allclose(everything, whole.mean(1), **CLOSE)


# ---- include_special, in texts and in the record


@pytest.mark.parametrize("pool", ["mean", "first", "last", "max", "token"])
def test_special_tokens_of_texts_count_where_asked(tmp_path: Any, pool: str) -> None:
    model = open_model(str(save_tiny("BERT", tmp_path / "bert")))
    hidden = [one[-1] for one in one_by_one(model, TEXTS)]
    expected = {
        "mean": [one.mean(0) for one in hidden],
        "first": [one[0] for one in hidden],
        "last": [one[-1] for one in hidden],
        "max": [one.max(0) for one in hidden],
        "token": [row for one in hidden for row in one],
    }[pool]
    states = states_of(model, TEXTS, pool=pool, include_special=True, batch_size=3)
    np.testing.assert_allclose(states["encoder.layer.2"], np.array(expected), **CLOSE)


def test_the_record_says_whether_special_tokens_count(tmp_path: Any) -> None:
    model = open_model(str(save_tiny("BERT", tmp_path / "bert")))
    texts = make_examples("text", TEXTS)
    stores = {
        name: rs.extract(model, texts, to=tmp_path / f"{name}.zarr", pool="token", **options)
        for name, options in (("usual", {}), ("whole", {"include_special": True}))
    }
    said = {name: store.provenance["options"]["include_special"] for name, store in stores.items()}
    assert said == {"usual": False, "whole": True}
    assert stores["whole"].rows - stores["usual"].rows == 2 * len(TEXTS)
    assert stores["whole"].examples["position"].tolist()[:3] == [0, 1, 2]
    with pytest.raises(rs.errors.StudyMismatchError, match="include_special"):
        rs.extract(model, texts, to=tmp_path / "usual.zarr", pool="token", include_special=True)


def test_a_store_that_does_not_say_goes_on(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model, to = open_model(str(save_tiny("BERT", tmp_path / "bert"))), tmp_path / "run.zarr"
    texts = make_examples("text", TEXTS)
    now = ExtractionJob.provenance.fget

    def earlier(job: Any) -> dict[str, Any]:
        said = now(job)
        return {**said, "options": {key: value for key, value in said["options"].items() if key != "include_special"}}

    def stop(done: int, total: int, what: str) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ExtractionJob, "provenance", property(earlier))
        with pytest.raises(KeyboardInterrupt):
            rs.extract(model, texts, to=to, slab_rows=2, progress=stop)
    with pytest.raises(rs.errors.StudyMismatchError, match="include_special"):
        rs.extract(model, texts, to=to, slab_rows=2, include_special=True)
    assert rs.extract(model, texts, to=to, slab_rows=2).complete
