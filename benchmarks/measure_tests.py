"""The table of docs/which_measure.md, from what the recipe measure-tests left in a folder.

repscape recipe measure-tests -o tests && python benchmarks/measure_tests.py tests --page docs/which_measure.md
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

START, STOP = "<!-- tests: begin -->", "<!-- tests: end -->"


def table(folder: Path) -> str:
    """Return the rows of the page."""
    frame = pd.read_csv(folder / "tests.csv")
    tests = [name for name in frame.columns if f"{name}, error" in frame.columns]
    rows = [f"| measure | {' | '.join(tests)} | mean rank |", f"|---|{'---|' * (len(tests) + 1)}"]
    for _, row in frame.iterrows():
        cells = [f"{row[test]:.2f} ± {row[f'{test}, error']:.2f}" for test in tests]
        rows.append(f"| `{row['measure']}` | {' | '.join(cells)} | {row['mean rank']:.1f} |")
    return "\n".join(rows)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", type=Path, required=True)
    arguments = parser.parse_args()
    text = arguments.page.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(STOP)[1]
    arguments.page.write_text(f"{before}{START}\n\n{table(arguments.folder)}\n\n{STOP}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
