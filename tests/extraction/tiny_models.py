"""Small random models of every family, saved as people save theirs, with a tokenizer or an image processor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from repscape._types import Examples

SENTENCE = "a the model reads every word of this text and keeps one state for each layer it has deep inside"
WORDS = SENTENCE.split()
RESIDUES = [*"LAGVSERTIDPKQNFYMHWCXBUZO.-"]
TEXTS = [
    "the model reads every word",
    "a",
    "this text and each layer it has deep inside of the model keeps one state",
    "one word",
    "deep inside the layer",
    "every state of every layer",
    "text text text",
]
PROTEINS = ["MKVLAAGGH", "MK", "ACDEFGHIKLMNPQRSTVWY", "GGG", "MPLKWYVAX", "LLLLLLA"]
SIZES: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
COMMON: dict[str, Any] = {"initializer_range": 0.2, "vocab_size": 40}


def word_tokenizer(*, front: str = "", back: str = "") -> transformers.PreTrainedTokenizerFast:
    """Give each of a few words a token, with special ones around a text."""
    special = ["[PAD]", "[UNK]", *(token for token in (front, back) if token)]
    vocabulary = {word: i for i, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    around = [(token, vocabulary[token]) for token in (front, back) if token]
    tokenizer.post_processor = processors.TemplateProcessing(f"{front} $A {back}".strip(), special_tokens=around)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]")


def protein_tokenizer(folder: Path) -> transformers.EsmTokenizer:
    """Write the alphabet of ESM."""
    folder.mkdir(exist_ok=True)
    alphabet = ["<cls>", "<pad>", "<eos>", "<unk>", *RESIDUES, "<null_1>", "<mask>"]
    (folder / "vocab.txt").write_text("\n".join(alphabet))
    return transformers.EsmTokenizer(str(folder / "vocab.txt"))


def clusters() -> np.ndarray:
    """Sixteen colours in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, (16, 3))


def image_processor(name: str) -> Any:
    """Resize to 32 x 32 (8 x 8 for ImageGPT) and normalise."""
    from transformers.models.imagegpt.image_processing_pil_imagegpt import ImageGPTImageProcessorPil
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    if name == "ImageGPT":
        return ImageGPTImageProcessorPil(clusters=clusters(), size={"height": 8, "width": 8})
    return ViTImageProcessorPil(size={"height": 32, "width": 32})


GPT: dict[str, Any] = {"n_embd": 32, "n_layer": 3, "n_head": 4}
T5: dict[str, Any] = {
    "d_model": 32,
    "d_kv": 8,
    "d_ff": 48,
    "num_layers": 3,
    "num_heads": 4,
    "decoder_start_token_id": 0,
}
CONFIGS: dict[str, Callable[[], Any]] = {
    "BERT": lambda: transformers.BertConfig(**SIZES, **COMMON),
    "RoBERTa": lambda: transformers.RobertaConfig(**SIZES, **COMMON, max_position_embeddings=66, pad_token_id=0),
    "DistilBERT": lambda: transformers.DistilBertConfig(dim=32, n_layers=3, n_heads=4, hidden_dim=48, **COMMON),
    "GPT-2": lambda: transformers.GPT2Config(**GPT, **COMMON, n_positions=64, bos_token_id=0, eos_token_id=0),
    "Llama": lambda: transformers.LlamaConfig(**SIZES, **COMMON, num_key_value_heads=2),
    "GPT-NeoX": lambda: transformers.GPTNeoXConfig(**SIZES, **COMMON, bos_token_id=0, eos_token_id=0),
    "ESM": lambda: transformers.EsmConfig(
        **SIZES,
        initializer_range=0.2,
        vocab_size=33,
        pad_token_id=1,
        mask_token_id=32,
        position_embedding_type="rotary",
        token_dropout=True,
        emb_layer_norm_before=False,
    ),
    "T5": lambda: transformers.T5Config(**T5, vocab_size=40, initializer_factor=1.0),
    "ImageGPT": lambda: transformers.ImageGPTConfig(**GPT, initializer_range=0.2, vocab_size=17, n_positions=64),
    "ViT": lambda: transformers.ViTConfig(**SIZES, initializer_range=0.2, image_size=32, patch_size=8),
    "DINOv2": lambda: transformers.Dinov2Config(
        **{**SIZES, "mlp_ratio": 2}, initializer_range=0.2, image_size=32, patch_size=8, layerscale_value=0.7
    ),
}
AROUND = {"BERT": ("[CLS]", "[SEP]"), "RoBERTa": ("[CLS]", "[SEP]"), "DistilBERT": ("[CLS]", "[SEP]")}
AROUND |= {"Llama": ("<s>", ""), "T5": ("", "</s>")}


def save_tiny(name: str, folder: Path) -> Path:
    """Save a random model of a family with all that goes with it."""
    torch.manual_seed(0)
    config = CONFIGS[name]()
    model = transformers.AutoModel.from_config(config)
    with torch.no_grad():  # normalisations that do something, so that states before and after them differ
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name.lower() or "ln_" in parameter_name:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)
    if name in ("ImageGPT", "ViT", "DINOv2"):
        image_processor(name).save_pretrained(folder)
    elif name == "ESM":
        protein_tokenizer(folder.with_name("alphabet")).save_pretrained(folder)
    else:
        front, back = AROUND.get(name, ("", ""))
        word_tokenizer(front=front, back=back).save_pretrained(folder)
    return folder


def examples_for(name: str) -> Examples:
    """Return a few inputs of the kind a family takes."""
    if name in ("ImageGPT", "ViT", "DINOv2"):
        images = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
        return make_examples("image", images)
    return make_examples("protein", PROTEINS) if name == "ESM" else make_examples("text", TEXTS)


def make_examples(kind: Any, inputs: Any) -> Examples:
    """Build a table of ids around inputs."""
    return Examples(kind, inputs, pd.DataFrame({"id": [f"e{i}" for i in range(len(inputs))]}))
