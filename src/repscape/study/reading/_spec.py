"""What a study reads and computes, in the words of a study.toml or of a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..._types import Examples, Progress
from ...errors import InputError
from ...examples import BUILTIN, ColumnTable, Form, GivenColumns, Reading, named_path
from ...plan import Plan
from .._defaults import LABEL
from .._folder import StudyFolder
from ._collected import Shaped
from ._forecast import StudyForecast, expected_source, study_forecast
from ._models import ModelSource, steps_of
from ._paths import absolute, absolute_named
from ._plan_columns import plan_columns
from ._source import read_source

TOKENS = ("example", "position", "token", "loss")  # what pool="token" adds
TOLD = ("id_column", "separator", "encoding")  # how tables are read


@dataclass(frozen=True, slots=True)
class StudySpec:
    """The files a study reads, and the entries of its plan.

    Examples
    --------
    >>> spec = StudySpec.of(["small=a.npz", "large=b.npz:layer3"], plan={"measures": [{"name": "id_twonn"}]})
    >>> sorted(spec.source), spec.load()[0].items[0].variant
    (['large', 'small'], 'id_twonn')
    """

    arrays: Mapping[str, str]
    """Model name -> path of its layers; the name is "" where there is one model without a name."""
    columns: tuple[str, ...] = ()
    """Files of labels and values, as "PATH", "PATH:column" or "NAME=PATH:column"."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """Entries of the plan that were given, as in :meth:`Plan.to_dict`."""
    models: ModelSource | None = None
    """Instead of arrays: models, and the data that go through them."""
    reading: Reading = field(default_factory=Reading)
    """How the files of columns are read, where they do not say themselves."""
    form: Form = field(default_factory=Form)
    """What is said of the axes of arrays."""
    also: tuple[Mapping[str, Any], ...] = ()
    """Further plans of a study that was asked for other parts of the examples, or other preprocessing."""
    home: Path | None = None
    """The study folder that it was read from; its states are not extracted again."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Columns that the study folder keeps; they stay those of the study, whatever their files hold now."""
    more: tuple[str, ...] = ()
    """Files of columns that are new to the study."""

    @classmethod
    def of(
        cls,
        arrays: Sequence[str],
        columns: Sequence[str] = (),
        *,
        plan: Mapping[str, Any] | None = None,
        id_column: str | None = None,
        form: Form | None = None,
    ) -> StudySpec:
        """Take arrays written as "PATH[:key]" or "NAME=PATH[:key]"; several without a name are named after their files."""
        named: dict[str, str] = {}
        for entry in arrays:
            name, path = named_path(entry)
            if not path:
                raise InputError(f"arrays must be paths of layers, or NAME=PATH. Got {entry!r}.")
            if not name and len(arrays) > 1:
                name = Path(path).stem
            if name in named:
                raise InputError(
                    f"arrays must be of different names. Got {name!r} twice: give NAME={path} another name."
                )
            named[name] = path
        return cls(named, tuple(columns), dict(plan or {}), reading=Reading(id_column), form=form or Form())

    def with_given(self, *, columns: Sequence[str] = (), plan: Mapping[str, Any] | None = None) -> StudySpec:
        """Return the study with files of columns added and some entries of its plan replaced."""
        return replace(self, more=(*self.more, *columns), plan={**self.plan, **(plan or {})})

    def with_reading(self, **told: Any) -> StudySpec:
        """Return the study with `id_column`, `separator` or `encoding` of its text files told."""
        models = None if self.models is None else replace(self.models, options={**self.models.options, **told})
        return replace(self, models=models, reading=replace(self.reading, **told))

    def with_form(self, form: Form) -> StudySpec:
        """Return the study with what is said of the axes of its arrays, where something is."""
        if not form.told:
            return self
        if self.models is not None:
            raise InputError(
                "axes, pool and mask are told of arrays; the states of this study's model are pooled already."
            )
        return replace(self, form=form)

    def trusting(self, **granted: bool) -> StudySpec:
        """Return the study with what the user grants in this very call, whatever its file asks for."""
        models = None if self.models is None else self.models.trusting(**granted)
        reading = replace(self.reading, allow_pickle=self.reading.allow_pickle or granted.get("allow_pickle", False))
        return replace(self, models=models, reading=reading)

    def opened(
        self, folder: Path, *, progress: bool | Progress | None = None, scheduler: Any = None, sync: bool = True
    ) -> Any:
        """Return what :func:`repscape.run` takes as its source; a study of models extracts them into its folder first."""
        if self.models is None:
            return self.source
        return self.models.extract(
            folder,
            columns=lambda: self._of_files((*self.columns, *self.more)),
            progress=progress,
            states=self.home,
            scheduler=scheduler,
            sync=sync,
        )

    @property
    def source(self) -> Any:
        """What :func:`repscape.run` takes as its source."""
        paths = self.arrays[""] if tuple(self.arrays) == ("",) else dict(self.arrays)
        return Shaped(paths, self.form) if self.form.told else paths

    def examples(self) -> Examples:
        """Read the examples of a study of models; its files of columns help to choose them."""
        if self.models is None:
            raise InputError("a study of arrays has no examples to read: its layers are there already.")
        return self.models.examples(self._of_files((*self.columns, *self.more)))

    def forecast(self, folder: Path) -> StudyForecast:
        """Say what every stage will take; nothing is computed but a sample of a model's states, and nothing is written."""
        plan, columns = self.load()
        if self.models is None:
            return study_forecast(read_source(self.source, columns), plan)
        home = None if self.home is None else StudyFolder(self.home)
        if home is not None and self.models.is_extracted(home):
            return study_forecast(read_source(self.models.extracted(home), columns), plan)
        given = self._of_files((*self.columns, *self.more))
        chosen = self.models.choose(given)
        held = {str(name): chosen.table[name].to_numpy() for name in chosen.table.columns}
        extraction = self.models.forecast(folder, columns=given)
        made = BUILTIN.get(chosen.source.kind, ())
        return study_forecast(
            expected_source(extraction, held, made=made, steps=steps_of(self.models.revisions)), plan, extraction
        )

    def load(self) -> tuple[Plan | None, GivenColumns]:
        """Return the plan (None where nothing was asked) and the columns that lie in files of their own.

        A single column that the plan has no other use for is the label. Of a table's columns those that the plan reads are
        returned, since a table may have gaps in columns that nobody reads. For a study of models they are joined to its
        examples here, and checked, before a model is opened.

        Raises
        ------
        InputError
            If two files hold a column of the same name, or there are several columns and the plan reads none; if columns do not
            fit the examples of a model.
        UnknownNameError
            If the plan reads a column that a model's examples do not have.
        """
        found = self.read_columns()
        plan = dict(self.plan)
        named = any(plan.get(entry) not in (None, [], ()) for entry in ("labels", "values", "groups", "by"))
        entries = [entry for entry in plan.get("measures", ()) if isinstance(entry, Mapping)]
        told = [str(entry[name]) for entry in entries for name in ("groups", "within", "exclude") if name in entry]
        named = named or any(name in found for name in told)
        if found and not named and LABEL not in found:
            if len(found) > 1 and not told:
                raise InputError(f"the plan must say which column holds the labels: {', '.join(found)}.")
            if len(found) == 1:
                plan["labels"] = list(found)
        settled = Plan.from_dict(plan) if plan else None
        if self.models is not None:
            found = self._joined(self.models, settled)
        read = found.only(found if settled is None else settled.columns)
        return settled, read or found

    def read_columns(self) -> GivenColumns:
        """Return every column that the study keeps, or that lies in files."""
        files = self._of_files((*(() if self.kept else self.columns), *self.more))
        return (
            GivenColumns((ColumnTable("the study", dict(self.kept), None, None), *files.tables)) if self.kept else files
        )

    def _of_files(self, entries: Sequence[str]) -> GivenColumns:
        reading = self.reading
        if self.models is not None:
            told = {name: self.models.options.get(name) for name in TOLD}
            trusted = reading.allow_pickle or bool(self.models.options.get("allow_pickle"))
            reading = Reading(**told, allow_pickle=trusted)
        return GivenColumns.of(list(entries), reading)

    def _joined(self, models: ModelSource, plan: Plan | None) -> GivenColumns:
        """Return the columns for the chosen examples of a study of models, by their ids; what it keeps fits already."""
        kept = (ColumnTable("the study", dict(self.kept), None, None),) if self.kept else ()
        given = self._of_files((*(() if self.kept else self.columns), *self.more))
        if self.home is not None and not given:  # a study that has all it needs may have lost its data
            return GivenColumns(kept)
        chosen = models.choose(self._of_files((*self.columns, *self.more)))
        table = chosen.table
        if plan is not None:
            made = (*BUILTIN.get(chosen.source.kind, ()), *(TOKENS if models.options.get("pool") == "token" else ()))
            own = {str(name): table[name].to_numpy() for name in table.columns if name not in self.kept}
            plan_columns(plan, own, n=len(table), also=(*made, *self.kept))
        held = {name: table[name].to_numpy() for name in given}
        joined = (ColumnTable("columns", held, table["id"].to_numpy(), "id"),) if held else ()
        return GivenColumns((*kept, *joined))

    def origin(self) -> dict[str, Any]:
        """Return the [source] table of a study.toml, with absolute paths."""
        columns = [absolute_named(entry) for entry in (*self.columns, *self.more)]
        more: dict[str, Any] = {"columns": columns} if columns else {}
        if self.models is not None:
            return {**self.models.origin(), **more}
        told = {name: getattr(self.reading, name) for name in TOLD}
        more |= {name: value for name, value in told.items() if value is not None}
        arrays = {name: absolute(path) for name, path in self.arrays.items()}
        return {"arrays": arrays.get("", arrays), **self.form.entries(), **more}
