"""What a figure shows, as data: all that is drawn and all that is said, and nothing of how a library draws it.

A painter reads a :class:`FigureSpec` and nothing else, so all show the same. Text is as it came: a painter shortens or escapes
it as its library asks. Colours are "#rrggbb", sizes are points of 1/72 inch, NaN stands for a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Ticks = tuple[tuple[float, str], ...]  # where they stand and what they say


class _Fixed:
    """Arrays of a mark are its own and stay as they are."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                own = np.array(value, dtype=np.float64)
                own.flags.writeable = False
                object.__setattr__(self, field.name, own)


@dataclass(frozen=True, slots=True)
class Look:
    """Colour, line and sign."""

    colour: str
    """As "#rrggbb"."""
    marker: str = ""
    """A name in `MARKERS`, or "dot", "x-thin", "cross-thin"; "" for none."""
    dash: tuple[float, ...] = ()
    """Lengths on and off, in widths of the line; () for a whole line."""
    width: float = 1.7
    """Of the line; 0 for none. Of thin signs, their stroke."""
    size: float = 4.5
    """Of the sign."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace(_Fixed):
    """A line through points, and its band."""

    x: FloatArray
    """(m,) where the points stand."""
    y: FloatArray
    """(m,) their values; NaN leaves a gap."""
    look: Look
    """How it is drawn."""
    name: str = ""
    """What the legend calls it."""
    low: FloatArray | None = None
    """(m,) lower end of the band; NaN where there is none. A point by itself has a bar."""
    high: FloatArray | None = None
    """(m,) upper end."""
    band: float = 0.2
    """Opacity of the band."""
    words: tuple[str, ...] = ()
    """What the pointer is told, one text for each point; lines are parted by "\\n"."""
    upright: bool = False
    """Whether x runs upwards and y to the right."""
    written: bool = False
    """Whether the name stands at its end."""
    order: float = 3
    """What is larger lies on top."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line through the whole panel, level or upright."""

    at: float
    """Where it crosses the axis."""
    look: Look
    """How it is drawn."""
    name: str = ""
    """What the legend calls it."""
    written: bool = False
    """Whether the name stands at its end."""
    upright: bool = False
    """Whether it is upright."""
    order: float = 1
    """What is larger lies on top."""


@dataclass(frozen=True, slots=True, eq=False)
class Dots(_Fixed):
    """Points by themselves."""

    x: FloatArray
    """(m,) where they stand."""
    y: FloatArray
    """(m,) where they stand."""
    look: Look
    """How they are drawn."""
    name: str = ""
    """What the legend calls them."""
    values: FloatArray | None = None
    """(m,) what the figure's bar turns into a colour, in place of the look's."""
    opacity: float = 1.0
    """Of each."""
    words: tuple[str, ...] = ()
    """What the pointer is told, one text for each."""
    order: float = 3
    """What is larger lies on top."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments(_Fixed):
    """Straight lines between two points each."""

    ends: FloatArray
    """(m, 2, 2) both ends of each, as (x, y)."""
    look: Look
    """How they are drawn."""
    opacity: float = 1.0
    """Of each."""
    order: float = 3
    """What is larger lies on top."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells(_Fixed):
    """A heat map; the colours are those of the figure's bar."""

    values: FloatArray
    """(rows, columns) row 0 at 0 of the y axis; NaN leaves a gap."""
    rows: tuple[str, ...] = ()
    """Name of each row."""
    columns: tuple[str, ...] = ()
    """Name of each column."""
    words: tuple[tuple[str, ...], ...] = ()
    """What the pointer is told, rows of texts."""
    written: tuple[tuple[str, ...], ...] = ()
    """What stands in the cells, rows of texts; () for nothing."""
    x_edges: FloatArray | None = None
    """(columns + 1,) where cells end; None: they are one wide, the first around 0."""
    y_edges: FloatArray | None = None
    """(rows + 1,) the same upwards."""
    gap: str = ""
    """Colour of cells without a value; "" for the paper."""
    order: float = 1
    """What is larger lies on top."""


@dataclass(frozen=True, slots=True, eq=False)
class Names(_Fixed):
    """Names beside points, each where it covers the least."""

    x: FloatArray
    """(m,) where the points stand."""
    y: FloatArray
    """(m,) where the points stand."""
    texts: tuple[str, ...]
    """The names."""
    avoid: FloatArray | None = None
    """(k, 2) further places not to be covered."""
    order: float = 5
    """What is larger lies on top."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """A length in the scale of the panel, at its lower left."""

    length: float
    """How long it is."""
    look: Look
    """How it is drawn."""
    text: str
    """What stands beside it."""
    order: float = 4
    """What is larger lies on top."""


Mark = Trace | Rule | Dots | Segments | Cells | Names | Ruler


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a panel."""

    limits: tuple[float, float]
    """Where it begins and ends; the first is the larger where it runs down."""
    title: str = ""
    """What it is."""
    ticks: Ticks = ()
    """Where ticks stand and what they say."""
    minor: tuple[float, ...] = ()
    """Ticks that say nothing."""
    log: bool = False
    """Whether it is logarithmic."""
    grid: bool = False
    """Whether the ticks have lines through the panel."""
    angle: int = 0
    """By how many degrees the words of the ticks are turned."""
    font: float = 9.0
    """Size of the words of the ticks; 0: the axis has no scale."""
    group: str = ""
    """Axes of one group keep the same limits; side by side, only the outer one has words."""


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """One pair of axes and what stands on them."""

    x: Axis
    """The level axis."""
    y: Axis
    """The upright axis."""
    marks: tuple[Mark, ...]
    """What is drawn, in this order; without any, the place stays empty."""
    title: str = ""
    """What tells it from the others."""
    note: str = ""
    """What is said of it besides."""
    aspect: float | None = None
    """Height of a unit of y over the width of one of x; None: free. A heat map gives up room for it, others show more plane."""
    framed: bool = True
    """Whether the axes are lines."""
    at: tuple[int, int] | None = None
    """Row and column; None: one after the other."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend."""

    label: str
    """What it is: the name of one mark or more."""
    look: Look
    """How it is drawn."""


@dataclass(frozen=True, slots=True)
class Legend:
    """What the looks mean."""

    entries: tuple[Entry, ...]
    """From top to bottom."""
    heading: str = ""
    """What they have in common."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the colours mean."""

    limits: tuple[float, float]
    """Values of the first and the last colour; what lies beyond has the last."""
    colours: tuple[str, ...]
    """Colours at equal steps, run into each other; where `steps`, each stands for itself."""
    title: str
    """What the values are."""
    note: str = ""
    """What a larger value says."""
    ticks: Ticks = ()
    """Where ticks stand and what they say."""
    log: bool = False
    """Whether it is logarithmic."""
    steps: bool = False
    """Whether each colour is a value of its own: 0, 1, 2 and so on."""


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A figure, whoever paints it."""

    name: str
    """File name without ending."""
    title: str
    """What it shows."""
    panels: tuple[PanelSpec, ...]
    """Its parts, from the upper left."""
    size: tuple[float, float]
    """Width and height in inches, without a legend below."""
    details: str = ""
    """What holds for all of it."""
    columns: int = 1
    """Panels in a row."""
    widths: tuple[float, ...] = ()
    """Relative width of each column; () where they are alike."""
    heights: tuple[float, ...] = ()
    """Relative height of each row."""
    legend: Legend | None = None
    """What the looks mean, where it must be said."""
    bar: Bar | None = None
    """What the colours mean, where values have colours."""
    caption: str = ""
    """What it shows and how to read it."""
    alternative: str = ""
    """The figure in a sentence, for those who cannot see it."""
