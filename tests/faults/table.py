"""The table of a long run, written into docs/faults.md between its marks.

`python -m tests.faults.table docs/faults.md LOG...` writes it from what one or several runs printed, such as one that was
stopped and one that went on with the other kinds.
"""

from __future__ import annotations

import ast
import collections
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.fuzz import AS_SAID, BAD, REFUSED, SAME, Outcome, every_kind

BEGIN, END = "<!-- fuzz: made by make fuzz -->", "<!-- fuzz: end -->"
SHOWN = (SAME, REFUSED, AS_SAID, *BAD)
LINE = re.compile(r"^(\S.*?): (\{.*\}), ([\d.]+) s$", flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sum:
    """What became of the files of one kind."""

    outcomes: Mapping[str, int]
    seconds: float
    """The slowest."""


def sums_of(outcomes: Sequence[Outcome]) -> dict[str, Sum]:
    """Count outcomes by kind."""
    found: dict[str, list[Outcome]] = {}
    for one in outcomes:
        found.setdefault(one.kind, []).append(one)
    return {
        kind: Sum(collections.Counter(one.outcome for one in mine), max(one.seconds for one in mine))
        for kind, mine in found.items()
    }


def sums_in(logs: Iterable[str]) -> dict[str, Sum]:
    """Read what runs printed; of a kind that several hold the last counts."""
    lines = [line for log in logs for line in LINE.findall(log)]
    return {kind: Sum(ast.literal_eval(counted), float(seconds)) for kind, counted, seconds in lines}


def table_of(sums: Mapping[str, Sum]) -> str:
    """Return a line for each kind of file, and one for all."""
    lines = [f"| file | mutations | {' | '.join(SHOWN)} | slowest, s |", "|---" * (len(SHOWN) + 3) + "|"]
    whole: collections.Counter[str] = collections.Counter()
    for kind in every_kind():
        if kind.name in sums:
            one = sums[kind.name]
            whole.update(one.outcomes)
            lines.append(_line(kind.name, one.outcomes, one.seconds))
    return "\n".join([*lines, _line("**all**", whole, max(one.seconds for one in sums.values()))])


def _line(name: str, outcomes: Mapping[str, int], seconds: float) -> str:
    numbers = " | ".join(str(outcomes.get(outcome, 0)) for outcome in SHOWN)
    return f"| {name} | {sum(outcomes.values())} | {numbers} | {seconds:.1f} |"


def write_table(page: Path, sums: Mapping[str, Sum]) -> None:
    """Put the table between the marks."""
    held = page.read_text(encoding="utf-8")
    before, mark, rest = held.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(f"{page} has no place for the table: {BEGIN} ... {END}")
    page.write_text(f"{before}{BEGIN}\n\n{table_of(sums)}\n\n{END}{after}", encoding="utf-8")


def numbers_on(page: Path) -> dict[str, list[int]]:
    """Return kind -> mutations and outcomes, as the page says."""
    text = page.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = re.findall(r"^\| (.+?) \| (\d.*?) \|$", text, flags=re.MULTILINE)
    return {name.strip("*"): [int(cell) for cell in cells.split(" | ")[:-1]] for name, cells in rows}


if __name__ == "__main__":
    page, *logs = map(Path, sys.argv[1:])
    write_table(page, sums_in(log.read_text(encoding="utf-8", errors="replace") for log in logs))
