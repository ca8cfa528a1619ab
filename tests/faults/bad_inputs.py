"""Bad inputs as a table: what is given, how it is called, which error comes, with which exit code, and what cures it.

The rows stand in bad_inputs.txt; `python -m tests.faults.bad_inputs` writes them into docs/errors.md. `--fill` puts the
error that comes now into rows that name none yet: for whoever adds rows, to be read before it is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from typer.testing import CliRunner

import repscape as rs
from repscape.cli import app
from repscape.errors import RepscapeError
from repscape.examples import read_examples
from repscape.study import import_arrays, read_study
from tests.faults import arrays, written

DATA = Path(__file__).with_suffix(".txt")
PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
BEGIN, END = "<!-- rows: made by python -m tests.faults.bad_inputs -->", "<!-- rows: end -->"
SIGN, USAGE = " | ", "usage"
COMMAND = "repscape "


@dataclass(frozen=True, slots=True)
class Row:
    """One bad input."""

    section: str
    given: str
    call: str
    error: str
    """Name of the error; "usage" where the command line itself is wrong."""
    code: int
    """Exit code: of a command that meets this input."""
    cure: str


def rows() -> list[Row]:
    """Read the table."""
    found, section = [], ""
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line:
            given, call, error, code, cure = line.split(SIGN)
            found.append(Row(section, given, call, error, int(code), cure))
    return found


# ---- what calls are made of

X = np.random.default_rng(0).normal(size=(60, 4))
LABELS = np.arange(60) % 3


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def spoiled(array: np.ndarray, value: float) -> np.ndarray:
    new = np.array(array, float)
    new.flat[7] = value
    return new


def npy(array: np.ndarray) -> bytes:
    return arrays.written(lambda stream: np.save(stream, array))


def npz(nothing: Any = 0, **held: Any) -> bytes:
    given = {} if nothing is None else held or {"a": X, "b": X[:, :2]}
    return arrays.written(lambda stream: np.savez(stream, **given))


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def folder(name: str, **files: str) -> str:
    Path(name).mkdir()
    for file, content in files.items():
        Path(name, file).write_text(content)
    return name


def pictures(**files: bytes) -> str:
    for name, content in files.items():
        file = Path("pictures", f"{name}.png")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return "pictures"


def harmed(where: Path, harm: str, lose: str) -> str:
    """Turn a bit in the middle of the last file whose path holds a word, or lose that file."""
    for word, change in ((harm, True), (lose, False)):
        if word:
            file = [file for file in sorted(where.rglob("*")) if file.is_file() and word in str(file)][-1]
            content = file.read_bytes()
            file.write_bytes(flipped(content, len(content) // 2)) if change else file.unlink()
    return str(where)


def study(*, toml: str = "", harm: str = "") -> str:
    written.study(Path("study"))
    if toml:
        write("study/study.toml", toml)
    return harmed(Path("study"), harm, "")


def store(*, harm: str = "", lose: str = "") -> str:
    written.store(Path("taken"))
    return harmed(Path("taken", "activations.zarr"), harm, lose)


def probe(*, harm: str) -> str:
    written.probe(Path("probe"))
    return harmed(Path("probe"), harm, "")


def neighbours(indices: np.ndarray) -> str:
    Path("files").mkdir()
    np.save("files/layer1_indices.npy", indices)
    return "files"


def opened(toml: str) -> Any:
    return read_study(write("s.toml", toml)).opened(Path("out"))


def names() -> dict[str, Any]:
    """What an expression may name."""
    return {
        **{one.__name__: one for one in (write, spoiled, npy, npz, flipped, folder, pictures, study, store, probe)},
        **{one.__name__: one for one in (neighbours, opened, import_arrays, read_examples, read_study)},
        **{"rs": rs, "np": np, "pd": pd, "Path": Path, "X": X, "labels": LABELS, "values": X[:, 0]},
        "g": rs.knn_graph(X, 20),
        "gzipped": lambda text: gzip.compress(text.encode()),
        "png": lambda: arrays.picture("PNG"),
        "table": lambda: pd.DataFrame({"id": ["a", "b"], "text": ["x", "y"]}),
    }


@contextlib.contextmanager
def in_a_folder(row: Row) -> Iterator[None]:
    """Be where the files lie that calls name."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="repscape-rows-") as place:
        os.chdir(place)
        try:
            np.savez("layers.npz", layer0=X, layer1=X[:, :2], kind=LABELS)
            if row.call.startswith(COMMAND):
                np.save("short.npy", X[:9])
                pd.DataFrame({"text": ["a b", "c d"] * 9, "kind": [0, 1] * 9}).to_csv("texts.csv", index=False)
                if " study" in row.call:
                    written.study(Path("study"))
            yield
        finally:
            os.chdir(before)


def outcome(row: Row, known: dict[str, Any]) -> tuple[str, int, str]:
    """Make the call; return (name of the error, exit code, what was said)."""
    with in_a_folder(row):
        if row.call.startswith(COMMAND):
            return _commanded(shlex.split(row.call)[1:])
        try:
            eval(row.call, dict(known))  # rows of our own
        except RepscapeError as error:
            return type(error).__name__, 1, str(error)
        return "", 0, ""


def _commanded(words: list[str]) -> tuple[str, int, str]:
    caught: list[BaseException | None] = []

    def note(said: str) -> None:
        caught.append(sys.exception())

    with mock.patch("repscape.cli._app.complain", note):
        result = CliRunner(env={"COLUMNS": None}).invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    error = caught[0] if caught else None
    kind = USAGE if result.exit_code == 2 else "" if error is None else type(error).__name__
    return kind, result.exit_code, str(error) if error else result.output


# ---- the page


def section_of() -> str:
    """Return the part of docs/errors.md that is made of the rows."""
    lines: list[str] = []
    table = rows()
    for section in dict.fromkeys(row.section for row in table):
        lines += ["", f"### {section}", "", "| input | called so | error | exit code | cure |", "|---|---|---|---|---|"]
        for row in (row for row in table if row.section == section):
            call = row.call.replace("|", "\\|")
            error = row.error if row.error == USAGE else f"`{row.error}`"
            lines.append(f"| {row.given} | `{call}` | {error} | {row.code} | {row.cure} |")
    return "\n".join([*lines, ""])


def page() -> str:
    """Return docs/errors.md as it should be."""
    held = PAGE.read_text(encoding="utf-8")
    before, _, rest = held.partition(BEGIN)
    return f"{before}{BEGIN}\n{section_of()}\n{END}{rest.partition(END)[2]}"


def fill(tell: Callable[[str], object]) -> None:
    """Put what comes now into rows without an error."""
    known, new = names(), []
    for line in DATA.read_text(encoding="utf-8").splitlines():
        parts = line.split(SIGN)
        if len(parts) == 3:
            row = Row("", parts[0], parts[1], "", 0, parts[2])
            try:
                kind, code, said = outcome(row, known)
            except Exception as error:
                kind, code, said = f"TRACEBACK {type(error).__name__}", -1, str(error)
            row = replace(row, error=kind, code=code)
            tell(f"{row.given}: {kind} {code}\n    {said[:300]}\n")
            line = SIGN.join([row.given, row.call, row.error, str(row.code), row.cure])
        new.append(line)
    DATA.write_text("\n".join(new) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", action="store_true")
    if parser.parse_args().fill:
        fill(sys.stdout.write)
    PAGE.write_text(page(), encoding="utf-8")
