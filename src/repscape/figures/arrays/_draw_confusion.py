"""Confusion matrices: which classes a probe takes for which, one panel for each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...measures import Estimate
from .._arrange import columns_of, size_of
from .._look import SEQUENTIAL
from .._names import literal
from .._paint import Painter, paint
from .._spec import Axis, Bar, Cells, FigureSpec, PanelSpec
from .._ticks import nice_ticks
from ._given import by_name

PANELS = 9
WRITTEN = 10  # up to so many classes, each cell has its number
NAMED = 30


def draw_confusion(probes: Mapping[str, Estimate], *, heading: str = "", painter: Painter = "matplotlib") -> Any:
    """Draw the confusion matrix of a probe, or of the same probe on several layers.

    Parameters
    ----------
    probes : mapping of str to Estimate
        Layer -> what :func:`probe_linear`, :func:`probe_mlp` or :func:`probe_knn` gave for classes; up to 9.
    heading : str
        Title; by default how many held-out examples there are.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        One panel for each layer. A row holds the held-out examples of one class, and its colours add up to 1; up to ten
        classes, each cell says how many examples it holds.

    Raises
    ------
    InputError
        If there are no probes, more than 9, or some tell values, which have no classes.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import draw_confusion
    >>> y = np.repeat(["cat", "dog"], 50)
    >>> X = (y == "dog")[:, None] * 2.0 + np.random.default_rng(0).normal(size=(100, 3))
    >>> figure = draw_confusion({"h.0": rs.probe_linear(X, y)})
    >>> figure.axes[0].get_xlabel(), [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ('predicted', ['cat', 'dog'])
    """
    probes = by_name(probes, "probes", "draw_confusion", kind=Estimate)
    if not 1 <= len(probes) <= PANELS:
        raise InputError(f"probes of draw_confusion must be of 1 to {PANELS} layers. Got {len(probes)}: choose some.")
    panels = tuple(_panel(name, probe) for name, probe in probes.items())
    width, height = size_of(len(panels), 4.2 if len(panels) == 1 else 3.6)
    said = " or ".join({f"{probe.n:,}": None for probe in probes.values()})
    spec = FigureSpec(
        "draw_confusion",
        heading or f"{said} held-out examples",
        panels,
        (5.4 if len(panels) == 1 else width, height),
        columns=columns_of(len(panels)),
        bar=Bar((0.0, 1.0), SEQUENTIAL, "share of the true class", ticks=nice_ticks((0.0, 1.0), 6)),
    )
    return paint(spec, painter)


def _panel(name: str, probe: Estimate) -> PanelSpec:
    if "confusion" not in probe.details:
        raise InputError(f"probes of draw_confusion must tell classes. {name!r} has no confusion matrix.")
    counts = np.asarray(probe.details["confusion"], dtype=np.int64)
    classes = tuple(str(one) for one in probe.details["classes"])
    cells = Cells(
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        rows=classes,
        columns=classes,
        words=tuple(
            tuple(
                f"true {true}\npredicted {other}\n{count:,} of {sum(row):,}"
                for other, count in zip(classes, row, strict=True)
            )
            for true, row in zip(classes, counts.tolist(), strict=True)
        ),
        written=_written(counts) if len(classes) <= WRITTEN else (),
    )
    across, up = _axes(classes)
    told = f"{name}: {counts.trace() / counts.sum():.1%} right"
    return PanelSpec(across, up, (cells,), told, aspect=1.0, framed=False)


def _written(counts: npt.NDArray[np.int64]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(f"{count:,}" for count in row) for row in counts.tolist())


def _axes(classes: Sequence[str]) -> tuple[Axis, Axis]:
    """Name the classes; of very many every so many-th, so that names do not run into each other. The first is on top."""
    names = [literal(name, 12) for name in classes]
    step = -(-len(names) // NAMED)
    ticks = tuple((float(place), names[place]) for place in range(0, len(names), step))
    long = max(len(name) for _, name in ticks) > 4 or len(ticks) > 12
    font = 9.0 if len(ticks) <= 12 else 7.0
    ends = (-0.5, len(names) - 0.5)
    return (
        Axis(ends, "predicted", ticks, angle=40 if long else 0, font=font),
        Axis((ends[1], ends[0]), "true", ticks, font=font),
    )
