"""What a row of the table of measures says: what the measure takes, what its value means, and what leaves it unchanged."""

from __future__ import annotations

import importlib
import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType, ModuleType
from typing import Any, Literal

import numpy as np

from .. import _check
from .._types import Brief
from ..errors import InputError, InputTypeError
from ._option_values import check_values
from ._result import Curve, Estimate

Kind = Literal["points", "graph", "labels", "values", "groups"]
Plot = Literal["depth", "matrix", "curve", "scatter"]
Depth = Callable[[Mapping[str, Any], Mapping[str, Any]], int]
USUAL_NEIGHBORS = 30
REPRESENTATIONS = ("points", "graph")
KINDS = (*REPRESENTATIONS, "labels", "values", "groups")
ISOMETRIES = ("rotation", "translation", "scaling", "permutation")
FOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "dimension": "dimension",
        "overlap": "overlap",
        "similarity": "similarity",
        "probe": "probes",
        "health": "health",
        "structure": "structure",
        "density": "structure",
        "quality": "quality",
    }
)
"""Family of a measure -> the folder that its file lies in."""
INTRINSIC = "intrinsic dimension"
"""The quantity that most measures of the family "dimension" estimate."""
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
TRANSFORMATIONS = ("rotation", "translation", "scaling", "linear", "permutation", "duplication")


@dataclass(frozen=True, slots=True, repr=False)
class Measure(Brief):
    """One row of the table; make your own and give it to a study.

    What a number means is declared here and nowhere guessed: `alike` says which way is more alike, `family` and `quantity` what
    is estimated. A name of one's own may stand in a namespace ("mylab.spread"), and none may be that of a built-in measure.
    :func:`repscape.testing.check_measure` checks what a row promises.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> spread = rs.Measure("spread", fn=lambda X: float(X.std()), takes=("points",), higher_means="wider")
    >>> results = rs.run({"a": np.eye(5), "b": 2 * np.eye(5)}, rs.Plan(measures=[spread]))
    >>> results.to_frame()["value"].round(1).tolist()
    [0.4, 0.8]
    """

    name: str
    """Function, file, row, test, anchor in the docs and word on the command line; a name, or names joined by dots."""
    fn: Callable[..., Any] | None = None
    """Returns an Estimate, a Curve or a number. None: ``repscape.measures.<folder>._<name>.<name>``, folder by family."""
    takes: tuple[Kind, ...] = ("points",)
    """Its positional arguments in order; with arity 2 a single "points" or "graph" stands for two."""
    arity: Literal[1, 2] = 1
    """Representations compared: 1 or 2."""
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """Smallest and largest value there can be."""
    invariant_to: tuple[str, ...] = ()
    """Which of rotation, translation, scaling, linear (invertible map), permutation, duplication change nothing."""
    symmetric: bool = False
    """Whether the two representations may be exchanged; only with arity 2."""
    plot: Plot = "depth"
    """The figure that shows it."""
    higher_means: str = ""
    """What a larger value says, in a few words; nothing reads it but people."""
    reference: str = ""
    """Who defined it."""
    label: str = ""
    """Axis label; empty: the name."""
    neighbors: int | str | Depth = 0
    """Neighbours it reads from a graph: a number, the option that has it (30 where that is None), or a function of (options,
    columns). 0: what its option "k" says, else 30."""
    wants: int | Depth = 0
    """Neighbours that its error reads, where there are so many: a study looks them up, and a published graph may have fewer."""
    knows: Literal["", "rows", "distinct"] = ""
    """Which graph, of all rows or of the distinct ones, this measure of points looks neighbours up in: a study whose other
    measures read one hands it over with the points, as `repscape.measures.points.Known`. What comes out is the same."""
    usual: Mapping[str, Any] = field(default_factory=dict)
    """Options that a study gives a value where they are None, since None means whatever a graph happens to hold. All others
    reach the function as they are, so that a call in a study is the same call."""
    merges: bool = False
    """Whether it counts identical rows as one point, and then reads a graph of distinct rows."""
    column_options: tuple[str, ...] = ()
    """Options whose value, in a plan, names a column of the examples."""
    prepare: Callable[..., Any] | bool = False
    """With arity 2 on points: function of (points, options) whose result stands for the points in every comparison, so that
    its work is done once for each representation; it has `nbytes`. True: ``prepare`` in the module of the measure."""
    nulls: bool | Literal["asked"] = False
    """With arity 2: whether ``nulls`` in the module of the measure gives the values of many pairs under the same relabellings
    at once. True: permutations of a matrix then cost little more than those of one pair. "asked": calls are saved and the
    arithmetic of every pair is left, so that a comparison relabels only where that is asked for."""
    aligned: bool = True
    """With arity 2: whether it asks which example is which. Where it does not, relabelling changes nothing: no null."""
    family: str = ""
    """"dimension", "overlap", "similarity", "probe", "health", "structure", "density", "quality", or a word of one's own."""
    alike: Literal[1, -1] | None = None
    """1: a larger value is more alike; -1: less alike, as of a distance; None where the question has no sense."""
    quantity: str = ""
    """What it estimates, where others estimate the very same: of two estimators of one quantity it is said whether they
    disagree. "intrinsic dimension" is what the table's own are of."""
    title: str = ""
    """Name for people, on pages and figures; empty: the label."""
    tells: tuple[str, ...] = ()
    """Entries of a result's `details` that say what its value does not, few in number: tables and csv show them beside it."""
    version: int | str = 1
    """Raise it when the definition changes: every record keeps it, and a study computes again what an earlier one gave."""
    variants: Mapping[tuple[str, Any], Mapping[str, Any]] = field(default_factory=dict)
    """(option, value) -> fields that this value of the option changes, such as bounds or what higher means."""
    equal_width: bool = False
    """With arity 2: whether both must be of one width, as two states of one residual stream are."""
    alarm: Callable[[Any], str] | None = None
    """Given a result, what a study must warn its reader of; "" where nothing."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise InputError(
                f"name of Measure must be a name, or names joined by dots such as 'mylab.spread'. Got {self.name!r}."
            )
        _check.choice(self.alike, "alike", f"Measure {self.name!r}", (1, -1, None))
        if isinstance(self.version, bool) or not isinstance(self.version, int | str):
            raise InputTypeError(f"version of Measure {self.name!r} must be an int or a str. Got {self.version!r}.")
        _check.choice(self.arity, "arity", f"Measure {self.name!r}", (1, 2))
        _check.choice(self.plot, "plot", f"Measure {self.name!r}", ("depth", "matrix", "curve", "scatter"))
        for kind in self.takes:
            _check.choice(kind, "takes", f"Measure {self.name!r}", KINDS)
        for change in self.invariant_to:
            _check.choice(change, "invariant_to", f"Measure {self.name!r}", TRANSFORMATIONS)
        takes = tuple(self.takes)
        held = [kind for kind in takes if kind in REPRESENTATIONS]
        if self.arity == 2 and len(held) == 1:
            place = takes.index(held[0])
            takes = (*takes[: place + 1], held[0], *takes[place + 1 :])
        elif len(held) != self.arity:
            raise InputError(
                f"takes of Measure {self.name!r} must hold {self.arity} of 'points' or 'graph' (its arity). Got {self.takes!r}."
            )
        if self.arity == 2 and self.merges:
            raise InputError(
                f"merges of Measure {self.name!r} must be False with arity 2: merged rows of two representations do not match."
            )
        if self.fn is None:
            _check.choice(self.family, "family", f"Measure {self.name!r} without fn", FOLDERS)
        object.__setattr__(self, "takes", takes)

    def function(self) -> Callable[..., Any]:
        """Return the function, importing it on first use."""
        if self.fn is not None:
            return self.fn
        return getattr(self._module(), self.name)  # type: ignore[no-any-return]

    def _module(self) -> ModuleType:
        return importlib.import_module(f"{__package__}.{FOLDERS[self.family]}._{self.name}")

    def preparation(self) -> Callable[..., Any] | None:
        """Return what prepares one representation for all its comparisons, importing it on first use."""
        if self.prepare is True:
            return self._module().prepare  # type: ignore[no-any-return]
        return self.prepare or None

    def joint_nulls(self) -> Callable[..., Any] | None:
        """Return what gives many pairs under the same relabellings, importing it on first use."""
        return self._module().nulls if self.nulls and self.fn is None else None

    def under(self, given: Mapping[str, Any]) -> Measure:
        """Return the row as it reads under these options."""
        changed = [fields for (name, value), fields in self.variants.items() if given.get(name) == value]
        return replace(self, **{key: entry for fields in changed for key, entry in fields.items()}) if changed else self

    def options(self) -> dict[str, Any]:
        """Return the function's keyword options and their defaults."""
        parameters = inspect.signature(self.function()).parameters.values()
        return {
            p.name: p.default
            for p in parameters
            if p.kind is p.KEYWORD_ONLY or (p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty)
        }

    def check_options(self, given: Mapping[str, Any]) -> None:
        """Refuse options that the function does not take, and words that they cannot mean, before anything is computed."""
        parameters = inspect.signature(self.function()).parameters.values()
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            _check.known_options(given, self.options(), self.name)
        columns = [name for name in given if name not in self.column_options]
        check_values({name: given[name] for name in columns}, self.function(), self.name)

    def depth(self, given: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
        """Return how many neighbours of each point it reads under these options; columns by the option or kind."""
        if "graph" not in self.takes:
            return 0
        options = {**self.options(), **given}
        asked = self.neighbors or ("k" if "k" in options else USUAL_NEIGHBORS)
        try:
            found = asked(options, columns) if callable(asked) else options.get(str(asked), asked)
            return USUAL_NEIGHBORS if found is None else max(1, int(found))
        except (TypeError, ValueError, OverflowError):
            return 1  # an option that is no number: the measure itself refuses it, in its own words

    def enough(self, given: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
        """Return how many neighbours it reads, those that only its error wants among them."""
        least = self.depth(given, columns)
        if least == 0 or not self.wants:
            return least
        try:
            wanted = self.wants({**self.options(), **given}, columns) if callable(self.wants) else self.wants
            return max(least, int(wanted))
        except (TypeError, ValueError, OverflowError):
            return least  # as above

    def as_taken(self, points: Any, depth: int) -> Any:
        """Return what a call takes for "graph": a graph of so many neighbours, of distinct rows where the measure merges them.

        A merging measure whose argument is ``g_or_X`` takes the points, and builds that graph itself.
        """
        from ..graph import distinct_graph, distinct_rows, knn_graph  # numba: only where something is computed

        if not self.merges:
            return knn_graph(points, depth)
        if next(iter(inspect.signature(self.function()).parameters)) == "g_or_X":
            return points
        return distinct_graph(points, max(1, min(depth, distinct_rows(points)[0].size - 1)), rounding=True)

    def __call__(self, *arguments: Any, **options: Any) -> Estimate | Curve:
        """Call the function; a bare number becomes an Estimate."""
        given = arguments if self.fn is None else map(_kept, arguments)
        found = self.function()(*given, **options)
        if isinstance(found, Estimate | Curve):
            return found
        try:
            value = float(found)
        except (TypeError, ValueError) as error:
            raise InputTypeError(
                f"Measure {self.name!r} must return an Estimate, a Curve or a number. Got {type(found).__name__}."
            ) from error
        return Estimate(value=value, n=len(arguments[0]) if hasattr(arguments[0], "__len__") else arguments[0].n)


def _kept(argument: Any) -> Any:
    """Return an array that cannot be written to: what somebody's own measure does to its points must not reach any other."""
    if not isinstance(argument, np.ndarray):
        return argument
    view = argument.view()
    view.flags.writeable = False
    return view
