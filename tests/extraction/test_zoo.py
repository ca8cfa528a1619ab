"""Families of the transformers library: tiny random models of 21 of them, and the table that stands in docs/models.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extraction.zoo import BOTH, PICTURES, PROTEIN, SOUND, SPOKEN, TEXT
from tests.extraction.zoo_check import check_family

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def _words(text: str) -> list[str]:
    return text.split()


SOME = _words(
    """
    albert deepseek_v3 gemma3_text gpt_oss jamba mamba modernbert olmoe phi rwkv xlnet t5 bart switch_transformers esmc
    dinov3_vit vit_mae swin whisper wav2vec2 roberta-prelayernorm
    """
)


@pytest.mark.parametrize("family", SOME)
def test_a_family_is_wholly_right(family: str, tmp_path: Path) -> None:
    row = check_family(family, tmp_path / "alphabet")
    assert row.right, row


def test_what_a_family_lacks_is_said_in_words(tmp_path: Path) -> None:
    row = check_family("xmod", tmp_path)
    assert row.opens
    assert "mlp" not in row.sites
    assert "its blocks add attention.output.dense and output.dense and output.adapter_modules.en_XX" in row.words
    canine = check_family("canine", tmp_path)
    assert not canine.opens
    assert "must have a position for each token" in canine.words


def test_the_table_has_a_row_for_every_family_and_a_word_for_every_no() -> None:
    table = (
        PAGE.read_text(encoding="utf-8").partition("<!-- families: begin -->")[2].partition("<!-- families: end -->")[0]
    )
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")][
        1:
    ]
    assert [row[0] for row in rows] == [*TEXT, *BOTH, *PROTEIN, *PICTURES, *SOUND, *SPOKEN]
    assert len(rows) >= 120
    right = [row for row in rows if row[2:7] == ["yes"] * 5]
    assert len(right) >= 100
    assert all(row[7] for row in rows if row not in right)
