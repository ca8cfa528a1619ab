"""From what a figure shows to plotly: for a page of one's own, and for a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._look import GRID, INK, MUTED, PAPER
from .._spec import Cells, Dots, FigureSpec
from ._layout import layout_of
from ._traces import Drawn, on, text_of, traces_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NAMED = {INK: "ink", MUTED: "muted"}
"""Colours that follow the light or dark scheme of a page, and what it calls them."""
COLOURED = ("color", "fillcolor")


def interactive(spec: FigureSpec) -> dict[str, Any]:
    """Return what a page's script draws.

    Parameters
    ----------
    spec : FigureSpec
        What is shown.

    Returns
    -------
    dict
        `title` and `details` as plain text, plotly's `data` and `layout` as values that JSON has. Colours that follow the
        page's scheme are written "ink" and "muted", for the script to fill in.
    """
    return {
        "title": spec.title,
        "details": _details(spec),
        "data": _in_scheme(_data(spec)),
        "layout": _in_scheme(layout_of(spec)),
    }


def figure_of(spec: FigureSpec) -> Figure:
    """Paint a figure in the house style.

    Parameters
    ----------
    spec : FigureSpec
        What is shown.

    Returns
    -------
    plotly.graph_objects.Figure
        It shows in a notebook and tells values and names at the pointer.
    """
    from plotly.graph_objects import Figure

    figure = Figure(data=_data(spec), layout=layout_of(spec))
    said = f"<b>{text_of(spec.title)}</b>" + (f"<br><sup>{text_of(_details(spec))}</sup>" if _details(spec) else "")
    axis = {"gridcolor": GRID, "zeroline": False, "ticks": "outside", "ticklen": 4, "automargin": True}
    figure.update_layout(
        template="none",
        title={"text": said, "x": 0.02, "xanchor": "left", "font": {"size": 15}},
        font={"family": "DejaVu Sans, sans-serif", "size": 13, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        hovermode="closest",
        hoverlabel={"bgcolor": PAPER, "bordercolor": GRID, "align": "left", "font": {"color": INK}},
        margin={"l": 70, "r": 20, "t": 80, "b": 60},
        width=round(100 * spec.size[0]) + (160 if spec.legend is not None else 0),
        height=round(100 * spec.size[1]) + 80,
    )
    figure.update_xaxes(**axis, linecolor=MUTED, tickcolor=MUTED)
    figure.update_yaxes(**axis, linecolor=MUTED, tickcolor=MUTED)
    for panel, place in zip(spec.panels, map(on, range(len(spec.panels))), strict=True):
        for side, name in place.items():
            figure.layout[f"{side}{name[1:]}"].showline = panel.framed
    return figure


def _details(spec: FigureSpec) -> str:
    alone = spec.panels[0].title if len(spec.panels) == 1 else ""
    return " · ".join(part for part in (spec.details, alone) if part)


def _data(spec: FigureSpec) -> list[Drawn]:
    """Return all traces, lower ones first; each name of the legend is shown once."""
    told = frozenset(entry.label for entry in spec.legend.entries) if spec.legend is not None else frozenset()
    named = {text_of(label) for label in told}
    log = spec.bar is not None and spec.bar.log
    drawn = [
        (mark.order, {**trace, **on(place)}, trace.get("name", ""))
        for place, panel in enumerate(spec.panels)
        for mark in panel.marks
        for trace in traces_of(mark, panel, told, log=log)
    ]
    drawn.sort(key=lambda one: one[0])
    shown: set[str] = set()
    found = []
    for _, trace, name in drawn:
        first = trace.get("fill") is None and name in named and name not in shown
        shown |= {name} if first else set()
        found.append({**trace, "showlegend": first, **({"legendgroup": name} if name else {})})
    return [*found, *_unseen(spec)]


def _unseen(spec: FigureSpec) -> Iterator[Drawn]:
    """Yield a trace that shows nothing but the bar, where no mark has its colours."""
    used = any(
        isinstance(mark, Cells) or (isinstance(mark, Dots) and mark.values is not None)
        for panel in spec.panels
        for mark in panel.marks
    )
    if spec.bar is not None and not used:
        yield {
            "type": "scatter",
            "mode": "markers",
            "x": [None, None],
            "y": [None, None],
            "marker": {"color": list(spec.bar.limits), "coloraxis": "coloraxis", "size": 0},
            "hoverinfo": "skip",
            "showlegend": False,
            **on(0),
        }


def _in_scheme(value: Any) -> Any:
    """Return values with colours that follow the scheme written by name."""
    if isinstance(value, dict):
        return {
            key: NAMED.get(held, held) if key in COLOURED and isinstance(held, str) else _in_scheme(held)
            for key, held in value.items()
        }
    return [_in_scheme(entry) for entry in value] if isinstance(value, list) else value
