"""A study on disk: the one place that knows every file name and format in a study folder."""

from __future__ import annotations

import itertools
import json
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from ..errors import RepscapeError, StoreError, StudyMismatchError
from ..machine import UNFINISHED, check_inside, check_on_disk, remove_left, write_whole
from ..measures import Measure
from ..plan import Plan
from ..results import TABLE
from ..store import arrays_of, check_format, has_group, locked, read_arrays, table_of, write_arrays
from ._contents import Contents
from ._journal import Journal, sealed, unsealed
from ._plans import readable, unnamed
from ._schema import check_study, in_toml
from ._there import PLAN_FILE, RESULTS

STORE, STORES = "activations.zarr", "activations"
GRAPHS, EXAMPLES, EXPLORER = "graphs.zarr", "examples.zarr", "explorer.zarr"
FIGURES, REPORT, PROBES, COLUMNS = "figures", "report.html", "probes", "columns"
JOURNAL, CONTENTS, VIEWS = "journal", "contents.json", "views.json"
FORMAT, READ = 2, (1, 2)
BEFORE = {STORE, STORES, "models"}  # may lie there before there is a plan
OWN = (
    PLAN_FILE, STORE, STORES, GRAPHS, RESULTS, EXAMPLES, EXPLORER, FIGURES, REPORT, PROBES, JOURNAL, TABLE, ".lock",
    ".lock.json",
)  # fmt: skip
SHELF = ".shelf-"  # begins the name of a folder in which workers of a run find its arrays
PASSING = (".lock", f".{STORE}", f".{PLAN_FILE}")  # beginnings of what a run that begins, or was stopped, has there


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """A study folder: where everything in it lies."""

    path: Path
    """Where it is."""

    def __post_init__(self) -> None:
        check_on_disk(self.path, "a study folder", "The store of its states may lie there, as the source of run.")

    @property
    def plan_file(self) -> Path:
        """What the study is made of and computes, in words."""
        return self.path / PLAN_FILE

    @property
    def graphs(self) -> Path:
        """Neighbour graphs, by the names of what they were built from."""
        return self.path / GRAPHS

    @property
    def results(self) -> Path:
        """Every number, as :func:`repscape.load_results` reads it."""
        return self.path / RESULTS

    @property
    def examples(self) -> Path:
        """The study's columns, and what the page shows of single examples."""
        return self.path / EXAMPLES

    @property
    def figures(self) -> Path:
        """Figures as files."""
        return self.path / FIGURES

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / REPORT

    @property
    def probes(self) -> Path:
        """Probes that were kept."""
        return self.path / PROBES

    @property
    def explorer(self) -> Path:
        """What the explorer keeps: maps, selections."""
        return self.path / EXPLORER

    @property
    def is_study(self) -> bool:
        """Whether there is a study here."""
        return self.plan_file.is_file()

    def check_inside(self) -> None:
        """Refuse, by a StoreError, entries of ours that lead out of the folder by a link, or are neither files nor folders."""
        check_inside(self.path, [self.path / name for name in OWN])

    # ---- plan and source

    def held(self) -> dict[str, Any]:
        """Return what study.toml says; nothing where there is none.

        Raises
        ------
        StoreError, InputTypeError
            It cannot be read, or a later version wrote it; somebody wrote an entry of another type into it.
        """
        if not self.is_study:
            return {}
        try:
            found = tomllib.loads(self.plan_file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise StoreError(f"{self.plan_file} cannot be read: {error}") from error
        if not found:
            raise StoreError(f"{self.plan_file} says nothing: it was cut short. Take it from a copy.")
        study = found.get("study", {})
        if isinstance(study, Mapping) and "format" in study:
            check_format(study["format"], FORMAT, str(self.path), known=READ)
        check_study(found, str(self.plan_file), unknown=False)
        return found

    @property
    def format(self) -> int:
        """The format of the study here: 1 is what repscape 0.1 wrote."""
        return int(self.held().get("study", {}).get("format", FORMAT))

    def plans(self, own: Sequence[Measure] = ()) -> list[Plan]:
        """Return what the study computes; `own` are measures of somebody's own that it may name."""
        held = self.held()
        entries = [held["plan"], *held.get("also", ())] if "plan" in held else []
        return [plan for plan in (readable(entry, own) for entry in entries) if plan is not None]

    def check_free(self) -> None:
        """Refuse a folder that holds something else than a study, and a study that a later version wrote."""
        if self.held() or not self.path.is_dir():
            return
        names = sorted(entry.name for entry in self.path.iterdir())
        if others := [name for name in names if name not in BEFORE and not name.startswith(PASSING)]:
            raise StudyMismatchError(
                f"{self.path} is not empty and holds no study ({', '.join(others[:5])}). Choose a new folder, or the folder of "
                "a study."
            )

    def write_plans(self, plans: Sequence[Plan], contents: Contents, origin: Mapping[str, Any], *, sync: bool) -> None:
        """Write study.toml; what a later version, or a person, added to it is kept."""
        held = self.held()
        study = {**held.get("study", {}), "format": FORMAT, "data": contents.data, "examples": contents.n}
        first, *more = [plan.to_dict() for plan in plans]
        own = [entry for entry in held.get("plan", {}).get("measures", ()) if unnamed(entry, plans)]
        first["measures"] = [*first["measures"], *(e for e in own if e not in first["measures"])]
        new = {**held, "study": study, **({"source": dict(origin)} if origin else {}), "plan": first}
        if more:
            new["also"] = more
        else:
            new.pop("also", None)
        self.write_toml(new, sync=sync)

    def write_toml(self, held: Mapping[str, Any], *, sync: bool) -> None:
        """Replace study.toml."""
        content = in_toml(held, str(self.plan_file))
        if not self.is_study or self.plan_file.read_bytes() != content:
            with self._writing():
                write_whole(self.plan_file, content, sync=sync)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except RepscapeError:
            raise
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error}. What was there is untouched.") from error

    @contextmanager
    def writing(self, *, wait: bool = False, tell: Callable[[str], None] | None = None) -> Iterator[None]:
        """Hold the folder's lock; a folder that was made for it and stays empty goes again.

        Raises
        ------
        BusyError
            Another process writes here, and `wait` is False.
        StoreError
            The folder cannot be written.
        """
        self.check_free()
        self.check_inside()
        made = not self.path.exists()
        with self._writing():
            self.path.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.path, wait=wait, tell=tell):
                self._clear()
                yield
        finally:
            if made:
                with suppress(OSError):  # it is not empty
                    self.path.rmdir()

    def _clear(self) -> None:
        """Take away files that a run which was stopped left half-written; a page may be drawn meanwhile, without the lock."""
        stores = (self.graphs, self.results, self.examples, self.explorer)
        for left in itertools.chain(
            *(folder.glob(f".*{UNFINISHED}") for folder in (self.path, self.path / JOURNAL, *stores)),
            *(store.glob(f"*/.*{UNFINISHED}") for store in stores),
        ):
            remove_left(left)
        for shelf in self.path.glob(f"{SHELF}*"):
            shutil.rmtree(shelf, ignore_errors=True)

    # ---- what was finished

    def contents(self) -> Contents | None:
        """Return what the study consists of; None where no run of today's format has begun."""
        file = self.path / JOURNAL / CONTENTS
        return Contents.read(file) if file.is_file() else None

    def write_contents(self, contents: Contents, *, sync: bool) -> None:
        """Write down what the study consists of."""
        with self._writing():
            (self.path / JOURNAL).mkdir(exist_ok=True)
        contents.write(self.path / JOURNAL / CONTENTS, sync=sync)

    def journal(self, *, sync: bool = True) -> Journal:
        """Open the journal of finished units."""
        return Journal.open(self.path / JOURNAL, sync=sync)

    # ---- columns

    def columns(self) -> dict[str, Any]:
        """Return the study's own labels and values."""
        if not has_group(self.examples, COLUMNS):
            return {}
        table = table_of(*read_arrays(self.examples, COLUMNS))
        return {str(name): table[name].to_numpy() for name in table.columns}

    def keep_columns(self, columns: Mapping[str, Any], *, sync: bool) -> None:
        """Keep labels and values, beside those that are kept."""
        import pandas as pd  # here, so that opening a folder loads no pandas

        before = self.columns()
        if new := {name: list(values) for name, values in columns.items() if name not in before}:
            arrays, attributes = arrays_of(pd.DataFrame({**before, **new}))
            with self._writing():
                write_arrays(self.examples, COLUMNS, arrays, attributes=attributes, sync=sync)

    # ---- stores

    def store_place(self, name: str, position: int = 0) -> Path:
        """Return where the states of a model lie, or go; 0.1 numbered them."""
        if not name:
            inner = sorted((self.path / STORES).glob("*.zarr"))
            return inner[0] if len(inner) == 1 and not (self.path / STORE).is_dir() else self.path / STORE
        own = self.path / STORES / f"{quote(name, safe=' ()+,=@')}.zarr"
        numbered = self.path / STORES / f"{position}.zarr"
        return numbered if numbered.is_dir() and not own.is_dir() else own

    def stores(self) -> dict[str, Path]:
        """Return name of the model, or of the checkpoint, -> its states; the name is "" where there is one without a name."""
        if (self.path / STORE).is_dir():
            return {"": self.path / STORE}
        found = sorted((self.path / STORES).glob("*.zarr"))
        named = self._named()
        numbered = [path for path in found if path.stem.isdigit() and unquote(path.stem) not in named]
        if numbered and len(numbered) == len(found) == len(named):
            return dict(zip(named, sorted(found, key=lambda path: int(path.stem)), strict=True))
        held = {unquote(path.stem): path for path in found}
        return {name: held[name] for name in [*(n for n in named if n in held), *(n for n in held if n not in named)]}

    def _named(self) -> list[str]:
        """Return the models as study.toml calls them, or its checkpoints."""
        source: Any = {}
        with suppress(RepscapeError):
            source = self.held().get("source", {})
        model = source.get("model", source.get("models", {}))
        return list(source.get("revisions") or (model if isinstance(model, Mapping) else ()))

    # ---- what was drawn

    @property
    def drawing_lock(self) -> Path:
        """Held by whoever draws."""
        return self.path / JOURNAL / ".drawing.lock"

    def drawn(self, what: str) -> str:
        """Return the state of the study that figures, or the page, show; "" where that is not known."""
        file = self.path / JOURNAL / VIEWS
        try:
            return str(json.loads(unsealed(file)).get(what, "")) if file.is_file() else ""
        except (StoreError, ValueError):
            return ""

    def mark_drawn(self, what: str, state: str) -> None:
        """Remember which state of the study was drawn."""
        file = self.path / JOURNAL / VIEWS
        held = {name: found for name in (FIGURES, REPORT) if (found := self.drawn(name))}
        with self._writing():
            write_whole(file, sealed(json.dumps({**held, what: state}).encode()), sync=False)
