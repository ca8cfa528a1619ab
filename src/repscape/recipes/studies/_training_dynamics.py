"""The steps of the recipe training-dynamics: how layers change, and stop changing, while a network learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...errors import InputError
from ...figures import Drawing, Line, draw_lines
from ...findings import paired_differences
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import Trajectory, progress_bar
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown

if TYPE_CHECKING:
    from ..demo import DemoRun

LABEL = "digit"
CLEAR = 2.0  # paired errors
LINES = 6
KEPT, DIMENSION, SHARED = "overlap_neighbors", "id_twonn", "overlap_labels"


def forecast(order: Order) -> Sequence[str]:
    """Say what would be trained."""
    return [
        f"A small transformer would be trained for {order.options['steps']} steps, and read at {_steps(order)}.",
        "It needs torch (pip install 'repscape[models]').",
    ]


def run(order: Order) -> Outcome:
    """Train, read every checkpoint, and compare each with the next."""
    from ..demo import train_demo

    with progress_bar(order.progress) as tell:
        trained = train_demo(rng=order.rng, checkpoints=_steps(order), progress=tell)
    k = order.options["k"]
    layers = Trajectory([(one.step, _residual(trained, one.step)) for one in trained.checkpoints])
    results = run_study(
        layers,
        Plan(measures=[DIMENSION, (KEPT, {"k": k}), (SHARED, {"k": k})], labels=LABEL, profiles="steps"),
        columns={LABEL: trained.labels},
        folder=order.folder,
        origin=order.origin(),
        threads=order.threads,
        progress=order.progress,
    )
    frame = results.to_frame()
    notes = tuple(_change(results, measure) for measure in (KEPT, SHARED))
    accuracy = ", ".join(f"{one.accuracy:.3f} after {one.step}" for one in trained.checkpoints)
    return Outcome(
        results,
        tuple(_last(frame, key, measure) for key, measure in (("settled", KEPT), ("collapsed", SHARED))),
        (Section("Over training", drawings=tuple(_drawings(frame, k))),),
        (*notes, f"Accuracy on {len(trained.labels)} held-out digits: {accuracy} steps."),
        Shown(layers, {LABEL: trained.labels}, trained.images),
    )


def _steps(order: Order) -> list[int]:
    count, last = order.options["checkpoints"], order.options["steps"]
    if not 2 <= count <= last:
        raise InputError(f"checkpoints of training-dynamics must be in [2, {last}] (steps). Got {count}.")
    return sorted({round(last * part / count) for part in range(count + 1)})


def _residual(trained: DemoRun, step: int) -> dict[Any, Any]:
    return {layer: states for layer, states in trained.capture(step).items() if layer.site == "residual"}


def _change(results: Results, measure: str) -> str:
    """Say how much the last layer's value rose from the first checkpoint to the last, in paired errors."""
    found = paired_differences(results, measure, between="steps", against="first")
    last = found[found["depth"] == found["depth"].max()].sort_values("step").iloc[-1]
    what = {KEPT: "Neighbourhood overlap with the next checkpoint", SHARED: "Label overlap on held-out digits"}[measure]
    errors = last["difference"] / last["stderr"]
    clear = "more than two" if errors > CLEAR else "NOT more than two"
    return (
        f"{what}, last layer: {last['against_value']:.3f} at step {last['against_step']:.0f}, {last['value']:.3f} at step "
        f"{last['step']:.0f}; a rise of {last['difference']:.3f} ± {last['stderr']:.3f}, which is {clear} paired errors."
    )


def _last(frame: pd.DataFrame, key: str, measure: str) -> Ours:
    rows = frame[(frame["measure"] == measure) & (frame["depth"] == frame["depth"].max())]
    last = rows.sort_values("step").iloc[-1]
    return Ours(key, float(last["value"]), float(last["stderr"]))


def _drawings(frame: pd.DataFrame, k: int) -> list[Drawing]:
    said = {
        KEPT: ("kept", "share of neighbours kept", f"Of {k} neighbours, kept until the next checkpoint"),
        SHARED: ("labels", "label overlap", f"Of {k} neighbours, of the same digit"),
        DIMENSION: ("dimension", "intrinsic dimension", "Dimension over training"),
    }
    drawings = []
    for measure, (name, y, heading) in said.items():
        rows = frame[frame["measure"] == measure]
        layers = rows.drop_duplicates("index").sort_values("index")["layer"].tolist()
        shown = [
            layers[i] for i in np.unique(np.linspace(0, len(layers) - 1, min(LINES, len(layers))).round().astype(int))
        ]
        lines = {layer: _by_step(rows[rows["layer"] == layer]) for layer in shown}
        figure = draw_lines(lines, x="step of training", y=y, heading=heading)
        drawings.append(
            Drawing(f"{name}-over-training", figure, f"{heading}, layer by layer; bands are 95 % intervals.")
        )
    return drawings


def _by_step(rows: pd.DataFrame) -> Line:
    rows = rows.sort_values("step")
    return Line(rows["step"].to_numpy(), rows["value"].to_numpy(), rows["stderr"].to_numpy())
