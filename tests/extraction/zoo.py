"""A hundred and more families of the transformers library as tiny random models: configs from what their fields are called."""

from __future__ import annotations

import inspect
from typing import Any

import torch
import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING


def _words(text: str) -> list[str]:
    return text.split()


SMALL: dict[str, Any] = {}
"""What a field of a config is set to, by its name."""
for _value, _names in (
    (32, "hidden_size d_model n_embd dim emb_dim word_embed_proj_dim embedding_size embed_dim image_size"),
    (3, "num_hidden_layers n_layer n_layers num_layers encoder_layers decoder_layers num_decoder_layers"),
    (4, "num_attention_heads n_head n_heads num_heads encoder_attention_heads decoder_attention_heads num_experts"),
    (4, "num_local_experts n_routed_experts moe_num_experts"),
    (2, "num_key_value_heads num_kv_heads num_experts_per_tok moe_topk moe_k experts_per_token num_conv_pos_embedding_groups"),
    (8, "head_dim d_kv attention_head_size v_head_dim qk_nope_head_dim qk_rope_head_dim patch_size state_size mamba_d_state"),
    (16, "q_lora_rank kv_lora_rank qk_head_dim sliding_window"),
    (24, "moe_intermediate_size expert_ffn_hidden_size"),
    (48, "intermediate_size ffn_dim d_ff encoder_ffn_dim decoder_ffn_dim n_inner d_inner hidden_dim ffn_hidden_size"),
    (48, "shared_expert_intermediate_size"),
    (40, "vocab_size"),
    (64, "max_position_embeddings n_positions n_ctx max_seq_len max_2d_position_embeddings"),
    (0, "pad_token_id"),
    (1, "bos_token_id decoder_start_token_id cls_token_id n_group topk_group first_k_dense_replace n_shared_experts"),
    (2, "eos_token_id sep_token_id mask_token_id"),
):  # fmt: skip
    SMALL |= dict.fromkeys(_names.split(), _value)
WAVE: dict[str, Any] = {
    "conv_dim": (16, 16), "conv_kernel": (10, 8), "conv_stride": (5, 8), "num_conv_pos_embeddings": 4,
    "num_feat_extract_layers": 2, "hidden_size": 32, "pad_token_id": 0, "layerdrop": 0.0, "apply_spec_augment": False,
}  # fmt: skip
TEXT = _words(
    """
    afmoe apertus arcee bamba bert bert-generation big_bird biogpt bitnet bloom camembert codegen cohere cohere2 convbert
    ctrl cwm data2vec-text deberta deberta-v2 deepseek_v2 deepseek_v3 diffllama distilbert doge dots1 electra ernie
    ernie4_5 ernie4_5_moe eurobert exaone4 falcon falcon_h1 falcon_mamba flex_olmo fnet gemma gemma2 gemma3_text
    gemma4_text glm glm4 glm4_moe gpt2 gpt_bigcode gpt_neo gpt_neox gpt_neox_japanese gpt_oss gptj granite granitemoe
    granitemoehybrid granitemoeshared helium hunyuan_v1_dense ibert jamba jetmoe lfm2 llama llama4_text longformer mamba
    mamba2 megatron-bert minimax ministral mistral mixtral mobilebert modernbert modernbert-decoder mpnet mpt nemotron
    nomic_bert nystromformer olmo olmo2 olmo3 olmo_hybrid olmoe openai-gpt opt persimmon phi phi3 phimoe qwen2 qwen2_moe
    qwen3 qwen3_moe qwen3_next recurrent_gemma rembert roberta roberta-prelayernorm roformer rwkv seed_oss smollm3
    splinter stablelm starcoder2 vaultgemma xglm xlm-roberta xlm-roberta-xl xlnet xmod yoso zamba zamba2 albert
    clip_text_model canine squeezebert xlm reformer
    """
)
BOTH = _words(
    """
    bart blenderbot blenderbot-small bigbird_pegasus led longt5 m2m_100 marian mbart mt5 mvp nllb-moe pegasus plbart
    prophetnet switch_transformers t5 umt5
    """
)  # an encoder and a decoder
PROTEIN = ["esm", "esmc"]
PICTURES = _words(
    """
    vit deit beit dinov2 dinov2_with_registers dinov3_vit clip_vision_model siglip_vision_model data2vec-vision vit_mae
    vit_msn ijepa pixio yolos mlcd_vision_model aimv2_vision_model swin swinv2 convnext convnextv2
    """
)
SOUND = _words(
    """
    wav2vec2 hubert wavlm unispeech unispeech-sat data2vec-audio wav2vec2-conformer sew whisper speech_to_text speecht5
    moonshine audio-spectrogram-transformer
    """
)
SPOKEN = [f"{family} (decoder)" for family in _words("whisper speech_to_text speecht5 moonshine")]
OWN: dict[str, dict[str, Any]] = {
    "bamba": {"mamba_n_heads": 4, "mamba_d_head": 16, "attn_layer_indices": [1]},
    "granitemoehybrid": {"mamba_n_heads": 4, "mamba_d_head": 16, "layer_types": ["mamba", "attention", "mamba"]},
    "falcon_h1": {"mamba_n_heads": 4, "mamba_d_head": 16, "mamba_n_groups": 1, "mamba_d_ssm": 64},
    "zamba": {
        "num_key_value_heads": 4, "attention_head_dim": 16, "attention_hidden_size": 64, "n_mamba_heads": 2,
        "mamba_dt_rank": 4, "num_hidden_layers": 4, "layers_block_type": ["mamba", "mamba", "hybrid", "hybrid"],
    },
    "zamba2": {
        "num_key_value_heads": 4, "mamba_ngroups": 1, "n_mamba_heads": 4, "num_mem_blocks": 1, "adapter_rank": 4,
        "hybrid_layer_ids": [1], "layers_block_type": ["mamba", "hybrid", "mamba"],
    },
    "mamba2": {"num_heads": 8, "n_groups": 1, "chunk_size": 8},
    "rwkv": {"attention_hidden_size": 32},
    "deepseek_v2": {"num_key_value_heads": 4}, "deepseek_v3": {"num_key_value_heads": 4}, "esmc": {"num_key_value_heads": 4},
    "dots1": {"num_key_value_heads": 4},
    "gptj": {"rotary_dim": 4}, "codegen": {"rotary_dim": 4},
    "gpt_neo": {"attention_types": [[["global", "local", "global"], 1]]},
    "gemma4_text": {"hidden_size_per_layer_input": 8, "vocab_size_per_layer_input": 40, "global_head_dim": 8},
    "canine": {"downsampling_rate": 4}, "longformer": {"attention_window": 8}, "led": {"attention_window": 8},
    "xmod": {"languages": ["en_XX"], "default_language": "en_XX"},
    "fnet": {"num_hidden_layers": 2}, "modernbert": {"local_attention": 8},
    "esm": {
        "vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32, "position_embedding_type": "rotary", "token_dropout": True,
    },
    "reformer": {
        "axial_pos_shape": [8, 8], "axial_pos_embds_dim": [16, 16], "attn_layers": ["local", "local"],
        "local_attn_chunk_length": 4, "feed_forward_size": 48,
    },
    "beit": {"use_absolute_position_embeddings": True}, "data2vec-vision": {"use_absolute_position_embeddings": True},
    "dinov2": {"mlp_ratio": 2}, "dinov2_with_registers": {"mlp_ratio": 2, "num_register_tokens": 3},
    "dinov3_vit": {"num_register_tokens": 2},
    "yolos": {"image_size": [32, 32], "num_detection_tokens": 3, "use_mid_position_embeddings": False},
    "swin": {"patch_size": 4, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4], "window_size": 4},
    "swinv2": {"patch_size": 4, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4], "window_size": 4},
    "convnext": {"patch_size": 4, "hidden_sizes": [16, 32], "depths": [2, 2], "num_stages": 2},
    "convnextv2": {"patch_size": 4, "hidden_sizes": [16, 32], "depths": [2, 2], "num_stages": 2},
    "whisper": {"max_source_positions": 50, "num_mel_bins": 80},
    "speech_to_text": {"conv_channels": 32, "input_feat_per_channel": 80, "max_source_positions": 200},
    "sew": {**WAVE, "squeeze_factor": 1}, "speecht5": {**WAVE, "encoder_layers": 3, "num_mel_bins": 80},
    "audio-spectrogram-transformer": {"patch_size": 16, "max_length": 64, "num_mel_bins": 32},
    **dict.fromkeys(
        ["wav2vec2", "hubert", "wavlm", "unispeech", "unispeech-sat", "data2vec-audio", "wav2vec2-conformer"], WAVE
    ),
}  # fmt: skip


def tiny_config(family: str) -> Any:
    """Return the smallest config of a family: fields of sizes are small, those of its own as they must be."""
    family = family.partition(" ")[0]
    made = CONFIG_MAPPING[family]
    own, aliases = OWN.get(family, {}), getattr(made, "attribute_map", {})
    fields = {*inspect.signature(made).parameters, *(name for name, field in aliases.items() if field not in own)}
    return made(**{**{name: value for name, value in SMALL.items() if name in fields}, **own})


def tiny_model(family: str) -> Any:
    """Return a tiny model of a family whose weights are all drawn: normalisations, biases and scales that do something."""
    torch.manual_seed(0)
    loader: Any = transformers.AutoModelForSpeechSeq2Seq if family.startswith("speecht5") else transformers.AutoModel
    module = loader.from_config(tiny_config(family)).eval().float()
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            around = 1.0 if parameter.ndim == 1 and "norm" in name.lower() and name.endswith("weight") else 0.0
            parameter.copy_(around + 0.2 * torch.randn(parameter.shape, generator=draw))
    return module
