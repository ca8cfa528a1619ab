"""Small random models of families that are in no table, with weights under which every part does something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import transformers

from repscape.extraction import Model, iterate, open_model
from tests.extraction.tiny_models import SIZES, TEXTS, image_processor, make_examples, word_tokenizer

TEXT: dict[str, Any] = {**SIZES, "vocab_size": 40, "max_position_embeddings": 64, "pad_token_id": 0}
GROUPED: dict[str, Any] = {**TEXT, "num_key_value_heads": 2, "head_dim": 8}
PICTURE: dict[str, Any] = {**SIZES, "image_size": 32, "patch_size": 8}
TEXTS_BY_FAMILY: dict[str, Callable[[], Any]] = {
    "gemma2": lambda: transformers.Gemma2Config(**GROUPED),  # sandwich norms
    "glm4": lambda: transformers.Glm4Config(**GROUPED),  # sandwich norms under the names of Llama
    "granite": lambda: transformers.GraniteConfig(**TEXT, num_key_value_heads=2, residual_multiplier=0.22),
    "olmo2": lambda: transformers.Olmo2Config(**TEXT),  # norms inside the branches alone
    "cohere": lambda: transformers.CohereConfig(**TEXT, num_key_value_heads=2),  # branches side by side, one norm
    "phi": lambda: transformers.PhiConfig(**TEXT),
    "falcon": lambda: transformers.FalconConfig(
        vocab_size=40, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, new_decoder_architecture=True, num_kv_heads=2
    ),
    "bloom": lambda: transformers.BloomConfig(vocab_size=40, hidden_size=32, n_layer=3, n_head=4),
    "opt": lambda: transformers.OPTConfig(
        vocab_size=40, hidden_size=32, num_hidden_layers=3, ffn_dim=48, num_attention_heads=4, word_embed_proj_dim=32,
        max_position_embeddings=64,
    ),
    "qwen3_moe": lambda: transformers.Qwen3MoeConfig(
        **GROUPED, moe_intermediate_size=24, num_experts=4, num_experts_per_tok=2
    ),
    "electra": lambda: transformers.ElectraConfig(**TEXT, embedding_size=32),
    "deberta-v2": lambda: transformers.DebertaV2Config(**TEXT, relative_attention=True, pos_att_type=["p2c", "c2p"]),
    "modernbert": lambda: transformers.ModernBertConfig(**TEXT, local_attention=8),
    "bart": lambda: transformers.BartConfig(
        d_model=32, encoder_layers=3, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=48, decoder_ffn_dim=48, vocab_size=40, max_position_embeddings=64,
    ),
    "xlnet": lambda: transformers.XLNetConfig(d_model=32, n_layer=3, n_head=4, d_inner=48, vocab_size=40),
    "mamba": lambda: transformers.MambaConfig(vocab_size=40, hidden_size=32, num_hidden_layers=3, state_size=8),
    "fnet": lambda: transformers.FNetConfig(**{**TEXT, "num_hidden_layers": 2}),
    "longformer": lambda: transformers.LongformerConfig(**TEXT, attention_window=8),
}  # fmt: skip
PICTURES_BY_FAMILY: dict[str, Callable[[], Any]] = {
    "vit": lambda: transformers.ViTConfig(**PICTURE),
    "deit": lambda: transformers.DeiTConfig(**PICTURE),
    "beit": lambda: transformers.BeitConfig(**PICTURE, use_absolute_position_embeddings=True),
    "dinov2_with_registers": lambda: transformers.Dinov2WithRegistersConfig(
        **{**PICTURE, "mlp_ratio": 2}, num_register_tokens=3
    ),
    "dinov3_vit": lambda: transformers.DINOv3ViTConfig(**PICTURE, num_register_tokens=2),
    "clip": lambda: transformers.CLIPVisionConfig(**PICTURE, projection_dim=16),
    "siglip": lambda: transformers.SiglipVisionConfig(**PICTURE),
    "data2vec": lambda: transformers.Data2VecVisionConfig(**PICTURE, use_absolute_position_embeddings=True),
    "vit_mae": lambda: transformers.ViTMAEConfig(**PICTURE, mask_ratio=0.75),
    "yolos": lambda: transformers.YolosConfig(
        **{**PICTURE, "image_size": [32, 32]}, num_detection_tokens=3, use_mid_position_embeddings=False
    ),
    "swin": lambda: transformers.SwinConfig(
        image_size=32, patch_size=4, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4
    ),
    "convnext": lambda: transformers.ConvNextConfig(image_size=32, hidden_sizes=[16, 32], depths=[2, 2], num_stages=2),
    "sam": lambda: transformers.SamVisionConfig(
        **PICTURE, output_channels=16, mlp_dim=48, num_pos_feats=16, window_size=2, global_attn_indexes=[1]
    ),
}
SPECIAL = {"vit": 1, "deit": 2, "beit": 1, "dinov2_with_registers": 4, "dinov3_vit": 3, "clip": 1, "siglip": 0}
SPECIAL |= {"data2vec": 1, "vit_mae": 1}


def shaken(config: Any) -> Any:
    """Return a model whose weights are all drawn: normalisations, biases and scales that do something."""
    torch.manual_seed(0)
    module = transformers.AutoModel.from_config(config).eval().float()
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            around = 1.0 if parameter.ndim == 1 and "norm" in name.lower() and name.endswith("weight") else 0.0
            parameter.copy_(around + 0.2 * torch.randn(parameter.shape, generator=draw))
    return module


def text_model(family: str) -> Model:
    """Open a model of a text family."""
    return open_model(shaken(TEXTS_BY_FAMILY[family]()), preprocess=word_tokenizer(front="[CLS]", back="[SEP]"))


def picture_model(family: str) -> Model:
    """Open a model of a vision family."""
    return open_model(shaken(PICTURES_BY_FAMILY[family]()), preprocess=image_processor("ViT"))


def pictures(n: int = 4) -> np.ndarray:
    """Return pictures of noise."""
    return np.random.default_rng(1).integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)


def states_of(model: Model, inputs: Any = TEXTS, kind: str = "text", **options: Any) -> dict[str, np.ndarray]:
    """Return what is read of each layer."""
    slabs = list(iterate(model, make_examples(kind, inputs), **options))
    return {layer.key: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}


def one_by_one(model: Model, inputs: Any) -> list[list[np.ndarray]]:
    """Return the library's own hidden states (positions, d) of each input, run alone and without a mask."""
    encoded = model.encode(inputs, first_row=0, max_length=None, too_long="truncate")
    found = []
    for row in range(len(inputs)):
        batch = encoded.batch(np.array([row]))
        given = {name: value for name, value in batch.inputs.items() if name != "attention_mask"}
        with torch.no_grad():
            found.append([state[0].numpy() for state in model.run(**given, output_hidden_states=True).hidden_states])
    return found
