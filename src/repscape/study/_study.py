"""A study that lies in a folder, opened: what it holds, what is wrong with it, and what more may be asked of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _check
from .._types import Markup, brief
from ..errors import InputError, InputTypeError, StoreError, StudyMismatchError
from ..examples import GivenColumns
from ..graph import NeighborGraph
from ..plan import Plan
from ..results import Results, card_of, load_results
from ..store import Store, open_store
from ._contents import Contents
from ._execute import Means
from ._folder import StudyFolder
from ._graphs import GraphNames, kept_graphs
from ._journal import Journal
from ._problems import Problem, problems_of
from ._run import results_of, run_into, told
from ._schedule import scheduler_of
from ._settle import Order, settled
from ._sources import own_source
from ._there import NO_STUDY
from ._units import place_name
from .reading import Source, read_source, read_study

if TYPE_CHECKING:
    import pandas as pd

    from .._types import Progress


@dataclass(frozen=True, eq=False)
class Study:
    """A study folder; made by :func:`open_study`. Reading it needs neither the model nor the data it was made of."""

    folder: StudyFolder
    """Where everything lies."""

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    @property
    def results(self) -> Results:
        """Everything that is finished, be the study whole or not; `failed` names what is not."""
        contents = self._contents
        if contents is None:
            return load_results(self.path)
        return results_of(self.folder, contents, self._journal)

    @property
    def plan(self) -> Plan:
        """What it computes; of several plans (other parts of the examples, other preprocessing) the first."""
        plans = self.folder.plans()
        if not plans:
            raise InputError(f"{self.folder.plan_file} has no plan that can be read.")
        return plans[0]

    @property
    def store(self) -> Store | Mapping[str, Store] | None:
        """The states that were extracted: of several models by name; None where the study is one of arrays."""
        stores = {name: open_store(path) for name, path in self.folder.stores().items()}
        return stores.get("") or stores or None

    @property
    def examples(self) -> pd.DataFrame:
        """A row for each example: its id, labels, and all else that is known of it."""
        import pandas as pd  # here, so that opening a study loads no pandas

        stores = self.store
        first = next(iter(stores.values())) if isinstance(stores, Mapping) and not isinstance(stores, Store) else stores
        table = first.examples if isinstance(first, Store) else pd.DataFrame()
        own = {name: list(values) for name, values in self.folder.columns().items()}
        return table.assign(**own) if len(table.columns) else pd.DataFrame(own)

    def graph(self, layer: str, *, model: str = "", step: float | None = None) -> NeighborGraph:
        """Return the neighbour graph of a layer, as deep as it was built.

        Parameters
        ----------
        layer : str
            Its key, as in the results.
        model : str, optional
            Of several models, which.
        step : float, optional
            Of several checkpoints, which.

        Raises
        ------
        UnknownNameError
            There is no such layer, or no graph of it.
        StoreError
            The graph is damaged.
        """
        graphs = self.graph_names()
        wanted = [name for name in graphs if _is(name, layer, model, step, self._contents)]
        if len(wanted) != 1:
            _check.choice(layer, "layer", "Study.graph", [n for n in graphs if " [" not in n])
        found = kept_graphs(self.folder.graphs, graphs[wanted[0] if wanted else layer])
        held = found.full if found.full is not None else found.distinct
        if held is None:
            raise StoreError(f"{self.path} holds no graph of {layer!r}.")
        return held

    def graph_names(self) -> dict[str, GraphNames]:
        """Return unit -> what its graphs are called."""
        contents = self._contents
        if contents is None:
            from ._legacy import old_graphs

            return old_graphs(self.folder)
        units = self._journal.read(list(contents.graphs.values())).units
        held = {name: units[key].graph for name, key in contents.graphs.items() if key in units}
        return {name: GraphNames.of(about["names"]) for name, about in held.items() if about is not None}

    def run(
        self,
        plan: Plan | None = None,
        *,
        columns: Mapping[str, Any] | None = None,
        threads: int | None = None,
        progress: bool | Progress | None = None,
        scheduler: Any = None,
        device: str = "auto",
        fail_fast: bool = False,
        wait: bool = False,
        sync: bool = True,
    ) -> Results:
        """Compute what is missing, and what a plan asks beyond what the study has; return all results.

        Parameters
        ----------
        plan : Plan, optional
            Further measures, other options, labels or values. The study's own labels and columns stay.
        columns : mapping of str to (n,) array, optional
            Further labels and values.
        threads, progress, scheduler, device, fail_fast, wait, sync
            As of :func:`repscape.run`.

        Raises
        ------
        InputError
            The points cannot be read again: they were in memory, or their files are gone. Results, figures and page still open.
        """
        if plan is not None and not isinstance(plan, Plan):
            raise InputTypeError(f"plan of Study.run must be a Plan. Got {type(plan).__name__}.")
        where = scheduler_of(scheduler)
        means = Means.of(threads, None, scheduler=where, device=device, fail_fast=fail_fast, sync=sync)
        with self.folder.writing(wait=wait):
            own, given = self._columns(), GivenColumns.of(columns)
            read = GivenColumns((*own.only(set(own) - set(given)).tables, *given.tables))
            found = read_source(own_source(self.folder), read)
            results = run_into(self.folder, Order(found, plan, {}, set(given)), means, progress=progress)
        self._forget()
        return told(results)

    def source(self) -> Source:
        """Read again what the study was made of."""
        return read_source(own_source(self.folder), self._columns())

    def check_source(self, source: Source) -> None:
        """Refuse data that have changed since the study was made of them.

        Raises
        ------
        StudyMismatchError
            Something else is there now; the message names what.
        """
        try:
            settled(self.folder, Order(source, None))
        except StudyMismatchError as error:
            raise StudyMismatchError(
                f"the data of {self.path} have changed since the study was made: {error}"
            ) from error

    def _columns(self) -> GivenColumns:
        kept = self.folder.columns()
        return GivenColumns.of(kept) if kept else read_study(self.path).read_columns()

    def report(self, path: str | Path | None = None, **options: Any) -> Path:
        """Write the page, and return where: by default `report.html` in the folder.

        Parameters
        ----------
        path : path, optional
            Where to.
        **options
            As of :func:`repscape.write_report`, such as `title` and `maps`.
        """
        from ..report import write_report  # house: door

        return write_report(self.results, self.folder.report if path is None else path, study=self.path, **options)

    def explore(self, **options: Any) -> Any:
        """Open the explorer, in a notebook as a widget, else in the browser; options of :func:`repscape.explore.explore`."""
        from ..explore import explore  # house: door

        return explore(self.path, **options)

    def problems(self) -> tuple[Problem, ...]:
        """Read everything, and say what is damaged, missing or left over, and what mends it."""
        return problems_of(self.folder)

    @cached_property
    def _contents(self) -> Contents | None:
        try:
            return self.folder.contents()
        except StoreError:
            if self.folder.results.is_dir():
                return None  # the last results are whole; problems() names what is not
            raise

    @cached_property
    def _journal(self) -> Journal:
        return self.folder.journal()

    def _forget(self) -> None:
        """Read anew after a run."""
        for name in ("_contents", "_journal"):
            self.__dict__.pop(name, None)

    def __repr__(self) -> str:
        contents = self._contents
        said = "" if contents is None else f", {len(contents.places)} layers of {contents.n} examples"
        return f"Study({brief(str(self.path))}{said})"

    def _repr_html_(self) -> Markup:
        """Return what a notebook shows: where it lies, its profiles, what may be concluded, and what failed."""
        results = self.results
        said = [one.text for one in results.conclusions()]
        wrong = [*results.warnings, *(str(failure) for failure in results.failed)]
        return card_of(results.records, title="Study", facts={"folder": self.path}, sentences=said, warnings=wrong)


def results_in(folder: str | os.PathLike[str]) -> Results:
    """Return all results of a study folder, be it whole or not; or those that :meth:`Results.save` wrote."""
    home = StudyFolder(Path(folder))
    return open_study(folder).results if home.is_study else load_results(home.path)


def _is(  # house: reads as one sentence
    name: str, layer: str, model: str, step: float | None, contents: Contents | None
) -> bool:
    """Whether a unit is of this layer; of the model and checkpoint, where they are named."""
    if contents is None:
        return name in (layer, f"{model} {layer}")
    wanted = (place for place in contents.places if place_name(place) == name and place.layer.key == layer)
    return any(model in ("", place.model) and step in (None, place.step) for place in wanted)


def open_study(folder: str | os.PathLike[str]) -> Study:
    """Open a study folder.

    Parameters
    ----------
    folder : path
        What `repscape run`, or :func:`repscape.run` with `folder=`, wrote; it may have been moved or stopped since.

    Returns
    -------
    Study
        With `results`, `store`, `examples`, `plan`, `graph(layer)`, `run(plan)`, `report(path)`, `explore()` and `problems()`.

    Raises
    ------
    InputError
        There is no study.
    StoreError
        A later version of repscape wrote it.

    Examples
    --------
    >>> import numpy as np, repscape as rs, tempfile
    >>> X = np.random.default_rng(0).normal(size=(300, 6))
    >>> folder = tempfile.mkdtemp() + "/study"
    >>> first = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]), folder=folder)
    >>> study = rs.open_study(folder)
    >>> [record.place.layer.key for record in study.results], study.graph("a").k
    (['a', 'b'], 64)
    """
    if not (home := StudyFolder(Path(folder))).is_study:
        raise InputError(NO_STUDY.format(folder))
    home.check_inside()
    home.held()
    return Study(home)
