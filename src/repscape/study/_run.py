"""The door to a study: read the source, settle the plan, run it, keep what is finished."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._types import Progress
from ..errors import (
    DegenerateDataError,
    InputError,
    InputTypeError,
    RepscapeWarning,
    StudyInterrupted,
    UnknownNameError,
)
from ..machine import Budget
from ..plan import Plan
from ..results import Results
from ._defaults import fitted
from ._folder import StudyFolder
from ._progress import bar
from ._work import StudyRun
from .reading import chosen_layers, read_source, with_builtin


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
) -> Results:
    """Run a plan over every layer of one or several models.

    Parameters
    ----------
    source : store, path, dict or Trajectory
        A dict of layers {name: (n, d) array or NeighborGraph}, shallow to deep; a store; the path of a store, of a .npy or
        .npz file, or of a folder of arrays or of published neighbour files; a dict {model name: any of these}; or a
        :class:`Trajectory` of checkpoints. All representations are of the same n examples, row by row.
    plan : Plan, optional
        What to compute. None: dimension, neighbourhood overlap, and label overlap where there is a column "label".
    columns : mapping of str to (n,) array, optional
        Labels and values of the examples; they replace columns of the same name that the source brings.
    folder : path, optional
        A study folder: graphs and results are kept there, and running the same study again does only what is missing.
    origin : mapping, optional
        What the folder's study.toml says of where the source came from.
    threads : int, optional
        Threads in all; by default the cores this process may use, bounded by OMP_NUM_THREADS and its like.
    memory : int, optional
        Bytes that the layers worked on at one time may take; by default half of what is free.
    progress : bool or callable, optional
        True draws a bar on standard error; a callable is called as progress(done, total, what).

    Returns
    -------
    Results
        One record for each value or curve, in the order of the plan. Matrices (profiles "pairs" and "models") keep no
        per-point values.

    Raises
    ------
    InputError
        If representations are of different numbers of examples, hold NaN, or have too few neighbours for the plan; a folder
        that was new is removed again.
    DegenerateDataError
        If no measure has a value, as when all points are identical.
    UnknownNameError
        If a layer or column of the plan does not exist (near names are offered).
    StudyMismatchError
        If the folder holds a study of other data or another plan.
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
    found = read_source(source, columns)
    plan = fitted(plan, found)
    found = with_builtin(found, plan.columns)
    found = chosen_layers(found, plan)
    budget = Budget.of(threads, memory, "run")
    kept = None if folder is None else StudyFolder.open(Path(folder), plan, found, origin=origin or {})
    with bar(progress) as report, _collected_warnings() as warned:
        study = StudyRun(plan, found, kept, budget, report)
        stopped = False
        try:
            study.work()
            _check_any(study)
        except KeyboardInterrupt:
            stopped = True
        except (InputError, InputTypeError, UnknownNameError):
            if kept is not None:
                kept.discard()
            raise
    results = study.results(warned)
    if kept is not None:
        kept.finish(results)
    if stopped:
        where = "" if kept is None else f" and kept in {kept.path}; the same command goes on from there"
        raise StudyInterrupted(f"stopped: {len(results)} results are finished{where}", results)
    return results


def _check_any(study: StudyRun) -> None:
    """Refuse a study in which no measure had a value, or one had none in any of the parts that a column cuts out."""
    if not any(study.records.values()):
        raise DegenerateDataError(
            "; ".join(dict.fromkeys(itertools.chain(*study.notes.values()))) or "nothing to measure"
        )
    there = {record.variant for records in study.records.values() for record in records}
    refused = {variant: why for silent in study.silent.values() for variant, why in silent.items()}
    if study.plan.by is not None and (missing := [variant for variant in refused if variant not in there]):
        raise InputError(f"{missing[0]} has no value for any value of {study.plan.by!r}: {refused[missing[0]]}")


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    """Collect our own warnings, from every thread; let all others through when the study is over."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RepscapeWarning)
        yield messages
    for warning in caught:
        if issubclass(warning.category, RepscapeWarning):
            messages.append(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
