"""What `--dry-run` says a study will take, beside what it took: `python benchmarks/forecasts.py FOLDER`.

Five studies, each run once in a process of its own as a command: few points, many points, texts through a model of the size of
MiniLM, two models compared, checkpoints of one. Peak memory is that of the whole process; time is that of its processors, which
busy neighbours change less than the clock. Prints a table for docs/cli.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

WORDS = [f"word{place}" for place in range(400)]
Command = list[str]


def points(file: Path, *, n: int, d: int, layers: int, seed: int = 0) -> str:
    """Write layers of clouds that become flatter, and labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 10
    held = rng.normal(size=(n, d)).astype(np.float32) + 2 * rng.normal(size=(10, d)).astype(np.float32)[labels]
    scale = np.linspace(0, 3, d, dtype=np.float32)
    arrays = {f"layer{place:02d}": held * np.exp(-place * scale) for place in range(layers)}
    np.savez(file, **arrays, label=labels)
    return str(file)


def texts(file: Path, n: int) -> str:
    """Write texts of 10 to 100 words in two classes."""
    rng = np.random.default_rng(0)
    said = [" ".join(rng.choice(WORDS, rng.integers(10, 100))) for _ in range(n)]
    pd.DataFrame({"text": said, "label": np.arange(n) % 2}).to_csv(file, index=False)
    return str(file)


def model(folder: Path, *, width: int, layers: int, rng: int = 0) -> str:
    """Write a BERT with random weights: what it costs does not depend on what it has learned."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {word: place for place, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(rng)
    config = transformers.BertConfig(
        vocab_size=30_522,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=4 * width,
    )
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]")
    fast.save_pretrained(folder)
    return str(folder)


def studies(home: Path) -> dict[str, Command]:
    """Lay out the data; return name -> the words of the command."""
    data = ["--data", texts(home / "texts.csv", 500), "--text", "text", "--label", "label"]
    small = model(home / "mini", width=384, layers=6)
    other = model(home / "other", width=192, layers=3, rng=1)
    first = points(home / "few.npz", n=500, d=32, layers=4)
    many = points(home / "many.npz", n=20_000, d=256, layers=4)
    steps = [points(home / f"step{step}.npz", n=2000, d=64, layers=3, seed=step) for step in (0, 100, 1000)]
    return {
        "arrays, 500 x 32, 4 layers": ["--arrays", first, "--label", "label"],
        "arrays, 20,000 x 256, 4 layers": ["--arrays", many, "--label", "label"],
        "500 texts, a BERT of 6 layers of 384": ["--model", small, *data],
        "the same beside a smaller model": ["--model", f"a={small}", "--model", f"b={other}", *data, "--measures",
                                            "id_twonn, overlap_neighbors, sim_cka, probe_linear"],
        "three models, 2,000 x 64, 3 layers each": [
            word for place, path in enumerate(steps) for word in ("--arrays", f"m{place}={path}")
        ] + ["--label", "label", "--measures", "id_gride, overlap_labels, sim_cka"],
    }  # fmt: skip


def forecast(words: Command, out: Path) -> dict[str, Any]:
    """Return what the dry run says."""
    done = subprocess.run(
        [sys.executable, "-m", "repscape", "run", *words, "-o", str(out), "--dry-run", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


LAUNCH = """
import os, sys
pid = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ,
                     file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, code, used = os.wait4(pid, 0)
print(code, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
"""
"""A small process that begins the study: what is measured of a child counts what its parent held as it began."""


def measured(words: Command, out: Path) -> dict[str, float]:
    """Run the study; return what it took."""
    command = [sys.executable, "-S", "-c", LAUNCH, "-m", "repscape", "run", *words, "-q", "-o", str(out)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    code, memory, seconds = said.stdout.split()
    if int(code):
        raise SystemExit(f"the study ended with {code}: {said.stderr}")
    disk = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return {"memory": float(memory), "disk": disk, "processor_seconds": float(seconds)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    home = parser.parse_args().folder
    home.mkdir(parents=True, exist_ok=True)
    print(
        "| study | peak memory: said, taken | on disk: said, taken | processor time: said, taken |\n|---|---|---|---|"
    )
    for place, (name, words) in enumerate(studies(home).items()):
        said = forecast(words, home / f"study{place}")
        took = measured(words, home / f"study{place}")
        pairs = [
            (said[key] / scale, took[key] / scale)
            for key, scale in (("memory", 1e6), ("disk", 1e6), ("processor_seconds", 1))
        ]
        units = ("MB", "MB", "s")
        cells = [f"{one:.3g}, {other:.3g} {unit}" for (one, other), unit in zip(pairs, units, strict=True)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
