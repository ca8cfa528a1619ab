"""The journal of a study: one small file for each finished unit, written whole or not at all, known by what it answers.

A file begins with a line that holds its format and a digest of all that follows; the next line says, for whoever only
looks, which questions it answers; then come the answers. Nothing in it is ever changed: a newer answer lies in
another file and counts because it was written later. One process writes; any number may read meanwhile.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import StoreError
from ..machine import write_whole
from ..results import pack_records, unpack_records
from ..store import check_format
from ._keys import digest
from ._unit import Answer, UnitResult

FORMAT = 1
MAGIC = "repscape"
ENDING = ".unit"
ATTRIBUTES = "attributes"


def sealed(content: bytes) -> bytes:
    """Return a file's content with a first line that says its format and a digest of the rest."""
    return f"{MAGIC} {FORMAT} {hashlib.sha256(content).hexdigest()}\n".encode() + content


def unsealed(file: Path) -> bytes:
    """Read what :func:`sealed` made.

    Raises
    ------
    StoreError
        The file is torn or changed, or of a later format.
    """
    try:
        line, _, content = file.read_bytes().partition(b"\n")
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error}") from error
    words = line.decode("ascii", "replace").split(" ")
    if len(words) != 3 or words[0] != MAGIC or not re.fullmatch("[0-9]{1,9}", words[1]):
        raise StoreError(f"{file} is torn: its first line is not whole.")
    check_format(int(words[1]), FORMAT, str(file), known=(FORMAT,))
    if hashlib.sha256(content).hexdigest() != words[2]:
        raise StoreError(f"{file} is damaged: it is not what was written.")
    return content


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an answer lies."""

    file: Path
    status: str
    whole: bool
    """Whether values of single points are kept."""
    order: int
    """Counts the units that were committed."""


@dataclass(slots=True)
class Journal:
    """The units of one study that were finished."""

    folder: Path
    sync: bool = True
    entries: dict[str, Entry] = field(default_factory=dict)
    """By the key of the question."""
    damaged: tuple[str, ...] = ()
    """What could not be read, in words; the rest is whole."""
    _count: int = 0

    @classmethod
    def open(cls, folder: Path, *, sync: bool = True) -> Journal:
        """Look at every file; what is torn is named and left where it is."""
        journal, found, damaged = cls(folder, sync), [], []
        for file in sorted(folder.glob(f"*{ENDING}")):
            try:
                head = json.loads(unsealed(file).partition(b"\n")[0])
                found.append((int(head["order"]), file, head))
            except StoreError as error:
                damaged.append(str(error))
            except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
                damaged.append(f"{file} is damaged: {error}.")
        for order, file, head in sorted(found, key=lambda one: (one[0], one[1].name)):
            journal._enter(file, order, head)
        journal.damaged = tuple(damaged)
        return journal

    def _enter(self, file: Path, order: int, head: Mapping[str, Any]) -> None:
        for key, status, whole in zip(head["keys"], head["status"], head["whole"], strict=True):
            held = self.entries.get(key)
            if held is None or not (held.status == "done" and (status != "done" or (held.whole and not whole))):
                self.entries[key] = Entry(file, status, whole, order)
        self._count = max(self._count, order + 1)

    def has(self, key: str, *, whole: bool = True) -> bool:
        """Whether a question is answered, be it by saying that there is no value; what failed is to be tried again."""
        entry = self.entries.get(key)
        return entry is not None and entry.status != "failed" and (entry.whole or not whole)

    def commit(self, result: UnitResult) -> None:
        """Write what a unit gave, whole or not at all."""
        arrays, held = pack_records(result.records)
        places = iter(range(len(result.records)))
        attributes = {
            **held,
            "kind": result.kind,
            "name": result.name,
            "what": result.what,
            "notes": result.notes,
            "warnings": result.warnings,
            "graph": result.graph,
            "answers": [
                {
                    "key": answer.key,
                    "status": answer.status,
                    "why": answer.why,
                    "whole": answer.whole,
                    "record": None if answer.record is None else next(places),
                }
                for answer in result.answers
            ],
        }
        head = {
            "order": self._count,
            "keys": result.keys,
            "status": [answer.status for answer in result.answers],
            "whole": [answer.whole for answer in result.answers],
        }
        body = io.BytesIO()
        document = np.frombuffer(json.dumps(attributes).encode(), dtype=np.uint8)
        np.savez(body, allow_pickle=False, **{ATTRIBUTES: document}, **arrays)
        file = self.folder / f"{digest(result.keys, self._count)}{ENDING}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, sealed(json.dumps(head).encode() + b"\n" + body.getvalue()), sync=self.sync)
        except OSError as error:
            raise StoreError(f"{file} could not be written: {error}. What was finished before is kept.") from error
        before = [self.entries[key].file for key in result.keys if key in self.entries]
        self._enter(file, self._count, head)
        self._clear(before)

    def read(self, keys: Collection[str]) -> Answers:
        """Return the answers there are, and what was said of their units."""
        files = {self.entries[key].file: None for key in keys if key in self.entries}
        found = Answers()
        for file in files:
            result = read_unit(file)
            for answer in result.answers:
                entry = self.entries.get(answer.key)
                if entry is not None and entry.file == file:
                    found.answers[answer.key] = answer
                    found.units[answer.key] = result
        return found

    def drop(self, keys: Collection[str]) -> None:
        """Take answers out; files that answer nothing else go."""
        gone = [self.entries.pop(key).file for key in keys if key in self.entries]
        self._clear(gone)

    def _clear(self, files: Sequence[Path]) -> None:
        used = {entry.file for entry in self.entries.values()}
        for file in dict.fromkeys(files):
            if file not in used:
                file.unlink(missing_ok=True)

    def state(self, keys: Collection[str]) -> str:
        """Return a name for all that is known of some questions."""
        known = [(key, self.entries[key].status, self.entries[key].order) for key in keys if key in self.entries]
        return digest(sorted(known))


@dataclass(slots=True)
class Answers:
    """What was read from a journal."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """By the key of the question."""
    units: dict[str, UnitResult] = field(default_factory=dict)
    """The unit that gave each."""

    def add(self, results: Iterator[UnitResult] | Sequence[UnitResult]) -> None:
        """Take in what was just computed."""
        for result in results:
            for answer in result.answers:
                self.answers[answer.key] = answer
                self.units[answer.key] = result


def read_unit(file: Path) -> UnitResult:
    """Read one file of a journal."""
    body = unsealed(file).partition(b"\n")[2]
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(member.file_size for member in packed.infolist()) > len(body):
                raise StoreError(f"{file} is damaged: it claims to hold more than its length.")
        with np.load(io.BytesIO(body), allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        about = json.loads(arrays.pop(ATTRIBUTES).tobytes())
        records = unpack_records(arrays, about)
        answers = tuple(
            Answer(
                a["key"], a["status"], None if a["record"] is None else records[a["record"]], a["why"], whole=a["whole"]
            )
            for a in about["answers"]
        )
    except StoreError:
        raise
    except (ValueError, KeyError, TypeError, OSError, EOFError, RecursionError, zipfile.BadZipFile) as error:
        raise StoreError(f"{file} is damaged: {error}") from error
    notes, warnings = tuple(about["notes"]), tuple(about["warnings"])
    return UnitResult(about["kind"], about["name"], about["what"], answers, notes, warnings, about["graph"])
