"""Differences between layers, models and checkpoints on the same examples, and bands that hold for a whole profile at once.

Two layers see the same examples, so their errors go together, and the error of a difference is not the sum of the two. Every
result keeps its deviations over subsets of the examples that depend on their number alone; their correlation says how much two
results move together. Over a profile of many differences the largest one is compared with what the largest of so many would be
by chance (max-statistic), simulated from the same correlations.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from .. import _check, _random
from ..errors import InputError
from ._apart import difference, may_exceed
from ._best_set import Joint
from ._networks import OVER, bands_over, differences_over
from ._profile_entries import Entry, comparable, entries_of, pairs_of, place_of, running_names
from ._simultaneous import with_intervals
from ._standing import shared_level, standing

if TYPE_CHECKING:
    from ..results import Results

Between = Literal["layers", "models", "steps"]
Over = Literal["examples", "networks", "checkpoints"]
BEST = "best"
CONCLUDED = ("low_simultaneous", "high_simultaneous", "p_value", "p_adjusted")


def paired_differences(
    results: Results,
    measure: str | None = None,
    *,
    against: str = "previous",
    between: Between = "layers",
    over: Over = "examples",
    variant: str | None = None,
    column: str | None = None,
    profile: str | None = None,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Differences of a measure between layers, models or checkpoints on the same examples, with their errors.

    The error of a - b is sqrt(SE_a^2 + SE_b^2 - 2 r SE_a SE_b), r the correlation of their deviations over common subsets of
    the examples (`Estimate.replicates`). Conclusions, advice and best matches call two values different where `low` and `high`
    have one sign.

    Parameters
    ----------
    results : Results
        Of a study, or loaded.
    measure : str, optional
        The measure; may be left out where there is only one.
    against : str
        "previous", "first", "last", "best" (the most alike where the measure says what that is, else the largest value), or the
        name of a layer, model or step: what each value is compared with.
    between : {"layers", "models", "steps"}
        Layers of one model; models at equal depth (nearest layer); one layer at different checkpoints.
    over : {"examples", "networks", "checkpoints"}
        What the errors are over. "examples": other examples in these very networks. "networks": the models are seeds of one
        kind of network, matched layer by layer, and differences between layers are means over them, with errors over other
        networks as well as other examples [2]_; "checkpoints": the same with the checkpoints of each model. The column `over`
        says it, `networks` how many, `sd_networks` how much they vary.
    variant, column, profile : str, optional
        As in :meth:`Results.select`, where the measure was computed in several ways.
    rng : int or Generator
        For the simulation of the largest difference.

    Returns
    -------
    pandas.DataFrame
        A row for each difference: measure, variant, profile, column, group, model, step, site, layer, index, depth, the same of
        what it is compared with as `against_model`, `against_step`, `against_layer`; x (curves only), value, against_value,
        difference, stderr, correlation; low, high, p_value (Student's t, two-sided) for each by itself; low_simultaneous,
        high_simultaneous, p_adjusted, which hold for all rows at once (95 %); same_within, the margin within which the two are
        the same for all rows at once (NaN where nothing varies, of which no equality follows); rests_on_few, whether either
        value rests on few examples: such a row enters no family, and its simultaneous columns and p are NaN. Against "best"
        the intervals allow for the largest value being chosen by the same data:
        `low` and `high` for whichever of the others it might have been, the simultaneous ones for all pairs; and may_be_best
        says which layers no other is shown to exceed (step-down over all pairs, wrong about any in 5 % of samples).

    Raises
    ------
    InputError
        If a result has no replicates (error=None, or a measure that has none), results have different n, or nothing is there
        to compare.
    UnknownNameError
        If `against` names nothing among the results.

    References
    ----------
    .. [1] Westfall, Young (1993). Resampling-based multiple testing. Wiley.
    .. [2] Satterthwaite (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin 2.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> labels = np.repeat([0, 1], 200)
    >>> X = rng.normal(size=(400, 3)) + labels[:, None] * 2
    >>> plan = rs.Plan(measures=[("overlap_labels", {"k": 10})], labels="label")
    >>> results = rs.run({"noisy": X + 2 * rng.normal(size=X.shape), "clean": X}, plan, columns={"label": labels})
    >>> found = rs.paired_differences(results, "overlap_labels")
    >>> found["layer"].tolist(), bool(found["low"].iloc[0] > 0)
    (['clean'], True)
    """
    name = "paired_differences"
    _check.choice(between, "between", name, ("layers", "models", "steps"))
    _check.choice(over, "over", name, OVER)
    entries = entries_of(results, measure, name, variant=variant, column=column, profile=profile)
    if over != "examples":
        if between != "layers":
            raise InputError(f"between of {name} must be 'layers' with over={over!r}, whose draws are not compared.")
        return differences_over(entries, against, over)
    pairs = list(pairs_of(entries, between, against))
    if not pairs:
        raise InputError(
            f"results of {name} hold nothing to compare between {between}: every series has one value only."
        )
    rows, deviations = [], []
    for a, b in pairs:
        apart = difference(a.sample, b.sample)
        rows.append(
            {
                **place_of(a),
                "against_model": b.record.place.model,
                "against_step": b.record.place.step,
                "against_layer": b.record.place.layer.name,
                "value": a.value,
                "against_value": b.value,
                "difference": a.value - b.value,
                "stderr": np.nan if apart is None else apart.stderr,
                "correlation": np.nan if apart is None else apart.correlation,
                "rests_on_few": a.few or b.few,
                "varies": apart is not None and apart.varies,
            }
        )
        deviations.append(a.deviations - b.deviations)
    frame = pd.DataFrame(rows)
    generator = _random.generator(rng, name)
    if against == BEST and BEST not in running_names(entries, between):
        found = _against_chosen(frame, entries, between, generator)
    else:
        found = with_intervals(frame, np.array(deviations).T, "difference", rng=generator)
    found = without_few(found)
    margin = found["high_simultaneous"].clip(lower=-found["low_simultaneous"])  # where nothing varies nothing is known
    return found.assign(same_within=margin.where(found["varies"])).drop(columns="varies")


def without_few(frame: pd.DataFrame) -> pd.DataFrame:
    """Take from rows that rest on few examples what would be concluded of them: they are in no family."""
    said = [name for name in CONCLUDED if name in frame]
    return frame.assign(**{name: frame[name].mask(frame["rests_on_few"]) for name in said})


def _against_chosen(frame: pd.DataFrame, entries: list[Entry], between: str, rng: np.random.Generator) -> pd.DataFrame:
    """Add intervals that allow for the largest value being chosen by the same data, and which values may be the largest."""
    rows: list[dict[str, object]] = []
    lines = [held for held in comparable(entries, between) if len(held) > 1]
    size = np.abs(frame["difference"].to_numpy()) / frame["stderr"].where(frame["stderr"] > 0).to_numpy()
    level = shared_level(len(lines))
    for whole in lines:
        held = [entry for entry in whole if not entry.few] or whole
        sign = held[0].record.info.alike or 1  # the best of distances is the smallest
        values = np.array([sign * entry.value for entry in held])
        together = Joint.of_samples([entry.sample for entry in held], rng)
        every = np.ones(len(held), dtype=bool)
        found = standing([entry.sample for entry in held], lines=len(lines))
        kept = found.may_be_high if sign > 0 else found.may_be_low
        joint = together.threshold(every, level=level)
        best = held[int(values.argmax())]
        for entry in (one for one in whole if one is not best):
            t = float(np.nan_to_num(size[len(rows)], nan=0.0))
            place = next((i for i, one in enumerate(held) if one is entry), None)
            if place is None:  # it rests on few examples, and is compared with none
                may = may_exceed(entry.record, best.record, sign=sign, of=len(lines) * len(whole))
                rows.append(
                    {**dict.fromkeys(("single", "joint", "p_value", "p_adjusted"), math.nan), "may_be_best": may}
                )
                continue
            known = math.isfinite(joint)  # of a value without an error, as a curve may have, nothing is
            rows.append(
                {
                    "single": together.threshold(every, beside=place),
                    "joint": joint,
                    "p_value": together.p_value(t, every, beside=place) if known else math.nan,
                    "p_adjusted": min(1.0, len(lines) * together.p_value(t, every)) if known else math.nan,
                    "may_be_best": bool(kept[place]),
                }
            )
    told = pd.DataFrame(rows, index=frame.index)
    difference, stderr = frame["difference"], frame["stderr"]
    return frame.assign(
        low=difference - told["single"] * stderr,
        high=difference + told["single"] * stderr,
        low_simultaneous=difference - told["joint"] * stderr,
        high_simultaneous=difference + told["joint"] * stderr,
        **{name: told[name] for name in ("p_value", "p_adjusted", "may_be_best")},
    )


def simultaneous_bands(
    results: Results,
    measure: str | None = None,
    *,
    over: Over = "examples",
    variant: str | None = None,
    column: str | None = None,
    profile: str | None = None,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Values of a profile with a 95 % band that holds for all of them at once.

    Parameters
    ----------
    results, measure, over, variant, column, profile, rng
        As in :func:`paired_differences`.

    Returns
    -------
    pandas.DataFrame
        A row for each value: measure, variant, profile, column, group, model, step, site, layer, index, depth, x (curves only),
        value, stderr, low, high for each by itself, low_simultaneous, high_simultaneous for all rows at once (NaN
        where rests_on_few says that the value rests on few examples). The band covers
        the estimator's mean over samples of this size; bias it does not cover.

    Raises
    ------
    InputError
        If a result has no replicates, or results have different n.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 5))
    >>> plan = rs.Plan(measures=[("overlap_neighbors", {"k": 10})], profiles=["first"])
    >>> results = rs.run({"a": X, "b": X[:, :4], "c": X[:, :3]}, plan)
    >>> bands = rs.simultaneous_bands(results)
    >>> bool((bands["low_simultaneous"] <= bands["low"]).all())
    True
    """
    name = "simultaneous_bands"
    _check.choice(over, "over", name, OVER)
    entries = entries_of(results, measure, name, variant=variant, column=column, profile=profile)
    if over != "examples":
        return bands_over(entries, over)
    frame = pd.DataFrame(
        [{**place_of(e), "value": e.value, "stderr": e.sample.stderr, "rests_on_few": e.few} for e in entries]
    )
    deviations = np.array([e.deviations for e in entries]).T
    found = with_intervals(frame, deviations, "value", rng=_random.generator(rng, name))
    return without_few(found).drop(columns=["p_value", "p_adjusted"])
