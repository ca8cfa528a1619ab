"""Texts, proteins and images on their way into a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from repscape.errors import InputError, InputTypeError
from repscape.extraction import Model, iterate, open_model
from repscape.extraction._hf_encode import ImageEncoder, TextEncoder, as_rgb
from tests.data_files import data_file
from tests.extraction.tiny_models import (
    CONFIGS,
    TEXTS,
    WORDS,
    clusters,
    image_processor,
    make_examples,
    protein_tokenizer,
    save_tiny,
    word_tokenizer,
)


@pytest.fixture(scope="module")
def esm(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return open_model(str(save_tiny("ESM", tmp_path_factory.mktemp("models") / "esm")))


def encode(encoder: TextEncoder, texts: list[str], **options: Any) -> Any:
    return encoder(texts, first_row=0, **{"max_length": None, "too_long": "truncate", **options})


@pytest.mark.parametrize(("front", "back"), [("[CLS]", "[SEP]"), ("<s>", ""), ("", "</s>"), ("", "")])
def test_ids_and_real_tokens_against_the_tokenizer(front: str, back: str) -> None:
    tokenizer = word_tokenizer(front=front, back=back)
    encoded = encode(TextEncoder.of(tokenizer, limit=64), TEXTS)
    batch = encoded.batch(np.array([0, 1, 2]))
    for row, text in enumerate(TEXTS[:3]):
        expected = tokenizer(text)["input_ids"]
        attended = batch.inputs["attention_mask"][row].bool()
        assert batch.inputs["input_ids"][row][attended].tolist() == expected
        words = [tokenizer.convert_tokens_to_ids(word) for word in text.split()]
        assert batch.inputs["input_ids"][row][batch.real[row]].tolist() == words
        assert encoded.lengths[row] == len(expected)
    assert batch.lead == bool(front)


def test_special_tokens_stay_when_a_text_is_cut() -> None:
    tokenizer = word_tokenizer(front="[CLS]", back="[SEP]")
    encoded = encode(TextEncoder.of(tokenizer, limit=64), [" ".join(WORDS)], max_length=5)
    ids = encoded.batch(np.array([0])).inputs["input_ids"][0].tolist()
    assert tokenizer.convert_ids_to_tokens(ids) == ["[CLS]", *WORDS[:3], "[SEP]"]
    assert encoded.truncated == 1


def test_texts_without_a_token_are_named(tmp_path: Path) -> None:
    encoder = TextEncoder.of(word_tokenizer(front="[CLS]"), limit=9)
    with pytest.raises(InputError, match=r"the tokenizer finds nothing in 1 of them \(first: row 1\)"):
        encode(encoder, ["a word", "\t"])


def test_a_residue_outside_the_alphabet_is_named(esm: Model) -> None:
    with pytest.raises(InputError, match=r"residue 'J' in row 1 is not in the model's alphabet .*X stands for any"):
        list(iterate(esm, make_examples("protein", ["MKV", "MJV"])))
    with pytest.raises(InputError, match="residue 'k' in row 0 .*Residues are upper case"):
        list(iterate(esm, make_examples("protein", ["Mk"])))
    with pytest.raises(InputTypeError, match="takes protein. Got text"):
        iterate(esm, make_examples("text", ["the model"]))


def test_residues_are_spaced_for_tokenizers_that_want_it() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = {letter: i for i, letter in enumerate("?MKVACDEFGHILNPQRSTWYX")}
    core = Tokenizer(models.WordLevel(alphabet, unk_token="?"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    encoder = TextEncoder.of(PreTrainedTokenizerFast(tokenizer_object=core, unk_token="?"), limit=9)
    assert encoder.spaced
    assert encoder.kinds == ("protein",)
    ids = encode(encoder, ["MVVX"]).batch(np.array([0])).inputs["input_ids"].tolist()
    assert ids == [[alphabet[letter] for letter in "MVVX"]]


def test_real_proteins_mean_over_residues_by_hand(tmp_path: Path) -> None:
    import transformers

    table = pd.read_csv(data_file("scope208_35pct_superfamilies.csv.gz"))
    sequences = list(table["seq"][:200].str.upper())
    model = open_model(str(save_tiny("ESM", tmp_path / "esm")))
    slabs = list(iterate(model, make_examples("protein", sequences), slab_rows=128))
    states = {layer.key: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}
    assert all(state.shape == (200, 32) for state in states.values())
    tokenizer = protein_tokenizer(tmp_path / "alphabet")
    module = transformers.EsmModel.from_pretrained(tmp_path / "esm").eval()
    for row in (0, 77, 199):
        tokens = tokenizer(sequences[row], return_tensors="pt")
        assert tokens["input_ids"].shape[1] == len(sequences[row]) + 2  # <cls> in front, <eos> behind
        with torch.no_grad():
            hidden = module(**tokens, output_hidden_states=True).hidden_states
        for key, state in (("embedding", hidden[0]), ("encoder.layer.1", hidden[2])):
            expected = state[0, 1:-1].sum(0).numpy() / len(sequences[row])
            np.testing.assert_allclose(states[key][row], expected, atol=1e-5)


def test_colour_clusters_of_imagegpt_by_hand() -> None:
    encoder = ImageEncoder(image_processor("ImageGPT"), tokens=64, lead=0)
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    batch = encoder(images, first_row=0, max_length=None, too_long="truncate").batch(np.array([2, 0]))
    colours = images[[2, 0]].reshape(2, 64, 3) / 127.5 - 1
    nearest = ((colours[:, :, None] - clusters()) ** 2).sum(-1).argmin(-1)
    np.testing.assert_array_equal(batch.inputs["input_ids"].numpy(), nearest)


def test_imagegpt_without_clusters_is_refused() -> None:
    import transformers
    from transformers.models.imagegpt.image_processing_pil_imagegpt import ImageGPTImageProcessorPil

    module = transformers.ImageGPTModel(CONFIGS["ImageGPT"]())
    with pytest.raises(InputError, match="ImageGPT needs its colour clusters"):
        open_model(module, preprocess=ImageGPTImageProcessorPil())


def test_images_of_every_form() -> None:
    grey = np.arange(16, dtype=np.uint8).reshape(4, 4)
    rgb = np.stack([grey, grey, grey], axis=-1)
    for image in (grey, grey[..., None], rgb, np.dstack([rgb, grey]), grey / 255, rgb.astype(np.int64)):
        np.testing.assert_array_equal(as_rgb(image, 0), rgb)


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (np.full((4, 4), 2.0), InputError, r"floats of an image must be in \[0, 1\]. Got 2.0 to 2.0 in row 7"),
        (np.full((4, 4), np.nan), InputError, "floats of an image must be"),
        (np.full((4, 4), -1), InputError, r"ints of an image must be in \[0, 255\]"),
        (np.zeros((4, 4, 2)), InputTypeError, r"Got shape \(4, 4, 2\)"),
        (np.zeros(4), InputTypeError, r"Got shape \(4,\)"),
        (np.zeros((4, 4), complex), InputTypeError, "dtype complex128 in row 7"),
    ],
)
def test_what_is_no_image_is_refused(image: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        as_rgb(image, 7)


def test_image_files_and_broken_ones(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    whole, half, text = tmp_path / "whole.png", tmp_path / "half.png", tmp_path / "text.png"
    Image.fromarray(pixels).save(whole)
    half.write_bytes(whole.read_bytes()[:900])
    text.write_text("not an image")
    np.testing.assert_array_equal(as_rgb(str(whole), 0), pixels)
    for broken in (half, text, tmp_path / "absent.png"):
        with pytest.raises(InputError, match=rf"row 5 \(.*{broken.name}\) is not a readable image"):
            as_rgb(str(broken), 5)


def test_max_length_is_for_texts(tmp_path: Path) -> None:
    model = open_model(str(save_tiny("ViT", tmp_path / "vit")))
    with pytest.raises(InputError, match="max_length of extract is for texts and proteins. Got images"):
        list(iterate(model, make_examples("image", np.zeros((2, 8, 8, 3), np.uint8)), max_length=5))
