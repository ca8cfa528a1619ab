"""Where each well-known model family keeps its parts, by name: a table.

What a model really does is found out by running it (`_structure_torch.py`); names are what there is before it has run, and
they say which family it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Where one architecture keeps its parts; paths are module names, those of a block counted from the block.

    Examples
    --------
    >>> from repscape.extraction import Family
    >>> Family("mine", "stack", norm1="pre", norm2="post", attn="mix", mlp="feed", final_norm="end").blocks
    'stack'
    """

    name: str
    """What people call it."""
    blocks: str
    """The list of blocks."""
    norm1: str | None
    """The normalisation before attention; None where there is none (post-norm blocks)."""
    norm2: str
    """The normalisation that follows attention."""
    attn: str
    """What attention adds to the stream, as it is before the sum."""
    mlp: str
    """What the feed-forward part adds to the stream, as it is before the sum."""
    final_norm: str | None = None
    """The normalisation after the last block; None where the block itself ends with one."""
    absent: tuple[str, ...] = ()
    """Parts that a block of a look-alike has and that would give the others another meaning."""

    def part(self, site: str) -> str | None:
        """Return the path inside a block that a site stands for, or None where the family has none."""
        return {"norm1": self.norm1, "norm2": self.norm2, "attn": self.attn, "mlp": self.mlp}.get(site)


FAMILIES = (
    Family(
        "BERT or RoBERTa", "encoder.layer", None, "attention.output.LayerNorm", "attention.output.dense", "output.dense"
    ),
    Family("DistilBERT", "transformer.layer", None, "sa_layer_norm", "attention", "ffn"),
    Family("GPT-2 or ImageGPT", "h", "ln_1", "ln_2", "attn", "mlp", "ln_f"),
    Family(
        "Llama-like",
        "layers",
        "input_layernorm",
        "post_attention_layernorm",
        "self_attn",
        "mlp",
        "norm",
        absent=("pre_feedforward_layernorm",),  # Gemma 2 normalises what attention returns as well
    ),
    Family("GPT-NeoX", "layers", "input_layernorm", "post_attention_layernorm", "attention", "mlp", "final_layer_norm"),
    Family(
        "ESM",
        "encoder.layer",
        "attention.LayerNorm",
        "LayerNorm",
        "attention.output.dense",
        "output.dense",
        "encoder.emb_layer_norm_after",
    ),
    Family(
        "T5 encoder",
        "encoder.block",
        "layer.0.layer_norm",
        "layer.1.layer_norm",
        "layer.0.SelfAttention",
        "layer.1.DenseReluDense",
        "encoder.final_layer_norm",
    ),
    Family("ViT", "layers", "layernorm_before", "layernorm_after", "attention", "mlp", "layernorm"),
    Family("DINOv2", "encoder.layer", "norm1", "norm2", "layer_scale1", "layer_scale2", "layernorm"),
    Family("plain pre-norm transformer", "blocks", "norm1", "norm2", "attn", "mlp", "norm", absent=("ls1",)),
)
