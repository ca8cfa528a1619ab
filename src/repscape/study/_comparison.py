"""What two models are compared by: measures whose chance is known, with the null that the largest of all pairs needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .. import _check
from ..errors import InputError
from ..measures import measure, measures_from_text
from ..measures.uncertainty import exchanges, usual_permutations
from ._defaults import USUAL_K
from .reading import Source

USUAL_COMPARISON = ("overlap_neighbors", "sim_cka(estimator='debiased')")
"""Of two models, every layer with every layer."""
PERMUTATIONS = 200
"""Relabellings of measures that work out all pairs of a matrix in one pass."""
PROTOCOLS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # Huh et al. 2024: neighbours by inner product of rows of length 1, ten of them; the best pair of layers is reported.
        "platonic": {"measures": ("overlap_neighbors(k=10)",), "preprocess": ("unit_norm",)},
        # Yu et al. 2025: CKNNA of ten neighbours, of rows of length 1.
        "repa": {"measures": ("sim_cknna(k=10)",)},
    }
)
"""Comparisons as published studies of alignment make them."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two models are compared by."""

    plan: dict[str, Any]
    """Entries of a plan, as :meth:`Plan.from_dict` reads them."""
    notes: tuple[str, ...] = ()
    """What was settled on for these examples, and what was left out, in words."""


def comparison(
    measures: Sequence[Mapping[str, Any]] | None,
    *,
    protocol: str | None = None,
    permutations: int | None = None,
    groups: str | None = None,
    within: str | None = None,
    source: Source | None = None,
) -> Comparison:
    """Return what two models are compared by.

    Parameters
    ----------
    measures : list of dict, optional
        As :func:`measures_from_text` reads them; the usual ones if none are named.
    protocol : {"platonic", "repa"}, optional
        In place of measures.
    permutations : int, optional
        Relabellings for every measure that takes them and does not say; by default 200 where one pass does for all pairs, or
        as many as there are. Measures that no relabelling changes are compared without.
    groups, within : str, optional
        Columns of groups that are counted as wholes, and of strata inside which examples are relabelled, for every measure
        that takes them and does not say.
    source : Source, optional
        The two models. Of few examples the usual measures look at fewer neighbours, and measures that read more neighbours
        than there are do not stop the others: they are left out.

    Raises
    ------
    InputError
        If measures and a protocol are named, or no measure can be read of so few examples.
    UnknownNameError
        If there is no such protocol or measure.
    """
    if protocol is not None and measures:
        raise InputError(
            "protocol and measures of compare exclude each other: a protocol names its measures. Got both."
        )
    if permutations is not None:
        _check.integer(permutations, "permutations", "compare", low=0)
    given = {} if protocol is None else dict(PROTOCOLS[_check.choice(protocol, "protocol", "compare", PROTOCOLS)])
    asked = measures or [
        entry for text in given.get("measures", USUAL_COMPARISON) for entry in measures_from_text(text)
    ]
    notes: list[str] = []
    usual = PERMUTATIONS
    if source is not None:
        if not measures and protocol is None:
            asked, said = _nearer(asked, source)
            notes += said
        asked, said = _that_can_be_read(asked, source.n)
        notes += said
        if permutations is None:
            usual, said = _relabellings(source, groups, within)
            notes += said
    entries = [_with_null(_in_strata(entry, within), permutations, usual) for entry in asked]
    if within is not None:
        loose = [str(entry["name"]) for entry in entries if "within" not in entry]
        notes += [f"within={within!r} is not used by {', '.join(loose)}, which takes no strata."] if loose else []
    given["measures"] = entries
    if groups is not None:
        given["groups"] = groups
    if "preprocess" in given:
        given["preprocess"] = list(given["preprocess"])
    return Comparison(given, tuple(notes))


def _nearer(asked: Sequence[Mapping[str, Any]], source: Source) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Return the usual measures with no more neighbours than half of the others, or than a published graph holds."""
    held = [
        one.graph.indices.shape[1]
        for one in source.representations
        if one.graph is not None and one.graph.indices is not None
    ]
    k = max(1, min([USUAL_K, (source.n - 1) // 2, *held]))
    if k == USUAL_K:
        return list(asked), []
    names = [str(entry["name"]) for entry in asked if "graph" in measure(entry["name"]).takes]
    entries = [{**entry, "k": k} if entry["name"] in names else entry for entry in asked]
    why = f"half of the others among {source.n} examples" if k == (source.n - 1) // 2 else "what the graphs hold"
    return entries, [f"{', '.join(names)} looks at k={k} neighbours in place of {USUAL_K}: {why}."]


def _that_can_be_read(asked: Sequence[Mapping[str, Any]], n: int) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Return the measures that read no more neighbours than there are, and say what is left out."""
    kept: list[Mapping[str, Any]] = []
    said: list[str] = []
    for entry in asked:
        row = measure(entry["name"])
        depth = row.depth({name: value for name, value in entry.items() if name != "name"}, {})
        if depth <= n - 1:
            kept.append(entry)
            continue
        way = f"Ask for fewer: {row.name}(k={max(1, (n - 1) // 2)})." if "k" in row.options() else "Give more examples."
        said.append(f"{row.name} needs {depth} neighbours of each point; {n} examples have {max(n - 1, 0)}. {way}")
    if not kept:
        raise InputError(" ".join(said))
    return kept, [f"Left out: {one}" for one in said]


def _relabellings(source: Source, groups: str | None, within: str | None) -> tuple[int, list[str]]:
    """Return how many relabellings are usual: no more than there are."""
    held = [None if name is None else source.columns.get(name) for name in (groups, within)]
    free = exchanges(source.n, *held, function="compare")
    ways = usual_permutations(source.n, within=free.within, groups=free.groups)
    if ways >= PERMUTATIONS - 1:
        return PERMUTATIONS, []
    nulls = "nulls are of these" if ways else "there is no null"
    return ways, [f"The {free.name} can be relabelled in {ways} other ways, fewer than {PERMUTATIONS}: {nulls}."]


def _in_strata(entry: Mapping[str, Any], within: str | None) -> Mapping[str, Any]:
    """Return the entry with strata, where it takes them and says nothing."""
    if within is None or "within" in entry or "within" not in measure(entry["name"]).column_options:
        return entry
    return {**entry, "within": within}


def _with_null(entry: Mapping[str, Any], permutations: int | None, usual: int) -> Mapping[str, Any]:
    """Return the entry with relabellings, where it takes them, they change something, and it says nothing."""
    row = measure(entry["name"])
    wanted = usual if permutations is None and row.nulls is True else permutations
    if not wanted or row.arity != 2 or "permutations" not in row.options() or "permutations" in entry:
        return entry
    return {**entry, "permutations": wanted} if row.aligned else entry
