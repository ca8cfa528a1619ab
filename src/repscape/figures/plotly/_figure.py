"""From what a figure shows to plotly: for a page of one's own, and for a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._look import GRID, INK, MUTED, PAPER
from .._spec import Cells, Dots, FigureSpec
from ._layout import PIXELS, layout_of, on
from ._traces import Around, Drawn, text_of, traces_of

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

    entries = [] if spec.legend is None else spec.legend.entries
    width = round(PIXELS * spec.size[0]) + (180 if entries else 0)
    said, lines = _heading(spec, width)
    notes = max(bool(panel.title and len(spec.panels) > 1) + bool(panel.note) for panel in spec.panels)
    above = 34 + 18 * lines + 18 * notes
    figure = Figure(data=_data(spec), layout=layout_of(spec))
    figure.update_layout(
        template="none",
        title={
            "text": said,
            "x": 0.015,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 14},
            "font": {"size": 15},
        },
        font={"family": "DejaVu Sans, sans-serif", "size": 12, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        hovermode="closest",
        hoverlabel={"bgcolor": PAPER, "bordercolor": GRID, "align": "left", "font": {"color": INK}},
        margin={"l": 70, "r": 20, "t": above, "b": 60},
        width=width,
        height=max(round(PIXELS * spec.size[1]) + 18 * notes + 40, above + 24 * len(entries) + 60),
    )
    axis = {"gridcolor": GRID, "zeroline": False, "ticks": "outside", "ticklen": 4, "automargin": True}
    title = {"standoff": 8, "font": {"size": 13}}
    figure.update_xaxes(**axis, title=title, linecolor=MUTED, tickcolor=MUTED)
    figure.update_yaxes(**axis, title=title, linecolor=MUTED, tickcolor=MUTED)
    for place, panel in enumerate(spec.panels):
        for side, name in zip("xy", on(place).values(), strict=True):
            figure.layout[f"{side}axis{name[1:]}"].showline = panel.framed
    return figure


def _heading(spec: FigureSpec, width: int) -> tuple[str, int]:
    """Return title and details with their breaks, and how many lines they take."""
    title, details = textwrap.wrap(spec.title, width // 10), textwrap.wrap(_details(spec), width // 8)
    said = "<br>".join(f"<b>{text_of(line)}</b>" for line in title)
    small = "<br>".join(f'<span style="font-size:12px">{text_of(line)}</span>' for line in details)
    return "<br>".join(part for part in (said, small) if part), len(title) + len(details)


def _details(spec: FigureSpec) -> str:
    alone = spec.panels[0].title if len(spec.panels) == 1 else ""
    return " · ".join(part for part in (spec.details, alone) if part)


def _data(spec: FigureSpec) -> list[Drawn]:
    """Return all traces, lower ones first; each name of the legend is shown once, in its order."""
    labels = [] if spec.legend is None else [entry.label for entry in spec.legend.entries]
    ranks = {text_of(label): rank for rank, label in enumerate(labels)}
    drawn = [
        (mark.order, {**trace, **on(place)})
        for place, panel in enumerate(spec.panels)
        for mark in panel.marks
        for trace in traces_of(mark, Around(panel, spec.bar, frozenset(labels)))
    ]
    drawn.sort(key=lambda one: one[0])
    shown: set[str] = set()
    for _, trace in drawn:
        name = trace.get("name", "")
        first = name in ranks and name not in shown and "hovertemplate" in trace
        shown |= {name} if first else set()
        trace |= {"showlegend": first}
        trace |= {"legendgroup": name} if name else {}
        trace |= {"legendrank": 1000 + ranks[name]} if first else {}
    return [*(trace for _, trace in drawn), *_unseen(spec)]


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
