"""What the runs of `beyond_chance.py` add up to, as tables of a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta

Runs = Mapping[str, Sequence[Mapping[str, Any]]]


def write_tables(
    done: Runs, page: Path, *, no_null: Sequence[str], shares: Sequence[float], cells: Sequence[tuple[int, int]]
) -> None:
    """Write what there is between the marks of the page."""
    parts = {
        "level": level(done),
        "power": power(done, shares),
        "chance": chance(done, cells, no_null),
        "without": without(done, cells, no_null),
    }
    text = page.read_text(encoding="utf-8")
    for name, rows in parts.items():
        start, stop = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, after = text.split(start)[0], text.split(stop)[1]
        text = f"{before}{start}\n\n" + "\n".join(rows) + f"\n\n{stop}{after}"
    page.write_text(text, encoding="utf-8")


def level(done: Runs) -> list[str]:
    """Return how often the best of unrelated pairs is called beyond chance."""
    rows = [
        "| measure | runs | layers | examples | best pair reads | by chance | beyond chance | 99 % interval | alone |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for key, entries in sorted(done.items()):
        if not key.startswith("level|") or "refused" in entries[0]:
            continue
        hits, runs, some = sum(e["hit"] for e in entries), len(entries), entries[0]
        low, high = interval(hits, runs)
        best, by_chance = (float(np.mean([e[name] for e in entries])) for name in ("best", "by_chance"))
        alone = float(np.mean([e["alone"] for e in entries]))
        rows.append(
            f"| {titled(key)} | {runs:,} | {some['layers']} x {some['layers']} | {some['n']} | {best:.3f} | {by_chance:.3f} | "
            f"{hits / runs:.3f} | {low:.3f} to {high:.3f} | {alone:.2f} |"
        )
    return rows


def power(done: Runs, shares: Sequence[float]) -> list[str]:
    """Return how high the best pair reads, and how often it is beyond chance, the more is shared."""
    rows = [
        f"| measure | {' | '.join(f'{share:g}' for share in shares)} | runs of each |",
        f"|---|{'---|' * (len(shares) + 1)}",
    ]
    titles = sorted({key.split("|")[1] for key in done if key.startswith("power|")})
    for title in titles:
        cells, counts = [], []
        for share in shares:
            entries = [e for e in done.get(f"power|{title}|{share:g}", ()) if "hit" in e]
            counts.append(len(entries))
            raw, found = (
                np.mean([float(e[name]) for e in entries]) if entries else math.nan for name in ("best", "hit")
            )
            cells.append(f"{raw:.2f}, **{found:.2f}**" if entries else "")
        if min(counts):
            rows.append(f"| `{title}` | {' | '.join(cells)} | {min(counts)} to {max(counts)} |")
    return rows


def chance(done: Runs, cells: Sequence[tuple[int, int]], no_null: Sequence[str]) -> list[str]:
    """Return raw and calibrated values of single pairs without a common input."""
    heads = " | ".join(f"n {n:,}, d {d:,}" for n, d in cells)
    rows = [f"| measure | {heads} |", f"|---|{'---|' * len(cells)}"]
    titles = sorted({key.split("|")[1] for key in done if key.startswith("chance|")} - set(no_null))
    for title in titles:
        shown = []
        for n, d in cells:
            entries = done.get(f"chance|{title}|{n}|{d}", ())
            if any("refused" in e for e in entries):
                shown.append("refused")
                continue
            values = [e["value"] for e in entries]
            held = [e["calibrated"] for e in entries if e["calibrated"] is not None]
            if not values:
                shown.append("")
                continue
            read = f"{np.mean(held):.3f}" if held else "no best value"
            shown.append(f"{np.mean(values):.3f} → **{read}** ({len(values)})")
        rows.append(f"| `{title}` | {' | '.join(shown)} |")
    return rows


def without(done: Runs, cells: Sequence[tuple[int, int]], no_null: Sequence[str]) -> list[str]:
    """Return the values of measures without a null in units of their errors."""
    rows = ["| measure | " + " | ".join(f"n {n:,}, d {d:,}" for n, d in cells) + " |", f"|---|{'---|' * len(cells)}"]
    for title in no_null:
        shown = []
        for n, d in cells:
            entries = [e for e in done.get(f"chance|{title}|{n}|{d}", ()) if e.get("stderr")]
            ratios = [e["value"] / e["stderr"] for e in entries]
            shown.append(f"{np.mean(ratios):.2f}, largest {max(ratios):.2f} ({len(ratios)})" if ratios else "")
        rows.append(f"| `{title}` | {' | '.join(shown)} |")
    return rows


def titled(key: str) -> str:
    """Return the measure of a key as it stands in a table."""
    return f"`{key.split('|')[1]}`"


def interval(hits: int, runs: int) -> tuple[float, float]:
    """Return Clopper and Pearson's interval of 99 %."""
    low = 0.0 if hits == 0 else float(beta.ppf(0.005, hits, runs - hits + 1))
    return low, 1.0 if hits == runs else float(beta.ppf(0.995, hits + 1, runs - hits))
