"""From a figure that the results call for to all that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ._captions import alternative, caption
from ._choose import Kind, Sketch
from ._curve import curve_spec
from ._depth import depth_spec
from ._matrix import matrix_spec
from ._spec import FigureSpec

KINDS: Mapping[Kind, Callable[[Sketch], FigureSpec]] = MappingProxyType(
    {"depth": depth_spec, "matrix": matrix_spec, "curve": curve_spec}
)


def specify(sketch: Sketch) -> FigureSpec:
    """Say all that a figure shows, as data.

    Parameters
    ----------
    sketch : Sketch
        One of :func:`sketches`.

    Returns
    -------
    FigureSpec
        Panels with their axes and everything drawn on them, legend, bar, title, caption and the words at the pointer. It is
        made without any library that draws, and is all that a painter reads.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import sketches, specify
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
    >>> spec = specify(sketches(results)[0])
    >>> spec.name, spec.panels[0].x.ticks
    ('id_twonn', ((0.0, 'a'), (1.0, 'b')))
    """
    return replace(KINDS[sketch.kind](sketch), caption=caption(sketch), alternative=alternative(sketch))
