"""Options tried on a few made-up points before any work: a value that a measure refuses is refused at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import DegenerateDataError, InputError, InputTypeError, UnknownNameError
from ..graph import knn_graph
from ._expand import Everything
from ._unit import Call

POINTS, DIMENSIONS = 80, 4
REFUSED = (InputError, InputTypeError, UnknownNameError)


def check_options(everything: Everything, missing: Callable[[str], bool]) -> None:
    """Refuse option values that a measure refuses whatever the data; calls with the usual options need no trial.

    Raises
    ------
    InputError, InputTypeError, UnknownNameError
        What the measure says.
    """
    asked: dict[str, Call] = {}
    for wanted in everything.layers.values():
        asked |= {call.name: call for key, call in wanted.calls.items() if missing(key)}
    asked |= {block.call.name: block.call for block in everything.blocks.values() if any(map(missing, block.pairs))}
    for call in asked.values():
        if call.item.options:
            _try(call, everything.contents.n)


def _try(call: Call, n: int) -> None:
    """Raise what the measure says of its options; of what it says with the usual ones too, they are not the cause."""
    trial = _Trial(call, n)
    refused = trial.run(call.options)
    if refused is None:
        return
    columns = {name: call.options[name] for name in call.item.measure.column_options if name in call.options}
    if trial.run(columns) is None:
        raise refused


class _Trial:
    """A few points, and the labels and values of as many examples."""

    def __init__(self, call: Call, n: int) -> None:
        self._call = call
        measure = call.item.measure
        reads = "graph" in measure.takes
        usual = {name: value for name, value in call.options.items() if name in measure.column_options}
        deepest = max(1, *(measure.enough(options, call.held) for options in (call.options, usual))) if reads else 0
        size = min(n, max(POINTS, 2 * deepest + 10))
        draw = np.random.default_rng(0)
        arrays = [*call.held.values(), *call.options.values()]
        n = min(
            [n, *(len(array) for array in arrays if isinstance(array, np.ndarray))]
        )  # a part of the examples has fewer
        size = min(size, n)
        self._rows = np.sort(draw.permutation(n)[:size])
        self._n = n
        self._points = draw.normal(size=(size, DIMENSIONS))
        self._graph = knn_graph(self._points, min(size - 1, deepest), threads=1) if reads else None

    def run(self, options: Mapping[str, Any]) -> Exception | None:
        """Return how the measure refuses these options; None where it takes them, or ends in something else."""
        measure = self._call.item.measure
        held = {kind: values[self._rows] for kind, values in self._call.held.items()}
        data = {**held, "points": self._points, "graph": self._graph}
        cut = {name: self._cut(value) for name, value in options.items()}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                measure.function()(*(data[kind] for kind in measure.takes), **cut)
        except DegenerateDataError:
            return None
        except REFUSED as error:
            return error
        except Exception:  # of these points, not of the options: the unit itself will say it
            return None
        return None

    def _cut(self, value: Any) -> Any:
        return value[self._rows] if isinstance(value, np.ndarray) and value.shape[:1] == (self._n,) else value
