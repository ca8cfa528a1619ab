"""Small networks with random weights, saved as people save theirs: the same steps run where a published one cannot be had.

They have the parts and the number of layers of their family, and have learned nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import transformers

from ...extraction import quiet

ALPHABET = ("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>")
TINY_SIDE = 8  # pixels that a small image GPT sees of an image
SPREAD = 0.2  # of the weights: states then change from layer to layer


def save_tiny_esm(folder: Path, *, layers: int, width: int, rng: int) -> Path:
    """Write a protein language model of the ESM-2 kind: config, weights as safetensors, tokenizer.

    Parameters
    ----------
    folder : Path
        Where; what is there is overwritten.
    layers, width : int
        Number of blocks; width of a state, a multiple of 8 (four heads, of an even width each).
    rng : int
        Seed of the weights; the same seed gives the same weights.

    Returns
    -------
    Path
        The folder, to be opened like any saved model.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = transformers.EsmConfig(
        vocab_size=len(ALPHABET),
        pad_token_id=ALPHABET.index("<pad>"),
        mask_token_id=ALPHABET.index("<mask>"),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=4 * width,
        initializer_range=SPREAD,
        position_embedding_type="rotary",
        token_dropout=True,
        emb_layer_norm_before=False,
    )
    (folder / "vocab.txt").write_text("\n".join(ALPHABET), encoding="utf-8")
    with quiet():
        _seeded(config, rng).save_pretrained(folder)
    transformers.EsmTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder


def save_tiny_imagegpt(folder: Path, *, layers: int, width: int, rng: int) -> Path:
    """Write an image GPT: config, weights as safetensors, and the processor that turns 8 x 8 pixels into 64 colours.

    Parameters
    ----------
    folder : Path
        Where; what is there is overwritten.
    layers, width : int
        Number of blocks; width of a state, a multiple of 4.
    rng : int
        Seed of the weights; the same seed gives the same weights.

    Returns
    -------
    Path
        The folder, to be opened like any saved model.
    """
    from transformers.models.imagegpt.image_processing_pil_imagegpt import ImageGPTImageProcessorPil

    folder.mkdir(parents=True, exist_ok=True)
    colours = np.stack(np.meshgrid(*[np.linspace(-1, 1, 4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    config = transformers.ImageGPTConfig(
        vocab_size=len(colours) + 1,  # and the token that begins every image in training
        n_positions=TINY_SIDE * TINY_SIDE,
        n_embd=width,
        n_layer=layers,
        n_head=4,
        initializer_range=SPREAD,
    )
    with quiet():
        _seeded(config, rng).save_pretrained(folder)
    size = {"height": TINY_SIDE, "width": TINY_SIDE}
    ImageGPTImageProcessorPil(clusters=colours, size=size).save_pretrained(folder)
    return folder


def _seeded(config: transformers.PretrainedConfig, rng: int) -> transformers.PreTrainedModel:
    """Return a model with random weights; torch's own generator is as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng)
        return transformers.AutoModel.from_config(config)  # type: ignore[no-any-return, no-untyped-call]
