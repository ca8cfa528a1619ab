"""How many examples the next study takes, by what the errors of this one say."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri

from ..results import Record, Results, titles
from ._apart import Sample, difference, judged, rests_on_few
from ._series import series_of
from ._words import finite, grouped, subject, value_of

POWER = 0.8
ALONG = ("depth", "next", "first", "last", "equal")
"""Profiles with one value for each layer."""
SHARE = 0.02
"""Difference to be found of what lies between 0 and 1."""
RELATIVE = 0.1
"""Difference to be found of anything else, as a share of its median over layers."""
REACH = float(ndtri(0.975) + ndtri(POWER))


def next_study(results: Results) -> tuple[str, ...]:
    """Return for every profile how many examples find a difference between successive layers in four of five samples.

    Variances fall as 1 / n. The difference is .02 of what lies between 0 and 1, and a tenth of anything else;
    :func:`repscape.sample_size` answers for any other.
    """
    return tuple(_sentences(results))


def _sentences(results: Results) -> Iterator[str]:
    names = titles(results.records)
    told = [r for r in results if r.profile in ALONG]
    held = [r for r in finite(told) if judged(r) and not rests_on_few(r)]
    for line in grouped(held, key=lambda r: (r.variant, r.column, r.profile, *series_of(r), _second(r))).values():
        error = _error_of_difference(line)
        wanted = _wanted(line)
        if not error or not wanted:
            continue
        n = line[0].result.n
        needed = math.ceil(n * (REACH * error / wanted) ** 2)
        said = subject(names[line[0].variant], line[0], held)
        what = "steps" if line[0].profile == "next" else "layers"
        yield (
            f"{said}: a difference of {wanted:.2g} between successive {what} is found with {POWER:.0%} power from about "
            f"{_rounded(needed):,} examples; here there were {n:,}."
        )


def _second(record: Record) -> str | None:
    return None if record.other is None else record.other.model


def _error_of_difference(line: list[Record]) -> float:
    """Return the median standard error of the difference of successive layers, 0 where there is none."""
    ordered = sorted(line, key=lambda record: record.place.layer.index)
    apart = [difference(Sample.of(a), Sample.of(b)) for a, b in itertools.pairwise(ordered)]
    return float(np.median([one.stderr for one in apart if one is not None])) if apart else 0.0


def _wanted(line: list[Record]) -> float:
    if line[0].info.bounds == (0.0, 1.0):
        return SHARE
    return RELATIVE * abs(float(np.median([value_of(record) for record in line])))


def _rounded(n: int) -> int:
    """Return a number with two digits, since errors are not known better."""
    unit = int(10 ** max(0, len(str(n)) - 2))
    return math.ceil(n / unit) * unit
