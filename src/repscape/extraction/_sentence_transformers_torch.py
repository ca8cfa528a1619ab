"""Models of sentence-transformers by name: the layers of their transformer, and the sentence embedding that they end in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from ..errors import InputError
from ._hf_encode import TextEncoder
from ._hf_model import quiet, wrap_pretrained
from ._library_torch import in_folder, opening, placed
from ._torch_model import ENDING, Model


class Ending(torch.nn.Module):
    """What stands behind the transformer (pooling, a dense layer, a normalisation), as one module with one output."""

    def __init__(self, parts: Any) -> None:
        super().__init__()
        self.parts = torch.nn.ModuleList(parts)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the embedding (rows, d) of texts from their last states."""
        features: Any = {"token_embeddings": states, "attention_mask": mask}
        for part in self.parts:
            features = part(features)
        found: torch.Tensor = features[ENDING]
        return found


def open_sentence_transformer(name: str, *, device: str, dtype: str, tower: str, trusted: bool) -> Model:
    """Open a model of sentence-transformers.

    Its transformer is read as any other; ``site="sentence_embedding"`` is what the library's own `encode` returns of a text.

    Parameters
    ----------
    name : str
        As the library knows it, or a local folder that it wrote.
    device, dtype, tower, trusted
        As of `open_model`; there is one tower.

    Raises
    ------
    InputError
        There is no such model, or it does not begin with a transformer that reads texts.
    MissingExtraError
        The library cannot be imported.
    """
    if tower != "auto":
        raise InputError(f"tower of open_model: a model of sentence-transformers has one. Got {tower!r}.")
    folder = in_folder(name, "sentence-transformers")
    with opening("sentence-transformers", name), quiet():
        import sentence_transformers

        whole = sentence_transformers.SentenceTransformer(
            str(folder or name),
            device="cpu",
            trust_remote_code=trusted,
            model_kwargs={"use_safetensors": True},
        )
    body = getattr(whole[0], "auto_model", None) if len(whole) else None
    tokenizer = getattr(whole, "tokenizer", None)
    if not isinstance(body, torch.nn.Module) or not callable(tokenizer):
        raise InputError(
            f"model of open_model: {name!r} of sentence-transformers must begin with a transformer that reads texts. "
            f"Got {type(whole[0]).__name__ if len(whole) else 'nothing'}."
        )
    body = placed(body, device=device, dtype=dtype)
    model = wrap_pretrained(body, tokenizer, name=f"sentence-transformers:{name}")
    about = {**model.about, "sentence_transformers": sentence_transformers.__version__}
    return _ended(replace(model, about=about), list(whole)[1:], whole.max_seq_length, device=device, dtype=dtype)


def _ended(model: Model, parts: Any, limit: int | None, *, device: str, dtype: str) -> Model:
    """Return a model that ends in the sentence embedding, and takes as many tokens as the library lets it."""
    body: Any = model.module
    body.add_module(ENDING, placed(Ending(parts), device=device, dtype=dtype))
    first = model.run

    def run(**inputs: Any) -> Any:
        out = first(**inputs)
        states = out["last_hidden_state"] if isinstance(out, Mapping) else out.last_hidden_state
        getattr(body, ENDING)(states, inputs["attention_mask"])
        return out

    encode: Any = model.encode
    if isinstance(encode, TextEncoder) and limit is not None:
        known = [bound for bound in (encode.limit, int(limit)) if bound is not None]
        encode = replace(encode, limit=min(known))
    return replace(model, run=run, encode=encode)
