"""The table of a long run, written into docs/faults.md between its marks."""

from __future__ import annotations

import collections
import re
from collections.abc import Sequence
from pathlib import Path

from tests.faults.fuzz import AS_SAID, BAD, REFUSED, SAME, Outcome, every_kind

BEGIN, END = "<!-- fuzz: made by make fuzz -->", "<!-- fuzz: end -->"


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each kind of file, and one for all."""
    shown = (SAME, REFUSED, AS_SAID, *BAD)
    lines = [
        f"| file | mutations | {' | '.join(shown)} | slowest, s | most memory, MiB |",
        "|---" * (len(shown) + 4) + "|",
    ]
    for kind in [*(kind.name for kind in every_kind()), ""]:
        mine = [one for one in outcomes if kind in ("", one.kind) and (not kind or one.kind == kind)]
        if not mine:
            continue
        counted = collections.Counter(one.outcome for one in mine)
        numbers = " | ".join(str(counted[name]) for name in shown)
        seconds, grown = max(one.seconds for one in mine), max(one.grown for one in mine)
        lines.append(f"| {kind or '**all**'} | {len(mine)} | {numbers} | {seconds:.1f} | {grown / 2**20:.0f} |")
    return "\n".join(lines)


def write_table(page: Path, outcomes: Sequence[Outcome]) -> None:
    """Put the table between the marks."""
    held = page.read_text(encoding="utf-8")
    before, mark, rest = held.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(f"{page} has no place for the table: {BEGIN} ... {END}")
    page.write_text(f"{before}{BEGIN}\n\n{table_of(outcomes)}\n\n{END}{after}", encoding="utf-8")


def numbers_on(page: Path) -> dict[str, list[int]]:
    """Return kind -> mutations and outcomes, as the page says."""
    text = page.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = re.findall(r"^\| (.+?) \| (\d.*?) \|$", text, flags=re.MULTILINE)
    return {name.strip("*"): [int(cell) for cell in cells.split(" | ")[:-2]] for name, cells in rows}
