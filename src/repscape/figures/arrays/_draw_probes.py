"""Probes by layer with what makes their accuracy mean something: baselines beside it, and selectivity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ... import _check
from ...errors import InputError
from ...measures import Estimate, rounded
from .._arrange import columns_of, size_of
from .._look import DASHED, DOTTED, MARKERS, MUTED, PALETTE
from .._names import literal
from .._paint import Painter, paint
from .._spec import Axis, Entry, FigureSpec, Legend, Look, PanelSpec, Rule, Trace
from .._ticks import nice_ticks, padded
from ._given import by_name

Probes = Mapping[str, Mapping[str, Estimate]]
MOST = 6
NAMES_FIT = 40  # characters of layer names that stand side by side under one panel


def draw_probes(
    probes: Probes,
    *,
    untrained: Mapping[str, Estimate] | None = None,
    heading: str = "",
    painter: Painter = "matplotlib",
) -> Any:
    """Draw probes by layer, each with its 95 % band, the baselines beside them, and selectivity in a panel of its own.

    Parameters
    ----------
    probes : mapping of str to mapping of str to Estimate
        Name of the probe -> layer -> what it gave; the same layers for each, shallow to deep; up to 6 probes of one metric.
    untrained : mapping of str to Estimate, optional
        The same layers of the same network before training: what the architecture alone gives.
    heading : str
        Title.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
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
    lines = [_probe(name, held, _look(place)) for place, (name, held) in enumerate(probes.items())]
    lines += _baselines(probes, untrained, metric)
    across = _layer_axis(layers)
    panels = [PanelSpec(across, _scale(lines, metric.replace("_", " ")), tuple(lines))]
    chosen = [mark for place, name in enumerate(probes) if (mark := _selectivity(name, probes[name], _look(place)))]
    if chosen:
        panels[0] = replace(panels[0], title="on held-out examples")
        zero = Rule(0.0, Look(MUTED, width=0.8))
        panels.append(PanelSpec(across, _scale(chosen, "selectivity", 0.0), (*chosen, zero), "minus a control task"))
    spec = FigureSpec(
        "draw_probes",
        heading or "Probes by layer",
        tuple(panels),
        size_of(len(panels), 3.4),
        columns=columns_of(len(panels)),
        legend=Legend(tuple(Entry(line.name, line.look) for line in lines)),
    )
    return paint(spec, painter)


def _alike(probes: Probes, untrained: Mapping[str, Estimate] | None) -> tuple[list[str], str]:
    """Return the layers and the metric that all have in common."""
    where = "draw_probes"
    for name, held in by_name(probes, "probes", where).items():
        by_name(held, f"{name!r} of probes", where, kind=Estimate)
    if untrained is not None:
        by_name(untrained, "untrained", where, kind=Estimate)
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


def _look(place: int) -> Look:
    return Look(PALETTE[place], MARKERS[place])


def _probe(name: str, held: Mapping[str, Estimate], look: Look) -> Trace:
    ends = np.array([one.interval or (np.nan, np.nan) for one in held.values()], dtype=np.float64)
    words = [f"layer {layer}\n{rounded(one.value, one.stderr)}{_interval(one)}" for layer, one in held.items()]
    values = [one.value for one in held.values()]
    return Trace(
        np.arange(len(held), dtype=np.float64),
        np.array(values, dtype=np.float64),
        look,
        name,
        low=ends[:, 0],
        high=ends[:, 1],
        words=tuple(words),
    )


def _interval(one: Estimate) -> str:
    return "" if one.interval is None else " [{:.4g}, {:.4g}]".format(*one.interval)


def _baselines(probes: Probes, untrained: Mapping[str, Estimate] | None, metric: str) -> list[Trace]:
    """Return what the labels alone, shuffled labels and the untrained network give."""
    layers = list(next(iter(probes.values())))
    drawn = []
    chance = [one.chance for one in next(iter(probes.values())).values()]
    if None not in chance:
        name = "most frequent label" if metric == "accuracy" else "chance"
        drawn.append(_baseline(name, layers, chance, Look(MUTED, dash=DOTTED, width=1.2)))
    for place, (name, held) in enumerate(probes.items()):
        shuffled = [one.details.get("shuffled", np.nan) for one in held.values()]
        if not np.isnan(shuffled).all():
            drawn.append(_baseline(f"{name}, shuffled labels", layers, shuffled, Look(PALETTE[place], dash=DOTTED)))
    if untrained is not None:
        values = [one.value for one in untrained.values()]
        drawn.append(_baseline("untrained network", layers, values, Look(PALETTE[-2], dash=DASHED, width=1.3)))
    return drawn


def _baseline(name: str, layers: Sequence[str], values: Sequence[Any], look: Look) -> Trace:
    known = np.array(values, dtype=np.float64)
    words = tuple(f"layer {layer}\n{value:.4g}" for layer, value in zip(layers, known.tolist(), strict=True))
    return Trace(np.arange(len(layers), dtype=np.float64), known, look, name, words=words, order=2)


def _selectivity(name: str, held: Mapping[str, Estimate], look: Look) -> Trace | None:
    """Return the selectivity by layer, of those layers at which the control task says something."""
    known = [
        (place, layer, float(one.details["selectivity"]))
        for place, (layer, one) in enumerate(held.items())
        if "selectivity" in one.details
    ]
    if not known:
        return None
    at, values = (np.array([entry[part] for entry in known], dtype=np.float64) for part in (0, 2))
    words = tuple(f"layer {layer}\nselectivity {value:.4g}" for _, layer, value in known)
    return Trace(at, values, look, name, words=words)


def _scale(lines: Iterable[Trace], title: str, *more: float) -> Axis:
    ends = [array for line in lines for array in (line.y, line.low, line.high) if array is not None]
    limits = padded([*np.concatenate(ends).tolist(), *more])
    return Axis(limits, title, nice_ticks(limits, 8), grid=True)


def _layer_axis(layers: Sequence[str]) -> Axis:
    """Number the layers; name them where there is room."""
    limits = padded([0.0, len(layers) - 1.0])
    if sum(map(len, layers)) <= NAMES_FIT:
        ticks = tuple((float(place), literal(layer)) for place, layer in enumerate(layers))
    else:
        ticks = nice_ticks(limits, 8, whole=True)
    return Axis(limits, "layer", ticks, group="x")
