"""What is wrong with a study folder: everything in it read, and each thing that is damaged named with what mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RepscapeError
from ..machine import UNFINISHED
from ..measures.probes import ABOUT, load_probe
from ..results import TABLE, load_results, read_csv
from ..store import look_at_groups, open_store, read_arrays, remove_group
from ._contents import Contents
from ._folder import CONTENTS, JOURNAL, VIEWS, StudyFolder
from ._journal import ENDING, Journal, read_unit, unsealed

ENDS = {".png": b"IEND\xaeB`\x82", ".svg": b"</svg>", ".pdf": b"%%EOF", ".html": b"</html>"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a study folder that is not as it should be."""

    what: str
    """What is damaged, missing or left over."""
    remedy: str
    """What mends it."""
    mend: Callable[[], None] | None = None
    """Takes away what cannot be used, so that the next run makes it anew; None where that is not ours to do."""

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


def problems_of(home: StudyFolder) -> tuple[Problem, ...]:
    """Read everything in a folder."""
    parts = (_of_plan, _of_journal, _of_graphs, _of_stores, _of_examples, _of_explorer, _of_results, _of_drawn)
    return tuple(problem for part in parts for problem in part(home))


def _of_plan(home: StudyFolder) -> Iterator[Problem]:
    try:
        home.plans()
    except RepscapeError as error:
        yield Problem(str(error), "Mend it by hand, or take it from a copy.")
    else:
        yield from _of_words(home)
    file = home.path / JOURNAL / CONTENTS
    try:
        home.contents()
    except RepscapeError as error:
        yield Problem(str(error), "The next run makes it anew from the plan.", lambda: file.unlink(missing_ok=True))
    for left in [*home.path.glob(f".*{UNFINISHED}"), *(home.path / JOURNAL).glob(f".*{UNFINISHED}")]:
        yield Problem(
            f"{left} was left by a run that was stopped.", "It can go.", partial(left.unlink, missing_ok=True)
        )


def _of_words(home: StudyFolder) -> Iterator[Problem]:
    """A study.toml that was cut short may still be one, of another study: what was run last is known."""
    contents = _contents(home)
    if contents is None:
        return
    held, asked = home.held(), [contents.about.get("plan"), *contents.about.get("also", ())]
    if [_said(plan) for plan in (held.get("plan"), *held.get("also", ()))] != [_said(plan) for plan in asked]:
        yield Problem(
            f"{home.plan_file} does not ask for what was run last: it was cut short, or somebody changed it.",
            "repscape run goes on with what it says; if that is not meant, take it from a copy.",
        )


def _said(plan: Mapping[str, Any] | None) -> str:
    """Return what a plan says, in whatever order; TOML has no None, and what is left out is as usual."""
    entries = {name: entry for name, entry in (plan or {}).items() if entry is not None}
    measures = sorted(json.dumps(entry, sort_keys=True, default=str) for entry in entries.pop("measures", ()))
    return json.dumps([measures, entries], sort_keys=True, default=str)


def _of_journal(home: StudyFolder) -> Iterator[Problem]:
    for file in sorted((home.path / JOURNAL).glob(f"*{ENDING}")):
        try:
            read_unit(file)
        except RepscapeError as error:
            mend = partial(file.unlink, missing_ok=True)
            yield Problem(str(error), "The next run computes that unit again.", mend)


def _of_graphs(home: StudyFolder) -> Iterator[Problem]:
    again = "The next run builds it again."
    journal = home.journal()
    contents = _contents(home)
    found = journal.read([] if contents is None else list(contents.graphs.values()))
    users = {
        name: key for key, unit in found.units.items() for name in ((unit.graph or {}).get("names") or {}).values()
    }
    try:
        names, torn = look_at_groups(home.graphs)
    except RepscapeError as error:
        yield Problem(str(error), again, partial(_forget, home.graphs, journal, list(users.values())))
        return
    for folder, why in torn.items():  # which graph it was, its users say below
        yield Problem(str(why), again, partial(shutil.rmtree, folder))
    for name in names:
        try:
            read_arrays(home.graphs, name)
        except RepscapeError as error:
            yield Problem(str(error), again, _dropper(home, journal, name, users.get(name)))
    for name in users.keys() - set(names):
        mend = _dropper(home, journal, name, users[name])
        yield Problem(f"the graph {name!r} of {home.graphs} is gone.", again, mend)


def _forget(folder: Path, journal: Journal, keys: Sequence[str]) -> None:
    journal.drop(keys)
    shutil.rmtree(folder)


def _dropper(home: StudyFolder, journal: Journal, name: str, key: str | None) -> Callable[[], None]:
    def drop() -> None:
        if key is not None:
            journal.drop([key])
        remove_group(home.graphs, name)

    return drop


def _of_stores(home: StudyFolder) -> Iterator[Problem]:
    again = "The same repscape run command extracts it again, once the damaged store is deleted."
    for path in home.stores().values():
        try:
            store = open_store(path)
            for key in store:
                for start in range(0, store[key].shape[0], store.slab_rows):
                    np.asarray(store[key][start : start + store.slab_rows])
            _ = store.examples, store.provenance
        except RepscapeError as error:
            yield Problem(str(error), again)
            continue
        if not store.complete:
            yield Problem(
                f"{path} holds {store.rows} of {store.total_rows} rows: its extraction was stopped.",
                "The same repscape run command goes on from there.",
            )


def _of_results(home: StudyFolder) -> Iterator[Problem]:
    contents = _contents(home)
    if contents is not None:
        journal = home.journal()
        left = [cell for cell in contents.cells if not journal.has(cell.key, whole=False)]
        if left:
            yield Problem(
                f"{len(left)} of {len(contents.cells)} values are not computed yet, or failed.", "repscape run goes on."
            )
    if not home.results.is_dir():
        yield Problem(f"there is no {home.results}.", "The next run writes it from what is finished.")
        return
    again = "The next run writes it again from the journal."
    try:
        results = load_results(home.path)
    except RepscapeError as error:
        yield Problem(
            str(error), again, lambda: shutil.rmtree(home.results)
        )  # nothing is there but what the journal says
        return
    table = home.path / TABLE
    if not _is_table(table, len(results.to_frame())):
        mend = partial(remove_group, home.results, "records")  # both are written together
        yield Problem(f"{table} is not whole: it is not the table of {home.results}.", again, mend)


def _is_table(file: Path, rows: int) -> bool:
    """Whether the table of results has its rows and its end; which columns there are, versions may differ in."""
    try:
        return file.read_bytes().endswith(b"\n") and len(read_csv(file)) == rows
    except (OSError, ValueError):  # ValueError: what pandas says of an empty or broken table
        return False


def _of_examples(home: StudyFolder) -> Iterator[Problem]:
    """What a study keeps of its examples: its own columns, and what the page shows, which is laid out again."""
    yield from _of_groups(home.examples, "The next run takes it from where the study came from.")


def _of_explorer(home: StudyFolder) -> Iterator[Problem]:
    yield from _of_groups(home.explorer, "The explorer lays a map out again; a selection must be made anew.")


def _of_groups(store: Path, again: str) -> Iterator[Problem]:
    try:
        names, torn = look_at_groups(store)
    except RepscapeError as error:
        yield Problem(str(error), again, partial(shutil.rmtree, store))
        return
    for folder, why in torn.items():
        yield Problem(str(why), again, partial(shutil.rmtree, folder))
    for name in names:
        try:
            read_arrays(store, name)
        except RepscapeError as error:
            yield Problem(str(error), again, partial(remove_group, store, name))


def _of_drawn(home: StudyFolder) -> Iterator[Problem]:
    """Figures, the page and kept probes: what is cut short lacks its end."""
    again = "The next repscape run or report draws it again."
    figures = sorted(home.figures.iterdir()) if home.figures.is_dir() else []
    for file in (*figures, *([home.report] if home.report.is_file() else ())):
        if not _is_ended(file):
            yield Problem(f"{file} is cut short.", again, partial(file.unlink, missing_ok=True))
    views = home.path / JOURNAL / VIEWS
    try:
        if views.is_file():
            unsealed(views)
    except RepscapeError as error:
        yield Problem(str(error), again, partial(views.unlink, missing_ok=True))
    for about in sorted(home.probes.rglob(ABOUT)) if home.probes.is_dir() else ():
        try:
            load_probe(about.parent)
        except RepscapeError as error:
            mend = partial(shutil.rmtree, about.parent)
            yield Problem(str(error), "It is fitted again when it is asked for.", mend)


def _is_ended(file: Path) -> bool:
    """Whether a file that was drawn has the end of its kind; of other kinds nothing is known."""
    end = ENDS.get(file.suffix)
    if end is None:
        return True
    with file.open("rb") as held:
        held.seek(-min(64, file.stat().st_size), 2)
        return held.read().rstrip(b"\r\n").endswith(end)


def _contents(home: StudyFolder) -> Contents | None:
    try:
        return home.contents()
    except RepscapeError:
        return None
