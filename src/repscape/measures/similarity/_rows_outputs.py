"""Rows of the table: what networks say of examples, beside how they represent them."""

from __future__ import annotations

import math

from .._table import Measure

OUTPUTS: tuple[Measure, ...] = (
    Measure(
        "sim_disagreement",
        family="similarity",
        title="Distance, disagreement of outputs",
        alike=-1,
        takes=("points",),
        arity=2,
        bounds=(0.0, 1.0),
        invariant_to=("scaling", "permutation"),
        symmetric=True,
        plot="matrix",
        higher_means="more examples with different answers",
        reference="Madani et al. 2004",
        label="disagreement",
        prepare=True,
        nulls=True,
        equal_width=True,
        column_options=("groups", "within"),
    ),
    Measure(
        "sim_jsd",
        family="similarity",
        title="Distance, Jensen-Shannon of outputs",
        alike=-1,
        takes=("points",),
        arity=2,
        bounds=(0.0, 1.0),
        invariant_to=("permutation",),
        symmetric=True,
        plot="matrix",
        higher_means="outputs less alike",
        reference="Lin 1991",
        label="Jensen-Shannon divergence, bits",
        prepare=True,
        equal_width=True,
        column_options=("groups", "within"),
        variants={("base", "e"): {"bounds": (0.0, math.log(2)), "label": "Jensen-Shannon divergence, nats"}},
    ),
)
