"""What a folder must hold to be a model, looked at before anything is loaded: each fault in one sentence.

Only names, sizes and headers are read here, so that a folder that cannot work is refused before weights, and before data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import InputError

POINTER = b"version https://git-lfs"
POINTER_BYTES = 1024
CONFIG, ADAPTER, INDEX = "config.json", "adapter_config.json", "model.safetensors.index.json"
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
TOKENIZERS = (
    "tokenizer*",
    "vocab*",
    "*.model",
    "*.tiktoken",
    "merges.txt",
    "spiece*",
    "sentencepiece*",
    "*tokenizer.py",
)
PROCESSORS = ("preprocessor_config.json", "processor_config.json", "image_processor*")


def is_adapter(folder: Path) -> bool:
    """Say whether a folder holds an adapter (LoRA and its kin) without the model that it belongs to."""
    return (folder / ADAPTER).is_file() and not any(_weights(folder))


def check_model_folder(folder: Path, *, allow_pickle: bool) -> None:
    """Refuse a folder without a readable config and whole weights.

    Raises
    ------
    InputError
        Something is missing, is a pointer file of git-lfs, or is cut off.
    """
    _no_pointers(folder)
    read_config(folder)
    tensors = list(_weights(folder))
    for file in tensors:
        _whole(file)
    pickled = any(file for pattern in PICKLED for file in folder.glob(pattern))
    if not tensors and not pickled:
        raise InputError(
            f"model of extract: {str(folder)!r} has a config and no weights. The folder must be one that save_pretrained "
            "wrote: config.json, model.safetensors, and the tokenizer."
        )
    if not tensors and not allow_pickle:
        raise InputError(
            f"model of extract: {str(folder)!r} cannot be loaded. Its weights are not safetensors; allow_pickle=True reads "
            "the pickled ones."
        )


def check_tokenizer_files(folder: Path, *, images: bool, audio: bool = False) -> None:
    """Refuse a folder without a tokenizer, or without an image processor or a feature extractor."""
    patterns: tuple[str, ...] = TOKENIZERS
    what, writer = "a tokenizer (tokenizer.json, or a vocabulary)", "AutoTokenizer"
    if images:
        patterns, what, writer = PROCESSORS, "an image processor (preprocessor_config.json)", "AutoImageProcessor"
    elif audio:
        patterns, what, writer = PROCESSORS, "a feature extractor (preprocessor_config.json)", "AutoFeatureExtractor"
    if not any(file for pattern in patterns for file in folder.glob(pattern)):
        raise InputError(
            f"model of extract: {str(folder)!r} has no {what.partition(' ')[2]}. Save it beside the model: "
            f"{writer}.from_pretrained(ORIGINAL).save_pretrained({str(folder)!r})."
        )


def check_no_kernels(config: Any, source: str) -> None:
    """Refuse a config that names attention code to be fetched: what a file says never runs code."""
    for name, value in config.items():
        if "attn_implementation" in name and "/" in str(value):
            raise InputError(
                f"model of extract: {source!r} asks in its config for code from {value!r}, which runs only with "
                "trust_remote_code=True."
            )
        if isinstance(value, dict):
            check_no_kernels(value, source)


def read_config(folder: Path, name: str = CONFIG) -> dict[str, Any]:
    """Return a config as it lies in a folder; refuse one that is none of the transformers library."""
    file = folder / name
    if not file.is_file():
        raise InputError(
            f"model of extract: {str(folder)!r} has no {name}. The folder must be one that save_pretrained wrote: "
            "config.json, model.safetensors, and the tokenizer."
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"model of extract: {str(file)!r} cannot be read: {error}.") from error
    if not isinstance(found, dict) or (name == CONFIG and not {"model_type", "auto_map"} & found.keys()):
        raise InputError(
            f"model of extract: {str(file)!r} is no config of the transformers library: it has no model_type. Give the folder "
            "of a transformers model, or open the network in a function of your own: module:function."
        )
    return found


def _weights(folder: Path) -> Iterator[Path]:
    """Yield the safetensors files of a model; all that its index names must be there."""
    index = folder / INDEX
    if not index.is_file():
        yield from (file for file in sorted(folder.glob("*.safetensors")) if not file.name.startswith("adapter"))
        return
    shards = sorted(set(read_config(folder, INDEX).get("weight_map", {}).values()))
    for name in shards:
        if not (folder / str(name)).is_file():
            raise InputError(
                f"model of extract: {str(folder)!r} lacks {name}, one of the {len(shards)} files of its weights that "
                f"{INDEX} names. Fetch it again."
            )
        yield folder / str(name)


def _no_pointers(folder: Path) -> None:
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.stat().st_size <= POINTER_BYTES and file.read_bytes().startswith(POINTER):
            raise InputError(
                f"model of extract: {file.name} in {str(folder)!r} is a pointer file of git-lfs, not the content it stands "
                "for. Fetch it there with: git lfs pull."
            )


def _whole(file: Path) -> None:
    """Refuse a safetensors file that is not one, or is shorter than its header says."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = opened.read(length) if 2 <= length <= size - 8 else b""
    try:
        entries = json.loads(header)
        ends = [entry["data_offsets"][1] for name, entry in entries.items() if name != "__metadata__"]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError(
            f"model of extract: {str(file)!r} is no safetensors file, or its beginning is damaged. Fetch it again."
        ) from error
    if not ends:
        raise InputError(f"model of extract: {str(file)!r} holds no weights.")
    if (whole := 8 + length + max(ends)) > size:
        raise InputError(
            f"model of extract: {str(file)!r} is cut off: it has {size:,} bytes and should have {whole:,}. Fetch it again."
        )
