"""The door to a study: read the source, settle the plan, compute what is missing, keep what is finished."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import _check
from .._types import Progress
from ..errors import (
    DegenerateDataError,
    InputTypeError,
    RepscapeWarning,
    StoreError,
    StudyInterrupted,
    StudyMismatchError,
)
from ..plan import Plan
from ..results import Results, load_results
from ._contents import Contents, Spot, spot_of
from ._defaults import fitted
from ._execute import Execution, Means, raise_cause
from ._expand import Everything, expanded
from ._folder import FORMAT, StudyFolder
from ._gather import gathered
from ._journal import Answers, Journal
from ._keys import column_of, contents_of
from ._legacy import adopt, check_data
from ._plans import at_home, fitting, together
from ._progress import bar
from ._provenance import provenance
from ._schedule import scheduler_of
from ._trial import check_options
from ._units import place_name
from .reading import Source, chosen_layers, read_source, with_builtin


def run(
    source: Any,
    plan: Plan | None = None,
    *,
    columns: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    origin: Mapping[str, Any] | None = None,
    threads: int | None = None,
    memory: int | None = None,
    progress: bool | Progress | None = None,
    scheduler: Any = None,
    fail_fast: bool = False,
    wait: bool = False,
    sync: bool = True,
) -> Results:
    """Run a plan over every layer of one or several models.

    Parameters
    ----------
    source : store, path, dict or Trajectory
        A dict of layers {name: (n, d) array or NeighborGraph}, shallow to deep; a store; the path of a store, of a .npy or
        .npz file, or of a folder of arrays or of published neighbour files; a dict {model name: any of these}; or a
        :class:`Trajectory` of checkpoints. All representations are of the same n examples, row by row.
    plan : Plan, optional
        What to compute. None: what the folder's study computes; without one dimension, neighbourhood overlap, and label overlap
        where there is a column "label".
    columns : mapping of str to (n,) array, optional
        Labels and values of the examples; they replace columns of the same name that the source brings.
    folder : path, optional
        A study folder: every finished unit is kept there. A folder that holds a study of the same data grows: only what is
        missing is computed, earlier results stay, and all are returned.
    origin : mapping, optional
        What the folder's study.toml says of where the source came from.
    threads : int, optional
        Threads in all; by default the cores this process may use, bounded by OMP_NUM_THREADS and its like.
    memory : int, optional
        Bytes that the layers worked on at one time may take; by default half of what is free.
    progress : bool or callable, optional
        True draws a bar on standard error; a callable is called as progress(done, total, what).
    scheduler : str, optional
        Where units run: None on threads of this process, "processes:N" in N others. What comes out is the same.
    fail_fast : bool
        Whether the first unit that fails ends the run with its error.
    wait : bool
        Whether to wait where another process writes to the folder.
    sync : bool
        Whether each commit waits until the disk has it, so that not even a power cut takes it back.

    Returns
    -------
    Results
        One record for each value or curve, in the order of the plan. Matrices (profiles "pairs" and "models") keep no
        per-point values. An error in one layer or one measure takes no other with it: it stands in `failed`, with one
        warning, and the next run into the folder tries it again.

    Raises
    ------
    InputError
        If representations are of different numbers of examples, or the plan cannot start: neighbours that no layer has, an
        option value that a measure refuses. Nothing is computed then.
    UnknownNameError
        If a layer or column of the plan does not exist (near names are offered).
    StudyMismatchError
        If the folder holds a study of other data; the message names what differs.
    BusyError
        If another process writes to the folder; the message says which.
    RepscapeError
        If every unit failed: the error of the first.
    StudyInterrupted
        On Ctrl-C; its `results` hold what was finished, and so does the folder.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(300, 6))
    >>> layers = {"input": X, "hidden": X * [3, 1, 1, 1, 1, 1], "output": X[:, :2]}
    >>> plan = rs.Plan(measures=[("overlap_labels", {"k": 10})])
    >>> results = rs.run(layers, plan, columns={"label": X[:, 0] > 0})
    >>> results.to_dataset()["overlap_labels(k=10)[label]"].round(1).to_numpy().tolist()
    [0.8, 0.9, 0.9]
    """
    if plan is not None and not isinstance(plan, Plan):
        raise InputTypeError(f"plan of run must be a Plan: rs.Plan(measures=[...]). Got {type(plan).__name__}.")
    if memory is not None:
        _check.integer(memory, "memory", "run", low=1)
    where = scheduler_of(scheduler)
    means = Means.of(threads, memory, scheduler=where, fail_fast=fail_fast, sync=sync)
    found = read_source(source, columns)
    order = Order(found, plan, origin or {}, set(columns or ()))
    if folder is None:
        return told(_run_in_memory(order, means, progress))
    home = StudyFolder(Path(folder))
    with home.writing(wait=wait):
        return told(run_into(home, order, means, progress=progress))


@dataclass(frozen=True, slots=True)
class Order:
    """What one run is asked for."""

    source: Source
    plan: Plan | None
    """None: the study's own."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """Where the source came from, for study.toml."""
    given: set[str] = field(default_factory=set)
    """Columns that were handed in for this run, and must be those of the study."""


def told(results: Results) -> Results:
    """Warn once of units that failed, in the name of whoever called the caller."""
    if results.failed:
        first, count = results.failed[0], len(results.failed)
        more = f", and {count - 1} more (results.failed)" if count > 1 else ""
        said = f"{count} unit{'s' * (count > 1)} of the study failed; all others are finished. {first}{more}."
        warnings.warn(said, RepscapeWarning, stacklevel=3)
    return results


def _run_in_memory(order: Order, means: Means, progress: bool | Progress | None) -> Results:
    plan = fitted(order.plan, order.source)
    source = with_builtin(order.source, plan.columns)
    chosen_layers(source, plan)
    places = _named_contents(source, cheap=True)
    everything = expanded([plan], source, places, provenance([plan], source))
    check_options(everything, lambda key: True)
    with bar(progress) as report:
        execution = Execution(everything, None, None, means, report)
        stopped = _worked(execution)
    results = gathered(everything.contents, execution.done)
    if stopped:
        raise StudyInterrupted(f"stopped: {len(results)} results are finished", results)
    _check_any(results, execution.done)
    return results


def run_into(home: StudyFolder, order: Order, means: Means, *, progress: bool | Progress | None = None) -> Results:
    """Run into a folder whose lock is held; return all results of the folder."""
    with bar(progress) as report:
        job = settled(home, order)
        journal = home.journal(sync=means.sync)
        check_options(job.everything, lambda key: not journal.has(key, whole=False))
        begin(home, job, journal, sync=means.sync)
        execution = Execution(job.everything, journal, home.graphs, means, report)
        stopped = _worked(execution)
    results = results_of(home, job.contents, journal)
    if len(results) or stopped:
        write_view(home, results, sync=means.sync)
    if stopped:
        where = f" and kept in {home.path}; the same command goes on from there"
        raise StudyInterrupted(f"stopped: {len(results)} results are finished{where}", results)
    _check_any(results, execution.done)
    return results


def _worked(execution: Execution) -> bool:
    """Do the work; return whether Ctrl-C stopped it."""
    try:
        execution.work()
    except KeyboardInterrupt:
        return True
    return False


@dataclass(frozen=True, slots=True)
class Job:
    """A run that can start."""

    everything: Everything
    """What its plans ask of its source."""
    contents: Contents
    """The whole study, with what earlier runs hold."""
    plans: Sequence[Plan]
    source: Source
    origin: Mapping[str, Any]
    legacy: bool
    """Whether 0.1 wrote what is there."""


def settled(home: StudyFolder, order: Order) -> Job:
    """Put together what the folder holds and what is asked; refuse other data, and what cannot start; write nothing."""
    earlier, before = _earlier(home), home.plans()
    legacy = home.is_study and home.format < FORMAT
    if legacy:
        check_data(home, order.source, before[0])
    if earlier is not None and earlier.n != order.source.n:
        raise StudyMismatchError(
            f"{home.path} holds a study of other data: {earlier.n} examples there, {order.source.n} here. Choose another folder."
        )
    kept = home.columns()
    source = replace(order.source, columns={**order.source.columns, **_checked(home, order, kept)})
    new = _plan_of(order, before, source)
    plans = before if new is None else together(before, new)
    source = with_builtin(source, [name for plan in plans for name in plan.columns])
    if new is not None:
        chosen_layers(source, new)
    places = _named_contents(source)
    if earlier is not None:
        earlier = _same_data(home, earlier, source, places)
    used = [plan for plan in plans if new is not None and plan is plans[-1] and len(plans) == 1]
    used = used or [plan for plan in (fitting(plan, source) for plan in plans) if plan is not None]
    everything = expanded(used, source, places, provenance(plans, source))
    contents = everything.contents if earlier is None else everything.contents.joined(earlier)
    if earlier is not None and contents.same(earlier):
        contents = earlier  # nothing new: it stays as it was made
    return Job(everything, contents, plans, source, order.origin, legacy)


def _earlier(home: StudyFolder) -> Contents | None:
    """Return what the folder's study consists of; where that is torn, the plan and the journal say it again."""
    try:
        return home.contents()
    except StoreError as error:
        warnings.warn(
            f"{error} It is made anew from the plan; what was finished is kept.", RepscapeWarning, stacklevel=4
        )
        return None


def _plan_of(order: Order, before: Sequence[Plan], source: Source) -> Plan | None:
    if order.plan is None and before:
        return None
    plan = order.plan
    return fitted(plan if plan is None else at_home(plan, before, source.columns), source)


def _checked(home: StudyFolder, order: Order, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the study's own columns; refuse a column of the same name with other entries."""
    for name in order.given & set(kept):
        if column_of(kept[name]) != column_of(order.source.columns[name]):
            raise StudyMismatchError(
                f"{home.path} holds a study of other data: its column {name!r} has other entries. The study's own columns "
                "stay: give yours another name."
            )
    return kept


def _same_data(home: StudyFolder, earlier: Contents, source: Source, places: Mapping[Any, str]) -> Contents:
    """Refuse other data by name of what differs; forget representations that changed before anything of them was finished."""
    for name, held in earlier.columns.items():
        if name in source.columns and column_of(source.columns[name]) != held:
            raise StudyMismatchError(
                f"{home.path} holds a study of other data: column {name!r} has other entries. Choose another folder."
            )
    here = {spot_of(place): (place, name) for place, name in places.items()}
    changed: list[Spot] = [
        spot_of(place)
        for place, name in earlier.places.items()
        if spot_of(place) in here and here[spot_of(place)][1] != name
    ]
    if not changed:
        return earlier
    journal = home.journal()
    done = {
        spot_of(end)
        for cell in earlier.cells
        if journal.has(cell.key, whole=False)
        for end in (cell.place, cell.other)
        if end is not None
    }
    if refused := [here[spot][0] for spot in changed if spot in done]:
        names = ", ".join(f"layer {place_name(place)}" for place in refused[:4])
        raise StudyMismatchError(
            f"{home.path} holds a study of other data: {names}{' and more' if len(refused) > 4 else ''} "
            f"ha{'s' if len(refused) == 1 else 've'} other numbers here. Choose another folder, or another name."
        )
    return earlier.without(changed)


def _named_contents(source: Source, *, cheap: bool = False) -> dict[Any, str]:
    """Return every representation with the name of its contents; in memory, where nothing is found again, with a number."""
    if cheap:
        return {one.place: str(position) for position, one in enumerate(source.representations)}
    return {
        one.place: contents_of([one.points] if one.graph is None else [one.graph.indices, one.graph.distances])
        for one in source.representations
    }


def begin(home: StudyFolder, job: Job, journal: Journal, *, sync: bool) -> None:
    """Write down what the study consists of, before anything of it is computed."""
    source = job.source
    read = {name for plan in job.plans for name in plan.columns}
    kept = {name: values for name, values in source.columns.items() if not source.extracted or name in read}
    if not job.legacy:  # from the first file on it is a study
        home.write_plans(job.plans, job.contents, job.origin, sync=sync)
    home.keep_columns(kept, sync=sync)
    if job.legacy:
        adopt(home, job.everything, journal)
    home.write_contents(job.contents, sync=sync)
    if job.legacy:  # all is taken over: from now on it is of today's format
        home.write_plans(job.plans, job.contents, job.origin, sync=sync)


def results_of(home: StudyFolder, contents: Contents, journal: Journal) -> Results:
    """Return all results of a folder."""
    found: Answers = journal.read(contents.keys)
    return gathered(contents, found, state=journal.state(contents.keys))


def write_view(home: StudyFolder, results: Results, *, sync: bool) -> None:
    """Write results.zarr and results.csv, where they are not of this very state."""
    try:
        known = load_results(home.path) if home.results.is_dir() else None
    except StoreError:
        known = None
    if known is None or known.provenance.get("state") != results.provenance["state"] or len(known) != len(results):
        home.write_results(results, sync=sync)


def _check_any(results: Results, done: Answers) -> None:
    """Raise where no unit gave a value."""
    if len(results):
        return
    for result in done.units.values():
        if result.status == "failed":
            raise_cause(result)
    raise DegenerateDataError("; ".join(results.warnings) or "nothing to measure")
