"""The fuzzer in small: every kind of file that is read, harmed a few times. `make fuzz` does it ten thousand times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.faults.fuzz import BAD, SECONDS, SILENT, TRACEBACK, Bench, every_kind
from tests.faults.kinds import Kind, plain
from tests.faults.mutations import FORMS, mutated
from tests.faults.table import numbers_on, sums_in, table_of

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
QUICK, SLOW = 12, 2
KINDS = every_kind()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_harmed_file_gives_the_same_or_is_refused_in_words(kind: Kind, tmp_path: Path) -> None:
    bench = Bench(kind, tmp_path / "files")
    for seed in range(1, 1 + (SLOW if kind.name.startswith("model") else QUICK)):
        found = bench.harmed(seed)
        assert found.outcome not in BAD, (seed, found.way, found.outcome, found.said)
        assert found.seconds < SECONDS
    assert plain(kind.read(tmp_path / "files")) == bench.whole, "what was mended reads as before"


def careless(folder: Path) -> list[int]:
    """A reader that believes whatever it finds."""
    return [int(word) for word in (folder / "x").read_text(encoding="utf-8").split()]


def forgiving(folder: Path) -> bytes:
    return (folder / "x").read_bytes().replace(b"\0", b"")


@pytest.mark.parametrize(("read", "outcome"), [(careless, TRACEBACK), (forgiving, SILENT)])
def test_the_fuzzer_finds_readers_that_are_wrong(read, outcome, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    kind = Kind("toy", lambda folder: (folder / "x").write_text("1 2 3") and None, "x", read)
    bench = Bench(kind, tmp_path / "files")
    found = {bench.harmed(seed).outcome for seed in range(40)}
    assert outcome in found


def test_mutations_change_something_and_are_the_same_again() -> None:
    content = b'[plan]\nmeasures = ["id_mle"]\nk = 3\n'
    for form in FORMS:
        text = b'{"a": 1, "b": [2, "x"]}' if form in ("json", "jsonl") else content
        made = [mutated(text, form, np.random.default_rng(seed)) for seed in range(60)]
        assert all(new != text for new, _ in made)
        assert made == [mutated(text, form, np.random.default_rng(seed)) for seed in range(60)]
        assert len({way for _, way in made}) > 8


def test_the_page_is_of_today() -> None:
    said = numbers_on(PAGE)
    assert set(said) == {kind.name for kind in KINDS} | {"all"}
    total, *outcomes = said["all"]
    assert total >= 10_000
    assert total == sum(outcomes)
    assert sum(outcomes[-len(BAD) :]) == 0


def test_the_table_is_made_of_what_was_printed() -> None:
    log = "csv: {'same': 3, 'refused': 2}, 0.1 s\n  traceback, seed 3, flip\nTraceback: {no}\ntsv: {'refused': 9}, 1.5 s\n"
    sums = sums_in([log, "csv: {'refused': 4}, 0.2 s\n"])
    assert {kind: (dict(one.outcomes), one.seconds) for kind, one in sums.items()} == {
        "csv": ({"refused": 4}, 0.2),
        "tsv": ({"refused": 9}, 1.5),
    }
    assert table_of(sums).endswith("| **all** | 13 | 0 | 13 | 0 | 0 | 0 | 0 | 0 | 0 | 1.5 |")
