"""The demo: a network learns real digits, and the main job charts it from untrained to trained."""

from __future__ import annotations

import math
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..._types import Brief
from ...errors import NotLearnedError
from ...figures import save_painted
from ...graph import knn_graph
from ...measures import Estimate
from ...measures.overlap import overlap_labels
from ...plan import Plan
from ...report import map_examples, save_map, write_report
from ...results import Results
from ...study import Trajectory, progress_bar, run

if TYPE_CHECKING:
    from ._demo_torch import DemoRun

LEAST_ACCURACY = 0.95
K = 30
LABEL = "digit"
OVERLAP = f"overlap_labels(k={K})"
PLAN = Plan(
    measures=["id_twonn", "id_gride", ("overlap_neighbors", {"k": K}), ("overlap_labels", {"k": K})],
    labels=LABEL,
    profiles=("next", "last", "pairs", "steps"),
)


@dataclass(frozen=True, slots=True)
class Rise:
    """How much a number gained from the untrained to the trained network, image by image."""

    what: str
    """The number."""
    untrained: float
    """Before training."""
    trained: float
    """After it."""
    stderr: float
    """Standard error of the difference: sd of the differences of the n images over sqrt(n)."""

    @classmethod
    def of(cls, what: str, before: npt.NDArray[Any], after: npt.NDArray[Any]) -> Rise:
        """Compare (n,) values of the same images."""
        apart = after.astype(np.float64) - before
        return cls(what, float(before.mean()), float(after.mean()), float(apart.std(ddof=1) / math.sqrt(len(apart))))

    @property
    def errors(self) -> float:
        """The difference in paired standard errors."""
        apart = self.trained - self.untrained
        return apart / self.stderr if self.stderr else math.copysign(math.inf, apart) if apart else 0.0

    def __str__(self) -> str:
        verdict = "more than two" if self.errors > 2 else "NOT more than two"
        return (
            f"{self.what}: {self.untrained:.3f} untrained, {self.trained:.3f} trained; a rise of "
            f"{self.trained - self.untrained:.3f} ± {self.stderr:.3f}, which is {verdict} paired standard errors."
        )


@dataclass(frozen=True, slots=True, repr=False)
class Demo(Brief):
    """What the demo found."""

    report: Path
    """The HTML page."""
    accuracy: dict[int, float]
    """Step -> share of the held-out images that the network names rightly."""
    rises: tuple[Rise, ...]
    """Held-out accuracy, and label overlap of the last layer."""
    pixels: dict[int, float]
    """Number of images -> label overlap of their raw pixels: the held-out ones, and all there are."""

    def lines(self) -> list[str]:
        """Return it in sentences."""
        steps = ", ".join(f"{value:.3f} after {step}" for step, value in self.accuracy.items())
        (held, own), (every, all_) = self.pixels.items()
        return [
            f"Accuracy on {held} held-out images, by steps of training: {steps}.",
            *map(str, self.rises),
            f"Label overlap of the raw pixels at k = {K}, for comparison: {own:.3f} on the same {held} held-out images, "
            f"{all_:.3f} on all {every:,} digits. Overlaps among different numbers of images do not compare directly.",
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "report": str(self.report),
            "accuracy": {str(step): value for step, value in self.accuracy.items()},
            "rises": [{**asdict(rise), "errors": rise.errors} for rise in self.rises],
            "pixels": {str(n): value for n, value in self.pixels.items()},
        }


def run_demo(
    folder: str | Path,
    *,
    rng: int = 0,
    shuffle_labels: bool = False,
    threads: int | None = None,
    progress: bool = False,
) -> Demo:
    """Train the demo network and chart every layer at every checkpoint, into a study folder.

    Parameters
    ----------
    folder : path
        A new folder, or that of an earlier demo with the same `rng`.
    rng : int
        Draws the held-out images, the first weights and the order of training.
    shuffle_labels : bool
        Train on labels that say nothing about the images; the demo then ends in an error, as it should.
    threads : int, optional
        Threads of the study; training takes one.
    progress : bool
        Draw progress bars on standard error.

    Returns
    -------
    Demo
        Accuracies, what rose with training, and where the report is.

    Raises
    ------
    NotLearnedError
        If the accuracy on held-out images stays under .95; nothing is written then.
    StudyMismatchError
        If the folder holds another study.
    """
    from ._demo_torch import train_demo  # here, so that torch may be absent

    with progress_bar(progress) as tell:
        trained = train_demo(rng=rng, shuffle_labels=shuffle_labels, progress=tell)
    last = trained.checkpoints[-1]
    if last.accuracy < LEAST_ACCURACY:
        raise NotLearnedError(
            f"the demo network names {last.accuracy:.1%} of {len(trained.labels)} held-out images rightly after "
            f"{last.step} steps; it must reach {LEAST_ACCURACY:.0%}. Nothing was written."
        )
    source = Trajectory([(checkpoint.step, trained.capture(checkpoint.step)) for checkpoint in trained.checkpoints])
    results = run(
        source,
        PLAN,
        columns={LABEL: trained.labels},
        folder=folder,
        origin={"recipe": "demo", "rng": rng, "shuffle_labels": shuffle_labels},
        threads=threads,
        progress=progress,
    )
    painted = save_painted(results, Path(folder) / "figures")
    # The states are in memory alone, so that a later report finds its examples only if they are kept now.
    save_map(map_examples(source, columns={LABEL: trained.labels}, pictures=trained.images), Path(folder))
    found = Demo(
        Path(folder) / "report.html",
        {checkpoint.step: checkpoint.accuracy for checkpoint in trained.checkpoints},
        (Rise.of("Held-out accuracy", trained.checkpoints[0].correct, last.correct), _overlap(results)),
        _pixels(trained),
    )
    write_report(
        results,
        found.report,
        title="A small transformer learns digits",
        command=shlex.join(["repscape", "demo", "-o", str(folder), *(["--seed", str(rng)] if rng else [])]),
        notes=found.lines(),
        study=folder,
        painted=painted,
    )
    return found


def _overlap(results: Results) -> Rise:
    """Compare the label overlap of the last layer before and after training."""
    records = [r for r in results.select(variant=OVERLAP, site="residual") if r.place.layer.depth == 1]
    points = [r.result.per_point for r in sorted(records, key=_step) if isinstance(r.result, Estimate)]
    before, after = points[0], points[-1]
    if before is None or after is None:
        raise NotLearnedError(f"the results hold no {OVERLAP} of each image.")
    return Rise.of(f"Label overlap of the last layer at k = {K}", before, after)


def _step(record: Any) -> float:
    return float(record.place.step)


def _pixels(trained: DemoRun) -> dict[int, float]:
    """Return the label overlap of raw pixels: of the held-out images, and of all."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    sets = [(trained.images.reshape(len(trained.images), -1), trained.labels), (digits.data / 16.0, digits.target)]
    return {len(labels): overlap_labels(knn_graph(X, K), labels, k=K).value for X, labels in sets}
