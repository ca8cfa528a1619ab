"""What the README shows runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 200)
    layers = {f"layer{i}": rng.normal(size=(200, 8)) + i * labels[:, None] for i in range(4)}
    np.savez("layers.npz", labels=labels, **layers)


@pytest.mark.usefixtures("arrays")
def test_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    exec(BLOCKS[0], {})
    assert Path("report.html").exists()
    assert Path("ten-lines/results.csv").exists()
    assert "overlap_neighbors" in capsys.readouterr().out


def test_own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd
    from extraction.tiny_models import TEXTS, save_tiny

    monkeypatch.chdir(tmp_path)
    texts = pd.DataFrame({"text": TEXTS * 3, "topic": [0, 1, 0] * len(TEXTS)})
    scope = {"model": str(save_tiny("BERT", tmp_path / "bert")), "texts": texts, "torch": torch}
    exec("import repscape as rs\n" + BLOCKS[1], scope)
    assert {r.info.name for r in scope["results"]} == {"id_twonn", "overlap_labels"}
