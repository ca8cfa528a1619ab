"""Opens a tiny random model of every family in tests/extraction/zoo.py and writes the table of docs/models.md.

python -m benchmarks.families_table            # all families, some minutes; the table goes to docs/models.md
python -m benchmarks.families_table mamba t5   # a few, shown only
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import torch
import transformers

from tests.extraction.zoo import BOTH, PICTURES, PROTEIN, SOUND, SPOKEN, TEXT
from tests.extraction.zoo_check import Row, check_family

PAGE = Path(__file__).parents[1] / "docs" / "models.md"
BEGIN, END = "<!-- families: begin -->", "<!-- families: end -->"
GROUPS = {
    "text": TEXT,
    "encoder and decoder": BOTH,
    "protein": PROTEIN,
    "pictures": PICTURES,
    "sound": SOUND,
    "sound, the decoder": SPOKEN,
}
HEAD = (
    "| family | takes | opens | residual = the library's states | sites sum | batch-independent | tokens counted | in words |",
    "|---|---|---|---|---|---|---|---|",
)


def line(row: Row, group: str) -> str:
    """Return a row of the table."""
    marks = [row.opens, row.residual, row.sums, row.alone, row.counted]
    said = "" if row.right else " ".join(row.words.replace("|", "/").split())
    return f"| {row.family} | {group} | {' | '.join('yes' if mark else 'no' for mark in marks)} | {said} |"


def main(wanted: list[str]) -> None:
    """Check families and write the table."""
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    lines, right, count = [*HEAD], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for group, families in GROUPS.items():
            for family in families:
                if wanted and family not in wanted:
                    continue
                try:
                    row = check_family(family, Path(folder) / "alphabet")
                except Exception as error:  # what is no refusal in words is shown, and mended
                    row = Row(family, words=f"{type(error).__name__}: {error}"[:200])
                if family not in SPOKEN:  # counted with its encoder
                    right, count = right + row.right, count + 1
                lines.append(line(row, group))
                print(lines[-1][:400], flush=True)
    said = f"{count} families, {right} of them wholly right (transformers {transformers.__version__})."
    print(said)
    if not wanted:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{said}\n\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
