"""Every file of a study is cut short, again and again: `python -m tests.faults.truncations FOLDER --count 30`.

`problems()` names it; repair tried, the study holds the values that it held before, or says what a person must do.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import repscape as rs
from repscape.errors import RepscapeError
from repscape.study import repair_study
from tests.faults.forked import Ground

FOLDER = "cut"
BY_HAND = ("study.toml", "activations")
"""Beginnings of what only its maker can give again: the plan of the study, and the states of a model."""


def cut(ground: Ground, name: str, file: str, *, length: int) -> str | None:
    """Cut a file of a copy of a study to a length, repair, and return what was wrong."""
    ground.clear(FOLDER)
    folder = ground.copy(name, FOLDER)
    place = folder / file
    place.write_bytes(place.read_bytes()[:length])
    whole = rs.load_results(ground.home / name)
    try:
        found = rs.open_study(folder).problems()
    except RepscapeError as error:
        return None if file in str(error) else f"{file} cut to {length}: {error}"
    if not found:
        return f"{file} cut to {length}: nothing was noticed"
    left = repair_study(folder)
    if file.startswith(BY_HAND):
        return None if left else f"{file} cut to {length}: said to be mended, which it cannot be"
    if left:
        return f"{file} cut to {length}: left {[str(problem) for problem in left]}"
    if rs.load_results(folder).records != whole.records:
        return f"{file} cut to {length}: other values after repair"
    return None


def files_of(folder: Path) -> list[str]:
    """Return every file of a study that says something."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and file.stat().st_size)


def main() -> None:
    """Cut every file of a study of arrays and of one of a model; print a line of JSON for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=30, help="of every file")
    asked = parser.parse_args()
    ground = Ground(asked.folder, drawing=True)
    for name in ("arrays", "texts"):
        files = files_of(ground.home / name)
        for top in dict.fromkeys(file.partition("/")[0] for file in files):
            own = [file for file in files if file.partition("/")[0] == top]
            draw, wrong, cuts = random.Random(top), [], 0
            for file in own:
                size = (ground.home / name / file).stat().st_size
                for length in sorted({0, size - 1, *(draw.randrange(size) for _ in range(asked.count - 2))}):
                    said = cut(ground, name, file, length=length)
                    wrong += [said] if said else []
                    cuts += 1
            {"study": name, "of": top, "files": len(own), "cuts": cuts, "wrong": len(wrong), "said": wrong[:3]}


if __name__ == "__main__":
    main()
