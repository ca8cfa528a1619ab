"""What is computed for somebody who named no measures, with every number it settles on in plain sight."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from ..plan import Plan
from .reading import Source

LABEL = "label"
USUAL_K = 30
USUAL_RANK = 64
LEAST_FOR_FRACTIONS = 20  # a tenth of the ratios must be two at least


def fitted(plan: Plan | None, source: Source) -> Plan:
    """Return the plan; where it names no measures, choose them for this source.

    The usual neighbourhood sizes are lowered where the examples, or a published graph, have fewer neighbours; the plan then
    says so in the options of the measure.
    """
    if plan is None:
        plan = Plan(labels=LABEL if LABEL in source.columns else None)
    if plan.measures is not None:
        return plan
    graphs = [one.graph for one in source.representations if one.graph is not None]
    n = source.n
    if plan.by is not None and plan.by in source.columns:
        # Half of the groups, or more, take part in everything; the smaller ones are left out, and named, where they must.
        n = int(np.median(list(Counter(np.asarray(source.columns[plan.by]).tolist()).values())))
    near = min([n - 1, *(0 if g.indices is None else g.indices.shape[1] for g in graphs)])
    far = min([n - 1, *(0 if g.distances is None else g.distances.shape[1] for g in graphs)])
    measures: list[Any] = []
    if far >= 2:
        measures += ["id_twonn", ("id_twonn", {"estimator": "mle"})]
    if far >= 2 and graphs:  # whoever publishes three distances asks what the customary 90 % do
        measures += [("id_twonn", {"estimator": "mle", "fraction": 0.9}), ("id_twonn", {"estimator": "trimmed"})]
        measures += ["id_twonn_fractions"] if n >= LEAST_FOR_FRACTIONS else []
    if far >= 4:
        rank = 1 << (min(far, USUAL_RANK).bit_length() - 1)
        measures.append("id_gride" if rank == USUAL_RANK else ("id_gride", {"max_rank": rank}))
    if not graphs:
        measures += ["id_decimation"] if n > 20 else []
        measures.append("health_rogue")  # whoever reads the other numbers should know if one dimension makes them
    k = {} if near >= USUAL_K else {"k": near}
    if near >= 1 and len(source.representations) > 1:
        measures.append(("overlap_neighbors", k))
    if near >= 1 and plan.labels:
        measures.append(("overlap_labels", k))
    return replace(plan, measures=measures)
