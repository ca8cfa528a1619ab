"""docs/errors.md tells each kind of refusal of a model with its cure: what the code says stands on the page."""

from __future__ import annotations

import re
from pathlib import Path

from tests.extraction.test_loading import CASES

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
COVERED = {
    "pointer": "pointer",
    "cut off": "cut off",
    "weights are": "no safetensors file",
    "header": "cut off",
    "shard": "shard",
    "no weights": "no weights",
    "no config": "`config.json`",
    "config": "`config.json`",
    "tokenizer": "tokenizer",
    "processor": "processor",
    "future": "newer transformers",
    "numbers that do not fit": "`config.json`",
    "quantisation": "package",
    "code for": "code",
}
"""Part of a case's name -> what the page says of it."""


def models_section() -> str:
    found = re.search(r"^## Models\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert found is not None
    return found[1]


def test_every_model_that_cannot_be_loaded_is_on_the_page() -> None:
    section = models_section()
    for case in CASES:
        said = [words for part, words in COVERED.items() if part in case]
        assert said, case
        assert any(words in section for words in said), case


def test_every_row_of_the_section_names_an_error_or_says_what_is_done() -> None:
    rows = [line for line in models_section().splitlines() if line.startswith("| ") and not line.startswith("| input")]
    assert len(rows) > 20
    assert all(re.search(r"`\w+Error`|runs|allowed|`\w*Warning`", row) for row in rows)
