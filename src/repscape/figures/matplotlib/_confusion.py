"""Confusion matrices: which classes a probe takes for which, one panel for each layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...errors import InputError
from ...measures import Estimate
from ._style import ON_DARK, ON_LIGHT, axis_labels, in_house_style, literal, new_figure, sequential, title

PANELS = 9
WRITTEN = 10  # up to so many classes, each cell has its number
NAMED = 30


@in_house_style
def draw_confusion(probes: Mapping[str, Estimate], *, heading: str = "") -> Figure:
    """Draw the confusion matrix of a probe, or of the same probe on several layers.

    Parameters
    ----------
    probes : mapping of str to Estimate
        Layer -> what :func:`probe_linear`, :func:`probe_mlp` or :func:`probe_knn` gave for classes; up to 9.
    heading : str
        Title; by default how many held-out examples there are.

    Returns
    -------
    matplotlib.figure.Figure
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
    if not 1 <= len(probes) <= PANELS:
        raise InputError(f"probes of draw_confusion must be of 1 to {PANELS} layers. Got {len(probes)}: choose some.")
    counts = {name: _counts(probe, name) for name, probe in probes.items()}
    figure, axes = new_figure(len(probes), height=4.2 if len(probes) == 1 else 3.6, square=True)
    for ax, probe, held in zip(axes, probes.values(), counts.values(), strict=True):
        shares = held / np.maximum(held.sum(axis=1, keepdims=True), 1)
        image = ax.imshow(shares, cmap=sequential(), vmin=0, vmax=1, interpolation="nearest")
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        _classes(ax, [literal(str(name), 12) for name in probe.details["classes"]])
        if len(held) <= WRITTEN:
            _write(ax, held, shares)
    if len(axes) == 1:
        figure.set_figwidth(5.4)
    axis_labels(figure, axes, x="predicted", y="true")
    bar = figure.colorbar(image, ax=list(axes), aspect=28, fraction=0.05, pad=0.03)
    bar.outline.set_visible(False)
    bar.set_label("share of the true class")
    said = {f"{probe.n:,}" for probe in probes.values()}
    told = [f"{name}: {held.trace() / held.sum():.1%} right" for name, held in counts.items()]
    title(figure, axes, heading or f"{' or '.join(said)} held-out examples", details="", panels=told)
    return figure


def _counts(probe: Estimate, name: str) -> npt.NDArray[np.int64]:
    if "confusion" not in probe.details:
        raise InputError(f"probes of draw_confusion must tell classes. {name!r} has no confusion matrix.")
    return np.asarray(probe.details["confusion"])


def _classes(ax: Axes, names: list[str]) -> None:
    """Name the classes; of very many every so many-th, so that names do not run into each other."""
    step = -(-len(names) // NAMED)
    places = list(range(0, len(names), step))
    shown = [names[place] for place in places]
    long = max(map(len, shown)) > 4 or len(shown) > 12
    ax.set_yticks(places, labels=shown)
    ax.set_xticks(places, labels=shown, rotation=40 if long else 0, ha="right" if long else "center")
    ax.tick_params(length=2.5, pad=1, labelsize=9 if len(shown) <= 12 else 7)


def _write(ax: Axes, counts: npt.NDArray[np.int64], shares: npt.NDArray[np.float64]) -> None:
    for (row, column), count in np.ndenumerate(counts):
        ink = ON_DARK if shares[row, column] < 0.55 else ON_LIGHT
        ax.text(column, row, f"{count:,}", ha="center", va="center", fontsize=8, color=ink)
