"""Folders of models, as people save and copy them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.faults.kinds import Kind
from tests.faults.samples import TEXTS
from tests.faults.templates import template


def _tiny(name: str, **options: Any) -> Callable[[Path], None]:
    def saved(folder: Path) -> None:
        import torch
        import transformers

        from tests.extraction.tiny_models import save_tiny

        torch.set_num_threads(1)
        save_tiny(name, folder)
        if options:
            transformers.AutoModel.from_pretrained(folder).save_pretrained(folder, **options)
            (folder / "model.safetensors").unlink(missing_ok=True)

    return template(saved, name + "".join(options))


def states_of(folder: Path) -> Any:
    from repscape.extraction import iterate, open_model
    from tests.extraction.tiny_models import make_examples

    model = open_model(str(folder))
    images = (folder / "preprocessor_config.json").is_file()
    inputs: Any = np.random.default_rng(0).integers(0, 255, (3, 32, 32, 3)).astype(np.uint8) if images else TEXTS
    slabs = iterate(model, make_examples("image" if images else "text", inputs), layers="all")
    return [{layer.key: state for layer, state in slab.states.items()} for slab in slabs]


def _json_of(name: str) -> Callable[[Path], Any]:
    return lambda folder: json.loads((folder / name).read_text(encoding="utf-8"))


def _tensors(folder: Path) -> Any:
    from safetensors.numpy import load_file

    return {name: values for file in sorted(folder.glob("*.safetensors")) for name, values in load_file(file).items()}


def _tokens(folder: Path) -> Any:
    """The tokenizer as its own library reads it: what it does with the texts."""
    return _json_of("tokenizer.json")(folder)


def residues_of(folder: Path) -> Any:
    from repscape.extraction import iterate, open_model
    from tests.extraction.tiny_models import PROTEINS, make_examples

    slabs = iterate(open_model(str(folder)), make_examples("protein", PROTEINS), layers="all")
    return [{layer.key: state for layer, state in slab.states.items()} for slab in slabs]


def _vocabulary(folder: Path) -> Any:
    return (folder / "vocab.txt").read_bytes()


def dry(folder: Path) -> list[object]:
    file = folder.parent / f"{folder.name}-texts.csv"
    pd.DataFrame({"text": TEXTS}).to_csv(file, index=False)
    return ["extract", "--model", folder, "--data", file, "--dry-run", "-o", folder.parent / f"{folder.name}-out.zarr"]


BERT, SHARDS, VIT, ESM = _tiny("BERT"), _tiny("BERT", max_shard_size="20KB"), _tiny("ViT"), _tiny("ESM")
KINDS = (
    Kind(
        "model: config.json", BERT, "config.json", states_of, "json", _json_of("config.json"), same=False, command=dry
    ),
    Kind("model: tokenizer.json", BERT, "tokenizer.json", states_of, "json", _tokens, same=False, command=dry),
    Kind(
        "model: tokenizer_config.json",
        BERT,
        "tokenizer_config.json",
        states_of,
        "json",
        _json_of("tokenizer_config.json"),
        same=False,
        command=dry,
    ),
    Kind("model: model.safetensors", BERT, "model.safetensors", states_of, "bytes", _tensors, same=False, command=dry),
    Kind(
        "model: index of shards",
        SHARDS,
        "model.safetensors.index.json",
        states_of,
        "json",
        _json_of("model.safetensors.index.json"),
        same=False,
        command=dry,
    ),
    Kind("model: a shard", SHARDS, "model-0*.safetensors", states_of, "bytes", _tensors, same=False, command=dry),
    Kind(
        "model: preprocessor_config.json",
        VIT,
        "preprocessor_config.json",
        states_of,
        "json",
        _json_of("preprocessor_config.json"),
        same=False,
    ),
    Kind("model: vocab.txt", ESM, "vocab.txt", residues_of, "text", _vocabulary, same=False),
)
