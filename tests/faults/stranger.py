"""A study folder as a stranger could send it: a whole one, then every trick of his, one by one."""

from __future__ import annotations

import hashlib
import json
import pickle
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from tests.faults.canary import CANARY

MODULE = "import pathlib\npathlib.Path(__file__).with_name('sung').touch()\n\ndef build():\n    raise SystemExit\n"
HOSTILE = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(2)>", "\x1b]0;owned\x07\x1b[2J", "=cmd|' /C calc'!A0",
    "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "javascript:alert(3)", "${alert(4)}", "'; --", "\u202ecod.exe",
)  # fmt: skip
"""Texts that a page, a terminal or a spreadsheet would obey."""


class Bomb:
    """Unpickling it imports the stranger's module."""

    def __reduce__(self) -> Any:
        """Say what unpickling calls."""
        return __import__, (CANARY,)


def settle(folder: Path) -> None:
    """Put the stranger's code beside the study, and inside it."""
    (folder / f"{CANARY}.py").write_text(MODULE)
    (folder.parent / f"{CANARY}.py").write_text(MODULE)


def rewrite_plan(folder: Path, **source: Any) -> None:
    """Change entries of [source] in study.toml; None takes one away."""
    held = tomllib.loads((folder / "study.toml").read_text())
    merged = {**held.get("source", {}), **source}
    held["source"] = {name: value for name, value in merged.items() if value is not None}
    (folder / "study.toml").write_text(tomli_w.dumps(held))


def rewrite_probes(folder: Path, name: str) -> int:
    """Let every kept probe say that its model is `name`, with a digest that fits; return how many there are."""
    files = list((folder / "probes").rglob("probe.json"))
    for file in files:
        held = json.loads(file.read_text())
        held.pop("sha256")
        held["about"]["model"]["name"] = held["model"] = name
        weights = (file.parent / "weights.safetensors").read_bytes()
        held["sha256"] = hashlib.sha256(json.dumps(held, sort_keys=True).encode() + b"\n" + weights).hexdigest()
        file.write_text(json.dumps(held))
    return len(files)


def pickles(folder: Path) -> dict[str, Path]:
    """Write pickles under the names of files that hold numbers, columns and word vectors."""
    body = pickle.dumps(Bomb())
    objects = np.array([Bomb(), Bomb(), Bomb()], dtype=object)
    found = {name: folder / f"bomb.{name}" for name in ("npy", "npz", "kv", "model", "pkl", "csv", "json", "parquet")}
    np.save(found["npy"], objects, allow_pickle=True)
    np.savez(found["npz"], allow_pickle=True, layer0=objects)
    for name in ("kv", "model", "pkl", "csv", "json", "parquet"):
        found[name].write_bytes(body)
    return found
