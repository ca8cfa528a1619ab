"""The house's colours, signs and dashes, the same for every painter."""

from __future__ import annotations

from collections.abc import Sequence

from ._spec import Look

INK, MUTED, GRID, PAPER, EMPTY = "#1a1d21", "#626a73", "#dfe2e6", "#ffffff", "#cfd3d8"
ON_DARK, ON_LIGHT = "#fdfdfd", "#0d0d0d"  # numbers in coloured cells
# Okabe and Ito's palette, the yellow darkened so that it shows on paper.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", INK, "#a89400")
MARKERS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x", "star")
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (2.5, 1.5))
DOTTED, DASHED, DASHDOT = (1, 1.6), (4, 2), (5, 2, 1, 2)
FEW_LINES = len(PALETTE)  # lines of one panel that colours tell apart
MANY_LAYERS = 40  # layers beyond which a line has no markers
LABELS = 2 * FEW_LINES  # labels that colour and marker together tell apart
# Viridis, at every eighth of its 256 colours.
SEQUENTIAL = (
    "#440154", "#470d60", "#48186a", "#482374", "#472d7b", "#453781", "#424086", "#3e4989", "#3b528b", "#375b8d", "#33638d",
    "#2f6b8e", "#2c728e", "#297a8e", "#26828e", "#23898e", "#21918c", "#1f988b", "#1fa088", "#22a785", "#28ae80", "#32b67a",
    "#3fbc73", "#4ec36b", "#5ec962", "#70cf57", "#84d44b", "#98d83e", "#addc30", "#c2df23", "#d8e219", "#ece51b", "#fde725",
)  # fmt: skip


def shade(colours: Sequence[str], share: float) -> str:
    """Return the colour at a share of the way from the first to the last.

    Examples
    --------
    >>> shade(("#000000", "#ffffff"), 0.5), shade(("#000000", "#ffffff"), 2.0)
    ('#808080', '#ffffff')
    """
    at = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    below = min(int(at), len(colours) - 2)
    parts = zip(_parts(colours[below]), _parts(colours[below + 1]), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * (at - below)):02x}" for one, two in parts)


def ink_on(colour: str) -> str:
    """Return the colour of a number that stands on this one."""
    red, green, blue = _parts(colour)
    return ON_DARK if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 * 255 else ON_LIGHT


def sign_of(place: int) -> Look:
    """Return a colour and a marker; the second round takes the colours again with other markers."""
    again = place % LABELS // FEW_LINES
    return Look(PALETTE[place % FEW_LINES], MARKERS[(place % FEW_LINES + 3 * again) % FEW_LINES], width=0, size=6)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


# Without the ends that white paper or a dark page would swallow.
ORDERED = tuple(shade(SEQUENTIAL, 0.16 + 0.72 * place / 32) for place in range(33))
REACH = 1.959964  # standard errors that a 95 % band reaches to either side, where only the error is known
