"""The door to a study: read the source, settle the plan, compute what is missing, keep what is finished."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _check
from .._types import Progress
from ..errors import (
    DegenerateDataError,
    InputTypeError,
    RepscapeWarning,
    SchedulerError,
    StoreError,
    StudyInterrupted,
)
from ..examples import Form, GivenColumns
from ..plan import Plan
from ..results import TABLE, Results, load_results
from ._contents import Contents
from ._defaults import fitted
from ._execute import Execution, Means, raise_cause
from ._expand import expanded
from ._folder import StudyFolder
from ._gather import gathered
from ._journal import Answers, Journal
from ._legacy import adopt
from ._progress import progress_bar
from ._provenance import provenance
from ._schedule import scheduler_of
from ._settle import Job, Order, named_contents, settled
from ._trial import check_options
from .reading import Shaped, chosen_layers, read_source, with_builtin


def run(
    source: Any,
    plan: Plan | None = None,
    *,
    columns: Any = None,
    axes: str | Sequence[str] | None = None,
    pool: str | None = None,
    mask: Any = None,
    folder: str | Path | None = None,
    origin: Mapping[str, Any] | None = None,
    threads: int | None = None,
    memory: int | None = None,
    progress: bool | Progress | None = None,
    scheduler: Any = None,
    device: str = "auto",
    fail_fast: bool = False,
    wait: bool = False,
    sync: bool = True,
) -> Results:
    """Run a plan over every layer of one or several models.

    Parameters
    ----------
    source : store, path, dict, array, list, DataFrame, AnnData or Trajectory
        A dict of layers {name: (n, d) array or NeighborGraph}, shallow to deep; a store; the path of a store, of a file of
        arrays (.npy, .npz, .safetensors, .pt, .h5, .h5ad, .parquet), of a plain zarr folder, or of a folder of arrays or of
        published neighbour files; a list of layers; an array (layers, n, d); a cache {name: tensor}; a table of embeddings;
        AnnData; a dict {model name: any of these}; or a :class:`Trajectory` of checkpoints. All representations are of the
        same n examples, row by row.
    plan : Plan, optional
        What to compute. None: what the folder's study computes; without one dimension, neighbourhood overlap, and label overlap
        where there is a column "label".
    columns : mapping of str to (n,) array, or DataFrame, optional
        Labels and values of the examples, joined by a column `id` where both sides have ids, else row by row; they replace
        columns of the same name that the source brings.
    axes : str or sequence of str, optional
        What the axes of arrays are that have more than two, of "layers", "heads", "n", "tokens", "d": "n,layers,d". Without "n"
        every file of a folder, or entry of a list, is one example.
    pool : {"mean", "first", "last", "max", "token"}, optional
        How the states of an example's tokens become one row; arrays of three axes are (n, tokens, d) then. "token" keeps a row
        for each.
    mask : (n, tokens) array or str, optional
        True where a token is real, or the name of such an array beside the states.
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
    scheduler : str or distributed.Client, optional
        Where units run: None on threads of this process, "processes:N" in N others of this machine, the address of a dask
        scheduler ("tcp://host:8786") or a client on its workers. What comes out is the same to the bit; what a lost worker had
        in hand is done again. Processes share `memory`; workers of dask have their own. A measure of your own must lie in a
        module that they can import.
    device : {"auto", "cpu", "cuda", "cuda:0", ...}
        Where graphs are built, one at a time on a device; the graphs are the same.
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
        option value that a measure refuses, a measure of your own that other processes cannot import. Nothing is computed then.
    UnknownNameError
        If a layer or column of the plan does not exist (near names are offered).
    StudyMismatchError
        If the folder holds a study of other data; the message names what differs.
    BusyError
        If another process writes to the folder; the message says which.
    SchedulerError
        If a dask scheduler cannot be reached or is lost; what was finished is kept in the folder.
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
    means = Means.of(threads, memory, scheduler=where, device=device, fail_fast=fail_fast, sync=sync)
    given = GivenColumns.of(columns)
    form = Form.of(axes=axes, pool=pool, mask=mask)
    found = read_source(Shaped(source, form) if form.told and not isinstance(source, Shaped) else source, given)
    order = Order(found, plan, origin or {}, set(given))
    if folder is None:
        return told(_run_in_memory(order, means, progress))
    home = StudyFolder(Path(folder))
    with home.writing(wait=wait):
        return told(run_into(home, order, means, progress=progress))


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
    places = named_contents(source, cheap=True)
    everything = expanded([plan], source, places, about=provenance([plan], source))
    check_options(everything, lambda key: True)
    means.scheduler.check(everything.calls())
    with progress_bar(progress) as report:
        execution = Execution(everything, None, None, means, report)
        stopped = _worked(execution)
    results = gathered(everything.contents, execution.done)
    if stopped:
        raise StudyInterrupted(f"stopped: {len(results)} results are finished", results)
    _check_any(results, execution.done)
    return results


def run_into(home: StudyFolder, order: Order, means: Means, *, progress: bool | Progress | None = None) -> Results:
    """Run into a folder whose lock is held; return all results of the folder."""
    with progress_bar(progress) as report:
        job = settled(home, order)
        journal = home.journal(sync=means.sync)
        check_options(job.everything, lambda key: not journal.has(key, whole=False))
        means.scheduler.check(job.everything.calls())
        begin(home, job, journal, sync=means.sync)
        execution = Execution(job.everything, journal, home.graphs, means, report)
        try:
            stopped = _worked(execution)
        except SchedulerError:  # what was finished is shown
            write_view(home, results_of(home, job.contents, journal), sync=means.sync)
            raise
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
    whole = known is not None and (home.path / TABLE).is_file() and len(known) == len(results)
    if known is None or not whole or known.provenance.get("state") != results.provenance["state"]:
        results.save(home.path, sync=sync)


def _check_any(results: Results, done: Answers) -> None:
    """Raise where no unit gave a value."""
    if len(results):
        return
    for result in done.units.values():
        if result.status == "failed":
            raise_cause(result)
    raise DegenerateDataError("; ".join(results.warnings) or "nothing to measure")
