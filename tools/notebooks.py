"""Run every notebook of docs/notebooks from an empty kernel, and keep what came out for the documentation site.

    .venv/bin/python tools/notebooks.py docs/executed

Models come by their names from the environment (REPSCAPE_MODEL, REPSCAPE_PROTEIN_MODEL, REPSCAPE_CAUSAL_MODEL); where one is
not set a small one with random weights stands in, so that the site can be built without a network connection.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import transformers
from nbclient import NotebookClient
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

NOTEBOOKS = Path(__file__).parents[1] / "docs" / "notebooks"
SENTENCES = ["the cat crossed the river and forgot a promise", "bread, soup and cheese; the moon, a comet, a letter"]


def causal(folder: Path) -> Path:
    """Save a GPT-2 with random weights and a tokenizer of bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(SENTENCES, trainers.BpeTrainer(vocab_size=400, initial_alphabet=letters))
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>")
    size = {"n_embd": 64, "n_layer": 4, "n_head": 4, "n_positions": 128, "vocab_size": len(fast)}
    size |= {"bos_token_id": fast.eos_token_id, "eos_token_id": fast.eos_token_id}
    transformers.GPT2LMHeadModel(transformers.GPT2Config(**size)).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def masked(folder: Path) -> Path:
    """Save a BERT with random weights and the tokenizer of the other."""
    fast = transformers.AutoTokenizer.from_pretrained(causal(folder))
    size = {"hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 128}
    transformers.BertModel(transformers.BertConfig(vocab_size=len(fast), **size)).save_pretrained(folder)
    return folder


def protein(folder: Path) -> Path:
    """Save an ESM-2 with random weights."""
    folder.mkdir()
    words = ["<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    size = {"hidden_size": 48, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 96}
    marks = {"pad_token_id": 1, "mask_token_id": words.index("<mask>"), "position_embedding_type": "rotary"}
    config = transformers.EsmConfig(vocab_size=len(words), **size, **marks, token_dropout=True)
    transformers.EsmModel(config).save_pretrained(folder)
    transformers.EsmTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


STAND_INS = {"REPSCAPE_MODEL": masked, "REPSCAPE_PROTEIN_MODEL": protein, "REPSCAPE_CAUSAL_MODEL": causal}


def main() -> None:
    """Run them all; an error in a cell ends it."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:] or [file.stem for file in sorted(NOTEBOOKS.glob("*.ipynb"))]
    with tempfile.TemporaryDirectory() as home:
        for name, save in STAND_INS.items():
            os.environ.setdefault(name, str(save(Path(home) / name)))
        for name in wanted:
            place = Path(home) / f"run-{name}"
            place.mkdir()
            notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
            began = time.perf_counter()
            NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(place)}}).execute()
            nbformat.write(notebook, out / f"{name}.ipynb")
            print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
