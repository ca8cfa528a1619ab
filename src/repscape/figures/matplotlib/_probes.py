"""Probes by layer with what makes their accuracy mean something: baselines beside it, and selectivity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ... import _check
from ...errors import InputError
from ...measures import Estimate
from ._style import MARKERS, MUTED, PALETTE, in_house_style, legend, literal, new_figure, title

Probes = Mapping[str, Mapping[str, Estimate]]
FloatArray = npt.NDArray[np.float64]
MOST = 6
DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.6))
NAMES_FIT = 40  # characters of layer names that stand side by side under one panel


@in_house_style
def draw_probes(probes: Probes, *, untrained: Mapping[str, Estimate] | None = None, heading: str = "") -> Figure:
    """Draw probes by layer, each with its 95 % band, the baselines beside them, and selectivity in a panel of its own.

    Parameters
    ----------
    probes : mapping of str to mapping of str to Estimate
        Name of the probe -> layer -> what it gave; the same layers for each, shallow to deep; up to 6 probes of one metric.
    untrained : mapping of str to Estimate, optional
        The same layers of the same network before training: what the architecture alone gives.
    heading : str
        Title.

    Returns
    -------
    matplotlib.figure.Figure
        Accuracy against the number of the layer; dotted, what the most frequent label gives (for other metrics, chance), and
        where the probes were also taught shuffled labels, the mean over the shuffles; dashed, the untrained network. A second
        panel has the selectivity of the probes that learned a control task which says something.

    Raises
    ------
    InputError
        If there is no probe, or more than 6; if they differ in layers or in metric.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import draw_probes
    >>> y = np.arange(90) % 2
    >>> X = y[:, None] + np.random.default_rng(0).normal(size=(90, 3))
    >>> linear = {"h.0": rs.probe_linear(X, y), "h.1": rs.probe_linear(2 * X, y)}
    >>> figure = draw_probes({"linear": linear})
    >>> figure.axes[0].get_ylabel(), [text.get_text() for text in figure.legends[0].get_texts()]
    ('accuracy', ['linear', 'most frequent label'])
    """
    layers, metric = _alike(probes, untrained)
    chosen = {
        name: {layer: of for layer, of in held.items() if "selectivity" in of.details} for name, held in probes.items()
    }
    selective = {name: held for name, held in chosen.items() if held}
    figure, axes = new_figure(2 if selective else 1, height=3.4, square=True)
    lines = {
        name: _draw_probe(axes[0], held, layers, look=(PALETTE[place], MARKERS[place]))
        for place, (name, held) in enumerate(probes.items())
    }
    lines |= _baselines(axes[0], probes, untrained, layers=layers, metric=metric)
    axes[0].set_ylabel(metric.replace("_", " "))
    if selective:
        for place, name in enumerate(probes):
            if name in selective:
                known = [of.details["selectivity"] for of in selective[name].values()]
                at = [layers.index(layer) for layer in selective[name]]
                axes[1].plot(at, known, color=PALETTE[place], marker=MARKERS[place], label=name)
        axes[1].axhline(0, color=MUTED, linewidth=0.8, zorder=1)
        axes[1].set_ylabel("selectivity")
    for ax in axes:
        _layer_axis(ax, layers)
    panels = ["on held-out examples", "minus a control task"] if selective else [""]
    title(figure, axes, heading or "Probes by layer", details="", panels=panels)
    legend(figure, list(lines.values()), list(lines))
    return figure


def _alike(probes: Probes, untrained: Mapping[str, Estimate] | None) -> tuple[list[str], str]:
    """Return the layers and the metric that all have in common."""
    where = "draw_probes"
    if not 1 <= len(probes) <= MOST or not all(probes.values()):
        raise InputError(f"probes of {where} must be 1 to {MOST}, each with its layers. Got {len(probes)}.")
    every = {**probes, **({"untrained": untrained} if untrained is not None else {})}
    layers = list(next(iter(probes.values())))
    metric = str(next(iter(next(iter(probes.values())).values())).options["metric"])
    for name, held in every.items():
        if list(held) != layers:
            raise InputError(
                f"probes of {where} must be of the layers {', '.join(layers)}. {name!r}: {', '.join(held)}."
            )
        for one in held.values():
            _check.choice(one.options["metric"], f"metric of {name!r}", where, [metric])
    return layers, metric


def _draw_probe(ax: Axes, held: Mapping[str, Estimate], layers: Sequence[str], *, look: tuple[str, str]) -> Artist:
    colour, marker = look
    at = np.arange(len(layers))
    values = np.array([one.value for one in held.values()])
    ends: FloatArray = np.array([one.interval or (np.nan, np.nan) for one in held.values()], dtype=np.float64)
    (line,) = ax.plot(at, values, color=colour, marker=marker, zorder=3)
    if len(layers) == 1:  # a band of no width is not seen
        ax.vlines(at, ends[:, 0], ends[:, 1], color=colour, linewidth=1.4)
    else:
        ax.fill_between(at, ends[:, 0], ends[:, 1], color=colour, alpha=0.2, linewidth=0)
    return line


def _baselines(
    ax: Axes, probes: Probes, untrained: Mapping[str, Estimate] | None, *, layers: Sequence[str], metric: str
) -> dict[str, Artist]:
    """Draw what the labels alone, shuffled labels and the untrained network give."""
    at, drawn = np.arange(len(layers)), dict[str, Artist]()
    chance = [one.chance for one in next(iter(probes.values())).values()]
    if None not in chance:
        name = "most frequent label" if metric == "accuracy" else "chance"
        (drawn[name],) = ax.plot(at, np.array(chance, float), color=MUTED, linestyle=DOTTED, linewidth=1.2, zorder=1)
    for place, (name, held) in enumerate(probes.items()):
        shuffled: list[Any] = [one.details.get("shuffled", np.nan) for one in held.values()]
        if not np.isnan(shuffled).all():
            (drawn[f"{name}, shuffled labels"],) = ax.plot(at, shuffled, color=PALETTE[place], linestyle=DOTTED)
    if untrained is not None:
        values = [one.value for one in untrained.values()]
        (drawn["untrained network"],) = ax.plot(at, values, color=PALETTE[-2], linestyle=DASHED, linewidth=1.3)
    return drawn


def _layer_axis(ax: Axes, layers: Sequence[str]) -> None:
    """Number the layers; name them where there is room."""
    if sum(map(len, layers)) <= NAMES_FIT:
        ax.set_xticks(np.arange(len(layers)), labels=[literal(layer) for layer in layers])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.grid(visible=False, axis="x")
    ax.set_xlabel("layer")
