"""A study that grows while a model trains: its states at some steps, read from a copy of it, and measured at once.

It lies here and not beside extraction, which knows no store. Each recorded step is a checkpoint of the study, as if its
weights had been saved and extracted later: whoever opens the folder meanwhile sees every step that is finished.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import _check
from .._types import Examples, Progress, brief
from ..errors import (
    BusyError,
    InputError,
    InputTypeError,
    RepscapeError,
    RepscapeWarning,
    needs_extra,
)
from ..examples import GivenColumns, read_examples
from ..extraction import open_model
from ..plan import Plan
from ..results import Results
from ._execute import Means
from ._folder import StudyFolder
from ._run import results_of, run_into
from ._schedule import scheduler_of
from ._settle import Order
from ._shelf import OPTIONS, Shelf
from .reading import read_source

if TYPE_CHECKING:
    import torch

LOG = logging.getLogger("repscape")


class Recorder:
    """Records a model's states while it trains, as checkpoints of a study.

    Parameters
    ----------
    model : torch.nn.Module
        The network that trains. It is copied for each reading and never run itself: modes, gradients, hooks and random
        numbers stay as they are, so that training comes out the same to the bit. A copy takes the memory of its weights.
    examples : Examples or whatever :func:`read_examples` takes
        What goes through it: best of a held-out set, a few hundred to a few thousand.
    to : path
        The study's folder; one that an earlier run of the same training began goes on.
    every : int or collection of int
        At which steps: those that it divides, 0 among them, or these very ones.
    plan : Plan, optional
        What to measure; by default what :func:`repscape.run` takes.
    preprocess : callable, tokenizer or image processor, optional
        Turns examples into the model's arguments, as of :func:`repscape.extract`.
    columns : mapping of str to (n,) array, optional
        Labels and values of the examples, beside those that they bring.
    threads : int, optional
        Threads of the measures.
    sync : bool
        Whether each commit waits until the disk has it.
    **options
        Of :func:`repscape.extract`: layers, site, part, pool, include_special, batch_size, max_length, too_long, store_dtype.

    Raises
    ------
    StudyMismatchError
        The folder holds a study of other examples, or of other options.

    Examples
    --------
    >>> import numpy as np, tempfile, torch, repscape as rs
    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
    >>> X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    >>> plan = rs.Plan(measures=["id_pca"])
    >>> with rs.Recorder(net, X, tempfile.mkdtemp() + "/study", every=2, plan=plan, layers="*") as recorder:
    ...     recorded = [step for step in range(5) if recorder.step(step)]
    >>> recorded, sorted({record.place.step for record in recorder.results})
    ([0, 2, 4], [0.0, 2.0, 4.0])
    """

    def __init__(
        self,
        model: torch.nn.Module,
        examples: Any,
        to: str | Path,
        *,
        every: int | Collection[int],
        plan: Plan | None = None,
        preprocess: Any = None,
        columns: Any = None,
        threads: int | None = None,
        sync: bool = True,
        **options: Any,
    ) -> None:
        try:
            from ._snapshot_torch import bare
        except ImportError as problem:
            raise needs_extra("recording", "torch", "models") from problem
        _check.known_options(options, OPTIONS, "Recorder")
        if plan is not None and not isinstance(plan, Plan):
            raise InputTypeError(
                f"plan of Recorder must be a Plan: rs.Plan(measures=[...]). Got {type(plan).__name__}."
            )
        self._every = _steps(every)
        self._module, self._preprocess = bare(model), preprocess
        self._examples = examples if isinstance(examples, Examples) else read_examples(examples)
        self._columns = GivenColumns.of(columns)
        self._plan = plan
        self._means = Means.of(threads, None, scheduler=scheduler_of(None), fail_fast=False, sync=sync)
        self._shelf = Shelf(StudyFolder(Path(to)), self._examples, options, sync)
        self._shelf.check()
        self._began: float | None = None
        self._here = 0  # steps recorded by this very object
        self.seconds = 0.0
        """Seconds that recording took, since this object began."""

    # ---- while it trains

    def __call__(self, step: int) -> bool:
        """Call :meth:`step`."""
        return self.step(step)

    def step(self, step: int) -> bool:
        """Record the model if its time has come; return whether it was recorded.

        The first record raises what goes wrong; later ones warn, since no chart is worth a training that stops.
        """
        step = _check.integer(step, "step", "Recorder", low=0)
        due = step in self._every if isinstance(self._every, frozenset) else step % self._every == 0
        return due and self.record(step)

    def record(self, step: int) -> bool:
        """Record the model as it is, whatever the step; one that the study holds already is left as it is."""
        from ._snapshot_torch import same_chance

        step = _check.integer(step, "step", "Recorder", low=0)
        begun = time.perf_counter()
        self._began = begun if self._began is None else self._began
        try:
            with same_chance():
                new = self._read(step)
                if new:
                    self._measure(wait=False)
        except RepscapeError as problem:
            if not self._here:
                raise
            warnings.warn(
                f"step {step} was not recorded, and training goes on: {problem}", RepscapeWarning, stacklevel=3
            )
            new = False
        finally:
            self.seconds += time.perf_counter() - begun
        self._here += new
        LOG.info("step %d recorded in %.2f s; %s", step, time.perf_counter() - begun, self)
        return new

    def finish(self, *, progress: bool | Progress | None = None) -> Results:
        """Measure what is left, where another process held the folder meanwhile; return all results."""
        from ._snapshot_torch import same_chance

        if self.steps:
            with same_chance():
                self._measure(wait=True, progress=progress)
        return self.results

    def __enter__(self) -> Self:
        """Record until the block ends; :meth:`finish` then."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.finish()

    # ---- what there is

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self._shelf.home.path

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps whose states are whole, in order."""
        return self._shelf.steps

    @property
    def results(self) -> Results:
        """Everything measured until now."""
        contents = self._shelf.home.contents()
        if contents is None:
            raise InputError(f"{self.path} holds no result: no step was recorded.")
        return results_of(self._shelf.home, contents, self._shelf.home.journal())

    @property
    def share(self) -> float:
        """Share of the time since the first record that recording took, in [0, 1]."""
        if self._began is None:
            return 0.0
        return self.seconds / max(self.seconds, time.perf_counter() - self._began)

    def trainer_callback(self) -> Any:
        """Return a callback for the Trainer of transformers: ``Trainer(..., callbacks=[recorder.trainer_callback()])``."""
        try:
            from ._trainer_hf import RecorderCallback
        except ImportError as problem:
            raise needs_extra("recording a Trainer", "transformers", "models") from problem
        return RecorderCallback(self)

    def __repr__(self) -> str:
        took = f", {self.seconds:.1f} s, {self.share:.1%} of the time" if self._began is not None else ""
        return f"Recorder({brief(str(self.path))}: {len(self.steps)} steps{took})"

    # ---- how

    def _read(self, step: int) -> bool:
        """Read the states of a step into the folder; return whether they are new."""
        from ._snapshot_torch import snapshot

        if self._shelf.has(step):
            here = open_model(self._module).provenance()["fingerprint"]
            if here != self._shelf.weights(step):
                said = (
                    f"step {step} of {self.path} is kept from an earlier run, whose weights were others: training did not go "
                    "on to the bit, or is another one. Give another training a folder of its own."
                )
                warnings.warn(said, RepscapeWarning, stacklevel=5)
            return False
        self._shelf.put(step, open_model(snapshot(self._module), preprocess=self._preprocess))
        return True

    def _measure(self, *, wait: bool, progress: bool | Progress | None = None) -> None:
        """Measure every step that is there; what was measured before stays."""
        found = read_source(self._shelf.trajectory(), self._columns, function="Recorder")
        origin = self._shelf.origin(f"{type(self._module).__name__} while it trained")
        order = Order(found, self._plan, origin, set(self._columns))
        try:
            with self._shelf.home.writing(wait=wait):
                results = run_into(self._shelf.home, order, self._means, progress=progress)
        except BusyError:
            return  # another process writes there: the next step measures this one too
        if results.failed:
            failed = f"{len(results.failed)} units of the study failed; all others are finished. {results.failed[0]}"
            warnings.warn(failed, RepscapeWarning, stacklevel=4)


def _steps(every: Any) -> int | frozenset[int]:
    """Return a period, or the steps themselves."""
    if isinstance(every, Collection) and not isinstance(every, str | bytes) and len(every):
        return frozenset(_check.integer(step, "every", "Recorder", low=0) for step in every)
    if isinstance(every, bool) or not isinstance(every, int | np.integer):
        raise InputTypeError(f"every of Recorder must be an int of at least 1, or steps. Got {_check.shown(every)}.")
    return _check.integer(every, "every", "Recorder", low=1)
