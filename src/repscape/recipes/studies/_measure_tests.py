"""The steps of the recipe measure-tests: measures of similarity put to tests of which one knows the right answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ... import _check
from ...errors import RepscapeError
from ...figures import Drawing, Line, draw_lines, write_whole
from ...measures import Measure
from ...plan import Plan
from ...report import Section
from ...results import Results, csv_of
from ...study import progress_bar
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from ..materials import KINDS, PLAIN, Trained, train_digits
from ._measure_tests_scores import TESTS, Values, measures, scored

STOOD_IN = "Networks of four hidden layers on 8 x 8 digits"
COMPARED = ("sim_cka", "sim_svcca", "sim_pwcca", "sim_cca")
CLEAR = 2.0  # errors
TABLE = "tests.csv"


def forecast(order: Order) -> Sequence[str]:
    """Say what would be trained."""
    seeds, asked = order.options["seeds"], _asked(order)
    return [
        f"{len(KINDS) * seeds} networks of four hidden layers would be trained on 1,000 digits: {'; '.join(KINDS.values())}.",
        f"{len(asked)} measures would compare them on {order.options['examples']} other digits.",
    ]


def run(order: Order) -> Outcome:
    """Train, compare, and set measures beside each other."""
    seeds, asked = order.options["seeds"], _asked(order)
    with progress_bar(order.progress) as tell:
        networks = []
        for place, (kind, seed) in enumerate((kind, seed) for kind in KINDS for seed in range(seeds)):
            given = {"iterations": order.options["iterations"], "shown": order.options["examples"]}
            networks.append(train_digits(kind, order.rng * seeds + seed, **given))
            tell(place + 1, len(KINDS) * seeds, "training small networks")
        found: dict[str, dict[str, tuple[float, float]]] = {}
        refused: list[str] = []
        relabelled = [_seeded(network, order.rng * seeds) for network in networks]
        for place, row in enumerate(asked):
            tell(place, len(asked), f"asking {row.name}")
            try:
                found[row.name] = scored(Values(row, relabelled), seeds)
            except RepscapeError as error:
                refused.append(f"{row.name} was left out: {error}")
    table = _table(found)
    results = _two_seeds(order, networks)
    write_whole(order.folder / TABLE, csv_of(table), "tests of measures")
    said = ", ".join(f"{kind} {np.mean([n.accuracy for n in networks if n.kind == kind]):.2f}" for kind in KINDS)
    notes = (
        f"{STOOD_IN} stand in for the large networks of the studies.",
        f"Accuracy on the digits shown: {said}; by chance 0.10.",
        *(_leaders(found, test) for test in TESTS),
        *refused,
    )
    ours = tuple(
        Ours(name, *found[name]["corresponding layers"], stand_in=STOOD_IN) for name in COMPARED if name in found
    )
    section = Section(
        "What each test says of each measure",
        (
            "Corresponding layers, monotonicity, and the areas of the three groups are shares: .25, .5 and .5 by chance. The "
            "last three are rank correlations, 0 by chance. Errors are over seeds.",
        ),
        drawings=(_drawing(found),),
        tables={"tests of measures": table},
    )
    layers = {f"layer {place + 1}": state for place, state in enumerate(networks[0].states)}
    return Outcome(results, ours, (section,), notes, Shown(layers))


def _asked(order: Order) -> list[Measure]:
    every = measures()
    names = order.options["measures"]
    for name in names:
        _check.choice(name, "measures", f"the recipe {order.recipe.name}", [row.name for row in every])
    return [row for row in every if not names or row.name in names]


def _seeded(network: Trained, first: int) -> Trained:
    """Return the network with its seed counted from 0."""
    return Trained(network.kind, network.seed - first, network.states, network.outputs, network.accuracy)


def _two_seeds(order: Order, networks: Sequence[Trained]) -> Results:
    """Compare all layers of two networks trained alike, as a study."""
    plain = [network for network in networks if network.kind == PLAIN][:2]
    source = {
        f"seed {network.seed}": {f"layer {place + 1}": state for place, state in enumerate(network.states)}
        for network in plain
    }
    plan = Plan(
        measures=[("sim_cka", {"permutations": 200}), ("overlap_neighbors", {"k": 10, "permutations": 200})],
        profiles=["models"],
    )
    given: dict[str, Any] = {"threads": order.threads, "progress": order.progress}
    return run_study(source, plan, folder=order.folder, origin=order.origin(stand_in=STOOD_IN), **given)


def _table(found: dict[str, dict[str, tuple[float, float]]]) -> pd.DataFrame:
    """Return one row for each measure, the best mean rank first."""
    frame = pd.DataFrame({name: {test: score for test, (score, _) in tests.items()} for name, tests in found.items()}).T
    errors = pd.DataFrame(
        {name: {test: error for test, (_, error) in tests.items()} for name, tests in found.items()}
    ).T
    out = frame.copy()
    for test in TESTS:
        out[f"{test}, error"] = errors[test]
    out["mean rank"] = frame.rank(ascending=False).mean(axis=1)
    return out.sort_values("mean rank").rename_axis("measure").reset_index()


def _leaders(found: dict[str, dict[str, tuple[float, float]]], test: str) -> str:
    """Say which measures a test puts first, and how many its errors do not tell from them."""
    scores = {name: tests[test] for name, tests in found.items() if np.isfinite(tests[test][0])}
    if not scores:
        return f"{test.capitalize()}: no measure has a score."
    best = max(scores, key=lambda name: scores[name][0])
    value, error = scores[best]
    near = [name for name, (v, e) in scores.items() if name != best and value - v <= CLEAR * float(np.hypot(error, e))]
    return f"{test.capitalize()}: {best} has {value:.2f} ± {error:.2f}; {len(near)} more are within two errors of it."


def _drawing(found: dict[str, dict[str, tuple[float, float]]]) -> Drawing:
    """Draw the scores of all measures, test by test."""
    at = np.arange(1.0, len(TESTS) + 1)
    lines = {name: Line(at, [tests[test][0] for test in TESTS]) for name, tests in found.items() if name in COMPARED}
    if not lines:
        lines = {name: Line(at, [tests[test][0] for test in TESTS]) for name, tests in [*found.items()][:4]}
    numbered = ", ".join(f"{place + 1} {test}" for place, test in enumerate(TESTS))
    figure = draw_lines(lines, x="test", y="score", heading="Tests of measures")
    return Drawing("tests", figure, f"Scores of some measures by test: {numbered}.")
