"""A small study of two models, whose texts try to be scripts, and the server of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs

N, LAYERS, K = 240, 4, 10
KINDS = ("animal", "food", "space", "travel")
WORDS = {
    "animal": ["cat", "dog", "fur", "paw"],
    "food": ["bread", "soup", "salt", "cheese"],
    "space": ["sun", "moon", "star", "comet"],
    "travel": ["road", "wheel", "train", "ticket"],
}
SCRIPT = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
FORMULA = "=HYPERLINK(1)"
CODE = np.random.default_rng(0).integers(0, len(KINDS), N)


def points(model: str) -> dict[str, np.ndarray]:
    """Return layers in which the kinds part with depth; in the second model they part less."""
    rng = np.random.default_rng(len(model))
    centres = rng.normal(size=(len(KINDS), 12))
    X = rng.normal(size=(N, 12))
    found = {}
    for layer in range(LAYERS):
        X = X + 0.5 * rng.normal(size=X.shape)
        part = (3.0 if model == "base" else 1.2) * layer / (LAYERS - 1)
        found[f"block{layer}"] = (X + part * centres[CODE]).astype(np.float32)
    return found


def columns() -> dict[str, np.ndarray]:
    """Return what is known of the examples."""
    rng = np.random.default_rng(1)
    texts = [" ".join(["the", *rng.choice(WORDS[KINDS[code]], 4 + i % 5)]) for i, code in enumerate(CODE)]
    texts[3] = f"{texts[3]} {SCRIPT}"
    texts[5] = FORMULA
    return {
        "id": np.array([f"{'=' if i == 5 else ''}e{i}" for i in range(N)]),
        "kind": np.array([KINDS[code] for code in CODE]),
        "mass": rng.normal(size=N),
        "text": np.array(texts),
    }


def make_study(home: Path, name: str = "study", models: tuple[str, ...] = ("base", "tuned")) -> Path:
    """Write arrays, and a study of them that can be read again."""
    from tests.cli.helpers import call, without_drawing

    words: list[str] = []
    for model in models:
        folder = home / f"{name}-{model}"
        folder.mkdir(parents=True)
        for layer, held in points(model).items():
            np.save(folder / f"{layer}.npy", held)
        for column, values in columns().items():
            np.save(folder / f"{column}.npy", values)
        words += ["--arrays", f"{model}={folder}"]
    with without_drawing():
        measures = "overlap_neighbors(k=10), overlap_labels(k=10), sim_cka"
        said = call("run", *words, "--label", "kind", "--measures", measures, "-o", home / name, "-q", "--no-sync")
    assert said.exit_code == 0, said.stderr
    return home / name


def graph(model: str, layer: str, k: int = K) -> rs.NeighborGraph:
    """Return the true graph."""
    return rs.knn_graph(points(model)[layer], k)


@dataclass
class Served:
    """A server that runs as a process of its own."""

    address: str
    process: subprocess.Popen

    @classmethod
    def of(cls, *folders: Path) -> Served:
        """Start the command, and read the address that it prints first."""
        words = [sys.executable, "-m", "repscape", "explore", *map(str, folders), "--no-browser"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return cls(process.stdout.readline().rstrip("\n"), process)

    def end(self) -> tuple[int, str]:
        """End it with Ctrl-C; return its exit code and what it said last."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said

    @property
    def base(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def ask(
        self,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: Any = None,
        method: str | None = None,
        **words: Any,
    ):
        """Return status, headers and content of an answer."""
        address = f"{self.base}{path}?{urllib.parse.urlencode(words)}" if words else f"{self.base}{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=data, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def json(self, path: str, **words: Any) -> Any:
        """Return what an API path answers, with the token."""
        status, _, content = self.ask(path, token=self.token, **words)
        assert status == 200, content
        return json.loads(content)
