"""A small BERT with random weights in place of a published model, and the untrained twin of a model at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from ...errors import InputError
from ...extraction import Model, TextEncoder, quiet, wrap_pretrained
from ._stand_in_torch import SPREAD, _seeded

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def save_tiny_bert(folder: Path, words: Sequence[str], *, layers: int, rng: int) -> Path:
    """Write a BERT that knows a few words: config, weights as safetensors, tokenizer.

    Parameters
    ----------
    folder : Path
        Where; what is there is overwritten.
    words : sequence of str
        Its vocabulary.
    layers : int
        Number of blocks.
    rng : int
        Seed of the weights.

    Returns
    -------
    Path
        The folder, to be opened like any saved model.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys([*SPECIAL, *words]))}
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=160,
        initializer_range=SPREAD,
    )
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    around = [(sign, vocabulary[sign]) for sign in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=around)
    with quiet():
        _seeded(config, rng).save_pretrained(folder)
    fast = transformers.PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]"
    )
    fast.save_pretrained(folder)
    return folder


def untrained_twin(model: Model, *, rng: int) -> Model:
    """Return the same architecture as it was before training, with the same tokenizer."""
    if not isinstance(model.encode, TextEncoder):
        raise InputError(f"model of the recipe must read texts. Got {model.name}.")
    module: Any = _seeded(model.module.config, rng)  # type: ignore[arg-type]
    return wrap_pretrained(module.to(model.device), model.encode.tokenizer, name=f"{model.name}, untrained")
