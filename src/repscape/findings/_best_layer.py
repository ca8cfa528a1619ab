"""The best layer, chosen on some examples and reported on others.

The layer with the highest held-out accuracy owes part of its lead to luck on just these examples: its accuracy, reported as
that of "the best layer", is too high. Here each fold chooses by what its training rows said, and reports its held-out rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError
from ..measures import Estimate
from ..measures.uncertainty import Spread
from ..results import Results

NAME = "best_layer"
FloatArray = npt.NDArray[np.float64]


def best_layer(
    results: Results | Mapping[str, Estimate], *, measure: str = "probe_linear", model: str = ""
) -> Estimate:
    """Choose the layer on validation rows, and say how it does on rows that had no part in the choice.

    With folds, each fold takes the layer of least validation loss over the other folds, where its penalty was chosen as well,
    and reports that layer on its own held-out rows: no row has a say in what is reported of it. With a fixed split the layer is
    chosen on dev and reported on test.

    Parameters
    ----------
    results : Results, or mapping of layer to Estimate
        Probes of all layers with the same labels and options; `probe_linear`, `probe_mlp` or `probe_knn`.
    measure : str
        Which of the results: the measure's name, or with options as in the results, "probe_linear(folds=3)".
    model : str
        Which model's layers, where the results have several.

    Returns
    -------
    Estimate
        value: the mean over folds of the chosen layers' held-out values; error as for the probes. details: "layer", the one of
        least mean validation loss, which is the one to go on with; "layers" (K,), what each fold chose; "by_fold" (K,);
        "dev" (layers,), mean validation losses, in the order of "all_layers".

    Raises
    ------
    InputError
        If there are no such results, they differ in labels, or nothing was validated (one penalty and no dev rows).

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> y = np.arange(200) % 2
    >>> noise = np.random.default_rng(0).normal(size=(200, 3))
    >>> found = {name: rs.probe_linear(noise + k * y[:, None], y) for name, k in [("a", 0), ("b", 3), ("c", 1)]}
    >>> rs.best_layer(found).details["layer"]
    'b'
    """
    held = _estimates(results, measure, model)
    dev = np.array([np.asarray(one.details["dev_by_fold"], dtype=np.float64) for one in held.values()])
    test = np.array([np.asarray(one.details["by_fold"], dtype=np.float64) for one in held.values()])
    if np.isnan(dev).any():
        raise InputError(
            f"results of {NAME} must say how each layer did on validation rows, and with one penalty nothing was validated. "
            "Give several penalties, or a split with dev rows."
        )
    names, chosen = list(held), dev.argmin(axis=0)
    by_fold = test[chosen, np.arange(test.shape[1])]
    first = next(iter(held.values()))
    value, folds = float(by_fold.mean()), by_fold.size
    overall = int(dev.mean(axis=1).argmin())
    spread = None
    if folds > 1:
        spread = Spread.of(value, float(by_fold.std(ddof=1)) * (1 / folds + 1 / (folds - 1)) ** 0.5, folds - 1)
    single = held[names[overall]]
    return Estimate(
        value=value,
        n=first.n,
        stderr=single.stderr if spread is None else spread.stderr,
        interval=single.interval if spread is None else spread.interval,
        chance=first.chance,
        options={**first.options, "chosen": "least validation loss"},
        details={
            "layer": names[overall],
            "layers": np.array([names[place] for place in chosen]),
            "by_fold": by_fold,
            "dev": dev.mean(axis=1),
            "all_layers": np.array(names),
        },
    )


def _estimates(results: Results | Mapping[str, Estimate], measure: str, model: str) -> dict[str, Estimate]:
    """Return layer -> probe, all asked about the same rows."""
    held: dict[str, Any]
    if isinstance(results, Results):
        own = [r for r in results.records if measure in (r.info.name, r.variant) and r.place.model == model]
        if not own:
            known = sorted({r.variant for r in results.records})
            raise InputError(f"results of {NAME} hold no {measure!r}.{_check.near(measure, known)}")
        several = sorted({f"{r.variant} of {r.column}" for r in own})
        if len(several) > 1:
            raise InputError(f"results of {NAME} must hold one probe a layer. Got {', '.join(several)}.")
        held = {r.place.layer.key: r.result for r in own}
        if len(held) < len(own):
            raise InputError(f"results of {NAME} must hold one probe a layer. Got {len(own)} for {len(held)} layers.")
    else:
        held = dict(results)
    if not held or not all(isinstance(one, Estimate) and "dev_by_fold" in one.details for one in held.values()):
        raise InputError(f"results of {NAME} must be probes: probe_linear, probe_mlp or probe_knn of every layer.")
    rows = {(one.n, one.details["by_fold"].size, one.options["metric"]) for one in held.values()}
    if len(rows) > 1:
        raise InputError(f"results of {NAME} must be of the same examples, folds and metric. Got {len(rows)} kinds.")
    return held
