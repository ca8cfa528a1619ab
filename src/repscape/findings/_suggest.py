"""Which layers to build on, from the profile of the dimension alone: no labels are needed.

In trained transformers the dimension rises to a peak, falls to a minimum or plateau inside the network, and rises again; the
layers there are the richest in content (Valeriani et al. 2023). A profile without such a peak says nothing, and neither do we.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from .._types import Brief, LayerInfo
from ..errors import InputError, InputTypeError
from ..measures import Estimate
from ..results import Record, Results
from ._apart import Sample, judged, rests_on_few
from ._best_set import Joint
from ._quality_evidence import Leaning, Spoken, leaning, spoken
from ._series import series_of
from ._standing import shared_level
from ._words import finite, grouped, layer_words, number, value_of

FloatArray = npt.NDArray[np.float64]
SHARE = 0.1
"""Differences below this share of the larger value are none, however small their error."""
LABELS = "overlap_labels"
UNSURE = (
    "That is what the values alone say: some have no errors, or rest on few examples, and without errors nothing is "
    "suggested."
)


@dataclass(frozen=True, slots=True, repr=False)
class LayerAdvice(Brief):
    """What the profile of the dimension says about one model's layers.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> results = rs.run({"a": X, "b": X[:, :2], "c": X}, rs.Plan(measures=["id_twonn"]))
    >>> [(advice.model, len(advice.suggested)) for advice in rs.suggest_layers(results)]
    [('', 0)]
    """

    model: str
    """The model; "" where it has no name."""
    step: float | None
    """The checkpoint, if there are several."""
    site: str
    """Where in a block the layers were read."""
    group: str | None
    """The part of the examples, if a column cuts them."""
    variant: str
    """The measure of dimension that the advice rests on."""
    layers: tuple[LayerInfo, ...]
    """Layers of the profile, by depth."""
    values: tuple[float, ...]
    """Their dimension."""
    stderr: tuple[float, ...]
    """Its standard errors; NaN where there is none."""
    suggested: tuple[LayerInfo, ...]
    """The layer of the minimum, then those that cannot be told from it, lowest first; empty where the profile says nothing, or
    has no errors, without which nothing is concluded."""
    evidence: str
    """Why, in words."""
    candidates: tuple[LayerInfo, ...] = ()
    """Layers that may be the ones to build on, by depth: those that the rule points to, or, where it points to none, all."""
    peak: LayerInfo | None = None
    """Where the dimension peaks."""
    minimum: LayerInfo | None = None
    """Where it is least after the peak, before it rises again."""
    spoken: tuple[Spoken, ...] = ()
    """What measures of quality among the results say beside it, each with the layer that it has best and whether its errors
    tell that from the others. They have no say in what is suggested."""
    leaning: Leaning | None = None
    """Where nothing is suggested and the effective rank was measured (quality_rankme): the layer that it points to, the last
    before it rises for the output, and why. A hint: docs/landscape.md has what following it costs."""
    regret: Mapping[str, float] = field(default_factory=dict)
    """Label overlap of the best layer minus that of the first suggestion, for each variant and column of label overlap in the
    results: what following the advice costs."""


def suggest_layers(
    results: Results, *, measure: str = "id_twonn", variant: str | None = None
) -> tuple[LayerAdvice, ...]:
    """Suggest layers that are rich in content, without labels: the dimension's minimum after its peak [1]_.

    Two layers differ where they do by a tenth of the larger value and beyond what the largest difference between any two of so
    many layers would be by chance, simulated from how they deviate together (in 5 % of samples of equal layers any two differ).
    The peak is the first interior layer that stands above both its sides by that much; the minimum is the lowest interior layer
    after it from which the dimension rises again by that much; layers beside it that do not differ from it are suggested after
    it. Where there are no errors nothing is suggested; `candidates` has what values alone say.

    Parameters
    ----------
    results : Results
        With a dimension for each layer.
    measure : str
        A measure that gives one number for each layer.
    variant : str, optional
        Which variant of it, such as "id_twonn(estimator='mle')"; by default the first in the results.

    Returns
    -------
    tuple of LayerAdvice
        One for each model, checkpoint, site and group, in the order of the results. Where a profile has no interior peak, or
        does not rise again, `suggested` is empty, `candidates` holds all layers and `evidence` says so.

    Raises
    ------
    UnknownNameError
        If the measure or variant is not among the results.
    InputError
        If the measure gives curves, or compares two layers.

    References
    ----------
    .. [1] Valeriani, Doimo, Cuturello, Laio, Ansuini, Cazzaniga (2023). The geometry of hidden representations of large
       transformer models. NeurIPS 36.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> layers = {f"h.{i}": rng.normal(size=(1500, d)) for i, d in enumerate([4, 12, 6, 3, 3, 5])}
    >>> (advice,) = rs.suggest_layers(rs.run(layers, rs.Plan(measures=["id_twonn"])))
    >>> [layer.name for layer in advice.suggested]
    ['h.3', 'h.4']
    """
    if not isinstance(results, Results):
        raise InputTypeError(f"results of suggest_layers must be what rs.run returned. Got {type(results).__name__}.")
    chosen = results.select(measure).select(variant=variant)
    first = chosen.records[0].variant if len(chosen) else ""
    chosen = chosen.select(variant=first or None, profile="depth")
    if not len(chosen) or not all(isinstance(record.result, Estimate) for record in chosen):
        raise InputError(
            f"measure of suggest_layers must give one number for each layer. {variant or measure} gives "
            f"{'curves' if len(chosen) else 'comparisons of layers'}."
        )
    labelled = [r for r in results if r.info.name == LABELS and r.profile == "depth"]
    lines = grouped(chosen, key=series_of).values()
    return tuple(_with_quality(_advice(held, labelled, len(lines)), results, held[0]) for held in lines)


def _with_quality(advice: LayerAdvice, results: Results, one: Record) -> LayerAdvice:
    """Add what measures of quality say of the same layers."""
    own = [r for r in results if series_of(r) == series_of(one)]
    return replace(advice, spoken=spoken(own), leaning=None if advice.suggested else leaning(own))


def _advice(records: Sequence[Record], labelled: Sequence[Record], lines: int) -> LayerAdvice:
    """Read one profile, one of so many that are to be right together."""
    every = tuple(sorted(finite(records), key=lambda record: record.place.layer.index))
    few = tuple(record for record in every if rests_on_few(record))
    kept = tuple(record for record in every if not rests_on_few(record)) or every
    layers = tuple(record.place.layer for record in kept)
    certain = all(map(judged, kept)) and not few
    least = _least_differences(kept, shared_level(lines)) if certain else np.zeros((len(kept), len(kept)))
    reading = _read(_Profile(kept, least))
    pointed = tuple(layers[place] for place in reading.suggested)
    suggested = pointed if certain else ()
    line = series_of(records[0])
    return LayerAdvice(
        *line,
        variant=records[0].variant,
        layers=layers,
        values=tuple(map(value_of, kept)),
        stderr=tuple(math.nan if record.result.stderr is None else float(record.result.stderr) for record in kept),
        suggested=suggested,
        evidence=_evidence(reading.evidence, certain=certain, few=few),
        candidates=tuple(sorted({*pointed, *(one.place.layer for one in few)}, key=lambda layer: layer.index))
        if pointed
        else tuple(record.place.layer for record in every),
        peak=None if reading.peak is None else layers[reading.peak],
        minimum=pointed[0] if pointed else None,
        regret=_regret(suggested, [r for r in labelled if series_of(r) == line]),
    )


def _evidence(said: str, *, certain: bool, few: Sequence[Record]) -> str:
    """Add what the reading of a profile lacks."""
    left = ", ".join(layer_words(record.place) for record in few)
    out = f" Left out: {left}, whose dimension rests on few examples." if few else ""
    return f"{said}{out}" if certain else f"{said}{out} {UNSURE}"


def _least_differences(records: Sequence[Record], level: float) -> FloatArray:
    """Return how far every two values, all with errors, must be apart to differ."""
    if len(records) < 2:
        return np.zeros((len(records), len(records)))
    joint = Joint.of_samples([Sample.of(record) for record in records], np.random.default_rng(0))
    return np.asarray(joint.apart * joint.threshold(np.ones(len(records), dtype=bool), level=level))


@dataclass(frozen=True, slots=True)
class _Profile:
    records: tuple[Record, ...]
    least: FloatArray
    """(m, m) differences of less are none; 0 where errors are not known, and values alone are read."""

    @property
    def values(self) -> FloatArray:
        return np.array([value_of(record) for record in self.records])

    def differ(self, one: int, other: int) -> bool:
        """Whether two layers differ beyond their errors and by more than a small share."""
        a, b = value_of(self.records[one]), value_of(self.records[other])
        return bool(abs(a - b) > max(self.least[one, other], SHARE * max(a, b)))

    def words(self, place: int) -> str:
        record = self.records[place]
        return f"{number(record)} at {layer_words(record.place)}"

    def alike(self, places: Sequence[int]) -> str:
        return ", ".join(str(index) for index in sorted(self.records[place].place.layer.index for place in places))


@dataclass(frozen=True, slots=True)
class _Reading:
    evidence: str
    suggested: tuple[int, ...] = ()
    peak: int | None = None


def _read(profile: _Profile) -> _Reading:
    values = profile.values
    if values.size < 4:
        return _Reading(f"A peak and a minimum inside take four layers at least; there are {values.size}.")
    last = values.size - 1
    from scipy.signal import find_peaks  # slow to import

    peaks, about = find_peaks(values, prominence=0)
    bases = zip(about["left_bases"], about["right_bases"], strict=True)
    clear = [
        int(p) for p, ends in zip(peaks, bases, strict=True) if all(profile.differ(int(p), int(end)) for end in ends)
    ]
    if not clear:
        highest = int(values.argmax())
        where = "the first layer" if highest == 0 else "the last layer" if highest == last else "no clear peak"
        return _Reading(
            f"The dimension has no peak inside: it is highest ({profile.words(highest)}), {where}, and no interior layer "
            "stands above both its sides by a tenth and beyond the errors of so many layers. The rule says nothing about it."
        )
    peak = clear[0]
    valleys = [j for j in range(peak + 1, last) if profile.differ(j, peak) and _rises(profile, j)]
    if not valleys:
        return _Reading(
            f"The dimension peaks ({profile.words(peak)}) and does not rise again after its fall: its least value is "
            f"{profile.words(peak + 1 + int(values[peak + 1 :].argmin()))}, so that there is no minimum inside.",
            peak=peak,
        )
    least = min(valleys, key=lambda j: values[j])
    beside = _beside(profile, least, peak)
    top = least + 1 + int(values[least + 1 :].argmax())
    also = f" Layers {profile.alike(beside)} cannot be told from it." if beside else ""
    return _Reading(
        f"The dimension rises to a peak ({profile.words(peak)}), falls to its least value after it ({profile.words(least)}) "
        f"and rises again ({profile.words(top)}).{also}",
        suggested=(least, *sorted(beside, key=lambda j: values[j])),
        peak=peak,
    )


def _rises(profile: _Profile, place: int) -> bool:
    """Whether some later layer is clearly higher."""
    later = place + 1 + int(profile.values[place + 1 :].argmax())
    return bool(profile.values[later] > profile.values[place]) and profile.differ(place, later)


def _beside(profile: _Profile, least: int, peak: int) -> list[int]:
    """Return the layers next to the minimum, on either side without a gap, that do not differ from it."""
    found = []
    for way in (range(least - 1, peak, -1), range(least + 1, profile.values.size)):
        for place in way:
            if profile.differ(place, least):
                break
            found.append(place)
    return found


def _regret(suggested: Sequence[LayerInfo], labelled: Sequence[Record]) -> dict[str, float]:
    if not suggested:
        return {}
    profiles: dict[str, dict[str, float]] = {}
    for record in labelled:
        name = f"{record.variant}[{record.column}]"
        profiles.setdefault(name, {})[record.place.layer.key] = value_of(record)
    return {
        name: max(values.values()) - values[suggested[0].key]
        for name, values in profiles.items()
        if suggested[0].key in values
    }
