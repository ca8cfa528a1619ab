"""Small networks with random weights, saved as people save theirs: the same steps run where a published one cannot be had.

They have the parts and the number of layers of their family, and have learned nothing.
"""

from __future__ import annotations

from pathlib import Path

import torch
import transformers

from ..extraction._hf_model import quiet

ALPHABET = ("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>")
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


def _seeded(config: transformers.PretrainedConfig, rng: int) -> transformers.PreTrainedModel:
    """Return a model with random weights; torch's own generator is as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng)
        return transformers.AutoModel.from_config(config)  # type: ignore[no-any-return, no-untyped-call]
