"""The steps of the recipe curse: what high dimension does to normal points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from ...figures import Drawing, Line, draw_lines
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from .._recipe import along

K = 10
CONCENTRATION_AT = (2, 10, 100)
COVER_AT = (10, 20, 30)
ESTIMATORS = {
    "TwoNN": "id_twonn(estimator='mle')",
    "Levina-Bickel, k = 20": "id_mle(k=20)",
    "participation ratio": "id_pca(correct=True)",
}
FloatArray = npt.NDArray[np.float64]


def forecast(order: Order) -> Sequence[str]:
    """Say what would be drawn."""
    dimensions = ", ".join(map(str, order.options["dimensions"]))
    return [
        f"{order.options['points']} normal points would be drawn in each of {dimensions} dimensions.",
        f"{order.options['dichotomies']} random labellings of {order.options['labelled']} points would be tried in each.",
    ]


def run(order: Order) -> Outcome:
    """Draw the points, measure them, and set theory beside."""
    dimensions = sorted({*map(int, order.options["dimensions"]), *CONCENTRATION_AT})
    points, tries = order.options["labelled"], order.options["dichotomies"]
    draw = np.random.default_rng(order.rng)
    widest = draw.normal(size=(order.options["points"], max(*dimensions, points)))
    drawn = {f"d = {d}": np.ascontiguousarray(widest[:, :d]) for d in dimensions}
    results = run_study(
        drawn,
        Plan(
            measures=[
                "health_concentration",
                ("health_hubness", {"k": K}),
                ("id_twonn", {"estimator": "mle"}),
                ("id_mle", {"k": 20}),
                ("id_pca", {"correct": True}),
            ]
        ),
        folder=order.folder,
        origin=order.origin(),
        threads=order.threads,
        progress=order.progress,
    )
    separable = {d: separable_share(widest[:points, :d], tries, draw) for d in _tried(points)}
    ours = [_concentration(results, i, d) for i, d in enumerate(CONCENTRATION_AT)]
    if points == order.recipe.options["labelled"].default:
        ours += [
            Ours(along("cover", i), separable[d], sqrt(separable[d] * (1 - separable[d]) / tries))
            for i, d in enumerate(COVER_AT)
        ]
    behind = _values(results, ESTIMATORS["TwoNN"])[0][-1]
    notes = (
        f"In {dimensions[-1]} dimensions TwoNN gives {behind:.0f} from {order.options['points']} points: no sample of a usual "
        "size shows its neighbours at a small enough scale. Estimates above about 10 are lower bounds rather than counts.",
    )
    section = Section("Against dimension", drawings=_drawings(results, separable, points))
    return Outcome(results, tuple(ours), (section,), notes, Shown(drawn))


def _tried(points: int) -> list[int]:
    """Return the dimensions in which labellings are tried, up to the number of points."""
    return sorted({*range(2, points + 1, max(1, points // 20)), *(d for d in COVER_AT if d <= points)})


def separable_share(points: FloatArray, tries: int, draw: np.random.Generator) -> float:
    """Return the share of random labellings -1 / 1 of the points that a plane through the origin separates."""
    found = 0
    for _ in range(tries):
        signed = points * draw.choice([-1.0, 1.0], size=len(points))[:, None]
        # Is there a w with signed @ w >= 1 in every row? Any answer will do, so the cost is nothing.
        solved = linprog(
            np.zeros(points.shape[1]), A_ub=-signed, b_ub=-np.ones(len(points)), bounds=(None, None), method="highs"
        )
        found += solved.status == 0
    return found / tries


def cover_share(points: int, dimension: int) -> float:
    """Return what Cover proved of points in general position."""
    return 2.0 ** (1 - points) * sum(comb(points - 1, k) for k in range(dimension))


def _values(results: Results, variant: str) -> tuple[FloatArray, FloatArray]:
    """Return values and errors in the order of the dimensions."""
    found = [record.result for record in results.select(variant=variant)]
    errors = [np.nan if one.stderr is None else one.stderr for one in found]
    return np.array([one.value for one in found]), np.array(errors)  # type: ignore[union-attr]


def _dimensions(results: Results, variant: str) -> FloatArray:
    return np.array([float(r.place.layer.name.removeprefix("d = ")) for r in results.select(variant=variant)])


def _concentration(results: Results, place: int, dimension: int) -> Ours:
    at = _dimensions(results, "health_concentration").tolist().index(dimension)
    values, errors = _values(results, "health_concentration")
    return Ours(along("concentration", place), float(values[at]), float(errors[at]))


def _drawings(results: Results, separable: Mapping[int, float], points: int) -> tuple[Drawing, ...]:
    measured = {name: _by_dimension(results, variant) for name, variant in ESTIMATORS.items()}
    spread, hubs = _by_dimension(results, "health_concentration"), _by_dimension(results, f"health_hubness(k={K})")
    theory = np.sqrt(2 / np.asarray(spread.x))
    tried = np.array(list(separable), dtype=np.float64)
    share = np.array(list(separable.values()))
    cover = [cover_share(points, int(d)) for d in tried]
    x = "dimension of the points"
    return (
        Drawing(
            "distances",
            draw_lines(
                {"measured": spread, "sqrt(2 / d)": Line(spread.x, theory, expected=True)},
                x=x, y="sd / mean of squared distances", heading="Distances concentrate", log_x=True, log_y=True,
            ),
            "How far squared distances differ, against dimension: near 0 the nearest point is hardly nearer than any.",
        ),
        Drawing(
            "hubs",
            draw_lines({"measured": hubs}, x=x, y="skewness of list counts", heading="Hubs appear", log_x=True),
            f"Skewness of how many lists of {K} neighbours a point stands in: a few points become neighbours of many.",
        ),
        Drawing(
            "separable",
            draw_lines(
                {"measured": Line(tried, share), "Cover": Line(tried, cover, expected=True)},
                x=x, y="share that is separable", heading=f"A plane separates random labels of {points} points",
            ),
            "Share of random two-class labellings that a plane separates: with half as many dimensions as points, one in two.",
        ),
        Drawing(
            "estimators",
            draw_lines(
                {**measured, "true": Line(spread.x, spread.x, expected=True)},
                x=x, y="estimated dimension", heading="Estimators fall behind", log_x=True, log_y=True,
            ),
            "Estimates against the true dimension: those from neighbours fall behind, since no point has near ones.",
        ),
    )  # fmt: skip


def _by_dimension(results: Results, variant: str) -> Line:
    values, errors = _values(results, variant)
    return Line(_dimensions(results, variant), values, errors)
